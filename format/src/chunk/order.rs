//! Rows in time order.

/// Bits of a digit, and the values it has.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;
/// Chunks up to this many rows are sorted by comparing.
const FEW: usize = 4096;

/// The places of `ends` in ascending order of end, equal ones in order of place.
pub(super) fn by_end(ends: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..ends.len() as u32).collect();
    if ends.is_sorted() {
        return order;
    }
    let first = ends.iter().copied().min().unwrap_or(0);
    let span = ends.iter().copied().max().unwrap_or(0) - first;
    let row_bits = usize::BITS - ends.len().leading_zeros();
    if ends.len() <= FEW || 64 - span.leading_zeros() + row_bits > 64 {
        order.sort_by_key(|&row| ends[row as usize]);
        return order;
    }
    // Bits that no end has, as those below the time resolution, need no sorting.
    let used = ends.iter().fold(0, |used, end| used | (end - first));
    let mut keys: Vec<u64> =
        ends.iter().enumerate().map(|(row, end)| (end - first) << row_bits | row as u64).collect();
    let mut sorted = vec![0; keys.len()];
    let mut shift = row_bits + used.trailing_zeros();
    while shift < 64 && keys_above(span, row_bits, shift) {
        sort_by_digit(&keys, &mut sorted, shift);
        std::mem::swap(&mut keys, &mut sorted);
        shift += DIGIT_BITS;
    }
    let mask = (1 << row_bits) - 1;
    order.iter_mut().zip(keys).for_each(|(row, key)| *row = (key & mask) as u32);
    order
}

/// Whether any key can have bits from `shift` on.
fn keys_above(span: u64, row_bits: u32, shift: u32) -> bool {
    (span << row_bits) >> shift != 0
}

/// One pass of a radix sort: by the digit at `shift`, stable.
fn sort_by_digit(keys: &[u64], sorted: &mut [u64], shift: u32) {
    let digit = |key: u64| (key >> shift) as usize % DIGITS;
    let mut next = vec![0u32; DIGITS];
    keys.iter().for_each(|&key| next[digit(key)] += 1);
    let mut start = 0;
    for count in &mut next {
        start += std::mem::replace(count, start);
    }
    for &key in keys {
        let next = &mut next[digit(key)];
        sorted[*next as usize] = key;
        *next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radix_and_comparison_agree() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state >> 20
        };
        for n in [0, 1, 10, FEW, FEW + 1, 70_000] {
            for (shift, most) in [(0, u64::MAX), (5, 1 << 30), (5, 1 << 50), (3, 100), (0, 1)] {
                let ends: Vec<u64> = (0..n).map(|_| (random() % most) << shift).collect();
                let mut expected: Vec<u32> = (0..n as u32).collect();
                expected.sort_by_key(|&row| ends[row as usize]);
                assert_eq!(by_end(&ends), expected, "{n} rows, shift {shift}, below {most}");
            }
        }
        assert_eq!(by_end(&[u64::MAX, 0, 5]), [1, 2, 0]);
    }
}
