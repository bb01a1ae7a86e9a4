//! Prefix codes of bytes (SPEC.md §5.2): canonical, at most [`LONGEST`] bits.

use crate::bits::BitWriter;
use crate::cursor::Cursor;
use crate::error::FormatError;

/// The most bits of a code.
pub(crate) const LONGEST: u32 = 11;
/// Length 15 in a table says that two nibbles follow: how many bytes more have no code.
const SKIP: u8 = 15;
/// As many bytes without code are written one by one: a skip takes as much room.
const SKIP_LEAST: usize = 4;

/// How often each byte occurs.
pub(crate) type Counts = [u32; 256];

/// Adds how often each byte occurs. In four tables, since a count that has just been written is slow to read.
pub(crate) fn count(bytes: &[u8], counts: &mut Counts) {
    const FEW: usize = 1024;
    if bytes.len() < FEW {
        bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        return;
    }
    let mut tables = [[0u32; 256]; 4];
    let (quads, rest) = bytes.as_chunks::<4>();
    for quad in quads {
        for (table, byte) in tables.iter_mut().zip(quad) {
            table[usize::from(*byte)] += 1;
        }
    }
    rest.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    for table in tables {
        counts.iter_mut().zip(table).for_each(|(count, more)| *count += more);
    }
}

/// The code of each byte, and its length; length 0: the byte does not occur, or it is the only one.
pub(crate) struct Code {
    lengths: [u8; 256],
    /// First bit lowest; the length stands above it.
    codes: [u32; 256],
}

/// Bits of a code in [`Code::codes`].
const CODE_BITS: u32 = 16;
/// Codes that fit one word.
pub(crate) const AT_ONCE: usize = 5;
const _: () = assert!(AT_ONCE as u32 * LONGEST < u64::BITS);

impl Code {
    /// The code for bytes that occur that often, of which one must.
    pub(crate) fn new(counts: &Counts) -> Code {
        let lengths = lengths(counts);
        let mut codes = codes(&lengths).map(u32::from);
        codes.iter_mut().zip(lengths).for_each(|(code, len)| *code |= u32::from(len) << CODE_BITS);
        Code { lengths, codes }
    }

    /// Appends the table: `u8` the first byte, `u8` how many are listed less one, their lengths.
    pub(crate) fn put_table(&self, counts: &Counts, out: &mut Vec<u8>) {
        let (first, last) = range(counts);
        out.extend_from_slice(&[first as u8, (last - first) as u8]);
        let mut nibbles = Vec::with_capacity(last - first + 1);
        let mut at = first;
        while at <= last {
            let none = counts[at..=last].iter().take_while(|count| **count == 0).count();
            if none >= SKIP_LEAST {
                nibbles.extend_from_slice(&[SKIP, none as u8 & 15, none as u8 >> 4]);
                at += none;
            } else {
                nibbles.push(self.lengths[at]);
                at += 1;
            }
        }
        out.extend(nibbles.chunks(2).map(|pair| pair[0] | pair.get(1).unwrap_or(&0) << 4));
    }

    /// Appends the codes of bytes.
    pub(crate) fn put_all(&self, bytes: &[u8], bits: &mut BitWriter<'_>) {
        let (groups, rest) = bytes.as_chunks::<AT_ONCE>();
        groups.iter().for_each(|group| self.put(group, bits));
        self.put(rest, bits);
    }

    /// Appends the codes of up to [`AT_ONCE`] bytes.
    #[inline]
    fn put(&self, bytes: &[u8], bits: &mut BitWriter<'_>) {
        let (mut word, mut width) = (0, 0);
        for byte in bytes {
            let code = self.codes[usize::from(*byte)];
            word |= u64::from(code & ((1 << CODE_BITS) - 1)) << width;
            width += code >> CODE_BITS;
        }
        bits.put(word, width);
    }
}

/// The first and the last byte that occur.
fn range(counts: &Counts) -> (usize, usize) {
    let first = counts.iter().position(|count| *count != 0).unwrap_or(0);
    (first, counts.iter().rposition(|count| *count != 0).unwrap_or(0))
}

/// About how many bits all bytes together and the table take.
pub(crate) fn cost(counts: &Counts) -> f32 {
    let (first, last) = range(counts);
    let (mut total, mut bits) = (0.0, 0.0);
    for &count in counts[first..=last].iter().filter(|count| **count != 0) {
        let count = count as f32;
        total += count;
        bits -= count * count.log2();
    }
    let table = 32 + 4 * (last - first + 1);
    bits + if total > 0.0 { total * total.log2() } else { 0.0 } + table as f32
}

/// The length of each byte's code (Huffman's, of which rare bytes are taken to be less rare until no code is too long).
fn lengths(counts: &Counts) -> [u8; 256] {
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let mut floor = 1;
    loop {
        let lengths = unlimited(counts, floor);
        if lengths.iter().all(|length| u32::from(*length) <= LONGEST) {
            return lengths;
        }
        floor = (floor * 2).max((total >> LONGEST) as u32);
    }
}

