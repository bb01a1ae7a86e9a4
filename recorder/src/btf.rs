//! Where the running kernel keeps the fields that the probe reads, from its own type information.
//!
//! Only struct layouts are read (Documentation/bpf/btf.rst): a header, a type section of
//! variable-length entries, a string section. The data is the kernel's, but it is checked like any input.

use std::{collections::HashMap, fs, path::Path};

use syscord_syscalls::record::{Offsets, SCRATCH, Span, uring_form};
use thiserror::Error;

/// Where kernels show their type information.
pub const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// Why offsets cannot be had.
#[derive(Debug, Error)]
pub enum BtfError {
    /// The kernel has no BTF.
    #[error(
        "cannot read {KERNEL_BTF}: {0}; syscord needs a kernel built with CONFIG_DEBUG_INFO_BTF=y"
    )]
    Unreadable(std::io::Error),
    /// It is no BTF.
    #[error("{KERNEL_BTF} is malformed at byte {0}")]
    Malformed(usize),
    /// The kernel lacks a field.
    #[error(
        "this kernel's `struct {structure}` has no field `{field}`; syscord does not know this kernel"
    )]
    NoField {
        /// The struct.
        structure: &'static str,
        /// The field, or path of fields.
        field: &'static str,
    },
}

const MAGIC: u16 = 0xeb9f;
/// `BTF_KIND_*` (include/uapi/linux/btf.h).
mod kind {
    pub const INT: u32 = 1;
    pub const ARRAY: u32 = 3;
    pub const STRUCT: u32 = 4;
    pub const UNION: u32 = 5;
    pub const ENUM: u32 = 6;
    pub const TYPEDEF: u32 = 8;
    pub const RESTRICT: u32 = 11;
    pub const FUNC: u32 = 12;
    pub const FUNC_PROTO: u32 = 13;
    pub const VAR: u32 = 14;
    pub const DATASEC: u32 = 15;
    pub const DECL_TAG: u32 = 17;
    pub const ENUM64: u32 = 19;
}

/// Layouts of the structs of a kernel.
pub struct Layouts {
    data: Vec<u8>,
    /// Start of the string section.
    strings: usize,
    /// Start of each type's entry; index 0 is type 1.
    types: Vec<usize>,
    structs: HashMap<Vec<u8>, usize>,
    /// The types of tracepoints' hooks.
    hooks: HashMap<Vec<u8>, usize>,
}

/// One member of a struct.
struct Member {
    name: u32,
    ty: u32,
    byte: u32,
}

