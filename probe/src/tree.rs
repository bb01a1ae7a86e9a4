//! What the members of captured structures point to, depth first.
//!
//! One loop follows one member a turn. Where it stands, and what each step of a turn came to, it keeps in
//! memory, of which the verifier knows nothing, so that every turn looks like the one before. For the same
//! reason flags are multiplied with, rather than tested. Structures are read once, and their
//! pointers followed as they were captured; a pointer whose memory is in the record is cleared, since it says no
//! more.

use aya_ebpf::{
    macros::map,
    maps::{Array, PerCpuArray},
};
use syscord_syscalls::{
    plan::{Branch, MAX_NODES, Node, PlanCapture, branch_flag},
    record::{CaptureHeader, MAX_RECORD, TREE_MAX, TREE_PIECES, capture_part},
};

use crate::{
    capture::{EMPTY, HEADER, LAST_START, NOTHING, Step, UNREADABLE, end, finish, span},
    config, ring,
};

/// What to follow in each structure.
#[map]
static NODES: Array<Node> = Array::with_max_entries(MAX_NODES as u32, 0);

/// Where each CPU stands.
#[map]
static WALK: PerCpuArray<Walk> = PerCpuArray::with_max_entries(1, 0);

/// The deepest that structures point to structures: a power of two.
const DEPTH: usize = 4;
/// Turns: one for each piece, and one for the end of each array.
const TURNS: usize = TREE_PIECES + TREE_PIECES / 4;
/// No structure ends behind it.
const LAST: usize = LAST_START + HEADER + TREE_MAX;

const _: () = assert!(LAST + 8 <= MAX_RECORD);

#[repr(C)]
struct Walk {
    /// Bytes that the kernel filled and that were not met yet.
    filled: u64,
    /// Of `frames`, the one in use.
    depth: u32,
    /// The first byte of the captures' headers.
    arg: u32,
    /// The structure whose member is followed: where it lies in the record.
    at: u32,
    /// 1 if the call failed.
    failed: u32,
    /// The member.
    branch: Branch,
    frames: [Frame; DEPTH],
}

/// An array of structures.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frame {
    node: u32,
    /// Where the next structure lies in the record.
    at: u32,
    /// How many are left.
    left: u32,
    /// The next member of it to follow.
    branch: u32,
}

/// Appends what `bytes` bytes of structures at `at` in the record point to.
#[inline(never)]
pub fn walk(capture: PlanCapture, at: usize, bytes: u32, ret: i64) {
    let (Some(walk), Some(node)) = (WALK.get_ptr_mut(0), NODES.get_ptr(u32::from(capture.node)))
    else {
        return;
    };
    // SAFETY: live elements of the maps; nothing else runs on this CPU meanwhile.
    unsafe {
        let left = bytes / u32::from((*node).size).max(1);
        (*walk).filled = if ret < 0 { 0 } else { ret as u64 };
        (*walk).failed = u32::from(ret < 0);
        (*walk).depth = 0;
        (*walk).arg = u32::from(capture.arg & capture_part::ARG | capture_part::PART);
        (*walk).frames[0] = Frame { node: u32::from(capture.node), at: at as u32, left, branch: 0 };
    }
    for _ in 0..TURNS {
        if syscord_turn() == Step::END {
            return;
        }
    }
    leave(walk);
}

/// Says of the piece that would be next, if there is one, that it was not read: it stands for all that lack.
#[inline(always)]
fn leave(walk: *mut Walk) {
    let Some(record) = ring::record() else { return };
    for _ in 0..DEPTH {
        match choose(record, walk) {
            Step::STOP => {}
            Step::MORE => {
                let (cursor, room) = end(record);
                if room {
                    // SAFETY: a live element of the map.
                    finish(record, cursor, unsafe { (*walk).arg } as u8, UNREADABLE);
                }
                return;
            }
            _ => return,
        }
    }
}

/// One turn. The kernel verifies a global function once, wherever it is called from: so it takes nothing, and
/// finds the record and the walk anew.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_turn() -> u64 {
    let (Some(record), Some(walk)) = (ring::record(), WALK.get_ptr_mut(0)) else {
        return Step::END;
    };
    let step = choose(record, walk);
    if step == Step::MORE {
        follow(record, walk);
        // The next turn would find nothing.
        // SAFETY: a live element of the map.
        let (depth, left) = unsafe { ((*walk).depth, (*walk).frames[0].left) };
        if depth | left == 0 {
            return Step::END;
        }
    }
    step
}

/// Finds the next member to follow: END if there is none, STOP if an array ends.
#[inline(never)]
fn choose(record: *mut u8, walk: *mut Walk) -> u64 {
    // SAFETY: a live element of the map; the index is below DEPTH.
    let (depth, frame) = unsafe {
        let depth = (*walk).depth & (DEPTH as u32 - 1);
        (depth, &raw mut (*walk).frames[depth as usize])
    };
    // SAFETY: as above.
    let Frame { node, at, left, branch } = unsafe { *frame };
    if left == 0 {
        if depth == 0 {
            return Step::END;
        }
        // SAFETY: as above.
        unsafe { (*walk).depth = depth - 1 };
        return Step::STOP;
    }
    let Some(node) = NODES.get_ptr(node) else { return Step::END };
    // SAFETY: live elements of the maps; the index is below MAX_BRANCHES.
    unsafe {
        (*walk).at = at;
        (*walk).branch = (*node).branches[(branch & 3) as usize];
        let (size, count, filled_at) = ((*node).size, (*node).count, (*node).filled_at);
        if branch == 0 && filled_at != 0 {
            (*walk).filled = word(record, at, u16::from(filled_at) - 1, 0);
        }
        if branch + 1 < u32::from(count) {
            (*frame).branch = branch + 1;
        } else {
            (*frame).branch = 0;
            (*frame).at = at + u32::from(size);
            (*frame).left = left - 1;
        }
    }
    Step::MORE
}

