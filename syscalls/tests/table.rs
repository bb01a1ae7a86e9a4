//! What holds for every row of the table and for its vocabulary.

use std::collections::BTreeSet;

use syscord_syscalls::{
    Abi, Class, Kind, Len, MAX_ARGS, Memory, NR_LIMIT, Role, Shape, Syscall,
    choices::OPEN_MODE,
    names::{files::OPEN_FLAGS, network::SOCKET_CALLS},
    plan::{MAX_CAPTURES, MAX_CONTENTS, Nodes, plan_flag, plan_of, variants_of, way},
    structs::{Struct, network::SOCKLEN, signals::RT_FRAME, time::TIMESPEC},
    table,
};

/// Every kind with its number in a trace's schema. Traces hold these numbers: they never change,
/// and a number that fell out of use is never given to another kind.
const KIND_IDS: [(Kind, u8); 82] = [
    (Kind::Int, 1),
    (Kind::Uint, 2),
    (Kind::Long, 3),
    (Kind::Ulong, 4),
    (Kind::Size, 5),
    (Kind::Off, 6),
    (Kind::Ptr, 7),
    (Kind::Flags, 8),
    (Kind::Enum, 9),
    (Kind::Request, 10),
    (Kind::Mode, 11),
    (Kind::Dev, 12),
    (Kind::Fd, 13),
    (Kind::DirFd, 14),
    (Kind::Pid, 15),
    (Kind::Uid, 16),
    (Kind::Gid, 17),
    (Kind::Signal, 18),
    (Kind::Path, 19),
    (Kind::Str, 20),
    (Kind::ExecPath, 21),
    (Kind::ExecArgv, 22),
    (Kind::PathOut(Len::Ret), 23),
    (Kind::In(Len::Ret), 24),
    (Kind::Out(Len::Ret), 25),
    (Kind::SockaddrIn(Len::Ret), 28),
    (Kind::SockaddrOut(Len::Ret), 29),
    (Kind::Child, 32),
    (Kind::Never, 33),
    (Kind::NewImage, 34),
    (Kind::Restored, 35),
    (Kind::Bits(&OPEN_FLAGS), 36),
    (Kind::One(&OPEN_FLAGS), 37),
    (Kind::FileMode, 38),
    (Kind::WaitStatus, 39),
    (Kind::SigSet, 40),
    (Kind::Chars, 41),
    (Kind::Struct(&TIMESPEC), 42),
    (Kind::StructIn(&TIMESPEC), 43),
    (Kind::StructOut(&TIMESPEC), 44),
    (Kind::ArrayIn(&TIMESPEC, Len::Ret), 45),
    (Kind::ArrayOut(&TIMESPEC, Len::Ret), 46),
    (Kind::By(&OPEN_MODE), 47),
    (Kind::Unused, 48),
    (Kind::Hex, 49),
    (Kind::Limit, 50),
    (Kind::Data, 51),
    (Kind::StructFound(&TIMESPEC), 52),
    (Kind::StructLeft(&TIMESPEC), 53),
    (Kind::Time, 54),
    (Kind::Ticks, 55),
    (Kind::Noted(&OPEN_FLAGS), 56),
    (Kind::SizedIn(&TIMESPEC, "", 0), 57),
    (Kind::TreeIn(&TIMESPEC), 58),
    (Kind::TreeOut(&TIMESPEC), 59),
    (Kind::TreesIn(&TIMESPEC, Len::Ret), 60),
    (Kind::TreesOut(&TIMESPEC, Len::Ret), 61),
    (Kind::TreesChanged(&TIMESPEC, Len::Ret), 62),
    (Kind::Changed(&TIMESPEC), 63),
    (Kind::TimeLimit(&TIMESPEC), 64),
    (Kind::SetIn(Len::Ret), 65),
    (Kind::SetOut(Len::Ret), 66),
    (Kind::Ready(Len::Ret), 67),
    (Kind::Counted, 68),
    (Kind::SignalFrame(&RT_FRAME), 69),
    (Kind::ControlIn(Len::Ret), 70),
    (Kind::ControlOut(Len::Ret), 71),
    (Kind::Filled, 72),
    (Kind::Closed, 73),
    (Kind::Addressed, 74),
    (Kind::NewCwd, 75),
    (Kind::NewTable, 76),
    (Kind::NewIds, 77),
    (Kind::Errno, 78),
    (Kind::Version, 79),
    (Kind::Fields(&OPEN_FLAGS), 80),
    (Kind::Padded, 81),
    (Kind::Inet, 82),
    (Kind::Swapped(&OPEN_FLAGS), 83),
    (Kind::ExactIn(&TIMESPEC, ""), 84),
    (Kind::Entries(Len::Ret), 85),
    (Kind::Hardware, 86),
];