/// The offsets on the running kernel.
///
/// # Errors
/// When the kernel lacks a field.
pub fn offsets(layouts: &Layouts, machine_is_x86: bool) -> Result<Offsets, BtfError> {
    let compat = if machine_is_x86 { "status" } else { "flags" };
    let task = |field| layouts.offset("task_struct", &[field]);
    let sock = |field| layouts.offset("sock", &["__sk_common", field]);
    let offsets = Offsets {
        task_pid: task("pid")?,
        task_tgid: task("tgid")?,
        task_comm: task("comm")?,
        task_group_leader: task("group_leader")?,
        task_real_parent: task("real_parent")?,
        task_real_cred: task("real_cred")?,
        task_state: task("__state").or_else(|_| task("state"))?,
        task_flags: task("flags")?,
        task_exit_code: task("exit_code")?,
        task_signal: task("signal")?,
        task_cgroups: task("cgroups")?,
        task_compat_word: layouts.offset("task_struct", &["thread_info", compat])?,
        signal_live: layouts.offset("signal_struct", &["live"])?,
        cred_uid: layouts.offset("cred", &["uid"])?,
        css_set_cgroup: layouts.offset("css_set", &["dfl_cgrp"])?,
        cgroup_kn: layouts.offset("cgroup", &["kn"])?,
        cgroup_parent: layouts.offset("cgroup", &["self", "parent"])?,
        kernfs_id: layouts.offset("kernfs_node", &["id"])?,
        bprm_filename: layouts.offset("linux_binprm", &["filename"])?,
        bprm_interp: layouts.offset("linux_binprm", &["interp"])?,
        task_mm: task("mm")?,
        mm_arg_start: layouts.offset("mm_struct", &["arg_start"])?,
        mm_arg_end: layouts.offset("mm_struct", &["arg_end"])?,
        mm_exe_file: layouts.offset("mm_struct", &["exe_file"])?,
        cred_gid: layouts.offset("cred", &["gid"])?,
        task_files: task("files")?,
        task_fs: task("fs")?,
        files_count: layouts.offset("files_struct", &["count"])?,
        files_fdt: layouts.offset("files_struct", &["fdt"])?,
        fdt_max: layouts.offset("fdtable", &["max_fds"])?,
        fdt_fd: layouts.offset("fdtable", &["fd"])?,
        fdt_open: layouts.offset("fdtable", &["open_fds"])?,
        fs_users: layouts.offset("fs_struct", &["users"])?,
        fs_pwd: layouts.offset("fs_struct", &["pwd"])?,
        file_inode: layouts.offset("file", &["f_inode"])?,
        file_path: layouts.offset("file", &["f_path"])?,
        file_private: layouts.offset("file", &["private_data"])?,
        path_mount: layouts.offset("path", &["mnt"])?,
        path_dentry: layouts.offset("path", &["dentry"])?,
        inode_mode: layouts.offset("inode", &["i_mode"])?,
        inode_number: layouts.offset("inode", &["i_ino"])?,
        inode_device: layouts.offset("inode", &["i_rdev"])?,
        inode_super: layouts.offset("inode", &["i_sb"])?,
        super_magic: layouts.offset("super_block", &["s_magic"])?,
        dentry_inode: layouts.offset("dentry", &["d_inode"])?,
        dentry_parent: layouts.offset("dentry", &["d_parent"])?,
        dentry_name: layouts.offset("dentry", &["d_name", "name"])?,
        dentry_name_length: layouts.offset("dentry", &["d_name", "len"])?,
        dentry_hashed: layouts.offset("dentry", &["d_hash", "pprev"])?,
        mount_mnt: layouts.offset("mount", &["mnt"])?,
        mount_parent: layouts.offset("mount", &["mnt_parent"])?,
        mount_point: layouts.offset("mount", &["mnt_mountpoint"])?,
        mount_root: layouts.offset("mount", &["mnt", "mnt_root"])?,
        socket_sock: layouts.offset("socket", &["sk"])?,
        socket_file: layouts.offset("socket", &["file"])?,
        sock_socket: layouts.offset("sock", &["sk_socket"])?,
        sock_protocol: layouts.offset("sock", &["sk_protocol"])?,
        sock_family: sock("skc_family")?,
        sock_local_port: sock("skc_num")?,
        sock_remote_port: sock("skc_dport")?,
        sock_local: sock("skc_rcv_saddr")?,
        sock_remote: sock("skc_daddr")?,
        // What follows may be left out of a kernel, or be part of a module.
        sock_local6: sock("skc_v6_rcv_saddr").unwrap_or(0),
        sock_remote6: sock("skc_v6_daddr").unwrap_or(0),
        unix_address: layouts.offset("unix_sock", &["addr"]).unwrap_or(0),
        unix_peer: layouts.offset("unix_sock", &["peer"]).unwrap_or(0),
        unix_length: layouts.offset("unix_address", &["len"]).unwrap_or(0),
        unix_name: layouts.offset("unix_address", &["name"]).unwrap_or(0),
        netlink_port: layouts.offset("netlink_sock", &["portid"]).unwrap_or(0),
        ..uring_offsets(layouts).unwrap_or_default()
    };
    Ok(spans(offsets))
}

