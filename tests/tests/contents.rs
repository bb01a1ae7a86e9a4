//! What is captured of memory: buffers, paths, lists, addresses. Byte for byte what the program had
//! there, or marked as cut or unreadable; never anything else.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use syscord_tests::{Ran, Scratch, Value, compile, events, kernel, program, python, query, record};

/// The calls of `contents_calls` that move a buffer, in its order, and the descriptor of each.
const CALLS: [(&str, u64); 10] = [
    ("write", 100),
    ("read", 100),
    ("pwrite64", 100),
    ("pread64", 100),
    ("writev", 100),
    ("readv", 100),
    ("sendto", 101),
    ("recvfrom", 102),
    ("sendmsg", 101),
    ("recvmsg", 102),
];

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// Records a command; it and the recorder must succeed.
fn recorded(trace: &Path, options: &[&str], command: &[&OsStr]) -> Ran {
    let own = ["-q", "-o", text(trace)];
    let options = own.iter().chain(options).map(OsStr::new);
    let ran = record(options.chain([OsStr::new("--")]).chain(command.iter().copied()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran
}

/// The first argument that is a file descriptor.
fn fd(event: &Value) -> Option<u64> {
    event["args"].get("fd").or(event["args"].get("sockfd"))?.as_u64()
}

/// The bytes of `data`; none if there is none.
fn data(event: &Value) -> Option<Vec<u8>> {
    match (&event["data"], event.get("data_base64")) {
        (Value::String(text), None) => Some(text.as_bytes().to_vec()),
        (Value::Null, Some(base64)) => Some(decoded(base64.as_str().expect("base64"))),
        (Value::Null, None) => None,
        _ => panic!("{event}"),
    }
}

fn cut(event: &Value) -> bool {
    event.get("data_cut").is_some_and(|cut| cut.as_bool().expect("a bool"))
}

/// Decodes base64 (RFC 4648).
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(text.len() % 4, 0, "{text}");
    let digits = text.trim_end_matches('=').bytes();
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0u32, 0);
    for digit in digits {
        let value = DIGITS.iter().position(|known| *known == digit).expect("a digit");
        word = word << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
        }
    }
    bytes
}

/// Takes back the escapes of the classic text.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        let (kind, more) = rest.split_first().expect("an escape");
        rest = more;
        match kind {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'\\' => out.push(b'\\'),
            b'x' => {
                let digits = std::str::from_utf8(&rest[..2]).expect("two digits");
                out.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest = &rest[2..];
            }
            other => panic!("\\{}", *other as char),
        }
    }
    out
}

/// Buffers of several sizes: text, zeros, and all bytes there are.
fn buffers(scratch: &Scratch) -> Vec<(PathBuf, Vec<u8>)> {
    let line = b"plain, \"quoted\" \\ back\tslash\r\n";
    let byte = |kind: &str, i: usize| match kind {
        "text" => line[i % line.len()],
        "zero" => 0,
        _ => (i * 7 + i / 256) as u8 ^ 0xff,
    };
    let mut buffers = Vec::new();
    for name in ["text", "zero", "byte"] {
        for size in [1, 16, 255, 256, 257, 4097, 16384, 16385, 20000] {
            let bytes: Vec<u8> = (0..size).map(|i| byte(name, i)).collect();
            let path = scratch.file(&format!("{name}{size}"));
            fs::write(&path, &bytes).expect("a file");
            buffers.push((path, bytes));
        }
    }
    buffers
}

