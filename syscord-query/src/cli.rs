//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::{
    render::strace::{Style, Xlat},
    time::{Moment, Stamp, parse_moment, parse_span},
};

const EXAMPLES: &str = "\
Examples:
  syscord-query t.scd                                    every syscall, one line each
  syscord-query t.scd -e openat,%network --failed        failed opens and network calls
  syscord-query t.scd --comm nginx --min-duration 1ms    nginx's slow calls
  syscord-query t.scd --path '/etc/**' --json | jq .path
  syscord-query t.scd --strace -tt -T                    as strace would have shown it
  syscord-query t.scd --since 1.5s --until 2s --count
  syscord-query t.scd --parquet -o t.parquet
  syscord-query stats t.scd --by process --top 10
  syscord record -o - -p 1234 | syscord-query -          while it is recorded

Sets of syscalls (SET) are lists with commas: names, %classes, /REGEX, numbers, all, none; an item
with ! before it is taken away, a ! before the first negates the whole set.

Columns of --csv and --parquet, and keys of --json:
  ts        when the result was there, UTC, in ns (the call started at ts - duration)
  duration  in ns; null if it is not known, or the call never returned. Of a call under way when
            recording stopped: how long it had lasted
  pid, tid  process and thread
  comm      the thread's name at that time
  ppid      the process's parent
  cpu       where the call ended; null if it was under way when recording stopped
  abi       x86_64, i386, aarch64, x32; socketcall: i386, through socketcall(2);
            io_uring: no call, but an operation
  syscall   its name; syscall_N if the trace does not name it
  ret       its result; null if it never returned, or was under way
  errno     the error's name, or null
  args      the arguments by name. JSON and CSV: an object, with captured memory in place of
            its address, hexadecimal and octal as strings, {\"addr\", \"unreadable\"} for memory that
            could not be read and {\"text\", \"cut\"} where only the first part was captured.
            Structures are objects, arrays of them lists; cut ones {\"struct\" or \"list\", \"cut\"}.
            Parquet: a list of name, value (raw register) and text (captured memory)
  path      the first path among them, or null
  state     with --state: the process's exe, argv, cwd, uid, cgroup and container, and in files what
            the descriptors among arguments and result stand for; null where it is not known
  data      the first captured buffer. JSON: null if it is no UTF-8, then data_base64 has it;
            data_cut is true where only the first part was captured. Parquet: bytes
CSV escapes control characters, what is no UTF-8 and the backslash in comm, path and data as in C:
\\n, \\t, \\r, \\\\, else \\xNN. --text does so in paths and data.

Exit status: 0 done, 1 failed, 2 bad usage, 3 done but part of a trace could not be read.";

const REDACT_EXAMPLES: &str = "\
Examples:
  syscord-query redact t.scd -o shared.scd --contents --processes --host
  syscord-query redact t.scd -o shared.scd --path '/home/*' --path '**/*.pem'
  syscord-query redact t.scd -o shared.scd --contents-of '/etc/ssl/**' --contents-of 'socket:*'
  syscord-query redact t.scd -o shared.scd --regex 'AKIA[0-9A-Z]{16}' --text-from tokens.txt
  syscord-query redact t.scd -o shared.scd --argv --comm

What is removed:
  paths and texts   the string in which they are becomes [redacted-N]; the same string has the same N
                    everywhere: arguments of calls, socket addresses, command lines, programs, working
                    directories, what descriptors stand for, META
  in contents       bytes become *, as many as there were; parts of a secret at either end, too
  whole contents    are shown as cut before their first byte, with their length
A path matches as it was given or made absolute, with . and .. done away with; links are not followed. A relative
path of which the directory is not known is replaced, too. What contains a path that matches (as what lies below it)
is replaced with it. Names of files that match are removed from contents, command lines and texts as well.

Times, results, the order of events, numbers and the ledger stay. META says what kinds of rules were applied
(`info` shows them). The new file is read again and searched for every string that was removed: for paths and texts in all
its decompressed bytes (those of less than 8 bytes in strings and contents), for names of files and threads in texts and
contents, not in paths. If one is found, the file is deleted and the exit status is 1. Strings of less than 4 bytes are
replaced where they stand as a path or name, and not looked for elsewhere, unless --text or --regex names them.

Exit status: 0 done, 1 failed, 2 bad usage, 3 done but part of the trace could not be read, and is left out.";

/// Reads, filters and summarises traces of syscalls recorded by syscord.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Use --help for examples and the meaning of columns.",
    after_long_help = EXAMPLES
)]
pub(crate) struct Cli {
    /// Something other than events.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// What to do with events.
    #[command(flatten)]
    pub(crate) events: EventsArgs,
}

/// What can be asked of a trace beside its events.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Summarise calls, errors, durations and bytes
    Stats(Box<StatsArgs>),
    /// Describe a trace: where and how it was recorded, its sizes, its losses
    Info(InfoArgs),
    /// Decode all of a trace and say what is wrong with it (exit status 3 if anything is)
    Verify(VerifyArgs),
    /// Make a whole trace of what can be read of a damaged one
    Repair(RepairArgs),
    /// Write a trace without what must not be passed on, and show that nothing of it is left
    #[command(after_help = "Use --help for examples and what is replaced.", after_long_help = REDACT_EXAMPLES)]
    Redact(RedactArgs),
}

