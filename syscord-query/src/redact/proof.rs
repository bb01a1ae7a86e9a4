//! Shows that nothing is left: the finished file is read again, and all its decompressed bytes are searched.

use std::path::Path;

use aho_corasick::AhoCorasick;
use syscord_format::{
    Block, BlockKind, CWD, CaptureSection, Chunk, FileFd, FormatError, Meta, ProcEvent, ProcRecord,
    Trace, section,
};
use syscord_syscalls::Role;

use crate::{
    error::{Error, shown},
    redact::{
        event::{captured, count, is_count, is_left_out},
        meta::REDACTED,
        process::{NOBODY, USER, tells_user},
        redactor::Redactor,
        reel::{Reel, Visitor},
    },
    report::Report,
    row::Row,
};

/// Bytes of the strings that are looked for at a time.
const AT_A_TIME: usize = 1 << 20;
/// Shorter strings are looked for in what is text or content: numbers may look like them.
const LONG: usize = 8;

/// What was searched.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// Decompressed bytes.
    pub(super) bytes: u64,
}

/// Searches the file at `path` for all that was removed.
pub(super) fn prove(path: &Path, redactor: &Redactor<'_>) -> Result<Proof, Error> {
    let rules = redactor.rules;
    let mut proof = Proof::default();
    let mut literals = redactor.secrets.literals().peekable();
    let mut first = true;
    while first || literals.peek().is_some() {
        let (mut some, mut bytes) = (Vec::new(), 0);
        while let Some(literal) = literals.next_if(|_| bytes < AT_A_TIME) {
            bytes += literal.len();
            some.push(literal);
        }
        let mut search = Search::new(path, redactor, &some)?;
        search.file()?;
        proof.bytes = search.bytes;
        first = false;
    }
    let whole = rules.contents || rules.has_contents_of();
    if whole || rules.argv || rules.comm || rules.processes || redactor.secrets.len() > 0 {
        let mut report = Report::quiet();
        Reel::open(path)?.show(&mut Members { path, redactor }, &mut report)?;
    }
    Ok(proof)
}

/// One way through the file.
struct Search<'a> {
    path: &'a Path,
    redactor: &'a Redactor<'a>,
    all: AhoCorasick,
    long: AhoCorasick,
    bytes: u64,
}

impl<'a> Search<'a> {
    fn new(path: &'a Path, redactor: &'a Redactor<'a>, some: &[&[u8]]) -> Result<Self, Error> {
        let finder = |strings: Vec<&[u8]>| {
            AhoCorasick::new(strings).map_err(|_| Error::TooManySecrets { most: AT_A_TIME >> 20 })
        };
        let long = some.iter().copied().filter(|text| text.len() >= LONG).collect();
        Ok(Search { path, redactor, all: finder(some.to_vec())?, long: finder(long)?, bytes: 0 })
    }

    fn file(&mut self) -> Result<(), Error> {
        let failed = |error| Error::trace(self.path, error);
        let mut trace = Trace::open(self.path).map_err(failed)?;
        let meta = trace.meta_block().clone();
        let payload = trace.read(&meta).map_err(failed)?;
        self.meta(trace.meta(), &payload)?;
        while let Some(block) = trace.next_block().map_err(failed)? {
            let payload = trace.read(&block).map_err(failed)?;
            let kind = block.header.kind.name();
            let place = format!("the {kind} block at byte {}", block.offset);
            self.raw(&block.zone, &place)?;
            match block.header.kind {
                BlockKind::EVENTS => {
                    let shift = trace.meta().tick_shift;
                    self.events(&block, payload, shift, &place).map_err(|error| match error {
                        Fault::Trace(error) => Error::trace(self.path, error),
                        Fault::Left(error) => error,
                    })?;
                }
                BlockKind::PROC => {
                    self.raw(&payload, &place)?;
                    let records = syscord_format::processes(&payload)
                        .map_err(|error| Error::trace(self.path, error))?;
                    for record in &records {
                        strings(record).try_for_each(|text| self.text(text, &place))?;
                    }
                }
                _ => self.raw(&payload, &place)?,
            }
        }
        match trace.complete() {
            true => Ok(()),
            false => Err(self.left("it cannot be read to its end")),
        }
    }

