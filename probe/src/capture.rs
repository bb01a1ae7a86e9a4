//! Reading the memory behind arguments, as the plan says.
//!
//! Each capture is appended to the record as a header and bytes, padded to 8. Every bound below is
//! also the verifier's: a capture starts at most [`LAST_START`] into the record and writes at
//! most twice [`CONTENT_MAX`] behind that.

use core::{
    hint::black_box,
    ptr::{read_volatile, write_volatile},
};

use aya_ebpf::helpers::generated::{bpf_probe_read_user, bpf_probe_read_user_str};
use syscord_syscalls::{
    Abi,
    plan::{MAX_CAPTURES, MAX_CONTENTS, Plan, PlanCapture, capture_flag, capture_op, length},
    record::{
        CONTENT_MAX, CaptureHeader, EventRecord, LIST_MAX, MAX_RECORD, RecordHeader, STRING_KEPT,
        STRING_MAX, TREE_MAX, capture_part, capture_status,
    },
};

use crate::{arrays, config, tree};

/// Which captures of a plan are made.
pub const AT_ENTRY: u64 = 1;
/// Those that wait for the result.
pub const AT_EXIT: u64 = 2;
/// Both, when the entry was not seen.
pub const ALL: u64 = AT_ENTRY | AT_EXIT;

/// What a call that waits for a time returns when a signal comes: EINTR, and what the kernel turns into
/// that or into restart_syscall(2).
const INTERRUPTED: [i64; 2] = [-4, -516];

pub(crate) const HEADER: usize = size_of::<CaptureHeader>();
pub(crate) const LAST_START: usize = size_of::<EventRecord>()
    + MAX_CONTENTS * (HEADER + CONTENT_MAX)
    + (MAX_CAPTURES - MAX_CONTENTS) * (HEADER + SPAN_MAX.next_multiple_of(8) as usize);
/// The most bytes captured of a span that is no buffer: a path the kernel wrote, a sockaddr.
pub(crate) const SPAN_MAX: u32 = STRING_MAX as u32;

const _: () = assert!(LAST_START + HEADER + 2 * CONTENT_MAX <= MAX_RECORD);
const _: () = assert!(Abi::I386 as u8 & Abi::X32 as u8 & 1 == 1 && Abi::X86_64 as u8 & 1 == 0);
const _: () = assert!(LIST_MAX <= CONTENT_MAX && STRING_MAX <= CONTENT_MAX);

/// What a capture came to, in one register: status in bits 0–7, bytes captured in bits 8–31,
/// bytes there were in bits 32–63.
#[derive(Clone, Copy)]
pub(crate) struct Outcome(u64);

/// An array without elements.
pub(crate) const EMPTY: Outcome = Outcome::new(capture_status::WHOLE, 0, 0);
pub(crate) const NOTHING: Outcome = Outcome::new(capture_status::NONE, 0, 0);
pub(crate) const UNREADABLE: Outcome = Outcome::new(capture_status::UNREADABLE, 0, 0);

impl Outcome {
    #[inline(always)]
    pub(crate) const fn new(status: u8, len: u32, full: u32) -> Outcome {
        Outcome(status as u64 | (len as u64) << 8 | (full as u64) << 32)
    }

    #[inline(always)]
    pub(crate) fn status(self) -> u8 {
        self.0 as u8
    }

    #[inline(always)]
    pub(crate) fn len(self) -> u32 {
        (self.0 >> 8) as u32 & 0xff_ffff
    }

