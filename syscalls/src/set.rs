//! Sets of syscalls as they are written on a command line: `--syscall SET`.
//!
//! The words are those of [`grammar`](crate::grammar), resolved here against the table that the
//! program was built with.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{error, fmt};

use crate::{
    Abi, Class, NR_LIMIT, Syscall,
    grammar::{Grammar, Item},
    nearest::nearest,
    table,
};

/// 64-bit words that hold one bit per syscall number.
const WORDS: usize = NR_LIMIT / 64;

/// Says whether a regular expression, the first string, matches a name, the second; the error is a
/// description of what is wrong with the expression.
pub type Matcher<'a> = &'a dyn Fn(&str, &str) -> Result<bool, String>;

/// A set of syscalls of all ABIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyscallSet {
    /// For each ABI, by its id, one bit per number.
    bits: [[u64; WORDS]; Abi::SLOTS],
    /// Whether numbers from [`NR_LIMIT`] on belong to the set.
    beyond: bool,
}

/// Why a text is no set of syscalls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// There is nothing before, between or after the commas.
    EmptyItem,
    /// No ABI has a syscall of that name.
    UnknownName {
        /// The name as it was written.
        name: String,
        /// At most three known names that differ little from it, the nearest first.
        nearest: Vec<&'static str>,
    },
    /// There is no class of that name; the message lists those there are.
    UnknownClass(String),
    /// The number is not below [`NR_LIMIT`].
    NumberTooLarge(String),
    /// The regular expression is malformed.
    BadRegex {
        /// The expression as it was written.
        regex: String,
        /// What the matcher says is wrong with it.
        reason: String,
    },
    /// The regular expression matches no name.
    UnmatchedRegex(String),
    /// The items cancel each other out; an empty set is written `none`.
    SelectsNothing(String),
}

impl SyscallSet {
    /// No syscall.
    pub const NONE: SyscallSet = SyscallSet { bits: [[0; WORDS]; Abi::SLOTS], beyond: false };

    /// Every syscall, those unknown to the table included.
    pub const ALL: SyscallSet = SyscallSet { bits: [[u64::MAX; WORDS]; Abi::SLOTS], beyond: true };

    /// The set that `text` describes (see [`grammar`](crate::grammar)); `matches` serves its regular
    /// expressions.
    ///
    /// ```
    /// use syscord_syscalls::{Abi, SyscallSet};
    ///
    /// let no_regex = |_: &str, _: &str| Err("not supported".to_string());
    /// let set = SyscallSet::parse("%network,close", &no_regex)?;
    /// assert!(set.contains(Abi::X86_64, 3));
    /// assert!(!set.contains(Abi::X86_64, 2));
    /// # Ok::<(), syscord_syscalls::set::SetError>(())
    /// ```
    pub fn parse(text: &str, matches: Matcher<'_>) -> Result<SyscallSet, SetError> {
        let grammar = Grammar::parse(text).ok_or(SetError::EmptyItem)?;
        let mut set = SyscallSet::NONE;
        for term in &grammar.terms {
            let calls = SyscallSet::of_item(term.item, matches)?;
            match term.taken_away {
                true => set.remove(&calls),
                false => set.add(&calls),
            }
        }
        if grammar.negated {
            set.negate();
        }
        if set == SyscallSet::NONE && text != "none" {
            return Err(SetError::SelectsNothing(text.to_string()));
        }
        Ok(set)
    }

    /// Whether the call with the number `nr` on `abi` belongs to the set.
    pub fn contains(&self, abi: Abi, nr: u32) -> bool {
        match usize::try_from(nr) {
            Ok(nr) if nr < NR_LIMIT => self.bits[abi as usize][nr / 64] >> (nr % 64) & 1 == 1,
            _ => self.beyond,
        }
    }

    /// The numbers of `abi` in the set, one bit each, the lowest bit of the first word for 0.
    pub fn words(&self, abi: Abi) -> &[u64; NR_LIMIT / 64] {
        &self.bits[abi as usize]
    }

