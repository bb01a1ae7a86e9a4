//! META: what a file says of itself (SPEC.md §4.1). Ids are listed in REGISTRY.md.

use serde::{Deserialize, Serialize};

use crate::body;
use crate::chunk::section;
use crate::error::FormatError;
use crate::limits::{MAX_ARGS, MAX_MEMBERS, MAX_STRUCT_DEPTH, MAX_TICK_SHIFT};

/// The description of a file: who recorded what where, and the schema of its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Program and version that wrote the file.
    pub recorder: String,
    /// Node name of the machine.
    pub host: String,
    /// Kernel release.
    pub kernel: String,
    /// Hardware name: `x86_64` or `aarch64`.
    pub machine: String,
    /// Possible CPUs.
    pub cpus: u32,
    /// The recorder's command line, in the kernel's bytes.
    pub command: Vec<Vec<u8>>,
    /// The filters in force, one `name=value` each.
    pub filters: Vec<String>,
    /// A tick, the time resolution, is 2^tick_shift nanoseconds; at most 30.
    pub tick_shift: u8,
    /// Whether entries were recorded, hence durations.
    pub durations: bool,
    /// Most bytes of a buffer that were captured.
    pub content_limit: u32,
    /// Most bytes of a string that were captured.
    pub string_limit: u32,
    /// The syscall table of each calling convention that can occur.
    pub abis: Vec<AbiTable>,
    /// The argument kinds that the table uses.
    pub kinds: Vec<KindDef>,
    /// The classes of syscalls that the table uses.
    pub classes: Vec<ClassDef>,
    /// Names of error numbers.
    pub errnos: Vec<ErrnoDef>,
    /// Names of flags and of enumerated values.
    pub names: Vec<NamesDef>,
    /// Layouts of structures; one within another stands before it.
    pub structs: Vec<StructDef>,
    /// Kinds that depend on another argument; one within another stands before it.
    pub choices: Vec<ChoiceDef>,
    /// The sections of EVENTS blocks.
    pub columns: Vec<ColumnDef>,
}

/// The syscalls of a calling convention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbiTable {
    /// The convention's id.
    pub id: u8,
    /// Its name.
    pub name: String,
    /// Its syscalls in ascending order of number.
    pub syscalls: Vec<SyscallDef>,
}

/// One syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyscallDef {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its classes, a set of [`ClassDef::bit`].
    pub classes: u32,
    /// What its result is.
    pub ret: KindRef,
    /// Its arguments, at most 6.
    pub args: Vec<ArgDef>,
}

/// One argument of a syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgDef {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: KindRef,
}

/// A kind, and what it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRef {
    /// The kind's id.
    pub id: u8,
    /// More about it.
    pub detail: Detail,
}

/// What a kind refers to, by its place in a list of [`Meta`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Nothing.
    None,
    /// Names of its values: [`Meta::names`].
    Names(u16),
    /// The layout of its memory: [`Meta::structs`].
    Struct(u16),
    /// What it may be: [`Meta::choices`].
    Choice(u16),
}

/// Names of flags or of enumerated values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesDef {
    /// What the names are of.
    pub name: String,
    /// What stands for a value without a name, like `O_???`.
    pub unknown: String,
    /// How many of a value's bits count, from the lowest: 32 or 64.
    pub bits: u8,
    /// The names with a space between them, in the order in which they are looked for and written.
    pub names: String,
    /// For each name the bits that count.
    pub masks: Vec<u64>,
    /// For each name what they are.
    pub values: Vec<u64>,
}

/// A name of a value: it stands where the bits of `mask` are `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The bits that count.
    pub mask: u64,
    /// What they are.
    pub value: u64,
    /// The name.
    pub name: &'a str,
}

impl NamesDef {
    /// The names with what they stand for.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let bits = self.masks.iter().zip(&self.values);
        let named = self.names.split(' ').zip(bits);
        named.map(|(name, (mask, value))| Member { mask: *mask, value: *value, name })
    }

    /// The first name of which all bits are `value`.
    pub fn name_of(&self, value: u64) -> Option<&str> {
        let at = self.values.iter().position(|known| *known == value)?;
        self.names.split(' ').nth(at)
    }
}

