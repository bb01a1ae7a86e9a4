//! What the kernel's objects say of a file, as text: the link that `/proc/PID/fd` shows (proc(5)),
//! and for those who want to know more a socket's addresses or a device's number.
//!
//! Numbers are kept apart from names ([`NUMBER`] stands in their place), since names that differ in
//! numbers alone then take no room.

use std::{io::Write, net::Ipv6Addr};

use syscord_format::{File, FileFd, NUMBER, numbered};
use syscord_syscalls::{
    names::network::NETLINK_PROTOCOLS,
    record::{FileRecord, family, file_flag, file_type},
};

/// What a descriptor stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// What its link reads; empty if that is not known.
    pub link: Vec<u8>,
    /// What more is known.
    pub detail: Vec<u8>,
    /// The numbers of both, in their order.
    pub numbers: Vec<u64>,
    /// Where those come from.
    sources: Vec<Source>,
}

/// A number of a file that is kept apart from its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Inode,
    Peer,
    LocalPort,
    RemotePort,
}

impl Source {
    fn of(self, file: &FileRecord) -> u64 {
        match self {
            Source::Inode => file.inode,
            Source::Peer => file.peer,
            Source::LocalPort => file.local_port.into(),
            Source::RemotePort => file.remote_port.into(),
        }
    }
}

/// File systems whose files lie in no directory (include/uapi/linux/magic.h). That of sockets the probe names only where
/// it has found none behind the file; else it says 0.
const SOCKFS: u32 = 0x534f_434b;
const PIPEFS: u32 = 0x5049_5045;
const ANON_INODE: u32 = 0x0904_1934;
const PIDFS: u32 = 0x5049_4446;
const NSFS: u32 = 0x6e73_6673;
const DMA_BUF: u32 = 0x444d_4142;

impl Target {
    /// One without numbers that are kept apart.
    pub fn named(link: Vec<u8>, detail: Vec<u8>) -> Target {
        Target { link, detail, ..Target::default() }
    }

    /// What the probe has seen, with the names behind the record.
    pub fn of(file: &FileRecord, names: &[u8]) -> Target {
        let mut target = Target::default();
        target.read(file, names);
        target.put_numbers(file);
        target
    }

    /// Puts in the numbers of a file that has this text.
    fn put_numbers(&mut self, file: &FileRecord) {
        self.numbers.clear();
        self.numbers.extend(self.sources.iter().map(|source| source.of(file)));
    }

    /// Finds text and sources.
    fn read(&mut self, file: &FileRecord, names: &[u8]) {
        self.link.clear();
        self.detail.clear();
        self.sources.clear();
        if file.flags & (file_flag::UNKNOWN | file_flag::CUT) != 0 {
            return;
        }
        let first = names.split(|byte| *byte == 0).next().unwrap_or_default();
        match (file.mode & file_type::MASK, file.magic) {
            (file_type::SOCKET, 0 | SOCKFS) => {
                self.bracketed(b"socket:[");
                let rest = names.get(first.len() + 1..).unwrap_or_default();
                self.socket(file, first, rest);
            }
            (_, PIPEFS) => self.bracketed(b"pipe:["),
            (_, ANON_INODE) => {
                self.link.extend_from_slice(b"anon_inode:");
                self.link.extend_from_slice(first);
            }
            (_, PIDFS) => self.link.extend_from_slice(b"anon_inode:[pidfd]"),
            // Their names are made up on demand, of what the probe does not read.
            (_, NSFS | DMA_BUF) => {}
            (kind, _) => {
                self.path(names);
                if file.flags & file_flag::REMOVED != 0 {
                    self.link.extend_from_slice(b" (deleted)");
                }
                self.device(kind, file.device);
            }
        }
    }

