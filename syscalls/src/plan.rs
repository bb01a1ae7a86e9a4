//! Capture plans: what the probe does with a syscall, compiled from its row.
//!
//! The probe knows numbers only as indices into an array of plans; everything it does follows
//! from the plan's bits and operations.

use crate::MAX_ARGS;

/// The most captures of one call that do not loop.
pub const MAX_CAPTURES: usize = 6;
/// The most of them whose room is bounded by `--content` alone; all others are short.
pub const MAX_CONTENTS: usize = 2;
/// Plans per ABI: greater numbers have none.
pub const NUMBERS: usize = crate::NR_LIMIT;

/// Bits of [`Plan::flags`].
pub mod plan_flag {
    /// The call is in the syscall set.
    pub const RECORD: u8 = 1;
    /// Some capture is read at entry.
    pub const AT_ENTRY: u8 = 1 << 1;
    /// Some capture is read at exit.
    pub const AT_EXIT: u8 = 1 << 2;
    /// The child returns from it too, with 0 (fork(2)).
    pub const RETURNS_TWICE: u8 = 1 << 3;
    /// It never returns (exit(2)).
    pub const NEVER_RETURNS: u8 = 1 << 4;
    /// On success its arguments are gone at exit (execve(2)).
    pub const NEW_IMAGE: u8 = 1 << 5;
    /// At exit its registers, and even its number, are those of another context (sigreturn(2)).
    pub const RESTORES: u8 = 1 << 6;
    /// It overwrites a length in memory, which is kept at entry.
    pub const LENGTH_AT_ENTRY: u8 = 1 << 7;
}

/// Bits of [`Plan::effects`]: what a call changes of its process, of which the probe tells even where
/// the call itself is not in the syscall set.
pub mod effect {
    /// The result is a new descriptor: what it stands for is told.
    pub const MADE: u8 = 1;
    /// The same of the two descriptors that an argument points to.
    pub const MADE_PAIR: u8 = 1 << 1;
    /// The same of descriptors that came with the message that an argument points to.
    pub const PASSED: u8 = 1 << 2;
    /// The first argument's descriptor is closed.
    pub const CLOSED: u8 = 1 << 3;
    /// The first argument's socket has other addresses, which are told.
    pub const ADDRESSED: u8 = 1 << 4;
    /// The working directory is another one, which is told.
    pub const CWD: u8 = 1 << 5;
    /// Which descriptors are open is told.
    pub const TABLE: u8 = 1 << 6;
    /// User and group are told.
    pub const IDS: u8 = 1 << 7;
    /// Those that are told with the call.
    pub const TOLD: u8 = !CLOSED;
}

/// What the probe does with one syscall.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bits of [`plan_flag`].
    pub flags: u8,
    /// Bits of [`effect`].
    pub effects: u8,
    /// Index of the argument that [`effect::MADE_PAIR`] and [`effect::PASSED`] are about.
    pub effect_arg: u8,
    /// How many of `captures` are in use.
    pub count: u8,
    /// Index of the argument that points to a length, or to a structure with one, for
    /// [`plan_flag::LENGTH_AT_ENTRY`].
    pub length_arg: u8,
    /// Index of the argument by whose value another plan is taken, and 1; 0: none is.
    pub decides: u8,
    /// It makes the calls of this ABI ([`crate::Abi`]), by its first argument; 0: it makes none.
    pub makes: u8,
    /// How many arguments it has.
    pub args: u8,
    /// One of [`way`]: how its captures at exit are made.
    pub way: u8,
    /// What the value that decides is shifted by, 1–31: see [`Plan::slot`].
    pub shift: u8,
    /// Zero.
    pub pad: [u8; 2],
    /// The bits of that argument that count.
    pub decisive: u32,
    /// What the value that decides is multiplied with.
    pub mix: u32,
    /// The first of the slots for its values.
    pub slots: u32,
    /// What is read of the memory behind the arguments: strings and spans of bytes.
    pub captures: [PlanCapture; MAX_CAPTURES],
    /// One capture that has to loop: a list of strings, a tree. Its `op` is 0 where there is none.
    pub looping: PlanCapture,
    /// Where the length lies behind its argument's address, for [`plan_flag::LENGTH_AT_ENTRY`]: at most 12.
    pub length_at: u8,
    /// Index of the argument that points to pointers to be counted at entry, and 1; 0: none does.
    pub counted: u8,
    /// Index of the argument as which [`Plan::frame`] is captured.
    pub frame_arg: u8,
    /// 1 if that length is captured, too, as what its argument pointed to before the call.
    pub tells_length: u8,
    /// Two words of 32 bits above the stack pointer that are captured at entry; 0: none are.
    pub frame: [u16; 2],
}

