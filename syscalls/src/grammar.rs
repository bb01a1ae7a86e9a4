//! The grammar of `--syscall SET`, on both programs.
//!
//! A set is a list of items with commas between them. An item is
//!
//! - `NAME`: every call of that name, on every ABI that has it;
//! - `%CLASS`: the calls of a class ([`Class::ALL`](crate::Class::ALL));
//! - `/REGEX`: the calls whose name the regular expression matches; it runs to the next comma, so
//!   it cannot contain one;
//! - a decimal number: that number on every ABI, whether or not the table knows it;
//! - `all`: every call, those unknown to the table included; `none`: no call.
//!
//! Items are taken from left to right, each added to what was selected so far. An item with `!`
//! before it is taken away instead: `%file,!stat` is the calls that take a path, but not `stat`.
//! A `!` before the first item is another thing: it negates the whole set, as in strace.
//! `!read,write` is every call but `read` and `write`.

use alloc::vec::Vec;

/// A set as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grammar<'a> {
    /// Whether the set is what the terms do not select.
    pub negated: bool,
    /// What is added and taken away, in this order.
    pub terms: Vec<Term<'a>>,
}

/// An item and what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    /// Whether the item's calls leave the set, instead of joining it.
    pub taken_away: bool,
    /// The item, without its `!`.
    pub item: Item<'a>,
}

/// What stands between two commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// `all`.
    All,
    /// `none`.
    None,
    /// A class, without its `%`.
    Class(&'a str),
    /// A regular expression, without its `/`.
    Regex(&'a str),
    /// Decimal digits.
    Number(&'a str),
    /// Anything else: a name.
    Name(&'a str),
}

impl<'a> Grammar<'a> {
    /// Takes a text apart; `None` if an item is empty.
    pub fn parse(text: &'a str) -> Option<Grammar<'a>> {
        let (negated, list) = without_bang(text);
        let terms = list.split(',').map(str::trim).map(|term| {
            let (taken_away, item) = without_bang(term);
            Some(Term { taken_away, item: Item::parse(item)? })
        });
        Some(Grammar { negated, terms: terms.collect::<Option<_>>()? })
    }
}

impl<'a> Item<'a> {
    fn parse(item: &'a str) -> Option<Item<'a>> {
        Some(match item {
            "" => return None,
            "all" => Item::All,
            "none" => Item::None,
            _ if item.bytes().all(|byte| byte.is_ascii_digit()) => Item::Number(item),
            _ => match (item.strip_prefix('%'), item.strip_prefix('/')) {
                (Some(word), _) => Item::Class(word),
                (_, Some(regex)) => Item::Regex(regex),
                (None, None) => Item::Name(item),
            },
        })
    }
}

/// Whether a text begins with `!`, and what follows.
fn without_bang(text: &str) -> (bool, &str) {
    match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}
