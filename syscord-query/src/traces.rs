//! Which files a trace consists of.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use syscord_format::{BlockKind, MAGIC, clock};

use crate::{
    error::{Error, shown},
    report::{check, open},
};

/// What the recorder adds to the name of a numbered file until it is finished.
pub(crate) const PART: &[u8] = b".part";

/// The files that are named, and in place of folders the traces in them, in the order of their times; those of which
/// one is a pipe, which can be read but once, as they are named.
pub(crate) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    check(named)?;
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() && path != Path::new("-") {
            files.extend(in_folder(path)?);
        } else {
            files.push(path.clone());
        }
    }
    if files.len() > 1 && files.iter().all(|path| path.is_file()) {
        Ok(in_order(files))
    } else {
        Ok(files)
    }
}

/// The files in a folder that begin as traces do, by name. One that is not finished may hold nothing yet.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error: std::io::Error| Error::trace(folder, error.into());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_part = path.as_os_str().as_bytes().ends_with(PART);
        if path.is_file() && begins(&path) && !(is_part && open(&path).is_err()) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::NoTrace(shown(folder)));
    }
    files.sort();
    Ok(files)
}

fn begins(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == MAGIC
}

/// Each file once; those of a recording by their numbers, as the clock may have been set back meanwhile, and recordings
/// by the times at which they begin.
fn in_order(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut recordings: BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, PathBuf>> = BTreeMap::new();
    let mut seen = Vec::new();
    for path in files {
        let file = path.metadata().map(|data| (data.dev(), data.ino())).ok();
        if file.is_some() && seen.contains(&file) {
            continue;
        }
        seen.push(file);
        let (recording, number) = numbered(&path);
        recordings.entry(recording).or_default().insert(number, path);
    }
    let mut recordings: Vec<Vec<PathBuf>> =
        recordings.into_values().map(|files| files.into_values().collect()).collect();
    recordings.sort_by_cached_key(|files| files.first().map_or(i64::MAX, |path| start(path)));
    recordings.concat()
}

/// The name that the files of a recording have in common, and what distinguishes one of them, in order.
fn numbered(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let name = path.as_os_str().as_bytes();
    let name = name.strip_suffix(PART).unwrap_or(name);
    let digits = name.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
    let before = name[..digits].iter().rposition(|byte| !byte.is_ascii_digit());
    let (common, number) = name[..digits].split_at(before.map_or(0, |last| last + 1));
    if common.last() != Some(&b'-') || number.len() < 6 {
        return (name.to_vec(), Vec::new());
    }
    // A longer number comes later; with the name, as a part may have the number of another file.
    let number = [&number.len().to_be_bytes()[..], number, path.as_os_str().as_bytes()].concat();
    ([common, &name[digits..]].concat(), number)
}

/// When a file begins, in nanoseconds since 1970; late if it does not say so, which is told when it is read.
fn start(path: &Path) -> i64 {
    let read = || {
        let mut trace = open(path).ok()?;
        loop {
            let block = trace.next_block().ok()??;
            if block.header.kind == BlockKind::CLOCK {
                return clock(&trace.read(&block).ok()?).ok().map(|clock| clock.realtime);
            }
        }
    };
    read().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_recording_have_all_but_a_number_in_common() {
        let of = |path: &str| numbered(Path::new(path));
        assert_eq!(of("a/t-000001.scd").0, of("a/t-000002.scd.part").0);
        assert_ne!(of("a/t-000001.scd").0, of("b/t-000001.scd").0);
        assert_ne!(of("a/t-000001.scd").0, of("a/t-000001.trace").0);
        assert_ne!(of("a/1.scd").0, of("a/2.scd").0);
        assert!(of("t-999999.scd").1 < of("t-1000000.scd").1);
        assert!(of("t-000009").1 < of("t-000010.part").1);
    }
}
