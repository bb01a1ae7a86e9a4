//! `struct pt_regs` as words: where a call's number and arguments lie (arch/x86/include/asm/ptrace.h,
//! arch/arm64/include/asm/ptrace.h). It is a kernel ABI, so it needs no relocation.

use core::ptr::read_volatile;

use syscord_syscalls::{Abi, MAX_ARGS};

use crate::config;

/// Registers of a user-space context, as the tracepoints hand them over: loads may be direct.
pub type Regs = *const u64;

const X86_64_ARGS: [usize; MAX_ARGS] = [14, 13, 12, 7, 9, 8];
const I386_ARGS: [usize; MAX_ARGS] = [5, 11, 12, 13, 14, 4];
const X86_ORIG_AX: usize = 15;
const X86_IP: usize = 16;
const X86_SP: usize = 19;
const AARCH64_SP: usize = 31;
/// x0 holds the result at exit; its first value is kept in `orig_x0`.
const AARCH64_ARGS: [usize; MAX_ARGS] = [34, 1, 2, 3, 4, 5];
const AARCH64_PC: usize = 32;
const AARCH64_NUMBER: usize = 35;

/// ABI number of calls by 32-bit Arm programs, for which there is no table.
const ABI_ARM: u8 = 3;

#[inline(always)]
fn word(regs: Regs, index: usize) -> u64 {
    // SAFETY: the verifier checks that the load stays inside pt_regs.
    unsafe { read_volatile(regs.add(index)) }
}

#[inline(always)]
fn x86() -> bool {
    config::machine() == Abi::X86_64 as u32
}

/// The bit that marks a number of x32 (`__X32_SYSCALL_BIT`, arch/x86/include/uapi/asm/unistd.h).
const X32_BIT: u32 = 1 << 30;

/// ABI and number of the call under way, from the task's flag for 32-bit calls and the registers.
#[inline(always)]
pub fn call(regs: Regs, compat: bool) -> (u8, u32) {
    let number = if x86() {
        word(regs, X86_ORIG_AX) as u32
    } else {
        // Its member has no more than 32 bits, and the verifier refuses to read beyond.
        // SAFETY: the verifier checks that the load stays inside pt_regs.
        unsafe { read_volatile(regs.add(AARCH64_NUMBER).cast::<u32>()) }
    };
    match (x86(), compat) {
        (true, false) if number >> 30 == 1 => (Abi::X32 as u8, number & !X32_BIT),
        (true, false) => (Abi::X86_64 as u8, number),
        (true, true) => (Abi::I386 as u8, number),
        (false, false) => (Abi::Aarch64 as u8, number),
        (false, true) => (ABI_ARM, number),
    }
}

/// The bit of the task's compat word that marks a 32-bit call: `TS_COMPAT` of x86's
/// `thread_info.status`, `TIF_32BIT` of arm64's `thread_info.flags`.
#[inline(always)]
pub fn compat_bit() -> u32 {
    if x86() { 1 << 1 } else { 1 << 22 }
}

/// Whether they are a program's: tasks of the kernel's own have none.
#[inline(always)]
pub fn are_of_a_program(regs: Regs) -> bool {
    (if x86() { word(regs, X86_IP) } else { word(regs, AARCH64_PC) }) != 0
}

/// Whether calls may make others: see [`Plan::makes`](syscord_syscalls::plan::Plan::makes).
#[inline(always)]
pub fn may_make(compat: bool) -> bool {
    x86() && compat
}

/// Copies the argument registers to `args`.
#[inline(always)]
pub fn copy_args(regs: Regs, compat: bool, args: *mut u64) {
    macro_rules! copy {
        ($table:expr; $($i:literal)*) => {
            // SAFETY: `args` points to MAX_ARGS words of a reserved record.
            unsafe { $(*args.add($i) = word(regs, $table[$i]);)* }
        };
    }
    // Constant indices: the verifier takes no variable offset into pt_regs.
    match (x86(), compat) {
        (true, false) => copy!(X86_64_ARGS; 0 1 2 3 4 5),
        (true, true) => copy!(I386_ARGS; 0 1 2 3 4 5),
        (false, _) => copy!(AARCH64_ARGS; 0 1 2 3 4 5),
    }
}

/// The stack pointer.
#[inline(always)]
pub fn stack(regs: Regs, compat: bool) -> u64 {
    match (x86(), compat) {
        (true, true) => word(regs, X86_SP) & 0xffff_ffff,
        (true, false) => word(regs, X86_SP),
        (false, _) => word(regs, AARCH64_SP),
    }
}

/// One argument register; 0 where there is none of that index.
#[inline(always)]
pub fn argument(regs: Regs, compat: bool, index: u8) -> u64 {
    let mut args = [0; MAX_ARGS];
    copy_args(regs, compat, args.as_mut_ptr());
    // By arithmetic: the compiler makes a look-up of comparisons, and kernels before 5.12 take no variable offset into
    // the stack; branches would each be walked through all that comes behind.
    args.into_iter().enumerate().fold(0, |sum, (i, arg)| {
        let other = u64::from(index) ^ i as u64;
        let chosen = other.wrapping_sub(1) >> 63;
        sum | arg & chosen.wrapping_neg()
    })
}
