//! Bytes of a file or a pipe, read from front to back.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// Bytes read at a time.
const READ: usize = 64 << 10;
/// Bytes read at a time from a file, where most is passed over.
const LOOK: usize = 4 << 10;
/// Memory for bytes that the input only promises is made in steps of this.
const STEP: usize = 1 << 20;

/// A file, which may be passed over without reading and gone back in, or a pipe, which may not.
pub(crate) struct Source {
    input: Input,
    /// Bytes already read are those of `held`; what is around them is room.
    buffer: Vec<u8>,
    held: Range<usize>,
    /// Where they stand in the file.
    start: u64,
}

enum Input {
    File(File),
    Pipe(Box<dyn Read + Send>),
}

impl Source {
    pub(crate) fn file(file: File) -> Self {
        Self::of(Input::File(file))
    }

    pub(crate) fn pipe(pipe: Box<dyn Read + Send>) -> Self {
        Self::of(Input::Pipe(pipe))
    }

    fn of(input: Input) -> Self {
        Source { input, buffer: Vec::new(), held: 0..0, start: 0 }
    }

    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self.input, Input::Pipe(_))
    }

    /// The bytes from `at` on: at least `n` unless the input ends, more if they are at hand. A pipe
    /// forgets what is before `at`.
    pub(crate) fn look(&mut self, at: u64, n: usize) -> io::Result<&[u8]> {
        self.seek(at)?;
        while self.held.len() < n {
            let missing = n - self.held.len();
            let want = match self.input {
                Input::File(_) => missing.max(LOOK),
                Input::Pipe(_) => missing.clamp(READ, STEP),
            };
            if self.fill(want)? == 0 {
                break;
            }
        }
        Ok(&self.buffer[self.held.clone()])
    }

    /// Exactly the `n` bytes from `at` on, if they are there.
    pub(crate) fn take(&mut self, at: u64, n: usize) -> io::Result<Option<Vec<u8>>> {
        self.seek(at)?;
        let held = self.held.start..self.held.start + self.held.len().min(n);
        let mut out = Vec::with_capacity(n.min(STEP));
        out.extend_from_slice(&self.buffer[held.clone()]);
        while out.len() < n {
            let from = out.len();
            // Doubling, so that a promise alone takes no memory.
            let step = (n - from).min(from.max(STEP));
            out.resize(from + step, 0);
            let read = read_some(&mut self.input, &mut out[from..], at + from as u64)?;
            out.truncate(from + read);
            if read == 0 {
                break;
            }
        }
        if matches!(self.input, Input::Pipe(_)) {
            self.held.start = held.end;
            self.start = at + out.len() as u64;
        }
        Ok((out.len() == n).then_some(out))
    }

    /// The bytes there are, if that can be known now.
    pub(crate) fn len(&self) -> io::Result<Option<u64>> {
        match &self.input {
            Input::File(file) => Ok(Some(file.metadata()?.len())),
            Input::Pipe(_) => Ok(None),
        }
    }

    /// Where the bytes that were read end.
    pub(crate) fn seen(&self) -> u64 {
        self.start + self.held.len() as u64
    }

    /// Makes `at` the start of the buffer.
    fn seek(&mut self, at: u64) -> io::Result<()> {
        let ahead = at.checked_sub(self.start).and_then(|n| usize::try_from(n).ok());
        match ahead {
            Some(ahead) if ahead <= self.held.len() => self.held.start += ahead,
            _ if !self.is_pipe() => self.held = 0..0,
            _ => return self.read_past(at),
        }
        self.start = at;
        Ok(())
    }

    /// Reads a pipe up to `at`, or to its end.
    fn read_past(&mut self, at: u64) -> io::Result<()> {
        while self.start < at {
            self.start += self.held.len() as u64;
            self.held = 0..0;
            let want = usize::try_from(at - self.start).unwrap_or(usize::MAX).min(READ);
            if want > 0 && self.fill(want)? == 0 {
                break;
            }
            if want == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Reads up to `want` more bytes behind those that are held.
    fn fill(&mut self, want: usize) -> io::Result<usize> {
        let at = self.seen();
        if self.held.end + want > self.buffer.len() {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
            // Twice what is needed, so that bytes are moved once in a while only.
            let room = self.held.end + 2 * want;
            self.buffer.resize(room.max(self.buffer.len()), 0);
        }
        let room = self.held.end..self.held.end + want;
        let read = read_some(&mut self.input, &mut self.buffer[room], at)?;
        self.held.end += read;
        Ok(read)
    }
}

/// One read that is not interrupted; 0 at the end.
fn read_some(input: &mut Input, into: &mut [u8], at: u64) -> io::Result<usize> {
    loop {
        let read = match input {
            Input::File(file) => file.read_at(into, at),
            Input::Pipe(pipe) => pipe.read(into),
        };
        match read {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
