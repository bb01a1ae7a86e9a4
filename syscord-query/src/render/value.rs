//! The one place where an argument's value becomes JSON or text.

use std::{
    borrow::Cow,
    fmt::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
};

use syscord_syscalls::{Kind, Role, record::family};

use super::{Fixed, decimal, hexadecimal, memo::Texts};
use crate::{
    escape::{c_escaped, json_string},
    row::{Memory, Row, Set, Value},
    schema::Argument,
    structure::{Member, Structure, Structures},
};

/// Appends a call's arguments as a JSON object, by name.
///
/// Numbers are numbers, but strings where people read them in another base (`"0x1f"`, `"0644"`).
/// Where memory was captured, it stands in place of its address: a string, for a list of strings
/// an array, for a structure an object, and within `{"text": …, "cut": true}` (`list` or `struct`
/// in place of `text` for structures) if it is only the first part. What the call changed is
/// `{"before": …, "after": …}`. The content that
/// is shown as the event's `data` is null here, unless it lies in several buffers. What could not be read is
/// `{"addr": …, "unreadable": true}`.
pub(super) fn args_json(out: &mut Vec<u8>, row: &Row<'_>, data: Option<usize>, known: &mut Texts) {
    args_with(out, row, data, known, |arg| &arg.key, value_json);
}

/// The same with keys and values as `key` and `write` have them.
pub(super) fn args_with(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    data: Option<usize>,
    known: &mut Texts,
    key: impl Fn(&Argument) -> &Fixed,
    mut write: impl FnMut(&mut Vec<u8>, Value<'_>),
) {
    if row.args().is_empty() {
        out.push(b'{');
    }
    for (index, arg) in row.args().iter().enumerate() {
        key(arg).put(out);
        if arg.kind.is_number() {
            write(out, row.number(index, arg.kind.shape));
        } else if data == Some(index) && arg.kind.role == Some(Role::Content) {
            out.extend_from_slice(b"null");
        } else {
            known.put(out, row.alike(index), |out| write(out, row.value(index)));
        }
    }
    out.push(b'}');
}

#[inline]
pub(super) fn value_json(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Unknown => out.extend_from_slice(b"null"),
        Value::Signed(number) => decimal(out, number),
        Value::Unsigned(number) => decimal(out, number),
        Value::Hex(number) => {
            out.push(b'"');
            hexadecimal(out, number);
            out.push(b'"');
        }
        Value::Octal(number) => {
            out.push(b'"');
            octal(out, number);
            out.push(b'"');
        }
        Value::Memory(_) | Value::Structures(_) | Value::Set(_) | Value::Unreadable(_) => {
            captured_json(out, value);
        }
    }
}

fn captured_json(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Memory(memory) if memory.cut => {
            out.extend_from_slice(b"{\"text\":");
            memory_json(out, memory);
            out.extend_from_slice(b",\"cut\":true}");
        }
        Value::Memory(memory) => memory_json(out, memory),
        Value::Structures(structures) if structures.cut => {
            let key: &[u8] = if structures.array { b"{\"list\":" } else { b"{\"struct\":" };
            out.extend_from_slice(key);
            structures_json(out, structures);
            out.extend_from_slice(b",\"cut\":true}");
        }
        Value::Structures(structures) => structures_json(out, structures),
        Value::Set(set) if set.cut => {
            out.extend_from_slice(b"{\"list\":");
            set_json(out, set);
            out.extend_from_slice(b",\"cut\":true}");
        }
        Value::Set(set) => set_json(out, set),
        Value::Unreadable(address) => {
            out.extend_from_slice(b"{\"addr\":");
            value_json(out, address.map_or(Value::Unknown, Value::Hex));
            out.extend_from_slice(b",\"unreadable\":true}");
        }
        _ => {}
    }
}

fn memory_json(out: &mut Vec<u8>, memory: Memory<'_>) {
    match memory.role {
        Some(Role::List) => {
            list_json(out, list(memory.bytes), json_string);
        }
        Some(Role::Address) => json_string(out, socket_address(memory.bytes).as_bytes()),
        Some(Role::Content) if std::str::from_utf8(memory.bytes).is_err() => {
            base64_json(out, memory.bytes);
        }
        Some(Role::Control) => base64_json(out, memory.bytes),
        Some(Role::Count) => decimal(out, count(memory.bytes)),
        Some(
            Role::Content
            | Role::Path
            | Role::Text
            | Role::Struct
            | Role::Array
            | Role::Parts
            | Role::ArrayParts
            | Role::SetParts,
        )
        | None => json_string(out, memory.bytes),
    }
}

