//! What is checked without running the product.

use crate::{
    Result, docs, probe,
    shell::{self, cargo, has},
};

const DENY: &str = "0.20.2";

/// Formatting, lints, generated files, licences and sources of what is depended on.
pub fn run(install: bool) -> Result {
    for manifest in ["Cargo.toml", "probe/Cargo.toml", "fuzz/Cargo.toml"] {
        shell::run(cargo().args(["fmt", "--all", "--manifest-path", manifest, "--check"]))?;
    }
    shell::run(
        cargo().args(["clippy", "--workspace", "--all-targets", "--release", "--locked"]).args([
            "--features",
            "syscord-endure/look",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    probe::check()?;
    docs::check()?;
    if !has("cargo-deny") {
        if !install {
            return Err("cargo-deny is missing: run `cargo xtask lint --install`".to_owned());
        }
        shell::run(cargo().args(["install", "cargo-deny", "--version", DENY, "--locked"]))?;
    }
    // Advisories are left to `cargo deny check advisories`, which fetches their database.
    shell::run(cargo().args(["deny", "--locked", "check", "bans", "licenses", "sources"]))
}
