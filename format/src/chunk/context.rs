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
        each_context(calls, of_row, runs, |context| self.contexts.push(context));
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
}

/// Where each row stands in that order, for a writer: found by counting, without going through the rows in another order.
#[derive(Debug, Default)]
pub(crate) struct ContextPlaces {
    /// For each row.
    places: Vec<u32>,
    /// How many rows each context has, of those that have any, in order.
    lengths: Vec<u32>,
    /// By context: its first free place.
    next: Vec<u32>,
    order: ContextOrder,
}

/// Contexts that are counted in a table; of more, rows are sorted.
const MOST_COUNTED: usize = 1 << 16;

impl ContextPlaces {
    /// As [`ContextOrder::arrange`].
    pub(crate) fn arrange(
        &mut self,
        calls: usize,
        of_row: &[u16],
        runs: impl Iterator<Item = u32>,
    ) {
        self.clear();
        if calls * (calls + 1) <= MOST_COUNTED {
            self.count(calls, of_row, runs);
        } else {
            self.order.arrange(calls, of_row, runs);
            self.places.resize(of_row.len(), 0);
            for (place, row) in (0..).zip(&self.order.rows) {
                self.places[*row as usize] = place;
            }
            let contexts = &self.order.contexts;
            let groups =
                self.order.rows.chunk_by(|a, b| contexts[*a as usize] == contexts[*b as usize]);
            self.lengths.extend(groups.map(|group| group.len() as u32));
        }
    }

    /// Forgets all rows.
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.lengths.clear();
    }

    /// For each row.
    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }

    /// How many rows each context has, of those that have any, in order.
    pub(crate) fn lengths(&self) -> &[u32] {
        &self.lengths
    }

    fn count(&mut self, calls: usize, of_row: &[u16], runs: impl Iterator<Item = u32>) {
        self.next.clear();
        self.next.resize(calls * (calls + 1), 0);
        let next = &mut self.next;
        self.places.resize(of_row.len(), 0);
        let mut places = self.places.iter_mut();
        each_context(calls, of_row, runs, |(call, before)| {
            let number = usize::from(call) * (calls + 1) + usize::from(before);
            next[number] += 1;
            if let Some(place) = places.next() {
                *place = number as u32;
            }
        });
        let mut start = 0;
        for count in next.iter_mut().filter(|count| **count != 0) {
            self.lengths.push(*count);
            start += std::mem::replace(count, start);
        }
        // From the number of each row's context to its place.
        for place in &mut self.places {
            let next = &mut next[*place as usize];
            *place = *next;
            *next += 1;
        }
    }
}

/// The context of each row; of the first of a run, as if after a call beyond all others.
#[inline]
fn each_context(
    calls: usize,
    of_row: &[u16],
    runs: impl Iterator<Item = u32>,
    mut each: impl FnMut(Context),
) {
    let mut rest = of_row;
    for length in runs {
        let (run, behind) = rest.split_at((length as usize).min(rest.len()));
        rest = behind;
        let mut before = calls as u16;
        for &call in run {
            each((call, before));
            before = call;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_and_sorting_give_the_same_places() {
        for calls in [1, 5, 300] {
            let of_row: Vec<u16> =
                (0..5000u32).map(|row| (row * row % 97) as u16 % calls).collect();
            let runs = [1, 1999, 0, 3000];
            let mut order = ContextOrder::default();
            order.arrange(calls.into(), &of_row, runs.into_iter());
            let mut places = ContextPlaces::default();
            places.arrange(calls.into(), &of_row, runs.into_iter());
            for (place, row) in (0..).zip(order.rows()) {
                assert_eq!(places.places()[*row as usize], place, "{calls} calls");
            }
            let same =
                |a: &u32, b: &u32| order.contexts[*a as usize] == order.contexts[*b as usize];
            let lengths = order.rows().chunk_by(same).map(|rows| rows.len() as u32);
            assert!(places.lengths().iter().copied().eq(lengths), "{calls} calls");
        }
    }
}
