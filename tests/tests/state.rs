//! What descriptors stand for, and what else was true of a process at a call: held against strace's
//! `-y` and `-yy` in the same run, and against what the program itself says.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use syscord_tests::{
    Recorder, Scratch, Value, events, info, kernel, program, python, query, record, repository,
    run,
    strace::{self, Call},
    tool, wait_until,
};

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// The descriptors that a call shows, each with what it stands for: `3</etc/passwd>`.
fn descriptors(call: &Call) -> Vec<String> {
    let (line, mut found) = (call.line(), Vec::new());
    let mut rest = line.as_str();
    while let Some(at) = rest.find('<') {
        let before = &rest[..at];
        let number = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        // What is enclosed may enclose a device's number, or point from one address to another.
        let (mut depth, mut end) = (0, rest.len());
        for (place, byte) in rest.bytes().enumerate().skip(at) {
            let arrow = place > 0 && rest.as_bytes()[place - 1] == b'-';
            depth += i32::from(byte == b'<') - i32::from(byte == b'>' && !arrow);
            if depth == 0 {
                end = place + 1;
                break;
            }
        }
        if number.len() < before.len() {
            found.push(rest[number.len()..end].to_owned());
        }
        rest = &rest[end..];
    }
    found
}

/// Records the workload while strace traces it, and returns the trace and strace's lines.
fn traced(scratch: &Scratch, options: &[&str], letters: &str) -> (std::path::PathBuf, String) {
    let (trace, seen) = (scratch.file("t.scd"), scratch.file("strace.txt"));
    let folder = scratch.file("folder");
    fs::create_dir(&folder).expect("a folder");
    let workload = text(&repository().join("tests/workloads/state.py"));
    let (python, folder, out, seen_text) = (python(), text(&folder), text(&trace), text(&seen));
    let mut args = vec!["-q", "-o", &out];
    args.extend(options);
    args.extend(["--", tool("strace"), "-f", "-q", letters, "-e", "signal=none", "-o"]);
    args.extend([&seen_text, &python, "-B", &workload, &folder]);
    let ran = record(args);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(info(&trace)["ledger"]["total"]["dropped"], 0, "nothing may be lost");
    (trace, fs::read_to_string(&seen).expect("strace's output"))
}

/// Of each thread the calls, each with the descriptors that it shows.
type Threads = Vec<(u32, Vec<(String, Vec<String>)>)>;

/// The calls of `names` with their descriptors, thread by thread, from the program's execve on.
fn calls_of(lines: &str, names: Option<&[&str]>) -> Threads {
    let wanted = |call: &Call| names.is_none_or(|names| names.contains(&call.name.as_str()));
    let threads = strace::parse(lines).into_iter().map(|(tid, thread)| {
        let begins = |call: &Call| call.name == "execve" && call.outcome == "0";
        let start = thread.calls.iter().position(begins).unwrap_or(0);
        let calls = thread.calls[start..].iter().filter(|call| wanted(call));
        (tid, calls.map(|call| (call.name.clone(), descriptors(call))).collect())
    });
    threads.collect()
}

