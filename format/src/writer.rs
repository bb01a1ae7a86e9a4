//! Writing a file: append only, one write for each block.

use std::io::Write;

use crate::block::{
    ALIGN, BlockHeader, BlockKind, FLAG_COMPRESSED, FLAG_CRITICAL, HEADER_LEN, sync_word,
};
use crate::body;
use crate::chunk::builder::EncodedChunk;
use crate::clock::Clock;
use crate::error::FormatError;
use crate::index::{End, IndexEntry};
use crate::ledger::LedgerRow;
use crate::limits::{MAX_RAW, MAX_ROWS, MAX_STORED, MAX_ZONE};
use crate::meta::Meta;
use crate::preamble::{Preamble, VERSION};
use crate::process::ProcRecord;
use crate::shed::Shed;

/// An INDEX block follows each so many others.
const INDEX_EVERY: usize = 1024;
/// zstd level of META, which is most of a short trace: levels above take longer than they are worth.
const META_LEVEL: i32 = 12;
/// zstd level of PROC.
const PROC_LEVEL: i32 = 3;

/// Writes one file. Nothing is ever changed behind what was written, so `out` needs no seeking, and
/// what was flushed stays readable whatever happens next.
pub struct Writer<W> {
    out: W,
    sync: [u8; 8],
    written: u64,
    sequence: u64,
    /// The blocks since the last INDEX.
    entries: Vec<IndexEntry>,
    indexes: Vec<u64>,
    totals: Totals,
    /// A block being put together.
    buffer: Vec<u8>,
    /// Whether a write failed, perhaps within a block.
    failed: bool,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Its events.
    pub events: u64,
    /// Its EVENTS blocks.
    pub chunks: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// A block about to be written: its header but for lengths, checksums and sequence number.
struct Draft<'a> {
    kind: BlockKind,
    flags: u8,
    rows: u32,
    first: u64,
    last: u64,
    zone: &'a [u8],
    payload: &'a [u8],
    /// Bytes of the payload when decompressed.
    raw: usize,
}

impl Default for Draft<'_> {
    fn default() -> Self {
        let kind = BlockKind(0);
        Draft { kind, flags: 0, rows: 0, first: 0, last: 0, zone: &[], payload: &[], raw: 0 }
    }
}

impl<W: Write> Writer<W> {
    /// Starts a file: writes its preamble and META. `file_id` is random, so that no two files have the
    /// same.
    ///
    /// # Errors
    /// If `meta` is beyond a limit of the format, or writing fails.
    pub fn new(out: W, file_id: [u8; 16], meta: &Meta) -> Result<Self, FormatError> {
        let mut writer = Writer {
            out,
            sync: sync_word(&file_id),
            written: 0,
            sequence: 0,
            entries: Vec::new(),
            indexes: Vec::new(),
            totals: Totals::default(),
            buffer: Vec::new(),
            failed: false,
        };
        let body = meta.encode()?;
        writer.buffer.extend_from_slice(&Preamble { version: VERSION, file_id }.encode());
        let draft = Draft { kind: BlockKind::META, flags: FLAG_CRITICAL, ..Draft::default() };
        writer.compressed_body(&body, META_LEVEL, draft)?;
        Ok(writer)
    }

    /// Writes a CLOCK block.
    ///
    /// # Errors
    /// If writing fails.
    pub fn clock(&mut self, clock: &Clock) -> Result<(), FormatError> {
        let payload = clock.encode();
        let (first, last) = (clock.monotonic, clock.monotonic);
        let kind = BlockKind::CLOCK;
        let raw = payload.len();
        self.block(Draft { kind, first, last, payload: &payload, raw, ..Draft::default() })
    }

    /// Writes records, which must be in time order, as one PROC block or more.
    ///
    /// # Errors
    /// If a record is beyond a limit of the format, or writing fails.
    pub fn processes(&mut self, records: &[ProcRecord]) -> Result<(), FormatError> {
        for part in body::encode_list("PROC", records)? {
            let times = part.items.iter().map(|record| record.time);
            let (first, last) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
            let draft = Draft {
                kind: BlockKind::PROC,
                rows: part.items.len() as u32,
                first,
                last,
                ..Draft::default()
            };
            self.compressed_body(&part.body, PROC_LEVEL, draft)?;
        }
        Ok(())
    }

    /// Writes an EVENTS block. Blocks must follow one another in time order.
    ///
    /// # Errors
    /// If writing fails.
    pub fn events(&mut self, chunk: &EncodedChunk) -> Result<(), FormatError> {
        let EncodedChunk { rows, first, last, ref zone, ref payload } = *chunk;
        let (kind, raw) = (BlockKind::EVENTS, payload.len());
        self.block(Draft { kind, flags: 0, rows, first, last, zone, payload, raw })
    }

    /// Writes ledger rows as one LOSS block or more.
    ///
    /// # Errors
    /// If writing fails.
    pub fn ledger(&mut self, rows: &[LedgerRow]) -> Result<(), FormatError> {
        for part in body::encode_list("LOSS", rows)? {
            let first = part.items.iter().map(|row| row.from).min().unwrap_or(0);
            let last = part.items.iter().map(|row| row.to).max().unwrap_or(0);
            let (kind, rows) = (BlockKind::LOSS, part.items.len() as u32);
            let (payload, raw) = (part.body.as_slice(), part.body.len());
            self.block(Draft { kind, rows, first, last, payload, raw, ..Draft::default() })?;
        }
        Ok(())
    }

