//! Where a trace goes: one file or pipe, or numbered files one after the other.

use std::{
    ffi::{CString, OsStr, OsString},
    fs::{self, File, OpenOptions, Permissions},
    io::{self, ErrorKind, IsTerminal},
    os::{
        fd::{AsFd, AsRawFd},
        unix::{
            ffi::OsStrExt,
            fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
        },
    },
    path::{Path, PathBuf},
};

use crate::{
    cli::{Record, Rotation, WhenFull},
    error::RecordError,
    progress::say,
    room::{Patience, Patient},
};

/// As which standard output is named.
pub const STDOUT: &str = "-";
/// What a numbered file is called at its end until it is finished.
const PART: &str = ".part";
/// Digits of a number, so that names sort.
const DIGITS: usize = 6;

/// Where a trace goes.
pub struct Output {
    path: PathBuf,
    /// With a disk that is full.
    patience: Patience,
    numbered: Option<Numbered>,
}

/// Files with numbers in their names: `trace-000001.scd`.
struct Numbered {
    folder: PathBuf,
    /// What stands before the number and behind it.
    prefix: OsString,
    suffix: OsString,
    /// The number of the latest file.
    number: u64,
    keep: Option<u64>,
    max_total: Option<u64>,
    /// Bytes of all files but the one that is being written, as of the last look.
    others: u64,
    removed: u64,
}

/// A numbered file that is there.
struct Found {
    path: PathBuf,
    number: u64,
    bytes: u64,
    /// Whether it is still called [`PART`].
    part: bool,
    /// Not a link or folder, which takes a number all the same.
    is_file: bool,
}

impl Output {
    /// As the user has asked for it.
    pub fn new(options: &Record) -> Output {
        let Record { output: path, rotation, .. } = options;
        let numbered = options.several_files().then(|| Numbered::new(path, rotation));
        let patience = Patience::new(rotation.when_full == WhenFull::Wait);
        Output { path: path.clone(), patience, numbered }
    }

    /// The name to be shown.
    pub fn name(&self) -> &Path {
        &self.path
    }

    /// Whether files will be made in a folder of somebody else's.
    pub fn is_elsewhere(&self) -> bool {
        // SAFETY: the call has no preconditions.
        let own = unsafe { libc::geteuid() };
        let owner = |numbered: &Numbered| fs::metadata(&numbered.folder).map(|data| data.uid());
        self.numbered.as_ref().is_some_and(|numbered| !owner(numbered).is_ok_and(|uid| uid == own))
    }

    /// How many older files were removed.
    pub fn removed(&self) -> u64 {
        self.numbered.as_ref().map_or(0, |numbered| numbered.removed)
    }

    /// Opens the file, or the next one, unbuffered: each block is one write. A trace holds private data, so a file is
    /// for its owner alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(&mut self) -> Result<Patient, RecordError> {
        let mut patience = self.patience;
        let file = match &mut self.numbered {
            Some(numbered) => patience.apply(|| numbered.open()),
            None if self.path == Path::new(STDOUT) => {
                io::stdout().as_fd().try_clone_to_owned().map(File::from)
            }
            None => private().truncate(true).create(true).open(&self.path).and_then(keep_private),
        };
        file.map(|file| Patient::new(file, patience))
            .map_err(|error| RecordError::Open { output: self.path.clone(), error })
    }

    /// The file at hand is complete: it gets its name, and what is beyond the caps goes. If it cannot be renamed, the
    /// user is told; it is complete all the same.
    pub fn finished(&mut self) {
        let Some(numbered) = &mut self.numbered else { return };
        let part = numbered.path(true);
        if let Err(error) = rename_new(&part, &numbered.path(false)) {
            say(format_args!("{}: complete, but cannot be renamed: {error}", part.display()));
        }
        numbered.remove_old(0);
    }

    /// The file at hand could not be written: it goes.
    pub fn abandon(&mut self) {
        if let Some(numbered) = &self.numbered {
            // It may not even have been made.
            let _ = fs::remove_file(numbered.path(true));
        }
    }

    /// Makes sure, before anything is recorded, that files can be made later.
    ///
    /// # Errors
    /// When their folder is not there, or closed to us.
    pub fn check_folder(&self) -> Result<(), RecordError> {
        let Some(numbered) = &self.numbered else { return Ok(()) };
        let failed = |error| RecordError::Open { output: self.path.clone(), error };
        let folder = CString::new(numbered.folder.as_os_str().as_bytes());
        let folder = folder.map_err(|error| failed(error.into()))?;
        // SAFETY: the name ends with a NUL.
        let open = unsafe { libc::access(folder.as_ptr(), libc::W_OK | libc::X_OK) } == 0;
        if open { Ok(()) } else { Err(failed(io::Error::last_os_error())) }
    }

    /// The file at hand has so many bytes: old ones are removed as far as the cap says.
    pub fn make_room(&mut self, bytes: u64) {
        if let Some(numbered) = &mut self.numbered
            && numbered.too_large(bytes)
        {
            numbered.remove_old(bytes);
        }
    }
}

