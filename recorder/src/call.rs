//! A call on its way into the chunk: what the probe captured of its arguments, as the trace has it.

use syscord_format::{Capture, CaptureSection, CaptureStatus};
use syscord_syscalls::{
    MAX_ARGS, dirent,
    record::{CaptureHeader, STRING_KEPT, capture_status, event_mark},
};

use crate::{
    kept::kept,
    parts::{is_part, status},
    schema::{Captured, ExecArgs, Layout},
    wire::{self, Record},
};

/// What the kernel says of a program that began.
pub struct NewImage {
    /// When.
    pub time: u64,
    /// Its path.
    pub path: Vec<u8>,
    /// Its argv.
    pub argv: Option<(CaptureHeader, Vec<u8>)>,
}

const NONE: Capture<'static> = Capture {
    arg: 0,
    section: CaptureSection::Strings,
    status: CaptureStatus::None,
    bytes: &[],
    full: 0,
};

/// A call that was captured in several pieces.
pub struct Call<'a> {
    layout: &'a Layout,
    /// Its raw arguments.
    pub args: [u64; MAX_ARGS],
    /// Its marks.
    pub marks: u8,
    /// Whether its contents are left out.
    pub hides: bool,
    captures: [Capture<'a>; MAX_ARGS],
    count: usize,
}

/// A capture of an argument as the trace has it, if there is something to say of it.
#[inline]
pub fn capture<'a>(
    layout: &Layout,
    header: &CaptureHeader,
    bytes: &'a [u8],
) -> Option<Capture<'a>> {
    let CaptureHeader { arg, full, .. } = *header;
    let of = layout.captured.get(usize::from(arg))?;
    let (section, status) = (of.section?, status(header.status));
    if status == CaptureStatus::None {
        return None;
    }
    let capture = Capture { arg, section, status, bytes, full };
    Some(if of.is_plain { capture } else { fitted(of, capture) })
}

/// The same of what is not kept as it is.
fn fitted<'a>(of: &Captured, capture: Capture<'a>) -> Capture<'a> {
    let Capture { mut status, mut bytes, mut full, .. } = capture;
    if bytes.len() < of.least.into() || full.max(bytes.len() as u32) > of.most {
        status = CaptureStatus::Unreadable;
    } else if of.terminated && status == CaptureStatus::Torn {
        // What memory ends before its NUL is no path, unless it is as long as the kernel looks.
        status = match bytes.split_at_checked(STRING_KEPT) {
            Some((first, [_, ..])) => {
                bytes = first;
                CaptureStatus::Cut
            }
            _ => CaptureStatus::Unreadable,
        };
    }
    if of.terminated {
        bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    }
    if let Some((first, [_, ..])) = bytes.split_at_checked(of.kept as usize) {
        full = match status {
            CaptureStatus::Whole => dirent::count(bytes).unwrap_or(0),
            _ => 0,
        };
        (status, bytes) = (CaptureStatus::Cut, first);
    }
    Capture { status, bytes, full, ..capture }
}

/// What was captured in parts, put together.
pub fn whole<'a>(
    layout: &Layout,
    (arg, status, bytes): (u8, CaptureStatus, &'a [u8]),
) -> Option<Capture<'a>> {
    let section = layout.captured.get(usize::from(arg))?.section?;
    Some(Capture { arg, section, status, bytes, full: 0 })
}

impl<'a> Call<'a> {
    /// Of which nothing is captured yet.
    pub fn new(layout: &'a Layout, args: [u64; MAX_ARGS], marks: u8) -> Call<'a> {
        Call { layout, args, marks, hides: false, captures: [NONE; MAX_ARGS], count: 0 }
    }

    /// Adds a capture of the probe's.
    pub fn add(&mut self, header: &CaptureHeader, bytes: &'a [u8]) {
        if let Some(capture) = capture(self.layout, header, bytes) {
            self.push(kept(self.hides, self.layout, capture, false));
        }
    }

    /// Adds a capture.
    pub fn push(&mut self, capture: Capture<'a>) {
        if self.count < MAX_ARGS {
            self.captures[self.count] = capture;
            self.count += 1;
        }
    }

    /// Fills in what could not be read at the entry of an execve: its strings may have lain in pages that
    /// only the kernel brought in.
    pub fn complete(&mut self, exec: ExecArgs, image: &'a NewImage) {
        // With a directory descriptor, the kernel's path is one of its own making.
        let path = !image.path.is_empty() && !image.path.starts_with(b"/dev/fd/");
        if let Some(arg) = exec.path.filter(|arg| path && !self.has(*arg)) {
            let (arg, status) = (arg as u8, capture_status::WHOLE);
            self.replace(&CaptureHeader { arg, status, len: 0, full: 0 }, &image.path);
        }
        if let Some(arg) = exec.argv.filter(|arg| !self.has(*arg))
            && let Some((header, argv)) = &image.argv
        {
            self.replace(&CaptureHeader { arg: arg as u8, ..*header }, argv);
        }
    }

    /// What is captured of it.
    pub fn captures(&self) -> &[Capture<'a>] {
        &self.captures[..self.count]
    }

    /// Whether an argument's memory was captured.
    fn has(&self, arg: usize) -> bool {
        self.captures[..self.count].iter().any(|capture| {
            usize::from(capture.arg) == arg
                && !matches!(capture.status, CaptureStatus::Unreadable | CaptureStatus::Torn)
        })
    }

    fn replace(&mut self, header: &CaptureHeader, bytes: &'a [u8]) {
        let kept = |capture: &Capture<'_>| capture.arg != header.arg;
        let mut others = self.captures;
        let mut count = 0;
        for capture in self.captures[..self.count].iter().copied().filter(kept) {
            others[count] = capture;
            count += 1;
        }
        (self.captures, self.count) = (others, count);
        self.add(header, bytes);
    }

    /// Takes arguments and captures from the record of the call's entry.
    pub fn join(&mut self, entry: &'a [u8]) {
        let Some(Record::Entry(record, bytes)) = wire::records(entry).next() else { return };
        self.args = record.args;
        self.marks &= !event_mark::ARGS_UNKNOWN;
        for (header, bytes) in wire::captures(bytes) {
            // A failed call's strings were read again at its end, when their pages were sure to be there.
            if !is_part(&header) && !self.has(usize::from(header.arg)) {
                self.replace(&header, bytes);
            }
        }
    }
}
