//! What `strace -f` says of a run, parsed: the calls of each thread, in their order.
//!
//! It is run with [`OPTIONS`], so that every argument that is no path is the bare register in
//! hexadecimal, and every path a quoted string.

use std::collections::{BTreeMap, HashMap};

/// How strace is to be run. `raw` gives the registers of every call; of those that take a path it
/// gives the path and, `verbose=none`, no structures.
pub const OPTIONS: [&str; 9] =
    ["-f", "-q", "-s", "4096", "-e", "verbose=none", "-e", "signal=none", "-eraw=!%file"];

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Result {
    /// It returned this.
    Value(i64),
    /// It failed. Also where strace prints `? ERESTARTSYS` and its like: the kernel will make the
    /// call again, or turn this into EINTR, once the signal is dealt with.
    Error(String),
    /// `?`: strace did not see it return.
    Unseen,
}

/// One call of one thread.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name; `syscall_0x…` where strace knows none.
    pub name: String,
    /// The arguments as printed.
    pub args: Vec<String>,
    /// The result.
    pub result: Result,
    /// What stands behind the `=`.
    pub outcome: String,
}

impl Call {
    /// The whole line, without what pads it.
    pub fn line(&self) -> String {
        format!("{}({}) = {}", self.name, self.args.join(", "), self.outcome)
    }
}

/// What strace saw of a thread.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// Its calls.
    pub calls: Vec<Call>,
    /// Something else ended it: a signal, or another thread's exit_group or execve.
    pub killed: bool,
    /// Signals that it was delivered and its end: the lines with `---` and `+++`.
    pub notices: Vec<String>,
}

/// A line that stops within a call.
const CUT: &str = " <unfinished ...>";

/// Parses strace's output file into threads by their id.
///
/// # Panics
/// On a line that is none of strace's.
pub fn parse(text: &str) -> BTreeMap<u32, Thread> {
    let mut threads: BTreeMap<u32, Thread> = BTreeMap::new();
    let mut begun: HashMap<u32, String> = HashMap::new();
    for line in text.lines() {
        let (tid, line) = line.split_once(' ').unwrap_or_else(|| panic!("strace: {line}"));
        let tid: u32 = tid.parse().unwrap_or_else(|_| panic!("strace: no tid: {tid} {line}"));
        let line = line.trim_start();
        let thread = threads.entry(tid).or_default();
        if let Some(event) = line.strip_prefix("+++ ") {
            // Whatever was under way was not seen to return.
            if let Some(call) = begun.remove(&tid) {
                thread.calls.push(call_of(&call, "?"));
            }
            // execve by a thread that is not the leader: it goes on under the leader's id, and so
            // does the call that it is in.
            if let Some(other) = event.strip_prefix("superseded by execve in pid ") {
                let other: u32 = other.trim_end_matches(" +++").parse().expect("a thread id");
                if let Some(call) = begun.remove(&other) {
                    begun.insert(tid, call);
                }
                continue;
            }
            thread.notices.push(line.to_owned());
            let own = thread.calls.last().is_some_and(|call| call.name.starts_with("exit"));
            thread.killed = event.starts_with("killed") || !own;
        } else if let Some(rest) = line.strip_prefix("<... ") {
            // `<... NAME resumed>ARGS) = RESULT` goes on where an unfinished line stopped.
            let (_, rest) = rest.split_once(" resumed>").expect("resumed");
            let start = begun.remove(&tid).unwrap_or_else(|| panic!("strace: {tid} <... {rest}"));
            add(thread, &mut begun, tid, &format!("{start}{rest}"));
        } else if line.starts_with("--- ") {
            thread.notices.push(line.to_owned());
        } else {
            add(thread, &mut begun, tid, line);
        }
    }
    for (tid, call) in begun {
        threads.entry(tid).or_default().calls.push(call_of(&call, "?"));
    }
    // Of a signal that it does not show (`signal=none`), strace does not say either that it killed.
    for thread in threads.values_mut() {
        let told = thread.notices.iter().any(|line| line.starts_with("+++ "));
        let own = thread.calls.last().is_some_and(|call| call.name.starts_with("exit"));
        thread.killed |= !told && !own;
    }
    // A thread that was killed before its first call, or strace itself was too late for it.
    threads.retain(|_, thread| !thread.calls.is_empty());
    threads
}

fn add(thread: &mut Thread, begun: &mut HashMap<u32, String>, tid: u32, line: &str) {
    if let Some(start) = line.strip_suffix(CUT) {
        begun.insert(tid, start.to_owned());
        return;
    }
    // The result is what the last `) = ` starts, however wide the gap: a path may have one too.
    let end = line
        .rmatch_indices(')')
        .find_map(|(at, _)| Some((&line[..at], line[at + 1..].trim_start().strip_prefix("= ")?)));
    match end {
        Some((call, result)) => thread.calls.push(call_of(call, result)),
        // strace wrote no more of it, because the thread had gone.
        None => {
            begun.insert(tid, line.to_owned());
        }
    }
}

