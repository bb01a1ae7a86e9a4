//! `syscord record` as its user meets it: what it records, when it stops, what it leaves behind.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use syscord_tests::{
    Ran, Recorder, Running, Scratch, Value, compile, events, events_with, info, kernel, program,
    python, query, record, run, wait_until,
};

fn in_folder(scratch: &Scratch) -> String {
    scratch.file("t.scd").to_str().expect("a path in UTF-8").to_owned()
}

/// The trace is whole: every block is read, and nothing is wrong.
fn is_whole(trace: &Path) {
    let ran = query(["verify".as_ref(), trace.as_os_str()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(info(trace)["complete"], true);
}

fn tids(events: &[Value]) -> Vec<u64> {
    let mut tids: Vec<u64> = events.iter().filter_map(|event| event["tid"].as_u64()).collect();
    tids.sort_unstable();
    tids.dedup();
    tids
}

fn tasks(pid: u32) -> Vec<u64> {
    let listed = fs::read_dir(format!("/proc/{pid}/task")).expect("a process");
    let mut tasks: Vec<u64> = listed
        .map(|task| task.expect("a task").file_name().to_str().unwrap().parse().expect("a tid"))
        .collect();
    tasks.sort_unstable();
    tasks
}

/// A Python program of five threads that never stop making calls.
fn busy() -> Running {
    let code = "\
import threading, time
def work():
    while True: time.sleep(0.01)
for _ in range(4): threading.Thread(target=work).start()
work()";
    let running = Running::start(Command::new(python()).args(["-c", code]));
    wait_until("all threads run", || tasks(running.pid()).len() == 5);
    running
}

/// Records a program of tests/workloads to its end.
fn recorded(scratch: &Scratch, source: &str) -> PathBuf {
    let (trace, program) = (scratch.file("t.scd"), compile(scratch, source, &[]));
    let command: [&OsStr; 5] =
        ["-q".as_ref(), "-o".as_ref(), trace.as_os_str(), "--".as_ref(), program.as_os_str()];
    let ran = record(command);
    assert_eq!(ran.code, 0, "{}", ran.err);
    trace
}

#[test]
fn more_numbers_than_a_chunk_can_hold() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("numbers");
    let trace = recorded(&scratch, "numbers.c");
    let strange = events_with(&trace, &["--errno", "ENOSYS"]);
    let nameless =
        |event: &&Value| event["syscall"].as_str().is_some_and(|n| n.starts_with("syscall_"));
    assert_eq!(strange.iter().filter(nameless).count(), 70_000);
    let verified = query(["verify".as_ref(), trace.as_os_str()]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn what_calls_were_given_is_kept_in_a_burst() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("sendfiles");
    let trace = recorded(&scratch, "sendfiles.c");
    let ran = query([trace.as_os_str(), "--strace".as_ref(), "-e".as_ref(), "sendfile".as_ref()]);
    assert_eq!(ran.out.lines().filter(|line| line.contains("[0] => [16], 16)")).count(), 9000);
}

#[test]
fn a_command_line_without_end() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("long-arguments");
    let program = compile(&scratch, "long_arguments.c", &[]);
    let mut child = Command::new(program).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut ready = [0; 6];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut ready).expect("it gets ready");
    let trace = scratch.file("t.scd");
    let pid = child.id().to_string();
    let options = ["--duration", "300ms", "-q", "--pid", &pid, "-o"].map(OsStr::new);
    let ran = record(options.into_iter().chain([trace.as_os_str()]));
    child.kill().expect("a child");
    child.wait().expect("a child");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let length = fs::metadata(&trace).expect("a trace").len();
    assert!(length < 1 << 20, "{length} bytes");
}

#[test]
fn a_running_process_with_all_its_threads() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-pid");
    let (trace, busy) = (scratch.file("t.scd"), busy());
    let tasks = tasks(busy.pid());
    // By the id of any of its threads.
    for id in [tasks[0], tasks[3]] {
        let mut recorder = Recorder::start(&trace, ["-q", "-p", &id.to_string()]);
        wait_until("each thread made a call", || {
            recorder.events() > 50 && tids(&events_so_far(&trace)) == tasks
        });
        let ran = recorder.stop(libc::SIGINT);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        is_whole(&trace);
        let events = events(&trace);
        assert_eq!(tids(&events), tasks);
        assert!(events.iter().all(|event| event["pid"] == busy.pid()));
    }
}