#[test]
fn first_bytes_of_every_buffer() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("contents");
    let calls = compile(&scratch, "contents_calls.c", &[]);
    let (buffers, trace, out) = (buffers(&scratch), scratch.file("t.scd"), scratch.file("out"));
    let script = "for data in \"$@\"; do \"$CALLS\" \"$data\" \"$OUT\" || exit; done";
    let script = format!("CALLS={}; OUT={}; {script}", text(&calls), text(&out));
    let mut command: Vec<&OsStr> = ["sh", "-c", &script, "sh"].map(OsStr::new).to_vec();
    command.extend(buffers.iter().map(|(path, _)| path.as_os_str()));
    for (option, limit) in [
        (None, 256),
        (Some("0"), 0),
        (Some("16"), 16),
        (Some("4096"), 4096),
        (Some("16384"), 16384),
    ] {
        let option: Vec<&str> = option.iter().flat_map(|limit| ["--content", limit]).collect();
        recorded(&trace, &option, &command);
        let all = events(&trace);
        let mut moved = all.iter().filter(|event| {
            let name = event["syscall"].as_str().expect("a name");
            fd(event).is_some_and(|fd| CALLS.contains(&(name, fd)))
        });
        for (path, bytes) in &buffers {
            for call in CALLS {
                let event = moved.next().unwrap_or_else(|| panic!("no {call:?} for {path:?}"));
                let at = format!("--content {limit}, {path:?}: {event}");
                assert_eq!((event["syscall"].as_str(), fd(event)), (Some(call.0), Some(call.1)));
                assert_eq!(event["ret"].as_u64(), Some(bytes.len() as u64), "{at}");
                let wanted = &bytes[..bytes.len().min(limit)];
                assert!(data(event) == Some(wanted.to_vec()).filter(|_| limit > 0), "{at}");
                assert_eq!(cut(event), limit > 0 && bytes.len() > limit, "{at}");
            }
        }
        assert!(moved.next().is_none(), "more calls than were made");
        classic(&trace, &buffers, limit);
    }
}

