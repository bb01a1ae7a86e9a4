//! From rows to plans.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Node, Plan, PlanCapture, capture_flag, capture_op, effect, length, plan_flag, way};
use crate::{
    Abi, Kind, Len, Memory, Role, Shape, Syscall, When,
    choices::{Case, Choice},
    names::network::SOCKET_CALLS,
    structs::{Struct, files::FD, network::MSGHDR_OUT},
};

mod tree;

/// The structures whose members point to what is captured, each once for every ABI. Index 0 is none.
#[derive(Debug)]
pub struct Nodes {
    of: Vec<Option<(&'static Struct, Abi)>>,
    nodes: Vec<Node>,
}

/// The plan of a row: what to capture, whether contents count, and nothing about names. The
/// `RECORD` bit is left to the syscall set.
pub fn plan_of(row: &Syscall, abi: Abi, contents: bool, nodes: &mut Nodes) -> Plan {
    let mut plan = compile(row, abi, contents, nodes, |kind| kind);
    if let Some(decider) = Decider::of(row, contents) {
        plan.decides = 1 + decider.arg;
        plan.decisive = decider.bits();
        plan.flags |= plan_flag::AT_EXIT;
    }
    plan
}

/// How its captures are made at exit.
fn way_of(plan: &Plan) -> u8 {
    let [first, ..] = plan.captures;
    let otherwise = capture_flag::ON_INTERRUPTED | capture_flag::PART;
    let elsewhere = plan_flag::AT_ENTRY | plan_flag::LENGTH_AT_ENTRY;
    let lengths = [length::RET, length::WITHIN, length::ARG, length::ONE];
    match (plan.count, plan.looping.op) {
        (0, 0) if plan.tells_length == 0 => way::NOTHING,
        (1, 0)
            if plan.flags & elsewhere == 0
                && first.op == capture_op::BYTES
                && first.flags & otherwise == 0
                && lengths.contains(&first.length) =>
        {
            way::SINGLE
        }
        _ => way::SEVERAL,
    }
}

/// The plans that take the place of a row's, each with the value of the argument by which it
/// does ([`Plan::decides`]), of which [`Plan::decisive`] bits count.
pub fn variants_of(row: &Syscall, abi: Abi, contents: bool, nodes: &mut Nodes) -> Vec<(u32, Plan)> {
    let Some(decider) = Decider::of(row, contents) else { return Vec::new() };
    let plan = |value: u32| {
        let chosen = |kind| match kind {
            Kind::By(other) if other.key == decider.key => other.of(u64::from(value)),
            other => other,
        };
        let mut plan = compile(row, abi, contents, nodes, chosen);
        plan.flags |= plan_flag::AT_EXIT;
        (value, plan)
    };
    let values: BTreeSet<u32> = decider.choices().flat_map(values).collect();
    values.into_iter().map(plan).collect()
}

/// The argument on which it depends what is done.
struct Decider {
    arg: u8,
    key: &'static str,
    /// The choice with the most cases that decides what is captured.
    captures: Option<&'static Choice>,
    /// The choice that decides whether the result is a descriptor.
    result: Option<&'static Choice>,
}

impl Decider {
    fn of(row: &Syscall, contents: bool) -> Option<Decider> {
        let choices = row.args.iter().filter_map(|arg| match arg.kind {
            Kind::By(choice) if contents && choice.decides_captures() => Some(choice),
            _ => None,
        });
        let captures = choices.max_by_key(|choice| choice.cases.len());
        let makes = |choice: &&Choice| choice.cases.iter().any(|case| case.kind == Kind::Fd);
        let result = match row.ret {
            Kind::By(choice) => Some(choice).filter(makes),
            _ => None,
        };
        let key = captures.or(result)?.key;
        let arg = row.args.iter().position(|arg| arg.name == key)? as u8;
        Some(Decider { arg, key, captures, result: result.filter(|other| other.key == key) })
    }

    fn choices(&self) -> impl Iterator<Item = &'static Choice> {
        self.captures.into_iter().chain(self.result)
    }

