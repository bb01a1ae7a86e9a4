//! Sockets that processes have already, as the probe tells of them when it is asked (`probe/src/sockets.rs`).

use std::{
    collections::HashMap,
    os::fd::{AsFd, OwnedFd},
};

use syscord_syscalls::record::SocketRecord;

use crate::{bpf, clocks, wire};

/// The probe's program that is shown open files; none on a kernel that refuses it.
#[derive(Debug, Default)]
pub struct Source(Option<OwnedFd>);

/// Sockets as they are for a moment, in which several processes may be looked at.
#[derive(Debug)]
pub struct Sockets<'s> {
    source: &'s Source,
    told: Option<Told>,
}

/// What the probe has told.
#[derive(Debug)]
struct Told {
    /// Of which process; of all on kernels that cannot look at one alone.
    of: Option<u32>,
    /// When it was asked.
    time: u64,
    /// Its records, and the place of each by inode number.
    records: Vec<u8>,
    places: HashMap<u64, usize>,
}

impl Source {
    /// One that asks this program.
    pub fn new(program: Option<OwnedFd>) -> Source {
        Source(program)
    }

    /// What is asked for from now on.
    pub fn now(&self) -> Sockets<'_> {
        Sockets { source: self, told: None }
    }

    fn ask(&self, tgid: u32) -> Told {
        let time = clocks::monotonic();
        let written = |of: Option<u32>| match &self.0 {
            Some(program) => bpf::written(program.as_fd(), of),
            None => Ok(Vec::new()),
        };
        // What cannot be had is not known.
        let (of, records) = match written(Some(tgid)) {
            Err(error) if error.raw_os_error() == Some(libc::E2BIG) => {
                (None, written(None).unwrap_or_default())
            }
            written => (Some(tgid), written.unwrap_or_default()),
        };
        let places = wire::sockets(&records).map(|(place, socket)| (socket.file.inode, place));
        Told { of, time, places: places.collect(), records }
    }
}

impl Sockets<'_> {
    /// A process's socket of that inode number, if it is told of; and the time as of which that is so.
    pub fn of(&mut self, tgid: u32, inode: u64) -> (Option<SocketRecord>, u64) {
        let known = |told: &Told| told.of.is_none_or(|of| of == tgid);
        let told = match self.told.take().filter(known) {
            Some(told) => told,
            None => self.source.ask(tgid),
        };
        let told = self.told.insert(told);
        let place = told.places.get(&inode);
        (place.and_then(|place| wire::socket(&told.records, *place)), told.time)
    }
}