/// The same in the classic text, for the calls whose lines have data.
fn classic(trace: &Path, buffers: &[(PathBuf, Vec<u8>)], limit: usize) {
    let ran = query([text(trace), "--text", "-e", "read,recvfrom"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = ran.out.lines().filter_map(|line| {
        line.split_once(", read, fd=100, ").or(line.split_once(", recvfrom, fd=102, "))
    });
    let mut lines = lines.map(|(_, rest)| rest);
    for (_, bytes) in buffers {
        for _ in 0..2 {
            let line = lines.next().expect("a line");
            let size = bytes.len();
            let rest = line.strip_prefix(&format!("size={}, res={size}, data", size + 1));
            let rest = rest.unwrap_or_else(|| panic!("{line}"));
            let part = limit > 0 && size > limit;
            let data = rest.strip_prefix(if part { "(part)=" } else { "=" });
            let data = unescaped(data.unwrap_or_else(|| panic!("{line}")));
            assert!(data == bytes[..size.min(limit)], "--content {limit}: {line}");
        }
    }
    assert!(lines.next().is_none());
}

#[test]
fn text_that_is_cut_within_a_character() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("cut");
    let (trace, file) = (scratch.file("t.scd"), scratch.file("snow"));
    fs::write(&file, "☃".repeat(100)).expect("a file");
    recorded(&trace, &["--content", "256"], &["cat".as_ref(), file.as_os_str()]);
    let ran = query([text(&trace), "--text", "-e", "read"]);
    let line = ran.out.lines().find_map(|line| line.split_once("res=300, data(part)="));
    let (_, data) = line.unwrap_or_else(|| panic!("{}", ran.out));
    assert_eq!(unescaped(data), &"☃".repeat(100).as_bytes()[..256]);
}

/// The events of a run of `contents_bad`, and its classic text.
fn bad(scratch: &Scratch) -> (Vec<Value>, String) {
    let (program, trace) = (compile(scratch, "contents_bad.c", &[]), scratch.file("bad.scd"));
    let file = scratch.file("file");
    recorded(&trace, &[], &[program.as_os_str(), file.as_os_str()]);
    let ran = query([text(&trace), "--text"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    (events(&trace), ran.out)
}

/// The last calls of a name.
fn last<const N: usize>(events: &[Value], name: &str) -> [Value; N] {
    let mut found: Vec<Value> =
        events.iter().filter(|event| event["syscall"] == name).cloned().collect();
    assert!(found.len() >= N, "{name}: {found:?}");
    found.drain(..found.len() - N);
    found.try_into().expect("so many")
}

/// Whether an argument is shown as unreadable memory at an address.
fn unreadable(event: &Value, arg: &str, address: &str) -> bool {
    let value = &event["args"][arg];
    value["addr"] == address && value["unreadable"] == true
}

#[test]
fn what_cannot_be_read_is_marked() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("unreadable");
    let (events, text) = bad(&scratch);
    for (event, address) in last::<2>(&events, "write").iter().zip(["0x8", "0xffff800000000000"]) {
        assert_eq!(event["errno"], "EFAULT", "{event}");
        assert!(unreadable(event, "buf", address) && data(event).is_none(), "{event}");
    }
    let [bad, null, edge, across, _] = last(&events, "openat");
    assert!(unreadable(&bad, "pathname", "0x8") && bad["path"].is_null(), "{bad}");
    assert!(text.contains(", openat, dir=-100, path=0x8(unreadable), flags=0, "), "{text}");
    assert_eq!((&null["args"]["pathname"], &null["path"]), (&"0x0".into(), &Value::Null));
    assert_eq!(edge["errno"], "EFAULT");
    let shown = &edge["args"]["pathname"];
    assert!(shown["unreadable"] == true || shown["cut"] == true, "{edge}");
    assert_eq!(
        (&across["path"], &across["errno"]),
        (&"/across/the/border".into(), &"ENOENT".into())
    );

    let [connect] = last(&events, "connect");
    assert!(unreadable(&connect, "addr", "0x8"), "{connect}");
    let [no_path, no_argv, cut_argv, untouched] = last(&events, "execve");
    assert!(unreadable(&no_path, "filename", "0x8") && no_path["path"].is_null(), "{no_path}");
    assert_eq!(no_argv["path"], "/nowhere/at/all");
    assert!(unreadable(&no_argv, "argv", "0x8"), "{no_argv}");
    assert_eq!(cut_argv["args"]["argv"]["text"], serde_json::json!(["no"]), "{cut_argv}");
    assert_eq!(cut_argv["args"]["argv"]["cut"], true);
    let shown = &untouched["args"]["filename"];
    assert!(shown == "/nowhere/untouched" || shown["unreadable"] == true, "{untouched}");
    let [_, failed_read] = last(&events, "pread64");
    assert_eq!(failed_read["ret"], 50, "{failed_read}");
}

#[test]
fn vectors_that_cannot_be_read_are_marked() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("vectors");
    let (events, _) = bad(&scratch);
    let ([writev], [sendmsg]) = (last(&events, "writev"), last(&events, "sendmsg"));
    assert_eq!((&writev["errno"], &sendmsg["errno"]), (&"EFAULT".into(), &"EFAULT".into()));
    assert!(unreadable(&writev, "iov", "0x8") && data(&writev).is_none(), "{writev}");
    assert!(unreadable(&sendmsg, "msg", "0x8") && data(&sendmsg).is_none(), "{sendmsg}");
}

#[test]
fn of_long_vectors_the_first_buffers_are_kept() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("long-vectors");
    let trace = scratch.file("t.scd");
    let script = "import os; null = os.open('/dev/null', os.O_WRONLY)
for count in 40, 48, 100: os.writev(null, [b'x'] * count)";
    let python = python();
    let command = ["-q", "-e", "writev", "-o"].map(OsStr::new).into_iter();
    let command = command.chain([trace.as_os_str(), "--".as_ref(), python.as_ref()]);
    let ran = record(command.chain(["-c".as_ref(), script.as_ref()]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let [few, most, more] = last(&events(&trace), "writev");
    assert_eq!((data(&few), cut(&few)), (Some(vec![b'x'; 40]), false), "{few}");
    assert_eq!((data(&most), cut(&most)), (Some(vec![b'x'; 48]), false), "{most}");
    let kept = data(&more).map_or(0, |data| data.len());
    assert!((48..100).contains(&kept) && cut(&more), "{kept}: {more}");
}

#[test]
fn buffers_at_the_edge_of_what_is_mapped() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("edge");
    let (events, _) = bad(&scratch);
    let [edge, within, untouched, _] = last(&events, "pwrite64");
    assert_eq!((data(&edge), cut(&edge)), (Some(vec![b'w'; 100]), true), "{edge}");
    assert_eq!((data(&within), cut(&within)), (Some(vec![b'f'; 256]), true), "{within}");
    let untouched = data(&untouched).expect("memory that the kernel has read");
    assert!(untouched.len() == 64 && untouched.starts_with(b"\x7fELF"), "{untouched:?}");
    let [read] = last(&events, "pread64");
    assert_eq!((data(&read), cut(&read)), (Some(vec![b'f'; 50]), false), "{read}");
    let [vector] = last(&events, "pwritev");
    assert_eq!((data(&vector), cut(&vector)), (Some(vec![b'f'; 50]), true), "{vector}");
}

#[test]
fn addresses_are_no_longer_than_what_the_kernel_has_stored() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("short-address");
    let (events, _) = bad(&scratch);
    let [short, long] = last(&events, "getsockname");
    let whole = long["args"]["addr"].as_str().expect("an address").to_owned();
    assert!(whole.starts_with("127.0.0.1:"), "{long}");
    // There was room for family and port: behind them the program's own bytes, 0xaa, stood.
    let shown = short["args"]["addr"].to_string();
    assert!(!shown.contains("170.170") && !shown.contains("aaaa"), "invented: {short}");
}