fn ours(trace: &Path, letters: &str) -> String {
    let ran =
        run(program("syscord-query"), ["--strace".as_ref(), letters.as_ref(), trace.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

/// Asserts that strace and we say the same of every descriptor, and returns of how many.
fn same(theirs: &str, ours: &str, names: Option<&[&str]>) -> usize {
    let ours = calls_of(ours, names);
    let mut count = 0;
    for (tid, calls) in calls_of(theirs, names) {
        let (_, mine) = ours.iter().find(|(other, _)| *other == tid).expect("the thread");
        for (at, (theirs, mine)) in calls.iter().zip(mine).enumerate() {
            assert_eq!(mine, theirs, "call {at} of {tid}: ours, strace's");
            count += theirs.1.len();
        }
        assert_eq!(mine.len(), calls.len(), "calls of {tid}");
    }
    count
}

#[test]
fn descriptors_stand_for_what_strace_says() {
    if !kernel() {
        return;
    }
    for letters in ["-y", "-yy"] {
        let scratch = Scratch::new("state");
        let (trace, theirs) = traced(&scratch, &[], letters);
        let count = same(&theirs, &ours(&trace, letters), None);
        assert!(count > 500, "{letters}: {count} descriptors");
    }
}

/// A filter leaves out all calls that make, copy, and close descriptors, and that change directory.
#[test]
fn descriptors_are_known_where_the_filter_leaves_out_how_they_were_made() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-filter");
    let names = ["read", "write", "recvfrom", "sendto", "fstat", "newfstatat"];
    let (trace, theirs) = traced(&scratch, &["-e", &names.join(",")], "-yy");
    let ours = ours(&trace, "-yy");
    // The execve from which on we compare is left out, so what came before it is there.
    let theirs = calls_of(&theirs, Some(&names));
    let mut count = 0;
    for (tid, mine) in calls_of(&ours, Some(&names)) {
        let Some((_, calls)) = theirs.iter().find(|(other, _)| *other == tid) else { continue };
        let skip = mine.len().checked_sub(calls.len()).expect("as many calls");
        for (at, (theirs, mine)) in calls.iter().zip(&mine[skip..]).enumerate() {
            assert_eq!(mine, theirs, "call {at} of {tid}: ours, strace's");
            count += theirs.1.len();
        }
    }
    assert!(count > 200, "{count} descriptors");
}

#[test]
fn paths_are_found_behind_descriptors_and_made_absolute() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-paths");
    let (trace, _) = traced(&scratch, &[], "-y");
    let file = text(&scratch.file("folder/sub/file"));
    let mut found = events_of(&trace, &["--path", &file]);
    found.retain(|event| event["comm"] != "strace");
    let with = |name: &str| found.iter().filter(|event| event["syscall"] == name).count();
    // It was opened by relative names alone, in two directories.
    assert!(found.iter().all(|event| event["path"] != *file), "no call names it so");
    let counts = ["openat", "read", "close"].map(with);
    assert!(counts.iter().all(|count| *count >= 4), "{counts:?}");
    let ran = query(["stats", "--by", "file", "--json", &text(&trace)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(&file), "{}", ran.out);
    let ran = query(["stats", "--by", "socket", "--json", &text(&trace)]);
    assert!(ran.out.contains("TCP:[127.0.0.1:"), "{}", ran.out);
}

fn events_of(trace: &Path, options: &[&str]) -> Vec<Value> {
    let ran = query(["--json"].iter().chain(options).copied().chain([&*text(trace)]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The program says what it is; the trace says the same of it at its last call.
#[test]
fn state_is_what_the_program_says() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-facts");
    let (trace, said) = (scratch.file("t.scd"), scratch.file("said.json"));
    let code = "\
import json, os, sys
os.chdir('/usr')
os.setgid(7); os.setuid(12345)
facts = {'exe': os.readlink('/proc/self/exe'), 'cwd': os.getcwd(), 'uid': os.getuid(),
         'argv': open('/proc/self/cmdline').read().split('\\0')[:-1],
         'cgroup': [line for line in open('/proc/self/cgroup') if line.startswith('0::')][0][3:-1]}
os.write(3, json.dumps(facts).encode())
";
    let mut child = Command::new(program("syscord"));
    child.args(["record", "-q", "-o", &text(&trace), "--", "sh", "-c", "exec \"$@\" 3>\"$0\""]);
    child.args([&text(&said), &python(), "-B", "-c", code]);
    assert!(child.status().expect("syscord runs").success());
    let facts: Value = serde_json::from_slice(&fs::read(&said).unwrap()).expect("JSON");
    let last = events_of(&trace, &["--state", "--syscall", "write", "--fd", "3"]);
    let state = &last.last().expect("the program's write")["state"];
    for key in ["exe", "cwd", "uid", "argv", "cgroup"] {
        assert_eq!(state[key], facts[key], "{key}: {state}");
    }
    assert_eq!(state["files"]["3"], text(&said));
}

/// What was open before the recording began is known from then on.
#[test]
fn a_running_process_is_described() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-running");
    let (trace, file) = (scratch.file("t.scd"), scratch.file("open"));
    File::create(&file).expect("a file");
    let code = "\
import os, sys
f = os.open(sys.argv[1], os.O_RDONLY)
while sys.stdin.buffer.read(1): os.read(f, 1)
";
    let mut child = Command::new(python())
        .args(["-B", "-u", "-c", code, &text(&file)])
        .stdin(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut to = child.stdin.take().expect("a pipe");
    let pid = child.id().to_string();
    let recorder = Recorder::start_with(&trace, ["-p", &pid], || to.write_all(b"1").unwrap());
    to.write_all(b"12345").unwrap();
    drop(to);
    child.wait().unwrap();
    let ran = recorder.stop(libc::SIGINT);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let reads = events(&trace);
    let empty = reads.iter().filter(|e| e["syscall"] == "read" && e["args"]["fd"] != 0).count();
    let found = events_of(&trace, &["--path", &text(&file), "--syscall", "read"]);
    // It takes a moment to look at it; until then nothing is known, hence nothing said.
    assert!(found.len() > 5 && found.len() + 5 >= empty, "{} of {empty}", found.len());
}

/// A process that had sockets before it was recorded, in a network of its own.
struct Sockets {
    child: Child,
    orders: ChildStdin,
    /// What each is, as the process says itself.
    said: BTreeMap<String, String>,
}

impl Sockets {
    fn start(scratch: &Scratch, options: &[&str]) -> Sockets {
        let workload = text(&repository().join("tests/workloads/sockets.py"));
        let mut child = Command::new(tool("unshare"))
            .args(["--net", &python(), "-B", "-u", &workload, &text(&scratch.file("a socket"))])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare starts");
        let (orders, out) = (child.stdin.take().expect("a pipe"), child.stdout.take());
        let mut said = String::new();
        BufReader::new(out.expect("a pipe")).read_line(&mut said).expect("a line");
        let said: BTreeMap<String, String> = serde_json::from_str(&said).expect("what it has");
        for kind in ["TCP:[127", "->", "UDP:[127", "UNIX-STREAM:[", "UNIX:[", "NETLINK:[ROUTE:"] {
            assert!(said.values().any(|socket| socket.contains(kind)), "{kind} in {said:?}");
        }
        Sockets { child, orders, said }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Makes a call on each.
    fn look(&mut self) {
        self.orders.write_all(b"look\n").expect("it reads on");
    }

    /// What they are by a trace, at the last call on each.
    fn found(&self, trace: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for event in events_of(trace, &["--state", "--syscall", "getsockopt", "--pid", &self.pid()])
        {
            let files = event["state"]["files"].as_object().expect("files").clone();
            found.extend(files.into_iter().map(|(fd, is)| (fd, is.as_str().unwrap_or("?").into())));
        }
        found
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// So are its sockets, in whatever network they are: each is what the program says that it is.
#[test]
fn the_sockets_of_a_running_process_are_described() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-sockets");
    let (trace, mut sockets) = (scratch.file("t.scd"), Sockets::start(&scratch, &[]));
    let pid = sockets.pid();
    for options in [&["-p", &pid][..], &[]] {
        let recorder = Recorder::start_with(&trace, options, || sockets.look());
        sockets.look();
        wait_until("it has looked at them", || recorded_by(&trace, &pid) >= sockets.said.len());
        assert_eq!(recorder.stop(libc::SIGINT).code, 0);
        assert_eq!(sockets.found(&trace), sockets.said, "{options:?}");
    }
}

/// Its first thread may have ended, and what it has is another's then.
#[test]
fn a_running_process_without_its_first_thread_is_described() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-without-first");
    let trace = scratch.file("t.scd");
    let mut sockets = Sockets::start(&scratch, &["--without-first-thread"]);
    let pid = sockets.pid();
    let status = format!("/proc/{pid}/status");
    wait_until("it has ended", || fs::read_to_string(&status).unwrap().contains("State:\tZ"));
    let recorder = Recorder::start_with(&trace, ["-p", &pid], || sockets.look());
    sockets.look();
    wait_until("it has looked at them", || recorded_by(&trace, &pid) >= sockets.said.len());
    assert_eq!(recorder.stop(libc::SIGINT).code, 0);
    assert_eq!(sockets.found(&trace), sockets.said);
    let events = events_of(&trace, &["--state", "--pid", &pid]);
    let state = &events.last().expect("its calls")["state"];
    assert_eq!(state["cwd"], text(&std::env::current_dir().unwrap()));
    assert!(state["exe"].as_str().is_some_and(|exe| exe.contains("python")), "{state}");
    assert_eq!(state["argv"][5], "--without-first-thread", "{state}");
}

fn recorded_by(trace: &Path, pid: &str) -> usize {
    let ran = query([&text(trace), "--syscall", "getsockopt", "--pid", pid, "--count"]);
    ran.out.trim().parse().unwrap_or(0)
}

/// In a file that goes on with a trace they are described anew.
#[test]
fn sockets_are_described_in_each_file() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-files");
    let (folder, mut sockets) = (scratch.file("traces"), Sockets::start(&scratch, &[]));
    fs::create_dir(&folder).expect("a folder");
    let options = ["-p", &sockets.pid(), "--rotate-time", "500ms"];
    let recorder = Recorder::start_with(&folder, options, || sockets.look());
    let third = folder.join("trace-000003.scd");
    wait_until("there are three files", || {
        sockets.look();
        third.exists()
    });
    assert_eq!(recorder.stop(libc::SIGINT).code, 0);
    assert_eq!(sockets.found(&third), sockets.said);
}

/// A command has its sockets from whoever starts it.
#[test]
fn the_sockets_of_a_command_are_described() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("state-command");
    let trace = scratch.file("t.scd");
    let ((input, _input), (output, _output)) =
        (UnixStream::pair().expect("a pair"), UnixStream::pair().expect("a pair"));
    let inodes = [&input, &output].map(|socket| {
        let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd()));
        text(&link.expect("a link")).replace("socket:[", "").replace(']', "")
    });
    let status = Command::new(program("syscord"))
        .args(["record", "-q", "-o", &text(&trace), "--", &python(), "-c"])
        .arg("import os\nfor fd in 0, 1: os.fstat(fd)")
        .stdin(OwnedFd::from(input))
        .stdout(OwnedFd::from(output))
        .stderr(Stdio::null())
        .status();
    assert!(status.expect("syscord runs").success());
    assert_eq!(query(["verify", &text(&trace)]).code, 0);
    for (fd, inode) in ["0", "1"].into_iter().zip(inodes) {
        let found = events_of(&trace, &["--state", "--fd", fd, "--syscall", "newfstatat,fstat"]);
        let files = &found.last().expect("it has looked at it")["state"]["files"];
        let is = files[fd].as_str().unwrap_or_default();
        assert!(is.starts_with(&format!("UNIX-STREAM:[{inode}->")), "{fd}: {files}");
    }
}