/// Huffman's code for bytes that occur at least `floor` times if at all.
fn unlimited(counts: &Counts, floor: u32) -> [u8; 256] {
    let mut leaves: Vec<(u64, u16)> = (0..)
        .zip(counts)
        .filter(|(_, count)| **count != 0)
        .map(|(byte, count)| (u64::from((*count).max(floor)), byte))
        .collect();
    leaves.sort_unstable();
    let mut lengths = [0; 256];
    if leaves.len() < 2 {
        return lengths;
    }
    // Leaves, then inner nodes, each list in ascending order of weight; the parent of each.
    let mut weights: Vec<u64> = leaves.iter().map(|leaf| leaf.0).collect();
    let nodes = 2 * leaves.len() - 1;
    let mut parents = vec![0; nodes];
    let (mut leaf, mut inner) = (0, leaves.len());
    while weights.len() < nodes {
        let mut weight = 0;
        for _ in 0..2 {
            let least = if leaf < leaves.len()
                && (inner >= weights.len() || weights[leaf] <= weights[inner])
            {
                &mut leaf
            } else {
                &mut inner
            };
            weight += weights[*least];
            parents[*least] = weights.len();
            *least += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0u8; nodes];
    for node in (0..nodes - 1).rev() {
        depths[node] = depths[parents[node]].saturating_add(1);
    }
    for (depth, (_, byte)) in depths.iter().zip(leaves) {
        lengths[usize::from(byte)] = *depth;
    }
    lengths
}

/// Canonical codes: in the order of their lengths, and among equal ones of their bytes, they count up (as in RFC 1951
/// §3.2.2). Their first bit is the lowest.
fn codes(lengths: &[u8; 256]) -> [u16; 256] {
    let mut as_long = [0u16; LONGEST as usize + 1];
    lengths.iter().for_each(|length| as_long[usize::from(*length)] += 1);
    let mut next = [0u16; LONGEST as usize + 2];
    for length in 1..=LONGEST as usize {
        next[length + 1] = (next[length] + as_long[length]) << 1;
    }
    lengths.map(|length| match length {
        0 => 0,
        _ => {
            let next = &mut next[usize::from(length)];
            *next += 1;
            (*next - 1).reverse_bits() >> (u16::BITS - u32::from(length))
        }
    })
}

/// What is needed to read a code.
pub(crate) struct Table {
    /// By the next bits: the byte, and above it the bits that its code takes.
    entries: Vec<u16>,
    mask: u64,
}

impl Table {
    /// Reads what [`Code::put_table`] has written.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Table, FormatError> {
        let (first, more) = (usize::from(cursor.u8()?), usize::from(cursor.u8()?));
        let mut lengths = [0u8; 256];
        let mut at = first;
        let mut nibbles = Nibbles { cursor, high: None };
        while at <= first + more {
            let length = nibbles.next()?;
            let listed = if length == SKIP {
                usize::from(nibbles.next()? | nibbles.next()? << 4)
            } else {
                1
            };
            if at + listed > first + more + 1 || at + listed > 256 || listed == 0 {
                return Err(nibbles.cursor.problem("a code is of bytes that it does not list"));
            }
            if length != SKIP {
                lengths[at] = length;
            }
            at += listed;
        }
        Table::new(&lengths, first, more).ok_or_else(|| cursor.problem("a code is not complete"))
    }

    fn new(lengths: &[u8; 256], first: usize, more: usize) -> Option<Table> {
        if more == 0 && lengths[first] == 0 {
            return Some(Table { entries: vec![first as u16], mask: 0 });
        }
        let longest = u32::from(*lengths.iter().max()?);
        let room: u32 =
            lengths.iter().filter(|l| **l != 0).map(|l| 1 << (LONGEST + 4 - u32::from(*l))).sum();
        if longest > LONGEST || room != 1 << (LONGEST + 4) {
            return None;
        }
        let mut entries = vec![0; 1 << longest];
        for (byte, (code, length)) in codes(lengths).into_iter().zip(lengths).enumerate() {
            if *length != 0 {
                let entry = byte as u16 | u16::from(*length) << 8;
                let places = entries.iter_mut().skip(usize::from(code));
                places.step_by(1 << length).for_each(|place| *place = entry);
            }
        }
        Some(Table { entries, mask: (1 << longest) - 1 })
    }

    /// The byte that bits begin with, and how many of them are its code.
    #[inline]
    pub(crate) fn first(&self, bits: u64) -> (u8, u32) {
        let entry = self.entries[(bits & self.mask) as usize];
        (entry as u8, u32::from(entry >> 8))
    }
}

/// Halves of bytes, the low one first.
struct Nibbles<'a, 'b> {
    cursor: &'a mut Cursor<'b>,
    high: Option<u8>,
}

impl Nibbles<'_, '_> {
    fn next(&mut self) -> Result<u8, FormatError> {
        if let Some(high) = self.high.take() {
            return Ok(high);
        }
        let byte = self.cursor.u8()?;
        self.high = Some(byte >> 4);
        Ok(byte & 15)
    }
}
