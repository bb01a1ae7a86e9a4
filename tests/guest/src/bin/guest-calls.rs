//! Makes known calls, past the standard library, and says at the end who made them: `NAME NUMBER` lines.

use std::{env, ffi::CString, io, process::exit, ptr, thread};

use syscord_guest::{
    ABSENT, AS_CHILD, CALLS, EXIT_CODES, GETPPIDS, MESSAGES, PRESENT, YIELDS, message,
};

fn main() -> io::Result<()> {
    if env::args().nth(1).as_deref() == Some(AS_CHILD) {
        getppid(GETPPIDS.1);
        exit(EXIT_CODES.0);
    }
    files()?;
    let ends = pipe()?;
    let socket = socket()?;
    getppid(GETPPIDS.0);
    let child = child()?;
    let threads = YIELDS.map(|count| thread::spawn(move || yields(count)));
    let threads = threads.map(|thread| thread.join().unwrap_or_default());
    println!("program {}\nchild {child}\nsocket {socket}", std::process::id());
    println!("thread {}\nthread {}\nread {}\nwrite {}", threads[0], threads[1], ends[0], ends[1]);
    exit(EXIT_CODES.1);
}

/// Opens what exists, reads it and closes it; tries to open what does not.
fn files() -> io::Result<()> {
    let (present, absent) = (CString::new(PRESENT.0)?, CString::new(ABSENT.0)?);
    for _ in 0..PRESENT.1 {
        let fd = open(&present)?;
        let mut content = [0u8; 512];
        // SAFETY: the buffer is as long as it says.
        check(unsafe { libc::syscall(libc::SYS_read, fd, content.as_mut_ptr(), content.len()) })?;
        // SAFETY: the descriptor is ours, and not used again.
        check(unsafe { libc::syscall(libc::SYS_close, fd) })?;
    }
    for _ in 0..ABSENT.1 {
        if open(&absent).is_ok() {
            return Err(io::Error::other("what should not exist does"));
        }
    }
    Ok(())
}

fn open(path: &CString) -> io::Result<i64> {
    // SAFETY: the path ends with a NUL, and lives through the call.
    check(unsafe {
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), libc::O_RDONLY, 0)
    })
}

/// Messages through a pipe. Returns its ends.
fn pipe() -> io::Result<[i32; 2]> {
    let mut ends = [0i32; 2];
    // SAFETY: there is room for two descriptors.
    check(unsafe { libc::syscall(libc::SYS_pipe2, ends.as_mut_ptr(), 0) })?;
    for number in 0..MESSAGES {
        let message = message(number);
        let mut back = vec![0u8; message.len()];
        // SAFETY: as many bytes are read and written as the buffers have.
        let moved = unsafe {
            let there = libc::syscall(libc::SYS_write, ends[1], message.as_ptr(), message.len());
            there.min(libc::syscall(libc::SYS_read, ends[0], back.as_mut_ptr(), back.len()))
        };
        if check(moved)? as usize != message.len() || back != message.as_bytes() {
            return Err(io::Error::other("the pipe gives back something else"));
        }
    }
    Ok(ends)
}

/// Looks at standard input, which is a socket. Returns its inode number.
fn socket() -> io::Result<u64> {
    // SAFETY: all bytes of a stat may be zero.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    let (mut kind, mut length) = (0i32, size_of::<i32>() as libc::socklen_t);
    let (level, option) = (libc::SOL_SOCKET, libc::SO_TYPE);
    // SAFETY: there is room for the option, as long as it says, and for the stat.
    check(unsafe {
        let (kind, length) = (&raw mut kind, &raw mut length);
        libc::syscall(libc::SYS_getsockopt, 0, level, option, kind, length)
    })?;
    // SAFETY: as above.
    check(unsafe { libc::fstat(0, &raw mut stat) }.into())?;
    Ok(stat.st_ino)
}

fn getppid(count: usize) {
    for _ in 0..count {
        // SAFETY: a call without arguments.
        unsafe { libc::syscall(libc::SYS_getppid) };
    }
}

/// Yields that often. Returns the thread's id.
fn yields(count: usize) -> i64 {
    for _ in 0..count {
        // SAFETY: a call without arguments.
        unsafe { libc::syscall(libc::SYS_sched_yield) };
    }
    // SAFETY: a call without arguments.
    unsafe { libc::syscall(libc::SYS_gettid) }
}

/// A child that is this program again, by fork and exec. Returns its process id.
fn child() -> io::Result<i32> {
    let (path, word) = (CString::new(CALLS)?, CString::new(AS_CHILD)?);
    let args = [path.as_ptr(), word.as_ptr(), ptr::null()];
    // SAFETY: there is one thread; the child calls nothing but execv and _exit. All strings end with a NUL, and
    // the list with a null.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: as above.
        unsafe {
            libc::execv(path.as_ptr(), args.as_ptr());
            libc::_exit(127);
        }
    }
    check(child.into())?;
    let mut status = 0;
    // SAFETY: there is room for the status.
    check(unsafe { libc::waitpid(child, &raw mut status, 0) }.into())?;
    if !libc::WIFEXITED(status) || libc::WEXITSTATUS(status) != EXIT_CODES.0 {
        return Err(io::Error::other("the child ends otherwise"));
    }
    Ok(child)
}

fn check(result: i64) -> io::Result<i64> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
