//! The life of processes and threads: told for those that are recorded.

use aya_ebpf::helpers::generated::{
    bpf_get_current_task_btf, bpf_ktime_get_ns, bpf_probe_read_kernel, bpf_probe_read_kernel_str,
    bpf_probe_read_user, bpf_task_pt_regs,
};
use syscord_syscalls::record::{
    CaptureHeader, LIST_MAX, MAX_RECORD, ProcessRecord, RecordHeader, SIGINFO, STRING_MAX,
    capture_status, process_event, record_kind,
};

use crate::{
    capture, config, files, filter,
    regs::Regs,
    ring::{self, Ring, count},
    syscall,
    task::{self, Task},
    thread,
};

const SIZE: usize = size_of::<ProcessRecord>();

/// A thread or process was made; the current task is its parent.
#[inline(always)]
pub fn fork(parent: Task, child: Task) {
    let (tgid, tid) = (task::tgid(child), task::tid(child));
    thread::forget(tid);
    let parent_tgid = task::tgid(parent);
    if parent_tgid == config::self_tgid() {
        return;
    }
    if tgid != parent_tgid {
        filter::forget(tgid);
        filter::fork(parent_tgid, tgid);
    }
    // A process that is not sure to be recorded is told of when it is.
    if tgid != parent_tgid && !filter::hands_down() || !filter::records(parent, parent_tgid) {
        return;
    }
    let who = Who { tgid, tid, other_tid: task::tid(parent), ppid: parent_tgid };
    record(process_event::FORK, who, child, |record| {
        let shared = files::inherited(parent, child);
        // SAFETY: a reserved record has room for a ProcessRecord.
        unsafe { (*record.cast::<ProcessRecord>()).status = shared.cast_signed() };
        SIZE
    });
}

/// A thread has a new program, and is its process's only one.
#[inline(always)]
pub fn exec(task: Task, old_tid: u32, bprm: u64) {
    let (tgid, tid) = (task::tgid(task), task::tid(task));
    thread::rename(old_tid, tid);
    filter::exec(task, tgid);
    if !filter::records(task, tgid) {
        return;
    }
    let who = Who { tgid, tid, other_tid: old_tid, ppid: 0 };
    record(process_event::EXEC, who, task, |record| {
        let path = task::read::<u64>(bprm, config::bprm_filename());
        let length = SIZE + kernel_string(record, path);
        // For a script the kernel runs its interpreter, with another argv.
        let length = if path == task::read::<u64>(bprm, config::bprm_interp()) {
            length + arguments(record, length, task)
        } else {
            length
        };
        capture::set_length(record, length);
        let mm = task::read::<u64>(task, config::task_mm());
        files::file(record, -1, task::read(mm, config::mm_exe_file()));
        files::table(record, task);
        capture::length(record)
    });
}

/// A thread ends.
#[inline(always)]
pub fn exit(task: Task) {
    let who = task::current();
    if who.tgid == config::self_tgid() {
        return;
    }
    let (tgid, tid) = (who.tgid, who.tid);
    if filter::records(task, tgid) {
        if let Some(ring) = ring::here() {
            let regs = if config::task_regs() != 0 {
                // SAFETY: the task is the current one; the verifier checks the type.
                Some(unsafe { bpf_task_pt_regs(bpf_get_current_task_btf()) } as Regs)
            } else {
                None
            };
            syscall::never_returned(&ring, who, regs);
        }
        let ppid = task::tgid(task::parent(task));
        let who = Who { tgid, tid, other_tid: 0, ppid };
        record(process_event::EXIT, who, task, |_| SIZE);
    }
    thread::forget(tid);
    let signal = task::read::<u64>(task, config::task_signal());
    if task::read::<u32>(signal, config::signal_live()) == 0 {
        filter::ending(tgid);
    }
}

/// A task is freed. A leader's is the last of its process: only then have all threads, which end
/// side by side, passed [`exit`].
#[inline(always)]
pub fn free(task: Task) {
    let tgid = task::tgid(task);
    if tgid == task::tid(task) {
        filter::ended(tgid);
    }
}

/// A signal is delivered to the current thread.
#[inline(always)]
pub fn signal(number: i32, info: u64) {
    let who = task::current();
    if who.tgid == config::self_tgid() || !filter::records(who.task, who.tgid) {
        return;
    }
    let from = Who { tgid: who.tgid, tid: who.tid, other_tid: 0, ppid: 0 };
    record(process_event::SIGNAL, from, who.task, |record| {
        // SAFETY: the reservation has room for the header and SIGINFO bytes.
        unsafe {
            (*record.cast::<ProcessRecord>()).status = number;
            let header = record.add(SIZE).cast::<CaptureHeader>();
            let bytes = record.add(SIZE + size_of::<CaptureHeader>());
            if bpf_probe_read_kernel(bytes.cast(), SIGINFO as u32, info as *const _) != 0 {
                return SIZE;
            }
            let (status, len) = (capture_status::WHOLE, SIGINFO as u16);
            *header = CaptureHeader { arg: 0, status, len, full: 0 };
        }
        SIZE + size_of::<CaptureHeader>() + SIGINFO
    });
}

