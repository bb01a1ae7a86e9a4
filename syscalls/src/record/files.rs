//! What is told of descriptors and of the process that has them.

/// [`CaptureHeader::arg`] of what is known of a file: a [`FileRecord`] and names.
pub const FILE: u8 = 0xfe;
/// [`CaptureHeader::arg`] of a [`TableRecord`].
pub const TABLE: u8 = 0xfd;
/// [`CaptureHeader::arg`] of an [`IdsRecord`].
pub const IDS: u8 = 0xfc;
/// [`FileRecord::fd`] of the working directory (`AT_FDCWD`).
pub const CWD: i32 = -100;
/// The most descriptors of which one call tells.
pub const FILES: usize = 4;
/// The most bytes of names behind a [`FileRecord`].
pub const NAMES_MAX: usize = 4096;
/// The longest name of a file, its NUL included.
pub const NAME_MAX: usize = 256;
/// How far up a path is followed: names and mount points.
pub const DEPTH: usize = 32;

/// What a descriptor stands for: read from the kernel's objects when the descriptor was made.
///
/// Names follow, each ended by a NUL. Of a file in a directory: its own, its directory's, and so on
/// up to the root. Of others: the name that the kernel gave it (a socket's is that of its protocol);
/// then, of a Unix socket, its address.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileRecord {
    /// Inode number.
    pub inode: u64,
    /// A Unix socket: the inode number of the socket it is connected to, or 0; a netlink socket: its
    /// port.
    pub peer: u64,
    /// The descriptor, or [`CWD`].
    pub fd: i32,
    /// File type and permissions (inode(7)).
    pub mode: u32,
    /// A device's number as the kernel keeps it: 12 bits of major number, 20 of minor.
    pub device: u32,
    /// The file system's magic number (statfs(2)); of a socket 0, but of one by a path (`O_PATH`).
    pub magic: u32,
    /// Bits of [`file_flag`].
    pub flags: u16,
    /// Bytes of names.
    pub names: u16,
    /// A socket's family (`AF_…`).
    pub family: u16,
    /// A netlink socket's protocol.
    pub protocol: u16,
    /// An internet socket's own port.
    pub local_port: u16,
    /// The port it is connected to, or 0.
    pub remote_port: u16,
    /// Zero.
    pub pad: [u16; 2],
    /// An internet socket's own address; an IPv4 one takes 4 bytes.
    pub local: [u8; 16],
    /// The address it is connected to.
    pub remote: [u8; 16],
}

/// Room for a Unix socket's address: more than it can have (unix(7)).
pub const ADDRESS: usize = 128;

/// What is told of a socket that a process has, when it is asked for.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SocketRecord {
    /// What is known of it. No descriptor is told.
    pub file: FileRecord,
    /// A Unix socket's address, of [`FileRecord::names`] bytes.
    pub address: [u8; ADDRESS],
}

impl SocketRecord {
    /// A Unix socket's address; empty if it has none.
    pub fn address(&self) -> &[u8] {
        &self.address[..usize::from(self.file.names).min(ADDRESS)]
    }
}

/// Bits of [`FileRecord::flags`].
pub mod file_flag {
    /// The file has been removed from its directory.
    pub const REMOVED: u16 = 1;
    /// The path goes on beyond the names.
    pub const CUT: u16 = 2;
    /// Nothing can be said of the file.
    pub const UNKNOWN: u16 = 4;
}

/// The most descriptors that a [`TableRecord`] can tell of.
pub const TABLE_FDS: usize = 4096;

/// Which descriptors of a process are open.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TableRecord {
    /// Bits of [`table_flag`].
    pub flags: u32,
    /// Descriptors below this are told of.
    pub count: u32,
    /// A bit for each that is open.
    pub open: [u8; TABLE_FDS / 8],
}

/// Bits of [`TableRecord::flags`], and of a FORK's [`ProcessRecord::status`].
pub mod table_flag {
    /// Other tasks have the same descriptors.
    pub const SHARES_FILES: u32 = 1;
    /// Other tasks have the same working directory.
    pub const SHARES_CWD: u32 = 2;
}

/// User and group of a thread.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct IdsRecord {
    /// Real user id.
    pub uid: u32,
    /// Real group id.
    pub gid: u32,
}

/// Types of files in [`FileRecord::mode`] (inode(7)).
pub mod file_type {
    /// The bits of the type.
    pub const MASK: u32 = 0o170_000;
    /// A socket.
    pub const SOCKET: u32 = 0o140_000;
    /// A character device.
    pub const CHARACTER: u32 = 0o020_000;
    /// A block device.
    pub const BLOCK: u32 = 0o060_000;
}

/// Families of sockets in [`FileRecord::family`] of which addresses are told (socket(2)).
pub mod family {
    /// `AF_UNIX`
    pub const UNIX: u16 = 1;
    /// `AF_INET`
    pub const INET: u16 = 2;
    /// `AF_INET6`
    pub const INET6: u16 = 10;
    /// `AF_NETLINK`
    pub const NETLINK: u16 = 16;
}

const _: () = assert!(size_of::<FileRecord>() == 80);
const _: () = assert!(size_of::<SocketRecord>() == 80 + ADDRESS);
