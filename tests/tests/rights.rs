//! What a recorder may do while it runs.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

use syscord_tests::{Recorder, Running, Scratch, kernel, query, record};

/// Numbers from capabilities(7): cap_dac_override, cap_dac_read_search, cap_kill, cap_sys_ptrace, cap_sys_nice,
/// cap_perfmon, cap_bpf.
const DAC_OVERRIDE: u64 = 1 << 1;
const DAC_READ_SEARCH: u64 = 1 << 2;
const KILL: u64 = 1 << 5;
const SYS_PTRACE: u64 = 1 << 19;
const SYS_NICE: u64 = 1 << 23;
const PERFMON: u64 = 1 << 38;
const BPF: u64 = 1 << 39;
const NEEDED: u64 = DAC_READ_SEARCH | SYS_PTRACE | SYS_NICE | PERFMON | BPF;
const NOBODY: u32 = 65534;

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Of each thread of the recorder that writes `trace`: what it may do, and whether what it starts can get more.
fn rights(trace: &Path) -> Vec<(u64, bool)> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let is_it = |process: &std::path::PathBuf| {
        let command = fs::read(process.join("cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
        words.get(1) == Some(&&b"record"[..]) && words.contains(&text(trace).as_bytes())
    };
    let recorder = processes.into_iter().find(is_it).expect("the recorder");
    let threads = fs::read_dir(recorder.join("task")).expect("threads").flatten();
    let status = threads.map(|thread| fs::read_to_string(thread.path().join("status")));
    let rights = status.map(|status| {
        let status = status.expect("a thread's status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.expect("a field").trim().to_owned()
        };
        assert_eq!(field("Seccomp:"), "2", "calls are refused by a filter");
        for name in ["CapEff:", "CapPrm:"] {
            assert_eq!(field(name), field("CapEff:"), "what is not in use is given up, too");
        }
        let mask = u64::from_str_radix(&field("CapEff:"), 16).expect("a mask");
        (mask, field("NoNewPrivs:") == "1")
    });
    rights.collect()
}

#[test]
fn a_recorder_gives_up_what_it_no_longer_needs() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rights");
    let mut work = Command::new("sh");
    work.args(["-c", "while sleep 0.05; do :; done"]);
    let _work = Running::start(&mut work);
    let trace = scratch.file("t.scd");
    let recorder = Recorder::start(&trace, ["-q"]);
    let threads = rights(&trace);
    assert!(threads.len() >= 2, "{threads:?}");
    for (mask, alone) in threads {
        assert_eq!((mask, alone), (NEEDED, true), "{mask:#x}");
    }
    assert_eq!(recorder.stop(libc::SIGINT).code, 0);
    // In a folder of somebody else's, as a user's own, more files are to be made.
    let folder = scratch.file("theirs");
    fs::create_dir(&folder).expect("a folder");
    std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).expect("root");
    let output = folder.join("t.scd");
    let script = "for i in 1 2 3 4 5 6; do sleep 0.3; done";
    let options = ["-q", "--rotate-time", "500ms", "-o", text(&output)];
    let mut syscord = Command::new(syscord_tests::program("syscord"));
    syscord.arg("record").args(options).args(["--", "sh", "-c", script]);
    let mut syscord = syscord.stdin(Stdio::null()).spawn().expect("syscord runs");
    let second = folder.join("t-000002.scd.part");
    syscord_tests::wait_until("the second file is begun", || second.exists());
    for (mask, alone) in rights(&output) {
        assert_eq!((mask, alone), (NEEDED | DAC_OVERRIDE | KILL, true), "{mask:#x}");
    }
    assert!(syscord.wait().expect("an end").success());
}

#[test]
fn what_others_have_open_is_seen_all_the_same() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rights-others");
    let (held, trace) = (scratch.file("held"), scratch.file("t.scd"));
    fs::write(&held, "x\n").expect("a file");
    let mut work = Command::new("sh");
    let script = format!("exec 7<{}; while sleep 0.05; do read -r line <&7; done", text(&held));
    work.args(["-c", &script]).uid(NOBODY);
    let work = Running::start(&mut work);
    let recorder = Recorder::start(&trace, ["-q", "-p", &work.pid().to_string()]);
    assert_eq!(recorder.stop(libc::SIGINT).code, 0);
    let ran = query([text(&trace), "--fd", "7", "--path", text(&held), "--count"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.trim().parse::<u64>().expect("a count") > 0);
}

#[test]
fn command_keeps_its_own() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rights-command");
    let trace = scratch.file("t.scd");
    let status = ["grep", "-E", "CapEff|NoNewPrivs|Seccomp:", "/proc/self/status"];
    let ran = record(["-q", "-o", text(&trace), "--"].iter().chain(&status));
    let bare = syscord_tests::run(status[0], &status[1..]);
    assert_eq!((ran.code, ran.out), (0, bare.out));
}
