//! The same run seen by strace and by syscord: per thread the same calls, arguments and results.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use syscord_tests::{
    Scratch, Value, compile, events, info, kernel, program, python, query, record, repository, run,
    strace::{self, Call, Result},
    tool,
};

/// Codes by which the kernel says that a call is to be made again; no program ever sees them, but
/// tracers do.
const RESTARTS: [(&str, i64); 4] = [
    ("ERESTARTSYS", -512),
    ("ERESTARTNOINTR", -513),
    ("ERESTARTNOHAND", -514),
    ("ERESTART_RESTARTBLOCK", -516),
];

/// Arguments of a call: name and kind.
type Arguments = Vec<(String, String)>;

/// The table of syscalls as `syscord syscalls` prints it.
struct Table {
    by_name: HashMap<(String, String), Arguments>,
    names: HashMap<u64, String>,
}

impl Table {
    fn read() -> Table {
        let mut table = Table { by_name: HashMap::new(), names: HashMap::new() };
        for abi in ["x86_64", "i386"] {
            let listed = run(program("syscord"), ["syscalls", "--abi", abi]);
            assert_eq!(listed.code, 0, "{}", listed.err);
            for line in listed.out.lines() {
                let (number, rest) = line.trim_start().split_once(' ').expect("a number");
                let (name, rest) = rest.trim_start().split_once(' ').expect("a name");
                let (_, rest) = rest.split_once('(').expect("arguments");
                let (args, _) = rest.split_once(") -> ").expect("a result");
                let args = args.split(", ").filter_map(|arg| arg.split_once(": "));
                let args = args.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
                if abi == "x86_64" {
                    table.names.insert(number.parse().expect("a number"), name.to_owned());
                }
                table.by_name.insert((abi.to_owned(), name.to_owned()), args);
            }
        }
        table
    }
}

/// Records a program that strace traces at the same time, and compares what both saw. Returns the
/// events of the threads that strace saw, and the program's exit status.
fn same_run(name: &str, command: &[&str]) -> (Vec<Value>, i32) {
    let scratch = Scratch::new(name);
    let (trace, seen) = (scratch.file("t.scd"), scratch.file("strace.txt"));
    let mut args: Vec<&str> = vec!["-q", "-o", trace.to_str().unwrap(), "--", tool("strace")];
    args.extend(strace::OPTIONS);
    args.extend(["-o", seen.to_str().unwrap()]);
    args.extend(command);
    let ran = record(args);
    let threads = strace::parse(&fs::read_to_string(&seen).expect("strace's output"));
    assert!(!threads.is_empty(), "strace saw nothing: {}", ran.err);
    let ledger = &info(&trace)["ledger"]["total"];
    assert_eq!(ledger["dropped"], 0, "nothing may be lost: {ledger}");

    // All that strace itself did is recorded too, up to the execve in its child.
    let first = seen_first(&seen);
    let mut ours: BTreeMap<u32, Vec<Value>> = BTreeMap::new();
    for event in events(&trace) {
        let tid = event["tid"].as_u64().expect("a tid") as u32;
        let list = ours.entry(tid).or_default();
        let starts = event["syscall"] == "execve" && event["ret"] == 0;
        if event["comm"] != "strace" || tid == first && (starts || !list.is_empty()) {
            list.push(event);
        }
    }
    ours.retain(|_, list| !list.is_empty());

    let table = Table::read();
    for (tid, thread) in &threads {
        let list = ours.get(tid).map_or(&[][..], Vec::as_slice);
        if let Some(difference) = difference(&table, thread, list) {
            panic!("{name}: thread {tid}: {difference}");
        }
    }
    // No thread that strace knows nothing of.
    for (tid, list) in &ours {
        assert!(threads.contains_key(tid), "{name}: strace has no thread {tid}: {}", list[0]);
    }
    let calls: usize = threads.values().map(|thread| thread.calls.len()).sum();
    eprintln!("{name}: {calls} calls of {} threads are the same", threads.len());
    (ours.into_values().flatten().collect(), ran.code)
}

