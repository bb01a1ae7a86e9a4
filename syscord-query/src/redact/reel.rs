//! Goes through a trace from front to back, with what is known of processes at each event.

use std::{path::Path, sync::Arc};

use syscord_format::{
    Block, BlockKind, Chunk, Clock, FormatError, LedgerRow, ProcRecord, Shed, Trace,
};

use crate::{
    block::{Scene, in_order},
    columns::{Columns, Needs},
    error::{Error, shown},
    report::{Report, open},
    row::Row,
    schema::Schema,
    walk::Failure,
    world::{Pending, World},
};

/// Who looks at a trace.
pub(super) trait Visitor {
    /// Records of processes.
    fn processes(&mut self, records: &[ProcRecord]) -> Result<(), Error>;

    /// An event; those of a block come in time order.
    fn event(&mut self, row: &Row<'_>) -> Result<(), Error>;

    /// All events of a block were visited.
    fn events(&mut self, _columns: &Columns, _rows: usize) -> Result<(), Error> {
        Ok(())
    }

    /// How clocks stood.
    fn clock(&mut self, _clock: &Clock) -> Result<(), Error> {
        Ok(())
    }

    /// What became of calls.
    fn ledger(&mut self, _rows: &[LedgerRow]) -> Result<(), Error> {
        Ok(())
    }

    /// What was not recorded from then on.
    fn shed(&mut self, _shed: &Shed) -> Result<(), Error> {
        Ok(())
    }
}

/// A trace that is gone through.
pub(super) struct Reel<'p> {
    path: &'p Path,
    pub(super) trace: Trace,
    schema: Arc<Schema>,
    pending: Pending,
    world: Arc<World>,
    /// Where the last block starts that was shown.
    last: u64,
    /// Where the last block starts that is to be shown.
    until: u64,
}

impl<'p> Reel<'p> {
    pub(super) fn open(path: &'p Path) -> Result<Reel<'p>, Error> {
        let trace = open(path)?;
        let schema = Arc::new(Schema::new(trace.meta()));
        let (pending, world) = (Pending::default(), Arc::default());
        Ok(Reel { path, trace, schema, pending, world, last: 0, until: u64::MAX })
    }

    /// The same trace from its start, up to where this has come: it may have grown meanwhile.
    pub(super) fn again(&self) -> Result<Reel<'p>, Error> {
        let again = Reel { until: self.last, ..Reel::open(self.path)? };
        if again.trace.file_id() != self.trace.file_id() {
            let name = shown(self.path);
            let why = format!("{name}: another trace took its place meanwhile; run it again");
            return Err(Error::Usage(why));
        }
        Ok(again)
    }

    /// Shows all of it. What cannot be read is told to the report, and passed over.
    pub(super) fn show(
        &mut self,
        visitor: &mut impl Visitor,
        report: &mut Report,
    ) -> Result<(), Error> {
        report.start(self.path);
        loop {
            let block = self.trace.next_block().map_err(|error| Error::trace(self.path, error))?;
            report.damage(&self.trace);
            let Some(block) = block.filter(|block| block.offset <= self.until) else {
                return Ok(());
            };
            self.last = block.offset;
            match self.block(&block, visitor) {
                Ok(()) => {}
                Err(Failure::Trace(error)) => report.skip(self.path, block.offset, error)?,
                Err(Failure::Other(error)) => return Err(error),
            }
            report.damage(&self.trace);
        }
    }

    fn block(&mut self, block: &Block, visitor: &mut impl Visitor) -> Result<(), Failure> {
        match block.header.kind {
            BlockKind::PROC => {
                let records = syscord_format::processes(&self.trace.read(block)?)?;
                visitor.processes(&records)?;
                self.pending.queue(records);
            }
            BlockKind::EVENTS => self.events(block, visitor)?,
            BlockKind::CLOCK => {
                visitor.clock(&syscord_format::clock(&self.trace.read(block)?)?)?;
            }
            BlockKind::LOSS => {
                visitor.ledger(&syscord_format::ledger(&self.trace.read(block)?)?)?;
            }
            BlockKind::SHED => {
                visitor.shed(&syscord_format::shed(&self.trace.read(block)?)?)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn events(&mut self, block: &Block, visitor: &mut impl Visitor) -> Result<(), Failure> {
        let columns = self.columns(block);
        let mut scene =
            Scene::new(std::mem::take(&mut self.world), self.pending.due(block.header.last));
        // What happened to processes is not lost with the events.
        let shown = columns.map_err(Failure::Trace).and_then(|(columns, rows)| {
            scene.follow(&columns);
            for row in in_order((0..rows as u32).collect(), &columns) {
                self.row(&mut scene, &columns, row as usize, visitor)?;
            }
            scene.end(&columns);
            Ok(visitor.events(&columns, rows)?)
        });
        scene.advance(block.header.last, |_, _| ());
        self.world = scene.world;
        if self.world.has_ended() {
            Arc::make_mut(&mut self.world).sweep();
        }
        shown
    }

    fn columns(&mut self, block: &Block) -> Result<(Columns, usize), FormatError> {
        let payload = self.trace.read(block)?;
        let chunk = Chunk::parse(block.header.rows, payload, self.trace.meta().tick_shift)?;
        let mut columns = Columns::default();
        columns.load(&chunk, &self.schema, Needs::ALL.and(Needs::FILES))?;
        Ok((columns, chunk.rows()))
    }

    fn row(
        &self,
        scene: &mut Scene,
        columns: &Columns,
        index: usize,
        visitor: &mut impl Visitor,
    ) -> Result<(), Error> {
        let Some(calls) = &columns.calls else { return Ok(()) };
        scene.reach(columns, (columns.end(index), index as u32), |_, _| ());
        visitor.event(&Row::of(&self.schema, columns, calls, index, &scene.world))
    }
}
