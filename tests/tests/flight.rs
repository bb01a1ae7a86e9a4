//! The flight recorder: what it keeps, and when it lets it go into a file.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use syscord_tests::{
    Ran, Scratch, events_with, info, kernel, program, query, record, run, wait_until,
};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The dumps in a folder, oldest first, each of which is whole and tells of all that it saw.
fn dumps(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut dumps: Vec<PathBuf> = entries.collect();
    dumps.sort();
    for dump in &dumps {
        let verified = query(["verify", text(dump)]);
        assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
        let total = &info(dump)["ledger"]["total"];
        assert_eq!((&total["dropped"], &total["recorded"]), (&0.into(), &count(dump, &[]).into()));
    }
    dumps
}

fn count(trace: &Path, filters: &[&str]) -> u64 {
    let ran = query([&[text(trace), "--count"], filters].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim().parse().expect("a count")
}

/// Whether a file was opened, by the trace.
fn opened(trace: &Path, file: &Path) -> bool {
    count(trace, &["--syscall", "openat", "--path", text(file), "--comm", "cat"]) > 0
}

/// A scratch folder with a folder for dumps and three files to be read.
fn stage(name: &str) -> (Scratch, PathBuf, [PathBuf; 3]) {
    let scratch = Scratch::new(name);
    let folder = scratch.file("dumps");
    fs::create_dir(&folder).expect("a folder");
    let files = ["a", "b", "c"].map(|name| scratch.file(name));
    for file in &files {
        fs::write(file, "").expect("a file");
    }
    (scratch, folder, files)
}

/// Starts a recording of `script` as a flight recorder.
fn start(folder: &Path, ring: &str, script: &str) -> Child {
    let output = folder.join("t.scd");
    let mut syscord = Command::new(program("syscord"));
    syscord.args(["record", "-o", text(&output), "--buffer-size", "64M", "--ring", ring]);
    syscord.args(["--", "sh", "-c", script]);
    syscord.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("syscord runs")
}

fn ended(recorder: Child) -> Ran {
    recorder.wait_with_output().expect("syscord's output").into()
}

#[test]
fn only_the_last_is_kept() {
    if !kernel() {
        return;
    }
    let (_scratch, folder, [a, b, c]) = stage("flight-last");
    let script =
        format!("cat {}; sleep 4; cat {}; sleep 0.2; cat {}", text(&a), text(&b), text(&c));
    let ran = ended(start(&folder, "1s", &script));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("t.scd (1 file)"), "{}", ran.err);
    let dumps = dumps(&folder);
    let [dump] = dumps.as_slice() else { panic!("{dumps:?}") };
    assert_eq!([&a, &b, &c].map(|file| opened(dump, file)), [false, true, true]);
    // The shell was there before what is kept begins.
    assert!(count(dump, &["--comm", "sh"]) > 0);
}

#[test]
fn a_condition_dumps_what_led_to_it_and_what_comes_then() {
    if !kernel() {
        return;
    }
    let (_scratch, folder, [a, b, c]) = stage("flight-condition");
    let [a, b, c] = [&a, &b, &c].map(|file| format!("cat {}", text(file)));
    let script = format!("{a}; cat /dev/null/x; sleep 0.3; {b}; cat /dev/null/x; sleep 4; {c}");
    let output = folder.join("t.scd");
    let options =
        ["--ring", "20s", "--dump-on", "errno = ENOTDIR or duration > 1h", "--after", "2s"];
    let args = [&["-o", text(&output)], &options[..], &["--", "sh", "-c", &script]].concat();
    let ran = record(args);
    // The last cat of the script has read its file.
    assert_eq!(ran.code, 0, "{}", ran.err);
    let dumps = dumps(&folder);
    let [dump] = dumps.as_slice() else { panic!("{dumps:?}") };
    let seen = [a, b, c].map(|cat| opened(dump, Path::new(cat.trim_start_matches("cat "))));
    assert_eq!(seen, [true, true, false]);
    let failed = events_with(dump, &["--errno", "ENOTDIR"]);
    assert_eq!(failed.len(), 2, "the second comes while the dump is waited for");
    let marked = events_with(dump, &["--trigger"]);
    assert_eq!(marked, failed[..1], "what has triggered it is marked");
}

