//! bpf(2), io_uring, Landlock, and the kernel's messages.

use super::choices;

choices! {
    /// bpf(2)'s second argument.
    BPF_ATTR by cmd of BPF_CMDS {
        BPF_MAP_CREATE => StructIn(&BPF_MAP_CREATE),
        BPF_MAP_LOOKUP_ELEM | BPF_MAP_UPDATE_ELEM | BPF_MAP_LOOKUP_AND_DELETE_ELEM
        | BPF_MAP_DELETE_ELEM => StructIn(&BPF_MAP_ELEM),
        BPF_MAP_GET_NEXT_KEY => StructIn(&BPF_MAP_NEXT_KEY),
        BPF_MAP_FREEZE => StructIn(&BPF_MAP),
        BPF_MAP_LOOKUP_BATCH | BPF_MAP_LOOKUP_AND_DELETE_BATCH | BPF_MAP_UPDATE_BATCH
        | BPF_MAP_DELETE_BATCH => StructIn(&BPF_MAP_BATCH),
        BPF_PROG_LOAD => StructIn(&BPF_PROG_LOAD),
        BPF_OBJ_PIN | BPF_OBJ_GET => StructIn(&BPF_OBJ),
        BPF_PROG_ATTACH | BPF_PROG_DETACH => StructIn(&BPF_PROG_ATTACH),
        BPF_PROG_TEST_RUN => StructIn(&BPF_PROG_TEST_RUN),
        BPF_PROG_GET_NEXT_ID | BPF_MAP_GET_NEXT_ID | BPF_BTF_GET_NEXT_ID
        | BPF_LINK_GET_NEXT_ID => StructIn(&BPF_NEXT_ID),
        BPF_PROG_GET_FD_BY_ID | BPF_MAP_GET_FD_BY_ID | BPF_BTF_GET_FD_BY_ID
        | BPF_LINK_GET_FD_BY_ID => StructIn(&BPF_FD_BY_ID),
        BPF_OBJ_GET_INFO_BY_FD => StructIn(&BPF_OBJ_INFO),
        BPF_PROG_QUERY => StructIn(&BPF_PROG_QUERY),
        BPF_RAW_TRACEPOINT_OPEN => StructIn(&BPF_RAW_TRACEPOINT),
        BPF_BTF_LOAD => StructIn(&BPF_BTF_LOAD),
        BPF_TASK_FD_QUERY => StructIn(&BPF_TASK_FD_QUERY),
        BPF_LINK_CREATE => StructIn(&BPF_LINK_CREATE),
        BPF_LINK_UPDATE => StructIn(&BPF_LINK_UPDATE),
        BPF_LINK_DETACH => StructIn(&BPF_LINK),
        BPF_ENABLE_STATS => StructIn(&BPF_STATS),
        BPF_ITER_CREATE => StructIn(&BPF_ITER_CREATE),
        BPF_PROG_BIND_MAP => StructIn(&BPF_PROG_BIND_MAP),
    } otherwise In(Arg("size"))

    /// io_uring_enter(2)'s fifth argument.
    URING_ENTER_ARG by flags of URING_ENTER_FLAGS {
        IORING_ENTER_EXT_ARG_REG => Ulong,
        IORING_ENTER_EXT_ARG => StructIn(&IO_URING_GETEVENTS_ARG),
        IORING_ENTER_GETEVENTS => StructIn(&SIGSET),
    } otherwise In(Arg("argsz"))

    /// io_uring_register(2)'s third argument.
    URING_REGISTER_ARG by opcode of URING_REGISTER_OPS {
        IORING_REGISTER_BUFFERS => ArrayIn(&IOVEC, Arg("nr_args")),
        IORING_REGISTER_FILES => ArrayIn(&FD, Arg("nr_args")),
        IORING_REGISTER_FILES_UPDATE => StructIn(&IO_URING_FILES_UPDATE),
        IORING_REGISTER_EVENTFD | IORING_REGISTER_EVENTFD_ASYNC => StructIn(&FD),
        IORING_REGISTER_PROBE => StructOut(&IO_URING_PROBE),
        IORING_REGISTER_RESTRICTIONS => ArrayIn(&IO_URING_RESTRICTION, Arg("nr_args")),
        IORING_REGISTER_FILES2 | IORING_REGISTER_BUFFERS2 => StructIn(&IO_URING_RSRC_REGISTER),
        IORING_REGISTER_FILES_UPDATE2 | IORING_REGISTER_BUFFERS_UPDATE
            => StructIn(&IO_URING_RSRC_UPDATE2),
        IORING_REGISTER_IOWQ_MAX_WORKERS => ArrayIn(&INT, Arg("nr_args")),
        IORING_REGISTER_RING_FDS | IORING_UNREGISTER_RING_FDS
            => ArrayIn(&IO_URING_RING_FD, Arg("nr_args")),
        IORING_REGISTER_PBUF_RING | IORING_UNREGISTER_PBUF_RING => StructIn(&IO_URING_BUF_REG),
        IORING_REGISTER_FILE_ALLOC_RANGE => StructIn(&IO_URING_FILE_RANGE),
    } otherwise Ptr

    /// landlock_add_rule(2)'s third argument.
    LANDLOCK_RULE_ATTR by rule_type of LANDLOCK_RULES {
        LANDLOCK_RULE_PATH_BENEATH => StructIn(&LANDLOCK_PATH_BENEATH_ATTR),
        LANDLOCK_RULE_NET_PORT => StructIn(&LANDLOCK_NET_PORT_ATTR),
    } otherwise Ptr

    /// reboot(2)'s last argument.
    REBOOT_ARG by op of REBOOT_OPS {
        LINUX_REBOOT_CMD_RESTART2 => Str,
    } otherwise Unused

    /// syslog(2)'s second argument.
    SYSLOG_BUF by type of SYSLOG_ACTIONS {
        SYSLOG_ACTION_READ | SYSLOG_ACTION_READ_ALL | SYSLOG_ACTION_READ_CLEAR
            => Out(Within("len")),
    } otherwise Ptr
}
