//! All tests, and the demonstration.

use crate::{
    Result,
    shell::{self, apt, cargo, command, has, output, repository},
};

/// Programs the tests run or compare with, and the Debian packages that hold them.
const TOOLS: [(&str, &str); 7] = [
    ("strace", "strace"),
    ("nginx", "nginx-light"),
    ("ab", "apache2-utils"),
    ("gcc", "gcc"),
    ("git", "git"),
    ("python3", "python3"),
    ("setpriv", "util-linux"),
];
/// Packages without a program of their own: kernel headers, 32-bit compilation.
const LIBRARIES: [&str; 2] = ["linux-libc-dev", "gcc-multilib"];
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
    apt(&packages)?;
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
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(format!("the tests need {missing}: run `cargo xtask test --install` as root"))
}

fn has_modules() -> bool {
    let import = format!("import {}", MODULES.join(", "));
    output(command("python3").args(["-c", &import])).is_ok()
}
