//! One run, strace's lines of it, and ours: how many are the same, and which are not.

use std::{cmp::Reverse, collections::BTreeMap, fs, path::Path};

use syscord_syscalls::{Abi, lookup};
use syscord_tests::{
    Scratch, info, program, record, run,
    strace::{self, Call, Result, Thread},
    tool,
};

/// Percent of the lines of a run that are the same, at least.
pub const WHOLE_LINES: f64 = 95.0;

/// Lines by thread.
type Threads = BTreeMap<u32, Thread>;

/// How many calls of a run are the same, at each level.
#[derive(Default)]
pub struct Shares {
    calls: usize,
    results: usize,
    plain: usize,
    lines: usize,
    /// Pairs that differ, by the call and in what: how many, and the first.
    differences: BTreeMap<(String, String), (usize, String)>,
}

/// What of a line differs, the gravest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Result,
    Plain,
    Line,
}

/// What the gravest difference between two lines is.
fn difference(theirs: &Call, ours: &Call) -> Option<(Level, String)> {
    if theirs.name != ours.name {
        return Some((Level::Result, format!("is {}", ours.name)));
    }
    if theirs.result != ours.result {
        return Some((Level::Result, "result".to_owned()));
    }
    let (theirs_args, ours_args) = (&theirs.args, &ours.args);
    let unlike = |at: &usize| theirs_args.get(*at) != ours_args.get(*at);
    let plain = |at: &usize| !theirs_args.get(*at).is_some_and(|arg| composed(arg));
    let args = 0..theirs_args.len().max(ours_args.len());
    if let Some(at) = args.clone().filter(unlike).find(plain) {
        return Some((Level::Plain, format!("plain argument {}", at + 1)));
    }
    if let Some(at) = args.clone().find(unlike) {
        return Some((Level::Line, format!("argument {}", at + 1)));
    }
    (theirs.outcome != ours.outcome).then(|| (Level::Line, "text of the result".to_owned()))
}

/// Whether it is the same call, with the same result, but newer than strace, which knows nothing more
/// of it than its number: such lines count neither way.
fn newer(theirs: &Call, ours: &Call) -> bool {
    let number = theirs.name.strip_prefix("syscall_").and_then(strace::number);
    let Some(number) = number.and_then(|number| u32::try_from(number).ok()) else { return false };
    let named = |abi: &Abi| lookup(*abi, number).is_some_and(|row| row.name == ours.name);
    theirs.result == ours.result && Abi::native().iter().any(named)
}

/// Whether an argument is a structure, an array or an address; else it is a number, a name, a
/// descriptor or a string.
fn composed(arg: &str) -> bool {
    arg.starts_with(['{', '[', '~']) || arg.starts_with("0x")
}

/// Records a program that strace traces at the same time, holds the lines against each other, and
/// asserts that enough are the same and that the program ended with `code`.
pub fn same_lines(name: &str, command: &[&str], code: i32) {
    let mut shares = Shares::default();
    shares.run(name, command, code);
    shares.check(name, WHOLE_LINES);
}

impl Shares {
    /// Records a program that strace traces at the same time, and adds the lines of both. Asserts
    /// that the program ended with `code`.
    pub fn run(&mut self, name: &str, command: &[&str], code: i32) {
        let (theirs, ours) = both(name, &["-e", "signal=none"], command, code);
        for (tid, thread) in &theirs {
            let empty = Thread::default();
            self.add_thread(thread, &ours.get(tid).unwrap_or(&empty).calls);
        }
    }

    /// Prints the shares and what differs, most frequent first; asserts that enough is the same.
    pub fn check(&self, name: &str, whole_lines: f64) {
        let [results, plain, lines] =
            [self.results, self.plain, self.lines].map(|count| self.percent(count));
        eprintln!(
            "\n{name}: {} calls; name and result {results:.2} %, plain arguments {plain:.2} %, \
             whole line {lines:.2} %",
            self.calls
        );
        let mut differences: Vec<_> = self.differences.iter().collect();
        differences.sort_by_key(|(_, (count, _))| Reverse(*count));
        for ((call, why), (count, example)) in differences {
            eprintln!("{count:7} {call}: {why}\n{example}");
        }
        assert_eq!(self.results, self.calls, "{name}: names and results");
        assert!(plain >= 99.0, "{name}: plain arguments");
        assert!(lines >= whole_lines, "{name}: whole lines");
    }

    fn percent(&self, count: usize) -> f64 {
        100.0 * count as f64 / self.calls as f64
    }

