//! What cannot be done is said clearly, with the remedy, and with the exit code that README.md gives.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use syscord_tests::{Ran, Scratch, kernel, program, query, run, tool, wait_until};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const LOST: i32 = 3;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// Asserts an exit code and words on standard error, and that nothing panicked or went to standard
/// output.
#[track_caller]
fn refused(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    assert!(words.iter().all(|word| ran.err.contains(word)), "{words:?} are not in: {}", ran.err);
    assert_eq!(ran.out, "", "{}", ran.err);
}

/// Runs `syscord record ARGS…`. What it prints goes to files: it would not end for a reader of pipes
/// as long as anything that it has started is there.
fn record<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    recorded(args).0
}

/// The same; and which processes were left when it had ended. They are ended.
fn recorded<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> (Ran, Vec<String>) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let scratch = Scratch::new("recorded");
    let mark = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let (out, err) = (scratch.file("out"), scratch.file("err"));
    let file = |path: &Path| fs::File::create(path).expect("a file");
    let mut command = Command::new(program("syscord"));
    command.arg("record").args(args).env("SYSCORD_TESTS_MARK", &mark).stdin(Stdio::null());
    let status = command.stdout(file(&out)).stderr(file(&err)).status().expect("syscord runs");
    let (stdout, stderr) = (fs::read(out).expect("output"), fs::read(err).expect("output"));
    let ran = Output { status, stdout, stderr }.into();
    let mark = format!("SYSCORD_TESTS_MARK={mark}");
    let mut left = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let name = entry.file_name().to_string_lossy().into_owned();
        let marked = environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes());
        if let (true, Ok(pid)) = (marked, name.parse()) {
            left.push(fs::read_to_string(entry.path().join("comm")).unwrap_or_default());
            // SAFETY: a plain system call; the process bears the mark of this test.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }
    (ran, left)
}

/// Runs a pipeline in bash; its output ends with the exit codes of its parts.
fn piped(pipeline: &str) -> Ran {
    run(tool("bash"), ["-c", &format!("{pipeline}; echo \"${{PIPESTATUS[*]}}\"")])
}

