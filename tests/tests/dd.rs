//! A million calls of one program, none of which may be missing: `dd bs=1`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::fs;

use syscord_tests::{Scratch, Value, kernel, query, record, run, strace, tool};

const BLOCKS: u64 = 500_000;

/// `stats --json` of a trace, with more arguments.
fn stats(trace: &str, more: &[&str]) -> Value {
    let ran = query(["stats", trace, "--json"].iter().chain(more));
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("a JSON object")
}

/// Calls and bytes of a syscall.
fn calls(stats: &Value, name: &str) -> (u64, u64) {
    let groups = stats["groups"].as_array().expect("groups");
    let group = groups.iter().find(|group| group["syscall"] == name);
    let group = group.unwrap_or_else(|| panic!("no {name} in {stats}"));
    (group["calls"].as_u64().expect("calls"), group["bytes"].as_u64().expect("bytes"))
}

/// How many calls of a name dd makes beside the blocks that it copies, as strace has it. Ten large
/// blocks make as many bytes as [`BLOCKS`] small ones: so what dd prints at the end has the same
/// form, for it prints every piece with a write of its own.
fn beside(scratch: &Scratch) -> impl Fn(&str) -> u64 + use<> {
    let seen = scratch.file("strace.txt");
    let size = format!("bs={}", BLOCKS / 10);
    let mut args = strace::OPTIONS.to_vec();
    args.extend(["-o", seen.to_str().unwrap(), "dd", "if=/dev/zero", "of=/dev/null", &size]);
    let ran = run(tool("strace"), args.iter().chain(&["count=10"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let threads = strace::parse(&fs::read_to_string(seen).expect("strace's output"));
    let names: Vec<String> =
        threads.into_values().flat_map(|thread| thread.calls).map(|call| call.name).collect();
    move |name| names.iter().filter(|seen| *seen == name).count() as u64 - 10
}

#[test]
fn every_call_is_there() {
    every_call_is_there_with("1");
}

#[test]
fn every_call_is_there_when_several_threads_encode() {
    every_call_is_there_with("3");
}

fn every_call_is_there_with(encoders: &str) {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new(&format!("dd-{encoders}"));
    let (trace, count) = (scratch.file("t.scd"), format!("count={BLOCKS}"));
    let trace = trace.to_str().unwrap();
    let dd = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", count.as_str()];
    let ran = record(["--encoders", encoders, "-o", trace, "--"].iter().chain(&dd));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(&format!("{BLOCKS}+0 records in\n{BLOCKS}+0 records out\n")));
    assert!(ran.err.contains(", 0 dropped, "), "the summary: {}", ran.err);
    assert_eq!(ran.out, "");

    let all = stats(trace, &[]);
    assert_eq!((&all["dropped"], &all["completeness"]), (&0.into(), &100.0.into()));
    let beside = beside(&scratch);
    assert_eq!(calls(&all, "read").0, BLOCKS + beside("read"));
    assert_eq!(calls(&all, "write").0, BLOCKS + beside("write"));
    // dd copies from descriptor 0 to descriptor 1, a byte at a time.
    assert_eq!(calls(&stats(trace, &["--fd", "0"]), "read"), (BLOCKS, BLOCKS));
    assert_eq!(calls(&stats(trace, &["--fd", "1"]), "write"), (BLOCKS, BLOCKS));
    let verified = query(["verify", trace]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn exit_status_and_output_pass_through() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("dd-fails");
    let (trace, bare) = (scratch.file("t.scd"), run("dd", ["if=/nowhere"]));
    let ran = record(["-q", "-o", trace.to_str().unwrap(), "--", "dd", "if=/nowhere"]);
    assert_eq!((ran.code, ran.err, ran.out), (1, bare.err, bare.out));
    let trace = scratch.file("echo.scd");
    let ran = record(["-q", "-o", trace.to_str().unwrap(), "--", "echo", "dd's", "output"]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.as_str()), (0, "", "dd's output\n"));
}
