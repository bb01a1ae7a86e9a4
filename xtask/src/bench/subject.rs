//! What takes its turn at being measured: nothing, hooks that record nothing, syscord, or one of its peers.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::floor::Floor;
use crate::{Result, shell::repository};

/// Who records.
#[derive(Clone, Copy)]
pub enum Subject {
    Bare,
    /// Nobody, though there are hooks.
    Floor(Floor),
    /// syscord with these options.
    Syscord(&'static [&'static str]),
    /// Its probe alone: the recorder is stopped meanwhile, with room for what is done.
    Probe,
    /// A peer that records all processes.
    Peer(&'static Peer),
}

/// Another recorder of syscalls.
pub struct Peer {
    pub name: &'static str,
    program: &'static str,
    options: &'static [&'static str],
}

/// Those that record the whole machine.
pub static PEERS: [Peer; 2] = [
    Peer {
        name: "perf record",
        program: "perf",
        options: &[
            "record",
            "-q",
            "-a",
            "-e",
            "raw_syscalls:sys_enter,raw_syscalls:sys_exit",
            "-o",
        ],
    },
    Peer { name: "sysdig -w", program: "sysdig", options: &["-w"] },
];

/// The peers that can record here.
pub fn peers(folder: &Path) -> Vec<&'static Peer> {
    let able = |peer: &&Peer| {
        let mut child = match peer.spawn(&folder.join("try")) {
            Ok(child) => child,
            Err(_) => return false,
        };
        thread::sleep(Duration::from_millis(1500));
        let runs = matches!(child.try_wait(), Ok(None));
        let _ = stop(&mut child);
        if !runs {
            println!("{} is there, but does not record here", peer.program);
        }
        runs
    };
    PEERS.iter().filter(able).collect()
}

impl Peer {
    fn spawn(&self, file: &Path) -> std::io::Result<Child> {
        Command::new(self.program)
            .args(self.options)
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    }
}

impl Subject {
    pub fn name(&self) -> String {
        match self {
            Subject::Bare => "bare".to_owned(),
            Subject::Floor(floor) => floor.name(),
            Subject::Syscord([]) => "syscord, defaults".to_owned(),
            Subject::Syscord(options) => format!("syscord {}", options.join(" ")),
            Subject::Probe => "syscord's probe alone, its recorder stopped".to_owned(),
            Subject::Peer(peer) => peer.name.to_owned(),
        }
    }

    /// Records while something is done. Returns that and what syscord said of itself.
    pub fn during<T>(
        &self,
        folder: &Path,
        more: &[String],
        work: impl FnOnce() -> Result<T>,
    ) -> Result<(T, Option<Summary>)> {
        match self {
            Subject::Bare => Ok((work()?, None)),
            Subject::Floor(floor) => {
                let _hooks = floor.hook()?;
                Ok((work()?, None))
            }
            Subject::Syscord(options) => {
                let mut all: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
                all.extend_from_slice(more);
                let recorder = Recorder::start(&folder.join("trace.scd"), &all)?;
                let done = work()?;
                Ok((done, Some(recorder.stop()?)))
            }
            Subject::Probe => {
                let room = ["--buffer-size".to_owned(), room()];
                let recorder = Recorder::start(&folder.join("trace.scd"), &[&room, more].concat())?;
                signal(&recorder.child, libc::SIGSTOP);
                let done = work();
                signal(&recorder.child, libc::SIGCONT);
                let summary = recorder.stop()?;
                match summary.number("dropped") {
                    0.0 => Ok((done?, Some(summary))),
                    dropped => Err(format!("rings of {} had no room for {dropped} calls", room[1])),
                }
            }
            Subject::Peer(peer) => {
                let file = folder.join("peer");
                let mut child =
                    peer.spawn(&file).map_err(|error| format!("{}: {error}", peer.name))?;
                thread::sleep(Duration::from_millis(1500));
                let done = work();
                let _ = stop(&mut child);
                let _ = fs::remove_file(&file);
                Ok((done?, None))
            }
        }
    }
}

/// Bytes of a ring that take all that is recorded while the recorder is stopped: 1 GiB in all, at most 128 MiB each.
fn room() -> String {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    format!("{}M", (1024 / cpus).clamp(1, 128))
}

/// `syscord record` in the background.
pub struct Recorder {
    child: Child,
    /// Whether it was told to stop, and has.
    stopped: bool,
    watch: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
    /// What it took to begin.
    beginning: Spent,
    /// Most bytes of memory of its own, as far as seen.
    memory: Arc<AtomicU64>,
}

/// Processor seconds that a recorder has taken so far.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    /// Those of all its threads, with those that have ended.
    pub all: f64,
    /// Those of the main one, which drains the rings.
    pub draining: f64,
}

/// What a recording came to.
pub struct Summary {
    /// The line that syscord ends with.
    pub text: String,
    /// Processor seconds from when it records.
    pub cpu: f64,
    /// Those of its main thread, which drains the rings, up to when it is told to stop.
    pub draining: f64,
    /// Most bytes of anonymous memory: all but the rings and the program itself.
    pub memory: u64,
}

