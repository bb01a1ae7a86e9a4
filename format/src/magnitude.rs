//! Magnitudes (SPEC.md §5.2): a class byte of exponent and two leading bits, which is coded by what its row's
//! context makes likely, and raw bits, which are not.

use crate::bits::{BitWriter, bits_at};
use crate::chunk::context::ContextOrder;
use crate::cursor::{Cursor, put_varint};
use crate::error::FormatError;
use crate::huffman::{self, AT_ONCE, Code, Counts, LONGEST, Table};
use crate::limits::MAX_GROUPS;

/// The largest class of a value.
pub(crate) const LAST_CLASS: u8 = 251;
/// The class of a value that is not known.
pub(crate) const UNKNOWN_CLASS: u8 = 255;

/// Class, raw bits and their number.
#[inline]
pub(crate) fn split(value: u64) -> (u8, u64, u32) {
    // What is left above the raw bits is 4…7, or the value itself if that is less.
    let width = (63 - (value | 4).leading_zeros()) - 2;
    let class = 4 * u64::from(width) + (value >> width);
    (class as u8, value & !(u64::MAX << width), width)
}

/// What a class says: value = `lead << width | raw bits`.
#[derive(Clone, Copy)]
struct Class {
    lead: u64,
    /// [`NO_CLASS`] if there is no such class.
    width: u8,
}

const NO_CLASS: u8 = 64;

/// By class byte. An unknown value has no raw bits and leads to `u64::MAX`.
static CLASSES: [Class; 256] = {
    let mut classes = [Class { lead: 0, width: NO_CLASS }; 256];
    let mut class = 0;
    while class <= LAST_CLASS as usize {
        classes[class] = if class < 4 {
            Class { lead: class as u64, width: 0 }
        } else {
            Class { lead: 4 | class as u64 & 3, width: class as u8 / 4 - 1 }
        };
        class += 1;
    }
    classes[UNKNOWN_CLASS as usize] = Class { lead: u64::MAX, width: 0 };
    classes
};

/// A column of magnitudes being written.
#[derive(Default)]
pub(crate) struct Magnitudes {
    /// In context order.
    classes: Vec<u8>,
    /// Raw bits, in row order.
    bits: Vec<u8>,
    coded: Vec<u8>,
}

/// Takes the values of a column.
pub(crate) struct Filling<'a> {
    classes: &'a mut [u8],
    bits: BitWriter<'a>,
}

/// Contexts of fewer rows go with the group before: a table of their own would not pay.
const FEW: usize = 48;

impl Magnitudes {
    /// Starts a column of so many rows, keeping what was allocated.
    pub(crate) fn start(&mut self, rows: usize) -> Filling<'_> {
        // What is there from before is written over.
        self.classes.resize(rows, 0);
        self.bits.clear();
        Filling { classes: &mut self.classes, bits: BitWriter::new(&mut self.bits) }
    }

    /// The classes, coded in groups of contexts, then the raw bits. `contexts`: how many rows each has.
    pub(crate) fn write(&mut self, contexts: &[u32], out: &mut Vec<u8>) {
        let groups = groups(&self.classes, contexts);
        put_varint(out, groups.len() as u64);
        self.coded.clear();
        let mut bits = BitWriter::new(&mut self.coded);
        let mut classes = self.classes.as_slice();
        for group in groups {
            let code = Code::new(&group.counts);
            put_varint(out, group.rows as u64);
            code.put_table(&group.counts, out);
            let (these, rest) = classes.split_at(group.rows);
            code.put_all(these, &mut bits);
            classes = rest;
        }
        bits.finish();
        put_varint(out, self.coded.len() as u64);
        out.extend_from_slice(&self.coded);
        out.extend_from_slice(&self.bits);
    }
}

impl Filling<'_> {
    /// Puts the next row's value, given the row's place in context order.
    #[inline]
    pub(crate) fn put(&mut self, place: u32, value: u64) {
        let (class, bits, width) = split(value);
        self.classes[place as usize] = class;
        self.bits.put(bits, width);
    }

    #[inline]
    pub(crate) fn put_unknown(&mut self, place: u32) {
        self.classes[place as usize] = UNKNOWN_CLASS;
    }

    /// All rows have theirs.
    pub(crate) fn finish(self) {
        self.bits.finish();
    }
}

/// Contexts that follow one another, taken together where that is cheaper.
fn groups(mut classes: &[u8], contexts: &[u32]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for rows in contexts {
        let (these, rest) = classes.split_at(*rows as usize);
        classes = rest;
        let full = groups.len() == MAX_GROUPS;
        match groups.last_mut() {
            Some(last) if full || these.len() < FEW || last.rows < FEW => last.add(these),
            Some(last) => {
                let mut next = Group::of(these);
                let mut both = last.with(&next);
                if both.cost() <= last.cost() + next.cost() {
                    *last = both;
                } else {
                    groups.push(next);
                }
            }
            None => groups.push(Group::of(these)),
        }
    }
    groups
}

