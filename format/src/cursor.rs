//! Reading little endian fields from bytes that cannot be trusted, and writing them.

use crate::error::FormatError;

/// What is left of a part of a file. Every read checks that it is there.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    data: &'a [u8],
    part: &'static str,
}

impl<'a> Cursor<'a> {
    /// Reads from `data`; errors call it `part`.
    pub(crate) fn new(data: &'a [u8], part: &'static str) -> Self {
        Cursor { data, part }
    }

    pub(crate) fn left(&self) -> usize {
        self.data.len()
    }

    /// An error unless everything was read.
    pub(crate) fn finish(&self) -> Result<(), FormatError> {
        if self.data.is_empty() { Ok(()) } else { Err(self.problem("bytes are left over")) }
    }

    pub(crate) fn problem(&self, problem: &'static str) -> FormatError {
        FormatError::malformed(self.part, problem)
    }

    #[inline]
    pub(crate) fn bytes(&mut self, n: usize) -> Result<&'a [u8], FormatError> {
        match self.data.split_at_checked(n) {
            Some((taken, rest)) => {
                self.data = rest;
                Ok(taken)
            }
            None => Err(FormatError::Short { part: self.part }),
        }
    }

    /// The next `n` bytes as a cursor of their own.
    pub(crate) fn sub(&mut self, n: usize) -> Result<Cursor<'a>, FormatError> {
        Ok(Cursor { data: self.bytes(n)?, part: self.part })
    }

    /// A varint length, then that many bytes.
    pub(crate) fn sized(&mut self) -> Result<Cursor<'a>, FormatError> {
        let n = self.varint()?;
        // A length beyond usize is beyond the data too.
        self.sub(usize::try_from(n).unwrap_or(usize::MAX))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        match self.data.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.data = rest;
                Ok(*taken)
            }
            None => Err(FormatError::Short { part: self.part }),
        }
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        self.array().map(u8::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_le_bytes)
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn i64(&mut self) -> Result<i64, FormatError> {
        self.array().map(i64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, FormatError> {
        match self.data.split_first() {
            Some((&first, rest)) if first < 0x80 => {
                self.data = rest;
                Ok(u64::from(first))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, FormatError> {
        let mut value = 0u64;
        for i in 0..10 {
            let byte = self.u8()?;
            if i == 9 && byte > 1 {
                return Err(self.problem("a number is too large"));
            }
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.problem("a number is too long"))
    }

    /// A varint that counts something there may be at most `limit` of.
    pub(crate) fn count(&mut self, what: &'static str, limit: usize) -> Result<usize, FormatError> {
        let value = self.varint()?;
        FormatError::check(what, value, limit as u64)?;
        Ok(value as usize)
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, FormatError> {
        self.varint().map(unzigzag)
    }
}

/// Appends `value` as a varint.
#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes of `value` as a varint: its significant bits (at least one) by seven, rounded up.
#[inline]
pub(crate) fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    // 9/64 is close enough to 1/7 for all of 1..=64.
    (bits * 9 + 64) >> 6
}

#[inline]
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[inline]
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_have_the_length_that_was_foretold() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1u64 << bits) - 1, (1u64 << bits) + 1, u64::MAX] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
                let mut cursor = Cursor::new(&out, "test");
                assert_eq!(cursor.varint().unwrap(), value);
                cursor.finish().unwrap();
                assert_eq!(unzigzag(zigzag(value as i64)), value as i64);
            }
        }
    }

    #[test]
    fn overlong_varints_are_refused() {
        assert!(Cursor::new(&[0xff; 10], "test").varint().is_err());
        assert!(Cursor::new(&[0x80; 11], "test").varint().is_err());
        assert!(Cursor::new(&[0x80], "test").varint().is_err());
        let mut most = vec![0xff; 9];
        most.push(1);
        assert_eq!(Cursor::new(&most, "test").varint().unwrap(), u64::MAX);
    }
}
