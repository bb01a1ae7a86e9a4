//! The `.scd` trace format: writer, reader and recovery. `SPEC.md` gives every byte.
//!
//! # What a crash leaves
//!
//! A file is append only: no byte is changed after it was written, no length is filled in later and
//! nothing is put off to the end. So every prefix of a file is as good as what had been flushed: at
//! worst the last block is cut, and a reader says so. Blocks carry a sync word, a sequence number
//! and checksums, so that damage in the middle costs the blocks it hits and no other, and what was
//! lost is known by number. INDEX and END, which a cut file lacks, repeat what the blocks say: they
//! are compared with them, never trusted instead of them.
//!
//! # Modules
//!
//! | module | what |
//! |---|---|
//! | `preamble`, `block` | the start of a file, the header of a block |
//! | `meta`, `process`, `ledger`, `clock`, `shed`, `index` | blocks other than EVENTS |
//! | `body` | serialisation of META, PROC and LOSS |
//! | `chunk` | EVENTS: events to columns and back |
//! | `ints`, `magnitude`, `huffman`, `bits` | the encodings of columns |
//! | `descriptors` | which descriptors threads have, going through a file |
//! | `zone` | what an EVENTS block may hold |
//! | `writer` | writing a file |
//! | `source`, `reader`, `check`, `damage` | reading a file, whole or damaged |
//! | `limits`, `error`, `cursor` | limits, errors, fields of untrusted bytes |
//!
//! The crate knows no syscall by name: which numbers, arguments and kinds there are, a file says of
//! itself in its [`Meta`].

mod bits;
mod block;
mod body;
mod check;
mod chunk;
mod clock;
mod cursor;
mod damage;
mod descriptors;
mod error;
mod huffman;
mod index;
mod ints;
mod ledger;
pub mod limits;
mod magnitude;
mod meta;
mod parts;
mod preamble;
mod process;
mod reader;
mod shed;
mod source;
mod writer;
mod zone;

pub use block::{BlockHeader, BlockKind};
pub use chunk::arguments::{Arguments, Place};
pub use chunk::builder::{ChunkBuilder, EncodedChunk};
pub use chunk::captures::{Captured, Captures};
pub use chunk::decode::{CallDef, Calls, Chunk, SectionInfo, ThreadRun, Times};
pub use chunk::event::{Capture, CaptureSection, CaptureStatus, Event, EventKey, mark};
pub use chunk::files::{File, FileFact, FileFd, Files, NUMBER, numbered};
pub use chunk::section;
pub use clock::{Clock, clock};
pub use damage::Damage;
pub use descriptors::{CWD, Descriptors, Open, socket_name, straight};
pub use error::FormatError;
pub use index::{End, IndexEntry, index};
pub use ledger::{LedgerRow, NO_CPU, drop_reason, ledger};
pub use meta::{
    AbiTable, ArgDef, CaseDef, ChoiceDef, ClassDef, ColumnDef, Detail, ErrnoDef, FieldDef, KindDef,
    KindRef, Member, Meta, NamesDef, StructDef, SyscallDef, columns,
};
pub use parts::{Part, Parts};
pub use preamble::{MAGIC, VERSION};
pub use process::{ProcEvent, ProcRecord, processes};
pub use reader::{Block, Trace};
pub use shed::{Shed, left_out, shed};
pub use writer::{Totals, Writer};
pub use zone::ZoneMap;
