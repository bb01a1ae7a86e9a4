//! What came of the package: on the terminal, and in docs/PACKAGE.md.

use super::check::Told;
use crate::{
    Result,
    document::{self, Table},
    shell::{command, output},
};

const DOCUMENT: &str = "docs/PACKAGE.md";

/// Shows it, writes it if wanted, and fails if something is not as it should be.
pub fn conclude(told: &Told, write: bool) -> Result {
    let mut table = Table::new("Checks", "", &["check", "seen", "result"]);
    for check in &told.checks {
        let result = if check.passed { "passed" } else { "FAILED" };
        table.row(&[&check.what, &check.seen, result]);
    }
    table.print();
    let failed: Vec<&str> =
        told.checks.iter().filter(|it| !it.passed).map(|it| it.what.as_str()).collect();
    if !failed.is_empty() {
        return Err(format!("not as they should be: {}", failed.join(", ")));
    }
    if write {
        document::put(DOCUMENT, &format!("{}\n\n{}", origin(told)?, table.markdown()))?;
        println!("\nwritten to {DOCUMENT}");
    }
    Ok(())
}

/// When and with what it was tried.
fn origin(told: &Told) -> Result<String> {
    let date = output(command("date").args(["-u", "+%Y-%m-%d"]))?;
    let commit = output(command("git").args(["describe", "--always", "--dirty"]))?;
    let about = told.about.join(", ");
    Ok(format!("Tried {} at commit {}, on {about}.", date.trim(), commit.trim()))
}
