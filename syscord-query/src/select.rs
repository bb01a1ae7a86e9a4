//! Sets of syscalls as `--syscall SET` writes them, resolved against a trace's own table.
//!
//! Not against the program's own: a trace may know syscalls that the program does not.

use std::collections::BTreeSet;

use syscord_format::{AbiTable, Meta};
use syscord_syscalls::{grammar, grammar::Grammar, nearest::suggestion};

use crate::error::Error;

/// A set of syscalls of one trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// (ABI, number) of the calls that are in the set, or, with `rest`, of those that are not.
    listed: BTreeSet<(u8, u32)>,
    /// Whether what is not listed is in the set.
    rest: bool,
}

/// (ABI, number) of syscalls, or everything.
enum Item {
    Listed(BTreeSet<(u8, u32)>),
    All,
}

impl Selection {
    /// The set that `text` describes.
    pub(crate) fn parse(text: &str, meta: &Meta) -> Result<Selection, Error> {
        let grammar = Grammar::parse(text).ok_or_else(|| {
            Error::Usage("empty item in the set of syscalls; `none` is the empty set".to_owned())
        })?;
        let mut set = Selection { listed: BTreeSet::new(), rest: false };
        for term in &grammar.terms {
            let item = Item::of(term.item, meta)?;
            match term.taken_away {
                true => set.remove(item),
                false => set.add(item),
            }
        }
        set.rest ^= grammar.negated;
        if text != "none" && !set.rest && set.listed.is_empty() {
            return Err(Error::Usage(format!(
                "`{text}` selects no syscall; `none` is the empty set"
            )));
        }
        Ok(set)
    }

    /// Whether a syscall is in the set.
    pub(crate) fn contains(&self, abi: u8, number: u32) -> bool {
        self.listed.contains(&(abi, number)) != self.rest
    }

    /// The syscalls in the set, if they are few enough to be named.
    pub(crate) fn named(&self) -> Option<&BTreeSet<(u8, u32)>> {
        (!self.rest).then_some(&self.listed)
    }

    fn add(&mut self, item: Item) {
        match item {
            Item::All => *self = Selection { listed: BTreeSet::new(), rest: true },
            Item::Listed(calls) if self.rest => self.listed.retain(|call| !calls.contains(call)),
            Item::Listed(calls) => self.listed.extend(calls),
        }
    }

    fn remove(&mut self, item: Item) {
        self.rest = !self.rest;
        self.add(item);
        self.rest = !self.rest;
    }
}

impl Item {
    /// What one item selects.
    fn of(item: grammar::Item<'_>, meta: &Meta) -> Result<Item, Error> {
        match item {
            grammar::Item::All => Ok(Item::All),
            grammar::Item::None => Ok(Item::Listed(BTreeSet::new())),
            grammar::Item::Class(word) => class(word, meta),
            grammar::Item::Regex(regex) => by_regex(regex, meta),
            grammar::Item::Number(digits) => number(digits, meta),
            grammar::Item::Name(known) => name(known, meta),
        }
    }
}

/// The calls of the trace's table that `wanted` accepts by name and classes.
fn calls(meta: &Meta, wanted: impl Fn(&str, u32) -> bool) -> BTreeSet<(u8, u32)> {
    let of_abi = |abi: &AbiTable| {
        let wanted = abi.syscalls.iter().filter(|call| wanted(&call.name, call.classes));
        wanted.map(|call| (abi.id, call.number)).collect::<Vec<_>>()
    };
    meta.abis.iter().flat_map(of_abi).collect()
}

fn class(word: &str, meta: &Meta) -> Result<Item, Error> {
    let Some(class) = meta.classes.iter().find(|class| class.name == word) else {
        let words: Vec<&str> = meta.classes.iter().map(|class| class.name.as_str()).collect();
        return Err(Error::Usage(format!(
            "this trace has no class of syscalls `%{word}`; it has %{}",
            words.join(", %")
        )));
    };
    Ok(Item::Listed(calls(meta, |_, classes| classes & class.bit != 0)))
}

