//! `syscord-query redact` and `syscord record --no-content-for`: what is removed is gone from all decompressed bytes, as
//! `tests/reader/scd.py`, which is not ours, reads them; and nothing else is.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use syscord_tests::{
    Ran, Recorder, Scratch, Value, events, info, kernel, python, query, record, repository, tool,
    wait_until,
};

const TOKEN: &str = "s3cretTok3n";

/// Uses a secret file, a secret in its argv and a socket with a path in every way in which they come into a trace.
const WORK: &str = "\
import ctypes, os, socket, subprocess, sys
folder, token = sys.argv[1:]
os.mkdir(folder); os.chdir(folder)
secret = folder + '/plan-merger.txt'
with open(secret, 'wb') as f: f.write(b'x' * 240 + secret.encode() + b' ' + token.encode())
with open('plan-merger.txt', 'rb') as f: f.read(248); f.read()
os.symlink(secret, 'lnk'); os.readlink('lnk'); os.listdir('.'); os.stat('plan-merger.txt')
server = socket.socket(socket.AF_UNIX); server.bind(folder + '/quiet.sock'); server.listen()
client = socket.socket(socket.AF_UNIX); client.connect('quiet.sock'); other = server.accept()[0]
os.writev(client.fileno(), [b'a ' + token[:4].encode(), token[4:].encode()]); other.recv(100)
other.sendmsg([b'passw0rd=', token.encode()]); client.recvmsg(100)
libc = ctypes.CDLL(None); libc.prctl(15, b'plan-merger.txt')
subprocess.run(['cksum', 'plan-merger.txt'], stdout=subprocess.DEVNULL)
os.listdir('/usr/share/doc'); os.uname()
with open('/etc/hostname', 'rb') as f: f.read()
";

struct Recorded {
    scratch: Scratch,
    folder: PathBuf,
    trace: PathBuf,
}

fn recorded(name: &str, options: &[&str]) -> Recorded {
    let scratch = Scratch::new(name);
    let (folder, trace) = (scratch.file("alice"), scratch.file("t.scd"));
    let (python, at) = (python(), folder.to_str().unwrap());
    let to = ["-q", "-o", trace.to_str().unwrap()];
    let command = ["--", &python, "-B", "-c", WORK, at, TOKEN];
    let ran = record(to.iter().chain(options).chain(&command));
    assert_eq!(ran.code, 0, "{}", ran.err);
    Recorded { scratch, folder, trace }
}

impl Recorded {
    /// `redact` with these rules; the new trace is whole to both readers.
    fn redact(&self, name: &str, rules: &[&str]) -> (PathBuf, Ran) {
        let new = self.scratch.file(name);
        let args = ["redact", self.trace.to_str().unwrap(), "-o", new.to_str().unwrap()];
        let ran = query(args.iter().chain(rules));
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("nothing of it is left"), "{}", ran.out);
        is_whole(&new);
        (new, ran)
    }

    fn below(&self) -> String {
        format!("{}/**", self.folder.display())
    }
}

fn is_whole(trace: &Path) {
    let verified = query(["verify".as_ref(), trace.as_os_str()]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let checked = reader("check", trace);
    assert!(checked.is_empty(), "{}", String::from_utf8_lossy(&checked));
}

fn reader(command: &str, trace: &Path) -> Vec<u8> {
    let program = repository().join("tests/reader/scd.py");
    let mut python = Command::new(tool("python3"));
    let python = python.arg(program).arg(command).arg(trace).stdin(Stdio::null());
    let output = python.output().expect("python3");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "scd.py {command}: {err}");
    output.stdout
}

/// How often a text is in all that a trace holds.
fn count(raw: &[u8], text: &str) -> usize {
    raw.windows(text.len()).filter(|part| *part == text.as_bytes()).count()
}

/// What no rule may change of an event.
fn bones(event: &Value) -> Vec<&Value> {
    ["ts", "duration", "pid", "tid", "ppid", "cpu", "abi", "syscall", "ret", "errno"]
        .map(|key| &event[key])
        .to_vec()
}

