//! Whole runs on small traces made by the format's own writer.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use clap::Parser;
use syscord_format::{
    AbiTable, ArgDef, Capture, CaptureSection, CaptureStatus, ChunkBuilder, ClassDef, Clock,
    Detail, ErrnoDef, Event, File, FileFd, KindDef, KindRef, LedgerRow, Meta, ProcEvent,
    ProcRecord, SyscallDef, Writer, drop_reason, mark,
};
use syscord_syscalls::{Abi, Class, Kind, lookup, named};

use crate::{DAMAGED, DONE, USAGE, cli::Cli, error::Error, run};

/// A description with no syscalls.
pub(crate) fn meta() -> Meta {
    Meta {
        recorder: "syscord 0.1.0".into(),
        host: "host".into(),
        kernel: "6.1.0".into(),
        machine: "x86_64".into(),
        cpus: 2,
        command: vec![b"syscord".to_vec(), b"record".to_vec()],
        durations: true,
        content_limit: 256,
        string_limit: 256,
        columns: syscord_format::columns(),
        ..Meta::default()
    }
}

/// A description with the syscalls of x86-64.
fn described() -> Meta {
    let calls: Vec<_> =
        (0..500).filter_map(|number| Some((number, lookup(Abi::X86_64, number)?))).collect();
    let syscalls = calls.iter().map(|(number, row)| SyscallDef {
        number: *number,
        name: row.name.into(),
        classes: row.class.0,
        ret: plain(row.ret),
        args: row
            .args
            .iter()
            .map(|arg| ArgDef { name: arg.name.into(), kind: plain(arg.kind) })
            .collect(),
    });
    let mut kinds: Vec<Kind> = calls
        .iter()
        .flat_map(|(_, row)| row.args.iter().map(|arg| arg.kind).chain([row.ret, Kind::Mode]))
        .collect();
    kinds.sort_by_key(|kind| kind.id());
    kinds.dedup_by_key(|kind| kind.id());
    Meta {
        abis: vec![AbiTable { id: 0, name: "x86_64".into(), syscalls: syscalls.collect() }],
        kinds: kinds.into_iter().map(kind_def).collect(),
        classes: Class::ALL
            .iter()
            .map(|(word, class, _)| ClassDef { bit: class.0, name: (*word).into() })
            .collect(),
        errnos: vec![
            ErrnoDef { number: 2, name: "ENOENT".into(), text: "None".into() },
            ErrnoDef { number: 9, name: "EBADF".into(), text: "Bad".into() },
        ],
        ..meta()
    }
}

/// A kind without what it refers to; where another argument decides, the first that may be.
fn plain(kind: Kind) -> KindRef {
    match kind {
        Kind::By(choice) => plain(choice.cases[0].kind),
        _ => KindRef { id: kind.id(), detail: Detail::None },
    }
}

fn kind_def(kind: Kind) -> KindDef {
    KindDef {
        id: kind.id(),
        name: kind.name().into(),
        shape: kind.shape() as u8,
        role: kind.memory().map_or(0, |(_, _, role)| role as u8),
    }
}

mod damage;
mod strace;

/// One event of a made trace.
#[derive(Clone)]
pub(crate) struct Made {
    tid: u32,
    end: u64,
    duration: Option<u64>,
    number: u32,
    args: Vec<u64>,
    ret: i64,
    marks: u8,
    captures: Vec<(u8, CaptureSection, CaptureStatus, &'static [u8])>,
    files: Vec<File<'static>>,
}

impl Made {
    fn captures(&self) -> Vec<Capture<'_>> {
        let capture =
            |&(arg, section, status, bytes)| Capture { arg, section, status, bytes, full: 0 };
        self.captures.iter().map(capture).collect()
    }

    fn event<'a>(&'a self, captures: &'a [Capture<'a>]) -> Event<'a> {
        Event {
            end: self.end,
            duration: self.duration,
            tgid: 20,
            tid: self.tid,
            beside: false,
            cpu: 1,
            abi: 0,
            number: self.number,
            args: &self.args,
            ret: self.ret,
            marks: self.marks,
            captures,
            files: &self.files,
        }
    }

    /// A call of `name` that ended at `end`, in the thread 20.
    pub(crate) fn call(end: u64, name: &str, args: &[u64], ret: i64) -> Made {
        let number = named(name).find_map(|row| row.numbers.x86_64).expect("a known name");
        Made {
            tid: 20,
            end,
            duration: Some(10),
            number: number.into(),
            args: args.to_vec(),
            ret,
            marks: 0,
            captures: vec![],
            files: vec![],
        }
    }

    pub(crate) fn path(mut self, arg: u8, status: CaptureStatus, bytes: &'static [u8]) -> Made {
        self.captures.push((arg, CaptureSection::Strings, status, bytes));
        self
    }

    /// It tells that this descriptor stands for such a file.
    pub(crate) fn file(mut self, fd: FileFd, link: &'static [u8]) -> Made {
        self.files.push(File { fd, link, detail: b"", numbers: &[] });
        self
    }

    /// It is not known how long it took.
    pub(crate) fn untimed(mut self) -> Made {
        self.duration = None;
        self
    }

    pub(crate) fn data(mut self, arg: u8, status: CaptureStatus, bytes: &'static [u8]) -> Made {
        self.captures.push((arg, CaptureSection::Contents, status, bytes));
        self
    }
}

