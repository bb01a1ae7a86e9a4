//! What the recorder sets before the programs are loaded. It lies in frozen read-only data, which
//! the verifier knows to be constant.

use syscord_syscalls::{
    Abi,
    record::{Filter, Offsets, Settings, Span},
};

// SAFETY: integers may be zero.
#[unsafe(no_mangle)]
static SETTINGS: Settings = unsafe { core::mem::zeroed() };

// SAFETY: as above.
#[unsafe(no_mangle)]
static OFFSETS: Offsets = unsafe { core::mem::zeroed() };

#[unsafe(no_mangle)]
static FILTER: Filter = Filter::EVERYTHING;

/// Reads a field of one of the statics above. Volatile: the compiler must not take the zeros here for
/// the values.
macro_rules! configured {
    ($place:expr) => {
        // SAFETY: the place is part of a static, hence valid and aligned.
        unsafe { core::ptr::read_volatile(&raw const $place) }
    };
}

macro_rules! accessors {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty = $place:expr;)*) => {
        $($(#[doc = $doc])* #[inline(always)] pub fn $name() -> $type { configured!($place) })*
    };
}

accessors! {
    self_tgid: u32 = SETTINGS.self_tgid;
    segment_mask: u32 = SETTINGS.segment_mask;
    content: u32 = SETTINGS.content;
    durations: u32 = SETTINGS.durations;
    thread_mask: u32 = SETTINGS.thread_mask;
    crowded: u32 = SETTINGS.crowded;
    machine: u32 = SETTINGS.machine;
    unplanned: u32 = SETTINGS.unplanned;
    typed_task: u32 = SETTINGS.typed_task;
    loadable: u32 = SETTINGS.loadable;
    task_regs: u32 = SETTINGS.task_regs;
    uring: u32 = SETTINGS.uring;
    watched: u32 = SETTINGS.watched;

    task_pid: u32 = OFFSETS.task_pid;
    task_tgid: u32 = OFFSETS.task_tgid;
    task_comm: u32 = OFFSETS.task_comm;
    task_group_leader: u32 = OFFSETS.task_group_leader;
    task_real_parent: u32 = OFFSETS.task_real_parent;
    task_real_cred: u32 = OFFSETS.task_real_cred;
    task_state: u32 = OFFSETS.task_state;
    task_flags: u32 = OFFSETS.task_flags;
    task_exit_code: u32 = OFFSETS.task_exit_code;
    task_signal: u32 = OFFSETS.task_signal;
    task_cgroups: u32 = OFFSETS.task_cgroups;
    task_compat_word: u32 = OFFSETS.task_compat_word;
    signal_live: u32 = OFFSETS.signal_live;
    cred_uid: u32 = OFFSETS.cred_uid;
    css_set_cgroup: u32 = OFFSETS.css_set_cgroup;
    cgroup_kn: u32 = OFFSETS.cgroup_kn;
    cgroup_parent: u32 = OFFSETS.cgroup_parent;
    kernfs_id: u32 = OFFSETS.kernfs_id;
    bprm_filename: u32 = OFFSETS.bprm_filename;
    bprm_interp: u32 = OFFSETS.bprm_interp;
    task_mm: u32 = OFFSETS.task_mm;
    mm_arg_start: u32 = OFFSETS.mm_arg_start;
    mm_arg_end: u32 = OFFSETS.mm_arg_end;
    kiocb_opcode: u32 = OFFSETS.kiocb_opcode;
    kiocb_ctx: u32 = OFFSETS.kiocb_ctx;
    kiocb_user_data: u32 = OFFSETS.kiocb_user_data;
    ring_flags: u32 = OFFSETS.ring_flags;
    ring_cached_sq_head: u32 = OFFSETS.ring_cached_sq_head;
    ring_sq_entries: u32 = OFFSETS.ring_sq_entries;
    ring_sq_array: u32 = OFFSETS.ring_sq_array;
    ring_sq_sqes: u32 = OFFSETS.ring_sq_sqes;
    mm_exe_file: u32 = OFFSETS.mm_exe_file;
    cred_gid: u32 = OFFSETS.cred_gid;
    task_files: u32 = OFFSETS.task_files;
    task_fs: u32 = OFFSETS.task_fs;
    files_count: u32 = OFFSETS.files_count;
    files_fdt: u32 = OFFSETS.files_fdt;
    fdt_max: u32 = OFFSETS.fdt_max;
    fdt_fd: u32 = OFFSETS.fdt_fd;
    fdt_open: u32 = OFFSETS.fdt_open;
    fs_users: u32 = OFFSETS.fs_users;
    fs_pwd: u32 = OFFSETS.fs_pwd;
    file_inode: u32 = OFFSETS.file_inode;
    file_path: u32 = OFFSETS.file_path;
    file_private: u32 = OFFSETS.file_private;
    path_mount: u32 = OFFSETS.path_mount;
    path_dentry: u32 = OFFSETS.path_dentry;
    inode_mode: u32 = OFFSETS.inode_mode;
    inode_number: u32 = OFFSETS.inode_number;
    inode_device: u32 = OFFSETS.inode_device;
    inode_super: u32 = OFFSETS.inode_super;
    super_magic: u32 = OFFSETS.super_magic;
    dentry_inode: u32 = OFFSETS.dentry_inode;
    dentry_parent: u32 = OFFSETS.dentry_parent;
    dentry_name: u32 = OFFSETS.dentry_name;
    dentry_name_length: u32 = OFFSETS.dentry_name_length;
    dentry_hashed: u32 = OFFSETS.dentry_hashed;
    mount_mnt: u32 = OFFSETS.mount_mnt;
    mount_parent: u32 = OFFSETS.mount_parent;
    mount_point: u32 = OFFSETS.mount_point;
    mount_root: u32 = OFFSETS.mount_root;
    socket_sock: u32 = OFFSETS.socket_sock;
    socket_file: u32 = OFFSETS.socket_file;
    sock_socket: u32 = OFFSETS.sock_socket;
    sock_protocol: u32 = OFFSETS.sock_protocol;
    sock_family: u32 = OFFSETS.sock_family;
    sock_local_port: u32 = OFFSETS.sock_local_port;
    sock_remote_port: u32 = OFFSETS.sock_remote_port;
    sock_local: u32 = OFFSETS.sock_local;
    sock_remote: u32 = OFFSETS.sock_remote;
    sock_local6: u32 = OFFSETS.sock_local6;
    sock_remote6: u32 = OFFSETS.sock_remote6;
    unix_address: u32 = OFFSETS.unix_address;
    unix_peer: u32 = OFFSETS.unix_peer;
    unix_length: u32 = OFFSETS.unix_length;
    unix_name: u32 = OFFSETS.unix_name;
    netlink_port: u32 = OFFSETS.netlink_port;
    file_span: Span = OFFSETS.file;
    inode_span: Span = OFFSETS.inode;
    dentry_span: Span = OFFSETS.dentry;
    mount_span: Span = OFFSETS.mount;
    sock_span: Span = OFFSETS.sock;

    active: u32 = FILTER.active;
}

/// The call of an ABI that leaves no number.
#[inline(always)]
pub fn restorer(abi: u8) -> u32 {
    let abi = usize::from(abi);
    if abi < Abi::SLOTS { configured!(SETTINGS.restorers[abi]) } else { u32::MAX }
}

/// The criteria in force.
#[inline(always)]
pub fn filters(criterion: u32) -> bool {
    active() & criterion != 0
}

#[inline(always)]
pub fn filter_pid(i: usize) -> u32 {
    configured!(FILTER.pids[i])
}

#[inline(always)]
pub fn filter_ppid(i: usize) -> u32 {
    configured!(FILTER.ppids[i])
}

#[inline(always)]
pub fn filter_uid(i: usize) -> u32 {
    configured!(FILTER.uids[i])
}

#[inline(always)]
pub fn filter_cgroup(i: usize) -> u64 {
    configured!(FILTER.cgroups[i])
}

#[inline(always)]
pub fn filter_name(i: usize) -> [u64; 2] {
    [configured!(FILTER.names[i][0]), configured!(FILTER.names[i][1])]
}

#[inline(always)]
pub fn filter_parent_name(i: usize) -> [u64; 2] {
    [configured!(FILTER.parent_names[i][0]), configured!(FILTER.parent_names[i][1])]
}
