//! The load that is recorded, from the other side.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use syscord_endure::{KINDS, LOAD, Shared, command, kind};

use super::programs::program;
use crate::Result;

/// How the recorder finds it.
pub const BY_NAME: [&str; 2] = ["--name", LOAD];

/// A load that runs, killed when dropped.
pub struct Load {
    child: Child,
    pub shared: Shared,
    file: PathBuf,
}

/// What it does.
#[derive(Clone, Copy)]
pub struct Rate {
    pub threads: usize,
    /// Calls a second of all threads, about.
    pub calls: u64,
    /// Processes a second.
    pub forks: u64,
}

/// Calls of a turn, on average (`take_turn` of `endure-load`).
const OF_A_TURN: f64 = 2.0 + 1.0 / 16.0;

impl Rate {
    pub fn of(calls: u64) -> Rate {
        Rate { threads: 1, calls, forks: 0 }
    }

    /// Turns a second of each thread.
    fn turns(self) -> u64 {
        (self.calls as f64 / OF_A_TURN / self.threads as f64) as u64
    }
}

impl Load {
    /// Starts it. It makes no calls that count until [`Load::go`].
    pub fn start(folder: &Path, rate: Rate) -> Result<Load> {
        let file = folder.join("shared");
        let shared = Shared::create(&file, rate.threads).map_err(|error| error.to_string())?;
        shared.rate().store(rate.turns(), Ordering::Relaxed);
        shared.forks().store(rate.forks, Ordering::Relaxed);
        let mut command = Command::new(program(LOAD));
        command.arg("run").arg(&file).stdin(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{LOAD}: {error}"))?;
        let load = Load { child, shared, file };
        // Threads other than the first wait in a call that counts.
        for _ in 0..1000 {
            let waiting = load.shared.all_made()[kind("read")] as usize;
            if waiting + 1 >= rate.threads {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(200));
        Ok(load)
    }

    pub fn go(&self) {
        self.shared.command().store(command::RUN, Ordering::Release);
    }

    /// From now on at that rate.
    pub fn change(&self, rate: Rate) {
        self.shared.rate().store(rate.turns(), Ordering::Relaxed);
    }

    /// Has all threads make a last call, from which they do not return.
    pub fn stop(&self) -> Result {
        self.shared.command().store(command::STOP, Ordering::Release);
        let begin = Instant::now();
        let threads = self.shared.threads() as u64;
        while self.shared.heard().load(Ordering::Acquire) < threads {
            if begin.elapsed() > Duration::from_secs(60) {
                return Err(format!("{LOAD} does not stop"));
            }
            thread::sleep(Duration::from_millis(5));
        }
        // Until the last has made it.
        thread::sleep(Duration::from_millis(300));
        Ok(())
    }

    /// Calls that it has made, by kind.
    pub fn made(&self) -> [u64; KINDS.len()] {
        self.shared.all_made()
    }

    pub fn made_in_all(&self) -> u64 {
        self.made().iter().sum()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It waits for nothing else.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}
