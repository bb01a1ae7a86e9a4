//! What descriptors stand for, told when a call makes them: by the kernel's own objects, so that
//! links are followed and nothing is guessed.
//!
//! What is told of one file is a capture: a [`FileRecord`] and names. As in `capture.rs`, the length
//! of the record is kept in its header, where the verifier knows nothing of it, and each step on the
//! way up a path is a function of its own.

use core::ptr::{read_volatile, write_volatile};

use aya_ebpf::helpers::generated::{
    bpf_get_current_task, bpf_probe_read_kernel, bpf_probe_read_kernel_str, bpf_probe_read_user,
};
use syscord_syscalls::{
    plan::effect,
    record::{
        ADDRESS, CWD, CaptureHeader, Control, DEPTH, EventRecord, FILE, FILES, FileRecord, IDS,
        IdsRecord, MAX_RECORD, NAME_MAX, NAMES_MAX, RecordHeader, TABLE, TABLE_FDS, TableRecord,
        capture_status, family, file_flag, file_type, record_kind, table_flag,
    },
};

use crate::{
    capture, config,
    kernel::plain_loads,
    ring,
    task::{self, Members, Task, read},
};

const HEADER: usize = size_of::<CaptureHeader>();
const FACTS: usize = size_of::<FileRecord>();
/// The most bytes that a capture of this module takes.
const ROOM: usize = HEADER + FACTS + NAMES_MAX + NAME_MAX;

/// Names up to this long, a multiple of 8, are copied word by word where the kernel's memory can be loaded from.
const SHORT: u32 = 32;
/// The longest address of a Unix socket without its family (unix(7)).
const UNIX_MAX: u32 = 108;
/// `SCM_RIGHTS` and `SOL_SOCKET` (unix(7), socket(7)).
const SCM_RIGHTS: u64 = 1;
const SOL_SOCKET: u64 = 1;

/// Appends what a call has done to its process's descriptors and directory to its record.
#[inline(always)]
pub fn tell(record: *mut u8, effects: u8, effect_arg: u8) {
    let event = record.cast::<EventRecord>();
    // Of the addresses the kernel may have taken one although it could not do all that was asked.
    if effects & effect::ADDRESSED != 0 {
        syscord_descriptor(capture::argument(event, 0) as i32);
    } else if effects & (effect::TABLE | effect::IDS | effect::MADE_PAIR | effect::PASSED) != 0 {
        tell_more(record, effects, effect_arg);
    } else {
        // SAFETY: the record was written before.
        let ret = unsafe { (*event).ret };
        let made = effects & effect::MADE != 0;
        syscord_descriptor(if made { ret as i32 } else { CWD });
    }
}

/// The same of a call that has changed more than one descriptor, or its process.
#[inline(never)]
fn tell_more(record: *mut u8, effects: u8, effect_arg: u8) {
    if effects & (effect::TABLE | effect::IDS) != 0 {
        return process(record, effects);
    }
    let Some(ring) = ring::here() else { return };
    let list = List { control: ring.control() };
    let event = record.cast::<EventRecord>();
    let argument = capture::argument(event, effect_arg);
    // SAFETY: the record was written before.
    let width = 8 - 4 * u64::from(unsafe { (*event).header.what } & 1);
    let made = effects & effect::MADE_PAIR != 0;
    let (place, count) = if made { (argument, 2) } else { passed(argument, width) };
    list.read(place, count);
    for i in 0..FILES {
        if i >= list.count() {
            break;
        }
        syscord_descriptor(list.at(i));
    }
}

/// The descriptors that are told of. They lie beside the ring: read back from there the verifier knows nothing
/// of them, so that all ways to come by them are one to it.
struct List {
    control: *mut Control,
}

impl List {
    #[inline(always)]
    fn place(&self) -> *mut i32 {
        // SAFETY: a live element of CONTROL.
        unsafe { (&raw mut (*self.control).told).cast() }
    }

    #[inline(always)]
    fn set_count(&self, count: u32) {
        // SAFETY: as above.
        unsafe { write_volatile(&raw mut (*self.control).told_count, count) }
    }

