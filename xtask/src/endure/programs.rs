//! The programs: syscord in the background, and what reads its traces.

use std::{
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::text;
use crate::{Result, shell::repository};

pub fn program(name: &str) -> PathBuf {
    repository().join("target/release").join(name)
}

/// What a program printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    /// 128 + signal where a signal ended it.
    pub code: i32,
}

fn code(status: ExitStatus) -> i32 {
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// Runs a command to its end, whatever that is.
pub fn run(command: &mut Command) -> Result<Ran> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ran { out: lossy(&output.stdout), err: lossy(&output.stderr), code: code(output.status) })
}

/// The same of one that must not fail.
pub fn must(program: &str, args: &[&str]) -> Result<String> {
    let ran = run(Command::new(program).args(args))?;
    match ran.code {
        0 => Ok(ran.out),
        code => Err(format!("{program} {}: {code}: {}", args.join(" "), ran.err)),
    }
}

/// `syscord-query ARGS…`.
pub fn query(args: &[&str]) -> Result<Ran> {
    run(Command::new(program("syscord-query")).args(args))
}

/// `endure-look WHAT FILES…`.
pub fn look(what: &str, files: &[&Path]) -> Result<Value> {
    let ran = run(Command::new(program("endure-look")).arg(what).args(files))?;
    serde_json::from_str(&ran.out).map_err(|_| format!("endure-look {what}: {}", ran.err))
}

/// `syscord record` in the background, killed when dropped.
pub struct Recorder {
    child: Child,
    /// What it says, as long as it says it into a file.
    said: PathBuf,
}

impl Recorder {
    /// Starts `syscord record ARGS…`. What it says goes into `folder`.
    pub fn start(folder: &Path, args: &[&str]) -> Result<Recorder> {
        Recorder::start_by(Command::new(program("syscord")).arg("record"), folder, args)
    }

    /// The same where `command` runs `syscord record`.
    pub fn start_by(command: &mut Command, folder: &Path, args: &[&str]) -> Result<Recorder> {
        let said = folder.join("said");
        let file = File::create(&said).map_err(|error| error.to_string())?;
        let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let child = command.spawn().map_err(|error| format!("syscord: {error}"))?;
        Ok(Recorder { child, said })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the trace has something of the load.
    pub fn wait_for_first(&mut self, trace: &Path) -> Result {
        self.wait("it has recorded something", || {
            let ran = query(&[text(trace), "--count", "-e", syscord_endure::POKE])?;
            Ok(ran.out.trim().parse().is_ok_and(|count: u64| count > 0))
        })
    }

    /// Waits until something holds, while it goes on.
    pub fn wait(&mut self, what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result {
        let begin = Instant::now();
        while !holds()? {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("syscord has ended ({status}) before {what}: {}", self.said()));
            }
            if begin.elapsed() > PATIENCE {
                return Err(format!("waited in vain until {what}: {}", self.said()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits until it says that; returns all that it has said.
    pub fn wait_to_say(&mut self, words: &str) -> Result<String> {
        let said = self.said.clone();
        let all = || fs::read_to_string(&said).unwrap_or_default();
        self.wait(&format!("it says `{words}`"), || Ok(all().contains(words)))?;
        Ok(all())
    }

    /// What it has said on standard error.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: a plain system call; the child is ours and not yet waited for.
        unsafe { libc::kill(self.child.id() as i32, signal) };
    }

    /// Sends a signal and waits for the end.
    pub fn stop(self, signal: i32) -> Result<Ran> {
        self.signal(signal);
        self.end()
    }

    /// Waits for the end.
    pub fn end(mut self) -> Result<Ran> {
        let begin = Instant::now();
        let status = loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) => break status,
                None if begin.elapsed() > PATIENCE => {
                    return Err(format!("syscord does not end: {}", self.said()));
                }
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        Ok(Ran { out: String::new(), err: self.said(), code: code(status) })
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Drop for Recorder {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
