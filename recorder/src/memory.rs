//! Whether the control group leaves memory enough to begin: the kernel kills what takes more, without a word to it
//! (cgroups(7)).

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What it takes to begin, beside the rings: the kernel's type information, tables of threads, the encoder.
const OWN: u64 = 80 << 20;

/// Too little memory.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLittle {
    /// Bytes that it takes, about.
    pub needed: u64,
    /// Bytes that there may be.
    pub limit: u64,
    /// The file that says so.
    pub by: PathBuf,
}

/// Whether there is too little for rings of so many bytes in all. Where no limit can be read, there is none.
pub fn lacking(rings: u64) -> Option<TooLittle> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let needed = rings.saturating_add(OWN);
    let folders = folders(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"));
    let files = folders.iter().flat_map(|folder| FILES.map(|file| folder.join(file)));
    let limits = files.filter_map(|file| {
        // `max` is no number: there is no limit.
        let limit = fs::read_to_string(&file).ok()?.trim().parse().ok()?;
        Some((limit, file))
    });
    let (limit, by) = limits.min()?;
    (limit < needed).then_some(TooLittle { needed, limit, by })
}

/// Where a limit stands, in versions 2 and 1.
const FILES: [&str; 2] = ["memory.max", "memory.limit_in_bytes"];

/// The folders of our own control groups, with those above, that may limit memory: by `/proc/self/cgroup` and
/// `/proc/self/mountinfo` (proc(5)).
fn folders(groups: &str, mounts: &str) -> Vec<PathBuf> {
    let own = |controller: &str| {
        groups.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let is_it = fields.next()?.split(',').any(|it| it == controller);
            is_it.then_some(fields.next()?)
        })
    };
    let mut folders = Vec::new();
    for line in mounts.lines() {
        let Some((place, filesystem)) = line.split_once(" - ") else { continue };
        let controller = match filesystem.split(' ').collect::<Vec<_>>().as_slice() {
            ["cgroup2", ..] => "",
            ["cgroup", _, options] if options.split(',').any(|it| it == "memory") => "memory",
            _ => continue,
        };
        let fields: Vec<&str> = place.split(' ').collect();
        let (Some(root), Some(mount)) = (fields.get(3), fields.get(4)) else { continue };
        let Some(path) = own(controller) else { continue };
        // What lies outside of what is mounted cannot be looked at.
        let Ok(below) = Path::new(path).strip_prefix(root) else { continue };
        let levels = below.ancestors().map(|level| Path::new(mount).join(level));
        folders.extend(levels);
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_both_versions_are_looked_for_up_to_the_top() {
        let groups = "4:memory:/a/b\n3:cpu,cpuacct:/x\n0::/user.slice\n";
        let mounts = "30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
                      31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n\
                      32 30 0:28 /a /sys/fs/cgroup/memory rw shared:5 - cgroup cgroup rw,memory\n\
                      33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n";
        let expected = [
            "/sys/fs/cgroup/memory/b",
            "/sys/fs/cgroup/memory/",
            "/sys/fs/cgroup/unified/user.slice",
            "/sys/fs/cgroup/unified/",
        ];
        assert_eq!(folders(groups, mounts), expected.map(PathBuf::from));
        assert!(folders(groups, "").is_empty() && folders("", mounts).is_empty());
    }
}
