//! Calls that have not returned when recording stops.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use syscord_tests::{
    Recorder, Running, Scratch, Value, compile, events, info, kernel, query, record, tool,
    wait_until,
};

/// A program whose threads block in calls: some when it starts, the others when it is told to.
struct Blocked {
    scratch: Scratch,
    running: Running,
}

/// Threads that block at once, main not counted.
const EARLY: usize = 3;
/// All of them.
const ALL: usize = 8;
/// nanosleep(2) on every ABI that these tests run on, as `/proc` writes it: what main does until it is told.
const NANOSLEEP: &str = if cfg!(target_arch = "aarch64") { "101" } else { "35" };

impl Blocked {
    fn start() -> Blocked {
        let scratch = Scratch::new("under-way");
        let program = compile(&scratch, "under_way.c", &["-pthread"]);
        let fifo = scratch.file("fifo");
        let made = Command::new(tool("mkfifo")).arg(&fifo).status().expect("mkfifo");
        assert!(made.success());
        let mut command = Command::new(program);
        command.arg(scratch.file("go")).arg(fifo);
        let blocked = Blocked { running: Running::start(&mut command), scratch };
        wait_until("threads block", || blocked.waiting().len() == EARLY);
        blocked
    }

    /// The calls that threads are in but main's naps, as `/proc` tells them: tid, and number.
    fn waiting(&self) -> BTreeSet<(u64, String)> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.pid())).expect("a process");
        let call = |thread: PathBuf| {
            let call = fs::read_to_string(thread.join("syscall")).ok()?;
            let number = call.split(' ').next().filter(|n| n.parse::<u32>().is_ok())?.to_owned();
            let tid = thread.file_name()?.to_str()?.parse().ok()?;
            (tid != u64::from(self.pid()) || number != NANOSLEEP).then_some((tid, number))
        };
        threads.filter_map(|thread| call(thread.ok()?.path())).collect()
    }

    fn go(&self) {
        fs::write(self.scratch.file("go"), "").expect("a file");
        wait_until("all threads block", || self.waiting().len() == ALL);
    }

    fn pid(&self) -> u32 {
        self.running.pid()
    }
}

/// Whether a call was under way at the end.
fn is_under_way(event: &Value) -> bool {
    event["cpu"].is_null()
}

