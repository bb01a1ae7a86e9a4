//! Figures of the table.

use syscord_syscalls::{Abi, Syscall, table};

use crate::Result;

/// Prints how many rows there are, how many of them the tests exercise (`tests/tests/coverage.rs`
/// makes sure of it) and which not, and how many capture memory.
pub fn count() -> Result {
    println!(" rows  exercised  untested");
    print("in all", table());
    for abi in Abi::ALL {
        print(abi.name(), table().filter(|row| row.numbers.on(abi).is_some()));
    }
    for row in table() {
        if let Some(why) = row.untested {
            println!("untested: {}: {why}", row.name);
        }
    }
    let captures = |row: &&Syscall| row.args.iter().any(|arg| arg.kind.memory().is_some());
    println!("{} rows capture memory", table().filter(captures).count());
    Ok(())
}

fn print(what: &str, rows: impl Iterator<Item = &'static Syscall>) {
    let (untested, exercised): (Vec<&Syscall>, Vec<&Syscall>) =
        rows.partition(|row| row.untested.is_some());
    let rows = untested.len() + exercised.len();
    println!("{rows:>5} {:>10} {:>9}  {what}", exercised.len(), untested.len());
}
