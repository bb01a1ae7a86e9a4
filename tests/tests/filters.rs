//! Which processes and calls are recorded: those that a filter names, and nothing of any other.
//!
//! The oracle is the workload: processes that do as they are told (`workloads/filters_worker.c`) make
//! a known number of calls with a path of their own, while the recorder runs.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use syscord_format::{BlockKind, Trace};
use syscord_tests::{
    Running, Scratch, Value, events, events_with, info, kernel, record, wait_until,
};

#[path = "filters/stage.rs"]
mod stage;

use stage::{Cgroup, Stage, Worker};

const NOBODY: &str = "65534";

/// What a finished trace holds.
struct Seen {
    events: Vec<Value>,
    /// All that the trace says of processes, and all events.
    all: String,
}

impl Seen {
    /// Records while `work` is done, and reads the trace.
    fn record(stage: &Stage, args: &[&str], sentinel: &mut Worker, work: impl FnOnce()) -> Seen {
        stage.record(args, sentinel, work);
        Seen::read(&stage.trace())
    }

    /// Reads a trace of which nothing may be missing, and checks what holds for every trace.
    fn read(path: &Path) -> Seen {
        let events = events(path);
        balanced(path, events.len());
        for event in &events {
            assert!(event["comm"].is_string() && event["ppid"].is_u64(), "unknown: {event}");
        }
        let mut workers: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for event in &events {
            let (opened, asked) = workers.entry(event["pid"].as_u64().expect("a pid")).or_default();
            *opened += u64::from(event["path"].as_str().is_some_and(|p| p.starts_with("/mark")));
            *asked += u64::from(event["syscall"] == "getppid");
        }
        for (pid, (opened, asked)) in workers.iter().filter(|(_, (opened, _))| *opened > 0) {
            // The hooks came, or went, between the two calls of the sentinel.
            let sentinel = events.iter().any(|event| {
                event["path"] == "/mark/sentinel" && event["pid"].as_u64() == Some(*pid)
            });
            let slack = u64::from(sentinel);
            assert!(opened.abs_diff(*asked) <= slack, "{pid}: {opened} openat, {asked} getppid");
        }
        let mut all = process_records(path);
        for event in &events {
            all += &event.to_string();
        }
        Seen { events, all }
    }

    /// How many calls carry a path.
    fn calls(&self, path: &str) -> usize {
        self.events.iter().filter(|event| event["path"] == path).count()
    }

    /// Whether there are events of a process.
    fn has(&self, worker: &Worker) -> bool {
        self.events.iter().any(|event| event["pid"] == worker.pid)
    }

    /// Asserts that the events are of these processes alone, and that each has some.
    fn only(&self, workers: &[&Worker]) {
        let seen: BTreeSet<u64> =
            self.events.iter().map(|event| event["pid"].as_u64().expect("a pid")).collect();
        let wanted: BTreeSet<u64> = workers.iter().map(|worker| worker.pid.into()).collect();
        assert_eq!(seen, wanted);
    }

    /// Asserts that a word occurs nowhere in what was recorded.
    fn nothing_of(&self, word: &str) {
        assert!(!self.all.contains(word), "`{word}` is in the trace");
    }
}

/// All PROC records of a trace, as text.
fn process_records(path: &Path) -> String {
    let mut trace = Trace::open(path).expect("a trace");
    let mut text = String::new();
    while let Some(block) = trace.next_block().expect("a block") {
        if block.header.kind == BlockKind::PROC {
            let payload = trace.read(&block).expect("a payload");
            text += &String::from_utf8_lossy(&payload);
        }
    }
    text
}

/// The ledger's sums: nothing is dropped, and what it calls recorded is in the file. Returns them.
fn balanced(path: &Path, events: usize) -> Value {
    let info = info(path);
    let total = info["ledger"]["total"].clone();
    let of = |name: &str| total[name].as_u64().unwrap_or_else(|| panic!("{name} in {info}"));
    assert_eq!(of("seen"), of("recorded") + of("filtered") + of("dropped"), "{total}");
    let kinds = of("filtered_process") + of("filtered_syscall") + of("filtered_self");
    assert_eq!(of("filtered"), kinds, "{total}");
    assert_eq!((of("recorded"), of("dropped")), (events as u64, 0), "{total}");
    assert_eq!(info["events"].as_u64(), Some(events as u64));
    total
}

