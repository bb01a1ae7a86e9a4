//! Figures of the table.

use syscord_syscalls::{Abi, table};

use crate::Result;

/// Prints how many rows and numbers there are, and how many rows capture memory.
pub fn count() -> Result {
    println!("{:>5} rows", table().count());
    for abi in Abi::ALL {
        let numbers = table().filter(|row| row.numbers.on(abi).is_some()).count();
        println!("{numbers:>5} on {}", abi.name());
    }
    let captured =
        |row: &&syscord_syscalls::Syscall| row.args.iter().any(|arg| arg.kind.memory().is_some());
    println!("{:>5} rows capture memory", table().filter(captured).count());
    Ok(())
}
