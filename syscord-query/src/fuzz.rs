//! Events in every text format, without files: what fuzzing runs.

use std::{path::Path, sync::Arc};

use syscord_format::{Chunk, EncodedChunk, Meta, ProcRecord};

use crate::{
    columns::Needs,
    error::Error,
    output::Output,
    render::{
        CsvRenderer, JsonRenderer, LineMaker, Lines, Spans, StraceQuery, StraceSink, TextRenderer,
        strace::{StraceBlock, Style, Xlat},
    },
    row::Row,
    schema::Schema,
    time::Stamp,
    walk::{Maker, Notice, Query, walk_chunk},
    world::World,
};

/// All text formats at once, by one description.
pub struct Formats {
    schema: Arc<Schema>,
}

impl Formats {
    /// By that description.
    pub fn new(meta: &Meta) -> Formats {
        Formats { schema: Schema::new(meta).into() }
    }

    /// Shows the events of a chunk in every format, to nobody. The bits of `look` choose among the
    /// options of `--strace`.
    ///
    /// # Panics
    /// If a decoder does, which is what is looked for.
    pub fn show(&self, chunk: &EncodedChunk, look: u16) {
        let shift = self.schema.meta().tick_shift;
        let Ok(chunk) = Chunk::parse(chunk.rows, chunk.payload.clone(), shift) else { return };
        let strace = StraceQuery { style: style(look) };
        let Ok(nobody) = Output::new(Some(Path::new("/dev/null")), &[]) else { return };
        let mut sink = StraceSink::new(strace.style, Spans::default(), nobody);
        let all = All {
            text: Lines::new(TextRenderer),
            json: Lines::new(JsonRenderer::new(true)),
            csv: Lines::new(CsvRenderer::new(true)),
            strace,
        };
        walk_chunk(&self.schema, chunk, &&all, |block| sink.take(block));
    }
}

/// Has all of that happen to processes, and asks what is then known of thread 21 of process 20.
///
/// # Panics
/// If what keeps track of them does.
pub fn live(records: &[ProcRecord]) {
    let mut world = World::default();
    for record in records {
        world.apply(record);
        let _ = (world.who(20, 21), world.facts(20), world.target(20, 21, 3));
    }
    world.sweep();
}

/// Each format, one after the other.
struct All {
    text: Lines<TextRenderer>,
    json: Lines<JsonRenderer>,
    csv: Lines<CsvRenderer>,
    strace: StraceQuery,
}

/// The same of a block.
struct AllMakers<'q> {
    text: LineMaker<'q, TextRenderer>,
    json: LineMaker<'q, JsonRenderer>,
    csv: LineMaker<'q, CsvRenderer>,
    strace: StraceBlock,
}

impl<'q> Query for &'q All {
    type Maker = AllMakers<'q>;

    fn needs(&self) -> Needs {
        Needs::ALL.and(Needs::FILES)
    }

    fn notices(&self) -> bool {
        true
    }

    fn maker(&self, before: i64) -> AllMakers<'q> {
        let All { text, json, csv, strace } = *self;
        let strace = strace.maker(before);
        AllMakers { text: text.maker(), json: json.maker(), csv: csv.maker(), strace }
    }
}

impl Maker for AllMakers<'_> {
    type Part = StraceBlock;

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.text.event(row)?;
        self.json.event(row)?;
        self.csv.event(row)?;
        self.strace.event(row)
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        self.strace.notice(notice);
    }

    fn finish(self) -> Result<StraceBlock, Error> {
        self.strace.finish()
    }
}

fn style(look: u16) -> Style {
    let bits = |at: u16, count: u16| look >> at & ((1 << count) - 1);
    Style {
        verbose: bits(0, 1) == 1,
        hex: bits(1, 2) as u8,
        descriptors: bits(3, 2) as u8,
        xlat: match bits(5, 2) {
            0 => Xlat::Abbrev,
            1 => Xlat::Raw,
            _ => Xlat::Verbose,
        },
        names: bits(7, 1) == 1,
        string: [32, 0, 5, usize::MAX][usize::from(bits(8, 2))],
        time: [Stamp::None, Stamp::Seconds, Stamp::Micros, Stamp::Epoch][usize::from(bits(10, 2))],
        duration: bits(12, 1) == 1,
        number: bits(13, 1) == 1,
    }
}
