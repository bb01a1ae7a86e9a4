//! The columns of one chunk, decoded as they are needed.

use std::sync::Arc;

use syscord_format::{
    Arguments, Calls, CaptureSection, Captures, Chunk, Files, FormatError, NO_CPU, ThreadRun,
    Times, mark,
};

use crate::{
    schema::{Call, ERRORS, Schema},
    shed::Weights,
};

/// A set of columns that somebody needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs(u16);

impl Needs {
    /// Nothing but the number of events.
    pub(crate) const NONE: Needs = Needs(0);
    /// Thread and process ids.
    pub(crate) const THREADS: Needs = Needs(1);
    /// Which syscall.
    pub(crate) const CALLS: Needs = Needs(1 << 1);
    /// When, and how long.
    pub(crate) const TIMES: Needs = Needs(1 << 2);
    /// On which CPU.
    pub(crate) const CPUS: Needs = Needs(1 << 3);
    /// Results, and whether there was one.
    pub(crate) const RESULTS: Needs = Needs(1 << 4);
    /// Raw arguments.
    pub(crate) const ARGUMENTS: Needs = Needs(1 << 5);
    /// Captured paths and other short texts.
    pub(crate) const STRINGS: Needs = Needs(1 << 6);
    /// Captured buffers.
    pub(crate) const CONTENTS: Needs = Needs(1 << 7);
    /// Names and parents: the world at the time of the event.
    pub(crate) const WORLD: Needs = Needs(1 << 8);
    /// Events in time order.
    pub(crate) const ORDER: Needs = Needs(1 << 9);
    /// What cannot be told from the values: calls that never returned, arguments not known.
    pub(crate) const MARKS: Needs = Needs(1 << 10);
    /// What descriptors stand for at the time of the event.
    pub(crate) const FILES: Needs = Needs(1 << 11);
    /// All that a trace has of each event.
    pub(crate) const ALL: Needs = Needs((1 << 11) - 1);

    /// Both sets, and what they imply.
    pub(crate) const fn and(self, other: Needs) -> Needs {
        let mut set = self.0 | other.0;
        if set & Needs::FILES.0 != 0 {
            set |= Needs::WORLD.0 | Needs::RESULTS.0 | Needs::ARGUMENTS.0;
        }
        if set & (Needs::STRINGS.0 | Needs::CONTENTS.0) != 0 {
            set |= Needs::ARGUMENTS.0;
        }
        if set & Needs::WORLD.0 != 0 {
            set |= Needs::ORDER.0 | Needs::THREADS.0;
        }
        if set & Needs::ORDER.0 != 0 {
            set |= Needs::TIMES.0;
        }
        if set & (Needs::RESULTS.0 | Needs::ARGUMENTS.0 | Needs::TIMES.0) != 0 {
            set |= Needs::CALLS.0 | Needs::MARKS.0;
        }
        Needs(set)
    }

    /// Whether any of `other` is in the set.
    pub(crate) const fn has(self, other: Needs) -> bool {
        self.0 & other.0 != 0
    }
}

/// What of a chunk was decoded so far. A column that is absent from the file stays `None`, too.
#[derive(Default)]
pub(crate) struct Columns {
    loaded: Needs,
    /// The runs of rows of one thread.
    pub(crate) threads: Vec<ThreadRun>,
    /// For each row its index in [`Columns::threads`].
    pub(crate) thread_of_row: Vec<u32>,
    /// Which syscall each row is.
    pub(crate) calls: Option<Calls>,
    /// For each call of the chunk's table what is known of it.
    pub(crate) resolved: Vec<Arc<Call>>,
    /// When.
    pub(crate) times: Option<Times>,
    /// On which CPU.
    pub(crate) cpus: Option<Vec<u32>>,
    /// With which result.
    pub(crate) results: Option<Vec<i64>>,
    /// Rows with marks, ascending.
    pub(crate) marks: Vec<(u32, u8)>,
    /// Raw arguments.
    pub(crate) arguments: Option<Arguments>,
    /// Captured paths and texts.
    pub(crate) strings: Option<Captures>,
    /// Captured buffers.
    pub(crate) contents: Option<Captures>,
    /// What descriptors stand for from an event on.
    pub(crate) files: Files,
    /// What events stand for.
    pub(crate) weights: Weights,
}

