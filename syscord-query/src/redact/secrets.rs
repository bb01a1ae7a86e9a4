//! What is to be removed: found going through the trace once, looked for everywhere when it is written anew.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use aho_corasick::AhoCorasick;

use crate::{error::Error, redact::redactor::COMM_LEN};

/// Fewer bytes than this are replaced where they stand as a path or the like, but not looked for elsewhere: they
/// would be found everywhere.
pub(super) const SHORTEST: usize = 4;
/// Most bytes of all different strings together. What is looked for is held in memory, a few dozen times as large.
const MOST: usize = 4 << 20;
/// What takes the place of what is removed from a buffer, byte for byte.
pub(super) const MASK: u8 = b'*';
/// So many bytes at the start of a buffer, or at the end of one that is whole, are taken for a part of something longer.
const PART: usize = 8;

/// The strings that are removed.
#[derive(Default)]
pub(super) struct Secrets {
    /// Those that must occur nowhere: paths, and texts that rules name or match.
    literals: BTreeSet<Vec<u8>>,
    /// Names that occur in paths rightly, as those of other files: in texts and contents alone they must not.
    names: BTreeSet<Vec<u8>>,
    /// Starts of paths that may match: only a part at the end of what was cut is looked for.
    starts: Vec<Vec<u8>>,
    bytes: usize,
    numbers: HashMap<Vec<u8>, usize>,
    finders: Option<Finders>,
}

/// What finds them.
struct Finders {
    literals: AhoCorasick,
    names: AhoCorasick,
    /// What may be cut, in order; and backwards, in order.
    forward: Vec<Vec<u8>>,
    backward: Vec<Vec<u8>>,
    longest: usize,
}

impl Secrets {
    /// Starts of paths that match, which may be all that is left of one.
    pub(super) fn starting(starts: Vec<Vec<u8>>) -> Secrets {
        Secrets { starts, ..Secrets::default() }
    }

    /// Text that must occur nowhere, however short.
    pub(super) fn text(&mut self, text: &[u8]) -> Result<(), Error> {
        if self.finders.is_some() || text.is_empty() || self.literals.contains(text) {
            return Ok(());
        }
        self.count(text)?;
        self.literals.insert(text.to_vec());
        Ok(())
    }

    /// A path that must occur nowhere. What lies below one that is known needs no finding of its own.
    pub(super) fn path(&mut self, path: &[u8]) -> Result<(), Error> {
        if let Some(name) = path.rsplit(|byte| *byte == b'/').next() {
            self.name(name)?;
        }
        let above = |(at, _): (usize, &u8)| self.literals.contains(&path[..at]);
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        if path.len() < SHORTEST || slashes.clone().any(above) {
            return Ok(());
        }
        self.text(path)
    }

    /// A name that must occur in no text and no content.
    pub(super) fn name(&mut self, name: &[u8]) -> Result<(), Error> {
        if self.finders.is_some() || name.len() < SHORTEST || self.names.contains(name) {
            return Ok(());
        }
        self.count(name)?;
        self.names.insert(name.to_vec());
        Ok(())
    }

    fn count(&mut self, string: &[u8]) -> Result<(), Error> {
        self.bytes += string.len();
        let few = self.bytes <= MOST;
        few.then_some(()).ok_or(Error::TooManySecrets { most: MOST >> 20 })
    }

