//! Columns of integers (SPEC.md §5.1): the encoding that makes each column smallest.

use crate::bits::{BitWriter, mask, packed_len, unpack};
use crate::cursor::{Cursor, put_varint, unzigzag, varint_len, zigzag};
use crate::error::FormatError;
use crate::limits::MAX_DICTIONARY;

const CONSTANT: u8 = 0;
const FRAME: u8 = 1;
const DICTIONARY: u8 = 2;
const DELTA: u8 = 3;
const VARINT: u8 = 4;

/// Dictionaries of more values than this, or than [`most_distinct`] of a shorter column, are not tried:
/// they are slow to build and rarely win.
const MOST_DISTINCT: usize = 4096;
/// Slots of the table that finds distinct values: twice as many, so that probing stays short.
const SLOT_BITS: u32 = 13;
const SLOTS: usize = 1 << SLOT_BITS;
const _: () = assert!(SLOTS == 2 * MOST_DISTINCT);
/// Columns shorter than this are not worth a dictionary.
const DICTIONARY_FROM: usize = 16;

/// How a column will be written, and the exact number of bytes that takes.
struct Plan {
    encoding: u8,
    size: usize,
    min: i64,
    width: u32,
}

/// Encodes columns, keeping its tables between them.
pub(crate) struct IntEncoder {
    dictionary: Dictionary,
}

impl IntEncoder {
    pub(crate) fn new() -> Self {
        IntEncoder { dictionary: Dictionary::new() }
    }

    /// Appends `values` as an ints.
    pub(crate) fn put(&mut self, values: &[i64], out: &mut Vec<u8>) {
        let plan = self.plan(values);
        self.write(&plan, values, out);
    }

    /// Appends `values` as a sized ints.
    pub(crate) fn put_sized(&mut self, values: &[i64], out: &mut Vec<u8>) {
        let plan = self.plan(values);
        put_varint(out, plan.size as u64);
        let before = out.len();
        self.write(&plan, values, out);
        debug_assert_eq!(out.len() - before, plan.size);
    }

    fn plan(&mut self, values: &[i64]) -> Plan {
        let Some(&first) = values.first() else {
            return Plan { encoding: CONSTANT, size: 2, min: 0, width: 0 };
        };
        let head = |min| 1 + varint_len(zigzag(min));
        // Most columns are constant; this is the fastest way to see it. Others mostly show it soon.
        let constant =
            |part: &[i64]| part.iter().fold(0, |bits, value| bits | (value ^ first)) == 0;
        if values.chunks(256).all(constant) {
            return Plan { encoding: CONSTANT, size: head(first), min: first, width: 0 };
        }
        let (min, max) = values
            .iter()
            .fold((first, first), |(min, max), &value| (min.min(value), max.max(value)));
        let width = storage_width(max.wrapping_sub(min) as u64);
        let frame = head(min) + 1 + packed_len(values.len(), width);
        let mut best = Plan { encoding: FRAME, size: frame, min, width };
        if width <= 8 {
            // Nothing else takes less than a byte a value, or so much less that it is worth a look.
            return best;
        }
        if let Some((plain, delta)) = worthwhile_varints(values, frame) {
            // Varints of changing length compress worse afterwards than values of one width, and decode
            // slower: they must save half a byte a value.
            let penalty = values.len() / 2;
            if 1 + plain + penalty < best.size {
                best = Plan { encoding: VARINT, size: 1 + plain, min, width: 0 };
            }
            if 1 + delta + penalty < best.size {
                best = Plan { encoding: DELTA, size: 1 + delta, min, width: 0 };
            }
        }
        if values.len() >= DICTIONARY_FROM {
            let tight = best.size.min(values.len() * 2);
            match self.dictionary.build(values, tight) {
                Some((size, width)) if size < best.size => {
                    best = Plan { encoding: DICTIONARY, size, min, width };
                }
                _ => {}
            }
        }
        best
    }