    /// META, but for words that the description of syscalls has anyway.
    fn meta(&mut self, meta: &Meta, payload: &[u8]) -> Result<(), Error> {
        self.bytes += payload.len() as u64;
        let vocabulary = vocabulary(meta).map_err(|error| Error::trace(self.path, error))?;
        for found in self.all.find_overlapping_iter(payload) {
            let text = &payload[found.range()];
            if !vocabulary.windows(text.len()).any(|part| part == text) {
                return Err(self.left("META"));
            }
        }
        let words = meta.command.iter().map(Vec::as_slice);
        let members = [&meta.recorder, &meta.host, &meta.kernel].into_iter().chain(&meta.filters);
        let members = members.map(|member| member.as_bytes());
        let rule = super::meta::RULE.as_bytes();
        let mut texts = words.clone().chain(members).filter(|text| !text.starts_with(rule));
        texts.try_for_each(|text| self.text(text, "META"))?;
        match words.clone().all(|word| is_clean(self.redactor, word)) {
            true => Ok(()),
            false => Err(self.left("META")),
        }
    }

    fn events(
        &mut self,
        block: &Block,
        payload: Vec<u8>,
        shift: u8,
        place: &str,
    ) -> Result<(), Fault> {
        let chunk = Chunk::parse(block.header.rows, payload, shift)?;
        let calls = chunk.calls()?;
        let arguments = chunk.arguments(&calls)?;
        for section in chunk.sections() {
            let Some(bytes) = chunk.raw(section.id)? else { continue };
            // What lies side by side in these has nothing to do with each other: each is searched by itself, below.
            match section.id {
                section::STRINGS | section::CONTENTS if arguments.is_some() => {
                    self.bytes += bytes.len() as u64;
                }
                section::FILES => self.bytes += bytes.len() as u64,
                _ => self.raw(&bytes, place)?,
            }
        }
        // A name's numbers are stored apart.
        let files = chunk.files(&calls)?;
        for file in files.rows().flat_map(|row| files.of(row)) {
            self.text(&file.link(), place)?;
            self.text(&file.detail(), place)?;
        }
        let Some(arguments) = arguments else { return Ok(()) };
        if let Some(strings) = chunk.captured(CaptureSection::Strings, &arguments)? {
            strings.entries().try_for_each(|text| self.text(text, place))?;
        }
        if let Some(contents) = chunk.captured(CaptureSection::Contents, &arguments)? {
            let rules = self.redactor.rules;
            // A count is a number of 32 bits.
            let is_kept = |content: &[u8]| !is_left_out(content) && content.len() != 4;
            for content in contents.entries() {
                let kept = rules.contents && is_kept(content);
                if kept || self.redactor.secrets.is_in(content) {
                    return Err(Fault::Left(self.left(place)));
                }
            }
        }
        Ok(())
    }

    /// Bytes of any meaning.
    fn raw(&mut self, bytes: &[u8], place: &str) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.long.is_match(bytes) { Err(self.left(place)) } else { Ok(()) }
    }

    /// Text.
    fn text(&self, text: &[u8], place: &str) -> Result<(), Error> {
        if self.all.is_match(text) { Err(self.left(place)) } else { Ok(()) }
    }

    fn left(&self, place: &str) -> Error {
        Error::Left { name: shown(self.path), place: place.to_string() }
    }
}

/// Why a block does not pass.
enum Fault {
    Trace(FormatError),
    Left(Error),
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Fault {
        Fault::Trace(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Left(error)
    }
}

/// What META's payload is without what it says of the machine and of the recording.
fn vocabulary(meta: &Meta) -> Result<Vec<u8>, FormatError> {
    let bare = Meta {
        abis: meta.abis.clone(),
        kinds: meta.kinds.clone(),
        classes: meta.classes.clone(),
        errnos: meta.errnos.clone(),
        names: meta.names.clone(),
        structs: meta.structs.clone(),
        choices: meta.choices.clone(),
        columns: meta.columns.clone(),
        ..Meta::default()
    };
    bare.encode()
}

/// Strings of a record.
fn strings(record: &ProcRecord) -> impl Iterator<Item = &[u8]> {
    let (one, list): (Vec<&Vec<u8>>, &[Vec<u8>]) = match &record.event {
        ProcEvent::Process { comm, exe, argv, cwd, cgroup, .. } => {
            (vec![comm, exe, cwd, cgroup], argv)
        }
        ProcEvent::Thread { comm, .. }
        | ProcEvent::Fork { comm, .. }
        | ProcEvent::Rename { comm, .. } => (vec![comm], &[]),
        ProcEvent::Exec { comm, path, .. } => (vec![comm, path], &[]),
        ProcEvent::Descriptor { target, .. } => (vec![target], &[]),
        ProcEvent::File { link, detail, .. } => (vec![link, detail], &[]),
        ProcEvent::Program { exe, argv, .. } => (vec![exe], argv),
        ProcEvent::Signal { info, .. } => (vec![info], &[]),
        ProcEvent::Exit { .. }
        | ProcEvent::Closed { .. }
        | ProcEvent::Open { .. }
        | ProcEvent::Shares { .. }
        | ProcEvent::Ids { .. } => (vec![], &[]),
    };
    one.into_iter().chain(list).map(Vec::as_slice)
}

/// Looks at what is removed whatever it is, rather than because of what it says.
struct Members<'a> {
    path: &'a Path,
    redactor: &'a Redactor<'a>,
}