fn base64_json(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(b"{\"base64\":\"");
    base64(out, bytes);
    out.extend_from_slice(b"\"}");
}

/// How many there were (role `count`).
pub(crate) fn count(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn set_json(out: &mut Vec<u8>, set: Set<'_>) {
    let numbers = |out: &mut Vec<u8>, bits| list_json(out, Set::numbers(bits), decimal);
    changed_json(out, set.before.filter(|before| *before != set.bits), set.bits, numbers);
}

/// What was there before and after a call.
fn changed_json<T>(
    out: &mut Vec<u8>,
    before: Option<T>,
    after: T,
    write: impl Fn(&mut Vec<u8>, T),
) {
    let Some(before) = before else { return write(out, after) };
    out.extend_from_slice(b"{\"before\":");
    write(out, before);
    out.extend_from_slice(b",\"after\":");
    write(out, after);
    out.push(b'}');
}

fn structures_json(out: &mut Vec<u8>, structures: Structures<'_>) {
    if !structures.array {
        return structures.iter().for_each(|one| structure_json(out, one));
    }
    list_json(out, structures.iter(), structure_json);
}

fn structure_json(out: &mut Vec<u8>, structure: Structure<'_>) {
    if let Some(bare) = structure.bare() {
        return member_json(out, bare);
    }
    out.push(b'{');
    for (index, member) in structure.members().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json_string(out, member.def.name.as_bytes());
        out.push(b':');
        member_json(out, member);
    }
    out.push(b'}');
}

fn member_json(out: &mut Vec<u8>, member: Member<'_>) {
    match member.target() {
        Some(target) => value_json(out, target),
        None => changed_json(out, member.changed(), member, plain_member_json),
    }
}

fn plain_member_json(out: &mut Vec<u8>, member: Member<'_>) {
    let Some(bytes) = member.bytes() else {
        return out.extend_from_slice(b"null");
    };
    if member.kind.id == Kind::Chars.id() {
        return json_string(out, bytes.split(|byte| *byte == 0).next().unwrap_or_default());
    }
    let element = |out: &mut Vec<u8>, element| match member.inner(element) {
        Some(inner) => structure_json(out, inner),
        None => value_json(out, member.number(element)),
    };
    if member.is_array() {
        list_json(out, member.elements(), element);
    } else {
        element(out, bytes);
    }
}

fn list_json<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Captured memory as plain text; `None` of what has none.
pub(crate) fn text<'a>(value: &Value<'a>) -> Option<Cow<'a, str>> {
    let memory = match value {
        Value::Memory(memory) => memory,
        Value::Structures(_) | Value::Set(_) => {
            let mut out = Vec::new();
            value_json(&mut out, *value);
            return Some(Cow::Owned(String::from_utf8_lossy(&out).into_owned()));
        }
        _ => return None,
    };
    Some(match memory.role {
        Some(Role::List | Role::Control | Role::Count) => {
            let mut out = Vec::new();
            memory_json(&mut out, *memory);
            Cow::Owned(String::from_utf8_lossy(&out).into_owned())
        }
        Some(Role::Address) => Cow::Owned(socket_address(memory.bytes)),
        Some(
            Role::Content
            | Role::Path
            | Role::Text
            | Role::Struct
            | Role::Array
            | Role::Parts
            | Role::ArrayParts
            | Role::SetParts,
        )
        | None => String::from_utf8_lossy(memory.bytes),
    })
}

/// Appends bytes in base64 (RFC 4648, with padding).
pub(crate) fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(word);
        for place in 0..4 {
            if place <= group.len() {
                out.push(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]);
            } else {
                out.push(b'=');
            }
        }
    }
}

/// Appends a number in octal with a leading 0, as `chmod` takes it.
fn octal(out: &mut Vec<u8>, number: u64) {
    out.push(b'0');
    if number != 0 {
        let digits = (64 - number.leading_zeros()).div_ceil(3);
        for digit in (0..digits).rev() {
            out.push(b'0' + (number >> (3 * digit) & 7) as u8);
        }
    }
}

/// The strings of a list, each of which a NUL ends.
fn list(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == 0).map(|text| text.strip_suffix(b"\0").unwrap_or(text))
}

