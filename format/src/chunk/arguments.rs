//! Columns of arguments (SPEC.md §5.5).

use std::sync::Arc;

use crate::chunk::decode::{Calls, Chunk};
use crate::chunk::event::{CaptureSection, CaptureStatus};
use crate::chunk::section;
use crate::cursor::Cursor;
use crate::error::FormatError;
use crate::ints;

/// The arguments of a chunk's rows. Access takes constant time.
#[derive(Debug)]
pub struct Arguments {
    pub(super) places: Arc<Places>,
    pub(super) columns: Vec<Column>,
}

/// Where the arguments of rows are among the columns.
#[derive(Debug)]
pub(super) struct Places {
    /// For each row, its place when rows stand by call, and its call.
    rows: Vec<RowPlace>,
    /// For each call, its first column, and how many it has.
    calls: Vec<CallColumns>,
}

/// Where the arguments of a row are, and what was captured of them: what is asked of several arguments need not
/// find the row each time.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    rank: u32,
    columns: CallColumns,
}

#[derive(Debug, Clone, Copy)]
struct RowPlace {
    /// Among the rows of its call.
    rank: u32,
    call: u16,
}

#[derive(Debug, Clone, Copy)]
struct CallColumns {
    first: u32,
    args: u8,
}

impl Places {
    #[inline]
    pub(super) fn of(&self, row: usize) -> Option<Place> {
        let place = self.rows.get(row)?;
        let columns = *self.calls.get(usize::from(place.call))?;
        Some(Place { rank: place.rank, columns })
    }
}

impl Place {
    /// The number of an argument's column, and the row's place in it.
    #[inline]
    pub(super) fn column(self, arg: usize) -> Option<(usize, usize)> {
        let Place { rank, columns } = self;
        (arg < usize::from(columns.args)).then_some((columns.first as usize + arg, rank as usize))
    }
}

/// An argument of a call, for all of the call's rows.
#[derive(Debug)]
pub(super) struct Column {
    /// The section of the captured memory.
    pub(super) section: Option<CaptureSection>,
    /// One a row if there is a section, else empty.
    pub(super) statuses: Vec<CaptureStatus>,
    /// One a row; 0 where it was left out.
    raw: Vec<i64>,
}

impl Chunk {
    /// The arguments of all rows, if the chunk tells.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn arguments(&self, calls: &Calls) -> Result<Option<Arguments>, FormatError> {
        self.check_calls(calls)?;
        let Some(data) = self.optional(section::ARGUMENTS)? else { return Ok(None) };
        let mut cursor = Cursor::new(&data, "arguments");
        let mut call_columns = Vec::with_capacity(calls.table.len());
        let mut columns = Vec::new();
        for (place, call) in calls.table.iter().enumerate() {
            call_columns.push(CallColumns { first: columns.len() as u32, args: call.args });
            for _ in 0..call.args {
                columns.push(Column::decode(&mut cursor.sized()?, calls.rows(place))?);
            }
        }
        cursor.finish()?;
        let rank = |(&call, place): (&u16, usize)| RowPlace {
            rank: place as u32 - calls.start[usize::from(call)],
            call,
        };
        let rows = calls.of_row.iter().zip(calls.places()).map(rank).collect();
        let places = Arc::new(Places { rows, calls: call_columns });
        Ok(Some(Arguments { places, columns }))
    }
}

impl Column {
    fn decode(cursor: &mut Cursor<'_>, rows: usize) -> Result<Self, FormatError> {
        let section = match cursor.u8()? {
            0 => None,
            1 => Some(CaptureSection::Strings),
            2 => Some(CaptureSection::Contents),
            3 => Some(CaptureSection::Addressed),
            _ => return Err(cursor.problem("an argument's capture is not known")),
        };
        let mut raw = Vec::new();
        if section.is_none() {
            ints::decode(cursor, rows, &mut raw)?;
            cursor.finish()?;
            return Ok(Column { section, statuses: Vec::new(), raw });
        }
        let mut codes = Vec::new();
        ints::decode(cursor, rows, &mut codes)?;
        let mut statuses = Vec::with_capacity(rows);
        for code in codes {
            let unknown = || cursor.problem("an argument's status is not known");
            statuses.push(CaptureStatus::from_i64(code).ok_or_else(unknown)?);
        }
        let addressed = section == Some(CaptureSection::Addressed);
        let kept =
            statuses.iter().filter(|status| addressed || !status.stands_for_address()).count();
        ints::decode(cursor, kept, &mut raw)?;
        cursor.finish()?;
        if kept < rows {
            let mut kept = raw.into_iter();
            let value = |status: &CaptureStatus| match status.stands_for_address() {
                true => 0,
                false => kept.next().unwrap_or(0),
            };
            raw = statuses.iter().map(value).collect();
        }
        Ok(Column { section, statuses, raw })
    }
}

impl Arguments {
    /// Where a row's arguments are: none for rows beyond the chunk.
    #[inline]
    pub fn place(&self, row: usize) -> Option<Place> {
        self.places.of(row)
    }

    /// The raw value of a row's argument: none if it was left out because the memory it points to is
    /// there, or if the call has no such argument.
    #[inline]
    pub fn raw(&self, row: usize, arg: usize) -> Option<u64> {
        self.raw_at(self.place(row)?, arg)
    }

    /// The same of the row at a place.
    #[inline]
    pub fn raw_at(&self, place: Place, arg: usize) -> Option<u64> {
        let (column, rank) = self.column(place, arg)?;
        if column.statuses.get(rank).is_some_and(|status| status.stands_for_address())
            && column.section != Some(CaptureSection::Addressed)
        {
            return None;
        }
        column.raw.get(rank).map(|&value| value as u64)
    }

    /// Where the memory of a row's argument is stored and how much of it: none if the argument's
    /// memory is never captured.
    #[inline]
    pub fn status(&self, row: usize, arg: usize) -> Option<(CaptureSection, CaptureStatus)> {
        self.status_at(self.place(row)?, arg)
    }

    /// The same of the row at a place.
    #[inline]
    pub fn status_at(&self, place: Place, arg: usize) -> Option<(CaptureSection, CaptureStatus)> {
        let (column, rank) = self.column(place, arg)?;
        Some((column.section?, *column.statuses.get(rank)?))
    }

    /// The number of arguments of a row; 0 for rows beyond the chunk.
    pub fn count(&self, row: usize) -> usize {
        self.place(row).map_or(0, |place| usize::from(place.columns.args))
    }

    #[inline]
    fn column(&self, place: Place, arg: usize) -> Option<(&Column, usize)> {
        let (column, rank) = place.column(arg)?;
        Some((self.columns.get(column)?, rank))
    }
}