#[test]
fn kind_ids_never_change() {
    for (kind, id) in KIND_IDS {
        assert_eq!(kind.id(), id, "{kind:?}");
    }
    let mut ids: Vec<u8> = KIND_IDS.iter().map(|(_, id)| *id).chain(Kind::RETIRED).collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(Kind::IDS));
}

#[test]
fn abi_ids_never_change() {
    for (abi, id) in [
        (Abi::X86_64, 0),
        (Abi::I386, 1),
        (Abi::Aarch64, 2),
        (Abi::IoUring, 4),
        (Abi::X32, 5),
        (Abi::Socketcall, 7),
    ] {
        assert_eq!(abi as u8, id);
        assert_eq!(Abi::from_id(id), Some(abi));
    }
    assert_eq!(Abi::from_id(3), None);
}

#[test]
fn each_abi_has_its_calls() {
    let count = |abi| table().filter(|call| call.numbers.on(abi).is_some()).count();
    assert_eq!(count(Abi::X86_64), 385);
    assert_eq!(count(Abi::I386), 461);
    assert_eq!(count(Abi::Aarch64), 327);
    assert_eq!(count(Abi::IoUring), 65);
    assert_eq!(count(Abi::X32), 374);
    assert_eq!(count(Abi::Socketcall), 20);
}

#[test]
fn calls_through_socketcall_have_its_names() {
    for call in table() {
        let Some(number) = call.numbers.on(Abi::Socketcall) else { continue };
        let name = format!("SYS_{}", call.name.to_uppercase());
        assert_eq!(SOCKET_CALLS.value(&name), u64::from(number), "{name}");
    }
}

#[test]
fn every_row_has_a_number_below_the_limit() {
    for call in table() {
        let numbers: Vec<u16> =
            Abi::ALL.into_iter().filter_map(|abi| call.numbers.on(abi)).collect();
        assert!(!numbers.is_empty(), "{}", call.name);
        assert!(numbers.iter().all(|nr| usize::from(*nr) < NR_LIMIT), "{}", call.name);
    }
}

/// Two rows of one name are there because their arguments differ.
#[test]
fn no_row_repeats_another() {
    let rows: Vec<&Syscall> = table().collect();
    for (i, call) in rows.iter().enumerate() {
        for other in rows[i + 1..].iter().filter(|other| other.name == call.name) {
            let arguments = |call: &Syscall| -> Vec<(&str, Kind)> {
                call.args.iter().map(|arg| (arg.name, arg.kind)).collect()
            };
            assert_ne!(arguments(call), arguments(other), "{}", call.name);
            for abi in Abi::ALL {
                let numbers = (call.numbers.on(abi), other.numbers.on(abi));
                assert!(!matches!(numbers, (Some(_), Some(_))), "{} twice", call.name);
            }
        }
    }
}

#[test]
fn summaries_are_one_sentence() {
    for Syscall { name, summary, .. } in table() {
        assert_eq!(summary.trim(), *summary, "{name}");
        assert!(summary.ends_with('.') && summary.len() > 1, "{name}: {summary}");
        assert!(!summary.contains(". "), "{name}: {summary}");
        assert!(summary.starts_with(|c: char| c.is_uppercase()), "{name}: {summary}");
        assert!(!summary.contains('|'), "{name}: the reference is a table");
    }
}

#[test]
fn arguments_are_few_and_distinct() {
    for call in table() {
        assert!(call.args.len() <= MAX_ARGS, "{}", call.name);
        let names: BTreeSet<&str> = call.args.iter().map(|arg| arg.name).collect();
        assert_eq!(names.len(), call.args.len(), "{}", call.name);
    }
}

