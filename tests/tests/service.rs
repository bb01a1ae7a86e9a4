//! The recorder as a service: what its manager is told, and what packages are made of.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use syscord_tests::{Scratch, events_with, kernel, program, run, tool};

const PROGRAMS: [&str; 2] = ["syscord", "syscord-query"];

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_manager_is_told_when_all_is_recorded_and_when_no_more_is() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("service");
    let (socket, trace, marker) =
        (scratch.file("socket"), scratch.file("t.scd"), scratch.file("marker"));
    fs::write(&marker, "x").expect("a file");
    let manager = UnixDatagram::bind(&socket).expect("a socket");
    manager.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    let told = || {
        let mut bytes = [0; 64];
        let length = manager.recv(&mut bytes).expect("a message");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let mut syscord = Command::new(program("syscord"));
    syscord.args(["record", "-q", "-o", text(&trace)]).env("NOTIFY_SOCKET", &socket);
    let mut syscord = syscord.stdin(Stdio::null()).spawn().expect("syscord runs");
    assert_eq!(told(), "READY=1");
    assert_eq!(run("cat", [&marker]).out, "x");
    // SAFETY: a plain system call; the child is ours and not yet waited for.
    unsafe { libc::kill(syscord.id() as i32, libc::SIGTERM) };
    assert_eq!(told(), "STOPPING=1");
    assert_eq!(syscord.wait().expect("an end").code(), Some(0));
    let opened = events_with(&trace, &["--syscall", "openat", "--path", text(&marker)]);
    assert_eq!(opened.len(), 1, "what is done as soon as the manager knows is recorded");
}

#[test]
fn a_manager_that_cannot_be_told_stops_no_recording() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("service-deaf");
    let (socket, trace) = (scratch.file("socket"), scratch.file("t.scd"));
    let mut syscord = Command::new(program("syscord"));
    syscord.args(["record", "-q", "-o", text(&trace), "--", "true"]).env("NOTIFY_SOCKET", &socket);
    let ran: syscord_tests::Ran = syscord.output().expect("syscord runs").into();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("the service manager is not told"), "{}", ran.err);
}

#[test]
fn each_program_writes_its_pages_and_completions() {
    let scratch = Scratch::new("generate");
    let folder = scratch.file("made");
    for name in PROGRAMS {
        let ran = run(program(name), ["--generate", text(&folder)]);
        assert_eq!((ran.code, ran.out, ran.err), (0, String::new(), String::new()));
        assert_eq!(run(program(name), ["--generate"]).code, 2);
    }
    let page = fs::read_to_string(folder.join("man/syscord-record.1")).expect("a page");
    assert!(page.contains("rotate\\-size"), "{page}");
    for name in ["syscord.1", "syscord-query.1", "syscord-query-verify.1"] {
        assert!(folder.join("man").join(name).exists(), "{name}");
    }
    for name in ["_syscord", "_syscord-query", "syscord.fish", "syscord-query.fish"] {
        assert!(folder.join("completions").join(name).exists(), "{name}");
    }
    for (program, words, expected) in [
        ("syscord", "record --syscall openat", "openat openat2"),
        ("syscord", "record --syscall %net", "%network"),
        ("syscord-query", "-e %net", "%network"),
        ("syscord-query", "stats --by sock", "socket"),
    ] {
        let script = folder.join("completions").join(format!("{program}.bash"));
        assert_eq!(complete(&script, program, words), expected, "{program} {words}");
    }
}

/// What bash offers for the last word.
fn complete(script: &Path, program: &str, words: &str) -> String {
    let bash = format!(
        "set -- {program} {words}; . '{}'; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))
        function=$(complete -p {program} | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        $function {program} \"${{@: -1}}\" \"${{@: -2:1}}\"; echo \"${{COMPREPLY[*]}}\"",
        script.display()
    );
    let ran = run(tool("bash"), ["-c", &bash]);
    assert_eq!((ran.code, ran.err), (0, String::new()));
    ran.out.trim_end().to_owned()
}