/// A `struct sockaddr` for people: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`, `unix:@abstract`,
/// `netlink:PID`; of another family, or cut too short to tell, its family and bytes.
fn socket_address(bytes: &[u8]) -> String {
    let Some((family, rest)) = bytes.split_first_chunk() else {
        return raw_address(bytes);
    };
    let family = u16::from_le_bytes(*family);
    match family {
        family::UNIX => return unix_address(rest),
        family::INET => {
            if let Some((port, rest)) = rest.split_first_chunk()
                && let Some(address) = rest.first_chunk::<4>()
            {
                return format!("{}:{}", Ipv4Addr::from(*address), u16::from_be_bytes(*port));
            }
        }
        family::INET6 => {
            // Port, flow information, address.
            if let Some((port, rest)) = rest.split_first_chunk()
                && let Some(address) = rest.get(4..20).and_then(|bytes| bytes.first_chunk::<16>())
            {
                return format!("[{}]:{}", Ipv6Addr::from(*address), u16::from_be_bytes(*port));
            }
        }
        family::NETLINK => {
            if let Some(port) = rest.get(2..6).and_then(|bytes| bytes.first_chunk::<4>()) {
                return format!("netlink:{}", u32::from_le_bytes(*port));
            }
        }
        _ => {}
    }
    format!("family {family}: {}", raw_address(rest))
}

fn unix_address(path: &[u8]) -> String {
    match path.split_first() {
        Some((0, name)) => {
            let name = name.strip_suffix(b"\0").unwrap_or(name);
            format!("unix:@{}", c_escaped(name))
        }
        _ => {
            let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
            format!("unix:{}", c_escaped(&path[..end]))
        }
    }
}

fn raw_address(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_string(), |mut text, byte| {
        // A String takes every write.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: Value<'_>) -> String {
        let mut out = Vec::new();
        value_json(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    fn memory(role: Role, bytes: &[u8]) -> Value<'_> {
        Value::Memory(Memory { role: Some(role), bytes, cut: false, torn: None })
    }

    #[test]
    fn numbers_in_their_base() {
        assert_eq!(json(Value::Signed(-100)), "-100");
        assert_eq!(json(Value::Unsigned(u64::MAX)), "18446744073709551615");
        assert_eq!(json(Value::Hex(0x8_0000)), "\"0x80000\"");
        assert_eq!(json(Value::Octal(0o644)), "\"0644\"");
        assert_eq!(json(Value::Octal(0)), "\"0\"");
        assert_eq!(json(Value::Octal(u64::MAX)), "\"01777777777777777777777\"");
        assert_eq!(json(Value::Unknown), "null");
    }

    #[test]
    fn memory_in_place_of_its_address() {
        assert_eq!(json(memory(Role::Path, b"/etc/passwd")), "\"/etc/passwd\"");
        assert_eq!(json(memory(Role::List, b"ls\0-l\0\0")), r#"["ls","-l",""]"#);
        assert_eq!(json(memory(Role::List, b"")), "[]");
        assert_eq!(json(memory(Role::Content, b"\xff\xfe")), r#"{"base64":"//4="}"#);
        let cut =
            Value::Memory(Memory { role: Some(Role::Path), bytes: b"/a", cut: true, torn: None });
        assert_eq!(json(cut), r#"{"text":"/a","cut":true}"#);
        let unreadable = Value::Unreadable(Some(0x10));
        assert_eq!(json(unreadable), r#"{"addr":"0x10","unreadable":true}"#);
    }

    #[test]
    fn socket_addresses_for_people() {
        assert_eq!(socket_address(b"\x02\0\0\x50\x7f\0\0\x01\0\0\0\0\0\0\0\0"), "127.0.0.1:80");
        let mut inet6 = b"\x0a\0\x01\xbb\0\0\0\0".to_vec();
        inet6.extend([0; 15]);
        inet6.extend([1, 0, 0, 0, 0]);
        assert_eq!(socket_address(&inet6), "[::1]:443");
        assert_eq!(socket_address(b"\x01\0/run/x\0junk"), "unix:/run/x");
        assert_eq!(socket_address(b"\x01\0\0bus\x1b"), "unix:@bus\\x1b");
        assert_eq!(socket_address(b"\x10\0\0\0\x07\0\0\0\0\0\0\0"), "netlink:7");
        assert_eq!(socket_address(b"\x02\0\0"), "family 2: 0x00");
        assert_eq!(socket_address(b"\x02"), "0x02");
    }

    #[test]
    fn base64_pads() {
        let encoded = |bytes: &[u8]| {
            let mut out = Vec::new();
            base64(&mut out, bytes);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(encoded(b""), "");
        assert_eq!(encoded(b"f"), "Zg==");
        assert_eq!(encoded(b"fo"), "Zm8=");
        assert_eq!(encoded(b"foobar"), "Zm9vYmFy");
    }
}
