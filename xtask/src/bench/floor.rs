//! What no recorder can do without: hooks at the kernel's two tracepoints of syscalls that do nothing, or read the clock,
//! which is all that times and durations take. What a recorder costs beyond that is its own.

use std::{
    ffi::{CStr, c_long, c_uint},
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

use crate::Result;

/// Hooks, while they are there.
#[derive(Clone, Copy)]
pub struct Floor {
    /// At a call's begin too, not at its end alone.
    pub both_ends: bool,
    /// Whether they read the clock.
    pub clock: bool,
}

/// Commands and types of bpf(2) (include/uapi/linux/bpf.h).
const PROG_LOAD: c_uint = 5;
const RAW_TRACEPOINT_OPEN: c_uint = 17;
const RAW_TRACEPOINT: u32 = 17;

/// `bpf_ktime_get_ns()`; `r0 = 0`; `exit` (`struct bpf_insn`).
const CALL_CLOCK: u64 = 0x0000_0005_0000_0085;
const CLEAR: u64 = 0x0000_0000_0000_00b7;
const EXIT: u64 = 0x0000_0000_0000_0095;

/// The fields of `union bpf_attr` that loading takes.
#[repr(C)]
#[derive(Default)]
struct Load {
    kind: u32,
    count: u32,
    instructions: u64,
    license: u64,
    log: [u64; 2],
    version: [u32; 2],
}

/// Those that hooking takes.
#[repr(C)]
struct Open {
    name: u64,
    program: u32,
    zero: u32,
}

impl Floor {
    pub fn name(self) -> String {
        let hooks = if self.both_ends { "hooks at both ends" } else { "a hook at the end" };
        format!("{hooks}, {}", if self.clock { "reading the clock" } else { "empty" })
    }

    /// Hooks them in, until what is returned goes.
    pub fn hook(self) -> Result<Vec<OwnedFd>> {
        let program = load(if self.clock { &[CALL_CLOCK, CLEAR, EXIT] } else { &[CLEAR, EXIT] })?;
        let ends = [c"sys_exit", c"sys_enter"];
        ends[..1 + usize::from(self.both_ends)].iter().map(|end| open(end, &program)).collect()
    }
}

fn load(instructions: &[u64]) -> Result<OwnedFd> {
    let attr = Load {
        kind: RAW_TRACEPOINT,
        count: instructions.len() as u32,
        instructions: instructions.as_ptr() as u64,
        license: c"GPL".as_ptr() as u64,
        ..Load::default()
    };
    bpf(PROG_LOAD, &attr)
}

fn open(name: &CStr, program: &OwnedFd) -> Result<OwnedFd> {
    let program = program.as_raw_fd().cast_unsigned();
    bpf(RAW_TRACEPOINT_OPEN, &Open { name: name.as_ptr() as u64, program, zero: 0 })
}

/// bpf(2), for what makes a descriptor.
fn bpf<T>(command: c_uint, attr: &T) -> Result<OwnedFd> {
    let size = size_of::<T>() as c_long;
    // SAFETY: `attr` is that large, and what it points to lives as long.
    let fd = unsafe { libc::syscall(libc::SYS_bpf, command, std::ptr::from_ref(attr), size) };
    match i32::try_from(fd) {
        // SAFETY: the kernel has just made it, and nobody else has it.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(format!("bpf: {}: run as root", io::Error::last_os_error())),
    }
}
