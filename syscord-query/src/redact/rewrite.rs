//! The two ways through a trace: one finds what is to be removed, the other writes the trace without it.

use std::{
    collections::HashMap,
    fs::File as OutFile,
    io::{self, BufWriter, Write as _},
};

use syscord_format::{
    Capture, ChunkBuilder, Clock, Event, EventKey, File, FormatError, LedgerRow, Meta, NO_CPU,
    ProcRecord, Shed, Totals, Writer,
};

use crate::{
    columns::Columns,
    error::Error,
    redact::{
        event::{FileInstead, Instead, captured, count},
        redactor::Redactor,
        reel::Visitor,
    },
    row::Row,
};

/// zstd's level for what is written anew, as the recorder has it.
const LEVEL: i32 = 3;
/// A duration that is not known.
const UNKNOWN: u64 = u64::MAX;

/// Finds what is to be removed.
pub(super) struct Survey<'a, 'r>(pub(super) &'a mut Redactor<'r>);

impl Visitor for Survey<'_, '_> {
    fn processes(&mut self, records: &[ProcRecord]) -> Result<(), Error> {
        records.iter().try_for_each(|record| self.0.record(record).map(drop))
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        for arg in 0..count(row) {
            self.0.captured(row, arg)?;
        }
        self.0.files(row).map(drop)
    }
}

/// Writes the trace without it.
pub(super) struct Rewrite<'a, 'r> {
    redactor: &'a mut Redactor<'r>,
    writer: Writer<BufWriter<OutFile>>,
    name: &'a str,
    builder: ChunkBuilder,
    /// What is replaced in the block at hand, by row and argument.
    captured: HashMap<(usize, usize), Instead>,
    /// The same of what rows tell of files, by row.
    files: HashMap<usize, Vec<Option<FileInstead>>>,
}

impl<'a, 'r> Rewrite<'a, 'r> {
    pub(super) fn new(
        redactor: &'a mut Redactor<'r>,
        file: OutFile,
        name: &'a str,
        id: [u8; 16],
        meta: &Meta,
    ) -> Result<Rewrite<'a, 'r>, Error> {
        let meta = redactor.meta(meta)?;
        let writer = Writer::new(BufWriter::new(file), id, &meta);
        let writer = writer.map_err(|error| failed(name, error))?;
        let builder = ChunkBuilder::new(meta.tick_shift, meta.durations, LEVEL);
        let (captured, files) = (HashMap::new(), HashMap::new());
        Ok(Rewrite { redactor, writer, name, builder, captured, files })
    }

    /// Ends the file, so that it is on the disk.
    pub(super) fn finish(self) -> Result<Totals, Error> {
        let Rewrite { writer, name, .. } = self;
        let (mut out, totals) = writer.finish().map_err(|error| failed(name, error))?;
        let synced = out.flush().and_then(|()| out.get_ref().sync_all());
        synced.map_err(|source| failed(name, source.into()))?;
        Ok(totals)
    }
}

impl Visitor for Rewrite<'_, '_> {
    fn processes(&mut self, records: &[ProcRecord]) -> Result<(), Error> {
        let records = records.iter().map(|record| self.redactor.record(record));
        let records: Vec<ProcRecord> = records.collect::<Result<_, _>>()?;
        self.writer.processes(&records).map_err(|error| failed(self.name, error))
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        for arg in 0..count(row) {
            if let Some(instead) = self.redactor.captured(row, arg)? {
                self.captured.insert((row.index, arg), instead);
            }
        }
        let files = self.redactor.files(row)?;
        if files.iter().any(Option::is_some) {
            self.files.insert(row.index, files);
        }
        Ok(())
    }

    fn events(&mut self, columns: &Columns, rows: usize) -> Result<(), Error> {
        let chunk = encode(&mut self.builder, columns, rows, &self.captured, &self.files);
        self.captured.clear();
        self.files.clear();
        let written = chunk.and_then(|chunk| self.writer.events(&chunk));
        written.map_err(|error| failed(self.name, error))
    }