    /// Takes what lies in the program's memory, at most FILES.
    #[inline(always)]
    fn read(&self, from: u64, count: u64) {
        let count = if count > FILES as u64 { FILES as u32 } else { count as u32 };
        // SAFETY: there is room for FILES descriptors.
        let failed = count == 0
            || unsafe { bpf_probe_read_user(self.place().cast(), 4 * count, from as *const _) }
                != 0;
        self.set_count(if failed { 0 } else { count });
    }

    #[inline(always)]
    fn count(&self) -> usize {
        // SAFETY: as above.
        unsafe { read_volatile(&raw const (*self.control).told_count) as usize }
    }

    #[inline(always)]
    fn at(&self, index: usize) -> i32 {
        // SAFETY: the index is below FILES.
        unsafe { read_volatile(self.place().add(index)) }
    }
}

/// Where the descriptors lie that came with a message, and how many: those of its first control
/// message (`struct user_msghdr`, `struct cmsghdr`).
#[inline(always)]
fn passed(message: u64, width: u64) -> (u64, u64) {
    let (control, _) = capture::pointer(message + 4 * width, width);
    let (length, readable) = capture::pointer(message + 5 * width, width);
    let header = width + 8;
    if !readable || control == 0 || length <= header {
        return (0, 0);
    }
    let (length, _) = capture::pointer(control, width);
    let (level, _) = capture::pointer(control + width, 4);
    let (kind, _) = capture::pointer(control + width + 4, 4);
    if level != SOL_SOCKET || kind != SCM_RIGHTS || length <= header {
        return (0, 0);
    }
    (control + header, (length - header) / 4)
}

/// Appends what is told of the process itself.
#[inline(always)]
fn process(record: *mut u8, effects: u8) {
    // SAFETY: the helper has no preconditions.
    let task = unsafe { bpf_get_current_task() };
    let header = record.cast::<RecordHeader>();
    // SAFETY: the record was written before.
    unsafe {
        if (*header).kind == record_kind::EVENT {
            (*header).kind = record_kind::EVENT_AND_STATE;
        }
    }
    match effects & effect::TABLE {
        0 => ids(record, task),
        _ => table(record, task),
    }
}

/// Appends the user and group of the current task.
#[inline(always)]
fn ids(record: *mut u8, task: Task) {
    let Some(to) = place(record) else { return };
    let cred = read(task, config::task_real_cred());
    let ids =
        IdsRecord { uid: read(cred, config::cred_uid()), gid: read(cred, config::cred_gid()) };
    // SAFETY: `place` has made sure of the room.
    unsafe { *to.cast() = ids };
    done(record, to, IDS, size_of::<IdsRecord>());
}

/// Appends which descriptors of the current task are open.
#[inline(never)]
pub fn table(record: *mut u8, task: Task) {
    let Some(to) = place(record) else { return };
    let files: u64 = read(task, config::task_files());
    let fdt: u64 = read(files, config::files_fdt());
    let count = core::cmp::min(read::<u32>(fdt, config::fdt_max()), TABLE_FDS as u32) & !63;
    let open: u64 = read(fdt, config::fdt_open());
    // SAFETY: `place` has made sure of the room.
    let failed = unsafe {
        let table = to.cast::<TableRecord>();
        (*table).flags = shares(task);
        (*table).count = count;
        bpf_probe_read_kernel((&raw mut (*table).open).cast(), count / 8, open as *const _)
    };
    if failed == 0 && count > 0 {
        done(record, to, TABLE, 8 + count as usize / 8);
    }
}

/// What of a task's descriptors and directory it shares with others.
#[inline(always)]
fn shares(task: Task) -> u32 {
    let (files, fs) = (read(task, config::task_files()), read(task, config::task_fs()));
    let alone = read::<u32>(files, config::files_count()) <= 1;
    let alone_in_fs = read::<u32>(fs, config::fs_users()) <= 1;
    (if alone { 0 } else { table_flag::SHARES_FILES })
        | (if alone_in_fs { 0 } else { table_flag::SHARES_CWD })
}

