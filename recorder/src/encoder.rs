//! From batches of the probe's records to blocks of the trace.

use std::{
    collections::HashMap,
    io::Write,
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use syscord_format::{
    ChunkBuilder, Clock, Event, EventKey, FileFd, FormatError, LedgerRow, ProcEvent, ProcRecord,
    Totals, Writer,
};
use syscord_syscalls::{
    Abi, MAX_ARGS,
    plan::NUMBERS,
    record::{
        CaptureHeader, EventRecord, FILE, IDS, IdsRecord, MARKS, ProcessRecord, RecordHeader,
        TABLE, UNKNOWN_DURATION, process_event, record_kind, table_flag,
    },
};

use crate::{
    call::{Call, NewImage, capture, whole},
    files::Target,
    parts::{PartsOf, is_part},
    priority,
    rings::Batch,
    schema::{Layout, Schema},
    wire::{self, Captures, Record},
    world::{self, Seen, World},
};

/// Others are let in after as many events.
const PAUSE: usize = 64;
/// Beyond as many calls under way, the oldest are forgotten: most of them never came back.
const ENTRIES: usize = 65_536;

type NewImages = HashMap<u32, Vec<NewImage>>;

/// Where an event lies in its batch.
struct Place {
    start: usize,
    length: u32,
    cpu: u32,
}

/// Writes a trace.
pub struct Encoder<W> {
    schema: Arc<Schema>,
    builder: ChunkBuilder,
    writer: Writer<W>,
    world: World,
    /// What was captured at entry, by process and time of entry: an execve may change the tid.
    entries: HashMap<(u32, u64), Vec<u8>>,
    /// What was found of processes that appeared in this batch.
    looked: HashMap<u32, Vec<ProcRecord>>,
    /// Programs that processes began in this batch, in the order of their times.
    new_images: NewImages,
    /// The parts of the call at hand.
    parts: PartsOf,
    /// What the descriptor at hand stands for.
    target: Target,
    /// The events of the chunk at hand.
    places: Vec<Place>,
}

impl<W: Write> Encoder<W> {
    /// Goes on with a writer whose META is written.
    pub fn new(
        schema: Arc<Schema>,
        builder: ChunkBuilder,
        writer: Writer<W>,
        world: World,
    ) -> Self {
        let (entries, looked, new_images) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (parts, target, places) = (PartsOf::default(), Target::default(), Vec::new());
        Encoder {
            schema,
            builder,
            writer,
            world,
            entries,
            looked,
            new_images,
            parts,
            target,
            places,
        }
    }

    /// Writes a batch: what happened to processes, then one chunk of events.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn batch(&mut self, batch: &mut Batch) -> Result<(), FormatError> {
        self.looked = std::mem::take(&mut batch.looked);
        if batch.side {
            let records = self.side(batch);
            self.writer.processes(&records)?;
        }
        let mut from = 0;
        for until in cuts(batch) {
            self.chunk(batch, &(from..=until))?;
            from = until.saturating_add(1);
        }
        self.new_images.clear();
        self.forget_entries();
        Ok(())
    }

    /// Writes the events of a span of time.
    fn chunk(&mut self, batch: &Batch, times: &RangeInclusive<u64>) -> Result<(), FormatError> {
        self.places.clear();
        for (cpu, span) in spans(batch) {
            let mut start = span.start;
            for (header, record) in wire::raw(&batch.bytes[span]) {
                let place = Place { start, length: record.len() as u32, cpu };
                start += record.len();
                if is_event(&header)
                    && let Some(event) = wire::event(record)
                    && times.contains(&event.time)
                {
                    self.announce(&event);
                    self.places.push(place);
                    pause(self.places.len());
                }
            }
        }
        if self.builder.is_empty() {
            return Ok(());
        }
        self.builder.arrange()?;
        let schema = Arc::clone(&self.schema);
        let mut put = 0;
        while let Some(place) = self.builder.next().and_then(|at| self.places.get(at)) {
            put += 1;
            pause(put);
            let Place { start, length, cpu } = *place;
            self.event(&schema, cpu, &batch.bytes[start..start + length as usize]);
        }
        self.writer.events(&self.builder.encode()?)
    }

    /// Writes ledger rows.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn ledger(&mut self, rows: &[LedgerRow]) -> Result<(), FormatError> {
        self.writer.ledger(rows)
    }

    /// Writes a reading of the clocks.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn clock(&mut self, clock: &Clock) -> Result<(), FormatError> {
        self.writer.clock(clock)
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.writer.written()
    }

    /// Ends the trace.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self) -> Result<Totals, FormatError> {
        Ok(self.writer.finish()?.1)
    }

    /// Collects what is no event; what happened to processes in time order.
    fn side(&mut self, batch: &Batch) -> Vec<ProcRecord> {
        let mut processes: Vec<(ProcessRecord, Captures<'_>)> = Vec::new();
        let mut records = Vec::new();
        for record in wire::records(&batch.bytes) {
            match record {
                Record::Event(call, captures) => {
                    if call.header.kind == record_kind::EVENT_AND_STATE {
                        changes(&call, false, captures, &mut records);
                    }
                }
                Record::Entry(entry, bytes) => {
                    self.entries.insert((entry.tgid, entry.time), bytes.to_vec());
                }
                Record::State(call, captures) => {
                    let layout = self.schema.layout(call.header.what, call.header.number);
                    changes(&call, layout.closes(), captures, &mut records);
                }
                Record::Process(process, captures, _) => processes.push((process, captures)),
            }
        }
        processes.sort_by_key(|(process, _)| process.time);
        for (process, captures) in processes {
            self.process(&process, captures, &mut records);
        }
        records.sort_by_key(|record| record.time);
        records
    }

    fn process(
        &mut self,
        p: &ProcessRecord,
        captures: Captures<'_>,
        records: &mut Vec<ProcRecord>,
    ) {
        let ProcessRecord { time, tgid, tid, uid, .. } = *p;
        let name = p.comm.split(|byte| *byte == 0).next().unwrap_or_default();
        let comm = name.to_vec();
        let mut push = |event| records.push(ProcRecord { time, event });
        match p.header.what {
            process_event::FORK => {
                let (parent_tgid, parent_tid) = (p.ppid, p.other_tid);
                push(ProcEvent::Fork { parent_tgid, parent_tid, tgid, tid, uid, comm });
                let is_thread = tgid == parent_tgid;
                // A thread's beginning says nothing of its process.
                if !is_thread {
                    self.world.forked(tgid);
                }
                let shares = |flag: u32| p.status.cast_unsigned() & flag != 0;
                let (files, cwd) =
                    (shares(table_flag::SHARES_FILES), shares(table_flag::SHARES_CWD));
                if (files, cwd) != (is_thread, is_thread) {
                    push(ProcEvent::Shares { tgid, tid, files, cwd });
                }
            }
            process_event::EXEC => self.exec(p, comm, captures, records),
            process_event::EXIT => {
                if tgid == tid {
                    let seen = Seen { tgid, ppid: p.ppid, uid, comm };
                    records.extend(self.world.exit(seen));
                }
                let event = ProcEvent::Exit { tgid, tid, status: p.status };
                records.push(ProcRecord { time, event });
            }
            process_event::RENAME => push(ProcEvent::Rename { tgid, tid, comm }),
            process_event::SIGNAL => {
                let info = captured(&captures, 0).map_or_else(Vec::new, |(_, info)| info.to_vec());
                push(ProcEvent::Signal { tgid, tid, number: p.status.cast_unsigned(), info });
            }
            process_event::APPEAR => {
                let seen = Seen { tgid, ppid: p.ppid, uid, comm };
                let looked = self.looked.remove(&tgid).unwrap_or_default();
                self.world.appear(time, seen, looked, records);
            }
            _ => {}
        }
    }

    /// A process runs a new program.
    fn exec(
        &mut self,
        p: &ProcessRecord,
        comm: Vec<u8>,
        captures: Captures<'_>,
        records: &mut Vec<ProcRecord>,
    ) {
        let ProcessRecord { time, tgid, tid, uid, .. } = *p;
        let path = captured(&captures, 0).map_or_else(Vec::new, |(_, path)| path.to_vec());
        let argv = captured(&captures, 1).map(|(header, argv)| (header, argv.to_vec()));
        let strings = argv.as_ref().map_or(&[][..], |(_, argv)| argv);
        let program = ProcEvent::Program {
            tgid,
            exe: captured(&captures, FILE).map_or_else(Vec::new, |(_, file)| link(file)),
            argv: world::strings(strings),
        };
        let image = NewImage { time, path: path.clone(), argv };
        self.new_images.entry(tgid).or_default().push(image);
        let exec = ProcEvent::Exec { tgid, old_tid: p.other_tid, uid, comm, path };
        records.extend([exec, program].map(|event| ProcRecord { time, event }));
        if let Some(event) =
            captured(&captures, TABLE).and_then(|(_, table)| open(tgid, tid, table))
        {
            records.push(ProcRecord { time, event });
        }
    }

    #[inline]
    fn announce(&mut self, record: &EventRecord) {
        let layout = self.schema.layout(record.header.what, record.header.number);
        self.builder.announce(&EventKey {
            end: record.time,
            tgid: record.tgid,
            tid: record.tid,
            beside: record.header.what == Abi::IoUring as u8,
            abi: record.header.what,
            number: record.header.number,
            args: layout.args,
        });
    }

    /// Puts an event into the chunk.
    #[inline]
    fn event(&mut self, schema: &Schema, cpu: u32, bytes: &[u8]) {
        let Some(record) = wire::event(bytes) else { return };
        let layout = schema.layout(record.header.what, record.header.number);
        let args = record.args;
        let event = Event {
            end: record.time,
            duration: Some(record.duration).filter(|duration| *duration != UNKNOWN_DURATION),
            tgid: record.tgid,
            tid: record.tid,
            beside: record.header.what == Abi::IoUring as u8,
            cpu,
            abi: record.header.what,
            number: record.header.number,
            args: &args[..usize::from(layout.args)],
            ret: record.ret,
            marks: 0,
            captures: &[],
            files: &[],
        };
        if layout.at_entry {
            self.joined(bytes, &event);
        } else {
            self.builder.put(&event);
        }
        let mut has_parts = false;
        for (header, captured) in wire::captures(bytes) {
            match header.arg {
                MARKS if !layout.at_entry => self.builder.put_marks(header.full as u8),
                FILE => self.put_file(&args, record.ret, captured),
                _ if layout.at_entry => {}
                _ if is_part(&header) => has_parts = true,
                _ => {
                    if let Some(capture) = capture(layout, &header, captured) {
                        self.builder.put_capture(&capture);
                    }
                }
            }
        }
        if has_parts {
            self.put_parts(bytes);
        }
    }

    /// Puts what was captured in parts of the event that was put last.
    #[inline(never)]
    fn put_parts(&mut self, bytes: &[u8]) {
        let Some(RecordHeader { what, number, .. }) = wire::header(bytes) else { return };
        let layout = self.schema.layout(what, number);
        self.parts.collect(&wire::captures(bytes), None);
        for capture in self.parts.iter().filter_map(|part| whole(layout, part)) {
            self.builder.put_capture(&capture);
        }
    }

    /// Tells what a descriptor stands for that the event has made that was put last.
    #[inline(never)]
    fn put_file(&mut self, args: &[u64; MAX_ARGS], ret: i64, bytes: &[u8]) {
        let Some((file, names)) = wire::file(bytes) else { return };
        let fd = match file.fd {
            fd if i64::from(fd) == ret => FileFd::Result,
            fd if fd == args[0] as i32 => FileFd::First,
            fd => FileFd::Listed(fd),
        };
        self.target.read(&file, names);
        self.builder.put_file(&self.target.as_file(fd));
    }

    /// Puts an event of which there was a record when it began.
    #[inline(never)]
    fn joined(&mut self, bytes: &[u8], event: &Event<'_>) {
        let Some(record) = wire::event(bytes) else { return };
        let captures = wire::captures(bytes);
        let entry = self.take_entry(&record);
        let layout = self.schema.layout(record.header.what, record.header.number);
        let mut call = Call::new(layout, record.args, wire::marks(&captures));
        let begin = entry.as_deref().map(wire::captures);
        self.parts.collect(&captures, begin.as_ref());
        self.parts.iter().filter_map(|part| whole(layout, part)).for_each(|part| call.push(part));
        for (header, bytes) in captures {
            call.add(&header, bytes);
        }
        if let Some(entry) = &entry {
            call.join(entry);
        }
        if record.ret == 0
            && let Some(image) = new_image(&self.new_images, &record)
        {
            call.complete(Layout::exec(record.header.what, record.header.number), image);
        }
        let (args, captures) = (&call.args[..usize::from(layout.args)], call.captures());
        self.builder.put(&Event { args, marks: call.marks, captures, ..*event });
    }

    /// Forgets the older half of the entries if there are too many.
    fn forget_entries(&mut self) {
        if self.entries.len() > ENTRIES {
            let mut times: Vec<u64> = self.entries.keys().map(|(_, time)| *time).collect();
            let (_, middle, _) = times.select_nth_unstable(ENTRIES / 2);
            let middle = *middle;
            self.entries.retain(|(_, time), _| *time > middle);
        }
    }

    /// What was captured at the event's entry.
    fn take_entry(&mut self, record: &EventRecord) -> Option<Vec<u8>> {
        if record.duration == UNKNOWN_DURATION {
            return None;
        }
        self.entries.remove(&(record.tgid, record.time.wrapping_sub(record.duration)))
    }
}

