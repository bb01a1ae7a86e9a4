//! Writing the sections of a chunk: compression and the directory.

use zstd::bulk::Compressor;

use crate::chunk::{CODEC_STORED, CODEC_ZSTD, ENTRY_LEN};
use crate::error::FormatError;
use crate::limits::{MAX_RAW, MAX_STORED};

/// Sections smaller than this are not worth a zstd frame.
const SMALLEST: usize = 48;

/// Compresses sections, keeping zstd's context between chunks.
pub(super) struct Packer {
    level: i32,
    compressor: Option<Compressor<'static>>,
    compressed: Vec<u8>,
    directory: Vec<u8>,
    bodies: Vec<u8>,
    sections: u32,
    raw: u64,
}

impl Packer {
    pub(super) fn new(level: i32) -> Self {
        Packer {
            level,
            compressor: None,
            compressed: Vec::new(),
            directory: Vec::new(),
            bodies: Vec::new(),
            sections: 0,
            raw: 0,
        }
    }

    pub(super) fn start(&mut self) {
        self.directory.clear();
        self.bodies.clear();
        (self.sections, self.raw) = (0, 0);
    }

    /// Adds a section, compressed if that makes it smaller.
    pub(super) fn add(&mut self, id: u16, raw: &[u8]) -> Result<(), FormatError> {
        if raw.len() >= SMALLEST {
            self.compress(raw)?;
            if self.compressed.len() < raw.len() {
                self.enter(id, CODEC_ZSTD, self.compressed.len(), raw.len())?;
                self.bodies.extend_from_slice(&self.compressed);
                return Ok(());
            }
        }
        self.add_dense(id, raw)
    }

    /// Adds a section that nothing makes smaller.
    pub(super) fn add_dense(&mut self, id: u16, raw: &[u8]) -> Result<(), FormatError> {
        self.enter(id, CODEC_STORED, raw.len(), raw.len())?;
        self.bodies.extend_from_slice(raw);
        Ok(())
    }

    /// Adds an entry to the directory.
    fn enter(&mut self, id: u16, codec: u8, stored: usize, raw: usize) -> Result<(), FormatError> {
        self.raw += raw as u64;
        FormatError::check("bytes of a chunk", self.raw, u64::from(MAX_RAW))?;
        self.directory.extend_from_slice(&id.to_le_bytes());
        self.directory.extend_from_slice(&[codec, 0]);
        self.directory.extend_from_slice(&(stored as u32).to_le_bytes());
        self.directory.extend_from_slice(&(raw as u32).to_le_bytes());
        self.directory.extend_from_slice(&[0; 4]);
        self.sections += 1;
        Ok(())
    }

    /// The whole payload.
    pub(super) fn finish(&mut self) -> Result<Vec<u8>, FormatError> {
        let length = 4 + self.directory.len() + self.bodies.len();
        debug_assert_eq!(self.directory.len(), self.sections as usize * ENTRY_LEN);
        FormatError::check("bytes of a compressed chunk", length as u64, u64::from(MAX_STORED))?;
        let mut payload = Vec::with_capacity(length);
        payload.extend_from_slice(&self.sections.to_le_bytes());
        payload.extend_from_slice(&self.directory);
        payload.extend_from_slice(&self.bodies);
        Ok(payload)
    }

    fn compress(&mut self, raw: &[u8]) -> Result<(), FormatError> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new(self.level).map_err(FormatError::Compression)?),
        };
        self.compressed.clear();
        self.compressed.reserve(zstd::zstd_safe::compress_bound(raw.len()));
        compressor
            .compress_to_buffer(raw, &mut self.compressed)
            .map_err(FormatError::Compression)?;
        Ok(())
    }
}
