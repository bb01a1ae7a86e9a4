//! Reading the memory behind arguments, as the plan says.
//!
//! Each capture is appended to the record as a header and bytes, padded to 8. Every bound below is
//! also the verifier's: a capture starts at most [`LAST_START`] into the record and writes at
//! most twice [`CONTENT_MAX`] behind that.

use aya_ebpf::helpers::generated::{bpf_probe_read_user, bpf_probe_read_user_str};
use syscord_syscalls::{
    Abi,
    plan::{MAX_CAPTURES, Plan, PlanCapture, capture_flag, capture_op, length},
    record::{
        CONTENT_MAX, CaptureHeader, EventRecord, IOVECS, LIST_MAX, LIST_STRINGS, MAX_RECORD,
        STRING_MAX, capture_status,
    },
};

use crate::config;

/// Which captures of a plan are made.
pub const AT_ENTRY: u64 = 1;
/// Those that wait for the result.
pub const AT_EXIT: u64 = 2;
/// Both, when the entry was not seen.
pub const ALL: u64 = AT_ENTRY | AT_EXIT;

const HEADER: usize = size_of::<CaptureHeader>();
const LAST_START: usize =
    size_of::<EventRecord>() + (MAX_CAPTURES - 1) * (HEADER + CONTENT_MAX);
/// The most bytes captured of a span that is no buffer: a path the kernel wrote, a sockaddr.
const SPAN_MAX: u32 = STRING_MAX as u32;

const _: () = assert!(LAST_START + HEADER + 2 * CONTENT_MAX <= MAX_RECORD);
const _: () = assert!(LIST_MAX <= CONTENT_MAX && STRING_MAX <= CONTENT_MAX);

/// What a capture came to, in one register: status in bits 0–7, bytes captured in bits 8–31,
/// bytes there were in bits 32–63.
#[derive(Clone, Copy)]
struct Outcome(u64);

const NOTHING: Outcome = Outcome::new(capture_status::NONE, 0, 0);
const UNREADABLE: Outcome = Outcome::new(capture_status::UNREADABLE, 0, 0);

impl Outcome {
    #[inline(always)]
    const fn new(status: u8, len: u32, full: u32) -> Outcome {
        Outcome(status as u64 | (len as u64) << 8 | (full as u64) << 32)
    }

    #[inline(always)]
    fn status(self) -> u8 {
        self.0 as u8
    }

    #[inline(always)]
    fn len(self) -> u32 {
        (self.0 >> 8) as u32 & 0xff_ffff
    }

