//! Rows in the order of their context (SPEC.md §5.2): how long a call takes, and how soon it comes, goes by what
//! it is and what came before it.

use crate::limits::MAX_CALLS;

const _: () = assert!(MAX_CALLS <= u16::MAX as usize);

/// The place of a row's call and that of the call before it.
pub(crate) type Context = (u16, u16);

/// Rows by context; what has been allocated is kept.
#[derive(Debug, Default)]
pub(crate) struct ContextOrder {
    /// For each row.
    contexts: Vec<Context>,
    /// Rows in the order of their contexts, equal ones in row order.
    rows: Vec<u32>,
    by_previous: Vec<u32>,
    next: Vec<u32>,
}

impl ContextOrder {
    /// Orders rows, given the call of each, of `calls`, and the lengths of the runs that follow one another.
    pub(crate) fn arrange(
        &mut self,
        calls: usize,
        of_row: &[u16],
        runs: impl Iterator<Item = u32>,
    ) {
        self.contexts.clear();
        let mut rest = of_row;
        for length in runs {
            let (run, behind) = rest.split_at((length as usize).min(rest.len()));
            rest = behind;
            let before = std::iter::once(calls as u16).chain(run.iter().copied());
            self.contexts.extend(run.iter().copied().zip(before));
        }
        let contexts = &self.contexts;
        let rows = 0..contexts.len() as u32;
        by_counting(
            rows,
            |row| contexts[row as usize].1,
            calls + 1,
            &mut self.next,
            &mut self.by_previous,
        );
        let rows = self.by_previous.iter().copied();
        by_counting(rows, |row| contexts[row as usize].0, calls, &mut self.next, &mut self.rows);
    }

    /// All rows, in that order.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The same, those of one context at a time.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &[u32]> {
        self.rows.chunk_by(|a, b| self.contexts[*a as usize] == self.contexts[*b as usize])
    }
}

/// `rows` by a key below `keys`, equal ones in the order given.
fn by_counting(
    rows: impl ExactSizeIterator<Item = u32> + Clone,
    key: impl Fn(u32) -> u16,
    keys: usize,
    next: &mut Vec<u32>,
    sorted: &mut Vec<u32>,
) {
    next.clear();
    next.resize(keys, 0);
    rows.clone().for_each(|row| next[usize::from(key(row))] += 1);
    let mut start = 0;
    for count in next.iter_mut() {
        start += std::mem::replace(count, start);
    }
    sorted.clear();
    sorted.resize(rows.len(), 0);
    for row in rows {
        let next = &mut next[usize::from(key(row))];
        sorted[*next as usize] = row;
        *next += 1;
    }
}
