//! Bit packing (SPEC.md §5.1): bit j of a stream is bit `j mod 8` of byte `j div 8`.

/// Appends values of any width to bytes.
pub(crate) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Bits not yet written, from the lowest up; fewer than 64.
    bits: u64,
    fill: u32,
}

impl<'a> BitWriter<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        BitWriter { out, bits: 0, fill: 0 }
    }

    /// Appends the lowest `width` (0…64) bits of `value`, which has no others.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, width: u32) {
        self.bits |= value << self.fill;
        let fill = self.fill + width;
        if fill < 64 {
            self.fill = fill;
        } else {
            self.out.extend_from_slice(&self.bits.to_le_bytes());
            // What did not fit; nothing if the word was empty before.
            self.bits = value.checked_shr(64 - self.fill).unwrap_or(0);
            self.fill = fill - 64;
        }
    }

    /// Writes the last bits, the rest of their byte being zero.
    pub(crate) fn finish(self) {
        let bytes = self.fill.div_ceil(8) as usize;
        self.out.extend_from_slice(&self.bits.to_le_bytes()[..bytes]);
    }
}

/// Bytes that `n` values of `width` bits take. Neither is so large that this overflows.
pub(crate) fn packed_len(n: usize, width: u32) -> usize {
    (n as u64 * u64::from(width)).div_ceil(8) as usize
}

/// The lowest `width` (0…64) bits set.
#[inline]
pub(crate) fn mask(width: u32) -> u64 {
    u64::MAX.checked_shr(64 - width).unwrap_or(0)
}

/// The `width` (0…64) bits from bit `at` on; zeros beyond the end.
#[inline]
pub(crate) fn bits_at(data: &[u8], at: usize, width: u32) -> u64 {
    let (byte, shift) = (at / 8, (at % 8) as u32);
    let mut value = word_at(data, byte) >> shift;
    if shift + width > 64 {
        // Only then is shift above 0.
        value |= data.get(byte + 8).map_or(0, |&next| u64::from(next) << (64 - shift));
    }
    value & mask(width)
}

#[inline]
fn word_at(data: &[u8], at: usize) -> u64 {
    match data.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(word) => u64::from_le_bytes(*word),
        None => last_word(data, at),
    }
}

#[cold]
fn last_word(data: &[u8], at: usize) -> u64 {
    let rest = data.get(at..).unwrap_or(&[]);
    rest.iter().take(8).rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// Calls `each` with `n` packed values of `width` bits; `data` is [`packed_len`] bytes.
#[inline]
pub(crate) fn unpack(data: &[u8], n: usize, width: u32, mut each: impl FnMut(u64)) {
    match width {
        8 => data.iter().for_each(|&byte| each(u64::from(byte))),
        16 => data.as_chunks::<2>().0.iter().for_each(|b| each(u64::from(u16::from_le_bytes(*b)))),
        32 => data.as_chunks::<4>().0.iter().for_each(|b| each(u64::from(u32::from_le_bytes(*b)))),
        64 => data.as_chunks::<8>().0.iter().for_each(|b| each(u64::from_le_bytes(*b))),
        _ => {
            let mut at = 0;
            for _ in 0..n {
                each(bits_at(data, at, width));
                at += width as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_widths_round_trip() {
        for width in 0..=64u32 {
            let values: Vec<u64> = (0..131u64)
                .map(|i| {
                    (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(i as u32) & mask(width)
                })
                .collect();
            let mut out = Vec::new();
            let mut writer = BitWriter::new(&mut out);
            values.iter().for_each(|&value| writer.put(value, width));
            writer.finish();
            assert_eq!(out.len(), packed_len(values.len(), width));
            let mut read = Vec::new();
            unpack(&out, values.len(), width, |value| read.push(value));
            assert_eq!(read, values, "width {width}");
        }
    }

    #[test]
    fn mixed_widths_round_trip() {
        let widths: Vec<u32> = (0..500).map(|i| (i * 37) % 65).collect();
        let mut out = Vec::new();
        let mut writer = BitWriter::new(&mut out);
        let value = |width: u32| 0xA5C3_9687_F00F_1234u64.rotate_left(width * 3) & mask(width);
        widths.iter().for_each(|&width| writer.put(value(width), width));
        writer.finish();
        let mut at = 0;
        for &width in &widths {
            assert_eq!(bits_at(&out, at, width), value(width));
            at += width as usize;
        }
        assert_eq!(out.len(), at.div_ceil(8));
    }

    #[test]
    fn bits_are_laid_out_as_specified() {
        let mut out = Vec::new();
        let mut writer = BitWriter::new(&mut out);
        for value in [0b101, 0b011, 0b110] {
            writer.put(value, 3);
        }
        writer.finish();
        assert_eq!(out, [0b1001_1101, 0b1]);
    }
}
