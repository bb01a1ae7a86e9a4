//! The lines that `strace -f -o FILE` writes.

mod address;
mod control;
mod descriptor;
mod names;
mod option;
mod outcome;
mod quirk;
mod quote;
mod scalar;
mod siginfo;
mod sink;
mod spans;
mod time;
mod value;

use std::{io::Write, ops::Deref};

use syscord_format::Detail;
use syscord_syscalls::{Abi, Kind, Len, names::files::WHENCE, structs::time::TIMESPEC};

use self::{
    descriptor::made,
    names::{Set, named},
    quote::{HexEscapes, quoted},
    scalar::{signal, signal_set},
    time::time_text,
    value::argument,
};
pub(crate) use self::{
    names::{Names, Xlat},
    quirk::Quirk,
    sink::{StraceBlock, StraceQuery, StraceSink},
    spans::Spans,
};
use super::{decimal, hexadecimal};
use crate::{columns::Needs, row::Row, schema::KindInfo, time::Stamp};

/// The column in which results stand, unless the call is longer.
const RESULT_COLUMN: usize = 40;

/// What is shown, and how: strace's options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// When the call began.
    pub(crate) time: Stamp,
    /// `-T`: how long it took.
    pub(crate) duration: bool,
    /// `-n`: its number.
    pub(crate) number: bool,
    /// `-N`: the names of arguments.
    pub(crate) names: bool,
    /// `-v`: all members of structures, all elements of arrays.
    pub(crate) verbose: bool,
    /// `-s`: most bytes of a string.
    pub(crate) string: usize,
    /// How many times `-x` was given.
    pub(crate) hex: u8,
    /// `-X`.
    pub(crate) xlat: Xlat,
    /// How many times `-y` was given: what descriptors stand for.
    pub(crate) descriptors: u8,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            time: Stamp::None,
            duration: false,
            number: false,
            names: false,
            verbose: false,
            string: 32,
            hex: 0,
            xlat: Xlat::Abbrev,
            descriptors: 0,
        }
    }
}

impl Style {
    /// What of an event is shown.
    fn needs(&self) -> Needs {
        let files = if self.descriptors > 0 { Needs::FILES } else { Needs::NONE };
        files.and(Needs::ALL)
    }

    /// Appends bytes in quotes.
    fn quote(&self, out: &mut Vec<u8>, bytes: &[u8]) {
        let hex = match self.hex {
            0 => HexEscapes::Never,
            1 => HexEscapes::Unprintable,
            _ => HexEscapes::Always,
        };
        quoted(out, bytes, hex);
    }
}

/// A call, and how it is shown.
#[derive(Clone, Copy)]
struct View<'a> {
    row: &'a Row<'a>,
    style: Style,
}

impl View<'_> {
    /// With all strings in hexadecimal.
    fn in_hex(self) -> Self {
        View { style: Style { hex: 2, ..self.style }, ..self }
    }
}

impl Deref for View<'_> {
    type Target = Style;

    fn deref(&self) -> &Style {
        &self.style
    }
}

/// Appends a call up to its result. Returns how much of it was known when the call began: all
/// before the first argument that the kernel fills.
fn call(out: &mut Vec<u8>, row: &Row<'_>, style: &Style) -> usize {
    let start = out.len();
    let style = &View { row, style: *style };
    let quirk = row.call.quirk;
    if quirk.is_some_and(|quirk| quirk.call(out, row, style)) {
        return out.len() - start;
    }
    if !row.call.known {
        nameless(out, row, style);
        return out.len() - start;
    }
    out.extend_from_slice(row.call.name.as_bytes());
    out.push(b'(');
    let known = match quirk.is_some_and(|quirk| quirk.arguments(out, row, style)) {
        true => out.len() - start,
        false => arguments(out, row, style) - start,
    };
    out.push(b')');
    known
}

