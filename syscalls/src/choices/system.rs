//! bpf(2), io_uring, Landlock, and the kernel's messages.

use super::choices;

choices! {
    /// bpf(2)'s second argument.
    BPF_ATTR by cmd of BPF_CMDS {
        BPF_MAP_CREATE => SizedIn(&BPF_MAP_CREATE, "size", 0),
        BPF_MAP_LOOKUP_ELEM | BPF_MAP_UPDATE_ELEM | BPF_MAP_LOOKUP_AND_DELETE_ELEM
        | BPF_MAP_DELETE_ELEM => SizedIn(&BPF_MAP_ELEM, "size", 0),
        BPF_MAP_GET_NEXT_KEY => SizedIn(&BPF_MAP_NEXT_KEY, "size", 0),
        BPF_MAP_FREEZE => SizedIn(&BPF_MAP, "size", 0),
        BPF_MAP_LOOKUP_BATCH | BPF_MAP_LOOKUP_AND_DELETE_BATCH | BPF_MAP_UPDATE_BATCH
        | BPF_MAP_DELETE_BATCH => SizedIn(&BPF_MAP_BATCH, "size", 0),
        BPF_PROG_LOAD => SizedIn(&BPF_PROG_LOAD, "size", 0),
        BPF_OBJ_PIN | BPF_OBJ_GET => SizedIn(&BPF_OBJ, "size", 0),
        BPF_PROG_ATTACH | BPF_PROG_DETACH => SizedIn(&BPF_PROG_ATTACH, "size", 0),
        BPF_PROG_TEST_RUN => SizedIn(&BPF_PROG_TEST_RUN, "size", 0),
        BPF_PROG_GET_NEXT_ID | BPF_MAP_GET_NEXT_ID | BPF_BTF_GET_NEXT_ID
        | BPF_LINK_GET_NEXT_ID => SizedIn(&BPF_NEXT_ID, "size", 0),
        BPF_PROG_GET_FD_BY_ID | BPF_MAP_GET_FD_BY_ID | BPF_BTF_GET_FD_BY_ID
        | BPF_LINK_GET_FD_BY_ID => SizedIn(&BPF_FD_BY_ID, "size", 0),
        BPF_OBJ_GET_INFO_BY_FD => SizedIn(&BPF_OBJ_INFO, "size", 0),
        BPF_PROG_QUERY => SizedIn(&BPF_PROG_QUERY, "size", 0),
        BPF_RAW_TRACEPOINT_OPEN => SizedIn(&BPF_RAW_TRACEPOINT, "size", 0),
        BPF_BTF_LOAD => SizedIn(&BPF_BTF_LOAD, "size", 0),
        BPF_TASK_FD_QUERY => SizedIn(&BPF_TASK_FD_QUERY, "size", 0),
        BPF_LINK_CREATE => SizedIn(&BPF_LINK_CREATE, "size", 0),
        BPF_LINK_UPDATE => SizedIn(&BPF_LINK_UPDATE, "size", 0),
        BPF_LINK_DETACH => SizedIn(&BPF_LINK, "size", 0),
        BPF_ENABLE_STATS => SizedIn(&BPF_STATS, "size", 0),
        BPF_ITER_CREATE => SizedIn(&BPF_ITER_CREATE, "size", 0),
        BPF_PROG_BIND_MAP => SizedIn(&BPF_PROG_BIND_MAP, "size", 0),
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
        SYSLOG_ACTION_CLOSE | SYSLOG_ACTION_OPEN | SYSLOG_ACTION_CLEAR | SYSLOG_ACTION_CONSOLE_OFF
        | SYSLOG_ACTION_CONSOLE_ON | SYSLOG_ACTION_SIZE_UNREAD | SYSLOG_ACTION_SIZE_BUFFER
            => Unused,
    } otherwise Ptr

    /// syslog(2)'s last argument.
    SYSLOG_LEN by type of SYSLOG_ACTIONS {
        SYSLOG_ACTION_CLOSE | SYSLOG_ACTION_OPEN | SYSLOG_ACTION_CLEAR | SYSLOG_ACTION_CONSOLE_OFF
        | SYSLOG_ACTION_CONSOLE_ON | SYSLOG_ACTION_SIZE_UNREAD | SYSLOG_ACTION_SIZE_BUFFER
            => Unused,
    } otherwise Int
}