/// Appends what a member points to.
#[inline(never)]
fn follow(record: *mut u8, walk: *mut Walk) -> u64 {
    // SAFETY: a live element of the map.
    let (at, failed, branch) = unsafe { ((*walk).at, (*walk).failed, (*walk).branch) };
    let counted = bit(branch, branch_flag::COUNTED);
    let count = word(record, at, branch.length_at, bit(branch, branch_flag::WIDE_LENGTH));
    let count = core::cmp::min(count * counted + 1 - counted, u64::from(u32::MAX));
    let address = word(record, at, branch.at, bit(branch, branch_flag::WIDE_POINTER));
    // What the kernel was to fill is nothing where it failed.
    let address = address * (1 - bit(branch, branch_flag::FILLED) * u64::from(failed));
    let (cursor, room) = end(record);
    if room {
        piece(record, walk, cursor, address, count * u64::from(branch.unit));
        descend(record, walk, cursor);
    }
    0
}

/// Appends `bytes` bytes at `address`, at most those that the kernel filled.
#[inline(never)]
fn piece(record: *mut u8, walk: *mut Walk, cursor: usize, address: u64, bytes: u64) -> u64 {
    // SAFETY: a live element of the map.
    let (arg, filled, branch) = unsafe { ((*walk).arg, (*walk).filled, (*walk).branch) };
    let content = bit(branch, branch_flag::CONTENT);
    let measured = content * bit(branch, branch_flag::FILLED);
    let bytes = core::cmp::min(bytes, filled | measured.wrapping_sub(1));
    // SAFETY: as above.
    unsafe { (*walk).filled = filled - bytes * measured };
    let limit = u64::from(config::content()) * content + TREE_MAX as u64 * (1 - content);
    if cursor > LAST_START {
        return 0;
    }
    let outcome = if address == 0 {
        NOTHING
    } else if bytes == 0 && content + u64::from(branch.node) != 0 {
        EMPTY
    } else {
        // SAFETY: `cursor` is at most LAST_START, so the record has room for what follows.
        span(unsafe { record.add(cursor + HEADER) }, address, bytes, limit as u32)
    };
    finish(record, cursor, arg as u8, outcome);
    0
}

/// Clears the pointer to what was captured at `cursor`, and goes on with structures that lie there.
#[inline(never)]
fn descend(record: *mut u8, walk: *mut Walk, cursor: usize) -> u64 {
    if cursor > LAST_START {
        return 0;
    }
    // SAFETY: `cursor` is at most LAST_START.
    let header = unsafe { record.add(cursor).cast::<CaptureHeader>().read_volatile() };
    // SAFETY: live elements of the map; the index is below DEPTH.
    unsafe {
        let branch = (*walk).branch;
        // Whole and cut are 1 and 2.
        let captured = u64::from((header.status ^ header.status >> 1) & 1);
        clear(record, (*walk).at, branch.at, bit(branch, branch_flag::WIDE_POINTER), captured);
        if branch.node != 0 {
            let depth = ((*walk).depth + 1) & (DEPTH as u32 - 1);
            let left = u32::from(header.len) / u32::from(branch.unit).max(1);
            let (node, at) = (u32::from(branch.node), (cursor + HEADER) as u32);
            (*walk).frames[depth as usize] = Frame { node, at, left, branch: 0 };
            (*walk).depth = depth;
        }
    }
    0
}

/// 1 if a flag is set, else 0.
#[inline(always)]
fn bit(branch: Branch, flag: u8) -> u64 {
    u64::from(branch.flags / flag & 1)
}

/// A word of the record, of 64 bits if `wide` is 1.
#[inline(always)]
fn word(record: *mut u8, at: u32, offset: u16, wide: u64) -> u64 {
    let place = at as usize + usize::from(offset);
    if place > LAST {
        return 0;
    }
    // SAFETY: the place is in the record.
    unsafe {
        let low = u64::from(record.add(place).cast::<u32>().read_unaligned());
        let high = u64::from(record.add(place + 4).cast::<u32>().read_unaligned());
        low | (high * wide) << 32
    }
}

/// Clears a word of the record, of 64 bits if `wide` is 1, if `clears` is 1.
#[inline(always)]
fn clear(record: *mut u8, at: u32, offset: u16, wide: u64, clears: u64) {
    let place = at as usize + usize::from(offset);
    if place > LAST {
        return;
    }
    // SAFETY: the place is in the record.
    unsafe {
        let (low, high) = (record.add(place).cast::<u32>(), record.add(place + 4).cast::<u32>());
        low.write_unaligned(low.read_unaligned() & (clears as u32).wrapping_sub(1));
        let clears = (clears * wide) as u32;
        high.write_unaligned(high.read_unaligned() & clears.wrapping_sub(1));
    }
}