/// Lets others in now and then.
#[inline]
fn pause(done: usize) {
    if done.is_multiple_of(PAUSE) {
        priority::let_others_in();
    }
}

/// Where a batch has each CPU's records, and which it is.
fn spans(batch: &Batch) -> impl Iterator<Item = (u32, Range<usize>)> {
    let starts = std::iter::once(0).chain(batch.spans.iter().map(|(_, end)| *end));
    starts.zip(&batch.spans).map(|(start, (cpu, end))| (*cpu, start..*end))
}

fn is_event(header: &RecordHeader) -> bool {
    matches!(header.kind, record_kind::EVENT | record_kind::EVENT_AND_STATE)
}

/// Times up to which a batch's chunks reach: mostly one, up to the end. A program that makes calls of tens of thousands
/// of numbers would have more different ones in a chunk than a chunk can hold.
fn cuts(batch: &Batch) -> Vec<u64> {
    let mut cuts = Vec::new();
    if batch.strange > MOST_STRANGE {
        let strange = |record: &Record<'_>| match record {
            Record::Event(event, _) if event.header.number as usize >= NUMBERS => Some(event.time),
            _ => None,
        };
        let mut times: Vec<u64> =
            wire::records(&batch.bytes).filter_map(|record| strange(&record)).collect();
        times.sort_unstable();
        cuts.extend(times.chunks(MOST_STRANGE).skip(1).map(|chunk| chunk[0]));
    }
    cuts.push(u64::MAX);
    cuts
}

