//! The kernel's `task_struct`, through offsets from its BTF.

use core::ptr::read_volatile;

use aya_ebpf::helpers::generated::{
    bpf_get_current_pid_tgid, bpf_get_current_task, bpf_get_current_task_btf,
    bpf_probe_read_kernel, bpf_probe_read_kernel_str,
};
use syscord_syscalls::record::{COMM, Span};

use crate::{
    config,
    kernel::{loadable, plain_loads},
    regs, ring,
};

/// A task that may be read with [`read`]; its address.
pub type Task = u64;

/// A task, mostly the one that runs, with what every call needs of it.
#[derive(Clone, Copy)]
pub struct Current {
    pub task: Task,
    pub tgid: u32,
    pub tid: u32,
    /// Whether the call under way is a 32-bit one.
    pub compat: bool,
}

/// The current task. Where the kernel hands out a typed pointer, the fields are plain loads.
#[inline(always)]
pub fn current() -> Current {
    if config::typed_task() != 0 {
        // SAFETY: the helper has no preconditions; the verifier checks the loads against BTF.
        unsafe {
            let task = bpf_get_current_task_btf().cast::<u8>();
            let field = |offset: u32| read_volatile(task.add(offset as usize).cast::<u32>());
            let compat = field(config::task_compat_word()) & regs::compat_bit() != 0;
            let (tgid, tid) = (field(config::task_tgid()), field(config::task_pid()));
            Current { task: task as u64, tgid, tid, compat }
        }
    } else {
        // SAFETY: the helpers have no preconditions.
        let (task, ids) = unsafe { (bpf_get_current_task(), bpf_get_current_pid_tgid()) };
        let compat = read::<u32>(task, config::task_compat_word()) & regs::compat_bit() != 0;
        Current { task, tgid: (ids >> 32) as u32, tid: ids as u32, compat }
    }
}

/// Another task than the one that runs.
#[inline(always)]
pub fn other(task: Task) -> Current {
    let compat = read::<u32>(task, config::task_compat_word()) & regs::compat_bit() != 0;
    Current { task, tgid: tgid(task), tid: tid(task), compat }
}

/// Whether a task waits in the kernel for something, and is not just stopped (`TASK_INTERRUPTIBLE`,
/// `TASK_UNINTERRUPTIBLE`, `__TASK_STOPPED`, `__TASK_TRACED`; include/linux/sched.h).
#[inline(always)]
pub fn waits(task: Task) -> bool {
    let state = read::<u32>(task, config::task_state());
    state & 0x3 != 0 && state & 0xc == 0
}

/// Whether a task is ending (`PF_EXITING`).
#[inline(always)]
pub fn is_ending(task: Task) -> bool {
    read::<u32>(task, config::task_flags()) & 0x4 != 0
}

/// Reads a field of a kernel object; zero where the address is bad.
#[inline(always)]
pub fn read<T: Copy + Default>(object: u64, offset: u32) -> T {
    if let Some(place) = loadable(object + u64::from(offset)) {
        // SAFETY: the kernel makes zero of what cannot be read.
        return unsafe { read_volatile(place) };
    }
    let mut value = T::default();
    // SAFETY: the destination is a live local of that size.
    unsafe {
        bpf_probe_read_kernel(
            (&raw mut value).cast(),
            size_of::<T>() as u32,
            (object + u64::from(offset)) as *const _,
        );
    }
    value
}

/// Members of a kernel object that lie close together, read in one go where a read costs far more than what it
/// copies.
pub struct Members {
    object: u64,
    span: Span,
    /// Where they are, until others are read.
    read: Option<*mut u8>,
}

impl Members {
    /// Reads them; all are zero where the address is bad.
    #[inline(always)]
    pub fn of(object: u64, span: Span) -> Members {
        let copied = !plain_loads() && span.bytes != 0;
        let read = if copied { ring::scratch() } else { None };
        if let Some(read) = read {
            let place = object + u64::from(span.from);
            // SAFETY: a span has at most as many bytes as there are.
            unsafe { bpf_probe_read_kernel(read.cast(), span.bytes, place as *const _) };
        }
        Members { object, span, read }
    }

    /// Reads them one by one, which leaves the CPU's memory alone.
    #[inline(always)]
    pub fn plain(object: u64) -> Members {
        Members { object, span: Span::default(), read: None }
    }

    /// One of them.
    #[inline(always)]
    pub fn get<T: Copy + Default>(&self, offset: u32) -> T {
        match self.read {
            // SAFETY: the span holds the member, as the verifier sees, too.
            Some(read) => unsafe {
                read_volatile(read.add((offset - self.span.from) as usize).cast())
            },
            None => read(self.object, offset),
        }
    }
}

/// The descriptors of the current task: how many there can be, and where the kernel's array of files lies.
#[inline(always)]
pub fn descriptors() -> (u32, u64) {
    if config::typed_task() != 0 {
        // SAFETY: as in `current`.
        unsafe {
            let task = bpf_get_current_task_btf().cast::<u8>();
            let files = read_volatile(task.add(config::task_files() as usize).cast::<*const u8>());
            let table = read_volatile(files.add(config::files_fdt() as usize).cast::<*const u8>());
            let count = read_volatile(table.add(config::fdt_max() as usize).cast::<u32>());
            (count, read_volatile(table.add(config::fdt_fd() as usize).cast::<u64>()))
        }
    } else {
        // SAFETY: the helper has no preconditions.
        let files: u64 = read(unsafe { bpf_get_current_task() }, config::task_files());
        let table: u64 = read(files, config::files_fdt());
        (read(table, config::fdt_max()), read(table, config::fdt_fd()))
    }
}

/// The thread group's leader: the process.
#[inline(always)]
pub fn leader(task: Task) -> Task {
    read(task, config::task_group_leader())
}

/// The process that is the real parent.
#[inline(always)]
pub fn parent(task: Task) -> Task {
    leader(read(task, config::task_real_parent()))
}

#[inline(always)]
pub fn tgid(task: Task) -> u32 {
    read(task, config::task_tgid())
}

#[inline(always)]
pub fn tid(task: Task) -> u32 {
    read(task, config::task_pid())
}

/// Real user id.
#[inline(always)]
pub fn uid(task: Task) -> u32 {
    read(read(task, config::task_real_cred()), config::cred_uid())
}

/// The task's version-2 cgroup.
#[inline(always)]
pub fn cgroup(task: Task) -> u64 {
    read(read(task, config::task_cgroups()), config::css_set_cgroup())
}

/// The id of a cgroup: the inode number of its directory.
#[inline(always)]
pub fn cgroup_id(cgroup: u64) -> u64 {
    read(read(cgroup, config::cgroup_kn()), config::kernfs_id())
}

/// Copies a comm to `to`, padded with NULs.
#[inline(always)]
pub fn copy_comm(from: u64, to: *mut [u64; 2]) {
    // SAFETY: `to` is valid for COMM bytes; the kernel ends what it writes there with a NUL.
    unsafe {
        *to = [0; 2];
        bpf_probe_read_kernel_str(to.cast(), COMM as u32, from as *const _);
    }
}

/// A task's name.
#[inline(always)]
pub fn comm(task: Task) -> [u64; 2] {
    let mut name = [0; 2];
    copy_comm(task + u64::from(config::task_comm()), &mut name);
    name
}