/// The calls under way: name, what tells them from others, and whether it is known since when.
fn under_way(events: &[Value]) -> Vec<(String, String, bool)> {
    let mut calls: Vec<_> = events
        .iter()
        .filter(|event| is_under_way(event))
        .map(|event| {
            assert!(event["ret"].is_null() && event["errno"].is_null(), "{event}");
            let (name, args) = (event["syscall"].as_str().unwrap(), &event["args"]);
            let what = match name {
                "read" => args["count"].to_string(),
                "poll" => args["fds"][0]["events"].to_string(),
                "nanosleep" => args["req"].to_string(),
                "futex" => args["val"].to_string(),
                "openat" => event["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
                _ => String::new(),
            };
            (name.to_owned(), what, !event["duration"].is_null())
        })
        .collect();
    calls.sort();
    calls
}

fn call(name: &str, what: &str, since: bool) -> (String, String, bool) {
    (name.to_owned(), what.to_owned(), since)
}

#[test]
fn they_are_told_with_arguments_and_age() {
    if !kernel() {
        return;
    }
    let blocked = Blocked::start();
    let trace = blocked.scratch.file("t.scd");
    let pid = blocked.pid().to_string();
    let recorder = Recorder::start(&trace, ["-p", &pid]);
    blocked.go();
    let threads: BTreeSet<u64> = blocked.waiting().into_iter().map(|(tid, _)| tid).collect();
    let ran = recorder.stop(libc::SIGINT);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = events(&trace);
    let nanosleep = "{\"tv_nsec\":5,\"tv_sec\":1000}";
    let expected = [
        call("futex", "3", true),
        call("nanosleep", nanosleep, true),
        call("openat", "fifo", true),
        call("pause", "", true),
        call("pause", "", true),
        call("poll", "\"0x1\"", false),
        call("read", "100", false),
        call("read", "50", true),
    ];
    let found = under_way(&events);
    assert_eq!(found, expected);
    let last = events.iter().filter(|event| is_under_way(event));
    let tids: BTreeSet<u64> = last.map(|event| event["tid"].as_u64().unwrap()).collect();
    assert_eq!(tids, threads, "one call a thread");
    // A call that began before and has returned since is no such call.
    let returned = events.iter().find(|event| event["ret"] == 7 && event["syscall"] == "read");
    let returned = returned.expect("the read that was answered");
    assert_eq!((&returned["args"]["count"], &returned["data"]), (&7.into(), &"1234567".into()));
    assert!(returned["duration"].is_null() && !is_under_way(returned));
    let ledger = &info(&trace)["ledger"]["total"];
    assert_eq!(ledger["recorded"].as_u64(), Some(events.len() as u64));
}

/// It is not seen then when a call begins: also threads whose calls returned meanwhile are in one.
#[test]
fn they_are_told_without_durations_too() {
    if !kernel() {
        return;
    }
    let blocked = Blocked::start();
    let trace = blocked.scratch.file("t.scd");
    let pid = blocked.pid().to_string();
    let recorder = Recorder::start(&trace, ["-p", &pid, "--no-duration"]);
    blocked.go();
    let threads: BTreeSet<u64> = blocked.waiting().into_iter().map(|(tid, _)| tid).collect();
    let ran = recorder.stop(libc::SIGINT);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = events(&trace);
    let last = events.iter().filter(|event| is_under_way(event));
    assert_eq!(last.map(|event| event["tid"].as_u64().unwrap()).collect::<BTreeSet<_>>(), threads);
}

#[test]
fn filters_hold_for_them() {
    if !kernel() {
        return;
    }
    let blocked = Blocked::start();
    blocked.go();
    let trace = blocked.scratch.file("t.scd");
    let pid = blocked.pid().to_string();
    let recorded = |filters: &[&str]| {
        let path = trace.to_str().unwrap();
        let ran = record([&["-o", path, "--duration", "200ms"], filters].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        under_way(&events(&trace))
    };
    // None of its threads does anything meanwhile: even that it is recorded shows by this alone.
    assert_eq!(recorded(&["-p", &pid]).len(), ALL);
    assert!(events(&trace).iter().all(|event| event["comm"] == "under_way-pthre"));
    let reads = [call("read", "100", false), call("read", "50", false)];
    assert_eq!(recorded(&["--name", "under_way-pthread", "-e", "read"]), reads);
    assert_eq!(recorded(&["-p", &pid, "-e", "write"]), []);
    assert_eq!(recorded(&["--name", "no-such-name"]), []);
    assert_eq!(recorded(&["-p", &pid, "--no-duration"]).len(), ALL);
    let all = recorded(&[]);
    assert!(all.len() > ALL && reads.iter().all(|read| all.contains(read)));
}

/// strace interrupts what it attaches to, so that some calls go on as another.
#[test]
fn strace_shows_them_alike() {
    if !kernel() {
        return;
    }
    let blocked = Blocked::start();
    blocked.go();
    let (trace, log) = (blocked.scratch.file("t.scd"), blocked.scratch.file("log"));
    let pid = blocked.pid().to_string();
    let mut strace = Command::new(tool("strace"));
    strace.args(["-f", "-o"]).arg(&log).args(["-p", &pid]).stdin(Stdio::null());
    let mut strace = strace.stderr(Stdio::null()).spawn().expect("strace");
    let shown = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    wait_until("strace has attached", || shown() == ALL);
    // SAFETY: a plain system call; the child is ours and not yet waited for.
    unsafe { libc::kill(strace.id() as i32, libc::SIGINT) };
    strace.wait().expect("strace's end");
    wait_until("all threads block", || blocked.waiting().len() == ALL);
    let ran = record(["-o", trace.to_str().unwrap(), "-p", &pid, "--duration", "200ms"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ours = query([trace.to_str().unwrap(), "--strace"]).out;
    let theirs = fs::read_to_string(&log).unwrap();
    for lines in [&ours, &theirs] {
        assert_eq!(lines.matches(" <detached ...>\n").count(), 1, "{lines}");
        assert!(lines.ends_with(" <detached ...>\n"), "{lines}");
    }
    let calls = |lines: &str| -> BTreeSet<String> {
        let same = |line: &&str| !line.contains("restart_syscall(");
        let lines = lines.lines().filter(same);
        lines.map(|line| line.replace("<detached ...>", "<unfinished ...>")).collect()
    };
    assert!(calls(&theirs).len() > ALL / 2, "{theirs}");
    assert!(calls(&ours).is_superset(&calls(&theirs)), "{ours}{theirs}");
}

/// Of a call that lasts for longer than a block, the line stands where it began.
#[test]
fn long_calls_have_their_lines_where_they_began() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("under-way-long");
    let trace = scratch.file("t.scd");
    let script = "sleep 3 & A=$!; for i in 1 2 3 4 5; do sleep 0.5; done; wait $A; exec sleep 1.5";
    let ran = record(["-q", "-o", trace.to_str().unwrap(), "--", "sh", "-c", script]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = query([trace.to_str().unwrap(), "--strace"]).out;
    let at = |text: &str| lines.find(text).unwrap_or_else(|| panic!("no {text} in {lines}"));
    let line = |at: usize| &lines[lines[..at].rfind('\n').map_or(0, |end| end + 1)..];
    let line = |at: usize| line(at).lines().next().unwrap();
    // It is torn where it began, before the short ones that it outlasts.
    let (long, short) = (at("{tv_sec=3, tv_nsec=0}"), at("{tv_sec=0, tv_nsec=500000000}"));
    assert!(line(long).ends_with(" <unfinished ...>"), "{}", line(long));
    let pid = line(long).split(' ').next().unwrap();
    let end = at(&format!("{pid:<5} <... clock_nanosleep resumed>"));
    assert!(line(end).ends_with(") = 0") && short < end, "{}", line(end));
    let between = lines[long..end].matches("{tv_sec=0, tv_nsec=500000000}").count();
    assert!(between >= 4, "{between} short ones while it lasted");
    // Nothing comes between the ends of the last, as nobody else is there (a shell might come back from vfork(2) only then):
    // it is one line.
    let last = line(at("{tv_sec=1, tv_nsec=500000000}"));
    assert!(last.ends_with(") = 0"), "{last}");
    // What comes through a pipe is read once.
    let piped = Command::new("sh")
        .args(["-c", "cat \"$0\" | \"$1\" - --strace"])
        .args([trace.as_os_str(), syscord_tests::program("syscord-query").as_os_str()])
        .output()
        .expect("sh");
    let piped = String::from_utf8_lossy(&piped.stdout).into_owned();
    let once = piped.lines().find(|line| line.contains("{tv_sec=3, tv_nsec=0}"));
    assert!(once.is_some_and(|line| line.ends_with(") = 0")), "{piped}");
}