/// Adds what lies close together.
fn spans(o: Offsets) -> Offsets {
    let [mount, dentry] = [o.path_mount, o.path_dentry].map(|offset| o.file_path + offset);
    let sock = [o.sock_family, o.sock_local_port, o.sock_remote_port, o.sock_local, o.sock_remote];
    // Of IPv6's 16 bytes, the second half, where the kernel has it.
    let six = [o.sock_local6, o.sock_remote6].into_iter().filter(|offset| *offset != 0);
    let sock: Vec<u32> = sock.into_iter().chain(six.flat_map(|at| [at, at + 8])).collect();
    Offsets {
        file: span(&[o.file_inode, mount, dentry, o.file_private]),
        inode: span(&[o.inode_mode, o.inode_number, o.inode_device, o.inode_super]),
        dentry: span(&[o.dentry_parent, o.dentry_name, o.dentry_name_length, o.dentry_hashed]),
        mount: span(&[o.mount_parent, o.mount_point]),
        sock: span(&sock),
        ..o
    }
}

/// The bytes from the first of members of up to 8 bytes to the end of the last.
fn span(members: &[u32]) -> Span {
    let from = members.iter().copied().min().unwrap_or(0);
    let end = members.iter().map(|member| member + 8).max().unwrap_or(0);
    let bytes = end - from;
    Span { from, bytes: if bytes as usize <= SCRATCH { bytes } else { 0 } }
}