/// The most trees there are, of all ABIs: see [`Node`].
pub const MAX_NODES: usize = 128;
/// The most members of a structure that point to something, those of structures within it included.
pub const MAX_BRANCHES: usize = 4;

/// A structure of which something is captured that its members point to.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its size in bytes.
    pub size: u16,
    /// How many of `branches` are in use.
    pub count: u8,
    /// Where in it a 32-bit word says how many bytes the kernel filled of what it points to, and 1; 0: the
    /// result says so.
    pub filled_at: u8,
    /// Zero.
    pub pad: u32,
    /// Its members that point to something.
    pub branches: [Branch; MAX_BRANCHES],
}

/// A member that points to something.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// Where the pointer lies in the structure.
    pub at: u16,
    /// Where its length does.
    pub length_at: u16,
    /// How many bytes each one is of what the length counts; without [`branch_flag::COUNTED`], all there are.
    pub unit: u16,
    /// Bits of [`branch_flag`].
    pub flags: u8,
    /// What lies there points to something itself: index of its [`Node`]; else 0.
    pub node: u8,
}

/// Bits of [`Branch::flags`].
pub mod branch_flag {
    /// The pointer has 64 bits, not 32.
    pub const WIDE_POINTER: u8 = 1;
    /// The length has 64 bits, not 32.
    pub const WIDE_LENGTH: u8 = 1 << 1;
    /// There is a length.
    pub const COUNTED: u8 = 1 << 2;
    /// A buffer's contents: at most the `--content` setting is read.
    pub const CONTENT: u8 = 1 << 3;
    /// The kernel fills it: nothing is read if the call failed, and of contents no more than was filled.
    pub const FILLED: u8 = 1 << 4;
}

impl Plan {
    /// Nothing is done.
    pub const NOTHING: Plan = Plan {
        effects: 0,
        effect_arg: 0,
        makes: 0,
        args: 0,
        way: way::NOTHING,
        shift: 0,
        pad: [0; 2],
        flags: 0,
        count: 0,
        length_arg: 0,
        decides: 0,
        decisive: 0,
        mix: 0,
        slots: 0,
        captures: [PlanCapture::NOTHING; MAX_CAPTURES],
        looping: PlanCapture::NOTHING,
        length_at: 0,
        counted: 0,
        frame_arg: 0,
        tells_length: 0,
        frame: [0; 2],
    };

    /// The same without captures.
    pub fn bare(self) -> Plan {
        let captures = plan_flag::AT_ENTRY | plan_flag::LENGTH_AT_ENTRY;
        let exit = if self.decides != 0 { 0 } else { plan_flag::AT_EXIT };
        Plan {
            flags: self.flags & !(captures | exit),
            effects: self.effects,
            effect_arg: self.effect_arg,
            makes: self.makes,
            args: self.args,
            decides: self.decides,
            shift: self.shift,
            decisive: self.decisive,
            mix: self.mix,
            slots: self.slots,
            ..Plan::NOTHING
        }
    }