#[test]
fn processes_by_id() {
    if !kernel() {
        return;
    }
    let stage = Stage::new("pid");
    let mut one = stage.start("one", "WORD-one");
    let mut two = stage.start("two", "WORD-two");
    let mut three = stage.start("three", "SECRET-three");
    // By the id of a thread that is not the first: the process is meant, with all its threads.
    let thread = two.tell("hold").to_string();
    assert_ne!(thread, two.id());
    let both = format!("{},{thread}", one.id());
    let seen = Seen::record(&stage, &["-p", &both], &mut one, || {
        two.tell("call 7 /mark/two");
        two.tell("thread other 3 /mark/two-thread");
        two.tell("name renamed");
        two.tell("call 2 /mark/renamed");
        three.tell("call 9 /mark/SECRET");
        // A child is another process.
        let mut child = two.fork(&stage);
        child.tell("call 4 /mark/child");
    });
    seen.only(&[&one, &two]);
    assert_eq!((seen.calls("/mark/two"), seen.calls("/mark/two-thread")), (7, 3));
    assert_eq!(seen.calls("/mark/child"), 0);
    seen.nothing_of("SECRET");
    assert!(seen.all.contains("WORD-one") && seen.all.contains("WORD-two"), "their argv");
    // Each event has the name of its time, however late the recorder has looked at the process.
    for (path, comm) in [("/mark/two", "two"), ("/mark/renamed", "renamed")] {
        for event in seen.events.iter().filter(|event| event["path"] == path) {
            assert_eq!(event["comm"], comm, "{event}");
        }
    }
}

#[test]
fn processes_by_name_of_which_fifteen_bytes_count() {
    if !kernel() {
        return;
    }
    let (long, cut) = ("filters-with-a-very-long-name", "filters-with-a-");
    for given in [long, cut] {
        let stage = Stage::new("name");
        let mut sentinel = stage.start(long, "WORD-long");
        let mut alike = stage.start("filters-with-a-name-alike", "WORD-alike");
        let mut shorter = stage.start("filters-with-a", "SECRET-shorter");
        let mut other = stage.start("other", "SECRET-other");
        let seen = Seen::record(&stage, &["--name", given], &mut sentinel, || {
            alike.tell("call 6 /mark/alike");
            shorter.tell("call 5 /mark/SECRET");
            // A thread of that name is not a process of that name.
            other.tell(&format!("thread {cut} 5 /mark/SECRET"));
            alike.tell("thread elsewise 4 /mark/thread");
            // A process that begins while recording.
            stage.start(long, "WORD-begun").tell("call 3 /mark/begun");
        });
        assert_eq!((seen.calls("/mark/alike"), seen.calls("/mark/thread")), (6, 4), "{given}");
        assert_eq!(seen.calls("/mark/begun"), 3);
        seen.nothing_of("SECRET");
        assert!(seen.all.contains("WORD-alike"), "its argv");
        // The query's filter means the same.
        let (trace, comms) = (stage.trace(), ["--comm", given]);
        let named = events_with(&trace, &comms);
        let own = named.iter().filter(|event| event["path"] == "/mark/alike");
        assert_eq!(own.count(), 6, "--comm {given}");
        assert!(named.iter().all(|event| event["comm"] == cut));
        let threads = events_with(&trace, &["--comm", "elsewise", "--syscall", "openat"]);
        assert_eq!(threads.len(), 4);
    }
}

