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

/// What the probe does with one syscall.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bits of [`plan_flag`].
    pub flags: u8,
    /// How many of `captures` are in use.
    pub count: u8,
    /// Index of the argument that points to a length, for [`plan_flag::LENGTH_AT_ENTRY`].
    pub length_arg: u8,
    /// Index of the argument by whose value another plan is taken, and 1; 0: none is.
    pub decides: u8,
    /// The bits of that argument that count.
    pub decisive: u32,
    /// What is read of the memory behind the arguments: strings and spans of bytes.
    pub captures: [PlanCapture; MAX_CAPTURES],
    /// One capture that has to loop: a list of strings, an iovec array, a msghdr. Its `op` is 0 where
    /// there is none.
    pub looping: PlanCapture,
}

impl Plan {
    /// Nothing is done.
    pub const NOTHING: Plan = Plan {
        flags: 0,
        count: 0,
        length_arg: 0,
        decides: 0,
        decisive: 0,
        captures: [PlanCapture::NOTHING; MAX_CAPTURES],
        looping: PlanCapture::NOTHING,
    };
}

/// The most plans that depend on an argument, of all ABIs.
pub const MAX_VARIANTS: usize = 4096;

/// Where a plan is found that takes the place of the one at `index` while an argument is `value`.
pub const fn variant_key(index: u32, value: u32) -> u64 {
    (index as u64) << 32 | value as u64
}

/// One capture.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCapture {
    /// One of [`capture_op`].
    pub op: u8,
    /// Index of the argument that holds the address.
    pub arg: u8,
    /// One of [`length`]: where the length (an iovec's: the count) is found.
    pub length: u8,
    /// Index of the argument that holds the length, for [`length::ARG`], [`length::AT`] and [`length::WITHIN`].
    pub length_arg: u8,
    /// How many bytes each one is of what the length counts: 1, or a structure's size.
    pub unit: u16,
    /// Bits of [`capture_flag`].
    pub flags: u8,
    /// Zero.
    pub pad: u8,
}

impl PlanCapture {
    /// Nothing is read.
    pub const NOTHING: PlanCapture =
        PlanCapture { op: 0, arg: 0, length: 0, length_arg: 0, unit: 0, flags: 0, pad: 0 };
}

/// How memory is read.
pub mod capture_op {
    /// A NUL-terminated string.
    pub const STR: u8 = 1;
    /// A NULL-terminated array of strings.
    pub const STR_ARRAY: u8 = 2;
    /// A span of bytes.
    pub const BYTES: u8 = 3;
    /// The buffers of an iovec array.
    pub const IOVEC: u8 = 4;
    /// The buffers of a `struct msghdr`.
    pub const MSGHDR: u8 = 5;
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
}

/// Bits of [`PlanCapture::flags`].
pub mod capture_flag {
    /// Read at entry, not at exit.
    pub const ENTRY: u8 = 1;
    /// Read only when the call succeeded.
    pub const ON_SUCCESS: u8 = 1 << 1;
    /// A buffer's contents, or an array: at most the `--content` setting is read.
    pub const CONTENT: u8 = 1 << 2;
    /// The result bounds the bytes of an iovec array or msghdr.
    pub const RET_BOUNDS: u8 = 1 << 3;
    /// Read only when the result is above 0.
    pub const ON_FOUND: u8 = 1 << 4;
    /// Read only when a signal interrupted the call.
    pub const ON_INTERRUPTED: u8 = 1 << 5;
}

const _: () = assert!(size_of::<Plan>() == 16 + 8 * MAX_CAPTURES && MAX_ARGS == 6);

#[cfg(feature = "alloc")]
pub use compile::{plan_of, variants_of};

#[cfg(feature = "alloc")]
mod compile {
    use super::{Plan, PlanCapture, capture_flag, capture_op, length, plan_flag};
    use alloc::{collections::BTreeSet, vec::Vec};

    use crate::{
        Abi, Kind, Len, Memory, Role, Syscall, When,
        choices::{Case, Choice},
    };

    /// The plan of a row: what to capture, whether contents count, and nothing about names. The
    /// `RECORD` bit is left to the syscall set.
    pub fn plan_of(row: &Syscall, abi: Abi, contents: bool) -> Plan {
        let mut plan = compile(row, abi, contents, |kind| kind);
        if let Some((key, choice)) = decider(row).filter(|_| contents) {
            plan.decides = 1 + key;
            plan.decisive = choice.bits() as u32;
            plan.flags |= plan_flag::AT_EXIT;
        }
        plan
    }

    /// The plans that take the place of a row's, each with the value of the argument by which it
    /// does ([`Plan::decides`]), of which [`Plan::decisive`] bits count.
    pub fn variants_of(row: &Syscall, abi: Abi, contents: bool) -> Vec<(u32, Plan)> {
        let Some((_, choice)) = decider(row).filter(|_| contents) else { return Vec::new() };
        let plan = |value: u32| {
            let chosen = |kind| match kind {
                Kind::By(other) if other.key == choice.key => other.of(u64::from(value)),
                other => other,
            };
            let mut plan = compile(row, abi, contents, chosen);
            plan.flags |= plan_flag::AT_EXIT;
            (value, plan)
        };
        values(choice).into_iter().map(plan).collect()
    }