/// The thread of strace's first line.
fn seen_first(path: &Path) -> u32 {
    let text = fs::read_to_string(path).expect("strace's output");
    text.split(' ').next().and_then(|tid| tid.parse().ok()).expect("a thread id")
}

/// The first difference between a thread's calls as strace and as we have them.
fn difference(table: &Table, thread: &strace::Thread, ours: &[Value]) -> Option<String> {
    let theirs = &thread.calls;
    let mut lengths = (theirs.len(), ours.len());
    // A thread that is killed may be so between the two places where strace and syscord look, at
    // the beginning or the end of a call: its last call may be missing on one side.
    if thread.killed && lengths.0.abs_diff(lengths.1) == 1 {
        lengths = (lengths.0.min(lengths.1), lengths.0.min(lengths.1));
    }
    let at = (0..lengths.0.min(lengths.1)).find_map(|at| {
        let last = thread.killed && at + 1 == lengths.0;
        Some((at, unlike(table, &theirs[at], &ours[at], last)?))
    });
    let (at, why) = match at {
        Some(found) => found,
        None if lengths.0 != lengths.1 => {
            let why = format!("strace has {} calls, syscord {}", theirs.len(), ours.len());
            (lengths.0.min(lengths.1), why)
        }
        None => return None,
    };
    let mut text = format!("call {at}: {why}\n");
    for near in at.saturating_sub(4)..(at + 4) {
        let mark = if near == at { ">>" } else { "  " };
        if let Some(Call { name, args, result, .. }) = theirs.get(near) {
            let _ =
                writeln!(text, "{mark} {near} strace  {name}({}) = {result:?}", args.join(", "));
        }
        if let Some(event) = ours.get(near) {
            let Value::Object(mut event) = event.clone() else { continue };
            event.retain(|key, _| ["abi", "syscall", "ret", "errno", "args"].contains(&&**key));
            let _ = writeln!(text, "{mark} {near} syscord {}", Value::Object(event));
        }
    }
    Some(text)
}

/// In what an event differs from strace's line.
fn unlike(table: &Table, call: &Call, event: &Value, killed_in_it: bool) -> Option<String> {
    let ours = event["syscall"].as_str().expect("a name");
    // What strace's own table lacks it calls by number.
    let number = call.name.strip_prefix("syscall_").and_then(strace::number);
    let theirs = match number {
        None => call.name.clone(),
        Some(n) => table.names.get(&n).cloned().unwrap_or_else(|| format!("syscall_{n}")),
    };
    if ours != theirs {
        return Some(format!("{theirs} is {ours}"));
    }
    let narrow = event["abi"] == "i386";
    let ret = event["ret"].as_i64();
    let same = match &call.result {
        Result::Value(value) if narrow => ret.map(|ret| ret as u32) == Some(*value as u32),
        Result::Value(value) => ret == Some(*value),
        Result::Error(name) => match RESTARTS.iter().find(|(restart, _)| restart == name) {
            Some((_, code)) => ret == Some(*code),
            None => event["errno"] == **name && ret.is_some_and(|ret| (-4095..0).contains(&ret)),
        },
        // Killed within the call: strace is not woken for its end any more, the probe is, and sees
        // what a killing signal makes of a call that waits; or there was no end.
        Result::Unseen => {
            killed_in_it || ret.is_none_or(|ret| RESTARTS.iter().any(|(_, code)| ret == *code))
        }
    };
    if !(same || killed_in_it && ret.is_none()) {
        return Some(format!("result {:?} is {ret:?} {}", call.result, event["errno"]));
    }
    let abi = event["abi"].as_str().expect("an ABI").to_owned();
    let known = table.by_name.get(&(abi, theirs)).map_or(&[][..], Vec::as_slice);
    for ((name, kind), theirs) in known.iter().zip(&call.args) {
        if let Some(why) = unlike_argument(kind, theirs, &event["args"][name], narrow) {
            return Some(format!("argument {name}: {why}"));
        }
    }
    None
}