#[test]
fn events_only_while_a_process_has_the_name() {
    if !kernel() {
        return;
    }
    let stage = Stage::new("renames");
    let mut sentinel = stage.start("wanted", "WORD-sentinel");
    let mut renamed = stage.start("renamed", "WORD-renamed");
    let mut execed = stage.start("execed", "SECRET-argv-before");
    let seen = Seen::record(&stage, &["--name", "wanted"], &mut sentinel, || {
        renamed.tell("call 5 /mark/SECRET");
        renamed.tell("name wanted");
        renamed.tell("call 6 /mark/while");
        renamed.tell("name unwanted");
        renamed.tell("call 7 /mark/SECRET");
        renamed.tell("name wanted");
        renamed.tell("call 8 /mark/again");
        renamed.tell("name unwanted");
        execed.tell("call 5 /mark/SECRET");
        execed.exec(&stage, "wanted", "WORD-execed");
        execed.tell("call 9 /mark/execed");
        execed.exec(&stage, "no-longer", "SECRET-argv-after");
        execed.tell("call 5 /mark/SECRET");
        execed.exec(&stage, "wanted", "WORD-execed-again");
        execed.tell("call 4 /mark/execed-again");
    });
    assert_eq!((seen.calls("/mark/while"), seen.calls("/mark/again")), (6, 8));
    assert_eq!((seen.calls("/mark/execed"), seen.calls("/mark/execed-again")), (9, 4));
    seen.nothing_of("/mark/SECRET");
    seen.nothing_of("SECRET-argv-before");
    seen.only(&[&sentinel, &renamed, &execed]);
    for event in seen.events.iter().filter(|event| event["syscall"] == "openat") {
        assert_eq!(event["comm"], "wanted", "{event}");
    }
}

#[test]
fn children_of_a_process() {
    if !kernel() {
        return;
    }
    let stage = Stage::new("ppid");
    let mut parent = stage.start("parent", "WORD-parent");
    let mut stranger = stage.start("stranger", "SECRET-stranger");
    let (mut child, mut orphan) = (parent.fork(&stage), parent.fork(&stage));
    let mut strange_child = stranger.fork(&stage);
    let mut grandchild = child.fork(&stage);
    let mut sentinel = parent.fork(&stage);
    let mut born = None;
    let pid = parent.id();
    let seen = Seen::record(&stage, &["--ppid", &pid], &mut sentinel, || {
        child.tell("call 5 /mark/child");
        orphan.tell("call 6 /mark/orphan");
        parent.tell("call 3 /mark/SECRET");
        stranger.tell("call 3 /mark/SECRET");
        strange_child.tell("call 3 /mark/SECRET");
        grandchild.tell("call 3 /mark/SECRET");
        let mut new = parent.fork(&stage);
        new.tell("call 4 /mark/born");
        new.exec(&stage, "another", "WORD-born");
        new.tell("call 4 /mark/born");
        born = Some(new);
        parent.quit();
        // Now they have another parent.
        wait_until("the parent is gone", || !Path::new(&format!("/proc/{pid}")).exists());
        orphan.tell("call 7 /mark/SECRET");
    });
    assert_eq!((seen.calls("/mark/child"), seen.calls("/mark/orphan")), (5, 6));
    assert_eq!(seen.calls("/mark/born"), 8);
    seen.only(&[&sentinel, &child, &orphan, born.as_ref().expect("born")]);
    seen.nothing_of("SECRET");
    for event in &seen.events {
        assert_eq!(event["ppid"].to_string(), pid, "{event}");
    }
}

#[test]
fn children_of_processes_of_a_name() {
    if !kernel() {
        return;
    }
    let stage = Stage::new("parent-name");
    let (long, cut) = ("filters-parent-of-many", "filters-parent-");
    for given in [long, cut] {
        let mut parent = stage.start(long, "WORD-parent");
        let mut stranger = stage.start("filters-parent", "SECRET-stranger");
        let mut changing = stage.start("changing", "WORD-changing");
        let (mut child, mut strange_child) = (parent.fork(&stage), stranger.fork(&stage));
        let mut changeling = changing.fork(&stage);
        let mut sentinel = parent.fork(&stage);
        child.tell("name another");
        let seen = Seen::record(&stage, &["--parent-name", given], &mut sentinel, || {
            child.tell("call 5 /mark/child");
            parent.tell("call 3 /mark/SECRET");
            strange_child.tell("call 3 /mark/SECRET");
            // The name of the parent changes, not that of the child.
            changeling.tell("call 3 /mark/SECRET");
            changing.tell(&format!("name {cut}"));
            changeling.tell("call 6 /mark/changeling");
            changing.tell("name other");
            changeling.tell("call 3 /mark/SECRET");
            changing.exec(&stage, long, "WORD-changing");
            changeling.tell("call 7 /mark/changeling");
        });
        assert_eq!((seen.calls("/mark/child"), seen.calls("/mark/changeling")), (5, 13));
        seen.only(&[&sentinel, &child, &changeling]);
        seen.nothing_of("SECRET");
    }
}

