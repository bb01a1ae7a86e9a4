//! CSV (RFC 4180, but lines end with `\n`).

use super::{COLUMNS, Renderer, STATE, decimal, state::state_json, table_needs, value::args_json};
use crate::{columns::Needs, escape::c_escape, row::Row, time::TimeWriter};

/// Writes one record an event, with the columns of [`super::COLUMNS`]. What is null is empty;
/// names, paths and data are escaped as in C, arguments are JSON.
#[derive(Debug)]
pub(crate) struct CsvRenderer {
    time: TimeWriter,
    field: Vec<u8>,
    state: bool,
}

impl Renderer for CsvRenderer {
    fn needs(&self) -> Needs {
        table_needs(self.state)
    }

    fn head(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(COLUMNS.join(",").as_bytes());
        if self.state {
            out.push(b',');
            out.extend_from_slice(STATE.as_bytes());
        }
        out.push(b'\n');
    }

    fn event(&mut self, out: &mut Vec<u8>, row: &Row<'_>) {
        self.time.write(out, row.ts);
        number(out, row.duration);
        number(out, Some(row.tgid));
        number(out, Some(row.tid));
        self.text(out, row.who.comm.bytes());
        number(out, row.who.ppid);
        number(out, row.cpu);
        self.text(out, row.call.abi.as_bytes());
        self.text(out, row.call.name.as_bytes());
        number(out, row.ret);
        out.push(b',');
        if let Some(errno) = row.errno() {
            c_escape(out, row.schema.errno(errno).as_bytes());
        }
        let data = row.data();
        self.field.clear();
        args_json(&mut self.field, row, data.map(|(index, _)| index));
        out.push(b',');
        quoted(out, &self.field);
        self.text(out, row.path().unwrap_or_default());
        self.text(out, data.map_or(&[], |(_, memory)| memory.bytes));
        if self.state {
            self.field.clear();
            state_json(&mut self.field, row);
            out.push(b',');
            quoted(out, &self.field);
        }
        out.push(b'\n');
    }
}

impl CsvRenderer {
    /// With what was true of the process, or without.
    pub(crate) fn new(state: bool) -> CsvRenderer {
        CsvRenderer { time: TimeWriter::default(), field: Vec::new(), state }
    }

    fn text(&mut self, out: &mut Vec<u8>, bytes: &[u8]) {
        self.field.clear();
        c_escape(&mut self.field, bytes);
        out.push(b',');
        quoted(out, &self.field);
    }
}

fn number(out: &mut Vec<u8>, number: Option<impl itoa::Integer>) {
    out.push(b',');
    if let Some(number) = number {
        decimal(out, number);
    }
}

/// Appends a field, in quotes where it needs them.
pub(crate) fn quoted(out: &mut Vec<u8>, field: &[u8]) {
    if !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_needed() {
        let field = |text: &str| {
            let mut out = Vec::new();
            quoted(&mut out, text.as_bytes());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(field("plain"), "plain");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field(r#"{"fd":3}"#), r#""{""fd"":3}""#);
    }
}