    fn write(&self, plan: &Plan, values: &[i64], out: &mut Vec<u8>) {
        out.push(plan.encoding);
        match plan.encoding {
            CONSTANT => put_varint(out, zigzag(plan.min)),
            FRAME => {
                put_varint(out, zigzag(plan.min));
                out.push(plan.width as u8);
                let offsets = values.iter().map(|value| value.wrapping_sub(plan.min) as u64);
                pack(offsets, plan.width, out);
            }
            DICTIONARY => {
                let entries = &self.dictionary.values;
                put_varint(out, entries.len() as u64);
                put_deltas(entries, out);
                out.push(plan.width as u8);
                pack(self.dictionary.indices.iter().map(|&i| u64::from(i)), plan.width, out);
            }
            DELTA => put_deltas(values, out),
            _ => values.iter().for_each(|&value| put_varint(out, zigzag(value))),
        }
    }
}

/// What a column takes as varints and as deltas; nothing if it shows by a part of it that this is more than `most`.
fn worthwhile_varints(values: &[i64], most: usize) -> Option<(usize, usize)> {
    const PART: usize = 512;
    if values.len() > 4 * PART {
        let middle = values.len() / 2;
        let (plain, delta) = varint_sizes(&values[middle..middle + PART]);
        if plain.min(delta) * values.len() / PART > most {
            return None;
        }
    }
    Some(varint_sizes(values))
}

/// Bytes of a column as varints, and as deltas.
fn varint_sizes(values: &[i64]) -> (usize, usize) {
    let (mut plain, mut delta) = (0, 0);
    let mut previous = 0i64;
    for &value in values {
        plain += varint_len(zigzag(value));
        delta += varint_len(zigzag(value.wrapping_sub(previous)));
        previous = value;
    }
    (plain, delta)
}

/// Bits to store offsets up to `range` in. Widths that cross bytes hide repetitions from the later
/// compression, so only those that divide a byte or fill whole ones are used.
fn storage_width(range: u64) -> u32 {
    match 64 - range.leading_zeros() {
        bits @ 0..=2 => bits,
        3..=4 => 4,
        bits => bits.next_multiple_of(8),
    }
}

/// The most values of a dictionary for a column of `n`: a value that is used a few times only is
/// better off where it stands.
fn most_distinct(n: usize) -> usize {
    (32 + n / 8).min(MOST_DISTINCT)
}

fn pack(values: impl ExactSizeIterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    match width {
        8 => out.extend(values.map(|value| value as u8)),
        16 => put_words(values, out, |value| (value as u16).to_le_bytes()),
        32 => put_words(values, out, |value| (value as u32).to_le_bytes()),
        _ => {
            let mut writer = BitWriter::new(out);
            values.for_each(|value| writer.put(value, width));
            writer.finish();
        }
    }
}

/// Room for all is made at once.
fn put_words<const N: usize>(
    values: impl ExactSizeIterator<Item = u64>,
    out: &mut Vec<u8>,
    word: impl Fn(u64) -> [u8; N],
) {
    let start = out.len();
    out.resize(start + N * values.len(), 0);
    let (places, _) = out[start..].as_chunks_mut::<N>();
    places.iter_mut().zip(values).for_each(|(place, value)| *place = word(value));
}

fn put_deltas(values: &[i64], out: &mut Vec<u8>) {
    let mut previous = 0i64;
    for &value in values {
        put_varint(out, zigzag(value.wrapping_sub(previous)));
        previous = value;
    }
}

/// The distinct values of a column, in order of appearance, and each value's index.
struct Dictionary {
    values: Vec<i64>,
    indices: Vec<u16>,
    /// Open addressing; a slot is in use if its stamp is the current one, so that starting anew is free.
    slots: Vec<Slot>,
    stamp: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    value: i64,
    stamp: u32,
    index: u16,
}

impl Dictionary {
    fn new() -> Self {
        Dictionary {
            values: Vec::new(),
            indices: Vec::new(),
            slots: vec![Slot { value: 0, stamp: 0, index: 0 }; SLOTS],
            stamp: 0,
        }
    }

