//! The table itself, one file per theme, and its index by number.
//!
//! Rows follow these rules:
//!
//! - ABIs share a row if they share its arguments. On i386 a 64-bit argument comes in two words,
//!   named after it with `_lo` and `_hi` where no manual page has names, hence in rows of its own.
//! - `i386.rs` has the calls that only i386 has; all others lie with their theme.
//! - An argument is a `Ptr` if what it points to has no length that is known.
//! - On x32 a call has the number that it has on x86-64, unless its row says another.
//! - A number that was reserved for a call but never implemented has the registers that were meant
//!   for it, if any, as bare numbers; a call that was removed keeps the arguments it had.

mod clock;
mod creds;
mod descriptors;
mod events;
mod i386;
mod ipc;
mod memory;
mod mounts;
mod network;
mod paths;
mod process;
mod sched;
mod signals;
mod system;
mod uring;
mod xattr;

use crate::{Abi, NR_LIMIT, Syscall};

/// Every row: each file's rows are in alphabetical order.
static FILES: [&[Syscall]; 16] = [
    clock::ROWS,
    creds::ROWS,
    descriptors::ROWS,
    events::ROWS,
    i386::ROWS,
    ipc::ROWS,
    memory::ROWS,
    mounts::ROWS,
    network::ROWS,
    paths::ROWS,
    process::ROWS,
    sched::ROWS,
    signals::ROWS,
    system::ROWS,
    uring::ROWS,
    xattr::ROWS,
];

/// For each ABI, by its id, the row of each number.
static BY_NUMBER: [[Option<&Syscall>; NR_LIMIT]; Abi::SLOTS] = {
    let mut by_number = [[None; NR_LIMIT]; Abi::SLOTS];
    let mut next = 0;
    while next < Abi::ALL.len() {
        by_number[Abi::ALL[next] as usize] = index(Abi::ALL[next]);
        next += 1;
    }
    by_number
};

/// All rows of all files. A name has several rows if its arguments differ between ABIs; those
/// stand next to each other.
pub fn table() -> impl Iterator<Item = &'static Syscall> {
    FILES.into_iter().flatten()
}

/// The syscall that has the number `nr` on `abi`.
///
/// ```
/// use syscord_syscalls::{Abi, lookup};
///
/// assert_eq!(lookup(Abi::X86_64, 0).map(|call| call.name), Some("read"));
/// assert!(lookup(Abi::X86_64, u32::MAX).is_none());
/// ```
pub fn lookup(abi: Abi, nr: u32) -> Option<&'static Syscall> {
    *BY_NUMBER[abi as usize].get(usize::try_from(nr).ok()?)?
}

/// The rows of that name: none, one, or one for each form that the arguments have.
pub fn named(name: &str) -> impl Iterator<Item = &'static Syscall> {
    table().filter(move |call| call.name == name)
}

/// The rows of `abi` by number. Two rows that claim one number, or a number that is not below
/// [`NR_LIMIT`], stop the build.
const fn index(abi: Abi) -> [Option<&'static Syscall>; NR_LIMIT] {
    let mut by_number = [None; NR_LIMIT];
    let mut file = 0;
    while file < FILES.len() {
        let mut row = 0;
        while row < FILES[file].len() {
            let call = &FILES[file][row];
            if let Some(nr) = call.numbers.on(abi) {
                assert!(by_number[nr as usize].is_none(), "two rows claim one number");
                by_number[nr as usize] = Some(call);
            }
            row += 1;
        }
        file += 1;
    }
    by_number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names ascend within a file, so that a row is found by eye and has one right place.
    #[test]
    fn rows_are_in_alphabetical_order() {
        for rows in FILES {
            for pair in rows.windows(2) {
                assert!(pair[0].name <= pair[1].name, "{} before {}", pair[0].name, pair[1].name);
            }
        }
    }

    /// A name's rows lie in one file, for `named` and for the reader.
    #[test]
    fn rows_of_one_name_are_in_one_file() {
        for (i, rows) in FILES.iter().enumerate() {
            for other in &FILES[i + 1..] {
                for row in *rows {
                    assert!(other.iter().all(|o| o.name != row.name), "{} in two files", row.name);
                }
            }
        }
    }

    #[test]
    fn lookup_finds_every_number_of_every_row() {
        for call in table() {
            for abi in Abi::ALL {
                if let Some(nr) = call.numbers.on(abi) {
                    let found = lookup(abi, u32::from(nr)).unwrap();
                    assert!(core::ptr::eq(found, call), "{} on {}", call.name, abi.name());
                }
            }
        }
        assert!(lookup(Abi::Aarch64, 244).is_none());
        assert!(lookup(Abi::X86_64, NR_LIMIT as u32).is_none());
    }

    #[test]
    fn named_finds_each_form() {
        assert_eq!(named("read").count(), 1);
        assert_eq!(named("clone").count(), 2);
        assert_eq!(named("no_such_call").count(), 0);
    }
}
