//! The first and only service of a virtual machine: runs `syscord`, sends out what comes of it, and powers off.

use std::{
    env, fs, io,
    io::Write,
    os::{
        fd::{AsRawFd, OwnedFd},
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::{Command, Output},
    ptr,
};

use syscord_guest::{CALLS, SOCKET, SYSCORD, part};

/// The environment's name for the port; the kernel passes on what it does not know on its command line.
const PORT: &str = "PORT";
const TRACE: &str = "/trace.scd";

fn main() {
    if let Err(error) = run() {
        println!("guest: {error}");
    }
    // SAFETY: plain system calls; there is nothing else that runs.
    unsafe {
        libc::sync();
        libc::reboot(libc::RB_POWER_OFF);
    }
}

fn run() -> io::Result<()> {
    for (kind, at) in [("proc", c"/proc"), ("sysfs", c"/sys"), ("devtmpfs", c"/dev")] {
        mount(kind, at)?;
    }
    let mut port = port()?;
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(SOCKET)?)?;
    let mut ran = |name: &str, arguments: &[&str]| {
        let input = OwnedFd::from(socket.try_clone()?);
        let Output { status, mut stdout, stderr } =
            Command::new(SYSCORD).args(arguments).stdin(input).output()?;
        stdout.extend(stderr);
        port.write_all(&part(name, &stdout))?;
        port.write_all(&part(&format!("{name}-code"), status.to_string().as_bytes()))
    };
    ran("doctor", &["doctor"])?;
    ran("record", &["record", "-o", TRACE, "--", CALLS])?;
    port.write_all(&part("trace", &fs::read(TRACE)?))?;
    // What is sent is out only when the port has sent it.
    // SAFETY: the descriptor is open.
    unsafe { libc::tcdrain(port.as_raw_fd()) };
    Ok(())
}

fn mount(kind: &str, at: &std::ffi::CStr) -> io::Result<()> {
    let kind = std::ffi::CString::new(kind)?;
    // SAFETY: strings end with a NUL; there is no data.
    let failed = unsafe { libc::mount(kind.as_ptr(), at.as_ptr(), kind.as_ptr(), 0, ptr::null()) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The port that leads outside, where bytes arrive as they are.
fn port() -> io::Result<fs::File> {
    let path = env::var(PORT).map_err(io::Error::other)?;
    let port = fs::File::options().read(true).write(true).open(path)?;
    // SAFETY: all bytes of a termios may be zero.
    let mut modes: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the descriptor is open, and there is room for the modes.
    let failed = unsafe {
        libc::tcgetattr(port.as_raw_fd(), &raw mut modes);
        libc::cfmakeraw(&raw mut modes);
        libc::tcsetattr(port.as_raw_fd(), libc::TCSANOW, &raw const modes)
    };
    if failed == 0 { Ok(port) } else { Err(io::Error::last_os_error()) }
}
