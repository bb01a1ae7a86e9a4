//! COMMAND: started, but held before its execve until it is being recorded.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, Read, Write},
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::PermissionsExt, process::CommandExt, process::ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    thread::{self, JoinHandle},
};

use thiserror::Error;

use crate::users::{self, User};

/// Why COMMAND does not run.
#[derive(Debug, Error)]
pub enum CommandError {
    /// No such program.
    #[error("{}: command not found; give its path, or a name that is in PATH", .0.display())]
    NotFound(PathBuf),
    /// The file is there, but is no program for us.
    #[error("{}: not an executable file", .0.display())]
    NotExecutable(PathBuf),
    /// `--user`.
    #[error("--user {0}: no such user")]
    NoUser(String),
    /// fork, pipe or execve.
    #[error("{}: cannot be run: {error}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

/// A COMMAND that waits for its release.
pub struct Held {
    program: PathBuf,
    /// Its process id.
    pub pid: u32,
    gate: File,
    /// `spawn` returns once the execve has succeeded or failed.
    spawn: JoinHandle<io::Result<Child>>,
}

/// Starts COMMAND up to its execve.
///
/// # Errors
/// When there is no such program or user, or no process can be made.
pub fn hold(command: &[OsString], user: Option<&str>) -> Result<Held, CommandError> {
    let program = resolve(command.first().map(OsString::as_os_str).unwrap_or_default())?;
    let user = match user {
        Some(name) => {
            Some(users::by_name(name).ok_or_else(|| CommandError::NoUser(name.to_owned()))?)
        }
        None => None,
    };
    let failed = |error| CommandError::Start { program: program.clone(), error };
    let (mut told, tell) = pipe().map_err(failed)?;
    let (wait, gate) = pipe().map_err(failed)?;
    let mut child = Command::new(&program);
    child.arg0(&command[0]).args(&command[1..]);
    let ours = gate.as_raw_fd();
    // SAFETY: between fork and exec the closure makes system calls alone; what it closes is the child's
    // copy of a descriptor, without which the child would wait on even if we are gone.
    unsafe {
        child.pre_exec(move || {
            libc::close(ours);
            prepare(&tell, &wait, user.as_ref())
        })
    };
    let spawn = thread::spawn(move || child.spawn());
    let mut pid = [0; 4];
    if told.read_exact(&mut pid).is_err() {
        // The child ended, or there is none.
        return Err(match spawn.join() {
            Ok(Err(error)) => failed(error),
            _ => failed(io::Error::from(io::ErrorKind::BrokenPipe)),
        });
    }
    Ok(Held { program, pid: u32::from_ne_bytes(pid), gate, spawn })
}

impl Held {
    /// Lets it run its program.
    ///
    /// # Errors
    /// When the execve fails.
    pub fn release(mut self) -> Result<Child, CommandError> {
        let failed = |error| CommandError::Start { program: self.program.clone(), error };
        self.gate.write_all(&[1]).map_err(failed)?;
        match self.spawn.join() {
            Ok(child) => child.map_err(failed),
            Err(_) => Err(failed(io::Error::other("the starting thread failed"))),
        }
    }
}

/// Tells COMMAND, which was not yet waited for, to end.
pub fn end(child: &Child) {
    // SAFETY: a plain system call; the child is ours and not yet waited for.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGTERM) };
}

/// The exit status that ours becomes, as shells have it.
pub fn exit_code(status: ExitStatus) -> u8 {
    match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, Some(signal)) => 128u8.wrapping_add(signal as u8),
        (None, None) => 1,
    }
}

/// In the child: takes the user's identity, tells its id, and waits.
fn prepare(tell: &File, wait: &File, user: Option<&User>) -> io::Result<()> {
    if let Some(user) = user {
        // SAFETY: plain system calls; the name is a live C string.
        let failed = unsafe {
            libc::initgroups(user.name.as_ptr(), user.gid) != 0
                || libc::setgid(user.gid) != 0
                || libc::setuid(user.uid) != 0
        };
        if failed {
            return Err(io::Error::last_os_error());
        }
    }
    let (mut tell, mut wait) = (tell, wait);
    tell.write_all(&std::process::id().to_ne_bytes())?;
    let mut go = [0];
    wait.read_exact(&mut go)
}

/// A pipe whose ends close on exec: first the reading one.
fn pipe() -> io::Result<(File, File)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both are new and ours.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]).into(), OwnedFd::from_raw_fd(ends[1]).into()) })
}

/// Finds the program as execvp(3) does, but once, so that the trace shows one execve.
fn resolve(name: &OsStr) -> Result<PathBuf, CommandError> {
    if name.as_bytes().contains(&b'/') {
        return check(PathBuf::from(name));
    }
    let path =
        env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"));
    let found = env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|candidate| is_executable(candidate));
    found.ok_or_else(|| CommandError::NotFound(PathBuf::from(name)))
}

fn check(program: PathBuf) -> Result<PathBuf, CommandError> {
    if !program.exists() {
        return Err(CommandError::NotFound(program));
    }
    if !is_executable(&program) {
        return Err(CommandError::NotExecutable(program));
    }
    Ok(program)
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