/// What a new task shares with the one that made it.
#[inline(always)]
pub fn inherited(parent: Task, child: Task) -> u32 {
    let same = |offset: u32| read::<u64>(parent, offset) == read::<u64>(child, offset);
    (if same(config::task_files()) { table_flag::SHARES_FILES } else { 0 })
        | (if same(config::task_fs()) { table_flag::SHARES_CWD } else { 0 })
}

/// Appends what a descriptor of the current task stands for.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_descriptor(fd: i32) -> u64 {
    let Some(record) = ring::record() else { return 0 };
    let opened = if fd == CWD {
        Opened::directory()
    } else {
        let (count, files) = task::descriptors();
        if fd as u32 >= count {
            return 0;
        }
        Opened::of(read(files + 8 * u64::from(fd as u32), 0))
    };
    describe(record, fd, &opened);
    0
}

/// Appends what a file is, by the name of a descriptor.
#[inline(always)]
pub fn file(record: *mut u8, fd: i32, file: u64) {
    describe(record, fd, &Opened::of(file));
}

/// What the kernel knows of a file.
struct Opened {
    inode: u64,
    mount: u64,
    dentry: u64,
    /// A socket's.
    private: u64,
}

impl Opened {
    #[inline(always)]
    fn of(file: u64) -> Opened {
        let file = Members::of(file, config::file_span());
        let path = config::file_path();
        Opened {
            inode: file.get(config::file_inode()),
            mount: file.get(path + config::path_mount()),
            dentry: file.get(path + config::path_dentry()),
            private: file.get(config::file_private()),
        }
    }

    /// The current task's directory.
    #[inline(always)]
    fn directory() -> Opened {
        // SAFETY: the helper has no preconditions.
        let task = unsafe { bpf_get_current_task() };
        let path = read::<u64>(task, config::task_fs()) + u64::from(config::fs_pwd());
        let dentry = read(path, config::path_dentry());
        let inode = read(dentry, config::dentry_inode());
        Opened { inode, mount: read(path, config::path_mount()), dentry, private: 0 }
    }
}

#[inline(always)]
fn describe(record: *mut u8, fd: i32, opened: &Opened) {
    let Some(to) = place(record).filter(|_| opened.inode != 0) else { return };
    let inode = Members::of(opened.inode, config::inode_span());
    let mode = u32::from(inode.get::<u16>(config::inode_mode()));
    let is_socket = mode & file_type::MASK == file_type::SOCKET && opened.private != 0;
    let facts = Facts { to };
    facts.clear();
    let known = facts.record();
    // SAFETY: a live record.
    unsafe {
        (*known).inode = inode.get(config::inode_number());
        (*known).fd = fd;
        (*known).mode = mode;
        (*known).device = inode.get(config::inode_device());
        // A socket's is known.
        if !is_socket {
            let sb = inode.get(config::inode_super());
            (*known).magic = read::<u64>(sb, config::super_magic()) as u32;
        }
    }
    if is_socket {
        // It lies in no directory; the kernel has named it by its protocol.
        facts.name(&Name::of(&Members::of(opened.dentry, config::dentry_span())));
        socket(&facts, opened.private);
    } else {
        climb(&facts, opened);
        facts.enter(0, 0);
    }
    done(record, to, FILE, FACTS + usize::from(facts.names()));
}

/// Collects the names from a file up to the root.
#[inline(always)]
fn climb(facts: &Facts, opened: &Opened) {
    let mount = opened.mount.wrapping_sub(u64::from(config::mount_mnt()));
    facts.enter(mount, read(mount, config::mount_root()));
    let mut dentry = opened.dentry;
    for _ in 0..DEPTH {
        dentry = syscord_climb(dentry);
        if dentry == 0 {
            return;
        }
    }
    facts.flag(file_flag::CUT);
}

