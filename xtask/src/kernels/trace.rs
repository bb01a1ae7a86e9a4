//! What came out of a machine, held against what its program does.

use std::{collections::BTreeMap, fmt::Debug, fs, path::Path, process::Command};

use serde_json::{Value, json};
use syscord_guest::{
    ABSENT, AS_CHILD, CALLS, EXIT_CODES, GETPPIDS, MESSAGES, PRESENT, PRESENT_CONTENT, SOCKET,
    YIELDS, message,
};

use super::{Told, machine::Ran};
use crate::{Result, shell::output};

const ENOENT: i64 = -2;
/// So begins what `syscord doctor` says of kernels before 5.15.
const ENDS: &str = "arguments of calls that never return";
/// Calls that make a process or a thread.
const FORKS: [&str; 4] = ["clone", "clone3", "fork", "vfork"];

/// Returns what the guest told, and what is not as it should be.
pub fn check(ran: &Ran, query: &Path, folder: &Path) -> (Told, Vec<String>) {
    let mut checks = Checks::default();
    let told = match look(ran, query, folder, &mut checks) {
        Ok(told) => told,
        Err(error) => {
            checks.failed.push(format!("{error}; it printed\n{}", ran.printed));
            Told::default()
        }
    };
    (told, checks.failed)
}

fn look(ran: &Ran, query: &Path, folder: &Path, checks: &mut Checks) -> Result<Told> {
    let text = |name: &str| ran.part(name).map(|part| String::from_utf8_lossy(part).into_owned());
    let doctor = text("doctor")?;
    checks.equal("doctor's end", text("doctor-code")?.as_str(), "exit status: 0");
    let recorded = text("record")?;
    let code = text("record-code")?;
    if code != format!("exit status: {}", EXIT_CODES.1) {
        return Err(format!("the recorder's {code}: {recorded}{doctor}"));
    }
    let trace = folder.join("trace.scd");
    fs::write(&trace, ran.part("trace")?).map_err(|error| error.to_string())?;
    let query = |args: &[&str]| output(Command::new(query).args(args).arg(&trace));
    query(&["verify"])?;
    let info = parse(&query(&["info", "--json"])?)?;
    ledger(&info["ledger"]["total"], &info["events"], checks);
    let events =
        query(&["--json", "--state"])?.lines().map(parse).collect::<Result<Vec<Value>>>()?;
    let missed = info["ledger"]["total"]["dropped_by_reason"]["probe re-entered"].as_u64();
    let told = Told { missed: missed.unwrap_or(0), ..told(&doctor) };
    Program::new(&recorded)?.check(&Events(&events), &told, checks);
    Ok(told)
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What `syscord doctor` says.
pub fn told(doctor: &str) -> Told {
    let after = |text: &'static str| {
        doctor.lines().filter_map(move |line| line.split_once(text)).map(|(_, rest)| rest)
    };
    let release = after("kernel: Linux ").next().and_then(|rest| rest.split(',').next());
    let walked = after("instructions verified: ").next().unwrap_or_default().split(", ");
    Told {
        release: release.unwrap_or_default().to_owned(),
        lacking: after("not on this kernel: ").map(str::to_owned).collect(),
        walked: walked
            .filter_map(|it| it.split_once(' '))
            .filter_map(|(name, count)| Some((name.to_owned(), count.parse().ok()?)))
            .collect(),
        missed: 0,
    }
}

/// All that the probe saw is accounted for.
fn ledger(total: &Value, events: &Value, checks: &mut Checks) {
    let sum = |name: &str| total[name].as_u64().unwrap_or(u64::MAX);
    checks.equal("calls dropped", sum("dropped"), 0);
    checks.equal("calls recorded", sum("recorded"), events.as_u64().unwrap_or(0));
    let accounted = sum("recorded").saturating_add(sum("filtered"));
    checks.equal("calls accounted for", accounted, sum("seen"));
}

/// What is not as it should be.
#[derive(Default)]
struct Checks {
    failed: Vec<String>,
}

