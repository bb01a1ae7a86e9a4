//! Which files a trace consists of.

use std::{
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use syscord_format::{BlockKind, clock};

use crate::{
    error::{Error, shown},
    report::{check, open},
};

/// How the files are called that the recorder writes into a folder; the second are not finished.
const ENDINGS: [&[u8]; 2] = [b".scd", b".scd.part"];

/// The files that are named, and in place of folders those in them, in the order of the times at which they begin.
pub(crate) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    check(named)?;
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() { files.extend(in_folder(path)?) } else { files.push(path.clone()) }
    }
    let is_stdin = |path: &PathBuf| path == Path::new("-");
    if files.len() > 1 && !files.iter().any(is_stdin) {
        files.sort_by_cached_key(|path| start(path));
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error: std::io::Error| Error::trace(folder, error.into());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().as_bytes();
        if ENDINGS.iter().any(|ending| name.ends_with(ending)) && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::NoTrace(shown(folder)));
    }
    // For those that begin at the same time, or cannot be read.
    files.sort();
    Ok(files)
}

/// When a file begins, in nanoseconds since 1970; nothing if it does not say, which is told when it is read.
fn start(path: &Path) -> Option<i64> {
    let mut trace = open(path).ok()?;
    loop {
        let block = trace.next_block().ok()??;
        if block.header.kind == BlockKind::CLOCK {
            return clock(&trace.read(&block).ok()?).ok().map(|clock| clock.realtime);
        }
    }
}
