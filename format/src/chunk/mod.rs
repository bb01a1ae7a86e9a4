//! EVENTS blocks (SPEC.md §5): events in, columns out, and back.
//!
//! | module | what |
//! |---|---|
//! | `event` | an event as a recorder gives it |
//! | `builder` | finds the place of each event of a chunk |
//! | `columns` | puts events there, column by column |
//! | `intern` | the chunk's dictionaries of captured memory |
//! | `encode` | turns columns into sections |
//! | `pack` | writes the directory of sections |
//! | `decode` | the directory of sections and the columns of one value a row |
//! | `arguments`, `captures` | the columns of arguments and of captured memory |
//! | `files` | what descriptors stand for |
//! | `context` | rows in the order of what call they are and what came before |
//! | `order` | rows in time order |

pub(crate) mod arguments;
pub(crate) mod builder;
pub(crate) mod captures;
mod columns;
pub(crate) mod context;
pub(crate) mod decode;
mod encode;
pub(crate) mod event;
pub(crate) mod files;
mod intern;
mod order;
mod pack;
mod times;

/// Ids of the sections. Never reused.
pub mod section {
    /// Threads and their rows.
    pub const THREADS: u16 = 1;
    /// The syscall of each row.
    pub const CALLS: u16 = 2;
    /// The time since the thread's previous event.
    pub const GAPS: u16 = 3;
    /// How long each call took.
    pub const DURATIONS: u16 = 4;
    /// The CPU of each row.
    pub const CPUS: u16 = 5;
    /// The result of each row.
    pub const RESULTS: u16 = 6;
    /// Raw arguments.
    pub const ARGUMENTS: u16 = 7;
    /// Captured strings.
    pub const STRINGS: u16 = 8;
    /// Captured buffers.
    pub const CONTENTS: u16 = 9;
    /// What is special about some rows.
    pub const MARKS: u16 = 10;
    /// What descriptors stand for.
    pub const FILES: u16 = 11;

    /// A section's name, `unknown` if this version does not know it.
    pub fn name(id: u16) -> &'static str {
        match id {
            THREADS => "threads",
            CALLS => "calls",
            GAPS => "gaps",
            DURATIONS => "durations",
            CPUS => "cpus",
            RESULTS => "results",
            ARGUMENTS => "arguments",
            STRINGS => "strings",
            CONTENTS => "contents",
            MARKS => "marks",
            FILES => "files",
            _ => "unknown",
        }
    }
}

/// The bit of a tid that marks a run of what the thread did beside its calls.
const BESIDE: u32 = 1 << 31;

/// How a section is stored.
const CODEC_STORED: u8 = 0;
const CODEC_ZSTD: u8 = 1;
/// Bytes of a section's entry in the directory.
const ENTRY_LEN: usize = 16;
