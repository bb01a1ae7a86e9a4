//! The vocabularies against the kernel's own headers and the C library's, and what holds for each.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use syscord_syscalls::{
    Abi, Detail, Kind,
    names::{
        Member, Names, capabilities, clock, devices, events, files, ioctls, ipc, mounts, network,
        newer::{NEWER, is_newer},
        prctl, processes, sched, security, signals, sockopts, tracing, uring,
    },
    structs::Struct,
    table,
};

use self::{
    absent::ABSENT,
    programs::{DRIVERS, PROGRAMS},
};

mod absent;
mod programs;

/// Vocabularies that need no row, structure or choice to refer to them.
static OTHERS: [&Names; 129] = [
    &capabilities::CAPABILITIES,
    &capabilities::CAP_VERSIONS,
    &clock::ADJTIMEX_MODES,
    &clock::ADJTIMEX_STATUS,
    &clock::CLOCK_STATES,
    &devices::TERMINAL_IFLAGS,
    &devices::TERMINAL_OFLAGS,
    &devices::TERMINAL_CFLAGS,
    &devices::TERMINAL_LFLAGS,
    &devices::LINE_DISCIPLINES,
    &devices::BLKPG_OPS,
    &devices::SCSI_RESETS,
    &devices::LOOP_CIPHERS,
    &devices::LOOP_FLAGS,
    &devices::NBD_FLAGS,
    &devices::FLOW_ACTIONS,
    &devices::FLUSH_QUEUES,
    &devices::INTERFACE_FLAGS,
    &devices::INODE_FLAGS,
    &devices::EXTENDED_INODE_FLAGS,
    &devices::FIEMAP_FLAGS,
    &devices::EXTENT_FLAGS,
    &events::POLL_EVENTS,
    &events::AIO_OPS,
    &events::AIO_FLAGS,
    &events::USERFAULTFD_FEATURES,
    &events::USERFAULTFD_MODES,
    &files::RESOLVE_FLAGS,
    &files::STATX_ATTRS,
    &files::LOCK_TYPES,
    &files::OWNER_TYPES,
    &files::SEALS,
    &files::DNOTIFY_EVENTS,
    &files::WRITE_HINTS,
    &ioctls::REQUESTS,
    &ipc::SEMOP_FLAGS,
    &ipc::MQ_FLAGS,
    &mounts::MOUNT_ATTRS,
    &mounts::PROPAGATIONS,
    &mounts::STATMOUNT_MASKS,
    &mounts::STATFS_FLAGS,
    &mounts::FS_MAGICS,
    &mounts::QUOTA_FORMATS,
    &mounts::QUOTA_VALID,
    &mounts::QUOTA_INFO_FLAGS,
    &mounts::QUOTA_INFO_VALID,
    &mounts::XFS_QUOTA_FLAGS,
    &mounts::XFS_DISK_QUOTA_FLAGS,
    &network::INET_PROTOCOLS,
    &network::NETLINK_PROTOCOLS,
    &network::CAN_PROTOCOLS,
    &network::BLUETOOTH_PROTOCOLS,
    &network::ETHERNET_PROTOCOLS,
    &network::ARP_HARDWARE,
    &network::PACKET_TYPES,
    &network::VSOCK_CIDS,
    &network::VSOCK_FLAGS,
    &network::CMSG_TYPES,
    &prctl::DUMPABLE,
    &prctl::UNALIGN_FLAGS,
    &prctl::TSC_MODES,
    &prctl::SECUREBITS,
    &prctl::MCE_KILL_OPS,
    &prctl::MCE_KILL_POLICIES,
    &prctl::SET_MM_OPS,
    &prctl::SET_VMA_ATTRS,
    &prctl::CAP_AMBIENT_OPS,
    &prctl::SPECULATION_MISFEATURES,
    &prctl::SPECULATION_CONTROLS,
    &prctl::PAC_KEYS,
    &prctl::SYSCALL_DISPATCH_MODES,
    &prctl::SCHED_CORE_OPS,
    &prctl::MDWE_FLAGS,
    &processes::CLONE3_FLAGS,
    &processes::PTRACE_OPTIONS,
    &processes::REGISTER_SETS,
    &processes::PEEKSIGINFO_FLAGS,
    &sched::SCHED_ATTR_FLAGS,
    &security::SECCOMP_ACTIONS,
    &security::LANDLOCK_ACCESS_FS,
    &security::LANDLOCK_ACCESS_NET,
    &security::LANDLOCK_SCOPES,
    &security::LSM_IDS,
    &signals::SIGNAL_HANDLERS,
    &signals::SIGACTION_FLAGS,
    &signals::SIGALTSTACK_FLAGS,
    &signals::SIGEV_NOTIFY,
    &signals::SIGINFO_CODES,
    &signals::SIGCHLD_CODES,
    &signals::SIGSEGV_CODES,
    &signals::SIGBUS_CODES,
    &signals::SIGILL_CODES,
    &signals::SIGFPE_CODES,
    &signals::SIGTRAP_CODES,
    &signals::SIGPOLL_CODES,
    &signals::SIGSYS_CODES,
    &sockopts::TCP_STATES,
    &sockopts::TXREHASH_MODES,
    &sockopts::PACKET_MEMBERSHIPS,
    &sockopts::TCP_CONGESTION_STATES,
    &sockopts::TCP_INFO_OPTIONS,
    &tracing::BPF_MAP_TYPES,
    &tracing::BPF_MAP_FLAGS,
    &tracing::BPF_PROG_TYPES,
    &tracing::BPF_PROG_FLAGS,
    &tracing::BPF_ATTACH_TYPES,
    &tracing::BPF_ELEM_FLAGS,
    &tracing::BPF_ATTACH_FLAGS,
    &tracing::BPF_LINK_TYPES,
    &tracing::PERF_TYPES,
    &tracing::PERF_HARDWARE,
    &tracing::PERF_SOFTWARE,
    &tracing::PERF_SAMPLE,
    &tracing::PERF_READ,
    &tracing::PERF_BRANCH,
    &tracing::BPF_FILE_FLAGS,
    &tracing::BPF_QUERY_FLAGS,
    &tracing::BPF_TEST_FLAGS,
    &tracing::BPF_TASK_FD_TYPES,
    &tracing::BPF_STATS_TYPES,
    &tracing::BREAKPOINT_TYPES,
    &uring::URING_SETUP_FLAGS,
    &uring::URING_FEATURES,
    &uring::URING_OPS,
    &uring::URING_SQE_FLAGS,
    &uring::URING_RESTRICTIONS,
    &uring::URING_RESOURCE_FLAGS,
    &uring::URING_BUFFER_RING_FLAGS,
    &uring::URING_PROBE_FLAGS,
];