/// Calls in a chunk with numbers for which there is no plan; those with one are far fewer.
const MOST_STRANGE: usize = 60_000;

/// The first capture with that place.
fn captured<'a>(captures: &Captures<'a>, arg: u8) -> Option<(CaptureHeader, &'a [u8])> {
    captures.clone().find(|(header, _)| header.arg == arg)
}

/// Tells what a call has changed that is no event, or whose event does not tell.
fn changes(
    call: &EventRecord,
    closes: bool,
    captures: Captures<'_>,
    records: &mut Vec<ProcRecord>,
) {
    let EventRecord { time, tgid, tid, .. } = *call;
    let mut push = |event| records.push(ProcRecord { time, event });
    if closes {
        push(ProcEvent::Closed { tgid, tid, fd: call.args[0] as i32 });
    }
    for (header, bytes) in captures {
        let event = match header.arg {
            FILE => wire::file(bytes).map(|(file, names)| {
                let (link, detail) = Target::of(&file, names).text();
                ProcEvent::File { tgid, tid, fd: file.fd, link, detail }
            }),
            TABLE => open(tgid, tid, bytes),
            IDS => wire::ids(bytes).map(|ids| {
                let IdsRecord { uid, gid } = ids;
                ProcEvent::Ids { tgid, tid, uid, gid }
            }),
            _ => None,
        };
        event.into_iter().for_each(&mut push);
    }
}

/// Which descriptors a thread has.
fn open(tgid: u32, tid: u32, table: &[u8]) -> Option<ProcEvent> {
    let (flags, count, open) = wire::table(table)?;
    let shares = |flag: u32| flags & flag != 0;
    Some(ProcEvent::Open {
        tgid,
        tid,
        shared: shares(table_flag::SHARES_FILES),
        shares_cwd: shares(table_flag::SHARES_CWD),
        count,
        // Most processes have few: what follows the last one needs no room.
        open: open[..open.iter().rposition(|bits| *bits != 0).map_or(0, |at| at + 1)].to_vec(),
    })
}

/// The link of a file.
fn link(file: &[u8]) -> Vec<u8> {
    wire::file(file).map_or_else(Vec::new, |(file, names)| Target::of(&file, names).text().0)
}

/// The program that began with a call: the last one before its end.
fn new_image<'a>(images: &'a NewImages, record: &EventRecord) -> Option<&'a NewImage> {
    images.get(&record.tgid)?.iter().rev().find(|image| image.time <= record.time)
}
