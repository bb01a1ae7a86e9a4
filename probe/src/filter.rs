//! Which processes are recorded. The answer for a process is cached by tgid; it is made anew
//! when the process is renamed or runs a new program, and whenever what it rests on has changed.

use core::ptr::write_volatile;

use aya_ebpf::{
    bindings::BPF_ANY,
    helpers::generated::{bpf_get_current_cgroup_id, bpf_get_current_uid_gid, bpf_ktime_get_ns},
    macros::map,
    maps::{Array, HashMap},
};
use syscord_syscalls::record::{FILTER_VALUES, Thread, Verdict, criterion, verdict};

use crate::{
    config, process,
    task::{self, Current, Task},
    thread,
};

/// Verdicts by tgid. The recorder sets the size, and puts COMMAND in.
#[map]
static VERDICTS: HashMap<u32, Verdict> = HashMap::with_max_entries(1, 0);

/// When a verdict was last changed: threads remember those of their processes while it is the same.
#[map]
static EPOCH: Array<u64> = Array::with_max_entries(1, 0);

/// How often a process was renamed, while names of parents matter: part of the stamp.
#[map]
static RENAMES: Array<u64> = Array::with_max_entries(1, 0);

/// What to do with a call.
pub enum Answer {
    /// Leave it out.
    Leave,
    /// It is COMMAND's, before its execve.
    Awaits,
    /// Record it; entry times before `since` are stale.
    Record { since: u64 },
}

const STAMPED: u32 = criterion::UID | criterion::CGROUP | criterion::PPID | criterion::PARENT_NAME;

/// How far up a cgroup's ancestors are compared.
const CGROUP_DEPTH: usize = 16;

/// Whether the current task's process is recorded.
#[inline(always)]
pub fn ask(who: &Current, thread: Option<*mut Thread>) -> Answer {
    if config::active() == 0 {
        return Answer::Record { since: 0 };
    }
    let Some(thread) = thread.filter(|_| !config::filters(STAMPED)) else {
        return look_up(who.task, who.tgid);
    };
    // Read first: a verdict that is changed from here on changes it.
    let now = epoch();
    // SAFETY: a live element of the threads'.
    let (known, since) = unsafe { ((*thread).epoch, (*thread).since) };
    if known == now {
        return if since == u64::MAX { Answer::Leave } else { Answer::Record { since } };
    }
    let answer = look_up(who.task, who.tgid);
    let since = match answer {
        Answer::Leave => u64::MAX,
        Answer::Record { since } => since,
        Answer::Awaits => return answer,
    };
    if thread::is_of(thread, who.tid) {
        // SAFETY: as above.
        unsafe { ((*thread).since, (*thread).epoch) = (since, now) };
    }
    answer
}

/// The epoch as threads remember it: never 0.
#[inline(always)]
fn epoch() -> u64 {
    EPOCH.get(0).map_or(0, |epoch| *epoch + 1)
}

/// A verdict that threads may remember has changed. (The time is another one each time, also where two CPUs come
/// here at once.)
#[inline(always)]
fn changed() {
    if let Some(epoch) = EPOCH.get_ptr_mut(0) {
        // SAFETY: a live element of EPOCH; the helper has no preconditions.
        unsafe { write_volatile(epoch, bpf_ktime_get_ns()) };
    }
}

/// The verdict on a process, made if need be.
#[inline(always)]
fn look_up(task: Task, tgid: u32) -> Answer {
    if let Some(known) = VERDICTS.get_ptr_mut(&tgid) {
        // SAFETY: a live element of VERDICTS; racing writers write whole fields.
        let known = unsafe { &mut *known };
        if known.flags & verdict::AWAITS_EXEC != 0 {
            return Answer::Awaits;
        }
        let fresh = known.flags & verdict::JUDGED != 0
            && (!config::filters(STAMPED) || known.stamp == stamp(task));
        if fresh {
            return match known.flags & verdict::RECORD {
                0 => Answer::Leave,
                _ => Answer::Record { since: known.since },
            };
        }
    }
    match judge(task, tgid, 0, 0) {
        0 => Answer::Leave,
        since => Answer::Record { since },
    }
}

/// What would be decided of a process that is not the current task's.
pub struct Other {
    /// Since when it is recorded.
    pub since: u64,
    /// Whether its appearance was told.
    pub told: bool,
}

