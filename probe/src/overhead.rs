//! What the hooks cost, and what is left out to keep that down (`--max-overhead`). Where the overhead is not watched, the
//! verifier drops all of it.
//!
//! A run's time includes one reading of the clock, which stands for the trampoline that it does not include.

use core::ptr::read_volatile;

use aya_ebpf::helpers::generated::bpf_ktime_get_ns;
use syscord_syscalls::record::{Shed, shed};

use crate::{
    config,
    ring::{self, Ring},
};

/// One of so many runs is timed.
const EVERY: u64 = 32;
/// ns: what took longer was interrupted.
const LONGEST: u64 = 200_000;

/// A run of a hook.
pub struct Run {
    /// When it began; 0: it is not timed.
    began: u64,
}

impl Run {
    /// Begins.
    #[inline(always)]
    pub fn begin() -> Run {
        let not_timed = Run { began: 0 };
        if config::watched() == 0 {
            return not_timed;
        }
        let Some(ring) = ring::here() else { return not_timed };
        // SAFETY: a live element of CONTROL, of which only this CPU writes that part.
        let runs = unsafe {
            (*ring.control()).cost.runs += 1;
            (*ring.control()).cost.runs
        };
        // SAFETY: the helper has no preconditions.
        if runs % EVERY == 0 { Run { began: unsafe { bpf_ktime_get_ns() } } } else { not_timed }
    }

    /// Ends.
    #[inline(always)]
    pub fn end(self) {
        if config::watched() == 0 || self.began == 0 {
            return;
        }
        let Some(ring) = ring::here() else { return };
        // SAFETY: the helper has no preconditions; else as above.
        unsafe {
            let took = bpf_ktime_get_ns() - self.began;
            (*ring.control()).cost.timed += 1;
            (*ring.control()).cost.ns += if took > LONGEST { LONGEST } else { took };
        }
    }
}

#[inline(always)]
fn shed(ring: &Ring) -> Shed {
    // SAFETY: a live element of CONTROL; the recorder may write it meanwhile, and any mixture will do.
    unsafe { read_volatile(&raw const (*ring.control()).shed) }
}

/// One of [`shed`].
#[inline(always)]
pub fn level() -> u32 {
    if config::watched() == 0 {
        return shed::NOTHING;
    }
    ring::here().map_or(shed::NOTHING, |ring| shed(&ring).level)
}

/// Which set of plans is in force.
#[inline(always)]
pub fn plans() -> u32 {
    let level = level();
    if level < shed::PLANS as u32 { level } else { shed::PLANS as u32 - 1 }
}

/// Whether a thread's calls are left out.
#[inline(always)]
pub fn leaves_out(ring: &Ring, tid: u32) -> bool {
    if config::watched() == 0 {
        return false;
    }
    let Shed { mask, salt, .. } = shed(ring);
    // Multiplicative hashing (Knuth, TAOCP 6.4): the product's high bits are the mixed ones.
    let hash = (tid ^ salt.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0x9e37_79b9) >> 16;
    hash & mask != 0
}