impl Columns {
    /// Decodes what is needed (a set made by [`Needs::and`]) and not there yet.
    pub(crate) fn load(
        &mut self,
        chunk: &Chunk,
        schema: &Schema,
        needs: Needs,
    ) -> Result<(), FormatError> {
        let missing = |columns: &Columns, one: Needs| needs.has(one) && !columns.loaded.has(one);
        if missing(self, Needs::THREADS) {
            self.threads = chunk.threads()?;
            self.thread_of_row = rows_to_threads(&self.threads, chunk.rows());
        }
        if missing(self, Needs::CALLS) {
            let calls = chunk.calls()?;
            self.resolved = calls.table.iter().map(|def| schema.call(def)).collect();
            self.calls = Some(calls);
        }
        if missing(self, Needs::CPUS) {
            self.cpus = chunk.cpus()?;
        }
        if let Some(calls) = &self.calls {
            if missing(self, Needs::TIMES) {
                self.times = Some(chunk.times(calls)?);
            }
            if missing(self, Needs::RESULTS) {
                self.results = chunk.results(calls)?;
            }
            if missing(self, Needs::ARGUMENTS) {
                self.arguments = chunk.arguments(calls)?;
            }
            if missing(self, Needs::FILES) {
                self.files = chunk.files(calls)?;
            }
        }
        if missing(self, Needs::MARKS) {
            self.marks = chunk.marks()?;
        }
        if let Some(arguments) = &self.arguments {
            if missing(self, Needs::STRINGS) {
                self.strings = chunk.captured(CaptureSection::Strings, arguments)?;
            }
            if missing(self, Needs::CONTENTS) {
                self.contents = chunk.captured(CaptureSection::Contents, arguments)?;
            }
        }
        self.loaded = self.loaded.and(needs);
        Ok(())
    }

    /// When a row's call ended; 0 if that is not loaded.
    pub(crate) fn end(&self, row: usize) -> u64 {
        self.times.as_ref().map_or(0, |times| times.end[row])
    }

    /// How many calls a row's stands for. Those that were under way when recording stopped are told of every thread.
    #[inline]
    pub(crate) fn weight(&self, row: usize) -> u64 {
        if self.weights.are_one() || self.is_under_way(row) {
            return 1;
        }
        self.weights.at(self.end(row))
    }

    /// A row's process and thread.
    pub(crate) fn thread(&self, row: usize) -> (u32, u32) {
        let thread = self.thread_of_row.get(row).map_or(0, |thread| *thread as usize);
        self.threads.get(thread).map_or((0, 0), |run| (run.tgid, run.tid))
    }

    /// The marks of a row.
    #[inline]
    pub(crate) fn marks(&self, row: usize) -> u8 {
        if self.marks.is_empty() {
            return 0;
        }
        let found = self.marks.binary_search_by_key(&(row as u32), |(row, _)| *row);
        found.map_or(0, |at| self.marks[at].1)
    }

    /// A row's result; `None` if it never returned or the column is absent.
    #[inline]
    pub(crate) fn result(&self, row: usize) -> Option<i64> {
        let result = *self.results.as_ref()?.get(row)?;
        (self.marks(row) & mark::NEVER_RETURNED == 0).then_some(result)
    }

    /// The same with its sign, of a row of that call: where the kernel restores the registers of a 32-bit context
    /// (sigreturn(2)), it has none.
    #[inline]
    pub(crate) fn ret(&self, row: usize, call: &Call) -> Option<i64> {
        let ret = self.result(row)?;
        let short = i64::from(ret as i32);
        Some(if call.narrow && ERRORS.contains(&short) { short } else { ret })
    }

    /// A row's duration in nanoseconds; `None` if it is not known.
    #[inline]
    pub(crate) fn duration(&self, row: usize) -> Option<u64> {
        let duration = *self.times.as_ref()?.duration.get(row)?;
        let returned = self.marks(row) & mark::NEVER_RETURNED == 0 || self.is_under_way(row);
        (duration != u64::MAX && returned).then_some(duration)
    }

    /// Whether the call was under way when recording stopped: its duration is its age then.
    pub(crate) fn is_under_way(&self, row: usize) -> bool {
        self.marks(row) & mark::UNDER_WAY != 0
    }

    /// The CPU on which a row's call ended.
    pub(crate) fn cpu(&self, row: usize) -> Option<u32> {
        self.cpus.as_ref()?.get(row).copied().filter(|cpu| *cpu != NO_CPU)
    }
}

fn rows_to_threads(threads: &[ThreadRun], rows: usize) -> Vec<u32> {
    let mut of_row = Vec::with_capacity(rows);
    for (index, run) in threads.iter().enumerate() {
        of_row.resize(of_row.len() + run.rows as usize, index as u32);
    }
    of_row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_imply_what_they_are_made_of() {
        let strings = Needs::NONE.and(Needs::STRINGS);
        assert!(strings.has(Needs::ARGUMENTS) && strings.has(Needs::CALLS));
        assert!(Needs::NONE.and(Needs::TIMES).has(Needs::CALLS));
        assert!(!strings.has(Needs::RESULTS) && !strings.has(Needs::TIMES));
        let world = Needs::NONE.and(Needs::WORLD);
        assert!(world.has(Needs::THREADS) && world.has(Needs::TIMES));
    }
}