    /// Nothing more comes: from now on they can be found.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        let cut = self.literals.iter().chain(&self.starts).filter(|text| text.len() > SHORTEST);
        let mut forward: Vec<Vec<u8>> = cut.cloned().collect();
        let mut backward: Vec<Vec<u8>> =
            self.literals.iter().map(|text| text.iter().rev().copied().collect()).collect();
        forward.sort_unstable();
        backward.sort_unstable();
        let longest = forward.iter().chain(&backward).map(Vec::len).max().unwrap_or(0);
        let literals = finder(self.literals.iter())?;
        let names = finder(self.names.iter())?;
        self.finders = Some(Finders { literals, names, forward, backward, longest });
        Ok(())
    }

    /// Those that must occur nowhere.
    pub(super) fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.literals.iter().map(Vec::as_slice)
    }

    /// How many different ones there are, names included.
    pub(super) fn len(&self) -> usize {
        self.literals.len() + self.names.len()
    }

    /// Whether one that must occur nowhere does.
    pub(super) fn has_literal(&self, bytes: &[u8]) -> bool {
        self.finders.as_ref().is_some_and(|finders| finders.literals.is_match(bytes))
    }

    /// Whether it is one of the names, or all that a thread's name keeps of one.
    pub(super) fn has_name_starting(&self, start: &[u8]) -> bool {
        let mut from = self.names.range(start.to_vec()..);
        let cut = start.len() >= COMM_LEN;
        from.next().is_some_and(|name| name == start || cut && name.starts_with(start))
    }

    /// Whether a part of what must occur nowhere is at either end, of which the last is missing if it is cut.
    pub(super) fn has_part(&self, bytes: &[u8], cut: bool) -> bool {
        let least = if cut { SHORTEST } else { PART };
        self.finders.as_ref().is_some_and(|finders| {
            finders.part_at_end(bytes, least).or_else(|| finders.part_at_start(bytes)).is_some()
        })
    }

    /// Whether all is known that is to be found.
    pub(super) fn is_closed(&self) -> bool {
        self.finders.is_some()
    }

    /// Whether anything is in a text that must not be.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.has_literal(text) || self.places(text).next().is_some()
    }

    /// Where names stand by themselves.
    fn places(&self, bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let finders = self.finders.iter();
        let found = finders.flat_map(move |finders| finders.names.find_overlapping_iter(bytes));
        let alone = move |place: &Range<usize>| {
            let within = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric())
            };
            !within(place.start.checked_sub(1)) && !within(Some(place.end))
        };
        found.map(|found| found.range()).filter(alone)
    }

    /// Overwrites all that must not be in a buffer, of which the end is missing if it is cut; says whether there was
    /// anything.
    pub(super) fn mask(&self, bytes: &mut [u8], cut: bool) -> bool {
        let Some(finders) = &self.finders else { return false };
        let literals = finders.literals.find_overlapping_iter(&*bytes).map(|found| found.range());
        let mut places: Vec<Range<usize>> = literals.chain(self.places(bytes)).collect();
        places.extend(finders.part_at_end(bytes, if cut { SHORTEST } else { PART }));
        places.extend(finders.part_at_start(bytes));
        for place in &places {
            bytes[place.clone()].fill(MASK);
        }
        !places.is_empty()
    }

    /// What takes the place of a string: the same for the same one.
    pub(super) fn placeholder(&mut self, string: &[u8]) -> Result<Vec<u8>, Error> {
        let next = self.numbers.len() + 1;
        let number = match self.numbers.get(string) {
            Some(number) => *number,
            None => {
                self.count(string)?;
                self.numbers.insert(string.to_vec(), next);
                next
            }
        };
        Ok(format!("[redacted-{number}]").into_bytes())
    }
}

impl Finders {
    /// The longest part at the end that something which must not be there begins with.
    fn part_at_end(&self, bytes: &[u8], least: usize) -> Option<Range<usize>> {
        let most = self.longest.saturating_sub(1).min(bytes.len());
        let starts = |at: &usize| begins(&self.forward, &bytes[*at..]);
        (bytes.len() - most..=bytes.len().checked_sub(least)?)
            .find(starts)
            .map(|at| at..bytes.len())
    }

    /// The longest part at the start that something which must not be there ends with.
    fn part_at_start(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let most = self.longest.saturating_sub(1).min(bytes.len());
        let head: Vec<u8> = bytes[..most].iter().rev().copied().collect();
        let ends = |at: &usize| begins(&self.backward, &head[*at..]);
        (0..=most.checked_sub(PART)?).find(ends).map(|at| 0..most - at)
    }
}

/// Whether one of them, in order, begins with `part`, and is longer.
fn begins(sorted: &[Vec<u8>], part: &[u8]) -> bool {
    let at = sorted.partition_point(|text| text.as_slice() <= part);
    sorted.get(at).is_some_and(|text| text.starts_with(part))
}

