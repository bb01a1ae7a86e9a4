//! A trace in several files: each stands alone, all together hold everything, and the caps hold.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use syscord_tests::{
    Ran, Running, Scratch, Value, events_with, info, kernel, program, python, query, record, run,
    wait_until,
};

const BLOCKS: u64 = 300_000;

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// What is in a folder, by name.
fn listed(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.map(|e| (e.file_name().into_string().expect("UTF-8"), e.path())).collect()
}

fn count(files: &[&Path], filters: &[&str]) -> u64 {
    let ran = query(
        files.iter().map(|file| text(file)).chain(["--count"]).chain(filters.iter().copied()),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim().parse().expect("a count")
}

/// Starts `syscord record ARGS…`.
fn start(args: &[&str]) -> Child {
    let mut syscord = Command::new(program("syscord"));
    syscord.arg("record").args(args).stdin(Stdio::null()).stderr(Stdio::piped());
    syscord.spawn().expect("syscord runs")
}

fn stop(recorder: Child, signal: i32) -> Ran {
    // SAFETY: a plain system call; the child is ours and not yet waited for.
    unsafe { libc::kill(recorder.id() as i32, signal) };
    recorder.wait_with_output().expect("syscord's output").into()
}

fn dd(blocks: u64) -> String {
    format!("dd if=/dev/zero of=/dev/null bs=1 count={blocks} status=none")
}

#[test]
fn each_file_stands_alone_and_all_hold_everything() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rotation");
    let (folder, held) = (scratch.file("traces"), scratch.file("held"));
    fs::create_dir(&folder).expect("a folder");
    fs::write(&held, "what is read\n").expect("a file");
    // The shell has its descriptor 7 from before the first file was begun, and uses it in a later one, which has had the
    // time to tell of it.
    let load = dd(BLOCKS);
    let script = format!("exec 7<{}; {load}; {load}; sleep 1.5; read -r line <&7", text(&held));
    let output = folder.join("t.scd");
    let options = ["-o", text(&output), "--buffer-size", "64M", "--rotate-size", "90K"];
    let ran = record(options.iter().chain(&["--", "sh", "-c", &script]));
    assert_eq!(ran.code, 0, "{}", ran.err);

    let files = listed(&folder);
    assert!(files.len() >= 3, "{files:?}");
    assert!(ran.err.contains(&format!("({} files)", files.len())), "{}", ran.err);
    for (number, (name, path)) in files.iter().enumerate() {
        assert_eq!(*name, format!("t-{:06}.scd", number + 1));
        assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
        let verified = query(["verify", text(path)]);
        assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
        let info = info(path);
        let total = &info["ledger"]["total"];
        assert_eq!(total["dropped"], 0);
        assert_eq!(total["recorded"], count(&[path], &[]), "the ledger is the file's own");
        let sum = ["recorded", "filtered_process", "filtered_syscall", "filtered_self"]
            .map(|part| total[part].as_u64().expect("a number"));
        assert_eq!(total["seen"], sum.iter().sum::<u64>());
        let processes = query(["stats", "--by", "process", "--json", text(path)]);
        let processes: Value = serde_json::from_str(&processes.out).expect("a JSON object");
        for process in processes["groups"].as_array().expect("groups") {
            let known = ["sh", "dd", "sleep"].map(Value::from);
            assert!(known.contains(&process["comm"]), "{name}: {process}");
        }
    }
    let all: Vec<&Path> = files.values().map(PathBuf::as_path).collect();
    let both = ["--comm", "dd", "--fd", "1", "--syscall", "write"];
    assert_eq!(count(&all, &both), 2 * BLOCKS);
    // The folder is the trace, and so are the files in any order.
    assert_eq!(count(&[&folder], &both), 2 * BLOCKS);
    let backwards: Vec<&Path> = all.iter().rev().copied().collect();
    let lines = |files: &[&Path]| {
        let args = files.iter().map(|file| text(file)).chain(["--comm", "sh", "--text"]);
        query(args).out
    };
    assert_eq!(lines(&backwards), lines(&[&folder]));
    assert!(lines(&[&folder]).contains(", execve, "), "{}", lines(&[&folder]));
    // A pipe can be read but once.
    let script = format!(
        "cat {} | {} {} /dev/stdin --count",
        text(all[1]),
        text(&program("syscord-query")),
        text(all[0])
    );
    let ran = run("sh", ["-c", &script]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.trim(), (count(&[all[0]], &[]) + count(&[all[1]], &[])).to_string());
    // One that is begun, and holds nothing yet, is no damage.
    fs::write(folder.join("t-000999.scd.part"), "").expect("a file");
    assert_eq!(count(&[&folder], &both), 2 * BLOCKS);
    // What ends with a full file leaves an empty one behind.
    let used = ["--comm", "sh", "--fd", "7"];
    let later = all[1..].iter().rfind(|file| count(&[file], &used) > 0).expect("its use");
    let known = events_with(later, &[&used[..], &["--path", text(&held)]].concat());
    assert_eq!(known.len() as u64, count(&[later], &used), "descriptors are known in each");
}

