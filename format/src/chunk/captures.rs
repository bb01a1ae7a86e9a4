//! Captured memory (SPEC.md §5.6).

use std::ops::Range;
use std::sync::Arc;

use crate::chunk::arguments::{Arguments, Column, Place, Places};
use crate::chunk::decode::Chunk;
use crate::chunk::event::{CaptureSection, CaptureStatus};
use crate::chunk::section;
use crate::cursor::Cursor;
use crate::error::FormatError;
use crate::ints;
use crate::limits::{MAX_ARGS, MAX_ENTRY};

/// The captured memory of one section of a chunk. Access takes constant time.
#[derive(Debug)]
pub struct Captures {
    bytes: Vec<u8>,
    /// Where each entry of the dictionary ends; the first starts at 0.
    ends: Vec<u32>,
    /// By argument, numbered as in [`Arguments`].
    columns: Vec<Vec<Found>>,
    /// For each row, where to look: as in [`Arguments`].
    places: Arc<Places>,
}

/// What was captured of one argument of one row.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Number in the dictionary; [`NOTHING`] if nothing was captured.
    entry: u32,
    full: u32,
    status: CaptureStatus,
}

const NOTHING: u32 = u32::MAX;

/// Captured memory of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Their number among the different ones of the chunk's section.
    pub entry: u32,
    /// The true length if they are only the first part; 0 if they are whole or it is not known.
    pub full: u32,
    /// Whether only the first part is there.
    pub cut: bool,
    /// Whether what lies behind that could not be read.
    pub torn: bool,
}

impl Chunk {
    /// The captured memory of a section, if the chunk has any.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn captured(
        &self,
        section: CaptureSection,
        args: &Arguments,
    ) -> Result<Option<Captures>, FormatError> {
        let (id, part) = match section {
            CaptureSection::Strings => (section::STRINGS, "strings"),
            CaptureSection::Contents | CaptureSection::Addressed => (section::CONTENTS, "contents"),
        };
        let Some(data) = self.optional(id)? else { return Ok(None) };
        let mut cursor = Cursor::new(&data, part);
        let mut columns = Vec::with_capacity(args.columns.len());
        for column in &args.columns {
            columns.push(match column.section.is_some_and(|of| of.index() == section.index()) {
                true => decode_column(&mut cursor, column)?,
                false => Vec::new(),
            });
        }
        let ends = decode_dictionary(&mut cursor, MAX_ARGS * self.rows(), MAX_ENTRY)?;
        let bytes = cursor.bytes(ends.last().map_or(0, |&end| end as usize))?.to_vec();
        cursor.finish()?;
        let beyond = |found: &Found| found.entry != NOTHING && found.entry as usize >= ends.len();
        if columns.iter().flatten().any(beyond) {
            return Err(cursor.problem("an entry is not in the dictionary"));
        }
        let places = Arc::clone(&args.places);
        Ok(Some(Captures { bytes, ends, columns, places }))
    }
}

/// The entries of one argument, one for each row of its call.
fn decode_column(cursor: &mut Cursor<'_>, column: &Column) -> Result<Vec<Found>, FormatError> {
    let count = |wanted: fn(&CaptureStatus) -> bool| {
        column.statuses.iter().filter(|status| wanted(status)).count()
    };
    let (mut entries, mut full) = (Vec::new(), Vec::new());
    ints::decode_sized(cursor, count(|status| status.captured()), &mut entries)?;
    ints::decode_sized(cursor, count(|status| status.lacks()), &mut full)?;
    let (mut entries, mut full) = (entries.into_iter(), full.into_iter());
    let mut found = Vec::with_capacity(column.statuses.len());
    let number = |next: Option<i64>| {
        let number = next.and_then(|value| u32::try_from(value).ok());
        number.ok_or_else(|| cursor.problem("an entry number or a length is impossible"))
    };
    for &status in &column.statuses {
        let entry = if status.captured() { number(entries.next())? } else { NOTHING };
        let full = if status.lacks() { number(full.next())? } else { 0 };
        found.push(Found { entry, full, status });
    }
    // The number that stands for nothing is beyond every dictionary.
    if found.iter().zip(&column.statuses).any(|(f, s)| s.captured() && f.entry == NOTHING) {
        return Err(cursor.problem("an entry is not in the dictionary"));
    }
    Ok(found)
}

/// Where each entry ends. Their lengths are checked: one by one and together.
pub(super) fn decode_dictionary(
    cursor: &mut Cursor<'_>,
    most: usize,
    longest: usize,
) -> Result<Vec<u32>, FormatError> {
    let count = cursor.count("entries of a dictionary", most)?;
    let mut lengths = Vec::new();
    ints::decode(cursor, count, &mut lengths)?;
    let mut end = 0usize;
    let mut ends = Vec::with_capacity(count);
    for length in lengths {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        FormatError::check("bytes of a dictionary's entry", length, longest as u64)?;
        end += length as usize;
        if end > cursor.left() {
            return Err(cursor.problem("the dictionary is longer than its section"));
        }
        ends.push(end as u32);
    }
    Ok(ends)
}

impl Captures {
    /// What was captured of a row's argument, if it was captured into this section.
    #[inline]
    pub fn get(&self, row: usize, arg: usize) -> Option<Captured<'_>> {
        self.get_at(self.places.of(row)?, arg)
    }

    /// The same of the row at a place.
    #[inline]
    pub fn get_at(&self, place: Place, arg: usize) -> Option<Captured<'_>> {
        let (column, rank) = place.column(arg)?;
        let found = self.columns.get(column)?.get(rank)?;
        let bytes = self.bytes.get(self.range(found.entry)?)?;
        let (cut, torn) = (found.status.lacks(), found.status == CaptureStatus::Torn);
        Some(Captured { bytes, entry: found.entry, full: found.full, cut, torn })
    }

    /// The distinct strings or buffers, whether a row has them or not.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let ranges = (0..self.ends.len()).filter_map(|entry| self.range(entry as u32));
        ranges.filter_map(|range| self.bytes.get(range))
    }

    /// Number of distinct strings or buffers.
    pub fn distinct(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    fn range(&self, entry: u32) -> Option<Range<usize>> {
        let end = *self.ends.get(entry as usize)?;
        let start = match entry.checked_sub(1) {
            Some(before) => *self.ends.get(before as usize)?,
            None => 0,
        };
        Some(start as usize..end as usize)
    }
}
