//! Goes through traces and hands every wanted event on, in time order.

use std::path::{Path, PathBuf};

use syscord_format::{
    Block, BlockKind, Calls, Chunk, FileFd, FormatError, ProcEvent, Trace, ZoneMap,
};
use syscord_syscalls::Kind;

use crate::{
    clocks::Clocks,
    columns::{Columns, Needs},
    descriptors::Target,
    error::Error,
    filter::{Bound, Filter},
    report::{Ledger, Report, open},
    row::Row,
    schema::{Call, ERRORS, Schema},
    world::{Who, World},
};

/// What is done with the events.
pub(crate) trait Sink {
    /// What of an event is looked at.
    fn needs(&self) -> Needs;

    /// Takes events by their number alone, if that will do.
    fn number(&mut self, _events: u64) -> bool {
        false
    }

    /// Whether a block need not be looked at whose events end from `first` to `last` and took at most `longest`
    /// nanoseconds.
    fn passes(&mut self, _first: i64, _last: i64, _longest: u64) -> bool {
        false
    }

    /// Takes an event.
    fn event(&mut self, row: &Row<'_>) -> Result<(), Error>;

    /// Whether signals and ends of threads are looked at.
    fn notices(&self) -> bool {
        false
    }

    /// Takes a signal, or the end of a thread.
    fn notice(&mut self, _notice: &Notice<'_>) {}

    /// A block is over: what is ready should be seen.
    fn block_end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Something that happened to a thread beside its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice<'a> {
    /// When, in nanoseconds since 1970.
    pub(crate) ts: i64,
    /// The thread.
    pub(crate) tid: u32,
    /// What.
    pub(crate) what: What<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'a> {
    /// It ended, with a status as wait(2) gives it.
    Exit(i32),
    /// A signal of that number was delivered, with the start of its `siginfo_t`.
    Signal(u32, &'a [u8]),
}

/// How a walk through traces ended.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Whether part of a trace could not be read.
    pub(crate) damaged: bool,
    /// What the recorders counted.
    pub(crate) ledger: Ledger,
}

/// Hands the events of the traces that `filter` accepts to `sink`, at most `limit` of them.
pub(crate) fn walk<S: Sink>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    sink: &mut S,
) -> Result<Outcome, Error> {
    go(files, filter, limit, sink, Report::default())
}

/// The same without a word on what cannot be read: another walk says it.
pub(crate) fn walk_quietly<S: Sink>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    sink: &mut S,
) -> Result<Outcome, Error> {
    go(files, filter, limit, sink, Report::quiet())
}

fn go<S: Sink>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    sink: &mut S,
    report: Report,
) -> Result<Outcome, Error> {
    let mut walk = Walk::new(filter, limit, sink, report);
    for path in files {
        if walk.left == 0 {
            break;
        }
        walk.file(path)?;
    }
    Ok(Outcome { damaged: walk.report.damaged(), ledger: walk.ledger })
}

/// The same of a chunk alone, by a description that is at hand, which is handed back.
pub(crate) fn walk_chunk<S: Sink>(schema: Schema, chunk: &Chunk, sink: &mut S) -> Schema {
    let filter = Filter::default();
    let mut walk = Walk::new(&filter, None, sink, Report::quiet());
    let mut state = State::new(schema);
    let mut columns = Columns::default();
    let _ = walk.bind(&mut state, 0);
    let needs = state.needs.and(Needs::CALLS);
    if columns.load(chunk, &mut state.schema, needs).is_ok() {
        let rows = in_order((0..chunk.rows() as u32).collect(), &columns);
        let _ = walk.rows(&mut state, &columns, &rows);
        let _ = walk.sink.block_end();
    }
    state.schema
}

struct Walk<'w, S> {
    filter: &'w Filter,
    sink: &'w mut S,
    /// How many events are wanted still.
    left: u64,
    /// When the first trace starts, in nanoseconds since 1970.
    start: Option<i64>,
    report: Report,
    ledger: Ledger,
}

/// What is known of the trace being read.
struct State<'f> {
    schema: Schema,
    clocks: Clocks,
    world: World,
    bound: Option<Bound<'f>>,
    needs: Needs,
}

impl State<'_> {
    fn new(schema: Schema) -> Self {
        State {
            schema,
            clocks: Clocks::default(),
            world: World::default(),
            bound: None,
            needs: Needs::NONE,
        }
    }
}

