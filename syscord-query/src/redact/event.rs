//! What becomes of what was captured of a call.

use std::ops::Range;

use syscord_format::{
    CWD, CaptureSection, CaptureStatus, Captured, FileFd, Part, Parts, Place, socket_name,
};
use syscord_syscalls::{Kind, Len, Role, dirent};

use crate::{
    columns::Columns, error::Error, redact::redactor::Redactor, row::Row, schema::KindInfo,
};

/// What takes the place of something that was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instead {
    /// How much of it is there.
    pub(super) status: CaptureStatus,
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// The true length, where that is not all.
    pub(super) full: u32,
}

/// What takes the place of what a call tells of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileInstead {
    /// Its link.
    pub(super) link: Vec<u8>,
    /// What more is known.
    pub(super) detail: Vec<u8>,
}

const ENTRIES: u8 = Kind::Entries(Len::Ret).id();
const EXEC_PATH: u8 = Kind::ExecPath.id();
const PATH_OUT: u8 = Kind::PathOut(Len::Ret).id();

impl Redactor<'_> {
    /// What takes the place of what was captured of an argument; nothing if it stays.
    pub(super) fn captured(&mut self, row: &Row<'_>, arg: usize) -> Result<Option<Instead>, Error> {
        let Some((section, status, captured)) = captured(row.columns, row.place, arg) else {
            return Ok(None);
        };
        let kind = row.kind(arg);
        // How many variables a program is given is no content.
        if is_count(kind) {
            return Ok(None);
        }
        match section {
            CaptureSection::Strings => {
                let bytes = self.string(row, arg, kind, captured)?;
                Ok(bytes.map(|bytes| Instead { status, bytes, full: 0 }))
            }
            CaptureSection::Contents | CaptureSection::Addressed if self.hides(row) => {
                self.tally.contents += u64::from(!is_left_out(captured.bytes));
                Ok(Some(left_out(kind, captured)))
            }
            CaptureSection::Contents | CaptureSection::Addressed if self.rules.search() => {
                self.content(row, arg, kind, (status, captured))
            }
            CaptureSection::Contents | CaptureSection::Addressed => Ok(None),
        }
    }

    fn string(
        &mut self,
        row: &Row<'_>,
        arg: usize,
        kind: Option<KindInfo>,
        captured: Captured<'_>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Captured { bytes, cut, .. } = captured;
        match kind.and_then(|kind| kind.role) {
            Some(Role::Path) => {
                let is_program = kind.is_some_and(|kind| kind.id == EXEC_PATH);
                if is_program && self.rules.processes {
                    self.tally.members += 1;
                    return self.secrets.placeholder(bytes).map(Some);
                }
                let whole = if self.rules.has_paths() { whole(row, arg, bytes) } else { vec![] };
                self.path(bytes, &whole, cut)
            }
            Some(Role::List) => {
                let cwd = row.target(CWD);
                self.list(bytes, cwd.as_ref().and_then(|cwd| cwd.path()), cut)
            }
            Some(Role::Address) => {
                let whole = |path: &[u8]| row.resolved(arg, path).into_iter().collect();
                self.address(bytes, whole, cut)
            }
            _ => self.text(bytes, cut),
        }
    }

    fn content(
        &mut self,
        row: &Row<'_>,
        arg: usize,
        kind: Option<KindInfo>,
        (status, captured): (CaptureStatus, Captured<'_>),
    ) -> Result<Option<Instead>, Error> {
        let Captured { bytes, full, cut, .. } = captured;
        let bytes = match kind.and_then(|kind| kind.role) {
            Some(Role::Parts | Role::ArrayParts | Role::SetParts) => {
                return self.parts(kind, (status, captured));
            }
            Some(Role::Content) if kind.is_some_and(|kind| kind.id == ENTRIES) => {
                self.entries(row, bytes)?
            }
            Some(Role::Path) => {
                let whole = whole(row, arg, bytes);
                self.path(bytes, &whole, cut)?.map(|_| masked(bytes))
            }
            _ => None,
        };
        let bytes = match bytes {
            Some(bytes) => self.buffer(&bytes, cut)?.or(Some(bytes)),
            None => self.buffer(captured.bytes, cut)?,
        };
        self.tally.buffers += u64::from(bytes.is_some());
        Ok(bytes.map(|bytes| Instead { status, bytes, full }))
    }

    /// Several pieces of memory, each a buffer of its own.
    fn parts(
        &mut self,
        kind: Option<KindInfo>,
        (status, captured): (CaptureStatus, Captured<'_>),
    ) -> Result<Option<Instead>, Error> {
        let Some(parts) = Parts::of(captured.bytes) else {
            // What cannot be read cannot be searched either.
            self.tally.contents += 1;
            return Ok(Some(left_out(kind, captured)));
        };
        let (mut pieces, mut any) = (Vec::new(), false);
        for part in parts {
            let redacted = self.buffer(part.bytes, part.status.lacks())?;
            any |= redacted.is_some();
            pieces.push((part.status, redacted.unwrap_or_else(|| part.bytes.to_vec())));
        }
        let mut bytes = Vec::with_capacity(captured.bytes.len());
        Parts::put(
            &mut bytes,
            pieces.iter().map(|(status, bytes)| Part { status: *status, bytes }),
        );
        // It may lie across the borders of buffers that are written one after the other.
        if self.secrets.is_in(&bytes) {
            self.tally.contents += 1;
            return Ok(Some(left_out(kind, captured)));
        }
        self.tally.buffers += u64::from(any);
        Ok(any.then_some(Instead { status, bytes, full: captured.full }))
    }

    /// Names in a directory: those with which its path becomes one that is to be removed.
    fn entries(&mut self, row: &Row<'_>, bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if !self.rules.has_paths() {
            return Ok(None);
        }
        let directory = row.raw(0).and_then(|fd| row.target(fd as i32));
        let directory = directory.as_ref().and_then(|target| target.path());
        // On 32-bit ABIs, some calls store them in another form.
        let Some(directory) = directory.filter(|_| !row.call.narrow) else {
            return Ok(Some(masked(bytes)));
        };
        let mut redacted = bytes.to_vec();
        let mut any = false;
        for place in names(bytes) {
            // Where the name starts depends on the call: with a type before it, or without.
            for start in [place.start + 1, place.start] {
                let Some(name) = bytes.get(start..place.end) else { continue };
                let end = name.iter().position(|byte| *byte == 0);
                let name = &name[..end.unwrap_or(name.len())];
                let whole = [directory, b"/", name].concat();
                let special = matches!(name, b"" | b"." | b"..");
                let matches = !special && self.rules.is_path(&whole);
                if matches {
                    self.below(&whole)?;
                    self.secrets.name(name)?;
                }
                // Of the last one, the end may be missing.
                if matches || end.is_none() {
                    any = true;
                    redacted[start..start + name.len()].iter_mut().for_each(mask);
                }
            }
        }
        Ok(any.then_some(redacted))
    }

    /// What a call tells of files.
    pub(super) fn files(&mut self, row: &Row<'_>) -> Result<Vec<Option<FileInstead>>, Error> {
        let mut files = Vec::new();
        for file in row.columns.files.of(row.index as u32) {
            let (link, detail) = (file.link(), file.detail());
            let redacted = match file.fd() {
                FileFd::Listed(CWD) => (self.directory(&link)?, self.detail(&detail)?),
                _ => (self.link(&link)?, self.detail(&detail)?),
            };
            files.push(match redacted {
                (None, None) => None,
                (new_link, new_detail) => Some(FileInstead {
                    link: new_link.unwrap_or(link),
                    detail: new_detail.unwrap_or(detail),
                }),
            });
        }
        Ok(files)
    }

    /// Whether the contents of a call are left out.
    pub(super) fn hides(&self, row: &Row<'_>) -> bool {
        self.rules.contents || self.rules.has_contents_of() && self.is_about(row)
    }

    /// Whether a call is about a file of which contents are to be removed, or about one that is not known.
    fn is_about(&self, row: &Row<'_>) -> bool {
        let matches = |path: &[u8]| self.rules.is_contents_of(path);
        // What has changed since the call began, or may have, is not known.
        let begun = row.duration;
        let begun = begun.map(|duration| row.columns.end(row.index).saturating_sub(duration));
        let target = |fd: i32| row.world?.target_since((row.tgid, row.tid), fd, begun?);
        let adrift = |arg: usize, path: &[u8]| match row.resolved(arg, path) {
            Some(whole) => {
                let directory = || row.directory(arg).and_then(target).is_some();
                matches(&whole) || !path.starts_with(b"/") && !directory()
            }
            None => true,
        };
        let of_path = |arg: usize| {
            let of_role = row.kind(arg).is_some_and(|kind| kind.role == Some(Role::Path));
            let path = captured(row.columns, row.place, arg).filter(|_| of_role);
            path.is_some_and(|(_, _, path)| matches(path.bytes) || adrift(arg, path.bytes))
        };
        let of_file = |arg: usize| match row.kind(arg).filter(KindInfo::is_fd).map(|_| row.raw(arg))
        {
            None => false,
            Some(Some(fd)) if (fd as i32) < 0 => false,
            Some(fd) => fd.and_then(|fd| target(fd as i32)).is_none_or(|target| {
                // It is not known in which directory a socket got a relative name.
                let is_abstract = target.detail.windows(2).any(|pair| pair == b"@\"");
                let adrift = |name: &[u8]| !is_abstract && !name.starts_with(b"/");
                let name = socket_name(&target.detail);
                matches(target.without_deleted().0)
                    || name.is_some_and(|name| adrift(name) || matches(name))
            }),
        };
        // A registered file is known by a number alone.
        let registered = row.call.is_operation && !row.kind(0).is_some_and(|kind| kind.is_fd());
        registered || (0..row.args().len()).any(|arg| of_path(arg) || of_file(arg))
    }
}

