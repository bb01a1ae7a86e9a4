//! What is done with a block, on any thread: its columns are decoded as far as they are needed, and its events
//! handed on in time order.

use std::{collections::VecDeque, path::Path, sync::Arc};

use syscord_format::{Calls, Chunk, FileFd, FormatError, ProcEvent, ProcRecord};
use syscord_syscalls::Kind;

use crate::{
    clocks::Clocks,
    columns::{Columns, Needs},
    descriptors::Target,
    error::Error,
    filter::{Bound, Filter},
    row::Row,
    schema::Schema,
    walk::{Failure, Maker, Notice, PartOf, Query, Shared, What},
    world::{Who, World},
};

/// What all blocks of a trace have in common.
pub(crate) struct Terms<'w> {
    pub(crate) schema: Arc<Schema>,
    pub(crate) bound: Bound<'w>,
    pub(crate) needs: Needs,
}

impl<'w> Terms<'w> {
    /// Those of a trace that starts at `start`, in nanoseconds since 1970.
    pub(crate) fn new(
        schema: &Arc<Schema>,
        filter: &'w Filter,
        start: i64,
        query: &impl Query,
    ) -> Result<Terms<'w>, Error> {
        let bound = filter.bind(schema.meta(), start)?;
        let needs = query.needs().and(bound.match_needs());
        Ok(Terms { schema: Arc::clone(schema), bound, needs })
    }
}

/// What is to be done with a block.
pub(crate) struct Job<'w> {
    pub(crate) path: &'w Path,
    pub(crate) offset: u64,
    pub(crate) terms: Arc<Terms<'w>>,
    pub(crate) clocks: Clocks,
    /// The world at its start, and what happens in it.
    pub(crate) scene: Scene,
    /// Its events; none if none is wanted.
    pub(crate) events: Option<Box<Events>>,
    /// The number of its events, if that will do.
    pub(crate) number: u64,
    /// When the block before it ended, in nanoseconds since 1970.
    pub(crate) before: i64,
    /// When it ends.
    pub(crate) last: u64,
}

/// The events of a block.
pub(crate) struct Events {
    pub(crate) chunk: Chunk,
    pub(crate) columns: Columns,
    /// Whether any event is wanted; else only what becomes of descriptors.
    pub(crate) all: bool,
    /// What must be known of an event to choose it.
    pub(crate) select_needs: Needs,
}

impl Events {
    pub(crate) fn new(chunk: Chunk) -> Events {
        Events { chunk, columns: Columns::default(), all: true, select_needs: Needs::NONE }
    }

    pub(crate) fn load(&mut self, schema: &Schema, needs: Needs) -> Result<(), FormatError> {
        self.columns.load(&self.chunk, schema, needs)
    }
}

impl<'w> Job<'w> {
    /// Nothing to do for the block at `offset`.
    pub(crate) fn of(path: &'w Path, offset: u64, terms: Arc<Terms<'w>>, clocks: Clocks) -> Self {
        let (scene, before, last) = (Scene::default(), i64::MIN, u64::MAX);
        Job { path, offset, terms, clocks, scene, events: None, number: 0, before, last }
    }