impl<'w, S: Sink> Walk<'w, S> {
    fn new(filter: &'w Filter, limit: Option<u64>, sink: &'w mut S, report: Report) -> Self {
        let left = limit.unwrap_or(u64::MAX);
        Walk { filter, sink, left, start: None, report, ledger: Ledger::default() }
    }

    fn file(&mut self, path: &Path) -> Result<(), Error> {
        self.report.start(path);
        let mut trace = open(path)?;
        let schema = Schema::new(trace.meta());
        let unknown = schema.unknown_kinds();
        if !unknown.is_empty() {
            self.report.warn(&format!(
                "it has kinds of arguments that this program does not know, written as raw \
                 values: {}",
                unknown.join(", ")
            ));
        }
        let mut state = State::new(schema);
        while self.left > 0 {
            let block = trace.next_block().map_err(|error| Error::trace(path, error))?;
            self.report.damage(&trace);
            let Some(block) = block else {
                self.bind(&mut state, 0)?;
                self.advance(&mut state, u64::MAX);
                break;
            };
            if let Err(failure) = self.block(&mut state, &mut trace, &block) {
                match failure {
                    Failure::Trace(error) => self.report.skip(path, block.offset, error)?,
                    Failure::Other(error) => return Err(error),
                }
            }
            self.report.damage(&trace);
        }
        Ok(())
    }

