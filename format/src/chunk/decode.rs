//! Decoding a chunk: its directory, and the columns that have one value a row.

use std::borrow::Cow;
use std::cell::RefCell;

use zstd::bulk::Decompressor;

use crate::chunk::context::ContextOrder;
use crate::chunk::times::UNKNOWN;
use crate::chunk::{BESIDE, CODEC_STORED, CODEC_ZSTD, ENTRY_LEN, order, section};
use crate::cursor::Cursor;
use crate::error::FormatError;
use crate::limits::{MAX_ARGS, MAX_CALLS, MAX_RAW, MAX_ROWS, MAX_SECTIONS, MAX_TICK_SHIFT};
use crate::{ints, magnitude};

/// An EVENTS block being decoded. Each method decompresses the sections it needs and no other.
#[derive(Debug)]
pub struct Chunk {
    rows: usize,
    tick_shift: u8,
    payload: Vec<u8>,
    sections: Vec<Section>,
}

#[derive(Debug)]
struct Section {
    info: SectionInfo,
    codec: u8,
    start: usize,
}

/// What the directory says of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionInfo {
    /// The section's id.
    pub id: u16,
    /// Its bytes in the file.
    pub stored: u32,
    /// Its bytes when decompressed.
    pub raw: u32,
}

/// A thread of a chunk and the number of its rows, which stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadRun {
    /// The thread.
    pub tid: u32,
    /// Its process.
    pub tgid: u32,
    /// Its rows.
    pub rows: u32,
    /// Whether they are what the thread did beside its calls.
    pub beside: bool,
}

/// A syscall of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallDef {
    /// The calling convention.
    pub abi: u8,
    /// The number.
    pub number: u32,
    /// How many arguments are stored.
    pub args: u8,
}

/// The syscall of each row.
#[derive(Debug, Clone)]
pub struct Calls {
    /// The syscalls of the chunk.
    pub table: Vec<CallDef>,
    /// For each row, its syscall's place in the table.
    pub of_row: Vec<u16>,
    /// Where each call's rows start when rows stand by call; one more than there are calls.
    pub(super) start: Vec<u32>,
}

/// When each row's call ended and how long it took.
#[derive(Debug, Clone)]
pub struct Times {
    /// For each row, its end: nanoseconds of the monotonic clock.
    pub end: Vec<u64>,
    /// For each row, its duration in nanoseconds; `u64::MAX` if it is not known.
    pub duration: Vec<u64>,
}

impl Chunk {
    /// Reads the directory of an EVENTS block's payload; `rows` are what the block's header says, `tick_shift` is the
    /// file's ([`Meta::tick_shift`](crate::Meta::tick_shift)).
    ///
    /// # Errors
    /// If the directory does not follow the format or its limits.
    pub fn parse(rows: u32, payload: Vec<u8>, tick_shift: u8) -> Result<Chunk, FormatError> {
        FormatError::check("rows of a block", u64::from(rows), u64::from(MAX_ROWS))?;
        let shift = (u64::from(tick_shift), u64::from(MAX_TICK_SHIFT));
        FormatError::check("the time resolution's exponent", shift.0, shift.1)?;
        let mut cursor = Cursor::new(&payload, "EVENTS directory");
        let count = cursor.u32()? as usize;
        FormatError::check("sections of a chunk", count as u64, MAX_SECTIONS as u64)?;
        let mut sections: Vec<Section> = Vec::with_capacity(count);
        let mut start = 4 + count * ENTRY_LEN;
        let mut raw_total = 0;
        for _ in 0..count {
            let (id, codec, _) = (cursor.u16()?, cursor.u8()?, cursor.u8()?);
            let (stored, raw, _) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
            if sections.iter().any(|section| section.info.id == id) {
                return Err(cursor.problem("a section stands twice"));
            }
            if codec == CODEC_STORED && stored != raw {
                return Err(cursor.problem("a stored section has two lengths"));
            }
            raw_total += u64::from(raw);
            sections.push(Section { info: SectionInfo { id, stored, raw }, codec, start });
            start = start.saturating_add(stored as usize);
        }
        FormatError::check("bytes of a chunk", raw_total, u64::from(MAX_RAW))?;
        if start != payload.len() {
            return Err(cursor.problem("the sections do not end with the payload"));
        }
        Ok(Chunk { rows: rows as usize, tick_shift, payload, sections })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The sections, known or not.
    pub fn sections(&self) -> impl Iterator<Item = SectionInfo> + '_ {
        self.sections.iter().map(|section| section.info)
    }

