//! What the descriptors of a process stand for, as `/proc` shows it (proc(5)). The probe tells of those
//! that are made later.

use std::{
    collections::HashMap,
    ffi::CString,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use syscord_format::{ProcEvent, ProcRecord};
use syscord_syscalls::record::{CWD, FileRecord};

use crate::{
    clocks,
    files::Target,
    world::{link, numbers},
};

const S_IFSOCK: u32 = 0o140_000;
const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

/// Tables of internet sockets in `/proc/PID/net`.
const INTERNET: [(&str, u16); 8] = [
    ("tcp", AF_INET),
    ("udp", AF_INET),
    ("udplite", AF_INET),
    ("raw", AF_INET),
    ("tcp6", AF_INET6),
    ("udp6", AF_INET6),
    ("udplite6", AF_INET6),
    ("raw6", AF_INET6),
];

/// What is known of sockets, by network namespace and inode number. Good for a moment.
#[derive(Default)]
pub struct Sockets {
    namespaces: HashMap<u64, HashMap<u64, Socket>>,
}

/// A socket's addresses.
#[derive(Clone, Default)]
struct Socket {
    file: FileRecord,
    /// A Unix socket's path; of an abstract name, with a NUL before it.
    path: Vec<u8>,
}

/// Tells what the descriptors and the working directory of a process stand for, each at the moment at
/// which it was looked at.
pub fn describe(tgid: u32, sockets: &mut Sockets, records: &mut Vec<ProcRecord>) {
    let root = PathBuf::from(format!("/proc/{tgid}"));
    let mut push = |fd: i32, time: u64, target: Target| {
        let (link, detail) = target.text();
        let event = ProcEvent::File { tgid, tid: tgid, fd, link, detail };
        records.push(ProcRecord { time, event });
    };
    let time = clocks::monotonic();
    let cwd = link(&root.join("cwd"));
    if !cwd.is_empty() {
        push(CWD, time, Target::named(cwd, Vec::new()));
    }
    for fd in numbers(&root.join("fd")) {
        let Ok(fd) = i32::try_from(fd) else { continue };
        let path = root.join(format!("fd/{fd}"));
        // Before the link is read: what is told later of the descriptor then counts.
        let time = clocks::monotonic();
        let link = link(&path);
        if !link.is_empty() {
            push(fd, time, sockets.target(&root, &path, link));
        }
    }
}

impl Sockets {
    fn target(&mut self, process: &Path, path: &Path, link: Vec<u8>) -> Target {
        if let Some(socket) = link.strip_prefix(b"socket:[") {
            let number = socket.strip_suffix(b"]").and_then(|n| std::str::from_utf8(n).ok());
            if let Some(inode) = number.and_then(|number| number.parse().ok()) {
                return self.socket(process, path, inode);
            }
        }
        let device = fs::metadata(path).ok().filter(|file| file.rdev() != 0).map(|file| {
            let (major, minor) = (libc::major(file.rdev()), libc::minor(file.rdev()));
            let kind = if file.mode() & libc::S_IFMT == libc::S_IFBLK { "block" } else { "char" };
            format!("{kind} {major}:{minor}").into_bytes()
        });
        Target::named(link, device.unwrap_or_default())
    }

    fn socket(&mut self, process: &Path, path: &Path, inode: u64) -> Target {
        let namespace = fs::metadata(process.join("ns/net")).map_or(0, |file| file.ino());
        let sockets = self.namespaces.entry(namespace).or_insert_with(|| tables(process));
        let mut socket = sockets.get(&inode).cloned().unwrap_or_default();
        (socket.file.inode, socket.file.mode) = (inode, S_IFSOCK);
        let Some(mut names) = protocol(path) else {
            let link = format!("socket:[{inode}]").into_bytes();
            return Target::named(link, Vec::new());
        };
        names.push(0);
        names.extend_from_slice(&socket.path);
        Target::of(&socket.file, &names)
    }
}

/// The name of a socket's protocol (xattr(7): `system.sockprotoname`).
fn protocol(path: &Path) -> Option<Vec<u8>> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let mut name = [0u8; 64];
    // SAFETY: both strings end with a NUL, and the buffer has the length that is given.
    let length = unsafe {
        libc::getxattr(
            path.as_ptr(),
            c"system.sockprotoname".as_ptr(),
            name.as_mut_ptr().cast(),
            name.len(),
        )
    };
    let length = usize::try_from(length).ok()?;
    Some(name[..length].split(|byte| *byte == 0).next()?.to_vec())
}

