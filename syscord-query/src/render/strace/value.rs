//! Arguments, members of structures and results, each by its kind.

use std::io::Write;

use syscord_format::Detail;
use syscord_syscalls::{Kind, Len, Role, names::files::WHENCE, structs::time::TIMESPEC};

use super::{
    Style, View,
    address::{bytes_named, socket_address},
    control::control_messages,
    descriptor::descriptor,
    names::{Xlat, symbol},
    outcome::{counted, numbers},
    scalar::{hex, pointer, scalar, signal_set},
    siginfo,
    time::time_text,
};
use crate::{
    render::value::count,
    row::{self, Memory, Row, Value, number},
    schema::KindInfo,
    structure::{Behind, Member, Rest, Shown, Side, Structure, Structures},
};

const MODE: u8 = Kind::Mode.id();
const FILE_MODE: u8 = Kind::FileMode.id();
const SIGSET: u8 = Kind::SigSet.id();
const CHARS: u8 = Kind::Chars.id();
const PATH_OUT: u8 = Kind::PathOut(Len::Ret).id();
const ARRAY_OUT: u8 = Kind::ArrayOut(&TIMESPEC, Len::Ret).id();
const IN: u8 = Kind::In(Len::Ret).id();
const OUT: u8 = Kind::Out(Len::Ret).id();
const INT: u8 = Kind::Int.id();
const TIME: u8 = Kind::Time.id();
const TIME_LIMIT: u8 = Kind::TimeLimit(&TIMESPEC).id();
const READY: u8 = Kind::Ready(Len::Ret).id();
const TREES_CHANGED: u8 = Kind::TreesChanged(&TIMESPEC, Len::Ret).id();
const SOCKADDR_OUT: u8 = Kind::SockaddrOut(Len::Ret).id();
const FILLED: u8 = Kind::Filled.id();
const HARDWARE: u8 = Kind::Hardware.id();
const FIELDS: u8 = Kind::Fields(&WHENCE).id();

/// Appends an argument.
pub(super) fn argument(out: &mut Vec<u8>, row: &Row<'_>, arg: usize, style: &View<'_>) {
    let Some(kind) = row.kind(arg) else { return };
    let value = match kind.id {
        _ if kind.role.is_none() => row.number(arg, kind.shape),
        TIME_LIMIT | READY => row.value_at(arg, Side::Before),
        _ => row.value(arg),
    };
    match value {
        Value::Unknown => out.extend_from_slice(b"???"),
        Value::Memory(memory) if memory.role == Some(Role::Count) => {
            pointer(out, row.raw(arg).unwrap_or_default());
            let (count, more) =
                (count(memory.bytes), if memory.cut { ", unterminated" } else { "" });
            let plural = if count == 1 { "" } else { "s" };
            drop(write!(out, " /* {count} var{plural}{more} */"));
        }
        Value::Memory(memory) => captured(out, memory, kind.id == PATH_OUT, style),
        // What was not received is not shown.
        Value::Structures(_) if kind.id == TREES_CHANGED && row.ret.is_none_or(|ret| ret < 0) => {
            pointer(out, row.raw(arg).unwrap_or_default());
        }
        Value::Structures(structures) => {
            let done = row.ret.map_or(0, |ret| usize::try_from(ret).unwrap_or(0));
            structures_text(out, structures, done, style);
        }
        Value::Set(row::Set { torn: Some(address), .. }) => pointer(out, address),
        Value::Set(set) => set_text(out, row, set),
        Value::Unreadable(address) => pointer(out, address.unwrap_or_default()),
        // Nothing is in a buffer that was not filled, like that of a read at the end of a file.
        Value::Hex(1..) if row.ret == Some(0) && contents(row) && kind.id == OUT => {
            out.extend_from_slice(b"\"\"");
        }
        // Nor is there in one whose length is 0.
        Value::Hex(1..) if contents(row) && kind.id == IN => {
            out.extend_from_slice(b"\"\"");
        }
        Value::Hex(1..) if row.ret == Some(0) && contents(row) && kind.id == ARRAY_OUT => {
            out.extend_from_slice(b"[]");
        }
        Value::Signed(_) | Value::Unsigned(_) | Value::Hex(_) | Value::Octal(_) => {
            let raw = row.raw(arg).unwrap_or_default();
            let raw = match kind.id {
                // A register holds more than a mode has.
                MODE => u64::from(raw as u16),
                _ if row.call.narrow => u64::from(raw as u32),
                _ => raw,
            };
            scalar(out, row.schema, kind, (raw, 0), value, style);
        }
    }
}