    /// The decompressed bytes of a section, known or not; none if the chunk lacks it.
    ///
    /// # Errors
    /// If it cannot be decompressed.
    pub fn raw(&self, id: u16) -> Result<Option<Cow<'_, [u8]>>, FormatError> {
        self.optional(id)
    }

    /// The threads, in the order of their rows, of which they have as many as the chunk.
    ///
    /// # Errors
    /// If the section is missing or does not follow the format.
    pub fn threads(&self) -> Result<Vec<ThreadRun>, FormatError> {
        let data = self.required(section::THREADS)?;
        let mut cursor = Cursor::new(&data, "threads");
        let count = cursor.count("threads of a chunk", self.rows)?;
        let mut columns: [Vec<i64>; 3] = Default::default();
        for column in &mut columns {
            ints::decode(&mut cursor, count, column)?;
        }
        cursor.finish()?;
        let [tid, tgid, rows] = columns;
        let mut threads = Vec::with_capacity(count);
        for i in 0..count {
            let field = |column: &[i64]| {
                u32::try_from(column[i])
                    .map_err(|_| cursor.problem("an id or a count is impossible"))
            };
            let (tid, tgid, rows) = (field(&tid)?, field(&tgid)?, field(&rows)?);
            threads.push(ThreadRun { tid: tid & !BESIDE, tgid, rows, beside: tid & BESIDE != 0 });
        }
        if threads.iter().map(|thread| u64::from(thread.rows)).sum::<u64>() != self.rows as u64 {
            return Err(cursor.problem("the rows of the threads do not add up"));
        }
        let ids = tgid.iter().zip(&tid).map(|(tgid, tid)| tgid << 32 | tid);
        let ids = ids.map(i64::cast_unsigned).collect();
        if has_duplicates(ids) {
            return Err(cursor.problem("a thread stands twice"));
        }
        Ok(threads)
    }

    /// The syscall of each row.
    ///
    /// # Errors
    /// If the section is missing or does not follow the format.
    pub fn calls(&self) -> Result<Calls, FormatError> {
        let data = self.required(section::CALLS)?;
        let mut cursor = Cursor::new(&data, "calls");
        let count = cursor.count("different syscalls of a chunk", MAX_CALLS)?;
        let mut table = Vec::with_capacity(count.min(cursor.left()));
        for _ in 0..count {
            let abi = cursor.u8()?;
            let number = cursor.count("a syscall's number", u32::MAX as usize)? as u32;
            let args = cursor.u8()?;
            FormatError::check("arguments of a syscall", u64::from(args), MAX_ARGS as u64)?;
            table.push(CallDef { abi, number, args });
        }
        let keys = table.iter().map(|call| u64::from(call.abi) << 32 | u64::from(call.number));
        if has_duplicates(keys.collect()) {
            return Err(cursor.problem("a syscall stands twice"));
        }
        let of_row: Vec<u16> = if count <= 256 {
            cursor.bytes(self.rows)?.iter().map(|&call| u16::from(call)).collect()
        } else {
            let bytes = cursor.bytes(2 * self.rows)?;
            bytes.as_chunks::<2>().0.iter().map(|call| u16::from_le_bytes(*call)).collect()
        };
        cursor.finish()?;
        let mut start = vec![0u32; count + 1];
        for &call in &of_row {
            match start.get_mut(usize::from(call) + 1) {
                Some(rows) => *rows += 1,
                None => return Err(cursor.problem("a row's syscall is not in the table")),
            }
        }
        for i in 0..count {
            start[i + 1] += start[i];
        }
        Ok(Calls { table, of_row, start })
    }

    /// When each row's call ended and how long it took.
    ///
    /// # Errors
    /// If a section is missing or does not follow the format.
    pub fn times(&self, calls: &Calls) -> Result<Times, FormatError> {
        self.check_calls(calls)?;
        let threads = self.threads()?;
        let mut contexts = ContextOrder::default();
        let runs = threads.iter().map(|thread| thread.rows);
        contexts.arrange(calls.table.len(), &calls.of_row, runs);
        let gaps = self.required(section::GAPS)?;
        let mut cursor = Cursor::new(&gaps, "gaps");
        let base = cursor.varint()?;
        // Gaps become ends in place.
        let mut end = magnitude::decode("gaps", &mut cursor, &contexts, false)?;
        let mut duration = match self.optional(section::DURATIONS)? {
            Some(data) => {
                let mut cursor = Cursor::new(&data, "durations");
                magnitude::decode("durations", &mut cursor, &contexts, true)?
            }
            None => vec![UNKNOWN; self.rows],
        };
        let shift = self.tick_shift;
        let mut row = 0;
        for thread in &threads {
            let run = row..row + thread.rows as usize;
            row = run.end;
            let (ends, durations) = (&mut end[run.clone()], &mut duration[run]);
            let mut previous = base;
            let mut first = true;
            for (end, duration) in ends.iter_mut().zip(durations) {
                let known = *duration != UNKNOWN;
                // A thread's first gap reaches to its end, and so do all of what may overlap.
                let took = if known && !first && !thread.beside { *duration } else { 0 };
                first = false;
                previous = previous.wrapping_add(*end).wrapping_add(took);
                *end = previous << shift;
                *duration = if known { *duration << shift } else { UNKNOWN };
            }
        }
        Ok(Times { end, duration })
    }

    /// The rows in the order of their ends; among equal ones, row order is the order.
    pub fn order(times: &Times) -> Vec<u32> {
        order::by_end(&times.end)
    }

    /// The CPU of each row, if the chunk tells.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn cpus(&self) -> Result<Option<Vec<u32>>, FormatError> {
        let Some(data) = self.optional(section::CPUS)? else { return Ok(None) };
        let mut cursor = Cursor::new(&data, "cpus");
        let count = cursor.count("runs of a chunk", self.rows)?;
        let (mut cpus, mut rows) = (Vec::new(), Vec::new());
        ints::decode(&mut cursor, count, &mut cpus)?;
        ints::decode(&mut cursor, count, &mut rows)?;
        cursor.finish()?;
        let mut of_row = Vec::with_capacity(self.rows);
        for (cpu, rows) in cpus.into_iter().zip(rows) {
            let left = self.rows - of_row.len();
            let cpu = u32::try_from(cpu).map_err(|_| cursor.problem("a CPU is impossible"))?;
            match usize::try_from(rows) {
                Ok(rows) if rows <= left => of_row.resize(of_row.len() + rows, cpu),
                _ => return Err(cursor.problem("the runs are longer than the chunk")),
            }
        }
        if of_row.len() != self.rows {
            return Err(cursor.problem("the runs are shorter than the chunk"));
        }
        Ok(Some(of_row))
    }

    /// The result of each row, if the chunk tells.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn results(&self, calls: &Calls) -> Result<Option<Vec<i64>>, FormatError> {
        self.check_calls(calls)?;
        let Some(data) = self.optional(section::RESULTS)? else { return Ok(None) };
        let mut cursor = Cursor::new(&data, "results");
        let mut by_call = Vec::with_capacity(self.rows);
        for call in 0..calls.table.len() {
            ints::decode_sized(&mut cursor, calls.rows(call), &mut by_call)?;
        }
        cursor.finish()?;
        Ok(Some(calls.places().map(|place| by_call[place]).collect()))
    }

    /// What is special about some rows: the row and its bits of [`mark`](crate::mark), by row.
    ///
    /// # Errors
    /// If the section does not follow the format.
    pub fn marks(&self) -> Result<Vec<(u32, u8)>, FormatError> {
        let Some(data) = self.optional(section::MARKS)? else { return Ok(Vec::new()) };
        let mut cursor = Cursor::new(&data, "marks");
        let count = cursor.count("marks of a chunk", self.rows)?;
        let (mut rows, mut bits) = (Vec::new(), Vec::new());
        ints::decode(&mut cursor, count, &mut rows)?;
        ints::decode(&mut cursor, count, &mut bits)?;
        cursor.finish()?;
        let within = |row: &i64| (0..self.rows as i64).contains(row);
        if !rows.iter().all(within) || !rows.is_sorted_by(|a, b| a < b) {
            return Err(cursor.problem("the rows of the marks are out of order"));
        }
        // Bits that this version does not know are left out.
        Ok(rows.into_iter().zip(bits).map(|(row, bits)| (row as u32, bits as u8)).collect())
    }

    /// The decompressed bytes of a section, if the chunk has it.
    pub(super) fn optional(&self, id: u16) -> Result<Option<Cow<'_, [u8]>>, FormatError> {
        let Some(section) = self.sections.iter().find(|section| section.info.id == id) else {
            return Ok(None);
        };
        let part = section::name(id);
        let SectionInfo { stored, raw, .. } = section.info;
        let bytes = &self.payload[section.start..section.start + stored as usize];
        match section.codec {
            CODEC_STORED => Ok(Some(Cow::Borrowed(bytes))),
            CODEC_ZSTD => Ok(Some(Cow::Owned(decompress(part, bytes, raw)?))),
            _ => Err(FormatError::malformed(part, "its compression is not known")),
        }
    }

    /// An error unless `calls` can be this chunk's.
    pub(super) fn check_calls(&self, calls: &Calls) -> Result<(), FormatError> {
        if calls.of_row.len() == self.rows && calls.start.len() == calls.table.len() + 1 {
            Ok(())
        } else {
            Err(FormatError::malformed("calls", "they are of another chunk"))
        }
    }

    fn required(&self, id: u16) -> Result<Cow<'_, [u8]>, FormatError> {
        let missing = || FormatError::malformed(section::name(id), "the section is missing");
        self.optional(id)?.ok_or_else(missing)
    }
}

impl Calls {
    /// The number of rows of a call.
    pub(super) fn rows(&self, call: usize) -> usize {
        (self.start[call + 1] - self.start[call]) as usize
    }

    /// For each row, its place when rows stand by call.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let mut next = self.start.clone();
        self.of_row.iter().map(move |&call| {
            let next = &mut next[usize::from(call)];
            *next += 1;
            *next as usize - 1
        })
    }
}

fn has_duplicates(mut keys: Vec<u64>) -> bool {
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

thread_local! {
    /// zstd's context is expensive to make and free to use again.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Decompresses to exactly `raw` bytes, which the caller has checked against the limits.
pub(crate) fn decompress(
    part: &'static str,
    bytes: &[u8],
    raw: u32,
) -> Result<Vec<u8>, FormatError> {
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = match decompressor {
            Some(decompressor) => decompressor,
            none => none.insert(Decompressor::new()?),
        };
        let mut out = Vec::with_capacity(raw as usize);
        match decompressor.decompress_to_buffer(bytes, &mut out) {
            Ok(length) if length == raw as usize => Ok(out),
            _ => Err(FormatError::Decompression { part }),
        }
    })
}
