//! Encoding a chunk: rows into thread-major order, then columns, then sections.

use crate::chunk::BESIDE;
use crate::chunk::builder::{Call, CaptureRow, ChunkBuilder, EncodedChunk, Row, Thread, UNKNOWN};
use crate::chunk::context::ContextPlaces;
use crate::chunk::event::{CaptureSection, CaptureStatus};
use crate::chunk::pack::Packer;
use crate::chunk::section;
use crate::cursor::put_varint;
use crate::error::FormatError;
use crate::ints::IntEncoder;
use crate::limits::MAX_ARGS;
use crate::magnitude::Magnitudes;
use crate::zone::ZoneMap;

/// What encoding needs, kept from chunk to chunk.
pub(super) struct Scratch {
    pub(super) packer: Packer,
    pub(super) ints: IntEncoder,
    /// Places in the builder's rows, in thread-major order.
    order: Vec<u32>,
    /// Places of threads in the builder's list, in the order they are written.
    threads: Vec<u32>,
    /// First free place of each thread in `order`.
    thread_next: Vec<u32>,
    /// First free place of each call in `by_call`, `args` and `results`; after filling: where it ends.
    pub(super) call_next: Vec<u32>,
    /// Places in the builder's rows, by call, in row order within each.
    pub(super) by_call: Vec<u32>,
    /// Where the arguments of those rows start.
    args: Vec<u32>,
    /// Results, by call.
    results: Vec<i64>,
    gaps: Magnitudes,
    durations: Magnitudes,
    contexts: ContextPlaces,
    cpu_runs: Runs,
    marks: Runs,
    /// The index of each row's call.
    row_calls: Vec<u16>,
    pub(super) section: Vec<u8>,
    captured: CapturedColumns,
    /// A column of integers.
    pub(super) column: Vec<i64>,
    /// The arguments of a call's rows, by argument.
    columns: [Vec<i64>; MAX_ARGS],
}

/// Pairs of integers: run values and lengths, or rows and marks.
#[derive(Default)]
struct Runs {
    keys: Vec<i64>,
    values: Vec<i64>,
}

impl Runs {
    fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }
}

/// The columns of one captured argument, and the bytes of sections 8 and 9 before their dictionaries.
#[derive(Default)]
struct CapturedColumns {
    statuses: Vec<i64>,
    entries: Vec<i64>,
    full: Vec<i64>,
    argument: Vec<u8>,
    /// By [`CaptureSection::index`].
    heads: [Vec<u8>; 2],
}

impl CapturedColumns {
    /// Collects the captures of an argument, and takes the addresses of captured memory out of `raw`.
    fn fill<'a>(
        &mut self,
        captures: &[CaptureRow],
        rows: impl Iterator<Item = &'a Row>,
        arg: u8,
        raw: &mut Vec<i64>,
        addressed: bool,
    ) {
        self.statuses.clear();
        self.entries.clear();
        self.full.clear();
        let mut kept = 0;
        for (place, row) in rows.enumerate() {
            let capture = find_capture(captures, row, arg);
            let status = capture.map_or(CaptureStatus::None, |capture| capture.status);
            self.statuses.push(status as i64);
            if let Some(capture) = capture.filter(|_| status.captured()) {
                self.entries.push(i64::from(capture.entry));
                if status.lacks() {
                    self.full.push(i64::from(capture.full));
                }
            }
            if !addressed && !status.stands_for_address() {
                raw[kept] = raw[place];
                kept += 1;
            }
        }
        if !addressed {
            raw.truncate(kept);
        }
    }
}

/// What one pass over the rows finds out for the zone map and the block header.
struct Summary {
    failed: u32,
    /// Ticks.
    longest: u64,
    first: u64,
    last: u64,
}

/// Rows whose arguments are turned into columns at a time.
const TRANSPOSED: usize = 256;
/// Results of failed calls.
const ERRORS: std::ops::RangeInclusive<i64> = -4095..=-1;

