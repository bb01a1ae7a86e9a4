//! Bits that flip in traces: noticed, or without effect.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use super::{
    Endure, count,
    kills::Random,
    programs::{must, program, query, run as run_program},
    text,
};
use crate::{Result, document::Table};

/// Events of the large trace, at least.
const LARGE: u64 = 1_000_000;
/// Flips of which the program itself is asked.
const BY_PROGRAM: usize = 300;
/// How long one answer may take.
const HANGS: Duration = Duration::from_secs(60);

pub fn run(endure: &Endure) -> Result<Table> {
    let folder = endure.folder("flips")?;
    let (small, large) = (folder.join("small.scd"), folder.join("large.scd"));
    record_small(&small)?;
    let events = record_large(&large)?;
    let shares = thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64);
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let of = (shares * endure.share).to_string();
    let every = |share: u64| {
        let words = ["every", text(&small)].map(str::to_owned);
        words.into_iter().chain([share.to_string(), of.clone()]).collect()
    };
    let random = |share: u64| {
        let words = ["random", text(&large)].map(str::to_owned);
        let flips = (endure.flips / shares).to_string();
        words.into_iter().chain([flips, (seed ^ share).to_string()]).collect()
    };
    let how = "Each bit is flipped alone, and `syscord-query` asked within one process for all events as JSON with `--state`, \
               their count, and `verify`; of every tenth for statistics, strace's lines, and the count of one syscall, too. Of \
               what cannot even be opened, 2 % are asked. Random flips of the large trace: all blocks are compared with those \
               of the trace as it was, its events counted, and of every 500th all is asked. Wrong would be another answer \
               without a word, a panic, or what `verify` does not notice";
    let heading =
        ["trace", "flips", "refused", "told", "no effect", "answers", "wrong", "as it should be"];
    let mut table = Table::new("Flipped bits", how, &heading);
    let size = |path: &Path| fs::metadata(path).map_or(0, |data| data.len());
    let parts = match endure.share {
        1 => "each bit".to_owned(),
        share => format!("one bit of {share}"),
    };
    let name = format!("small, {} bytes: {parts}", count(size(&small)));
    row(endure, &mut table, &name, &trial(&folder, shares, every)?);
    let name = format!("large, {} events, {} bytes: random", count(events), count(size(&large)));
    row(endure, &mut table, &name, &trial(&folder, shares, random)?);
    row(
        endure,
        &mut table,
        "small, by the program itself: random",
        &by_program(&folder, &small, seed)?,
    );
    Ok(table)
}

/// What came of flips.
#[derive(Default)]
struct Sums {
    flips: u64,
    refused: u64,
    told: u64,
    harmless: u64,
    asked: u64,
    wrong: Vec<String>,
}

fn row(endure: &Endure, table: &mut Table, name: &str, sums: &Sums) {
    let Sums { flips, refused, told, harmless, asked, wrong } = sums;
    let adds_up = *flips > 0 && *flips == refused + told + harmless;
    let holds = wrong.is_empty() && adds_up;
    let holds = endure.holds(holds, &format!("flips: {name}: {}", wrong.join("; ")));
    let cells = [*flips, *refused, *told, *harmless, *asked, wrong.len() as u64].map(count);
    let cells: Vec<&str> = [name]
        .into_iter()
        .chain(cells.iter().map(String::as_str))
        .chain([holds.as_str()])
        .collect();
    table.row(&cells);
}

/// A trace with blocks of each kind, hardly larger than its description.
fn record_small(trace: &Path) -> Result {
    let syscord = program("syscord");
    let args = ["record", "-q", "-o", text(trace), "--", "cat", "/etc/hostname"];
    must(text(&syscord), &args).map(drop)
}

/// A trace of many events, of what people run: with paths, contents, descriptors. Returns how many.
fn record_large(trace: &Path) -> Result<u64> {
    let most = (LARGE * 11 / 10).to_string();
    let script = "while ls -lR /usr /etc; do :; done >/dev/null 2>&1";
    let options =
        ["record", "-q", "-o", text(trace), "--buffer-size", "64M", "--max-events", &most];
    let ran = run_program(
        Command::new(program("syscord")).args(options).args(["--", "sh", "-c", script]),
    )?;
    let counted = query(&[text(trace), "--count"])?;
    match counted.out.trim().parse() {
        Ok(events) if events >= LARGE => Ok(events),
        _ => Err(format!("no large trace: {counted:?}; {ran:?}")),
    }
}

