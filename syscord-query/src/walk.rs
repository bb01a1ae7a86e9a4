//! Goes through traces and hands every wanted event on, in time order.
//!
//! One thread reads blocks and keeps up with processes; others decode blocks and make of their events what a
//! [`Query`] asks for, in parts, which are taken in the order of the trace.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use syscord_format::{Block, BlockKind, Chunk, FormatError, Trace, ZoneMap};

use crate::{
    block::{Events, Job, Scene, Terms},
    clocks::Clocks,
    columns::{Columns, Needs},
    error::Error,
    filter::Filter,
    pipeline::{self, Weigh},
    report::{Ledger, Report, open},
    row::Row,
    schema::Schema,
    shed::Weights,
    world::{Pending, World},
};

/// What is asked of the events.
pub(crate) trait Query: Sync {
    /// What makes something of the events of a block.
    type Maker: Maker;

    /// What of an event is looked at.
    fn needs(&self) -> Needs;

    /// Whether signals and ends of threads are looked at.
    fn notices(&self) -> bool {
        false
    }

    /// Whether the number of events will do.
    fn counts(&self) -> bool {
        false
    }

    /// Whether a block need not be looked at: the one before it ended at `before`, its own events end from `first`
    /// on and took at most `longest` nanoseconds.
    fn passes(&self, _before: i64, _first: i64, _longest: u64) -> bool {
        false
    }

    /// One for a block; the one before it ended at `before`.
    fn maker(&self, before: i64) -> Self::Maker;
}

/// Makes something of the events of a block, apart from those of all others.
pub(crate) trait Maker {
    /// What it makes, of the block or a part of it.
    type Part: Weigh + Send;

    /// Takes an event.
    fn event(&mut self, row: &Row<'_>) -> Result<(), Error>;

    /// Takes the events of those rows by their columns, if that will do.
    fn rows(&mut self, _columns: &Columns, _rows: &[u32]) -> bool {
        false
    }

    /// Takes events by their number.
    fn number(&mut self, _events: u64) {}

    /// Takes a signal, or the end of a thread.
    fn notice(&mut self, _notice: &Notice<'_>) {}

    /// What was made so far, if it is enough to be handed on.
    fn part(&mut self) -> Result<Option<Self::Part>, Error> {
        Ok(None)
    }

    /// What was made of the rest, as the last event has come.
    fn finish(self) -> Result<Self::Part, Error>;
}

/// What a query's makers make.
pub(crate) type PartOf<Q> = <<Q as Query>::Maker as Maker>::Part;

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
    /// Whether events may stand for several.
    pub(crate) estimates: bool,
}

/// Asks `query` of the events of the traces that `filter` accepts, at most `limit` of them, and hands what they come
/// to to `take`.
pub(crate) fn walk<Q: Query>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    query: &Q,
    take: impl FnMut(PartOf<Q>) -> Result<(), Error>,
) -> Result<Outcome, Error> {
    go(files, filter, limit, query, take, Report::default())
}

/// The same without a word on what cannot be read: another walk says it.
pub(crate) fn walk_quietly<Q: Query>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    query: &Q,
    take: impl FnMut(PartOf<Q>) -> Result<(), Error>,
) -> Result<Outcome, Error> {
    go(files, filter, limit, query, take, Report::quiet())
}

