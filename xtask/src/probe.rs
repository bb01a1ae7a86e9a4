//! The probe's object: built from source, committed, and tied to its sources by a hash.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    Result,
    shell::{self, apt, command, output, repository, run},
};

const OBJECT: &str = "probe/syscord.bpf.o";
const HASH: &str = "probe/syscord.bpf.o.sources";
const TARGET: &str = "bpfel-unknown-none";

/// What the object depends on: the probe, and what it shares with the recorder.
const SOURCES: [&str; 8] = [
    "probe/src",
    "probe/Cargo.toml",
    "probe/Cargo.lock",
    "probe/.cargo/config.toml",
    "syscalls/src/record.rs",
    "syscalls/src/record",
    "syscalls/src/plan.rs",
    "syscalls/src/row.rs",
];

/// Debian's Rust that can build for BPF, and the LLVM it was built with.
const PACKAGES: [&str; 5] =
    ["rustc-web", "cargo-web", "libstd-rust-web-dev-bpf", "llvm-22-dev", "libpolly-22-dev"];
const LLVM: &str = "/usr/lib/llvm-22";
const LINKER: &str = "0.13.0";

/// Rebuilds the object and its hash.
pub fn build(install: bool) -> Result {
    if install {
        prepare()?;
    }
    let mut build = if nightly() {
        let mut cargo = command("cargo");
        cargo.arg("+nightly").args(["-Z", "build-std=core"]);
        cargo
    } else if Path::new("/usr/bin/cargo").exists() && Path::new(LLVM).exists() {
        let mut cargo = command("/usr/bin/cargo");
        cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
        cargo
    } else {
        return Err(format!(
            "no compiler for BPF: install nightly with rust-src and bpf-linker, or run \
             `cargo xtask probe --install` for Debian's {}",
            PACKAGES.join(" ")
        ));
    };
    build.args(["build", "--release", "--locked", "--target", TARGET]);
    build.env_remove("RUSTUP_TOOLCHAIN").env("CARGO_ENCODED_RUSTFLAGS", flags().join("\x1f"));
    run(build.current_dir(repository().join("probe")))?;
    let built = repository().join(format!("probe/target/{TARGET}/release/syscord-probe"));
    let object = repository().join(OBJECT);
    fs::copy(&built, &object).map_err(|error| format!("{}: {error}", built.display()))?;
    // Debug information is for the compiler's own checks; types for the kernel stay.
    run(command(strip()).arg("-g").arg(&object))?;
    fs::write(repository().join(HASH), hash()? + "\n").map_err(|e| format!("{HASH}: {e}"))
}

/// Flags of the compiler: types for the kernel; instructions that kernels know since 4.14 (v2), and words that may lie
/// anywhere, as the verifier allows on x86-64 and arm64; and names of source files that are the same wherever it runs,
/// since they end up in the object.
fn flags() -> Vec<String> {
    // Flags are part of the symbols' hashes, so the repository's own path must not be among them.
    let fixed = [
        "-Clink-arg=--btf",
        "-Cdebuginfo=2",
        "-Zremap-cwd-prefix=syscord",
        "-Ctarget-cpu=v2",
        "-Clink-arg=--cpu-features=+allows-misaligned-mem-access",
    ];
    let mut flags: Vec<String> = fixed.map(str::to_owned).into();
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    for registry in fs::read_dir(cargo.join("registry/src")).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", registry.path().display()));
    }
    flags
}

/// Whether the committed object was built from the sources as they are.
pub fn check() -> Result {
    let built = fs::read_to_string(repository().join(HASH)).map_err(|e| format!("{HASH}: {e}"))?;
    if built.trim() == hash()? {
        return Ok(());
    }
    Err(format!("{OBJECT} was built from other sources: run `cargo xtask probe`"))
}

fn prepare() -> Result {
    apt(&PACKAGES)?;
    let installed = output(command("bpf-linker").arg("--version")).unwrap_or_default();
    if installed.contains(LINKER) {
        return Ok(());
    }
    run(shell::cargo()
        .args(["install", "bpf-linker", "--version", LINKER, "--locked"])
        .args(["--no-default-features", "--features", "llvm-22"])
        .env("LLVM_PREFIX", LLVM))
}

fn nightly() -> bool {
    let sysroot = output(command("rustc").args(["+nightly", "--print", "sysroot"]));
    sysroot
        .is_ok_and(|root| Path::new(root.trim()).join("lib/rustlib/src/rust/library/core").exists())
        && shell::has("bpf-linker")
}

fn strip() -> String {
    let own = format!("{LLVM}/bin/llvm-strip");
    if Path::new(&own).exists() { own } else { "llvm-strip".to_owned() }
}

/// SHA-256 over names and contents of all sources.
fn hash() -> Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        let path = repository().join(source);
        if path.is_dir() {
            let entries = fs::read_dir(&path).map_err(|error| format!("{source}: {error}"))?;
            files.extend(
                entries
                    .flatten()
                    .map(|entry| format!("{source}/{}", entry.file_name().to_string_lossy())),
            );
        } else {
            files.push(source.to_owned());
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let contents =
            fs::read(repository().join(&file)).map_err(|error| format!("{file}: {error}"))?;
        hash.update(file.as_bytes());
        hash.update((contents.len() as u64).to_le_bytes());
        hash.update(contents);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_probe_is_built_from_these_sources() {
        assert_eq!(super::check(), Ok(()));
    }
}
