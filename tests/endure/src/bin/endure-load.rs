//! A load that knows exactly which calls it makes.
//!
//! `endure-load run FILE` makes calls as FILE says ([`Shared`]); `many N` has N processes wait until its input ends;
//! `again N` has N processes have the same id, one after the other.

use std::{
    ffi::CStr,
    io::{self, Read},
    path::Path,
    process::ExitCode,
    ptr,
    sync::{Arc, atomic::Ordering},
    thread,
};

use syscord_endure::{Shared, command, kind, now};

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
/// A thread that is so far behind its rate forgets it.
const BEHIND: u64 = SECOND / 20;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["run", file] => run(Path::new(file)),
        ["many", count] => count.parse().map_err(io::Error::other).and_then(many),
        ["again", count] => count.parse().map_err(io::Error::other).and_then(again),
        _ => Err(io::Error::other("it is run by `cargo xtask endure`")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("endure-load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What all threads use.
struct Load {
    shared: Shared,
    zero: i32,
    null: i32,
    /// Threads wait at its one end for the other to be closed, to begin.
    gate: [i32; 2],
    /// And at this one's for ever.
    end: [i32; 2],
}

/// Makes a call of a kind and counts it.
macro_rules! call {
    ($load:expr, $thread:expr, $name:literal, $number:expr $(, $argument:expr)*) => {{
        $load.shared.count($thread, const { kind($name) });
        // SAFETY: a call whose pointers, if any, are to live memory of that length.
        unsafe { libc::syscall($number $(, $argument)*) }
    }};
}

fn run(file: &Path) -> io::Result<()> {
    let open = |path: &CStr, flags| {
        // SAFETY: the path ends with a NUL.
        let fd = unsafe { libc::open(path.as_ptr(), flags) };
        if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(fd) }
    };
    let load = Arc::new(Load {
        shared: Shared::open(file)?,
        zero: open(c"/dev/zero", libc::O_RDONLY)?,
        null: open(c"/dev/null", libc::O_WRONLY)?,
        gate: pipe()?,
        end: pipe()?,
    });
    for thread in 1..load.shared.threads() {
        let load = Arc::clone(&load);
        thread::Builder::new().stack_size(64 << 10).spawn(move || {
            call!(load, thread, "read", libc::SYS_read, load.gate[0], ptr::from_mut(&mut 0u8), 1);
            work(&load, thread);
        })?;
    }
    while load.shared.command().load(Ordering::Acquire) == command::WAIT {
        let pause = libc::timespec { tv_sec: 0, tv_nsec: 10 * MILLISECOND as libc::c_long };
        // SAFETY: `pause` is a live timespec, and the rest of it is not asked for.
        unsafe { libc::syscall(libc::SYS_nanosleep, &raw const pause, 0) };
    }
    call!(load, 0, "close", libc::SYS_close, load.gate[1]);
    work(&load, 0);
    Ok(())
}

fn pipe() -> io::Result<[i32; 2]> {
    let mut ends = [0; 2];
    // SAFETY: there is room for both descriptors.
    match unsafe { libc::pipe(ends.as_mut_ptr()) } {
        0 => Ok(ends),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Makes calls at the rate that is asked for until it is told to stop, then waits for ever.
fn work(load: &Load, thread: usize) {
    let shared = &load.shared;
    let mut pace = Pace::new(shared.rate().load(Ordering::Relaxed));
    let mut forks = Pace::new(shared.forks().load(Ordering::Relaxed));
    let mut turn = 0;
    while shared.command().load(Ordering::Acquire) == command::RUN {
        pace.change(shared.rate().load(Ordering::Relaxed));
        for _ in 0..pace.due() {
            take_turn(load, thread, turn);
            turn += 1;
        }
        if thread == 0 {
            for _ in 0..forks.due() {
                fork(load);
            }
        }
        let pause = libc::timespec { tv_sec: 0, tv_nsec: pace.pause() as libc::c_long };
        call!(
            load,
            thread,
            "clock_nanosleep",
            libc::SYS_clock_nanosleep,
            1,
            0,
            &raw const pause,
            0
        );
    }
    shared.heard().fetch_add(1, Ordering::Release);
    // It is under way when recording ends.
    call!(load, thread, "read", libc::SYS_read, load.end[0], ptr::from_mut(&mut 0u8), 1);
}

/// What is due by a rate.
struct Pace {
    rate: u64,
    since: u64,
    done: u64,
}

impl Pace {
    fn new(rate: u64) -> Pace {
        Pace { rate, since: now(), done: 0 }
    }

    fn change(&mut self, rate: u64) {
        if rate != self.rate {
            *self = Pace::new(rate);
        }
    }

    /// How long to wait for the next turn: a millisecond, for there may be many then, or until there is one.
    fn pause(&self) -> u64 {
        (SECOND / self.rate.max(2)).max(MILLISECOND)
    }

    fn due(&mut self) -> u64 {
        let passed = now() - self.since;
        let target = (u128::from(passed) * u128::from(self.rate) / u128::from(SECOND)) as u64;
        let due = target - self.done;
        if due > self.rate * BEHIND / SECOND + 1 {
            *self = Pace::new(self.rate);
            return 1;
        }
        self.done = target;
        due
    }
}

/// A turn is an lseek(2) to its number, and something else.
fn take_turn(load: &Load, thread: usize, turn: u64) {
    const BUFFER: usize = 100;
    let mut buffer = [b'x'; BUFFER];
    if thread == 0 {
        load.shared.turn(turn).store(now(), Ordering::Relaxed);
    }
    call!(load, thread, "lseek", libc::SYS_lseek, load.null, turn, libc::SEEK_SET);
    match turn % 16 {
        0 => {
            let path = c"/dev/null".as_ptr();
            let fd = call!(load, thread, "openat", libc::SYS_openat, libc::AT_FDCWD, path, 0, 0);
            call!(load, thread, "close", libc::SYS_close, fd);
        }
        1 => {
            let path = c"/nowhere/to/be/found".as_ptr();
            call!(load, thread, "openat", libc::SYS_openat, libc::AT_FDCWD, path, 0, 0);
        }
        2 | 3 => {
            let to = buffer.as_mut_ptr();
            call!(load, thread, "read", libc::SYS_read, load.zero, to, BUFFER);
        }
        4 | 5 => {
            let from = buffer.as_ptr();
            call!(load, thread, "write", libc::SYS_write, load.null, from, BUFFER);
        }
        6 => {
            call!(load, thread, "sched_yield", libc::SYS_sched_yield);
        }
        _ => {
            call!(load, thread, "getppid", libc::SYS_getppid);
        }
    }
}

/// A process that makes a few calls, and is waited for.
fn fork(load: &Load) {
    let child = call!(load, 0, "clone", libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0);
    if child == 0 {
        for _ in 0..3 {
            call!(load, 0, "getppid", libc::SYS_getppid);
        }
        call!(load, 0, "exit_group", libc::SYS_exit_group, 0);
    }
    call!(load, 0, "wait4", libc::SYS_wait4, child, 0, 0, 0);
}

/// That many processes, which wait as long as we do.
fn many(count: u32) -> io::Result<()> {
    let [wait, end] = pipe()?;
    for _ in 0..count {
        // SAFETY: there is one thread, and the child only waits.
        match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            0 => {
                // SAFETY: our own descriptors, a byte to read into, and the end of the process.
                unsafe {
                    libc::close(end);
                    libc::read(wait, ptr::from_mut(&mut 0u8).cast(), 1);
                    libc::_exit(0);
                }
            }
            _ => {}
        }
    }
    println!("{count}");
    io::stdin().read_to_end(&mut Vec::new())?;
    // SAFETY: plain calls on our own descriptor and children.
    unsafe {
        libc::close(end);
        while libc::wait(ptr::null_mut()) > 0 {}
    }
    Ok(())
}

/// clone3(2)'s arguments, up to those that choose the id.
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
}

/// Processes of the same id. Each calls lseek(2) with its number under the name that it was born with, then under a name
/// of its own.
fn again(count: u32) -> io::Result<()> {
    let mut id = 0;
    for number in 0..count {
        let mut args = CloneArgs { exit_signal: libc::SIGCHLD as u64, ..CloneArgs::default() };
        if id != 0 {
            args.set_tid = &raw const id as u64;
            args.set_tid_size = 1;
        }
        // SAFETY: `args` is as long as it is said to be, and `id` outlives the call.
        let child = unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of_val(&args)) };
        if child == 0 {
            let name = format!("again-{number}\0");
            // SAFETY: the name ends with a NUL, and the rest are numbers.
            unsafe {
                libc::syscall(libc::SYS_lseek, -1, u64::from(number), 0);
                libc::prctl(libc::PR_SET_NAME, name.as_ptr());
                libc::syscall(libc::SYS_lseek, -1, u64::from(number), 0);
                libc::_exit(0);
            }
        }
        if child < 0 {
            return Err(io::Error::last_os_error());
        }
        id = child as i32;
        // SAFETY: a plain call on our own child.
        unsafe { libc::waitpid(id, ptr::null_mut(), 0) };
    }
    println!("{id}");
    Ok(())
}
