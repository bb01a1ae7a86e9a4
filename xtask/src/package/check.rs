//! Trying the package: the system is booted with it, and `packaging/check.sh` runs there as a service.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{folder, system};
use crate::{
    Result,
    kernels::{
        Kernel,
        archive::Archive,
        cpio::{Cpio, DIRECTORY, FILE, LINK},
        machine::{self, Architecture::X86_64, Machine},
    },
    shell::{has, repository},
};

const SCRIPT: &str = "packaging/check.sh";
/// The service that runs it. As long as it names ours, systemd does not forget how that ended.
const UNIT: &str = "\
[Unit]
Description=Check of a package
After=multi-user.target syscord.service

[Service]
Type=exec
ExecStart=/bin/bash /check
ExecStopPost=/usr/bin/systemctl --force poweroff
";
const SERVICE: &str = "/etc/systemd/system/check.service";
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants";
const LOGINS: &str = "/etc/systemd/system/getty.target";
/// What the system can do without, where memory is what it lies in.
const LEFT_OUT: [&str; 7] = [
    "dev",
    "proc",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/i18n",
    "usr/share/zoneinfo",
    "usr/sbin/policy-rc.d",
];
const MACHINE: Machine = Machine { architecture: X86_64, memory: 3072, seconds: 1800 };
/// The last line.
const END: &str = "end";

/// What came of a check.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    pub passed: bool,
    /// What was checked.
    pub what: String,
    /// What was seen.
    pub seen: String,
}

/// All that was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// On what it was tried.
    pub about: Vec<String>,
    pub checks: Vec<Check>,
}

/// Boots the system with the package.
pub fn run(package: &Path) -> Result<Told> {
    let emulator = X86_64.emulator();
    if !has(emulator) {
        return Err(format!("{emulator} is missing: `cargo xtask kernels --install` fetches it"));
    }
    fs::create_dir_all(folder()).map_err(|error| error.to_string())?;
    let archive = Archive::open(folder().join("archive"), &[&release()?])?;
    let newest = Kernel { name: "", architecture: X86_64, series: "", flavour: "cloud" };
    let image = archive.image(&newest)??;
    let initrd = filesystem(&system::make(&archive)?, package)?;
    let ran = machine::boot(MACHINE, &image, &initrd, &folder().join("run"))?;
    told(&ran.text()).map_err(|error| format!("{error}; it printed\n{}", ran.printed))
}

/// The release that the programs were built on (os-release(5)): an older one may lack the C library that they need.
fn release() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release").map_err(|error| error.to_string())?;
    let name = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    name.map(|name| name.trim_matches('"').to_owned())
        .ok_or_else(|| "/etc/os-release names no release of Debian".to_owned())
}

/// The first filesystem: the system, the package and the script.
fn filesystem(system: &Path, package: &Path) -> Result<PathBuf> {
    let mut all = Cpio::default();
    all.add_tree(system, &|path| LEFT_OUT.iter().any(|left_out| path == Path::new(left_out)))?;
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    for folder in ["dev", "proc", WANTED] {
        all.add(folder, DIRECTORY | 0o755, (0, 0), b"");
    }
    all.add("init", LINK | 0o777, (0, 0), b"usr/lib/systemd/systemd");
    all.add("package.deb", FILE | 0o644, (0, 0), &read(package)?);
    all.add("check", FILE | 0o755, (0, 0), &read(&repository().join(SCRIPT))?);
    all.add(SERVICE, FILE | 0o644, (0, 0), UNIT.as_bytes());
    all.add(format!("{WANTED}/check.service"), LINK | 0o777, (0, 0), SERVICE.as_bytes());
    // Nobody logs in, and the consoles are waited for as long as nobody says that they are there.
    all.add(LOGINS, LINK | 0o777, (0, 0), b"/dev/null");
    // Without one, systemd takes it for the first start, and enables all services that there are.
    all.add("etc/machine-id", FILE | 0o444, (0, 0), b"5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e\n");
    let initrd = folder().join("system.cpio");
    fs::write(&initrd, all.end()).map_err(|error| format!("{}: {error}", initrd.display()))?;
    Ok(initrd)
}

/// Reads what the script has sent.
fn told(sent: &str) -> Result<Told> {
    let mut told = Told::default();
    for line in sent.lines() {
        let mut fields = line.trim_end_matches('\r').splitn(3, '\t');
        let (kind, what, seen) = (fields.next(), fields.next(), fields.next());
        let (what, seen) = (what.unwrap_or_default(), seen.unwrap_or_default());
        let check = |passed| Check { passed, what: what.to_owned(), seen: seen.to_owned() };
        match kind {
            Some("ok") => told.checks.push(check(true)),
            Some("FAIL") => told.checks.push(check(false)),
            Some("about") => told.about.push(what.to_owned()),
            Some(END) => return Ok(told),
            _ => return Err(format!("`{line}` is no check")),
        }
    }
    let last = told.checks.last().map_or("the first", |check| &check.what);
    Err(format!("the checks stop after {last}"))
}

#[cfg(test)]
mod tests {
    use super::{Check, told};

    #[test]
    fn what_is_sent_is_read_and_must_have_an_end() {
        let sent = "about\tLinux\t\r\nok\tone\t1\r\nFAIL\ttwo\t2 instead of 3\n";
        let error = told(sent).unwrap_err();
        assert_eq!(error, "the checks stop after two");
        let told = told(&format!("{sent}end\t\t\n")).unwrap();
        assert_eq!(told.about, ["Linux"]);
        let check = |passed, what: &str, seen: &str| Check {
            passed,
            what: what.to_owned(),
            seen: seen.to_owned(),
        };
        assert_eq!(told.checks, [check(true, "one", "1"), check(false, "two", "2 instead of 3")]);
    }
}
