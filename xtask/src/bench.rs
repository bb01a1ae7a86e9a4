//! Benchmarks: what a recorded call costs, what it takes on disk, how fast it is read.
//!
//! All figures come from real recordings in one run. Bare and recorded rounds are interleaved, and
//! low quantiles are compared, because other work on the machine only ever adds.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    nginx::Nginx,
    shell::{self, cargo, output, repository},
};

/// Calls in a round: short, so that many rounds pass undisturbed.
const CALLS: u32 = 5_000;
/// Rounds between two changes of mode.
const ROUNDS: u32 = 100;
/// How often every mode gets its turn.
const TURNS: usize = 6;
const REQUESTS: u32 = 20_000;

/// Modes of recording whose cost is measured, and options of `syscord record`.
const MODES: [(&str, &[&str]); 4] = [
    ("--no-duration --content 0", &["--no-duration", "--content", "0"]),
    ("--content 0", &["--content", "0"]),
    ("defaults", &[]),
    ("defaults, left out by --pid 1", &["--pid", "1"]),
];

/// Runs all benchmarks.
pub fn run() -> Result {
    build()?;
    let folder = std::env::temp_dir().join(format!("syscord-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let done = overhead(&folder).and_then(|()| size_and_query(&folder));
    let _ = fs::remove_dir_all(&folder);
    done
}

fn build() -> Result {
    shell::run(cargo().args(["build", "--release", "-p", "syscord", "-p", "syscord-query"]))
}

/// ns added to a getppid by each mode.
fn overhead(folder: &Path) -> Result {
    println!("ns added to a call (getppid, {TURNS} x {ROUNDS} rounds of {CALLS}, 5th percentile)");
    let mut bare = Vec::new();
    let mut recorded = vec![Vec::new(); MODES.len()];
    for _ in 0..TURNS {
        bare.extend(rounds()?);
        for (mode, (_, options)) in recorded.iter_mut().zip(MODES) {
            let recorder = Recorder::start(&folder.join("overhead.scd"), options)?;
            mode.extend(rounds()?);
            recorder.stop()?;
        }
    }
    let base = low(&mut bare);
    println!("  {:<36} {base:>7.1}", "bare");
    for (mode, (name, _)) in recorded.iter_mut().zip(MODES) {
        println!("  {name:<36} {:>+7.1}", low(mode) - base);
    }
    Ok(())
}

/// ns a call, of each round; by another process, since a recorder leaves out nothing but itself.
fn rounds() -> Result<Vec<f64>> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let (calls, rounds) = (CALLS.to_string(), ROUNDS.to_string());
    let text = output(Command::new(own).args(["bench-loop", &calls, &rounds]))?;
    text.lines().map(|line| line.parse().map_err(|_| format!("no number: {line}"))).collect()
}

/// The loop that is measured: prints ns a call for each round.
pub fn spin(calls: &str, rounds: &str) -> Result {
    let number = |text: &str| text.parse::<u32>().map_err(|error| format!("{text}: {error}"));
    let (calls, rounds) = (number(calls)?, number(rounds)?);
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..calls {
            // SAFETY: a plain system call.
            unsafe { libc::syscall(libc::SYS_getppid) };
        }
        println!("{}", start.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    Ok(())
}

/// The 5th percentile.
fn low(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 20).copied().unwrap_or(f64::NAN)
}

/// Bytes an event on nginx, and how fast its trace is read.
fn size_and_query(folder: &Path) -> Result {
    let Some(nginx) = Nginx::start()? else {
        println!("nginx and ab are not installed: no sizes, no queries");
        return Ok(());
    };
    println!("nginx + ab -n {REQUESTS} -c 100, machine-wide");
    let mut bare = Vec::new();
    let mut last = PathBuf::new();
    for (name, options) in [("--content 0", &["--content", "0"][..]), ("defaults", &[])] {
        bare.push(nginx.load(REQUESTS)?.as_secs_f64());
        let trace = folder.join("nginx.scd");
        let recorder = Recorder::start(&trace, options)?;
        let took = nginx.load(REQUESTS)?.as_secs_f64();
        let summary = recorder.stop()?;
        let ratio = took / bare.last().copied().unwrap_or(f64::NAN);
        println!("  {name:<36} {ratio:>7.2} of ab's bare time; {summary}");
        last = trace;
    }
    println!("queries on that trace (best of 5)");
    let events: f64 =
        query(&[&last.display().to_string(), "--count"])?.trim().parse().unwrap_or(0.0);
    let all: [(&str, &[&str]); 5] = [
        ("--syscall accept4 --count", &["--syscall", "accept4", "--count"]),
        ("--failed --count", &["--failed", "--count"]),
        ("--text", &["--text"]),
        ("--json", &["--json"]),
        ("--csv", &["--csv"]),
    ];
    for (name, options) in all {
        let mut args = vec![last.as_os_str().to_owned()];
        args.extend(options.iter().map(Into::into));
        println!("  {name:<36} {:>7.1} million events/s", events / best(&args)? / 1e6);
    }
    let stats = ["stats".into(), last.as_os_str().to_owned()];
    println!("  {:<36} {:>7.1} million events/s", "stats", events / best(&stats)? / 1e6);
    Ok(())
}

/// Seconds of the fastest of five runs of syscord-query.
fn best(args: &[std::ffi::OsString]) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        let status = Command::new(program("syscord-query"))
            .args(args)
            .stdout(Stdio::null())
            .status()
            .map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("syscord-query {args:?}: {status}"));
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn query(args: &[&str]) -> Result<String> {
    output(Command::new(program("syscord-query")).args(args))
}

/// `syscord record` in the background.
struct Recorder {
    child: Child,
}

impl Recorder {
    /// Starts it, and waits until it records.
    fn start(trace: &Path, options: &[&str]) -> Result<Recorder> {
        let _ = fs::remove_file(trace);
        let child = Command::new(program("syscord"))
            .args(["record", "-o"])
            .arg(trace)
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("syscord: {error}"))?;
        // META is written just before the hooks are attached.
        for _ in 0..1000 {
            thread::sleep(Duration::from_millis(10));
            if fs::metadata(trace).is_ok_and(|file| file.len() > 0) {
                thread::sleep(Duration::from_millis(100));
                return Ok(Recorder { child });
            }
        }
        Err("syscord does not start".to_owned())
    }

    /// Stops it; returns its summary.
    fn stop(mut self) -> Result<String> {
        // SAFETY: a plain system call on a child that is ours and not yet waited for.
        unsafe { libc::kill(self.child.id() as libc::pid_t, libc::SIGINT) };
        let summary = self
            .child
            .stderr
            .take()
            .and_then(|errors| BufReader::new(errors).lines().next())
            .transpose()
            .map_err(|error| error.to_string())?;
        self.child.wait().map_err(|error| error.to_string())?;
        let summary = summary.unwrap_or_default();
        Ok(summary.strip_prefix("syscord: ").unwrap_or(&summary).to_owned())
    }
}

fn program(name: &str) -> PathBuf {
    repository().join("target/release").join(name)
}
