//! What can end the program early.

use std::{io, path::Path};

use syscord_format::FormatError;

/// Why the program could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A trace cannot be read at all.
    #[error("{name}: {source}{}", reading_remedy(source))]
    Trace {
        /// The file as it was named.
        name: String,
        /// What is wrong with it.
        source: Box<FormatError>,
    },
    /// A folder without a trace.
    #[error("{0}: no trace is in this folder; name another")]
    NoTrace(String),
    /// The request makes no sense, by itself or for this trace.
    #[error("{0}")]
    Usage(String),
    /// Output could not be written.
    #[error("cannot write {name}: {source}{}", remedy(source))]
    Write {
        /// Where to.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// A file of texts could not be read.
    #[error("cannot read {name}: {source}; check the path")]
    Read {
        /// Which.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// More is to be removed than can be looked for.
    #[error(
        "the rules match more than {most} MiB of different strings, which is too much to look for; name fewer, as \
         by the directory that holds them: --path /home/alice instead of '/home/alice/**'"
    )]
    TooManySecrets {
        /// How many MiB can be.
        most: usize,
    },
    /// Something is left of what was to be removed.
    #[error(
        "something is left of what was to be removed, in {place}: {name} was deleted; please report this as a bug"
    )]
    Left {
        /// The file.
        name: String,
        /// Where in it.
        place: String,
    },
    /// The Parquet writer gave up.
    #[cfg(feature = "parquet")]
    #[error("cannot write Parquet: {0}")]
    Parquet(polars::prelude::PolarsError),
}

impl Error {
    /// An error that concerns the trace at `path`.
    pub(crate) fn trace(path: &Path, source: FormatError) -> Error {
        Error::Trace { name: shown(path), source: Box::new(source) }
    }

    /// Whether the reader of our output has gone away, which is no error of ours.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Error::Write { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// A path as messages show it.
pub(crate) fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;

    if path == Path::new("-") {
        return "standard input".to_string();
    }
    crate::escape::c_escaped(path.as_os_str().as_bytes())
}

/// What can be done about a trace that cannot be read, where its error does not say so itself.
fn reading_remedy(error: &FormatError) -> &'static str {
    let FormatError::Io(error) = error else {
        return "";
    };
    match error.kind() {
        io::ErrorKind::NotFound => "; check the path",
        io::ErrorKind::PermissionDenied => {
            "; a trace belongs to who recorded it: read it as that user, or as root"
        }
        io::ErrorKind::IsADirectory => "; name the trace in it",
        _ => "",
    }
}

/// What can be done about a failed write.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AlreadyExists => "; name a file that is not there yet",
        io::ErrorKind::StorageFull => "; free some space, or write elsewhere with -o",
        io::ErrorKind::PermissionDenied => "; write elsewhere with -o",
        io::ErrorKind::NotFound => "; does its folder exist?",
        _ => "",
    }
}