/// Rows that share a code.
struct Group {
    rows: usize,
    counts: Counts,
    /// About how many bits they take, once that was asked.
    cost: Option<f32>,
}

impl Group {
    fn of(classes: &[u8]) -> Group {
        let mut group = Group { rows: 0, counts: [0; 256], cost: None };
        group.add(classes);
        group
    }

    fn add(&mut self, classes: &[u8]) {
        huffman::count(classes, &mut self.counts);
        (self.rows, self.cost) = (self.rows + classes.len(), None);
    }

    fn with(&self, other: &Group) -> Group {
        let mut counts = self.counts;
        counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        Group { rows: self.rows + other.rows, counts, cost: None }
    }

    fn cost(&mut self) -> f32 {
        *self.cost.get_or_insert_with(|| huffman::cost(&self.counts))
    }
}

/// Decodes a column of as many values as `order` has rows, and which is all that is left. Unknown values, where
/// `unknown` allows them, become `u64::MAX`.
pub(crate) fn decode(
    part: &'static str,
    cursor: &mut Cursor<'_>,
    order: &ContextOrder,
    unknown: bool,
) -> Result<Vec<u64>, FormatError> {
    let classes = classes(cursor, order)?;
    let raw = cursor.bytes(cursor.left())?;
    values(part, &classes, raw, unknown)
}

/// The class of each row.
fn classes(cursor: &mut Cursor<'_>, order: &ContextOrder) -> Result<Vec<u8>, FormatError> {
    let mut rest = order.rows();
    let count = cursor.count("groups of a column", MAX_GROUPS)?;
    let mut groups = Vec::with_capacity(count);
    for _ in 0..count {
        let rows = cursor.count("rows of a group", rest.len())?;
        let (these, behind) = rest.split_at(rows);
        groups.push((these, Table::read(cursor)?));
        rest = behind;
    }
    if !rest.is_empty() {
        return Err(cursor.problem("the groups have fewer rows than the block"));
    }
    let mut coded = cursor.sized()?;
    let coded = coded.bytes(coded.left())?;
    let mut classes = vec![0; order.rows().len()];
    let mut at = 0;
    for (rows, table) in groups {
        for rows in rows.chunks(AT_ONCE) {
            let mut bits = bits_at(coded, at, AT_ONCE as u32 * LONGEST);
            for row in rows {
                let (class, length) = table.first(bits);
                classes[*row as usize] = class;
                bits >>= length;
                at += length as usize;
            }
        }
    }
    if at.div_ceil(8) != coded.len() {
        return Err(cursor.problem("the codes are not as long as they should be"));
    }
    Ok(classes)
}

