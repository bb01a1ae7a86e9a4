//! What runs in a virtual machine on another kernel, and what whoever reads the trace outside expects of it.
//!
//! `guest-init` is the machine's only program beside `syscord`: it records `guest-calls`, and sends the trace out
//! through a serial port. `guest-calls` makes the calls that are numbered here, and says which process and threads made
//! them. Both are linked statically, and know each other by the paths below.

/// The recorder in the guest.
pub const SYSCORD: &str = "/syscord";
/// The program that is recorded.
pub const CALLS: &str = "/guest-calls";

/// A path that exists, and how often it is opened, read and closed.
pub const PRESENT: (&str, usize) = ("/present", 5);
/// What is in it.
pub const PRESENT_CONTENT: &str = "The quick brown fox\n";
/// A path that does not exist, and how often it is tried.
pub const ABSENT: (&str, usize) = ("/absent/file", 7);
/// The abstract name of a Unix socket that the program has from its start, as standard input.
pub const SOCKET: &str = "syscord's guest";
/// How many messages go through a pipe.
pub const MESSAGES: usize = 100;
/// How often the program asks for its parent, and its child does.
pub const GETPPIDS: (usize, usize) = (10_000, 77);
/// How often each of the threads yields.
pub const YIELDS: [usize; 2] = [500, 700];
/// The child's exit code, and the program's own.
pub const EXIT_CODES: (i32, i32) = (7, 9);
/// The program's argument, where it is to be the child.
pub const AS_CHILD: &str = "child";

/// The message of that number; `guest-calls` writes them in turn and reads each back.
pub fn message(number: usize) -> String {
    format!("message {number:03} through a pipe")
}

/// A part of what the guest sends: a name and its content, after a heading that tells their lengths.
pub fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let mut part = format!("{MARK}{name} {}\n", content.len()).into_bytes();
    part.extend_from_slice(content);
    part
}

/// The parts of what a guest sent; the last is missing if it is cut short.
pub fn parts(mut sent: &[u8]) -> Vec<(String, &[u8])> {
    let mut parts = Vec::new();
    while let Some(end) = sent.iter().position(|byte| *byte == b'\n') {
        let heading = String::from_utf8_lossy(&sent[..end]);
        let words = heading.strip_prefix(MARK).and_then(|rest| rest.split_once(' '));
        let Some((name, Ok(length))) = words.map(|(name, n)| (name, n.parse::<usize>())) else {
            break;
        };
        let rest = &sent[end + 1..];
        if length > rest.len() {
            break;
        }
        parts.push((name.to_owned(), &rest[..length]));
        sent = &rest[length..];
    }
    parts
}

const MARK: &str = "part ";

#[cfg(test)]
mod tests {
    use super::{part, parts};

    #[test]
    fn parts_come_back_and_a_cut_one_does_not() {
        let sent = [part("one", b"1\n2"), part("none", b""), part("two", b"three")].concat();
        let all = vec![
            ("one".to_owned(), b"1\n2".as_slice()),
            ("none".to_owned(), b""),
            ("two".to_owned(), b"three"),
        ];
        assert_eq!(parts(&sent), all);
        assert_eq!(parts(&sent[..sent.len() - 1]), all[..2]);
        assert_eq!(parts(b"noise\n"), []);
    }
}
