//! Magnitudes (SPEC.md §5.2): a class byte of exponent and two leading bits, which compresses, and
//! raw bits, which do not.

use crate::bits::{BitWriter, bits_at};
use crate::error::FormatError;

/// The largest class of a value.
pub(crate) const LAST_CLASS: u8 = 251;
/// The class of a value that is not known.
pub(crate) const UNKNOWN_CLASS: u8 = 255;

/// Class, raw bits and their number.
#[inline]
pub(crate) fn split(value: u64) -> (u8, u64, u32) {
    // Values below 4 take the formula of 4…7, four classes lower.
    let small = u64::from(value < 4) * 4;
    let exponent = 63 - (value | 4).leading_zeros();
    let width = exponent - 2;
    let class = 4 * u64::from(exponent - 1) + ((value >> width) & 3) - small;
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
    classes: Vec<u8>,
    bits: Vec<u8>,
}

impl Magnitudes {
    /// Starts a column, keeping what was allocated.
    pub(crate) fn start(&mut self) -> MagnitudeWriter<'_> {
        self.classes.clear();
        self.bits.clear();
        MagnitudeWriter { classes: &mut self.classes, bits: BitWriter::new(&mut self.bits) }
    }

    /// The class bytes, then the raw bits.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.classes);
        out.extend_from_slice(&self.bits);
    }
}

/// Appends values to a column.
pub(crate) struct MagnitudeWriter<'a> {
    classes: &'a mut Vec<u8>,
    bits: BitWriter<'a>,
}

impl MagnitudeWriter<'_> {
    #[inline]
    pub(crate) fn push(&mut self, value: u64) {
        let (class, bits, width) = split(value);
        self.classes.push(class);
        self.bits.put(bits, width);
    }

    #[inline]
    pub(crate) fn push_unknown(&mut self) {
        self.classes.push(UNKNOWN_CLASS);
    }

    pub(crate) fn finish(self) {
        self.bits.finish();
    }
}

/// Decodes a column: `raw` is all that follows its class bytes. Unknown values, where `unknown`
/// allows them, become `u64::MAX`.
pub(crate) fn decode(
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
    use proptest::prelude::*;

    fn encode(values: &[Option<u64>]) -> (Vec<u8>, Vec<u8>) {
        let mut column = Magnitudes::default();
        let mut writer = column.start();
        for value in values {
            match value {
                Some(value) => writer.push(*value),
                None => writer.push_unknown(),
            }
        }
        writer.finish();
        (column.classes, column.bits)
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
        let (classes, bits) = encode(&[Some(3), Some(9), None, Some(1000), Some(5)]);
        assert_eq!(classes, [3, 8, 255, 35, 5]);
        // 9 leaves the bit 1; 1000 = 0b11_1110_1000 leaves 1101000.
        assert_eq!(bits, [0b1101_0001]);
    }

    #[test]
    fn wrong_columns_are_refused() {
        assert!(decode("test", &[252], &[0; 8], true).is_err());
        assert!(decode("test", &[255], &[], false).is_err());
        assert!(decode("test", &[255], &[], true).is_ok());
        assert!(decode("test", &[8], &[], true).is_err());
        assert!(decode("test", &[8], &[0, 0], true).is_err());
    }

    proptest! {
        #[test]
        fn columns_round_trip(values in prop::collection::vec(
            prop::option::weighted(0.9, (any::<u64>(), 0u32..64).prop_map(|(v, s)| v >> s)), 0..300))
        {
            let (classes, bits) = encode(&values);
            let read = decode("test", &classes, &bits, true).unwrap();
            let expected: Vec<u64> = values.iter().map(|v| v.unwrap_or(u64::MAX)).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
