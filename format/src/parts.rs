//! Captured memory that comes in parts (SPEC.md §5.6).

use crate::{
    chunk::event::CaptureStatus,
    cursor::{Cursor, put_varint},
};

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// What came of it.
    pub status: CaptureStatus,
    /// The bytes; none unless the status says that there are some.
    pub bytes: &'a [u8],
}

/// The parts of an entry, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    left: usize,
    table: &'a [u8],
    bytes: &'a [u8],
}

/// Bits of a part's length that hold its status.
const STATUS_BITS: u32 = 2;

impl<'a> Parts<'a> {
    /// Without any part.
    pub const NONE: Parts<'static> = Parts { left: 0, table: &[], bytes: &[] };

    /// An entry of which nothing is kept but that there was something: no part before the call, one after it that is
    /// cut before its first byte.
    pub const LEFT_OUT: &'static [u8] = &[2, 0, 2];

    /// Whether none is left.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The parts that an entry holds; `None` if it is malformed.
    pub fn of(entry: &'a [u8]) -> Option<Parts<'a>> {
        let mut cursor = Cursor::new(entry, "parts");
        // Each takes a byte or more.
        let left = cursor.count("parts", entry.len()).ok()?;
        let table = &entry[entry.len() - cursor.left()..];
        let mut length = 0u64;
        for _ in 0..left {
            length = length.checked_add(cursor.varint().ok()? >> STATUS_BITS)?;
        }
        let bytes = &entry[entry.len() - cursor.left()..];
        (length == bytes.len() as u64).then_some(Parts { left, table, bytes })
    }

    /// Appends an entry that holds these parts.
    pub fn put<'b>(out: &mut Vec<u8>, parts: impl ExactSizeIterator<Item = Part<'b>> + Clone) {
        put_varint(out, parts.len() as u64);
        for part in parts.clone() {
            put_varint(out, (part.bytes.len() as u64) << STATUS_BITS | part.status.in_parts());
        }
        parts.for_each(|part| out.extend_from_slice(part.bytes));
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        self.left = self.left.checked_sub(1)?;
        let mut cursor = Cursor::new(self.table, "parts");
        let word = cursor.varint().ok()?;
        self.table = &self.table[self.table.len() - cursor.left()..];
        let length = usize::try_from(word >> STATUS_BITS).ok()?;
        let (bytes, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        let status = match (word & 3, length) {
            (0, _) => CaptureStatus::None,
            (1, _) => CaptureStatus::Whole,
            (2, _) => CaptureStatus::Cut,
            (_, 0) => CaptureStatus::Unreadable,
            (_, _) => CaptureStatus::Torn,
        };
        Some(Part { status, bytes })
    }
}

impl CaptureStatus {
    /// The number of a part's status, which has [`STATUS_BITS`]: of one that is torn there are bytes.
    fn in_parts(self) -> u64 {
        match self {
            CaptureStatus::Torn => CaptureStatus::Unreadable as u64,
            other => other as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn status() -> impl Strategy<Value = CaptureStatus> {
        prop_oneof![
            Just(CaptureStatus::None),
            Just(CaptureStatus::Whole),
            Just(CaptureStatus::Cut),
            Just(CaptureStatus::Torn),
        ]
    }

    /// What is torn before its first byte is unreadable.
    fn of_bytes(status: CaptureStatus, bytes: &[u8]) -> CaptureStatus {
        match status {
            CaptureStatus::Torn if bytes.is_empty() => CaptureStatus::Unreadable,
            other => other,
        }
    }

    proptest! {
        #[test]
        fn parts_come_back(
            parts in prop::collection::vec((status(), prop::collection::vec(any::<u8>(), 0..200)), 0..20),
        ) {
            let parts: Vec<Part<'_>> =
                parts.iter().map(|(status, bytes)| Part { status: of_bytes(*status, bytes), bytes }).collect();
            let mut entry = Vec::new();
            Parts::put(&mut entry, parts.iter().copied());
            prop_assert_eq!(Parts::of(&entry).unwrap().collect::<Vec<_>>(), parts);
        }

        #[test]
        fn any_bytes_are_parts_or_refused(entry in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(parts) = Parts::of(&entry) {
                let count = parts.left;
                let all: Vec<_> = parts.collect();
                prop_assert_eq!(all.len(), count);
                prop_assert!(all.iter().map(|part| part.bytes.len()).sum::<usize>() < entry.len().max(1));
            }
        }
    }

    #[test]
    fn what_was_left_out_is_a_part_without_bytes() {
        let mut entry = Vec::new();
        let part = |status| Part { status, bytes: &[] };
        let parts = [part(CaptureStatus::None), part(CaptureStatus::Cut)];
        Parts::put(&mut entry, parts.into_iter());
        assert_eq!(entry, Parts::LEFT_OUT);
    }

    #[test]
    fn lengths_add_up() {
        assert_eq!(Parts::of(&[]), None);
        assert!(Parts::of(&[0]).is_some());
        assert_eq!(Parts::of(&[0, 7]), None, "a byte of no part");
        assert_eq!(Parts::of(&[1, 2 << 2 | 1, 7]), None, "a byte is missing");
        assert_eq!(Parts::of(&[200]), None, "no varint");
        let huge = [[2].as_slice(), &[0xff; 9], &[1], &[0xff; 9], &[1]].concat();
        assert_eq!(Parts::of(&huge), None, "lengths beyond 64 bits");
    }
}