    /// Finds the distinct values: size of the encoding and width of an index, or nothing if there are
    /// too many for it to be smaller than `tight`.
    fn build(&mut self, column: &[i64], tight: usize) -> Option<(usize, u32)> {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.slots.fill(Slot { value: 0, stamp: 0, index: 0 });
            self.stamp = 1;
        }
        self.values.clear();
        self.indices.clear();
        let most = most_distinct(column.len());
        let (mut bytes, mut previous) = (0, 0i64);
        for &value in column {
            let hash = (value as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut at = (hash >> (64 - SLOT_BITS)) as usize;
            let index = loop {
                let slot = &mut self.slots[at % SLOTS];
                if slot.stamp != self.stamp {
                    if self.values.len() == most || bytes > tight {
                        return None;
                    }
                    *slot = Slot { value, stamp: self.stamp, index: self.values.len() as u16 };
                    self.values.push(value);
                    bytes += varint_len(zigzag(value.wrapping_sub(previous)));
                    previous = value;
                    break slot.index;
                }
                if slot.value == value {
                    break slot.index;
                }
                at += 1;
            };
            self.indices.push(index);
        }
        let count = self.values.len();
        let width = storage_width(count as u64 - 1);
        let size = 1 + varint_len(count as u64) + bytes + 1 + packed_len(column.len(), width);
        Some((size, width))
    }
}

/// Reads an ints of `n` values, a number that the context has checked, and appends them to `out`.
pub(crate) fn decode(
    cursor: &mut Cursor<'_>,
    n: usize,
    out: &mut Vec<i64>,
) -> Result<(), FormatError> {
    match cursor.u8()? {
        CONSTANT => {
            let value = cursor.signed()?;
            out.resize(out.len() + n, value);
        }
        FRAME => {
            let min = cursor.signed()?;
            let width = u32::from(cursor.u8()?);
            if width > 64 {
                return Err(cursor.problem("a column is wider than 64 bits"));
            }
            let packed = cursor.bytes(packed_len(n, width))?;
            out.reserve(n);
            unpack(packed, n, width, |offset| out.push(min.wrapping_add(offset as i64)));
        }
        DICTIONARY => decode_dictionary(cursor, n, out)?,
        DELTA => {
            reserve_varints(cursor, n, out)?;
            let mut value = 0i64;
            for _ in 0..n {
                value = value.wrapping_add(unzigzag(cursor.varint()?));
                out.push(value);
            }
        }
        VARINT => {
            reserve_varints(cursor, n, out)?;
            for _ in 0..n {
                out.push(cursor.signed()?);
            }
        }
        _ => return Err(cursor.problem("a column has an unknown encoding")),
    }
    Ok(())
}

/// Reads a sized ints of `n` values.
pub(crate) fn decode_sized(
    cursor: &mut Cursor<'_>,
    n: usize,
    out: &mut Vec<i64>,
) -> Result<(), FormatError> {
    let mut column = cursor.sized()?;
    decode(&mut column, n, out)?;
    column.finish()
}

fn decode_dictionary(
    cursor: &mut Cursor<'_>,
    n: usize,
    out: &mut Vec<i64>,
) -> Result<(), FormatError> {
    let count = cursor.count("values of a dictionary", MAX_DICTIONARY)?;
    if count == 0 {
        return Err(cursor.problem("a dictionary is empty"));
    }
    let mut values = Vec::new();
    reserve_varints(cursor, count, &mut values)?;
    let mut value = 0i64;
    for _ in 0..count {
        value = value.wrapping_add(cursor.signed()?);
        values.push(value);
    }
    let width = u32::from(cursor.u8()?);
    if width > 16 {
        return Err(cursor.problem("a dictionary's indices are wider than 16 bits"));
    }
    let packed = cursor.bytes(packed_len(n, width))?;
    // Beyond the dictionary up to what the width can express: read, then refused.
    let mut beyond = false;
    out.reserve(n);
    unpack(packed, n, width, |index| {
        let value = values.get((index & mask(width)) as usize);
        beyond |= value.is_none();
        out.push(value.copied().unwrap_or(0));
    });
    if beyond { Err(cursor.problem("an index is beyond its dictionary")) } else { Ok(()) }
}