/// The sockets of a process's network namespace.
fn tables(process: &Path) -> HashMap<u64, Socket> {
    let mut sockets = HashMap::new();
    for (table, family) in INTERNET {
        let text = fs::read_to_string(process.join("net").join(table)).unwrap_or_default();
        sockets.extend(text.lines().skip(1).filter_map(|line| internet(line, family)));
    }
    let text = fs::read(process.join("net/unix")).unwrap_or_default();
    sockets.extend(text.split(|byte| *byte == b'\n').skip(1).filter_map(unix));
    sockets
}

/// A line of `tcp` and its like: addresses and ports are the second and third field, the inode number
/// is the tenth.
fn internet(line: &str, family: u16) -> Option<(u64, Socket)> {
    let mut fields = line.split_whitespace().skip(1);
    let (local, local_port) = endpoint(fields.next()?)?;
    let (remote, remote_port) = endpoint(fields.next()?)?;
    let inode = fields.nth(6)?.parse().ok()?;
    let file =
        FileRecord { family, local, local_port, remote, remote_port, ..FileRecord::default() };
    Some((inode, Socket { file, path: Vec::new() }))
}

/// `ADDRESS:PORT` in hexadecimal; the address in words of 32 bits as they lie in memory.
fn endpoint(text: &str) -> Option<([u8; 16], u16)> {
    let (address, port) = text.split_once(':')?;
    let mut bytes = [0; 16];
    for (word, place) in address.as_bytes().chunks(8).zip(bytes.chunks_mut(4)) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        place.copy_from_slice(&word.to_ne_bytes());
    }
    Some((bytes, u16::from_str_radix(port, 16).ok()?))
}

/// A line of `unix`: the inode number is the seventh field, a path the eighth; an abstract name begins
/// with `@` there.
fn unix(line: &[u8]) -> Option<(u64, Socket)> {
    let mut fields = line.splitn(8, |byte| *byte == b' ').skip(6);
    // The inode number is padded with spaces.
    let rest = [fields.next()?, fields.next().unwrap_or_default()].join(&b' ');
    let rest = rest.trim_ascii_start();
    let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
    let inode = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    let mut path = rest.get(end + 1..).unwrap_or_default().to_vec();
    if let Some(first @ b'@') = path.first_mut() {
        *first = 0;
    }
    let file = FileRecord { family: AF_UNIX, ..FileRecord::default() };
    Some((inode, Socket { file, path }))
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener, os::fd::AsRawFd};

    use super::*;

    fn described() -> HashMap<i32, (String, String)> {
        let mut records = Vec::new();
        describe(std::process::id(), &mut Sockets::default(), &mut records);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let files = records.iter().filter_map(|record| match &record.event {
            ProcEvent::File { fd, link, detail, .. } => Some((*fd, (text(link), text(detail)))),
            _ => None,
        });
        files.collect()
    }

    #[test]
    fn own_descriptors_are_told_as_they_are() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut null = fs::File::open("/dev/null").unwrap();
        let _ = null.read(&mut [0]);
        let files = described();
        let address = listener.local_addr().unwrap();
        let (link, detail) = &files[&listener.as_raw_fd()];
        assert!(link.starts_with("socket:["), "{link}");
        assert_eq!(*detail, format!("TCP:[{address}]"));
        assert_eq!(files[&null.as_raw_fd()], ("/dev/null".into(), "char 1:3".into()));
        let cwd = std::env::current_dir().unwrap();
        assert_eq!(files[&CWD].0, cwd.to_str().unwrap());
    }

    #[test]
    fn unix_paths_with_spaces_and_abstract_ones() {
        let line = b"0000000000000000: 00000002 00000000 00010000 0001 01  8412 /run/a b";
        let (inode, socket) = unix(line).unwrap();
        assert_eq!((inode, socket.path.as_slice()), (8412, &b"/run/a b"[..]));
        let line = b"0000000000000000: 00000002 00000000 00010000 0001 01 94510 @x";
        assert_eq!(unix(line).unwrap().1.path, b"\0x");
        let line = b"0000000000000000: 00000002 00000000 00010000 0001 01 94510";
        assert_eq!(unix(line).unwrap().0, 94510);
    }
}