fn go<Q: Query>(
    files: &[PathBuf],
    filter: &Filter,
    limit: Option<u64>,
    query: &Q,
    mut take: impl FnMut(PartOf<Q>) -> Result<(), Error>,
    report: Report,
) -> Result<Outcome, Error> {
    let left = Left(limit.map(AtomicU64::new));
    let shared = Shared { query, left, closed: AtomicBool::new(false), report: report.into() };
    // What a limit leaves of a block is known only when those before it are done.
    let threads = if limit.is_some() { 0 } else { pipeline::threads() };
    let (ledger, estimates) = pipeline::run(
        threads,
        |give| {
            let mut reader = Reader {
                shared: &shared,
                filter,
                start: None,
                before: i64::MIN,
                ledger: Ledger::default(),
                estimates: false,
                give,
            };
            for path in files {
                if shared.is_over() || !reader.file(path)? {
                    break;
                }
            }
            Ok((reader.ledger, reader.estimates))
        },
        |job, out| shared.work(job, out),
        |part: Result<PartOf<Q>, Error>| {
            let taken = part.and_then(&mut take);
            shared.closed.store(taken.is_err(), Ordering::Relaxed);
            // Nobody can wake the thread that waits for standard input.
            taken.map_err(|error| if waits(files) { crate::end(&error) } else { error })
        },
    )??;
    let damaged = shared.report().damaged();
    Ok(Outcome { damaged, ledger, estimates })
}

/// Whether standard input is among the files.
fn waits(files: &[PathBuf]) -> bool {
    files.iter().any(|path| path == Path::new("-"))
}

/// The same of a chunk alone, by a description that is at hand.
pub(crate) fn walk_chunk<Q: Query>(
    schema: &Arc<Schema>,
    chunk: Chunk,
    query: &Q,
    mut take: impl FnMut(PartOf<Q>) -> Result<(), Error>,
) {
    let filter = Filter::default();
    let (left, closed) = (Left(None), AtomicBool::new(false));
    let shared = Shared { query, left, closed, report: Report::quiet().into() };
    if let Ok(terms) = Terms::new(schema, &filter, 0, query) {
        let mut job = Job::of(Path::new(""), 0, terms.into(), Clocks::default());
        job.events = Some(Events::new(chunk).into());
        shared.work(job, &mut |part| part.and_then(&mut take).is_ok());
    }
}

/// What all threads of a walk see.
pub(crate) struct Shared<'w, Q> {
    pub(crate) query: &'w Q,
    pub(crate) left: Left,
    /// Whether what is made is taken no more.
    closed: AtomicBool,
    report: Mutex<Report>,
}

impl<Q: Query> Shared<'_, Q> {
    /// Whether nothing more is wanted.
    fn is_over(&self) -> bool {
        self.left.is_over() || self.closed.load(Ordering::Relaxed)
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a job. A block that cannot be decoded is lost alone.
    fn work(&self, job: Job<'_>, out: &mut dyn FnMut(Result<PartOf<Q>, Error>) -> bool) {
        let (path, offset) = (job.path, job.offset);
        let done = job.run(self, &mut |part| out(Ok(part)));
        let error = match done {
            Ok(()) => return,
            Err(Failure::Trace(error)) => self.report().skip(path, offset, error).err(),
            Err(Failure::Other(error)) => Some(error),
        };
        if let Some(error) = error {
            out(Err(error));
        }
    }
}

impl<P: Weigh> Weigh for Result<P, Error> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, P::bytes)
    }
}

/// How many events are wanted still, if there is a limit.
pub(crate) struct Left(Option<AtomicU64>);

impl Left {
    /// Takes that many, if all of them are left.
    pub(crate) fn take(&self, events: u64) -> bool {
        let less = |left: u64| left.checked_sub(events);
        let relaxed = Ordering::Relaxed;
        self.0.as_ref().is_none_or(|left| left.fetch_update(relaxed, relaxed, less).is_ok())
    }

    /// Whether there is no limit.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.0.is_none()
    }

    /// Whether no more are wanted.
    pub(crate) fn is_over(&self) -> bool {
        self.0.as_ref().is_some_and(|left| left.load(Ordering::Relaxed) == 0)
    }
}

/// Reads traces block by block, and gives out what is to be done with each.
struct Reader<'w, 'g, Q> {
    shared: &'w Shared<'w, Q>,
    filter: &'w Filter,
    /// When the first trace starts, in nanoseconds since 1970.
    start: Option<i64>,
    /// When the last block ended.
    before: i64,
    ledger: Ledger,
    /// Whether events may stand for several.
    estimates: bool,
    give: &'g mut dyn FnMut(Job<'w>) -> bool,
}

