//! What strace writes behind the result of a call that waits: what is ready, and the time that is left.

use syscord_syscalls::{Kind, Len, structs::time::TIMESPEC};

use super::{
    super::decimal,
    Quirk, View,
    value::{elements, structure, structure_without},
};
use crate::{
    row::{Row, Set, Value},
    structure::{Rest, Side, Structure},
};

const TIME_LIMIT: u8 = Kind::TimeLimit(&TIMESPEC).id();
const READY: u8 = Kind::Ready(Len::Ret).id();

/// What the sets of descriptors are of, in their order (select(2)).
const SETS: [&str; 3] = ["in", "out", "except"];

/// Appends what stands behind a result that is no error.
pub(super) fn behind_result(out: &mut Vec<u8>, row: &Row<'_>, ret: i64, style: &View<'_>) {
    let polls = row.call.quirk == Some(Quirk::Poll);
    let kinds = || (0..row.args().len()).filter_map(|arg| Some((arg, row.kind(arg)?.id)));
    if !polls && !kinds().any(|(_, kind)| kind == TIME_LIMIT) {
        return;
    }
    if ret == 0 {
        return out.extend_from_slice(b" (Timeout)");
    }
    let mut parts = Vec::new();
    if polls && let Value::Structures(fds) = row.value(0) {
        let found = |fd: &Structure<'_>| {
            let mut events = fd.members().filter(|member| member.def.name == "revents");
            events.any(|events| events.bytes().is_some_and(|b| b.iter().any(|b| *b != 0)))
        };
        let mut part = Vec::new();
        elements(&mut part, fds.iter().filter(found), Rest::of(fds.cut), style, |out, fd| {
            structure_without(out, fd, &["events"], style);
        });
        parts.push(part);
    }
    let mut left = usize::try_from(ret).unwrap_or(0);
    let sets = kinds().filter(|(_, kind)| *kind == READY);
    for ((arg, _), name) in sets.zip(SETS) {
        // Of a set that could not be read in full, as strace wants it, nothing is shown.
        let Value::Set(set @ Set { torn: None, .. }) = row.value_at(arg, Side::After) else {
            continue;
        };
        let ready: Vec<u32> = counted(row, set.bits).take(left).collect();
        left -= ready.len();
        if !ready.is_empty() {
            let mut part = [name.as_bytes(), b" "].concat();
            numbers(&mut part, ready.into_iter());
            parts.push(part);
        }
    }
    for (arg, _) in kinds().filter(|(_, kind)| *kind == TIME_LIMIT) {
        let Value::Structures(times) = row.value_at(arg, Side::After) else { continue };
        let mut part = b"left ".to_vec();
        times.iter().for_each(|time| structure(&mut part, time, style));
        parts.push(part);
    }
    let sets = kinds().any(|(_, kind)| kind == READY);
    if sets || !parts.is_empty() {
        out.extend_from_slice(b" (");
        out.extend_from_slice(&parts.join(b", ".as_slice()));
        out.push(b')');
    }
}

/// The numbers in a set of descriptors that the call looks at.
pub(super) fn counted<'a>(row: &Row<'_>, bits: &'a [u8]) -> impl Iterator<Item = u32> + use<'a> {
    let count = row.args().iter().position(|arg| &*arg.name == "nfds");
    let count = count.and_then(|count| row.raw(count)).map_or(u32::MAX, |count| count as u32);
    Set::numbers(bits).take_while(move |number| *number < count)
}

/// Appends a set of numbers.
pub(super) fn numbers(out: &mut Vec<u8>, numbers: impl Iterator<Item = u32>) {
    out.push(b'[');
    for (index, number) in numbers.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        decimal(out, number);
    }
    out.push(b']');
}