    /// The values that fit a case. Where cases are flags, several may be set at once.
    fn values(choice: &Choice) -> BTreeSet<u32> {
        const FEW: usize = 4;
        let value = |case: &Case| (case.value & choice.mask(case)) as u32;
        let mut values: BTreeSet<u32> = choice.cases.iter().map(value).collect();
        if choice.cases.len() <= FEW {
            for case in choice.cases {
                let joined: Vec<u32> = values.iter().map(|other| other | value(case)).collect();
                values.extend(joined);
            }
        }
        values
    }

    /// The argument on which it depends what is captured, and the choice with the most cases that
    /// goes by it.
    fn decider(row: &Syscall) -> Option<(u8, &'static Choice)> {
        let choices = row.args.iter().filter_map(|arg| match arg.kind {
            Kind::By(choice) if choice.decides_captures() => Some(choice),
            _ => None,
        });
        let choice = choices.max_by_key(|choice| choice.cases.len())?;
        let key = row.args.iter().position(|arg| arg.name == choice.key)?;
        Some((key as u8, choice))
    }

    fn compile(row: &Syscall, abi: Abi, contents: bool, chosen: impl Fn(Kind) -> Kind) -> Plan {
        let mut plan = Plan { flags: result_flags(row.ret), ..Plan::default() };
        for (index, arg) in row.args.iter().enumerate() {
            let Some((memory, when, role)) = chosen(arg.kind).memory() else { continue };
            let looping = matches!(memory, Memory::StrArray | Memory::Iovec(_) | Memory::Msghdr);
            let place = match looping {
                true => Some(&mut plan.looping).filter(|place| place.op == 0),
                false => plan.captures.get_mut(usize::from(plan.count)),
            };
            let Some(place) = place else { continue };
            if matches!(role, Role::Content | Role::Struct | Role::Array) && !contents {
                continue;
            }
            *place = capture(row, abi, index, (memory, when, role));
            if place.length == length::AT {
                plan.flags |= plan_flag::LENGTH_AT_ENTRY;
                plan.length_arg = place.length_arg;
            }
            plan.count += u8::from(!looping);
            plan.flags |= match when {
                When::Entry => plan_flag::AT_ENTRY,
                When::Exit | When::Success | When::Found | When::Interrupted => plan_flag::AT_EXIT,
            };
        }
        plan
    }

    fn result_flags(ret: Kind) -> u8 {
        match ret {
            Kind::Child => plan_flag::RETURNS_TWICE,
            Kind::Never => plan_flag::NEVER_RETURNS,
            Kind::NewImage => plan_flag::NEW_IMAGE,
            Kind::Restored => plan_flag::RESTORES,
            _ => 0,
        }
    }

    fn capture(
        row: &Syscall,
        abi: Abi,
        index: usize,
        (memory, when, role): (Memory, When, Role),
    ) -> PlanCapture {
        let argument = |name: &str| row.args.iter().position(|a| a.name == name).unwrap_or(0) as u8;
        let (op, len, unit) = match memory {
            Memory::Str => (capture_op::STR, Len::Fixed(0), 1),
            Memory::StrArray => (capture_op::STR_ARRAY, Len::Fixed(0), 1),
            Memory::Bytes(len) => (capture_op::BYTES, len, 1),
            Memory::Structs(of, len) => (capture_op::BYTES, len, of.size(row.layout(abi))),
            Memory::Iovec(count) => (capture_op::IOVEC, Len::Arg(count), 1),
            Memory::Msghdr => (capture_op::MSGHDR, Len::Fixed(0), 1),
        };
        let (length, length_arg, unit) = match len {
            Len::Ret => (length::RET, 0, unit),
            Len::Within(name) => (length::WITHIN, argument(name), unit),
            Len::Arg(name) => (length::ARG, argument(name), unit),
            Len::At(name) => (length::AT, argument(name), unit),
            Len::Fixed(count) => (length::ONE, 0, count * unit),
        };
        let mut flags = match when {
            When::Entry => capture_flag::ENTRY,
            When::Exit => 0,
            When::Success => capture_flag::ON_SUCCESS,
            When::Found => capture_flag::ON_FOUND,
            When::Interrupted => capture_flag::ON_INTERRUPTED,
        };
        if matches!(role, Role::Content | Role::Array) {
            flags |= capture_flag::CONTENT;
        }
        if when == When::Success && matches!(memory, Memory::Iovec(_) | Memory::Msghdr) {
            flags |= capture_flag::RET_BOUNDS;
        }
        PlanCapture { op, arg: index as u8, length, length_arg, unit, flags, pad: 0 }
    }
}
