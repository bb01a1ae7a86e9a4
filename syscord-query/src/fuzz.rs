//! Events in every text format, without files: what fuzzing runs.

use std::path::Path;

use syscord_format::{BlockHeader, BlockKind, Chunk, EncodedChunk, Meta};

use crate::{
    columns::Needs,
    error::Error,
    output::Output,
    render::{
        CsvRenderer, JsonRenderer, LineSink, Spans, StraceSink, TextRenderer,
        strace::{Style, Xlat},
    },
    row::Row,
    schema::Schema,
    time::Stamp,
    walk::{Notice, Sink, walk_chunk},
};

/// All text formats at once, by one description.
pub struct Formats {
    schema: Schema,
}

impl Formats {
    /// By that description.
    pub fn new(meta: &Meta) -> Formats {
        Formats { schema: Schema::new(meta) }
    }

    /// Shows the events of a chunk in every format, to nobody. The bits of `look` choose among the
    /// options of `--strace`.
    ///
    /// # Panics
    /// If a decoder does, which is what is looked for.
    pub fn show(self, chunk: &EncodedChunk, look: u16) -> Formats {
        let header = BlockHeader {
            kind: BlockKind::EVENTS,
            flags: 0,
            zone: 0,
            rows: chunk.rows,
            sequence: 0,
            first: chunk.first,
            last: chunk.last,
            stored: 0,
            raw: 0,
            payload_crc: 0,
            zone_crc: 0,
        };
        let shift = self.schema.meta().tick_shift;
        let Ok(chunk) = Chunk::parse(&header, chunk.payload.clone(), shift) else { return self };
        let Ok(mut all) = All::new(style(look)) else { return self };
        Formats { schema: walk_chunk(self.schema, &chunk, &mut all) }
    }
}

/// Each format, one after the other.
struct All {
    text: LineSink<TextRenderer>,
    json: LineSink<JsonRenderer>,
    csv: LineSink<CsvRenderer>,
    strace: StraceSink,
}

impl All {
    fn new(style: Style) -> Result<All, Error> {
        let nobody = || Output::new(Some(Path::new("/dev/null")), &[]);
        Ok(All {
            text: LineSink::new(TextRenderer, nobody()?),
            json: LineSink::new(JsonRenderer::new(true), nobody()?),
            csv: LineSink::new(CsvRenderer::new(true), nobody()?),
            strace: StraceSink::new(style, Spans::default(), nobody()?),
        })
    }
}

impl Sink for All {
    fn needs(&self) -> Needs {
        Needs::ALL.and(Needs::FILES)
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.text.event(row)?;
        self.json.event(row)?;
        self.csv.event(row)?;
        self.strace.event(row)
    }

    fn notices(&self) -> bool {
        true
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        self.strace.notice(notice);
    }

    fn block_end(&mut self) -> Result<(), Error> {
        self.strace.block_end()
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
