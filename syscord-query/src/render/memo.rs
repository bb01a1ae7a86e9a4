//! What was made of captured memory and of threads, so that the same is not gone through again; and memory that was used
//! for it.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::append;
use crate::{row::Row, world::Comm};

/// So many things are remembered at a time.
const MOST: usize = 1 << 16;

/// Things by a number that those have in common which are the same: mostly that of
/// [`Row::alike`](crate::row::Row::alike), for as long as a block is gone through.
#[derive(Clone, Debug)]
pub(super) struct Memo<T>(HashMap<u64, T, BuildHasherDefault<Spread>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo(HashMap::default())
    }
}

impl<T: Copy> Memo<T> {
    /// What is remembered, or else made.
    pub(super) fn get_or(&mut self, number: Option<u64>, make: impl FnOnce() -> T) -> T {
        let Some(number) = number else { return make() };
        if self.0.len() >= MOST {
            self.0.clear();
        }
        *self.0.entry(number).or_insert_with(make)
    }
}

/// So many bytes of texts are remembered at a time.
const MOST_BYTES: usize = 4 << 20;

/// Texts by such a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    places: Memo<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Texts {
    /// Appends what is remembered, or else written.
    pub(super) fn put(
        &mut self,
        out: &mut Vec<u8>,
        number: Option<u64>,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let Some(number) = number else { return write(out) };
        if let Some((start, end)) = self.places.0.get(&number) {
            return append(out, &self.bytes[*start as usize..], (end - start) as usize);
        }
        if self.bytes.len() >= MOST_BYTES || self.places.0.len() >= MOST {
            *self = Texts::default();
        }
        let (before, start) = (out.len(), self.bytes.len());
        write(out);
        if out.len() - before > MOST_BYTES {
            return;
        }
        self.bytes.extend_from_slice(&out[before..]);
        self.places.0.insert(number, (start as u32, self.bytes.len() as u32));
    }
}

/// Texts on who the threads of a block are, by a thread's place in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads(Vec<Option<(Identity, Box<[u8]>)>>);

/// What such a text is made of: process, thread, name, and parent.
type Identity = (u32, u32, Comm, Option<u32>);

impl Threads {
    /// Appends what is remembered of a row's thread, or else written.
    pub(super) fn put(
        &mut self,
        out: &mut Vec<u8>,
        row: &Row<'_>,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let identity = (row.tgid, row.tid, row.who.comm, row.who.ppid);
        if self.0.len() <= row.thread {
            self.0.resize(row.thread + 1, None);
        }
        match &mut self.0[row.thread] {
            Some((known, text)) if *known == identity => out.extend_from_slice(text),
            slot => {
                let start = out.len();
                write(out);
                *slot = Some((identity, out[start..].into()));
            }
        }
    }
}

/// Memory that was used, and may be again: to ask the kernel for it each time may take longer than to fill it.
#[derive(Debug)]
pub(super) struct Spare<T>(Mutex<Vec<T>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Spare(Mutex::default())
    }
}

impl<T> Spare<T> {
    pub(super) fn take(&self) -> Option<T> {
        self.lock().pop()
    }

    pub(super) fn put(&self, memory: T) {
        self.lock().push(memory);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spreads numbers that count up: all that a hash has to do here.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}