impl Checks {
    fn equal<T: PartialEq + Debug>(&mut self, what: &str, found: T, expected: T) {
        if found != expected {
            self.failed.push(format!("{what}: {found:?} instead of {expected:?}"));
        }
    }
}

/// Events, of which some are picked.
struct Events<'a>(&'a [Value]);

impl Events<'_> {
    fn of(&self, syscall: &str, is: impl Fn(&Value) -> bool) -> Vec<&Value> {
        self.0.iter().filter(|event| event["syscall"] == syscall && is(event)).collect()
    }

    fn count(&self, syscall: &str, is: impl Fn(&Value) -> bool) -> usize {
        self.of(syscall, is).len()
    }
}

/// Who made the calls, as the program itself says.
struct Program {
    pid: u64,
    child: u64,
    threads: Vec<u64>,
    socket: u64,
    read: u64,
    write: u64,
}

impl Program {
    /// From what it printed.
    fn new(printed: &str) -> Result<Program> {
        let mut said: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (name, number) in printed.lines().filter_map(|line| line.split_once(' ')) {
            if let Ok(number) = number.parse() {
                said.entry(name).or_default().push(number);
            }
        }
        let one = |name: &str| match said.get(name).map(Vec::as_slice) {
            Some([number]) => Ok(*number),
            _ => Err(format!("the program does not say its {name}: {printed}")),
        };
        Ok(Program {
            pid: one("program")?,
            child: one("child")?,
            socket: one("socket")?,
            read: one("read")?,
            write: one("write")?,
            threads: said.get("thread").cloned().unwrap_or_default(),
        })
    }

    /// Holds the events against what the program does: no call is missing, none is there twice, and each has its
    /// arguments, its result and what it moved.
    fn check(&self, events: &Events<'_>, told: &Told, checks: &mut Checks) {
        self.check_files(events, checks);
        self.check_pipe(events, checks);
        self.check_socket(events, checks);
        self.check_counts(events, checks);
        self.check_processes(events, checks);
        self.check_ends(events, told.lacking.iter().any(|it| it.starts_with(ENDS)), checks);
        let untimed = |event: &&Value| !event["ret"].is_null() && event["duration"].is_null();
        checks.equal("calls without duration", events.0.iter().filter(untimed).count(), 0);
    }

    fn is_own(&self, event: &Value) -> bool {
        event["pid"] == self.pid && event["tid"] == self.pid
    }

    fn check_files(&self, events: &Events<'_>, checks: &mut Checks) {
        let opened = |path: &'static str| move |event: &Value| event["path"] == path;
        let (present, absent) = (opened(PRESENT.0), opened(ABSENT.0));
        checks.equal("opens of what exists", events.count("openat", present), PRESENT.1);
        checks.equal("opens of what does not", events.count("openat", absent), ABSENT.1);
        let succeeded = |event: &Value| event["ret"].as_i64().is_some_and(|fd| fd >= 0);
        let good = events.count("openat", |it| present(it) && self.is_own(it) && succeeded(it));
        checks.equal("opens that succeeded", good, PRESENT.1);
        let failed = |event: &Value| event["ret"] == ENOENT && event["errno"] == "ENOENT";
        let bad = events.count("openat", |it| absent(it) && self.is_own(it) && failed(it));
        checks.equal("opens that failed", bad, ABSENT.1);
        let whole = |event: &Value| event["data"] == PRESENT_CONTENT;
        let length = PRESENT_CONTENT.len();
        let read = events.count("read", |it| whole(it) && it["ret"] == length);
        checks.equal("reads of what exists", read, PRESENT.1);
    }

    fn check_pipe(&self, events: &Events<'_>, checks: &mut Checks) {
        let ends = json!([self.read, self.write]);
        let made = events.count("pipe2", |it| it["args"]["pipefd"] == ends && it["ret"] == 0);
        checks.equal("pipes", made, 1);
        let messages: Vec<String> = (0..MESSAGES).map(message).collect();
        for (call, fd) in [("write", self.write), ("read", self.read)] {
            let is_message = |event: &Value| {
                let data = event["data"].as_str().unwrap_or_default();
                self.is_own(event) && event["args"]["fd"] == fd && event["ret"] == data.len()
            };
            let moved = events.of(call, is_message);
            let moved = moved.iter().filter_map(|event| event["data"].as_str());
            let moved: Vec<&str> = moved.filter(|data| data.starts_with("message")).collect();
            checks.equal(&format!("messages by {call}"), moved, refs(&messages));
        }
    }

