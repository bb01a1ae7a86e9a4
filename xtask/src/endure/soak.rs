//! A long recording at a high rate, into files of which the oldest go.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    Endure,
    account::Tally,
    count,
    load::{BY_NAME, Load, Rate},
    programs::Recorder,
    text,
};
use crate::{Result, document::Table};

/// Calls a second that are asked for, and that it must be at least.
const RATE: Rate = Rate { threads: 2, calls: 450_000, forks: 50 };
const LEAST: f64 = 300_000.0;
/// The caps. Five files and what is written of the next come to about as much as all may have.
const FILES: usize = 5;
const TOTAL: u64 = 22 << 20;
/// How far memory may be from its middle, once this much time has passed.
const SETTLED: Duration = Duration::from_secs(60);
const FLAT: f64 = 0.05;
const MIB: f64 = (1 << 20) as f64;

pub fn run(endure: &Endure) -> Result<Table> {
    let folder = endure.folder("soak")?;
    let (traces, aside) = (endure.folder("soak/traces")?, endure.folder("soak/aside")?);
    let output = traces.join("t.scd");
    let load = Load::start(&folder, RATE)?;
    let caps = ["--rotate-size", "4M", "--keep", "5", "--max-total-size", "22M"];
    let args = [&["-q", "-o", text(&output)], &BY_NAME[..], &caps].concat();
    let mut recorder = Recorder::start(&folder, &args)?;
    recorder.wait_for_first(&traces.join("t-000001.scd.part"))?;
    let begin = Instant::now();
    load.go();
    let mut watch = Watch { traces, aside, ..Watch::default() };
    let length = Duration::from_secs_f64(endure.minutes * 60.0);
    // Memory is known to be settled only by what comes after.
    let settled = SETTLED.min(length / 2);
    while begin.elapsed() < length {
        watch.look(recorder.pid(), begin.elapsed() >= settled)?;
        if !recorder.is_alive() {
            return Err(format!("syscord has ended: {}", recorder.said()));
        }
        thread::sleep(Duration::from_millis(100));
    }
    let seconds = begin.elapsed().as_secs_f64();
    load.stop()?;
    let ended = recorder.stop(libc::SIGINT)?;
    watch.link()?;
    watch.check(0)?;
    Ok(report(endure, &watch, &load, ended.code, seconds))
}

fn report(endure: &Endure, watch: &Watch, load: &Load, code: i32, seconds: f64) -> Table {
    let made = load.made();
    let rate = load.made_in_all() as f64 / seconds;
    let Watch { tally, memory, .. } = watch;
    let how = format!(
        "{:.0} minutes of a load of {} threads and {} short-lived processes a second, recorded with `--rotate-size 4M \
         --keep 5 --max-total-size 22M`. Each file is linked aside as it is finished, verified, counted and deleted",
        seconds / 60.0,
        RATE.threads,
        RATE.forks
    );
    let mut table = Table::new("A long recording", &how, &["", "seen", "as it should be"]);
    let mib = |bytes: Option<&u64>| bytes.map_or(0.0, |bytes| *bytes as f64 / MIB);
    let (least, most) = (mib(memory.iter().min()), mib(memory.iter().max()));
    let tenth = memory.len() / 10 + 1;
    let median = |part: &[u64]| {
        let mut part = part.to_vec();
        part.sort_unstable();
        mib(part.get(part.len() / 2))
    };
    let first = median(&memory[..tenth.min(memory.len())]);
    let last = median(&memory[memory.len().saturating_sub(tenth)..]);
    let matches = tally.matches(&made);
    let reason = matches.as_ref().err().cloned().unwrap_or_default();
    let rows = [
        ("calls that the load made, by its own count", count(load.made_in_all()), None),
        ("events in all files, of the same kinds", count(tally.events()), Some(matches.is_ok())),
        ("of them a second", count(rate as u64), Some(rate >= LEAST)),
        ("dropped", count(tally.dropped), Some(tally.dropped == 0)),
        ("exit code of syscord", code.to_string(), Some(code == 0)),
        ("files, each whole", count(tally.files), Some(tally.files == watch.last)),
        (
            "most files that were there at once, and the most MiB",
            format!("{}, {:.1}", watch.most_files, watch.most_bytes as f64 / MIB),
            // The file at hand is one more, and a chunk is written before room is made for it.
            Some(watch.most_files <= FILES + 1 && watch.most_bytes <= TOTAL + TOTAL / 8),
        ),
        (
            "memory of syscord after the first minute (VmRSS): least, most; at first, in the end, MiB",
            format!("{least:.1}, {most:.1}; {first:.1}, {last:.1}"),
            Some(least > 0.0 && most <= least * (1.0 + FLAT) / (1.0 - FLAT)),
        ),
    ];
    for (what, seen, holds) in rows {
        let problem = format!("soak: {what}: {seen} {reason}");
        let holds = holds.map(|holds| endure.holds(holds, &problem)).unwrap_or_default();
        table.row(&[what, &seen, &holds]);
    }
    table
}

/// What is seen meanwhile.
#[derive(Default)]
struct Watch {
    traces: PathBuf,
    aside: PathBuf,
    /// Files that were linked aside, not yet checked, and the number of the last one.
    linked: BTreeSet<PathBuf>,
    last: u64,
    tally: Tally,
    most_files: usize,
    most_bytes: u64,
    /// Bytes, time after time.
    memory: Vec<u64>,
}

impl Watch {
    fn look(&mut self, pid: u32, settled: bool) -> Result {
        self.link()?;
        // The last one may still be on its way to its name.
        self.check(1)?;
        if settled {
            let memory = resident(pid).ok_or("no memory is told of syscord")?;
            self.memory.push(memory);
        }
        Ok(())
    }

    /// Links all files aside that are finished, and sees how much there is.
    fn link(&mut self) -> Result {
        let (mut files, mut bytes) = (0, 0);
        for entry in fs::read_dir(&self.traces).map_err(|error| error.to_string())?.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            // It may be removed while we look.
            let Ok(data) = entry.metadata() else { continue };
            (files, bytes) = (files + 1, bytes + data.len());
            let Some(number) = number(&name.to_string_lossy()) else { continue };
            let link = self.aside.join(&name);
            if number > self.last && fs::hard_link(&path, &link).is_ok() {
                self.linked.insert(link);
            }
        }
        let last =
            self.linked.iter().filter_map(|path| number(&path.file_name()?.to_string_lossy()));
        self.last = self.last.max(last.max().unwrap_or(0));
        (self.most_files, self.most_bytes) =
            (self.most_files.max(files), self.most_bytes.max(bytes));
        Ok(())
    }

    /// Checks what was linked, but for that many of the latest.
    fn check(&mut self, but: usize) -> Result {
        while self.linked.len() > but
            && let Some(file) = self.linked.pop_first()
        {
            self.tally.add(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            fs::remove_file(&file).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// The number of a finished file: `t-000001.scd`.
fn number(name: &str) -> Option<u64> {
    name.strip_prefix("t-")?.strip_suffix(".scd")?.parse().ok()
}

/// Bytes of a process that are in memory (proc(5)).
fn resident(pid: u32) -> Option<u64> {
    let status =
        fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}