#[test]
fn captures_are_few() {
    for call in table() {
        let memory = || call.args.iter().filter_map(|arg| arg.kind.memory());
        let looping = |(memory, _, _): &_| matches!(memory, Memory::StrArray | Memory::Tree(..));
        let contents =
            |(memory, _, role): &_| matches!(memory, Memory::Bytes(_)) && *role == Role::Content;
        assert!(memory().filter(looping).count() <= 1, "{}", call.name);
        let at_entry = |(memory, _, _): &_| matches!(memory, Memory::Count | Memory::Frame(_));
        let simple = memory().filter(|m| !looping(m) && !at_entry(m)).count();
        assert!(simple <= MAX_CAPTURES, "{}", call.name);
        assert!(memory().filter(at_entry).count() <= 1, "{}", call.name);
        assert!(memory().filter(contents).count() <= MAX_CONTENTS, "{}", call.name);
    }
}

/// The probe takes a shorter way for them, on which it asks for nothing else.
#[test]
fn a_single_capture_is_made_at_exit_and_alone() {
    let mut nodes = Nodes::default();
    let mut single = BTreeSet::new();
    for row in table() {
        for abi in Abi::ALL.into_iter().filter(|abi| row.numbers.on(*abi).is_some()) {
            let own = [(false, plan_of(row, abi, true, &mut nodes))];
            let variants = variants_of(row, abi, true, &mut nodes);
            let others = variants.into_iter().map(|(_, plan)| (true, plan));
            for (is_variant, plan) in own.into_iter().chain(others) {
                if plan.way == way::SINGLE {
                    single.insert((row.name, is_variant));
                    let phases = plan_flag::AT_ENTRY | plan_flag::AT_EXIT;
                    assert_eq!(plan.flags & phases, plan_flag::AT_EXIT, "{}", row.name);
                    assert_eq!((plan.count, plan.looping.op), (1, 0), "{}", row.name);
                    assert_eq!(plan.tells_length, 0, "{}", row.name);
                }
            }
        }
    }
    for name in ["read", "write", "fstat", "epoll_wait", "connect", "getdents64"] {
        assert!(single.contains(&(name, false)), "{name}");
    }
    for name in ["epoll_ctl", "fcntl", "ioctl"] {
        assert!(single.contains(&(name, true)), "{name}");
    }
    // A string, a length in memory, another plan, several pieces, none at all.
    for name in ["openat", "accept4", "fcntl", "writev", "close"] {
        assert!(!single.contains(&(name, false)), "{name}");
    }
}

#[test]
fn lengths_are_arguments_of_the_row() {
    for call in table() {
        for arg in call.args {
            let (name, len) = match arg.kind.memory() {
                Some((
                    Memory::Bytes(
                        len @ (Len::Arg(name)
                        | Len::UpTo(name, _)
                        | Len::Within(name)
                        | Len::BitsOf(name)),
                    )
                    | Memory::Tree(_, len @ (Len::Arg(name) | Len::Within(name))),
                    ..,
                )) => (name, len),
                Some((Memory::Bytes(len @ Len::At(name)), ..)) => (name, len),
                _ => continue,
            };
            let length = call.args.iter().find(|other| other.name == name);
            let kind = length.unwrap_or_else(|| panic!("{}: no {name}", call.name)).kind;
            let fits = match len {
                Len::At(_) => kind == Kind::Changed(&SOCKLEN),
                Len::BitsOf(_) => kind == Kind::Int,
                _ => matches!(kind, Kind::Size | Kind::Uint | Kind::Ulong | Kind::Int),
            };
            assert!(fits, "{}: {name} is {kind:?}", call.name);
        }
    }
}

/// What a choice goes by, and the lengths of what it chooses from, are arguments of the row.
#[test]
fn choices_go_by_arguments_of_the_row() {
    fn check(call: &Syscall, kind: Kind) {
        let has = |name: &str| call.args.iter().any(|arg| arg.name == name);
        if let Some((Memory::Bytes(len) | Memory::Structs(_, len), ..)) = kind.memory()
            && let Len::Arg(name) | Len::Within(name) | Len::At(name) = len
        {
            assert!(has(name), "{}: no {name}", call.name);
        }
        if let Kind::By(choice) = kind {
            assert!(has(choice.key), "{}: no {}", call.name, choice.key);
            choice.cases.iter().for_each(|case| check(call, case.kind));
            check(call, choice.otherwise);
        }
    }
    table().for_each(|call| call.args.iter().for_each(|arg| check(call, arg.kind)));
}

