//! What is compared: structures, and what defines them in C.

use syscord_syscalls::{
    Abi,
    structs::{
        Struct, bpf::*, devices::*, events::*, files::*, ipc::*, mounts::*, network::*,
        processes::*, signals::*, system::*, time::*,
    },
};

/// What is compared of a structure.
pub struct Check {
    /// The structure.
    pub of: &'static Struct,
    /// Its type in C.
    pub c: &'static str,
    /// Where the members lie within it: nothing, or a member and a dot.
    pub under: &'static str,
    /// Members whose expression in C is not their name.
    pub members: &'static [(&'static str, &'static str)],
    /// Whether C's type goes on where ours ends.
    pub head: bool,
}

const fn whole(of: &'static Struct, c: &'static str) -> Check {
    Check { of, c, under: "", members: &[], head: false }
}

const fn head(of: &'static Struct, c: &'static str) -> Check {
    Check { of, c, under: "", members: &[], head: true }
}

impl Check {
    const fn with(self, members: &'static [(&'static str, &'static str)]) -> Check {
        Check { members, ..self }
    }

    const fn under(self, under: &'static str) -> Check {
        Check { under, ..self }
    }
}

/// Structures that are defined by the same headers.
pub struct Group {
    pub abis: &'static [Abi],
    /// Lines of C.
    pub source: &'static str,
    pub checks: &'static [Check],
}

const ALL: &[Abi] = &Abi::OWN;
const WIDE: &[Abi] = &[Abi::X86_64, Abi::Aarch64];
const I386: &[Abi] = &[Abi::I386];

