//! A file on a disk that may be full for a while.

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    thread,
    time::Duration,
};

use crate::signals;

/// How often it is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// A file that is written to; if `waits`, writing waits for room where there is none, until a signal says stop. Meanwhile
/// the rings fill, and what has no room there is counted as dropped.
pub struct Patient {
    file: File,
    waits: bool,
}

impl Patient {
    /// Writes to `file`.
    pub fn new(file: File, waits: bool) -> Patient {
        Patient { file, waits }
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waited = false;
        loop {
            let written = self.file.write(bytes);
            let full = |error: &io::Error| {
                matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            };
            if !self.waits || signals::stop() || !written.as_ref().is_err_and(full) {
                if waited && written.is_ok() {
                    eprintln!("syscord: there is room again: writing goes on");
                }
                return written;
            }
            if let (false, Err(error)) = (waited, &written) {
                eprintln!("syscord: {error}: waiting for room (--when-full)");
            }
            waited = true;
            thread::sleep(PAUSE);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