/// Whether the process of a task that is not the current one is recorded.
#[inline(always)]
pub fn other(task: Task, tgid: u32) -> Option<Other> {
    if config::active() == 0 {
        return Some(Other { since: 0, told: true });
    }
    let known = match VERDICTS.get_ptr(&tgid) {
        // SAFETY: a live element of VERDICTS.
        Some(known) => unsafe { *known },
        None => Verdict::default(),
    };
    if known.flags & verdict::AWAITS_EXEC != 0 {
        return None;
    }
    let followed = config::filters(criterion::FOLLOW) && known.flags & verdict::FOLLOWED != 0;
    if !followed && !holds(task, tgid, task::comm(task::leader(task)), known.flags) {
        return None;
    }
    let since = if known.flags & verdict::RECORD != 0 { known.since } else { u64::MAX };
    Some(Other { since, told: known.flags & verdict::TOLD != 0 })
}

/// Whether records about this process belong in the trace.
#[inline(always)]
pub fn records(task: Task, tgid: u32) -> bool {
    config::active() == 0 || matches!(look_up(task, tgid), Answer::Record { .. })
}

/// Judges a process and remembers it. Returns since when it is recorded, or 0. A name that is not zero
/// stands for the one that the task is about to take.
#[inline(never)]
pub fn judge(task: Task, tgid: u32, name_low: u64, name_high: u64) -> u64 {
    let before = match VERDICTS.get_ptr(&tgid) {
        // SAFETY: a live element of VERDICTS.
        Some(known) => unsafe { *known },
        None => Verdict::default(),
    };
    let name = if name_low != 0 { [name_low, name_high] } else { task::comm(task::leader(task)) };
    let mut now = Verdict { stamp: stamp(task), ..before };
    now.flags = (before.flags & !verdict::RECORD) | verdict::JUDGED;
    let own = holds(task, tgid, name, before.flags);
    let followed = config::filters(criterion::FOLLOW) && before.flags & verdict::FOLLOWED != 0;
    if own || followed {
        now.flags |= verdict::RECORD;
        if before.flags & verdict::RECORD == 0 {
            // SAFETY: the helper has no preconditions.
            now.since = unsafe { bpf_ktime_get_ns() };
        }
        if before.flags & verdict::TOLD == 0 {
            now.flags |= verdict::TOLD;
            process::appear(task, tgid, name);
        }
    }
    // With a full map the process is judged at each call, so that it seems to begin to be recorded then: no duration of its
    // calls is known.
    let kept = VERDICTS.insert(&tgid, &now, u64::from(BPF_ANY)).is_ok();
    let turned = (before.flags ^ now.flags) & verdict::RECORD != 0;
    // What is not kept must not be remembered by threads either.
    if !kept || before.flags & verdict::JUDGED != 0 && turned {
        changed();
    }
    if now.flags & verdict::RECORD != 0 { now.since } else { 0 }
}

/// Whether all criteria in force hold.
#[inline(always)]
fn holds(task: Task, tgid: u32, name: [u64; 2], flags: u32) -> bool {
    let parent = task::parent(task);
    (!config::filters(criterion::LINEAGE) || flags & verdict::LINEAGE != 0)
        && (!config::filters(criterion::PID) || any(|i| config::filter_pid(i) == tgid))
        && (!config::filters(criterion::NAME) || any(|i| config::filter_name(i) == name))
        && (!config::filters(criterion::PPID) || {
            let ppid = task::tgid(parent);
            any(|i| config::filter_ppid(i) == ppid)
        })
        && (!config::filters(criterion::PARENT_NAME) || {
            let name = task::comm(parent);
            any(|i| config::filter_parent_name(i) == name)
        })
        && (!config::filters(criterion::UID) || {
            let uid = task::uid(task);
            any(|i| config::filter_uid(i) == uid)
        })
        && (!config::filters(criterion::CGROUP) || in_cgroup(task::cgroup(task)))
}

#[inline(always)]
fn any(matches: impl Fn(usize) -> bool) -> bool {
    for i in 0..FILTER_VALUES {
        if matches(i) {
            return true;
        }
    }
    false
}

/// Whether the cgroup or one of its ancestors is wanted.
#[inline(always)]
fn in_cgroup(mut cgroup: u64) -> bool {
    for _ in 0..CGROUP_DEPTH {
        if cgroup == 0 {
            return false;
        }
        let id = task::cgroup_id(cgroup);
        if any(|i| config::filter_cgroup(i) == id) {
            return true;
        }
        cgroup = task::read(cgroup, config::cgroup_parent());
    }
    false
}