/// The offsets of what operations of io_uring are read from; the others are 0. Kernels that lack one have other
/// tracepoints, too.
fn uring_offsets(layouts: &Layouts) -> Result<Offsets, BtfError> {
    let request = |path: &[&'static str]| layouts.offset("io_kiocb", path);
    let ring = |field| layouts.offset("io_ring_ctx", &[field]);
    Ok(Offsets {
        kiocb_opcode: request(&["opcode"])?,
        kiocb_ctx: request(&["ctx"])?,
        kiocb_user_data: request(&["cqe", "user_data"]).or_else(|_| request(&["user_data"]))?,
        ring_flags: ring("flags")?,
        ring_cached_sq_head: ring("cached_sq_head")?,
        ring_sq_entries: ring("sq_entries")?,
        ring_sq_array: ring("sq_array")?,
        ring_sq_sqes: ring("sq_sqes")?,
        ..Offsets::default()
    })
}

/// The tracepoint on what is submitted to an io_uring, and how the one on completions tells of them
/// ([`uring_form`]); `None` where they are not as the probe knows them.
pub fn uring_hooks(layouts: &Layouts) -> Option<(&'static str, u32)> {
    /// All have one more: what the hook was registered with.
    const REQ: [usize; 1] = [2];
    const REQ_AND_FLAG: [usize; 1] = [3];
    const MEMBERS: [usize; 2] = [6, 8];
    const CQE: [usize; 1] = [4];
    uring_offsets(layouts).ok()?;
    let has = |name: &str, counts: &[usize]| {
        layouts.parameters(name).is_some_and(|count| counts.contains(&count))
    };
    let submit = [("io_uring_submit_req", REQ), ("io_uring_submit_sqe", REQ_AND_FLAG)];
    let (submit, _) = submit.into_iter().find(|(name, counts)| has(name, counts))?;
    let complete = "io_uring_complete";
    let form = match (has(complete, &CQE), has(complete, &MEMBERS)) {
        (true, _) => uring_form::CQE,
        (_, true) => uring_form::MEMBERS,
        _ => return None,
    };
    Some((submit, form))
}

impl Layouts {
    /// Those of the running kernel.
    ///
    /// # Errors
    /// When it has no BTF.
    pub fn of_this_kernel() -> Result<Layouts, BtfError> {
        Layouts::parse(fs::read(Path::new(KERNEL_BTF)).map_err(BtfError::Unreadable)?)
    }

    fn parse(data: Vec<u8>) -> Result<Layouts, BtfError> {
        let word = |at: usize| word(&data, at);
        if data.get(..2) != Some(MAGIC.to_ne_bytes().as_slice()) {
            return Err(BtfError::Malformed(0));
        }
        let header = word(4)? as usize;
        let start = header + word(8)? as usize;
        let end = start + word(12)? as usize;
        let strings = header + word(16)? as usize;
        let (mut types, mut named, mut typedefs) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = start;
        while at < end {
            types.push(at);
            let (name, info) = (word(at)?, word(at + 4)?);
            match info >> 24 & 0x1f {
                kind::STRUCT => named.push((name, at)),
                kind::TYPEDEF => typedefs.push((name, at)),
                _ => {}
            }
            at += entry_length(info);
        }
        let (structs, hooks) = (HashMap::new(), HashMap::new());
        let mut layouts = Layouts { data, strings, types, structs, hooks };
        for (name, at) in typedefs {
            if let Some(name) = layouts.string(name)?.strip_prefix(b"btf_trace_") {
                let name = name.to_vec();
                layouts.hooks.insert(name, at);
            }
        }
        for (name, at) in named {
            let name = layouts.string(name)?.to_vec();
            layouts.structs.entry(name).or_insert(at);
        }
        Ok(layouts)
    }

    /// How many parameters the hooks on a tracepoint have: its type is a pointer to a function.
    fn parameters(&self, tracepoint: &str) -> Option<usize> {
        let next = |at: usize| {
            let ty = word(&self.data, at + 8).ok()?;
            self.types.get((ty as usize).wrapping_sub(1)).copied()
        };
        let function = next(next(*self.hooks.get(tracepoint.as_bytes())?)?)?;
        let info = word(&self.data, function + 4).ok()?;
        (info >> 24 & 0x1f == kind::FUNC_PROTO).then_some((info & 0xffff) as usize)
    }

    /// The id of one of the kernel's functions.
    pub fn function(&self, name: &str) -> Option<u32> {
        let is_called_so = |string: u32| {
            let rest = self.data.get(self.strings + string as usize..).unwrap_or_default();
            rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
        };
        let is_it = |at: &usize| {
            let (string, info) = (word(&self.data, *at), word(&self.data, *at + 4));
            info.is_ok_and(|info| info >> 24 & 0x1f == kind::FUNC) && string.is_ok_and(is_called_so)
        };
        u32::try_from(self.types.iter().position(is_it)? + 1).ok()
    }

    /// The id of a struct.
    pub fn structure(&self, name: &str) -> Option<u32> {
        let entry = *self.structs.get(name.as_bytes())?;
        u32::try_from(self.types.binary_search(&entry).ok()? + 1).ok()
    }

    /// The byte offset of a field, reached through nested structs.
    fn offset(&self, structure: &'static str, path: &[&'static str]) -> Result<u32, BtfError> {
        let missing = || BtfError::NoField { structure, field: path.last().copied().unwrap_or("") };
        let mut at = *self.structs.get(structure.as_bytes()).ok_or_else(missing)?;
        let mut offset = 0;
        for (depth, field) in path.iter().enumerate() {
            let (byte, ty) = self.member(at, field)?.ok_or_else(missing)?;
            offset += byte;
            if depth + 1 < path.len() {
                at = self.bare(ty)?.ok_or_else(missing)?;
            }
        }
        Ok(offset)
    }

    /// Where a type's entry starts, once `const` and its like are taken off.
    fn bare(&self, mut ty: u32) -> Result<Option<usize>, BtfError> {
        // A chain of types that leads back to itself would be malformed.
        for _ in 0..self.types.len() {
            let Some(at) = self.types.get((ty as usize).wrapping_sub(1)) else { break };
            match word(&self.data, at + 4)? >> 24 & 0x1f {
                kind::TYPEDEF..=kind::RESTRICT => ty = word(&self.data, at + 8)?,
                _ => return Ok(Some(*at)),
            }
        }
        Ok(None)
    }

    /// Byte offset and type of a member, also of one in an anonymous struct or union within.
    fn member(&self, at: usize, field: &str) -> Result<Option<(u32, u32)>, BtfError> {
        for member in self.members(at)? {
            let name = self.string(member.name)?;
            if name == field.as_bytes() {
                return Ok(Some((member.byte, member.ty)));
            }
            if name.is_empty()
                && let Some(inner) = self.types.get((member.ty as usize).wrapping_sub(1))
                && let Some((byte, ty)) = self.member(*inner, field)?
            {
                return Ok(Some((member.byte + byte, ty)));
            }
        }
        Ok(None)
    }

    fn members(&self, at: usize) -> Result<Vec<Member>, BtfError> {
        let info = word(&self.data, at + 4)?;
        if !matches!(info >> 24 & 0x1f, kind::STRUCT | kind::UNION) {
            return Ok(Vec::new());
        }
        // With the kind flag, the upper byte of an offset is the width of a bit field.
        let bits = if info >> 31 == 1 { 0xff_ffff } else { u32::MAX };
        (0..(info & 0xffff) as usize)
            .map(|i| {
                let at = at + 12 + 12 * i;
                Ok(Member {
                    name: word(&self.data, at)?,
                    ty: word(&self.data, at + 4)?,
                    byte: (word(&self.data, at + 8)? & bits) / 8,
                })
            })
            .collect()
    }

    fn string(&self, offset: u32) -> Result<&[u8], BtfError> {
        let at = self.strings + offset as usize;
        let rest = self.data.get(at..).ok_or(BtfError::Malformed(at))?;
        let end = rest.iter().position(|b| *b == 0).ok_or(BtfError::Malformed(at))?;
        Ok(&rest[..end])
    }
}

