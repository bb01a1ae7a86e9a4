//! JSON, one object a line.

use super::{
    Renderer, decimal,
    memo::{Texts, Threads},
    state::state_json,
    table_needs,
    value::{args_json, base64},
};
use crate::{columns::Needs, escape::json_string, row::Row, time::TimeWriter};

/// Writes one JSON object an event, with the keys of [`super::COLUMNS`] in their order.
#[derive(Clone, Debug)]
pub(crate) struct JsonRenderer {
    time: TimeWriter,
    state: bool,
    threads: Threads,
    /// Values of arguments.
    args: Texts,
    /// `path` and `data`.
    shown: Texts,
}

impl JsonRenderer {
    /// With what was true of the process, or without.
    pub(crate) fn new(state: bool) -> JsonRenderer {
        JsonRenderer {
            time: TimeWriter::default(),
            state,
            threads: Threads::default(),
            args: Texts::default(),
            shown: Texts::default(),
        }
    }
}

impl Renderer for JsonRenderer {
    fn needs(&self) -> Needs {
        table_needs(self.state)
    }

    fn event(&mut self, out: &mut Vec<u8>, row: &Row<'_>) {
        out.extend_from_slice(b"{\"ts\":\"");
        self.time.write(out, row.ts);
        out.extend_from_slice(b"\",\"duration\":");
        number_or_null(out, row.duration);
        self.threads.put(out, row, |out| thread(out, row));
        number_or_null(out, row.cpu);
        out.extend_from_slice(&row.call.json);
        number_or_null(out, row.ret);
        match row.errno() {
            Some(number) => {
                out.extend_from_slice(b",\"errno\":");
                json_string(out, row.schema.errno(number).as_bytes());
                out.extend_from_slice(b",\"args\":");
            }
            None => out.extend_from_slice(b",\"errno\":null,\"args\":"),
        }
        let data = row.data();
        args_json(out, row, data.map(|(index, _)| index), &mut self.args);
        match row.first_path() {
            Some((arg, path)) => {
                out.extend_from_slice(b",\"path\":");
                self.shown.put(out, row.alike(arg), |out| json_string(out, path));
            }
            None => out.extend_from_slice(b",\"path\":null"),
        }
        match data {
            Some((arg, memory)) => {
                out.extend_from_slice(b",\"data\":");
                let number = row.alike(arg);
                self.shown.put(out, number, |out| content(out, memory.bytes, memory.cut));
            }
            None => out.extend_from_slice(b",\"data\":null"),
        }
        if self.state {
            out.extend_from_slice(b",\"state\":");
            state_json(out, row);
        }
        out.extend_from_slice(b"}\n");
    }
}

/// The keys from `pid` to `cpu`: who made the call.
fn thread(out: &mut Vec<u8>, row: &Row<'_>) {
    out.extend_from_slice(b",\"pid\":");
    decimal(out, row.tgid);
    out.extend_from_slice(b",\"tid\":");
    decimal(out, row.tid);
    out.extend_from_slice(b",\"comm\":");
    match row.who.comm.bytes() {
        [] => out.extend_from_slice(b"null"),
        comm => json_string(out, comm),
    }
    out.extend_from_slice(b",\"ppid\":");
    number_or_null(out, row.who.ppid);
    out.extend_from_slice(b",\"cpu\":");
}

/// The keys that all events of a call have in common, and that of the result.
pub(crate) fn call_json(abi: &str, name: &str) -> Vec<u8> {
    let mut out = b",\"abi\":".to_vec();
    json_string(&mut out, abi.as_bytes());
    out.extend_from_slice(b",\"syscall\":");
    json_string(&mut out, name.as_bytes());
    out.extend_from_slice(b",\"ret\":");
    out
}

/// The value of `data`, and the keys that say what it leaves out.
fn content(out: &mut Vec<u8>, bytes: &[u8], cut: bool) {
    match text_part(bytes, cut) {
        Some(text) => json_string(out, text),
        None => {
            out.extend_from_slice(b"null,\"data_base64\":\"");
            base64(out, bytes);
            out.push(b'"');
        }
    }
    if cut {
        out.extend_from_slice(b",\"data_cut\":true");
    }
}

/// The bytes if they are text. Where text was cut within a character, that one is left out.
fn text_part(bytes: &[u8], cut: bool) -> Option<&[u8]> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Some(bytes),
        Err(error) if cut && error.error_len().is_none() => Some(&bytes[..error.valid_up_to()]),
        Err(_) => None,
    }
}

fn number_or_null(out: &mut Vec<u8>, number: Option<impl Into<i128>>) {
    match number {
        Some(number) => decimal(out, number),
        None => out.extend_from_slice(b"null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(bytes: &[u8], cut: bool) -> String {
        let mut out = Vec::new();
        content(&mut out, bytes, cut);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn content_is_text_or_base64() {
        assert_eq!(data(b"GET /\r\n", false), r#""GET /\r\n""#);
        assert_eq!(data(b"\x7fELF\xff", false), r#"null,"data_base64":"f0VMRv8=""#);
        assert_eq!(data("né".as_bytes(), true), "\"né\",\"data_cut\":true");
        assert_eq!(data(b"n\xc3", true), "\"n\",\"data_cut\":true");
        assert_eq!(data(b"n\xc3", false), r#"null,"data_base64":"bsM=""#);
    }
}
