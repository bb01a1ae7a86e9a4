//! Events as text, JSON, CSV and Parquet.

mod csv;
mod json;
mod memo;
#[cfg(feature = "parquet")]
mod parquet;
mod state;
pub(crate) mod strace;
pub(crate) mod text;
mod value;

use self::memo::Spare;
#[cfg(feature = "parquet")]
pub(crate) use self::parquet::ParquetSink;
pub(crate) use self::{
    csv::{CsvRenderer, call_csv, doubled, quoted},
    json::{JsonRenderer, call_json},
    strace::{Spans, StraceQuery, StraceSink},
    text::TextRenderer,
};
use crate::{
    columns::Needs,
    digits::{decimal, hexadecimal},
    error::Error,
    pipeline::Weigh,
    row::Row,
    walk::{Maker, Query},
};

/// The columns of every tabular format, in order. They never change their meaning or order.
pub(crate) const COLUMNS: [&str; 14] = [
    "ts", "duration", "pid", "tid", "comm", "ppid", "cpu", "abi", "syscall", "ret", "errno",
    "args", "path", "data",
];

/// The column behind those with `--state`: what was true of the process, as a JSON object.
pub(crate) const STATE: &str = "state";

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 18;

/// A format with one line an event.
pub(crate) trait Renderer: Clone + Send + Sync {
    /// What of an event it shows.
    fn needs(&self) -> Needs;

    /// Appends what stands before the first event.
    fn head(&self, _out: &mut Vec<u8>) {}

    /// Appends an event's line.
    fn event(&mut self, out: &mut Vec<u8>, row: &Row<'_>);
}

/// Asks for lines as a [`Renderer`] makes them.
pub(crate) struct Lines<R> {
    renderer: R,
    /// For lines.
    spare: Spare<Vec<u8>>,
}

impl<R: Renderer> Lines<R> {
    /// Lines of `renderer`.
    pub(crate) fn new(renderer: R) -> Lines<R> {
        Lines { renderer, spare: Spare::default() }
    }

    /// What stands before the first line.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        self.renderer.head(&mut head);
        head
    }

    /// Takes lines back that are written. Memory that one long line has taken is not kept.
    pub(crate) fn reuse(&self, lines: Vec<u8>) {
        if lines.capacity() <= 2 * BUFFER {
            self.spare.put(lines);
        }
    }

    pub(crate) fn maker(&self) -> LineMaker<'_, R> {
        LineMaker { query: self, renderer: self.renderer.clone(), lines: self.buffer() }
    }

    fn buffer(&self) -> Vec<u8> {
        let mut buffer =
            self.spare.take().unwrap_or_else(|| Vec::with_capacity(BUFFER + BUFFER / 8));
        buffer.clear();
        buffer
    }
}

impl<'q, R: Renderer + 'q> Query for &'q Lines<R> {
    type Maker = LineMaker<'q, R>;

    fn needs(&self) -> Needs {
        self.renderer.needs()
    }

    fn maker(&self, _before: i64) -> LineMaker<'q, R> {
        Lines::maker(self)
    }
}

/// Makes lines of a block's events.
pub(crate) struct LineMaker<'q, R> {
    query: &'q Lines<R>,
    renderer: R,
    lines: Vec<u8>,
}

impl<R: Renderer> Maker for LineMaker<'_, R> {
    type Part = Vec<u8>;

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.renderer.event(&mut self.lines, row);
        Ok(())
    }

    fn part(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let full = self.lines.len() >= BUFFER;
        Ok(full.then(|| std::mem::replace(&mut self.lines, self.query.buffer())))
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        Ok(self.lines)
    }
}

impl Weigh for Vec<u8> {
    fn bytes(&self) -> usize {
        self.len()
    }
}

/// Appends the first `length` bytes of `text`. Of a short text that has others behind it, more is copied than is
/// kept: with a length that is known beforehand, copying takes no call.
#[inline]
fn append(out: &mut Vec<u8>, text: &[u8], length: usize) {
    match text.first_chunk::<SHORT>() {
        Some(short) if length <= SHORT => {
            let end = out.len() + length;
            out.extend_from_slice(short);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&text[..length]),
    }
}

/// Up to this length, a text is short.
const SHORT: usize = 32;

/// A text that is appended often: as much stands behind it as [`append`] wants.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    padded: Box<[u8]>,
    length: usize,
}

impl Fixed {
    pub(crate) fn new(mut text: Vec<u8>) -> Fixed {
        let length = text.len();
        text.resize(length.max(SHORT), 0);
        Fixed { padded: text.into(), length }
    }

    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        append(out, &self.padded, self.length);
    }
}

/// What tables show, with or without the state of the process.
const fn table_needs(state: bool) -> Needs {
    let all = Needs::NONE.and(Needs::ALL);
    if state { all.and(Needs::FILES) } else { all }
}

/// Asks for the number of events alone.
pub(crate) struct Count;

impl Query for Count {
    type Maker = u64;

    fn needs(&self) -> Needs {
        Needs::NONE
    }

    fn counts(&self) -> bool {
        true
    }

    fn maker(&self, _before: i64) -> u64 {
        0
    }
}

impl Maker for u64 {
    type Part = u64;

    fn event(&mut self, _row: &Row<'_>) -> Result<(), Error> {
        *self += 1;
        Ok(())
    }

    fn number(&mut self, events: u64) {
        *self += events;
    }

    fn finish(self) -> Result<u64, Error> {
        Ok(self)
    }
}

impl Weigh for u64 {
    fn bytes(&self) -> usize {
        0
    }
}
