//! Calls under way when recording stops: what the probe says of them, with the memory that they refer to.
//!
//! They are looked at while the hooks are still in. A thread that returns from its call after that has
//! an event that says so, and is forgotten here; of the others it is a fact that they were in it.

use std::{collections::HashMap, ptr, sync::Arc};

use syscord_format::NO_CPU;
use syscord_syscalls::{
    Abi,
    plan::{Plan, PlanCapture, capture_flag, capture_op, length},
    record::{
        CaptureHeader, EventRecord, MARKS, Operation, RecordHeader, STRING_KEPT, STRING_MAX,
        UNKNOWN_DURATION, capture_status, event_mark, operation, record_kind,
    },
};

use crate::{
    batch::Batch,
    clocks,
    probe::Probe,
    schema::Schema,
    wire::{self, Record},
};

/// The calls that threads were in.
#[derive(Default)]
pub struct UnderWay {
    /// By thread; captures follow each record.
    calls: HashMap<u32, (EventRecord, Vec<u8>)>,
    /// Operations of io_uring: a thread may have many.
    operations: Vec<EventRecord>,
    /// Records of processes of which no call was recorded before.
    processes: Vec<u8>,
}

impl UnderWay {
    /// Looks at all threads.
    pub fn look(probe: &Probe, schema: &Arc<Schema>, content: u32) -> UnderWay {
        let mut under_way = UnderWay::default();
        let now = clocks::monotonic();
        let submitted = probe.operations().into_iter();
        under_way.operations =
            submitted.filter_map(|operation| event_of(&operation, now)).collect();
        let bytes = probe.under_way();
        for record in wire::records(&bytes) {
            match record {
                Record::Event(event, _) => {
                    let captures = captures(schema, &event, content);
                    under_way.calls.insert(event.tid, (event, captures));
                }
                Record::Process(_, _, bytes) => under_way.processes.extend_from_slice(bytes),
                Record::Entry(..) | Record::State(..) => {}
            }
        }
        under_way
    }

    /// Forgets the calls from which threads have returned since.
    pub fn forget_returned(&mut self, batch: &Batch) {
        for record in wire::records(&batch.bytes) {
            let Record::Event(event, _) = record else { continue };
            let began = |event: &EventRecord| event.time.wrapping_sub(event.duration);
            if event.header.what == Abi::IoUring as u8 {
                let name = |event: &EventRecord| (event.tid, began(event), event.args);
                self.operations.retain(|operation| name(operation) != name(&event));
                continue;
            }
            let returned = |call: &EventRecord| event.time >= call.time;
            if self.calls.get(&event.tid).is_some_and(|(call, _)| returned(call)) {
                self.calls.remove(&event.tid);
            } else if event.tid == event.tgid && event.duration != UNKNOWN_DURATION {
                // An execve that another thread had begun.
                self.calls.retain(|_, (call, _)| {
                    call.tgid != event.tgid || began(call) != began(&event) || !returned(call)
                });
            }
        }
    }

    /// The calls that are left, as events at `end`.
    pub fn into_batch(self, end: u64) -> Batch {
        let side = !self.processes.is_empty();
        let mut batch = Batch { side, bytes: self.processes, ..Batch::default() };
        let operations = self.operations.into_iter().map(|event| (event, marks()));
        for (mut event, captures) in self.calls.into_values().chain(operations) {
            if event.duration != UNKNOWN_DURATION {
                event.duration += end.saturating_sub(event.time);
            }
            event.time = end;
            event.header.len8 = ((size_of::<EventRecord>() + captures.len()) / 8) as u16;
            batch.push(&event, &captures, NO_CPU);
        }
        batch
    }
}

/// The event's marks, and the memory that its call has read already: by the plan that the probe goes by, save
/// what loops.
fn captures(schema: &Schema, event: &EventRecord, content: u32) -> Vec<u8> {
    let mut out = marks();
    let plan = schema.plan(event.header.what, event.header.number, &event.args);
    for capture in given(plan) {
        append(&mut out, event, capture, content);
    }
    out
}

fn marks() -> Vec<u8> {
    let marks = event_mark::NEVER_RETURNED | event_mark::UNDER_WAY;
    let header = CaptureHeader { arg: MARKS, status: 0, len: 0, full: u32::from(marks) };
    wire::bytes(&header).to_vec()
}