/// Events of both, of which times, results and order are the same.
fn pairs(old: &Path, new: &Path) -> Vec<(Value, Value)> {
    let (old_info, new_info) = (info(old), info(new));
    assert_ne!(old_info["file_id"], new_info["file_id"]);
    for same in ["kernel", "events", "chunks", "process_records", "ledger", "start", "end"] {
        assert_eq!(old_info[same], new_info[same], "{same}");
    }
    let (old, new) = (events(old), events(new));
    assert_eq!(old.len(), new.len());
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(bones(old), bones(new), "{old}\n{new}");
    }
    old.into_iter().zip(new).collect()
}

#[test]
fn paths_and_texts_are_gone_and_nothing_else_is() {
    if !kernel() {
        return;
    }
    let recorded = recorded("redact-paths", &[]);
    let folder = recorded.folder.to_str().unwrap();
    let rules = ["--path", folder, "--text", TOKEN];
    let (new, _) = recorded.redact("new.scd", &rules);
    assert_eq!(fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o600);
    let (before, after) = (reader("raw", &recorded.trace), reader("raw", &new));
    // Parts of them, too: of the content that was cut behind 256 bytes, and of what was read in two pieces.
    for secret in [TOKEN, folder, "alice", "plan-merger", "quiet.sock", &folder[..folder.len() - 3]]
    {
        assert!(count(&before, secret) > 0, "{secret} was not even recorded");
        assert_eq!(count(&after, secret), 0, "{secret} is left");
    }
    let info = info(&new);
    assert_eq!(info["redacted"], serde_json::json!(["path", "text"]));
    let pairs = pairs(&recorded.trace, &new);
    let secret = |event: &Value| {
        let text = event.to_string();
        // The path may be cut.
        text.contains("\u{78}/tmp/sys")
            || ["alice", "plan-merger", "quiet.sock", "s3cr", "etTok3n"]
                .iter()
                .any(|part| text.contains(part))
    };
    let (mut changed, mut same) = (0, 0);
    for (old, new) in &pairs {
        let touched = secret(old)
            || old["data"].is_null() && old["data_base64"].is_string()
            || [".", "lnk"].iter().any(|name| old["path"] == *name);
        assert!(touched || old == new, "{old}\n{new}");
        assert!(!secret(new), "{new}");
        (changed, same) = (changed + u64::from(old != new), same + u64::from(old == new));
    }
    assert!(changed > 20 && same > 200, "{changed} changed, {same} the same");
    // The same file by two names has one placeholder.
    let name = |syscall: &str, path: &str| -> Vec<String> {
        let of = |old: &Value| old["syscall"] == syscall && old["path"] == path;
        let new = pairs.iter().filter(|(old, _)| of(old)).map(|(_, new)| new["path"].to_string());
        new.collect()
    };
    let absolute = name("openat", &format!("{folder}/plan-merger.txt"));
    assert!(
        !absolute.is_empty() && absolute == name("openat", "plan-merger.txt")[..1],
        "{absolute:?}"
    );
}

