//! A compiler for arm64, of Debian's packages, unpacked below `target/`: to install them would remove the 32-bit
//! compiler that the tests need.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use super::archive::{self, Archive};
use crate::{
    Result,
    shell::{command, output},
};

/// The compiler and linker of this machine's release, and what is linked.
const PACKAGES: [&str; 8] = [
    "gcc-12-aarch64-linux-gnu:amd64",
    "cpp-12-aarch64-linux-gnu:amd64",
    "binutils-aarch64-linux-gnu:amd64",
    "libgcc-12-dev-arm64-cross",
    "libgcc-s1-arm64-cross",
    "libc6-dev-arm64-cross",
    "libc6-arm64-cross",
    "linux-libc-dev-arm64-cross",
];
const GCC: &str = "aarch64-linux-gnu-gcc-12";
/// Debian's Rust, whose library for arm64 is a package, too: `cargo xtask probe --install` installs it.
const RUST: [&str; 2] = ["/usr/bin/cargo", "/usr/bin/rustc"];
const RUST_PACKAGE: &str = "rustc-web";
const LIBRARY: &str = "libstd-rust-web-dev:arm64";

/// Cargo that builds for arm64, and the compiler's flags for it.
pub struct Cross {
    folder: PathBuf,
    pub flags: String,
}

impl Cross {
    /// Fetches what is missing; or, within, why it cannot be had.
    pub fn prepare(
        archive: &Archive,
        folder: PathBuf,
    ) -> Result<std::result::Result<Cross, String>> {
        if !RUST.iter().all(|program| Path::new(program).exists()) {
            let remedy = "`cargo xtask probe --install` as root fetches it";
            return Ok(Err(format!("Debian's Rust is missing: {remedy}")));
        }
        let version = ["-W", "-f", "${Version}", RUST_PACKAGE];
        let version = output(command("dpkg-query").args(version))?;
        let unpacked = folder.join(version.trim());
        if !unpacked.exists() {
            let fetched = folder.join("fetched");
            let _ = fs::remove_dir_all(&fetched);
            let library = format!("{LIBRARY}={}", version.trim());
            let release = archive::codename()?;
            let tools = PACKAGES.map(|package| format!("{package}/{release}"));
            for package in tools.iter().chain([&library]) {
                if let Err(gone) = archive.unpack(package, &fetched)? {
                    return Ok(Err(gone));
                }
            }
            sysroot(&fetched)?;
            fs::rename(&fetched, &unpacked).map_err(|error| error.to_string())?;
        }
        let folder = unpacked.canonicalize().map_err(|error| error.to_string())?;
        let flags = format!("--sysroot={}", folder.join("sysroot").display());
        Ok(Ok(Cross { folder, flags }))
    }

    /// Cargo with that compiler.
    pub fn cargo(&self) -> Command {
        let gcc = self.folder.join("usr/bin").join(GCC);
        let mut cargo = command(RUST[0]);
        cargo.env("RUSTC", RUST[1]).env_remove("RUSTUP_TOOLCHAIN");
        // gcc looks for its assembler, and the assembler for its libraries.
        let path = std::env::var("PATH").unwrap_or_default();
        cargo.env("PATH", format!("{}:{path}", self.folder.join("usr/bin").display()));
        cargo.env("LD_LIBRARY_PATH", self.folder.join("usr/lib/x86_64-linux-gnu"));
        cargo.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", &gcc);
        cargo.env("CC_aarch64_unknown_linux_gnu", &gcc);
        cargo
    }
}

/// Rust's libraries of both architectures, side by side.
fn sysroot(unpacked: &Path) -> Result {
    let libraries = unpacked.join("sysroot/lib/rustlib");
    fs::create_dir_all(&libraries).map_err(|error| error.to_string())?;
    let link = |from: &str, target: &str| {
        symlink(from, libraries.join(target)).map_err(|error| error.to_string())
    };
    link("../../../usr/lib/rustlib/aarch64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")?;
    link("/usr/lib/rustlib/x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu")
}
