//! The two ends of a syscall.

use aya_ebpf::{
    helpers::generated::{bpf_ktime_get_ns, bpf_probe_read_user},
    macros::map,
    maps::Array,
};
use syscord_syscalls::{
    Abi, MAX_ARGS,
    plan::{NUMBERS, Plan, Slot, effect, plan_flag, way},
    record::{
        CaptureHeader, Entered, EventRecord, MARKS, MAX_RECORD, RecordHeader, Thread,
        UNKNOWN_DURATION, event_mark, record_kind, shed,
    },
};

use crate::{
    capture, config, files,
    filter::{self, Answer},
    overhead,
    regs::{self, Regs},
    ring::{self, NoRoom, Ring, count},
    task::{self, Current},
    thread,
};

/// Plans by ABI and number.
#[map]
static PLANS: Array<Plan> = Array::with_max_entries((Abi::SLOTS * NUMBERS) as u32, 0);

/// Plans that take the place of another while an argument has a certain value. The recorder sets the size, here and
/// below.
#[map]
static VARIANTS: Array<Plan> = Array::with_max_entries(1, 0);

/// Where they are found: see [`Plan::slot`].
#[map]
static SLOTS: Array<Slot> = Array::with_max_entries(1, 0);

/// What the kernel leaves of a call's number once it has restored the registers of another context
/// (sigreturn(2)): none.
const NO_NUMBER: u32 = u32::MAX;
/// The result of a call on a descriptor that is not open.
const EBADF: i64 = -9;
/// The result of a call whose number is none of the kernel's.
const ENOSYS: i64 = -38;
/// Calls that do not leave at exit what was there at entry, not even their number.
const REPLACES: u8 = plan_flag::NEW_IMAGE | plan_flag::RESTORES;

/// A call as both ends see it.
pub struct Call {
    pub who: Current,
    pub abi: u8,
    pub number: u32,
    /// The plan's flags; for a number without plan, those of the setting.
    flags: u8,
    plan: Option<*const Plan>,
}

impl Call {
    #[inline(always)]
    fn of(regs: Regs) -> Call {
        let who = task::current();
        let (abi, number) = regs::call(regs, who.compat);
        let call = Call::numbered(who, abi, number);
        if regs::may_make(who.compat) { call.made(regs) } else { call }
    }

    /// The call that it makes, or, where it makes none, itself.
    #[inline(always)]
    pub fn made(self, regs: Regs) -> Call {
        // SAFETY: a live plan.
        let abi = self.plan.map_or(0, |plan| unsafe { (*plan).makes });
        if abi == 0 {
            return self;
        }
        let made = Call::numbered(self.who, abi, regs::argument(regs, true, 0) as u32);
        if made.args() != 0 { made } else { self }
    }

    /// How many arguments it has; 0 where no call has its number.
    fn args(&self) -> u8 {
        // SAFETY: a live plan.
        self.plan.map_or(0, |plan| unsafe { (*plan).args })
    }

    /// Where its arguments lie, if they do in memory: see [`Abi::Socketcall`].
    #[inline(always)]
    fn block(&self, regs: Regs) -> Option<u64> {
        let address = || regs::argument(regs, true, 1) & 0xffff_ffff;
        (self.abi == Abi::Socketcall as u8).then(address)
    }

    /// One argument.
    #[inline(always)]
    fn argument(&self, regs: Regs, index: u8) -> u64 {
        match self.block(regs) {
            Some(block) => capture::pointer(block + 4 * u64::from(index), 4).0,
            None => regs::argument(regs, self.who.compat, index),
        }
    }

    /// The call that the registers show at exit, or, where they show another, the one that was entered.
    #[inline(always)]
    fn returned(regs: Regs, ret: i64) -> Call {
        let call = Call::of(regs);
        if call.number != NO_NUMBER && !(call.is(plan_flag::NEW_IMAGE) && ret == 0) {
            return call;
        }
        let entered = thread::entered(thread::find(call.who.tid));
        if entered.time != 0 {
            Call::numbered(call.who, entered.abi as u8, entered.number)
        } else if call.number == NO_NUMBER && ret != ENOSYS {
            let number = config::restorer(call.abi);
            Call::numbered(call.who, call.abi, number)
        } else {
            call
        }
    }