    /// As a trace has it.
    pub fn as_file(&self, fd: FileFd) -> File<'_> {
        File { fd, link: &self.link, detail: &self.detail, numbers: &self.numbers }
    }

    /// Link and detail with their numbers in place.
    pub fn text(&self) -> (Vec<u8>, Vec<u8>) {
        let of_link = self.link.iter().filter(|byte| **byte == NUMBER).count();
        let (link, detail) = self.numbers.split_at(of_link.min(self.numbers.len()));
        (numbered(&self.link, link), numbered(&self.detail, detail))
    }

    /// A name and the inode's number.
    fn bracketed(&mut self, name: &[u8]) {
        self.link.extend_from_slice(name);
        self.link.extend_from_slice(&[NUMBER, b']']);
        self.sources.push(Source::Inode);
    }

    /// A path of its names, the last one first, each ended by a NUL.
    fn path(&mut self, names: &[u8]) {
        for name in names.rsplit(|byte| *byte == 0).skip(1) {
            self.link.push(b'/');
            self.link.extend_from_slice(name);
        }
        if self.link.is_empty() {
            self.link.push(b'/');
        }
    }

    /// A device's kind and number.
    fn device(&mut self, kind: u32, device: u32) {
        let kind = match kind {
            file_type::CHARACTER => "char",
            file_type::BLOCK => "block",
            _ => return,
        };
        // The kernel's dev_t: 12 bits of major number, 20 of minor.
        self.detail = format!("{kind} {}:{}", device >> 20, device & 0xf_ffff).into_bytes();
    }

    /// A socket's protocol, and its addresses or else its inode's number.
    fn socket(&mut self, file: &FileRecord, protocol: &[u8], address: &[u8]) {
        self.detail.extend_from_slice(protocol);
        self.detail.extend_from_slice(b":[");
        match file.family {
            family::INET | family::INET6 if file.local_port != 0 => self.inet(file),
            family::UNIX => self.unix(file, address),
            family::NETLINK if file.peer != 0 => self.netlink(file),
            _ => self.number(Source::Inode),
        }
        self.detail.push(b']');
    }

    fn inet(&mut self, file: &FileRecord) {
        self.endpoint(file.family, &file.local, Source::LocalPort);
        if file.remote_port != 0 || file.remote != [0; 16] {
            self.detail.extend_from_slice(b"->");
            self.endpoint(file.family, &file.remote, Source::RemotePort);
        }
    }

    fn endpoint(&mut self, family: u16, address: &[u8; 16], port: Source) {
        match family {
            family::INET => self.ipv4(&address[..4]),
            // A Vec takes every write.
            _ => drop(write!(self.detail, "[{}]", Ipv6Addr::from(*address))),
        }
        self.detail.push(b':');
        self.number(port);
    }

    /// By hand: every connection has two, and formatting takes ten times as long.
    fn ipv4(&mut self, address: &[u8]) {
        for (place, &byte) in address.iter().enumerate() {
            if place > 0 {
                self.detail.push(b'.');
            }
            if byte >= 100 {
                self.detail.push(b'0' + byte / 100);
            }
            if byte >= 10 {
                self.detail.push(b'0' + byte / 10 % 10);
            }
            self.detail.push(b'0' + byte % 10);
        }
    }

    fn unix(&mut self, file: &FileRecord, address: &[u8]) {
        self.number(Source::Inode);
        if file.peer != 0 {
            self.detail.extend_from_slice(b"->");
            self.number(Source::Peer);
        }
        let name = match address {
            [] => return,
            // A name behind a NUL is abstract (unix(7)).
            [0, name @ ..] => {
                self.detail.extend_from_slice(b",@\"");
                name
            }
            path => {
                self.detail.extend_from_slice(b",\"");
                path.split(|byte| *byte == 0).next().unwrap_or_default()
            }
        };
        self.detail.extend(name.iter().map(|byte| if *byte == 0 { b'@' } else { *byte }));
        self.detail.push(b'"');
    }

    fn netlink(&mut self, file: &FileRecord) {
        let protocol = u64::from(file.protocol);
        let known = NETLINK_PROTOCOLS.members.iter().find(|known| known.value == protocol);
        match known {
            Some(known) => {
                let name = known.name.trim_start_matches("NETLINK_");
                self.detail.extend_from_slice(name.as_bytes());
            }
            None => drop(write!(self.detail, "{protocol}")),
        }
        self.detail.push(b':');
        self.number(Source::Peer);
    }

    fn number(&mut self, source: Source) {
        self.detail.push(NUMBER);
        self.sources.push(source);
    }
}

/// What descriptors stand for, call by call: most that a call makes differ from the one before in numbers alone, and
/// their text need not be made again.
#[derive(Default)]
pub struct Targets([Known; CALLS]);

/// Calls of which the latest is kept; those whose numbers are the same in the lowest bits share a place.
const CALLS: usize = 16;

/// The latest of a call.
#[derive(Default)]
struct Known {
    /// What its text goes by, and the names.
    shape: Option<FileRecord>,
    names: Vec<u8>,
    target: Target,
}

impl Targets {
    /// What the probe has seen at a call of that number, with the names behind the record.
    pub fn of(&mut self, number: u32, file: &FileRecord, names: &[u8]) -> &Target {
        let known = &mut self.0[number as usize % CALLS];
        let shape = Some(shape(file));
        if known.shape != shape || known.names != names {
            known.target.read(file, names);
            known.shape = shape;
            known.names.clear();
            known.names.extend_from_slice(names);
        }
        known.target.put_numbers(file);
        &known.target
    }
}