/// Bytes of a type's entry: 12, and what its kind adds for each of `vlen` elements.
fn entry_length(info: u32) -> usize {
    let vlen = (info & 0xffff) as usize;
    12 + match info >> 24 & 0x1f {
        kind::INT | kind::VAR | kind::DECL_TAG => 4,
        kind::ARRAY => 12,
        kind::STRUCT | kind::UNION | kind::DATASEC | kind::ENUM64 => 12 * vlen,
        kind::ENUM | kind::FUNC_PROTO => 8 * vlen,
        _ => 0,
    }
}

fn word(data: &[u8], at: usize) -> Result<u32, BtfError> {
    data.get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_ne_bytes)
        .ok_or(BtfError::Malformed(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle is the C compiler's view of an ABI struct that the kernel cannot change.
    #[test]
    fn offsets_of_an_abi_struct() {
        let layouts = Layouts::parse(fs::read(KERNEL_BTF).unwrap()).unwrap();
        let offset = |field| layouts.offset("pollfd", &[field]).unwrap() as usize;
        assert_eq!(offset("events"), std::mem::offset_of!(libc::pollfd, events));
        assert_eq!(offset("revents"), std::mem::offset_of!(libc::pollfd, revents));
    }

    #[test]
    fn hooks_have_as_many_parameters_as_the_kernel_says() {
        let layouts = Layouts::of_this_kernel().unwrap();
        // `sys_exit(struct pt_regs *regs, long ret)`, and what all have first.
        assert_eq!(layouts.parameters("sys_exit"), Some(3));
        assert_eq!(layouts.parameters("no_such_tracepoint"), None);
    }

    #[test]
    fn functions_are_found_by_their_names() {
        let layouts = Layouts::of_this_kernel().unwrap();
        let (one, other) = (layouts.function("vfs_read"), layouts.function("vfs_write"));
        assert!(one.is_some() && other.is_some() && one != other);
        // There is a struct of that name.
        assert_eq!(layouts.function("task_struct"), None);
    }

    #[test]
    fn unknown_fields_are_named() {
        let layouts = Layouts::parse(fs::read(KERNEL_BTF).unwrap()).unwrap();
        let error = layouts.offset("task_struct", &["no_such_field"]).unwrap_err();
        assert!(error.to_string().contains("no_such_field"));
    }

    #[test]
    fn cut_data_is_malformed() {
        let data = fs::read(KERNEL_BTF).unwrap();
        for length in [0, 1, 7, 23, 24, 1000, data.len() / 2] {
            assert!(Layouts::parse(data[..length].to_vec()).is_err(), "{length}");
        }
    }
}
