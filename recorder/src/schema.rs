//! The table as the probe needs it (plans), as the encoder needs it (argument counts, where
//! captures go), and as the trace describes itself (META).

use syscord_format as format;
use syscord_format::CaptureSection;
use syscord_syscalls::{
    Abi, Class, Kind, MAX_ARGS, Role, Syscall, SyscallSet, errno, lookup,
    plan::{NUMBERS, Plan, plan_flag, plan_of},
};

/// ABIs that an index by ABI has room for; greater than any [`Abi`] number.
const ABIS: usize = 4;

/// What the encoder needs to know of a call.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Arguments that are written.
    pub args: u8,
    /// Where each argument's capture goes, if it has one.
    pub captures: [Option<CaptureSection>; MAX_ARGS],
    /// Bit per argument: its capture may end in a NUL that is not part of it.
    pub terminated: u8,
}

/// Plans and layouts by ABI and number.
pub struct Schema {
    plans: Vec<Plan>,
    layouts: Vec<Layout>,
}

/// Of a number that has no row, all arguments are kept.
const UNKNOWN: Layout = Layout { args: MAX_ARGS as u8, captures: [None; MAX_ARGS], terminated: 0 };

impl Schema {
    /// Compiles the table for a set of syscalls.
    pub fn compile(set: &SyscallSet, contents: bool) -> Schema {
        let mut plans = vec![Plan::default(); ABIS * NUMBERS];
        let mut layouts = vec![UNKNOWN; ABIS * NUMBERS];
        for abi in Abi::ALL {
            for number in 0..NUMBERS {
                let index = abi as usize * NUMBERS + number;
                if let Some(row) = lookup(abi, number as u32) {
                    plans[index] = plan_of(row, contents);
                    layouts[index] = Layout::of(row);
                }
                if set.contains(abi, number as u32) {
                    plans[index].flags |= plan_flag::RECORD;
                }
            }
        }
        // 32-bit Arm has no table: its calls are recorded whole if unknown numbers are.
        if set.contains_beyond() {
            for plan in &mut plans[(ABIS - 1) * NUMBERS..] {
                plan.flags |= plan_flag::RECORD;
            }
        }
        Schema { plans, layouts }
    }

    /// For the probe: [`NUMBERS`] plans for each ABI.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
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
    fn of(row: &Syscall) -> Layout {
        let mut layout = Layout { args: row.args.len() as u8, ..UNKNOWN };
        for (i, arg) in row.args.iter().enumerate() {
            let Some((_, _, role)) = arg.kind.memory() else { continue };
            layout.captures[i] = Some(match role {
                Role::Content => CaptureSection::Contents,
                Role::Path | Role::Text | Role::Address | Role::List => CaptureSection::Strings,
            });
            if role == Role::Path {
                layout.terminated |= 1 << i;
            }
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

/// The tables of META: syscalls of each ABI that this machine has, kinds, classes, errnos.
pub fn tables()
-> (Vec<format::AbiTable>, Vec<format::KindDef>, Vec<format::ClassDef>, Vec<format::ErrnoDef>) {
    let abis: Vec<_> = Abi::native().iter().copied().map(abi_table).collect();
    let mut kinds = std::collections::BTreeMap::new();
    for abi in Abi::native() {
        for row in (0..NUMBERS as u32).filter_map(|number| lookup(*abi, number)) {
            for kind in row.args.iter().map(|arg| arg.kind).chain([row.ret]) {
                kinds.insert(kind.id(), kind_def(kind));
            }
        }
    }
    let classes = Class::ALL
        .iter()
        .map(|(word, class, _)| format::ClassDef { bit: class.0, name: (*word).to_owned() })
        .collect();
    let errnos = (1..4096)
        .filter_map(|number| {
            errno::errno_name(number).map(|name| format::ErrnoDef { number, name: name.to_owned() })
        })
        .collect();
    (abis, kinds.into_values().collect(), classes, errnos)
}

fn abi_table(abi: Abi) -> format::AbiTable {
    let syscalls = (0..NUMBERS as u32)
        .filter_map(|number| lookup(abi, number).map(|row| syscall_def(row, number)))
        .collect();
    format::AbiTable { id: abi as u8, name: abi.name().to_owned(), syscalls }
}

fn syscall_def(row: &Syscall, number: u32) -> format::SyscallDef {
    format::SyscallDef {
        number,
        name: row.name.to_owned(),
        classes: row.class.0,
        ret: row.ret.id(),
        args: row
            .args
            .iter()
            .map(|arg| format::ArgDef { name: arg.name.to_owned(), kind: arg.kind.id() })
            .collect(),
    }
}

fn kind_def(kind: Kind) -> format::KindDef {
    format::KindDef {
        id: kind.id(),
        name: kind.name().to_owned(),
        shape: kind.shape() as u8,
        role: kind.memory().map_or(0, |(_, _, role)| role as u8),
    }
}
