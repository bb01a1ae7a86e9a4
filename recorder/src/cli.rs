//! The command line of `syscord`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use globset::Glob;

use crate::{flight::Keep, trigger::Condition, units};

/// Records the syscalls of a Linux machine into compact traces.
#[derive(Debug, Parser)]
#[command(
    name = "syscord",
    version,
    about,
    after_help = "\
Exit codes: 0 done, 1 failed, 2 bad usage, 3 done but events were lost; with COMMAND, its own unless that is 0
or recording fails.
Traces are read with syscord-query."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Record syscalls into a trace
    #[command(after_help = RECORD_EXAMPLES)]
    Record(Box<Record>),
    /// Have a flight recorder (record --ring) write what it keeps
    Dump(Dump),
    /// Tell whether this machine can record, and what to do if it cannot
    Doctor,
    /// List the syscalls that are known: names, numbers, classes, arguments
    Syscalls(Syscalls),
}

const RECORD_EXAMPLES: &str = "\
Examples:
  syscord record -o ls.scd -- ls -l /        a command and its children
  syscord record -p 1234 --duration 10s      a running process, all its threads
  syscord record --name nginx -e %network    what nginx asks of the network
  syscord record -f --pid 1 --max-size 1G    a process and what descends from it
  syscord record --no-content-for '/etc/ssl/**' --no-content-for 'socket:*' -- COMMAND
                                             without what is read from and written to these
  syscord record -o - | syscord-query -      the whole machine, as it happens
  syscord record -o /var/log/syscord --rotate-size 100M --max-total-size 10G
                                             all the time, the latest 10 GiB
  syscord record --ring 30s --dump-on 'errno = EIO or duration > 100ms' --after 2s
                                             what led to it, and what came then

All filters given must hold; a filter given several values holds for any of them. Without any, and without COMMAND,
the whole machine is recorded.";

/// Options of `syscord record`.
#[derive(Debug, Args)]
pub struct Record {
    /// Write the trace to FILE; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "trace.scd")]
    pub output: PathBuf,

    /// Show no progress and no summary
    #[arg(short, long)]
    pub quiet: bool,

    /// Who is recorded.
    #[command(flatten)]
    pub who: Who,

    /// What is recorded of them.
    #[command(flatten)]
    pub what: What,

    /// How much of it.
    #[command(flatten)]
    pub how_much: HowMuch,

    /// Until when.
    #[command(flatten)]
    pub until: Until,

    /// What of it is kept.
    #[command(flatten)]
    pub flight: FlightRecorder,

    /// Into how many files.
    #[command(flatten)]
    pub rotation: Rotation,

    /// Run COMMAND as this user
    #[arg(long, value_name = "NAME", requires = "command", help_heading = "Command")]
    pub user: Option<String>,

    /// Run COMMAND and record it and its descendants, from its first syscall to its end
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "pid", help_heading = "Command")]
    pub command: Vec<OsString>,
}

impl Record {
    /// Whether there is more than one file.
    pub fn several_files(&self) -> bool {
        self.rotation.rotates() || self.flight.ring.is_some()
    }
}

/// Which processes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Who")]
pub struct Who {
    /// Processes, by the id of any of their threads; all threads are recorded
    #[arg(short, long, value_name = "PID", value_delimiter = ',')]
    pub pid: Vec<u32>,
    /// Processes of that name; the first 15 bytes count, as Linux keeps them
    #[arg(long, value_name = "COMM")]
    pub name: Vec<OsString>,
    /// Children of these processes
    #[arg(long, value_name = "PID", value_delimiter = ',')]
    pub ppid: Vec<u32>,
    /// Children of processes of that name
    #[arg(long, value_name = "COMM")]
    pub parent_name: Vec<OsString>,
    /// Processes of that real user, by name or number
    #[arg(long, value_name = "USER", value_delimiter = ',')]
    pub uid: Vec<String>,
    /// Processes in that version-2 cgroup or up to 15 levels below it: a path under its mount point
    #[arg(long, value_name = "PATH")]
    pub cgroup: Vec<PathBuf>,
    /// Also all that descends from a recorded process from now on
    #[arg(short, long)]
    pub follow: bool,
}

/// Which syscalls.
#[derive(Debug, Args)]
#[command(next_help_heading = "What")]
pub struct What {
    /// Syscalls: names, %class, /regex, numbers, comma-separated; a leading ! negates
    #[arg(short = 'e', long, value_name = "SET", default_value = "all")]
    pub syscall: String,
}

