//! Memory that will be read soon, asked for beforehand. Records are as long as they are, so that a processor that is at one
//! does not see by itself where the next ones begin; they come out of another processor's cache, or of memory.

/// How far ahead of a record what follows it is asked for, bytes.
const AHEAD: usize = 1024;
/// What a processor fetches at once, bytes.
const LINE: usize = 64;

/// Asks for as many bytes as a record has, [`AHEAD`] of it: who does so at each record has asked for all that follow.
#[inline(always)]
pub fn ahead_of(record: *const u8, length: usize) {
    lines(record.wrapping_add(AHEAD), length);
}

/// Asks for a record.
#[inline(always)]
pub fn of(record: &[u8]) {
    lines(record.as_ptr(), record.len());
}

/// Asks for so many bytes. The address may be any. (Stable Rust has an instruction for it on x86-64 alone.)
#[inline(always)]
fn lines(from: *const u8, length: usize) {
    // Hardly a record is shorter than two lines.
    line(from);
    line(from.wrapping_add(LINE));
    let mut at = 2 * LINE;
    while at < length {
        line(from.wrapping_add(at));
        at += LINE;
    }
}

#[inline(always)]
fn line(at: *const u8) {
    // SAFETY: a prefetch reads nothing that the program sees, and does not fault.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}
