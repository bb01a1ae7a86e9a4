//! Directory entries as getdents(2) and getdents64(2) store them.

/// Where each entry has its length, in 16 bits (`d_reclen`).
const LENGTH: usize = 16;

/// How many entries there are; `None` if the bytes are none, or if one is cut.
pub fn count(mut bytes: &[u8]) -> Option<u32> {
    let mut count = 0;
    while !bytes.is_empty() {
        let length = bytes.get(LENGTH..)?.first_chunk()?;
        let length = usize::from(u16::from_le_bytes(*length));
        bytes = bytes.get(length..).filter(|_| length > LENGTH)?;
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted() {
        let mut three = [0; 80];
        (three[16], three[24 + 16], three[56 + 16]) = (24, 32, 24);
        assert_eq!((count(&[]), count(&three)), (Some(0), Some(3)));
        assert_eq!(count(&three[..70]), None, "one is cut");
        assert_eq!(count(&[0; 40]), None, "one without a length");
    }
}
