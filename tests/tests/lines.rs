//! The lines of `syscord-query --strace` against those that strace wrote of the same run.
//!
//! Three shares are taken of a run's calls: name and result are the same; every argument that is no
//! structure, array or address is, too; the whole line is. docs/STRACE.md says what differs and why.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::chown,
    path::{Path, PathBuf},
};

use syscord_tests::{EVERY, Scratch, compile, kernel, multilib, python, repository, run, tool};

use crate::shares::{Shares, WHOLE_LINES, same_lines, same_notices};

// This file is the root of a test program: beside it, a module would be one, too.
#[path = "lines/shares.rs"]
mod shares;

/// `nobody`, and its group.
const NOBODY: u32 = 65534;

/// A script in `workloads`.
fn script(name: &str) -> String {
    text(&repository().join("tests/workloads").join(name))
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// A C program in `workloads`, under strace and recorded.
fn c_program(name: &str, source: &str, options: &[&str], args: &[&str], code: i32) {
    let scratch = Scratch::new(&format!("lines-{name}-program"));
    let program = text(&compile(&scratch, source, options));
    let mut command = vec![program.as_str()];
    command.extend(args);
    same_lines(name, &command, code);
}

#[test]
fn ls() {
    if kernel() {
        same_lines("ls", &["ls", "-lR", "/usr/share/doc/coreutils", "/etc"], 0);
    }
}

#[test]
fn python_with_files_sockets_and_threads() {
    if kernel() {
        let scratch = Scratch::new("lines-python-folder");
        let folder = text(&scratch.file("folder"));
        same_lines("python", &[&python(), "-B", &script("lines_python.py"), &folder], 0);
    }
}

#[test]
fn https() {
    if kernel() {
        let scratch = Scratch::new("lines-https-certificate");
        let (key, certificate) = (text(&scratch.file("key")), text(&scratch.file("certificate")));
        let made = run(
            tool("openssl"),
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
                .into_iter()
                .chain(["-addext", "subjectAltName=IP:127.0.0.1"])
                .chain(["-keyout", &key, "-out", &certificate]),
        );
        assert_eq!(made.code, 0, "{}", made.err);
        let script = script("lines_https.py");
        same_lines("https", &[&python(), "-B", &script, &certificate, &key], 0);
    }
}

#[test]
fn sqlite() {
    if kernel() {
        let scratch = Scratch::new("lines-sqlite-database");
        let database = text(&scratch.file("database"));
        same_lines("sqlite", &[&python(), "-B", &script("lines_sqlite.py"), &database], 0);
    }
}

#[test]
fn redis() {
    if kernel() {
        for program in ["redis-server", "redis-cli", "redis-benchmark"] {
            tool(program);
        }
        let scratch = Scratch::new("lines-redis-folder");
        // A port that was free a moment ago.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port().to_string();
        drop(listener);
        let folder = text(&scratch.file(""));
        same_lines("redis", &["sh", &script("lines_redis.sh"), &port, &folder], 0);
    }
}

#[test]
fn postgresql() {
    if kernel() {
        let initdb = initdb().expect("`initdb` is missing: run `cargo xtask test --install`");
        let scratch = Scratch::new("lines-initdb");
        let folder = scratch.file("data");
        fs::create_dir(&folder).expect("a folder");
        // It refuses to be run by root.
        chown(&folder, Some(NOBODY), Some(NOBODY)).expect("a folder of another user");
        let (folder, initdb) = (text(&folder), text(&initdb));
        let user = NOBODY.to_string();
        let mut command = vec![tool("setpriv"), "--reuid", &user, "--regid", &user];
        command.extend(["--clear-groups", "env", "-C", &folder, &initdb, "-D", &folder]);
        command.extend(["--no-sync", "--no-locale", "-U", "test"]);
        same_lines("initdb", &command, 0);
    }
}

/// Debian keeps it out of PATH, by version.
fn initdb() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|version| version.path().join("bin/initdb")).find(|path| path.exists())
}

#[test]
fn compiler() {
    if kernel() {
        let scratch = Scratch::new("lines-gcc-folder");
        let (source, made) = (script("threads.c"), text(&scratch.file("a.out")));
        same_lines("gcc", &[tool("gcc"), "-O2", "-pthread", "-o", &made, &source], 0);
    }
}

#[test]
fn git() {
    if kernel() {
        let scratch = Scratch::new("lines-git-folder");
        let folder = text(&scratch.file("repository"));
        tool("git");
        same_lines("git", &["sh", &script("lines_git.sh"), &folder], 0);
    }
}

#[test]
fn pipeline() {
    if kernel() {
        let scratch = Scratch::new("lines-pipeline-folder");
        let made = text(&scratch.file("made.tar.gz"));
        let script = "tar -cf - -C /usr/share/common-licenses . | gzip >\"$1\"; test -s \"$1\"";
        same_lines("tar|gzip", &["sh", "-c", script, "sh", &made], 0);
    }
}

#[test]
fn package_manager() {
    if kernel() {
        same_lines("apt-get", &["apt-get", "--simulate", "install", "strace"], 0);
    }
}

