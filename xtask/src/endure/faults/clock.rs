//! A time of day that is set.

use std::{path::Path, thread, time::Duration};

use syscord_endure::now;

use super::{Recording, Seen, all_of};
use crate::{
    Result,
    endure::{
        load::Rate,
        programs::{look, must, query},
        text,
    },
};

const HOUR: i64 = 3600 * SECOND;
const SECOND: i64 = 1_000_000_000;
/// For so long; it is the whole machine's.
const WRONG: Duration = Duration::from_millis(150);

pub fn set(folder: &Path) -> Result<Seen> {
    let trace = folder.join("t.scd");
    let recording = Recording::start(folder, &trace, Rate::of(100_000))?;
    thread::sleep(Duration::from_millis(1500));
    let steps = step()?;
    thread::sleep(Duration::from_millis(1500));
    let told = all_of(recording)?;
    let clocks = look("clocks", &[&trace])?;
    let offsets: Vec<i64> =
        clocks["offsets"].as_array().into_iter().flatten().filter_map(|it| it.as_i64()).collect();
    let near = |wanted: i64| offsets.iter().any(|offset| (offset - wanted).abs() < SECOND / 10);
    if !(near(steps) && near(steps + HOUR) && near(steps - HOUR)) {
        return Err(format!("the time of day was {steps} ± an hour, and told: {clocks}"));
    }
    if clocks["in_order"] != true {
        return Err("events are not in order".to_owned());
    }
    let since = selected(&trace, steps)?;
    Ok(Seen::This(format!(
        "{told}; events stay in order, CLOCK blocks tell each step, and --since and --until select by the time that was shown: \
         {since}"
    )))
}

/// Sets it, and sets it right again. Returns what it is less the monotonic clock.
fn step() -> Result<i64> {
    let right = Right(realtime() - now() as i64);
    right.set(HOUR)?;
    thread::sleep(WRONG);
    right.set(-HOUR)?;
    thread::sleep(WRONG);
    Ok(right.0)
}

/// What the time of day is less the monotonic clock: it is set so in the end.
struct Right(i64);

impl Right {
    fn set(&self, beside: i64) -> Result {
        let time = now() as i64 + self.0 + beside;
        let time = libc::timespec { tv_sec: time / SECOND, tv_nsec: time % SECOND };
        // SAFETY: `time` is a live timespec.
        match unsafe { libc::clock_settime(libc::CLOCK_REALTIME, &raw const time) } {
            0 => Ok(()),
            _ => Err(format!("clock_settime: {}", std::io::Error::last_os_error())),
        }
    }
}

impl Drop for Right {
    fn drop(&mut self) {
        if let Err(error) = self.set(0) {
            println!("the time of day is wrong now, by an hour: {error}");
        }
    }
}

fn realtime() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    time.tv_sec * SECOND + time.tv_nsec
}

/// What half an hour ahead and back selects is what was shown with such times.
fn selected(trace: &Path, right: i64) -> Result<String> {
    let shown = query(&[text(trace), "--csv"])?.out;
    let times: Vec<&str> =
        shown.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let half = |beside: i64| {
        let seconds = (now() as i64 + right + beside) / SECOND;
        let date = must("date", &["-u", "-d", &format!("@{seconds}"), "+%Y-%m-%dT%H:%M:%SZ"])?;
        Ok::<String, String>(date.trim().to_owned())
    };
    let (ahead, back) = (half(HOUR / 2)?, half(-HOUR / 2)?);
    let mut counts = Vec::new();
    for (option, moment, is) in [
        (
            "--since",
            &ahead,
            times.iter().filter(|time| **time >= ahead.trim_end_matches('Z')).count(),
        ),
        ("--until", &back, times.iter().filter(|time| **time < back.trim_end_matches('Z')).count()),
    ] {
        let counted = query(&[text(trace), "--count", option, moment])?.out;
        if counted.trim() != is.to_string() || is == 0 || is == times.len() {
            return Err(format!("{option} {moment} counts {}, shown: {is}", counted.trim()));
        }
        counts.push(is.to_string());
    }
    Ok(format!("{} events of {}", counts.join(" and "), times.len()))
}