/// A file that is removed when its test is over.
pub(crate) struct Temp(PathBuf);

impl Temp {
    pub(crate) fn new(ending: &str) -> Temp {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("syscord-query-{}-{number}.{ending}", std::process::id());
        Temp(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A trace with these events, all in one chunk, of which `dropped` were dropped besides.
pub(crate) fn trace(events: &[Made], dropped: u64) -> Temp {
    described_trace(&described(), events, dropped)
}

/// Events of a block.
const BLOCK: usize = 100;

/// As [`trace`], with a description of its own.
fn described_trace(meta: &Meta, events: &[Made], dropped: u64) -> Temp {
    told_trace(meta, &processes(), events, dropped)
}

/// A trace that tells of the process 20 what [`trace`] tells, and more.
pub(crate) fn trace_with(records: &[ProcRecord], events: &[Made]) -> Temp {
    let mut records = [&processes(), records].concat();
    records.sort_by_key(|record| record.time);
    told_trace(&described(), &records, events, 0)
}

fn told_trace(meta: &Meta, records: &[ProcRecord], events: &[Made], dropped: u64) -> Temp {
    let file = Temp::new("scd");
    let mut writer = Writer::new(Vec::new(), *b"0123456789abcdef", meta).unwrap();
    writer.clock(&Clock { monotonic: 1_000, boottime: 1_000, realtime: 2_000_000_000 }).unwrap();
    writer.processes(records).unwrap();
    let captures: Vec<Vec<Capture<'_>>> = events.iter().map(Made::captures).collect();
    let events: Vec<Event<'_>> =
        events.iter().zip(&captures).map(|(made, captures)| made.event(captures)).collect();
    let mut builder = ChunkBuilder::new(0, true, 1);
    for block in events.chunks(BLOCK) {
        writer.events(&builder.encode_all(block).unwrap()).unwrap();
    }
    let recorded = events.len() as u64;
    let row = LedgerRow {
        cpu: 1,
        from: 1_000,
        to: 3_000,
        seen: recorded + dropped,
        recorded,
        filtered_process: 0,
        filtered_syscall: 0,
        filtered_self: 0,
        dropped: if dropped > 0 { vec![(drop_reason::RING_FULL, dropped)] } else { vec![] },
    };
    writer.ledger(&[row]).unwrap();
    let (bytes, _) = writer.finish().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

fn processes() -> Vec<ProcRecord> {
    let comm = b"worker".to_vec();
    vec![
        ProcRecord {
            time: 1_000,
            event: ProcEvent::Process {
                tgid: 20,
                ppid: 1,
                uid: 0,
                gid: 0,
                comm: comm.clone(),
                exe: vec![],
                argv: vec![],
                cwd: vec![],
                cgroup: vec![],
            },
        },
        ProcRecord { time: 1_000, event: ProcEvent::Thread { tgid: 20, tid: 20, comm } },
        ProcRecord {
            time: 1_500,
            event: ProcEvent::Rename { tgid: 20, tid: 20, comm: b"re\x1bnamed".to_vec() },
        },
    ]
}

/// The output of a run on a trace, and whether the trace was damaged.
fn output(trace: &Path, options: &[&str]) -> Result<(Vec<u8>, bool), Error> {
    let out = Temp::new("out");
    let mut line = vec!["syscord-query".as_ref(), trace.as_os_str(), "-o".as_ref()];
    line.push(out.path().as_os_str());
    line.extend(options.iter().map(std::ffi::OsStr::new));
    let damaged = run(Cli::try_parse_from(line).expect("a good command line"))?;
    Ok((fs::read(out.path()).unwrap_or_default(), damaged))
}

fn text(events: &[Made], options: &[&str]) -> String {
    let trace = trace(events, 0);
    let (out, damaged) = output(trace.path(), options).unwrap();
    assert!(!damaged);
    String::from_utf8(out).unwrap()
}

/// The classic line of one event.
fn line(made: Made) -> String {
    text(&[made], &["--text"])
}

const DIR: u64 = 0xffff_ff9c;
use CaptureStatus::{Cut, None as Nothing, Torn, Unreadable, Whole};

#[test]
fn classic_lines_of_files() {
    let open = Made::call(2_000, "openat", &[DIR, 0x7000, 0o100, 0o644], 3);
    assert_eq!(
        line(open.clone().path(1, Whole, b"/tmp/a\nb")),
        "pid=20, openat, dir=-100, path=/tmp/a\\nb, flags=64, mode=420, res=3\n"
    );
    assert_eq!(
        line(open.clone().path(1, Unreadable, b"")),
        "pid=20, openat, dir=-100, path=0x7000(unreadable), flags=64, mode=420, res=3\n"
    );
    let read = Made::call(2_000, "read", &[5, 0x7000, 512], 4);
    assert_eq!(
        line(read.clone().data(1, Whole, b"a\\\0\xff")),
        "pid=20, read, fd=5, size=512, res=4, data=a\\\\\\x00\\xff\n"
    );
    assert_eq!(
        line(read.data(1, Cut, b"GET ")),
        "pid=20, read, fd=5, size=512, res=4, data(part)=GET \n"
    );
    let failed = Made::call(2_000, "read", &[5, 0x7000, 512], -9).data(1, Nothing, b"");
    assert_eq!(line(failed), "pid=20, read, fd=5, size=512, res=-9, data=\n");
    let seek = Made::call(2_000, "lseek", &[3, u64::MAX, 1], 0);
    assert_eq!(line(seek), "pid=20, lseek, fd=3, offset=-1, whence=1, res=0\n");
    let cwd = Made::call(2_000, "getcwd", &[0x7000, 4096], 5).path(0, Whole, b"/tmp");
    assert_eq!(line(cwd), "pid=20, getcwd, path=/tmp\n");
}

#[test]
fn classic_lines_of_other_calls() {
    let plain = |name: &str, args: &[u64], ret| line(Made::call(2_000, name, args, ret));
    assert_eq!(plain("accept4", &[3, 0, 0, 0], 15), "pid=20, accept4, res=15\n");
    assert_eq!(
        plain("socket", &[2, 0x80002, 17], 7),
        "pid=20, socket, domain=2, type=524290, protocol=17, fd=7\n"
    );
    assert_eq!(
        plain("ioctl", &[1, 0x5401, 0x7fff_0000_1234], -9),
        "pid=20, ioctl, fd=1, req=21505, argp=0x7fff00001234, res=-9\n"
    );
    assert_eq!(plain("mmap", &[0, 4096, 3, 34, u64::MAX, 0], 0x7f00), "pid=20, mmap, res=0x7f00\n");
    assert_eq!(plain("mmap", &[0, 0, 3, 34, u64::MAX, 0], -22), "pid=20, mmap, res=-22\n");
    assert_eq!(
        plain("munmap", &[0x7f00, 4096], 0),
        "pid=20, munmap, addr=0x7f00, length=4096, res=0\n"
    );
    assert_eq!(plain("nanosleep", &[0x10, 0], 0), "pid=20, nanosleep\n");
    assert_eq!(plain("getuid", &[], 1000), "pid=20, getuid, res=1000\n");
    assert_eq!(
        plain("tgkill", &[20, 21, 10], 0),
        "pid=20, tgkill, tgid=20, tid=21, sig=10, res=0\n"
    );
}

#[test]
fn calls_that_never_return_say_so() {
    let unfinished = |name: &str, args: &[u64]| {
        let mut made = Made::call(2_000, name, args, 0);
        made.marks = mark::NEVER_RETURNED;
        made
    };
    assert_eq!(line(unfinished("exit_group", &[0])), "pid=20, exit_group\n");
    assert_eq!(line(unfinished("pause", &[])), "pid=20, pause, res=?\n");
    let json: serde_json::Value =
        serde_json::from_str(&text(&[unfinished("pause", &[])], &["--json"])).unwrap();
    assert!(json["ret"].is_null() && json["duration"].is_null() && json["errno"].is_null());
}

#[test]
fn json_has_all_columns_in_order() {
    let made = Made::call(2_000, "openat", &[DIR, 0x7000, 0x8_0000, 0o644], -2);
    assert_eq!(
        text(&[made.path(1, Whole, b"/etc/\xff")], &["--json"]),
        "{\"ts\":\"1970-01-01T00:00:02.000001000Z\",\"duration\":10,\"pid\":20,\"tid\":20,\
         \"comm\":\"re\\u001bnamed\",\"ppid\":1,\"cpu\":1,\"abi\":\"x86_64\",\
         \"syscall\":\"openat\",\"ret\":-2,\"errno\":\"ENOENT\",\"args\":{\"dirfd\":-100,\
         \"pathname\":\"/etc/\u{fffd}\",\"flags\":\"0x80000\",\"mode\":\"0644\"},\
         \"path\":\"/etc/\u{fffd}\",\"data\":null}\n"
    );
}

#[test]
fn names_are_those_of_the_time() {
    let early = Made::call(1_200, "getpid", &[], 20);
    let late = Made::call(1_700, "getpid", &[], 20);
    let json = text(&[late, early], &["--json"]);
    let comms: Vec<String> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["comm"].to_string())
        .collect();
    assert_eq!(comms, ["\"worker\"", "\"re\\u001bnamed\""]);
}

#[test]
fn csv_escapes_and_quotes() {
    let made = Made::call(2_000, "write", &[1, 0x7000, 5], 5).data(1, Whole, b"a,\"\n\xff");
    let csv = text(&[made], &["--csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], crate::render::COLUMNS.join(","));
    assert_eq!(
        lines[1],
        "1970-01-01T00:00:02.000001000Z,10,20,20,re\\x1bnamed,1,1,x86_64,write,5,,\
         \"{\"\"fd\"\":1,\"\"buf\"\":null,\"\"count\"\":5}\",,\"a,\"\"\\n\\xff\""
    );
}

#[test]
fn filters_choose_events() {
    let mut slow = Made::call(1_900, "read", &[3, 0x7000, 10], 0);
    slow.duration = Some(500);
    let mut other = Made::call(1_300, "close", &[4], -9);
    other.tid = 21;
    let events = [
        Made::call(1_100, "openat", &[DIR, 0x7000, 0, 0], 3).path(1, Whole, b"/etc/passwd"),
        Made::call(1_200, "openat", &[DIR, 0x7000, 0, 0], -2).path(1, Whole, b"/nope"),
        other,
        slow,
    ];
    let file = trace(&events, 0);
    let count = |options: &[&str]| {
        let mut line = vec!["--count"];
        line.extend(options);
        let (out, _) = output(file.path(), &line).unwrap();
        String::from_utf8(out).unwrap().trim_end().parse::<u32>().unwrap()
    };
    assert_eq!(count(&[]), 4);
    assert_eq!(count(&["-e", "openat"]), 2);
    assert_eq!(count(&["-e", "!openat"]), 2);
    assert_eq!(count(&["-e", "%file", "--ok"]), 1);
    assert_eq!(count(&["--failed"]), 2);
    assert_eq!(count(&["--errno", "ENOENT"]), 1);
    assert_eq!(count(&["--tid", "21"]), 1);
    assert_eq!(count(&["--pid", "20"]), 4);
    assert_eq!(count(&["--pid", "21"]), 0);
    assert_eq!(count(&["--path", "/etc/*"]), 1);
    assert_eq!(count(&["--fd", "3"]), 2);
    assert_eq!(count(&["--fd", "4"]), 1);
    assert_eq!(count(&["--min-duration", "500ns"]), 1);
    assert_eq!(count(&["--since", "200ns"]), 3);
    assert_eq!(count(&["--since", "200ns", "--until", "300ns"]), 1);
    assert_eq!(count(&["--comm", "worker"]), 3);
    assert_eq!(count(&["--limit", "3"]), 3);
    assert_eq!(text(&events, &["--limit", "1"]).lines().count(), 1);
}

#[test]
fn unknown_names_are_usage_errors() {
    let file = trace(&[Made::call(1_100, "getpid", &[], 20)], 0);
    let error = output(file.path(), &["-e", "getpdi"]).unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
    assert_eq!((DONE, USAGE, DAMAGED), (0, 2, 3));
    let missing = output(Path::new("/nonexistent/t.scd"), &[]).unwrap_err();
    assert!(missing.to_string().contains("/nonexistent/t.scd: "), "{missing}");
}

#[test]
fn what_is_cut_off_is_damage_and_the_rest_is_read() {
    let file = trace(&[Made::call(1_100, "getpid", &[], 20)], 0);
    let bytes = fs::read(file.path()).unwrap();
    let cut = Temp::new("scd");
    fs::write(cut.path(), &bytes[..bytes.len() - 30]).unwrap();
    let (out, damaged) = output(cut.path(), &[]).unwrap();
    assert_eq!((out, damaged), (b"pid=20, getpid, res=20\n".to_vec(), true));
}

#[test]
fn output_does_not_overwrite_the_trace() {
    let file = trace(&[Made::call(1_100, "getpid", &[], 20)], 0);
    let path = file.path().to_str().unwrap();
    let cli = Cli::try_parse_from(["syscord-query", path, "-o", path]).unwrap();
    assert!(matches!(run(cli), Err(Error::Usage(_))));
    assert!(fs::metadata(file.path()).unwrap().len() > 0);
}

#[test]
fn many_blocks_are_shown_in_order_and_as_by_one_thread() {
    let call = |nth: u64| Made::call(1_001 + nth, "getuid", &[], nth.cast_signed());
    let events: Vec<Made> = (0..10 * BLOCK as u64 + 1).map(call).collect();
    let file = trace(&events, 0);
    let lines = |options: &[&str]| {
        let (bytes, damaged) = output(file.path(), options).unwrap();
        assert!(!damaged);
        String::from_utf8(bytes).unwrap()
    };
    let expected = (0..events.len()).map(|nth| format!("pid=20, getuid, res={nth}\n"));
    assert_eq!(lines(&["--text"]), expected.collect::<String>());
    for format in ["--json", "--csv", "--strace"] {
        // Where there is a limit, blocks are gone through one by one.
        assert_eq!(lines(&[format]), lines(&[format, "--limit", "100000"]));
    }
    // The thread gets another name in the middle of a block.
    let before = |line: &&str| line.contains("\"comm\":\"worker\"");
    assert_eq!(lines(&["--json"]).lines().filter(before).count(), 499);
    assert_eq!(lines(&["--count"]), "1001\n");
    assert_eq!(lines(&["--limit", "250"]).lines().count(), 250);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_all_columns_and_rows() {
    use polars::prelude::{ParquetReader, SerReader};

    let events = [
        Made::call(1_100, "openat", &[DIR, 0x7000, 0, 0], 3).path(1, Whole, b"/etc/passwd"),
        Made::call(1_900, "read", &[3, 0x7000, 10], 2).data(1, Whole, b"\xff\xfe"),
    ];
    let file = trace(&events, 0);
    let (bytes, _) = output(file.path(), &["--parquet"]).unwrap();
    let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
    assert_eq!(frame.height(), 2);
    let names = frame.get_column_names().into_iter().map(|name| name.as_str());
    assert!(names.eq(crate::render::COLUMNS));
    let cell =
        |column: &str, row: usize| frame.column(column).unwrap().get(row).unwrap().to_string();
    assert_eq!(cell("syscall", 0), "\"openat\"");
    assert_eq!(cell("path", 0), "\"/etc/passwd\"");
    assert_eq!(cell("errno", 0), "null");
    let ts = frame.column("ts").unwrap().cast(&polars::prelude::DataType::Int64).unwrap();
    assert_eq!(ts.get(0).unwrap().to_string(), "2000000100");
    assert!(cell("args", 1).contains("count"), "{}", cell("args", 1));
}

#[test]
fn whole_traces_pass_and_others_do_not() {
    let file = trace(&[Made::call(1_100, "getpid", &[], 20)], 5);
    let verify = |path: &Path| {
        let line = ["syscord-query".as_ref(), "verify".as_ref(), path.as_os_str()];
        run(Cli::try_parse_from(line).unwrap()).unwrap()
    };
    assert!(!verify(file.path()));
    let bytes = fs::read(file.path()).unwrap();
    // In the file's description, and in its last blocks.
    for place in [200, bytes.len() - 300] {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let damaged = Temp::new("scd");
        fs::write(damaged.path(), bytes).unwrap();
        assert!(verify(damaged.path()), "byte {place}");
    }
}

#[test]
fn repair_makes_a_cut_trace_whole() {
    let file = trace(&[Made::call(1_100, "getpid", &[], 20)], 0);
    let bytes = fs::read(file.path()).unwrap();
    let (cut, new) = (Temp::new("scd"), Temp::new("scd"));
    fs::write(cut.path(), &bytes[..bytes.len() - 200]).unwrap();
    let repair = || {
        let [from, to] = [cut.path(), new.path()].map(Path::as_os_str);
        let line = ["syscord-query".as_ref(), "repair".as_ref(), from, "-o".as_ref(), to];
        run(Cli::try_parse_from(line).unwrap())
    };
    repair().unwrap();
    let (out, damaged) = output(new.path(), &[]).unwrap();
    assert_eq!((out, damaged), (b"pid=20, getpid, res=20\n".to_vec(), false));
    assert!(repair().is_err(), "an older file is not overwritten");
}
