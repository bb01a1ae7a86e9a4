//! What becomes of process tables.

use std::ops::Range;

use syscord_format::{CWD, ProcEvent, ProcRecord};

use crate::{error::Error, redact::redactor::Redactor};

/// A user or group that is not told.
pub(super) const NOBODY: u32 = u32::MAX;
/// Where a signal's information has a user.
pub(super) const USER: Range<usize> = 20..24;

impl Redactor<'_> {
    /// A record without what is to be removed.
    pub(super) fn record(&mut self, record: &ProcRecord) -> Result<ProcRecord, Error> {
        let mut record = record.clone();
        match &mut record.event {
            ProcEvent::Process { uid, gid, comm, exe, argv, cwd, cgroup, .. } => {
                let directory = cwd.clone();
                self.name(comm)?;
                self.program(exe)?;
                self.words(argv, Some(&directory).filter(|cwd| !cwd.is_empty()))?;
                self.program(cwd)?;
                self.cgroup(cgroup)?;
                self.ids(&mut [uid, gid]);
            }
            ProcEvent::Thread { comm, .. } | ProcEvent::Rename { comm, .. } => self.name(comm)?,
            ProcEvent::Descriptor { fd: CWD, target, .. } => self.program(target)?,
            ProcEvent::Descriptor { target, .. } => {
                let redacted = self.link(target)?;
                put(target, redacted);
            }
            ProcEvent::Fork { uid, comm, .. } => {
                self.name(comm)?;
                self.ids(&mut [uid]);
            }
            ProcEvent::Exec { uid, comm, path, .. } => {
                // Before the name, which it gives to the process.
                self.program(path)?;
                self.name(comm)?;
                self.ids(&mut [uid]);
            }
            ProcEvent::File { fd, link, detail, .. } => {
                match *fd {
                    CWD => self.program(link)?,
                    _ => {
                        let redacted = self.link(link)?;
                        put(link, redacted);
                    }
                }
                let redacted = self.detail(detail)?;
                put(detail, redacted);
            }
            ProcEvent::Program { exe, argv, .. } => {
                self.program(exe)?;
                self.words(argv, None)?;
            }
            ProcEvent::Ids { uid, gid, .. } => self.ids(&mut [uid, gid]),
            ProcEvent::Signal { number, info, .. } => self.sender(*number, info),
            ProcEvent::Exit { .. }
            | ProcEvent::Closed { .. }
            | ProcEvent::Open { .. }
            | ProcEvent::Shares { .. } => {}
        }
        Ok(record)
    }

    fn name(&mut self, comm: &mut Vec<u8>) -> Result<(), Error> {
        let redacted = self.comm(comm)?;
        put(comm, redacted);
        Ok(())
    }

    /// The path of a program, or of a directory in which one runs.
    fn program(&mut self, path: &mut Vec<u8>) -> Result<(), Error> {
        let redacted = self.directory(path)?;
        put(path, redacted);
        Ok(())
    }

    /// What takes the place of such a path.
    pub(super) fn directory(&mut self, path: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if self.rules.processes && !path.is_empty() {
            self.tally.members += 1;
            return self.secrets.placeholder(path).map(Some);
        }
        self.link(path)
    }

    /// The user whose process sent a signal (sigaction(2), `si_uid`).
    fn sender(&mut self, number: u32, info: &mut [u8]) {
        if self.rules.processes && tells_user(number, info) {
            self.tally.members += 1;
            info[USER].copy_from_slice(&NOBODY.to_ne_bytes());
        }
    }

    fn cgroup(&mut self, cgroup: &mut Vec<u8>) -> Result<(), Error> {
        if self.rules.processes && !cgroup.is_empty() {
            self.tally.members += 1;
            cgroup.clear();
        }
        let redacted = self.link(cgroup)?;
        put(cgroup, redacted);
        Ok(())
    }

    fn words(&mut self, argv: &mut [Vec<u8>], cwd: Option<&Vec<u8>>) -> Result<(), Error> {
        // It may be cut without telling, as the recorder keeps only so much of it.
        let last = argv.len().wrapping_sub(1);
        for (at, word) in argv.iter_mut().enumerate() {
            let redacted = self.word(word, cwd.map(Vec::as_slice), at == last)?;
            put(word, redacted);
        }
        Ok(())
    }

    fn ids(&mut self, ids: &mut [&mut u32]) {
        if self.rules.processes {
            self.tally.members += ids.len() as u64;
            ids.iter_mut().for_each(|id| **id = NOBODY);
        }
    }
}

/// Whether a signal's information tells of a user: processes send such, and children that end.
pub(super) fn tells_user(number: u32, info: &[u8]) -> bool {
    const CODE: Range<usize> = 8..12;
    const SIGCHLD: u32 = 17;
    const SI_TIMER: i32 = -2;
    const SI_SIGIO: i32 = -5;
    let code = info.get(CODE).and_then(|code| code.try_into().ok()).map(i32::from_ne_bytes);
    let sent = |code: i32| code <= 0 && !matches!(code, SI_TIMER | SI_SIGIO);
    info.len() >= USER.end && code.is_some_and(|code| sent(code) || number == SIGCHLD)
}

fn put(string: &mut Vec<u8>, redacted: Option<Vec<u8>>) {
    if let Some(redacted) = redacted {
        *string = redacted;
    }
}