    /// Does it. `out` says whether more is wanted.
    pub(crate) fn run<Q: Query>(
        mut self,
        shared: &Shared<'_, Q>,
        out: &mut dyn FnMut(PartOf<Q>) -> bool,
    ) -> Result<(), Failure> {
        let mut maker = shared.query.maker(self.before);
        maker.number(self.number);
        let mut more = true;
        // If its events are, what happened to threads is not lost.
        let mut lost = None;
        let events = self.events.take();
        if let Some(mut events) = events.filter(|events| events.all) {
            match self.rows(&mut events, shared, &mut maker) {
                Ok(rows) => more = self.hand_on(&events.columns, &rows, shared, &mut maker, out)?,
                Err(error) => lost = Some(error),
            }
        }
        let Job { scene, terms, clocks, last, .. } = &mut self;
        if more && shared.query.notices() {
            scene.advance(*last, |record, world| notice(record, world, terms, clocks, &mut maker));
        }
        out(maker.finish()?);
        lost.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Decodes what is needed of the events, and chooses rows, in the order in which they are wanted. If only
    /// their number is, there are none.
    fn rows<Q: Query>(
        &self,
        events: &mut Events,
        shared: &Shared<'_, Q>,
        maker: &mut Q::Maker,
    ) -> Result<Vec<u32>, FormatError> {
        let Terms { schema, bound, needs } = &*self.terms;
        events.load(schema, events.select_needs)?;
        let rows = bound.select(&events.columns, events.chunk.rows(), &self.clocks);
        let (count, picky) = (rows.len() as u64, bound.match_needs() != Needs::NONE);
        if !picky && shared.query.counts() && shared.left.take(count) {
            maker.number(count);
            return Ok(Vec::new());
        }
        if rows.is_empty() {
            return Ok(rows);
        }
        // What every row has is cheap, and what a row is without it would be hard to say.
        events.load(schema, needs.and(Needs::CALLS))?;
        Ok(if needs.has(Needs::ORDER) { in_order(rows, &events.columns) } else { rows })
    }

    /// Hands the events of those rows on. False if no more is wanted.
    fn hand_on<Q: Query>(
        &mut self,
        columns: &Columns,
        rows: &[u32],
        shared: &Shared<'_, Q>,
        maker: &mut Q::Maker,
        out: &mut dyn FnMut(PartOf<Q>) -> bool,
    ) -> Result<bool, Error> {
        let Job { scene, terms, clocks, .. } = self;
        let Terms { schema, bound, needs } = &**terms;
        let (query, left) = (shared.query, &shared.left);
        let Some(calls) = &columns.calls else {
            return Ok(true);
        };
        let picky = bound.match_needs() != Needs::NONE;
        if !picky && left.is_unlimited() && maker.rows(columns, rows) {
            return Ok(true);
        }
        let follows = needs.has(Needs::WORLD);
        let mut known = Known::new(columns.threads.len());
        if needs.has(Needs::FILES) {
            scene.follow(columns);
        }
        for row in rows {
            let index = *row as usize;
            let end = columns.end(index);
            if follows {
                let tell = |record: &ProcRecord, world: &World| {
                    if query.notices() {
                        notice(record, world, terms, clocks, maker);
                    }
                };
                scene.reach(columns, (end, *row), tell);
            }
            let mut row = Row::of(schema, columns, calls, index, &scene.world);
            row.ts = clocks.wall(end);
            if follows {
                row.who = known.who(&scene.world, row.thread, row.tgid, row.tid);
            }
            if picky && !bound.matches(&row) {
                continue;
            }
            if !left.take(1) {
                return Ok(false);
            }
            maker.event(&row)?;
            let wanted = maker.part()?.is_none_or(&mut *out);
            if !wanted || left.is_over() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What is true of threads at the moment that one has come to, going through a block.
#[derive(Clone, Default)]
pub(crate) struct Scene {
    pub(crate) world: Arc<World>,
    /// What happens to processes, in time order.
    pub(crate) records: VecDeque<ProcRecord>,
    changes: Changes,
}

impl Scene {
    pub(crate) fn new(world: Arc<World>, records: VecDeque<ProcRecord>) -> Scene {
        Scene { world, records, changes: Changes::default() }
    }

    /// Minds what the events change of descriptors, from now on.
    pub(crate) fn follow(&mut self, columns: &Columns) {
        self.changes = columns
            .calls
            .as_ref()
            .map_or_else(Changes::default, |calls| Changes::of(columns, calls));
    }

    /// Goes on to `time`; tells what happens, and the world behind it.
    pub(crate) fn advance(&mut self, time: u64, mut tell: impl FnMut(&ProcRecord, &World)) {
        while self.records.front().is_some_and(|record| record.time <= time)
            && let Some(record) = self.records.pop_front()
        {
            Arc::make_mut(&mut self.world).apply(&record);
            tell(&record, &self.world);
        }
    }

    /// Goes on to a row, at its place in time order; what it changes itself comes later.
    pub(crate) fn reach(
        &mut self,
        columns: &Columns,
        place: (u64, u32),
        mut tell: impl FnMut(&ProcRecord, &World),
    ) {
        while let Some(change) = self.changes.next_before(columns, place) {
            self.advance(columns.end(change), &mut tell);
            apply(columns, change, Arc::make_mut(&mut self.world));
        }
        self.advance(place.0, tell);
    }

    /// Goes on behind the last row.
    pub(crate) fn end(&mut self, columns: &Columns) {
        while let Some(change) = self.changes.next_before(columns, (u64::MAX, u32::MAX)) {
            self.advance(columns.end(change), |_, _| ());
            apply(columns, change, Arc::make_mut(&mut self.world));
        }
    }
}

/// The rows of a chunk that may change what descriptors stand for, in time order.
#[derive(Clone, Default)]
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
    let ((tgid, tid), time) = (columns.thread(row), columns.end(row));
    let ret = columns.ret(row, call);
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
        world.set_target((tgid, tid), fd, Target::default(), time);
    }
    for file in columns.files.of(row as u32) {
        let fd = match file.fd() {
            FileFd::Result => ret.map(|fd| fd as i32),
            FileFd::First => first().map(|fd| fd as i32),
            FileFd::Listed(fd) => Some(fd),
        };
        if let Some(fd) = fd {
            let target = Target { link: file.link(), detail: file.detail() };
            world.set_target((tgid, tid), fd, target, time);
        }
    }
}

/// Tells a maker of a signal or of a thread that ended.
fn notice(
    record: &ProcRecord,
    world: &World,
    terms: &Terms<'_>,
    clocks: &Clocks,
    maker: &mut impl Maker,
) {
    let (tgid, tid, what) = match &record.event {
        ProcEvent::Exit { tgid, tid, status } => (*tgid, *tid, What::Exit(*status)),
        ProcEvent::Signal { tgid, tid, number, info } => (*tgid, *tid, What::Signal(*number, info)),
        _ => return,
    };
    let ts = clocks.wall(record.time);
    let bound = &terms.bound;
    if bound.wants_moment(ts) && bound.wants_thread(tgid, tid, world.who(tgid, tid).comm) {
        maker.notice(&Notice { ts, tid, what });
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
pub(crate) fn in_order(mut rows: Vec<u32>, columns: &Columns) -> Vec<u32> {
    let Some(times) = &columns.times else {
        return rows;
    };
    if rows.len() == times.end.len() {
        return Chunk::order(times);
    }
    rows.sort_by_key(|row| times.end[*row as usize]);
    rows
}