/// Arguments of the default command.
#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Traces, or folders of traces, which are read in the order of their times as one; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Which events.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// How they are written.
    #[command(flatten)]
    pub(crate) format: FormatArgs,
    /// How strace's lines look.
    #[command(flatten)]
    pub(crate) style: StyleArgs,
    /// With --json, --csv or --parquet: what was true of the process, in a column `state`
    #[arg(long, conflicts_with_all = ["text", "strace", "count"], help_heading = "Output")]
    pub(crate) state: bool,
    /// Write to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

/// How events are written.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct FormatArgs {
    /// One line an event, `pid=N, NAME, …` (the default); N is the thread's id
    #[arg(long, help_heading = "Output")]
    pub(crate) text: bool,
    /// The lines that strace -f writes
    #[arg(long, help_heading = "Output")]
    pub(crate) strace: bool,
    /// One JSON object an event
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Comma-separated values with a heading
    #[arg(long, help_heading = "Output")]
    pub(crate) csv: bool,
    /// A Parquet file; not to a terminal
    #[arg(long, help_heading = "Output")]
    pub(crate) parquet: bool,
    /// The number of events alone
    #[arg(long, help_heading = "Output")]
    pub(crate) count: bool,
}

/// How `--strace` writes, by strace's own letters.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --strace")]
pub(crate) struct StyleArgs {
    /// When a call began: the time of day; -tt: with microseconds; -ttt: since 1970. In UTC
    #[arg(short = 't', action = ArgAction::Count, requires = "strace")]
    pub(crate) timestamps: u8,
    /// How long it took, in seconds
    #[arg(short = 'T', requires = "strace")]
    pub(crate) syscall_times: bool,
    /// Its number
    #[arg(short = 'n', requires = "strace")]
    pub(crate) syscall_number: bool,
    /// Names of arguments
    #[arg(short = 'N', requires = "strace")]
    pub(crate) arg_names: bool,
    /// All of structures and arrays
    #[arg(short = 'v', requires = "strace")]
    pub(crate) no_abbrev: bool,
    /// Strings with unprintable bytes in hexadecimal; -xx: all strings
    #[arg(short = 'x', action = ArgAction::Count, requires = "strace")]
    pub(crate) hex: u8,
    /// Most bytes of a string
    #[arg(short = 's', value_name = "BYTES", default_value_t = 32)]
    pub(crate) string_limit: usize,
    /// What descriptors stand for: paths; -yy: also addresses of sockets, numbers of devices
    #[arg(short = 'y', action = ArgAction::Count, requires = "strace")]
    pub(crate) decode_fds: u8,
    /// Flags and constants
    #[arg(short = 'X', value_enum, default_value_t)]
    pub(crate) const_style: Xlat,
}

impl StyleArgs {
    /// The style that is asked for.
    pub(crate) fn style(&self) -> Style {
        Style {
            time: match self.timestamps {
                0 => Stamp::None,
                1 => Stamp::Seconds,
                2 => Stamp::Micros,
                _ => Stamp::Epoch,
            },
            duration: self.syscall_times,
            number: self.syscall_number,
            names: self.arg_names,
            verbose: self.no_abbrev,
            string: self.string_limit,
            hex: self.hex,
            xlat: self.const_style,
            descriptors: self.decode_fds,
        }
    }
}

/// Which events are wanted. All that are given must hold.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Filters (all must hold)")]
pub(crate) struct FilterArgs {
    /// Syscalls: names, %classes, /REGEX; `!` negates
    #[arg(short = 'e', long, value_name = "SET")]
    pub(crate) syscall: Option<String>,
    /// Processes
    #[arg(long, value_name = "PID,…", value_delimiter = ',')]
    pub(crate) pid: Vec<u32>,
    /// Threads
    #[arg(long, value_name = "TID,…", value_delimiter = ',')]
    pub(crate) tid: Vec<u32>,
    /// Threads of that name, of which 15 bytes count; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) comm: Vec<String>,
    /// Calls that failed
    #[arg(long, conflicts_with = "ok")]
    pub(crate) failed: bool,
    /// Calls that succeeded
    #[arg(long, conflicts_with = "errno")]
    pub(crate) ok: bool,
    /// Calls that failed with one of these errors
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) errno: Vec<String>,
    /// Calls with a path that matches, as it was given, made absolute, or behind a descriptor; `*` stops
    /// at a `/`, `**` does not; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) path: Vec<String>,
    /// Calls with that file descriptor as argument or result
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) fd: Option<i32>,
    /// Calls that took that long or longer, like 1ms
    #[arg(long, value_name = "SPAN", value_parser = parse_span)]
    pub(crate) min_duration: Option<u64>,
    /// Calls because of which a flight recorder was dumped (syscord record --dump-on)
    #[arg(long)]
    pub(crate) trigger: bool,
    /// From then on: an offset from the start of the first trace (1.5s), a time of day (14:03:59)
    /// or a date and time (2026-11-25T14:03:59, RFC 3339), in UTC unless it says otherwise
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    pub(crate) since: Option<Moment>,
    /// Before then
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    pub(crate) until: Option<Moment>,
    /// At most N events, the first ones
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// Traces, or folders of traces, which are read in the order of their times as one; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What shares a line
    #[arg(long, value_enum, default_value_t = By::Syscall)]
    pub(crate) by: By,
    /// Only the N lines with the most time
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// One JSON object, times in ns
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Comma-separated values, times in ns
    #[arg(long)]
    pub(crate) csv: bool,
    /// Which events.
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
}