    #[inline(always)]
    pub fn numbered(who: Current, abi: u8, number: u32) -> Call {
        let plan = plan(abi, number);
        let flags = match plan {
            // SAFETY: a live element of PLANS.
            Some(plan) => unsafe { (*plan).flags },
            None => config::unplanned() as u8,
        };
        Call { who, abi, number, flags, plan }
    }

    #[inline(always)]
    pub fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// What it changes, as far as that does not depend on an argument.
    fn effects(&self) -> u8 {
        match self.plan {
            // SAFETY: a live plan.
            Some(plan) => unsafe { (*plan).effects },
            None => 0,
        }
    }

    /// Whether it may change anything.
    fn may_change(&self) -> bool {
        // SAFETY: a live plan.
        self.effects() != 0 || self.plan.is_some_and(|plan| unsafe { (*plan).decides } != 0)
    }
}

/// A call begins: its time is kept for the exit, and what the call destroys is captured.
#[inline(always)]
pub fn enter(regs: Regs) {
    let call = Call::of(regs);
    // What replaces its number, or never returns, is known by its entry alone.
    let all = overhead::level() < shed::DURATIONS;
    let wanted = REPLACES | if all { plan_flag::RECORD } else { plan_flag::NEVER_RETURNS };
    if call.who.tgid == config::self_tgid() || !call.is(wanted) {
        return;
    }
    let Some(thread) = thread::keep(call.who.tid) else { return };
    match filter::ask(&call.who, Some(thread)) {
        Answer::Leave => return,
        Answer::Awaits if !call.is(plan_flag::NEW_IMAGE) => return,
        Answer::Awaits | Answer::Record { .. } => {}
    }
    let captures = call.is(plan_flag::AT_ENTRY) && call.is(plan_flag::RECORD);
    let captured = if captures { entry_record(regs, &call) } else { None };
    let time = match captured {
        Some(time) => time,
        // SAFETY: the helper has no preconditions.
        None => unsafe { bpf_ktime_get_ns() },
    };
    let (number, abi) = (call.number, u32::from(call.abi));
    let length = given_length(regs, &call);
    if thread::is_of(thread, call.who.tid) {
        // SAFETY: a live element of the threads'.
        unsafe { (*thread).entered = Entered { time, number, abi, length, pad: 0 } }
    }
}

/// The length that the call will overwrite.
#[inline(always)]
fn given_length(regs: Regs, call: &Call) -> u32 {
    match call.plan {
        Some(plan) if call.is(plan_flag::LENGTH_AT_ENTRY) => {
            // SAFETY: a live plan.
            let (argument, at) = unsafe { ((*plan).length_arg, (*plan).length_at) };
            let place = call.argument(regs, argument);
            // Most who do not want it say so by NULL: to read there would take a page fault.
            if place == 0 {
                return u32::MAX;
            }
            let (length, readable) = capture::pointer(place + u64::from(at), 4);
            if readable { length as u32 } else { u32::MAX }
        }
        _ => u32::MAX,
    }
}

/// Writes what is captured at entry; the recorder joins it to the event by process and time of entry. Returns that time.
#[inline(always)]
fn entry_record(regs: Regs, call: &Call) -> Option<u64> {
    let (ring, plan) = (ring::here()?, call.plan?);
    let Ok(record) = ring.reserve(MAX_RECORD) else {
        count!(ring, dropped_side);
        return None;
    };
    // SAFETY: the helper has no preconditions.
    let time = unsafe { bpf_ktime_get_ns() };
    write(record, record_kind::ENTRY, call, Some(regs), time, 0, 0);
    capture::run(record, plan, capture::AT_ENTRY, u32::MAX);
    let length = capture::at_entry(record, plan, regs::stack(regs, call.who.compat));
    finish(&ring, record, length);
    Some(time)
}

