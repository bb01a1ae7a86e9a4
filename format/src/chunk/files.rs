//! What descriptors stand for (SPEC.md §5.8).

use std::ops::Range;

use crate::chunk::builder::{Call, ChunkBuilder};
use crate::chunk::captures::decode_dictionary;
use crate::chunk::decode::{Calls, Chunk};
use crate::chunk::encode::Scratch;
use crate::chunk::intern::Interner;
use crate::chunk::section;
use crate::cursor::{Cursor, put_varint};
use crate::error::FormatError;
use crate::ints;
use crate::limits::{MAX_FACTS, MAX_FILE_NUMBERS, MAX_FILES, MAX_NAME};

/// Stands in names for a number that is kept apart: names that differ in numbers alone are stored once.
pub const NUMBER: u8 = 0;

/// What a descriptor stands for from the end of a call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// The descriptor.
    pub fd: FileFd,
    /// What its link in `/proc/PID/fd` reads, with [`NUMBER`] in the places of numbers; empty if
    /// that is not known.
    pub link: &'a [u8],
    /// What more is known, likewise: a socket's addresses, a device's number.
    pub detail: &'a [u8],
    /// The numbers, of the link and then of the detail, at most 8.
    pub numbers: &'a [u64],
}

/// Where a descriptor's number is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFd {
    /// It is the call's result.
    Result,
    /// It is the call's first argument.
    First,
    /// It is this; −100 (`AT_FDCWD`) is the working directory.
    Listed(i32),
}

const RESULT: i64 = 0;
const FIRST: i64 = 1;
const LISTED: i64 = 2;

/// What was collected for the section.
#[derive(Default)]
pub(super) struct FileRows {
    rows: Vec<FileRow>,
    numbers: Vec<u64>,
    names: Names,
}

/// Names of files.
#[derive(Default)]
struct Names {
    texts: Interner,
    /// For each, how many numbers have their place in it.
    places: Vec<usize>,
}

struct FileRow {
    /// Place of the call in the builder's list.
    call: u16,
    /// The row's place among the call's.
    rank: u32,
    fd: FileFd,
    link: u32,
    detail: u32,
    /// In [`FileRows::numbers`].
    numbers: Range<u32>,
}

impl FileRows {
    /// Adds what is known of a file since the latest row of a call; too much is left out.
    pub(super) fn push(&mut self, place: u16, call: &mut Call, file: &File<'_>) {
        let rank = call.put - 1;
        let long = file.link.len().max(file.detail.len()) > MAX_NAME;
        let is_of_row = |fact: &&FileRow| fact.call == place && fact.rank == rank;
        let of_row = self.rows.iter().rev().take_while(is_of_row).count();
        let full = self.rows.len() >= MAX_FACTS || of_row >= MAX_FILES;
        let names = [file.link, file.detail];
        let known = [0, 1].map(|at| self.names.places(call.names[at], names[at]));
        let count = [0, 1].map(|at| known[at].unwrap_or_else(|| places(names[at])));
        let places = count[0] + count[1];
        if full || long || places != file.numbers.len() || places > MAX_FILE_NUMBERS {
            return;
        }
        for at in [0, 1].into_iter().filter(|at| known[*at].is_none()) {
            call.names[at] = self.names.number(names[at], count[at]);
        }
        let start = self.numbers.len() as u32;
        self.numbers.extend_from_slice(file.numbers);
        call.files += 1;
        self.rows.push(FileRow {
            call: place,
            rank,
            fd: file.fd,
            link: call.names[0],
            detail: call.names[1],
            numbers: start..self.numbers.len() as u32,
        });
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.numbers.clear();
        self.names.texts.clear();
        self.names.places.clear();
    }
}

impl Names {
    /// How many numbers have their place in a name, if it is the one of that number.
    #[inline]
    fn places(&self, number: u32, name: &[u8]) -> Option<usize> {
        self.texts.is(number, name).then(|| self.places[number as usize])
    }

    /// The number of a name in which so many have their place.
    fn number(&mut self, name: &[u8], places: usize) -> u32 {
        let number = self.texts.intern(name);
        if number as usize == self.places.len() {
            self.places.push(places);
        }
        number
    }
}

