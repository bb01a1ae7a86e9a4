//! A Debian system of this machine's release: its essential packages, systemd, shells and man. It is made below `target/`
//! and run in a virtual machine alone, so that what is installed here stays as it is.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use super::folder;
use crate::{
    Result,
    kernels::archive::Archive,
    shell::{self, command, output},
};

/// What it holds.
const PACKAGES: [&str; 5] =
    ["?essential?architecture(amd64)", "systemd-sysv", "man-db", "zsh", "fish"];
/// Folders at the top that lead into /usr.
const MERGED: [&str; 4] = ["bin", "sbin", "lib", "lib64"];
/// Has dpkg unpack and configure all packages in the system, which sees this machine's devices meanwhile.
const INSTALL: &str = r#"
set -e
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
exec chroot "$1" dpkg --force-depends --force-confold --force-unsafe-io --install --recursive /packages >"$1.log" 2>&1
"#;

/// The folder that holds it, made anew if the archive has other packages now.
pub fn make(archive: &Archive) -> Result<PathBuf> {
    let (root, list) = (folder().join("system"), folder().join("system.list"));
    let apt = |what: &str| {
        let mut apt = archive.apt("apt-get");
        apt.args(["install", "-y", "-q", "--no-install-recommends", what]).args(PACKAGES);
        apt
    };
    let wanted = output(&mut apt("--simulate"))?;
    if fs::read_to_string(&list).is_ok_and(|held| held == wanted) {
        return Ok(root);
    }
    // SAFETY: the call has no preconditions.
    if unsafe { libc::geteuid() } != 0 {
        return Err("only root can make the system that the package is tried on".to_owned());
    }
    let failed = |error: std::io::Error| format!("{}: {error}", root.display());
    let _ = fs::remove_dir_all(&root);
    let packages = root.join("packages");
    fs::create_dir_all(&packages).map_err(failed)?;
    shell::run(
        apt("--download-only")
            .arg("-o")
            .arg(format!("Dir::Cache::archives={}", packages.display())),
    )?;
    unpack(&root, &packages)?;
    shell::run(
        command("unshare")
            .args(["--mount", "--pid", "--fork", "--propagation", "private", "sh", "-c", INSTALL])
            .arg("sh")
            .arg(&root),
    )?;
    fs::remove_dir_all(&packages).map_err(failed)?;
    fs::write(&list, wanted).map_err(failed)?;
    Ok(root)
}

/// Unpacks the packages, so that dpkg itself and what it needs are there to install them.
fn unpack(root: &Path, packages: &Path) -> Result {
    let failed = |error: std::io::Error| format!("{}: {error}", root.display());
    for name in MERGED {
        fs::create_dir_all(root.join("usr").join(name)).map_err(failed)?;
        symlink(format!("usr/{name}"), root.join(name)).map_err(failed)?;
    }
    for entry in fs::read_dir(packages).map_err(failed)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            output(command("dpkg-deb").arg("--extract").arg(&path).arg(root))?;
        }
    }
    fs::create_dir_all(root.join("var/lib/dpkg")).map_err(failed)?;
    fs::write(root.join("var/lib/dpkg/status"), "").map_err(failed)?;
    // So that no service is started: Debian asks this program; 101 is no.
    let policy = root.join("usr/sbin/policy-rc.d");
    fs::write(&policy, "#!/bin/sh\nexit 101\n").map_err(failed)?;
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o755)).map_err(failed)
}