/// What the verdict rests on that changes without a hook here: ids, cgroup, parent.
#[inline(always)]
fn stamp(task: Task) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut stamp = 0u64;
    if config::filters(criterion::UID) {
        // SAFETY: the helper has no preconditions.
        stamp = (stamp ^ unsafe { bpf_get_current_uid_gid() } as u32 as u64).wrapping_mul(MIX);
    }
    if config::filters(criterion::CGROUP) {
        // SAFETY: the helper has no preconditions.
        stamp = (stamp ^ unsafe { bpf_get_current_cgroup_id() }).wrapping_mul(MIX);
    }
    if config::filters(criterion::PPID | criterion::PARENT_NAME) {
        stamp = (stamp ^ u64::from(task::tgid(task::parent(task)))).wrapping_mul(MIX);
    }
    if config::filters(criterion::PARENT_NAME)
        && let Some(renames) = RENAMES.get(0)
    {
        stamp = (stamp ^ *renames).wrapping_mul(MIX);
    }
    stamp
}

/// Whether children of recorded processes are recorded for that alone.
#[inline(always)]
pub fn hands_down() -> bool {
    matches!(config::active(), 0 | criterion::LINEAGE) || config::filters(criterion::FOLLOW)
}

/// A new process: it inherits what its parent hands down.
#[inline(always)]
pub fn fork(parent_tgid: u32, child_tgid: u32) {
    let Some(parent) = VERDICTS.get_ptr(&parent_tgid) else { return };
    // SAFETY: a live element of VERDICTS.
    let parent = unsafe { *parent };
    let mut flags = parent.flags & (verdict::LINEAGE | verdict::FOLLOWED);
    if parent.flags & verdict::RECORD != 0 {
        flags |= verdict::FOLLOWED;
        if hands_down() {
            flags |= verdict::TOLD;
        }
    }
    if flags != 0 {
        let child = Verdict { flags, ..Verdict::default() };
        let _ = VERDICTS.insert(&child_tgid, &child, u64::from(BPF_ANY));
    }
}

/// COMMAND has begun, or another process runs a new program.
#[inline(always)]
pub fn exec(task: Task, tgid: u32) {
    if config::active() == 0 {
        return;
    }
    let awaited = set(tgid, |known| {
        let awaited = known.flags & verdict::AWAITS_EXEC != 0;
        known.flags &= !verdict::AWAITS_EXEC;
        awaited
    });
    judge(task, tgid, 0, 0);
    if awaited {
        // The execve that COMMAND is in counts from its entry.
        set(tgid, |known| {
            known.since = 1;
            true
        });
        changed();
    }
}

/// Changes a verdict. Returns what the change does, or false where there is none.
#[inline(always)]
fn set(tgid: u32, change: impl FnOnce(&mut Verdict) -> bool) -> bool {
    match VERDICTS.get_ptr_mut(&tgid) {
        // SAFETY: a live element of VERDICTS.
        Some(known) => change(unsafe { &mut *known }),
        None => false,
    }
}

/// A process is about to take a name.
#[inline(always)]
pub fn rename(task: Task, tgid: u32, name: [u64; 2]) {
    if config::filters(criterion::PARENT_NAME)
        && let Some(renames) = RENAMES.get_ptr_mut(0)
    {
        // SAFETY: a live element of RENAMES. A lost increment of two at once still changes it.
        unsafe { *renames += 1 };
    }
    if config::filters(criterion::NAME) {
        judge(task, tgid, name[0], name[1]);
    }
}

/// All threads of a process are ending.
#[inline(always)]
pub fn ending(tgid: u32) {
    if config::active() != 0 {
        set(tgid, |known| {
            known.flags |= verdict::ENDING;
            true
        });
    }
}

/// A process has ended. Its id may be another's by now, which then has a verdict of its own.
#[inline(always)]
pub fn ended(tgid: u32) {
    if config::active() != 0 && set(tgid, |known| known.flags & verdict::ENDING != 0) {
        forget(tgid);
    }
}

/// Nothing is known of a process.
#[inline(always)]
pub fn forget(tgid: u32) {
    if config::active() != 0 {
        let _ = VERDICTS.remove(&tgid);
    }
}