impl Scratch {
    pub(super) fn new(level: i32) -> Self {
        Scratch {
            packer: Packer::new(level),
            ints: IntEncoder::new(),
            order: Vec::new(),
            threads: Vec::new(),
            thread_next: Vec::new(),
            call_next: Vec::new(),
            by_call: Vec::new(),
            args: Vec::new(),
            results: Vec::new(),
            gaps: Magnitudes::default(),
            durations: Magnitudes::default(),
            contexts: ContextPlaces::default(),
            cpu_runs: Runs::default(),
            marks: Runs::default(),
            row_calls: Vec::new(),
            section: Vec::new(),
            captured: CapturedColumns::default(),
            column: Vec::new(),
            columns: Default::default(),
        }
    }
}

impl ChunkBuilder {
    /// Encodes what was collected.
    pub(super) fn encode_rows(&mut self) -> Result<EncodedChunk, FormatError> {
        self.order_rows();
        let summary = self.scan_rows();
        self.scratch.packer.start();
        self.add_threads()?;
        self.add_calls()?;
        self.add_times(&summary)?;
        self.add_cpus()?;
        self.add_results()?;
        self.add_arguments()?;
        self.add_captures()?;
        self.add_marks()?;
        self.add_files()?;
        let threads: Vec<_> = self.threads.list.iter().map(|t| (t.tgid, t.tid & !BESIDE)).collect();
        let calls = self.calls.list.iter().map(|call| (call.abi, call.number));
        let longest = summary.longest << self.tick_shift;
        Ok(EncodedChunk {
            rows: self.rows.len() as u32,
            first: summary.first << self.tick_shift,
            last: summary.last << self.tick_shift,
            zone: ZoneMap::encode(summary.failed, longest, calls, &threads)?,
            payload: self.scratch.packer.finish()?,
        })
    }

    /// Thread-major order by counting; threads of a process stand together. Then the order of contexts.
    fn order_rows(&mut self) {
        let list = &self.threads.list;
        let Scratch { order, threads, thread_next, row_calls, contexts, .. } = &mut self.scratch;
        threads.clear();
        threads.extend(0..list.len() as u32);
        threads.sort_unstable_by_key(|&place| {
            let thread = &list[place as usize];
            (thread.tgid, thread.tid)
        });
        thread_next.clear();
        thread_next.resize(list.len(), 0);
        let mut start = 0;
        for &place in threads.iter() {
            thread_next[place as usize] = start;
            start += list[place as usize].rows;
        }
        order.clear();
        order.resize(self.rows.len(), 0);
        for (at, row) in self.rows.iter().enumerate() {
            let next = &mut thread_next[row.thread as usize];
            order[*next as usize] = at as u32;
            *next += 1;
        }
        for (thread, end) in list.iter().zip(thread_next) {
            if !thread.sorted {
                let run = (*end - thread.rows) as usize..*end as usize;
                order[run].sort_by_key(|&at| self.rows[at as usize].end);
            }
        }
        row_calls.clear();
        row_calls.extend(order.iter().map(|&at| self.rows[at as usize].call));
        let runs = threads.iter().map(|&place| list[place as usize].rows);
        contexts.arrange(self.calls.list.len(), row_calls, runs);
    }