/// Whether the output can be what was asked for: a trace is not for a terminal, and a pipe is not several files.
pub fn check(options: &Record) -> Result<(), RecordError> {
    let (path, several) = (options.output.as_path(), options.several_files());
    if options.rotation.keep.is_some() && !several {
        Err(RecordError::KeepOfOne)
    } else if path != Path::new(STDOUT) {
        Ok(())
    } else if several {
        Err(RecordError::RotatedStdout)
    } else if io::stdout().is_terminal() {
        Err(RecordError::Terminal)
    } else if !options.command.is_empty() {
        Err(RecordError::SharedStdout)
    } else {
        Ok(())
    }
}

impl Numbered {
    fn new(path: &Path, rotation: &Rotation) -> Numbered {
        let (folder, name) = match path.file_name() {
            Some(name) if !path.is_dir() => {
                (path.parent().unwrap_or(Path::new("")).to_owned(), name)
            }
            _ => (path.to_owned(), OsStr::new("trace.scd")),
        };
        let name = Path::new(name);
        let mut prefix = name.file_stem().unwrap_or_default().to_owned();
        prefix.push("-");
        let mut suffix = OsString::new();
        if let Some(extension) = name.extension() {
            suffix.push(".");
            suffix.push(extension);
        }
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let (keep, max_total) = (rotation.keep, rotation.max_total_size);
        Numbered { folder, prefix, suffix, number: 0, keep, max_total, others: 0, removed: 0 }
    }

    /// Opens the next file. Numbers go on behind the last one there is; a file of that name that somebody else has
    /// made meanwhile is left alone.
    fn open(&mut self) -> io::Result<File> {
        let last = self.found()?.iter().map(|found| found.number).max();
        self.number = self.number.max(last.unwrap_or(0)) + 1;
        let file = loop {
            match private().create_new(true).open(self.path(true)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => self.number += 1,
                file => break file?,
            }
        };
        // As long as somebody writes it, it is locked: what is left of a recorder that has died counts as an old file.
        // SAFETY: a plain system call on our own descriptor.
        unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) };
        Ok(file)
    }

    fn too_large(&self, bytes: u64) -> bool {
        self.max_total.is_some_and(|most| self.others + bytes > most)
    }

    /// Removes the oldest files beyond the caps, the one that is being written having so many bytes. What cannot be
    /// removed stays, and is tried again.
    fn remove_old(&mut self, bytes: u64) {
        if self.keep.is_none() && self.max_total.is_none() {
            return;
        }
        let Ok(mut old) = self.found() else { return };
        old.retain(|old| old.is_file && !(old.part && is_locked(&old.path)));
        old.sort_by_key(|old| old.number);
        self.others = old.iter().map(|old| old.bytes).sum();
        for (at, file) in old.iter().enumerate() {
            let files = (old.len() - at) as u64;
            if !self.too_large(bytes) && self.keep.is_none_or(|keep| files <= keep) {
                break;
            }
            if fs::remove_file(&file.path).is_ok() {
                self.others -= file.bytes;
                self.removed += 1;
            }
        }
    }

    /// The file at hand.
    fn path(&self, part: bool) -> PathBuf {
        let mut name = self.prefix.clone();
        name.push(format!("{:0DIGITS$}", self.number));
        name.push(&self.suffix);
        name.push(if part { PART } else { "" });
        self.folder.join(name)
    }

    /// The numbered files that are there.
    fn found(&self) -> io::Result<Vec<Found>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let Some((number, part)) = self.number_in(&entry.file_name()) else { continue };
            let (path, data) = (entry.path(), entry.metadata().ok());
            let is_file = data.as_ref().is_some_and(fs::Metadata::is_file);
            let bytes = data.map_or(0, |data| data.len());
            all.push(Found { path, number, bytes, part, is_file });
        }
        Ok(all)
    }

    /// The number that a name has, if it is one of ours; and whether the file is a part.
    fn number_in(&self, name: &OsStr) -> Option<(u64, bool)> {
        let name = name.as_bytes().strip_prefix(self.prefix.as_bytes())?;
        let (name, part) =
            name.strip_suffix(PART.as_bytes()).map_or((name, false), |name| (name, true));
        let digits = name.strip_suffix(self.suffix.as_bytes())?;
        let is_number = digits.len() >= DIGITS && digits.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
        Some((number.parse().ok()?, part))
    }
}

/// For its owner alone, and no link that somebody else has put there.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    options
}

/// A file that was there before may be open to others.
fn keep_private(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Renames, but never over another file (renameat2(2)).
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let name = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(io::Error::from);
    let (old, new) = (name(from)?, name(to)?);
    let here = libc::AT_FDCWD;
    // SAFETY: both names end with a NUL.
    let done =
        unsafe { libc::renameat2(here, old.as_ptr(), here, new.as_ptr(), libc::RENAME_NOREPLACE) };
    if done == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    // Some file systems cannot; a hard link replaces nothing either.
    if error.raw_os_error() == Some(libc::EINVAL) {
        fs::hard_link(from, to)?;
        return fs::remove_file(from);
    }
    Err(error)
}

/// Whether somebody writes the file.
fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return true };
    // SAFETY: a plain system call on our own descriptor, whose closing gives the lock back.
    unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_SH | libc::LOCK_NB) != 0 }
}