/// In what an argument differs: paths by their bytes, registers by as many bits as their kind has.
fn unlike_argument(kind: &str, theirs: &str, ours: &Value, narrow: bool) -> Option<String> {
    if let Some(path) = strace::unquote(theirs) {
        if !["path", "path_out", "exec_path", "str"].contains(&kind) {
            return None;
        }
        let path = String::from_utf8_lossy(&path).into_owned();
        return (ours.as_str() != Some(&path)).then(|| format!("{theirs} is {ours}"));
    }
    // Of structures strace has the address, and we have them; of an environment we have a count.
    let composed =
        ["struct", "array", "by", "counted", "changed", "exact", "tree", "time_limit", "set"];
    if composed.iter().any(|composed| kind.starts_with(composed)) {
        return None;
    }
    // What strace puts into words (O_RDONLY, AT_FDCWD) is not compared.
    let theirs = strace::number(theirs)?;
    let ours = match ours {
        Value::Number(number) => {
            number.as_u64().or(number.as_i64().map(i64::cast_unsigned)).expect("an integer")
        }
        // Captured in place of the address; or flags and addresses in hexadecimal, modes in octal.
        Value::String(text) if text.starts_with('0') && !kind.starts_with("sock") => {
            strace::number(text)?
        }
        Value::Object(object) if object.contains_key("unreadable") => {
            object["addr"].as_str().and_then(strace::number)?
        }
        _ => return None,
    };
    let short = ["int", "uint", "fd", "dirfd", "pid", "uid", "gid", "signal", "enum", "one"];
    let mask = if narrow || short.contains(&kind) { u64::from(u32::MAX) } else { u64::MAX };
    (ours & mask != theirs & mask).then(|| format!("{theirs:#x} is {ours:#x}"))
}

/// How many events call `name`.
fn count(events: &[Value], name: &str) -> usize {
    events.iter().filter(|event| event["syscall"] == name).count()
}

/// Whether any event's path is that.
fn has_path(events: &[Value], path: &str) -> bool {
    events.iter().any(|event| event["path"] == path)
}

fn workload(scratch: &Scratch, source: &str, options: &[&str]) -> String {
    compile(scratch, source, options).to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn ls() {
    if !kernel() {
        return;
    }
    let (events, code) = same_run("ls", &["ls", "-lR", "/usr/share/doc"]);
    assert_eq!(code, 0);
    assert!(events.len() > 1000 && has_path(&events, "/usr/share/doc"));
}

#[test]
fn python_with_files_sockets_and_threads() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("python-files");
    let folder = scratch.file("folder");
    let code = "\
import os, socket, sys, threading, mmap
os.makedirs(sys.argv[1]); os.chdir(sys.argv[1]); os.getcwd()
def files(n):
    for i in range(20):
        name = f'f{n}-{i} é\\n'
        with open(name, 'w') as f: f.write('x' * 3000)
        with open(name) as f: f.read()
        os.rename(name, name + '2'); os.stat(name + '2'); os.link(name + '2', name)
        os.symlink(name, name + 's'); os.readlink(name + 's'); os.chmod(name, 0o640)
        for one in (name, name + '2', name + 's'): os.unlink(one)
def talk(server):
    for _ in range(5):
        peer, _ = server.accept()
        peer.sendall(peer.recv(100)); peer.close()
server = socket.create_server(('127.0.0.1', 0))
threads = [threading.Thread(target=files, args=(n,)) for n in range(4)]
threads.append(threading.Thread(target=talk, args=(server,)))
for t in threads: t.start()
for n in range(5):
    c = socket.create_connection(server.getsockname()); c.sendall(b'hello'); c.recv(100); c.close()
for t in threads: t.join()
try: open('/nowhere/x')
except OSError: pass
os.listdir('.'); os.pipe(); os.urandom(8)
";
    // The interpreter itself, so that no launcher in between adds a shell's noise.
    let python = python();
    let command = [&python, "-B", "-c", code, folder.to_str().unwrap()];
    let (events, code) = same_run("python", &command);
    assert_eq!(code, 0);
    assert!(has_path(&events, "/nowhere/x") && has_path(&events, "f3-19 é\n"));
    assert!(count(&events, "accept4") >= 5);
}

