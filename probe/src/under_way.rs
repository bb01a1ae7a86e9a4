//! Calls under way: when recording stops, the kernel shows this program every task, one after the
//! other. What it writes are records like those of the rings, which the recorder reads from the iterator's
//! descriptor.
//!
//! The hooks are still in: a call that returns after it was seen here has its event, too, by which the
//! recorder knows that it was over in time.

use core::ffi::c_void;

use aya_ebpf::helpers::generated::{bpf_ktime_get_ns, bpf_task_pt_regs};
use syscord_syscalls::{
    MAX_ARGS,
    plan::plan_flag,
    record::{
        Entered, EventRecord, ProcessRecord, RecordHeader, UNKNOWN_DURATION, process_event,
        record_kind, shed,
    },
};

use crate::{
    config,
    filter::{self, Other},
    iterator::{Meta, Out},
    overhead,
    regs::{self, Regs},
    syscall::Call,
    task::{self, Current},
    thread,
};

/// `struct bpf_iter__task`
#[repr(C)]
pub struct Shown {
    meta: *const Meta,
    task: *const c_void,
}

/// How often a thread is looked at that runs meanwhile.
const TRIES: usize = 3;

/// Looks at a task.
#[inline(always)]
pub fn look(shown: *const Shown) {
    // SAFETY: the verifier checks the loads against the types of the context.
    let (out, task) = unsafe { (Out::of((*shown).meta), (*shown).task) };
    if task.is_null() {
        return;
    }
    let who = task::other(task as u64);
    if who.tgid == config::self_tgid() || task::is_ending(who.task) {
        return;
    }
    // SAFETY: the task is one; the verifier checks the type.
    let regs = unsafe { bpf_task_pt_regs(task as *mut _) } as Regs;
    if !regs::are_of_a_program(regs) {
        return;
    }
    let Some(other) = filter::other(who.task, who.tgid) else { return };
    if !other.told && who.tid == who.tgid {
        appear(&out, &who);
    }
    for _ in 0..TRIES {
        if within(&out, &who, &other, regs) {
            return;
        }
    }
}

/// Writes the call that a thread is in, if it is in one. Returns false if the thread went on meanwhile.
#[inline(always)]
fn within(out: &Out, who: &Current, other: &Other, regs: Regs) -> bool {
    // SAFETY: the helper has no preconditions.
    let now = unsafe { bpf_ktime_get_ns() };
    let thread = thread::find(who.tid);
    let entered = thread::entered(thread);
    // Without durations it is not seen when a thread's next call begins.
    let durations = config::durations() != 0 && overhead::level() < shed::DURATIONS;
    // SAFETY: a live element of the threads'.
    let watched = durations && thread.is_some_and(|thread| unsafe { (*thread).watched } != 0);
    let waits = task::waits(who.task);
    let (abi, number) = regs::call(regs, who.compat);
    let call = Call::numbered(*who, abi, number);
    // Of one that it makes, the arguments cannot be read from here: it is shown as what the registers say.
    let made = if regs::may_make(who.compat) { call.made(regs) } else { call };
    let mut event = EventRecord {
        header: RecordHeader {
            len8: (size_of::<EventRecord>() / 8) as u16,
            kind: record_kind::EVENT,
            what: abi,
            number,
        },
        time: now,
        duration: UNKNOWN_DURATION,
        tgid: who.tgid,
        tid: who.tid,
        ret: 0,
        args: [0; MAX_ARGS],
    };
    regs::copy_args(regs, who.compat, event.args.as_mut_ptr());
    if thread::entered(thread::find(who.tid)).time != entered.time {
        return false;
    }
    if is_in(&made, &entered, waits && !watched) {
        if entered.time != 0 && entered.time >= other.since {
            event.time = core::cmp::max(now, entered.time);
            event.duration = event.time - entered.time;
        }
        out.write(&event);
    }
    true
}

/// Whether a thread is in a call that is recorded. One that began before any of its thread was seen
/// shows by that the thread waits, with a number in its registers.
#[inline(always)]
fn is_in(call: &Call, entered: &Entered, waits_unwatched: bool) -> bool {
    let seen =
        entered.time != 0 && entered.number == call.number && entered.abi == u32::from(call.abi);
    let older = waits_unwatched && call.number as i32 >= 0;
    (seen || older) && call.is(plan_flag::RECORD)
}

/// Tells of a process that is recorded, and of which no call was.
#[inline(always)]
fn appear(out: &Out, who: &Current) {
    let mut process = ProcessRecord {
        header: RecordHeader {
            len8: (size_of::<ProcessRecord>() / 8) as u16,
            kind: record_kind::PROCESS,
            what: process_event::APPEAR,
            number: 0,
        },
        // SAFETY: the helper has no preconditions.
        time: unsafe { bpf_ktime_get_ns() },
        tgid: who.tgid,
        tid: who.tid,
        other_tid: 0,
        ppid: task::tgid(task::parent(who.task)),
        uid: task::uid(who.task),
        status: 0,
        comm: [0; _],
    };
    let comm = task::comm(who.task);
    // SAFETY: both are 16 bytes.
    unsafe { core::ptr::write_unaligned((&raw mut process.comm).cast(), comm) };
    out.write(&process);
}
