//! Batches that wait to be filled.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::batch::Batch;

/// All that are not under way.
pub struct Spare {
    all: Mutex<All>,
    /// Of how many CPUs they take records.
    cpus: usize,
}

struct All {
    batches: Vec<Batch>,
    /// How often one was taken.
    taken: u64,
}

/// A recording of no more batches is short: it is not to pay for the memory of all.
const FEW: u64 = 16;

impl Spare {
    /// So many, which have no memory yet, for records of so many CPUs.
    pub fn new(batches: usize, cpus: usize) -> Spare {
        let batches = (0..batches).map(|_| Batch::with_room(cpus)).collect();
        Spare { all: Mutex::new(All { batches, taken: 0 }), cpus }
    }

    /// The one that came last: most of it is in the processor's caches still. In a recording that is not short, first one
    /// that has far less memory, so that all soon have what they will need.
    pub fn take(&self) -> Batch {
        let All { batches, taken } = &mut *self.lock();
        *taken += 1;
        let memory = batches.last().map_or(0, |batch| batch.most);
        let small = batches.iter().position(|batch| batch.most < memory / 2);
        match small.filter(|_| *taken > FEW) {
            Some(at) => batches.remove(at),
            None => batches.pop().unwrap_or_else(|| Batch::with_room(self.cpus)),
        }
    }

    /// Gives one back.
    pub fn put(&self, mut batch: Batch) {
        batch.clear();
        self.lock().batches.push(batch);
    }

    /// Nothing is half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn filled(mut batch: Batch, bytes: usize) -> Batch {
        batch.bytes.resize(bytes, 0);
        batch
    }

    /// Where the one lies that is taken; it is filled with so much, and given back.
    fn use_one(spare: &Spare, bytes: usize) -> *const u8 {
        let batch = filled(spare.take(), bytes);
        let place = batch.bytes.as_ptr();
        spare.put(batch);
        place
    }

    #[test]
    fn a_short_recording_takes_the_same_one_again() {
        let spare = Spare::new(3, 1);
        let first = use_one(&spare, 1000);
        assert!((1..FEW).all(|_| use_one(&spare, 1000) == first));
        assert_ne!(use_one(&spare, 1000), first);
    }

    #[test]
    fn in_a_long_one_all_get_their_memory_before_the_latest_comes_again() {
        let spare = Spare::new(3, 1);
        (0..FEW).for_each(|_| {
            use_one(&spare, 1000);
        });
        let all: HashSet<_> = (0..2).map(|_| use_one(&spare, 1000)).collect();
        assert_eq!(all.len(), 2);
        let latest = use_one(&spare, 1500);
        assert_eq!(use_one(&spare, 1500), latest);
    }

    #[test]
    fn what_was_filled_comes_back_empty() {
        let spare = Spare::new(1, 1);
        spare.put(filled(spare.take(), 10));
        assert!(spare.take().bytes.is_empty());
    }
}
