//! Dictionary of captured memory: each distinct run of bytes is kept once in a chunk.

/// Distinct byte strings, numbered in order of appearance.
#[derive(Default)]
pub(super) struct Interner {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Open addressing, a power of two of slots: number of the entry plus 1, 0 if free.
    slots: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    len: u32,
    hash: u32,
}

const FEWEST_SLOTS: usize = 1024;

impl Interner {
    /// Whether that is the number of `bytes`.
    #[inline(always)]
    pub(super) fn is(&self, number: u32, bytes: &[u8]) -> bool {
        self.entries.get(number as usize).is_some_and(|entry| same(self.get(*entry), bytes))
    }

    /// The number of `bytes`, which are copied if they are new. It is likely to be `guess`.
    #[inline(always)]
    pub(super) fn intern_like(&mut self, bytes: &[u8], guess: u32) -> u32 {
        if self.is(guess, bytes) { guess } else { self.intern(bytes) }
    }

    /// The number of `bytes`, which are copied if they are new.
    #[inline(never)]
    pub(super) fn intern(&mut self, bytes: &[u8]) -> u32 {
        if self.entries.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(bytes);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(number) = self.slots[at].checked_sub(1) {
            let entry = self.entries[number as usize];
            if entry.hash == hash && same(self.get(entry), bytes) {
                return number;
            }
            at = (at + 1) & mask;
        }
        let entry = Entry { start: self.bytes.len(), len: bytes.len() as u32, hash };
        self.bytes.extend_from_slice(bytes);
        self.entries.push(entry);
        self.slots[at] = self.entries.len() as u32;
        self.slots[at] - 1
    }

    /// The lengths of the entries.
    pub(super) fn lengths(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.entries.iter().map(|entry| entry.len)
    }

    /// The entries' bytes, one after the other.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.slots.fill(0);
    }

    #[inline]
    fn get(&self, entry: Entry) -> &[u8] {
        &self.bytes[entry.start..entry.start + entry.len as usize]
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(FEWEST_SLOTS);
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, entry) in self.entries.iter().enumerate() {
            let mut at = entry.hash as usize & (size - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = number as u32 + 1;
        }
    }
}

/// Whether they are equal; of few bytes, as most are, without a call of a function.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        0 => true,
        1..4 => few(a) == few(b),
        4..8 => ends::<4>(a) == ends::<4>(b),
        8..=16 => ends::<8>(a) == ends::<8>(b),
        _ => a == b,
    }
}

/// The first, the middle and the last byte of one to three.
#[inline(always)]
fn few(bytes: &[u8]) -> u32 {
    let at = |place: usize| u32::from(bytes[place]);
    at(0) | at(bytes.len() / 2) << 8 | at(bytes.len() - 1) << 16
}

/// The first bytes and the last ones: all, if there are up to twice as many.
#[inline]
fn ends<const N: usize>(bytes: &[u8]) -> (Option<&[u8; N]>, Option<&[u8; N]>) {
    (bytes.first_chunk(), bytes.last_chunk())
}

/// Words of eight bytes, multiplied and folded, in two strands that do not wait for each other. Not secure: whoever
/// chooses the bytes can slow the recorder's encoding down, as they can by calling more.
fn hash(bytes: &[u8]) -> u32 {
    const SEED: u64 = 0x2545_F491_4F6C_DD1D;
    let fold = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * 0x9E37_79B9_7F4A_7C15u128;
        (product >> 64) as u64 ^ product as u64
    };
    let (pairs, rest) = bytes.as_chunks::<16>();
    let (words, rest) = rest.as_chunks::<8>();
    let (mut a, mut b) = (SEED ^ bytes.len() as u64, !SEED);
    for pair in pairs {
        let pair = u128::from_le_bytes(*pair);
        (a, b) = (fold(a, pair as u64), fold(b, (pair >> 64) as u64));
    }
    for word in words {
        a = fold(a, u64::from_le_bytes(*word));
    }
    let last = rest.iter().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
    let hash = fold(a ^ b.rotate_left(32), last);
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_differ_in_one_place_are_told_apart() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let mut interner = Interner::default();
            assert_eq!(interner.intern(&bytes), 0);
            for place in 0..length {
                let mut other = bytes.clone();
                other[place] ^= 0x80;
                assert!(!same(&bytes, &other), "{place} of {length}");
                assert_eq!(interner.intern_like(&other, 0), place as u32 + 1);
                assert_eq!(interner.intern(&other), place as u32 + 1);
            }
            assert_eq!(interner.intern_like(&bytes, 0), 0);
        }
    }

    #[test]
    fn equal_bytes_have_one_number() {
        let mut interner = Interner::default();
        let word = |i: usize| vec![i as u8; i % 40];
        for round in 0..3 {
            for i in 0..5000 {
                let number = interner.intern(&[word(i), i.to_string().into_bytes()].concat());
                assert_eq!(number, i as u32, "round {round}");
            }
        }
        assert_eq!(
            interner.lengths().map(|len| len as usize).sum::<usize>(),
            interner.bytes().len()
        );
        interner.clear();
        assert_eq!(interner.intern(b"new"), 0);
        assert_eq!(interner.intern(b""), 1);
        assert_eq!(interner.intern(b""), 1);
    }
}