/// What is known of the trace being read.
struct State<'w> {
    path: &'w Path,
    schema: Arc<Schema>,
    clocks: Clocks,
    pending: Pending,
    world: Arc<World>,
    weights: Weights,
    terms: Option<Arc<Terms<'w>>>,
}

impl State<'_> {
    /// Whether processes are followed.
    fn has(&self, needs: Needs) -> bool {
        self.terms.as_ref().is_some_and(|terms| terms.needs.has(needs))
    }
}

impl<'w, Q: Query> Reader<'w, '_, Q> {
    /// Reads a trace. False if no more is wanted.
    fn file(&mut self, path: &'w Path) -> Result<bool, Error> {
        self.shared.report().start(path);
        let mut trace = match open(path) {
            Ok(trace) => trace,
            Err(error) => return self.shared.report().pass_over(error).map(|()| true),
        };
        let schema = Arc::new(Schema::new(trace.meta()));
        self.warn_of_kinds(&schema);
        let mut state = State {
            path,
            schema,
            clocks: Clocks::default(),
            pending: Pending::default(),
            world: Arc::default(),
            weights: Weights::default(),
            terms: None,
        };
        loop {
            if self.shared.is_over() {
                return Ok(false);
            }
            let block = trace.next_block().map_err(|error| Error::trace(path, error))?;
            self.shared.report().damage(&trace);
            let Some(block) = block else {
                self.bind(&mut state, 0)?;
                return Ok(self.give(&mut state, None, u64::MAX, 0));
            };
            let wanted = match self.block(&mut state, &mut trace, &block) {
                Ok(wanted) => wanted,
                Err(Failure::Trace(error)) => {
                    self.shared.report().skip(path, block.offset, error)?;
                    true
                }
                Err(Failure::Other(error)) => return Err(error),
            };
            self.shared.report().damage(&trace);
            if !wanted {
                return Ok(false);
            }
        }
    }

    fn warn_of_kinds(&self, schema: &Schema) {
        let unknown = schema.unknown_kinds();
        if !unknown.is_empty() {
            self.shared.report().warn(&format!(
                "it has kinds of arguments that this program does not know, written as raw \
                 values: {}",
                unknown.join(", ")
            ));
        }
    }

    fn block(
        &mut self,
        state: &mut State<'w>,
        trace: &mut Trace,
        block: &Block,
    ) -> Result<bool, Failure> {
        match block.header.kind {
            BlockKind::CLOCK => {
                let payload = trace.read(block)?;
                state.clocks.add(syscord_format::clock(&payload)?);
            }
            BlockKind::PROC => {
                self.bind(state, block.header.first)?;
                if state.has(Needs::WORLD) {
                    let payload = trace.read(block)?;
                    state.pending.queue(syscord_format::processes(&payload)?);
                }
            }
            BlockKind::LOSS => {
                let payload = trace.read(block)?;
                for row in syscord_format::ledger(&payload)? {
                    self.ledger.add(&row);
                }
            }
            BlockKind::SHED => {
                let payload = trace.read(block)?;
                state.weights.add(&syscord_format::shed(&payload)?);
            }
            BlockKind::EVENTS => {
                self.bind(state, block.header.first)?;
                state.weights.forget_before(block.header.first);
                state.clocks.forget_before(block.header.first);
                let look = self.look(state, trace, block);
                let (events, error) = match look {
                    Ok(events) => (events, None),
                    Err(error) => (None, Some(error)),
                };
                let wanted = self.give(state, events, block.header.last, block.offset);
                self.before = state.clocks.wall(block.header.last);
                return error.map_or(Ok(wanted), Err);
            }
            _ => {}
        }
        Ok(true)
    }

    /// Binds the filters to the trace, once the clock reading that stands at its start is known;
    /// if that is lost, the trace starts with its first block, at `first`.
    fn bind(&mut self, state: &mut State<'w>, first: u64) -> Result<(), Error> {
        if state.terms.is_none() {
            let reading = state.clocks.first().map(|clock| clock.realtime);
            let first = reading.unwrap_or_else(|| state.clocks.wall(first));
            let start = *self.start.get_or_insert(first);
            let terms = Terms::new(&state.schema, self.filter, start, self.shared.query)?;
            state.terms = Some(Arc::new(terms));
        }
        Ok(())
    }

    /// What is to be looked at of an EVENTS block; nothing if no event of it is wanted.
    fn look(
        &mut self,
        state: &State<'w>,
        trace: &mut Trace,
        block: &Block,
    ) -> Result<Option<Look>, Failure> {
        let (header, query) = (&block.header, self.shared.query);
        let Some(terms) = &state.terms else { return Ok(None) };
        let zone = ZoneMap::parse(&block.zone)?;
        let all = terms.bound.may_match(header, &zone, &state.clocks)
            && !query.passes(self.before, state.clocks.wall(header.first), zone.longest);
        let follows = terms.needs.has(Needs::FILES);
        if !all && !follows {
            return Ok(None);
        }
        let picky = terms.bound.match_needs() != Needs::NONE;
        let select_needs = terms.bound.select_needs(header, &state.clocks);
        let rows = u64::from(header.rows);
        let whole = !picky && !follows && select_needs == Needs::NONE;
        // Also where the header's number will do: events that are damaged do not count.
        let payload = trace.read(block)?;
        if whole && query.counts() && self.shared.left.take(rows) {
            return Ok(Some(Look::Number(rows)));
        }
        let shift = state.schema.meta().tick_shift;
        let chunk = Chunk::parse(header.rows, payload, shift)?;
        let mut events = Events { all, select_needs, ..Events::new(chunk) };
        events.columns.weights = state.weights.clone();
        self.estimates |= !state.weights.are_one();
        if follows {
            events.load(&state.schema, Needs::NONE.and(Needs::FILES))?;
        }
        Ok(Some(Look::Events(events.into())))
    }

    /// Gives out what is to be done up to `last`, and brings the world up to then. False if no more is wanted.
    fn give(&mut self, state: &mut State<'w>, look: Option<Look>, last: u64, offset: u64) -> bool {
        let Some(terms) = &state.terms else { return true };
        let mut job = Job::of(state.path, offset, Arc::clone(terms), state.clocks.clone());
        job.before = self.before;
        job.last = last;
        job.scene = Scene::new(Arc::clone(&state.world), state.pending.due(last));
        let mut wanted = self.shared.query.notices() && !job.scene.records.is_empty();
        match look {
            Some(Look::Number(events)) => {
                job.number = events;
                wanted = true;
            }
            Some(Look::Events(events)) => {
                wanted |= events.all;
                job.events = Some(events);
            }
            None => {}
        }
        self.follow(state, &job);
        !wanted || (self.give)(job)
    }

    /// Brings the world up to the end of a job, as the job itself will bring its own copy.
    fn follow(&self, state: &mut State<'w>, job: &Job<'w>) {
        let events = job.events.as_ref().filter(|_| state.has(Needs::FILES));
        if job.scene.records.is_empty() && events.is_none() {
            return;
        }
        let mut scene = job.scene.clone();
        if let Some(events) = events {
            scene.follow(&events.columns);
            scene.end(&events.columns);
        }
        scene.advance(job.last, |_, _| ());
        state.world = scene.world;
        if state.world.has_ended() {
            Arc::make_mut(&mut state.world).sweep();
        }
    }
}

/// What is to be looked at of a block.
enum Look {
    /// How many events it has.
    Number(u64),
    /// The events themselves.
    Events(Box<Events>),
}

/// What ended the reading of a block.
pub(crate) enum Failure {
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
