//! Columns of arguments (SPEC.md §5.5).

use crate::chunk::decode::{Calls, Chunk};
use crate::chunk::event::{CaptureSection, CaptureStatus};
use crate::chunk::section;
use crate::cursor::Cursor;
use crate::error::FormatError;
use crate::ints;

/// The arguments of a chunk's rows. Access takes constant time.
#[derive(Debug)]
pub struct Arguments {
    /// For each row, its place when rows stand by call, and its call.
    pub(super) rows: Vec<RowPlace>,
    /// For each call, its first column, and how many it has; then one more.
    pub(super) calls: Vec<CallColumns>,
    pub(super) columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct RowPlace {
    /// Among the rows of its call.
    pub(super) rank: u32,
    pub(super) call: u16,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct CallColumns {
    pub(super) first: u32,
    pub(super) args: u8,
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
        Ok(Some(Arguments { rows, calls: call_columns, columns }))
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
    /// The raw value of a row's argument: none if it was left out because the memory it points to is
    /// there, or if the call has no such argument.
    #[inline]
    pub fn raw(&self, row: usize, arg: usize) -> Option<u64> {
        let (column, rank) = self.column(row, arg)?;
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
        let (column, rank) = self.column(row, arg)?;
        Some((column.section?, *column.statuses.get(rank)?))
    }

    /// The number of arguments of a row; 0 for rows beyond the chunk.
    pub fn count(&self, row: usize) -> usize {
        let call = self.rows.get(row).and_then(|place| self.calls.get(usize::from(place.call)));
        call.map_or(0, |call| usize::from(call.args))
    }

    /// The column of a row's argument, and the row's place in it.
    #[inline]
    fn column(&self, row: usize, arg: usize) -> Option<(&Column, usize)> {
        let (column, rank) = self.column_of(row, arg)?;
        Some((self.columns.get(column)?, rank))
    }

    /// The number of that column.
    #[inline]
    pub(super) fn column_of(&self, row: usize, arg: usize) -> Option<(usize, usize)> {
        let place = self.rows.get(row)?;
        let call = self.calls.get(usize::from(place.call))?;
        (arg < usize::from(call.args)).then_some((call.first as usize + arg, place.rank as usize))
    }
}
