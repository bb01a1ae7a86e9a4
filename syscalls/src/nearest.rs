//! What somebody who mistyped a name may have meant.

use alloc::{format, string::String, vec, vec::Vec};

/// How many names are offered at most.
pub const MAX_SUGGESTIONS: usize = 3;

/// The known names that differ from `name` by at most a third of its letters, the nearest first.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (name.len() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .map(|known| (edit_distance(name.as_bytes(), known.as_bytes()), known))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(MAX_SUGGESTIONS);
    near.into_iter().map(|(_, name)| name).collect()
}

/// `; did you mean …?` with the nearest names; empty if there is none.
pub fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known).as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(", ")),
    }
}

/// How many bytes must be inserted, deleted, replaced or exchanged with their neighbour to turn `a`
/// into `b` (Damerau and Levenshtein, each byte touched once).
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    // row[j] is the distance between the first i bytes of `a` and the first j of `b`; above it are
    // the rows of i - 1 and i - 2.
    let mut above: Vec<usize> = vec![0; b.len() + 1];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(above[j - 2] + 1);
            }
        }
        above = core::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered() {
        let names = ["openat", "openat2", "open", "close"];
        let offer = |name: &str| suggestion(name, names.into_iter());
        assert_eq!(offer("opennat"), "; did you mean openat, openat2?");
        assert_eq!(offer("frobnicate"), "");
        assert_eq!(offer("opne"), "; did you mean open?");
        assert_eq!(edit_distance(b"kitten", b"sitting"), 3);
        assert_eq!(edit_distance(b"", b"abc"), 3);
    }
}
