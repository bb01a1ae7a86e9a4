//! What is lost is counted: calls that arrived and calls that the ledger calls dropped are together
//! what the program made.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use syscord_format::{BlockKind, LedgerRow, NO_CPU, Trace, ledger};
use syscord_tests::{
    Ran, Running, Scratch, Value, info, kernel, program, query, run, strace, tool, wait_until,
};

/// Blocks of one byte that dd copies: each is a read and a write.
const BLOCKS: u64 = 2_000_000;
const LOST: i32 = 3;

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// How many calls dd makes in all, as strace has it: those beside the blocks, of which a thousand
/// larger ones make as many bytes, so that what it prints has the same form. (Still larger ones would
/// have it map memory for its buffer.)
fn calls_of_dd(scratch: &Scratch) -> u64 {
    let seen = scratch.file("strace.txt");
    let size = format!("bs={}", BLOCKS / 1000);
    let mut args = strace::OPTIONS.to_vec();
    args.extend(["-o", text(&seen), "dd", "if=/dev/zero", "of=/dev/null", &size, "count=1000"]);
    let ran = run(tool("strace"), args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let threads = strace::parse(&fs::read_to_string(seen).expect("strace's output"));
    let calls: usize = threads.values().map(|thread| thread.calls.len()).sum();
    calls as u64 - 2000 + 2 * BLOCKS
}

/// The process that a recorder has started.
fn child(recorder: u32) -> Option<u32> {
    let tasks = fs::read_dir(format!("/proc/{recorder}/task")).ok()?.flatten();
    let mut lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.find_map(|list| list.split(' ').next()?.trim().parse().ok())
}

/// Whether a process has ended, be it that nobody has waited for it.
fn ended(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    !status.contains("State:") || status.contains("State:\tZ")
}

fn signal(pid: u32, signal: i32) {
    // SAFETY: a plain system call; the process is ours and not yet waited for.
    assert_eq!(unsafe { libc::kill(pid as i32, signal) }, 0);
}

/// A recording of dd whose recorder was stopped for long stretches. Returns the trace and how the
/// recorder ended.
fn hindered(scratch: &Scratch, options: &[&str]) -> (PathBuf, Ran) {
    let (trace, count) = (scratch.file("t.scd"), format!("count={BLOCKS}"));
    let mut command = Command::new(program("syscord"));
    command.args(["record", "--buffer-size", "512K", "-o", text(&trace)]).args(options);
    command.args(["--", "dd", "if=/dev/zero", "of=/dev/null", "bs=1", &count]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let recorder = Running(command.spawn().expect("syscord"));
    let mut dd = None;
    wait_until("dd runs", || {
        dd = child(recorder.pid());
        let name = dd.and_then(|dd| fs::read_to_string(format!("/proc/{dd}/comm")).ok());
        name.is_some_and(|name| name == "dd\n")
    });
    let dd = dd.expect("dd");
    // By turns, so that what arrives and what does not are mixed; at last until dd has ended.
    for _ in 0..5 {
        signal(recorder.pid(), libc::SIGSTOP);
        thread::sleep(Duration::from_millis(30));
        signal(recorder.pid(), libc::SIGCONT);
        thread::sleep(Duration::from_millis(10));
    }
    signal(recorder.pid(), libc::SIGSTOP);
    wait_until("dd has ended", || ended(dd));
    signal(recorder.pid(), libc::SIGCONT);
    (trace, finished(recorder))
}

/// Waits for a process, and takes what it has printed.
fn finished(mut running: Running) -> Ran {
    let (mut out, mut err) = (running.0.stdout.take(), running.0.stderr.take());
    let status = running.0.wait().expect("an end");
    let mut printed = [Vec::new(), Vec::new()];
    for (bytes, pipe) in printed.iter_mut().zip([
        out.as_mut().map(|pipe| pipe as &mut dyn std::io::Read),
        err.as_mut().map(|pipe| pipe as &mut dyn std::io::Read),
    ]) {
        pipe.expect("a pipe").read_to_end(bytes).expect("output");
    }
    let [stdout, stderr] = printed;
    std::process::Output { status, stdout, stderr }.into()
}

fn count(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// What was dropped that is told beside calls.
fn beside(total: &Value) -> u64 {
    total["dropped_by_reason"]["about processes"].as_u64().unwrap_or(0)
}

/// The calls that arrived and those that were dropped.
fn made(total: &Value) -> u64 {
    count(total, "recorded") + count(total, "dropped") - beside(total)
}

/// The rows of all LOSS blocks, in order.
fn rows(path: &Path) -> Vec<LedgerRow> {
    let mut trace = Trace::open(path).expect("a trace");
    let mut rows = Vec::new();
    while let Some(block) = trace.next_block().expect("a block") {
        if block.header.kind == BlockKind::LOSS {
            let payload = trace.read(&block).expect("a payload");
            rows.extend(ledger(&payload).expect("ledger rows"));
        }
    }
    rows
}

/// What holds for the ledger of every trace.
fn adds_up(path: &Path) -> Value {
    let info = info(path);
    let total = &info["ledger"]["total"];
    let of = |name| count(total, name);
    assert_eq!(of("seen"), of("recorded") + of("filtered") + of("dropped"), "{total}");
    assert_eq!(of("recorded"), count(&info, "events"), "{info}");
    let reasons = total["dropped_by_reason"].as_object().expect("reasons");
    let reasons: u64 = reasons.values().map(|count| count.as_u64().expect("a count")).sum();
    assert_eq!(reasons, of("dropped"), "{total}");
    // CPU by CPU, and all of them together.
    let cpus = info["ledger"]["cpus"].as_array().expect("CPUs");
    let names = [
        "seen",
        "recorded",
        "filtered",
        "filtered_process",
        "filtered_syscall",
        "filtered_self",
        "dropped",
    ];
    for name in names {
        assert_eq!(
            cpus.iter().map(|cpu| count(cpu, name)).sum::<u64>(),
            of(name),
            "{name}: {info}"
        );
    }
    for cpu in cpus {
        let parts = count(cpu, "recorded") + count(cpu, "filtered") + count(cpu, "dropped");
        assert_eq!(count(cpu, "seen"), parts, "{cpu}");
    }
    // Row by row; rows of a CPU follow one another.
    let mut until: BTreeMap<u32, u64> = BTreeMap::new();
    let mut sum = 0;
    for row in rows(path) {
        assert!(row.balanced() && row.from <= row.to, "{row:?}");
        let before = until.insert(row.cpu, row.to).unwrap_or(0);
        assert!(before <= row.from, "rows overlap: {before}, {row:?}");
        sum += row.seen;
        assert!(row.cpu == NO_CPU || u64::from(row.cpu) < count(&info, "cpus"), "{row:?}");
    }
    assert_eq!(sum, of("seen"));
    info
}

#[test]
fn lost_calls_are_counted() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("lost");
    let (trace, ran) = hindered(&scratch, &[]);
    assert!(ran.err.contains(&format!("{BLOCKS}+0 records out")), "{}", ran.err);
    assert_eq!(ran.code, LOST, "{}", ran.err);
    assert!(
        ran.err.contains("events were lost") && ran.err.contains("--buffer-size"),
        "{}",
        ran.err
    );

    let info = adds_up(&trace);
    let total = &info["ledger"]["total"];
    let (recorded, dropped) = (count(total, "recorded"), count(total, "dropped"));
    assert!(dropped > BLOCKS / 10 && recorded > 1000, "{total}");
    assert_eq!(made(total), calls_of_dd(&scratch), "arrived and dropped: {total}");
    // dd ended while there was no room for it to be told.
    assert!(beside(total) > 0, "{total}");
    assert!(count(total, "filtered_self") > 0, "{total}");
    let completeness = total["completeness"].as_f64().expect("a share");
    let share = recorded as f64 / (recorded + dropped) as f64 * 100.0;
    assert!(completeness < 100.0 && (completeness - share).abs() < 0.01, "{completeness} {share}");

    // Everyone who asks is told.
    let told = format!("{dropped} events");
    for args in [&["info", text(&trace)][..], &["stats", text(&trace)], &[text(&trace), "--count"]]
    {
        let ran = query(args);
        assert_eq!(ran.code, 0, "the file is whole: {}", ran.err);
        let all = format!("{}{}", ran.out, ran.err);
        assert!(all.contains(&told) && all.contains("ring full"), "{args:?}: {all}");
    }
    let stats = query(["stats", text(&trace), "--json"]);
    let stats: Value = serde_json::from_str(&stats.out).expect("a JSON object");
    assert_eq!(count(&stats, "dropped"), dropped);
    assert!(stats["completeness"].as_f64().is_some_and(|share| share < 100.0), "{stats}");
    let verified = query(["verify", text(&trace)]);
    assert_eq!(verified.code, 0, "{}", verified.out);
}

#[test]
fn lost_calls_are_counted_without_durations_too() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("lost-exit-only");
    let (trace, ran) = hindered(&scratch, &["--no-duration", "--content", "0"]);
    assert_eq!(ran.code, LOST, "{}", ran.err);
    let info = adds_up(&trace);
    let total = &info["ledger"]["total"];
    assert_eq!(made(total), calls_of_dd(&scratch), "{total}");
}

#[test]
fn losses_of_a_filtered_recording_are_those_of_the_filter() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("lost-filtered");
    let (trace, ran) = hindered(&scratch, &["-e", "read"]);
    assert_eq!(ran.code, LOST, "{}", ran.err);
    let info = adds_up(&trace);
    let total = &info["ledger"]["total"];
    // Of dd's calls all but the reads are filtered, and no call of another process counts as either.
    let reads = made(total);
    assert!((BLOCKS..BLOCKS + 100).contains(&reads), "{total}");
    let all = calls_of_dd(&scratch);
    assert!(count(total, "filtered_syscall") + reads <= all, "{total}");
    assert!(count(total, "filtered_syscall") >= BLOCKS, "{total}");
}