/// Members that point to something have their lengths beside them.
#[test]
fn lengths_are_members_of_the_structure() {
    fn check(of: &'static Struct) {
        for abi in Abi::ALL {
            for field in of.on(abi) {
                let (len, inner) = match field.kind.memory() {
                    Some((Memory::Bytes(len), ..)) => (len, None),
                    Some((Memory::Structs(inner, len) | Memory::Tree(inner, len), ..)) => {
                        (len, Some(inner))
                    }
                    _ => continue,
                };
                if let Len::Arg(name)
                | Len::UpTo(name, _)
                | Len::At(name)
                | Len::Within(name)
                | Len::BitsOf(name)
                | Len::BitsBelow(name) = len
                {
                    let found = of.on(abi).iter().any(|other| other.name == name);
                    assert!(found, "{}: no {name}", of.name);
                }
                inner.into_iter().for_each(check);
            }
        }
    }
    for arg in table().flat_map(|call| call.args) {
        if let Some((Memory::Tree(of, _), ..)) = arg.kind.memory() {
            check(of);
        }
    }
}

/// A buffer that the result measures needs a result that counts bytes.
#[test]
fn results_measure_buffers_in_bytes() {
    for call in table() {
        let measured = call.args.iter().any(|arg| {
            matches!(arg.kind.memory(), Some((Memory::Bytes(Len::Ret | Len::Within(_)), ..)))
        });
        assert!(!measured || call.ret == Kind::Size, "{}", call.name);
    }
}

#[test]
fn arguments_and_results_have_their_own_kinds() {
    let for_results = |kind| {
        matches!(
            kind,
            Kind::Child
                | Kind::Never
                | Kind::NewImage
                | Kind::Restored
                | Kind::Closed
                | Kind::Addressed
                | Kind::NewCwd
                | Kind::NewTable
                | Kind::NewIds
        )
    };
    for call in table() {
        assert!(call.args.iter().all(|arg| !for_results(arg.kind)), "{}", call.name);
        assert_eq!(call.ret.memory(), None, "{}", call.name);
    }
}

#[test]
fn captured_arguments_are_written_as_addresses() {
    for (kind, _) in KIND_IDS {
        assert!(kind.memory().is_none() || kind.shape() == Shape::Hex, "{kind:?}");
    }
}

/// Calls whose descriptors lie in memory, or, with mmap on i386, together with all other
/// arguments, or are a range of numbers.
const DESCRIPTORS_IN_MEMORY: [&str; 12] = [
    "_newselect",
    "close_range",
    "mmap",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "select",
    "socketpair",
];

/// A class says what its calls take: paths and descriptors put a call into `%file` and `%desc`.
#[test]
fn classes_follow_from_kinds() {
    for call in table().filter(|call| call.numbers.io_uring.is_none()) {
        let takes = |wanted: fn(Kind) -> bool| call.args.iter().any(|arg| wanted(arg.kind));
        let takes_path = takes(|kind| matches!(kind, Kind::Path | Kind::ExecPath));
        let takes_fd = takes(|kind| matches!(kind, Kind::Fd | Kind::DirFd));
        let (file, desc) = (Class::FILE, Class::DESC);
        assert!(!takes_path || call.class.intersects(file), "{} takes a path", call.name);
        assert_eq!(
            call.class.intersects(desc),
            takes_fd || call.ret == Kind::Fd || DESCRIPTORS_IN_MEMORY.contains(&call.name),
            "{}: descriptors",
            call.name
        );
    }
}

#[test]
fn class_bits_and_words_are_distinct() {
    let words: BTreeSet<&str> = Class::ALL.iter().map(|(word, _, _)| *word).collect();
    let bits: BTreeSet<u32> = Class::ALL.iter().map(|(_, class, _)| class.0).collect();
    assert_eq!((words.len(), bits.len()), (Class::ALL.len(), Class::ALL.len()));
    assert!(bits.iter().all(|bits| bits.count_ones() == 1));
}