#[test]
fn contents_and_process_tables_are_gone() {
    if !kernel() {
        return;
    }
    let recorded = recorded("redact-contents", &[]);
    let rules = ["--contents", "--processes", "--host"];
    let (new, _) = recorded.redact("new.scd", &rules);
    let after = reader("raw", &new);
    let host = info(&recorded.trace)["host"].as_str().unwrap().to_owned();
    // Long enough not to stand in other bytes by chance; the last one is of argv alone.
    for secret in [TOKEN, "passw0rd=", "\u{7f}ELF", "import ctypes"] {
        assert!(
            count(&reader("raw", &recorded.trace), secret) > 0,
            "{secret} was not even recorded"
        );
        assert_eq!(count(&after, secret), 0, "{secret} is left");
    }
    let told = info(&new);
    assert_eq!(
        (&told["host"], &told["command"]),
        (&"[redacted]".into(), &serde_json::json!(["[redacted]"]))
    );
    assert_ne!(host, "[redacted]");
    let mut left_out = 0;
    for (old, new) in pairs(&recorded.trace, &new) {
        assert!(new["comm"].as_str().unwrap().starts_with("[redacted-"), "{new}");
        assert!(
            new["data"].as_str().is_none_or(str::is_empty) && new["data_base64"].is_null(),
            "{new}"
        );
        // What is left out is not nothing.
        if old["data"].is_string() || old["data_base64"].is_string() {
            let empty = new["data"] == "" && new["data_cut"] == true;
            assert!(empty || new["args"].to_string().contains(r#"{"cut":true,"#), "{new}");
            left_out += 1;
        }
        // The path of a program is what process tables say, too; others stay.
        let program = old["syscall"] == "execve";
        assert!(program || old["path"] == new["path"], "{old}\n{new}");
    }
    assert!(left_out > 10, "{left_out} left out");
    let strace = query([new.to_str().unwrap(), "--strace", "-e", "fstat,newfstatat,read"]).out;
    assert!(strace.contains(", {...}") && strace.contains("\"\"..., "), "{strace}");
}

/// Of each call on the secret file and on the socket there is nothing but that there was something; others have theirs.
fn hides_only(pairs: &[(Value, Value)], folder: &str) {
    let (mut hidden, mut kept) = (0, 0);
    for (old, new) in pairs {
        let files = old["state"]["files"].to_string();
        let about = files.contains(folder) || files.contains("UNIX-STREAM");
        let content = |event: &Value| {
            event["data"].as_str().is_some_and(|data| !data.is_empty())
                || event["data_base64"].is_string()
        };
        if about {
            assert!(!content(new), "{new}");
            hidden += u64::from(content(old) && new["data_cut"] == true);
        } else if content(old) {
            assert_eq!((&old["data"], &old["data_base64"]), (&new["data"], &new["data_base64"]));
            kept += 1;
        }
    }
    assert!(hidden >= 4 && kept > 5, "{hidden} hidden, {kept} kept");
}

fn with_state(trace: &Path) -> Vec<Value> {
    let ran = query([trace.to_str().unwrap(), "--json", "--state"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn contents_of_some_files_are_gone() {
    if !kernel() {
        return;
    }
    let recorded = recorded("redact-some", &[]);
    let folder = recorded.folder.to_str().unwrap();
    let rules = ["--contents-of", folder, "--contents-of", "socket:*"];
    let (new, _) = recorded.redact("new.scd", &rules);
    let pairs: Vec<_> = with_state(&recorded.trace).into_iter().zip(with_state(&new)).collect();
    hides_only(&pairs, folder);
}

#[test]
fn contents_are_not_even_recorded() {
    if !kernel() {
        return;
    }
    let folder = std::env::temp_dir().join("syscord-test-no-content-for-*/alice");
    let (folder, below) = (folder.display().to_string(), format!("{}/**", folder.display()));
    let all = recorded("no-content-for", &[]);
    let globs = [folder.as_str(), &below, "socket:*"];
    let options: Vec<&str> = globs.iter().flat_map(|glob| ["--no-content-for", glob]).collect();
    let some = recorded("no-content-for", &options);
    is_whole(&some.trace);
    let raw = reader("raw", &some.trace);
    for content in ["xxxxxxxxxxxxxxxx", "a s3cr"] {
        assert!(count(&reader("raw", &all.trace), content) > 0, "{content} is recorded without it");
        assert_eq!(count(&raw, content), 0, "{content}");
    }
    let told = info(&some.trace);
    assert!(told["filters"].to_string().contains("no-content-for="), "{told}");
    // The two runs make the same calls on these.
    let folder = some.folder.to_str().unwrap();
    let mut of_secret = 0;
    for event in with_state(&some.trace) {
        let files = event["state"]["files"].to_string();
        if files.contains(folder) || files.contains("UNIX-STREAM") {
            let data = event["data"].as_str();
            assert!(data.is_none_or(str::is_empty) && event["data_base64"].is_null(), "{event}");
            of_secret += u64::from(event["data_cut"] == true);
        }
    }
    assert!(of_secret >= 4, "{of_secret} calls with contents that are left out");
    let others = |trace: &Path| -> Vec<Value> {
        let is_other =
            |event: &Value| event["state"]["files"].to_string().contains("/etc/hostname");
        let reads = with_state(trace).into_iter().filter(is_other);
        reads.map(|event| event["data"].clone()).filter(|data| !data.is_null()).collect()
    };
    assert_eq!(others(&some.trace), others(&all.trace));
    assert!(!others(&some.trace).is_empty(), "the others' contents are there");
}

#[test]
fn contents_of_pipes_are_not_recorded() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("no-content-unknown");
    let trace = scratch.file("t.scd");
    // One thread reads what another one writes, from a descriptor and from its copy.
    let work = "import os, threading; r, w = os.pipe()\n\
                t = threading.Thread(target=lambda: os.read(r, 100)); t.start(); os.write(w, b'pipe-content'); t.join()\n\
                d = os.dup(r); os.write(w, b'again-content'); os.read(d, 100)";
    let python = python();
    let recorded = |glob: &str| {
        let args = [
            "-q",
            "-o",
            trace.to_str().unwrap(),
            "--no-content-for",
            glob,
            "--",
            &python,
            "-c",
            work,
        ];
        let ran = record(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        reader("raw", &trace)
    };
    let raw = recorded("/nowhere/**");
    assert!(count(&raw, "pipe-content") > 1 && count(&raw, "again-content") > 1);
    let raw = recorded("pipe:*");
    // In the command line alone: in META, in process tables, in execve's arguments.
    let command = count(&raw, "os.write(w, b'pipe-content')");
    assert_eq!(count(&raw, "pipe-content"), command);
    assert_eq!(count(&raw, "again-content"), command);
    assert!(command > 0);
}

/// A connection that was there before the recording has the name of the socket that took it.
#[test]
fn contents_of_an_older_connection_are_not_recorded() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("no-content-older");
    let (trace, path) = (scratch.file("t.scd"), scratch.file("secret.sock"));
    let work = "import socket, sys; listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); listener.listen()\n\
                client = socket.socket(socket.AF_UNIX); client.connect(sys.argv[1]); server = listener.accept()[0]\n\
                print(flush=True)\n\
                for line in sys.stdin: server.send(b'key-' + line.encode())";
    let (path, python) = (path.to_str().unwrap().to_owned(), python());
    let mut child = Command::new(&python)
        .args(["-c", work, &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let pid = child.id().to_string();
    let mut recorded = |glob: &str| {
        let mut send = || to.write_all(b"content\n").unwrap();
        let options = ["-p", &pid, "--no-content-for", glob];
        let mut recorder = Recorder::start_with(&trace, options, &mut send);
        // Until the process was looked at, all is left out.
        wait_until("it is known", || {
            send();
            recorder.events() > 20
        });
        assert_eq!(recorder.stop(libc::SIGINT).code, 0);
        count(&reader("raw", &trace), "key-content")
    };
    assert!(recorded("/nowhere/**") > 0);
    assert_eq!(recorded(&path), 0);
    drop(to);
    child.wait().unwrap();
}

#[test]
fn a_damaged_trace_is_redacted_as_far_as_it_is_whole() {
    if !kernel() {
        return;
    }
    let recorded = recorded("redact-damaged", &[]);
    let bytes = fs::read(&recorded.trace).unwrap();
    fs::write(&recorded.trace, &bytes[..bytes.len() - 100]).unwrap();
    let new = recorded.scratch.file("new.scd");
    let below = recorded.below();
    let args =
        ["redact", recorded.trace.to_str().unwrap(), "-o", new.to_str().unwrap(), "--path", &below];
    let ran = query(args);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    is_whole(&new);
    assert_eq!(count(&reader("raw", &new), "plan-merger"), 0);
    let again = query(args);
    assert_eq!(again.code, 1, "it is not overwritten: {}", again.err);
    let nothing = query(&args[..4]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
}
