//! What the recorder decides before the probe is loaded: who is recorded, and where the running kernel keeps things.

use crate::Abi;

/// Criteria that are in force: bits of [`Filter::active`].
pub mod criterion {
    /// `--pid`.
    pub const PID: u32 = 1;
    /// `--name`.
    pub const NAME: u32 = 1 << 1;
    /// `--ppid`.
    pub const PPID: u32 = 1 << 2;
    /// `--parent-name`.
    pub const PARENT_NAME: u32 = 1 << 3;
    /// `--uid`.
    pub const UID: u32 = 1 << 4;
    /// `--cgroup`.
    pub const CGROUP: u32 = 1 << 5;
    /// Descends from COMMAND.
    pub const LINEAGE: u32 = 1 << 6;
    /// `--follow`: descendants of recorded processes are recorded too.
    pub const FOLLOW: u32 = 1 << 7;
}

/// The most values one criterion takes.
pub const FILTER_VALUES: usize = 32;

/// Which processes are recorded: all active criteria must hold, each by any of its values.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Bits of [`criterion`]; 0 records every process.
    pub active: u32,
    /// Zero.
    pub pad: u32,
    /// Thread groups. Unused places repeat a used one.
    pub pids: [u32; FILTER_VALUES],
    /// Parent processes.
    pub ppids: [u32; FILTER_VALUES],
    /// Real user ids.
    pub uids: [u32; FILTER_VALUES],
    /// Ids of version-2 cgroups; their descendants match too.
    pub cgroups: [u64; FILTER_VALUES],
    /// Names of processes (of the thread group's leader), NUL-padded, as two words.
    pub names: [[u64; 2]; FILTER_VALUES],
    /// Names of parents.
    pub parent_names: [[u64; 2]; FILTER_VALUES],
}

impl Filter {
    /// Records every process.
    pub const EVERYTHING: Filter = Filter {
        active: 0,
        pad: 0,
        pids: [0; _],
        ppids: [0; _],
        uids: [0; _],
        cgroups: [0; _],
        names: [[0; 2]; _],
        parent_names: [[0; 2]; _],
    };
}

/// What `io_uring_complete` hands over ([`Settings::uring`]).
pub mod uring_form {
    /// The tracepoints are not there, or not as they are known: operations are not recorded.
    pub const NONE: u32 = 0;
    /// User data, result and flags.
    pub const MEMBERS: u32 = 1;
    /// A pointer to them.
    pub const CQE: u32 = 2;
}

/// Members of a structure that lie close together, so that they can be read in one go.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// Where the first one lies.
    pub from: u32,
    /// How many bytes up to the end of the last one, at most [`SCRATCH`](super::SCRATCH); 0: they do not lie close together.
    pub bytes: u32,
}