/// A small trace.
fn trace(scratch: &Scratch) -> PathBuf {
    let trace = scratch.file("t.scd");
    let ran = record(["-q", "-o", text(&trace), "--", "sh", "-c", "ls / /etc; cat /etc/passwd"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    trace
}

/// CRC-32C (Castagnoli), as SPEC.md §1 has it.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0x82f6_3b78 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn files_that_are_no_traces() {
    let scratch = Scratch::new("foreign");
    let file = |name: &str, bytes: &[u8]| {
        let path = scratch.file(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let mangled = [b"\x89SCD\n\x1a\n".as_slice(), &[0; 100]].concat();
    let cases: [(PathBuf, &[&str]); 8] = [
        (scratch.file("missing.scd"), &["missing.scd", "No such file", "check the path"]),
        (file("empty", b""), &["empty", "the recording wrote nothing"]),
        (file("notes", b"Dear diary,\nnothing was recorded today.\n"), &["text file"]),
        (PathBuf::from("/bin/true"), &["/bin/true", "not a syscord trace", "7f 45 4c 46"]),
        (file("image", png), &["not a syscord trace", "89 50 4e 47"]),
        (file("mangled", &mangled), &["binary mode"]),
        (file("short", b"\x89SCD\r\n\x1a\n\x01\0"), &["cut off", "nothing can be read"]),
        (file("zeros", &[0; 4096]), &["not a syscord trace"]),
    ];
    for (path, words) in &cases {
        let path = text(path);
        for format in ["--text", "--json", "--csv", "--parquet", "--count"] {
            refused(&query([path, format]), FAILED, words);
        }
        refused(&query(["stats", path]), FAILED, words);
        refused(&query(["info", path]), FAILED, words);
        let new = scratch.file("new.scd");
        refused(&query(["repair", path, "-o", text(&new)]), FAILED, words);
        assert!(!new.exists(), "{path}");
    }
    refused(&query(["-"]), FAILED, &["standard input", "empty"]);
    for args in [&["/"][..], &["stats", "/"], &["verify", "/"]] {
        refused(&query(args), FAILED, &["/", "no trace is in this folder"]);
    }
    refused(&query(["info", "/"]), FAILED, &["Is a directory", "name the trace in it"]);
}

#[test]
fn traces_of_another_format() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("another");
    let bytes = fs::read(trace(&scratch)).expect("a trace");
    let changed = |at: usize, value: u8| {
        let (path, mut bytes) = (scratch.file("another.scd"), bytes.clone());
        bytes[at] = value;
        let crc = crc32c(&bytes[..32]);
        bytes[32..36].copy_from_slice(&crc.to_le_bytes());
        fs::write(&path, bytes).expect("a file");
        path
    };
    let all = query([text(&scratch.file("t.scd")), "--text"]).out;
    for (at, value, words) in [
        (8, 2, ["format version 2.0", "use a syscord-query"]),
        (8, 0, ["format version 0.0", "use a syscord-query"]),
        (12, 2, ["features", "newer syscord-query"]),
        (15, 2, ["features", "newer syscord-query"]),
    ] {
        let path = changed(at, value);
        refused(&query([text(&path)]), FAILED, &words);
        refused(&query(["info", text(&path)]), FAILED, &words);
        refused(&query(["verify", text(&path)]), FAILED, &words);
    }
    // A later minor version has additions that can be ignored.
    let ran = query([text(&changed(10, 9)), "--text"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, all);
}

#[test]
fn sets_of_syscalls_with_mistakes() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("sets");
    let trace = trace(&scratch);
    let cases: [(&str, &[&str]); 8] = [
        ("opnat", &["`opnat`", "did you mean", "openat"]),
        ("read,wriet", &["`wriet`", "did you mean", "write"]),
        ("xyzzyxyzzyxyzzy", &["`xyzzyxyzzyxyzzy`"]),
        ("%fle", &["%fle", "%file"]),
        ("/(", &["`(`"]),
        ("/^nothing$", &["^nothing$"]),
        ("read,,write", &["empty"]),
        ("read,!read", &["none"]),
    ];
    for (set, words) in cases {
        let out = scratch.file("out.scd");
        refused(&record(["-o", text(&out), "-e", set, "--", "true"]), USAGE, words);
        assert!(!out.exists(), "-e {set} is refused before anything is made");
        refused(&query([text(&trace), "-e", set]), USAGE, words);
        refused(&query(["stats", text(&trace), "-e", set]), USAGE, words);
        refused(&run(program("syscord"), ["syscalls", set]), USAGE, words);
    }
    refused(&query([text(&trace), "--errno", "ENOENTT"]), USAGE, &["ENOENTT", "ENOENT"]);
    refused(&query([text(&trace), "--path", "[a"]), USAGE, &["--path"]);
    refused(&query([text(&trace), "--since", "noon"]), USAGE, &["--since", "noon"]);
    refused(&query([text(&trace), "--min-duration", "5"]), USAGE, &["--min-duration", "5"]);
}

#[test]
fn options_that_contradict_each_other() {
    let contradictions: [(&[&str], &[&str]); 7] = [
        (&["t.scd", "--text", "--json"], &["--text", "--json"]),
        (&["t.scd", "--csv", "--parquet"], &["--csv", "--parquet"]),
        (&["t.scd", "--failed", "--ok"], &["--failed", "--ok"]),
        (&["t.scd", "--ok", "--errno", "ENOENT"], &["--ok", "--errno"]),
        (&["stats", "t.scd", "--json", "--csv"], &["--json", "--csv"]),
        (&["stats", "t.scd", "--by", "weekday"], &["weekday", "syscall", "process", "errno"]),
        (&[], &["FILE"]),
    ];
    for (args, words) in contradictions {
        refused(&query(args), USAGE, words);
    }
    let contradictions: [(&[&str], &[&str]); 4] = [
        (&["-p", "1", "--", "true"], &["--pid", "COMMAND"]),
        (&["--user", "nobody"], &["COMMAND"]),
        (&["true"], &["true"]),
        (&["--no-such-option"], &["--no-such-option"]),
    ];
    for (args, words) in contradictions {
        refused(&record(args), USAGE, words);
    }
    for (option, value) in [
        ("--content", "99999"),
        ("--time-resolution", "3ns"),
        ("--time-resolution", "2s"),
        ("--buffer-size", "0"),
        ("--buffer-size", "1.5M"),
        ("--buffer-size", "lots"),
        ("--compression-level", "99"),
        ("--encoders", "0"),
        ("--duration", "0"),
        ("--duration", "1 day"),
        ("--max-events", "0"),
        ("--max-size", "0"),
        ("--pid", "self"),
    ] {
        refused(&record([option, value]), USAGE, &[option, value]);
    }
}

#[test]
fn a_command_that_is_not_there_does_not_mean_all() {
    let scratch = Scratch::new("no-command");
    let trace = scratch.file("t.scd");
    let ran = record(["-o".as_ref(), trace.as_os_str(), "--".as_ref()]);
    assert_eq!(ran.code, USAGE, "{}", ran.err);
    assert!(ran.err.contains("no COMMAND behind `--`"), "{}", ran.err);
    assert!(!trace.exists());
}

#[test]
fn standard_output_is_not_shared() {
    if !kernel() {
        return;
    }
    let ran = record(["-o", "-", "--", "echo", "hello"]);
    refused(&ran, USAGE, &["standard output", "name a file with -o"]);
}

#[test]
fn who_does_not_exist() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("who");
    let out = scratch.file("t.scd");
    let cases: [(&[&str], &[&str]); 6] = [
        (&["-p", "4194304"], &["4194304", "no such process"]),
        (&["--uid", "no-such-user"], &["no-such-user", "no such user"]),
        (&["--cgroup", "no-such-group"], &["no-such-group"]),
        (&["--name", ""], &["--name"]),
        (&["--user", "no-such-user", "--", "true"], &["no-such-user", "no such user"]),
        (&["--", "no-such-command"], &["no-such-command", "not found", "PATH"]),
    ];
    for (args, words) in cases {
        let ran = record(["-o", text(&out)].iter().chain(args));
        refused(&ran, FAILED, words);
    }
}

#[test]
fn commands_that_cannot_be_run() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("commands");
    let (out, script) = (scratch.file("t.scd"), scratch.file("script"));
    let shown = |command: &Path, words: &[&str]| {
        let ran = record(["-o", text(&out), "--", text(command)]);
        refused(&ran, FAILED, &[&[text(command)], words].concat());
    };
    shown(&scratch.file("missing"), &["not found"]);
    fs::write(&script, "#!/no/such/interpreter\n").expect("a script");
    shown(&script, &["not an executable"]);
    shown(Path::new("/etc"), &["not an executable"]);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("permissions");
    shown(&script, &["cannot be run"]);
    // It could be run, but not by that user.
    fs::copy("/bin/true", &script).expect("a copy");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("permissions");
    let ran = record(["-o", text(&out), "--user", "nobody", "--", text(&script)]);
    refused(&ran, FAILED, &["cannot be run", "ermission denied"]);
}

