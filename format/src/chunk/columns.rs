//! The columns of a chunk while its events are put into them.

use std::ops::Range;

use crate::chunk::builder::{Call, ChunkBuilder};
use crate::chunk::event::{Capture, CaptureSection, CaptureStatus, Event};
use crate::chunk::files::File;
use crate::chunk::times::UNKNOWN;
use crate::limits::MAX_ENTRY;

/// What the rows of a chunk say, column by column. What has been allocated is kept.
#[derive(Default)]
pub(super) struct Columns {
    /// Rows that have been put.
    row: usize,
    /// The place of the call of the row that was put last.
    call: u16,
    /// By row, nanoseconds or [`UNKNOWN`].
    pub(super) durations: Vec<u64>,
    /// By call.
    pub(super) results: Vec<i64>,
    /// By call, and then by argument.
    pub(super) args: Vec<i64>,
    pub(super) captured: CapturedColumns,
    pub(super) cpus: Runs,
    cpu: u32,
    /// The row at which that CPU's run begins.
    cpu_start: usize,
    pub(super) marks: Runs,
    /// Rows of failed calls.
    pub(super) failed: u32,
}

/// The columns of captured memory: for each, as much room in every part as its call has rows.
#[derive(Default)]
pub(super) struct CapturedColumns {
    used: usize,
    pub(super) statuses: Vec<u8>,
    /// Numbers in the dictionary, of the rows that have bytes, one after the other.
    pub(super) entries: Vec<i64>,
    /// True lengths, of those that lack some, likewise.
    pub(super) full: Vec<i64>,
}

/// What was captured of one argument of a call.
#[derive(Default)]
pub(super) struct CapturedColumn {
    /// Where it is stored, if anything was captured.
    pub(super) section: Option<CaptureSection>,
    /// Where it starts in [`CapturedColumns`].
    start: usize,
    /// The latest row that has one: how many of the call's there were with it.
    row: u32,
    entries: usize,
    full: usize,
    /// Rows of which the address is left out.
    pub(super) addresses: u32,
    /// The entry that came last: the next is likely to be the same.
    latest: u32,
}

/// Pairs of integers: run values and lengths, or rows and marks.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) keys: Vec<i64>,
    pub(super) values: Vec<i64>,
}

/// Results of failed calls.
const ERRORS: std::ops::RangeInclusive<i64> = -4095..=-1;

impl Columns {
    /// Makes room for so many rows, which are of these calls.
    pub(super) fn start(&mut self, calls: &mut [Call], rows: usize) {
        let (mut first, mut first_arg) = (0, 0);
        for call in calls {
            (call.first, call.first_arg) = (first, first_arg);
            first += call.rows as usize;
            first_arg += call.rows as usize * usize::from(call.args);
        }
        // What is there from before is written over.
        self.results.resize(first, 0);
        self.args.resize(first_arg, 0);
        self.durations.resize(rows, UNKNOWN);
    }

    /// Rows that have been put.
    #[inline]
    pub(super) fn rows(&self) -> usize {
        self.row
    }

    /// Ends the run of rows on one CPU, if there is one.
    pub(super) fn close_run(&mut self) {
        if self.row > self.cpu_start {
            self.cpus.values.push((self.row - self.cpu_start) as i64);
            self.cpu_start = self.row;
        }
    }

    pub(super) fn clear(&mut self) {
        (self.row, self.cpu_start, self.failed) = (0, 0, 0);
        self.captured.used = 0;
        self.cpus.clear();
        self.marks.clear();
    }
}

impl ChunkBuilder {
    /// Puts the event whose number [`next`](Self::next) tells, with its captures and files; more of both may follow. Its
    /// end, its thread and its syscall are those that were announced.
    #[inline(always)]
    pub fn put(&mut self, event: &Event<'_>) {
        let columns = &mut self.columns;
        let Some(&place) = self.rows.calls.get(columns.row) else { return };
        columns.call = place;
        let call = &mut self.calls.list[usize::from(place)];
        let rank = call.put as usize;
        call.put += 1;
        columns.results[call.first + rank] = event.ret;
        columns.failed += u32::from(ERRORS.contains(&event.ret));
        let mut at = call.first_arg + rank;
        let given = &event.args[..event.args.len().min(call.args.into())];
        for arg in given {
            columns.args[at] = arg.cast_signed();
            at += call.rows as usize;
        }
        for _ in given.len()..call.args.into() {
            columns.args[at] = 0;
            at += call.rows as usize;
        }
        if self.durations {
            columns.durations[columns.row] = event.duration.unwrap_or(UNKNOWN);
        }
        if event.cpu != columns.cpu || columns.row == 0 {
            columns.close_run();
            columns.cpus.keys.push(i64::from(event.cpu));
            columns.cpu = event.cpu;
        }
        columns.row += 1;
        self.put_marks(event.marks);
        if !(event.captures.is_empty() && event.files.is_empty()) {
            self.put_rest(event);
        }
    }

