//! Where output goes.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Read, Write},
    os::{
        fd::AsFd,
        unix::fs::{MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use crate::error::{Error, shown};

/// A file, or standard output. Unbuffered: what is written at once should be large.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    name: String,
}

impl Output {
    /// `-o FILE`, else standard output. A file is made readable by its owner alone, as a trace is;
    /// it must not be one of the traces that are read.
    pub(crate) fn new(path: Option<&Path>, inputs: &[PathBuf]) -> Result<Output, Error> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let name = "standard output".to_string();
            return match io::stdout().as_fd().try_clone_to_owned() {
                Ok(fd) => Ok(Output { file: fd.into(), name }),
                Err(source) => Err(Error::Write { name, source }),
            };
        };
        let name = shown(path);
        if inputs.iter().any(|input| same_file(input, path)) {
            return Err(Error::Usage(format!("-o {name} would overwrite a trace that is read")));
        }
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        match file {
            Ok(file) => Ok(Output { file, name }),
            Err(source) => Err(Error::Write { name, source }),
        }
    }

    /// Whether somebody looks at it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }

    /// Whether text may have colours: on a terminal whose user does not mind.
    pub(crate) fn has_colour(&self) -> bool {
        self.is_terminal()
            && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
    }

    /// Writes all of `bytes`.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file
            .write_all(bytes)
            .map_err(|source| Error::Write { name: self.name.clone(), source })
    }

    /// The file, and the error that a write to it will have met: for a writer that reports errors
    /// in words of its own.
    pub(crate) fn watched(self) -> (Watched, Failure) {
        let failure = Failure { name: self.name, error: Arc::default() };
        (Watched { file: self.file, error: Arc::clone(&failure.error) }, failure)
    }
}

/// A file that keeps the error of a failed write.
#[derive(Debug)]
pub(crate) struct Watched {
    file: File,
    error: Arc<Mutex<Option<io::Error>>>,
}

/// Why a write to a [`Watched`] file failed.
#[derive(Debug)]
pub(crate) struct Failure {
    name: String,
    error: Arc<Mutex<Option<io::Error>>>,
}

impl Failure {
    /// The error, if a write failed.
    pub(crate) fn take(&self) -> Option<Error> {
        let source = self.error.lock().ok()?.take()?;
        Some(Error::Write { name: self.name.clone(), source })
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted
                && let Ok(mut slot) = self.error.lock()
            {
                *slot = Some(error);
            }
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The id of a new trace: random, as each has its own.
pub(crate) fn file_id() -> io::Result<[u8; 16]> {
    let mut id = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut id)?;
    Ok(id)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.metadata(), b.metadata()) {
        (Ok(a), Ok(b)) => a.is_file() && (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}
