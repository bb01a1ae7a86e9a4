//! Reading a file block by block, whatever has happened to it (SPEC.md §2.3).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::block::{ALIGN, BlockHeader, BlockKind, HEADER_LEN, sync_word};
use crate::check::Checks;
use crate::chunk::decode::decompress;
use crate::damage::Damage;
use crate::error::FormatError;
use crate::index::{End, index};
use crate::limits::MAX_BODY;
use crate::meta::Meta;
use crate::preamble::{PREAMBLE_LEN, Preamble};
use crate::source::Source;

/// Bytes looked through at a time for the next block.
const SCAN: usize = 64 << 10;

/// A trace, read from front to back: from a file, where payloads that nobody asks for are passed over,
/// or from a pipe.
pub struct Trace {
    source: Source,
    preamble: Preamble,
    sync: [u8; 8],
    meta: Meta,
    meta_block: Block,
    /// Where the next block should start, and its sequence number.
    at: u64,
    expected: u64,
    /// A payload that has been read ahead of being asked for.
    held: Option<Held>,
    checks: Checks,
    damage: Vec<Damage>,
    end: Option<End>,
    finished: bool,
}

/// A block: its place, its header and its zone map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it starts, in bytes from the start of the file.
    pub offset: u64,
    /// Its header.
    pub header: BlockHeader,
    /// Its zone map, empty but for EVENTS.
    pub zone: Vec<u8>,
}

struct Held {
    offset: u64,
    /// As stored.
    payload: Vec<u8>,
}

impl Trace {
    /// Opens a trace.
    ///
    /// # Errors
    /// If the file is not a trace, is of a later version, or its META cannot be read. Other damage is
    /// collected: see [`damage`](Self::damage).
    pub fn open(path: &Path) -> Result<Trace, FormatError> {
        let file = File::open(path)?;
        if file.metadata()?.is_file() {
            Self::start(Source::file(file))
        } else {
            Self::from_reader(Box::new(file))
        }
    }

