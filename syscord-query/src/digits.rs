//! Numbers as text: much of what an export writes.

/// What eight digits can hold, and one more.
const HUNDRED_MILLION: u64 = 100_000_000;
/// The digit 0, eight times.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Appends a number in decimal.
#[inline]
pub(crate) fn decimal(out: &mut Vec<u8>, number: impl Into<i128>) {
    let number = number.into();
    if number < 0 {
        out.push(b'-');
    }
    // No number here has more than 64 bits.
    unsigned(out, number.unsigned_abs() as u64);
}

#[inline]
fn unsigned(out: &mut Vec<u8>, number: u64) {
    match number / HUNDRED_MILLION {
        0 if number < 10 => out.push(b'0' + number as u8),
        0 => {
            let digits = spread(number);
            let zeros = digits.trailing_zeros() / 8;
            put(out, digits >> (8 * zeros), 8 - zeros as usize);
        }
        above => {
            unsigned_above(out, above);
            put(out, spread(number % HUNDRED_MILLION), 8);
        }
    }
}

#[inline(never)]
fn unsigned_above(out: &mut Vec<u8>, above: u64) {
    unsigned(out, above);
}

/// Appends a number below 10⁹ with nine digits.
pub(crate) fn nine_digits(out: &mut Vec<u8>, number: u32) {
    let number = u64::from(number);
    out.push(b'0' + (number / HUNDRED_MILLION) as u8);
    put(out, spread(number % HUNDRED_MILLION), 8);
}

/// Appends the first `count` of some digits.
#[inline]
fn put(out: &mut Vec<u8>, digits: u64, count: usize) {
    let end = out.len() + count;
    // With a length that is known beforehand: copying takes no call.
    out.extend_from_slice(&(digits + ZEROS).to_le_bytes());
    out.truncate(end);
}

/// The eight digits of a number that has no more, each in a byte, the first in the lowest: all are found at the
/// same time, by halves. Dividing is multiplying by the inverse.
#[inline]
fn spread(number: u64) -> u64 {
    let (high, low) = (number / 10_000, number % 10_000);
    let fours = high | (low << 32);
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((twos - 10 * tens) << 8)
}

/// Appends a number in hexadecimal, with `0x`.
pub(crate) fn hexadecimal(out: &mut Vec<u8>, number: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let count = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
    let mut rest = number << (u64::BITS - 4 * count);
    let mut text = [0; 18];
    text[..2].copy_from_slice(b"0x");
    for digit in &mut text[2..2 + count as usize] {
        *digit = DIGITS[(rest >> 60) as usize];
        rest <<= 4;
    }
    let end = out.len() + 2 + count as usize;
    out.extend_from_slice(&text);
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimal_numbers_have_no_leading_zeros() {
        for number in 0..=100_000 {
            assert_eq!(text(|out| decimal(out, number)), number.to_string());
        }
        for power in 0..20 {
            let number = 10u64.pow(power);
            for number in [number - 1, number, number + 1, number.wrapping_mul(9)] {
                assert_eq!(text(|out| decimal(out, number)), number.to_string());
            }
        }
        for number in [i64::MIN, -4095, -1, i64::MAX] {
            assert_eq!(text(|out| decimal(out, number)), number.to_string());
        }
        assert_eq!(text(|out| decimal(out, u64::MAX)), u64::MAX.to_string());
    }

    #[test]
    fn all_four_digits() {
        for number in 0..10_000 {
            assert_eq!(
                text(|out| put(out, spread(10_001 * number), 8)),
                format!("{number:04}").repeat(2)
            );
        }
    }

    #[test]
    fn nine_digits_have_leading_zeros() {
        for number in [0, 7, 99_999_999, 100_000_000, 123_456_789, 999_999_999] {
            assert_eq!(text(|out| nine_digits(out, number)), format!("{number:09}"));
        }
    }

    #[test]
    fn hexadecimal_numbers_have_no_leading_zeros() {
        for number in [0, 1, 15, 16, 0x7fff_1234_5678, u64::MAX] {
            assert_eq!(text(|out| hexadecimal(out, number)), format!("{number:#x}"));
        }
    }
}
