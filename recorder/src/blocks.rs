//! What encoders hand on to be written.

use std::io::Write;

use syscord_format::{Clock, EncodedChunk, FormatError, LedgerRow, ProcRecord, Shed, Writer};

/// Blocks of a trace.
pub enum Blocks {
    /// What happened to processes, and chunks of events.
    Events(Vec<ProcRecord>, Vec<EncodedChunk>),
    /// Rows of the ledger.
    Ledger(Vec<LedgerRow>),
    /// A reading of the clocks.
    Clock(Clock),
    /// What is left out from a moment on.
    Shed(Shed),
}

impl Blocks {
    /// Writes them.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write<W: Write>(&self, writer: &mut Writer<W>) -> Result<(), FormatError> {
        match self {
            Blocks::Events(records, chunks) => {
                writer.processes(records)?;
                chunks.iter().try_for_each(|chunk| writer.events(chunk))
            }
            Blocks::Ledger(rows) => writer.ledger(rows),
            Blocks::Clock(clock) => writer.clock(clock),
            Blocks::Shed(shed) => writer.shed(shed),
        }
    }

    /// About how many bytes of memory they take.
    pub fn bytes(&self) -> usize {
        match self {
            Blocks::Events(records, chunks) => {
                let chunk = |chunk: &EncodedChunk| {
                    size_of::<EncodedChunk>() + chunk.zone.capacity() + chunk.payload.capacity()
                };
                records.len() * RECORD + chunks.iter().map(chunk).sum::<usize>()
            }
            Blocks::Ledger(rows) => rows.len() * size_of::<LedgerRow>(),
            Blocks::Clock(_) => size_of::<Clock>(),
            Blocks::Shed(_) => size_of::<Shed>(),
        }
    }
}

/// Bytes of a record of a process, its names included: mostly a descriptor's.
const RECORD: usize = size_of::<ProcRecord>() + 64;