    #[inline(always)]
    pub(crate) fn full(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Makes the captures of a plan that `which` names. `given` is the length that the program gave in memory where the
/// kernel has put another since.
///
/// Of the captures that loop (lists, trees) a plan has at most one, its last: so the verifier
/// walks those loops once, not once for each capture.
#[inline(always)]
pub fn run(record: *mut u8, plan: *const Plan, which: u64, given: u32) {
    set_length(record, size_of::<EventRecord>());
    given_length(record, plan, given);
    // SAFETY: a live plan.
    let count = usize::from(unsafe { (*plan).count });
    // Most calls have one at most: for that, no function is called.
    if count > 0 {
        simple(record, plan, 0, which, given);
    }
    for i in 1..MAX_CAPTURES {
        if i >= count {
            break;
        }
        another(record, plan, i, which, given);
    }
    // SAFETY: a live plan.
    let looping = unsafe { (*plan).looping };
    if looping.op != 0 && wanted(looping, which) {
        append(record, looping, true, which, given);
    }
}

/// Makes the capture of a plan that has a [single](syscord_syscalls::plan::way::SINGLE) one, without what others need.
/// Returns false if it is to be made like others: there is nothing to read, or it cannot be read.
#[inline(always)]
pub fn single(record: *mut u8, plan: *const Plan, ret: i64) -> bool {
    // SAFETY: a live plan.
    let capture = unsafe { (*plan).captures[0] };
    let event = record.cast::<EventRecord>();
    if ret < i64::from(capture.flags & capture_flag::ON_FOUND != 0) {
        return false;
    }
    let address = argument(event, capture.arg);
    let length = times(count_of(event, capture, ret), capture.unit);
    let limit = limit(capture);
    if address == 0 || length == 0 || limit == 0 || length > u64::from(u32::MAX) {
        return false;
    }
    let (full, want) = (length as u32, core::cmp::min(length, u64::from(limit)) as u32);
    let want = below(want, 2 * CONTENT_MAX as u32);
    // SAFETY: such a plan has a capture at exit, so the record has as much room as any needs; before it lies nothing but
    // an EventRecord.
    unsafe {
        let place = record.add(size_of::<EventRecord>());
        if bpf_probe_read_user(place.add(HEADER).cast(), want, address as *const _) != 0 {
            return false;
        }
        let status = if want == full { capture_status::WHOLE } else { capture_status::CUT };
        let arg = capture.arg & capture_part::ARG;
        *place.cast() = CaptureHeader { arg, status, len: want as u16, full };
    }
    set_length(record, size_of::<EventRecord>() + HEADER + (want as usize).next_multiple_of(8));
    true
}

/// Makes the capture of that index.
#[inline(always)]
fn simple(record: *mut u8, plan: *const Plan, i: usize, which: u64, given: u32) {
    // SAFETY: a live plan.
    let capture = unsafe { (*plan).captures[i] };
    if wanted(capture, which) {
        append(record, capture, false, which, given);
    }
}

/// Another one.
#[inline(never)]
fn another(record: *mut u8, plan: *const Plan, i: usize, which: u64, given: u32) {
    if i < MAX_CAPTURES {
        simple(record, plan, i, which, given);
    }
}

#[inline(always)]
fn wanted(capture: PlanCapture, which: u64) -> bool {
    let phases = if capture.flags & capture_flag::BOTH != 0 {
        ALL
    } else if capture.flags & capture_flag::ENTRY != 0 {
        AT_ENTRY
    } else {
        AT_EXIT
    };
    which & phases != 0
}

/// Appends the length that the program gave, as the start of the structure that it lies in.
#[inline(always)]
fn given_length(record: *mut u8, plan: *const Plan, given: u32) {
    // SAFETY: a live plan.
    let (tells, arg, at) = unsafe { ((*plan).tells_length, (*plan).length_arg, (*plan).length_at) };
    if tells == 0 || given == u32::MAX {
        return;
    }
    let at = usize::from(at & 12);
    let (status, len) = (capture_status::WHOLE, at as u16 + 4);
    let arg = arg & capture_part::ARG | capture_part::BEFORE;
    // SAFETY: nothing but an EventRecord lies before it in the record.
    unsafe {
        let place = record.add(size_of::<EventRecord>());
        *place.cast() = CaptureHeader { arg, status, len, full: 0 };
        // Word by word: a function that sets memory does it byte by byte.
        write_volatile(place.add(HEADER).cast(), 0u64);
        write_volatile(place.add(HEADER + 8).cast(), 0u64);
        *place.add(HEADER + at).cast() = given;
    }
    set_length(record, size_of::<EventRecord>() + HEADER + usize::from(len).next_multiple_of(8));
}

/// Makes one capture.
///
/// Between captures the length is kept in the record's header: read back from there the verifier
/// knows nothing of it, so that after each capture all ways it can have gone are one to it.
#[inline(always)]
fn append(record: *mut u8, capture: PlanCapture, looping: bool, which: u64, given: u32) {
    let (cursor, room) = end(record);
    if !room {
        return;
    }
    // SAFETY: `cursor` is at most LAST_START, so the record has room for what follows.
    let to = unsafe { record.add(cursor + HEADER) };
    // SAFETY: the record was written before.
    let ret =
        if which == AT_ENTRY { i64::MAX } else { unsafe { (*record.cast::<EventRecord>()).ret } };
    let outcome = one(record.cast(), to, capture, looping, ret, given);
    let mut part = capture.arg & capture_part::ARG;
    if capture.flags & capture_flag::PART != 0 {
        let now = capture.flags & capture_flag::BOTH == 0 || which != AT_ENTRY;
        part |= if now { capture_part::PART } else { capture_part::BEFORE };
    }
    finish(record, cursor, part, outcome);
    if looping && capture.op == capture_op::TREE && which != AT_ENTRY {
        tree::walk(capture, cursor + HEADER, outcome.len(), ret);
    }
}

/// Writes the header of what was captured at `cursor`, and moves the record's end behind it.
#[inline(always)]
pub(crate) fn finish(record: *mut u8, cursor: usize, arg: u8, outcome: Outcome) {
    let (status, len, full) = (outcome.status(), outcome.len() as u16, outcome.full());
    // SAFETY: `cursor` is at most LAST_START.
    unsafe { *record.add(cursor).cast() = CaptureHeader { arg, status, len, full } };
    set_length(record, cursor + HEADER + (outcome.len() as usize).next_multiple_of(8));
}

/// Where the next capture goes, at most LAST_START, and whether there is room for it. (Read back before and
/// after it is compared, or the compiler would compare, or go on with, something else than what the verifier
/// sees to be compared.)
#[inline(always)]
pub(crate) fn end(record: *mut u8) -> (usize, bool) {
    let cursor = opaque(length(record));
    if cursor > LAST_START {
        return (0, false);
    }
    (opaque(cursor), true)
}

/// The same, of which the compiler knows nothing.
#[inline(always)]
fn opaque(value: usize) -> usize {
    // SAFETY: a live local.
    unsafe { read_volatile(&raw const value) }
}

/// The length of a record that is being written.
#[inline(always)]
pub(crate) fn length(record: *mut u8) -> usize {
    // SAFETY: a reserved record begins with its header.
    usize::from(unsafe { read_volatile(&raw const (*record.cast::<RecordHeader>()).len8) }) * 8
}

/// Sets that length.
#[inline(always)]
pub fn set_length(record: *mut u8, length: usize) {
    // SAFETY: as above.
    unsafe { write_volatile(&raw mut (*record.cast::<RecordHeader>()).len8, (length / 8) as u16) }
}

#[inline(always)]
fn one(
    event: *const EventRecord,
    to: *mut u8,
    capture: PlanCapture,
    looping: bool,
    ret: i64,
    given: u32,
) -> Outcome {
    // SAFETY: the record was written before.
    let abi = unsafe { (*event).header.what };
    if capture.flags & capture_flag::ON_SUCCESS != 0 && ret < 0
        || capture.flags & capture_flag::ON_FOUND != 0 && ret <= 0
        || capture.flags & capture_flag::ON_INTERRUPTED != 0 && !INTERRUPTED.contains(&ret)
    {
        return NOTHING;
    }
    let address = argument(event, capture.arg);
    if address == 0 {
        return NOTHING;
    }
    if !looping {
        return match capture.op {
            capture_op::STR => string(to, address),
            _ => {
                let length = length_of(event, capture, ret, given);
                let array = capture.unit > 1 || capture.flags & capture_flag::PART != 0;
                if length == 0 && array && capture.length != length::BITS {
                    return EMPTY;
                }
                span(to, address, length, limit(capture))
            }
        };
    }
    // 32-bit ABIs have odd numbers. Without a branch, or the verifier would walk the loops twice.
    let width = 8 - 4 * u64::from(abi & 1);
    if capture.op == capture_op::STR_ARRAY {
        return arrays::list(to, address, width);
    }
    let length = length_of(event, capture, ret, given);
    if length == 0 { EMPTY } else { span(to, address, length, TREE_MAX as u32) }
}

/// The value of an argument.
#[inline(always)]
pub fn argument(event: *const EventRecord, index: u8) -> u64 {
    let index = usize::from(index & 7);
    if index > 5 {
        return 0;
    }
    // SAFETY: the index is one of the six.
    unsafe { *(&raw const (*event).args).cast::<u64>().add(index) }
}

#[inline(always)]
fn limit(capture: PlanCapture) -> u32 {
    // Without branches, each of which the verifier would follow through all that comes behind.
    let bit = |flag: u8| u32::from(capture.flags / flag & 1);
    let (content, counted) = (bit(capture_flag::CONTENT), bit(capture_flag::COUNTED));
    let limit = config::content() * content + SPAN_MAX * (1 - content);
    limit * (1 - counted) + CONTENT_MAX as u32 * counted
}

#[inline(always)]
fn length_of(event: *const EventRecord, capture: PlanCapture, ret: i64, given: u32) -> u64 {
    let count = match capture.length {
        length::BITS => {
            let uncounted = u32::from(capture.length_arg & length::BELOW != 0);
            let bits = argument(event, capture.length_arg) as u32;
            let bits = bits.saturating_sub(uncounted);
            let word = u32::from(capture.unit) * 8;
            if bits > i32::MAX as u32 || word == 0 { 0 } else { u64::from(bits.div_ceil(word)) }
        }
        length::AT => {
            core::cmp::min(pointer(argument(event, capture.length_arg), 4).0, u64::from(given))
        }
        _ => count_of(event, capture, ret),
    };
    times(count, capture.unit)
}

/// What the result or an argument counts.
#[inline(always)]
fn count_of(event: *const EventRecord, capture: PlanCapture, ret: i64) -> u64 {
    match capture.length {
        length::RET => ret as u64,
        length::WITHIN if ret < 0 => 0,
        length::WITHIN => core::cmp::min(ret as u64, argument(event, capture.length_arg)),
        length::ARG => {
            // Of a 32-bit number the register's other half says nothing.
            let unused = 32 * u32::from(capture.length_arg & length::NARROW != 0);
            argument(event, capture.length_arg) << unused >> unused
        }
        _ => 1,
    }
}

/// Bytes of so many. A count that is no count must not wrap to a small length.
#[inline(always)]
fn times(count: u64, unit: u16) -> u64 {
    if count > u64::from(u32::MAX) { count } else { count * u64::from(unit) }
}

/// A NUL-terminated string, without its NUL.
#[inline(always)]
pub(crate) fn string(to: *mut u8, address: u64) -> Outcome {
    // SAFETY: the record has room for STRING_MAX bytes at `to`.
    let got = unsafe { bpf_probe_read_user_str(to.cast(), STRING_MAX as u32, address as *const _) };
    if got < 1 || got > STRING_MAX as i64 {
        return torn(to, address, STRING_MAX as u32, 0);
    }
    if got == STRING_MAX as i64 {
        return Outcome::new(capture_status::CUT, STRING_KEPT as u32, 0);
    }
    Outcome::new(capture_status::WHOLE, got as u32 - 1, 0)
}

/// `length` bytes, at most `limit`.
#[inline(always)]
pub(crate) fn span(to: *mut u8, address: u64, length: u64, limit: u32) -> Outcome {
    if length == 0 || limit == 0 {
        return NOTHING;
    }
    let want = if length > u64::from(limit) { limit } else { length as u32 };
    if want > CONTENT_MAX as u32 {
        return UNREADABLE;
    }
    let want = below(want, 2 * CONTENT_MAX as u32);
    let full = if length > u64::from(u32::MAX) { u32::MAX } else { length as u32 };
    // SAFETY: the record has room for CONTENT_MAX bytes at `to`.
    if unsafe { bpf_probe_read_user(to.cast(), want, address as *const _) } != 0 {
        return torn(to, address, want, full);
    }
    let status = if want == full { capture_status::WHOLE } else { capture_status::CUT };
    Outcome::new(status, want, full)
}

/// What is known to be below a power of two, said once more in a form that the verifier sees and the compiler does not leave
/// out: older verifiers (6.1) do not know of a register what was compared with another copy of its value.
#[inline(always)]
pub(crate) fn below(value: u32, power: u32) -> u32 {
    black_box(value) & (power - 1)
}

/// Of `want` bytes that could not be read, those up to the end of the page.
#[inline(always)]
fn torn(to: *mut u8, address: u64, want: u32, full: u32) -> Outcome {
    const PAGE: u64 = 4096;
    let near = (PAGE - address % PAGE) as u32;
    if near >= want || near > PAGE as u32 {
        return UNREADABLE;
    }
    let near = below(near, 2 * PAGE as u32);
    // SAFETY: the record has room for a page at `to`.
    match unsafe { bpf_probe_read_user(to.cast(), near, address as *const _) } {
        0 => Outcome::new(capture_status::TORN, near, full),
        _ => UNREADABLE,
    }
}

/// What a loop does next. Each turn is a function of its own: what the verifier learnt in it is
/// forgotten at its return, so that turns do not multiply.
pub(crate) struct Step;

impl Step {
    pub(crate) const MORE: u64 = 0;
    pub(crate) const END: u64 = 1;
    pub(crate) const STOP: u64 = 2;
}

/// A word of `width` bytes, 4 or 8, of the program's, and whether it could be read. (An `Option` would
/// leave a register undefined where it is `None`, which the verifier refuses.)
#[inline(always)]
pub fn pointer(place: u64, width: u64) -> (u64, bool) {
    let mut value = 0u64;
    // 4 or 8, in a form that the verifier sees to be at most 8.
    let width = 4 + (width as u32 & 8) / 2;
    // SAFETY: the destination is a live local of 8 bytes; narrower values are zero-extended, since
    // BPF is little endian here.
    let failed = unsafe { bpf_probe_read_user((&raw mut value).cast(), width, place as *const _) };
    (value, failed == 0)
}

/// Appends what is read at entry alone: how many pointers an argument's array has, and two words above
/// the stack pointer. Returns the length of the record.
#[inline(never)]
pub fn at_entry(record: *mut u8, plan: *const Plan, stack: u64) -> usize {
    // SAFETY: a live plan.
    let (counted, frame_arg, frame) =
        unsafe { ((*plan).counted, (*plan).frame_arg, (*plan).frame) };
    let (cursor, room) = end(record);
    if !room {
        return length(record);
    }
    // SAFETY: `cursor` is at most LAST_START, so the record has room for what follows.
    let to = unsafe { record.add(cursor + HEADER) };
    if counted != 0 {
        let event = record.cast::<EventRecord>();
        let array = argument(event, counted - 1);
        // SAFETY: the record was written before.
        let width = 8 - 4 * u64::from(unsafe { (*event).header.what } & 1);
        if array != 0 {
            finish(
                record,
                cursor,
                counted - 1 & capture_part::ARG,
                arrays::count(to, array, width),
            );
        }
    } else if frame[0] != 0 {
        let (low, readable) = pointer(stack + u64::from(frame[0]), 4);
        let (high, also) = pointer(stack + u64::from(frame[1]), 4);
        let outcome = match readable && also {
            true => Outcome::new(capture_status::WHOLE, 8, 0),
            false => UNREADABLE,
        };
        // SAFETY: as above.
        unsafe { *to.cast() = low | high << 32 };
        finish(record, cursor, frame_arg & capture_part::ARG, outcome);
    }
    length(record)
}