/// How many arguments a call has, those included of which META does not tell.
pub(super) fn count(row: &Row<'_>) -> usize {
    let stored = row.columns.calls.as_ref().map_or(0, |calls| {
        let call = usize::from(row.call_place());
        calls.table.get(call).map_or(0, |call| usize::from(call.args))
    });
    stored.max(row.args().len())
}

/// What a path may come to from the root on: as the call takes it, and what a link says as it lies.
fn whole(row: &Row<'_>, arg: usize, path: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = row.resolved(arg, path).into_iter().collect();
    let is_answer = row.kind(arg).is_some_and(|kind| kind.id == PATH_OUT);
    let link = arg.checked_sub(1).filter(|_| is_answer && !path.starts_with(b"/"));
    let link = link.and_then(|arg| Some((arg, captured(row.columns, row.place, arg)?.2.bytes)));
    if let Some(link) = link.and_then(|(arg, link)| row.resolved(arg, link)) {
        let end = link.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        all.push([&link[..end], b"/", path].concat());
    }
    all
}

/// What was captured of an argument, if there are bytes.
pub(super) fn captured<'a>(
    columns: &'a Columns,
    place: Option<Place>,
    arg: usize,
) -> Option<(CaptureSection, CaptureStatus, Captured<'a>)> {
    let place = place?;
    let (section, status) = columns.arguments.as_ref()?.status_at(place, arg)?;
    let captures = match section {
        CaptureSection::Strings => columns.strings.as_ref()?,
        CaptureSection::Contents | CaptureSection::Addressed => columns.contents.as_ref()?,
    };
    let captured = captures.get_at(place, arg).filter(|_| status.captured())?;
    Some((section, status, captured))
}