/// A thread is about to take a name.
#[inline(always)]
pub fn rename(task: Task, name: u64) {
    let (tgid, tid) = (task::tgid(task), task::tid(task));
    let mut comm = [0; 2];
    task::copy_comm(name, &mut comm);
    if tgid == tid {
        filter::rename(task, tgid, comm);
    }
    if tgid == config::self_tgid() || !filter::records(task, tgid) {
        return;
    }
    let who = Who { tgid, tid, other_tid: 0, ppid: 0 };
    record(process_event::RENAME, who, task, |record| {
        set_comm(record, comm);
        SIZE
    });
}

/// A process is recorded from now on.
#[inline(always)]
pub fn appear(task: Task, tgid: u32, name: [u64; 2]) {
    let who = Who { tgid, tid: tgid, other_tid: 0, ppid: task::tgid(task::parent(task)) };
    record(process_event::APPEAR, who, task, |record| {
        set_comm(record, name);
        SIZE
    });
}

struct Who {
    tgid: u32,
    tid: u32,
    other_tid: u32,
    ppid: u32,
}

/// Writes a record; `more` adds to it and returns its length.
#[inline(always)]
fn record(what: u8, who: Who, task: Task, more: impl FnOnce(*mut u8) -> usize) {
    let Some(ring) = ring::here() else { return };
    let Ok(record) = ring.reserve(MAX_RECORD) else {
        count!(ring, dropped_side);
        return;
    };
    let process = record.cast::<ProcessRecord>();
    // SAFETY: a reserved record has room for a ProcessRecord.
    unsafe {
        (*process).time = bpf_ktime_get_ns();
        (*process).tgid = who.tgid;
        (*process).tid = who.tid;
        (*process).other_tid = who.other_tid;
        (*process).ppid = who.ppid;
        (*process).uid = task::uid(task);
        (*process).status = task::read::<i32>(task, config::task_exit_code());
        task::copy_comm(task + u64::from(config::task_comm()), (&raw mut (*process).comm).cast());
    }
    let length = more(record);
    publish(&ring, process, what, length);
}

#[inline(always)]
fn publish(ring: &Ring, process: *mut ProcessRecord, what: u8, length: usize) {
    let header =
        RecordHeader { len8: (length / 8) as u16, kind: record_kind::PROCESS, what, number: 0 };
    // SAFETY: a reserved record has room for a ProcessRecord.
    unsafe { (*process).header = header };
    ring.publish(length);
}

#[inline(always)]
fn set_comm(record: *mut u8, name: [u64; 2]) {
    // SAFETY: a reserved record has room for a ProcessRecord, whose comm is 16 aligned bytes.
    unsafe { *(&raw mut (*record.cast::<ProcessRecord>()).comm).cast::<[u64; 2]>() = name };
}

/// Appends a string of the kernel's as the capture of argument 0; returns the bytes added.
#[inline(always)]
fn kernel_string(record: *mut u8, from: u64) -> usize {
    // SAFETY: the reservation has room for the header and STRING_MAX bytes.
    unsafe {
        let header = record.add(SIZE).cast::<CaptureHeader>();
        let bytes = record.add(SIZE + size_of::<CaptureHeader>());
        let got = bpf_probe_read_kernel_str(bytes.cast(), STRING_MAX as u32, from as *const _);
        let (status, len) = if got < 1 || got > STRING_MAX as i64 {
            (capture_status::UNREADABLE, 0)
        } else {
            (capture_status::WHOLE, got as usize - 1)
        };
        *header = CaptureHeader { arg: 0, status, len: len as u16, full: 0 };
        size_of::<CaptureHeader>() + len.next_multiple_of(8)
    }
}

/// Appends the argv of the new program as the capture of argument 1: it lies where the kernel has just
/// put it. Returns the bytes added.
#[inline(always)]
fn arguments(record: *mut u8, at: usize, task: Task) -> usize {
    let mm = task::read::<u64>(task, config::task_mm());
    let start = task::read::<u64>(mm, config::mm_arg_start());
    let end = task::read::<u64>(mm, config::mm_arg_end());
    let length = core::cmp::min(end.wrapping_sub(start), LIST_MAX as u64) as u32;
    if at > SIZE + size_of::<CaptureHeader>() + STRING_MAX {
        return 0;
    }
    // SAFETY: the reservation has room for two headers, STRING_MAX and LIST_MAX bytes.
    unsafe {
        let header = record.add(at).cast::<CaptureHeader>();
        let bytes = record.add(at + size_of::<CaptureHeader>());
        if bpf_probe_read_user(bytes.cast(), length, start as *const _) != 0 {
            return 0;
        }
        let whole = u64::from(length) == end.wrapping_sub(start);
        let status = if whole { capture_status::WHOLE } else { capture_status::CUT };
        *header = CaptureHeader { arg: 1, status, len: length as u16, full: 0 };
    }
    size_of::<CaptureHeader>() + (length as usize).next_multiple_of(8)
}
