//! What runs in the machines: programs that need nothing else, and the filesystem that holds them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use syscord_guest::{CALLS, PRESENT, PRESENT_CONTENT, SYSCORD};

use super::{
    archive::Archive,
    cpio::{CHARACTERS, Cpio, DIRECTORY, FILE},
    cross::Cross,
    folder,
    machine::Architecture::{self, Aarch64, X86_64},
};
use crate::{
    Result,
    shell::{self, cargo},
};

/// What a machine boots into, for each architecture; or why that cannot be built.
pub fn build(architecture: Architecture, archive: &Archive) -> Result<Built> {
    let (mut cargo, mut flags) = (cargo(), STATIC.to_owned());
    if architecture == Aarch64 {
        match Cross::prepare(archive, folder().join("cross"))? {
            Ok(cross) => {
                cargo = cross.cargo();
                flags = format!("{STATIC} {}", cross.flags);
            }
            Err(reason) => return Ok(Err(reason)),
        }
    }
    let built = compile(cargo, architecture, &flags, &["syscord", "syscord-guest"])?;
    let initrd = folder().join(format!("{}.cpio", architecture.debian()));
    fs::write(&initrd, filesystem(&built)?).map_err(|error| error.to_string())?;
    Ok(Ok(initrd))
}

pub type Built = std::result::Result<PathBuf, String>;

/// Our own reader of traces, for this machine.
pub fn build_query() -> Result<PathBuf> {
    Ok(compile(cargo(), X86_64, STATIC, &["syscord-query"])?.join("syscord-query"))
}

const STATIC: &str = "-C target-feature=+crt-static";

/// Builds packages, without Parquet, which takes most of the time. Returns where the programs are.
fn compile(
    mut cargo: Command,
    architecture: Architecture,
    flags: &str,
    packages: &[&str],
) -> Result<PathBuf> {
    let target = architecture.target();
    shell::run(
        cargo
            .args(["build", "--release", "--locked", "--no-default-features", "--target", target])
            .args(packages.iter().flat_map(|package| ["-p", package]))
            .arg("--target-dir")
            .arg(folder())
            .env("RUSTFLAGS", flags),
    )?;
    Ok(folder().join(target).join("release"))
}

/// The first filesystem, as the kernel unpacks it.
fn filesystem(built: &Path) -> Result<Vec<u8>> {
    let mut archive = Cpio::default();
    for folder in ["dev", "proc", "sys"] {
        archive.add(folder, DIRECTORY | 0o755, (0, 0), b"");
    }
    // Standard output of the first program.
    archive.add("dev/console", CHARACTERS | 0o600, (5, 1), b"");
    for (name, program) in [("/init", "guest-init"), (SYSCORD, "syscord"), (CALLS, "guest-calls")] {
        let path = built.join(program);
        let program = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        archive.add(name, FILE | 0o755, (0, 0), &program);
    }
    archive.add(PRESENT.0, FILE | 0o644, (0, 0), PRESENT_CONTENT.as_bytes());
    Ok(archive.end())
}
