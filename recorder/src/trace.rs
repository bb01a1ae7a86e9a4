//! The trace that is being written: one file, several of which each stands alone, or none yet, as a flight recorder keeps
//! it in memory until it is dumped.

use syscord_format::{Clock, FormatError, Meta, ProcRecord, Totals, Writer};

use crate::{
    blocks::Blocks,
    error::RecordError,
    flight::{Flight, Keep},
    output::Output,
    progress::say,
    room::Patient,
};

/// A trace that is being written.
pub struct Trace {
    output: Output,
    meta: Meta,
    sink: Sink,
    /// What the files hold that are finished.
    before: Totals,
    /// Files, or segments of the flight recorder, that were begun.
    begun: u64,
    /// Bytes with which the file at hand began: META and the processes that are there.
    opening: u64,
    /// Files that are finished.
    files: u64,
    dumps_failed: u64,
}

enum Sink {
    File(Writer<Patient>),
    Flight(Flight),
    /// No file is begun yet, or none could be finished or begun.
    Gone,
}

/// What a trace came to.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What its files hold.
    pub totals: Totals,
    /// How many there are.
    pub files: u64,
    /// How many older ones were removed.
    pub removed: u64,
    /// How many dumps could not be written.
    pub dumps_failed: u64,
}

impl Trace {
    /// Opens the first file, unless what is recorded is kept in memory, and begins with META and the clocks.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn begin(
        output: Output,
        meta: Meta,
        clock: Clock,
        ring: Option<Keep>,
    ) -> Result<Trace, RecordError> {
        let sink = ring.map_or(Sink::Gone, |keep| Sink::Flight(Flight::new(keep)));
        let before = Totals::default();
        if ring.is_some() {
            output.check_folder()?;
        }
        let mut trace =
            Trace { output, meta, sink, before, begun: 0, opening: 0, files: 0, dumps_failed: 0 };
        trace.begin_part(clock)?;
        Ok(trace)
    }

    /// Tells of the processes that are there when the file or segment at hand begins.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn open_with(&mut self, processes: Vec<ProcRecord>) -> Result<(), RecordError> {
        self.take(Blocks::Events(processes, Vec::new()))?;
        match &mut self.sink {
            Sink::File(writer) => self.opening = writer.written(),
            Sink::Flight(flight) => flight.opened(),
            Sink::Gone => {}
        }
        Ok(())
    }

    /// Takes blocks.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn take(&mut self, blocks: Blocks) -> Result<(), RecordError> {
        match &mut self.sink {
            Sink::File(writer) => {
                blocks.write(writer).map_err(|error| failed(&self.output, error))?;
                self.output.make_room(writer.written());
            }
            Sink::Flight(flight) => flight.push(blocks),
            Sink::Gone => return Err(RecordError::WriterGone),
        }
        Ok(())
    }

    /// Goes on in the next file or segment, from `clock` on. `processes` are those that are there.
    ///
    /// # Errors
    /// When the one file cannot be finished, or the other not begun.
    pub fn next(&mut self, clock: Clock, processes: Vec<ProcRecord>) -> Result<(), RecordError> {
        self.begin_part(clock)?;
        self.open_with(processes)
    }

    fn begin_part(&mut self, clock: Clock) -> Result<(), RecordError> {
        self.begun += 1;
        if let Sink::Flight(flight) = &mut self.sink {
            flight.begin(clock);
            return Ok(());
        }
        self.end_file()?;
        let file = self.output.open()?;
        let begun = begun(file, &self.meta, &clock).map_err(|error| failed(&self.output, error))?;
        (self.sink, self.opening) = (Sink::File(begun), 0);
        Ok(())
    }

    /// Writes what the flight recorder keeps into a file of its own; it keeps it no longer, so that no event is in two
    /// files. If that fails, the user is told, and recording goes on: the next dump may have more luck.
    pub fn dump(&mut self) {
        if let Err(error) = self.try_dump() {
            say(format_args!("no dump: {error}; what is kept stays so"));
            self.dumps_failed += 1;
        }
    }

    fn try_dump(&mut self) -> Result<(), RecordError> {
        let Sink::Flight(flight) = &mut self.sink else { return Ok(()) };
        let Some(clock) = flight.start() else { return Ok(()) };
        let file = self.output.open()?;
        let written = begun(file, &self.meta, &clock).and_then(|mut writer| {
            flight.write(&mut writer)?;
            writer.finish()
        });
        match written {
            Ok((_, totals)) => {
                flight.clear();
                self.finished(totals);
                Ok(())
            }
            Err(error) => {
                self.output.abandon();
                Err(failed(&self.output, error))
            }
        }
    }

    /// Finishes the last file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<Written, RecordError> {
        self.end_file()?;
        let Trace { before: totals, files, dumps_failed, ref output, .. } = self;
        Ok(Written { totals, files, removed: output.removed(), dumps_failed })
    }

    /// Bytes of all files and of what is kept.
    pub fn bytes(&self) -> u64 {
        self.before.bytes
            + match &self.sink {
                Sink::File(writer) => writer.written(),
                Sink::Flight(flight) => flight.bytes(),
                Sink::Gone => 0,
            }
    }

    /// Bytes of the file or segment at hand, but for those with which it began.
    pub fn part_bytes(&self) -> u64 {
        match &self.sink {
            Sink::File(writer) => writer.written() - self.opening,
            Sink::Flight(flight) => flight.segment_bytes(),
            Sink::Gone => 0,
        }
    }

    /// Files or segments that were begun.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Finishes the file at hand, if there is one.
    fn end_file(&mut self) -> Result<(), RecordError> {
        if let Sink::File(writer) = std::mem::replace(&mut self.sink, Sink::Gone) {
            let (_, totals) = writer.finish().map_err(|error| failed(&self.output, error))?;
            self.finished(totals);
        }
        Ok(())
    }

    fn finished(&mut self, totals: Totals) {
        self.before.events += totals.events;
        self.before.chunks += totals.chunks;
        self.before.bytes += totals.bytes;
        self.files += 1;
        self.output.finished();
    }
}

/// A file with META and the clocks.
fn begun(file: Patient, meta: &Meta, clock: &Clock) -> Result<Writer<Patient>, FormatError> {
    let mut writer = Writer::new(file, file_id(), meta)?;
    writer.clock(clock)?;
    Ok(writer)
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
