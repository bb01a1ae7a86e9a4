//! `--dump-on`: what an event must be like for the flight recorder to be dumped.

use std::{
    iter::Peekable,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    vec::IntoIter,
};

use syscord_syscalls::{
    Abi, SyscallSet,
    errno::{errno_number, failed},
    record::{EventRecord, UNKNOWN_DURATION},
};

use crate::{syscall_set, units};

/// A condition that fires once for each dump.
#[derive(Clone)]
pub struct Trigger {
    condition: Arc<Condition>,
    /// The number of the latest dump, from 1, for which it has fired.
    fired: Arc<AtomicU64>,
}

impl Trigger {
    /// One that has not fired.
    pub fn new(condition: &Condition) -> Trigger {
        Trigger { condition: Arc::new(condition.clone()), fired: Arc::default() }
    }

    /// Whether it fires at that event, which goes into the dump of that number, from 1.
    #[inline]
    pub fn fires(&self, event: &EventRecord, dump: u64) -> bool {
        self.condition.holds(event) && self.fired.fetch_max(dump, Ordering::Relaxed) < dump
    }

    /// Whether it has fired for that dump.
    pub fn fired(&self, dump: u64) -> bool {
        self.fired.load(Ordering::Relaxed) >= dump
    }
}

/// What is asked of an event: comparisons joined by `and`, `or`, `not` and parentheses.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Both hold.
    And(Box<Condition>, Box<Condition>),
    /// One holds or both.
    Or(Box<Condition>, Box<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// It is a call of the set.
    Syscall(Box<SyscallSet>),
    /// It failed.
    Failed,
    /// A number compares so. No comparison holds of what an event does not have: a duration, an errno.
    Number(Field, Operator, i64),
}

/// A number that an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The error with which it failed.
    Errno,
    /// Its result.
    Ret,
    /// Nanoseconds from entry to exit.
    Duration,
    /// Its process.
    Pid,
    /// Its thread.
    Tid,
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Condition {
    fn holds(&self, event: &EventRecord) -> bool {
        match self {
            Condition::And(one, other) => one.holds(event) && other.holds(event),
            Condition::Or(one, other) => one.holds(event) || other.holds(event),
            Condition::Not(one) => !one.holds(event),
            Condition::Syscall(set) => Abi::from_id(event.header.what)
                .is_some_and(|abi| set.contains(abi, event.header.number)),
            Condition::Failed => failed(event.ret).is_some(),
            Condition::Number(field, operator, number) => {
                field.of(event).is_some_and(|value| operator.compares(value, *number))
            }
        }
    }
}

impl Field {
    fn of(self, event: &EventRecord) -> Option<i64> {
        match self {
            Field::Errno => failed(event.ret).map(i64::from),
            Field::Ret => Some(event.ret),
            Field::Duration if event.duration == UNKNOWN_DURATION => None,
            Field::Duration => i64::try_from(event.duration).ok(),
            Field::Pid => Some(event.tgid.into()),
            Field::Tid => Some(event.tid.into()),
        }
    }

    /// The number that a word means.
    fn number(self, word: &str) -> Result<i64, String> {
        let number = || word.parse().map_err(|_| format!("`{word}` is no number"));
        match self {
            Field::Errno if word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                let unknown = || format!("`{word}` is no error; errno(1) lists them");
                errno_number(word).map(i64::from).ok_or_else(unknown)
            }
            Field::Duration => {
                let nanoseconds = units::duration(word)?.as_nanos();
                i64::try_from(nanoseconds).map_err(|_| format!("`{word}` is too long"))
            }
            _ => number(),
        }
    }
}

impl Operator {
    fn compares(self, value: i64, number: i64) -> bool {
        match self {
            Operator::Equal => value == number,
            Operator::Unequal => value != number,
            Operator::Less => value < number,
            Operator::AtMost => value <= number,
            Operator::More => value > number,
            Operator::AtLeast => value >= number,
        }
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Condition, String> {
        let mut parser = Parser { words: words(text).into_iter().peekable(), depth: 0 };
        let condition = parser.any()?;
        match parser.words.next() {
            None => Ok(condition),
            Some(word) => Err(format!("`{word}` is one too many; join conditions by and, or")),
        }
    }
}

/// Operators and parentheses are words of their own wherever they stand; so is what lies between.
fn words(text: &str) -> Vec<String> {
    let class = |c: char| match c {
        '(' | ')' => 1,
        '<' | '>' | '=' | '!' => 2,
        _ => 0,
    };
    let mut words: Vec<String> = Vec::new();
    for part in text.split_whitespace() {
        let mut last = None;
        for c in part.chars() {
            let this = class(c);
            match words.last_mut() {
                Some(word) if last == Some(this) && this != 1 => word.push(c),
                _ => words.push(c.to_string()),
            }
            last = Some(this);
        }
    }
    words
}

/// So deep may parentheses be.
const DEEPEST: usize = 64;

struct Parser {
    words: Peekable<IntoIter<String>>,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Condition, String> {
        let mut condition = self.all()?;
        while self.takes("or") {
            condition = Condition::Or(Box::new(condition), Box::new(self.all()?));
        }
        Ok(condition)
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut condition = self.one()?;
        while self.takes("and") {
            condition = Condition::And(Box::new(condition), Box::new(self.one()?));
        }
        Ok(condition)
    }