/// Appends a call of which the trace has no name. A number that x32 does not share with x86-64 is named after
/// the latter.
fn nameless(out: &mut Vec<u8>, row: &Row<'_>, style: &View<'_>) {
    /// Marks a number of x32.
    const BIT: u32 = 1 << 30;
    let number = row.call.number;
    let is_x32 = *row.call.abi == *Abi::X32.name();
    let other = row.schema.meta().abis.iter().find(|abi| is_x32 && abi.id == Abi::X86_64 as u8);
    let other = other.and_then(|abi| abi.syscalls.iter().find(|call| call.number == number));
    let count = match other {
        Some(call) => {
            drop(write!(out, "{}#64(", call.name));
            call.args.len()
        }
        None => {
            drop(write!(out, "syscall_{:#x}(", if is_x32 { number | BIT } else { number }));
            row.args().len()
        }
    };
    for index in 0..count.min(row.args().len()) {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        argument(out, row, index, style);
    }
    out.push(b')');
}

/// Returns where what was known when the call began ends.
fn arguments(out: &mut Vec<u8>, row: &Row<'_>, style: &View<'_>) -> usize {
    let (mut first, mut known) = (true, None);
    let mut skip = false;
    for (index, arg) in row.args().iter().enumerate() {
        let kind = row.kind(index).map_or(0, |kind| kind.id);
        if std::mem::take(&mut skip) || kind == Kind::Unused.id() {
            continue;
        }
        let joined = joined(row, index);
        skip = joined.is_some();
        if !first {
            out.extend_from_slice(b", ");
        }
        if FILLED.contains(&kind) {
            known.get_or_insert(out.len());
        }
        if style.names {
            out.extend_from_slice(arg.name.as_bytes());
            out.push(b'=');
        }
        match joined {
            Some(number) => wide(out, row, index, number, style),
            None if row.call.quirk.is_some_and(|quirk| quirk.argument(out, row, index, style)) => {}
            None => argument(out, row, index, style),
        }
        first = false;
    }
    known.unwrap_or(out.len())
}

/// The number that an argument makes together with the next: 64 bits that come in two words, or in two
/// where a word has 32 bits (preadv(2)). The table names them so.
fn joined(row: &Row<'_>, index: usize) -> Option<i64> {
    const ENDINGS: [(&str, &str); 3] = [("_lo", "_hi"), ("_l", "_h"), ("_high", "_low")];
    let (first, second) = (row.args().get(index)?, row.args().get(index + 1)?);
    let endings = ENDINGS.iter().find(|(one, other)| {
        let stem = first.name.strip_suffix(one);
        stem.is_some() && stem == second.name.strip_suffix(other)
    })?;
    let (first, second) = (row.raw(index)?, row.raw(index + 1)?);
    let (low, high) = if endings.0 == "_high" { (second, first) } else { (first, second) };
    let number = if row.call.narrow { u64::from(low as u32) | high << 32 } else { low };
    Some(number.cast_signed())
}

/// Appends such a number, by its names if it has any.
fn wide(out: &mut Vec<u8>, row: &Row<'_>, index: usize, number: i64, style: &Style) {
    let names = row.kind(index).and_then(|kind| match kind.detail {
        Detail::Names(names) => row.schema.names(names),
        _ => None,
    });
    match names {
        Some(names) => named(out, names, Set::Bits, number.cast_unsigned(), style.xlat),
        None => decimal(out, number),
    }
}

/// Kinds whose memory the kernel fills.
const FILLED: [u8; 13] = [
    Kind::Entries(Len::Ret).id(),
    Kind::PathOut(Len::Ret).id(),
    Kind::Out(Len::Ret).id(),
    Kind::TreeOut(&TIMESPEC).id(),
    Kind::TreesOut(&TIMESPEC, Len::Ret).id(),
    Kind::TreesChanged(&TIMESPEC, Len::Ret).id(),
    Kind::SetOut(Len::Ret).id(),
    Kind::Changed(&TIMESPEC).id(),
    Kind::SockaddrOut(Len::Ret).id(),
    Kind::StructOut(&TIMESPEC).id(),
    Kind::StructFound(&TIMESPEC).id(),
    Kind::StructLeft(&TIMESPEC).id(),
    Kind::ArrayOut(&TIMESPEC, Len::Ret).id(),
];