#[test]
fn git() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("git-repository");
    let script = "\
set -e; mkdir \"$1\"; cd \"$1\"; git init -q .; echo one >a; git add a
git -c user.name=n -c user.email=e@x commit -qm first; git log --oneline";
    let folder = scratch.file("repository");
    let (events, code) = same_run("git", &["sh", "-c", script, "sh", folder.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(count(&events, "execve") > 4);
}

#[test]
fn pipeline() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("pipeline-folder");
    let made = scratch.file("made.tar.gz");
    let script = "tar -cf - -C /usr/share/common-licenses . | gzip >\"$1\"; test -s \"$1\"";
    let (events, code) = same_run("pipeline", &["sh", "-c", script, "sh", made.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert!(has_path(&events, made.to_str().unwrap()));
}

#[test]
fn fifty_threads() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("threads-program");
    let (events, code) = same_run("threads", &[&workload(&scratch, "threads.c", &["-pthread"])]);
    assert_eq!(code, 0);
    assert!(has_path(&events, "/proc/self/no/thread 49/round\t4"));
}

#[test]
fn importers_take_the_lines() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("importers");
    let (trace, lines) = (scratch.file("t.scd"), scratch.file("t.strace"));
    let threads = workload(&scratch, "threads.c", &["-pthread"]);
    let ran =
        record(["-q".as_ref(), "-o".as_ref(), trace.as_os_str(), "--".as_ref(), threads.as_ref()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = query([
        trace.as_os_str(),
        "--strace".as_ref(),
        "-ttt".as_ref(),
        "-T".as_ref(),
        "-o".as_ref(),
        lines.as_os_str(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let importer = repository().join("tests/workloads/importer.py");
    let read = run(tool("python3"), [importer.as_os_str(), lines.as_os_str()]);
    let counts: Vec<u64> =
        read.out.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // Nothing but the counts: of lines of calls, and of those that resume one.
    assert!(read.out.lines().count() == 1 && counts.len() == 2, "{}{}", read.out, read.err);
    assert_eq!(counts[0] - counts[1], events(&trace).len() as u64);
    assert!(counts[1] > 10, "{counts:?}");
}

#[test]
fn two_hundred_children() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("forks-program");
    let (events, code) = same_run("forks", &[&workload(&scratch, "forks.c", &[])]);
    assert_eq!(code, 0);
    assert_eq!(count(&events, "getppid"), 200);
    assert_eq!(count(&events, "exit_group"), 201);
}

#[test]
fn executes_itself() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("execs-program");
    let (events, code) = same_run("execs", &[&workload(&scratch, "execs.c", &["-pthread"])]);
    assert_eq!(code, 0);
    let failed = |event: &&Value| event["path"] == "/nowhere/at all" && event["errno"] == "ENOENT";
    assert_eq!(events.iter().filter(failed).count(), 2);
}

#[test]
fn ends_while_threads_are_blocked() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("ends-program");
    let (events, code) = same_run("ends", &[&workload(&scratch, "ends.c", &["-pthread"])]);
    assert_eq!(code, 7);
    // The read from the empty pipe is in the trace although it never gave a result.
    assert!(unfinished(&events, "read") >= 1 && unfinished(&events, "futex") >= 1);
}

#[test]
fn killed_while_blocked() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("kills-program");
    let program = workload(&scratch, "ends.c", &["-pthread"]);
    for signal in [libc::SIGKILL, libc::SIGTERM] {
        let (events, code) = same_run("kills", &[&program, &signal.to_string()]);
        assert_eq!(code, 0, "signal {signal}");
        for name in ["pause", "read", "futex"] {
            assert!(unfinished(&events, name) >= 1, "signal {signal}: {name}");
        }
    }
}

/// Calls that gave no result, or one that no program sees.
fn unfinished(events: &[Value], name: &str) -> usize {
    let given_up = |event: &&Value| {
        event["syscall"] == name && event["ret"].as_i64().is_none_or(|ret| ret <= -512)
    };
    events.iter().filter(given_up).count()
}

#[test]
fn interrupted_and_wrong_calls() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("signals-program");
    let (events, code) = same_run("signals", &[&workload(&scratch, "signals.c", &[])]);
    assert_eq!(code, 0);
    for name in ["rt_sigreturn", "restart_syscall", "syscall_9999"] {
        assert!(count(&events, name) >= 1, "{name}");
    }
}

