//! Operations of io_uring: what was recorded against what the program saw in its completion queue.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
};

use syscord_syscalls::{Abi, lookup};
use syscord_tests::{
    Recorder, Scratch, Value, compile, events, events_with, info, kernel, query, wait_until,
};

/// What the program prints before it waits for ever, with a read under way.
const LAST: &str = "waits\n";

struct Ring {
    scratch: Scratch,
    program: PathBuf,
}

impl Ring {
    fn new() -> Ring {
        let scratch = Scratch::new("uring");
        let program = compile(&scratch, "uring.c", &[]);
        Ring { scratch, program }
    }

    /// Runs the program until it waits, while what the options say is recorded. Returns what it printed of each
    /// completion.
    fn record(&self, options: &[&str], args: &[&str]) -> Vec<String> {
        let (log, trace) = (self.scratch.file("log"), self.trace());
        let recorder =
            Recorder::start_with(&trace, [&["--name", "true"], options].concat(), || {
                drop(Command::new("true").status());
            });
        let mut command = Command::new(&self.program);
        command.arg(self.scratch.file("data")).args(args).stdin(Stdio::null());
        let running = command.stdout(File::create(&log).expect("a file")).spawn();
        let mut running = running.expect("the program");
        let printed = || fs::read_to_string(&log).unwrap_or_default();
        wait_until("the program waits", || printed().ends_with(LAST));
        let ran = recorder.stop(libc::SIGINT);
        running.kill().expect("an end");
        running.wait().expect("an end");
        assert_eq!(ran.code, 0, "{}", ran.err);
        printed().lines().map(str::to_owned).filter(|line| *line != LAST.trim()).collect()
    }

    fn trace(&self) -> PathBuf {
        self.scratch.file("t.scd")
    }
}

fn operations(events: Vec<Value>) -> Vec<Value> {
    events.into_iter().filter(|event| event["abi"] == "io_uring").collect()
}

fn number(value: &Value) -> i64 {
    match value.as_str() {
        Some(hex) => i64::from_str_radix(hex.strip_prefix("0x").unwrap(), 16).unwrap(),
        None => value.as_i64().unwrap(),
    }
}

/// An operation as the program prints it; of one that will complete again, the program's last number says so.
fn line(event: &Value, more: bool) -> String {
    let name = event["syscall"].as_str().unwrap();
    let is = |opcode: &u32| lookup(Abi::IoUring, *opcode).is_some_and(|row| row.name == name);
    let opcode = (0..100).find(is).expect("a known operation");
    let arg = |name: &str| number(&event["args"][name]);
    let (fd, len, off, user_data) = (arg("fd"), arg("len"), arg("off"), arg("user_data"));
    let ret = &event["ret"];
    format!("{opcode} {fd} {len} {off} {user_data} {ret} {}", if more { 2 } else { 0 })
}

/// Holds the operations that have completed against the program's lines, and looks at the one that has not.
fn same(printed: &[String], events: &[Value]) {
    let (left, done): (Vec<&Value>, Vec<&Value>) =
        events.iter().partition(|event| event["cpu"].is_null());
    let mut printed = printed.to_vec();
    let mut recorded: Vec<String> = done
        .iter()
        .map(|event| {
            let more = event["syscall"] == "io_uring:poll_add" && event["ret"] == 1;
            line(event, more)
        })
        .collect();
    printed.sort();
    recorded.sort();
    assert_eq!(printed, recorded);
    assert!(done.iter().all(|event| event["duration"].as_u64().is_some()));
    let [left] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!((&left["syscall"], &left["args"]["len"]), (&"io_uring:read".into(), &77.into()));
    assert!(left["ret"].is_null() && left["duration"].as_u64().is_some(), "{left}");
}

#[test]
fn completions_are_those_that_the_program_saw() {
    if !kernel() {
        return;
    }
    let ring = Ring::new();
    for set in ["all", "%io_uring,execve"] {
        let printed = ring.record(&["--name", "uring", "-e", set], &[]);
        let all = events(&ring.trace());
        let operations = operations(all.clone());
        same(&printed, &operations);
        // All was submitted by the program's thread.
        assert!(operations.iter().all(|event| event["tid"] == event["pid"]));
        assert_eq!(all.iter().any(|event| event["syscall"] == "io_uring_enter"), set == "all");
        let total = &info(&ring.trace())["ledger"]["total"];
        assert_eq!(total["recorded"].as_u64(), Some(all.len() as u64));
        assert!(all.windows(2).all(|pair| pair[0]["ts"].as_str() <= pair[1]["ts"].as_str()));
    }
}

/// A thread of the kernel's takes what is submitted, in the program's process.
#[test]
fn a_polling_thread_submits() {
    if !kernel() {
        return;
    }
    let ring = Ring::new();
    let printed = ring.record(&["--name", "uring"], &["sqpoll"]);
    let operations = operations(events(&ring.trace()));
    same(&printed, &operations);
    let pid = &operations[0]["pid"];
    assert!(operations.iter().all(|event| event["pid"] == *pid && event["tid"] != *pid));
}

#[test]
fn filters_hold_for_operations() {
    if !kernel() {
        return;
    }
    let ring = Ring::new();
    let printed = ring.record(&["--name", "uring", "-e", "io_uring:read,openat"], &[]);
    let reads = |line: &&String| line.starts_with("22 ");
    let all = events(&ring.trace());
    let found = operations(all.clone());
    same(&printed.iter().filter(reads).cloned().collect::<Vec<_>>(), &found);
    assert!(all.iter().any(|event| event["syscall"] == "openat"));
    let count = |filters: &[&str]| events_with(&ring.trace(), filters).len();
    assert_eq!(count(&["--syscall", "%io_uring"]), found.len());
    assert_eq!(count(&["--syscall", "io_uring:read", "--errno", "EBADF"]), 1);
    // An index of a registered file is no descriptor.
    let file = found.iter().find(|event| event["args"]["off"] == 7).expect("a read at 7");
    let fd = &file["args"]["fd"];
    let of_file = count(&["--syscall", "%io_uring", "--fd", &fd.to_string()]);
    assert_eq!(of_file, found.iter().filter(|event| event["args"]["fd"] == *fd).count());
    assert_eq!(count(&["--syscall", "%io_uring", "--fd", "0"]), 0);
    // strace has no line for them.
    let lines = query([ring.trace().as_os_str(), "--strace".as_ref()]).out;
    assert!(lines.contains("openat(") && !lines.contains("io_uring:"), "{lines}");
}

/// Nobody else's are recorded.
#[test]
fn others_are_left_out() {
    if kernel() {
        let ring = Ring::new();
        assert!(!ring.record(&[], &[]).is_empty());
        assert_eq!(operations(events(&ring.trace())), [] as [Value; 0]);
    }
}