    #[inline(never)]
    fn put_rest(&mut self, event: &Event<'_>) {
        event.captures.iter().for_each(|capture| self.put_capture(capture));
        event.files.iter().for_each(|file| self.put_file(file));
    }

    /// Marks the event that was put last, beside the marks that it has.
    #[inline]
    pub fn put_marks(&mut self, marks: u8) {
        let Columns { row, marks: column, .. } = &mut self.columns;
        let Some(row) = row.checked_sub(1).filter(|_| marks != 0) else { return };
        match column.values.last_mut() {
            Some(before) if column.keys.last() == Some(&(row as i64)) => {
                *before |= i64::from(marks);
            }
            _ => {
                column.keys.push(row as i64);
                column.values.push(i64::from(marks));
            }
        }
    }

    /// Adds to the event that was put last one more of [`Event::captures`].
    #[inline(always)]
    pub fn put_capture(&mut self, capture: &Capture<'_>) {
        let call = match self.calls.list.get_mut(usize::from(self.columns.call)) {
            Some(call) if call.put > 0 => call,
            _ => return,
        };
        let Capture { arg, section, mut status, mut bytes, mut full } = *capture;
        if arg >= call.args {
            return;
        }
        let column = &mut call.captured[usize::from(arg)];
        let captured = &mut self.columns.captured;
        let section = match column.section {
            // There is one of this row already.
            Some(_) if column.row == call.put => return,
            Some(section) => section,
            None => captured.open(column, section, call.rows as usize),
        };
        column.row = call.put;
        if bytes.len() > MAX_ENTRY {
            (status, full, bytes) = cut(capture);
        }
        captured.statuses[column.start + call.put as usize - 1] = status as u8;
        column.addresses += u32::from(status.stands_for_address());
        if status.captured() {
            column.latest = self.dictionaries[section.index()].intern_like(bytes, column.latest);
            captured.entries[column.start + column.entries] = i64::from(column.latest);
            column.entries += 1;
            if status.lacks() {
                captured.full[column.start + column.full] = i64::from(full);
                column.full += 1;
            }
        }
    }

    /// Adds to the event that was put last one more of [`Event::files`].
    pub fn put_file(&mut self, file: &File<'_>) {
        let place = self.columns.call;
        if let Some(call) = self.calls.list.get_mut(usize::from(place)).filter(|it| it.put > 0) {
            self.files.push(place, call, file);
        }
    }
}

/// What is kept of a capture that is too long.
#[cold]
fn cut<'a>(capture: &Capture<'a>) -> (CaptureStatus, u32, &'a [u8]) {
    let (status, full) = match capture.status {
        CaptureStatus::Whole => (CaptureStatus::Cut, capture.bytes.len() as u32),
        status => (status, capture.full),
    };
    (status, full, &capture.bytes[..MAX_ENTRY])
}

impl CapturedColumns {
    /// Makes room for a column of so many rows, of which none has anything yet.
    #[cold]
    fn open(
        &mut self,
        column: &mut CapturedColumn,
        section: CaptureSection,
        rows: usize,
    ) -> CaptureSection {
        column.start = self.used;
        self.used += rows;
        self.statuses.truncate(column.start);
        self.statuses.resize(self.used, CaptureStatus::None as u8);
        if self.entries.len() < self.used {
            self.entries.resize(self.used, 0);
            self.full.resize(self.used, 0);
        }
        *column.section.insert(section)
    }

    /// The statuses of a column of so many rows.
    pub(super) fn statuses(&self, column: &CapturedColumn, rows: u32) -> &[u8] {
        &self.statuses[column.start..column.start + rows as usize]
    }
}

impl CapturedColumn {
    /// Its part of [`CapturedColumns::entries`].
    pub(super) fn entries(&self) -> Range<usize> {
        self.start..self.start + self.entries
    }

    /// Its part of [`CapturedColumns::full`].
    pub(super) fn full(&self) -> Range<usize> {
        self.start..self.start + self.full
    }
}

impl Runs {
    fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }
}