    #[inline(always)]
    fn full(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Makes the captures of a plan that `which` names. Returns the length of the record.
#[inline(never)]
pub fn run(record: *mut u8, plan: *const Plan, which: u64) -> usize {
    let mut cursor = size_of::<EventRecord>();
    for i in 0..MAX_CAPTURES {
        // SAFETY: a live plan.
        let (count, capture) = unsafe { ((*plan).count, (*plan).captures[i]) };
        if i >= usize::from(count) || cursor > LAST_START {
            break;
        }
        let phase = if capture.flags & capture_flag::ENTRY != 0 { AT_ENTRY } else { AT_EXIT };
        if which & phase == 0 {
            continue;
        }
        // SAFETY: `cursor` is at most LAST_START, so the record has room for what follows.
        let at = unsafe { record.add(cursor) };
        let outcome = one(record.cast(), at, capture);
        // SAFETY: as above.
        unsafe {
            *at.cast() = CaptureHeader {
                arg: capture.arg,
                status: outcome.status(),
                len: outcome.len() as u16,
                full: outcome.full(),
            };
        }
        cursor += HEADER + ((outcome.len() as usize & (2 * CONTENT_MAX - 1)) + 7 & !7);
    }
    cursor
}

#[inline(always)]
fn one(event: *const EventRecord, at: *mut u8, capture: PlanCapture) -> Outcome {
    // SAFETY: the record was written before.
    let (ret, abi) = unsafe { ((*event).ret, (*event).header.what) };
    if capture.flags & capture_flag::ON_SUCCESS != 0 && ret < 0 {
        return NOTHING;
    }
    let address = argument(event, capture.arg);
    if address == 0 {
        return NOTHING;
    }
    // SAFETY: room for the header is part of the bound above.
    let to = unsafe { at.add(HEADER) };
    let wide = abi != Abi::I386 as u8;
    let bound = if capture.flags & capture_flag::RET_BOUNDS != 0 { ret as u64 } else { u64::MAX };
    match capture.op {
        capture_op::STR => string(to, address),
        capture_op::STR_ARRAY => list(to, address, wide),
        capture_op::BYTES => span(to, address, length_of(event, capture, ret), limit(capture)),
        capture_op::IOVEC => iovec(to, address, argument(event, capture.length_arg), bound, wide),
        capture_op::MSGHDR => msghdr(to, address, bound, wide),
        _ => NOTHING,
    }
}

#[inline(always)]
fn argument(event: *const EventRecord, index: u8) -> u64 {
    let index = usize::from(index & 7);
    if index > 5 {
        return 0;
    }
    // SAFETY: the index is one of the six.
    unsafe { *(&raw const (*event).args).cast::<u64>().add(index) }
}

#[inline(always)]
fn limit(capture: PlanCapture) -> u32 {
    if capture.flags & capture_flag::CONTENT != 0 { config::content() } else { SPAN_MAX }
}

#[inline(always)]
fn length_of(event: *const EventRecord, capture: PlanCapture, ret: i64) -> u64 {
    match capture.length {
        length::RET => ret as u64,
        length::WITHIN => core::cmp::min(ret as u64, argument(event, capture.length_arg)),
        length::ARG => argument(event, capture.length_arg),
        length::AT => u64::from(user::<u32>(argument(event, capture.length_arg)).unwrap_or(0)),
        _ => u64::from(capture.fixed),
    }
}

#[inline(always)]
fn user<T: Copy + Default>(address: u64) -> Option<T> {
    let mut value = T::default();
    // SAFETY: the destination is a live local of that size.
    let failed = unsafe {
        bpf_probe_read_user((&raw mut value).cast(), size_of::<T>() as u32, address as *const _)
    };
    (failed == 0).then_some(value)
}

/// A NUL-terminated string, without its NUL.
#[inline(always)]
fn string(to: *mut u8, address: u64) -> Outcome {
    // SAFETY: the record has room for STRING_MAX bytes at `to`.
    let got =
        unsafe { bpf_probe_read_user_str(to.cast(), STRING_MAX as u32, address as *const _) };
    if got < 1 || got > STRING_MAX as i64 {
        return UNREADABLE;
    }
    let status =
        if got == STRING_MAX as i64 { capture_status::CUT } else { capture_status::WHOLE };
    Outcome::new(status, got as u32 - 1, 0)
}

/// `length` bytes, at most `limit`.
#[inline(always)]
fn span(to: *mut u8, address: u64, length: u64, limit: u32) -> Outcome {
    if length == 0 || limit == 0 {
        return NOTHING;
    }
    let want = if length > u64::from(limit) { limit } else { length as u32 };
    let got = read_some(to, address, want);
    if got == 0 {
        return UNREADABLE;
    }
    whole_or_cut(got, length)
}

#[inline(always)]
fn whole_or_cut(got: u32, full: u64) -> Outcome {
    if u64::from(got) == full {
        return Outcome::new(capture_status::WHOLE, got, 0);
    }
    let full = if full > u64::from(u32::MAX) { u32::MAX } else { full as u32 };
    Outcome::new(capture_status::CUT, got, full)
}

/// Reads `want` bytes, or if that fails those up to the end of the page. Returns how many.
#[inline(always)]
fn read_some(to: *mut u8, address: u64, want: u32) -> u32 {
    const PAGE: u64 = 4096;
    if want > CONTENT_MAX as u32 {
        return 0;
    }
    // SAFETY: the record has room for CONTENT_MAX bytes at `to`.
    if unsafe { bpf_probe_read_user(to.cast(), want, address as *const _) } == 0 {
        return want;
    }
    let near = (PAGE - address % PAGE) as u32;
    if near >= want || near > PAGE as u32 {
        return 0;
    }
    // SAFETY: as above.
    if unsafe { bpf_probe_read_user(to.cast(), near, address as *const _) } == 0 { near } else { 0 }
}

/// A NULL-terminated array of strings, each ended by a NUL.
#[inline(never)]
fn list(to: *mut u8, address: u64, wide: bool) -> Outcome {
    let mut got = 0usize;
    for i in 0..LIST_STRINGS as u64 {
        let Some(next) = pointer(address, i, wide) else {
            return if got == 0 { UNREADABLE } else { cut(got) };
        };
        if next == 0 {
            return Outcome::new(capture_status::WHOLE, got as u32, 0);
        }
        if got > LIST_MAX - STRING_MAX {
            return cut(got);
        }
        // SAFETY: `got` leaves room for STRING_MAX bytes.
        let more = unsafe {
            bpf_probe_read_user_str(to.add(got).cast(), STRING_MAX as u32, next as *const _)
        };
        if more < 1 || more > STRING_MAX as i64 {
            return if got == 0 { UNREADABLE } else { cut(got) };
        }
        got += more as usize;
    }
    cut(got)
}

#[inline(always)]
fn cut(got: usize) -> Outcome {
    Outcome::new(capture_status::CUT, got as u32, 0)
}

/// The `index`th pointer of an array.
#[inline(always)]
fn pointer(array: u64, index: u64, wide: bool) -> Option<u64> {
    if wide { user(array + index * 8) } else { user::<u32>(array + index * 4).map(u64::from) }
}

/// The buffers of an array of `count` iovecs, joined: at most `bound` bytes are there.
#[inline(never)]
fn iovec(to: *mut u8, array: u64, count: u64, bound: u64, wide: bool) -> Outcome {
    let limit = u64::from(config::content());
    let (mut got, mut full) = (0u64, 0u64);
    let mut stopped = limit == 0;
    for i in 0..IOVECS as u64 {
        if i >= count {
            break;
        }
        let Some(base) = pointer(array, 2 * i, wide) else { return UNREADABLE };
        let Some(length) = pointer(array, 2 * i + 1, wide) else { return UNREADABLE };
        let length = if length > bound - full { bound - full } else { length };
        full += length;
        if stopped || length == 0 {
            continue;
        }
        if got >= limit || got >= CONTENT_MAX as u64 {
            stopped = true;
            continue;
        }
        let want = if length > limit - got { limit - got } else { length };
        // SAFETY: `got` is below CONTENT_MAX, and as much again fits behind it.
        let more = read_some(unsafe { to.add(got as usize) }, base, want as u32);
        if more == 0 && got == 0 {
            return UNREADABLE;
        }
        stopped = u64::from(more) < length;
        got += u64::from(more);
    }
    if full == 0 || limit == 0 {
        return NOTHING;
    }
    if count > IOVECS as u64 && full < bound {
        return cut(got as usize);
    }
    whole_or_cut(got as u32, full)
}

/// The buffers of a `struct msghdr` (include/linux/socket.h, `struct user_msghdr`).
#[inline(always)]
fn msghdr(to: *mut u8, address: u64, bound: u64, wide: bool) -> Outcome {
    let (array, count) =
        if wide { (user(address + 16), user(address + 24)) } else {
            (user::<u32>(address + 8).map(u64::from), user::<u32>(address + 12).map(u64::from))
        };
    match (array, count) {
        (Some(array), Some(count)) => iovec(to, array, count, bound, wide),
        _ => UNREADABLE,
    }
}