/// A call has returned.
#[inline(always)]
pub fn exit(regs: Regs, ret: i64) {
    let call = Call::returned(regs, ret);
    if call.is(plan_flag::RETURNS_TWICE) && ret == 0 {
        return;
    }
    let Some(ring) = ring::here() else { return };
    count!(ring, seen);
    if call.who.tgid == config::self_tgid() {
        count!(ring, filtered_self);
        return;
    }
    let thread = kept(call.who.tid);
    let since = match filter::ask(&call.who, thread) {
        Answer::Leave => {
            count!(ring, filtered_process);
            return;
        }
        Answer::Awaits => {
            count!(ring, filtered_self);
            return;
        }
        Answer::Record { since } => since,
    };
    let recorded = call.is(plan_flag::RECORD);
    let shed = recorded && overhead::leaves_out(&ring, call.who.tid);
    let begun = if recorded && !shed {
        let mut entered = thread::take_entered(thread);
        if entered.time < since {
            entered.time = 0;
        }
        event(&ring, &call, regs, ret, entered)
    } else {
        if shed {
            count!(ring, dropped_shed);
        } else {
            count!(ring, filtered_syscall);
        }
        if shed || call.is(REPLACES) {
            thread::take_entered(thread);
        }
        state(&ring, &call, regs, ret)
    };
    let Some(Begun { record, mut length, effects, effect_arg }) = begun else { return };
    // In one place for all, or the verifier would walk it several times.
    if effects & effect::TOLD != 0 && (ret >= 0 || effects & effect::ADDRESSED != 0) {
        files::tell(record, effects, effect_arg);
        length = capture::length(record);
    }
    finish(&ring, record, length);
}

/// What is kept of a thread, if anything is to be.
#[inline(always)]
fn kept(tid: u32) -> Option<*mut Thread> {
    if config::durations() != 0 || config::active() != 0 { thread::keep(tid) } else { None }
}

/// A record to which may be added what the call has changed.
struct Begun {
    record: *mut u8,
    length: usize,
    /// Bits of [`effect`].
    effects: u8,
    effect_arg: u8,
}

#[inline(always)]
fn event(ring: &Ring, call: &Call, regs: Regs, ret: i64, entered: Entered) -> Option<Begun> {
    let began = entered.time;
    let lost_args = call.is(plan_flag::NEW_IMAGE) && ret == 0;
    let again = began == 0 || ret < 0;
    let entry_too = call.is(plan_flag::AT_ENTRY) && !call.is(plan_flag::RESTORES) && again;
    let captures = entry_too || call.is(plan_flag::AT_EXIT);
    let tells = call.effects() & effect::TOLD != 0;
    let room = if captures || lost_args || tells { MAX_RECORD } else { size_of::<EventRecord>() };
    let record = reserve(ring, room)?;
    // SAFETY: the helper has no preconditions.
    let now = unsafe { bpf_ktime_get_ns() };
    let duration = if began == 0 { UNKNOWN_DURATION } else { now.wrapping_sub(began) };
    let known = write(record, record_kind::EVENT, call, Some(regs), now, duration, ret);
    count!(ring, recorded);
    let mut begun = Begun { record, length: size_of::<EventRecord>(), effects: 0, effect_arg: 0 };
    if lost_args {
        begun.length = mark(record, event_mark::ARGS_UNKNOWN);
        return Some(begun);
    }
    // Without its arguments nothing can be captured.
    let Some(plan) = call.plan.filter(|_| known && (captures || tells)) else { return Some(begun) };
    capture::set_length(record, begun.length);
    let plan = variant(plan, |index| capture::argument(record.cast(), index));
    // SAFETY: a live plan.
    let (effects, effect_arg, how) = unsafe { ((*plan).effects, (*plan).effect_arg, (*plan).way) };
    (begun.effects, begun.effect_arg) = (effects, effect_arg);
    let done = match how {
        way::NOTHING => true,
        way::SINGLE => captures && capture::single(record, plan, ret),
        _ => false,
    };
    if captures && !done {
        let which = if entry_too { capture::ALL } else { capture::AT_EXIT };
        syscord_capture(which, if began == 0 { u32::MAX } else { entered.length });
    }
    begun.length = capture::length(record);
    Some(begun)
}