fn call_of(line: &str, outcome: &str) -> Call {
    let (name, args) = line.split_once('(').unwrap_or((line, ""));
    let (result, outcome) = (result_of(outcome), outcome.to_owned());
    Call { name: name.to_owned(), args: split(args), result, outcome }
}

fn result_of(text: &str) -> Result {
    let mut words = text.split(' ');
    let value = words.next().unwrap_or_default();
    match (value, words.next()) {
        ("-1" | "?", Some(name)) if name.starts_with('E') => Result::Error(name.to_owned()),
        ("?", _) => Result::Unseen,
        // A descriptor may have behind it what it stands for.
        _ => Result::Value(
            number(value.split('<').next().unwrap_or(value))
                .unwrap_or_else(|| panic!("strace: = {text}")) as i64,
        ),
    }
}

/// A number as strace prints it: hexadecimal, octal or decimal; NULL is 0.
pub fn number(text: &str) -> Option<u64> {
    if let Some(digits) = text.strip_prefix("0x") {
        u64::from_str_radix(digits, 16).ok()
    } else if let Some(digits) = text.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        u64::from_str_radix(digits, 8).ok()
    } else if text == "NULL" {
        Some(0)
    } else {
        text.parse::<i64>().ok().map(i64::cast_unsigned)
    }
}

/// Splits arguments at the commas that are in no string, structure or array.
fn split(text: &str) -> Vec<String> {
    let mut args = Vec::new();
    let (mut arg, mut quoted, mut escaped, mut depth) = (String::new(), false, false, 0);
    for char in text.chars() {
        match char {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                args.push(arg.trim().to_owned());
                arg.clear();
                continue;
            }
            _ => {}
        }
        escaped = quoted && char == '\\' && !escaped;
        arg.push(char);
    }
    if !arg.trim().is_empty() {
        args.push(arg.trim().to_owned());
    }
    args
}

/// The bytes of a quoted string; `None` if it is none, or strace has cut it.
pub fn unquote(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?.bytes().peekable();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next()? {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'v' => bytes.push(0x0b),
            b'f' => bytes.push(0x0c),
            b'r' => bytes.push(b'\r'),
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                }
                bytes.push(value as u8);
            }
            other => bytes.push(other),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_calls() {
        let threads = parse(concat!(
            "7 openat(AT_FDCWD, \"a, \\\"b\\\") = 3\\n\\303\\251\", O_RDONLY) = 3\n",
            "7 read(0x3, 0x7f00 <unfinished ...>\n",
            "8 exit_group(0 <unfinished ...>\n",
            "7 <... read resumed>, 0x10) = ?\n",
            "8 <... exit_group resumed>) = ?\n",
            "7 +++ exited with 0 +++\n",
            "8 +++ exited with 0 +++\n",
            "9 pause()    = -1 ERESTARTNOHAND (Unknown error 514)\n",
            "9 lseek(0x1, 0x0, 0x1) = 0xffffffffffffffff\n",
            "9 +++ killed by SIGKILL +++\n",
        ));
        let first = &threads[&7].calls[0];
        assert_eq!((first.name.as_str(), first.args.len()), ("openat", 3));
        assert_eq!(unquote(&first.args[1]).unwrap(), "a, \"b\") = 3\né".as_bytes());
        assert_eq!(first.result, Result::Value(3));
        let second = &threads[&7].calls[1];
        assert_eq!(
            (second.args.as_slice(), &second.result),
            (&["0x3", "0x7f00", "0x10"].map(str::to_owned)[..], &Result::Unseen)
        );
        assert_eq!(
            (threads[&7].killed, threads[&8].killed, threads[&9].killed),
            (true, false, true)
        );
        assert_eq!(threads[&9].calls[0].result, Result::Error("ERESTARTNOHAND".into()));
        assert_eq!(threads[&9].calls[1].result, Result::Value(-1));
    }

    #[test]
    fn execve_of_another_thread_goes_on_as_the_leader() {
        let threads = parse(concat!(
            "7 futex(0x1, 0x0 <unfinished ...>\n",
            "8 execve(\"/x\", 0x1, 0x2 <unfinished ...>\n",
            "7 <... futex resumed>) = ?\n",
            "7 +++ superseded by execve in pid 8 +++\n",
            "7 <... execve resumed>) = 0\n",
        ));
        let names: Vec<&str> = threads[&7].calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!((names, threads.contains_key(&8)), (vec!["futex", "execve"], false));
        assert_eq!(threads[&7].calls[1].result, Result::Value(0));
    }
}
