//! What of bpf(2) the library has no function for.

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
};

use crate::pod::Pod;

/// Commands (include/uapi/linux/bpf.h).
const BPF_OBJ_GET_INFO_BY_FD: libc::c_long = 15;
const BPF_MAP_UPDATE_BATCH: libc::c_long = 26;

/// Sets elements of an array in one call, in place of one for each (since 5.6).
///
/// # Errors
/// When the kernel refuses.
pub fn update<V>(map: BorrowedFd<'_>, keys: &[u32], values: &[V]) -> io::Result<()>
where
    Pod<V>: aya::Pod,
{
    /// `bpf_attr.batch`.
    #[repr(C)]
    struct Batch {
        in_batch: u64,
        out_batch: u64,
        keys: u64,
        values: u64,
        count: u32,
        map: u32,
        element_flags: u64,
        flags: u64,
    }
    let count = keys.len().min(values.len()) as u32;
    if count == 0 {
        return Ok(());
    }
    let mut attr = Batch {
        in_batch: 0,
        out_batch: 0,
        keys: keys.as_ptr() as u64,
        values: values.as_ptr() as u64,
        count,
        map: map.as_raw_fd() as u32,
        element_flags: 0,
        flags: 0,
    };
    // SAFETY: `attr` has the layout of bpf_attr.batch, and there are as many keys and values as it says.
    let failed = unsafe {
        libc::syscall(libc::SYS_bpf, BPF_MAP_UPDATE_BATCH, &raw mut attr, size_of::<Batch>())
    };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `bpf_prog_info.recursion_misses` (include/uapi/linux/bpf.h, since 5.12).
pub fn missed(program: BorrowedFd<'_>) -> u64 {
    const RECURSION_MISSES: usize = 208;
    #[repr(C)]
    struct Info {
        fd: u32,
        length: u32,
        info: u64,
    }
    let mut info = [0u8; 232];
    let mut attr = Info {
        fd: program.as_raw_fd() as u32,
        length: info.len() as u32,
        info: info.as_mut_ptr() as u64,
    };
    // SAFETY: `attr` has the layout of bpf_attr.info, and `info` is as long as it says.
    let failed = unsafe {
        libc::syscall(libc::SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &raw mut attr, size_of::<Info>())
    };
    let mut misses = [0; 8];
    misses.copy_from_slice(&info[RECURSION_MISSES..RECURSION_MISSES + 8]);
    if failed == 0 { u64::from_ne_bytes(misses) } else { 0 }
}