/// Makes room for `n` values of at least a byte each.
fn reserve_varints(cursor: &Cursor<'_>, n: usize, out: &mut Vec<i64>) -> Result<(), FormatError> {
    if n > cursor.left() {
        return Err(cursor.problem("a column has fewer values than rows"));
    }
    out.reserve(n);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(values: &[i64]) -> Vec<u8> {
        let mut out = Vec::new();
        IntEncoder::new().put(values, &mut out);
        out
    }

    fn read(bytes: &[u8], n: usize) -> Result<Vec<i64>, FormatError> {
        let mut out = Vec::new();
        let mut cursor = Cursor::new(bytes, "test");
        decode(&mut cursor, n, &mut out)?;
        cursor.finish()?;
        Ok(out)
    }

    #[test]
    fn golden_vectors_never_change() {
        // Constant 0 of no values; constant −1.
        assert_eq!(encode(&[]), [0, 0]);
        assert_eq!(encode(&[-1; 9]), [0, 1]);
        // Frame of reference: min 3, 2 bits.
        assert_eq!(encode(&[3, 4, 5, 6, 3]), [1, 6, 2, 0b11_10_01_00, 0b00]);
        // Delta: far from zero, close to one another, then far away.
        assert_eq!(encode(&[1 << 40, (1 << 40) + 1, 0]).first(), Some(&4));
        assert_eq!(read(&[3, 0xd0, 0x0f, 2, 1], 3).unwrap(), [1000, 1001, 1000]);
        // Varint.
        assert_eq!(read(&[4, 2, 3, 0xd0, 0x0f], 3).unwrap(), [1, -2, 1000]);
        // Dictionary of 1000 and −7, 1 bit.
        assert_eq!(
            read(&[2, 2, 0xd0, 0x0f, 0xdd, 0x0f, 1, 0b0110], 4).unwrap(),
            [1000, -7, -7, 1000]
        );
    }

    #[test]
    fn hostile_columns_are_refused() {
        assert!(read(&[5, 0], 1).is_err(), "encoding");
        assert!(read(&[1, 0, 65, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1).is_err(), "width");
        assert!(read(&[1, 0, 8], 1 << 20).is_err(), "short frame");
        assert!(read(&[2, 0, 0], 1).is_err(), "empty dictionary");
        assert!(read(&[2, 0x81, 0x80, 0x04, 0], 1).is_err(), "dictionary beyond the limit");
        assert!(read(&[2, 0xff, 0xff, 0x03, 0], 1).is_err(), "dictionary beyond the data");
        assert!(read(&[2, 1, 0, 17, 0, 0, 0], 1).is_err(), "dictionary width");
        assert!(read(&[2, 1, 0, 1, 1], 1).is_err(), "index beyond the dictionary");
        assert!(read(&[3, 0], 2).is_err(), "short delta");
        assert!(read(&[4, 0], 1 << 20).is_err(), "short varint");
        assert!(read(&[0, 0, 0], 1).is_err(), "left over");
    }

    fn columns() -> impl Strategy<Value = Vec<i64>> {
        let value = prop_oneof![
            any::<i64>(),
            -3i64..300,
            (any::<i64>(), 0u32..63).prop_map(|(value, shift)| value >> shift),
            prop::sample::select(vec![
                0x7fff_1234_5678,
                0x7fff_0000_0000,
                -1,
                0,
                i64::MIN,
                i64::MAX
            ]),
        ];
        prop_oneof![
            prop::collection::vec(value.clone(), 0..400),
            (value.clone(), 0usize..200).prop_map(|(value, n)| vec![value; n]),
            // Rising by little.
            (value.clone(), prop::collection::vec(-5i64..90, 0..300)).prop_map(|(start, steps)| {
                steps
                    .iter()
                    .scan(start, |v, s| {
                        *v = v.wrapping_add(*s);
                        Some(*v)
                    })
                    .collect()
            }),
            // Few distinct values.
            (prop::collection::vec(value, 1..300), prop::collection::vec(any::<usize>(), 0..600))
                .prop_map(|(set, picks)| picks.iter().map(|p| set[p % set.len()]).collect()),
        ]
    }

    proptest! {
        #[test]
        fn columns_round_trip(values in columns()) {
            let bytes = encode(&values);
            prop_assert_eq!(read(&bytes, values.len()).unwrap(), values.clone());
            let mut sized = Vec::new();
            IntEncoder::new().put_sized(&values, &mut sized);
            let mut cursor = Cursor::new(&sized, "test");
            let mut out = Vec::new();
            decode_sized(&mut cursor, values.len(), &mut out).unwrap();
            cursor.finish().unwrap();
            prop_assert_eq!(out, values);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), n in 0usize..1000) {
            let _ = read(&bytes, n);
        }
    }
}
