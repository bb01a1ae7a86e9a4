//! Encoding a chunk: columns into sections.

use crate::chunk::BESIDE;
use crate::chunk::builder::{ChunkBuilder, EncodedChunk, Thread};
use crate::chunk::columns::CapturedColumn;
use crate::chunk::event::{CaptureSection, CaptureStatus};
use crate::chunk::pack::Packer;
use crate::chunk::section;
use crate::cursor::put_varint;
use crate::error::FormatError;
use crate::ints::IntEncoder;
use crate::zone::ZoneMap;

/// What encoding needs, kept from chunk to chunk.
pub(super) struct Scratch {
    pub(super) packer: Packer,
    pub(super) ints: IntEncoder,
    pub(super) section: Vec<u8>,
    /// An argument's part of its section.
    argument: Vec<u8>,
    /// The bytes of sections 8 and 9 before their dictionaries, by [`CaptureSection::index`].
    heads: [Vec<u8>; 2],
    /// A column of integers.
    pub(super) column: Vec<i64>,
}

impl Scratch {
    pub(super) fn new(level: i32) -> Self {
        Scratch {
            packer: Packer::new(level),
            ints: IntEncoder::new(),
            section: Vec::new(),
            argument: Vec::new(),
            heads: Default::default(),
            column: Vec::new(),
        }
    }
}

impl ChunkBuilder {
    /// Encodes what was put.
    pub(super) fn encode_rows(&mut self) -> Result<EncodedChunk, FormatError> {
        self.columns.close_run();
        let extent = self.reckon_times();
        let first = if self.is_empty() { 0 } else { self.first >> self.tick_shift };
        self.scratch.packer.start();
        self.add_threads()?;
        self.add_calls()?;
        self.add_times(first)?;
        self.add_cpus()?;
        self.add_results()?;
        self.add_arguments()?;
        self.add_captures()?;
        self.add_marks()?;
        self.add_files()?;
        let threads: Vec<_> = self.threads.list.iter().map(|t| (t.tgid, t.tid & !BESIDE)).collect();
        let calls = self.calls.list.iter().map(|call| (call.abi, call.number));
        let longest = extent.longest << self.tick_shift;
        Ok(EncodedChunk {
            rows: self.len() as u32,
            first: first << self.tick_shift,
            last: extent.last << self.tick_shift,
            zone: ZoneMap::encode(self.columns.failed, longest, calls, &threads)?,
            payload: self.scratch.packer.finish()?,
        })
    }

    fn add_threads(&mut self) -> Result<(), FormatError> {
        let list = &self.threads.list;
        let threads = &self.rows.threads;
        let Scratch { packer, ints, section, column, .. } = &mut self.scratch;
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
        let of_rows = &self.rows.calls;
        let Scratch { packer, section, .. } = &mut self.scratch;
        section.clear();
        put_varint(section, self.calls.list.len() as u64);
        for call in &self.calls.list {
            section.push(call.abi);
            put_varint(section, u64::from(call.number));
            section.push(call.args);
        }
        if self.calls.list.len() <= 256 {
            section.extend(of_rows.iter().map(|call| *call as u8));
        } else {
            section.extend(of_rows.iter().flat_map(|call| call.to_le_bytes()));
        }
        packer.add(section::CALLS, section)
    }

    fn add_times(&mut self, first: u64) -> Result<(), FormatError> {
        let Scratch { packer, section, .. } = &mut self.scratch;
        let contexts = self.rows.contexts.lengths();
        section.clear();
        put_varint(section, first);
        self.times.gaps.write(contexts, section);
        packer.add_dense(section::GAPS, section)?;
        if self.durations {
            section.clear();
            self.times.durations.write(contexts, section);
            packer.add_dense(section::DURATIONS, section)?;
        }
        Ok(())
    }

    fn add_cpus(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, .. } = &mut self.scratch;
        let cpus = &self.columns.cpus;
        section.clear();
        put_varint(section, cpus.keys.len() as u64);
        ints.put(&cpus.keys, section);
        ints.put(&cpus.values, section);
        packer.add(section::CPUS, section)
    }

    fn add_results(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, .. } = &mut self.scratch;
        section.clear();
        for call in &self.calls.list {
            let rows = call.first..call.first + call.rows as usize;
            ints.put_sized(&self.columns.results[rows], section);
        }
        packer.add(section::RESULTS, section)
    }

    fn add_arguments(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, argument, heads, column, .. } = &mut self.scratch;
        let all = &self.columns.captured;
        section.clear();
        heads.iter_mut().for_each(Vec::clear);
        for call in &self.calls.list {
            let mut start = call.first_arg;
            for captured in &call.captured[..usize::from(call.args)] {
                let raw = &self.columns.args[start..start + call.rows as usize];
                start += raw.len();
                argument.clear();
                match captured.section {
                    None => {
                        argument.push(0);
                        ints.put(raw, argument);
                    }
                    Some(of) => {
                        argument.push(of as u8);
                        let statuses = all.statuses(captured, call.rows);
                        column.clear();
                        column.extend(statuses.iter().map(|status| i64::from(*status)));
                        ints.put(column, argument);
                        let head = &mut heads[of.index()];
                        ints.put_sized(&all.entries[captured.entries()], head);
                        ints.put_sized(&all.full[captured.full()], head);
                        ints.put(addresses(raw, captured, statuses, column), argument);
                    }
                }
                put_varint(section, argument.len() as u64);
                section.extend_from_slice(argument);
            }
        }
        packer.add(section::ARGUMENTS, section)
    }

    /// The sections of captured memory: the columns that [`Self::add_arguments`] left, and the
    /// dictionaries.
    fn add_captures(&mut self) -> Result<(), FormatError> {
        let Scratch { packer, ints, section, heads, column, .. } = &mut self.scratch;
        for of in CaptureSection::ALL {
            let lies_there = |section: &CaptureSection| section.index() == of.index();
            let mut columns = self.calls.list.iter().flat_map(|call| &call.captured);
            if !columns.any(|column| column.section.as_ref().is_some_and(lies_there)) {
                continue;
            }
            let dictionary = &self.dictionaries[of.index()];
            section.clear();
            section.extend_from_slice(&heads[of.index()]);
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
        let Scratch { packer, ints, section, .. } = &mut self.scratch;
        let marks = &self.columns.marks;
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

/// The raw values that are kept of an argument: all but the addresses of memory that was captured.
fn addresses<'a>(
    raw: &'a [i64],
    captured: &CapturedColumn,
    statuses: &[u8],
    room: &'a mut Vec<i64>,
) -> &'a [i64] {
    if captured.section == Some(CaptureSection::Addressed) || captured.addresses == 0 {
        return raw;
    }
    room.clear();
    if captured.addresses as usize != raw.len() {
        let kept = raw.iter().zip(statuses).filter(|(_, status)| {
            let status = CaptureStatus::from_i64(i64::from(**status));
            !status.is_some_and(CaptureStatus::stands_for_address)
        });
        room.extend(kept.map(|(value, _)| *value));
    }
    room
}
