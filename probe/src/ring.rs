//! One ring a CPU, with one producer: the tracepoints run with preemption off, and none of them
//! fires inside another. Newer kernels (7.3) may preempt a hook on calls: what comes meanwhile on its CPU is left out and
//! counted, by the kernel if the same hook has not ended, else here. Nothing wakes the reader; it polls.
//!
//! A ring is a power of two of segments. A record starts in the segment where `head` points and
//! lies there in one piece, running on into the segment's slack if need be; the next record
//! starts where it would have ended had it wrapped.

use core::{
    ptr::{read_volatile, write_volatile},
    sync::atomic::{Ordering, compiler_fence},
};

use aya_ebpf::{helpers::generated::bpf_get_smp_processor_id, macros::map, maps::Array};
use syscord_syscalls::record::{Control, MAX_RECORD, SEGMENT, SEGMENT_STRIDE};

use crate::config;

/// `BPF_F_MMAPABLE` (include/uapi/linux/bpf.h).
const MMAPABLE: u32 = 1 << 10;

#[map]
static CONTROL: Array<Control> = Array::with_max_entries(1, MMAPABLE);

#[map]
static RINGS: Array<[u8; SEGMENT_STRIDE]> = Array::with_max_entries(1, MMAPABLE);

/// This CPU's ring.
pub struct Ring {
    cpu: u32,
    control: *mut Control,
}

/// This CPU's ring; `None` for a CPU that was not possible at start.
#[inline(always)]
pub fn here() -> Option<Ring> {
    // SAFETY: the helper has no preconditions.
    let cpu = unsafe { bpf_get_smp_processor_id() };
    Some(Ring { cpu, control: CONTROL.get_ptr_mut(cpu)? })
}

/// The record that this CPU has reserved room for.
#[inline(always)]
pub fn record() -> Option<*mut u8> {
    let ring = here()?;
    // SAFETY: `control` is a live element of CONTROL.
    let head = unsafe { read_volatile(&raw const (*ring.control).head) };
    ring.place(head)
}

/// This CPU's memory for what is read of the kernel's objects.
#[inline(always)]
pub fn scratch() -> Option<*mut u8> {
    // SAFETY: a live element of CONTROL.
    Some(unsafe { (&raw mut (*here()?.control).scratch).cast() })
}

/// Adds one to a counter of the ring's ledger.
macro_rules! count {
    ($ring:expr, $counter:ident) => {
        // SAFETY: `control` is a live element of CONTROL, and only this CPU writes the counters.
        unsafe { (*$ring.control()).counters.$counter += 1 }
    };
}
pub(crate) use count;

/// Why there is no room.
pub enum NoRoom {
    /// The recorder is behind by a whole ring.
    Full,
    /// A record is under way on this CPU.
    Busy,
}

impl Ring {
    #[inline(always)]
    pub fn control(&self) -> *mut Control {
        self.control
    }

    /// Starts a record of at most `room` bytes. From here to [`Ring::publish`] or
    /// [`Ring::abandon`] the ring says that it is being written to, so the record's clock must be
    /// read in between.
    #[inline(always)]
    pub fn reserve(&self, room: usize) -> Result<*mut u8, NoRoom> {
        // SAFETY: `control` is a live element of CONTROL.
        unsafe {
            if read_volatile(&raw const (*self.control).writing) != 0 {
                return Err(NoRoom::Busy);
            }
            write_volatile(&raw mut (*self.control).writing, 1);
            compiler_fence(Ordering::SeqCst);
            let head = read_volatile(&raw const (*self.control).head);
            let tail = read_volatile(&raw const (*self.control).tail);
            let size = (u64::from(config::segment_mask()) + 1) * SEGMENT as u64;
            match self.place(head) {
                Some(place) if head - tail + room as u64 <= size => Ok(place),
                _ => {
                    self.abandon();
                    Err(NoRoom::Full)
                }
            }
        }
    }

    /// Where in memory the ring is at `head`.
    #[inline(always)]
    fn place(&self, head: u64) -> Option<*mut u8> {
        let mask = config::segment_mask();
        let segment = (head / SEGMENT as u64) as u32 & mask;
        let element = RINGS.get_ptr_mut(self.cpu * (mask + 1) + segment)?;
        // SAFETY: a segment's element has slack for a record that starts at its end.
        Some(unsafe { element.cast::<u8>().add(head as usize & (SEGMENT - 8)) })
    }

    /// Makes the record visible.
    #[inline(always)]
    pub fn publish(&self, length: usize) {
        // SAFETY: `control` is a live element of CONTROL, and only this CPU moves `head`.
        unsafe {
            compiler_fence(Ordering::SeqCst);
            let head = read_volatile(&raw const (*self.control).head);
            write_volatile(&raw mut (*self.control).head, head + length as u64);
        }
        self.abandon();
    }

    /// Gives up the reservation.
    #[inline(always)]
    pub fn abandon(&self) {
        compiler_fence(Ordering::SeqCst);
        // SAFETY: `control` is a live element of CONTROL.
        unsafe { write_volatile(&raw mut (*self.control).writing, 0) }
    }
}

const _: () = assert!(MAX_RECORD.is_multiple_of(8));
