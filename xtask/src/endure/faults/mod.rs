//! What else may go wrong while it is recorded.

use std::path::{Path, PathBuf};

use super::{
    Endure,
    account::Tally,
    count,
    load::{BY_NAME, Load, Rate},
    programs::Recorder,
    text,
};
use crate::{Result, document::Table};

mod clock;
mod crowd;
mod kernel;
mod memory;
mod storage;

/// What was seen, or why it could not be tried here.
pub enum Seen {
    This(String),
    Skipped(String),
}

/// A fault: its name on the command line, what is done, and what does it, in a folder of its own.
type Fault = (&'static str, &'static str, fn(&Path) -> Result<Seen>);

const FAULTS: [Fault; 14] = [
    ("full", "the disk is full in the middle of a trace", storage::full),
    ("dump", "the disk is full for a dump of a flight recorder, then it is not", storage::dump),
    ("fifo", "who reads the trace from a pipe pauses for 5 s", storage::fifo),
    ("frozen", "the file system does not take anything for 5 s (fsfreeze)", storage::frozen),
    ("stopped", "the recorder is stopped for 10 s (SIGSTOP)", storage::stopped),
    ("clock", "the time of day is set an hour ahead, back by two, and right again", clock::set),
    ("cpu", "a processor is taken away and given back", kernel::cpu),
    ("links", "somebody detaches the probe's hooks (BPF_LINK_DETACH)", kernel::links),
    ("memory", "memory of the recorder's control group is limited", memory::limited),
    ("many", "10,000 processes are there at the start", crowd::many),
    ("threads", "a process of 5,000 threads, all in a call at the end", crowd::threads),
    ("again", "300 processes of the same id, one after the other", crowd::again),
    ("forks", "2,000 short-lived processes a second", crowd::forks),
    ("another", "another recorder records at the same time, and is killed", kernel::another),
];

pub fn run(endure: &Endure) -> Result<Table> {
    let how = "Each with the real recorder under load. Where calls are counted, they are those of the load by its own count: each \
               is in the trace or told as dropped in its ledger, and every trace is whole unless it says otherwise";
    let mut table = Table::new("Faults", how, &["what happens", "what is seen", "as it should be"]);
    if let Some(wrong) =
        endure.faults.iter().find(|wanted| !FAULTS.iter().any(|(name, ..)| name == wanted))
    {
        let names = FAULTS.map(|(name, ..)| name).join(", ");
        return Err(format!("no fault `{wrong}`: there are {names}"));
    }
    for (name, what, run) in FAULTS {
        if !endure.faults.is_empty() && !endure.faults.iter().any(|wanted| wanted == name) {
            continue;
        }
        let folder = endure.folder(name)?;
        let (seen, holds) = match run(&folder) {
            Ok(Seen::This(seen)) => (seen, "yes".to_owned()),
            Ok(Seen::Skipped(reason)) => (format!("not tried: {reason}"), String::new()),
            Err(error) => {
                let holds = endure.holds(false, &format!("{name}: {error}"));
                (error, holds)
            }
        };
        println!("{name}: {seen}");
        table.row(&[what, &seen, &holds]);
    }
    Ok(table)
}

/// A load that is recorded into a file.
struct Recording {
    load: Load,
    recorder: Recorder,
    trace: PathBuf,
}

impl Recording {
    /// Starts both. The load begins.
    fn start(folder: &Path, trace: &Path, rate: Rate) -> Result<Recording> {
        let load = Load::start(folder, rate)?;
        let args = [&["-q", "-o", text(trace)], &BY_NAME[..]].concat();
        let mut recorder = Recorder::start(folder, &args)?;
        recorder.wait_for_first(trace)?;
        load.go();
        Ok(Recording { load, recorder, trace: trace.to_owned() })
    }

    /// Ends both, and holds the one against the other. Says what was recorded and dropped.
    fn end(self) -> Result<(Tally, String)> {
        let Recording { load, recorder, trace } = self;
        load.stop()?;
        account(&load, recorder, &trace)
    }
}

/// Ends a recorder, whose load has stopped, and holds its trace against the load.
fn account(load: &Load, recorder: Recorder, trace: &Path) -> Result<(Tally, String)> {
    let ended = recorder.stop(libc::SIGINT)?;
    let tally = Tally::of(trace)?;
    tally.matches(&load.made())?;
    let code = if tally.dropped > 0 { 3 } else { 0 };
    if ended.code != code {
        return Err(format!("{tally:?}, and it ended with {}: {}", ended.code, ended.err));
    }
    let calls = tally.dropped - tally.beside;
    let told = format!(
        "{} calls made = {} recorded + {} told as dropped",
        count(load.made_in_all()),
        count(tally.events()),
        count(calls)
    );
    Ok((tally, told))
}

/// The same of a recording with which nothing may be dropped.
fn all_of(recording: Recording) -> Result<String> {
    let (tally, told) = recording.end()?;
    if tally.dropped > 0 {
        return Err(format!("{told}: there was room for all"));
    }
    Ok(told)
}

/// The same of one that was hindered so long that something must be dropped.
fn some_of(recording: Recording) -> Result<String> {
    let (tally, told) = recording.end()?;
    if tally.dropped == 0 {
        return Err(format!("{told}: it was not hindered"));
    }
    Ok(told)
}