/// The same but for numbers of which the text says no more than whether there are any.
fn shape(file: &FileRecord) -> FileRecord {
    FileRecord {
        inode: 0,
        fd: 0,
        peer: (file.peer != 0).into(),
        local_port: (file.local_port != 0).into(),
        remote_port: (file.remote_port != 0).into(),
        ..*file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: FileRecord, names: &[u8]) -> (String, String) {
        let (link, detail) = Target::of(&file, names).text();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(link), text(detail))
    }

    fn pair(link: &str, detail: &str) -> (String, String) {
        (link.to_owned(), detail.to_owned())
    }

    /// Whatever came before, the text is the one that it would have been by itself.
    #[test]
    fn what_is_remembered_changes_nothing() {
        let socket = FileRecord {
            mode: file_type::SOCKET,
            inode: 9,
            family: family::INET,
            ..Default::default()
        };
        let listening = FileRecord { local_port: 80, ..socket };
        let connected = FileRecord { remote_port: 5000, remote: [1; 16], local_port: 81, ..socket };
        let unix = FileRecord { family: family::UNIX, peer: 10, ..socket };
        let plain = FileRecord { mode: 0o100_644, inode: 3, ..Default::default() };
        let all: [(FileRecord, &[u8]); 9] = [
            (socket, b"TCP\0"),
            (listening, b"TCP\0"),
            (connected, b"TCP\0"),
            (FileRecord { remote_port: 5001, inode: 10, ..connected }, b"TCP\0"),
            (FileRecord { remote: [2; 16], ..connected }, b"TCP\0"),
            (unix, b"UNIX\0/run/x\0"),
            (FileRecord { peer: 0, ..unix }, b"UNIX\0/run/x\0"),
            (plain, b"hosts\0etc\0"),
            (FileRecord { flags: file_flag::REMOVED, ..plain }, b"hosts\0etc\0"),
        ];
        let mut targets = Targets::default();
        for (before, its_names) in &all {
            for (file, names) in &all {
                targets.of(1, before, its_names);
                let target = targets.of(1, file, names);
                assert_eq!(*target, Target::of(file, names), "{file:?} behind {before:?}");
            }
        }
    }

    #[test]
    fn paths_are_turned_around() {
        let plain = FileRecord { mode: 0o100_644, ..FileRecord::default() };
        assert_eq!(text(plain, b"hosts\0etc\0"), pair("/etc/hosts", ""));
        assert_eq!(text(plain, b""), pair("/", ""));
        let removed = FileRecord { flags: file_flag::REMOVED, ..plain };
        assert_eq!(text(removed, b"x\0tmp\0"), pair("/tmp/x (deleted)", ""));
        let cut = FileRecord { flags: file_flag::CUT, ..plain };
        assert_eq!(text(cut, b"x\0tmp\0"), pair("", ""));
    }

    #[test]
    fn files_without_directories() {
        let pipe = FileRecord { mode: 0o010_600, magic: PIPEFS, inode: 7, ..Default::default() };
        assert_eq!(text(pipe, b"\0"), pair("pipe:[7]", ""));
        let event = FileRecord { magic: ANON_INODE, ..Default::default() };
        assert_eq!(text(event, b"[eventfd]\0"), pair("anon_inode:[eventfd]", ""));
        let null = FileRecord {
            mode: file_type::CHARACTER | 0o666,
            device: 1 << 20 | 3,
            ..Default::default()
        };
        assert_eq!(text(null, b"null\0dev\0"), pair("/dev/null", "char 1:3"));
    }

    #[test]
    fn sockets() {
        let mut socket = FileRecord {
            mode: file_type::SOCKET,
            inode: 9,
            family: family::INET,
            ..Default::default()
        };
        assert_eq!(text(socket, b"TCP\0"), pair("socket:[9]", "TCP:[9]"));
        socket.local_port = 80;
        socket.local[..4].copy_from_slice(&[127, 0, 0, 1]);
        assert_eq!(text(socket, b"TCP\0").1, "TCP:[127.0.0.1:80]");
        socket.remote_port = 5000;
        socket.remote[..4].copy_from_slice(&[10, 200, 109, 255]);
        assert_eq!(text(socket, b"TCP\0").1, "TCP:[127.0.0.1:80->10.200.109.255:5000]");
        let six = FileRecord { family: family::INET6, local: [0; 16], ..socket };
        assert_eq!(text(six, b"TCPv6\0").1, "TCPv6:[[::]:80->[ac8:6dff::]:5000]");
        let unix = FileRecord { family: family::UNIX, peer: 10, ..socket };
        assert_eq!(text(unix, b"UNIX-STREAM\0/run/x\0").1, "UNIX-STREAM:[9->10,\"/run/x\"]");
        assert_eq!(text(unix, b"UNIX\0\0ab").1, "UNIX:[9->10,@\"ab\"]");
        let netlink = FileRecord { family: family::NETLINK, peer: 77, ..socket };
        assert_eq!(text(netlink, b"NETLINK\0").1, "NETLINK:[ROUTE:77]");
    }
}
