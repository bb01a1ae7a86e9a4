//! Debian's archive: kernels of all its releases, fetched with lists and folders of our own, so that what is
//! installed here stays as it is.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use super::Kernel;
use crate::{
    Result,
    shell::{self, command, output},
};

/// Releases that hold kernels.
pub const SUITES: [&str; 5] =
    ["bullseye", "bookworm", "bookworm-backports", "trixie", "trixie-backports"];
/// What its indices are signed with.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// How apt says that the server, or even the index, has no such package.
const GONE: [&str; 4] = ["404", "E: Can't select", "E: Unable to locate", "E: Version"];
/// From 6.19 on, the second names are packages that only lead to the first.
const PREFIXES: [&str; 2] = ["linux-binary-", "linux-image-"];

/// The archive, and what was fetched from it.
pub struct Archive {
    folder: PathBuf,
    /// All packages that may be kernels.
    packages: Vec<String>,
}

impl Archive {
    /// Reads the indices of those releases, from where this machine has its packages.
    pub fn open(folder: PathBuf, suites: &[&str]) -> Result<Archive> {
        for made in ["lists/partial", "cache/archives/partial", "images"] {
            fs::create_dir_all(folder.join(made)).map_err(|error| error.to_string())?;
        }
        let folder = folder.canonicalize().map_err(|error| error.to_string())?;
        let mut all = sources("Debian", suites, "amd64 arm64")?;
        if let Ok(suite) = of_this_machine("Debian-Security", "$(CODENAME)") {
            all += &sources("Debian-Security", &[&suite], "amd64 arm64")?;
        }
        write(&folder.join("debian.sources"), &all)?;
        write(&folder.join("status"), "")?;
        write(&folder.join("apt.conf"), &configuration(&folder))?;
        let mut archive = Archive { folder, packages: Vec::new() };
        shell::run(archive.apt("apt-get").args(["update", "-q"]))?;
        for prefix in PREFIXES {
            let names = output(archive.apt("apt-cache").args(["pkgnames", prefix]))?;
            archive.packages.extend(names.lines().map(str::to_owned));
        }
        Ok(archive)
    }

    /// The newest kernel of that series, to be booted; or, within, why there is none.
    pub fn image(&self, kernel: &Kernel) -> Result<std::result::Result<PathBuf, String>> {
        let Some(package) = newest(&self.packages, kernel) else {
            return Ok(Err("the archive has no such kernel any more".to_owned()));
        };
        let image = self.folder.join("images").join(package);
        if image.exists() {
            return Ok(Ok(image));
        }
        let fetched = self.folder.join("fetched");
        let _ = fs::remove_dir_all(&fetched);
        let name = format!("{package}:{}", kernel.architecture.debian());
        if let Err(gone) = self.unpack(&name, &fetched)? {
            return Ok(Err(gone));
        }
        let within = find_image(&fetched).ok_or_else(|| format!("{package} holds no kernel"))?;
        fs::rename(within, &image).map_err(|error| error.to_string())?;
        let _ = fs::remove_dir_all(&fetched);
        Ok(Ok(image))
    }

    /// Fetches a package, NAME:ARCHITECTURE, and unpacks it into the folder; or, within, why it cannot be had.
    pub fn unpack(&self, package: &str, folder: &Path) -> Result<std::result::Result<(), String>> {
        let held = folder.join("package");
        fs::create_dir_all(&held).map_err(|error| error.to_string())?;
        match output(self.apt("apt-get").args(["download", package]).current_dir(&held)) {
            Err(error) if GONE.iter().any(|words| error.contains(words)) => {
                return Ok(Err(format!("{package} is no longer in the archive")));
            }
            downloaded => downloaded?,
        };
        shell::run(command("dpkg").arg("-x").arg(only_file(&held)?).arg(folder))?;
        fs::remove_dir_all(&held).map_err(|error| error.to_string())?;
        Ok(Ok(()))
    }

    /// A program of apt's, which sees this archive, and no package installed.
    pub fn apt(&self, program: &str) -> Command {
        let mut apt = command(program);
        apt.env("APT_CONFIG", self.folder.join("apt.conf")).env("LC_ALL", "C");
        apt
    }
}

/// The newest of the packages that holds a kernel of that series and flavour.
fn newest<'a>(packages: &'a [String], kernel: &Kernel) -> Option<&'a str> {
    let end = format!("-{}-{}", kernel.flavour, kernel.architecture.debian());
    let version = |name: &'a String| {
        let version = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
        let version = version.strip_suffix(&end)?;
        let is_wanted = version.starts_with(kernel.series)
            && version.starts_with(|first: char| first.is_ascii_digit());
        is_wanted.then(|| numbers(version))
    };
    let versions = packages.iter().filter_map(|name| Some((version(name)?, name)));
    // Of two with the same version the one that comes first in the prefixes.
    let newest = versions.reduce(|best, other| if other.0 > best.0 { other } else { best });
    newest.map(|(_, name)| name.as_str())
}

