//! What of bpf(2) the library has no function for.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
};

use crate::pod::Pod;

/// Commands (include/uapi/linux/bpf.h).
const BPF_OBJ_GET_INFO_BY_FD: libc::c_long = 15;
const BPF_MAP_UPDATE_BATCH: libc::c_long = 26;
const BPF_LINK_CREATE: libc::c_long = 28;
const BPF_ITER_CREATE: libc::c_long = 33;

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

/// What a program writes that the kernel shows what it iterates over, of a process or of all (since 5.9).
///
/// # Errors
/// When the kernel refuses: by `E2BIG` before 6.1 if it is to look at one process alone. What is read before an error is
/// whole records, and no error.
pub fn written(program: BorrowedFd<'_>, tgid: Option<u32>) -> io::Result<Vec<u8>> {
    let mut file = iterate(program, tgid)?;
    let mut records = Vec::new();
    // After a million objects of which nothing is written, the kernel wants to be asked again.
    while file.read_to_end(&mut records).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
    }
    Ok(records)
}

fn iterate(program: BorrowedFd<'_>, tgid: Option<u32>) -> io::Result<File> {
    /// `bpf_attr.iter_create`.
    #[repr(C)]
    struct Create {
        link: u32,
        flags: u32,
    }
    let link = iterator(program, tgid)?;
    let mut attr = Create { link: link.as_raw_fd() as u32, flags: 0 };
    // SAFETY: `attr` has the layout of bpf_attr.iter_create.
    unsafe { made(BPF_ITER_CREATE, &mut attr) }.map(File::from)
}

fn iterator(program: BorrowedFd<'_>, tgid: Option<u32>) -> io::Result<OwnedFd> {
    const BPF_TRACE_ITER: u32 = 28;
    /// `bpf_iter_link_info.task`.
    #[repr(C)]
    struct Which {
        tid: u32,
        pid: u32,
        pid_fd: u32,
        pad: u32,
    }
    /// `bpf_attr.link_create`.
    #[repr(C)]
    struct Link {
        program: u32,
        target: u32,
        kind: u32,
        flags: u32,
        which: u64,
        which_length: u32,
        pad: u32,
    }
    let which = tgid.map(|pid| Which { tid: 0, pid, pid_fd: 0, pad: 0 });
    let (address, length) =
        which.as_ref().map_or((0, 0), |which| (&raw const *which as u64, size_of::<Which>()));
    let mut attr = Link {
        program: program.as_raw_fd() as u32,
        target: 0,
        kind: BPF_TRACE_ITER,
        flags: 0,
        which: address,
        which_length: length as u32,
        pad: 0,
    };
    // SAFETY: `attr` has the layout of bpf_attr.link_create, and `which` is as long as it says.
    unsafe { made(BPF_LINK_CREATE, &mut attr) }
}

/// Calls bpf(2), which makes a descriptor.
///
/// # Safety
/// `attr` has the layout that the command asks for, and its addresses are those of what lives.
unsafe fn made<T>(command: libc::c_long, attr: &mut T) -> io::Result<OwnedFd> {
    // SAFETY: as the caller says.
    let fd = unsafe { libc::syscall(libc::SYS_bpf, command, &raw mut *attr, size_of::<T>()) };
    match i32::try_from(fd) {
        // SAFETY: it was made just now, for us alone.
        Ok(fd @ 0..) => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
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