/// Events of a trace that is still being written: that it has no end yet is no failure.
fn events_so_far(trace: &Path) -> Vec<Value> {
    let ran = query([trace.as_os_str(), "--json".as_ref()]);
    ran.out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn signals_finish_the_file() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-signals");
    let (trace, busy) = (scratch.file("t.scd"), busy());
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let recorder = Recorder::start(&trace, ["-p", &busy.pid().to_string()]);
        let ran = recorder.stop(signal);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "signal {signal}: {}", ran.err);
        is_whole(&trace);
        is_summary(&ran.err, &trace);
    }
}

/// `syscord: 1,234 events in 2.3 s, 0 dropped, 1.9 MiB (1.95 bytes/event), FILE`, true to the file.
fn is_summary(text: &str, trace: &Path) {
    let found = info(trace);
    let count = found["events"].as_u64().expect("a number");
    let bytes = fs::metadata(trace).expect("a trace").len();
    let size = match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    };
    let each = bytes as f64 / count as f64;
    let line = text.lines().last().unwrap_or_default();
    let rest = line.strip_prefix("syscord: ").unwrap_or_else(|| panic!("summary: {text}"));
    let (number, rest) = rest.split_once(" events in ").unwrap_or_else(|| panic!("{line}"));
    assert_eq!(number, grouped(count), "{line}");
    let (seconds, rest) = rest.split_once(" s, ").unwrap_or_else(|| panic!("{line}"));
    assert!(seconds.parse::<f64>().is_ok(), "{line}");
    let expected = format!("0 dropped, {size} ({each:.2} bytes/event), {}", trace.display());
    assert_eq!(rest, expected);
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

#[test]
fn what_a_command_does_from_its_execve_to_its_end() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-command");
    let trace = in_folder(&scratch);
    let ran = record(["-o", &trace, "--", "true", "argument"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    is_summary(&ran.err, trace.as_ref());
    is_whole(trace.as_ref());
    let events = events(trace.as_ref());
    let (first, last) = (&events[0], &events[events.len() - 1]);
    assert_eq!((&first["syscall"], &first["ret"]), (&"execve".into(), &0.into()));
    assert!(first["path"].as_str().is_some_and(|path| path.ends_with("/true")), "{first}");
    assert_eq!(first["args"]["argv"], serde_json::json!(["true", "argument"]));
    assert_eq!((&last["syscall"], &last["ret"]), (&"exit_group".into(), &Value::Null));
    assert_eq!(tids(&events).len(), 1);
    let execs = events.iter().filter(|event| event["syscall"] == "execve");
    assert_eq!(execs.count(), 1, "the search along PATH is not the command's");
    assert_eq!(events.iter().find(|event| event["comm"] != "true"), None);

    let mode = fs::metadata(&trace).expect("a trace").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "a trace is for its owner");
}

#[test]
fn descendants_are_recorded_without_being_asked_for() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-descendants");
    let trace = in_folder(&scratch);
    // The last one outlives its parents.
    let script =
        "sh -c 'sh -c \"exec cat /nowhere/1\"; (exec cat /nowhere/2) & exit 0'; wait; sleep 0.5";
    let ran = record(["-q", "-o", &trace, "--", "sh", "-c", script]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for path in ["/nowhere/1", "/nowhere/2"] {
        let ran = query([&trace, "--path", path, "--count"]);
        assert_eq!(ran.out, "1\n", "{path}");
    }
}

#[test]
fn how_a_command_ends_passes_through() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-status");
    let trace = in_folder(&scratch);
    let shell = |script: &str| record(["-q", "-o", &trace, "--", "sh", "-c", script]);
    for (script, code) in [("exit 0", 0), ("exit 42", 42), ("exit 255", 255)] {
        assert_eq!(shell(script).code, code, "{script}");
    }
    for (signal, code) in [("KILL", 137), ("TERM", 143), ("SEGV", 139)] {
        assert_eq!(shell(&format!("kill -{signal} $$")).code, code, "{signal}");
        is_whole(trace.as_ref());
    }
    let ran = record(["-o", &trace, "--", "/nowhere/program"]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("/nowhere/program"), "{}", ran.err);
}

#[test]
fn a_signal_to_the_recorder_ends_its_command() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-interrupt");
    let trace = scratch.file("t.scd");
    let script = "trap 'cat /nowhere/last; exit 3' TERM; while :; do sleep 0.01; done";
    let recorder = Recorder::start(&trace, ["-q", "--", "sh", "-c", script]);
    let ran = recorder.stop(libc::SIGINT);
    assert_eq!(ran.code, 3, "{}", ran.err);
    is_whole(&trace);
    let last =
        query([trace.as_os_str(), "--path".as_ref(), "/nowhere/last".as_ref(), "--count".as_ref()]);
    assert_eq!(last.out, "1\n", "what it did until its end is recorded");
}