/// A version's numbers, which order it.
fn numbers(version: &str) -> Vec<u32> {
    version.split(|it: char| !it.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

/// Fetches qemu. Where the release before backports has an older one than other parts of it that are installed,
/// taking that would remove those; so it is taken from backports, with what it needs, and nothing is removed.
pub fn install_emulators(folder: &Path) -> Result {
    let lists = folder.join("qemu");
    let parts = lists.join("sources");
    let _ = fs::remove_dir_all(&parts);
    for made in ["sources", "lists/partial"] {
        fs::create_dir_all(lists.join(made)).map_err(|error| error.to_string())?;
    }
    let lists = lists.canonicalize().map_err(|error| error.to_string())?;
    let parts = lists.join("sources");
    for own in fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten() {
        symlink(own.path(), parts.join(own.file_name())).map_err(|error| error.to_string())?;
    }
    let backports = format!("{}-backports", codename()?);
    write(&parts.join("backports.sources"), &sources("Debian", &[&backports], "amd64")?)?;
    let apt = || {
        let mut apt = command("apt-get");
        apt.arg("-o").arg(format!("Dir::Etc::sourceparts={}", parts.display()));
        apt.arg("-o").arg(format!("Dir::State::lists={}", lists.join("lists").display()));
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    shell::run(apt().args(["update", "-q"]))?;
    shell::run(
        apt().args(["install", "-y", "-q", "--no-install-recommends", "--no-remove"]).args([
            "--target-release",
            &backports,
            "qemu-system-x86",
            "qemu-system-arm",
        ]),
    )
}

/// This machine's release.
pub fn codename() -> Result<String> {
    of_this_machine("Debian", "$(CODENAME)")
}

/// Sources for apt: the suites, from where this machine has the packages of that label.
fn sources(label: &str, suites: &[&str], architectures: &str) -> Result<String> {
    Ok(format!(
        "Types: deb\nURIs: {}\nSuites: {}\nComponents: main\nArchitectures: {architectures}\n\
         Targets: Packages\nSigned-By: {KEYRING}\n\n",
        of_this_machine(label, "$(REPO_URI)")?,
        suites.join(" "),
    ))
}

/// What apt says of this machine's own index of the packages of that label.
fn of_this_machine(label: &str, what: &str) -> Result<String> {
    let lists = output(
        command("apt-get")
            .args(["indextargets", "--format", what])
            .args(["Created-By: Packages", &format!("Label: {label}")]),
    )?;
    let first = lists.lines().next().map(str::to_owned);
    first.ok_or_else(|| "apt knows no Debian archive: run `apt-get update` as root".to_owned())
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::Etc::sourcelist \"{folder}/debian.sources\";\nDir::Etc::sourceparts \"-\";\n\
         Dir::State::lists \"{folder}/lists\";\nDir::State::status \"{folder}/status\";\n\
         Dir::Cache \"{folder}/cache\";\nAPT::Architectures {{ \"amd64\"; \"arm64\"; }};\n\
         APT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n"
    )
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let first = fs::read_dir(folder).ok().and_then(|mut files| files.next()?.ok());
    first.map(|it| it.path()).ok_or_else(|| format!("{}: nothing was fetched", folder.display()))
}

/// The kernel in an unpacked package: /boot/vmlinuz-VERSION, from 7.2 on /usr/lib/modules/VERSION/vmlinuz.
fn find_image(unpacked: &Path) -> Option<PathBuf> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let boot = entries(unpacked.join("boot")).map(|it| it.path());
    let modules = entries(unpacked.join("usr/lib/modules")).map(|it| it.path().join("vmlinuz"));
    let is_kernel = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz"))
    };
    boot.chain(modules).find(|path| is_kernel(path) && path.exists())
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Kernel, newest};
    use crate::kernels::machine::Architecture::X86_64;

    #[test]
    fn the_newest_of_a_series_is_no_metapackage_and_no_other_flavour() {
        let packages = [
            "linux-binary-7.3.4+deb13-cloud-amd64",
            "linux-binary-unsigned-7.4.1+deb13-cloud-amd64",
            "linux-image-7.3.4+deb13-cloud-amd64",
            "linux-image-7.10.1+deb13-rt-amd64",
            "linux-image-6.1.0-9-cloud-amd64",
            "linux-image-6.1.0-47-cloud-amd64",
            "linux-image-6.1.0-50-cloud-amd64-dbg",
            "linux-image-6.12.95+deb12-cloud-amd64",
            "linux-image-cloud-amd64",
        ]
        .map(str::to_owned);
        let kernel = |series| Kernel { name: "", architecture: X86_64, series, flavour: "cloud" };
        assert_eq!(newest(&packages, &kernel("6.1.")), Some("linux-image-6.1.0-47-cloud-amd64"));
        assert_eq!(newest(&packages, &kernel("")), Some("linux-binary-7.3.4+deb13-cloud-amd64"));
        assert_eq!(newest(&packages, &kernel("5.10.")), None);
    }
}
