//! Signals that end a recording, and that ask a flight recorder for a dump.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1},
    flag,
};

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static DUMP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on the first SIGINT, SIGTERM or SIGHUP sets [`stop`]; a second one kills.
///
/// # Errors
/// When the kernel refuses.
pub fn install() -> io::Result<()> {
    let stop = STOP.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        flag::register_conditional_default(signal, Arc::clone(stop))?;
        flag::register(signal, Arc::clone(stop))?;
    }
    Ok(())
}

/// Whether one came.
pub fn stop() -> bool {
    STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed))
}

/// SIGUSR1 waits until [`install_dump`]: while a signal is pending, the kernel loads no probe.
pub fn hold_dump() {
    mask_dump(libc::SIG_BLOCK);
}

/// From now on SIGUSR1 sets what [`take_dump`] takes.
///
/// # Errors
/// When the kernel refuses.
pub fn install_dump() -> io::Result<()> {
    flag::register(SIGUSR1, Arc::clone(DUMP.get_or_init(Arc::default)))?;
    mask_dump(libc::SIG_UNBLOCK);
    Ok(())
}

fn mask_dump(how: libc::c_int) {
    // SAFETY: the set is valid when zeroed, and made by sigemptyset.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, SIGUSR1);
        libc::pthread_sigmask(how, &raw const set, std::ptr::null_mut());
    }
}

/// Whether SIGUSR1 has come since the last call.
pub fn take_dump() -> bool {
    DUMP.get().is_some_and(|dump| dump.swap(false, Ordering::Relaxed))
}
