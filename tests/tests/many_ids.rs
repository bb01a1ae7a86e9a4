//! Machines with more thread ids than the probe has room for: those that meet in one place are all followed.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{collections::BTreeMap, fs};

use syscord_tests::{Scratch, compile, events_with, kernel, record};

const PID_MAX: &str = "/proc/sys/kernel/pid_max";
/// The most that Linux allows on 64-bit machines (proc_sys_kernel(5)).
const MOST: &str = "4194304";

/// Ids up to the most there can be, until it is dropped.
struct MoreIds(String);

impl MoreIds {
    fn allow() -> Option<MoreIds> {
        let before = fs::read_to_string(PID_MAX).ok()?;
        fs::write(PID_MAX, MOST).ok()?;
        Some(MoreIds(before))
    }
}

impl Drop for MoreIds {
    fn drop(&mut self) {
        fs::write(PID_MAX, &self.0).expect("the limit of before");
    }
}

#[test]
fn calls_of_ids_with_the_same_low_bits() {
    if !kernel() {
        return;
    }
    let Some(_more) = MoreIds::allow() else {
        eprintln!("skipped: {PID_MAX} cannot be set here");
        return;
    };
    let scratch = Scratch::new("many-ids");
    let program = compile(&scratch, "many_ids.c", &[]);
    let trace = scratch.file("t.scd");
    let ran = record([
        "-q".as_ref(),
        "-o".as_ref(),
        trace.as_os_str(),
        "--".as_ref(),
        program.as_os_str(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut sleeps: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for event in events_with(&trace, &["--syscall", "nanosleep"]) {
        let duration = event["duration"].as_u64().expect("a duration");
        sleeps.entry(event["tid"].as_u64().expect("a tid")).or_default().push(duration);
    }
    let first = *sleeps.keys().next().expect("a thread");
    let ids: Vec<u64> = (0..4).map(|i| first + (i << 16)).collect();
    assert_eq!(sleeps.keys().copied().collect::<Vec<_>>(), ids);
    for (id, durations) in sleeps {
        assert_eq!(durations.len(), 20, "{id}");
        assert!(durations.iter().all(|ns| *ns >= 2_000_000), "{id}: {durations:?}");
    }
}
