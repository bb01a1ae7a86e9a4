//! Generated documentation.

use std::fs;

use syscord_syscalls::reference;

use crate::{Result, shell::repository};

const PAGE: &str = "docs/syscalls.md";

/// Writes the reference of syscalls.
pub fn write() -> Result {
    fs::write(repository().join(PAGE), reference::markdown()).map_err(|e| format!("{PAGE}: {e}"))
}

/// Whether the committed reference is that of the table.
pub fn check() -> Result {
    let page = fs::read_to_string(repository().join(PAGE)).map_err(|e| format!("{PAGE}: {e}"))?;
    if page == reference::markdown() {
        return Ok(());
    }
    Err(format!("{PAGE} is not that of the table: run `cargo xtask docs`"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_is_that_of_the_table() {
        assert_eq!(super::check(), Ok(()));
    }
}
