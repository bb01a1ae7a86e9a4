//! Jobs shared out among threads, and what they come to taken in the order in which they were given.
//!
//! Memory stays bounded: jobs are given out only a few ahead, and a thread whose job is not the first that is not
//! done waits while too much waits to be taken.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel, sync_channel},
    },
    thread,
};

/// Bytes that wait to be taken, about.
const WAITING: usize = 24 << 20;
/// More threads take more memory than they save time: taking is one thread's.
const MOST_THREADS: usize = 4;

/// What a job comes to, or a part of it.
pub(crate) trait Weigh {
    /// About how much memory it takes.
    fn bytes(&self) -> usize;
}

/// As many threads as there are processors for them.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, |count| count.get().min(MOST_THREADS))
}

/// Lets `feed` give out jobs, which `work` does on that many threads, and hands what they come to to `take`, on
/// the calling thread. With no threads, each job is done as it is given. `feed` learns from what it is given whether
/// more is wanted; `work`, too. After an error of `take`, nothing is.
pub(crate) fn run<J: Send, P: Weigh + Send, T: Send, E>(
    threads: usize,
    feed: impl FnOnce(&mut dyn FnMut(J) -> bool) -> T + Send,
    work: impl Fn(J, &mut dyn FnMut(P) -> bool) + Sync,
    mut take: impl FnMut(P) -> Result<(), E>,
) -> Result<T, E> {
    if threads == 0 {
        let mut taken = Ok(());
        let fed = feed(&mut |job| {
            work(job, &mut |part| {
                if taken.is_ok() {
                    taken = take(part);
                }
                taken.is_ok()
            });
            taken.is_ok()
        });
        return taken.map(|()| fed);
    }
    let queue = Queue::default();
    let (jobs, taken_jobs) = sync_channel::<Given<J, P>>(1);
    let (promises, promised) = sync_channel::<Receiver<P>>(threads + 1);
    let taken_jobs = Arc::new(Mutex::new(taken_jobs));
    thread::scope(|scope| {
        for _ in 0..threads {
            let (jobs, queue, work) = (Arc::clone(&taken_jobs), &queue, &work);
            scope.spawn(move || {
                while let Ok(Given { number, job, parts }) = next(&jobs) {
                    work(job, &mut |part| {
                        queue.enter(number, part.bytes()) && parts.send(part).is_ok()
                    });
                }
            });
        }
        // With the last of the threads, jobs can be given to nobody.
        drop(taken_jobs);
        let feeder = scope.spawn(move || {
            let mut number = 0;
            feed(&mut |job| {
                let (parts, promise) = channel();
                let given = promises.send(promise).is_ok()
                    && jobs.send(Given { number, job, parts }).is_ok();
                number += 1;
                given
            })
        });
        let closing = Closing(&queue);
        let taken = promised.into_iter().try_for_each(|parts| {
            let taken = parts.into_iter().try_for_each(|part| {
                queue.leave(part.bytes());
                take(part)
            });
            queue.next();
            taken
        });
        drop(closing);
        let fed = feeder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        taken.map(|()| fed)
    })
}

/// A job on its way to a thread.
struct Given<J, P> {
    number: u64,
    job: J,
    /// Where to put what it comes to.
    parts: Sender<P>,
}

fn next<T>(jobs: &Mutex<Receiver<T>>) -> Result<T, std::sync::mpsc::RecvError> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv()
}

/// What waits to be taken.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// The job whose parts are being taken.
    first: u64,
    /// Bytes of that job's parts and of those behind it.
    bytes: VecDeque<usize>,
    closed: bool,
}

impl Queue {
    /// Waits until there is room for a part of a job. False if nothing is taken any more.
    fn enter(&self, job: u64, bytes: usize) -> bool {
        let mut waiting = self.lock();
        while !waiting.closed && !waiting.has_room(job) {
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        *waiting.of(job) += bytes;
        !waiting.closed
    }

    /// A part of the first job is taken.
    fn leave(&self, bytes: usize) {
        let mut waiting = self.lock();
        let first = waiting.first;
        *waiting.of(first) -= bytes;
        self.changed.notify_all();
    }

    /// The first job is done.
    fn next(&self) {
        let mut waiting = self.lock();
        waiting.first += 1;
        waiting.bytes.pop_front();
        self.changed.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue once nothing is taken any more, for whatever reason.
struct Closing<'q>(&'q Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Waiting {
    /// The first job always has room for a part, so that those behind it never wait for ever.
    fn has_room(&mut self, job: u64) -> bool {
        self.bytes.iter().sum::<usize>() < WAITING || job == self.first && *self.of(job) == 0
    }

    fn of(&mut self, job: u64) -> &mut usize {
        let place = job.saturating_sub(self.first) as usize;
        if self.bytes.len() <= place {
            self.bytes.resize(place + 1, 0);
        }
        &mut self.bytes[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bytes(u64, usize);

    impl Weigh for Bytes {
        fn bytes(&self) -> usize {
            self.1
        }
    }

    /// Jobs from 0 to 99, each of a few parts; the later ones of a dozen are done sooner.
    fn parts(threads: usize, bytes: usize, until: u64) -> (u64, Result<Vec<u64>, u64>) {
        let mut seen = Vec::new();
        let mut given = 0;
        let result = run(
            threads,
            |give| {
                while given < 100 && give(given) {
                    given += 1;
                }
            },
            |job, out| {
                thread::yield_now();
                // What is left is handed on even where nobody wants it.
                let _ = (0..2).all(|part| out(Bytes(10 * job + part, bytes)));
                out(Bytes(10 * job + 2, bytes));
            },
            |Bytes(part, _)| {
                seen.push(part);
                if part == until { Err(part) } else { Ok(()) }
            },
        );
        (given, result.map(|()| seen))
    }

    #[test]
    fn parts_come_in_the_order_of_their_jobs() {
        let (given, alone) = parts(0, 1, u64::MAX);
        assert_eq!((given, alone.as_ref().map(Vec::len)), (100, Ok(300)));
        for threads in [1, 2, 4] {
            for bytes in [1, WAITING / 4, 2 * WAITING] {
                assert_eq!(parts(threads, bytes, u64::MAX), (100, alone.clone()));
            }
        }
    }

    #[test]
    fn an_error_ends_it() {
        for threads in [0, 1, 3] {
            let (given, result) = parts(threads, WAITING, 101);
            assert_eq!(result, Err(101));
            assert!(given < 100, "{given} jobs were given out");
        }
    }
}