    /// Where the plan stands that takes its place while the argument that decides has that value, if one does: no two that
    /// have one come to the same slot.
    #[inline(always)]
    pub const fn slot(&self, value: u32) -> u32 {
        self.slots + (value.wrapping_mul(self.mix) >> (self.shift & 31))
    }
}

/// A plan that takes another's place.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// The value for which it does.
    pub value: u32,
    /// Its index, and 1; 0: there is none.
    pub variant: u32,
}

/// How the captures of a plan are made at exit.
pub mod way {
    /// There are none.
    pub const NOTHING: u8 = 0;
    /// All there is is one span of bytes, whose length is in the result or an argument, or known.
    pub const SINGLE: u8 = 1;
    /// In any other way.
    pub const SEVERAL: u8 = 2;
}

/// One capture.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCapture {
    /// One of [`capture_op`].
    pub op: u8,
    /// Index of the argument that holds the address.
    pub arg: u8,
    /// One of [`length`]: where the length is found.
    pub length: u8,
    /// Index of the argument that holds the length, for [`length::ARG`], [`length::AT`] and [`length::WITHIN`].
    pub length_arg: u8,
    /// How many bytes each one is of what the length counts: 1, or a structure's size.
    pub unit: u16,
    /// Bits of [`capture_flag`].
    pub flags: u8,
    /// Index of the [`Node`], for [`capture_op::TREE`].
    pub node: u8,
}

impl PlanCapture {
    /// Nothing is read.
    pub const NOTHING: PlanCapture =
        PlanCapture { op: 0, arg: 0, length: 0, length_arg: 0, unit: 0, flags: 0, node: 0 };
}

/// How memory is read.
pub mod capture_op {
    /// A NUL-terminated string.
    pub const STR: u8 = 1;
    /// A NULL-terminated array of strings.
    pub const STR_ARRAY: u8 = 2;
    /// A span of bytes.
    pub const BYTES: u8 = 3;
    /// Structures, and what their members point to.
    pub const TREE: u8 = 4;
}

/// Where a length is found.
pub mod length {
    /// In the result.
    pub const RET: u8 = 1;
    /// In an argument.
    pub const ARG: u8 = 2;
    /// In the 32-bit word that an argument points to.
    pub const AT: u8 = 3;
    /// There is one.
    pub const ONE: u8 = 4;
    /// In the result, but at most what an argument says.
    pub const WITHIN: u8 = 5;
    /// In an argument that counts bits, which lie in words of the capture's unit.
    pub const BITS: u8 = 6;

    /// Beside the index of an [`ARG`]: it is a number of 32 bits.
    pub const NARROW: u8 = 1 << 3;
    /// Beside the index of a [`BITS`]: the count is one too high.
    pub const BELOW: u8 = 1 << 4;
}

/// Bits of [`PlanCapture::flags`].
pub mod capture_flag {
    /// Read at entry, not at exit.
    pub const ENTRY: u8 = 1;
    /// Read only when the call succeeded.
    pub const ON_SUCCESS: u8 = 1 << 1;
    /// A buffer's contents, or an array: at most the `--content` setting is read.
    pub const CONTENT: u8 = 1 << 2;
    /// Read at entry and at exit.
    pub const BOTH: u8 = 1 << 3;
    /// Read only when the result is above 0.
    pub const ON_FOUND: u8 = 1 << 4;
    /// Read only when a signal interrupted the call.
    pub const ON_INTERRUPTED: u8 = 1 << 5;
    /// One part of what is captured of the argument.
    pub const PART: u8 = 1 << 6;
    /// All of it is read, whatever the `--content` setting, as far as one capture goes: it is counted.
    pub const COUNTED: u8 = 1 << 7;
}

const _: () = assert!(size_of::<Plan>() == 40 + 8 * MAX_CAPTURES && MAX_ARGS == 6);

#[cfg(feature = "alloc")]
pub use compile::{Nodes, plan_of, variants_of};

#[cfg(feature = "alloc")]
mod compile;