#[test]
fn quiet_is_quiet() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-quiet");
    let trace = in_folder(&scratch);
    for option in ["-q", "--quiet"] {
        let ran = record([option, "-o", &trace, "--", "true"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    }
}

#[test]
fn a_command_as_another_user() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-user");
    let trace = in_folder(&scratch);
    let ran = record(["-q", "-o", &trace, "--user", "nobody", "--", "id", "-un"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "nobody\n"), "{}", ran.err);
    let events = events(trace.as_ref());
    assert_eq!(events[0]["syscall"], "execve", "{}", events[0]);
    let nobody: u64 = run("id", ["-u", "nobody"]).out.trim().parse().expect("a user id");
    let uids: Vec<&Value> = events.iter().filter(|e| e["syscall"] == "geteuid").collect();
    assert!(!uids.is_empty() && uids.iter().all(|event| event["ret"] == nobody), "{uids:?}");
    let none = record(["-o", &trace, "--user", "no-such-user", "--", "id"]);
    assert!(none.code != 0 && none.err.contains("no-such-user"), "{}", none.err);
}

#[test]
fn a_pipe_is_read_while_it_grows() {
    if !kernel() {
        return;
    }
    let busy = busy();
    let mut recorder = Command::new(program("syscord"));
    recorder.args(["record", "-q", "-o", "-", "-p", &busy.pid().to_string()]);
    recorder.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut recorder = Killed(recorder.spawn().expect("syscord runs"));
    let mut reader = Command::new(program("syscord-query"));
    reader.args(["-", "--text"]).stdin(recorder.0.stdout.take().expect("a pipe"));
    reader.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut reader = Killed(reader.spawn().expect("syscord-query runs"));
    let mut lines = BufReader::new(reader.0.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a line").expect("text");
    assert!(first.starts_with("pid=") && first.contains(", clock_nanosleep, res="), "{first}");
    assert_eq!(recorder.0.try_wait().expect("a child"), None, "it is still recording");
    assert_eq!(reader.0.try_wait().expect("a child"), None, "and still being read");
    // SAFETY: a plain system call; the child is ours and not yet waited for.
    unsafe { libc::kill(recorder.0.id() as i32, libc::SIGINT) };
    let rest = lines.map(|line| line.expect("text")).collect::<Vec<_>>();
    assert!(rest.iter().all(|line| line.starts_with("pid=")));
    assert!(recorder.0.wait().expect("an end").success());
    assert!(reader.0.wait().expect("an end").success());
}

/// A child that does not outlive the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn limits_end_a_recording() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-limits");
    let trace = in_folder(&scratch);
    let all = |options: &[&str]| -> Ran {
        let ran = record(["-o", &trace].iter().chain(options));
        assert_eq!(ran.code, 0, "{options:?}: {}", ran.err);
        is_summary(&ran.err, trace.as_ref());
        is_whole(trace.as_ref());
        ran
    };
    let busy = busy();
    let pid = busy.pid().to_string();
    all(&["-p", &pid, "--duration", "1s"]);
    let length = info(trace.as_ref())["duration"].as_u64().expect("nanoseconds");
    assert!(length >= 1_000_000_000, "{length}");

    all(&["-p", &pid, "--max-events", "500"]);
    let count = info(trace.as_ref())["events"].as_u64().expect("a number");
    assert!((500..5000).contains(&count), "{count}");

    // Without an end of its own.
    let mut dd = Command::new("dd");
    let dd = Running::start(dd.args(["if=/dev/urandom", "of=/dev/null", "bs=1"]));
    all(&["-p", &dd.pid().to_string(), "--max-size", "2M"]);
    let size = fs::metadata(&trace).expect("a trace").len();
    assert!((2 << 20..40 << 20).contains(&size), "{size}");
}