    /// It was there before the recording, so the hooks have not seen it made.
    fn check_socket(&self, events: &Events<'_>, checks: &mut Checks) {
        let socket = format!("UNIX:[{},@\"{SOCKET}\"]", self.socket);
        let is = |it: &Value| self.is_own(it) && it["state"]["files"]["0"] == socket.as_str();
        checks.equal("looks at the socket", events.count("getsockopt", is), 1);
    }

    fn check_counts(&self, events: &Events<'_>, checks: &mut Checks) {
        let asks = |event: &Value| event["ret"] == event["ppid"];
        let own = events.count("getppid", |it| self.is_own(it) && asks(it));
        let child = |it: &Value| it["pid"] == self.child && it["ret"] == self.pid;
        let all = events.count("getppid", |_| true);
        checks.equal("getppid", (own, events.count("getppid", child)), GETPPIDS);
        checks.equal("getppid in all", all, GETPPIDS.0 + GETPPIDS.1);
        let yields = |tid: &u64| {
            let is = |it: &Value| it["pid"] == self.pid && it["tid"] == *tid && it["ret"] == 0;
            events.count("sched_yield", is)
        };
        checks.equal("yields", self.threads.iter().map(yields).collect(), YIELDS.to_vec());
        let all = events.count("sched_yield", |_| true);
        checks.equal("yields in all", all, YIELDS.iter().sum());
    }

    fn check_processes(&self, events: &Events<'_>, checks: &mut Checks) {
        let forks = FORKS.iter().flat_map(|call| events.of(call, |it| self.is_own(it)));
        let mut made: Vec<u64> = forks.filter_map(|event| event["ret"].as_u64()).collect();
        let mut expected = [self.threads.as_slice(), &[self.child]].concat();
        made.sort_unstable();
        expected.sort_unstable();
        checks.equal("processes and threads made", made, expected);
        for (pid, argv) in [(self.pid, json!([CALLS])), (self.child, json!([CALLS, AS_CHILD]))] {
            let is = |it: &Value| {
                it["pid"] == pid
                    && it["path"] == CALLS
                    && it["args"]["argv"] == argv
                    && it["ret"] == 0
            };
            checks.equal("execve", events.count("execve", is), 1);
        }
        let waited = events.count("wait4", |it| self.is_own(it) && it["ret"] == self.child);
        checks.equal("waits for the child", waited, 1);
    }

    /// The kernel that cannot tell with what arguments a thread ends must say so.
    fn check_ends(&self, events: &Events<'_>, is_lacking: bool, checks: &mut Checks) {
        for (pid, code) in [(self.child, EXIT_CODES.0), (self.pid, EXIT_CODES.1)] {
            let status = if is_lacking { Value::Null } else { code.into() };
            let args = json!({ "status": status });
            let is = |it: &Value| it["pid"] == pid && it["args"] == args && it["ret"].is_null();
            checks.equal("ends", events.count("exit_group", is), 1);
        }
    }
}

fn refs(strings: &[String]) -> Vec<&str> {
    strings.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::{Told, told};

    #[test]
    fn what_doctor_says_is_read() {
        let doctor = "  ok    kernel: Linux 6.1.0-50-rt-amd64, 2 CPUs\n  ok    probe: loaded\n        \
                      instructions verified: sys_exit 44463, task_rename 346\n        not on this \
                      kernel: this\n        not on this kernel: that\n";
        let walked = [("sys_exit".to_owned(), 44463), ("task_rename".to_owned(), 346)];
        let expected = Told {
            release: "6.1.0-50-rt-amd64".to_owned(),
            lacking: vec!["this".to_owned(), "that".to_owned()],
            walked: walked.into_iter().collect(),
            missed: 0,
        };
        assert_eq!(told(doctor), expected);
    }
}