/// Contents of which nothing is kept but that there were some, and how many bytes where that is known.
fn left_out(kind: Option<KindInfo>, captured: Captured<'_>) -> Instead {
    let Captured { bytes, cut, full, .. } = captured;
    let parts = matches!(
        kind.and_then(|kind| kind.role),
        Some(Role::Parts | Role::ArrayParts | Role::SetParts)
    );
    let full = match kind {
        _ if parts => 0,
        _ if cut => full,
        Some(kind) if kind.id == ENTRIES => dirent::count(bytes).unwrap_or(0),
        _ => bytes.len() as u32,
    };
    let bytes = if parts { Parts::LEFT_OUT.to_vec() } else { Vec::new() };
    Instead { status: CaptureStatus::Cut, bytes, full }
}

/// Whether what was captured is no more than a number.
pub(super) fn is_count(kind: Option<KindInfo>) -> bool {
    kind.is_some_and(|kind| kind.role == Some(Role::Count))
}

/// Whether that is what is kept of contents that were left out.
pub(super) fn is_left_out(bytes: &[u8]) -> bool {
    bytes.is_empty() || bytes == Parts::LEFT_OUT
}

fn masked(bytes: &[u8]) -> Vec<u8> {
    let mut masked = bytes.to_vec();
    masked.iter_mut().for_each(mask);
    masked
}

fn mask(byte: &mut u8) {
    *byte = super::secrets::MASK;
}

/// Where directory entries have their names, with the byte before them: getdents(2).
fn names(bytes: &[u8]) -> Vec<Range<usize>> {
    const LENGTH: usize = 16;
    let (mut places, mut at) = (Vec::new(), 0);
    while let Some(length) = bytes.get(at + LENGTH..).and_then(|rest| rest.first_chunk()) {
        let length = usize::from(u16::from_le_bytes(*length));
        if length <= LENGTH + 2 {
            break;
        }
        let end = bytes.len().min(at + length);
        places.push((at + LENGTH + 2).min(end)..end);
        at += length;
    }
    // What is no entry, or only the start of one, is taken for a name.
    if at < bytes.len() {
        places.push(at..bytes.len());
    }
    places
}