#[test]
fn doctor_and_table() {
    let table = run(program("syscord"), ["syscalls"]);
    assert_eq!(table.code, 0, "{}", table.err);
    let read = table.out.lines().find(|line| line.split_whitespace().nth(1) == Some("read"));
    let read: Vec<&str> = read.expect("read").split_whitespace().collect();
    assert_eq!(read[..2], ["0", "read"]);
    if !kernel() {
        return;
    }
    let doctor = run(program("syscord"), ["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
    assert!(!doctor.out.contains("FAIL") && doctor.out.contains("This machine can record."));
}

#[test]
fn classic_lines_of_known_calls() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-known");
    let (trace, made) = (in_folder(&scratch), compile(&scratch, "known.c", &[]));
    let folder = scratch.file("folder");
    fs::create_dir(&folder).expect("a folder");
    let (made, folder) = (made.to_str().unwrap(), folder.to_str().unwrap());
    let known = record(["-q", "-o", &trace, "--", made, folder]);
    assert_eq!(known.code, 0, "{}", known.err);
    let text = query([&trace, "--text"]);
    assert_eq!(text.code, 0, "{}", text.err);
    let pid = known.out.split(',').next().expect("pid=N");
    let own: Vec<&str> =
        text.out.lines().filter(|line| line.split(',').next() == Some(pid)).collect();
    let expected: Vec<&str> = known.out.lines().collect();
    assert!(expected.len() > 30);
    // The program writes its lines out just before the last of them.
    let (last, calls) = expected.split_last().expect("lines");
    let start = own.iter().position(|line| *line == calls[0]);
    let start = start.unwrap_or_else(|| panic!("no {}\nin {}", calls[0], text.out));
    for (at, line) in calls.iter().enumerate() {
        assert_eq!(own.get(start + at), Some(line));
    }
    let rest = &own[start + calls.len()..];
    assert_eq!(rest, [&format!("{pid}, write, res={}", known.out.len()), *last]);
}

/// Threads that end at once on several CPUs: each one's end, and what it was in, is told.
#[test]
fn every_thread_s_end_is_told() {
    if !kernel() {
        return;
    }
    const CHILDREN: usize = 500;
    const THREADS: usize = 4;
    let scratch = Scratch::new("record-races");
    let (trace, made) = (in_folder(&scratch), compile(&scratch, "races.c", &["-pthread"]));
    let ran = record(["-q", "-o", &trace, "--", made.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = query([&trace, "--strace"]);
    let count = |what: &str| lines.out.lines().filter(|line| line.contains(what)).count();
    assert_eq!(count("+++ exited with 0 +++"), 1 + CHILDREN * THREADS);
    assert_eq!(count(" exit_group(0)"), 1 + CHILDREN);
}

/// The kernel forgets the number of these calls while it makes them; the trace must not.
#[test]
fn calls_that_replace_their_own_registers() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-registers");
    let trace = in_folder(&scratch);
    for (source, name, count) in [("signals.c", "rt_sigreturn", 3), ("execs.c", "execveat", 1)] {
        let made = compile(&scratch, source, &["-pthread"]);
        let ran = record(["-q", "-o", &trace, "-e", name, "--", made.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let events = events(trace.as_ref());
        let names: Vec<&Value> = events.iter().map(|event| &event["syscall"]).collect();
        assert_eq!(names, vec![name; count], "only {name} was asked for");
    }
}

#[test]
fn without_durations_each_execve_has_its_own_path() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-no-duration");
    let trace = in_folder(&scratch);
    let script = "exec /bin/sh -c 'exec /bin/true'";
    let ran = record(["-q", "-o", &trace, "--no-duration", "--", "/bin/sh", "-c", script]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = events(trace.as_ref());
    assert!(events.iter().all(|event| event["duration"].is_null()));
    let execs = events.iter().filter(|event| event["syscall"] == "execve" && event["ret"] == 0);
    let paths: Vec<&Value> = execs.map(|event| &event["path"]).collect();
    assert_eq!(paths, ["/bin/sh", "/bin/sh", "/bin/true"]);
}

#[test]
fn times_are_those_of_the_clock() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-times");
    let trace = in_folder(&scratch);
    let now = || run("date", ["-u", "+%Y-%m-%dT%H:%M:%S.%NZ"]).out.trim().to_owned();
    let before = now();
    let ran = record(["-q", "-o", &trace, "--", "sleep", "0.3"]);
    let after = now();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let all = query([&trace, "--count"]).out;
    let within = query([&trace, "--since", &before, "--until", &after, "--count"]);
    assert_eq!((within.code, within.out), (0, all));
    let events = events(trace.as_ref());
    let slept = events.iter().find(|event| event["syscall"] == "clock_nanosleep").expect("a sleep");
    let length = slept["duration"].as_u64().expect("nanoseconds");
    // Times are kept in steps of 32 ns.
    assert!(length + 64 >= 300_000_000, "{slept}");
    // As text of one form, they compare as they follow.
    let times: Vec<&str> = events.iter().filter_map(|event| event["ts"].as_str()).collect();
    assert!(times.len() == events.len() && times.is_sorted());
    assert!(before.as_str() <= times[0] && times[times.len() - 1] <= after.as_str());
}

#[test]
fn a_file_that_others_could_read_is_so_no_more() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("record-mode");
    let trace = in_folder(&scratch);
    fs::write(&trace, "something of before").expect("a file");
    fs::set_permissions(&trace, fs::Permissions::from_mode(0o644)).expect("its mode");
    let ran = record(["-q", "-o", &trace, "--", "true"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mode = fs::metadata(&trace).expect("a trace").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    is_whole(trace.as_ref());
}