/// Has `endure-flip` try, a process for each share, each on a processor of its own.
fn trial(folder: &Path, shares: u64, words: impl Fn(u64) -> Vec<String>) -> Result<Sums> {
    let mut running = Vec::new();
    for share in 0..shares {
        let own = folder.join(format!("share-{share}"));
        let _ = fs::remove_dir_all(&own);
        fs::create_dir_all(&own).map_err(|error| error.to_string())?;
        running.push(Running::start(own, share, &words(share))?);
    }
    let mut sums = Sums::default();
    for running in running {
        let report = running.end()?;
        let of = |name: &str| report[name].as_u64().unwrap_or(0);
        sums.flips += of("flips");
        sums.refused += of("refused");
        sums.told += of("told");
        sums.harmless += of("harmless");
        sums.asked += of("asked");
        let wrong = report["wrong"].as_array().into_iter().flatten();
        sums.wrong.extend(wrong.map(ToString::to_string));
    }
    Ok(sums)
}

struct Running {
    folder: PathBuf,
    child: Child,
}

impl Running {
    fn start(folder: PathBuf, cpu: u64, words: &[String]) -> Result<Running> {
        let failed = |error: io::Error| format!("endure-flip: {error}");
        let mut options = OpenOptions::new();
        let printed = options.append(true).create(true).open(folder.join("printed"));
        let mut command = Command::new(program("endure-flip"));
        command.args(words).arg(&folder).stdin(Stdio::null());
        // The warnings of all these traces are nobody's; what panics, the report tells.
        command.stdout(printed.map_err(failed)?).stderr(Stdio::null());
        // SAFETY: between fork and exec there is one call that allocates nothing.
        unsafe { command.pre_exec(move || stay_on(cpu as usize)) };
        Ok(Running { child: command.spawn().map_err(failed)?, folder })
    }

    /// Waits for the report, as long as it goes on.
    fn end(mut self) -> Result<Value> {
        let (mut bit, mut since) = (Vec::new(), Instant::now());
        let read = |name: &str| fs::read(self.folder.join(name)).unwrap_or_default();
        loop {
            let at = || {
                let bit: [u8; 8] = read("bit").try_into().unwrap_or_default();
                u64::from_le_bytes(bit)
            };
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => break,
                Some(status) => return Err(format!("endure-flip: {status} at bit {}", at())),
                None if since.elapsed() > HANGS => return Err(format!("it hangs at bit {}", at())),
                None => thread::sleep(Duration::from_millis(100)),
            }
            let now = read("bit");
            if now != bit {
                (bit, since) = (now, Instant::now());
            }
        }
        serde_json::from_slice(&read("report")).map_err(|error| format!("its report: {error}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps a process on one processor: with one, a query has fewer threads.
fn stay_on(cpu: usize) -> io::Result<()> {
    // SAFETY: a set of processors is valid when zeroed; the calls fill and read that.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        match libc::sched_setaffinity(0, size_of_val(&set), &raw const set) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// The program as users have it: what it does not tell in its exit code, it must not tell otherwise.
fn by_program(folder: &Path, small: &Path, seed: u64) -> Result<Sums> {
    let bytes = fs::read(small).map_err(|error| error.to_string())?;
    let flipped = folder.join("flipped.scd");
    let right = query(&[text(small), "--json", "--state"])?.out;
    let description = 8 * 64_000.min(bytes.len() as u64 / 2);
    let mut random = Random(seed.max(1));
    let mut sums = Sums::default();
    for at in 0..BY_PROGRAM {
        // Most of the file is its description: half of the flips go behind it.
        let least = if at % 2 == 0 { 0 } else { description };
        let bit = least + random.below(bytes.len() as u64 * 8 - least);
        let mut other = bytes.clone();
        other[(bit / 8) as usize] ^= 1 << (bit % 8);
        fs::write(&flipped, other).map_err(|error| error.to_string())?;
        let ran = query(&[text(&flipped), "--json", "--state"])?;
        (sums.flips, sums.asked) = (sums.flips + 1, sums.asked + 1);
        let panicked = ran.err.contains("panicked");
        match ran.code {
            0 if ran.out == right => sums.harmless += 1,
            1 if !ran.err.is_empty() && !panicked => sums.refused += 1,
            3 if ran.err.contains("warning: ") && !panicked => sums.told += 1,
            _ => sums.wrong.push(format!("bit {bit}: {}: {}", ran.code, ran.err)),
        }
    }
    Ok(sums)
}