    /// One pass over all rows in their final order: everything that has one value a row.
    fn scan_rows(&mut self) -> Summary {
        let shift = self.tick_shift;
        let first = if self.rows.is_empty() { 0 } else { self.first >> shift };
        let mut summary = Summary { failed: 0, longest: 0, first, last: first };
        place_calls(&self.calls.list, &mut self.scratch.call_next);
        let Scratch {
            order,
            threads,
            call_next,
            by_call,
            args,
            results,
            contexts,
            gaps,
            durations,
            cpu_runs,
            marks,
            ..
        } = &mut self.scratch;
        by_call.resize(self.rows.len(), 0);
        args.resize(self.rows.len(), 0);
        results.resize(self.rows.len(), 0);
        cpu_runs.clear();
        marks.clear();
        let (mut gaps, mut durations) = (gaps.start(order.len()), durations.start(order.len()));
        let (mut cpu, mut cpu_start) = (u32::MAX, 0);
        let mut row_number = 0;
        for &place in threads.iter() {
            // A thread's first gap is from the base and leaves out the duration; so do all gaps of what may
            // overlap.
            let mut previous = None;
            let thread = &self.threads.list[place as usize];
            let overlaps = thread.tid & BESIDE != 0;
            let rows = row_number..row_number + thread.rows as usize;
            for (&at, &place) in order[rows.clone()].iter().zip(&contexts.places()[rows]) {
                let row = &self.rows[at as usize];
                let end = row.end >> shift;
                let mut duration = 0;
                if self.durations {
                    if row.duration == UNKNOWN {
                        durations.put_unknown(place);
                    } else {
                        duration = end - ((row.end - row.duration) >> shift);
                        durations.put(place, duration);
                        summary.longest = summary.longest.max(duration);
                    }
                }
                let gap = match previous {
                    None => end - first,
                    Some(previous) if overlaps => end.wrapping_sub(previous),
                    Some(previous) => end.wrapping_sub(previous).wrapping_sub(duration),
                };
                gaps.put(place, gap);
                previous = Some(end);
                summary.last = summary.last.max(end);
                summary.failed += u32::from(ERRORS.contains(&row.ret));
                let next = &mut call_next[usize::from(row.call)];
                by_call[*next as usize] = at;
                args[*next as usize] = row.args;
                results[*next as usize] = row.ret;
                *next += 1;
                if row.cpu != cpu || row_number == 0 {
                    close_run(cpu_runs, row_number - cpu_start);
                    cpu_runs.keys.push(i64::from(row.cpu));
                    (cpu, cpu_start) = (row.cpu, row_number);
                }
                if row.marks != 0 {
                    marks.keys.push(row_number as i64);
                    marks.values.push(i64::from(row.marks));
                }
                row_number += 1;
            }
        }
        close_run(cpu_runs, row_number - cpu_start);
        gaps.finish();
        durations.finish();
        summary
    }

    fn add_threads(&mut self) -> Result<(), FormatError> {
        let list = &self.threads.list;
        let Scratch { packer, ints, threads, section, column, .. } = &mut self.scratch;
        section.clear();
        put_varint(section, list.len() as u64);
        let fields: [fn(&Thread) -> u32; 3] = [|t| t.tid, |t| t.tgid, |t| t.rows];
        for field in fields {
            column.clear();
            column.extend(threads.iter().map(|&place| i64::from(field(&list[place as usize]))));
            ints.put(column, section);
        }
        packer.add(section::THREADS, section)
    }

