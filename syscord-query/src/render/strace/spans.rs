//! Calls that began in an earlier block than the one in which they end. Their first lines belong where
//! they began, so a file that can be read twice is: once for these calls alone.

use std::{
    collections::{HashSet, VecDeque},
    path::{Path, PathBuf},
};

use super::{Quirk, Style, sink};
use crate::{
    columns::Needs,
    error::Error,
    filter::Filter,
    pipeline::Weigh,
    row::Row,
    walk::{Maker, Query, walk_quietly},
};

/// So many are kept; of those beyond there is one line, at their end.
const MOST: usize = 1 << 20;

/// The first line of a call.
pub(super) struct Span {
    pub(super) tid: u32,
    pub(super) start: i64,
    pub(super) head: Box<[u8]>,
}

/// The first lines that are still to be written, in the order of their times.
#[derive(Default)]
pub(crate) struct Spans {
    pending: VecDeque<Span>,
    /// Those that were written, and whose ends were not.
    open: HashSet<(u32, i64)>,
}

impl Spans {
    /// Those of the traces; none where one cannot be read twice.
    pub(crate) fn find(
        files: &[PathBuf],
        filter: &Filter,
        limit: Option<u64>,
        style: Style,
    ) -> Result<Spans, Error> {
        let twice = |path: &PathBuf| path.metadata().is_ok_and(|file| file.is_file());
        if !files.iter().all(|path| path != Path::new("-") && twice(path)) {
            return Ok(Spans::default());
        }
        let finder = Finder { style, passes: limit.is_none() };
        let mut found = Vec::new();
        walk_quietly(files, filter, limit, &finder, |part: Vec<Span>| {
            found.extend(part.into_iter().take(MOST - found.len()));
            Ok(())
        })?;
        found.sort_by_key(|span: &Span| span.start);
        Ok(Spans { pending: found.into(), open: HashSet::new() })
    }

    /// Takes those that begin by `time`, but for those that end in the same block: `ends` has the threads and starts
    /// of what does.
    pub(super) fn begin(
        &mut self,
        time: i64,
        ends: impl Iterator<Item = (u32, i64)>,
    ) -> impl Iterator<Item = Span> {
        let count = self.pending.partition_point(|span| span.start <= time);
        let mut due: Vec<Span> = self.pending.drain(..count).collect();
        if !due.is_empty() {
            let begins = |start: &i64| due.binary_search_by_key(start, |span| span.start).is_ok();
            let ended: HashSet<_> = ends.filter(|(_, start)| begins(start)).collect();
            due.retain(|span| !ended.contains(&(span.tid, span.start)));
        }
        self.open.extend(due.iter().map(|span| (span.tid, span.start)));
        due.into_iter()
    }

    /// Whether a call's first line was written; its end is taken to be written now.
    pub(super) fn end(&mut self, tid: u32, start: i64) -> bool {
        !self.open.is_empty() && self.open.remove(&(tid, start))
    }
}

struct Finder {
    style: Style,
    /// Whether blocks may be passed over: not if their events count.
    passes: bool,
}

/// The calls of a block that began before it.
struct Found {
    style: Style,
    /// Where the block before ended.
    before: i64,
    spans: Vec<Span>,
}

impl Query for Finder {
    type Maker = Found;

    fn needs(&self) -> Needs {
        self.style.needs()
    }

    fn passes(&self, before: i64, first: i64, longest: u64) -> bool {
        self.passes && first.saturating_sub_unsigned(longest) >= before
    }

    fn maker(&self, before: i64) -> Found {
        Found { style: self.style, before, spans: Vec::new() }
    }
}

impl Maker for Found {
    type Part = Vec<Span>;

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        let start = sink::began(row);
        // What it goes on with is known only in order.
        let resumes = matches!(row.call.quirk, Some(Quirk::Resumes));
        if start < self.before && self.spans.len() < MOST && !resumes && !row.call.is_operation {
            let mut text = Vec::new();
            let (_, known) = sink::line(&mut text, row, &self.style);
            text.truncate(known);
            self.spans.push(Span { tid: row.tid, start, head: text.into() });
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Span>, Error> {
        Ok(self.spans)
    }
}

impl Weigh for Vec<Span> {
    fn bytes(&self) -> usize {
        self.iter().map(|span| span.head.len() + size_of::<Span>()).sum()
    }
}