/// Runs a Python script under the recorder, with arguments. Returns events and output.
fn scripted(scratch: &Scratch, script: &str, args: &[&OsStr]) -> (Vec<Value>, String) {
    let (trace, python) = (scratch.file("py.scd"), python());
    let command = [python.as_str(), "-S", "-E", "-c", script].map(OsStr::new);
    let ran = recorded(&trace, &[], &[&command[..], args].concat());
    (events(&trace), ran.out)
}

#[test]
fn paths_up_to_the_longest() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("paths");
    let script = r#"
import os
for path in [b"/" + b"a/" * 2046 + b"x", b"/" + b"a/" * 2047, b"/" + b"a/" * 2047 + b"y", b"/" + b"b" * 5000,
             b"/nowhere/\xff\x01\n\t\\\"\xe2\x98\x83"]:
    try: os.open(path, 0)
    except OSError: pass
"#;
    let (events, _) = scripted(&scratch, script, &[]);
    let [below, longest, beyond, far, odd] = last(&events, "openat");
    let path = |end: &str| format!("/{}{end}", "a/".repeat(2046));
    assert_eq!(below["path"], path("x"));
    assert_eq!((&longest["path"], &longest["errno"]), (&path("a/").into(), &"ENOENT".into()));
    for event in [&beyond, &far] {
        assert_eq!(event["errno"], "ENAMETOOLONG");
        let shown = &event["args"]["pathname"];
        assert_eq!(shown["cut"], true, "{event}");
        assert_eq!(shown["text"].as_str().map(str::len), Some(4095));
        assert!(path("a/y").starts_with(shown["text"].as_str().unwrap()) || event == &far);
    }
    assert_eq!(odd["path"], "/nowhere/\u{fffd}\u{1}\n\t\\\"☃");
    let shown = query([text(&scratch.file("py.scd")), "-e", "openat", "--path", "/nowhere/*"]).out;
    assert!(shown.contains(r#"path=/nowhere/\xff\x01\n\t\\"☃, flags="#), "{shown}");
    // The longest path that the kernel takes is there as a whole, and says so.
    assert!(longest["args"]["pathname"].is_string(), "a whole path of 4095 bytes is marked as cut");
}

#[test]
fn arguments_of_programs() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("argv");
    let (trace, long) = (scratch.file("t.scd"), "l".repeat(5000));
    let argv = |args: &[&OsStr]| {
        recorded(&trace, &["-e", "execve"], &[&["/bin/true".as_ref()], args].concat());
        let [execve] = last(&events(&trace), "execve");
        assert_eq!((&execve["path"], &execve["ret"]), (&"/bin/true".into(), &0.into()));
        execve["args"]["argv"].clone()
    };
    let odd = ["a b", "", "-ünï", "new\nline", "\u{1b}[2J", "\"q\\"];
    let shown = argv(&odd.map(OsStr::new));
    assert_eq!(
        shown,
        serde_json::json!(["/bin/true", "a b", "", "-ünï", "new\nline", "\u{1b}[2J", "\"q\\"])
    );
    assert_eq!(argv(&[OsStr::from_bytes(b"\xfe!")])[1], "\u{fffd}!");

    // Of what is too much the first part is there, and marked.
    let many: Vec<String> = (0..300).map(|i| i.to_string()).collect();
    let shown = argv(&many.iter().map(OsStr::new).collect::<Vec<_>>());
    let first = shown["text"].as_array().expect("a list that was cut");
    assert_eq!(shown["cut"], true);
    assert!(first.len() > 30, "{first:?}");
    assert!(first.iter().skip(1).zip(&many).all(|(shown, had)| shown == had), "{first:?}");
    let shown = argv(&[OsStr::new(&long), "after".as_ref()]);
    assert_eq!(shown["cut"], true, "an argument of 5000 bytes is not there as a whole: {shown}");
}