    fn block(
        &mut self,
        state: &mut State<'w>,
        trace: &mut Trace,
        block: &Block,
    ) -> Result<(), Failure> {
        match block.header.kind {
            BlockKind::META | BlockKind::INDEX | BlockKind::END => {}
            BlockKind::CLOCK => {
                let payload = trace.read(block)?;
                state.clocks.add(syscord_format::clock(&payload)?);
            }
            BlockKind::PROC => {
                self.bind(state, block.header.first)?;
                if state.needs.has(Needs::WORLD) {
                    let payload = trace.read(block)?;
                    state.world.queue(syscord_format::processes(&payload)?);
                }
            }
            BlockKind::LOSS => {
                let payload = trace.read(block)?;
                for row in syscord_format::ledger(&payload)? {
                    self.ledger.add(&row);
                }
            }
            BlockKind::EVENTS => {
                self.bind(state, block.header.first)?;
                let result = self.chunk(state, trace, block);
                if self.left > 0 {
                    self.advance(state, block.header.last);
                }
                state.world.sweep();
                self.sink.block_end()?;
                result?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Binds the filters to the trace, once the clock reading that stands at its start is known;
    /// if that is lost, the trace starts with its first block, at `first`.
    fn bind(&mut self, state: &mut State<'w>, first: u64) -> Result<(), Error> {
        if state.bound.is_none() {
            let reading = state.clocks.first().map(|clock| clock.realtime);
            let first = reading.unwrap_or_else(|| state.clocks.wall(first));
            let start = *self.start.get_or_insert(first);
            let bound = self.filter.bind(state.schema.meta(), start)?;
            state.needs = self.sink.needs().and(bound.match_needs());
            state.bound = Some(bound);
        }
        Ok(())
    }

    /// Brings the world up to `time`.
    fn advance(&mut self, state: &mut State<'w>, time: u64) {
        let State { clocks, world, bound: Some(bound), .. } = state else { return };
        advance(world, time, clocks, bound, self.sink);
    }

    fn chunk(
        &mut self,
        state: &mut State<'w>,
        trace: &mut Trace,
        block: &Block,
    ) -> Result<(), Failure> {
        let Some(bound) = &state.bound else {
            return Ok(());
        };
        state.clocks.forget_before(block.header.first);
        let zone = ZoneMap::parse(&block.zone)?;
        let times = (state.clocks.wall(block.header.first), state.clocks.wall(block.header.last));
        let follows = state.needs.has(Needs::FILES);
        if !bound.may_match(&block.header, &zone, &state.clocks)
            || self.sink.passes(times.0, times.1, zone.longest)
        {
            return if follows { self.pass(state, trace, block) } else { Ok(()) };
        }
        let select_needs = bound.select_needs(&block.header, &state.clocks);
        let picky = bound.match_needs() != Needs::NONE;
        let whole = !picky && !follows && select_needs == Needs::NONE;
        if whole && self.number(u64::from(block.header.rows)) {
            return Ok(());
        }
        let payload = trace.read(block)?;
        let shift = state.schema.meta().tick_shift;
        let chunk = Chunk::parse(&block.header, payload, shift)?;
        let mut columns = Columns::default();
        columns.load(&chunk, &mut state.schema, select_needs)?;
        let rows = bound.select(&columns, chunk.rows(), &state.clocks);
        if !follows && (rows.is_empty() || !picky && self.number(rows.len() as u64)) {
            return Ok(());
        }
        // What every row has is cheap, and what a row is without it would be hard to say.
        let needs = state.needs.and(Needs::CALLS);
        columns.load(&chunk, &mut state.schema, needs)?;
        let rows = if needs.has(Needs::ORDER) { in_order(rows, &columns) } else { rows };
        self.rows(state, &columns, &rows)
    }

    /// Follows descriptors through a chunk of which no event is wanted.
    fn pass(
        &mut self,
        state: &mut State<'w>,
        trace: &mut Trace,
        block: &Block,
    ) -> Result<(), Failure> {
        let payload = trace.read(block)?;
        let shift = state.schema.meta().tick_shift;
        let chunk = Chunk::parse(&block.header, payload, shift)?;
        let mut columns = Columns::default();
        columns.load(&chunk, &mut state.schema, Needs::NONE.and(Needs::FILES))?;
        self.rows(state, &columns, &[])
    }

    /// Hands events on by their number alone, if the sink takes them so.
    fn number(&mut self, events: u64) -> bool {
        let taken = events <= self.left && self.sink.number(events);
        if taken {
            self.left -= events;
        }
        taken
    }

    fn rows(
        &mut self,
        state: &mut State<'w>,
        columns: &Columns,
        rows: &[u32],
    ) -> Result<(), Failure> {
        let State { schema, clocks, world, bound: Some(bound), needs, .. } = state else {
            return Ok(());
        };
        let Some(calls) = &columns.calls else {
            return Ok(());
        };
        let needs = *needs;
        let picky = bound.match_needs() != Needs::NONE;
        let mut known = Known::new(columns.threads.len());
        let mut changes = match needs.has(Needs::FILES) {
            true => Changes::of(columns, calls),
            false => Changes::default(),
        };
        for row in rows {
            let index = *row as usize;
            let end = columns.end(index);
            let thread = columns.thread_of_row.get(index).map_or(0, |thread| *thread as usize);
            let (tgid, tid) = columns.thread(index);
            let mut who = Who::default();
            while let Some(change) = changes.next_before(columns, (end, *row)) {
                advance(world, columns.end(change), clocks, bound, self.sink);
                apply(columns, change, world);
            }
            if needs.has(Needs::WORLD) {
                advance(world, end, clocks, bound, self.sink);
                who = known.who(world, thread, tgid, tid);
            }
            let call = &columns.resolved[usize::from(calls.of_row[index])];
            let row = Row {
                schema,
                call,
                ts: clocks.wall(end),
                duration: columns.duration(index),
                tgid,
                tid,
                who,
                world: Some(&*world),
                cpu: columns.cpu(index),
                ret: columns.result(index).map(|ret| signed(call, ret)),
                columns,
                index,
            };
            if picky && !bound.matches(&row) {
                continue;
            }
            self.sink.event(&row)?;
            self.left -= 1;
            if self.left == 0 {
                return Ok(());
            }
        }
        while let Some(change) = changes.next_before(columns, (u64::MAX, u32::MAX)) {
            advance(world, columns.end(change), clocks, bound, self.sink);
            apply(columns, change, world);
        }
        Ok(())
    }
}

/// The rows of a chunk that may change what descriptors stand for, in time order.
#[derive(Default)]
struct Changes {
    rows: Vec<u32>,
    done: usize,
}

impl Changes {
    fn of(columns: &Columns, calls: &Calls) -> Changes {
        let changing: Vec<bool> = columns.resolved.iter().map(|call| call.changes_files).collect();
        let by_call = calls.of_row.iter().enumerate();
        let mut rows: Vec<u32> = by_call
            .filter(|(_, call)| changing[usize::from(**call)])
            .map(|(row, _)| row as u32)
            .chain(columns.files.rows())
            .collect();
        rows.sort_unstable_by_key(|row| (columns.end(*row as usize), *row));
        rows.dedup();
        Changes { rows, done: 0 }
    }

    /// The next row, if it comes before that place in time order.
    fn next_before(&mut self, columns: &Columns, place: (u64, u32)) -> Option<usize> {
        let row = *self.rows.get(self.done)?;
        let before = (columns.end(row as usize), row) < place;
        self.done += usize::from(before);
        before.then_some(row as usize)
    }
}

/// What close(2) fails with if the descriptor is not open.
const EBADF: i64 = 9;

/// Lets the descriptors stand for what an event says that they do from then on.
fn apply(columns: &Columns, row: usize, world: &mut World) {
    let Some(calls) = &columns.calls else { return };
    let call = &columns.resolved[usize::from(calls.of_row[row])];
    let (tgid, tid) = columns.thread(row);
    let ret = columns.result(row).map(|ret| signed(call, ret));
    let first = || columns.arguments.as_ref().and_then(|args| args.raw(row, 0));
    let changed = match ret {
        // Of a descriptor that was made, nothing is known unless it is told.
        Some(fd @ 0..) if call.ret.id == Kind::Fd.id() => Some(fd as i32),
        // Whatever else went wrong, close(2) closes what is open.
        Some(ret) if call.ret.id == Kind::Closed.id() && ret != -EBADF => {
            first().map(|fd| fd as i32)
        }
        _ => None,
    };
    if let Some(fd) = changed {
        world.set_target(tgid, tid, fd, Target::default());
    }
    for file in columns.files.of(row as u32) {
        let fd = match file.fd() {
            FileFd::Result => ret.map(|fd| fd as i32),
            FileFd::First => first().map(|fd| fd as i32),
            FileFd::Listed(fd) => Some(fd),
        };
        if let Some(fd) = fd {
            let target = Target { link: file.link(), detail: file.detail() };
            world.set_target(tgid, tid, fd, target);
        }
    }
}

/// A result with its sign: where the kernel restores the registers of a 32-bit context (sigreturn(2)),
/// they have none.
fn signed(call: &Call, ret: i64) -> i64 {
    let short = i64::from(ret as i32);
    if call.narrow && ERRORS.contains(&short) { short } else { ret }
}

/// Brings the world up to `time`, and tells the sink of signals and of threads that ended.
fn advance<S: Sink>(
    world: &mut World,
    time: u64,
    clocks: &Clocks,
    bound: &Bound<'_>,
    sink: &mut S,
) {
    while let Some(record) = world.advance(time) {
        let (tgid, tid, what) = match &record.event {
            ProcEvent::Exit { tgid, tid, status } => (*tgid, *tid, What::Exit(*status)),
            ProcEvent::Signal { tgid, tid, number, info } => {
                (*tgid, *tid, What::Signal(*number, info))
            }
            _ => continue,
        };
        let ts = clocks.wall(record.time);
        let wanted =
            bound.wants_moment(ts) && bound.wants_thread(tgid, tid, world.who(tgid, tid).comm);
        if sink.notices() && wanted {
            sink.notice(&Notice { ts, tid, what });
        }
    }
}

/// Who the threads of a chunk are, as long as nothing changes.
struct Known {
    of_thread: Vec<Option<(u64, Who)>>,
}

impl Known {
    fn new(threads: usize) -> Known {
        Known { of_thread: vec![None; threads] }
    }

    fn who(&mut self, world: &World, thread: usize, tgid: u32, tid: u32) -> Who {
        let version = world.version();
        match self.of_thread.get_mut(thread) {
            Some(Some((seen, who))) if *seen == version => *who,
            Some(slot) => {
                let who = world.who(tgid, tid);
                *slot = Some((version, who));
                who
            }
            None => world.who(tgid, tid),
        }
    }
}

/// Rows in time order; those of the same moment stay in row order.
fn in_order(mut rows: Vec<u32>, columns: &Columns) -> Vec<u32> {
    let Some(times) = &columns.times else {
        return rows;
    };
    if rows.len() == times.end.len() {
        return Chunk::order(times);
    }
    rows.sort_by_key(|row| times.end[*row as usize]);
    rows
}

/// What ended the reading of a block.
enum Failure {
    /// The block itself: others may be whole.
    Trace(FormatError),
    /// Something that ends the walk.
    Other(Error),
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Failure {
        Failure::Trace(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Other(error)
    }
}
