//! The table as the probe needs it (plans), and as the encoder needs it (argument counts,
//! where captures go).

use syscord_format::CaptureSection;
use syscord_syscalls::{
    Abi, Kind, MAX_ARGS, Role, Syscall, SyscallSet, When, lookup,
    plan::{NUMBERS, Node, Nodes, Plan, effect, plan_flag, plan_of, variants_of},
    record::shed,
};

use crate::variants::{Change, Variants};

/// ABIs that an index by ABI has room for.
const ABIS: usize = Abi::SLOTS;
/// 32-bit Arm's place there.
const ARM: usize = 3;

/// What the encoder needs to know of a call.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Arguments that are written.
    pub args: u8,
    /// What it changes of its process ([`effect`]), in any case.
    pub effects: u8,
    /// Whether there is a record of it when it begins.
    pub at_entry: bool,
    /// What is captured of each argument.
    pub captured: [Captured; MAX_ARGS],
}

/// What the encoder needs to know of an argument's capture.
#[derive(Clone, Copy)]
pub struct Captured {
    /// Where it goes, if there is one.
    pub section: Option<CaptureSection>,
    /// It may end in a NUL that is not part of it.
    pub terminated: bool,
    /// The least bytes: of fewer, it was not readable.
    pub least: u16,
    /// The most bytes of what the argument points to: of more, the kernel looks at none.
    pub most: u32,
    /// The most bytes that are kept of what was read.
    pub kept: u32,
    /// Whether it is how many there are of something, and no more.
    pub is_count: bool,
    /// Whether all that the probe captures of it is kept as it is: follows from the others, but is asked at each capture.
    pub is_plain: bool,
}

impl Captured {
    /// Whether it is the entries of a directory.
    pub fn is_entries(&self) -> bool {
        self.kept != u32::MAX
    }
}

/// Plans and layouts by ABI and number.
pub struct Schema {
    plans: Vec<Plan>,
    variants: Variants,
    nodes: Nodes,
    layouts: Vec<Layout>,
}

/// Of a number that has no row, all arguments are kept.
const UNKNOWN: Layout = Layout {
    args: MAX_ARGS as u8,
    effects: 0,
    at_entry: false,
    captured: [NOT_CAPTURED; MAX_ARGS],
};

const NOT_CAPTURED: Captured = Captured {
    section: None,
    terminated: false,
    least: 0,
    most: u32::MAX,
    kept: u32::MAX,
    is_count: false,
    is_plain: true,
};

impl Schema {
    /// Compiles the table for a set of syscalls.
    /// Of contents, `content` bytes are kept.
    pub fn compile(set: &SyscallSet, content: u32) -> Schema {
        let contents = content > 0;
        let mut plans = vec![Plan::default(); ABIS * NUMBERS];
        let mut layouts = vec![UNKNOWN; ABIS * NUMBERS];
        let mut variants = Variants::default();
        let mut nodes = Nodes::default();
        for abi in Abi::ALL {
            for number in 0..NUMBERS {
                let index = abi as usize * NUMBERS + number;
                if let Some(row) = lookup(abi, number as u32) {
                    plans[index] = plan_of(row, abi, contents, &mut nodes);
                    layouts[index] = Layout::of(row, abi, content);
                    layouts[index].add(&plans[index]);
                    let others = variants_of(row, abi, contents, &mut nodes);
                    others.iter().for_each(|(_, plan)| layouts[index].add(plan));
                    variants.add(&mut plans[index], &others);
                }
                if set.contains(abi, number as u32) {
                    plans[index].flags |= plan_flag::RECORD;
                }
            }
        }
        // 32-bit Arm has no table: its calls are recorded whole if unknown numbers are.
        if set.contains_beyond() {
            for plan in &mut plans[ARM * NUMBERS..(ARM + 1) * NUMBERS] {
                plan.flags |= plan_flag::RECORD;
            }
        }
        Schema { plans, variants, nodes, layouts }
    }

    /// Adds the plans for when contents are left out, and when all captures are ([`shed`]).
    pub fn with_shedding(mut self, set: &SyscallSet) -> Schema {
        let lean = Schema::compile(set, 0);
        let changes: [Change; shed::PLANS - 1] = [|plan| plan, Plan::bare];
        for change in changes {
            self.plans.extend(self.variants.append(&lean.variants, &lean.plans, change));
        }
        self
    }

    /// For the probe: [`NUMBERS`] plans for each ABI, several times if something may be left out.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// For the probe: plans that depend on an argument.
    pub fn variants(&self) -> &Variants {
        &self.variants
    }

    /// What is captured of a call with these arguments.
    pub fn plan(&self, abi: u8, number: u32, args: &[u64; MAX_ARGS]) -> &Plan {
        const NOTHING: &Plan = &Plan::NOTHING;
        if number as usize >= NUMBERS {
            return NOTHING;
        }
        let index = usize::from(abi) * NUMBERS + number as usize;
        let Some(plan) = self.plans.get(index) else { return NOTHING };
        let decider = plan.decides.checked_sub(1).and_then(|at| args.get(usize::from(at)));
        let Some(decider) = decider else { return plan };
        self.variants.find(plan, *decider as u32 & plan.decisive).unwrap_or(plan)
    }

    /// For the probe: structures whose members point to something.
    pub fn nodes(&self) -> &[Node] {
        self.nodes.all()
    }