    /// Writes what is left out from a moment on; before the EVENTS blocks with events from then on.
    ///
    /// # Errors
    /// If writing fails.
    pub fn shed(&mut self, shed: &Shed) -> Result<(), FormatError> {
        let payload = shed.encode();
        let (kind, first, last, raw) = (BlockKind::SHED, shed.since, shed.since, payload.len());
        self.block(Draft { kind, first, last, payload: &payload, raw, ..Draft::default() })
    }

    /// Writes a block of another file as it is, but for its sequence number: `stored` is its payload
    /// as stored. INDEX and END blocks are left out: a file has its own.
    ///
    /// # Errors
    /// If writing fails.
    pub fn copy(
        &mut self,
        header: &BlockHeader,
        zone: &[u8],
        stored: &[u8],
    ) -> Result<(), FormatError> {
        let BlockHeader { kind, flags, rows, first, last, raw, .. } = *header;
        if matches!(kind, BlockKind::INDEX | BlockKind::END) {
            return Ok(());
        }
        let (payload, raw) = (stored, raw as usize);
        self.block(Draft { kind, flags, rows, first, last, zone, payload, raw })
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Flushes what was written.
    ///
    /// # Errors
    /// If flushing fails.
    pub fn flush(&mut self) -> Result<(), FormatError> {
        Ok(self.out.flush()?)
    }

    /// Writes INDEX and END, flushes, and gives back `out`.
    ///
    /// # Errors
    /// If writing or flushing fails.
    pub fn finish(mut self) -> Result<(W, Totals), FormatError> {
        self.index()?;
        let Totals { events, chunks, .. } = self.totals;
        let end = End { events, chunks, indexes: self.indexes.clone(), offset: self.written };
        let payload = end.encode();
        let (kind, raw) = (BlockKind::END, payload.len());
        self.write(Draft { kind, payload: &payload, raw, ..Draft::default() })?;
        self.flush()?;
        Ok((self.out, Totals { bytes: self.written, ..self.totals }))
    }

    fn compressed_body(
        &mut self,
        body: &[u8],
        level: i32,
        draft: Draft<'_>,
    ) -> Result<(), FormatError> {
        let frame = zstd::bulk::compress(body, level).map_err(FormatError::Compression)?;
        let (flags, payload, raw) = (draft.flags | FLAG_COMPRESSED, frame.as_slice(), body.len());
        self.block(Draft { flags, payload, raw, ..draft })
    }

    /// Writes a block that INDEX lists, and INDEX where it is due.
    fn block(&mut self, draft: Draft<'_>) -> Result<(), FormatError> {
        if draft.kind == BlockKind::EVENTS {
            self.totals.events += u64::from(draft.rows);
            self.totals.chunks += 1;
        }
        let (offset, header) = self.write(draft)?;
        self.entries.push(IndexEntry::of(offset, &header));
        if self.entries.len() >= INDEX_EVERY { self.index() } else { Ok(()) }
    }

    fn index(&mut self) -> Result<(), FormatError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let mut payload = Vec::new();
        let rows = self.entries.len() as u32;
        self.entries.drain(..).for_each(|entry| entry.put(&mut payload));
        let (kind, raw) = (BlockKind::INDEX, payload.len());
        let (offset, _) =
            self.write(Draft { kind, rows, payload: &payload, raw, ..Draft::default() })?;
        self.indexes.push(offset);
        Ok(())
    }

    /// Writes a block behind what the buffer holds (the preamble, or nothing): in one write, so that
    /// a crash leaves as little half-written as can be. Gives the block's place.
    fn write(&mut self, draft: Draft<'_>) -> Result<(u64, BlockHeader), FormatError> {
        let check = |what, value: usize, limit: u32| {
            FormatError::check(what, value as u64, u64::from(limit))
        };
        check("bytes of a zone map", draft.zone.len(), MAX_ZONE)?;
        check("rows of a block", draft.rows as usize, MAX_ROWS)?;
        check("bytes of a block", draft.payload.len(), MAX_STORED)?;
        check("bytes of a decompressed block", draft.raw, MAX_RAW)?;
        if self.failed {
            return Err(FormatError::WriterFailed);
        }
        let header = BlockHeader {
            kind: draft.kind,
            flags: draft.flags,
            zone: draft.zone.len() as u32,
            rows: draft.rows,
            sequence: self.sequence,
            first: draft.first,
            last: draft.last,
            stored: draft.payload.len() as u32,
            raw: draft.raw as u32,
            payload_crc: crc32c::crc32c(draft.payload),
            zone_crc: crc32c::crc32c(draft.zone),
        };
        let offset = self.written + self.buffer.len() as u64;
        let end = self.buffer.len() + header.extent() as usize;
        self.buffer.reserve(end - self.buffer.len() + HEADER_LEN);
        self.buffer.extend_from_slice(&header.encode(self.sync));
        self.buffer.extend_from_slice(draft.zone);
        self.buffer.extend_from_slice(draft.payload);
        self.buffer.resize(end, 0);
        debug_assert_eq!(offset % ALIGN, 0);
        if let Err(error) = self.out.write_all(&self.buffer) {
            self.failed = true;
            return Err(error.into());
        }
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        self.sequence += 1;
        Ok((offset, header))
    }
}