    fn clock(&mut self, clock: &Clock) -> Result<(), Error> {
        self.writer.clock(clock).map_err(|error| failed(self.name, error))
    }

    fn ledger(&mut self, rows: &[LedgerRow]) -> Result<(), Error> {
        self.writer.ledger(rows).map_err(|error| failed(self.name, error))
    }

    fn shed(&mut self, shed: &Shed) -> Result<(), Error> {
        self.writer.shed(shed).map_err(|error| failed(self.name, error))
    }
}

/// A block's events, as they are but for what is replaced.
fn encode(
    builder: &mut ChunkBuilder,
    columns: &Columns,
    rows: usize,
    captured: &HashMap<(usize, usize), Instead>,
    files: &HashMap<usize, Vec<Option<FileInstead>>>,
) -> Result<syscord_format::EncodedChunk, FormatError> {
    // A chunk without them could not have been loaded.
    let (Some(calls), Some(times)) = (&columns.calls, &columns.times) else {
        return builder.encode();
    };
    let args_of = |row: usize| match &columns.arguments {
        Some(_) => calls.table[usize::from(calls.of_row[row])].args,
        None => 0,
    };
    for row in 0..rows {
        let run = columns.threads[columns.thread_of_row[row] as usize];
        let call = calls.table[usize::from(calls.of_row[row])];
        builder.announce(&EventKey {
            end: times.end[row],
            tgid: run.tgid,
            tid: run.tid,
            beside: run.beside,
            abi: call.abi,
            number: call.number,
            args: args_of(row),
        });
    }
    builder.arrange()?;
    while let Some(row) = builder.next() {
        let run = columns.threads[columns.thread_of_row[row] as usize];
        let call = calls.table[usize::from(calls.of_row[row])];
        let count = usize::from(args_of(row));
        let raw = |arg: usize| columns.arguments.as_ref()?.raw(row, arg);
        let args: [u64; 6] = std::array::from_fn(|arg| raw(arg).unwrap_or(0));
        builder.put(&Event {
            end: times.end[row],
            duration: Some(times.duration[row]).filter(|duration| *duration != UNKNOWN),
            tgid: run.tgid,
            tid: run.tid,
            beside: run.beside,
            cpu: columns.cpus.as_ref().map_or(NO_CPU, |cpus| cpus[row]),
            abi: call.abi,
            number: call.number,
            args: &args[..count.min(args.len())],
            ret: columns.results.as_ref().map_or(0, |results| results[row]),
            marks: columns.marks(row),
            captures: &[],
            files: &[],
        });
        for arg in 0..count {
            put_capture(builder, columns, (row, arg), captured.get(&(row, arg)));
        }
        let instead = files.get(&row);
        for (at, file) in columns.files.of(row as u32).enumerate() {
            match instead.and_then(|files| files.get(at)?.as_ref()) {
                Some(FileInstead { link, detail }) => {
                    builder.put_file(&File { fd: file.fd(), link, detail, numbers: &[] });
                }
                None => builder.put_file(&file.file()),
            }
        }
    }
    builder.encode()
}

fn put_capture(
    builder: &mut ChunkBuilder,
    columns: &Columns,
    (row, arg): (usize, usize),
    instead: Option<&Instead>,
) {
    let Some(arguments) = &columns.arguments else { return };
    let Some((section, status)) = arguments.status(row, arg) else { return };
    let place = arguments.place(row);
    let kept = captured(columns, place, arg).map(|(_, _, captured)| captured);
    let (status, bytes, full) = match (instead, kept) {
        (Some(Instead { status, bytes, full }), _) => (*status, bytes.as_slice(), *full),
        (None, Some(captured)) => (status, captured.bytes, captured.full),
        (None, None) => (status, &[][..], 0),
    };
    builder.put_capture(&Capture { arg: arg as u8, section, status, bytes, full });
}

fn failed(name: &str, error: FormatError) -> Error {
    let source = match error {
        FormatError::Io(source) => source,
        error => io::Error::other(error),
    };
    Error::Write { name: name.to_string(), source }
}