    /// How a call is written.
    pub fn layout(&self, abi: u8, number: u32) -> &Layout {
        if number as usize >= NUMBERS {
            return &UNKNOWN;
        }
        self.layouts.get(usize::from(abi) * NUMBERS + number as usize).unwrap_or(&UNKNOWN)
    }
}

impl Layout {
    /// Whether anything is captured that `--content 0` leaves out.
    pub fn has_contents(&self) -> bool {
        let sections = self.captured.iter().filter_map(|captured| captured.section);
        sections.into_iter().any(|section| section != CaptureSection::Strings)
    }

    /// Whether it closes the descriptor in its first argument.
    pub fn closes(&self) -> bool {
        self.effects & effect::CLOSED != 0
    }

    /// One of its plans.
    fn add(&mut self, plan: &Plan) {
        self.effects |= plan.effects;
        self.at_entry |= plan.flags & plan_flag::AT_ENTRY != 0;
    }

    fn of(row: &Syscall, abi: Abi, content: u32) -> Layout {
        let mut layout = Layout { args: row.args.len() as u8, ..UNKNOWN };
        for (arg, captured) in row.args.iter().zip(&mut layout.captured) {
            if let Kind::By(choice) = arg.kind
                && (choice.decides_captures() || choice.otherwise.memory().is_some())
            {
                // What one argument points to lies together, of whatever kind it is. Where it is no
                // pointer in other cases, or may be shorter than what it is to be, its value is wanted in all.
                captured.section = Some(CaptureSection::Addressed);
                continue;
            }
            let Some((_, when, role)) = arg.kind.memory() else { continue };
            captured.section = Some(match role {
                // What was there before the call is of no use where it failed: the address is shown then.
                Role::ArrayParts if when == When::Both => CaptureSection::Addressed,
                Role::Count => CaptureSection::Addressed,
                Role::Content if matches!(arg.kind, Kind::Entries(_)) => CaptureSection::Addressed,
                Role::Content
                | Role::Struct
                | Role::Array
                | Role::Parts
                | Role::ArrayParts
                | Role::SetParts
                | Role::Control => CaptureSection::Contents,
                Role::Path | Role::Text | Role::Address | Role::List => CaptureSection::Strings,
            });
            if let Kind::Entries(_) = arg.kind {
                captured.kept = content;
            }
            (captured.least, captured.most) = (arg.kind.least(abi), arg.kind.most(abi));
            captured.terminated = role == Role::Path;
            captured.is_count = role == Role::Count;
            captured.is_plain = !captured.terminated
                && (captured.least, captured.most, captured.kept) == (0, u32::MAX, u32::MAX);
        }
        layout
    }

    /// The arguments of a call that starts a new program.
    pub fn exec(abi: u8, number: u32) -> ExecArgs {
        let row = Abi::from_id(abi).and_then(|abi| lookup(abi, number));
        let find = |kind| row.and_then(|row| row.args.iter().position(|arg| arg.kind == kind));
        ExecArgs { path: find(Kind::ExecPath), argv: find(Kind::ExecArgv) }
    }
}

/// Indices of execve's arguments that name a program.
pub struct ExecArgs {
    /// Its path.
    pub path: Option<usize>,
    /// Its argv.
    pub argv: Option<usize>,
}

/// By ABI: the call whose number is gone at exit. Where an ABI has two, entries tell them apart; without
/// those the first is meant.
pub fn restorers() -> [u32; ABIS] {
    let mut restorers = [u32::MAX; ABIS];
    for abi in Abi::ALL {
        let restores =
            |number: &u32| lookup(abi, *number).is_some_and(|row| row.ret == Kind::Restored);
        if let Some(number) = (0..NUMBERS as u32).find(restores) {
            restorers[abi as usize] = number;
        }
    }
    restorers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall_set;

    /// A plan that others take the place of, where it stands, and those with their values.
    struct Owner {
        index: usize,
        plan: Plan,
        variants: Vec<(u32, Plan)>,
    }

    fn owners(content: bool) -> Vec<Owner> {
        let mut nodes = Nodes::default();
        let rows = Abi::ALL.into_iter().flat_map(|abi| (0..NUMBERS).map(move |it| (abi, it)));
        rows.filter_map(|(abi, number)| {
            let row = lookup(abi, number as u32)?;
            let plan = plan_of(row, abi, content, &mut nodes);
            let variants = variants_of(row, abi, content, &mut nodes);
            Some(Owner { index: abi as usize * NUMBERS + number, plan, variants })
        })
        .filter(|owner| owner.plan.decides != 0)
        .collect()
    }

    #[test]
    fn each_set_of_plans_has_its_own_for_each_value() {
        let set = syscall_set::parse("all").unwrap();
        let schema = Schema::compile(&set, 256).with_shedding(&set);
        let contents = [true, false, false];
        let changes: [Change; shed::PLANS] = [|plan| plan, |plan| plan, Plan::bare];
        for (at, (content, change)) in contents.into_iter().zip(changes).enumerate() {
            let all = owners(content);
            assert!(!all.is_empty());
            for Owner { index, plan, variants } in all {
                let own = &schema.plans()[at * ABIS * NUMBERS + index];
                let flags = plan.flags | plan_flag::RECORD;
                let Plan { mix, shift, slots, .. } = *own;
                assert_eq!(*own, change(Plan { flags, mix, shift, slots, ..plan }));
                for (value, variant) in variants {
                    assert_eq!(schema.variants.find(own, value), Some(&change(variant)));
                }
            }
        }
    }
}