#[test]
fn a_program_that_a_later_thread_runs_is_known_in_each_file() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rotation-thread");
    let folder = scratch.file("traces");
    fs::create_dir(&folder).expect("a folder");
    let script = format!(
        "import os, threading; threading.Thread(target=os.execvp, args=('dd', '{}'.split())).start()",
        dd(BLOCKS)
    );
    let output = folder.join("t.scd");
    let options = ["-q", "--buffer-size", "64M", "--rotate-size", "60K", "-o", text(&output), "--"];
    let ran = record(options.iter().chain(&[&*python(), "-c", &script]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(listed(&folder).len() >= 3, "{:?}", listed(&folder));
    assert_eq!(count(&[&folder], &["--comm", "dd", "--syscall", "write"]), BLOCKS);
}

#[test]
fn numbers_go_on_and_nothing_is_overwritten() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rotation-again");
    let folder = scratch.file("traces");
    fs::create_dir(&folder).expect("a folder");
    let elsewhere = scratch.file("elsewhere");
    fs::write(&elsewhere, "mine").expect("a file");
    fs::write(folder.join("trace-000004.scd"), "somebody's").expect("a file");
    symlink(&elsewhere, folder.join("trace-000005.scd.part")).expect("a link");
    let command = ["--rotate-time", "1h", "-q", "--", "true"];
    for _ in 0..2 {
        let ran = record(["-o", text(&folder)].iter().chain(&command));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
    let files = listed(&folder);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected =
        ["trace-000004.scd", "trace-000005.scd.part", "trace-000006.scd", "trace-000007.scd"];
    assert_eq!(names, expected);
    assert_eq!(fs::read_to_string(&elsewhere).expect("a file"), "mine");
    assert_eq!(fs::read_to_string(&files["trace-000004.scd"]).expect("a file"), "somebody's");
    assert!(count(&[&files["trace-000007.scd"]], &[]) > 0);
}

#[test]
fn a_killed_recorder_leaves_a_part_that_counts_as_old() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("rotation-killed");
    let output = scratch.file("t.scd");
    let mut work = Command::new("dd");
    work.args(["if=/dev/zero", "of=/dev/null", "bs=1"]).stderr(Stdio::null());
    let _work = Running::start(&mut work);
    let options = ["--rotate-time", "1h", "--keep", "2"];
    let recorder = start(&["-o", text(&output), options[0], options[1], options[2], options[3]]);
    let part = scratch.file("t-000001.scd.part");
    wait_until("a chunk is written", || part.metadata().is_ok_and(|data| data.len() > 200_000));
    stop(recorder, libc::SIGKILL);
    let ran = query([text(&part), "--count"]);
    assert_eq!(ran.code, 3, "damaged, as it has no end: {}", ran.err);
    assert!(ran.out.trim().parse::<u64>().expect("a count") > 1000);
    for _ in 0..2 {
        let ran = record(["-q", "-o", text(&output)].iter().chain(&options).chain(&["--", "true"]));
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let names: Vec<String> = (2..4).map(|number| format!("t-{number:06}.scd")).collect();
    let there = listed(part.parent().expect("a folder"));
    assert_eq!(there.into_keys().filter(|name| name.starts_with("t-")).collect::<Vec<_>>(), names);
}

#[test]
fn the_caps_hold_at_every_moment() {
    if !kernel() {
        return;
    }
    const CAP: u64 = 1 << 20;
    let scratch = Scratch::new("rotation-caps");
    let folder = scratch.file("traces");
    fs::create_dir(&folder).expect("a folder");
    let mut work = Command::new("dd");
    work.args(["if=/dev/zero", "of=/dev/null", "bs=1"]).stderr(Stdio::null());
    let work = Running::start(&mut work);
    let pid = work.pid().to_string();
    let output = folder.join("t.scd");
    let caps = ["--max-total-size", "1M", "--rotate-size", "200K"];
    let recorder = start(&[&["-p", &pid, "-o", text(&output)], &caps[..]].concat());
    let newest = || listed(&folder).into_keys().next_back().unwrap_or_default();
    let mut largest = 0;
    wait_until("many files were written", || {
        let sizes = listed(&folder).into_values().filter_map(|path| path.metadata().ok());
        largest = largest.max(sizes.map(|data| data.size()).sum());
        std::thread::sleep(Duration::from_millis(1));
        newest().as_str() > "t-000012"
    });
    let ran = stop(recorder, libc::SIGINT);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(" old removed)"), "{}", ran.err);
    // A chunk is written before room is made for it.
    assert!(largest > CAP / 2 && largest <= CAP + CAP / 8, "{largest}");
    let files = listed(&folder);
    assert!(files.values().map(|path| path.metadata().expect("a file").len()).sum::<u64>() <= CAP);
    assert!(!files.contains_key("t-000001.scd"));
}

#[test]
fn rotation_needs_files() {
    if !kernel() {
        return;
    }
    let ran = record(["-o", "-", "--rotate-size", "1M"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("standard output cannot be several files"), "{}", ran.err);
    let ran = record(["--keep", "3"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--rotate-size"), "{}", ran.err);
}
