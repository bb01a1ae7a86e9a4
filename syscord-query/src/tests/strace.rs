//! The lines of `--strace`, by descriptions that are none of this program's.

use syscord_format::{FieldDef, NamesDef, StructDef};

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