#[test]
fn thirty_two_bit_calls() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("int80-program");
    let plain = ["-static", "-nostdlib", "-no-pie", "-fno-stack-protector"];
    let (events, code) = same_run("int80", &[&workload(&scratch, "int80.c", &plain)]);
    assert_eq!(code, 5);
    check_int80(&events);
    assert!(events.iter().any(|e| e["abi"] == "x86_64" && e["syscall"] == "getpid"));

    if !has_multilib(&scratch) {
        eprintln!("gcc -m32 does not work here: only the 64-bit program was tried");
        return;
    }
    let options: Vec<&str> = plain.into_iter().chain(["-m32"]).collect();
    let (events, code) = same_run("i386", &[&workload(&scratch, "int80.c", &options)]);
    assert_eq!(code, 5);
    check_int80(&events);
}

fn check_int80(events: &[Value]) {
    let calls: Vec<&str> = events
        .iter()
        .filter(|event| event["abi"] == "i386" && event["syscall"] != "execve")
        .map(|event| event["syscall"].as_str().expect("a name"))
        .collect();
    let expected = [
        "getpid",
        "open",
        "write",
        "read",
        "lseek",
        "getuid32",
        "mmap2",
        "access",
        "close",
        "exit_group",
    ];
    assert_eq!(calls, expected);
    let opened = events.iter().find(|event| event["syscall"] == "open").expect("open");
    assert_eq!(
        (&opened["path"], &opened["errno"]),
        (&"/nowhere/in 32 bits".into(), &"ENOENT".into())
    );
}

fn has_multilib(scratch: &Scratch) -> bool {
    let (source, made): (PathBuf, PathBuf) = (scratch.file("e.c"), scratch.file("e"));
    fs::write(&source, "void _start(void) {}").expect("a source");
    let mut gcc = Command::new(tool("gcc"));
    gcc.args(["-m32", "-static", "-nostdlib", "-o"]).arg(made).arg(source);
    gcc.output().is_ok_and(|output| output.status.success())
}

/// After the last line that is wanted comes nothing, not even the program's end.
#[test]
fn a_limit_ends_it_with_its_last_call() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("strace-limit");
    let trace = scratch.file("t.scd");
    let ran = record(["-q", "-o", trace.to_str().unwrap(), "--", "true"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = |options: &[&str]| -> Vec<String> {
        let ran = query([&[trace.to_str().unwrap(), "--strace"], options].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.lines().map(str::to_owned).collect()
    };
    let whole = lines(&[]);
    let calls = whole.len() - 1;
    assert!(whole[calls].contains("+++ exited with 0 +++"), "{whole:?}");
    for limit in [1, calls / 2, calls - 1, calls] {
        assert_eq!(lines(&["--limit", &limit.to_string()]), whole[..limit]);
    }
}
