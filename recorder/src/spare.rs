//! Batches that wait to be filled.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rings::Batch;

/// All that are not under way.
pub struct Spare(Mutex<Vec<Batch>>);

impl Spare {
    /// So many, which have no memory yet.
    pub fn new(batches: usize) -> Spare {
        Spare(Mutex::new((0..batches).map(|_| Batch::default()).collect()))
    }

    /// One that has far less memory than the one that came last, so that all soon have what they will need; else that
    /// one: most of it is in the processor's caches still.
    pub fn take(&self) -> Batch {
        let mut all = self.lock();
        let room = all.last().map_or(0, |batch| batch.bytes.capacity());
        let small = all.iter().position(|batch| batch.bytes.capacity() < room / 2);
        match small {
            Some(at) => all.remove(at),
            None => all.pop().unwrap_or_default(),
        }
    }

    /// Gives one back.
    pub fn put(&self, mut batch: Batch) {
        batch.clear();
        self.lock().push(batch);
    }

    /// Nothing is half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, Vec<Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(mut batch: Batch, bytes: usize) -> Batch {
        batch.bytes.resize(bytes, 0);
        batch
    }

    #[test]
    fn all_get_their_memory_before_the_latest_comes_again() {
        let spare = Spare::new(3);
        for _ in 0..3 {
            let small = spare.take();
            assert_eq!(small.bytes.capacity(), 0);
            spare.put(filled(small, 1000));
        }
        let latest = filled(spare.take(), 1500);
        let place = latest.bytes.as_ptr();
        spare.put(latest);
        assert_eq!(spare.take().bytes.as_ptr(), place);
    }

    #[test]
    fn what_was_filled_comes_back_empty() {
        let spare = Spare::new(1);
        spare.put(filled(spare.take(), 10));
        assert!(spare.take().bytes.is_empty());
    }
}