#[test]
fn older_traces_survive_recordings_that_do_not_start() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("older");
    let trace = trace(&scratch);
    let before = fs::read(&trace).expect("a trace");
    let attempts: [&[&str]; 4] = [
        &["-p", "4194304"],
        &["-e", "opnat"],
        &["--", "no-such-command"],
        &["--user", "no-such-user", "--", "true"],
    ];
    for args in attempts {
        let ran = record(["-o", text(&trace)].iter().chain(args));
        assert_ne!(ran.code, 0);
        let after = fs::read(&trace).expect("a trace");
        assert!(before == after, "{args:?} has destroyed a trace: {} bytes left", after.len());
    }
}

/// Runs a program as nobody.
fn as_nobody(command: &[&str]) -> Ran {
    let args = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    run(tool("setpriv"), args.iter().chain(command))
}

#[test]
fn no_rights() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rights");
    let trace = trace(&scratch);
    // Where nobody can get at them.
    let place = |name: &str| {
        let copy = scratch.file(name);
        fs::copy(program(name), &copy).expect("a copy");
        text(&copy).to_owned()
    };
    let (syscord, syscord_query) = (place("syscord"), place("syscord-query"));
    let ran = as_nobody(&[&syscord, "record", "-o", "/dev/null", "--", "true"]);
    refused(&ran, FAILED, &["cap_bpf", "cap_perfmon", "run as root", "setcap"]);
    let ran = as_nobody(&[&syscord, "doctor"]);
    assert_eq!(ran.code, FAILED, "{}{}", ran.out, ran.err);
    let told = ran.out + &ran.err;
    assert!(told.contains("cap_bpf") && told.contains("root"), "{told}");
    let ran = as_nobody(&[&syscord_query, text(&trace)]);
    refused(&ran, FAILED, &["ermission denied", "as root"]);
    let mode = fs::metadata(&trace).expect("a trace").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "traces hold private data");
}