#[test]
fn users_by_name_and_number() {
    if !kernel() {
        return;
    }
    for given in ["nobody", NOBODY] {
        let stage = Stage::new("uid");
        let mut sentinel = stage.start("sentinel", "WORD-sentinel");
        sentinel.tell(&format!("ruid {NOBODY}"));
        let mut changing = stage.start("changing", "WORD-changing");
        let mut effective = stage.start("effective", "SECRET-effective");
        let mut root = stage.start("root", "SECRET-root");
        let seen = Seen::record(&stage, &["--uid", given], &mut sentinel, || {
            changing.tell("call 3 /mark/SECRET");
            changing.tell(&format!("ruid {NOBODY}"));
            changing.tell("call 6 /mark/nobody");
            changing.tell("thread other 2 /mark/thread");
            changing.tell("ruid 0");
            changing.tell("call 3 /mark/SECRET");
            changing.tell(&format!("ruid {NOBODY}"));
            changing.tell("call 7 /mark/nobody");
            changing.tell("ruid 1");
            changing.tell("call 3 /mark/SECRET");
            // The real user counts.
            effective.tell(&format!("euid {NOBODY}"));
            effective.tell("call 3 /mark/SECRET");
            root.tell("call 3 /mark/SECRET");
        });
        assert_eq!((seen.calls("/mark/nobody"), seen.calls("/mark/thread")), (13, 2), "{given}");
        // Others of this machine may be nobody too.
        assert!(seen.has(&changing) && !seen.has(&effective) && !seen.has(&root));
        seen.nothing_of("SECRET");
    }
}