/// The layout of a structure on one ABI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructDef {
    /// Its name.
    pub name: String,
    /// Its size in bytes, at least 1.
    pub size: u16,
    /// Its members, within its size.
    pub fields: Vec<FieldDef>,
}

/// A member of a structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDef {
    /// Its name; empty where the structure is but a value in memory.
    pub name: String,
    /// Where it starts, in bytes.
    pub offset: u16,
    /// Bytes of one element: 1, 2, 4 or 8, or the size of the structure that it is.
    pub width: u16,
    /// How many elements it has, at least 1.
    pub count: u16,
    /// What an element is.
    pub kind: KindRef,
    /// When it is shown: 0 always, 1 to those who ask for everything, 2 unless it is 0, 3
    /// unless the call failed.
    pub shown: u8,
}

/// An argument that is one of several kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceDef {
    /// The index of the argument that decides.
    pub arg: u8,
    /// What it is for values of that argument: the first that holds.
    pub cases: Vec<CaseDef>,
    /// What it is for all others.
    pub otherwise: KindRef,
}

/// One of several kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDef {
    /// The bits of the argument that count.
    pub mask: u64,
    /// What they are.
    pub value: u64,
    /// The kind.
    pub kind: KindRef,
}

/// A kind of argument: how its value reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindDef {
    /// The kind's id.
    pub id: u8,
    /// Its name.
    pub name: String,
    /// How a reader that does not know the kind writes the raw value.
    pub shape: u8,
    /// What its captured memory is.
    pub role: u8,
}

/// A class of syscalls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassDef {
    /// A power of two.
    pub bit: u32,
    /// The class's name.
    pub name: String,
}

/// An error number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrnoDef {
    /// The number, positive.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// What it means.
    pub text: String,
}

/// A section of EVENTS blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDef {
    /// The section's id.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// Its logical type.
    pub logical: String,
    /// Its unit, empty where it has none.
    pub unit: String,
}

impl Meta {
    /// The payload of META's block, decompressed.
    ///
    /// # Errors
    /// If it is beyond a limit of the format.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        self.check()?;
        body::encode("META", self)
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FormatError> {
        let meta: Meta = body::decode("META", payload)?;
        meta.check()?;
        Ok(meta)
    }

    /// What readers rely on beyond the types.
    fn check(&self) -> Result<(), FormatError> {
        let shift = u64::from(self.tick_shift);
        FormatError::check("the time resolution's exponent", shift, u64::from(MAX_TICK_SHIFT))?;
        for abi in &self.abis {
            if !abi.syscalls.is_sorted_by(|a, b| a.number < b.number) {
                return Err(FormatError::malformed("META", "a syscall table is out of order"));
            }
            for call in &abi.syscalls {
                let args = call.args.len() as u64;
                FormatError::check("arguments of a syscall", args, MAX_ARGS as u64)?;
            }
        }
        self.check_kinds()?;
        if self.classes.iter().any(|class| !class.bit.is_power_of_two()) {
            return Err(FormatError::malformed("META", "a class is not one bit"));
        }
        Ok(())
    }

