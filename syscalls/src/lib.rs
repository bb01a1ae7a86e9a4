//! What is known of every Linux syscall: its number on each ABI, the meaning of its arguments and
//! result, and what of the memory behind them is worth keeping.
//!
//! One row of the table ([`Syscall`]) is the single source for the probe, the recorder, the query
//! tool and the reference. A row's vocabulary is closed ([`Kind`]): nothing else in the project
//! decides what an argument means.
//!
//! - [`lookup`] finds a row by ABI and number, [`named`] by name, [`table`] yields all of them.
//! - [`errno`] and [`signal`] name error and signal numbers.
//! - `grammar` and `set` are the meaning of `--syscall SET`; `reference` writes the table for
//!   readers. They need the feature `alloc`, which is on unless default features are off.
//!
//! Numbers and names are those of the kernel's `unistd.h` for each architecture, arguments those
//! of section 2 of the manual pages, or of the kernel's definition where there is no page.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod choices;
pub mod dirent;
pub mod errno;
#[cfg(feature = "alloc")]
pub mod grammar;
mod kind;
pub mod names;
#[cfg(feature = "alloc")]
pub mod nearest;
pub mod plan;
pub mod record;
#[cfg(feature = "alloc")]
pub mod reference;
mod row;
#[cfg(feature = "alloc")]
pub mod set;
pub mod signal;
pub mod structs;
mod table;

pub use kind::{Detail, Kind, Len, Memory, Role, Shape, When};
pub use row::{Abi, Arg, Class, MAX_ARGS, Numbers, Syscall};
#[cfg(feature = "alloc")]
pub use set::SyscallSet;
pub use table::{lookup, named, table};

/// Every syscall number of every ABI is below this; what is indexed by number has this size.
pub const NR_LIMIT: usize = 1024;
