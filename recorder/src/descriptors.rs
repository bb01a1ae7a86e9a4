//! What the descriptors of a process stand for, as `/proc` shows it (proc(5)). The addresses of sockets among them the
//! probe tells, as it does all of those that are made later.

use std::{
    ffi::CString,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::Path,
};

use syscord_format::{ProcEvent, ProcRecord};
use syscord_syscalls::record::{CWD, FileRecord, SocketRecord, file_type};

use crate::{
    clocks,
    files::Target,
    sockets::Sockets,
    world::{link, living, numbers},
};

/// Tells what the descriptors and the working directory of a process stand for, each at the moment at which it was looked
/// at, in the order of those.
pub fn describe(tgid: u32, sockets: &mut Sockets<'_>, records: &mut Vec<ProcRecord>) {
    let before = records.len();
    let mut push = |fd: i32, time: u64, target: Target| {
        let (link, detail) = target.text();
        let event = ProcEvent::File { tgid, tid: tgid, fd, link, detail };
        records.push(ProcRecord { time, event });
    };
    let time = clocks::monotonic();
    let (root, cwd) = living(tgid);
    if !cwd.is_empty() {
        push(CWD, time, Target::named(cwd, Vec::new()));
    }
    for fd in numbers(&root.join("fd")) {
        let Ok(fd) = i32::try_from(fd) else { continue };
        let path = root.join(format!("fd/{fd}"));
        // Before the link is read: what is told later of the descriptor then counts.
        let time = clocks::monotonic();
        let link = link(&path);
        match inode(&link) {
            _ if link.is_empty() => {}
            Some(inode) => {
                let (known, since) = sockets.of(tgid, inode);
                if let Some(target) = socket(&path, inode, known) {
                    push(fd, time.min(since), target);
                }
            }
            None => push(fd, time, file(&path, link)),
        }
    }
    records[before..].sort_by_key(|record| record.time);
}

/// The inode number of a socket, by its link.
fn inode(link: &[u8]) -> Option<u64> {
    let number = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn file(path: &Path, link: Vec<u8>) -> Target {
    let device = fs::metadata(path).ok().filter(|file| file.rdev() != 0).map(|file| {
        let (major, minor) = (libc::major(file.rdev()), libc::minor(file.rdev()));
        let kind = if file.mode() & libc::S_IFMT == libc::S_IFBLK { "block" } else { "char" };
        format!("{kind} {major}:{minor}").into_bytes()
    });
    Target::named(link, device.unwrap_or_default())
}

/// A socket of which that is known. A Unix socket of which it is not whether it has a name stands for nothing known: who
/// leaves out contents by name must not take it for one without.
fn socket(path: &Path, inode: u64, known: Option<SocketRecord>) -> Option<Target> {
    let mut names = protocol(path)?;
    if known.is_none() && names.starts_with(b"UNIX") {
        return None;
    }
    names.push(0);
    let unknown = FileRecord { inode, mode: file_type::SOCKET, ..FileRecord::default() };
    let file = known.map_or(unknown, |socket| {
        names.extend_from_slice(socket.address());
        socket.file
    });
    Some(Target::of(&file, &names))
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

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, io::Read, net::TcpListener, os::fd::AsRawFd};

    use super::*;
    use crate::sockets::Source;

    fn described() -> HashMap<i32, (String, String)> {
        let mut records = Vec::new();
        describe(std::process::id(), &mut Source::default().now(), &mut records);
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
        // No probe is there that would tell its address.
        let (link, detail) = &files[&listener.as_raw_fd()];
        assert_eq!(*detail, link.replace("socket:", "TCP:"));
        assert_eq!(files[&null.as_raw_fd()], ("/dev/null".into(), "char 1:3".into()));
        let cwd = std::env::current_dir().unwrap();
        assert_eq!(files[&CWD].0, cwd.to_str().unwrap());
    }
}