    /// That everything a kind refers to is there, and nothing is within itself.
    fn check_kinds(&self) -> Result<(), FormatError> {
        let refers = |kind: &KindRef, structs: usize, choices: usize| match kind.detail {
            Detail::None => true,
            Detail::Names(index) => usize::from(index) < self.names.len(),
            Detail::Struct(index) => usize::from(index) < structs,
            Detail::Choice(index) => usize::from(index) < choices,
        };
        let (structs, choices) = (self.structs.len(), self.choices.len());
        let calls = self.abis.iter().flat_map(|abi| &abi.syscalls);
        let args = calls.flat_map(|call| call.args.iter().map(|arg| &arg.kind).chain([&call.ret]));
        let cases = self.choices.iter().enumerate().flat_map(|(index, choice)| {
            let kinds = choice.cases.iter().map(|case| &case.kind).chain([&choice.otherwise]);
            kinds.map(move |kind| (index, kind))
        });
        let fields = self.structs.iter().enumerate();
        if !args.into_iter().all(|kind| refers(kind, structs, choices))
            || !cases.into_iter().all(|(index, kind)| refers(kind, structs, index))
            || !fields.into_iter().all(|(index, of)| {
                of.fields.iter().all(|field| refers(&field.kind, index, 0)) && of.holds_its_fields()
            })
        {
            return Err(FormatError::malformed("META", "a kind refers to what is not there"));
        }
        self.check_structs()?;
        let count = |names: &NamesDef| match names.names.is_empty() {
            true => 0,
            false => names.names.split(' ').count(),
        };
        let uneven = |names: &NamesDef| {
            names.masks.len() != names.values.len() || names.masks.len() != count(names)
        };
        if self.names.iter().any(uneven) {
            return Err(FormatError::malformed("META", "names and their values do not match"));
        }
        if self.choices.iter().any(|choice| usize::from(choice.arg) >= MAX_ARGS) {
            return Err(FormatError::malformed("META", "a choice goes by no argument"));
        }
        Ok(())
    }

    /// That structures are no deeper and no larger, with all that lies in them, than readers can show. Each is known to
    /// refer to earlier ones alone.
    fn check_structs(&self) -> Result<(), FormatError> {
        let mut sizes: Vec<(u8, u64)> = Vec::with_capacity(self.structs.len());
        for of in &self.structs {
            let (mut depth, mut members) = (1, 0u64);
            for field in &of.fields {
                let Detail::Struct(index) = field.kind.detail else {
                    members = members.saturating_add(1);
                    continue;
                };
                let (inner, within) = sizes[usize::from(index)];
                depth = depth.max(inner + 1);
                members = members.saturating_add(within.saturating_mul(field.count.into()));
                // One that points to structures is as wide as a pointer.
                let role = self.kinds.iter().find(|kind| kind.id == field.kind.id);
                let lies_here = role.is_none_or(|kind| kind.role == 0);
                if lies_here && field.width != self.structs[usize::from(index)].size {
                    return Err(FormatError::malformed(
                        "META",
                        "a member is not as wide as the structure that it is",
                    ));
                }
            }
            FormatError::check("depth of structures", depth.into(), MAX_STRUCT_DEPTH.into())?;
            FormatError::check("members of a structure", members, MAX_MEMBERS)?;
            sizes.push((depth, members));
        }
        Ok(())
    }
}

impl StructDef {
    fn holds_its_fields(&self) -> bool {
        let end = |field: &FieldDef| {
            u64::from(field.offset) + u64::from(field.width) * u64::from(field.count)
        };
        let sound = |field: &FieldDef| {
            field.width > 0 && field.count > 0 && end(field) <= u64::from(self.size)
        };
        self.size > 0 && self.fields.iter().all(sound)
    }
}

/// The sections that this version writes.
pub fn columns() -> Vec<ColumnDef> {
    let table = [
        (section::THREADS, "threads", "thread", ""),
        (section::CALLS, "calls", "syscall", ""),
        (section::GAPS, "gaps", "duration", "tick"),
        (section::DURATIONS, "durations", "duration", "tick"),
        (section::CPUS, "cpus", "cpu", ""),
        (section::RESULTS, "results", "result", ""),
        (section::ARGUMENTS, "arguments", "argument", ""),
        (section::STRINGS, "strings", "string", "byte"),
        (section::CONTENTS, "contents", "content", "byte"),
        (section::MARKS, "marks", "bits", ""),
        (section::FILES, "files", "file", ""),
    ];
    table
        .into_iter()
        .map(|(id, name, logical, unit)| ColumnDef {
            id,
            name: name.to_owned(),
            logical: logical.to_owned(),
            unit: unit.to_owned(),
        })
        .collect()
}
