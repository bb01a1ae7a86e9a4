//! Operations of io_uring(7), which no syscall shows: an event for each completion, as if the operation
//! were a call of the thread that submitted it.
//!
//! An operation is known by the address of its request. Where the kernel tells of a completion without
//! one (a further one of the same operation, or one for which the queue had no room), by what the program
//! calls it.

use aya_ebpf::{
    bindings::BPF_ANY,
    helpers::generated::{bpf_ktime_get_ns, bpf_probe_read_kernel},
    macros::map,
    maps::LruHashMap,
};
use syscord_syscalls::{
    Abi,
    plan::plan_flag,
    record::{
        CaptureHeader, EventRecord, OPERATIONS_MAX, Operation, RecordHeader, UNKNOWN_DURATION,
        event_mark, operation, record_kind,
    },
};

use crate::{
    config,
    filter::{self, Answer},
    overhead,
    ring::{self, count},
    syscall::{Call, finish, mark, reserve},
    task, thread,
};

/// Operations under way, by the address of their request.
#[map]
static OPERATIONS: LruHashMap<u64, Operation> =
    LruHashMap::with_max_entries(OPERATIONS_MAX as u32, 0);

/// The request that was submitted last with a ring and user data.
#[map]
static REQUESTS: LruHashMap<[u64; 2], u64> = LruHashMap::with_max_entries(OPERATIONS_MAX as u32, 0);

/// Flags of `struct io_ring_ctx` (include/uapi/linux/io_uring.h).
const SETUP_SQE128: u32 = 1 << 10;
const SETUP_NO_SQARRAY: u32 = 1 << 16;
/// `IOSQE_CQE_SKIP_SUCCESS`: no completion unless the operation fails.
const SKIP_SUCCESS: u64 = 1 << 6;
/// `IORING_CQE_F_MORE`: another completion will follow.
const MORE: u32 = 1 << 1;

/// Words of `struct io_uring_sqe` that are read.
const WORDS: usize = 5;

/// A request was taken from the submission queue, in its submitter's context.
#[inline(always)]
pub fn submitted(request: u64) {
    let who = task::current();
    let opcode = task::read::<u8>(request, config::kiocb_opcode());
    let call = Call::numbered(who, Abi::IoUring as u8, opcode.into());
    let answer = filter::ask(&call.who, thread::find(call.who.tid));
    let wanted = call.is(plan_flag::RECORD) && call.who.tgid != config::self_tgid();
    if !wanted || !matches!(answer, Answer::Record { .. }) {
        // Requests are used again: what was left here is another's.
        let _ = OPERATIONS.remove(&request);
        return;
    }
    let ring = task::read::<u64>(request, config::kiocb_ctx());
    let user_data = task::read::<u64>(request, config::kiocb_user_data());
    let mut submitted = Operation {
        // SAFETY: the helper has no preconditions.
        time: unsafe { bpf_ktime_get_ns() },
        ring,
        tgid: call.who.tgid,
        tid: call.who.tid,
        number: call.number,
        flags: 0,
        args: [0; 6],
    };
    let words = entry(ring);
    if words[4] == user_data && words[0] as u8 == opcode {
        let flags = words[0] >> 8 & 0xff;
        submitted.flags = operation::ARGS_KNOWN;
        submitted.args = [
            words[0] >> 32,
            words[2],
            words[3] & 0xffff_ffff,
            words[1],
            flags | words[3] >> 32 << 32,
            user_data,
        ];
        if flags & SKIP_SUCCESS != 0 {
            submitted.flags |= operation::SILENT;
            write(&submitted, UNKNOWN_DURATION, 0, event_mark::NEVER_RETURNED);
        }
    }
    let _ = OPERATIONS.insert(&request, &submitted, u64::from(BPF_ANY));
    let _ = REQUESTS.insert(&[ring, user_data], &request, u64::from(BPF_ANY));
}

