//! NULL-terminated arrays of pointers: the strings that they point to, and how many there are.
//!
//! Each turn of a loop is a global function, which the verifier walks once, and finds the record anew.

use core::ptr::{read_volatile, write_volatile};

use aya_ebpf::helpers::generated::bpf_probe_read_user_str;
use syscord_syscalls::record::{
    COUNTED_MAX, CaptureHeader, LIST_MAX, LIST_STRINGS, STRING_MAX, capture_status,
};

use crate::{
    capture::{HEADER, Outcome, Step, UNREADABLE, end, pointer},
    ring,
};

/// A NULL-terminated array of strings, each ended by a NUL; pointers are `width` bytes.
#[inline(never)]
pub fn list(to: *mut u8, array: u64, width: u64) -> Outcome {
    let sum = Sum::start(to);
    let mut step = Step::STOP;
    for i in 0..LIST_STRINGS as u64 {
        step = syscord_string(array + i * width, width);
        if step != Step::MORE {
            break;
        }
    }
    match (step, sum.got()) {
        (Step::END, got) => Outcome::new(capture_status::WHOLE, got, 0),
        (_, 0) => UNREADABLE,
        (_, got) => Outcome::new(capture_status::CUT, got, 0),
    }
}

/// Adds one string of an array to the capture at the end of the record.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_string(place: u64, width: u64) -> u64 {
    let Some(record) = ring::record() else { return Step::STOP };
    let (cursor, room) = end(record);
    if !room {
        return Step::STOP;
    }
    // SAFETY: `cursor` is at most LAST_START, so the record has room for what follows.
    let to = unsafe { record.add(cursor + HEADER) };
    let (next, readable) = pointer(place, width);
    if !readable {
        return Step::STOP;
    }
    if next == 0 {
        return Step::END;
    }
    let sum = Sum { to };
    let got = sum.got() as usize;
    if got > LIST_MAX - STRING_MAX {
        return Step::STOP;
    }
    // SAFETY: `got` leaves room for STRING_MAX bytes.
    let more =
        unsafe { bpf_probe_read_user_str(to.add(got).cast(), STRING_MAX as u32, next as *const _) };
    if more < 1 {
        return Step::STOP;
    }
    sum.add(more as u32, 0);
    // A string that fills its room was cut, and so is the list.
    if more == STRING_MAX as i64 { Step::STOP } else { Step::MORE }
}

/// Bytes captured and bytes there were, added up in the capture's header: read back from there
/// the verifier knows nothing of them, so that each turn of a loop looks like the one before.
struct Sum {
    /// Behind the header.
    to: *mut u8,
}

impl Sum {
    #[inline(always)]
    fn start(to: *mut u8) -> Sum {
        let sum = Sum { to };
        // SAFETY: the capture's header lies before its bytes.
        unsafe {
            write_volatile(&raw mut (*sum.header()).len, 0);
            write_volatile(&raw mut (*sum.header()).full, 0);
        }
        sum
    }

    #[inline(always)]
    fn header(&self) -> *mut CaptureHeader {
        // SAFETY: as above.
        unsafe { self.to.sub(HEADER).cast() }
    }

    #[inline(always)]
    fn got(&self) -> u32 {
        // SAFETY: as above.
        u32::from(unsafe { read_volatile(&raw const (*self.header()).len) })
    }

    #[inline(always)]
    fn full(&self) -> u32 {
        // SAFETY: as above.
        unsafe { read_volatile(&raw const (*self.header()).full) }
    }

    #[inline(always)]
    fn add(&self, got: u32, full: u32) {
        let (got, full) = (self.got() + got, self.full().saturating_add(full));
        // SAFETY: as above.
        unsafe {
            write_volatile(&raw mut (*self.header()).len, got as u16);
            write_volatile(&raw mut (*self.header()).full, full);
        }
    }
}

/// How many pointers there are before the NULL, as 32 bits.
#[inline(never)]
pub fn count(to: *mut u8, array: u64, width: u64) -> Outcome {
    let (mut count, mut found) = (0u32, Pointers(0));
    for i in 0..(COUNTED_MAX / POINTERS) as u64 {
        found = Pointers(syscord_pointers(array + i * POINTERS as u64 * width, width));
        count += found.count();
        if found.end() != Step::MORE {
            break;
        }
    }
    let whole = found.end() == Step::END;
    if count == 0 && !whole {
        return UNREADABLE;
    }
    // SAFETY: the record has room for as much at `to`.
    unsafe { *to.cast() = count };
    Outcome::new(if whole { capture_status::WHOLE } else { capture_status::CUT }, 4, 0)
}

/// Pointers that are counted in one go.
const POINTERS: usize = 32;
const _: () = assert!(COUNTED_MAX.is_multiple_of(POINTERS));

/// How many pointers there were (bits 0–7), and why no more (bits 8–15): END for a NULL, STOP for memory that cannot
/// be read, MORE if there may be.
#[derive(Clone, Copy)]
struct Pointers(u64);

impl Pointers {
    fn count(self) -> u32 {
        self.0 as u32 & 0xff
    }

    fn end(self) -> u64 {
        self.0 >> 8 & 0xff
    }
}

/// Counts up to [`POINTERS`] pointers.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_pointers(array: u64, width: u64) -> u64 {
    for i in 0..POINTERS as u64 {
        let (next, readable) = pointer(array + i * width, width);
        if !readable || next == 0 {
            return i | if readable { Step::END } else { Step::STOP } << 8;
        }
    }
    POINTERS as u64 | Step::MORE << 8
}