/// How much of each call.
#[derive(Debug, Args)]
#[command(next_help_heading = "How much")]
pub struct HowMuch {
    /// Most bytes kept of a buffer such as read's; 0 keeps none, at most 16384
    #[arg(long, value_name = "BYTES", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(0..=16384))]
    pub content: u32,
    /// Keep no contents of calls on files whose path matches, or is not known; `*` stops at a `/`, `**` does not.
    /// Also of what is called `socket:[N]`, `pipe:[N]`. May be given several times
    #[arg(long, value_name = "GLOB", value_parser = units::glob, conflicts_with = "no_duration")]
    pub no_content_for: Vec<Glob>,
    /// Hook the end of calls only: cheaper, and without durations
    #[arg(long)]
    pub no_duration: bool,
    /// Precision of times: a power of two of nanoseconds
    #[arg(long, value_name = "TIME", default_value = "32ns", value_parser = units::time_resolution)]
    pub time_resolution: TickShift,
    /// Ring buffer per CPU, rounded up to a power of two times 512 KiB; 16M unless told, and less on more than 64 CPUs:
    /// at most 1G in all
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub buffer_size: Option<u64>,
    /// zstd level
    #[arg(long, value_name = "LEVEL", default_value_t = 3,
          value_parser = clap::value_parser!(i32).range(1..=19))]
    pub compression_level: i32,
    /// Threads that encode and compress; one for every 16 CPUs unless told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub encoders: Option<u32>,
    /// What recording may cost of the machine's processor time (3%, 0.5%): where it costs more, contents are left out,
    /// then strings, then durations, then threads; `syscord-query info` shows when, and `stats` takes it into account
    #[arg(long, value_name = "PERCENT", value_parser = units::percent)]
    pub max_overhead: Option<Share>,
}

/// A share of a whole, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

/// The logarithm of a time resolution in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct TickShift(pub u8);

/// When to stop by itself; COMMAND is then told to end (SIGTERM).
#[derive(Debug, Args)]
#[command(next_help_heading = "Until")]
pub struct Until {
    /// Stop after this long (10s, 500ms, 2m, 1h)
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    pub duration: Option<Duration>,
    /// Stop once so many events are recorded; what comes until then is kept too
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_events: Option<u64>,
    /// Stop once the trace is this large (64M, 1G); what was recorded until then and is not written yet still comes
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub max_size: Option<u64>,
}

/// What of it is kept.
#[derive(Debug, Args)]
#[command(next_help_heading = "Flight recorder: nothing is written until it is dumped")]
pub struct FlightRecorder {
    /// Keep the last of the trace in memory: so much of it (64M), or that long (30s, 5m). `syscord dump` and SIGUSR1
    /// move it into a numbered file, as does --dump-on, or, without that, the end
    #[arg(long, value_name = "SIZE|TIME", value_parser = units::keep,
          conflicts_with_all = ["rotate_size", "rotate_time", "max_total_size"])]
    pub ring: Option<Keep>,
    /// Dump when such an event comes: `errno = EIO or duration > 100ms`. Of syscall, errno, ret, duration, pid, tid and
    /// `failed`, compared by = != < <= > >= and joined by and, or, not and parentheses
    #[arg(long, value_name = "CONDITION", requires = "ring")]
    pub dump_on: Option<Condition>,
    /// Dump so much later, with what comes until then
    #[arg(long, value_name = "TIME", requires = "ring", value_parser = units::duration)]
    pub after: Option<Duration>,
}

/// Into how many files a trace goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Several files: trace-000001.scd and so on, .part until finished")]
pub struct Rotation {
    /// Go on in the next file once one is this large
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub rotate_size: Option<u64>,
    /// Go on in the next file after this long
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    pub rotate_time: Option<Duration>,
    /// Keep so many files; remove the oldest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub keep: Option<u64>,
    /// Remove the oldest files so that all together are no larger, but for what is under way to the file at hand; that is
    /// followed by another once it has a quarter
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    pub max_total_size: Option<u64>,
    /// On a full disk: stop, or wait until there is room, or a signal says stop. Meanwhile the rings fill; what has no room
    /// there is dropped, and counted
    #[arg(
        long,
        value_enum,
        default_value = "stop",
        conflicts_with = "ring",
        help_heading = "Until"
    )]
    pub when_full: WhenFull,
}

/// What becomes of a recording when the disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WhenFull {
    /// It ends; what was written can be read.
    Stop,
    /// It goes on once there is room.
    Wait,
}

impl Rotation {
    /// Whether a file is followed by another.
    pub fn rotates(&self) -> bool {
        self.largest().is_some() || self.rotate_time.is_some()
    }

    /// Bytes beyond which a file is not continued.
    pub fn largest(&self) -> Option<u64> {
        let quarter = self.max_total_size.map(|size| size / 4);
        self.rotate_size.into_iter().chain(quarter).min()
    }
}

/// Options of `syscord dump`.
#[derive(Debug, Args)]
pub struct Dump {
    /// The recorder's process id; all flight recorders unless told
    #[arg(value_name = "PID")]
    pub pid: Vec<u32>,
}

/// Options of `syscord syscalls`.
#[derive(Debug, Args)]
pub struct Syscalls {
    /// Only these: names, %class, /regex
    #[arg(default_value = "all", value_name = "SET")]
    pub set: String,
    /// The ABI whose numbers are shown
    #[arg(long, value_enum)]
    pub abi: Option<AbiName>,
}

/// Names of ABIs on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AbiName {
    /// 64-bit calls on x86.
    #[value(name = "x86_64")]
    X86_64,
    /// 32-bit calls on x86.
    #[value(name = "i386")]
    I386,
    /// 64-bit calls on Arm.
    #[value(name = "aarch64")]
    Aarch64,
    /// Operations of io_uring.
    #[value(name = "io_uring")]
    IoUring,
    /// Calls with 32-bit pointers on x86-64.
    #[value(name = "x32")]
    X32,
    /// What i386 calls through socketcall(2).
    #[value(name = "socketcall")]
    Socketcall,
}