fn finder<'a>(strings: impl Iterator<Item = &'a Vec<u8>>) -> Result<AhoCorasick, Error> {
    AhoCorasick::new(strings).map_err(|_| Error::TooManySecrets { most: MOST >> 20 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secrets(texts: &[&str], paths: &[&str]) -> Secrets {
        let mut secrets = Secrets::starting(vec![b"/home/alice/".to_vec()]);
        texts.iter().for_each(|text| secrets.text(text.as_bytes()).unwrap());
        paths.iter().for_each(|path| secrets.path(path.as_bytes()).unwrap());
        secrets.close().unwrap();
        secrets
    }

    fn masked(secrets: &Secrets, text: &str, cut: bool) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let any = secrets.mask(&mut bytes, cut);
        let masked = String::from_utf8(bytes).unwrap();
        assert_eq!(any, masked != text);
        masked
    }

    #[test]
    fn what_must_not_be_there_is_overwritten() {
        let secrets = secrets(&["hunter2"], &["/home/alice/plan.txt"]);
        assert_eq!(masked(&secrets, "a=hunter2;", false), "a=*******;");
        assert_eq!(
            masked(&secrets, "in /home/alice/plan.txt:", false),
            format!("in {}:", "*".repeat(20))
        );
        assert_eq!(masked(&secrets, "plan.txt\n", false), "********\n");
        assert_eq!(masked(&secrets, "airplan.txts", false), "airplan.txts", "another name");
        assert!(secrets.has_literal(b"x/home/alice/plan.txt.bak"));
        assert!(secrets.is_in(b"vim plan.txt") && !secrets.has_literal(b"vim plan.txt"));
    }

    #[test]
    fn parts_at_a_cut_are_overwritten() {
        let secrets = secrets(&["correct-horse-battery"], &["/home/alice/plan.txt"]);
        assert_eq!(masked(&secrets, "at /home/alice/pl", true), "at **************");
        assert_eq!(masked(&secrets, "at /home/a", true), "at *******");
        assert_eq!(masked(&secrets, "at /home", false), "at /home", "too little to tell");
        assert_eq!(masked(&secrets, "horse-battery, he said", false), "*************, he said");
        assert_eq!(masked(&secrets, "x correct-horse", false), "x *************");
        assert_eq!(masked(&secrets, "", true), "");
    }

    #[test]
    fn paths_below_others_are_not_kept() {
        let secrets = secrets(&[], &["/home/alice", "/home/alice/a", "/home/alice2"]);
        let literals: Vec<&[u8]> = secrets.literals().collect();
        assert_eq!(literals, [b"/home/alice".as_slice(), b"/home/alice2"]);
    }

    #[test]
    fn one_string_has_one_placeholder() {
        let mut secrets = Secrets::default();
        assert_eq!(secrets.placeholder(b"/a").unwrap(), b"[redacted-1]");
        assert_eq!(secrets.placeholder(b"/b").unwrap(), b"[redacted-2]");
        assert_eq!(secrets.placeholder(b"/a").unwrap(), b"[redacted-1]");
    }

    #[test]
    fn memory_is_bounded() {
        let mut secrets = Secrets::default();
        let refused = (0..100).find_map(|i| secrets.text(&[i; 100_000]).err());
        assert!(matches!(refused, Some(Error::TooManySecrets { .. })));
    }

    proptest! {
        #[test]
        fn nothing_is_left_of_any_bytes(
            texts in prop::collection::vec("[ab]{4,7}", 1..5),
            text in "[abc]{0,60}",
            cut in any::<bool>(),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let secrets = secrets(&texts, &[]);
            let mut bytes = text.clone().into_bytes();
            secrets.mask(&mut bytes, cut);
            prop_assert!(!secrets.is_in(&bytes));
            for secret in texts {
                let left = String::from_utf8_lossy(&bytes).into_owned();
                prop_assert!(!left.contains(secret));
                if cut {
                    let part = (SHORTEST..secret.len()).find(|at| left.ends_with(&secret[..*at]));
                    prop_assert_eq!(part, None, "{} ends {}", secret, left);
                }
            }
        }
    }
}