#[test]
fn recorder_and_program_on_one_processor() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("one-cpu");
    let (trace, count_of) = (scratch.file("t.scd"), format!("count={BLOCKS}"));
    let syscord = program("syscord");
    let args = ["-c", "0", text(&syscord), "record", "--buffer-size", "512K", "-o", text(&trace)];
    let dd = ["--", "dd", "if=/dev/zero", "of=/dev/null", "bs=1", count_of.as_str()];
    let ran = run(tool("taskset"), args.iter().chain(&dd));
    let info = adds_up(&trace);
    let total = &info["ledger"]["total"];
    let dropped = count(total, "dropped");
    assert_eq!(ran.code, if dropped > 0 { LOST } else { 0 }, "{}", ran.err);
    assert_eq!(made(total), calls_of_dd(&scratch), "{total}");
}

#[test]
fn a_failing_command_keeps_its_exit_code_when_calls_are_lost() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("code");
    let trace = scratch.file("t.scd");
    // The recorder cannot take anything out of its rings while it is stopped by its own child.
    let script = "kill -STOP $PPID; dd if=/dev/zero of=/dev/null bs=1 count=100000 status=none; \
                  kill -CONT $PPID; exit 7";
    let args = ["record", "--buffer-size", "512K", "-o", text(&trace), "--", "sh", "-c", script];
    let ran = run(program("syscord"), args);
    assert_eq!(ran.code, 7, "{}", ran.err);
    assert!(ran.err.contains("events were lost"), "{}", ran.err);
    let info = adds_up(&trace);
    let total = &info["ledger"]["total"];
    assert!(count(total, "dropped") > 10_000, "{total}");
    assert!(made(total) >= 200_000, "{total}");
}
