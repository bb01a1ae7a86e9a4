//! What was captured when calls began, until they end.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use syscord_syscalls::record::{EventRecord, UNKNOWN_DURATION};

/// Beyond as many calls that are under way or wait for an encoder, the oldest are forgotten: most of them never came back.
const MOST: usize = 65_536;

/// Records of entries, by process and time of entry: an execve may change the tid.
#[derive(Default)]
pub struct Entries(Mutex<HashMap<(u32, u64), Vec<u8>>>);

impl Entries {
    /// Keeps the record of an entry.
    pub fn keep(&self, entry: &EventRecord, record: &[u8]) {
        self.lock().insert((entry.tgid, entry.time), record.to_vec());
    }

    /// Takes the record of the entry of a call that has ended.
    pub fn take(&self, call: &EventRecord) -> Option<Vec<u8>> {
        if call.duration == UNKNOWN_DURATION {
            return None;
        }
        self.lock().remove(&(call.tgid, call.time.wrapping_sub(call.duration)))
    }

    /// Forgets the older half if there are too many.
    pub fn forget_oldest(&self) {
        let mut entries = self.lock();
        if entries.len() > MOST {
            let mut times: Vec<u64> = entries.keys().map(|(_, time)| *time).collect();
            let (_, middle, _) = times.select_nth_unstable(MOST / 2);
            let middle = *middle;
            entries.retain(|(_, time), _| *time > middle);
        }
    }

    /// A thread that panicked has left no entry half kept.
    fn lock(&self) -> MutexGuard<'_, HashMap<(u32, u64), Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
