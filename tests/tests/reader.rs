//! `tests/reader/scd.py`, written from `format/SPEC.md` alone, reads the same from a trace as
//! `syscord-query --json` does.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::{Path, PathBuf};

use serde_json::json;
use syscord_tests::{Scratch, Value, events, kernel, python, query, record, repository, run, tool};

fn reader(command: &str, trace: &Path) -> Vec<String> {
    let program = repository().join("tests/reader/scd.py");
    let ran = run(tool("python3"), [program.as_os_str(), command.as_ref(), trace.as_os_str()]);
    assert_eq!(ran.code, 0, "scd.py {command}: {}{}", ran.out, ran.err);
    ran.out.lines().map(str::to_owned).collect()
}

fn recorded(scratch: &Scratch, options: &[&str], command: &[&str]) -> PathBuf {
    let trace = scratch.file("t.scd");
    let ran = record(
        ["-q", "-o", trace.to_str().unwrap()].iter().chain(options).chain(&["--"]).chain(command),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    trace
}

/// How much was compared.
#[derive(Debug, Default)]
struct Compared {
    events: usize,
    /// Pieces of captured memory.
    captures: usize,
    /// Those of them that are structures.
    structures: usize,
}

/// Holds every event of one reader against that of the other.
fn same(trace: &Path) -> Compared {
    let theirs: Vec<Value> = reader("dump", trace)
        .iter()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect();
    let ours = events(trace);
    assert_eq!(theirs.len(), ours.len());
    let mut compared = Compared { events: ours.len(), ..Compared::default() };
    for (at, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
        for key in ["duration", "pid", "tid", "cpu", "abi", "syscall", "ret"] {
            assert_eq!(theirs[key], ours[key], "event {at}: {key}: {theirs}\n{ours}");
        }
        for (name, capture) in theirs["captures"].as_object().expect("captures") {
            compared.captures += 1;
            let structure = |value: &Value| !value.is_number();
            compared.structures += usize::from(capture.get("value").is_some_and(structure));
            if let Some(why) = differs(capture, &ours["args"][name], ours) {
                panic!("event {at}: {name}: {why}: {theirs}\n{ours}");
            }
        }
    }
    assert!(ours.windows(2).all(|pair| pair[0]["ts"].as_str() <= pair[1]["ts"].as_str()), "order");
    let check = reader("check", trace);
    assert!(check.is_empty(), "{check:?}");
    let verified = query(["verify".as_ref(), trace.as_os_str()]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    compared
}

/// In what captured memory differs from the argument's value in JSON.
fn differs(capture: &Value, arg: &Value, event: &Value) -> Option<String> {
    const CUT: u64 = 2;
    const UNREADABLE: u64 = 3;
    let status = capture["status"].as_u64().expect("a status");
    if status == UNREADABLE {
        return (arg["unreadable"] != true).then(|| "it could not be read".to_owned());
    }
    if let Some(sides) = capture.get("value").and_then(|value| value.get("sides")) {
        return (!same_sides(sides, arg, event)).then(|| format!("parts: {sides}"));
    }
    if let Some(value) = capture.get("value") {
        let expected = match status {
            CUT if value.is_array() => json!({ "list": value, "cut": true }),
            CUT => json!({ "struct": value, "cut": true }),
            _ => value.clone(),
        };
        return (*arg != expected).then(|| format!("structures: {expected}"));
    }
    let bytes = unhex(capture["bytes"].as_str().expect("bytes"));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The first buffer of a call is not among its arguments, but is `data`.
    if arg.is_null() {
        let is_cut = status == CUT;
        if (event["data_cut"] == true) != is_cut {
            return Some("data_cut".to_owned());
        }
        return match (event["data"].as_str(), event["data_base64"].as_str()) {
            // A character that the cut goes through is left out.
            (Some(data), _) if is_cut => (!text.starts_with(data) || bytes.len() - data.len() > 3)
                .then(|| "data (cut)".to_owned()),
            (Some(data), _) => (text != data).then(|| "data".to_owned()),
            (None, Some(data)) => (unbase64(data) != bytes).then(|| "data_base64".to_owned()),
            (None, None) => Some("no data".to_owned()),
        };
    }
    if status == CUT && arg["cut"] != true {
        return Some("it was cut".to_owned());
    }
    let arg = if arg["cut"] == true { &arg["text"] } else { arg };
    if let Some(list) = arg.as_array() {
        let strings: Vec<&str> = text.split_terminator('\0').collect();
        return (list.iter().map(|item| item.as_str().unwrap_or_default()).ne(strings))
            .then(|| "list".to_owned());
    }
    if let Some(data) = arg["base64"].as_str() {
        return (unbase64(data) != bytes).then(|| "base64".to_owned());
    }
    let expected = address(&bytes).filter(|address| *arg == **address).unwrap_or(text);
    (*arg != *expected).then(|| format!("{expected:?}"))
}

/// Whether what was captured in parts is what JSON has: of a failed call, what was there before.
fn same_sides(sides: &Value, arg: &Value, event: &Value) -> bool {
    let (before, after) = (&sides["before"], &sides["after"]);
    let failed = event["ret"].as_i64().is_none_or(|ret| ret < 0);
    let (shown, before) = match (before.is_null(), after.is_null()) {
        (false, _) if failed => (before, &Value::Null),
        (_, true) => (before, &Value::Null),
        _ => (after, before),
    };
    let arg = if shown["cut"] == true { arg.get("list").unwrap_or(&arg["struct"]) } else { arg };
    same_value(&shown["value"], &before["value"], arg)
}

/// Whether a value, which was another before the call if that is known, is what JSON has.
fn same_value(value: &Value, before: &Value, ours: &Value) -> bool {
    if let Some(pointed) = value.get("pointed") {
        return match (pointed.get("value"), ours.get("list")) {
            (Some(value), Some(list)) if pointed["cut"] == true => {
                same_value(value, &json!(null), list)
            }
            (Some(value), _) => same_value(value, &json!(null), ours),
            // `differs` takes null for what is `data`.
            (None, _) => !ours.is_null() && differs(pointed, ours, &json!(null)).is_none(),
        };
    }
    match (value, ours) {
        (_, Value::Object(sides)) if sides.contains_key("after") && !before.is_null() => {
            before == &sides["before"] && value == &sides["after"]
        }
        (Value::Object(members), Value::Object(others)) => {
            members.len() == others.len()
                && members
                    .iter()
                    .all(|(name, member)| same_value(member, &before[name], &ours[name]))
        }
        (Value::Array(items), Value::Array(others)) => {
            items.len() == others.len()
                && items
                    .iter()
                    .enumerate()
                    .all(|(at, item)| same_value(item, &before[at], &ours[at]))
        }
        _ => value == ours,
    }
}

/// A socket address as JSON has it, of the families that the workload uses.
fn address(bytes: &[u8]) -> Option<String> {
    match *bytes {
        [2, 0, high, low, a, b, c, d, ..] => {
            Some(format!("{a}.{b}.{c}.{d}:{}", u16::from_be_bytes([high, low])))
        }
        [1, 0, ref path @ ..] => {
            let path = path.split(|byte| *byte == 0).next()?;
            Some(format!("unix:{}", String::from_utf8_lossy(path)))
        }
        _ => None,
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(digit).collect()
}

fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for char in text.trim_end_matches('=').chars() {
        bits = bits << 6 | DIGITS.find(char).expect("base64") as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

const WORK: &str = "\
import os, select, signal, socket, sys, threading
path = sys.argv[1]
def work(n):
    for i in range(30):
        name = f'{path}-{n}-{i}-\\u00e9\\n'
        with open(name, 'wb') as f: f.write(bytes(range(256)) * (i + 1))
        with open(name, 'rb') as f: f.read()
        os.unlink(name)
    a, b = socket.socketpair()
    a.sendmsg([b'one', b'two ' * 100]); b.recvmsg(1000)
    os.writev(a.fileno(), [b'x', b'', 'h\\u00e9'.encode() * 90]); b.recv(1000)
server = socket.create_server(('127.0.0.1', 0))
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads: t.start()
for t in threads: t.join()
client = socket.create_connection(server.getsockname()); server.accept()
client.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
poll = select.poll()
for end in client, server: poll.register(end, select.POLLIN | select.POLLOUT)
poll.poll(0); select.select([], [client], [], 1)
os.uname(); os.times(); os.statvfs('/'); signal.setitimer(signal.ITIMER_REAL, 100, 0.5)
local = socket.socket(socket.AF_UNIX)
try: local.connect('/nowhere/socket')
except OSError: pass
try: os.execv('/nowhere/program', ['a', '', 'b c'])
except OSError: pass
os.execv('/bin/echo', ['echo', '-n', ''])
";

#[test]
fn both_read_the_same_from_ls() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("reader-ls");
    let compared = same(&recorded(&scratch, &[], &["ls", "-lR", "/usr/share/doc"]));
    assert!(compared.events > 1000 && compared.captures > 1000, "{compared:?}");
    assert!(compared.structures > 0, "{compared:?}");
}

#[test]
fn both_read_the_same_from_python() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("reader-python");
    let (python, path) = (python(), scratch.file("file"));
    let command = [python.as_str(), "-B", "-c", WORK, path.to_str().unwrap()];
    for options in [
        &[][..],
        &["--content", "0", "--time-resolution", "1ns"],
        &["--no-duration", "--content", "4096", "--compression-level", "7"],
        &["--content", "12"],
        &["--time-resolution", "1024ns", "-e", "%file,%network,execve"],
    ] {
        let compared = same(&recorded(&scratch, options, &command));
        assert!(compared.events > 300 && compared.captures > 300, "{options:?}: {compared:?}");
        // They are contents, which `--content 0` leaves out.
        let wanted = !options.contains(&"0");
        assert_eq!(compared.structures > 0, wanted, "{options:?}: {compared:?}");
    }
}

#[test]
fn many_chunks_read_the_same() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("reader-dd");
    let dd = ["dd", "if=/dev/zero", "of=/dev/null", "bs=7", "count=70000", "status=none"];
    let compared = same(&recorded(&scratch, &[], &dd));
    assert!(compared.events > 140_000 && compared.captures > 140_000, "{compared:?}");
}

#[test]
fn the_reader_s_own_tests_pass() {
    let ran = run(tool("python3"), [repository().join("tests/reader/test_scd.py")]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn calls_under_way_are_read_the_same() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("reader-under-way");
    let trace = recorded(&scratch, &[], &["sh", "-c", "sleep 5 & sleep 0.2"]);
    same(&trace);
    assert!(events(&trace).iter().any(|event| event["cpu"].is_null()), "none was under way");
}