/// Makes the captures of the event that is being written, as its plan says. The verifier walks it by itself, once: so it
/// takes no pointers, finds record and plan anew, and returns a number.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_capture(which: u64, given: u32) -> u64 {
    let Some(record) = ring::record() else { return 0 };
    let event = record.cast::<EventRecord>();
    // SAFETY: the record was written before.
    let (abi, number) = unsafe { ((*event).header.what, (*event).header.number) };
    let Some(plan) = plan(abi, number) else { return 0 };
    let plan = variant(plan, |index| capture::argument(event, index));
    capture::run(record, plan, which, given);
    0
}

/// Begins to tell what a call has changed that is left out itself.
#[inline(always)]
fn state(ring: &Ring, call: &Call, regs: Regs, ret: i64) -> Option<Begun> {
    let plan = call.plan.filter(|_| call.may_change())?;
    let plan = variant(plan, |index| call.argument(regs, index));
    // SAFETY: a live plan.
    let (effects, effect_arg) = unsafe { ((*plan).effects, (*plan).effect_arg) };
    // A descriptor is closed even where close(2) fails, unless there was none.
    let despite = effect::ADDRESSED | if ret == EBADF { 0 } else { effect::CLOSED };
    if effects == 0 || ret < 0 && effects & despite == 0 {
        return None;
    }
    let Ok(record) = ring.reserve(MAX_RECORD) else {
        count!(ring, dropped_side);
        return None;
    };
    // SAFETY: the helper has no preconditions.
    let now = unsafe { bpf_ktime_get_ns() };
    write(record, record_kind::STATE, call, Some(regs), now, UNKNOWN_DURATION, ret);
    capture::set_length(record, size_of::<EventRecord>());
    Some(Begun { record, length: size_of::<EventRecord>(), effects, effect_arg })
}

/// The plan of a call, if it has one.
#[inline(always)]
fn plan(abi: u8, number: u32) -> Option<*const Plan> {
    if number < NUMBERS as u32 { PLANS.get_ptr(place(abi, number)) } else { None }
}

/// Where the plan of a call lies in the set that is in force.
#[inline(always)]
fn place(abi: u8, number: u32) -> u32 {
    (overhead::plans() * Abi::SLOTS as u32 + u32::from(abi)) * NUMBERS as u32 + number
}

/// The plan, or the one that takes its place for a call with these arguments.
#[inline(always)]
fn variant(plan: *const Plan, argument: impl FnOnce(u8) -> u64) -> *const Plan {
    // SAFETY: a live plan.
    let (decides, decisive) = unsafe { ((*plan).decides, (*plan).decisive) };
    if decides == 0 {
        return plan;
    }
    let value = argument(decides - 1) as u32 & decisive;
    // SAFETY: as above.
    match SLOTS.get(unsafe { (*plan).slot(value) }) {
        Some(slot) if slot.value == value => {
            VARIANTS.get_ptr(slot.variant.wrapping_sub(1)).unwrap_or(plan)
        }
        _ => plan,
    }
}

