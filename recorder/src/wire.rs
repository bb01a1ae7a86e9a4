//! Records as they lie in a batch.

use std::ptr;

use syscord_syscalls::record::{
    CaptureHeader, EventRecord, FileRecord, IdsRecord, MARKS, ProcessRecord, RecordHeader,
    SocketRecord, process_event, record_kind,
};

use crate::prefetch;

/// One record and what was captured with it.
pub enum Record<'a> {
    /// A finished call.
    Event(EventRecord, Captures<'a>),
    /// What was captured when a call began; the bytes of the whole record, to be kept.
    Entry(EventRecord, &'a [u8]),
    /// What a call has changed of its process; the call itself is no event.
    State(EventRecord, Captures<'a>),
    /// Something happened to a process; the bytes of the whole record.
    Process(ProcessRecord, Captures<'a>, &'a [u8]),
}

/// The records of a batch. Ends early at bytes that are no record.
pub fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    raw(bytes).map_while(|(header, record)| match header.kind {
        record_kind::EVENT | record_kind::EVENT_AND_STATE => {
            Some(Record::Event(event(record)?, captures(record)))
        }
        record_kind::ENTRY => Some(Record::Entry(event(record)?, record)),
        record_kind::STATE => Some(Record::State(event(record)?, captures(record))),
        _ => {
            let rest = record.get(size_of::<ProcessRecord>()..)?;
            Some(Record::Process(read(record)?, Captures { rest }, record))
        }
    })
}

/// The records of a batch as they lie there.
#[inline]
fn raw(mut bytes: &[u8]) -> impl Iterator<Item = (RecordHeader, &[u8])> {
    std::iter::from_fn(move || {
        let header: RecordHeader = read(bytes)?;
        let (record, rest) = bytes.split_at_checked(usize::from(header.len8) * 8)?;
        prefetch::ahead_of(record.as_ptr(), record.len());
        bytes = rest;
        (!record.is_empty()).then_some((header, record))
    })
}

/// What was written of sockets, and where it lies.
pub fn sockets(bytes: &[u8]) -> impl Iterator<Item = (usize, SocketRecord)> {
    let places = (0..bytes.len()).step_by(size_of::<SocketRecord>());
    places.filter_map(|place| Some((place, socket(bytes, place)?)))
}

/// What was written of the socket at that place.
pub fn socket(bytes: &[u8], place: usize) -> Option<SocketRecord> {
    read(bytes.get(place..)?)
}

/// Whether a record is a finished call.
pub fn is_event(header: &RecordHeader) -> bool {
    matches!(header.kind, record_kind::EVENT | record_kind::EVENT_AND_STATE)
}

/// Whether a record says that a process appears.
pub fn is_appearance(header: &RecordHeader) -> bool {
    header.kind == record_kind::PROCESS && header.what == process_event::APPEAR
}

/// The fewest bytes that a record with that header has.
pub fn least(header: &RecordHeader) -> usize {
    match header.kind {
        record_kind::PROCESS => size_of::<ProcessRecord>(),
        _ => size_of::<EventRecord>(),
    }
}

/// An event or entry record.
#[inline]
pub fn event(record: &[u8]) -> Option<EventRecord> {
    read(record)
}

/// The same where it lies, unless it is not aligned there. In a batch it is: records are whole words, and the allocator
/// aligns to more than that.
#[inline]
pub fn event_in_place(record: &[u8]) -> Option<&EventRecord> {
    let place = record.as_ptr().cast::<EventRecord>();
    // SAFETY: the bytes suffice and are aligned, and a Plain type is valid for any.
    (record.len() >= size_of::<EventRecord>() && place.is_aligned()).then(|| unsafe { &*place })
}

/// The captures behind an event or entry record.
#[inline]
pub fn captures(record: &[u8]) -> Captures<'_> {
    Captures { rest: record.get(size_of::<EventRecord>()..).unwrap_or_default() }
}

/// Captured memory, argument by argument.
#[derive(Clone)]
pub struct Captures<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Captures<'a> {
    type Item = (CaptureHeader, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let header: CaptureHeader = read(self.rest)?;
        let behind = &self.rest[size_of::<CaptureHeader>()..];
        let bytes = behind.get(..usize::from(header.len))?;
        self.rest = behind.get(bytes.len().next_multiple_of(8)..)?;
        Some((header, bytes))
    }
}

/// The marks among an event's captures.
pub fn marks(captures: &Captures<'_>) -> u8 {
    captures.clone().find(|(header, _)| header.arg == MARKS).map_or(0, |(h, _)| h.full as u8)
}

/// What is known of a file, and its names.
pub fn file(bytes: &[u8]) -> Option<(FileRecord, &[u8])> {
    let file: FileRecord = read(bytes)?;
    let names = bytes.get(size_of::<FileRecord>()..)?;
    Some((file, names.get(..usize::from(file.names))?))
}

/// Which descriptors are open: flags, how many are told of, a bit for each.
pub fn table(bytes: &[u8]) -> Option<(u32, u32, &[u8])> {
    let [flags, count] = read(bytes)?;
    Some((flags, count, bytes.get(8..)?))
}

/// User and group.
pub fn ids(bytes: &[u8]) -> Option<IdsRecord> {
    read(bytes)
}

/// What is free of padding and valid for any bytes.
pub trait Plain: Copy {}
impl Plain for RecordHeader {}
impl Plain for EventRecord {}
impl Plain for ProcessRecord {}
impl Plain for CaptureHeader {}
impl Plain for FileRecord {}
impl Plain for IdsRecord {}
impl Plain for SocketRecord {}
impl Plain for [u32; 2] {}

#[inline]
fn read<T: Plain>(bytes: &[u8]) -> Option<T> {
    // SAFETY: the bytes suffice, and a Plain type is valid for any.
    (bytes.len() >= size_of::<T>()).then(|| unsafe { ptr::read_unaligned(bytes.as_ptr().cast()) })
}

/// A record or header as it lies in a batch.
pub fn bytes<T: Plain>(value: &T) -> &[u8] {
    // SAFETY: a Plain type has no padding.
    unsafe { std::slice::from_raw_parts(ptr::from_ref(value).cast(), size_of::<T>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_wherever_they_lie() {
        let words = [1u64; 13];
        // SAFETY: words have no padding.
        let bytes = unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), 8 * 13) };
        assert_eq!(event_in_place(bytes).unwrap().args, [1; 6]);
        assert!(event_in_place(&bytes[1..]).is_none());
        assert_eq!(event(&bytes[1..]).unwrap().args, [1 << 56; 6]);
        assert!(event_in_place(&bytes[..80]).is_none() && event(&bytes[..80]).is_none());
    }
}
