//! A disk that may be full for a while.

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    thread,
    time::Duration,
};

use crate::{progress::say, signals};

/// How often it is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for room where there is none, if it is to; until a signal says stop. Meanwhile the rings fill, and what has no
/// room there is counted as dropped.
#[derive(Clone, Copy)]
pub struct Patience {
    waits: bool,
    /// Whether the user was told that there is no room.
    told: bool,
}

impl Patience {
    /// Waits, or not.
    pub fn new(waits: bool) -> Patience {
        Patience { waits, told: false }
    }

    /// Does something until there is room for it.
    ///
    /// # Errors
    /// Those of what is done, but for a full disk if it waits.
    pub fn apply<T>(&mut self, mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        loop {
            match action() {
                Err(error) if self.waits && is_full(&error) && !signals::stop() => {
                    if !self.told {
                        say(format_args!("{error}: waiting for room (--when-full)"));
                        self.told = true;
                    }
                    thread::sleep(PAUSE);
                }
                done => return done,
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// A file that is written to with patience.
pub struct Patient {
    file: File,
    patience: Patience,
}

impl Patient {
    /// Writes to `file`.
    pub fn new(file: File, patience: Patience) -> Patient {
        Patient { file, patience }
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = &mut self.file;
        let written = self.patience.apply(|| file.write(bytes))?;
        // What had room for a part alone may have to wait once more.
        if self.patience.told && written == bytes.len() {
            say("there is room again: writing goes on");
            self.patience.told = false;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