#[test]
fn outputs_that_cannot_be_opened() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("outputs");
    let (trace, missing) = (trace(&scratch), scratch.file("missing/t.scd"));
    for out in [text(&missing), "/", "/proc/nothing"] {
        refused(&record(["-o", out, "--", "true"]), FAILED, &[out, "-o"]);
    }
    refused(&query([text(&trace), "-o", text(&missing)]), FAILED, &["cannot write", "folder"]);
    refused(&query([text(&trace), "-o", "/"]), FAILED, &["cannot write"]);
    let before = fs::read(&trace).expect("a trace");
    refused(&query([text(&trace), "--json", "-o", text(&trace)]), USAGE, &["overwrite"]);
    let ran = query(["repair", text(&trace), "-o", text(&trace)]);
    assert_ne!(ran.code, 0, "a trace is not repaired onto itself");
    assert!(fs::read(&trace).expect("a trace") == before);
}

#[test]
fn failed_recordings_leave_no_process_behind() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("left");
    let missing = scratch.file("missing/t.scd");
    let cases: [&[&str]; 4] = [
        &["-o", text(&missing), "--", "sleep", "100"],
        &["-o", "/", "--", "sleep", "100"],
        &["-o", "/dev/full", "--", "true"],
        &["-o", "/dev/null", "--user", "nobody", "--", "/root/nothing"],
    ];
    for args in cases {
        let (ran, left) = recorded(args);
        assert_ne!(ran.code, 0, "{args:?}");
        assert!(left.is_empty(), "{args:?} has left a process: {left:?}");
    }
}

#[test]
fn query_output_that_cannot_be_written() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("full-query");
    let trace = trace(&scratch);
    let (file, query) = (text(&trace), program("syscord-query"));
    let commands: [&[&str]; 8] = [
        &[file, "--text"],
        &[file, "--json"],
        &[file, "--csv"],
        &[file, "--parquet"],
        &[file, "--count"],
        &["stats", file],
        &["info", file],
        &["verify", file],
    ];
    for args in commands {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let mut command = Command::new(&query);
        let output = command.args(args).stdout(full).stderr(Stdio::piped()).output();
        let ran: Ran = output.expect("syscord-query").into();
        refused(&ran, FAILED, &["cannot write standard output", "No space left", "-o"]);
    }
    for format in ["--text", "--json", "--csv", "--parquet"] {
        let ran = syscord_tests::query([file, format, "-o", "/dev/full"]);
        refused(&ran, FAILED, &["/dev/full", "No space left"]);
    }
    // Somebody has seen enough: no error, and no word of it.
    for args in commands {
        let line = format!("{} {} 2>&1 >/dev/null | true", text(&query), args.join(" "));
        assert_eq!(piped(&line).out.trim(), "0 0", "{line}");
        let line = format!("{} {} | head -c 1 >/dev/null", text(&query), args.join(" "));
        let ran = piped(&line);
        assert_eq!((ran.out.trim(), ran.err.as_str()), ("0 0", ""), "{line}");
    }
    let syscalls = format!("{} syscalls | head -1 >/dev/null", text(&program("syscord")));
    let ran = piped(&syscalls);
    assert_eq!((ran.out.trim(), ran.err.as_str()), ("0 0", ""));
}

/// A query whose reader has seen enough ends, even if more may come through its standard input.
#[test]
fn a_reader_that_goes_while_the_input_stays_open() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("open-input");
    let bytes = fs::read(trace(&scratch)).expect("a trace");
    for format in ["--text", "--csv", "--strace"] {
        let mut command = Command::new(program("syscord-query"));
        let command = command.args(["-", format]).stdin(Stdio::piped());
        let mut query = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(query.stdout.take());
        let mut input = query.stdin.take().expect("its input");
        // All but the end, for which it waits.
        input.write_all(&bytes[..bytes.len() - 60]).expect("room in the pipe, or a reader");
        wait_until("the query ends", || query.try_wait().expect("its state").is_some());
        drop(input);
        let ran: Ran = query.wait_with_output().expect("its end").into();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{format}");
    }
}

/// A small file system in memory, unmounted at the end.
struct Mount(PathBuf);