impl Members<'_> {
    fn check(&self, holds: bool, place: &str) -> Result<(), Error> {
        let left = || Error::Left { name: shown(self.path), place: place.to_string() };
        holds.then_some(()).ok_or_else(left)
    }
}

impl Visitor for Members<'_> {
    fn processes(&mut self, records: &[ProcRecord]) -> Result<(), Error> {
        let rules = self.redactor.rules;
        for record in records {
            let (comm, argv, members): (&[u8], &[Vec<u8>], Vec<&Vec<u8>>) = match &record.event {
                ProcEvent::Process { comm, argv, exe, cwd, cgroup, .. } => {
                    (comm, argv, vec![exe, cwd, cgroup])
                }
                ProcEvent::Thread { comm, .. }
                | ProcEvent::Fork { comm, .. }
                | ProcEvent::Rename { comm, .. } => (comm, &[], vec![]),
                ProcEvent::Exec { comm, path, .. } => (comm, &[], vec![path]),
                ProcEvent::Program { exe, argv, .. } => (&[], argv, vec![exe]),
                ProcEvent::File { fd: CWD, link, .. }
                | ProcEvent::Descriptor { fd: CWD, target: link, .. } => (&[], &[], vec![link]),
                ProcEvent::Signal { number, info, .. } => {
                    let told = tells_user(*number, info) && info[USER] != NOBODY.to_ne_bytes();
                    self.check(!rules.processes || !told, "a signal's sender")?;
                    continue;
                }
                _ => continue,
            };
            let clean = argv.iter().all(|word| is_clean(self.redactor, word));
            self.check(clean, "a command line")?;
            self.check(!rules.comm || is_placeholder(comm), "a process's name")?;
            self.check(
                !rules.argv || argv.iter().all(|word| is_placeholder(word)),
                "a command line",
            )?;
            let gone = members.iter().all(|member| is_placeholder(member));
            self.check(!rules.processes || gone, "a process table")?;
        }
        Ok(())
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        let cwds = row.columns.files.of(row.index as u32);
        let mut cwds = cwds.filter(|file| file.fd() == FileFd::Listed(CWD));
        let gone = !self.redactor.rules.processes || cwds.all(|file| is_placeholder(&file.link()));
        self.check(gone, "a working directory")?;
        let hides = self.redactor.hides(row);
        for arg in 0..count(row) {
            let Some((section, _, captured)) = captured(row.columns, row.place, arg) else {
                continue;
            };
            let is_content = section != CaptureSection::Strings && !is_count(row.kind(arg));
            self.check(!hides || !is_content || is_left_out(captured.bytes), "a content")?;
            let role = row.kind(arg).and_then(|kind| kind.role);
            if role == Some(Role::List) {
                let mut words = captured.bytes.split(|byte| *byte == 0);
                let all = self.redactor.rules.argv;
                let is_gone =
                    |word| if all { is_placeholder(word) } else { is_clean(self.redactor, word) };
                self.check(words.all(is_gone), "a command line")?;
            } else if !is_content && !matches!(role, Some(Role::Path | Role::Address)) {
                self.check(
                    is_count(row.kind(arg)) || is_clean(self.redactor, captured.bytes),
                    "a text",
                )?;
            }
        }
        Ok(())
    }
}

/// Whether nothing is in a text or a word of a command line that must not be in it, names included: but in a path they
/// may be those of other files.
fn is_clean(redactor: &Redactor<'_>, text: &[u8]) -> bool {
    text.starts_with(b"/") || is_placeholder(text) || !redactor.secrets.is_in(text)
}

/// Whether it is what stands for something, or nothing.
fn is_placeholder(text: &[u8]) -> bool {
    let start = &REDACTED.as_bytes()[..REDACTED.len() - 1];
    text.is_empty() || text.strip_prefix(start).is_some_and(|rest| rest.ends_with(b"]"))
}
