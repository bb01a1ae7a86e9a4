//! The lines of `--strace`, by descriptions that are none of this program's.

use syscord_format::{CaptureStatus::Unreadable, FieldDef, NamesDef, Part, Parts, StructDef};
use syscord_syscalls::{Len, structs::network::IOVEC_IN};

use super::*;

/// A kind that no version of this program has.
const FUTURE: u8 = 250;

/// A description in which `lseek`'s last argument has names of a kind of the future, and `uname`'s
/// a structure.
fn future() -> Meta {
    let mut meta = described();
    let kind = |id, detail| KindRef { id, detail };
    let (names, layout) = (FUTURE, FUTURE + 1);
    meta.kinds.push(KindDef { id: names, name: "wonders".into(), shape: 0, role: 0 });
    meta.kinds.push(KindDef { id: layout, name: "marvels".into(), shape: 4, role: 6 });
    meta.names.push(NamesDef {
        name: "WONDERS".into(),
        unknown: "WONDER_???".into(),
        bits: 32,
        names: "WONDER_ONE WONDER_TWO".into(),
        masks: vec![u64::MAX; 2],
        values: vec![1, 2],
    });
    let member = |name: &str, offset, kind| FieldDef {
        name: name.into(),
        offset,
        width: 4,
        count: 1,
        kind,
        shown: 0,
    };
    meta.structs.push(StructDef {
        name: "MARVEL".into(),
        size: 8,
        fields: vec![
            member("count", 0, kind(Kind::Int.id(), Detail::None)),
            member("wonder", 4, kind(names, Detail::Names(0))),
        ],
    });
    for call in &mut meta.abis[0].syscalls {
        match call.name.as_str() {
            "lseek" => call.args[2].kind = kind(names, Detail::Names(0)),
            "uname" => call.args[0].kind = kind(layout, Detail::Struct(0)),
            "openat2" => call.args[2].kind.detail = Detail::Struct(0),
            _ => {}
        }
    }
    meta
}

fn lines(meta: &Meta, events: &[Made]) -> String {
    let trace = described_trace(meta, events, 0);
    let (out, damaged) = output(trace.path(), &["--strace"]).unwrap();
    assert!(!damaged);
    String::from_utf8(out).unwrap()
}

#[test]
fn the_trace_s_own_table_decodes() {
    let seek = Made::call(2_000, "lseek", &[3, 5, 2], 5);
    let name =
        Made::call(3_000, "uname", &[0x7000], 0).data(0, Whole, b"\xff\xff\xff\xff\x01\0\0\0");
    let seek_line = "20    lseek(3, 5, WONDER_TWO)           = 5\n";
    assert_eq!(
        lines(&future(), &[seek.clone(), name]),
        format!("{seek_line}20    uname({{count=-1, wonder=WONDER_ONE}}) = 0\n")
    );
    // A table without names, as an older recorder may have written it.
    assert_eq!(lines(&described(), &[seek]), "20    lseek(3, 5, 2)                    = 5\n");
}