    fn bits(&self) -> u32 {
        self.choices().fold(0, |bits, choice| bits | choice.bits() as u32)
    }
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

fn compile(
    row: &Syscall,
    abi: Abi,
    contents: bool,
    nodes: &mut Nodes,
    chosen: impl Fn(Kind) -> Kind,
) -> Plan {
    let layout = row.layout(abi);
    let mut plan = Plan { flags: result_flags(row.ret), ..Plan::default() };
    (plan.effects, plan.effect_arg) = effects(row, &chosen);
    (plan.makes, plan.args) = (makes(row), row.args.len() as u8);
    for (index, arg) in row.args.iter().enumerate() {
        let Some((memory, when, role)) = chosen(arg.kind).memory() else { continue };
        if is_content(role) && !contents {
            continue;
        }
        match memory {
            Memory::Count => plan.counted = 1 + index as u8,
            Memory::Frame(frame) => {
                plan.frame = frame.mask(abi);
                plan.frame_arg = index as u8;
            }
            Memory::Str
            | Memory::StrArray
            | Memory::Bytes(_)
            | Memory::Structs(..)
            | Memory::Tree(..) => {
                let looping = matches!(memory, Memory::StrArray | Memory::Tree(..));
                let place = match looping {
                    true => Some(&mut plan.looping).filter(|place| place.op == 0),
                    false => plan.captures.get_mut(usize::from(plan.count)),
                };
                let Some(place) = place else { continue };
                *place = capture(row, layout, index, (memory, when, role), nodes);
                plan.count += u8::from(!looping);
                if place.length == length::AT {
                    plan.flags |= plan_flag::LENGTH_AT_ENTRY;
                    plan.length_arg = place.length_arg;
                }
            }
        }
        plan.flags |= match when {
            When::Entry => plan_flag::AT_ENTRY,
            When::Both if overwritten_length(memory, when, layout).is_some() => plan_flag::AT_EXIT,
            When::Both => plan_flag::AT_ENTRY | plan_flag::AT_EXIT,
            When::Exit | When::Success | When::Found | When::Interrupted => plan_flag::AT_EXIT,
        };
        if let Some(at) = overwritten_length(memory, when, layout) {
            plan.flags |= plan_flag::LENGTH_AT_ENTRY;
            (plan.length_arg, plan.length_at, plan.tells_length) = (index as u8, at, 1);
        }
    }
    plan.way = way_of(&plan);
    plan
}

/// What a call changes of its process, and the argument that tells of it.
fn effects(row: &Syscall, chosen: impl Fn(Kind) -> Kind) -> (u8, u8) {
    let of_result = match chosen(row.ret) {
        Kind::Fd => effect::MADE,
        Kind::Closed => effect::CLOSED,
        Kind::Addressed => effect::ADDRESSED,
        Kind::NewCwd => effect::CWD,
        Kind::NewTable => effect::TABLE,
        Kind::NewIds => effect::IDS,
        _ => 0,
    };
    let of_argument = |kind| match kind {
        Kind::ArrayOut(of, Len::Fixed(2)) if *of == FD => effect::MADE_PAIR,
        Kind::TreeOut(of) if *of == MSGHDR_OUT => effect::PASSED,
        _ => 0,
    };
    let bits: Vec<u8> = row.args.iter().map(|arg| of_argument(chosen(arg.kind))).collect();
    let at = bits.iter().position(|bits| *bits != 0);
    (of_result | at.map_or(0, |at| bits[at]), at.unwrap_or(0) as u8)
}

/// The ABI whose calls it makes ([`Plan::makes`]).
fn makes(row: &Syscall) -> u8 {
    match row.args.first().map(|arg| arg.kind) {
        Some(Kind::One(calls)) if *calls == SOCKET_CALLS => Abi::Socketcall as u8,
        _ => 0,
    }
}

/// Whether `--content 0` leaves it out.
fn is_content(role: Role) -> bool {
    match role {
        Role::Content
        | Role::Struct
        | Role::Array
        | Role::Parts
        | Role::ArrayParts
        | Role::SetParts
        | Role::Control => true,
        Role::Path | Role::Text | Role::Address | Role::List | Role::Count => false,
    }
}

/// Where in it a word of 32 bits lies that the kernel overwrites: one that is all there is, or the length
/// of a member that points to something. It is kept with the call under way, which is cheaper than a
/// record of its own.
fn overwritten_length(memory: Memory, when: When, abi: Abi) -> Option<u8> {
    match memory {
        Memory::Structs(of, _) if when == When::Both && of.size(abi) == 4 => Some(0),
        Memory::Tree(of, Len::Fixed(1)) => tree::overwritten_length(of, abi),
        _ => None,
    }
}

/// Whether it is a number of 32 bits.
fn is_narrow(kind: Kind) -> bool {
    matches!(kind.shape(), Shape::Signed32 | Shape::Unsigned32)
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
    layout: Abi,
    index: usize,
    (memory, when, role): (Memory, When, Role),
    nodes: &mut Nodes,
) -> PlanCapture {
    let argument = |name: &str| row.args.iter().position(|a| a.name == name).unwrap_or(0) as u8;
    let (op, len, unit) = match memory {
        Memory::Str => (capture_op::STR, Len::Fixed(0), 1),
        Memory::StrArray | Memory::Count | Memory::Frame(_) => {
            (capture_op::STR_ARRAY, Len::Fixed(0), 1)
        }
        Memory::Bytes(len) => (capture_op::BYTES, len, 1),
        Memory::Structs(of, len) => (capture_op::BYTES, len, of.size(layout)),
        Memory::Tree(of, len) => (capture_op::TREE, len, of.size(layout)),
    };
    let word = if layout == Abi::I386 { 4 } else { 8 };
    let (length, length_arg, unit) = match len {
        Len::Ret => (length::RET, 0, unit),
        Len::Within(name) => (length::WITHIN, argument(name), unit),
        Len::Arg(name) | Len::UpTo(name, _) => {
            let at = argument(name);
            let narrow = matches!(row.args.get(usize::from(at)), Some(arg) if is_narrow(arg.kind));
            (length::ARG, at | if narrow { length::NARROW } else { 0 }, unit)
        }
        Len::At(name) => (length::AT, argument(name), unit),
        Len::BitsOf(name) => (length::BITS, argument(name), word),
        Len::BitsBelow(name) => (length::BITS, argument(name) | length::BELOW, word),
        Len::Fixed(count) => (length::ONE, 0, count * unit),
    };
    let mut flags = match when {
        When::Entry => capture_flag::ENTRY,
        When::Both if overwritten_length(memory, when, layout).is_none() => capture_flag::BOTH,
        When::Both | When::Exit => 0,
        When::Success => capture_flag::ON_SUCCESS,
        When::Found => capture_flag::ON_FOUND,
        When::Interrupted => capture_flag::ON_INTERRUPTED,
    };
    if matches!(role, Role::Content | Role::Array) {
        flags |= capture_flag::CONTENT;
    }
    if matches!(role, Role::Parts | Role::ArrayParts | Role::SetParts) {
        flags |= capture_flag::PART;
    }
    if let Kind::Entries(_) = row.args[index].kind {
        flags |= capture_flag::COUNTED;
    }
    let node = match memory {
        Memory::Tree(of, _) => nodes.node(of, layout),
        _ => 0,
    };
    PlanCapture { op, arg: index as u8, length, length_arg, unit, flags, node }
}
