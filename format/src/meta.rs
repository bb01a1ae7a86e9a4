//! META: what a file says of itself (SPEC.md §4.1). Ids are listed in REGISTRY.md.

use serde::{Deserialize, Serialize};

use crate::body;
use crate::chunk::section;
use crate::error::FormatError;
use crate::limits::{MAX_ARGS, MAX_TICK_SHIFT};

/// The description of a file: who recorded what where, and the schema of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The kind of its result.
    pub ret: u8,
    /// Its arguments, at most 6.
    pub args: Vec<ArgDef>,
}

/// One argument of a syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgDef {
    /// Its name.
    pub name: String,
    /// The id of its kind.
    pub kind: u8,
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
    pub(crate) fn encode(&self) -> Result<Vec<u8>, FormatError> {
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
        if self.classes.iter().any(|class| !class.bit.is_power_of_two()) {
            return Err(FormatError::malformed("META", "a class is not one bit"));
        }
        Ok(())
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