#[test]
fn programs_run_by_constants() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("constants");
    let (program, trace) = (compile(&scratch, "contents_exec.c", &["-O2"]), scratch.file("t.scd"));
    recorded(&trace, &["-e", "execve"], &[program.as_os_str()]);
    let [present] = last(&events(&trace), "execve");
    recorded(&trace, &["-e", "execve"], &[program.as_os_str(), "absent".as_ref()]);
    let [absent] = last(&events(&trace), "execve");
    assert_eq!((&absent["errno"], &present["ret"]), (&"ENOENT".into(), &0.into()));
    assert_eq!(present["path"], "/bin/true", "{present}");
    assert_eq!(absent["path"], "/nowhere/to/be/found", "{absent}");
    // The arguments are there, or are marked.
    for (event, name) in [(&absent, "absent"), (&present, "present")] {
        let shown = &event["args"]["argv"];
        let whole = serde_json::json!([name, "argument"]);
        assert!(*shown == whole || shown["unreadable"] == true || shown["cut"] == true, "{event}");
    }
}

#[test]
fn socket_addresses() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("addresses");
    let script = r#"
import os, socket, sys
def pair(family, address):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(address); server.listen(1)
    client = socket.socket(family, socket.SOCK_STREAM)
    client.connect(server.getsockname())
    server.accept()[0].close()
    return server.getsockname(), client.getsockname()
(server, client) = pair(socket.AF_INET, ("127.0.0.1", 0))
print("4", server[1], client[1])
try:
    (server, client) = pair(socket.AF_INET6, ("::1", 0))
    print("6", server[1], client[1])
except OSError: pass
pair(socket.AF_UNIX, sys.argv[1])
pair(socket.AF_UNIX, b"\0abstract-name")
one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "12")
one.bind(("127.0.0.1", 0)); two.bind(("127.0.0.1", 0))
one.sendto(b"datagram", two.getsockname()); two.recvfrom(100)
print("u", one.getsockname()[1], two.getsockname()[1])
"#;
    let path = scratch.file("unix-socket");
    let (events, out) = scripted(&scratch, script, &[path.as_os_str()]);
    let of = |call: &str, arg: &str| -> Vec<String> {
        let calls = events.iter().filter(|event| event["syscall"] == call && event["ret"] != -1);
        calls.filter_map(|event| event["args"][arg].as_str().map(str::to_owned)).collect()
    };
    let (connects, accepts) = (of("connect", "addr"), of("accept4", "addr"));
    for line in out.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let host = if words[0] == "6" { "[::1]" } else { "127.0.0.1" };
        let (first, second) = (format!("{host}:{}", words[1]), format!("{host}:{}", words[2]));
        if words[0] == "u" {
            let (to, from) = (of("sendto", "dest_addr"), of("recvfrom", "src_addr"));
            assert!(to.contains(&second) && from.contains(&first), "{line}: {to:?} {from:?}");
        } else {
            assert!(connects.contains(&first), "{line}: {connects:?}");
            assert!(accepts.contains(&second), "{line}: {accepts:?}");
        }
    }
    let unix = [format!("unix:{}", text(&path)), "unix:@abstract-name".to_owned()];
    assert!(unix.iter().all(|address| connects.contains(address)), "{connects:?}");
    assert!(unix.iter().all(|address| of("bind", "addr").contains(address)));
}

#[test]
fn limits_of_content_are_checked() {
    for wrong in ["99999", "x", "16385", ""] {
        let ran = syscord_tests::run(program("syscord"), ["record", "--content", wrong]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("--content"), "{}", ran.err);
    }
}
