//! Sockets that processes have already, as the probe tells of them when it is asked (`probe/src/sockets.rs`).

use std::{
    collections::HashMap,
    os::fd::{AsFd, OwnedFd},
    sync::Arc,
};

use syscord_syscalls::record::SocketRecord;

use crate::{bpf, wire};

/// The probe's program that is shown open files; none on a kernel that refuses it.
#[derive(Clone, Debug, Default)]
pub struct Source(Option<Arc<OwnedFd>>);

/// The sockets of a process, or of all, at the moment at which the first of them is asked for.
#[derive(Debug)]
pub struct Sockets {
    source: Source,
    tgid: Option<u32>,
    /// By inode number.
    found: Option<HashMap<u64, SocketRecord>>,
}

impl Source {
    /// One that asks this program.
    pub fn new(program: Option<OwnedFd>) -> Source {
        Source(program.map(Arc::new))
    }

    /// Those of a process.
    pub fn of(&self, tgid: u32) -> Sockets {
        Sockets { source: self.clone(), tgid: Some(tgid), found: None }
    }

    /// Those of all processes.
    pub fn of_all(&self) -> Sockets {
        Sockets { source: self.clone(), tgid: None, found: None }
    }

    fn ask(&self, tgid: Option<u32>) -> HashMap<u64, SocketRecord> {
        let Some(program) = &self.0 else { return HashMap::new() };
        let records = bpf::written(program.as_fd(), tgid);
        wire::sockets(&records).map(|socket| (socket.file.inode, socket)).collect()
    }
}

impl Sockets {
    /// That of an inode.
    pub fn get(&mut self, inode: u64) -> Option<&SocketRecord> {
        self.found.get_or_insert_with(|| self.source.ask(self.tgid)).get(&inode)
    }
}
