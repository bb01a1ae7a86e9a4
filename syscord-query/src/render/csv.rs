//! CSV (RFC 4180, but lines end with `\n`).

use super::{
    COLUMNS, Renderer, STATE, decimal,
    memo::{Texts, Threads},
    state::state_json,
    table_needs,
    value::{args_with, value_json},
};
use crate::{
    columns::Needs,
    escape::c_escape,
    row::{Row, Value},
    time::TimeWriter,
};

/// Writes one record an event, with the columns of [`super::COLUMNS`]. What is null is empty;
/// names, paths and data are escaped as in C, arguments are JSON.
#[derive(Clone, Debug)]
pub(crate) struct CsvRenderer {
    time: TimeWriter,
    field: Vec<u8>,
    state: bool,
    threads: Threads,
    /// Values of arguments.
    args: Texts,
    /// `path` and `data`.
    shown: Texts,
}

impl Renderer for CsvRenderer {
    fn needs(&self) -> Needs {
        table_needs(self.state)
    }

    fn head(&self, out: &mut Vec<u8>) {
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
        let field = &mut self.field;
        self.threads.put(out, row, |out| {
            number(out, Some(row.tgid));
            number(out, Some(row.tid));
            out.push(b',');
            text(out, field, row.who.comm.bytes());
            number(out, row.who.ppid);
        });
        number(out, row.cpu);
        out.extend_from_slice(&row.call.csv);
        number(out, row.ret);
        out.push(b',');
        if let Some(errno) = row.errno() {
            c_escape(out, row.schema.errno(errno).as_bytes());
        }
        let data = row.data();
        self.args(out, row, data.map(|(index, _)| index));
        out.push(b',');
        if let Some((arg, path)) = row.first_path() {
            self.shown(out, row, arg, path);
        }
        out.push(b',');
        if let Some((arg, memory)) = data {
            self.shown(out, row, arg, memory.bytes);
        }
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
        CsvRenderer {
            time: TimeWriter::default(),
            field: Vec::new(),
            state,
            threads: Threads::default(),
            args: Texts::default(),
            shown: Texts::default(),
        }
    }

    /// Appends the arguments as a JSON object, in quotes if it has any.
    fn args(&mut self, out: &mut Vec<u8>, row: &Row<'_>, data: Option<usize>) {
        let quote: &[u8] = if row.args().is_empty() { b"" } else { b"\"" };
        out.push(b',');
        out.extend_from_slice(quote);
        let field = &mut self.field;
        args_with(
            out,
            row,
            data,
            &mut self.args,
            |arg| &arg.csv_key,
            |out, value| match value {
                Value::Signed(number) => decimal(out, number),
                Value::Unsigned(number) => decimal(out, number),
                value => {
                    field.clear();
                    value_json(field, value);
                    doubled(out, field);
                }
            },
        );
        out.extend_from_slice(quote);
    }

    /// Appends what was captured of an argument as a field of its own.
    fn shown(&mut self, out: &mut Vec<u8>, row: &Row<'_>, arg: usize, bytes: &[u8]) {
        let field = &mut self.field;
        self.shown.put(out, row.alike(arg), |out| text(out, field, bytes));
    }
}

/// Appends escaped text; `field` is memory for it.
fn text(out: &mut Vec<u8>, field: &mut Vec<u8>, bytes: &[u8]) {
    field.clear();
    c_escape(field, bytes);
    quoted(out, field);
}

fn number(out: &mut Vec<u8>, number: Option<impl Into<i128>>) {
    out.push(b',');
    if let Some(number) = number {
        decimal(out, number);
    }
}

/// Appends a field, in quotes where it needs them.
pub(crate) fn quoted(out: &mut Vec<u8>, field: &[u8]) {
    let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !field.iter().fold(false, |any, byte| any | special(byte)) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    doubled(out, field);
    out.push(b'"');
}

/// The columns that all events of a call have in common, each with a comma before it.
pub(crate) fn call_csv(abi: &str, name: &str) -> Vec<u8> {
    let (mut out, mut field) = (Vec::new(), Vec::new());
    for one in [abi, name] {
        out.push(b',');
        text(&mut out, &mut field, one.as_bytes());
    }
    out
}

/// Appends a field that is in quotes, its own ones doubled.
pub(crate) fn doubled(out: &mut Vec<u8>, field: &[u8]) {
    let mut parts = field.split(|byte| *byte == b'"');
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        out.extend_from_slice(b"\"\"");
        out.extend_from_slice(part);
    }
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