fn by_regex(text: &str, meta: &Meta) -> Result<Item, Error> {
    let regex = regex_lite::Regex::new(text)
        .map_err(|error| Error::Usage(format!("`{text}` is no regular expression: {error}")))?;
    let found = calls(meta, |name, _| regex.is_match(name));
    if found.is_empty() {
        return Err(Error::Usage(format!(
            "the regular expression `{text}` matches no syscall of this trace's table"
        )));
    }
    Ok(Item::Listed(found))
}

fn number(digits: &str, meta: &Meta) -> Result<Item, Error> {
    let number: u32 = digits
        .parse()
        .map_err(|_| Error::Usage(format!("syscall number {digits} is too large")))?;
    Ok(Item::Listed(meta.abis.iter().map(|abi| (abi.id, number)).collect()))
}

fn name(name: &str, meta: &Meta) -> Result<Item, Error> {
    let found = calls(meta, |known, _| known == name);
    if found.is_empty() {
        let known = meta.abis.iter().flat_map(|abi| abi.syscalls.iter());
        let offer = suggestion(name, known.map(|call| call.name.as_str()));
        return Err(Error::Usage(format!(
            "no syscall of this trace's table is named `{name}`{offer}"
        )));
    }
    Ok(Item::Listed(found))
}

#[cfg(test)]
mod tests {
    use syscord_format::{ClassDef, Detail, KindRef, SyscallDef};

    use super::*;
    use crate::tests::meta;

    fn sample() -> Meta {
        let call = |number, name: &str, classes| SyscallDef {
            number,
            name: name.into(),
            classes,
            ret: KindRef { id: 3, detail: Detail::None },
            args: vec![],
        };
        let mut meta = meta();
        meta.abis = vec![
            AbiTable {
                id: 0,
                name: "x86_64".into(),
                syscalls: vec![call(0, "read", 2), call(2, "open", 3), call(3, "close", 2)],
            },
            AbiTable { id: 1, name: "i386".into(), syscalls: vec![call(3, "read", 2)] },
        ];
        meta.classes = vec![
            ClassDef { bit: 1, name: "file".into() },
            ClassDef { bit: 2, name: "desc".into() },
        ];
        meta
    }

    fn set(text: &str) -> Selection {
        Selection::parse(text, &sample()).unwrap()
    }

    fn error(text: &str) -> String {
        Selection::parse(text, &sample()).unwrap_err().to_string()
    }

    #[test]
    fn names_select_themselves_on_every_abi() {
        let read = set("read");
        assert!(read.contains(0, 0) && read.contains(1, 3));
        assert!(!read.contains(0, 3) && !read.contains(0, 999));
        assert_eq!(read.named().unwrap().len(), 2);
    }

    #[test]
    fn classes_expressions_and_numbers_select() {
        assert!(set("%file").contains(0, 2) && !set("%file").contains(0, 0));
        assert!(set("/^(re|cl)").contains(0, 3) && !set("/^(re|cl)").contains(0, 2));
        assert!(set("999").contains(0, 999));
    }

    #[test]
    fn bangs_negate_the_set_or_take_an_item_away() {
        let all_but = set("!read,open");
        assert!(all_but.contains(0, 3) && all_but.contains(0, 999) && !all_but.contains(0, 2));
        assert!(all_but.named().is_none());
        let some = set("%desc,!read");
        assert!(some.contains(0, 3) && !some.contains(0, 0) && !some.contains(0, 999));
        let back = set("all,!read,read");
        assert!(back.contains(0, 0) && back.contains(0, 999));
        assert!(!set("none").contains(0, 0));
    }

    #[test]
    fn what_is_unknown_is_told() {
        assert!(error("raed").contains("`raed`; did you mean read?"), "{}", error("raed"));
        assert!(error("%files").ends_with("it has %file, %desc"));
        assert!(error("/xyz").contains("matches no syscall"));
        assert!(error("/(").contains("no regular expression"));
        assert!(error("read,,open").contains("empty item"));
        assert!(error("read,!read").contains("selects no syscall"));
        assert!(error("!all").contains("selects no syscall"));
    }
}