#[test]
fn node() {
    if kernel() {
        let scratch = Scratch::new("lines-node-folder");
        let folder = text(&scratch.file(""));
        same_lines("node", &[tool("node"), &script("lines_node.js"), &folder], 0);
    }
}

#[test]
fn fifty_threads() {
    if kernel() {
        c_program("threads", "threads.c", &["-pthread"], &[], 0);
    }
}

#[test]
fn two_hundred_children() {
    if kernel() {
        c_program("forks", "forks.c", &[], &[], 0);
    }
}

#[test]
fn executes_itself() {
    if kernel() {
        c_program("execs", "execs.c", &["-pthread"], &[], 0);
    }
}

#[test]
fn ends_while_threads_are_blocked() {
    if kernel() {
        c_program("ends", "ends.c", &["-pthread"], &[], 7);
    }
}

#[test]
fn killed_while_blocked() {
    if kernel() {
        let scratch = Scratch::new("lines-killed-program");
        let program = text(&compile(&scratch, "ends.c", &["-pthread"]));
        let mut shares = Shares::default();
        for signal in [libc::SIGKILL, libc::SIGTERM] {
            shares.run("killed", &[&program, &signal.to_string()], 0);
        }
        shares.check("killed", WHOLE_LINES);
    }
}

#[test]
fn interrupted_and_wrong_calls() {
    if kernel() {
        c_program("signals", "signals.c", &[], &[], 0);
    }
}

#[test]
fn uring() {
    if kernel() {
        c_program("io_uring", "lines_uring.c", &[], &[], 0);
    }
}

#[test]
fn vectors_messages_and_sets() {
    if kernel() {
        c_program("vectors", "lines_vectors.c", &[], &[], 0);
    }
}

/// What is shown of memory that ends too early does not depend on what happens to be there.
#[test]
fn memory_that_ends() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("lines-edges-program");
    let mut shares = Shares::default();
    shares.run("edges", &[&text(&compile(&scratch, "lines_edges.c", &[]))], 0);
    shares.check("edges", 100.0);
}

#[test]
fn narrow_programs() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("lines-narrow-programs");
    let plain = ["-static", "-nostdlib", "-no-pie", "-fno-stack-protector"];
    let mut shares = Shares::default();
    // A 64-bit program can make 32-bit calls, too.
    shares.run("narrow", &[&text(&compile(&scratch, "int80.c", &plain))], 5);
    if multilib() {
        let bare: Vec<&str> = plain.into_iter().chain(["-m32"]).collect();
        shares.run("narrow", &[&text(&compile(&scratch, "int80.c", &bare))], 5);
        let program = text(&compile(&scratch, "lines_narrow.c", &["-m32", "-pthread"]));
        shares.run("narrow", &[&program, &text(&scratch.file(""))], 0);
    } else {
        eprintln!("gcc -m32 does not work here: only the 64-bit program was tried");
    }
    shares.check("narrow", WHOLE_LINES);
}

/// Every call, most of them also so that they fail.
#[test]
fn every_call() {
    if !kernel() || cfg!(not(target_arch = "x86_64")) {
        return;
    }
    let mut every = Shares::default();
    for theme in EVERY {
        let scratch = Scratch::new(&format!("lines-every-{theme}"));
        let program = text(&compile(&scratch, &format!("every/{theme}.c"), &[]));
        let folder = text(&scratch.file("folder"));
        fs::create_dir(&folder).expect("a folder");
        every.run(&format!("every-{theme}"), &[&program, &folder], 0);
    }
    every.check("every call", WHOLE_LINES);
}

/// Signals by every sender and for every reason that a program can bring about, and how it ends.
#[test]
fn signals_and_ends() {
    if !kernel() {
        return;
    }
    let code = "\
import ctypes, os, signal, sys, time
for number in (signal.SIGUSR1, signal.SIGALRM, signal.SIGRTMIN + 2, signal.SIGCHLD):
    signal.signal(number, lambda number, frame: None)
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()
libc = ctypes.CDLL(None)
libc.sigqueue(os.getpid(), signal.SIGRTMIN + 2, ctypes.c_void_p(5))
for end in (lambda: os._exit(3), lambda: os.abort(), lambda: ctypes.string_at(16)):
    child = os.fork()
    if child == 0: end()
    os.waitpid(child, 0)
os.kill(os.getpid(), signal.SIGTERM)
";
    let count = same_notices("notices", &[&python(), "-B", "-c", code], 128 + 15);
    assert_eq!(count, 10 + 4, "signals, ends");
}

#[test]
fn x32_calls() {
    if !kernel() || cfg!(not(target_arch = "x86_64")) {
        return;
    }
    let options = ["-static", "-nostdlib", "-no-pie", "-ffreestanding", "-fno-stack-protector"];
    let scratch = Scratch::new("lines-x32-program");
    let mut shares = Shares::default();
    shares.run("x32", &[&text(&compile(&scratch, "x32.c", &options))], 5);
    // The run is short, so that the execve at its start weighs more.
    shares.check("x32", 90.0);
}