/// An operation as an event; `None` for one that may be over without a word.
fn event_of(operation: &Operation, now: u64) -> Option<EventRecord> {
    let header = RecordHeader {
        len8: 0,
        kind: record_kind::EVENT,
        what: Abi::IoUring as u8,
        number: operation.number,
    };
    let told = operation.flags & operation::SILENT == 0;
    let known = operation.flags & operation::ARGS_KNOWN != 0;
    (told && known).then_some(EventRecord {
        header,
        time: now,
        duration: now.saturating_sub(operation.time),
        tgid: operation.tgid,
        tid: operation.tid,
        ret: 0,
        args: operation.args,
    })
}

/// The captures of a plan that do not wait for a result.
fn given(plan: &Plan) -> impl Iterator<Item = &PlanCapture> {
    let captures = plan.captures.iter().take(usize::from(plan.count));
    captures.filter(|capture| {
        let anyhow = capture.flags & !(capture_flag::ENTRY | capture_flag::CONTENT) == 0;
        let by_itself = matches!(capture.length, length::ARG | length::AT | length::ONE);
        let read = matches!(capture.op, capture_op::STR | capture_op::BYTES);
        anyhow && by_itself && read
    })
}

fn append(out: &mut Vec<u8>, event: &EventRecord, capture: &PlanCapture, content: u32) {
    let argument = |index: u8| event.args.get(usize::from(index)).copied().unwrap_or_default();
    let address = argument(capture.arg);
    let bounded = capture.flags & capture_flag::CONTENT != 0;
    let most = if bounded { content as usize } else { STRING_MAX };
    let count = match capture.length {
        _ if capture.length == length::ARG && capture.length_arg & length::NARROW != 0 => {
            u64::from(argument(capture.length_arg & !length::NARROW) as u32)
        }
        length::ARG => argument(capture.length_arg),
        length::AT => {
            let place = argument(capture.length_arg);
            let word = memory(event.tid, place, 4);
            word.first_chunk().map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)))
        }
        _ => 1,
    };
    let is_string = capture.op == capture_op::STR;
    let full =
        if is_string { STRING_MAX as u64 } else { count.saturating_mul(capture.unit.into()) };
    let want = full.min(most as u64) as usize;
    if address == 0 || want == 0 {
        return;
    }
    let mut bytes = memory(event.tid, address, want);
    let end = bytes.iter().position(|byte| is_string && *byte == 0);
    let status = match end {
        Some(end) => {
            bytes.truncate(end);
            capture_status::WHOLE
        }
        None if bytes.is_empty() => capture_status::UNREADABLE,
        None if bytes.len() < want => capture_status::TORN,
        None if is_string => {
            bytes.truncate(STRING_KEPT);
            capture_status::CUT
        }
        None if bytes.len() as u64 == full => capture_status::WHOLE,
        None => capture_status::CUT,
    };
    let full = if is_string { 0 } else { u32::try_from(full).unwrap_or(u32::MAX) };
    let header = CaptureHeader { arg: capture.arg, status, len: bytes.len() as u16, full };
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    out.extend_from_slice(wire::bytes(&header));
    out.extend_from_slice(&bytes);
}

/// The memory of a thread's process (process_vm_readv(2)): `length` bytes, or those up to the first page that
/// cannot be read.
fn memory(tid: u32, address: u64, length: usize) -> Vec<u8> {
    const PAGE: usize = 4096;
    let mut bytes = vec![0u8; length];
    // What is read in part is read element by element.
    let (mut remote, mut at) = (Vec::new(), 0);
    while at < length {
        let place = (address as usize).wrapping_add(at);
        let size = (PAGE - place % PAGE).min(length - at);
        remote.push(libc::iovec { iov_base: ptr::without_provenance_mut(place), iov_len: size });
        at += size;
    }
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: length };
    let count = remote.len() as libc::c_ulong;
    // SAFETY: `local` is `length` live bytes; the remote addresses are another process's.
    let got = unsafe {
        libc::process_vm_readv(tid.cast_signed(), &raw const local, 1, remote.as_ptr(), count, 0)
    };
    bytes.truncate(usize::try_from(got).unwrap_or(0));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_up_to_what_is_not_there() {
        let tid = std::process::id();
        let text = *b"a text";
        assert_eq!(memory(tid, text.as_ptr() as u64, 6), text);
        assert!(memory(tid, 8, 6).is_empty());
        // SAFETY: a new mapping of two pages, of which the second is then taken away.
        let page = unsafe {
            let (read, private) = (libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let page = libc::mmap(ptr::null_mut(), 8192, read, private, -1, 0);
            libc::munmap(page.byte_add(4096), 4096);
            page
        };
        assert_eq!(memory(tid, page as u64 + 4000, 4000).len(), 96);
    }
}
