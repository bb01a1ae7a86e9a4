//! From the command line's WHO to the probe's filter, checked.

use std::{ffi::OsStr, fs, io, os::unix::ffi::OsStrExt, os::unix::fs::MetadataExt, path::Path};

use syscord_syscalls::record::{COMM, FILTER_VALUES, Filter, criterion};
use thiserror::Error;

use crate::{cli::Who, users};

/// A filter that cannot be.
#[derive(Debug, Error)]
pub enum FilterError {
    /// Too many values.
    #[error("{option} takes at most {FILTER_VALUES} values")]
    TooMany {
        /// The option.
        option: &'static str,
    },
    /// No process has a thread of that id.
    #[error("{option} {pid}: no such process")]
    NoProcess {
        /// The option.
        option: &'static str,
        /// The id.
        pid: u32,
    },
    /// An empty or unrepresentable name.
    #[error("{option}: a process's name is not empty and has no NUL")]
    BadName {
        /// The option.
        option: &'static str,
    },
    /// No such user.
    #[error("--uid {0}: no such user")]
    NoUser(String),
    /// No version-2 cgroups.
    #[error("--cgroup needs the version-2 cgroup file system; mount it, e.g. at /sys/fs/cgroup")]
    NoCgroups,
    /// No such cgroup.
    #[error("--cgroup {path}: {error}; give its path below {mount}")]
    NoCgroup {
        /// As given.
        path: String,
        /// Where cgroups are mounted.
        mount: String,
        /// Why not.
        error: io::Error,
    },
}

/// A filter in the probe's form, and the same in words for the trace.
pub struct Filters {
    /// For the probe.
    pub filter: Filter,
    /// `name=value`, for META.
    pub words: Vec<String>,
}

/// Compiles WHO.
///
/// # Errors
/// When a process, user or cgroup does not exist, or there are too many values.
pub fn compile(who: &Who, command: bool) -> Result<Filters, FilterError> {
    let mut out = Filters { filter: Filter::EVERYTHING, words: Vec::new() };
    let f = &mut out.filter;
    let pids = each(&who.pid, |pid| thread_group("--pid", *pid))?;
    f.active |= set("--pid", &mut f.pids, &pids, criterion::PID)?;
    f.active |= set("--ppid", &mut f.ppids, &who.ppid, criterion::PPID)?;
    let uids =
        each(&who.uid, |user| users::uid(user).ok_or_else(|| FilterError::NoUser(user.clone())))?;
    f.active |= set("--uid", &mut f.uids, &uids, criterion::UID)?;
    let cgroups = each(&who.cgroup, |path| cgroup_id(path))?;
    f.active |= set("--cgroup", &mut f.cgroups, &cgroups, criterion::CGROUP)?;
    let names = each(&who.name, |name| comm_words("--name", name))?;
    f.active |= set("--name", &mut f.names, &names, criterion::NAME)?;
    let names = each(&who.parent_name, |name| comm_words("--parent-name", name))?;
    f.active |= set("--parent-name", &mut f.parent_names, &names, criterion::PARENT_NAME)?;
    if command {
        f.active |= criterion::LINEAGE;
    }
    // Without another criterion everything is recorded, and nothing is left to follow.
    if who.follow && f.active != 0 {
        f.active |= criterion::FOLLOW;
    }
    out.words = words(who, &pids);
    Ok(out)
}

fn each<T, U>(
    values: &[T],
    parse: impl Fn(&T) -> Result<U, FilterError>,
) -> Result<Vec<U>, FilterError> {
    values.iter().map(parse).collect()
}

/// Fills a criterion's places; unused ones repeat the first value. Returns its bit if it is in force.
fn set<T: Copy>(
    option: &'static str,
    places: &mut [T; FILTER_VALUES],
    values: &[T],
    bit: u32,
) -> Result<u32, FilterError> {
    let Some(first) = values.first() else { return Ok(0) };
    if values.len() > places.len() {
        return Err(FilterError::TooMany { option });
    }
    places.fill(*first);
    places[..values.len()].copy_from_slice(values);
    Ok(bit)
}

/// The process that a thread belongs to.
fn thread_group(option: &'static str, pid: u32) -> Result<u32, FilterError> {
    let missing = || FilterError::NoProcess { option, pid };
    let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(|_| missing())?;
    let tgid = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    tgid.and_then(|tgid| tgid.trim().parse().ok()).ok_or_else(missing)
}

/// A name as the kernel keeps it: 15 bytes, padded with NULs.
fn comm_words(option: &'static str, name: &OsStr) -> Result<[u64; 2], FilterError> {
    let name = name.as_bytes();
    if name.is_empty() || name.contains(&0) {
        return Err(FilterError::BadName { option });
    }
    let mut comm = [0; COMM];
    let length = name.len().min(COMM - 1);
    comm[..length].copy_from_slice(&name[..length]);
    let word = |half: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&comm[8 * half..8 * half + 8]);
        u64::from_le_bytes(bytes)
    };
    Ok([word(0), word(1)])
}

/// A cgroup's id is the inode number of its directory (cgroups(7)).
fn cgroup_id(path: &Path) -> Result<u64, FilterError> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mount = mounts
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&"cgroup2"))
        .and_then(|fields| fields.get(1).map(|mount| (*mount).to_owned()))
        .ok_or(FilterError::NoCgroups)?;
    let full = if path.starts_with(&mount) {
        path.to_owned()
    } else {
        Path::new(&mount).join(path.strip_prefix("/").unwrap_or(path))
    };
    match fs::metadata(&full) {
        Ok(directory) => Ok(directory.ino()),
        Err(error) => Err(FilterError::NoCgroup { path: path.display().to_string(), mount, error }),
    }
}

fn words(who: &Who, pids: &[u32]) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |name: &str, values: Vec<String>| {
        words.extend(values.into_iter().map(|value| format!("{name}={value}")));
    };
    let numbers = |values: &[u32]| values.iter().map(u32::to_string).collect();
    let texts = |values: &[std::ffi::OsString]| {
        values.iter().map(|v| v.to_string_lossy().into_owned()).collect()
    };
    add("pid", numbers(pids));
    add("name", texts(&who.name));
    add("ppid", numbers(&who.ppid));
    add("parent-name", texts(&who.parent_name));
    add("uid", who.uid.clone());
    add("cgroup", who.cgroup.iter().map(|path| path.display().to_string()).collect());
    add("follow", who.follow.then(|| "yes".to_owned()).into_iter().collect());
    words
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn names_are_cut_to_fifteen_bytes() {
        let words = |name: &str| comm_words("--name", OsStr::new(name)).unwrap();
        assert_eq!(words("a-name-of-fifteen-and-more"), words("a-name-of-fifte"));
        assert_ne!(words("a-name-of-fift"), words("a-name-of-fifte"));
        assert!(comm_words("--name", OsStr::new("")).is_err());
    }

    #[test]
    fn unused_places_match_nothing_new() {
        let who = Who { ppid: vec![7, 8], ..Who::default() };
        let filter = compile(&who, false).unwrap().filter;
        assert_eq!(filter.active, criterion::PPID);
        assert!(filter.ppids.iter().all(|ppid| [7, 8].contains(ppid)));
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let error = |who: Who| compile(&who, false).map(|_| ()).unwrap_err().to_string();
        assert!(error(Who { pid: vec![u32::MAX], ..Who::default() }).contains("no such process"));
        let who = Who { uid: vec!["no-such-user".into()], ..Who::default() };
        assert!(error(who).contains("no such user"));
        let who = Who { name: vec![OsString::from("x"); 33], ..Who::default() };
        assert!(error(who).contains("at most 32"));
    }
}