impl ChunkBuilder {
    /// Writes the section, once the rows are in order.
    pub(super) fn add_files(&mut self) -> Result<(), FormatError> {
        let FileRows { rows, numbers, names } = &self.files;
        if rows.is_empty() {
            return Ok(());
        }
        let Scratch { packer, ints, section, column, .. } = &mut self.scratch;
        let mut put = |values: &mut dyn Iterator<Item = i64>, section: &mut Vec<u8>| {
            column.clear();
            column.extend(values);
            ints.put(column, section);
        };
        section.clear();
        put_varint(section, names.texts.lengths().len() as u64);
        put(&mut names.texts.lengths().map(i64::from), section);
        section.extend_from_slice(names.texts.bytes());
        for (place, call) in (0..).zip(&self.calls.list) {
            if call.files == 0 {
                put(&mut std::iter::repeat_n(0, call.rows as usize), section);
                continue;
            }
            let facts: Vec<&FileRow> = rows.iter().filter(|fact| fact.call == place).collect();
            let mut left = facts.as_slice();
            put(
                &mut (0..call.rows).map(|rank| {
                    let count = left.iter().take_while(|fact| fact.rank == rank).count();
                    left = &left[count..];
                    count as i64
                }),
                section,
            );
            put(&mut facts.iter().map(|row| source(row.fd).0), section);
            put(&mut facts.iter().filter_map(|row| source(row.fd).1), section);
            put(&mut facts.iter().map(|row| i64::from(row.link)), section);
            put(&mut facts.iter().map(|row| i64::from(row.detail)), section);
            let most = facts.iter().map(|row| row.numbers.len()).max().unwrap_or(0);
            for nth in 0..MAX_FILE_NUMBERS {
                // Few have many: the other columns are empty without a look at each fact.
                let facts = if nth < most { facts.as_slice() } else { &[] };
                let number = |row: &&FileRow| {
                    let range = row.numbers.start as usize..row.numbers.end as usize;
                    numbers[range].get(nth).map(|number| number.cast_signed())
                };
                put(&mut facts.iter().filter_map(number), section);
            }
        }
        packer.add(section::FILES, section)
    }
}

/// How many numbers have their place in a name.
fn places(name: &[u8]) -> usize {
    name.iter().filter(|byte| **byte == NUMBER).count()
}

/// How a descriptor is written, and its number if it is listed.
fn source(fd: FileFd) -> (i64, Option<i64>) {
    match fd {
        FileFd::Result => (RESULT, None),
        FileFd::First => (FIRST, None),
        FileFd::Listed(fd) => (LISTED, Some(i64::from(fd))),
    }
}

/// What the rows of a chunk tell of files.
#[derive(Debug, Default)]
pub struct Files {
    names: Vec<u8>,
    /// Where each name ends; the first starts at 0.
    ends: Vec<u32>,
    facts: Vec<Fact>,
}

#[derive(Debug)]
struct Fact {
    row: u32,
    fd: FileFd,
    link: u32,
    detail: u32,
    numbers: [u64; MAX_FILE_NUMBERS],
    /// How many of them are the link's.
    of_link: usize,
}

/// What a row tells of a file.
#[derive(Debug, Clone, Copy)]
pub struct FileFact<'a> {
    files: &'a Files,
    fact: &'a Fact,
}

impl Chunk {
    /// What the rows tell of files; nothing if the chunk does not say.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn files(&self, calls: &Calls) -> Result<Files, FormatError> {
        self.check_calls(calls)?;
        let Some(data) = self.optional(section::FILES)? else { return Ok(Files::default()) };
        let mut cursor = Cursor::new(&data, "files");
        let most = 2 * MAX_FACTS.min(MAX_FILES * self.rows());
        let ends = decode_dictionary(&mut cursor, most, MAX_NAME)?;
        let names = cursor.bytes(ends.last().map_or(0, |&end| end as usize))?.to_vec();
        let mut files = Files { names, ends, facts: Vec::new() };
        let places: Vec<usize> = (0..files.ends.len())
            .map(|name| files.name(name as u32).iter().filter(|byte| **byte == NUMBER).count())
            .collect();
        let mut by_call = vec![0; self.rows()];
        for (row, place) in calls.places().enumerate() {
            by_call[place] = row as u32;
        }
        let mut rows = &by_call[..];
        for call in 0..calls.table.len() {
            let (these, rest) = rows.split_at(calls.rows(call));
            facts_of(&mut cursor, these, &places, &mut files.facts)?;
            rows = rest;
        }
        cursor.finish()?;
        files.facts.sort_by_key(|fact| fact.row);
        Ok(files)
    }
}

