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
}

impl Dumps {
    /// Nobody has asked yet.
    pub fn new(trigger: Option<Trigger>, after: Option<Duration>) -> Dumps {
        Dumps { trigger, after: after.unwrap_or_default(), asked: None }
    }

    /// Whether it is time; who asks from now on asks for another.
    pub fn is_due(&mut self) -> bool {
        let fired = self.trigger.as_ref().is_some_and(Trigger::fired);
        if self.asked.is_none() && (fired || signals::take_dump()) {
            self.asked = Some(Instant::now());
        }
        let due = self.asked.is_some_and(|asked| asked.elapsed() >= self.after);
        if due {
            self.asked = None;
            self.trigger.iter().for_each(Trigger::arm);
        }
        due
    }

    /// Whether the end is to be dumped: if it was asked for, or if there is no condition to ask for it.
    pub fn is_due_at_the_end(&mut self) -> bool {
        let fired = self.trigger.as_ref().is_none_or(Trigger::fired);
        fired || self.asked.is_some() || signals::take_dump()
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
    for pid in &found {
        // SAFETY: a plain system call.
        if unsafe { libc::kill(*pid as libc::pid_t, libc::SIGUSR1) } != 0 {
            return Err(RecordError::Ask { pid: *pid, error: std::io::Error::last_os_error() });
        }
    }
    Ok(found)
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
