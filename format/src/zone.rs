//! Zone maps of EVENTS blocks (SPEC.md §6): what a block may hold, so that it can be passed over.

use crate::cursor::{Cursor, put_varint};
use crate::error::FormatError;
use crate::limits::MAX_ZONE;

/// Bytes of the longest bit set of syscall numbers.
const MOST_BYTES: usize = 255;
/// Numbers from this on are not told apart: the bit set claims everything.
const EVERYTHING_FROM: u32 = 8 * MOST_BYTES as u32;
/// Up to this many ids are listed; above, a Bloom filter is smaller.
const MOST_LISTED: usize = 64;
const LISTED: u8 = 0;
const BLOOM: u8 = 1;
/// A Bloom filter has 2^6 … 2^16 bits.
const BLOOM_BITS: std::ops::RangeInclusive<u32> = 6..=16;
/// Bits of filter for each id: about one id in a hundred is claimed wrongly.
const BITS_PER_ID: usize = 10;
/// Bits that an id sets.
const PROBES: u32 = 4;

/// What an EVENTS block may hold. It errs by claiming too much alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneMap {
    /// Calls that failed (results −4095 … −1).
    pub failed: u32,
    /// The longest known duration, nanoseconds.
    pub longest: u64,
    abis: Vec<(u8, Vec<u8>)>,
    tgids: IdSet,
    tids: IdSet,
}

impl ZoneMap {
    /// Decodes a zone map.
    ///
    /// # Errors
    /// If it does not follow the format.
    pub fn parse(zone: &[u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(zone, "zone map");
        let (failed, longest) = (cursor.u32()?, cursor.u64()?);
        let mut abis = Vec::new();
        for _ in 0..cursor.u8()? {
            let (abi, bytes) = (cursor.u8()?, cursor.u8()?);
            abis.push((abi, cursor.bytes(usize::from(bytes))?.to_vec()));
        }
        let tgids = IdSet::parse(&mut cursor)?;
        let tids = IdSet::parse(&mut cursor)?;
        cursor.finish()?;
        Ok(ZoneMap { failed, longest, abis, tgids, tids })
    }

    /// Whether the block may hold this syscall.
    pub fn has_call(&self, abi: u8, number: u32) -> bool {
        let mut sets = self.abis.iter().filter(|(id, _)| *id == abi);
        sets.any(|(_, set)| match set.get(number as usize / 8) {
            Some(byte) => byte & (1 << (number % 8)) != 0,
            None => number >= EVERYTHING_FROM && claims_everything(set),
        })
    }

    /// The syscalls the block may hold, by ABI and number; numbers from 2,040 on are not listed.
    pub fn calls(&self) -> impl Iterator<Item = (u8, u32)> + '_ {
        self.abis.iter().flat_map(|(abi, set)| {
            let held = |number: &u32| set[*number as usize / 8] & (1 << (number % 8)) != 0;
            (0..8 * set.len() as u32).filter(held).map(|number| (*abi, number))
        })
    }

    /// Whether the block may hold events of this process.
    pub fn may_have_tgid(&self, tgid: u32) -> bool {
        self.tgids.may_have(tgid)
    }

    /// Whether the block may hold events of this thread.
    pub fn may_have_tid(&self, tid: u32) -> bool {
        self.tids.may_have(tid)
    }

    /// Encodes the zone map of a block with these syscalls (abi, number) and threads (tgid, tid).
    pub(crate) fn encode(
        failed: u32,
        longest: u64,
        calls: impl Iterator<Item = (u8, u32)>,
        threads: &[(u32, u32)],
    ) -> Result<Vec<u8>, FormatError> {
        let mut zone = ZoneMap {
            failed,
            longest,
            abis: Vec::new(),
            tgids: IdSet::of(threads.iter().map(|(tgid, _)| *tgid).collect()),
            tids: IdSet::of(threads.iter().map(|(_, tid)| *tid).collect()),
        };
        for (abi, number) in calls {
            zone.add_call(abi, number);
        }
        FormatError::check("calling conventions of a block", zone.abis.len() as u64, 255)?;
        let bytes = zone.to_bytes();
        FormatError::check("bytes of a zone map", bytes.len() as u64, u64::from(MAX_ZONE))?;
        Ok(bytes)
    }

    fn add_call(&mut self, abi: u8, number: u32) {
        let at = self.abis.iter().position(|(id, _)| *id == abi).unwrap_or_else(|| {
            self.abis.push((abi, Vec::new()));
            self.abis.len() - 1
        });
        let set = &mut self.abis[at].1;
        if number >= EVERYTHING_FROM {
            *set = vec![0xff; MOST_BYTES];
            return;
        }
        let byte = number as usize / 8;
        if set.len() <= byte {
            set.resize(byte + 1, 0);
        }
        set[byte] |= 1 << (number % 8);
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.failed.to_le_bytes());
        out.extend_from_slice(&self.longest.to_le_bytes());
        out.push(self.abis.len() as u8);
        for (abi, set) in &self.abis {
            out.extend_from_slice(&[*abi, set.len() as u8]);
            out.extend_from_slice(set);
        }
        self.tgids.put(&mut out);
        self.tids.put(&mut out);
        out
    }
}

fn claims_everything(set: &[u8]) -> bool {
    set.len() == MOST_BYTES && set.iter().all(|&byte| byte == 0xff)
}