/// What UAPI headers define.
pub const DEFINED: &[Group] = &[
    Group {
        abis: ALL,
        source: "#include <linux/time.h>\n#include <linux/time_types.h>\n#include <linux/timex.h>\n\
                 #include <linux/times.h>\n#include <linux/utime.h>\n#include <linux/rtc.h>",
        checks: &[
            whole(&TIMESPEC, "struct __kernel_old_timespec"),
            whole(&TIMESPEC64, "struct __kernel_timespec"),
            whole(&TIMEVAL, "struct __kernel_old_timeval"),
            whole(&FILE_TIMESPEC, "struct __kernel_old_timespec"),
            whole(&FILE_TIMESPEC64, "struct __kernel_timespec"),
            whole(&FILE_TIMEVAL, "struct __kernel_old_timeval"),
            whole(&FILE_TIMESPECS, "struct __kernel_old_timespec[2]"),
            whole(&FILE_TIMESPECS64, "struct __kernel_timespec[2]"),
            whole(&FILE_TIMEVALS, "struct __kernel_old_timeval[2]"),
            whole(&TIMEVAL64, "struct __kernel_sock_timeval"),
            whole(&TIMEZONE, "struct timezone"),
            whole(&TIME, "__kernel_old_time_t"),
            whole(&UTIMBUF, "struct utimbuf"),
            whole(&ITIMERVAL, "struct itimerval"),
            whole(&ITIMERSPEC, "struct itimerspec"),
            whole(&ITIMERSPEC64, "struct __kernel_itimerspec"),
            whole(&TIMER_ID, "__kernel_timer_t"),
            whole(&TMS, "struct tms"),
            whole(&TIMEX, "struct timex"),
            whole(&TIMEX64, "struct __kernel_timex"),
            whole(&RTC_TIME, "struct rtc_time"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <asm/stat.h>\n#include <asm/statfs.h>\n#include <linux/stat.h>\n\
                 #include <linux/fcntl.h>\n#include <linux/openat2.h>\n#include <linux/fs.h>\n\
                 #include <linux/fiemap.h>",
        checks: &[
            whole(&STAT, "struct stat"),
            whole(&STATX_TIMESTAMP, "struct statx_timestamp"),
            whole(&STATX, "struct statx"),
            whole(&FSID, "__kernel_fsid_t"),
            whole(&STATFS, "struct statfs"),
            whole(&FLOCK, "struct flock"),
            whole(&FLOCK_HELD, "struct flock"),
            whole(&FLOCK64, "struct flock64"),
            whole(&FLOCK64_HELD, "struct flock64"),
            whole(&F_OWNER_EX, "struct f_owner_ex"),
            whole(&RW_HINT, "__u64"),
            whole(&OPEN_HOW, "struct open_how"),
            whole(&OFF, "__kernel_off_t"),
            whole(&LOFF, "__kernel_loff_t"),
            whole(&FD, "int"),
            whole(&FSXATTR, "struct fsxattr"),
            whole(&FSXATTR_SET, "struct fsxattr"),
            whole(&FILE_CLONE_RANGE, "struct file_clone_range"),
            whole(&FSTRIM_RANGE, "struct fstrim_range"),
            whole(&FIEMAP, "struct fiemap"),
            whole(&INODE_ATTRIBUTES, "int"),
            whole(&DEVICE, "unsigned"),
            whole(&WORD, "long"),
            whole(&NUMBER64, "__u64"),
        ],
    },
    Group {
        abis: I386,
        source: "#include <asm/stat.h>\n#include <asm/statfs.h>",
        checks: &[
            whole(&STAT64, "struct stat64"),
            whole(&OLD_STAT, "struct __old_kernel_stat"),
            whole(&STATFS64, "struct statfs64"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/mount.h>\n#include <linux/quota.h>\n#include <linux/dqblk_xfs.h>",
        checks: &[
            whole(&MOUNT_ATTR, "struct mount_attr"),
            whole(&DQBLK, "struct if_dqblk"),
            whole(&NEXTDQBLK, "struct if_nextdqblk"),
            whole(&DQINFO, "struct if_dqinfo"),
            whole(&QUOTA_FORMAT, "__u32"),
            whole(&XFS_QUOTA, "unsigned"),
            whole(&XFS_QUOTA_KINDS, "unsigned"),
            whole(&XFS_DISK_QUOTA, "struct fs_disk_quota"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/time.h>\n#include <linux/resource.h>\n#include <linux/sched.h>\n\
                 #include <linux/sched/types.h>\n#include <linux/capability.h>\n\
                 #include <linux/rseq.h>\n#include <linux/filter.h>\n#include <linux/seccomp.h>\n\
                 #include <linux/kcmp.h>\n#include <linux/prctl.h>\n#include <linux/uio.h>\n\
                 #include <linux/ptrace.h>",
        checks: &[
            whole(&WAIT_STATUS, "int"),
            whole(&PID, "__kernel_pid_t"),
            whole(&RUSAGE, "struct rusage"),
            whole(&RLIMIT, "struct rlimit"),
            whole(&RLIMIT64, "struct rlimit64"),
            whole(&CLONE_ARGS, "struct clone_args"),
            whole(&UID, "__kernel_uid_t"),
            whole(&UID32, "__kernel_uid32_t"),
            whole(&GID, "__kernel_gid_t"),
            whole(&GID32, "__kernel_gid32_t"),
            whole(&USER_CAP_HEADER, "struct __user_cap_header_struct"),
            whole(&USER_CAP_DATA, "struct __user_cap_data_struct"),
            whole(&SCHED_ATTR, "struct sched_attr"),
            whole(&RSEQ, "struct rseq"),
            whole(&SOCK_FPROG, "struct sock_fprog"),
            whole(&SECCOMP_NOTIF_SIZES, "struct seccomp_notif_sizes"),
            whole(&SECCOMP_ACTION, "__u32"),
            whole(&KCMP_EPOLL_SLOT, "struct kcmp_epoll_slot"),
            whole(&PRCTL_MM_MAP, "struct prctl_mm_map"),
            whole(&IOVEC, "struct iovec"),
            whole(&IOVEC_IN, "struct iovec"),
            whole(&IOVEC_OUT, "struct iovec"),
            whole(&PEEKSIGINFO, "struct ptrace_peeksiginfo_args"),
            whole(&SECCOMP_METADATA, "struct seccomp_metadata"),
            whole(&TASK_NAME, "char[16]"),
            whole(&TSC_MODE, "int"),
            whole(&UNALIGN, "int"),
            whole(&COOKIE64, "__u64"),
            whole(&XFEATURES, "__u64"),
            whole(&SIGNAL, "int"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/types.h>\n#include <linux/blkpg.h>\n\
                 #include <linux/blktrace_api.h>\n#include <linux/loop.h>\n#include <linux/rtc.h>",
        checks: &[
            whole(&SHORT, "unsigned short"),
            whole(&BLKPG_PARTITION, "struct blkpg_partition"),
            whole(&BLKPG_ARG, "struct blkpg_ioctl_arg"),
            whole(&BLK_TRACE_SETUP, "struct blk_user_trace_setup"),
            whole(&SCSI_RESET, "int"),
            whole(&LOOP_INFO64, "struct loop_info64"),
            whole(&LOOP_CONFIG, "struct loop_config"),
            whole(&RTC_WKALRM, "struct rtc_wkalrm"),
            whole(&RTC_PLL_INFO, "struct rtc_pll_info"),
        ],
    },
    Group {
        abis: &[Abi::X86_64],
        source: "#include <sys/user.h>",
        checks: &[whole(&USER_REGS, "struct user_regs_struct")],
    },
    Group {
        abis: I386,
        source: "#include <asm/ptrace.h>",
        checks: &[whole(&USER_REGS, "struct pt_regs")],
    },
    Group {
        abis: &[Abi::X86_64, Abi::I386],
        source: "#include <asm/ldt.h>",
        checks: &[head(&USER_DESC, "struct user_desc").with(&[("flags", "")])],
    },
    Group {
        abis: ALL,
        source: "#include <linux/signal.h>",
        checks: &[
            whole(&STACK, "stack_t"),
            whole(&SIGVAL, "sigval_t"),
            head(&SIGINFO, "siginfo_t").with(&[
                ("si_pid", "_sifields._rt._pid"),
                ("si_uid", "_sifields._rt._uid"),
                ("si_ptr", "_sifields._rt._sigval.sival_ptr"),
            ]),
            head(&SIGINFO_CHILD, "siginfo_t").with(&[
                ("si_pid", "_sifields._sigchld._pid"),
                ("si_uid", "_sifields._sigchld._uid"),
                ("si_status", "_sifields._sigchld._status"),
                ("si_utime", "_sifields._sigchld._utime"),
                ("si_stime", "_sifields._sigchld._stime"),
            ]),
            head(&SIGEVENT, "struct sigevent")
                .with(&[("sigev_notify_thread_id", "_sigev_un._tid")]),
        ],
    },
    Group {
        abis: WIDE,
        source: "#include <linux/signal.h>",
        checks: &[whole(&SIGACTION, "struct sigaction"), whole(&SIGSET, "sigset_t")],
    },
    Group {
        abis: I386,
        source: "#include <linux/signal.h>",
        checks: &[
            whole(&OLD_SIGACTION, "struct sigaction").with(&[("sa_handler", "_u._sa_handler")]),
            whole(&OLD_SIGSET, "sigset_t"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/poll.h>\n#include <linux/eventpoll.h>\n\
                 #include <linux/aio_abi.h>\n#include <linux/io_uring.h>",
        checks: &[
            whole(&POLLFD, "struct pollfd"),
            whole(&EPOLL_EVENT, "struct epoll_event"),
            whole(&ADDRESS, "aio_context_t"),
            whole(&IOCB, "struct iocb"),
            whole(&IO_EVENT, "struct io_event"),
            whole(&IO_SQRING_OFFSETS, "struct io_sqring_offsets").with(&[("user_addr", "resv2")]),
            whole(&IO_CQRING_OFFSETS, "struct io_cqring_offsets").with(&[("user_addr", "resv2")]),
            whole(&IO_URING_PARAMS, "struct io_uring_params"),
            whole(&IO_URING_GETEVENTS_ARG, "struct io_uring_getevents_arg")
                .with(&[("min_wait_usec", "pad")]),
            whole(&IO_URING_FILES_UPDATE, "struct io_uring_files_update"),
            whole(&IO_URING_RSRC_REGISTER, "struct io_uring_rsrc_register"),
            whole(&IO_URING_RSRC_UPDATE2, "struct io_uring_rsrc_update2"),
            whole(&IO_URING_PROBE, "struct io_uring_probe"),
            whole(&IO_URING_BUF_REG, "struct io_uring_buf_reg").with(&[("flags", "pad")]),
            whole(&IO_URING_RESTRICTION, "struct io_uring_restriction"),
            whole(&IO_URING_RING_FD, "struct io_uring_rsrc_update"),
            whole(&IO_URING_FILE_RANGE, "struct io_uring_file_index_range"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/mqueue.h>\n#include <linux/ipc.h>\n#include <linux/msg.h>\n\
                 #include <linux/sem.h>\n#include <linux/shm.h>\n#include <linux/futex.h>",
        checks: &[
            whole(&MQ_ATTR, "struct mq_attr"),
            whole(&MSG_PRIO, "unsigned"),
            whole(&IPC_PERM, "struct ipc64_perm"),
            whole(&IPC_PERM_SET, "struct ipc64_perm"),
            head(&MSQID_SET, "struct msqid64_ds"),
            head(&SEMID_SET, "struct semid64_ds"),
            head(&SHMID_SET, "struct shmid64_ds"),
            whole(&MSQID_DS, "struct msqid64_ds"),
            whole(&SEMID_DS, "struct semid64_ds"),
            whole(&SHMID_DS, "struct shmid64_ds"),
            whole(&MSGINFO, "struct msginfo"),
            whole(&SEMINFO, "struct seminfo"),
            whole(&SHMINFO, "struct shminfo64"),
            whole(&SHM_USE, "struct shm_info"),
            whole(&SEMBUF, "struct sembuf"),
            head(&MSGBUF, "struct msgbuf"),
            whole(&FUTEX_WAITV, "struct futex_waitv"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/tcp.h>\n#include <linux/in.h>\n#include <linux/if_packet.h>\n#include <asm/termios.h>\n\
                 #include <asm/termbits.h>
#include <linux/counter.h>",
        checks: &[
            whole(&INT, "int"),
            whole(&UINT, "unsigned int"),
            whole(&ULONG, "unsigned long"),
            whole(&COUNTER_COMPONENT, "struct counter_component"),
            whole(&COUNTER_WATCH, "struct counter_watch"),
            whole(&SOCKLEN, "int"),
            head(&TCP_INFO, "struct tcp_info"),
            whole(&TPACKET_STATS, "struct tpacket_stats"),
            whole(&TPACKET_REQ, "struct tpacket_req"),
            whole(&PACKET_MREQ, "struct packet_mreq"),
            whole(&IP_MREQ, "struct ip_mreq"),
            whole(&OPTION, "int"),
            whole(&SOCKET_ERROR, "int"),
            whole(&TXREHASH, "int"),
            whole(&TERMIOS, "struct termios"),
            whole(&TERMIOS2, "struct termios2"),
            whole(&TERMIO, "struct termio"),
            whole(&WINSIZE, "struct winsize"),
            whole(&MODEM, "int"),
            whole(&COOKIE, "__u64"),
        ],
    },
    Group {
        abis: ALL,
        // The one thing that the header needs of the C library.
        source: "#define _SYS_SOCKET_H\n\
                 struct sockaddr { unsigned short sa_family; char sa_data[14]; };\n\
                 #include <linux/if.h>",
        checks: &[
            head(&IFREQ, "struct ifreq").with(&[("ifr_name", "ifr_ifrn.ifrn_name")]),
            head(&IFREQ_INT, "struct ifreq").with(&[
                ("ifr_name", "ifr_ifrn.ifrn_name"),
                ("ifr_ifindex", "ifr_ifru.ifru_ivalue"),
            ]),
            head(&IFREQ_FLAGS, "struct ifreq")
                .with(&[("ifr_name", "ifr_ifrn.ifrn_name"), ("ifr_flags", "ifr_ifru.ifru_flags")]),
            whole(&IFCONF, "struct ifconf").with(&[("ifc_buf", "ifc_ifcu.ifcu_buf")]),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/utsname.h>\n#include <linux/sysinfo.h>\n#include <linux/kexec.h>\n\
                 #include <linux/landlock.h>\n#include <linux/perf_event.h>",
        checks: &[
            whole(&UTSNAME, "struct new_utsname"),
            whole(&OLD_UTSNAME, "struct old_utsname"),
            whole(&OLDEST_UTSNAME, "struct oldold_utsname"),
            whole(&SYSINFO, "struct sysinfo"),
            whole(&KEXEC_SEGMENT, "struct kexec_segment"),
            whole(&LANDLOCK_PATH_BENEATH_ATTR, "struct landlock_path_beneath_attr"),
            head(&PERF_EVENT_ATTR, "struct perf_event_attr").with(&[("flags", "")]),
            whole(&SIZE, "__kernel_size_t"),
            whole(&SIZE32, "__u32"),
            whole(&PAGE_STATUS, "int"),
            whole(&MEMPOLICY, "int"),
            whole(&NODES, "unsigned long"),
        ],
    },
    Group {
        abis: ALL,
        source: "#include <linux/bpf.h>",
        checks: &[
            head(&BPF_MAP_CREATE, "union bpf_attr"),
            head(&BPF_MAP_ELEM, "union bpf_attr"),
            head(&BPF_MAP_NEXT_KEY, "union bpf_attr"),
            head(&BPF_MAP, "union bpf_attr"),
            head(&BPF_MAP_BATCH, "union bpf_attr").under("batch."),
            head(&BPF_PROG_LOAD, "union bpf_attr"),
            head(&BPF_OBJ, "union bpf_attr"),
            head(&BPF_PROG_ATTACH, "union bpf_attr"),
            head(&BPF_PROG_TEST_RUN, "union bpf_attr").under("test."),
            head(&BPF_NEXT_ID, "union bpf_attr"),
            head(&BPF_FD_BY_ID, "union bpf_attr").with(&[("id", "prog_id")]),
            head(&BPF_OBJ_INFO, "union bpf_attr").under("info."),
            head(&BPF_PROG_QUERY, "union bpf_attr").under("query."),
            head(&BPF_RAW_TRACEPOINT, "union bpf_attr").under("raw_tracepoint."),
            head(&BPF_BTF_LOAD, "union bpf_attr"),
            head(&BPF_TASK_FD_QUERY, "union bpf_attr").under("task_fd_query."),
            head(&BPF_LINK_CREATE, "union bpf_attr").under("link_create."),
            head(&BPF_LINK_UPDATE, "union bpf_attr").under("link_update."),
            head(&BPF_LINK, "union bpf_attr").under("link_detach."),
            head(&BPF_STATS, "union bpf_attr").under("enable_stats."),
            head(&BPF_ITER_CREATE, "union bpf_attr").under("iter_create."),
            head(&BPF_PROG_BIND_MAP, "union bpf_attr").under("prog_bind_map."),
        ],
    },
];

/// What no UAPI header of Linux 6.1 defines, written down here as manual pages and newer kernels
/// have it.
pub const BY_HAND: &[Group] = &[
    Group {
        abis: ALL,
        source: "#include <linux/types.h>
            struct ucred { int pid; unsigned uid, gid; };
            struct linger { int l_onoff, l_linger; };
            struct ustat { int f_tfree; unsigned long f_tinode; char f_fname[6], f_fpack[6]; };
            struct owner_uids { unsigned ruid, euid; };
            struct file_handle { unsigned handle_bytes; int handle_type; };
            struct sched_param { int sched_priority; };
            struct pselect_arg { const void *sigmask; __kernel_size_t sigsetsize; };
            struct signal_mask { __u64 mask; };
            struct user_msghdr {
                void *msg_name; int msg_namelen; void *msg_iov; __kernel_size_t msg_iovlen;
                void *msg_control; __kernel_size_t msg_controllen; unsigned msg_flags;
            };
            struct mmsghdr { struct user_msghdr msg_hdr; unsigned msg_len; };
            struct cachestat_range { __u64 off, len; };
            struct cachestat {
                __u64 nr_cache, nr_dirty, nr_writeback, nr_evicted, nr_recently_evicted;
            };
            struct file_attr {
                __u64 fa_xflags; __u32 fa_extsize, fa_nextents, fa_projid, fa_cowextsize;
            };
            struct xattr_args { __u64 value __attribute__((aligned(8))); __u32 size, flags; };
            struct mnt_id_req { __u32 size, spare; __u64 mnt_id, param, mnt_ns_id; };
            struct statmount {
                __u32 size, mnt_opts; __u64 mask; __u32 sb_dev_major, sb_dev_minor;
                __u64 sb_magic; __u32 sb_flags, fs_type; __u64 mnt_id, mnt_parent_id;
                __u32 mnt_id_old, mnt_parent_id_old; __u64 mnt_attr, mnt_propagation;
                __u64 mnt_peer_group, mnt_master, propagate_from; __u32 mnt_root, mnt_point;
                __u64 mnt_ns_id; __u64 spare[43];
            };
            struct ns_id_req {
                __u32 size, spare; __u64 ns_id; __u32 ns_type, spare2; __u64 user_ns_id;
            };
            struct epoll_params { __u32 busy_poll_usecs; __u16 busy_poll_budget;
                __u8 prefer_busy_poll, pad; };
            struct landlock_ruleset_attr { __u64 handled_access_fs, handled_access_net, scoped; };
            struct landlock_net_port_attr { __u64 allowed_access, port; };
            struct lsm_ctx { __u64 id, flags, len, ctx_len; };
            struct delegation { __u32 d_flags; __u16 d_type, pad; };",
        checks: &[
            whole(&UCRED, "struct ucred"),
            whole(&LINGER, "struct linger"),
            whole(&USTAT, "struct ustat"),
            whole(&OWNER_UIDS, "struct owner_uids"),
            whole(&FILE_HANDLE, "struct file_handle"),
            whole(&SCHED_PARAM, "struct sched_param"),
            whole(&SIGSET_ARG, "struct pselect_arg"),
            whole(&SIGNAL_MASK, "struct signal_mask"),
            whole(&MSGHDR_IN, "struct user_msghdr"),
            whole(&MSGHDR_OUT, "struct user_msghdr"),
            whole(&MMSGHDR_IN, "struct mmsghdr"),
            whole(&MMSGHDR_OUT, "struct mmsghdr"),
            whole(&CACHESTAT_RANGE, "struct cachestat_range"),
            whole(&CACHESTAT, "struct cachestat"),
            whole(&FILE_ATTR, "struct file_attr"),
            whole(&XATTR_ARGS, "struct xattr_args"),
            whole(&MNT_ID_REQ, "struct mnt_id_req"),
            whole(&MOUNT_ID, "__u64"),
            head(&STATMOUNT, "struct statmount"),
            whole(&NS_ID_REQ, "struct ns_id_req"),
            whole(&EPOLL_PARAMS, "struct epoll_params"),
            whole(&LANDLOCK_RULESET_ATTR, "struct landlock_ruleset_attr"),
            whole(&LANDLOCK_NET_PORT_ATTR, "struct landlock_net_port_attr"),
            whole(&LSM_CTX, "struct lsm_ctx"),
            whole(&LSM_ID, "__u64"),
            whole(&DELEGATION, "struct delegation"),
        ],
    },
    Group {
        abis: I386,
        source: "typedef struct { unsigned long sig[2]; } sigset;
            struct rt_sigaction {
                void *sa_handler; unsigned long sa_flags; void *sa_restorer; sigset sa_mask;
            };
            struct select_args {
                unsigned long nfds; void *readfds, *writefds, *exceptfds, *timeout;
            };
            struct mmap_args { unsigned long addr, length, prot, flags, fd, offset; };
            struct old_dirent {
                unsigned long d_ino, d_off; unsigned short d_reclen; char d_name[256];
            };",
        checks: &[
            whole(&SIGACTION, "struct rt_sigaction"),
            whole(&SIGSET, "sigset"),
            whole(&SELECT_ARGS, "struct select_args"),
            whole(&MMAP_ARGS, "struct mmap_args"),
            whole(&OLD_DIRENT, "struct old_dirent"),
        ],
    },
];
