//! `syscord syscalls`: the table on the command line.

use std::io::{self, Write};

use syscord_syscalls::{Abi, Class, Syscall, SyscallSet, lookup, plan::NUMBERS};

use crate::{
    cli::{AbiName, Syscalls},
    syscall_set::{self, BadSet},
};

/// Prints the calls of a set, in order of their numbers.
///
/// # Errors
/// When the set means nothing; the inner error is that of the output.
pub fn run(options: &Syscalls) -> Result<io::Result<()>, BadSet> {
    let set = syscall_set::parse(&options.set)?;
    let abi = match options.abi {
        Some(AbiName::X86_64) => Abi::X86_64,
        Some(AbiName::I386) => Abi::I386,
        Some(AbiName::Aarch64) => Abi::Aarch64,
        Some(AbiName::IoUring) => Abi::IoUring,
        Some(AbiName::X32) => Abi::X32,
        Some(AbiName::Socketcall) => Abi::Socketcall,
        None => Abi::native()[0],
    };
    Ok(print(&set, abi))
}

fn print(set: &SyscallSet, abi: Abi) -> io::Result<()> {
    let rows: Vec<(u32, &Syscall)> = (0..NUMBERS as u32)
        .filter(|number| set.contains(abi, *number))
        .filter_map(|number| Some((number, lookup(abi, number)?)))
        .collect();
    let width = rows.iter().map(|(_, row)| row.name.len()).max().unwrap_or(0);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, row) in rows {
        let args: Vec<String> =
            row.args.iter().map(|arg| format!("{}: {}", arg.name, arg.kind.name())).collect();
        let classes: Vec<String> = Class::ALL
            .iter()
            .filter(|(_, class, _)| row.class.intersects(*class))
            .map(|(word, ..)| format!("%{word}"))
            .collect();
        let (name, args, ret) = (row.name, args.join(", "), row.ret.name());
        writeln!(out, "{number:>4}  {name:<width$}  ({args}) -> {ret}  {}", classes.join(" "))?;
    }
    out.flush()
}
