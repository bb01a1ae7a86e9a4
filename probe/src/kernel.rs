//! A function of the kernel's, called as a helper that no kernel has: see [`RDONLY_CAST`].

use core::mem::transmute;

use syscord_syscalls::record::RDONLY_CAST;

use crate::config;

/// Whether the kernel's memory may be loaded from, without a helper.
#[inline(always)]
pub fn plain_loads() -> bool {
    config::loadable() != 0
}

/// An address of the kernel's as one that may be loaded from, up to 16 bytes, where there are [`plain_loads`].
#[inline(always)]
pub fn loadable<T>(address: u64) -> Option<*const T> {
    let to = config::loadable();
    if to == 0 {
        return None;
    }
    // SAFETY: this is how helpers are called, and the function has no preconditions.
    unsafe {
        let cast: extern "C" fn(u64, u32) -> *const T = transmute(RDONLY_CAST as usize);
        Some(cast(address, to))
    }
}
