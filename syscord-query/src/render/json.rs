//! JSON, one object a line.

use super::{
    Renderer, decimal,
    memo::Texts,
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
    /// Values of arguments, and of `data`.
    args: Texts,
    data: Texts,
}

impl JsonRenderer {
    /// With what was true of the process, or without.
    pub(crate) fn new(state: bool) -> JsonRenderer {
        JsonRenderer {
            time: TimeWriter::default(),
            state,
            args: Texts::default(),
            data: Texts::default(),
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
        out.extend_from_slice(b",\"pid\":");
        decimal(out, row.tgid);
        out.extend_from_slice(b",\"tid\":");
        decimal(out, row.tid);
        out.extend_from_slice(b",\"comm\":");
        let comm = row.who.comm.bytes();
        string_or_null(out, Some(comm).filter(|comm| !comm.is_empty()));
        out.extend_from_slice(b",\"ppid\":");
        number_or_null(out, row.who.ppid);
        out.extend_from_slice(b",\"cpu\":");
        number_or_null(out, row.cpu);
        out.extend_from_slice(&row.call.json);
        out.extend_from_slice(b",\"ret\":");
        number_or_null(out, row.ret);
        out.extend_from_slice(b",\"errno\":");
        match row.errno() {
            Some(number) => json_string(out, row.schema.errno(number).as_bytes()),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"args\":");
        let data = row.data();
        args_json(out, row, data.map(|(index, _)| index), &mut self.args);
        out.extend_from_slice(b",\"path\":");
        string_or_null(out, row.path());
        out.extend_from_slice(b",\"data\":");
        match data {
            None => out.extend_from_slice(b"null"),
            Some((arg, memory)) => {
                let number = row.alike(arg);
                self.data.put(out, number, |out| content(out, memory.bytes, memory.cut));
            }
        }
        if self.state {
            out.extend_from_slice(b",\"state\":");
            state_json(out, row);
        }
        out.extend_from_slice(b"}\n");
    }
}

/// The keys that all events of a call have in common.
pub(crate) fn call_json(abi: &str, name: &str) -> Vec<u8> {
    let mut out = b",\"abi\":".to_vec();
    json_string(&mut out, abi.as_bytes());
    out.extend_from_slice(b",\"syscall\":");
    json_string(&mut out, name.as_bytes());
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

fn number_or_null(out: &mut Vec<u8>, number: Option<impl itoa::Integer>) {
    match number {
        Some(number) => decimal(out, number),
        None => out.extend_from_slice(b"null"),
    }
}

fn string_or_null(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        Some(text) => json_string(out, text),
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