#[test]
fn processes_in_a_cgroup_or_below() {
    if !kernel() {
        return;
    }
    let Some(wanted) = Cgroup::new("syscord-wanted") else {
        eprintln!("SKIPPED: no version-2 cgroup can be made here");
        return;
    };
    let (below, other) = (wanted.below("below"), Cgroup::new("syscord-other").expect("another"));
    let name = Path::new(wanted.path()).file_name().and_then(|n| n.to_str()).expect("a name");
    let full = wanted.path().to_owned();
    for given in [full.clone(), name.to_owned(), format!("/{name}")] {
        let stage = Stage::new("cgroup");
        let mut sentinel = stage.start("sentinel", "WORD-sentinel");
        let mut deep = stage.start("deep", "WORD-deep");
        let mut moving = stage.start("moving", "WORD-moving");
        let mut outside = stage.start("outside", "SECRET-outside");
        wanted.take(&sentinel);
        below.take(&deep);
        other.take(&outside);
        let mut child = None;
        let seen = Seen::record(&stage, &["--cgroup", &given], &mut sentinel, || {
            deep.tell("call 5 /mark/deep");
            outside.tell("call 3 /mark/SECRET");
            moving.tell("call 3 /mark/SECRET");
            wanted.take(&moving);
            moving.tell("call 6 /mark/moving");
            below.take(&moving);
            moving.tell("call 6 /mark/moving");
            other.take(&moving);
            moving.tell("call 3 /mark/SECRET");
            let mut new = deep.fork(&stage);
            new.tell("call 4 /mark/child");
            child = Some(new);
        });
        assert_eq!((seen.calls("/mark/deep"), seen.calls("/mark/moving")), (5, 12), "{given}");
        assert_eq!(seen.calls("/mark/child"), 4);
        seen.only(&[&sentinel, &deep, &moving, child.as_ref().expect("a child")]);
        seen.nothing_of("SECRET");
    }
    let ran = record(["-o", "/dev/null", "--cgroup", "syscord-no-such-cgroup"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("syscord-no-such-cgroup"), "{}", ran.err);
}

#[test]
fn all_filters_must_hold() {
    if !kernel() {
        return;
    }
    let Some(cgroup) = Cgroup::new("syscord-all") else {
        eprintln!("SKIPPED: no version-2 cgroup can be made here");
        return;
    };
    let stage = Stage::new("all");
    let mut parent = stage.start("all-parent", "WORD");
    let mut unlisted = stage.start("all-parent", "WORD");
    let mut misnamed = stage.start("other-parent", "WORD");
    let make = |parent: &mut Worker, name: &str, uid: &str, join: bool| {
        let mut worker = parent.fork(&stage);
        worker.tell(&format!("name {name}"));
        worker.tell(&format!("ruid {uid}"));
        if join {
            cgroup.take(&worker);
        }
        worker
    };
    let mut right = make(&mut parent, "all-child", NOBODY, true);
    let mut also_right = make(&mut parent, "all-child", NOBODY, true);
    let not_by_pid = make(&mut parent, "all-child", NOBODY, true);
    let mut wrong = vec![
        make(&mut unlisted, "all-child", NOBODY, true),
        make(&mut misnamed, "all-child", NOBODY, true),
        make(&mut parent, "all-children", NOBODY, true),
        make(&mut parent, "all-child", "0", true),
        make(&mut parent, "all-child", NOBODY, false),
    ];
    let listed = wrong.iter().chain([&right, &also_right]).map(Worker::id);
    let listed = listed.collect::<Vec<_>>().join(",");
    wrong.push(not_by_pid);
    let parents = format!("{},{}", parent.id(), misnamed.id());
    let args = ["-p", &listed, "--name", "all-child", "--ppid", &parents];
    let more = ["--parent-name", "all-parent", "--uid", "nobody", "--cgroup", cgroup.path()];
    let seen = Seen::record(&stage, &[&args[..], &more[..]].concat(), &mut right, || {
        also_right.tell("call 5 /mark/right");
        for (index, wrong) in wrong.iter_mut().enumerate() {
            wrong.tell(&format!("call 3 /mark/SECRET-{index}"));
        }
    });
    assert_eq!(seen.calls("/mark/right"), 5);
    seen.only(&[&right, &also_right]);
    seen.nothing_of("SECRET");
}

#[test]
fn descendants_are_followed() {
    if !kernel() {
        return;
    }
    for follow in [true, false] {
        let stage = Stage::new("follow");
        let mut first = stage.start("followed", "WORD-first");
        let mut early = first.fork(&stage);
        early.tell("name early");
        let mut stranger = stage.start("stranger", "SECRET-stranger");
        let mut sentinel = stage.start("followed", "WORD-sentinel");
        let mut line = Vec::new();
        let args =
            if follow { vec!["-f", "--name", "followed"] } else { vec!["--name", "followed"] };
        let seen = Seen::record(&stage, &args, &mut sentinel, || {
            // Of these only what comes from now on descends from a recorded process.
            early.tell("call 3 /mark/SECRET");
            stranger.tell("call 3 /mark/SECRET");
            stranger.fork(&stage).tell("call 3 /mark/SECRET");
            first.tell("call 2 /mark/0");
            for generation in 1..=3 {
                let parent = line.last_mut().unwrap_or(&mut first);
                let mut child = parent.fork(&stage);
                child.tell("name another");
                child.tell(&format!("call 4 /mark/{generation}"));
                child.exec(&stage, "something-else", "WORD-follower");
                child.tell(&format!("call 4 /mark/{generation}"));
                line.push(child);
            }
            // They stay followed when those between have ended.
            line.drain(..2).for_each(Worker::quit);
            line[0].tell("call 5 /mark/last");
        });
        assert_eq!(seen.calls("/mark/0"), 2);
        let wanted = if follow { (8, 8, 8, 5) } else { (0, 0, 0, 0) };
        let of = |name: &str| seen.calls(&format!("/mark/{name}"));
        assert_eq!((of("1"), of("2"), of("3"), of("last")), wanted);
        seen.nothing_of("SECRET");
    }
}

/// How often each syscall was recorded; without those of which a shell makes more or fewer as its
/// children come to an end.
fn counts(events: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        let name = event["syscall"].as_str().expect("a name");
        if !["wait4", "rt_sigreturn"].contains(&name) && !name.starts_with("syscall_") {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn sets_of_syscalls_mean_the_same_on_both_programs() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("sets");
    let script = "cat /etc/passwd; ls /; cd /; umask 077; : | cat";
    let run = |file: &str, args: &[&str]| {
        let trace = scratch.file(file);
        let own = ["-q", "-o", trace.to_str().unwrap()];
        let ran = record(own.iter().chain(args).chain(&["--", "sh", "-c", script]));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let events = events(&trace);
        let ledger = balanced(&trace, events.len());
        (trace, counts(&events), ledger)
    };
    let (full, all, _) = run("full.scd", &[]);
    let total: usize = all.values().sum();
    let sets = [
        "openat,close",
        "%file",
        "!%file",
        "%desc,!read",
        "%process",
        "!%desc,%file",
        "/^(open|close)",
        "!/^m,brk",
        "/^get.*id$,execve",
        "257,mmap",
        "!openat",
    ];
    for set in sets {
        let asked = counts(&events_with(&full, &["--syscall", set]));
        assert!(!asked.is_empty() && asked.len() < all.len(), "{set} selects {asked:?}");
        let (_, recorded, ledger) = run("part.scd", &["-e", set]);
        assert_eq!(recorded, asked, "-e {set}");
        let rest = ledger["filtered_syscall"].as_u64().expect("a count");
        assert!(rest > 0, "{ledger}");
        // A set and its negation are everything.
        let negated = set.strip_prefix('!').map_or(format!("!{set}"), str::to_owned);
        let rest = counts(&events_with(&full, &["-e", &negated]));
        assert_eq!(rest.values().chain(asked.values()).sum::<usize>(), total, "{negated}");
    }
    assert_eq!(counts(&events_with(&full, &["-e", "all"])), all);
    assert!(events_with(&full, &["-e", "none"]).is_empty());
    let (_, recorded, _) = run("part.scd", &["-e", "none"]);
    assert!(recorded.is_empty(), "{recorded:?}");
}

/// Processes come and go all the time, also while the recorder starts.
fn every_process_has_a_name(filter: &[&str]) {
    let stage = Stage::new("machine");
    let mut worker = stage.start("worker", "WORD-worker");
    let mut sh = Command::new("sh");
    let _storm = Running::start(sh.args(["-c", "while :; do /bin/true; done"]));
    for _ in 0..3 {
        // This looks at every event:
        let seen = Seen::record(&stage, filter, &mut worker, || {
            let script = "i=0; while [ $i -lt 300 ]; do (true) & /bin/true; i=$((i+1)); done; wait";
            assert_eq!(syscord_tests::run("sh", ["-c", script]).code, 0);
        });
        let names = counts_of_comms(&seen.events);
        assert!(names.get("true").is_some_and(|pids| *pids >= 300), "{names:?}");
    }
}

#[test]
fn every_process_of_the_machine_has_a_name() {
    if kernel() {
        every_process_has_a_name(&[]);
    }
}

#[test]
fn every_process_of_a_user_has_a_name() {
    if kernel() {
        every_process_has_a_name(&["--uid", "root"]);
    }
}

/// How many processes had each name.
fn counts_of_comms(events: &[Value]) -> BTreeMap<String, usize> {
    let mut pids: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for event in events {
        let comm = event["comm"].as_str().expect("a name").to_owned();
        pids.entry(comm).or_default().insert(event["pid"].as_u64().expect("a pid"));
    }
    pids.into_iter().map(|(comm, pids)| (comm, pids.len())).collect()
}