/// Appends what a register holds, if nothing else is known of it.
pub(super) fn register(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    kind: KindInfo,
    raw: u64,
    style: &View<'_>,
) {
    match kind.detail {
        // What would decide is no argument of this call.
        Detail::Choice(index) => {
            let otherwise = row.schema.meta().choices[usize::from(index)].otherwise;
            register(out, row, row.schema.kind(otherwise), raw, style);
        }
        _ => {
            let value = number(kind.shape, row.call.narrow, raw);
            scalar(out, row.schema, kind, (raw, 0), value, style);
        }
    }
}

/// Whether buffers were captured at all.
fn contents(row: &Row<'_>) -> bool {
    row.schema.meta().content_limit > 0
}

/// Appends captured memory; `written` says that the kernel wrote it.
fn captured(out: &mut Vec<u8>, memory: Memory<'_>, written: bool, style: &View<'_>) {
    let wanted = match memory.role {
        Some(Role::Address) => usize::MAX,
        _ => style.string,
    };
    // Without all that would be shown, and a byte more, nothing of it is.
    if let Some(address) = memory.torn.filter(|_| memory.bytes.len() <= wanted) {
        return pointer(out, address);
    }
    match memory.role {
        Some(Role::Path) if !written => {
            style.quote(out, memory.bytes);
            if memory.cut {
                out.extend_from_slice(b"...");
            }
        }
        Some(Role::Address) => socket_address(out, memory.bytes, style),
        Some(Role::List) => list(out, memory, style),
        _ => string(out, memory.bytes, memory.cut, style),
    }
}

/// Appends as much of a string as is wanted.
pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8], cut: bool, style: &View<'_>) {
    let shown = bytes.len().min(style.string);
    style.quote(out, &bytes[..shown]);
    if cut || shown < bytes.len() {
        out.extend_from_slice(b"...");
    }
}

/// A list of strings, each ended by a NUL.
fn list(out: &mut Vec<u8>, memory: Memory<'_>, style: &View<'_>) {
    let texts = memory.bytes.strip_suffix(b"\0").map(|bytes| bytes.split(|byte| *byte == 0));
    elements(out, texts.into_iter().flatten(), Rest::of(memory.cut), style, |out, text| {
        string(out, text, false, style);
    });
}

/// Appends elements of an array, as many as are wanted.
pub(super) fn elements<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    mut rest: Rest,
    style: &Style,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    let mut count = 0;
    for item in items {
        if count == style.string && !style.verbose {
            rest = Rest::More;
            break;
        }
        if count > 0 {
            out.extend_from_slice(b", ");
        }
        write(out, item);
        count += 1;
    }
    match rest {
        Rest::Nothing => {}
        Rest::More => out.extend_from_slice(if count > 0 { b", ..." } else { b"..." }),
        Rest::Unreadable(address) if count > 0 => {
            drop(write!(out, ", ... /* {} */", hex(address)));
        }
        Rest::Unreadable(address) => {
            out.pop();
            return pointer(out, address);
        }
    }
    out.push(b']');
}

fn set_text(out: &mut Vec<u8>, row: &Row<'_>, set: row::Set<'_>) {
    numbers(out, counted(row, set.bits));
    if set.cut {
        out.pop();
        out.extend_from_slice(b" ...]");
    }
}

/// Appends structures; of an array, the first `done` are those that the call was done with.
fn structures_text(out: &mut Vec<u8>, structures: Structures<'_>, done: usize, style: &View<'_>) {
    if let Some(address) = structures.torn_apart() {
        return pointer(out, address);
    }
    if structures.is_left_out() {
        return out.extend_from_slice(if structures.array { b"[...]" } else { b"{...}" });
    }
    if structures.array {
        let items = structures.iter().enumerate();
        return elements(out, items, structures.rest(), style, |out, (index, one)| {
            let filled = one.members().find(|member| member.kind.id == FILLED);
            let left_out = filled.filter(|_| index >= done).map(|member| member.def.name.as_str());
            structure_without(out, one, left_out.as_slice(), style);
        });
    }
    for one in structures.iter() {
        match one.bare() {
            _ if structures.is_start() => given_length(out, one, style),
            // A value behind a pointer; sets of signals and arrays have brackets of their own, and a text has
            // quotes.
            Some(bare) if ![SIGSET, CHARS].contains(&bare.kind.id) && !bare.is_array() => {
                out.push(b'[');
                match bare.changed() {
                    // A length; a position is shown in brackets of its own.
                    Some(before) if bare.kind.id != INT => {
                        member_as_is(out, before, style);
                        out.extend_from_slice(b"] => [");
                        member_as_is(out, bare, style);
                    }
                    _ => member(out, bare, style),
                }
                out.push(b']');
            }
            _ => structure(out, one, style),
        }
    }
}

/// The length that the program gave, if nothing else is known.
fn given_length(out: &mut Vec<u8>, structure: Structure<'_>, style: &View<'_>) {
    let last = structure.members().take_while(|member| member.bytes().is_some()).last();
    out.push(b'{');
    if let Some(last) = last {
        out.extend_from_slice(last.def.name.as_bytes());
        out.push(b'=');
        member(out, last, style);
    }
    out.push(b'}');
}

