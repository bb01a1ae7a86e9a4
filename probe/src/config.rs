//! What the recorder sets before the programs are loaded. It lies in frozen read-only data, which
//! the verifier knows to be constant.

use syscord_syscalls::{
    Abi,
    record::{Filter, Offsets, Settings},
};

#[unsafe(no_mangle)]
static SETTINGS: Settings = Settings {
    self_tgid: 0,
    segment_mask: 0,
    content: 0,
    tids: 0,
    durations: 0,
    machine: 0,
    unplanned: 0,
    typed_task: 0,
    task_regs: 0,
    uring: 0,
    restorers: [0; Abi::SLOTS],
};

#[unsafe(no_mangle)]
static OFFSETS: Offsets = Offsets {
    task_pid: 0,
    task_tgid: 0,
    task_comm: 0,
    task_group_leader: 0,
    task_real_parent: 0,
    task_real_cred: 0,
    task_state: 0,
    task_flags: 0,
    task_exit_code: 0,
    task_signal: 0,
    task_cgroups: 0,
    task_compat_word: 0,
    signal_live: 0,
    cred_uid: 0,
    css_set_cgroup: 0,
    cgroup_kn: 0,
    cgroup_parent: 0,
    kernfs_id: 0,
    bprm_filename: 0,
    bprm_interp: 0,
    task_mm: 0,
    mm_arg_start: 0,
    mm_arg_end: 0,
    kiocb_opcode: 0,
    kiocb_ctx: 0,
    kiocb_user_data: 0,
    ring_flags: 0,
    ring_cached_sq_head: 0,
    ring_sq_entries: 0,
    ring_sq_array: 0,
    ring_sq_sqes: 0,
    mm_exe_file: 0,
    cred_gid: 0,
    task_files: 0,
    task_fs: 0,
    files_count: 0,
    files_fdt: 0,
    fdt_max: 0,
    fdt_fd: 0,
    fdt_open: 0,
    fs_users: 0,
    fs_pwd: 0,
    file_inode: 0,
    file_path: 0,
    file_private: 0,
    path_mount: 0,
    path_dentry: 0,
    inode_mode: 0,
    inode_number: 0,
    inode_device: 0,
    inode_super: 0,
    super_magic: 0,
    dentry_inode: 0,
    dentry_parent: 0,
    dentry_name: 0,
    dentry_hashed: 0,
    mount_mnt: 0,
    mount_parent: 0,
    mount_point: 0,
    mount_root: 0,
    socket_sock: 0,
    socket_file: 0,
    sock_socket: 0,
    sock_type: 0,
    sock_protocol: 0,
    sock_family: 0,
    sock_local_port: 0,
    sock_remote_port: 0,
    sock_local: 0,
    sock_remote: 0,
    sock_local6: 0,
    sock_remote6: 0,
    unix_address: 0,
    unix_peer: 0,
    unix_length: 0,
    unix_name: 0,
    netlink_port: 0,
    pad: 0,
};

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
    machine: u32 = SETTINGS.machine;
    unplanned: u32 = SETTINGS.unplanned;
    typed_task: u32 = SETTINGS.typed_task;
    task_regs: u32 = SETTINGS.task_regs;
    uring: u32 = SETTINGS.uring;

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
    dentry_hashed: u32 = OFFSETS.dentry_hashed;
    mount_mnt: u32 = OFFSETS.mount_mnt;
    mount_parent: u32 = OFFSETS.mount_parent;
    mount_point: u32 = OFFSETS.mount_point;
    mount_root: u32 = OFFSETS.mount_root;
    socket_sock: u32 = OFFSETS.socket_sock;
    socket_file: u32 = OFFSETS.socket_file;
    sock_socket: u32 = OFFSETS.sock_socket;
    sock_type: u32 = OFFSETS.sock_type;
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
