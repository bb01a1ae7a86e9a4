//! What is checked without running the product.

use crate::{
    Result, docs, probe,
    shell::{self, cargo, has},
};

/// Formatting, lints, licences and advisories, generated files.
pub fn run() -> Result {
    shell::run(cargo().args(["fmt", "--all", "--check"]))?;
    shell::run(
        cargo()
            .args(["clippy", "--workspace", "--all-targets", "--release", "--locked", "--"])
            .args(["-D", "warnings"]),
    )?;
    probe::check()?;
    docs::check()?;
    if has("cargo-deny") {
        shell::run(cargo().args(["deny", "--offline", "check", "bans", "licenses", "sources"]))?;
    } else {
        eprintln!("skipped: cargo-deny is not installed (`cargo install cargo-deny`)");
    }
    Ok(())
}