    /// Reads a trace from a pipe. Each block is there as soon as it is whole.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_reader(reader: Box<dyn Read + Send>) -> Result<Trace, FormatError> {
        Self::start(Source::pipe(reader))
    }

    fn start(mut source: Source) -> Result<Trace, FormatError> {
        let preamble = Preamble::decode(source.look(0, PREAMBLE_LEN)?)?;
        let sync = sync_word(&preamble.file_id);
        let at = PREAMBLE_LEN as u64;
        let (meta_block, meta) = read_meta(&mut source, at, sync)?;
        let mut checks = Checks::default();
        checks.met(&meta_block);
        Ok(Trace {
            source,
            preamble,
            sync,
            meta,
            at: at + meta_block.header.extent(),
            expected: 1,
            meta_block,
            held: None,
            checks,
            damage: Vec::new(),
            end: None,
            finished: false,
        })
    }

    /// What the file says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The block that holds [`meta`](Self::meta). [`next_block`](Self::next_block) does not return it.
    pub fn meta_block(&self) -> &Block {
        &self.meta_block
    }

    /// The file's id.
    pub fn file_id(&self) -> [u8; 16] {
        self.preamble.file_id
    }

    /// The file's format version, major and minor.
    pub fn version(&self) -> (u16, u16) {
        self.preamble.version
    }

    /// The next block whose header and zone map can be read and of which all bytes are there; none at
    /// the end. What cannot be read on the way is collected as [`damage`](Self::damage). Blocks of an
    /// unknown kind are passed over.
    ///
    /// # Errors
    /// If reading fails, or a block of an unknown kind is marked as critical.
    pub fn next_block(&mut self) -> Result<Option<Block>, FormatError> {
        while !self.finished {
            let Some(header) = self.next_header()? else {
                self.finish();
                break;
            };
            let offset = self.at;
            let Some(zone) = self.secure(offset, &header)? else {
                self.finish();
                break;
            };
            self.at = offset + header.extent();
            self.expected = header.sequence.saturating_add(1);
            let block = Block { offset, header, zone };
            self.checks.met(&block);
            if self.admit(&block)? {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// The payload of a block: of the one just returned, or of any if the trace is a file. Its CRC has
    /// been checked and it is decompressed if the block is compressed as a whole.
    ///
    /// # Errors
    /// [`FormatError::Damaged`] if the payload is damaged, which is collected in
    /// [`damage`](Self::damage) too.
    pub fn read(&mut self, block: &Block) -> Result<Vec<u8>, FormatError> {
        let stored = self.read_stored(block)?;
        if !block.header.compressed() {
            return Ok(stored);
        }
        let decompressed = decompress(block.header.kind.name(), &stored, block.header.raw);
        decompressed.map_err(|_| self.payload_damage(block))
    }

    /// The payload of a block as stored: for copying it into another file. Its CRC has been checked.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_stored(&mut self, block: &Block) -> Result<Vec<u8>, FormatError> {
        let (header, offset) = (&block.header, block.offset);
        let intact = |payload: &Vec<u8>| crc32c::crc32c(payload) == header.payload_crc;
        let payload = match &self.held {
            // A damaged one stays, so that it is found damaged again.
            Some(held) if held.offset == offset => {
                self.held.take_if(|held| intact(&held.payload)).map(|held| held.payload)
            }
            _ if self.source.is_pipe() => return Err(FormatError::PassedBy { offset }),
            _ => {
                let at = offset + header.payload_at();
                self.source.take(at, header.stored as usize)?.filter(intact)
            }
        };
        payload.ok_or_else(|| self.payload_damage(block))
    }

    /// Everything that could not be read so far. Once [`next_block`](Self::next_block) has returned
    /// none, a missing END is among it.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// Whether END was seen and nothing was damaged.
    pub fn complete(&self) -> bool {
        self.end.is_some() && self.damage.is_empty()
    }

    /// What END says, once it was seen.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The header where the next block should start or, failing that, the next one behind; `at` moves
    /// to it. None at the end of the file.
    fn next_header(&mut self) -> Result<Option<BlockHeader>, FormatError> {
        let from = self.at;
        let start = self.source.look(from, HEADER_LEN)?;
        let (here, header) = (start.len(), BlockHeader::decode(start, self.sync));
        if let Some(header) = header.filter(|header| header.sequence >= self.expected) {
            self.note_missing(&header, from);
            return Ok(Some(header));
        }
        if here == 0 {
            return Ok(None);
        }
        let found = self.scan(from + ALIGN)?;
        match found {
            Some((to, header)) => {
                self.note_missing(&header, to);
                if header.sequence == self.expected {
                    self.note(Damage::Garbage { from, to });
                }
                self.at = to;
                Ok(Some(header))
            }
            None if here < HEADER_LEN => {
                self.note(Damage::CutTail { offset: from, bytes: here as u64 });
                Ok(None)
            }
            None => {
                let to = self.source.seen();
                self.note(Damage::LostTail { from, to });
                Ok(None)
            }
        }
    }

    /// Searches from `at` on for a valid header. Its sequence number must not lie behind: that is a
    /// copy of an earlier block, captured while the trace was read.
    fn scan(&mut self, mut at: u64) -> io::Result<Option<(u64, BlockHeader)>> {
        let (sync, expected) = (self.sync, self.expected);
        loop {
            let want = if self.source.is_pipe() { HEADER_LEN } else { SCAN };
            let window = self.source.look(at, want)?;
            if window.len() < HEADER_LEN {
                return Ok(None);
            }
            let places = (window.len() - HEADER_LEN) / ALIGN as usize + 1;
            for place in 0..places {
                let start = &window[place * ALIGN as usize..];
                if !start.starts_with(&sync) {
                    continue;
                }
                let header = BlockHeader::decode(start, sync);
                if let Some(header) = header.filter(|header| header.sequence >= expected) {
                    return Ok(Some((at + place as u64 * ALIGN, header)));
                }
            }
            at += places as u64 * ALIGN;
        }
    }

    /// The zone map of a block of which all bytes are there; none if the input ends within it. A
    /// pipe's payload is read and held.
    fn secure(
        &mut self,
        offset: u64,
        header: &BlockHeader,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        self.held = None;
        let zone = self.source.take(offset + HEADER_LEN as u64, header.zone as usize)?;
        let payload_at = offset + header.payload_at();
        let (whole, bytes) = match self.source.len()? {
            Some(length) => {
                let bytes = length.saturating_sub(offset);
                (header.payload_at() + u64::from(header.stored) <= bytes, bytes)
            }
            None => {
                if zone.is_some() {
                    let payload = self.source.take(payload_at, header.stored as usize)?;
                    self.held = payload.map(|payload| Held { offset, payload });
                }
                (self.held.is_some(), self.source.seen().saturating_sub(offset))
            }
        };
        if !whole {
            self.note(Damage::CutTail { offset, bytes });
            return Ok(None);
        }
        Ok(zone)
    }

    /// Whether a block is to be returned. INDEX and END are compared with what was read.
    fn admit(&mut self, block: &Block) -> Result<bool, FormatError> {
        let (offset, BlockHeader { kind, rows, .. }) = (block.offset, block.header);
        if !kind.known() {
            if !block.header.critical() {
                return Ok(false);
            }
            self.finished = true;
            return Err(FormatError::UnknownCriticalBlock { kind: kind.0, offset });
        }
        if crc32c::crc32c(&block.zone) != block.header.zone_crc {
            self.note(Damage::Zone { offset, kind, rows });
            return Ok(false);
        }
        match kind {
            BlockKind::INDEX => self.check_index(block)?,
            BlockKind::END => self.check_end(block)?,
            _ => {}
        }
        Ok(true)
    }

    fn check_index(&mut self, block: &Block) -> Result<(), FormatError> {
        let entries = match self.peek(block)? {
            Some(payload) => index(&payload).unwrap_or_default(),
            None => {
                self.checks.lost_index(block.offset);
                return Ok(());
            }
        };
        let right_count = entries.len() == block.header.rows as usize;
        if !self.checks.index(block.offset, &entries) || !right_count {
            self.note(Damage::Index { offset: block.offset });
        }
        Ok(())
    }

    fn check_end(&mut self, block: &Block) -> Result<(), FormatError> {
        self.finished = true;
        let offset = block.offset;
        match self.peek(block)?.map(|payload| End::decode(&payload)) {
            Some(Ok(end)) => {
                if let Some(problem) = self.checks.end(offset, &end) {
                    self.note(Damage::End { offset, problem });
                }
                self.end = Some(end);
            }
            Some(Err(_)) => {
                self.note(Damage::End { offset, problem: "it cannot be decoded" });
            }
            None => {}
        }
        // A pipe may stay open behind END: nobody waits for it.
        let bytes = self.source.len()?.map_or(0, |length| length.saturating_sub(self.at));
        if bytes > 0 {
            self.note(Damage::Trailing { offset: self.at, bytes });
        }
        Ok(())
    }

    /// The payload of the block just read, which can be read again; none if it is damaged.
    fn peek(&mut self, block: &Block) -> Result<Option<Vec<u8>>, FormatError> {
        match self.read(block) {
            Ok(payload) => {
                if self.source.is_pipe() && !block.header.compressed() {
                    self.held = Some(Held { offset: block.offset, payload: payload.clone() });
                }
                Ok(Some(payload))
            }
            Err(FormatError::Damaged(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn finish(&mut self) {
        self.finished = true;
        if self.end.is_none() {
            self.note(Damage::NoEnd);
        }
    }

    /// Notes the blocks that lack before `header`, which stands at `to`.
    fn note_missing(&mut self, header: &BlockHeader, to: u64) {
        if header.sequence > self.expected {
            let (first, last) = (self.expected, header.sequence - 1);
            self.checks.missing();
            self.note(Damage::Missing { first, last, from: self.at, to });
        }
    }

    fn payload_damage(&mut self, block: &Block) -> FormatError {
        let (offset, BlockHeader { kind, rows, .. }) = (block.offset, block.header);
        let damage = Damage::Payload { offset, kind, rows };
        self.note(damage.clone());
        FormatError::Damaged(damage)
    }

    /// Notes damage once, even if a block is read again.
    fn note(&mut self, damage: Damage) {
        // Among the latest: a file may have any number of damaged blocks.
        if !self.damage.iter().rev().take(64).any(|known| *known == damage) {
            self.damage.push(damage);
        }
    }
}

/// Reads META, the first block.
fn read_meta(
    source: &mut Source,
    offset: u64,
    sync: [u8; 8],
) -> Result<(Block, Meta), FormatError> {
    let damaged = |why: &str| FormatError::MetaDamaged { why: why.to_owned() };
    let start = source.look(offset, HEADER_LEN)?;
    if start.len() < HEADER_LEN {
        return Err(FormatError::MetaMissing);
    }
    let header =
        BlockHeader::decode(start, sync).ok_or_else(|| damaged("its header is damaged"))?;
    if header.kind != BlockKind::META || header.sequence != 0 {
        return Err(damaged("another block stands in its place"));
    }
    FormatError::check("bytes of META", u64::from(header.raw), u64::from(MAX_BODY) + 4)?;
    let zone = source.take(offset + HEADER_LEN as u64, header.zone as usize)?;
    let payload = source.take(offset + header.payload_at(), header.stored as usize)?;
    let (Some(zone), Some(stored)) = (zone, payload) else {
        return Err(FormatError::MetaMissing);
    };
    if crc32c::crc32c(&stored) != header.payload_crc {
        return Err(damaged("its checksum does not hold"));
    }
    let body = match header.compressed() {
        true => decompress("META", &stored, header.raw),
        false => Ok(stored),
    };
    let meta =
        body.and_then(|body| Meta::decode(&body)).map_err(|error| damaged(&error.to_string()))?;
    Ok((Block { offset, header, zone }, meta))
}
