//! Comparing INDEX and END with the blocks that were met.

use crate::block::{BlockHeader, BlockKind};
use crate::index::{End, IndexEntry};
use crate::limits::MAX_ROWS;
use crate::reader::Block;

/// What was met so far.
#[derive(Default)]
pub(crate) struct Checks {
    /// The blocks since the last INDEX.
    met: Vec<IndexEntry>,
    /// Whether blocks are missing since the last INDEX, perhaps an INDEX among them.
    gap: bool,
    /// Whether blocks are missing at all.
    lost: bool,
    indexes: Vec<u64>,
    events: u64,
    chunks: u64,
}

impl Checks {
    /// A block whose header is valid.
    pub(crate) fn met(&mut self, block: &Block) {
        let BlockHeader { kind, rows, .. } = block.header;
        if matches!(kind, BlockKind::INDEX | BlockKind::END) {
            return;
        }
        if kind == BlockKind::EVENTS {
            self.events += u64::from(rows);
            self.chunks += 1;
        }
        if self.met.len() >= MAX_ROWS as usize {
            // More than an INDEX can list: one is missing.
            self.met.clear();
            self.gap = true;
        }
        self.met.push(IndexEntry::of(block.offset, &block.header));
    }

    /// Blocks are missing.
    pub(crate) fn missing(&mut self) {
        self.gap = true;
        self.lost = true;
    }

    /// An INDEX block that cannot be read.
    pub(crate) fn lost_index(&mut self, offset: u64) {
        self.indexes.push(offset);
        self.met.clear();
        self.gap = false;
    }

    /// Whether an INDEX block agrees with the blocks before it. What it lists beyond them was lost.
    pub(crate) fn index(&mut self, offset: u64, entries: &[IndexEntry]) -> bool {
        self.indexes.push(offset);
        let met = std::mem::take(&mut self.met);
        if !std::mem::take(&mut self.gap) {
            return met == entries;
        }
        let Some(first) = entries.first() else { return false };
        let listed = |block: &IndexEntry| {
            let found = entries.binary_search_by_key(&block.sequence, |entry| entry.sequence);
            found.is_ok_and(|at| entries[at] == *block)
        };
        // Blocks before the first entry belong to an INDEX that was lost.
        entries.is_sorted_by(|a, b| a.sequence < b.sequence)
            && met.iter().filter(|block| block.sequence >= first.sequence).all(listed)
    }

    /// What does not agree with END, if anything.
    pub(crate) fn end(&self, offset: u64, end: &End) -> Option<&'static str> {
        let agrees = |said: u64, met: u64| if self.lost { said >= met } else { said == met };
        let indexes_agree = match self.lost {
            true => {
                let listed = |offset: &u64| end.indexes.binary_search(offset).is_ok();
                end.indexes.is_sorted() && self.indexes.iter().all(listed)
            }
            false => self.indexes == end.indexes,
        };
        if end.offset != offset {
            Some("it stands elsewhere than it says")
        } else if !agrees(end.events, self.events) {
            Some("the number of events")
        } else if !agrees(end.chunks, self.chunks) {
            Some("the number of EVENTS blocks")
        } else if !indexes_agree {
            Some("the places of the INDEX blocks")
        } else {
            None
        }
    }
}