    /// Whether numbers from [`NR_LIMIT`] on belong to the set.
    pub fn contains_beyond(&self) -> bool {
        self.beyond
    }

    /// Whether any number of `abi` belongs to the set: a name may exist on other ABIs alone.
    pub fn selects_any(&self, abi: Abi) -> bool {
        self.beyond || self.words(abi).iter().any(|word| *word != 0)
    }

    /// What one item selects.
    fn of_item(item: Item<'_>, matches: Matcher<'_>) -> Result<SyscallSet, SetError> {
        match item {
            Item::All => Ok(SyscallSet::ALL),
            Item::None => Ok(SyscallSet::NONE),
            Item::Class(word) => SyscallSet::of_class(word),
            Item::Regex(regex) => SyscallSet::of_regex(regex, matches),
            Item::Number(digits) => SyscallSet::of_number(digits),
            Item::Name(name) => SyscallSet::of_name(name),
        }
    }

    fn of_class(word: &str) -> Result<SyscallSet, SetError> {
        let (_, class, _) = Class::ALL
            .iter()
            .find(|(known, _, _)| *known == word)
            .ok_or_else(|| SetError::UnknownClass(word.to_string()))?;
        Ok(SyscallSet::of_rows(table().filter(|call| call.class.intersects(*class))))
    }

    fn of_regex(regex: &str, matches: Matcher<'_>) -> Result<SyscallSet, SetError> {
        let mut set = SyscallSet::NONE;
        for call in table() {
            match matches(regex, call.name) {
                Ok(true) => set.insert(call),
                Ok(false) => {}
                Err(reason) => {
                    return Err(SetError::BadRegex { regex: regex.to_string(), reason });
                }
            }
        }
        if set == SyscallSet::NONE {
            return Err(SetError::UnmatchedRegex(regex.to_string()));
        }
        Ok(set)
    }

    fn of_number(digits: &str) -> Result<SyscallSet, SetError> {
        match digits.parse() {
            Ok(nr) if usize::from(nr) < NR_LIMIT => {
                let mut set = SyscallSet::NONE;
                for abi in Abi::ALL {
                    set.insert_number(abi, nr);
                }
                Ok(set)
            }
            _ => Err(SetError::NumberTooLarge(digits.to_string())),
        }
    }

    fn of_name(name: &str) -> Result<SyscallSet, SetError> {
        let set = SyscallSet::of_rows(crate::named(name));
        if set == SyscallSet::NONE {
            return Err(SetError::UnknownName {
                name: name.to_string(),
                nearest: nearest(name, table().map(|call| call.name)),
            });
        }
        Ok(set)
    }

    fn of_rows(rows: impl Iterator<Item = &'static Syscall>) -> SyscallSet {
        let mut set = SyscallSet::NONE;
        for call in rows {
            set.insert(call);
        }
        set
    }

    fn insert(&mut self, call: &Syscall) {
        for abi in Abi::ALL {
            if let Some(nr) = call.numbers.on(abi) {
                self.insert_number(abi, nr);
            }
        }
    }

    /// `nr` is below [`NR_LIMIT`].
    fn insert_number(&mut self, abi: Abi, nr: u16) {
        let nr = usize::from(nr);
        self.bits[abi as usize][nr / 64] |= 1 << (nr % 64);
    }

    fn add(&mut self, other: &SyscallSet) {
        self.combine(other, |mine, theirs| mine | theirs);
        self.beyond |= other.beyond;
    }

    fn remove(&mut self, other: &SyscallSet) {
        self.combine(other, |mine, theirs| mine & !theirs);
        self.beyond &= !other.beyond;
    }

    fn negate(&mut self) {
        let mut rest = SyscallSet::ALL;
        rest.remove(self);
        *self = rest;
    }