fn result(out: &mut Vec<u8>, row: &Row<'_>, style: &Style) {
    let style = &View { row, style: *style };
    let Some(ret) = row.ret else {
        return out.push(b'?');
    };
    if let Some(number) = row.errno() {
        let restart = row.schema.errno(number).starts_with("ERESTART");
        out.extend_from_slice(if restart { b"? " } else { b"-1 " });
        out.extend_from_slice(row.schema.errno(number).as_bytes());
        let text = row.schema.errno_text(number);
        if !text.is_empty() {
            drop(write!(out, " ({text})"));
        }
        return;
    }
    if row.call.quirk.is_some_and(|quirk| quirk.whole_result(out, row, ret, style.xlat)) {
        return;
    }
    let kind = row.chosen(row.call.ret);
    let raw = ret.cast_unsigned();
    number(out, row, kind, raw, style);
    outcome::behind_result(out, row, ret, style);
}

fn number(out: &mut Vec<u8>, row: &Row<'_>, kind: KindInfo, raw: u64, style: &View<'_>) {
    match kind.id {
        id if id == Kind::Ptr.id() => match raw {
            0 => out.push(b'0'),
            _ => hexadecimal(out, raw),
        },
        id if id == Kind::Fd.id() => made(out, raw as i32, style),
        id if id == Kind::Mode.id() => drop(write!(out, "0{raw:02o}")),
        id if id == Kind::Signal.id() => {
            decimal(out, raw.cast_signed());
            if raw != 0 {
                out.extend_from_slice(b" (");
                signal(out, raw as u32, Xlat::Abbrev);
                out.push(b')');
            }
        }
        id if id == Kind::Time.id() => {
            decimal(out, raw.cast_signed());
            if let Some(text) = time_text(raw.cast_signed(), (0, 0)) {
                drop(write!(out, " ({text})"));
            }
        }
        id if id == Kind::SigSet.id() => {
            hexadecimal(out, raw);
            out.extend_from_slice(b" (mask ");
            signal_set(out, &(raw as u32).to_le_bytes());
            out.push(b')');
        }
        id => match kind.detail {
            Detail::Names(index) => {
                let set = if id == Kind::Bits(&WHENCE).id() { Set::Bits } else { Set::One };
                named_result(out, row, index, set, raw, style);
            }
            _ => decimal(out, raw.cast_signed()),
        },
    }
}

/// What stands before the names of some results.
const WORDS: [(&str, &str); 3] =
    [("FD_FLAGS", "flags "), ("OPEN_FLAGS", "flags "), ("SEALS", "seals ")];

/// Appends a result that has names: its number, and the names if there are any.
fn named_result(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    names: u16,
    set: Set,
    raw: u64,
    style: &View<'_>,
) {
    match (raw, set) {
        (0, _) => out.push(b'0'),
        (_, Set::Bits) => hexadecimal(out, raw),
        (_, Set::One | Set::Noted | Set::Loose) => decimal(out, raw.cast_signed()),
    }
    let Some(names) = row.schema.names(names) else { return };
    let mut text = Vec::new();
    let is_two = names.unknown.contains('|');
    let xlat = if is_two { style.xlat } else { Xlat::Abbrev };
    named(&mut text, names, Set::Bits, raw, xlat);
    let named = is_two || !text.starts_with(b"0") || text.contains(&b'*') && set == Set::Bits;
    if (style.xlat != Xlat::Raw || is_two) && named {
        let word = WORDS.iter().find(|(of, _)| *of == &*names.name).map_or("", |(_, word)| word);
        drop(write!(out, " ({word}"));
        out.extend_from_slice(&text);
        out.push(b')');
    }
}
