//! When the flight recorder is dumped.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::{error::RecordError, signals, trigger::Trigger, world::numbers};

/// What may ask for a dump, and whether one is due.
pub struct Dumps {
    trigger: Option<Trigger>,
    /// How long after it was asked for.
    after: Duration,
    asked: Option<Instant>,
    /// How many there were.
    done: u64,
}

impl Dumps {
    /// Nobody has asked yet.
    pub fn new(trigger: Option<Trigger>, after: Option<Duration>) -> Dumps {
        Dumps { trigger, after: after.unwrap_or_default(), asked: None, done: 0 }
    }

    /// The number of the dump into which goes what comes now, from 1.
    pub fn next(&self) -> u64 {
        self.done + 1
    }

    /// Whether it is time for it.
    pub fn is_due(&mut self) -> bool {
        let fired = self.trigger.as_ref().is_some_and(|trigger| trigger.fired(self.next()));
        if self.asked.is_none() && (fired || signals::take_dump()) {
            self.asked = Some(Instant::now());
        }
        self.asked.is_some_and(|asked| asked.elapsed() >= self.after)
    }

    /// It was done; who asks from now on asks for another.
    pub fn done(&mut self) {
        (self.asked, self.done) = (None, self.done + 1);
        // Who has asked meanwhile has been served.
        signals::take_dump();
    }

    /// What decides at the end whether there is a dump: the trigger, once all is encoded; none if there is one in any
    /// case, as somebody has asked, or as there is no condition.
    pub fn last(&self) -> Option<(Trigger, u64)> {
        let asked = self.asked.is_some() || signals::take_dump();
        self.trigger.clone().filter(|_| !asked).map(|trigger| (trigger, self.next()))
    }
}

/// Has flight recorders write what they keep: those processes, or all there are. Returns their ids.
///
/// # Errors
/// When there is none, or it cannot be told.
pub fn ask(processes: &[u32]) -> Result<Vec<u32>, RecordError> {
    let found = numbers(Path::new("/proc")).into_iter().filter(|pid| keeps(*pid));
    let found: Vec<u32> = found.filter(|p| processes.is_empty() || processes.contains(p)).collect();
    let missing = processes.iter().find(|pid| !found.contains(pid)).copied();
    if missing.is_some() || found.is_empty() {
        return Err(RecordError::NoFlightRecorder(missing));
    }
    let mut refused = None;
    for pid in &found {
        // SAFETY: a plain system call.
        if unsafe { libc::kill(*pid as libc::pid_t, libc::SIGUSR1) } != 0 {
            refused = Some(RecordError::Ask { pid: *pid, error: std::io::Error::last_os_error() });
        }
    }
    refused.map_or(Ok(found), Err)
}

/// Whether a process is a flight recorder: it runs this program with `--ring`, and does not die of the signal.
fn keeps(pid: u32) -> bool {
    let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let words = read("cmdline");
    let mut words = words.split(|byte| *byte == 0).skip(1);
    let rings = words.next() == Some(b"record")
        && words.any(|word| word == b"--ring" || word.starts_with(b"--ring="));
    rings && read("comm") == b"syscord\n" && catches(&read("status"))
}

/// Whether SIGUSR1 is caught, by `/proc/PID/status`.
fn catches(status: &[u8]) -> bool {
    let status = String::from_utf8_lossy(status);
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    mask >> (libc::SIGUSR1 - 1) & 1 == 1
}