/// What shares a line of `stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Calls of a syscall
    Syscall,
    /// Calls of a process
    Process,
    /// Calls of a thread
    Thread,
    /// Calls with the same path, made absolute where its directory is known; those without one are
    /// left out
    Path,
    /// Calls on descriptors of the same file; those on no file that is known are left out
    File,
    /// The same of sockets, by their addresses
    Socket,
    /// Calls from the same container; those from none are left out
    Container,
    /// Calls with the same error; those without one are left out
    Errno,
}

/// Arguments of `info`.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// The trace; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The traces, or folders of traces; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// The damaged trace
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The new trace, which must not exist yet
    #[arg(short, long, value_name = "NEW")]
    pub(crate) output: PathBuf,
}

/// Arguments of `redact`.
#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// The trace
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The new trace, which must not exist yet; readable by its owner alone
    #[arg(short, long, value_name = "NEW")]
    pub(crate) output: PathBuf,
    /// All captured contents: buffers, structures, control messages
    #[arg(long, help_heading = "What is removed (one or more)")]
    pub(crate) contents: bool,
    /// The contents of calls on files with such a path, or below one, and on those that are not known; also of what is called
    /// `socket:[N]`, `pipe:[N]`
    #[arg(long, value_name = "GLOB", help_heading = "What is removed (one or more)")]
    pub(crate) contents_of: Vec<String>,
    /// Paths that match, wherever they are; `*` stops at a `/`, `**` does not
    #[arg(long, value_name = "GLOB", help_heading = "What is removed (one or more)")]
    pub(crate) path: Vec<String>,
    /// This text, wherever it is
    #[arg(long, value_name = "TEXT", help_heading = "What is removed (one or more)")]
    pub(crate) text: Vec<OsString>,
    /// Each line of FILE, as by --text; keeps secrets out of the shell's history
    #[arg(long, value_name = "FILE", help_heading = "What is removed (one or more)")]
    pub(crate) text_from: Vec<PathBuf>,
    /// What matches, wherever it is: a regular expression of the Rust crate regex, on bytes
    #[arg(long, value_name = "REGEX", help_heading = "What is removed (one or more)")]
    pub(crate) regex: Vec<String>,
    /// What is told of processes: --argv and --comm, programs, working directories, users, cgroups
    #[arg(long, help_heading = "What is removed (one or more)")]
    pub(crate) processes: bool,
    /// Command lines, the recorder's too, and lists of arguments
    #[arg(long, help_heading = "What is removed (one or more)")]
    pub(crate) argv: bool,
    /// Names of processes and threads
    #[arg(long, help_heading = "What is removed (one or more)")]
    pub(crate) comm: bool,
    /// The machine's name, wherever it is, and the recorder's command line
    #[arg(long, help_heading = "What is removed (one or more)")]
    pub(crate) host: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, error::ErrorKind};

    use super::*;

    fn parse(line: &str) -> Result<Cli, ErrorKind> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| error.kind())
    }

    #[test]
    fn definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn files_filters_and_commands() {
        let cli = parse("q a.scd b.scd -e read --pid 1,2 --errno ENOENT,EACCES --fd -100").unwrap();
        assert_eq!((cli.events.files.len(), cli.events.filter.pid), (2, vec![1, 2]));
        assert_eq!(cli.events.filter.errno, ["ENOENT", "EACCES"]);
        assert_eq!(cli.events.filter.fd, Some(-100));
        let cli = parse("q stats a.scd --by process --failed").unwrap();
        let Some(Command::Stats(stats)) = cli.command else { panic!("no stats") };
        assert!(stats.by == By::Process && stats.filter.failed);
        assert!(parse("q -").is_ok());
    }

    #[test]
    fn contradictions_are_refused() {
        for line in [
            "q a.scd --text --json",
            "q a.scd --failed --ok",
            "q a.scd --ok --errno ENOENT",
            "q stats a.scd --json --csv",
        ] {
            assert_eq!(parse(line).unwrap_err(), ErrorKind::ArgumentConflict, "{line}");
        }
        assert_eq!(parse("q").unwrap_err(), ErrorKind::MissingRequiredArgument);
        assert_eq!(parse("q stats").unwrap_err(), ErrorKind::MissingRequiredArgument);
        assert_eq!(parse("q a.scd --min-duration 1").unwrap_err(), ErrorKind::ValueValidation);
    }
}
