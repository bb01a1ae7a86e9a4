//! Why a recording fails, and what the user can do.

use std::{io, path::PathBuf};

use syscord_format::FormatError;
use thiserror::Error;

use crate::{
    command::CommandError, filters::FilterError, memory::TooLittle, probe::ProbeError,
    rings::RingError, syscall_set::BadSet, units,
};

/// A failed recording.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Missing capabilities.
    #[error("recording needs the rights {}: {}", .0.join(" and "), crate::rights::REMEDY)]
    Rights(Vec<&'static str>),
    /// `--syscall`.
    #[error("--syscall: {0}")]
    Set(#[from] BadSet),
    /// WHO.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// `--no-content-for`.
    #[error("--no-content-for: {0}; give fewer patterns")]
    Globs(#[from] globset::Error),
    /// `-o -` on a terminal.
    #[error(
        "a trace is binary and not for a terminal: pipe it into `syscord-query -`, or name a file with -o"
    )]
    Terminal,
    /// `-o -` with COMMAND.
    #[error(
        "COMMAND's output and the trace cannot both go to standard output: name a file with -o"
    )]
    SharedStdout,
    /// `-o -` with numbered files.
    #[error("standard output cannot be several files: name one with -o")]
    RotatedStdout,
    /// `--keep` of one file.
    #[error(
        "--keep is about several files: say with --rotate-size or --rotate-time when to begin another"
    )]
    KeepOfOne,
    /// `--` with nothing behind it, as a variable leaves it that is empty.
    #[error("no COMMAND behind `--`: name one, or leave `--` out to record what is running")]
    NoCommand,
    /// The output file.
    #[error("{}: cannot be written: {error}; name another file with -o", output.display())]
    Open {
        /// The file.
        output: PathBuf,
        /// The reason.
        error: io::Error,
    },
    /// Writing, after some was written.
    #[error("{}: writing failed: {error}; what was written before can still be read with syscord-query", output.display())]
    Write {
        /// The file.
        output: PathBuf,
        /// The reason.
        error: FormatError,
    },
    /// Encoding a batch.
    #[error("events cannot be encoded: {0}; please report this as a bug")]
    Encode(FormatError),
    /// `syscord dump`.
    #[error("{}: a flight recorder is `syscord record --ring …`", match .0 {
        Some(pid) => format!("process {pid} is no flight recorder"),
        None => "there is no flight recorder".to_owned(),
    })]
    NoFlightRecorder(Option<u32>),
    /// kill(2).
    #[error("cannot ask process {pid} for a dump: {error}; do so as its user, or as root")]
    Ask {
        /// The recorder.
        pid: u32,
        /// The reason.
        error: io::Error,
    },
    /// The control group's limit.
    #[error(
        "recording takes about {} of memory, and {} allows {}: raise it, or choose a smaller --buffer-size",
        units::bytes(.0.needed), .0.by.display(), units::bytes(.0.limit)
    )]
    Memory(TooLittle),
    /// An encoding thread ended for no reason it told.
    #[error("the writer has stopped; please report this as a bug")]
    WriterGone,
    /// COMMAND.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// wait(2).
    #[error("cannot wait for COMMAND: {0}")]
    Wait(io::Error),
    /// sigaction(2).
    #[error("cannot handle signals: {0}")]
    Signals(io::Error),
    /// The probe.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The rings.
    #[error(transparent)]
    Ring(#[from] RingError),
}

impl RecordError {
    /// Whether the command line is to blame.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Set(_)
                | Self::Terminal
                | Self::SharedStdout
                | Self::RotatedStdout
                | Self::KeepOfOne
                | Self::NoCommand
        )
    }
}