/// Appends the facts of a call, given its rows, and how many numbers each name has.
fn facts_of(
    cursor: &mut Cursor<'_>,
    rows: &[u32],
    places: &[usize],
    facts: &mut Vec<Fact>,
) -> Result<(), FormatError> {
    let mut of_rows = Vec::new();
    for (row, count) in rows.iter().zip(column(cursor, rows.len())?) {
        if !(0..=MAX_FILES as i64).contains(&count) {
            return Err(cursor.problem("a row tells of more files than it can"));
        }
        of_rows.extend(std::iter::repeat_n(*row, count as usize));
        let all = facts.len() + of_rows.len();
        FormatError::check("facts about files of a chunk", all as u64, MAX_FACTS as u64)?;
    }
    if of_rows.is_empty() {
        return Ok(());
    }
    let sources = column(cursor, of_rows.len())?;
    let listed = sources.iter().filter(|source| **source == LISTED).count();
    let mut fds = column(cursor, listed)?.into_iter();
    let links = column(cursor, of_rows.len())?;
    let details = column(cursor, of_rows.len())?;
    let start = facts.len();
    let places_of = |name: i64| usize::try_from(name).ok().and_then(|name| places.get(name));
    for (place, row) in of_rows.into_iter().enumerate() {
        let fd = match sources[place] {
            RESULT => FileFd::Result,
            FIRST => FileFd::First,
            LISTED => FileFd::Listed(fds.next().unwrap_or_default() as i32),
            _ => return Err(cursor.problem("where a descriptor stands is not known")),
        };
        let (Some(&of_link), Some(&of_detail)) =
            (places_of(links[place]), places_of(details[place]))
        else {
            return Err(cursor.problem("a name is not in the dictionary"));
        };
        let all = (of_link + of_detail) as u64;
        FormatError::check("numbers of a file", all, MAX_FILE_NUMBERS as u64)?;
        let (link, detail) = (links[place] as u32, details[place] as u32);
        facts.push(Fact { row, fd, link, detail, numbers: [0; _], of_link });
    }
    for nth in 0..MAX_FILE_NUMBERS {
        let has = |fact: &&mut Fact| fact.of_link + places[fact.detail as usize] > nth;
        let having = facts[start..].iter_mut().filter(has).count();
        let values = column(cursor, having)?;
        for (fact, value) in facts[start..].iter_mut().filter(has).zip(values) {
            fact.numbers[nth] = value.cast_unsigned();
        }
    }
    Ok(())
}

fn column(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<i64>, FormatError> {
    let mut values = Vec::new();
    ints::decode(cursor, count, &mut values)?;
    Ok(values)
}

impl Files {
    /// What a row tells, in the order in which it does.
    pub fn of(&self, row: u32) -> impl Iterator<Item = FileFact<'_>> {
        let start = self.facts.partition_point(|fact| fact.row < row);
        let facts = self.facts[start..].iter().take_while(move |fact| fact.row == row);
        facts.map(|fact| FileFact { files: self, fact })
    }

    /// The rows that tell of files, ascending.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.facts.iter().map(|fact| fact.row)
    }

    fn name(&self, name: u32) -> &[u8] {
        let end = self.ends[name as usize];
        let start = if name == 0 { 0 } else { self.ends[name as usize - 1] };
        &self.names[start as usize..end as usize]
    }
}

impl FileFact<'_> {
    /// The descriptor.
    pub fn fd(&self) -> FileFd {
        self.fact.fd
    }

    /// What its link reads; empty if that is not known.
    pub fn link(&self) -> Vec<u8> {
        let numbers = &self.fact.numbers[..self.fact.of_link];
        numbered(self.files.name(self.fact.link), numbers)
    }

    /// What more is known.
    pub fn detail(&self) -> Vec<u8> {
        let numbers = &self.fact.numbers[self.fact.of_link..];
        numbered(self.files.name(self.fact.detail), numbers)
    }

    /// The fact as it was given to a builder.
    pub fn file(&self) -> File<'_> {
        let Fact { fd, link, detail, of_link, .. } = *self.fact;
        let (link, detail) = (self.files.name(link), self.files.name(detail));
        let count = (of_link + places(detail)).min(MAX_FILE_NUMBERS);
        File { fd, link, detail, numbers: &self.fact.numbers[..count] }
    }
}

/// A name with its numbers in their places.
pub fn numbered(name: &[u8], numbers: &[u64]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len() + 8 * numbers.len());
    let mut numbers = numbers.iter();
    for byte in name {
        match (*byte, numbers.len()) {
            (NUMBER, 1..) => {
                let number = numbers.next().copied().unwrap_or_default();
                text.extend_from_slice(number.to_string().as_bytes());
            }
            (byte, _) => text.push(byte),
        }
    }
    text
}