/// A structure whose size is an argument is shown as far as it goes, with what lies behind it.
#[test]
fn structures_may_be_shorter_or_longer() {
    let opened = |bytes: &'static [u8]| {
        let made = Made::call(2_000, "openat2", &[3, 0x6000, 0x7000, 24], 5).data(2, Whole, bytes);
        lines(&future(), &[made])
    };
    assert!(opened(b"\xff\xff\xff\xff").contains(", {count=-1}, "));
    assert!(opened(b"\x01\0\0\0\x02\0\0\0\0\0").contains(", {count=1, wonder=WONDER_TWO}, "));
    let longer = opened(b"\x01\0\0\0\x02\0\0\0\0\x07");
    assert!(longer.contains(r#"wonder=WONDER_TWO, /* bytes 8..9 */ "\x00\x07"}, "#), "{longer}");
}

/// What lies before the end of memory is shown if nothing is missing of what would be shown of the whole; else
/// the address is.
#[test]
fn memory_may_end_too_early() {
    let written = |there: usize| {
        let made = Made::call(2_000, "write", &[1, 0x7000, 100], -14);
        lines(&described(), &[made.data(1, Torn, &[b'a'; 40][..there])])
    };
    assert!(written(32).contains("write(1, 0x7000, 100)"), "{}", written(32));
    let shown = format!("write(1, \"{}\"..., 100)", "a".repeat(32));
    assert!(written(33).contains(&shown), "{}", written(33));
    let structure = Made::call(3_000, "uname", &[0x7000], 0).data(0, Torn, &[1; 4]);
    assert!(lines(&future(), &[structure]).contains("uname(0x7000)"));
}

#[test]
fn calls_are_torn_where_another_thread_came_between() {
    let thread = |tid, made: Made| Made { tid, ..made };
    let long = Made {
        duration: Some(1_000),
        ..Made::call(3_000, "read", &[5, 0x7000, 512], 2).data(1, Whole, b"ab")
    };
    let short = thread(21, Made::call(2_500, "close", &[4], 0));
    assert_eq!(
        lines(&described(), &[short, long]),
        "20    read(5,  <unfinished ...>\n\
         21    close(4)                          = 0\n\
         20    <... read resumed>\"ab\", 512)      = 2\n"
    );
}

/// `uname` with a message as sendmsg(2) has it: a name, two buffers, a list of such messages beside it.
fn message() -> Meta {
    let mut meta = described();
    let kind = |kind: Kind, detail| KindRef { id: kind.id(), detail };
    let role = |kind: Kind| kind.memory().map_or(0, |(_, _, role)| role as u8);
    for known in [
        Kind::TreesIn(&IOVEC_IN, Len::Ret),
        Kind::TreeOut(&IOVEC_IN),
        Kind::In(Len::Ret),
        Kind::SockaddrOut(Len::Ret),
        Kind::ControlIn(Len::Ret),
    ] {
        meta.kinds.retain(|def| def.id != known.id());
        meta.kinds.push(KindDef {
            id: known.id(),
            name: known.name().into(),
            shape: 4,
            role: role(known),
        });
    }
    let member = |name: &str, offset, kind| FieldDef {
        name: name.into(),
        offset,
        width: 8,
        count: 1,
        kind,
        shown: 0,
    };
    let number = KindRef { id: Kind::Size.id(), detail: Detail::None };
    meta.structs.push(StructDef {
        name: "BUFFER".into(),
        size: 16,
        fields: vec![
            member("base", 0, kind(Kind::In(Len::Ret), Detail::None)),
            member("length", 8, number),
        ],
    });
    meta.structs.push(StructDef {
        name: "MESSAGE".into(),
        size: 48,
        fields: vec![
            member("name", 0, kind(Kind::SockaddrOut(Len::Ret), Detail::None)),
            member("name_length", 8, number),
            member("buffers", 16, kind(Kind::TreesIn(&IOVEC_IN, Len::Ret), Detail::Struct(0))),
            member("count", 24, number),
            member("control", 32, kind(Kind::ControlIn(Len::Ret), Detail::None)),
            member("control_length", 40, number),
        ],
    });
    for call in &mut meta.abis[0].syscalls {
        if call.name == "uname" {
            call.args[0].kind = kind(Kind::TreeOut(&IOVEC_IN), Detail::Struct(1));
        }
    }
    meta
}

/// The parts of such a message, as a trace has them.
fn parts() -> Vec<u8> {
    let words =
        |words: &[u64]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let part = |status, bytes: &'static [u8]| Part { status, bytes };
    let leak = |bytes: Vec<u8>| -> &'static [u8] { Box::leak(bytes.into_boxed_slice()) };
    let mut entry = Vec::new();
    let parts = [
        part(Whole, leak(words(&[0, 28]))),
        part(Whole, leak(words(&[0, 16, 0, 2, 0, 20]))),
        part(Whole, b"\x02\0\0\x50\x7f\0\0\x01\0\0\0\0\0\0\0\0"),
        part(Whole, leak(words(&[0, 3, 0x7000, 9]))),
        part(Whole, b"abc"),
        part(Unreadable, b""),
        part(Whole, b"\x14\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\x40\0\0\0"),
    ];
    Parts::put(&mut entry, parts.into_iter());
    entry
}

#[test]
fn what_members_point_to_is_shown() {
    let entry: &'static [u8] = Box::leak(parts().into_boxed_slice());
    let made = Made::call(3_000, "uname", &[0x7000], 0).data(0, Whole, entry);
    assert_eq!(
        lines(&message(), &[made]),
        "20    uname({name={sa_family=AF_INET, sin_port=htons(80), \
         sin_addr=inet_addr(\"127.0.0.1\")}, name_length=28 => 16, \
         buffers=[{base=\"abc\", length=3}, {base=0x7000, length=9}], count=2, \
         control=[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[64]}], \
         control_length=20}) = 0\n"
    );
}

/// A message that is cut, or in which any byte is another, is shown in some way.
#[test]
fn what_members_are_said_to_point_to_is_not_trusted() {
    let whole = parts();
    let mut entries: Vec<Vec<u8>> = (0..whole.len()).map(|end| whole[..end].to_vec()).collect();
    for at in 0..whole.len() {
        for byte in [0, 1, 2, 3, 0x7f, 0xff] {
            let mut entry = whole.clone();
            entry[at] = byte;
            entries.push(entry);
        }
    }
    let calls = entries.into_iter().zip(1..).map(|(entry, index)| {
        let entry: &'static [u8] = Box::leak(entry.into_boxed_slice());
        Made::call(1_000 + index, "uname", &[0x7000], 0).data(0, Whole, entry)
    });
    let calls: Vec<Made> = calls.collect();
    let trace = described_trace(&message(), &calls, 0);
    for option in ["--strace", "--json", "--csv", "--text"] {
        let (out, damaged) = output(trace.path(), &[option]).unwrap();
        assert!(!damaged);
        let lines = String::from_utf8(out).unwrap().lines().count();
        assert!(lines >= calls.len(), "{option}: {lines} lines");
    }
}

/// A description in which `openat2`'s third argument is a structure of 8 bytes.
fn sized() -> Meta {
    let mut meta = described();
    let flags = FieldDef {
        name: "flags".into(),
        offset: 0,
        width: 8,
        count: 1,
        kind: KindRef { id: Kind::Hex.id(), detail: Detail::None },
        shown: 0,
    };
    meta.structs.push(StructDef { name: "HOW".into(), size: 8, fields: vec![flags] });
    for call in meta.abis[0].syscalls.iter_mut().filter(|call| call.name == "openat2") {
        call.args[2].kind.detail = Detail::Struct(0);
    }
    meta
}

#[test]
fn nothing_lies_behind_a_structure_of_unknown_size() {
    let captured = |status| {
        let made = Made::call(2_000, "openat2", &[DIR, 0, 0x7000, 16], -22);
        lines(&sized(), &[made.data(2, status, &[1; 16])])
    };
    let whole = captured(Whole);
    assert!(whole.contains(", /* bytes 8..15 */ \""), "{whole}");
    let cut = captured(Cut);
    assert!(cut.contains("{flags=0x101010101010101}"), "{cut}");
}
