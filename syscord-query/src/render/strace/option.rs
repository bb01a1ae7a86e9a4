//! Values of sockets' options, which may be shorter or longer than what they are to be (getsockopt(2)).

use syscord_syscalls::structs::{
    network::{
        INT, IP_MREQ, LINGER, PACKET_MREQ, SOCKET_ERROR, TPACKET_REQ, TPACKET_STATS, TXREHASH,
        UCRED,
    },
    processes::SOCK_FPROG,
};

use super::{
    super::decimal,
    View,
    scalar::pointer,
    value::{member, string},
};
use crate::{
    row::{Memory, Row, Value},
    structure::Structures,
};

/// What strace 6.1 takes apart; all else is bytes.
const SHOWN: [&str; 10] = [
    PACKET_MREQ.name,
    INT.name,
    IP_MREQ.name,
    LINGER.name,
    SOCKET_ERROR.name,
    TPACKET_REQ.name,
    TPACKET_STATS.name,
    TXREHASH.name,
    UCRED.name,
    SOCK_FPROG.name,
];

/// What must be as long as the kernel has it, or is not looked at.
const EXACT: [&str; 3] = [SOCK_FPROG.name, TPACKET_REQ.name, PACKET_MREQ.name];

/// Appends the value that a program gave, unless nothing is special about it.
pub(super) fn given_option(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    value: Value<'_>,
    style: &View<'_>,
) -> Option<()> {
    let (address, length) = (row.raw(3)?, row.raw(4)? as i32);
    let (whole, cut) = match value {
        Value::Structures(option) if SHOWN.contains(&option.name()) => {
            let size = usize::from(option.size());
            let length = usize::try_from(length).unwrap_or(0);
            let exact = EXACT.contains(&option.name());
            let is_wrong = length < size || exact && length != size;
            return is_wrong.then(|| pointer(out, address));
        }
        Value::Structures(option) => (option.captured(), option.cut),
        Value::Memory(Memory { bytes, cut, .. }) => (bytes, cut),
        _ => return None,
    };
    // As much as would be shown has to be there.
    let limit = row.schema.meta().content_limit as usize;
    let wanted = (length.cast_unsigned() as usize).min(style.string.saturating_add(1)).min(limit);
    match whole.len() < wanted {
        true => pointer(out, address),
        false => bytes(out, whole, cut, style),
    }
    Some(())
}

/// Appends the value that the kernel told, unless nothing is special about it.
pub(super) fn told_option(out: &mut Vec<u8>, value: Value<'_>, style: &View<'_>) -> Option<()> {
    let (whole, cut) = match value {
        Value::Structures(option) if option.array => return None,
        Value::Structures(option) if SHOWN.contains(&option.name()) => {
            let short = option.captured().len() < usize::from(option.size());
            return short.then(|| members(out, option, style));
        }
        Value::Structures(option) => (option.captured(), option.cut),
        Value::Memory(Memory { bytes, cut, .. }) => (bytes, cut),
        _ => return None,
    };
    bytes(out, whole, cut, style);
    Some(())
}

/// A number if it has the length of one, else a string.
fn bytes(out: &mut Vec<u8>, bytes: &[u8], cut: bool, style: &View<'_>) {
    match bytes.first_chunk::<4>() {
        Some(number) if bytes.len() == 4 && !cut => {
            out.push(b'[');
            decimal(out, i32::from_le_bytes(*number));
            out.push(b']');
        }
        _ => string(out, bytes, cut, style),
    }
}

/// The members that are there; what is there of one alone, byte by byte.
fn members(out: &mut Vec<u8>, option: Structures<'_>, style: &View<'_>) {
    let Some(option) = option.iter().next() else { return };
    if option.bare().is_some() {
        return string(out, option.bytes, false, &style.in_hex());
    }
    out.push(b'{');
    let mut separator: &[u8] = b"";
    for one in option.members() {
        let start = usize::from(one.def.offset);
        let Some(part) = option.bytes.get(start..).filter(|part| !part.is_empty()) else { break };
        out.extend_from_slice(separator);
        out.extend_from_slice(one.def.name.as_bytes());
        out.push(b'=');
        match one.bytes() {
            Some(_) => member(out, one, style),
            None => string(out, part, false, &style.in_hex()),
        }
        separator = b", ";
    }
    out.push(b'}');
}