#[test]
fn each_event_is_in_one_dump() {
    if !kernel() {
        return;
    }
    const BLOCKS: u64 = 400_000;
    let (scratch, folder, [..]) = stage("flight-asked");
    let done = scratch.file("done");
    let dd = format!("dd if=/dev/zero of=/dev/null bs=1 count={} status=none", BLOCKS / 2);
    let script = format!("{dd}; echo >{}; sleep 3; {dd}", text(&done));
    let recorder = start(&folder, "1G", &script);
    wait_until("half is done", || done.exists());
    let pid = recorder.id().to_string();
    for number in 1..=2 {
        let asked = run(program("syscord"), ["dump", &pid]);
        assert_eq!(asked.code, 0, "{}", asked.err);
        let dump = folder.join(format!("t-{number:06}.scd"));
        wait_until("it is dumped", || dump.exists());
    }
    let ran = ended(recorder);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let dumps = dumps(&folder);
    assert_eq!(dumps.len(), 3);
    let written =
        dumps.iter().map(|dump| count(dump, &["--comm", "dd", "--fd", "1", "-e", "write"]));
    assert_eq!(written.sum::<u64>(), BLOCKS);
}

#[test]
fn a_dump_that_fails_does_not_end_the_recording() {
    if !kernel() {
        return;
    }
    let (scratch, folder, [a, b, _]) = stage("flight-fails");
    let go = scratch.file("go");
    let wait = format!("until [ -e {} ]; do sleep 0.1; done", text(&go));
    let recorder = start(&folder, "1G", &format!("cat {}; {wait}; cat {}", text(&a), text(&b)));
    let elsewhere = scratch.file("elsewhere");
    let asked = || run(program("syscord"), ["dump", &recorder.id().to_string()]);
    wait_until("it runs", || asked().code == 0 && folder.join("t-000001.scd").exists());
    fs::rename(&folder, &elsewhere).expect("a folder");
    assert_eq!(asked().code, 0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    fs::create_dir(&folder).expect("a folder");
    fs::write(&go, "").expect("a file");
    let ran = ended(recorder);
    assert_eq!(ran.code, 1, "a dump has failed");
    assert!(ran.err.contains("no dump: "), "{}", ran.err);
    let dumps = dumps(&folder);
    assert!(
        opened(dumps.last().expect("a dump"), &b),
        "what was kept then comes with the next dump"
    );
}

#[test]
fn a_condition_that_holds_at_the_end_dumps() {
    if !kernel() {
        return;
    }
    let (_scratch, folder, [a, ..]) = stage("flight-end");
    let script = format!("cat {}; cat /dev/null/x", text(&a));
    let output = folder.join("t.scd");
    // The sleeping shell's wait is under way at the end, which is no call that took long.
    let options = ["--ring", "64M", "--dump-on", "errno = ENOTDIR or duration > 10s"];
    for (script, expected) in [(script.as_str(), 1), ("sleep 0.1", 1)] {
        let args = [&["-q", "-o", text(&output)], &options[..], &["--", "sh", "-c", script]];
        record(args.concat());
        let dumps = dumps(&folder);
        assert_eq!(dumps.len(), expected, "{script}");
        assert!(opened(&dumps[0], &a));
        assert_eq!(events_with(&dumps[0], &["--trigger"]).len(), 1);
    }
}

#[test]
fn mistakes_are_told() {
    if !kernel() {
        return;
    }
    let ran = record(["--ring", "5s", "-o", "/nonexistent/t.scd", "--", "true"]);
    assert_eq!(ran.code, 1, "said at once, not at the first dump");
    assert!(ran.err.contains("/nonexistent/t.scd"), "{}", ran.err);
    for (args, word) in [
        (&["--ring", "5"][..], "64M or 30s"),
        (&["--ring", "5parsec"], "64M or 30s"),
        (&["--dump-on", "failed"], "--ring"),
        (&["--ring", "5s", "--dump-on", "errno = ENOSUCH"], "ENOSUCH"),
        (&["--ring", "5s", "--rotate-size", "1M"], "--rotate-size"),
        (&["--ring", "5s", "-o", "-"], "standard output"),
    ] {
        let ran = record(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(word), "{args:?}: {}", ran.err);
    }
    let ran = run(program("syscord"), ["dump", "1"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("process 1 is no flight recorder"), "{}", ran.err);
}
