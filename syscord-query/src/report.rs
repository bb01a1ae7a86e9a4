//! What a trace lacks: damage, and events that were dropped while it was recorded.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::ErrorKind,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use syscord_format::{FormatError, LedgerRow, Trace, drop_reason};

use crate::{
    error::{Error, shown},
    traces::PART,
};

/// Opens a trace; `-` is standard input. One that was not finished when it was named may have got its name since.
pub(crate) fn open(path: &Path) -> Result<Trace, Error> {
    let finished = path.as_os_str().as_bytes().strip_suffix(PART).map(OsStr::from_bytes);
    let trace = match (path.to_str(), finished) {
        (Some("-"), _) => Trace::from_reader(Box::new(std::io::stdin())),
        (_, Some(name)) => Trace::open(path).or_else(|error| match is_missing(&error) {
            true => Trace::open(Path::new(name)),
            false => Err(error),
        }),
        _ => Trace::open(path),
    };
    trace.map_err(|error| Error::trace(path, error))
}

fn is_missing(error: &FormatError) -> bool {
    matches!(error, FormatError::Io(error) if error.kind() == ErrorKind::NotFound)
}

/// Makes sure that all files are there, before anything of an older output is overwritten.
pub(crate) fn check(paths: &[PathBuf]) -> Result<(), Error> {
    for path in paths.iter().filter(|path| *path != Path::new("-")) {
        if let Err(error) = path.metadata() {
            return Err(Error::trace(path, error.into()));
        }
    }
    Ok(())
}

/// Tells on standard error what cannot be read, as soon as it is known.
#[derive(Debug, Default)]
pub(crate) struct Report {
    name: String,
    told: usize,
    damaged: bool,
    lost_blocks: bool,
    quiet: bool,
}

impl Report {
    /// One that tells nothing.
    pub(crate) fn quiet() -> Report {
        Report { quiet: true, ..Report::default() }
    }

    /// Goes on with the trace at `path`.
    pub(crate) fn start(&mut self, path: &Path) {
        self.name = shown(path);
        self.told = 0;
    }

    /// Tells what damage the reader has met since the last call.
    pub(crate) fn damage(&mut self, trace: &Trace) {
        for damage in trace.damage().iter().skip(self.told) {
            self.tell(&damage.to_string());
            self.damaged = true;
        }
        self.told = trace.damage().len();
    }

    /// Passes over a block of the trace at `path` that cannot be read, unless nothing more can be read either. The
    /// reader may have gone on to another trace.
    pub(crate) fn skip(
        &mut self,
        path: &Path,
        offset: u64,
        error: FormatError,
    ) -> Result<(), Error> {
        match error {
            FormatError::Damaged(_) => {}
            FormatError::Io(_) | FormatError::PassedBy { .. } => {
                return Err(Error::trace(path, error));
            }
            error => {
                let text = format!("the block at byte {offset} is lost: {error}");
                self.tell_of(&shown(path), &text);
                self.damaged = true;
                self.lost_blocks = true;
            }
        }
        Ok(())
    }

    /// Passes over a trace that was there and is no longer, if that is what the error says.
    pub(crate) fn pass_over(&mut self, error: Error) -> Result<(), Error> {
        match error {
            Error::Trace { source, .. } if is_missing(&source) => {
                self.tell("it was removed meanwhile, and is left out");
                self.damaged = true;
                Ok(())
            }
            error => Err(error),
        }
    }

    /// Tells something else that the reader of the output should know.
    pub(crate) fn warn(&self, text: &str) {
        self.tell(text);
    }

    fn tell(&self, text: &str) {
        self.tell_of(&self.name, text);
    }

    fn tell_of(&self, name: &str, text: &str) {
        if !self.quiet {
            eprintln!("warning: {name}: {text}");
        }
    }

    /// Whether a block was passed over that is no damage to the reader: its contents are wrong.
    pub(crate) fn lost_blocks(&self) -> bool {
        self.lost_blocks
    }

    /// Whether part of what was asked for could not be read.
    pub(crate) fn damaged(&self) -> bool {
        self.damaged
    }
}

/// Sums of LOSS rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// Syscalls that happened while the probe was there.
    pub(crate) seen: u64,
    /// Those in the trace.
    pub(crate) recorded: u64,
    /// Those of processes that were not to be recorded.
    pub(crate) filtered_process: u64,
    /// Syscalls that were not to be recorded.
    pub(crate) filtered_syscall: u64,
    /// The recorder's own.
    pub(crate) filtered_self: u64,
    /// Those that should be in the trace and are not, by reason.
    pub(crate) dropped: BTreeMap<u8, u64>,
}

impl Ledger {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &LedgerRow) {
        // Sums of a hostile file may overflow; then they are wrong, not dangerous.
        let add = |sum: &mut u64, value: u64| *sum = sum.saturating_add(value);
        add(&mut self.seen, row.seen);
        add(&mut self.recorded, row.recorded);
        add(&mut self.filtered_process, row.filtered_process);
        add(&mut self.filtered_syscall, row.filtered_syscall);
        add(&mut self.filtered_self, row.filtered_self);
        for (reason, count) in &row.dropped {
            add(self.dropped.entry(*reason).or_default(), *count);
        }
    }

    /// Syscalls left out on purpose.
    pub(crate) fn filtered(&self) -> u64 {
        let others = self.filtered_syscall.saturating_add(self.filtered_self);
        self.filtered_process.saturating_add(others)
    }

    /// Syscalls dropped, whatever the reason.
    pub(crate) fn dropped_total(&self) -> u64 {
        self.dropped.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How much of what should be in the trace is, in percent.
    pub(crate) fn completeness(&self) -> f64 {
        let dropped = self.dropped_total();
        if dropped == 0 {
            return 100.0;
        }
        self.recorded as f64 / self.recorded.saturating_add(dropped) as f64 * 100.0
    }

    /// What was dropped and how complete the trace is, unless it is whole.
    pub(crate) fn loss(&self) -> Option<String> {
        let total = self.dropped_total();
        if total == 0 {
            return None;
        }
        let reasons: Vec<String> = self
            .dropped
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(reason, count)| format!("{} {count}", drop_reason::name(*reason)))
            .collect();
        Some(format!(
            "dropped while recording: {total} events ({}); the trace holds {} % of what it should",
            reasons.join(", "),
            percent(self.completeness())
        ))
    }
}

/// A percentage, never rounded up to 100.
pub(crate) fn percent(value: f64) -> String {
    if value < 100.0 { format!("{:.3}", (value * 1000.0).floor() / 1000.0) } else { "100".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_summed_and_told() {
        let row = |dropped| LedgerRow {
            cpu: 0,
            from: 0,
            to: 1,
            seen: 110,
            recorded: 90,
            filtered_process: 10,
            filtered_syscall: 0,
            filtered_self: 0,
            dropped,
        };
        let mut ledger = Ledger::default();
        ledger.add(&row(vec![]));
        assert_eq!((ledger.loss(), ledger.completeness()), (None, 100.0));
        ledger.add(&row(vec![(drop_reason::RING_FULL, 20)]));
        let loss = ledger.loss().unwrap();
        assert!(loss.contains("20 events (ring full 20)"), "{loss}");
        assert!(loss.contains("90.000 %"), "{loss}");
        assert_eq!(percent(99.9999), "99.999");
    }
}