    fn combine(&mut self, other: &SyscallSet, word: impl Fn(u64, u64) -> u64) {
        for (mine, theirs) in self.bits.iter_mut().flatten().zip(other.bits.iter().flatten()) {
            *mine = word(*mine, *theirs);
        }
    }
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetError::EmptyItem => {
                write!(f, "empty item in the set of syscalls; `none` is the empty set")
            }
            SetError::UnknownName { name, nearest } => {
                write!(f, "no syscall is named `{name}`")?;
                match nearest.as_slice() {
                    [] => Ok(()),
                    names => write!(f, "; did you mean {}?", names.join(", ")),
                }
            }
            SetError::UnknownClass(word) => {
                let words: Vec<&str> = Class::ALL.iter().map(|(word, _, _)| *word).collect();
                write!(f, "no class of syscalls is named `%{word}`; there are ")?;
                write!(f, "%{}", words.join(", %"))
            }
            SetError::NumberTooLarge(digits) => {
                write!(f, "syscall number {digits} is too large; numbers are below {NR_LIMIT}")
            }
            SetError::BadRegex { regex, reason } => {
                write!(f, "`{regex}` is no regular expression: {reason}")
            }
            SetError::UnmatchedRegex(regex) => {
                write!(f, "the regular expression `{regex}` matches no syscall")
            }
            SetError::SelectsNothing(text) => {
                write!(f, "`{text}` selects no syscall; `none` is the empty set")
            }
        }
    }
}