    fn add_calls(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, section, row_calls, .. } = &mut self.scratch;
        section.clear();
        put_varint(section, self.calls.list.len() as u64);
        for call in &self.calls.list {
            section.push(call.abi);
            put_varint(section, u64::from(call.number));
            section.push(call.args);
        }
        if self.calls.list.len() <= 256 {
            section.extend(row_calls.iter().map(|call| *call as u8));
        } else {
            section.extend(row_calls.iter().flat_map(|call| call.to_le_bytes()));
        }
        packer.add(section::CALLS, section)
    }

    fn add_times(&mut self, summary: &Summary) -> Result<(), FormatError> {
        let Scratch { packer, section, gaps, durations, contexts, .. } = &mut self.scratch;
        section.clear();
        put_varint(section, summary.first);
        gaps.put(contexts.lengths(), section);
        packer.add_dense(section::GAPS, section)?;
        if self.durations {
            section.clear();
            durations.put(contexts.lengths(), section);
            packer.add_dense(section::DURATIONS, section)?;
        }
        Ok(())
    }

    fn add_cpus(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, cpu_runs, .. } = &mut self.scratch;
        section.clear();
        put_varint(section, cpu_runs.keys.len() as u64);
        ints.put(&cpu_runs.keys, section);
        ints.put(&cpu_runs.values, section);
        packer.add(section::CPUS, section)
    }

    fn add_results(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, call_next, results, .. } = &mut self.scratch;
        section.clear();
        let mut start = 0;
        for &end in call_next.iter() {
            ints.put_sized(&results[start..end as usize], section);
            start = end as usize;
        }
        packer.add(section::RESULTS, section)
    }

    fn add_arguments(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, call_next, by_call, args, captured, columns, .. } =
            &mut self.scratch;
        section.clear();
        captured.heads.iter_mut().for_each(Vec::clear);
        let mut start = 0;
        for (call, &end) in self.calls.list.iter().zip(call_next.iter()) {
            let rows = start..end as usize;
            start = rows.end;
            let columns = &mut columns[..usize::from(call.args)];
            transpose(&self.args, &args[rows.clone()], columns);
            for (arg, column) in columns.iter_mut().enumerate() {
                captured.argument.clear();
                match call.captures[arg] {
                    None => captured.argument.push(0),
                    Some(of) => {
                        captured.argument.push(of as u8);
                        let rows = by_call[rows.clone()].iter().map(|&at| &self.rows[at as usize]);
                        let addressed = of == CaptureSection::Addressed;
                        captured.fill(&self.captures, rows, arg as u8, column, addressed);
                        ints.put(&captured.statuses, &mut captured.argument);
                        let head = &mut captured.heads[of.index()];
                        ints.put_sized(&captured.entries, head);
                        ints.put_sized(&captured.full, head);
                    }
                }
                ints.put(column, &mut captured.argument);
                put_varint(section, captured.argument.len() as u64);
                section.extend_from_slice(&captured.argument);
            }
        }
        packer.add(section::ARGUMENTS, section)
    }

    /// The sections of captured memory: the columns that [`Self::add_arguments`] left, and the
    /// dictionaries.
    fn add_captures(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, captured, column, .. } = &mut self.scratch;
        for of in CaptureSection::ALL {
            let lies_there = |section: &CaptureSection| section.index() == of.index();
            if !self.calls.list.iter().any(|call| call.captures.iter().flatten().any(lies_there)) {
                continue;
            }
            let dictionary = &self.dictionaries[of.index()];
            section.clear();
            section.extend_from_slice(&captured.heads[of.index()]);
            put_varint(section, dictionary.lengths().len() as u64);
            column.clear();
            column.extend(dictionary.lengths().map(i64::from));
            ints.put(column, section);
            section.extend_from_slice(dictionary.bytes());
            let id = match of {
                CaptureSection::Strings => section::STRINGS,
                CaptureSection::Contents | CaptureSection::Addressed => section::CONTENTS,
            };
            packer.add(id, section)?;
        }
        Ok(())
    }

    fn add_marks(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, marks, .. } = &mut self.scratch;
        if marks.keys.is_empty() {
            return Ok(());
        }
        section.clear();
        put_varint(section, marks.keys.len() as u64);
        ints.put(&marks.keys, section);
        ints.put(&marks.values, section);
        packer.add(section::MARKS, section)
    }
}

/// Where the rows of each call start when they stand by call.
fn place_calls(calls: &[Call], next: &mut Vec<u32>) {
    next.clear();
    let mut start = 0;
    for call in calls {
        next.push(start);
        start += call.rows;
    }
}

/// The arguments of rows of one call as columns. In blocks, so that what one column brings into the
/// cache is still there for the next.
fn transpose(args: &[u64], starts: &[u32], columns: &mut [Vec<i64>]) {
    columns.iter_mut().for_each(Vec::clear);
    for block in starts.chunks(TRANSPOSED) {
        for (arg, column) in columns.iter_mut().enumerate() {
            column.extend(block.iter().map(|&start| args[start as usize + arg] as i64));
        }
    }
}

/// Ends a run of rows on one CPU, if there is one.
fn close_run(runs: &mut Runs, rows: usize) {
    if rows > 0 {
        runs.values.push(rows as i64);
    }
}

fn find_capture<'a>(captures: &'a [CaptureRow], row: &Row, arg: u8) -> Option<&'a CaptureRow> {
    let start = row.captures as usize;
    let count = row.captured.count_ones() as usize;
    captures[start..start + count].iter().find(|capture| capture.arg == arg)
}
