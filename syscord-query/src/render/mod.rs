//! Events as text, JSON, CSV and Parquet.

mod csv;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod state;
pub(crate) mod strace;
pub(crate) mod text;
mod value;

#[cfg(feature = "parquet")]
pub(crate) use self::parquet::ParquetSink;
pub(crate) use self::{
    csv::{CsvRenderer, quoted},
    json::JsonRenderer,
    strace::{Spans, StraceSink},
    text::TextRenderer,
};
use crate::{columns::Needs, error::Error, output::Output, row::Row, walk::Sink};

/// The columns of every tabular format, in order. They never change their meaning or order.
pub(crate) const COLUMNS: [&str; 14] = [
    "ts", "duration", "pid", "tid", "comm", "ppid", "cpu", "abi", "syscall", "ret", "errno",
    "args", "path", "data",
];

/// The column behind those with `--state`: what was true of the process, as a JSON object.
pub(crate) const STATE: &str = "state";

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 17;

/// A format with one line an event.
pub(crate) trait Renderer {
    /// What of an event it shows.
    fn needs(&self) -> Needs;

    /// Appends what stands before the first event.
    fn head(&mut self, _out: &mut Vec<u8>) {}

    /// Appends an event's line.
    fn event(&mut self, out: &mut Vec<u8>, row: &Row<'_>);
}

/// Writes lines as a [`Renderer`] makes them.
pub(crate) struct LineSink<R> {
    renderer: R,
    buffer: Vec<u8>,
    output: Output,
}

impl<R: Renderer> LineSink<R> {
    /// Lines of `renderer`, to `output`.
    pub(crate) fn new(mut renderer: R, output: Output) -> LineSink<R> {
        let mut buffer = Vec::with_capacity(2 * BUFFER);
        renderer.head(&mut buffer);
        LineSink { renderer, buffer, output }
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.output.write(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl<R: Renderer> Sink for LineSink<R> {
    fn needs(&self) -> Needs {
        self.renderer.needs()
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.renderer.event(&mut self.buffer, row);
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn block_end(&mut self) -> Result<(), Error> {
        self.flush()
    }
}

/// What tables show, with or without the state of the process.
const fn table_needs(state: bool) -> Needs {
    let all = Needs::NONE.and(Needs::ALL);
    if state { all.and(Needs::FILES) } else { all }
}

/// Counts events.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    /// How many there were.
    pub(crate) events: u64,
}

impl Sink for Counter {
    fn needs(&self) -> Needs {
        Needs::NONE
    }

    fn number(&mut self, events: u64) -> bool {
        self.events += events;
        true
    }

    fn event(&mut self, _row: &Row<'_>) -> Result<(), Error> {
        self.events += 1;
        Ok(())
    }
}

/// Appends a number in decimal.
fn decimal(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a number in hexadecimal, with `0x`.
fn hexadecimal(out: &mut Vec<u8>, number: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"0x");
    let digits = (64 - number.leading_zeros()).div_ceil(4).max(1);
    for digit in (0..digits).rev() {
        out.push(DIGITS[(number >> (4 * digit)) as usize & 15]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_numbers_have_no_leading_zeros() {
        let hex = |number| {
            let mut out = Vec::new();
            hexadecimal(&mut out, number);
            String::from_utf8(out).unwrap()
        };
        for number in [0, 1, 15, 16, 0x7fff_1234_5678, u64::MAX] {
            assert_eq!(hex(number), format!("{number:#x}"));
        }
    }
}