/// A set of process or thread ids.
#[derive(Debug, Clone, PartialEq, Eq)]
enum IdSet {
    /// Ascending.
    Listed(Vec<u32>),
    /// A filter of 2^n bits, and n.
    Bloom(u32, Vec<u8>),
}

impl IdSet {
    fn of(mut ids: Vec<u32>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        if ids.len() <= MOST_LISTED {
            return IdSet::Listed(ids);
        }
        let bits = (ids.len() * BITS_PER_ID).next_power_of_two().trailing_zeros();
        let bits = bits.clamp(*BLOOM_BITS.start(), *BLOOM_BITS.end());
        let mut filter = vec![0; 1 << (bits - 3)];
        for id in ids {
            for bit in probes(id, bits) {
                filter[bit / 8] |= 1 << (bit % 8);
            }
        }
        IdSet::Bloom(bits, filter)
    }

    fn may_have(&self, id: u32) -> bool {
        match self {
            IdSet::Listed(ids) => ids.binary_search(&id).is_ok(),
            IdSet::Bloom(bits, filter) => {
                probes(id, *bits).all(|bit| filter[bit / 8] & (1 << (bit % 8)) != 0)
            }
        }
    }

    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, FormatError> {
        match cursor.u8()? {
            LISTED => {
                let n = cursor.count("ids of a zone map", cursor.left() / 4)?;
                let ids = (0..n).map(|_| cursor.u32()).collect::<Result<Vec<_>, _>>()?;
                if !ids.is_sorted_by(|a, b| a < b) {
                    return Err(cursor.problem("its ids are out of order"));
                }
                Ok(IdSet::Listed(ids))
            }
            BLOOM => {
                let bits = u32::from(cursor.u8()?);
                if !BLOOM_BITS.contains(&bits) {
                    return Err(cursor.problem("its filter has an impossible size"));
                }
                Ok(IdSet::Bloom(bits, cursor.bytes(1 << (bits - 3))?.to_vec()))
            }
            _ => Err(cursor.problem("an id set has an unknown form")),
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            IdSet::Listed(ids) => {
                out.push(LISTED);
                put_varint(out, ids.len() as u64);
                ids.iter().for_each(|id| out.extend_from_slice(&id.to_le_bytes()));
            }
            IdSet::Bloom(bits, filter) => {
                out.extend_from_slice(&[BLOOM, *bits as u8]);
                out.extend_from_slice(filter);
            }
        }
    }
}

/// The bits of an id in a filter of 2^bits.
fn probes(id: u32, bits: u32) -> impl Iterator<Item = usize> {
    let hash = u64::from(id).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..PROBES).map(move |j| (hash >> (16 * j)) as usize & ((1 << bits) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(calls: &[(u8, u32)], threads: &[(u32, u32)]) -> ZoneMap {
        let bytes = ZoneMap::encode(3, 77, calls.iter().copied(), threads).unwrap();
        ZoneMap::parse(&bytes).unwrap()
    }

    #[test]
    fn nothing_that_is_there_is_denied() {
        for n in [0u32, 1, 63, 64, 65, 1000, 30_000] {
            let threads: Vec<_> = (0..n).map(|i| (i * 7 + 1, i * 13 + 5)).collect();
            let zone = zone(&[(0, 1), (0, 59), (1, 300)], &threads);
            assert!(threads.iter().all(|&(g, t)| zone.may_have_tgid(g) && zone.may_have_tid(t)));
            assert_eq!((zone.failed, zone.longest), (3, 77));
            assert_eq!(zone.calls().collect::<Vec<_>>(), [(0, 1), (0, 59), (1, 300)]);
            if n <= 1000 {
                let wrong = (0..10_000).filter(|i| zone.may_have_tgid(3_000_000 + i)).count();
                assert!(wrong < 500, "{wrong} of 10,000 are claimed wrongly with {n} ids");
            }
        }
    }

    #[test]
    fn calls_are_told_apart_up_to_a_point() {
        let few = zone(&[(0, 2)], &[]);
        assert!(few.has_call(0, 2));
        assert!(!few.has_call(0, 3) && !few.has_call(1, 2) && !few.has_call(0, 5000));
        let odd = zone(&[(0, 5000), (0, 3)], &[]);
        assert!(odd.has_call(0, 5000) && odd.has_call(0, 2039) && odd.has_call(0, 0x4000_0000));
        assert!(!odd.has_call(1, 5000));
        assert!(zone(&[(0, 2039)], &[]).has_call(0, 2039));
    }

    #[test]
    fn hostile_zone_maps_are_refused() {
        let good = ZoneMap::encode(0, 0, [(0, 1)].into_iter(), &[(1, 1)]).unwrap();
        for cut in 0..good.len() {
            assert!(ZoneMap::parse(&good[..cut]).is_err());
        }
        let head = [0u8; 13];
        for tail in [&[0, 0xff, 0xff, 0xff, 0xff, 0x0f][..], &[1, 5], &[1, 64], &[2], &[1, 16, 0]] {
            assert!(ZoneMap::parse(&[&head, tail].concat()).is_err());
        }
    }

    #[test]
    fn bytes_never_change() {
        let bytes = ZoneMap::encode(1, 2, [(0, 9)].into_iter(), &[(5, 6)]).unwrap();
        let expected = [
            &[1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0][..],
            &[1, 0, 2, 0, 2],
            &[0, 1, 5, 0, 0, 0],
            &[0, 1, 6, 0, 0, 0],
        ];
        assert_eq!(bytes, expected.concat());
    }
}
