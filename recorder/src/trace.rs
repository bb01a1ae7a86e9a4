//! The trace that is being written: one file, or several of which each stands alone.

use std::fs::File;

use syscord_format::{Clock, FormatError, Meta, ProcRecord, Totals, Writer};

use crate::{error::RecordError, output::Output};

/// A trace that is being written.
pub struct Trace {
    output: Output,
    meta: Meta,
    /// None once a file could not be begun.
    writer: Option<Writer<File>>,
    /// What the files before the one at hand hold.
    before: Totals,
    /// Files that were begun.
    files: u64,
}

/// What a trace came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// What its files hold.
    pub totals: Totals,
    /// How many there are.
    pub files: u64,
    /// How many older ones were removed.
    pub removed: u64,
}

impl Trace {
    /// Opens the first file, and writes META and the clocks.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn begin(output: Output, meta: Meta, clock: &Clock) -> Result<Trace, RecordError> {
        let before = Totals::default();
        let mut trace = Trace { output, meta, writer: None, before, files: 0 };
        trace.begin_file(clock)?;
        Ok(trace)
    }

    /// Writes something into the file at hand.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(
        &mut self,
        what: impl FnOnce(&mut Writer<File>) -> Result<(), FormatError>,
    ) -> Result<(), RecordError> {
        let writer = self.writer.as_mut().ok_or(RecordError::WriterGone)?;
        what(writer).map_err(|error| failed(&self.output, error))?;
        self.output.make_room(writer.written());
        Ok(())
    }

    /// Goes on in the next file, from `clock` on. `processes` are those that are there.
    ///
    /// # Errors
    /// When the one cannot be finished, or the other not begun.
    pub fn next_file(
        &mut self,
        clock: &Clock,
        processes: &[ProcRecord],
    ) -> Result<(), RecordError> {
        self.end_file()?;
        self.begin_file(clock)?;
        self.write(|writer| writer.processes(processes))
    }

    /// Finishes the last file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<Written, RecordError> {
        self.end_file()?;
        Ok(Written { totals: self.before, files: self.files, removed: self.output.removed() })
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.before.bytes + self.file_bytes()
    }

    /// Bytes of the file at hand.
    pub fn file_bytes(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::written)
    }

    /// Files that were begun.
    pub fn files(&self) -> u64 {
        self.files
    }

    fn begin_file(&mut self, clock: &Clock) -> Result<(), RecordError> {
        let writer = Writer::new(self.output.open()?, file_id(), &self.meta);
        self.writer = Some(writer.map_err(|error| failed(&self.output, error))?);
        self.files += 1;
        self.write(|writer| writer.clock(clock))
    }

    fn end_file(&mut self) -> Result<(), RecordError> {
        let writer = self.writer.take().ok_or(RecordError::WriterGone)?;
        let (_, totals) = writer.finish().map_err(|error| failed(&self.output, error))?;
        self.before.events += totals.events;
        self.before.chunks += totals.chunks;
        self.before.bytes += totals.bytes;
        self.output.finished()
    }
}

fn failed(output: &Output, error: FormatError) -> RecordError {
    RecordError::Write { output: output.name().to_owned(), error }
}

/// A random file id (getrandom(2)).
fn file_id() -> [u8; 16] {
    let mut id = [0; 16];
    // SAFETY: `id` has that many bytes. Short reads do not happen below 256 bytes.
    unsafe { libc::getrandom(id.as_mut_ptr().cast(), id.len(), 0) };
    id
}
