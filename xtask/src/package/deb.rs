//! Building the package.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::folder;
use crate::{
    Result,
    shell::{self, cargo, command, output, repository},
};

const PROGRAMS: [&str; 2] = ["syscord", "syscord-query"];
const CARGO_DEB: &str = "3.8.0";
/// Tools that only a chore needs, so that they are not among the user's.
const TOOLS: &str = "target/tools";
/// Where packages go.
const PACKAGES: &str = "target/debian";

/// Builds the programs, has them write their pages and completions, and packs all that. Returns the package.
pub fn build(install: bool) -> Result<PathBuf> {
    let packer = packer(install)?;
    let packages = PROGRAMS.iter().flat_map(|program| ["-p", program]);
    shell::run(cargo().args(["build", "--release", "--locked"]).args(packages))?;
    // What is left of programs as they were before is not to be packed.
    for made in ["man", "completions"] {
        let _ = fs::remove_dir_all(folder().join(made));
    }
    for program in PROGRAMS {
        let program = repository().join("target/release").join(program);
        shell::run(command(program).arg("--generate").arg(folder()))?;
    }
    let told = output(
        command(packer)
            .args(["--no-build", "--no-strip", "--locked", "-p", "syscord"])
            .args(["--output", &format!("{PACKAGES}/")]),
    )?;
    let package = told.lines().map(str::trim).find(|line| line.ends_with(".deb"));
    package
        .map(|path| repository().join(path))
        .ok_or_else(|| format!("cargo-deb does not say what it made: {told}"))
}

/// cargo-deb of our own, or that of the user.
fn packer(install: bool) -> Result<PathBuf> {
    let own = repository().join(TOOLS).join("bin/cargo-deb");
    let held = |path: &Path| {
        output(command(path).arg("--version")).is_ok_and(|version| version.contains(CARGO_DEB))
    };
    if held(&own) {
        return Ok(own);
    }
    if install {
        let version = ["install", "cargo-deb", "--version", CARGO_DEB, "--locked"];
        shell::run(cargo().args(version).args(["--root", TOOLS]))?;
        return Ok(own);
    }
    if shell::has("cargo-deb") {
        return Ok("cargo-deb".into());
    }
    Err("cargo-deb is missing: run `cargo xtask package --install`".to_owned())
}