impl Mount {
    /// None where it cannot be mounted.
    fn new(scratch: &Scratch, size: &str) -> Option<Mount> {
        let path = scratch.file("mount");
        fs::create_dir(&path).expect("a folder");
        let size = format!("size={size}");
        let ran = run(tool("mount"), ["-t", "tmpfs", "-o", &size, "tmpfs", text(&path)]);
        (ran.code == 0).then_some(Mount(path))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        run("umount", ["-l", text(&self.0)]);
    }
}

#[test]
fn recording_onto_a_full_disk() {
    if !kernel() {
        return;
    }
    let ran = record(["-q", "-o", "/dev/full", "--", "true"]);
    refused(&ran, FAILED, &["/dev/full", "No space left"]);
    for encoders in ["1", "3"] {
        disk_full_in_the_middle(encoders);
    }
}

fn disk_full_in_the_middle(encoders: &str) {
    let scratch = Scratch::new("full-disk");
    let Some(mount) = Mount::new(&scratch, "1m") else {
        eprintln!("SKIPPED: no tmpfs can be mounted here");
        return;
    };
    // COMMAND makes 2.6 MB that cannot be compressed, in pieces, and goes on when the disk is full.
    let (trace, done) = (mount.0.join("t.scd"), scratch.file("done"));
    let dd = "dd if=/dev/urandom of=/dev/null bs=16384 count=4 status=none; sleep 0.2";
    let script = format!("for i in $(seq 40); do {dd}; done; echo yes >{}", text(&done));
    let options = ["-q", "--encoders", encoders, "--content", "16384", "-o", text(&trace)];
    let ran = record(options.iter().chain(&["--", "sh", "-c", &script]));
    let words = [text(&trace), "No space left", "can still be read with syscord-query"];
    refused(&ran, FAILED, &words);
    assert!(done.exists(), "COMMAND goes on to its end");
    let ran = query([text(&trace), "--count"]);
    assert_eq!(ran.code, LOST, "{}", ran.err);
    assert!(ran.out.trim().parse::<u64>().expect("a count") > 10, "{}", ran.out);
    let ran = query(["verify", text(&trace)]);
    assert_eq!(ran.code, LOST, "{}", ran.out);
    assert!(ran.out.contains("no END"), "{}", ran.out);
}

#[test]
fn recording_waits_for_room_if_told() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("wait-for-room");
    let Some(mount) = Mount::new(&scratch, "1m") else {
        eprintln!("SKIPPED: no tmpfs can be mounted here");
        return;
    };
    let (trace, filler) = (mount.0.join("t.scd"), mount.0.join("filler"));
    fs::write(&filler, vec![0; 700 << 10]).expect("a file");
    // 770 kB of contents that cannot be compressed have no room, until the filler goes.
    let dd = "dd if=/dev/urandom of=/dev/null bs=256 count=3000 status=none";
    let options = ["--when-full", "wait", "-o", text(&trace), "--", "sh", "-c", dd];
    let mut command = Command::new(program("syscord"));
    command.arg("record").args(options).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut recorder = command.spawn().expect("syscord runs");
    let mut lines = BufReader::new(recorder.stderr.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert!(next().contains("No space left on device (os error 28): waiting for room"));
    fs::remove_file(&filler).expect("the filler");
    assert!(next().contains("room again"));
    let code = recorder.wait().expect("syscord ends").code();
    assert_eq!(code, Some(0));
    let ran = query(["verify", text(&trace)]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let ran = query([text(&trace), "--syscall", "read", "--comm", "dd", "--count"]);
    assert!(ran.out.trim().parse::<u64>().expect("a count") > 3000, "{}", ran.out);
}

#[test]
fn recording_into_a_closed_pipe() {
    if !kernel() {
        return;
    }
    // Without a limit: it ends because nobody reads.
    let syscord = program("syscord");
    let ran = piped(&format!("{} record -o - -e getppid | true", text(&syscord)));
    assert!(["1 0", "0 0"].contains(&ran.out.trim()), "{}: {}", ran.out, ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    if ran.out.starts_with('1') {
        assert!(ran.err.contains("Broken pipe"), "{}", ran.err);
    }
    // What reaches the pipe before is a trace.
    let query = program("syscord-query");
    let reader = format!("(head -c 100000; exec <&-) | {} - --count", text(&query));
    let ran = piped(&format!("{} record -o - | {reader}", text(&syscord)));
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    let count = ran.out.lines().next().and_then(|line| line.parse::<u64>().ok());
    assert!(count.is_some(), "{}: {}", ran.out, ran.err);
}