/// A thread ends: if that is within a call, the call never returned. Without registers its arguments are not known.
#[inline(always)]
pub fn never_returned(ring: &Ring, who: Current, regs: Option<Regs>) {
    let entered = thread::take_entered(thread::find(who.tid));
    let call = match regs {
        _ if entered.time != 0 => Call::numbered(who, entered.abi as u8, entered.number),
        Some(regs) => Call::of(regs),
        None => return,
    };
    // Without entries, only calls that never return can be told from those that have returned.
    let within = entered.time != 0 || config::durations() == 0 && call.is(plan_flag::NEVER_RETURNS);
    if !within || !call.is(plan_flag::RECORD) {
        return;
    }
    count!(ring, seen);
    if overhead::leaves_out(ring, who.tid) {
        count!(ring, dropped_shed);
        return;
    }
    let Some(record) = reserve(ring, size_of::<EventRecord>() + size_of::<CaptureHeader>()) else {
        return;
    };
    // SAFETY: the helper has no preconditions.
    let now = unsafe { bpf_ktime_get_ns() };
    write(record, record_kind::EVENT, &call, regs, now, UNKNOWN_DURATION, 0);
    let unknown = if regs.is_none() { event_mark::ARGS_UNKNOWN } else { 0 };
    let length = mark(record, event_mark::NEVER_RETURNED | unknown);
    count!(ring, recorded);
    finish(ring, record, length);
}

#[inline(always)]
pub fn reserve(ring: &Ring, room: usize) -> Option<*mut u8> {
    match ring.reserve(room) {
        Ok(record) => Some(record),
        Err(NoRoom::Full) => {
            count!(ring, dropped_full);
            None
        }
        Err(NoRoom::Busy) => {
            count!(ring, dropped_busy);
            None
        }
    }
}

/// Writes what every record has. Returns false if the arguments of a call that socketcall makes cannot be read: it is a
/// socketcall then.
#[inline(always)]
fn write(
    record: *mut u8,
    kind: u8,
    call: &Call,
    regs: Option<Regs>,
    time: u64,
    duration: u64,
    ret: i64,
) -> bool {
    let event = record.cast::<EventRecord>();
    // SAFETY: a reserved record has room for an EventRecord; the length follows in `finish`.
    unsafe {
        (*event).header = RecordHeader { len8: 0, kind, what: call.abi, number: call.number };
        (*event).time = time;
        (*event).duration = duration;
        (*event).tgid = call.who.tgid;
        (*event).tid = call.who.tid;
        (*event).ret = ret;
        match regs {
            Some(regs) => {
                regs::copy_args(regs, call.who.compat, (&raw mut (*event).args).cast());
                if let Some(block) = call.block(regs) {
                    if !copy_block(event, block, call.args()) {
                        // With what it was called is not known then.
                        let (what, number) = regs::call(regs, true);
                        ((*event).header.what, (*event).header.number) = (what, number);
                        return false;
                    }
                }
            }
            None => (*event).args = [0; MAX_ARGS],
        }
    }
    true
}

/// Puts the words of a block in place of the registers. Returns false if it could not be read.
#[inline(never)]
fn copy_block(event: *mut EventRecord, block: u64, count: u8) -> bool {
    let mut words = [0u32; MAX_ARGS];
    let size = u32::from(count & 7) * 4;
    // SAFETY: at most MAX_ARGS words are read, and written to the six of a reserved record.
    unsafe {
        if size > 24 || bpf_probe_read_user(words.as_mut_ptr().cast(), size, block as *const _) != 0
        {
            return false;
        }
        for (i, word) in words.into_iter().enumerate() {
            (*event).args[i] = u64::from(word);
        }
    }
    true
}

/// Appends marks; returns the record's length.
#[inline(always)]
pub fn mark(record: *mut u8, bits: u8) -> usize {
    // SAFETY: the reservation has room for a capture header.
    unsafe {
        *record.add(size_of::<EventRecord>()).cast() =
            CaptureHeader { arg: MARKS, status: 0, len: 0, full: u32::from(bits) };
    }
    size_of::<EventRecord>() + size_of::<CaptureHeader>()
}

#[inline(always)]
pub fn finish(ring: &Ring, record: *mut u8, length: usize) {
    // SAFETY: a reserved record begins with its header.
    unsafe { (*record.cast::<RecordHeader>()).len8 = (length / 8) as u16 };
    ring.publish(length);
}