    /// Compares the calls of a thread one by one.
    fn add_thread(&mut self, thread: &Thread, ours: &[Call]) {
        let theirs = &thread.calls;
        let mut count = theirs.len().max(ours.len());
        // A thread that is killed may be so between the two places where strace and syscord look,
        // at the beginning or the end of a call: its last call may be missing on one side.
        if thread.killed && theirs.len().abs_diff(ours.len()) == 1 {
            count -= 1;
        }
        for at in 0..count {
            let last = thread.killed && at + 1 == count;
            let mut mine = ours.get(at).cloned();
            if let (Some(theirs), Some(mine)) = (theirs.get(at), &mut mine) {
                unseen(theirs, mine, last);
            }
            self.add(theirs.get(at), mine.as_ref());
        }
    }

    /// Adds a pair; `None` where one of them does not have it.
    fn add(&mut self, theirs: Option<&Call>, ours: Option<&Call>) {
        if let (Some(theirs), Some(ours)) = (theirs, ours)
            && newer(theirs, ours)
        {
            return;
        }
        self.calls += 1;
        let why = match (theirs, ours) {
            (Some(theirs), Some(ours)) => match difference(theirs, ours) {
                Some((level, why)) => {
                    self.results += usize::from(level > Level::Result);
                    self.plain += usize::from(level > Level::Plain);
                    why
                }
                None => {
                    self.results += 1;
                    self.plain += 1;
                    self.lines += 1;
                    return;
                }
            },
            (Some(_), None) => "missing".to_owned(),
            _ => "too many".to_owned(),
        };
        let line = |call: Option<&Call>| call.map_or_else(|| "-".to_owned(), Call::line);
        let name = theirs.or(ours).map(|call| call.name.clone()).unwrap_or_default();
        let example = format!("    strace  {}\n    syscord {}", line(theirs), line(ours));
        self.differences.entry((name, why)).or_insert((0, example)).0 += 1;
    }
}

/// Records a program that strace traces at the same time, with some options; returns the lines of
/// both, strace's first. Asserts that the program ended with `code`.
fn both(name: &str, options: &[&str], command: &[&str], code: i32) -> (Threads, Threads) {
    let scratch = Scratch::new(&format!("lines-{name}"));
    let (trace, seen) = (scratch.file("t.scd"), scratch.file("strace.txt"));
    let mut args: Vec<&str> = vec!["-q", "-o", trace.to_str().unwrap(), "--", tool("strace")];
    args.extend(["-f", "-q", "-o", seen.to_str().unwrap()]);
    args.extend(options);
    args.extend(command);
    let ran = record(args);
    assert_eq!(ran.code, code, "{name}: {}{}", ran.out, ran.err);
    assert_eq!(info(&trace)["ledger"]["total"]["dropped"], 0, "nothing may be lost");
    let text = fs::read_to_string(&seen).expect("strace's output");
    let first = text.split(' ').next().and_then(|tid| tid.parse().ok()).expect("a thread id");
    (strace::parse(&text), our_lines(&trace, first))
}

/// Asserts that strace and we tell of the same signals and ends of threads, and returns how many.
pub fn same_notices(name: &str, command: &[&str], code: i32) -> usize {
    let (theirs, ours) = both(name, &[], command, code);
    let mut count = 0;
    for (tid, thread) in &theirs {
        let mine = ours.get(tid).map_or(&[][..], |thread| &thread.notices);
        assert_eq!(mine, thread.notices, "{name}: thread {tid}: ours, strace's");
        count += mine.len();
    }
    count
}

/// The lines of each thread, without those that are strace's own.
fn our_lines(trace: &Path, first: u32) -> Threads {
    let ran = run(program("syscord-query"), ["--strace".as_ref(), trace.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut threads = strace::parse(&ran.out);
    if let Some(thread) = threads.get_mut(&first) {
        let begins = |call: &Call| call.name == "execve" && call.outcome == "0";
        let start = thread.calls.iter().position(begins).expect("the program's execve");
        thread.calls.drain(..start);
        // It stops its child until it is ready to trace it.
        let own =
            |line: &String| ["--- SIGSTOP ", "--- SIGCONT "].iter().any(|s| line.starts_with(s));
        let start = thread.notices.iter().take_while(|line| own(line)).count();
        thread.notices.drain(..start);
    }
    threads
}

/// What strace does not see of a call within which its thread is killed, it cannot be held against:
/// it is not woken for the end any more, but the probe is, and sees what a killing signal makes of
/// a call that waits. Nor can syscord see an end where there was none.
fn unseen(theirs: &Call, ours: &mut Call, killed_in_it: bool) {
    let given_up = ours.result == Result::Unseen || ours.outcome.starts_with("? ERESTART");
    let same = match theirs.result {
        Result::Unseen => killed_in_it || given_up,
        _ => killed_in_it && ours.result == Result::Unseen,
    };
    if same {
        ours.result = theirs.result.clone();
        ours.outcome = theirs.outcome.clone();
    }
}