impl error::Error for SetError {}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    /// A matcher for tests: `^` anchors, all else is literal, `(` alone is malformed.
    fn prefix_or_substring(regex: &str, name: &str) -> Result<bool, String> {
        match regex.strip_prefix('^') {
            _ if regex == "(" => Err("unclosed group".to_string()),
            Some(prefix) => Ok(name.starts_with(prefix)),
            None => Ok(name.contains(regex)),
        }
    }

    fn parse(text: &str) -> Result<SyscallSet, SetError> {
        SyscallSet::parse(text, &prefix_or_substring)
    }

    /// The names on x86-64 of the known calls in a set.
    fn names(text: &str) -> Vec<&'static str> {
        let set = parse(text).unwrap();
        let mut names: Vec<_> = table()
            .filter_map(|call| Some((call.numbers.x86_64?, call.name)))
            .filter(|(nr, _)| set.contains(Abi::X86_64, u32::from(*nr)))
            .map(|(_, name)| name)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn names_select_themselves_on_every_abi() {
        let set = parse("openat,close").unwrap();
        assert_eq!(names("openat,close"), ["close", "openat"]);
        assert!(set.contains(Abi::Aarch64, 56) && set.contains(Abi::I386, 295));
        assert!(!set.contains(Abi::Aarch64, 257));
    }

    #[test]
    fn a_name_selects_all_its_forms() {
        let set = parse("clone").unwrap();
        assert!(set.contains(Abi::X86_64, 56));
        assert!(set.contains(Abi::I386, 120));
        assert!(set.contains(Abi::Aarch64, 220));
    }

    #[test]
    fn spaces_around_items_do_not_count() {
        assert_eq!(parse("openat, close").unwrap(), parse("openat,close").unwrap());
    }

    #[test]
    fn classes_select_their_calls() {
        let network = names("%network");
        assert!(network.contains(&"connect") && !network.contains(&"open"));
    }

    #[test]
    fn regular_expressions_select_by_name() {
        assert_eq!(names("/^pidfd_"), ["pidfd_getfd", "pidfd_open", "pidfd_send_signal"]);
    }

    #[test]
    fn numbers_select_known_and_unknown_calls() {
        let set = parse("0,1000").unwrap();
        assert!(set.contains(Abi::X86_64, 0) && set.contains(Abi::X86_64, 1000));
        assert!(!set.contains(Abi::X86_64, 1));
    }

    #[test]
    fn all_has_unknown_numbers_and_names_have_not() {
        assert_eq!(parse("all").unwrap(), SyscallSet::ALL);
        assert!(parse("all").unwrap().contains(Abi::I386, 5000));
        assert!(!parse("read").unwrap().contains(Abi::I386, 5000));
        assert!(!parse("%desc").unwrap().contains(Abi::X86_64, 1000));
    }

    #[test]
    fn none_is_the_empty_set() {
        assert_eq!(parse("none").unwrap(), SyscallSet::NONE);
        assert_eq!(parse("!none").unwrap(), SyscallSet::ALL);
    }

    #[test]
    fn leading_bang_negates_the_whole_set() {
        let set = parse("!read,write").unwrap();
        assert!(!set.contains(Abi::X86_64, 0) && !set.contains(Abi::X86_64, 1));
        assert!(set.contains(Abi::X86_64, 2) && set.contains(Abi::X86_64, 5000));
    }

    #[test]
    fn later_bangs_take_their_item_away() {
        let set = parse("%desc,!/^read,readv").unwrap();
        assert!(!set.contains(Abi::X86_64, 0), "read was taken away");
        assert!(set.contains(Abi::X86_64, 19), "readv was added again");
        assert!(set.contains(Abi::X86_64, 1));
        let both = parse("!%desc,!read").unwrap();
        assert!(both.contains(Abi::X86_64, 0), "all but (descriptors but read)");
        assert!(!both.contains(Abi::X86_64, 1));
    }

    #[test]
    fn words_hold_the_same_bits() {
        let set = parse("write,1023").unwrap();
        assert_eq!(set.words(Abi::X86_64)[0], 0b10);
        assert_eq!(set.words(Abi::X86_64)[WORDS - 1], 1 << 63);
        assert!(!set.contains_beyond());
    }

    #[test]
    fn a_set_may_be_empty_on_one_abi() {
        let set = parse("open").unwrap();
        assert!(set.selects_any(Abi::X86_64) && !set.selects_any(Abi::Aarch64));
    }

    #[test]
    fn unknown_names_come_with_the_nearest() {
        let error = parse("opennat").unwrap_err();
        assert_eq!(
            error,
            SetError::UnknownName { name: "opennat".into(), nearest: vec!["openat", "openat2"] }
        );
        assert_eq!(
            format!("{error}"),
            "no syscall is named `opennat`; did you mean openat, openat2?"
        );
        let far = parse("frobnicate_everything").unwrap_err();
        assert_eq!(format!("{far}"), "no syscall is named `frobnicate_everything`");
        let SetError::UnknownName { nearest, .. } = parse("sta").unwrap_err() else {
            panic!("`sta` is no syscall");
        };
        assert!(nearest.len() <= crate::nearest::MAX_SUGGESTIONS && nearest.contains(&"stat"));
    }

    #[test]
    fn unknown_classes_come_with_all_classes() {
        let message = format!("{}", parse("%files").unwrap_err());
        assert!(message.starts_with("no class of syscalls is named `%files`; there are %file, "));
        assert!(message.ends_with(", %io_uring"));
    }

    #[test]
    fn faulty_items_are_told_apart() {
        assert_eq!(parse(""), Err(SetError::EmptyItem));
        assert_eq!(parse("!"), Err(SetError::EmptyItem));
        assert_eq!(parse("read,,write"), Err(SetError::EmptyItem));
        assert_eq!(parse("1024"), Err(SetError::NumberTooLarge("1024".into())));
        assert_eq!(parse("99999999"), Err(SetError::NumberTooLarge("99999999".into())));
        assert_eq!(parse("/xyzzy"), Err(SetError::UnmatchedRegex("xyzzy".into())));
        assert_eq!(parse("read,!read"), Err(SetError::SelectsNothing("read,!read".into())));
        assert_eq!(parse("!all"), Err(SetError::SelectsNothing("!all".into())));
        let bad = SetError::BadRegex { regex: "(".into(), reason: "unclosed group".into() };
        assert_eq!(format!("{bad}"), "`(` is no regular expression: unclosed group");
        assert_eq!(parse("/("), Err(bad));
    }
}
