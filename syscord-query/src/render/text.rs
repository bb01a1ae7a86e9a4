//! The classic text: one line an event.

use super::{Renderer, decimal, hexadecimal};
use crate::{
    columns::Needs,
    escape::c_escape,
    row::{Row, Value},
    schema::ERRORS,
};

/// What stands behind a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The argument at that place, as a signed 32-bit number.
    Int(usize),
    /// … as an unsigned 32-bit number.
    Uint(usize),
    /// … as a signed 64-bit number.
    Long(usize),
    /// … as an unsigned 64-bit number.
    Ulong(usize),
    /// … as an address.
    Address(usize),
    /// The path it points to.
    Path(usize),
    /// The data it points to; the name becomes `data(part)` where it was cut.
    Data(usize),
    /// The result.
    Result,
    /// The result as an address, unless it is an error.
    ResultAddress,
}

use Part::{Address, Data, Int, Long, Path, Result, ResultAddress, Uint, Ulong};

/// The fields of a line: name and contents.
type Fields = &'static [(&'static str, Part)];

/// The syscalls whose line is not just their result.
///
/// This is the one irregular list of the program: these lines are an interface of old that scripts
/// read, with names and an order of fields that follow from no rule, so nothing but a list can
/// keep them. All numbers are decimal, flags and modes too. Every other syscall, now and to come,
/// needs no entry: it is written as `pid=N, NAME, res=N`.
const LINES: &[(&str, Fields)] = &[
    (
        "openat",
        &[
            ("dir", Int(0)),
            ("path", Path(1)),
            ("flags", Uint(2)),
            ("mode", Uint(3)),
            ("res", Result),
        ],
    ),
    ("open", &[("path", Path(0)), ("flags", Uint(1)), ("mode", Uint(2)), ("res", Result)]),
    ("creat", &[("path", Path(0)), ("mode", Uint(1)), ("res", Result)]),
    ("read", &[("fd", Int(0)), ("size", Ulong(2)), ("res", Result), ("data", Data(1))]),
    ("recvfrom", &[("fd", Int(0)), ("size", Ulong(2)), ("res", Result), ("data", Data(1))]),
    ("lseek", &[("fd", Int(0)), ("offset", Long(1)), ("whence", Int(2)), ("res", Result)]),
    ("close", &[("fd", Int(0)), ("res", Result)]),
    ("dup", &[("oldfd", Int(0)), ("res", Result)]),
    ("fstat", &[("fd", Int(0)), ("res", Result)]),
    ("socket", &[("domain", Int(0)), ("type", Int(1)), ("protocol", Int(2)), ("fd", Result)]),
    ("sendto", &[("sockfd", Int(0)), ("size", Ulong(2))]),
    ("ioctl", &[("fd", Int(0)), ("req", Uint(1)), ("argp", Address(2)), ("res", Result)]),
    ("futex", &[("addr", Address(0)), ("op", Int(1)), ("val", Uint(2)), ("res", Result)]),
    ("mmap", &[("res", ResultAddress)]),
    ("munmap", &[("addr", Address(0)), ("length", Ulong(1)), ("res", Result)]),
    ("getcwd", &[("path", Path(0))]),
    ("exit_group", &[]),
    ("nanosleep", &[]),
    ("ppoll", &[]),
    ("tgkill", &[("tgid", Int(0)), ("tid", Int(1)), ("sig", Int(2)), ("res", Result)]),
];

/// The line of a syscall that has one of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line(Fields);

impl Line {
    /// The line of the syscall `name`, if it has its own.
    pub(crate) fn of(name: &str) -> Option<Line> {
        LINES.iter().find(|(known, _)| *known == name).map(|(_, fields)| Line(fields))
    }
}

/// Writes the classic text.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextRenderer;

impl Renderer for TextRenderer {
    fn needs(&self) -> Needs {
        Needs::ORDER
            .and(Needs::THREADS)
            .and(Needs::RESULTS)
            .and(Needs::STRINGS)
            .and(Needs::CONTENTS)
    }

    fn event(&mut self, out: &mut Vec<u8>, row: &Row<'_>) {
        out.extend_from_slice(b"pid=");
        decimal(out, row.tid);
        out.extend_from_slice(b", ");
        c_escape(out, row.call.name.as_bytes());
        match &row.call.text {
            Some(line) => {
                for (name, part) in line.0 {
                    field(out, row, name, *part);
                }
            }
            None => field(out, row, "res", Result),
        }
        out.push(b'\n');
    }
}

fn field(out: &mut Vec<u8>, row: &Row<'_>, name: &str, part: Part) {
    out.extend_from_slice(b", ");
    out.extend_from_slice(name.as_bytes());
    if let Data(arg) = part {
        return data(out, row, arg);
    }
    out.push(b'=');
    match part {
        Int(arg) => number(out, row, arg, |out, raw| decimal(out, raw as u32 as i32)),
        Uint(arg) => number(out, row, arg, |out, raw| decimal(out, raw as u32)),
        Long(arg) if row.call.narrow => {
            number(out, row, arg, |out, raw| decimal(out, raw as u32 as i32));
        }
        Long(arg) => number(out, row, arg, |out, raw| decimal(out, raw.cast_signed())),
        Ulong(arg) => number(out, row, arg, decimal),
        Address(arg) => number(out, row, arg, hexadecimal),
        Path(arg) => path(out, row, arg),
        Result | ResultAddress => result(out, row.ret, part == ResultAddress),
        Data(_) => {}
    }
}

fn number(out: &mut Vec<u8>, row: &Row<'_>, arg: usize, write: impl Fn(&mut Vec<u8>, u64)) {
    match row.raw(arg) {
        Some(raw) => write(out, raw),
        None => out.push(b'?'),
    }
}

fn path(out: &mut Vec<u8>, row: &Row<'_>, arg: usize) {
    match row.value(arg) {
        Value::Memory(memory) => c_escape(out, memory.bytes),
        Value::Unreadable(address) => {
            hexadecimal(out, address.unwrap_or_default());
            out.extend_from_slice(b"(unreadable)");
        }
        // Nothing was captured: a null pointer, or a call that failed before it wrote a path.
        _ => {}
    }
}

fn data(out: &mut Vec<u8>, row: &Row<'_>, arg: usize) {
    match row.value(arg) {
        Value::Memory(memory) => {
            out.extend_from_slice(if memory.cut { b"(part)=" } else { b"=" });
            c_escape(out, memory.bytes);
        }
        _ => out.push(b'='),
    }
}

fn result(out: &mut Vec<u8>, ret: Option<i64>, address: bool) {
    match ret {
        None => out.push(b'?'),
        Some(ret) if address && !ERRORS.contains(&ret) => hexadecimal(out, ret.cast_unsigned()),
        Some(ret) => decimal(out, ret),
    }
}