impl Recorder {
    /// Starts it, and waits until it records.
    pub fn start(trace: &Path, options: &[String]) -> Result<Recorder> {
        let _ = fs::remove_file(trace);
        let child = Command::new(program("syscord"))
            .args(["record", "-o"])
            .arg(trace)
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("syscord: {error}"))?;
        let (over, memory) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let watch = thread::spawn({
            let (over, memory, pid) = (over.clone(), memory.clone(), child.id());
            move || watch(pid, &over, &memory)
        });
        let mut recorder = Recorder {
            child,
            stopped: false,
            watch: Some(watch),
            over,
            beginning: Spent::default(),
            memory,
        };
        // META is written just before the hooks are attached.
        for _ in 0..1000 {
            thread::sleep(Duration::from_millis(10));
            if fs::metadata(trace).is_ok_and(|file| file.len() > 0) {
                thread::sleep(Duration::from_millis(200));
                recorder.beginning = recorder.spent()?;
                return Ok(recorder);
            }
        }
        Err("syscord does not start".to_owned())
    }

    /// What it has taken so far.
    pub fn spent(&self) -> Result<Spent> {
        let pid = self.child.id();
        Ok(Spent { all: by_process(pid)?, draining: by_main_thread(pid)? })
    }

    pub fn stop(mut self) -> Result<Summary> {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.watch.take().map(JoinHandle::join);
        let errors = self.child.stderr.take();
        let draining = self.spent()?.draining - self.beginning.draining;
        let (status, cpu) = stop(&mut self.child)?;
        self.stopped = true;
        let lines = errors.map(|errors| BufReader::new(errors).lines().map_while(|l| l.ok()));
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        let text = lines.iter().find_map(|line| line.strip_prefix("syscord: ")).unwrap_or_default();
        // 3: events were lost, and the text says how many.
        if !status.success() && status.code() != Some(3) {
            return Err(format!("syscord record: {status}: {}", lines.join("; ")));
        }
        let (cpu, memory) = (cpu - self.beginning.all, self.memory.load(Ordering::Relaxed));
        Ok(Summary { text: text.to_owned(), cpu, draining, memory })
    }
}

impl Drop for Recorder {
    /// None is left when something has failed. (One that was stopped has been waited for, and its id may be another's.)
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if !self.stopped {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Summary {
    /// A number of the text, like that before ` events`.
    pub fn number(&self, what: &str) -> f64 {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let place = words.iter().position(|word| word.trim_matches(&[',', ')'][..]) == what);
        let number = place.and_then(|place| words.get(place.checked_sub(1)?));
        number
            .and_then(|word| word.trim_start_matches('(').replace(',', "").parse().ok())
            .unwrap_or(f64::NAN)
    }
}

fn watch(pid: u32, over: &AtomicBool, memory: &AtomicU64) {
    while !over.load(Ordering::Relaxed) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let anonymous = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|kib| kib.parse::<u64>().ok());
        memory.fetch_max(anonymous.unwrap_or(0) * 1024, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(20));
    }
}

fn signal(child: &Child, signal: libc::c_int) {
    // SAFETY: a plain system call on a child that is ours and not yet waited for.
    unsafe { libc::kill(child.id() as libc::pid_t, signal) };
}

/// Ends a child by SIGINT. Returns how it ended, and the processor seconds that it took.
fn stop(child: &mut Child) -> Result<(ExitStatus, f64)> {
    signal(child, libc::SIGINT);
    let (status, usage) = ended(child)?;
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Ok((status, seconds(usage.ru_utime) + seconds(usage.ru_stime)))
}

/// Waits for a child that nobody has waited for. Returns how it ended, and what it took.
pub fn ended(child: &Child) -> Result<(ExitStatus, libc::rusage)> {
    let pid = child.id() as libc::pid_t;
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both are live locals that the kernel fills; the child is ours, and nobody else waits for it.
    let usage = unsafe {
        if libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) != pid {
            return Err(format!("wait4: {}", std::io::Error::last_os_error()));
        }
        usage.assume_init()
    };
    Ok((ExitStatus::from_raw(status), usage))
}

/// Processor seconds that a process has taken so far (clock_getcpuclockid(3)).
fn by_process(pid: u32) -> Result<f64> {
    let (mut clock, mut time) = (0, libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both are live locals that are filled.
    let failed = unsafe {
        match libc::clock_getcpuclockid(pid as libc::pid_t, &raw mut clock) {
            0 if libc::clock_gettime(clock, &raw mut time) == 0 => None,
            0 => Some(std::io::Error::last_os_error()),
            error => Some(std::io::Error::from_raw_os_error(error)),
        }
    };
    if let Some(error) = failed {
        return Err(format!("processor time of {pid}: {error}"));
    }
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

/// Processor seconds that the main thread of a process has taken so far: the first number of its `schedstat`, in ns
/// (Documentation/scheduler/sched-stats.rst), which is 0 where the kernel does not count.
fn by_main_thread(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/task/{pid}/schedstat");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    match text.split(' ').next().and_then(|word| word.parse::<f64>().ok()) {
        Some(ns) if ns > 0.0 => Ok(ns / 1e9),
        _ => Err(format!("{path}: the kernel does not count (CONFIG_SCHED_INFO)")),
    }
}

/// Processor seconds that the machine has spent so far.
pub fn busy() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<f64> = text
        .lines()
        .next()
        .into_iter()
        .flat_map(|line| line.split_whitespace().skip(1).take(8))
        .filter_map(|word| word.parse().ok())
        .collect();
    // user, nice, system, idle, iowait, irq, softirq, steal (proc(5)), in hundredths.
    let spent = fields.iter().enumerate().filter(|(at, _)| !matches!(at, 3 | 4));
    spent.map(|(_, ticks)| ticks).sum::<f64>() / 100.0
}

pub fn program(name: &str) -> PathBuf {
    repository().join("target/release").join(name)
}