fn values(
    part: &'static str,
    classes: &[u8],
    raw: &[u8],
    unknown: bool,
) -> Result<Vec<u64>, FormatError> {
    let known = |class: &u8| {
        CLASSES[usize::from(*class)].width != NO_CLASS && (unknown || *class != UNKNOWN_CLASS)
    };
    if !classes.iter().all(known) {
        return Err(FormatError::malformed(part, "a magnitude has no such class"));
    }
    let bits: usize =
        classes.iter().map(|class| usize::from(CLASSES[usize::from(*class)].width)).sum();
    if raw.len() != bits.div_ceil(8) {
        return Err(FormatError::malformed(
            part,
            "the raw bits are not as many as the classes ask for",
        ));
    }
    let mut at = 0;
    let values = classes.iter().map(|&class| {
        let Class { lead, width } = CLASSES[usize::from(class)];
        let value = lead << width | bits_at(raw, at, u32::from(width));
        at += usize::from(width);
        value
    });
    Ok(values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::context::ContextPlaces;
    use proptest::prelude::*;

    /// A column of values whose rows are of these calls, in runs of `run` rows.
    fn column(values: &[Option<u64>], calls: &[u16], run: u32) -> Vec<u8> {
        let mut contexts = ContextPlaces::default();
        contexts.arrange(CALLS, calls, runs(calls.len(), run));
        let mut column = Magnitudes::default();
        let mut filling = column.start(values.len());
        for (value, &place) in values.iter().zip(contexts.places()) {
            match value {
                Some(value) => filling.put(place, *value),
                None => filling.put_unknown(place),
            }
        }
        filling.finish();
        let mut bytes = Vec::new();
        column.write(contexts.lengths(), &mut bytes);
        bytes
    }

    fn order(calls: &[u16], run: u32) -> ContextOrder {
        let mut order = ContextOrder::default();
        order.arrange(CALLS, calls, runs(calls.len(), run));
        order
    }

    fn runs(rows: usize, run: u32) -> impl Iterator<Item = u32> {
        let count = rows as u32;
        (0..count).step_by(run as usize).map(move |at| run.min(count - at))
    }

    const CALLS: usize = 3;

    fn one_context(rows: usize) -> ContextOrder {
        order(&vec![0; rows], rows as u32)
    }

    fn decode(bytes: &[u8], order: &ContextOrder, unknown: bool) -> Result<Vec<u64>, FormatError> {
        super::decode("test", &mut Cursor::new(bytes, "test"), order, unknown)
    }

    #[test]
    fn classes_never_change() {
        let classes: Vec<u8> =
            [0, 1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 100, 1000, 1 << 32, 1 << 63, u64::MAX]
                .into_iter()
                .map(|value| split(value).0)
                .collect();
        assert_eq!(classes, [0, 1, 2, 3, 4, 7, 8, 8, 9, 11, 12, 22, 35, 124, 248, 251]);
    }

    #[test]
    fn golden_column() {
        let bytes = column(&[Some(3), Some(9), None, Some(9), Some(5)], &[0; 5], 5);
        let table = [
            // One group of five rows; classes 3 to 255.
            1, 5, 3, 252,
            // 3 has 2 bits, 4 none, 5 has 2, 6 and 7 none, 8 has 2; 246 without, then 255 of 2 bits.
            0x02, 0x02, 0x20, 0x6f, 0x2f,
        ];
        assert_eq!(bytes[..9], table);
        // Codes: 3 is 00, 5 is 01, 8 is 10, 255 is 11. The first row comes last, since no call is before it:
        // 10 11 10 01 00. Then 9's bits.
        assert_eq!(bytes[9..], [2, 0b1001_1101, 0b00, 0b11]);
        assert_eq!(decode(&bytes, &one_context(5), true).unwrap(), [3, 9, u64::MAX, 9, 5]);
    }

    #[test]
    fn contexts_have_codes_of_their_own() {
        // Of two calls that take turns one always takes 1, the other 2: then neither costs a bit.
        let values: Vec<_> = (0..2000).map(|row| Some(1 + row % 2)).collect();
        let calls: Vec<u16> = (0..2000).map(|row| row % 2).collect();
        let bytes = column(&values, &calls, 2000);
        assert!(bytes.len() < 20, "{} bytes", bytes.len());
        let read = decode(&bytes, &order(&calls, 2000), false).unwrap();
        assert!(read.into_iter().map(Some).eq(values));
    }

    #[test]
    fn wrong_columns_are_refused() {
        let one = one_context(1);
        // One row of one class, 3 or 8 or 252 or unknown, without bits of codes; then raw bits.
        assert_eq!(decode(&[1, 1, 3, 0, 0, 0], &one, false).unwrap(), [3]);
        assert_eq!(decode(&[1, 1, 8, 0, 0, 0, 1], &one, false).unwrap(), [9]);
        assert_eq!(decode(&[1, 1, 255, 0, 0, 0], &one, true).unwrap(), [u64::MAX]);
        for wrong in [
            &[1, 1, 252, 0, 0, 0][..],
            &[1, 1, 255, 0, 0, 0],
            &[1, 1, 8, 0, 0, 0],
            &[1, 1, 3, 0, 0, 0, 0],
            &[1, 1, 3, 0, 0, 1, 0],
            &[0, 0],
            &[1, 2, 3, 0, 0, 0],
            // Codes of one and two bits: not complete; of 12 bits; none at all; more classes than there are.
            &[1, 1, 3, 1, 0x21, 1, 0],
            &[1, 1, 3, 1, 0x1c, 1, 0],
            &[1, 1, 3, 1, 0x00, 1, 0],
            &[1, 1, 255, 1, 0x11, 1, 0],
            &[1, 1, 3, 1, 0x2f, 0x01, 1, 0],
        ] {
            assert!(decode(wrong, &one, false).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn columns_round_trip(
            rows in prop::collection::vec(
                (prop::option::weighted(0.9, (any::<u64>(), 0u32..64).prop_map(|(v, s)| v >> s)), 0u16..3),
                0..600),
            run in 1u32..100)
        {
            let (values, calls): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
            let bytes = column(&values, &calls, run);
            let read = decode(&bytes, &order(&calls, run), true).unwrap();
            let expected: Vec<u64> = values.iter().map(|v| v.unwrap_or(u64::MAX)).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_bytes_are_a_column_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&bytes, &one_context(3), true);
        }
    }
}