/// Where the running kernel keeps what the probe reads: byte offsets, from its BTF.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Offsets {
    /// `task_struct.pid`.
    pub task_pid: u32,
    /// `task_struct.tgid`.
    pub task_tgid: u32,
    /// `task_struct.comm`.
    pub task_comm: u32,
    /// `task_struct.group_leader`.
    pub task_group_leader: u32,
    /// `task_struct.real_parent`.
    pub task_real_parent: u32,
    /// `task_struct.real_cred`.
    pub task_real_cred: u32,
    /// `task_struct.__state`; `state` before 5.14.
    pub task_state: u32,
    /// `task_struct.flags`.
    pub task_flags: u32,
    /// `task_struct.exit_code`.
    pub task_exit_code: u32,
    /// `task_struct.signal`.
    pub task_signal: u32,
    /// `task_struct.cgroups`.
    pub task_cgroups: u32,
    /// `task_struct.thread_info` + `thread_info.status` (x86) or `.flags` (arm64).
    pub task_compat_word: u32,
    /// `signal_struct.live`.
    pub signal_live: u32,
    /// `cred.uid`.
    pub cred_uid: u32,
    /// `css_set.dfl_cgrp`.
    pub css_set_cgroup: u32,
    /// `cgroup.kn`.
    pub cgroup_kn: u32,
    /// `cgroup.self.parent`.
    pub cgroup_parent: u32,
    /// `kernfs_node.id`.
    pub kernfs_id: u32,
    /// `linux_binprm.filename`.
    pub bprm_filename: u32,
    /// `linux_binprm.interp`.
    pub bprm_interp: u32,
    /// `task_struct.mm`.
    pub task_mm: u32,
    /// `mm_struct.arg_start`.
    pub mm_arg_start: u32,
    /// `mm_struct.arg_end`.
    pub mm_arg_end: u32,
    /// `io_kiocb.opcode`.
    pub kiocb_opcode: u32,
    /// `io_kiocb.ctx`.
    pub kiocb_ctx: u32,
    /// `io_kiocb.cqe.user_data`.
    pub kiocb_user_data: u32,
    /// `io_ring_ctx.flags`.
    pub ring_flags: u32,
    /// `io_ring_ctx.cached_sq_head`.
    pub ring_cached_sq_head: u32,
    /// `io_ring_ctx.sq_entries`.
    pub ring_sq_entries: u32,
    /// `io_ring_ctx.sq_array`.
    pub ring_sq_array: u32,
    /// `io_ring_ctx.sq_sqes`.
    pub ring_sq_sqes: u32,
    /// `mm_struct.exe_file`.
    pub mm_exe_file: u32,
    /// `cred.gid`.
    pub cred_gid: u32,
    /// `task_struct.files`.
    pub task_files: u32,
    /// `task_struct.fs`.
    pub task_fs: u32,
    /// `files_struct.count`.
    pub files_count: u32,
    /// `files_struct.fdt`.
    pub files_fdt: u32,
    /// `fdtable.max_fds`.
    pub fdt_max: u32,
    /// `fdtable.fd`.
    pub fdt_fd: u32,
    /// `fdtable.open_fds`.
    pub fdt_open: u32,
    /// `fs_struct.users`.
    pub fs_users: u32,
    /// `fs_struct.pwd`.
    pub fs_pwd: u32,
    /// `file.f_inode`.
    pub file_inode: u32,
    /// `file.f_path`.
    pub file_path: u32,
    /// `file.private_data`.
    pub file_private: u32,
    /// `path.mnt`.
    pub path_mount: u32,
    /// `path.dentry`.
    pub path_dentry: u32,
    /// `inode.i_mode`.
    pub inode_mode: u32,
    /// `inode.i_ino`.
    pub inode_number: u32,
    /// `inode.i_rdev`.
    pub inode_device: u32,
    /// `inode.i_sb`.
    pub inode_super: u32,
    /// `super_block.s_magic`.
    pub super_magic: u32,
    /// `dentry.d_inode`.
    pub dentry_inode: u32,
    /// `dentry.d_parent`.
    pub dentry_parent: u32,
    /// `dentry.d_name.name`.
    pub dentry_name: u32,
    /// `dentry.d_name.len`.
    pub dentry_name_length: u32,
    /// `dentry.d_hash.pprev`.
    pub dentry_hashed: u32,
    /// `mount.mnt`.
    pub mount_mnt: u32,
    /// `mount.mnt_parent`.
    pub mount_parent: u32,
    /// `mount.mnt_mountpoint`.
    pub mount_point: u32,
    /// `mount.mnt.mnt_root`.
    pub mount_root: u32,
    /// `socket.sk`.
    pub socket_sock: u32,
    /// `socket.file`.
    pub socket_file: u32,
    /// `sock.sk_socket`.
    pub sock_socket: u32,
    /// `sock.sk_protocol`.
    pub sock_protocol: u32,
    /// `sock.__sk_common.skc_family`.
    pub sock_family: u32,
    /// `sock.__sk_common.skc_num`.
    pub sock_local_port: u32,
    /// `sock.__sk_common.skc_dport`.
    pub sock_remote_port: u32,
    /// `sock.__sk_common.skc_rcv_saddr`.
    pub sock_local: u32,
    /// `sock.__sk_common.skc_daddr`.
    pub sock_remote: u32,
    /// `sock.__sk_common.skc_v6_rcv_saddr`, or 0 where there is no IPv6.
    pub sock_local6: u32,
    /// `sock.__sk_common.skc_v6_daddr`, or 0.
    pub sock_remote6: u32,
    /// `unix_sock.addr`, or 0 where Unix sockets are not part of the kernel.
    pub unix_address: u32,
    /// `unix_sock.peer`, or 0.
    pub unix_peer: u32,
    /// `unix_address.len`, or 0.
    pub unix_length: u32,
    /// `unix_address.name`, or 0.
    pub unix_name: u32,
    /// `netlink_sock.portid`, or 0.
    pub netlink_port: u32,
    /// Of `file`: inode, path, private data.
    pub file: Span,
    /// Of `inode`: mode, number, device, super block.
    pub inode: Span,
    /// Of `dentry`: parent, name, whether it is hashed.
    pub dentry: Span,
    /// Of `mount`: parent and mount point.
    pub mount: Span,
    /// Of `sock`: family, ports and addresses.
    pub sock: Span,
    /// Rounds the size to whole words.
    pub pad: u32,
}

/// The recorder's settings.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// The recorder's own tgid, whose calls are left out.
    pub self_tgid: u32,
    /// Segments in a ring, less one: a power of two less one.
    pub segment_mask: u32,
    /// Most bytes captured of a buffer, at most [`CONTENT_MAX`].
    pub content: u32,
    /// Elements of the array of threads, less one: a power of two less one.
    pub thread_mask: u32,
    /// 1 when tids can be more than that.
    pub crowded: u32,
    /// 1 when sys_enter is hooked.
    pub durations: u32,
    /// Machine: a [`crate::Abi`] number, X86_64 or Aarch64.
    pub machine: u32,
    /// 1 when calls with numbers beyond the plans are recorded.
    pub unplanned: u32,
    /// 1 when the kernel hands out the current task as a typed pointer (5.11).
    pub typed_task: u32,
    /// The type to which addresses are cast by [`RDONLY_CAST`]; 0: they cannot be (before 6.2).
    pub loadable: u32,
    /// 1 when the kernel hands out the registers of a task (5.15).
    pub task_regs: u32,
    /// How the kernel tells of operations of io_uring: one of [`uring_form`].
    pub uring: u32,
    /// 1 when the overhead is watched, and something may be left out to keep it down ([`super::Shed`]).
    pub watched: u32,
    /// By ABI number: the call that is meant when none can be seen at exit, since it restored the
    /// registers of another context.
    pub restorers: [u32; Abi::SLOTS],
}

/// Helper that no kernel has: before the probe is loaded, calls of it become calls of the kernel's function
/// `bpf_rdonly_cast` (kernel/bpf/helpers.c), where it has that, which makes any address one to load from. It costs nothing, as
/// the verifier puts a move in its place, and what cannot be read is zero.
pub const RDONLY_CAST: u32 = 0x7363_6401;

const _: () = assert!(size_of::<Offsets>().is_multiple_of(8));
