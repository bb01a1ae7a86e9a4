//! What docs/PERFORMANCE.md is made of.

use crate::{
    Result,
    document::{self, Table},
};

const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// What else took part, and how it tells its version.
const PROGRAMS: [(&str, &str); 4] =
    [("rustc", "-V"), ("strace", "-V"), ("perf", "--version"), ("sysdig", "--version")];

/// All that was measured.
#[derive(Default)]
pub struct Report {
    pub tables: Vec<Table>,
}

impl Report {
    /// Puts the tables into the document, each in place of the one that it had.
    pub fn write(&self) -> Result {
        let machine = document::machine("Measured", &PROGRAMS)?;
        document::put_each(DOCUMENT, &self.tables, &machine)?;
        println!("\nwritten to {DOCUMENT}");
        Ok(())
    }
}
