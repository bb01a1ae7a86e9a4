//! Recorders that are killed at random moments: what was in the file stays, and little is missing.

use std::{
    fs,
    path::Path,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use syscord_endure::{TURNS, now};

use super::{
    Endure, count,
    load::{BY_NAME, Load, Rate},
    programs::{Recorder, look, query},
    text,
};
use crate::{Result, document::Table};

/// Calls a second, in turn: with many a chunk is full before it is a second old.
const RATES: [u64; 3] = [2_000, 60_000, 450_000];
/// The latest moment after the start at which a recorder is killed.
const LATEST: u64 = 3_000_000_000;
/// How old an event may be that is not in the file, in seconds: README.md promises it.
const PROMISED: f64 = 2.0;
/// And how old it is where no processor is busy with other things, about.
const USUAL: f64 = 1.2;
const PARTLY: i32 = 3;
const FAILED: i32 = 1;

pub fn run(endure: &Endure) -> Result<Table> {
    let folder = endure.folder("kills")?;
    let load = Load::start(&folder, Rate::of(RATES[0]))?;
    load.go();
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let mut random = Random(seed.max(1));
    let mut seen = Seen::default();
    for round in 0..endure.kills {
        load.change(Rate::of(RATES[round as usize % RATES.len()]));
        let after = Duration::from_nanos(random.below(LATEST));
        let result = kill(&folder, &load, after).and_then(|killed| seen.add(&folder, &killed));
        let problem = |error| format!("kill {round} of seed {seed}, after {after:?}: {error}");
        result.map_err(problem)?;
    }
    Ok(seen.report(endure, endure.kills))
}

/// When a recorder was killed, and what the file lacks.
struct Killed {
    moment: u64,
    /// If the file has a turn: when the first began that it lacks.
    lacks: Option<u64>,
    /// How old the file was.
    file: Duration,
    events: u64,
}

fn kill(folder: &Path, load: &Load, after: Duration) -> Result<Killed> {
    let trace = folder.join("t.scd");
    let _ = fs::remove_file(&trace);
    let recorder = Recorder::start(folder, &[&["-q", "-o", text(&trace)], &BY_NAME[..]].concat())?;
    let begin = Instant::now();
    thread::sleep(after.saturating_sub(begin.elapsed()));
    let moment = now();
    let created = fs::metadata(&trace).and_then(|data| data.created()).ok();
    let file = created.and_then(|time| time.elapsed().ok()).unwrap_or_default();
    let ended = recorder.stop(libc::SIGKILL)?;
    if ended.code != 128 + libc::SIGKILL {
        return Err(format!("it ended by itself: {}: {}", ended.code, ended.err));
    }
    let (mut lacks, mut events) = (None, 0);
    // There may be no file yet, or none with META.
    if let Ok(turns) = look("turns", &[&trace]) {
        let of = |name: &str| turns[name].as_u64().unwrap_or(0);
        if of("missing") + of("astray") > 0 {
            return Err(format!("turns lack in the middle: {turns}"));
        }
        events = of("events");
        if !turns["first"].is_null() {
            lacks = Some(load.shared.turn(of("last") + 1).load(Ordering::Relaxed));
        }
    }
    Ok(Killed { moment, lacks, file, events })
}

/// What is seen of all.
#[derive(Default)]
struct Seen {
    /// Before there was a file; before it had META; before it had events.
    nothing: u32,
    no_meta: u32,
    no_events: u32,
    events: u64,
    /// How old a file without events was at most, in seconds.
    empty: f64,
    /// Ages in nanoseconds of the oldest event that lacks.
    ages: Vec<u64>,
}

impl Seen {
    /// Looks at the file of one that was killed.
    fn add(&mut self, folder: &Path, killed: &Killed) -> Result {
        let (trace, new) = (folder.join("t.scd"), folder.join("new.scd"));
        if !trace.exists() {
            self.nothing += 1;
            return Ok(());
        }
        let file = text(&trace);
        let counted = query(&[file, "--count"])?;
        if counted.code == FAILED && killed.events == 0 {
            self.no_meta += 1;
            return Ok(());
        }
        if counted.code != PARTLY || counted.out.trim() != killed.events.to_string() {
            return Err(format!("{} events are there, and: {counted:?}", killed.events));
        }
        let verified = query(&["verify", file])?;
        if verified.code != PARTLY || !verified.out.contains("no END") {
            return Err(format!("verify: {verified:?}"));
        }
        self.repair(file, &new, killed.events)?;
        match killed.lacks {
            // Recording begins once there is a file, so that all that lacks is younger.
            None => {
                self.no_events += 1;
                self.empty = self.empty.max(killed.file.as_secs_f64());
            }
            Some(began) => self.ages.push(killed.moment.saturating_sub(began)),
        }
        self.events += killed.events;
        Ok(())
    }

    /// `repair` loses nothing, and what it writes is whole.
    fn repair(&self, file: &str, new: &Path, events: u64) -> Result {
        let _ = fs::remove_file(new);
        let repaired = query(&["repair", file, "-o", text(new)])?;
        // 3 where the file ends within a block.
        if ![0, PARTLY].contains(&repaired.code) {
            return Err(format!("repair: {repaired:?}"));
        }
        let verified = query(&["verify", text(new)])?;
        let counted = query(&[text(new), "--count"])?;
        if (verified.code, counted.code) != (0, 0) || counted.out.trim() != events.to_string() {
            return Err(format!("repaired: {verified:?}, {counted:?}"));
        }
        Ok(())
    }

    fn report(&mut self, endure: &Endure, rounds: u32) -> Table {
        let how = format!(
            "`kill -9` of the recorder at random moments of its first {} s, the load making {} calls a second by turns. \
             Each call has its number as an argument, and the load remembers when it made it",
            LATEST / 1_000_000_000,
            RATES.map(count).join(", ")
        );
        let mut table = Table::new("Killed", &how, &["", "seen", "as it should be"]);
        self.ages.sort_unstable();
        let age = |share: f64| {
            let place = (self.ages.len().saturating_sub(1)) as f64 * share;
            self.ages.get(place as usize).map_or(0.0, |age| *age as f64 / 1e9)
        };
        let before = [self.nothing, self.no_meta, self.no_events].map(|n| n.to_string()).join(", ");
        let (median, oldest) = (age(0.5), age(1.0));
        let late = self.ages.iter().filter(|age| **age as f64 / 1e9 > USUAL).count();
        table.row(&["recorders killed", &rounds.to_string(), ""]);
        table.row(&["before there was a file; a description in it; an event in it", &before, ""]);
        let kept = format!("{} events in {} files", count(self.events), self.ages.len());
        let opened =
            "opened with exit code 3, no event missing between others, repaired without loss";
        table.row(&[
            opened,
            &kept,
            &endure.holds(!self.ages.is_empty(), "kills: no file with events"),
        ]);
        let seen =
            format!("{oldest:.2} s (median {median:.2}; more than {USUAL} s in {late} files)");
        let holds = endure.holds(oldest <= PROMISED, &format!("kills: {seen}"));
        table.row(&["age of the oldest event that is missing at the end", &seen, &holds]);
        let seen = format!("{:.2} s", self.empty);
        let holds = endure.holds(self.empty <= PROMISED, &format!("kills: empty: {seen}"));
        table.row(&["age of the oldest file without an event", &seen, &holds]);
        table
    }
}

/// Numbers that look random (xorshift64*).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }
}

// The turn behind the last one that was recorded is still remembered when the file is looked at.
const _: () = assert!(RATES[RATES.len() - 1] * 15 < TURNS * 2);
