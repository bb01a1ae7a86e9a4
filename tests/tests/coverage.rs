//! Every row of the table has a workload in `workloads/every` that makes the call, or says why it has
//! none; and what has none is made by no workload.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{collections::BTreeSet, fs};

use syscord_syscalls::{Abi, Syscall, table};
use syscord_tests::{EVERY, Scratch, compile, events, kernel, multilib, record};

/// How many of x86-64's rows are exercised, at least.
const EXERCISED: usize = 300;

/// Those that the workloads make calls of.
const ABIS: [Abi; 3] = [Abi::X86_64, Abi::I386, Abi::Socketcall];

/// ABI and name of every call that a workload makes.
fn calls_of(source: &str, options: &[&str]) -> BTreeSet<(String, String)> {
    let scratch = Scratch::new("coverage");
    let program = compile(&scratch, source, options);
    let (trace, folder) = (scratch.file("t.scd"), scratch.file("folder"));
    fs::create_dir(&folder).expect("a folder");
    let args = ["-q", "-o", trace.to_str().unwrap(), "--", program.to_str().unwrap()];
    let ran = record(args.into_iter().chain([folder.to_str().unwrap()]));
    assert_eq!(ran.code, 0, "{source}: {}", ran.err);
    let word = |event: &syscord_tests::Value, key: &str| event[key].as_str().unwrap().to_owned();
    events(&trace).iter().map(|event| (word(event, "abi"), word(event, "syscall"))).collect()
}

#[test]
fn every_row_is_exercised_or_says_why_not() {
    if !kernel() {
        return;
    }
    if cfg!(not(target_arch = "x86_64")) {
        eprintln!("SKIPPED: the workloads make the calls of x86");
        return;
    }
    let mut seen = BTreeSet::new();
    for theme in EVERY {
        seen.extend(calls_of(&format!("every/{theme}.c"), &[]));
    }
    if multilib() {
        seen.extend(calls_of("every/narrow.c", &["-m32"]));
    } else {
        eprintln!("gcc -m32 does not work here: calls that only i386 has were not tried");
    }
    let on = |row: &Syscall, abi: Abi| {
        row.numbers.on(abi).is_some() && seen.contains(&(abi.name().into(), row.name.into()))
    };
    let mut faults = Vec::new();
    for row in table().filter(|row| row.numbers.io_uring.is_none()) {
        let tried = row.numbers.x86_64.is_some() || multilib();
        match (ABIS.into_iter().any(|abi| on(row, abi)), row.untested) {
            (true, Some(_)) => faults.push(format!("{} is not untested", row.name)),
            (false, None) if tried => faults.push(format!("{} is never made", row.name)),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let wide = table().filter(|row| on(row, Abi::X86_64)).count();
    eprintln!("{wide} rows of x86_64 are exercised");
    assert!(wide >= EXERCISED, "only {wide} of x86_64's rows are exercised");
}