/// Appends a structure's members, save those that are shown only on request.
pub(super) fn structure(out: &mut Vec<u8>, structure: Structure<'_>, style: &View<'_>) {
    structure_without(out, structure, &[], style);
}

/// Appends a structure's members, without those of the names `left_out`.
pub(super) fn structure_without(
    out: &mut Vec<u8>,
    structure: Structure<'_>,
    left_out: &[&str],
    style: &View<'_>,
) {
    structure_with(out, structure, left_out, &[], style);
}

/// Appends a structure's members, without those of the names `left_out`; those of the names `wanted` also
/// where they are 0.
pub(super) fn structure_with(
    out: &mut Vec<u8>,
    structure: Structure<'_>,
    left_out: &[&str],
    wanted: &[&str],
    style: &View<'_>,
) {
    if let Some(bare) = structure.bare() {
        return member(out, bare, style);
    }
    if siginfo::members(out, &structure, style.xlat) || wall_time(out, &structure, style.xlat) {
        return;
    }
    out.push(b'{');
    let (mut first, mut hidden) = (true, false);
    // Of a device, its number stands where other files have their size (stat(2)).
    let members: Vec<Member<'_>> = structure.members().collect();
    let device = members.iter().any(is_device_mode);
    for (index, field) in members.iter().enumerate() {
        let (field, length) = (*field, members.get(index + 1).copied());
        let name = field.def.name.as_str();
        if left_out.contains(&name) || is_no_control(&field, length) {
            continue;
        }
        if field.bytes().is_none() && structure.may_be_short() {
            // Where there is only a part of a member, or what there is could not be read.
            hidden |= structure.given() > usize::from(field.def.offset);
            continue;
        }
        let failed = style.row.ret.is_none_or(|ret| ret < 0);
        match field.is_shown(style.verbose, failed) {
            Shown::Yes if device && name == "st_size" && !style.verbose => {
                hidden = true;
                continue;
            }
            Shown::Hinted if device && name == "st_rdev" => {}
            Shown::Yes => {}
            Shown::Hinted => {
                hidden = true;
                continue;
            }
            Shown::No if wanted.contains(&name) => {}
            Shown::No => continue,
        }
        if !first {
            out.extend_from_slice(b", ");
        }
        first = false;
        if field.kind.id == FIELDS {
            fields(out, field);
            continue;
        }
        if field.kind.id == HARDWARE {
            let before = index.checked_sub(1).map(|before| members[before]);
            hardware(out, field, before, style);
            continue;
        }
        out.extend_from_slice(field.def.name.as_bytes());
        out.push(b'=');
        match field.target() {
            Some(target) => pointed(out, field, length, target, style),
            None => member(out, field, style),
        }
    }
    if hidden {
        out.extend_from_slice(b", ...");
    }
    behind(out, structure, style);
    out.push(b'}');
}

/// An address of hardware; the member `before` says how long it is.
fn hardware(out: &mut Vec<u8>, member: Member<'_>, before: Option<Member<'_>>, style: &View<'_>) {
    let length = before.and_then(|length| Some(length.raw(length.bytes()?))).unwrap_or_default();
    let bytes = member.bytes().unwrap_or_default();
    let bytes = bytes.get(..length as usize).unwrap_or(bytes);
    let name: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    drop(write!(out, "{}=", member.def.name));
    bytes_named(out, bytes, name.join(":"), style.xlat);
}

/// Several numbers in one, each by its name.
fn fields(out: &mut Vec<u8>, member: Member<'_>) {
    let Detail::Names(index) = member.kind.detail else { return };
    let Some(names) = member.schema.meta().names.get(usize::from(index)) else { return };
    let Some(bytes) = member.bytes() else {
        return drop(write!(out, "{}=???", member.def.name));
    };
    let raw = member.raw(bytes);
    let part = |mask: u64| (raw & mask).unbounded_shr(mask.trailing_zeros());
    let parts: Vec<String> =
        names.members().map(|field| format!("{}={}", field.name, part(field.mask))).collect();
    out.extend_from_slice(parts.join(", ").as_bytes());
}

/// What a program handed over behind the end of a structure as it is known.
fn behind(out: &mut Vec<u8>, structure: Structure<'_>, style: &View<'_>) {
    let (start, end, bytes) = match structure.behind() {
        Behind::Nothing => return,
        Behind::Unreadable => return out.extend_from_slice(b", ???"),
        Behind::Bytes { start, end, bytes } => (start, end, bytes),
    };
    drop(write!(out, ", /* bytes {start}..{} */ ", end - 1));
    string(out, bytes, end - start > bytes.len(), &style.in_hex());
}