/// The entry of the submission queue that the kernel has just taken (`io_get_sqe` in io_uring/io_uring.c).
#[inline(always)]
fn entry(ring: u64) -> [u64; WORDS] {
    let flags = task::read::<u32>(ring, config::ring_flags());
    let head = task::read::<u32>(ring, config::ring_cached_sq_head());
    let entries = task::read::<u32>(ring, config::ring_sq_entries());
    let mut index = head.wrapping_sub(1) & entries.wrapping_sub(1);
    if flags & SETUP_NO_SQARRAY == 0 {
        index = task::read(task::read(ring, config::ring_sq_array()), 4 * index);
    }
    let shift = if flags & SETUP_SQE128 != 0 { 7 } else { 6 };
    let place = task::read::<u64>(ring, config::ring_sq_sqes()) + (u64::from(index) << shift);
    let mut words = [0; WORDS];
    // SAFETY: the destination is a live local of that size.
    unsafe {
        bpf_probe_read_kernel(words.as_mut_ptr().cast(), 8 * WORDS as u32, place as *const _);
    }
    words
}

/// A completion was posted, by whoever got there.
#[inline(always)]
pub fn completed(ring: u64, request: u64, user_data: u64, result: i32, flags: u32) {
    let (key, known) = match find(request, ring, user_data) {
        (_, None) if request == 0 => return,
        found => found,
    };
    let Some(known) = known else {
        return unseen(request, result);
    };
    // SAFETY: a live element of OPERATIONS.
    let submitted = unsafe { *known };
    let marks = match submitted.flags & operation::ARGS_KNOWN {
        0 => event_mark::ARGS_UNKNOWN,
        _ => 0,
    };
    write(&submitted, submitted.time, result, marks);
    if flags & MORE == 0 {
        let _ = OPERATIONS.remove(&key);
        let _ = REQUESTS.remove(&[ring, user_data]);
    }
}

/// The operation that a completion is of, and the address of its request.
#[inline(always)]
fn find(request: u64, ring: u64, user_data: u64) -> (u64, Option<*const Operation>) {
    if let Some(known) = OPERATIONS.get_ptr(&request) {
        return (request, Some(known));
    }
    let Some(first) = REQUESTS.get_ptr(&[ring, user_data]) else { return (request, None) };
    // SAFETY: a live element of REQUESTS.
    let first = unsafe { *first };
    match OPERATIONS.get_ptr(&first) {
        // SAFETY: a live element of OPERATIONS.
        Some(known) if unsafe { (*known).ring == ring && (*known).args[5] == user_data } => {
            (first, Some(known))
        }
        _ => (request, None),
    }
}

/// An operation is complete that was submitted before recording began. Its submitter is taken to be who
/// completes it.
#[inline(always)]
fn unseen(request: u64, result: i32) {
    let who = task::current();
    let opcode = task::read::<u8>(request, config::kiocb_opcode());
    let call = Call::numbered(who, Abi::IoUring as u8, opcode.into());
    if !call.is(plan_flag::RECORD) || call.who.tgid == config::self_tgid() {
        return;
    }
    if let Answer::Record { .. } = filter::ask(&call.who, None) {
        let (tgid, tid, number) = (call.who.tgid, call.who.tid, call.number);
        let submitted = Operation { tgid, tid, number, ..Operation::default() };
        write(&submitted, UNKNOWN_DURATION, result, event_mark::ARGS_UNKNOWN);
    }
}

/// Writes an event of an operation that began at a time, or of which the begin is not known.
#[inline(always)]
fn write(submitted: &Operation, began: u64, result: i32, marks: u8) {
    let Some(ring) = ring::here() else { return };
    count!(ring, seen);
    if overhead::leaves_out(&ring, submitted.tid) {
        count!(ring, dropped_shed);
        return;
    }
    let room = size_of::<EventRecord>() + size_of::<CaptureHeader>();
    let Some(record) = reserve(&ring, room) else { return };
    // SAFETY: the helper has no preconditions.
    let time = unsafe { bpf_ktime_get_ns() };
    let duration = if began == UNKNOWN_DURATION { began } else { time - began };
    let header = RecordHeader {
        len8: 0,
        kind: record_kind::EVENT,
        what: Abi::IoUring as u8,
        number: submitted.number,
    };
    // SAFETY: a reserved record has room for an EventRecord; the length follows in `finish`.
    unsafe {
        *record.cast::<EventRecord>() = EventRecord {
            header,
            time,
            duration,
            tgid: submitted.tgid,
            tid: submitted.tid,
            ret: result.into(),
            args: submitted.args,
        };
    }
    let length = if marks == 0 { size_of::<EventRecord>() } else { mark(record, marks) };
    count!(ring, recorded);
    finish(&ring, record, length);
}
