//! What bpf(2) is told, for each command.

use super::structs;

structs! {
    /// A map to create (bpf(2)'s `BPF_MAP_CREATE`).
    BPF_MAP_CREATE {
        map_type: u32 = One(&BPF_MAP_TYPES), key_size: u32 = Uint, value_size: u32 = Uint,
        max_entries: u32 = Uint, map_flags: u32 = Bits(&BPF_MAP_FLAGS), inner_map_fd: u32 = Fd,
        optional numa_node: u32 = Uint, map_name: u8[16] = Chars, map_ifindex: u32 = Uint,
        btf_fd: u32 = Fd, btf_key_type_id: u32 = Uint, btf_value_type_id: u32 = Uint,
        btf_vmlinux_value_type_id: u32 = Uint, map_extra: u64 = Ulong
    }

    /// An element of a map (bpf(2)'s `BPF_MAP_LOOKUP_ELEM` and others).
    BPF_MAP_ELEM {
        map_fd: u32 = Fd, _: u32 = Uint, key: u64 = Ptr, value: u64 = Ptr,
        flags: u64 = Bits(&BPF_ELEM_FLAGS)
    }

    /// An element of a map whose next is sought (bpf(2)'s `BPF_MAP_GET_NEXT_KEY`).
    BPF_MAP_NEXT_KEY { map_fd: u32 = Fd, _: u32 = Uint, key: u64 = Ptr, next_key: u64 = Ptr }

    /// A map (bpf(2)'s `BPF_MAP_FREEZE`).
    BPF_MAP { map_fd: u32 = Fd }

    /// Elements of a map (bpf(2)'s `BPF_MAP_LOOKUP_BATCH` and others).
    BPF_MAP_BATCH {
        in_batch: u64 = Ptr, out_batch: u64 = Ptr, keys: u64 = Ptr, values: u64 = Ptr,
        count: u32 = Uint, map_fd: u32 = Fd, elem_flags: u64 = Bits(&BPF_ELEM_FLAGS),
        flags: u64 = Flags
    }

    /// A program to load (bpf(2)'s `BPF_PROG_LOAD`).
    BPF_PROG_LOAD {
        prog_type: u32 = One(&BPF_PROG_TYPES), insn_cnt: u32 = Uint, insns: u64 = Ptr,
        license: u64 = Ptr, log_level: u32 = Uint, log_size: u32 = Uint, log_buf: u64 = Ptr,
        kern_version: u32 = Version, prog_flags: u32 = Bits(&BPF_PROG_FLAGS), prog_name: u8[16] = Chars,
        prog_ifindex: u32 = Uint, expected_attach_type: u32 = One(&BPF_ATTACH_TYPES),
        prog_btf_fd: u32 = Fd, func_info_rec_size: u32 = Uint, func_info: u64 = Ptr,
        func_info_cnt: u32 = Uint, line_info_rec_size: u32 = Uint, line_info: u64 = Ptr,
        line_info_cnt: u32 = Uint, attach_btf_id: u32 = Uint, attach_prog_fd: u32 = Fd,
        optional core_relo_cnt: u32 = Uint, fd_array: u64 = Ptr, optional core_relos: u64 = Ptr,
        optional core_relo_rec_size: u32 = Uint
    }

    /// An object and its place in a file system (bpf(2)'s `BPF_OBJ_PIN` and `BPF_OBJ_GET`).
    BPF_OBJ { pathname: u64 = Ptr, bpf_fd: u32 = Fd, file_flags: u32 = Bits(&BPF_FILE_FLAGS) }

    /// A program to attach (bpf(2)'s `BPF_PROG_ATTACH` and `BPF_PROG_DETACH`).
    BPF_PROG_ATTACH {
        target_fd: u32 = Fd, attach_bpf_fd: u32 = Fd, attach_type: u32 = One(&BPF_ATTACH_TYPES),
        attach_flags: u32 = Bits(&BPF_ATTACH_FLAGS), replace_bpf_fd: u32 = Fd
    }

    /// A program to run on given data (bpf(2)'s `BPF_PROG_TEST_RUN`).
    BPF_PROG_TEST_RUN {
        prog_fd: u32 = Fd, retval: u32 = Uint, data_size_in: u32 = Uint, data_size_out: u32 = Uint,
        data_in: u64 = Ptr, data_out: u64 = Ptr, repeat: u32 = Uint, duration: u32 = Uint,
        ctx_size_in: u32 = Uint, ctx_size_out: u32 = Uint, ctx_in: u64 = Ptr, ctx_out: u64 = Ptr,
        flags: u32 = Bits(&BPF_TEST_FLAGS), cpu: u32 = Uint, batch_size: u32 = Uint
    }

    /// The next id of an object after one (bpf(2)'s `BPF_PROG_GET_NEXT_ID` and others).
    BPF_NEXT_ID {
        start_id: u32 = Uint, next_id: u32 = Uint, open_flags: u32 = Bits(&BPF_FILE_FLAGS)
    }

    /// An object by its id (bpf(2)'s `BPF_PROG_GET_FD_BY_ID` and others).
    BPF_FD_BY_ID { id: u32 = Uint, next_id: u32 = Uint, open_flags: u32 = Bits(&BPF_FILE_FLAGS) }

    /// Facts about an object (bpf(2)'s `BPF_OBJ_GET_INFO_BY_FD`).
    BPF_OBJ_INFO { bpf_fd: u32 = Fd, info_len: u32 = Uint, info: u64 = Ptr }

    /// The programs attached to a target (bpf(2)'s `BPF_PROG_QUERY`).
    BPF_PROG_QUERY {
        target_fd: u32 = Fd, attach_type: u32 = One(&BPF_ATTACH_TYPES),
        query_flags: u32 = Bits(&BPF_QUERY_FLAGS), attach_flags: u32 = Bits(&BPF_ATTACH_FLAGS),
        prog_ids: u64 = Ptr, prog_cnt: u32 = Uint, _: u32 = Uint,
        detail prog_attach_flags: u64 = Ptr
    }

    /// A tracepoint to attach to (bpf(2)'s `BPF_RAW_TRACEPOINT_OPEN`).
    BPF_RAW_TRACEPOINT { name: u64 = Ptr, prog_fd: u32 = Fd }

    /// Type information to load (bpf(2)'s `BPF_BTF_LOAD`).
    BPF_BTF_LOAD {
        btf: u64 = Ptr, btf_log_buf: u64 = Ptr, btf_size: u32 = Uint, btf_log_size: u32 = Uint,
        btf_log_level: u32 = Uint
    }

    /// What a descriptor of a process refers to (bpf(2)'s `BPF_TASK_FD_QUERY`).
    BPF_TASK_FD_QUERY {
        pid: u32 = Pid, fd: u32 = Fd, flags: u32 = Flags, buf_len: u32 = Uint, buf: u64 = Ptr,
        prog_id: u32 = Uint, fd_type: u32 = One(&BPF_TASK_FD_TYPES), probe_offset: u64 = Hex,
        probe_addr: u64 = Ptr
    }

    /// A link to create (bpf(2)'s `BPF_LINK_CREATE`).
    BPF_LINK_CREATE {
        prog_fd: u32 = Fd, target_fd: u32 = Fd, attach_type: u32 = One(&BPF_ATTACH_TYPES),
        flags: u32 = Flags
    }

    /// A link whose program is to be replaced (bpf(2)'s `BPF_LINK_UPDATE`).
    BPF_LINK_UPDATE {
        link_fd: u32 = Fd, new_prog_fd: u32 = Fd, flags: u32 = Flags, old_prog_fd: u32 = Fd
    }

    /// A link to be detached (bpf(2)'s `BPF_LINK_DETACH`).
    BPF_LINK { link_fd: u32 = Fd }

    /// Statistics to enable (bpf(2)'s `BPF_ENABLE_STATS`).
    BPF_STATS { type: u32 = One(&BPF_STATS_TYPES) }

    /// An iterator to create (bpf(2)'s `BPF_ITER_CREATE`).
    BPF_ITER_CREATE { link_fd: u32 = Fd, flags: u32 = Flags }

    /// A map that a program is to keep alive (bpf(2)'s `BPF_PROG_BIND_MAP`).
    BPF_PROG_BIND_MAP { prog_fd: u32 = Fd, map_fd: u32 = Fd, flags: u32 = Flags }
}
