//! `--max-overhead`: what is left out is told, and every call is accounted for.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::PathBuf;

use syscord_tests::{
    Scratch, Value, compile, events_with, info, kernel, python, query, record, repository, run,
};

/// A trace of the workload, and how many times it says that it called getppid.
fn recorded(name: &str, limit: &str, seconds: &str) -> (Scratch, PathBuf, u64) {
    let scratch = Scratch::new(name);
    let program = compile(&scratch, "overhead.c", &["-pthread"]);
    let trace = scratch.file("t.scd");
    let (program, file) = (program.to_str().unwrap(), trace.to_str().unwrap());
    let ran = record(["--max-overhead", limit, "-o", file, "--", program, seconds]);
    assert!([0, 3].contains(&ran.code), "{}", ran.err);
    let verified = query(["verify", file]);
    assert_eq!(verified.code, 0, "{}", verified.out);
    (scratch, trace, ran.out.trim().parse().expect("a count"))
}

/// The calls of getppid that `stats` tells of.
fn getppids(trace: &std::path::Path) -> (u64, bool) {
    let ran = query(["stats", trace.to_str().unwrap(), "--syscall", "getppid", "--json"]);
    let stats: Value = serde_json::from_str(&ran.out).expect("a JSON object");
    let calls = stats["total"]["calls"].as_u64().expect("calls");
    (calls, stats["estimates"].as_bool().expect("a bool"))
}

#[test]
fn below_the_limit_all_is_recorded() {
    if !kernel() {
        return;
    }
    let (_scratch, trace, made) = recorded("overhead-below", "100%", "2");
    let info = info(&trace);
    assert_eq!(info["shed"], Value::Array(Vec::new()));
    let dropped = info["ledger"]["total"]["dropped"].as_u64().unwrap();
    let (calls, estimates) = getppids(&trace);
    assert!(calls <= made && calls + dropped >= made && !estimates, "{calls} of {made}");
}

#[test]
fn beyond_it_more_and_more_is_left_out_and_told() {
    if !kernel() {
        return;
    }
    let (_scratch, trace, made) = recorded("overhead-beyond", "0.001%", "7");
    let reader = repository().join("tests/reader/scd.py");
    let read = run(python(), [reader.to_str().unwrap(), "check", trace.to_str().unwrap()]);
    assert_eq!(read.code, 0, "{}{}", read.out, read.err);
    let info = info(&trace);
    let steps = info["shed"].as_array().expect("steps");
    let left_out = |step: &Value| step["left_out"].as_array().unwrap().len();
    let shapes: Vec<(usize, u64)> =
        steps.iter().map(|step| (left_out(step), step["weight"].as_u64().unwrap())).collect();
    // Always to one thread in two; to half as many, and so on, as long as that is seen to be of use.
    assert_eq!(shapes[..4], [(1, 1), (2, 1), (3, 1), (3, 2)], "{steps:?}");
    assert!(shapes[3..].is_sorted_by(|a, b| *b == (3, 2 * a.1)), "{steps:?}");
    assert!(steps.iter().all(|step| step["overhead"].as_f64() > step["limit"].as_f64()));

    // Each time that it has called getppid 20 times, the program makes four other calls; a few begin and end it.
    let all = made / 20 * 24;
    let total = &info["ledger"]["total"];
    let sum = ["recorded", "dropped"].map(|name| total[name].as_u64().unwrap()).iter().sum::<u64>();
    assert!((all..all + 1000).contains(&sum), "{sum} of {all}");
    let shed = total["dropped_by_reason"]["left out to keep the overhead down"].as_u64();
    assert!(shed.is_some_and(|shed| shed > made / 50), "{shed:?} of {made}");
    let (calls, estimates) = getppids(&trace);
    assert!(estimates && (made / 2..made * 3 / 2).contains(&calls), "about {calls} of {made}");

    // The first tenths of a second of a step may see the end of what began before it.
    let second = |step: usize| steps[step]["from"].as_u64().unwrap() as f64 / 1e9;
    let between = |syscall: &str, from: f64, to: f64| {
        let (since, until) = (format!("{from:.3}s"), format!("{to:.3}s"));
        let found = events_with(&trace, &["-e", syscall, "--since", &since, "--until", &until]);
        assert!(!found.is_empty(), "no {syscall} from {since} to {until}");
        found
    };
    let null = |events: &[Value], key: &str| events.iter().all(|event| event[key].is_null());
    assert!(!null(&between("pread64", 0.0, second(0)), "data"));
    assert!(null(&between("pread64", second(0) + 0.1, second(1)), "data"));
    assert!(!null(&between("openat", second(0) + 0.1, second(1)), "path"));
    assert!(null(&between("openat", second(1) + 0.1, second(2)), "path"));
    assert!(!null(&between("openat", second(1) + 0.1, second(2)), "duration"));
    assert!(null(&between("openat", second(2) + 0.1, second(3)), "duration"));
}