    fn one(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("too many parentheses".to_owned());
        }
        let condition = if self.takes("not") {
            Condition::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err("a `)` is missing".to_owned());
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, String> {
        let name = self.word("a field")?;
        let field = match name.as_str() {
            "failed" => return Ok(Condition::Failed),
            "syscall" => None,
            "errno" => Some(Field::Errno),
            "ret" => Some(Field::Ret),
            "duration" => Some(Field::Duration),
            "pid" => Some(Field::Pid),
            "tid" => Some(Field::Tid),
            _ => {
                let fields = "syscall, errno, ret, duration, pid, tid or failed";
                return Err(format!("`{name}` is no field: use {fields}"));
            }
        };
        let sign = self.word("an operator")?;
        let operator = match sign.as_str() {
            "=" | "==" => Operator::Equal,
            "!=" => Operator::Unequal,
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            ">" => Operator::More,
            ">=" => Operator::AtLeast,
            _ => return Err(format!("`{sign}` is no operator: use = != < <= > >=")),
        };
        let value = self.word("a value")?;
        match (field, operator) {
            (Some(field), _) => Ok(Condition::Number(field, operator, field.number(&value)?)),
            (None, Operator::Equal) => syscall(&value),
            (None, Operator::Unequal) => Ok(Condition::Not(Box::new(syscall(&value)?))),
            (None, _) => Err(format!("`syscall {sign}` means nothing: use = or !=")),
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        self.words.next_if(|next| next == word).is_some()
    }

    fn word(&mut self, what: &str) -> Result<String, String> {
        self.words.next().ok_or_else(|| format!("it ends where {what} should be"))
    }
}

fn syscall(word: &str) -> Result<Condition, String> {
    let set = syscall_set::parse(word).map_err(|error| error.to_string())?;
    Ok(Condition::Syscall(Box::new(set)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(ret: i64, duration: u64) -> EventRecord {
        let mut event = EventRecord { ret, duration, tgid: 7, tid: 8, ..EventRecord::default() };
        event.header.what = Abi::X86_64 as u8;
        event
    }

    #[test]
    fn conditions_hold_as_they_read() {
        let (read, slow, failed) = (event(1, 50), event(0, 200_000_000), event(-5, 10));
        let holds = |text: &str| {
            let condition: Condition =
                text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            [&read, &slow, &failed].map(|event| condition.holds(event))
        };
        assert_eq!(holds("errno = EIO or duration > 100ms"), [false, true, true]);
        assert_eq!(holds("errno=5"), [false, false, true]);
        assert_eq!(holds("errno != EIO"), [false, false, false]);
        assert_eq!(holds("not errno = EIO"), [true, true, false]);
        assert_eq!(holds("failed and (pid=7 or tid=9)"), [false, false, true]);
        assert_eq!(holds("ret >= 1"), [true, false, false]);
        assert_eq!(holds("syscall = read,write"), [true, true, true]);
        assert_eq!(holds("syscall != %file and ret<=0"), [false, true, true]);
        assert_eq!(holds("pid = 7 and ret = 0 or ret = 1"), [true, true, false]);
    }

    #[test]
    fn unknown_durations_compare_with_nothing() {
        let unknown = event(0, UNKNOWN_DURATION);
        for text in ["duration > 1s", "duration <= 1s", "duration != 1s"] {
            assert!(!text.parse::<Condition>().expect("a condition").holds(&unknown), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, word) in [
            ("", "ends"),
            ("errno", "ends"),
            ("errno = ", "ends"),
            ("errno = ENOSUCH", "ENOSUCH"),
            ("speed > 1", "speed"),
            ("ret ~ 1", "~"),
            ("duration > fast", "fast"),
            ("ret = 1 ret = 2", "too many"),
            ("(ret = 1", "missing"),
            ("syscall < read", "means nothing"),
            ("syscall = raed", "raed"),
        ] {
            let error = text.parse::<Condition>().expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!("(".repeat(100_000).parse::<Condition>().is_err());
    }

    #[test]
    fn it_fires_once_for_each_dump() {
        let trigger = Trigger::new(&"failed".parse().expect("a condition"));
        assert!(!trigger.fires(&event(0, 1), 1) && !trigger.fired(1));
        assert!(trigger.fires(&event(-1, 1), 1) && !trigger.fires(&event(-1, 1), 1));
        assert!(trigger.fired(1) && !trigger.fired(2));
        assert!(trigger.fires(&event(-1, 1), 2) && !trigger.fires(&event(-1, 1), 1));
    }
}