/// Takes a name and goes up, out of a mount if need be. Returns where to, or 0 at the end.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn syscord_climb(dentry: u64) -> u64 {
    let Some(to) = ring::record().and_then(place) else { return 0 };
    let facts = Facts { to };
    if dentry == facts.root() {
        let inner = facts.mount();
        let mount = Members::of(inner, config::mount_span());
        let (parent, point) = (mount.get(config::mount_parent()), mount.get(config::mount_point()));
        if parent == inner {
            return 0;
        }
        facts.enter(parent, read(parent, config::mount_root()));
        return point;
    }
    let members = Members::of(dentry, config::dentry_span());
    let parent: u64 = members.get(config::dentry_parent());
    // A root is never among the hashed; its mount tells that it is one.
    if facts.names() == 0 && members.get::<u64>(config::dentry_hashed()) == 0 {
        facts.flag(file_flag::REMOVED);
    }
    // What lies in no directory has the name that the kernel gave it, and no parent.
    if parent != dentry || facts.names() == 0 {
        facts.name(&Name::of(&members));
    }
    if parent == dentry { 0 } else { parent }
}

#[inline(always)]
fn socket(facts: &Facts, socket: u64) {
    let sock: u64 = read(socket, config::socket_sock());
    let record = facts.record();
    ends(record, sock, &Members::of(sock, config::sock_span()));
    let at = usize::from(facts.names());
    // SAFETY: a live record.
    if unsafe { (*record).family } != family::UNIX || at > NAMES_MAX {
        return;
    }
    // SAFETY: `at` leaves room for a name.
    let address = unix_address(sock, unsafe { facts.to.add(FACTS + at) });
    facts.set_names(at as u16 + address);
}

/// Writes down what a socket's family is, and its ends.
#[inline(always)]
pub fn ends(record: *mut FileRecord, sock: u64, common: &Members) {
    let family: u16 = common.get(config::sock_family());
    // SAFETY: a live record.
    unsafe {
        (*record).family = family;
        match family {
            family::INET | family::INET6 => {
                (*record).local_port = common.get(config::sock_local_port());
                (*record).remote_port = u16::from_be(common.get(config::sock_remote_port()));
            }
            family::NETLINK => {
                (*record).protocol = read(sock, config::sock_protocol());
                if config::netlink_port() != 0 {
                    (*record).peer = u64::from(read::<u32>(sock, config::netlink_port()));
                }
            }
            family::UNIX if config::unix_address() != 0 => (*record).peer = unix_peer(sock),
            _ => {}
        }
        if family == family::INET {
            *(&raw mut (*record).local).cast() = common.get::<u32>(config::sock_local());
            *(&raw mut (*record).remote).cast() = common.get::<u32>(config::sock_remote());
        }
        if family == family::INET6 && config::sock_local6() != 0 {
            let local: [u64; 2] = common.get(config::sock_local6());
            let remote: [u64; 2] = common.get(config::sock_remote6());
            *(&raw mut (*record).local).cast() = local;
            *(&raw mut (*record).remote).cast() = remote;
        }
    }
}

/// The inode of the socket that a Unix socket is connected to, or 0.
#[inline(always)]
fn unix_peer(sock: u64) -> u64 {
    let peer: u64 = read(sock, config::unix_peer());
    if peer == 0 {
        return 0;
    }
    let socket: u64 = read(peer, config::sock_socket());
    let file: u64 = read(socket, config::socket_file());
    let inode: u64 = read(file, config::file_inode());
    read(inode, config::inode_number())
}

/// Copies a Unix socket's address to where there is room for [`ADDRESS`] bytes, and returns how long it is.
#[inline(always)]
pub fn unix_address(sock: u64, to: *mut u8) -> u16 {
    if config::unix_address() == 0 {
        return 0;
    }
    let address: u64 = read(sock, config::unix_address());
    // The length counts two bytes of family.
    let length = read::<u32>(address, config::unix_length()).wrapping_sub(2);
    if address == 0 || length == 0 || length > UNIX_MAX {
        return 0;
    }
    let name = address + u64::from(config::unix_name()) + 2;
    let length = capture::below(length, ADDRESS as u32);
    // SAFETY: the caller has made sure of the room.
    let failed = unsafe { bpf_probe_read_kernel(to.cast(), length, name as *const _) };
    if failed == 0 { length as u16 } else { 0 }
}

/// A name of the kernel's.
struct Name {
    place: u64,
    length: u32,
}

