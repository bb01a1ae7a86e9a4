//! All tests, and the demonstration.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt};

use crate::{
    Result,
    shell::{self, apt, cargo, command, has, output, repository},
};

/// Programs the tests run or compare with, and the Debian packages that hold them.
const TOOLS: [(&str, &str); 12] = [
    ("strace", "strace"),
    ("nginx", "nginx-light"),
    ("ab", "apache2-utils"),
    ("gcc", "gcc"),
    ("git", "git"),
    ("python3", "python3"),
    ("setpriv", "util-linux"),
    ("openssl", "openssl"),
    ("redis-server", "redis-server"),
    ("redis-cli", "redis-tools"),
    ("redis-benchmark", "redis-tools"),
    ("node", "nodejs"),
];
/// Packages without a program in PATH: kernel headers, 32-bit compilation, `initdb`.
const LIBRARIES: [&str; 3] = ["linux-libc-dev", "gcc-multilib", "postgresql"];
/// Debian keeps `initdb` below here, by version.
const POSTGRESQL: &str = "/usr/lib/postgresql";
/// Python packages that the independent readers use.
const MODULES: [&str; 2] = ["zstandard", "pyarrow"];

/// Builds the workspace in release and runs its tests; those on the kernel one at a time, so that each
/// has the machine to itself.
pub fn run(install: bool) -> Result {
    if install {
        prepare()?;
    }
    check_tools()?;
    shell::run(cargo().args(["build", "--workspace", "--release", "--locked"]))?;
    shell::run(cargo().args([
        "test",
        "--workspace",
        "--release",
        "--locked",
        "--exclude",
        "syscord-tests",
    ]))?;
    shell::run(
        cargo()
            .args(["test", "--release", "--locked", "--package", "syscord-tests", "--no-fail-fast"])
            .args(["--", "--test-threads=1"]),
    )
}

/// Records a real program and shows what it did.
pub fn demo() -> Result {
    shell::run(cargo().args([
        "build",
        "--release",
        "--locked",
        "-p",
        "syscord",
        "-p",
        "syscord-query",
    ]))?;
    let program = |name: &str| command(repository().join("target/release").join(name));
    let trace = "target/demo.scd";
    shell::run(program("syscord").args(["record", "-o", trace, "--", "ls", "-l", "/"]))?;
    shell::run(program("syscord-query").args([trace, "--text", "--limit", "20"]))?;
    shell::run(program("syscord-query").args(["stats", trace]))
}

fn prepare() -> Result {
    let mut packages: Vec<&str> = TOOLS.iter().map(|(_, package)| *package).collect();
    packages.extend(LIBRARIES);
    packages.extend(["python3-pip"].into_iter().filter(|_| !has("pip3") && !has("pip")));
    {
        let _stopped = NoServices::new();
        apt(&packages)?;
    }
    if !has_modules() {
        // Debian's own Python wants to be told that its packages may be added to.
        let pip = ["-m", "pip", "install", "--quiet"];
        shell::run(
            command("python3").args(pip).args(MODULES).env("PIP_BREAK_SYSTEM_PACKAGES", "1"),
        )?;
    }
    Ok(())
}

fn check_tools() -> Result {
    let mut missing: Vec<&str> =
        TOOLS.iter().map(|(tool, _)| *tool).filter(|tool| !has(tool)).collect();
    if !has_modules() {
        missing.extend(MODULES);
    }
    if !has_initdb() {
        missing.push("initdb");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(format!("the tests need {missing}: run `cargo xtask test --install` as root"))
}

/// While it lives, what is installed starts no service: the tests start servers of their own.
struct NoServices {
    made: bool,
}

impl NoServices {
    /// Debian asks this program whether a service may be started; 101 is no.
    const POLICY: &str = "/usr/sbin/policy-rc.d";

    fn new() -> NoServices {
        // Where there is one already, it is the administrator's.
        let made = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(NoServices::POLICY)
            .and_then(|mut file| file.write_all(b"#!/bin/sh\nexit 101\n"))
            .is_ok();
        NoServices { made }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.made {
            let _ = fs::remove_file(NoServices::POLICY);
        }
    }
}

fn has_initdb() -> bool {
    let versions = fs::read_dir(POSTGRESQL);
    versions.is_ok_and(|mut versions| {
        versions.any(|version| version.is_ok_and(|it| it.path().join("bin/initdb").exists()))
    })
}

fn has_modules() -> bool {
    let import = format!("import {}", MODULES.join(", "));
    output(command("python3").args(["-c", &import])).is_ok()
}
