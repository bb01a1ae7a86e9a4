//! What is kept of each thread: the call that it is in, and whether its process is recorded.

use core::{
    ptr::{read_volatile, write_volatile},
    sync::atomic::{Ordering, compiler_fence},
};

use aya_ebpf::{
    bindings::BPF_NOEXIST,
    macros::map,
    maps::{Array, HashMap},
};
use syscord_syscalls::record::{Entered, Thread};

use crate::config;

/// Threads by tid. Where tids can be more than the recorder gives it elements, by their low bits.
#[map]
static THREADS: Array<Thread> = Array::with_max_entries(1, 0);

/// Threads whose place another has. The recorder sets the size.
#[map]
static CROWDED_OUT: HashMap<u32, Thread> = HashMap::with_max_entries(1, 0);

/// What is kept of a thread, if anything is.
#[inline(always)]
pub fn find(tid: u32) -> Option<*mut Thread> {
    let thread = THREADS.get_ptr_mut(tid & config::thread_mask())?;
    // SAFETY: a live element of THREADS.
    if unsafe { (*thread).tid } == tid {
        return Some(thread);
    }
    if config::crowded() != 0 { CROWDED_OUT.get_ptr_mut(&tid) } else { None }
}

/// Whether a place is still a thread's: of two that begin at once, one may have taken it from the other.
#[inline(always)]
pub fn is_of(thread: *mut Thread, tid: u32) -> bool {
    // SAFETY: a live element of one of the maps.
    config::crowded() == 0 || unsafe { read_volatile(&raw const (*thread).tid) } == tid
}

/// What is kept of a thread, from now on if nothing was. A tid runs on one CPU at a time, so that nobody else
/// writes there meanwhile.
#[inline(always)]
pub fn keep(tid: u32) -> Option<*mut Thread> {
    find(tid).or_else(|| begin(tid))
}

/// Begins to keep something of a thread. All of a free place is zero.
#[inline(always)]
fn begin(tid: u32) -> Option<*mut Thread> {
    let thread = THREADS.get_ptr_mut(tid & config::thread_mask())?;
    // SAFETY: a live element of THREADS.
    unsafe {
        if read_volatile(&raw const (*thread).tid) == 0 {
            write_volatile(&raw mut (*thread).tid, tid);
            return Some(thread);
        }
    }
    if config::crowded() == 0 {
        return None;
    }
    let _ = CROWDED_OUT.insert(&tid, &Thread { tid, ..Thread::NONE }, u64::from(BPF_NOEXIST));
    CROWDED_OUT.get_ptr_mut(&tid)
}

/// A thread has ended, or one of that tid begins.
#[inline(always)]
pub fn forget(tid: u32) {
    let Some(thread) = find(tid) else { return };
    // SAFETY: a live element of one of the maps. The place is free once its tid is 0.
    unsafe {
        *thread = Thread { tid, ..Thread::NONE };
        compiler_fence(Ordering::SeqCst);
        write_volatile(&raw mut (*thread).tid, 0);
    }
    if config::crowded() != 0 {
        // It is not there if its place was in the other one.
        let _ = CROWDED_OUT.remove(&tid);
    }
}

/// The call under way of a thread.
#[inline(always)]
pub fn entered(thread: Option<*mut Thread>) -> Entered {
    // SAFETY: a live element of one of the maps.
    thread.map_or(Entered::NONE, |thread| unsafe { (*thread).entered })
}

/// The call under way of a thread; from now on none is.
#[inline(always)]
pub fn take_entered(thread: Option<*mut Thread>) -> Entered {
    let Some(thread) = thread else { return Entered::NONE };
    // SAFETY: as above.
    unsafe {
        let entered = (*thread).entered;
        (*thread).entered.time = 0;
        (*thread).watched = 1;
        entered
    }
}

/// A thread goes on under another tid: the call that it is in goes with it (execve(2) by a thread that was
/// not the leader).
#[inline(always)]
pub fn rename(from: u32, to: u32) {
    if from == to {
        return;
    }
    let entered = entered(find(from));
    forget(from);
    if let Some(thread) = keep(to) {
        // SAFETY: as above.
        unsafe {
            *thread = Thread { tid: to, watched: 1, entered, ..Thread::NONE };
        }
    }
}