impl Name {
    /// That of an entry of a directory.
    #[inline(always)]
    fn of(dentry: &Members) -> Name {
        Name {
            place: dentry.get(config::dentry_name()),
            length: dentry.get(config::dentry_name_length()),
        }
    }
}

/// What is being written of a file.
struct Facts {
    to: *mut u8,
}

impl Facts {
    #[inline(always)]
    fn record(&self) -> *mut FileRecord {
        self.to.cast()
    }

    /// Nothing is known yet. (Word by word: a function that sets memory does it byte by byte.)
    #[inline(always)]
    fn clear(&self) {
        for word in 0..FACTS / 8 {
            // SAFETY: `place` has made sure of the room.
            unsafe { write_volatile(self.to.cast::<u64>().add(word), 0) }
        }
    }

    /// The mount that the way up has got to.
    #[inline(always)]
    fn mount(&self) -> u64 {
        // SAFETY: a live record.
        unsafe { read_volatile(&raw const (*self.record()).peer) }
    }

    /// Its root.
    #[inline(always)]
    fn root(&self) -> u64 {
        // SAFETY: a live record, in which the address lies on a word.
        unsafe { read_volatile((&raw const (*self.record()).local).cast()) }
    }

    /// Goes on with a mount. The kernel's addresses stay in places of the record that are filled later.
    #[inline(always)]
    fn enter(&self, mount: u64, root: u64) {
        // SAFETY: as above.
        unsafe {
            write_volatile(&raw mut (*self.record()).peer, mount);
            write_volatile((&raw mut (*self.record()).local).cast(), root);
        }
    }

    #[inline(always)]
    fn names(&self) -> u16 {
        // SAFETY: a live record.
        unsafe { read_volatile(&raw const (*self.record()).names) }
    }

    #[inline(always)]
    fn set_names(&self, names: u16) {
        // SAFETY: a live record.
        unsafe { write_volatile(&raw mut (*self.record()).names, names) }
    }

    #[inline(always)]
    fn flag(&self, flag: u16) {
        // SAFETY: a live record.
        unsafe { (*self.record()).flags |= flag }
    }

    /// Takes a name of the kernel's.
    #[inline(always)]
    fn name(&self, name: &Name) {
        let at = usize::from(self.names());
        if at > NAMES_MAX {
            return self.flag(file_flag::CUT);
        }
        // SAFETY: `at` leaves room for NAME_MAX bytes.
        let to = unsafe { self.to.add(FACTS + at) };
        if plain_loads() && name.length <= SHORT {
            for word in 0..SHORT / 8 {
                if 8 * word >= name.length {
                    break;
                }
                // SAFETY: as above; what lies behind the name is written over.
                unsafe {
                    let words = to.cast::<u64>().add(word as usize);
                    words.write_unaligned(read(name.place, 8 * word));
                }
            }
            // SAFETY: as above.
            unsafe { *to.add(name.length as usize) = 0 };
            return self.set_names((at + name.length as usize + 1) as u16);
        }
        // SAFETY: as above.
        let got = unsafe {
            bpf_probe_read_kernel_str(to.cast(), NAME_MAX as u32, name.place as *const _)
        };
        if got > 0 && got <= NAME_MAX as i64 {
            self.set_names((at + got as usize) as u16);
        }
    }
}

/// Where the next capture's bytes go, if there is room.
#[inline(always)]
fn place(record: *mut u8) -> Option<*mut u8> {
    let length = capture::length(record);
    if length > MAX_RECORD - ROOM {
        return None;
    }
    // SAFETY: the record has room for what follows.
    Some(unsafe { record.add(length + HEADER) })
}

/// Ends a capture whose bytes lie at `to`.
#[inline(always)]
fn done(record: *mut u8, to: *mut u8, arg: u8, length: usize) {
    let header = CaptureHeader { arg, status: capture_status::WHOLE, len: length as u16, full: 0 };
    // SAFETY: `place` has made sure of the room for the header and the bytes.
    unsafe { *to.sub(HEADER).cast() = header };
    let more = HEADER + length.next_multiple_of(8);
    capture::set_length(record, capture::length(record) + more);
}
