//! What becomes of process tables.

use syscord_format::{ProcEvent, ProcRecord};

use crate::{error::Error, redact::redactor::Redactor};

/// A user or group that is not told.
const NOBODY: u32 = u32::MAX;

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
            ProcEvent::File { link, detail, .. } => {
                let redacted = (self.link(link)?, self.detail(detail)?);
                put(link, redacted.0);
                put(detail, redacted.1);
            }
            ProcEvent::Program { exe, argv, .. } => {
                self.program(exe)?;
                self.words(argv, None)?;
            }
            ProcEvent::Ids { uid, gid, .. } => self.ids(&mut [uid, gid]),
            ProcEvent::Exit { .. }
            | ProcEvent::Signal { .. }
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
        let redacted = match self.rules.processes && !path.is_empty() {
            true => {
                self.tally.members += 1;
                Some(self.secrets.placeholder(path)?)
            }
            false => self.link(path)?,
        };
        put(path, redacted);
        Ok(())
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
        for word in argv {
            let redacted = self.word(word, cwd.map(Vec::as_slice))?;
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

fn put(string: &mut Vec<u8>, redacted: Option<Vec<u8>>) {
    if let Some(redacted) = redacted {
        *string = redacted;
    }
}