/// Appends a time of the wall clock in two parts, if the structure is one (utimensat(2)); says whether.
fn wall_time(out: &mut Vec<u8>, structure: &Structure<'_>, xlat: Xlat) -> bool {
    const NOW: u64 = 0x3fff_ffff;
    const OMIT: u64 = 0x3fff_fffe;
    let mut parts = structure.members().map(|part| Some((part, part.number(part.bytes()?))));
    let (Some(Some((sec, Value::Signed(seconds)))), Some(Some((frac, Value::Unsigned(fraction))))) =
        (parts.next(), parts.next())
    else {
        return false;
    };
    if sec.kind.id != TIME {
        return false;
    }
    let digits = if frac.def.name == "tv_nsec" { 9 } else { 6 };
    let numbers = format!("{{{}={seconds}, {}={fraction}}}", sec.def.name, frac.def.name);
    match (digits, fraction) {
        (9, NOW) => symbol(out, numbers, Some("UTIME_NOW"), xlat),
        (9, OMIT) => symbol(out, numbers, Some("UTIME_OMIT"), xlat),
        _ => {
            symbol(out, numbers, None::<&str>, xlat);
            if let Some(text) = time_text(seconds, (fraction, digits)) {
                drop(write!(out, " /* {text} */"));
            }
        }
    }
    true
}

/// Whether a member says that a file is a device.
fn is_device_mode(member: &Member<'_>) -> bool {
    const TYPE: u64 = 0o170000;
    const DEVICES: [u64; 2] = [0o020000, 0o060000];
    let mode = || member.bytes().map(|bytes| member.raw(bytes) & TYPE);
    member.kind.id == FILE_MODE && mode().is_some_and(|mode| DEVICES.contains(&mode))
}

/// Whether a member would point to control messages, of which there are none.
fn is_no_control(member: &Member<'_>, length: Option<Member<'_>>) -> bool {
    let length = length.and_then(|length| Some(length.raw(length.bytes()?)));
    member.kind.role == Some(Role::Control) && length == Some(0)
}

/// Appends what a member points to; `length` is the member behind it.
fn pointed(
    out: &mut Vec<u8>,
    member: Member<'_>,
    length: Option<Member<'_>>,
    target: Value<'_>,
    style: &View<'_>,
) {
    match target {
        Value::Memory(memory) if memory.role == Some(Role::Control) => {
            let word = usize::from(member.def.width);
            let fd = |out: &mut Vec<u8>, fd| descriptor(out, fd, style);
            control_messages(out, memory.bytes, memory.cut, word, style, &fd);
        }
        Value::Memory(mut memory) => {
            // The kernel tells how long an address is, of which it wrote no more than there was room for.
            let given = length.filter(|_| member.kind.id == SOCKADDR_OUT).and_then(|l| l.given());
            if let Some(given) = given.and_then(|given| usize::try_from(given).ok()) {
                memory.bytes = &memory.bytes[..memory.bytes.len().min(given)];
            }
            captured(out, memory, false, style);
        }
        Value::Structures(structures) => structures_text(out, structures, usize::MAX, style),
        Value::Unreadable(address) => pointer(out, address.unwrap_or_default()),
        Value::Unknown
        | Value::Set(_)
        | Value::Signed(_)
        | Value::Unsigned(_)
        | Value::Hex(_)
        | Value::Octal(_) => out.extend_from_slice(b"???"),
    }
}

/// Appends the value of a member.
pub(super) fn member(out: &mut Vec<u8>, member: Member<'_>, style: &View<'_>) {
    if let Some(before) = member.changed() {
        member_as_is(out, before, style);
        out.extend_from_slice(b" => ");
    }
    member_as_is(out, member, style);
}

fn member_as_is(out: &mut Vec<u8>, member: Member<'_>, style: &View<'_>) {
    let Some(bytes) = member.bytes() else {
        return out.extend_from_slice(b"???");
    };
    match member.kind.id {
        CHARS => {
            // It is shown whole, but for the last byte, which is to end it.
            let end = bytes.iter().position(|byte| *byte == 0);
            style.quote(out, &bytes[..end.unwrap_or(bytes.len().saturating_sub(1))]);
            return out.extend_from_slice(if end.is_none() { b"..." } else { b"" });
        }
        SIGSET => return signal_set(out, bytes),
        _ => {}
    }
    let element = |out: &mut Vec<u8>, element| match member.inner(element) {
        Some(inner) => structure(out, inner, style),
        None => {
            let raw = (member.raw(element), 8 * element.len() as u32);
            scalar(out, member.schema, member.kind, raw, member.number(element), style);
        }
    };
    if member.is_array() {
        elements(out, member.elements(), Rest::Nothing, style, element);
    } else {
        element(out, bytes);
    }
}