/// Before the name of a bit field of a descriptor.
const DESCRIPTOR: &str =
    "({ union { struct user_desc of; unsigned words[4]; } all = { .words = { 0 } }; all.of.";

/// How a value is written in C where a name alone has another: for the names in a vocabulary that
/// start so, what stands before and behind the name.
const SPELLINGS: [(&str, &str, &str, &str); 4] = [
    // Bit fields have no value but in a structure.
    ("DESCRIPTOR_FIELDS", "", DESCRIPTOR, " = ~0; all.words[3]; })"),
    ("DESCRIPTOR_FIELDS_32", "", DESCRIPTOR, " = ~0; all.words[3]; })"),
    // The header has the class as a number, the vocabulary in its place.
    ("IOPRIO", "IOPRIO_CLASS_", "(", " << IOPRIO_CLASS_SHIFT)"),
    ("QUOTA_CMDS", "Q_", "QCMD(", ", 0)"),
];

/// Names that the C library alone has on 64-bit machines, where they stand for the calls without
/// the 64.
const OF_THE_C_LIBRARY: [&str; 3] = ["F_GETLK64", "F_SETLK64", "F_SETLKW64"];

#[test]
fn values_agree_with_the_headers() {
    let abi = Abi::native()[0];
    let vocabularies = vocabularies(Abi::native());
    let mut unknown: BTreeSet<String> = vocabularies
        .values()
        .flat_map(|names| names.on(abi).iter().map(|member| spelling(names, member)))
        .collect();
    // Each needs only some of the headers, and names that are not there take the compiler long.
    let requests: BTreeSet<String> =
        ioctls::REQUESTS.members.iter().map(|member| member.name.to_owned()).collect();
    unknown.retain(|name| !requests.contains(name));
    let mut known = values("names-requests", &DRIVERS, &requests);
    for (number, headers) in PROGRAMS.iter().enumerate() {
        known.extend(values(&format!("names-{number}"), headers, &unknown));
        unknown.retain(|name| !known.contains_key(name));
    }
    known.retain(|name, _| !OF_THE_C_LIBRARY.contains(&name.as_str()));
    unknown.extend(requests.into_iter().filter(|name| !known.contains_key(name)));
    let mut faults = Vec::new();
    for names in vocabularies.values() {
        for member in names.on(abi) {
            if let Some(value) = known.get(&spelling(names, member)) {
                let value = if names.bits == 32 { value & u64::from(u32::MAX) } else { *value };
                if value != member.value {
                    let Member { name, value: ours, .. } = member;
                    faults.push(format!("{}: {name} is {value:#x}, not {ours:#x}", names.name));
                }
            }
        }
    }
    faults.extend(
        unknown
            .iter()
            .filter(|name| !ABSENT.contains(&name.as_str()) && !is_newer(name))
            // Debian keeps drm.h, which has them, out of the kernel's package.
            .filter(|name| !name.starts_with("DRM_IOCTL_"))
            .map(|name| format!("\"{name}\" is in no header: a typo, or one for ABSENT")),
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn absent_names_are_sorted_and_in_use() {
    assert!(ABSENT.is_sorted() && NEWER.is_sorted());
    let used: BTreeSet<String> = vocabularies(&Abi::ALL)
        .values()
        .flat_map(|names| lists(names).into_iter().flatten().map(|m| spelling(names, m)))
        .collect();
    for name in ABSENT.into_iter().chain(NEWER) {
        assert!(used.contains(name), "{name}");
    }
}

#[test]
fn values_lie_within_their_masks() {
    for names in vocabularies(&Abi::ALL).values() {
        let all = if names.bits == 32 { u64::from(u32::MAX) } else { u64::MAX };
        for Member { mask, value, name } in lists(names).into_iter().flatten() {
            // Of a number, it is how far that is shifted.
            match name.strip_prefix('%') {
                Some(_) => assert!(*value <= u64::from(mask.trailing_zeros()), "{}", names.name),
                None => assert_eq!(value & !(mask & all), 0, "{}: {name}", names.name),
            }
            assert!(*mask == u64::MAX || mask & !all == 0, "{}: {name}", names.name);
            assert_ne!(*mask, 0, "{}: {name} matches always", names.name);
        }
    }
}

#[test]
fn vocabularies_have_distinct_names() {
    for names in vocabularies(&Abi::ALL).values() {
        assert!(!names.members.is_empty() || names.name == "NO_FLAGS", "{}", names.name);
        assert!(names.unknown.is_empty() || names.unknown.contains(['?', '%']), "{}", names.name);
        for list in lists(names) {
            let distinct: BTreeSet<&str> = list.iter().map(|member| member.name).collect();
            assert_eq!(distinct.len(), list.len(), "{}", names.name);
        }
    }
}

/// Where a member matches, no earlier one has taken its bits in every case.
#[test]
fn every_member_can_match() {
    // What it says of a request's number stands for each driver that chose it.
    let shared = |names: &&&Names| names.name == ioctls::REQUESTS.name;
    for names in vocabularies(&Abi::ALL).values().filter(|names| !shared(names)) {
        for list in lists(names) {
            for (index, member) in list.iter().enumerate() {
                let taken = list[..index].iter().find(|earlier| {
                    earlier.mask & !member.mask == 0
                        && member.value & earlier.mask == earlier.value
                        && (earlier.value != 0 || earlier.mask == member.mask)
                });
                let taken = taken.map(|earlier| earlier.name);
                assert_eq!(taken, None, "{}: {} never matches", names.name, member.name);
            }
        }
    }
}

/// One of several values is a value as a whole.
#[test]
fn enumerations_have_no_flags() {
    for kind in kinds(&Abi::ALL) {
        if let Kind::One(names) = kind {
            for member in lists(names).into_iter().flatten() {
                assert_eq!(member.mask, u64::MAX, "{}: {}", names.name, member.name);
            }
        }
    }
}

/// A vocabulary's names on all ABIs.
fn lists(names: &Names) -> [&'static [Member]; 2] {
    [names.members, names.on_aarch64]
}

/// Every vocabulary of those ABIs by its name.
fn vocabularies(abis: &[Abi]) -> BTreeMap<&'static str, &'static Names> {
    let mut all: BTreeMap<&str, &Names> = OTHERS.iter().map(|names| (names.name, *names)).collect();
    for kind in kinds(abis) {
        let names = match kind.detail() {
            Some(Detail::Names(names)) => names,
            Some(Detail::Choice(choice)) => choice.names,
            _ => continue,
        };
        let other = all.insert(names.name, names);
        assert!(other.is_none_or(|other| core::ptr::eq(other, names)), "two {}", names.name);
    }
    all
}

/// Every kind that arguments, results and members of structures have on those ABIs.
fn kinds(abis: &[Abi]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    let mut waiting: Vec<Kind> = table()
        .filter(|call| abis.iter().any(|abi| call.numbers.on(*abi).is_some()))
        .flat_map(|call| call.args.iter().map(|arg| arg.kind).chain([call.ret]))
        .collect();
    while let Some(kind) = waiting.pop() {
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        match kind.detail() {
            Some(Detail::Struct(of)) => waiting.extend(members(of)),
            Some(Detail::Choice(choice)) => {
                waiting.push(choice.otherwise);
                waiting.extend(choice.cases.iter().map(|case| case.kind));
            }
            Some(Detail::Names(_)) | None => {}
        }
    }
    kinds
}

/// The kinds of a structure's members on all ABIs.
fn members(of: &'static Struct) -> impl Iterator<Item = Kind> {
    let others = of.others.iter().flat_map(|(_, fields)| *fields);
    of.fields.iter().chain(others).map(|field| field.kind)
}

/// A member's value in C.
fn spelling(names: &Names, member: &Member) -> String {
    // Of a number, what its name says of it is how far it is shifted.
    if let Some(behind) = member.name.strip_prefix('%') {
        return behind.split("<<").nth(1).unwrap_or("0").to_owned();
    }
    let (before, behind) = SPELLINGS
        .iter()
        .find(|(vocabulary, prefix, ..)| {
            names.name == *vocabulary && member.name.starts_with(prefix)
        })
        .map_or(("", ""), |(_, _, before, behind)| (*before, *behind));
    format!("{before}{}{behind}", member.name)
}

/// The values that expressions have in a program with those headers; those that do not compile
/// there have none.
fn values(
    program: &str,
    headers: &[&str],
    expressions: &BTreeSet<String>,
) -> BTreeMap<String, u64> {
    let path = |suffix| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{program}{suffix}"));
    let (source, binary) = (path(".c"), path(""));
    let mut expressions: Vec<&String> = expressions.iter().collect();
    loop {
        let mut code = String::from("#define _GNU_SOURCE\n");
        for header in headers {
            // Not every architecture has each; what is missed is missed below.
            code.push_str(&format!("#if __has_include(<{header}>)\n#include <{header}>\n#endif\n"));
        }
        // stdio.h would bring the C library's names along.
        code.push_str("int printf(const char *, ...);\nint main(void) {\n");
        let first = code.lines().count() + 1;
        // An int is not to grow by its sign.
        code.extend(expressions.iter().map(|e| {
            format!("printf(\"%llu\\n\", sizeof({e}) == 4 ? (unsigned)({e}) : 0ULL + ({e}));\n")
        }));
        code.push_str("return 0; }\n");
        fs::write(&source, code).unwrap();
        let compiled = Command::new("cc")
            .args(["-w", "-fno-diagnostics-color", "-o"])
            .args([&binary, &source])
            .env("LC_ALL", "C")
            .output()
            .unwrap_or_else(|error| panic!("cc: {error}: install gcc"));
        if compiled.status.success() {
            break;
        }
        // As in names-0.c:12:34: error: 'O_FOO' undeclared
        let errors = String::from_utf8_lossy(&compiled.stderr).into_owned();
        let start = format!("{}:", source.display());
        let faulty: BTreeSet<usize> = errors
            .lines()
            .filter(|line| line.contains(" error: "))
            .filter_map(|line| line.strip_prefix(&start)?.split(':').next()?.parse().ok())
            .filter_map(|line: usize| line.checked_sub(first))
            .collect();
        assert!(!faulty.is_empty(), "cc: install linux-libc-dev and libc6-dev:\n{errors}");
        let mut index = 0;
        expressions.retain(|_| {
            index += 1;
            !faulty.contains(&(index - 1))
        });
    }
    let output = Command::new(&binary).output().unwrap().stdout;
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.lines().count(), expressions.len());
    expressions.into_iter().cloned().zip(output.lines().map(|v| v.parse().unwrap())).collect()
}
