//! Events made up for tests, files of them, and what a reader makes of a file.
#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

use std::collections::BTreeMap;

use syscord_format::{
    AbiTable, ArgDef, Block, BlockKind, Calls, Capture, CaptureSection, CaptureStatus, CaseDef,
    ChoiceDef, Chunk, ChunkBuilder, ClassDef, Clock, Detail, EncodedChunk, ErrnoDef, Event,
    EventKey, FieldDef, File, FileFd, FormatError, KindDef, KindRef, LedgerRow, Meta, NO_CPU,
    NUMBER, NamesDef, ProcEvent, ProcRecord, StructDef, SyscallDef, Trace, Writer, columns,
    drop_reason, numbered,
};

pub(crate) const FILE_ID: [u8; 16] = *b"0123456789abcdef";

/// A generator of numbers that look random and are always the same.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// An event that owns what it points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedEvent {
    pub(crate) end: u64,
    pub(crate) duration: Option<u64>,
    pub(crate) tgid: u32,
    pub(crate) tid: u32,
    pub(crate) beside: bool,
    pub(crate) cpu: u32,
    pub(crate) abi: u8,
    pub(crate) number: u32,
    pub(crate) args: Vec<u64>,
    pub(crate) ret: i64,
    pub(crate) marks: u8,
    pub(crate) captures: Vec<OwnedCapture>,
    pub(crate) files: Vec<OwnedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedFile {
    pub(crate) fd: FileFd,
    pub(crate) link: Vec<u8>,
    pub(crate) detail: Vec<u8>,
    pub(crate) numbers: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedCapture {
    pub(crate) arg: u8,
    pub(crate) section: CaptureSection,
    pub(crate) status: CaptureStatus,
    pub(crate) bytes: Vec<u8>,
    pub(crate) full: u32,
}

impl OwnedEvent {
    pub(crate) fn key(&self) -> EventKey {
        EventKey {
            end: self.end,
            tgid: self.tgid,
            tid: self.tid,
            beside: self.beside,
            abi: self.abi,
            number: self.number,
            args: self.args.len() as u8,
        }
    }

    pub(crate) fn put(&self, builder: &mut ChunkBuilder) {
        let capture = |c: &'_ OwnedCapture| -> (u8, CaptureSection, CaptureStatus, u32) {
            (c.arg, c.section, c.status, c.full)
        };
        let captures: Vec<Capture<'_>> = self
            .captures
            .iter()
            .map(|c| {
                let (arg, section, status, full) = capture(c);
                Capture { arg, section, status, bytes: &c.bytes, full }
            })
            .collect();
        let file = |file: &'_ OwnedFile| file.fd;
        let files: Vec<File<'_>> = self
            .files
            .iter()
            .map(|f| File { fd: file(f), link: &f.link, detail: &f.detail, numbers: &f.numbers })
            .collect();
        builder.put(&Event {
            end: self.end,
            duration: self.duration,
            tgid: self.tgid,
            tid: self.tid,
            beside: self.beside,
            cpu: self.cpu,
            abi: self.abi,
            number: self.number,
            args: &self.args,
            ret: self.ret,
            marks: self.marks,
            captures: &captures,
            files: &files,
        });
    }
}

/// Raw value, status as a number, captured memory.
pub(crate) type Argument = (Option<u64>, Option<u8>, Option<Memory>);
/// Bytes, true length, whether they are cut.
pub(crate) type Memory = (Vec<u8>, u32, bool);

/// A row as decoded: everything a reader can learn of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) end: u64,
    pub(crate) duration: u64,
    pub(crate) tgid: u32,
    pub(crate) tid: u32,
    pub(crate) cpu: u32,
    pub(crate) abi: u8,
    pub(crate) number: u32,
    pub(crate) args: Vec<Argument>,
    pub(crate) ret: i64,
    pub(crate) marks: u8,
    /// Descriptor, link, detail.
    pub(crate) files: Vec<(FileFd, Vec<u8>, Vec<u8>)>,
}

/// What a chunk should decode to, in thread-major order: the model that the code is compared with.
pub(crate) fn expected_rows(events: &[OwnedEvent], tick_shift: u8, durations: bool) -> Vec<Row> {
    let mut threads: BTreeMap<(u32, bool, u32), Vec<&OwnedEvent>> = BTreeMap::new();
    for event in events {
        threads.entry((event.tgid, event.beside, event.tid)).or_default().push(event);
    }
    let mut captured: BTreeMap<(u8, u32, u8), CaptureSection> = BTreeMap::new();
    for event in events {
        for c in &event.captures {
            captured.entry((event.abi, event.number, c.arg)).or_insert(c.section);
        }
    }
    let ticks = |ns: u64| ns >> tick_shift;
    let mut rows = Vec::new();
    for thread in threads.values_mut() {
        thread.sort_by_key(|event| event.end);
        for e in thread {
            let duration = match e.duration {
                Some(d) if durations => (ticks(e.end) - ticks(e.end - d)) << tick_shift,
                _ => u64::MAX,
            };
            let args = (0..e.args.len()).map(|arg| {
                let raw = Some(e.args[arg]);
                if !captured.contains_key(&(e.abi, e.number, arg as u8)) {
                    return (raw, None, None);
                }
                match e.captures.iter().find(|c| usize::from(c.arg) == arg) {
                    None => (raw, Some(0), None),
                    Some(c) if c.status.captured() => {
                        let cut = c.status.lacks();
                        let found = (c.bytes.clone(), if cut { c.full } else { 0 }, cut);
                        let raw = raw.filter(|_| c.status == CaptureStatus::Torn);
                        (raw, Some(c.status as u8), Some(found))
                    }
                    Some(c) => (raw, Some(c.status as u8), None),
                }
            });
            rows.push(Row {
                end: ticks(e.end) << tick_shift,
                duration,
                tgid: e.tgid,
                tid: e.tid,
                cpu: e.cpu,
                abi: e.abi,
                number: e.number,
                args: args.collect(),
                ret: e.ret,
                marks: e.marks,
                files: e.files.iter().map(expected_file).collect(),
            });
        }
    }
    rows
}

fn expected_file(file: &OwnedFile) -> (FileFd, Vec<u8>, Vec<u8>) {
    let of_link = file.link.iter().filter(|byte| **byte == NUMBER).count();
    let (link, detail) = file.numbers.split_at(of_link);
    (file.fd, numbered(&file.link, link), numbered(&file.detail, detail))
}

/// Decodes everything in a chunk.
pub(crate) fn decode_rows(chunk: &Chunk) -> Result<Vec<Row>, FormatError> {
    let threads = chunk.threads()?;
    let calls: Calls = chunk.calls()?;
    let times = chunk.times(&calls)?;
    let cpus = chunk.cpus()?;
    let results = chunk.results(&calls)?;
    let arguments = chunk.arguments(&calls)?;
    let mut captures = Vec::new();
    if let Some(arguments) = &arguments {
        captures
            .push((CaptureSection::Strings, chunk.captured(CaptureSection::Strings, arguments)?));
        captures
            .push((CaptureSection::Contents, chunk.captured(CaptureSection::Contents, arguments)?));
    }
    let marks: BTreeMap<u32, u8> = chunk.marks()?.into_iter().collect();
    let files = chunk.files(&calls)?;
    let order = Chunk::order(&times);
    assert!(order.is_sorted_by_key(|&row| (times.end[row as usize], row)));
    let mut rows = Vec::new();
    for thread in threads {
        for _ in 0..thread.rows {
            let row = rows.len();
            let call = calls.table[usize::from(calls.of_row[row])];
            let args = (0..usize::from(call.args)).filter_map(|arg| {
                let arguments = arguments.as_ref()?;
                let status = arguments.status(row, arg);
                let found = captures.iter().find_map(|(section, captures)| {
                    let found = captures.as_ref()?.get(row, arg)?;
                    assert_eq!(Some(*section), status.map(|(section, _)| section));
                    Some((found.bytes.to_vec(), found.full, found.cut))
                });
                Some((arguments.raw(row, arg), status.map(|(_, status)| status as u8), found))
            });
            rows.push(Row {
                end: times.end[row],
                duration: times.duration[row],
                tgid: thread.tgid,
                tid: thread.tid,
                cpu: cpus.as_ref().map_or(0, |cpus| cpus[row]),
                abi: call.abi,
                number: call.number,
                args: args.collect(),
                ret: results.as_ref().map_or(0, |results| results[row]),
                marks: marks.get(&(row as u32)).copied().unwrap_or(0),
                files: files.of(row as u32).map(|f| (f.fd(), f.link(), f.detail())).collect(),
            });
        }
    }
    Ok(rows)
}

/// Events of a few threads on a few CPUs, with everything that can occur.
pub(crate) fn some_events(random: &mut Random, count: usize, start: u64) -> Vec<OwnedEvent> {
    let mut now = start;
    let paths: [&[u8]; 4] = [b"/etc/passwd", b"/tmp/a file", b"", b"/proc/self/\xff\x00x"];
    (0..count)
        .map(|_| {
            now += random.below(5000);
            let thread = random.below(5) as u32;
            let number = [0, 1, 3, 257, 59, 5000][random.below(6) as usize];
            let arg_count = [3, 3, 1, 4, 3, 0]
                [[0, 1, 3, 257, 59, 5000].iter().position(|n| *n == number).unwrap()];
            let args: Vec<u64> = (0..arg_count)
                .map(|arg| match arg {
                    0 => random.below(20),
                    1 => 0x7fff_0000_0000 + random.below(1 << 16),
                    _ => random.next() >> random.below(64),
                })
                .collect();
            let mut captures = Vec::new();
            if arg_count >= 3 && random.below(8) > 0 {
                let content = number < 2;
                let status = match random.below(7) {
                    0 => CaptureStatus::None,
                    1 => CaptureStatus::Unreadable,
                    2 => CaptureStatus::Cut,
                    3 => CaptureStatus::Torn,
                    _ => CaptureStatus::Whole,
                };
                let bytes = match (status.captured(), content) {
                    (false, _) => Vec::new(),
                    (true, true) => (0..random.below(40)).map(|i| (i * i) as u8).collect(),
                    (true, false) => paths[random.below(4) as usize].to_vec(),
                };
                captures.push(OwnedCapture {
                    arg: 1,
                    section: if content {
                        CaptureSection::Contents
                    } else {
                        CaptureSection::Strings
                    },
                    status,
                    full: if status.lacks() { random.below(9999) as u32 } else { 0 },
                    bytes,
                });
            }
            OwnedEvent {
                end: now,
                duration: (random.below(10) > 0).then(|| random.below(now.min(3000) + 1)),
                tgid: 100 + thread / 2,
                tid: 100 + thread,
                beside: random.below(8) == 0,
                cpu: random.below(2) as u32,
                abi: u8::from(random.below(9) == 0),
                number,
                args,
                ret: if random.below(5) == 0 {
                    -(random.below(130) as i64)
                } else {
                    random.below(4096) as i64
                },
                marks: if random.below(50) == 0 { 1 + random.below(2) as u8 } else { 0 },
                captures,
                files: some_files(random),
            }
        })
        .collect()
}

pub(crate) fn encode(events: &[OwnedEvent], tick_shift: u8, durations: bool) -> EncodedChunk {
    encode_with(&mut ChunkBuilder::new(tick_shift, durations, 1), events)
}

pub(crate) fn encode_with(builder: &mut ChunkBuilder, events: &[OwnedEvent]) -> EncodedChunk {
    events.iter().for_each(|event| builder.announce(&event.key()));
    assert_eq!(builder.len(), events.len());
    builder.arrange().unwrap();
    while let Some(at) = builder.next() {
        events[at].put(builder);
    }
    builder.encode().unwrap()
}

pub(crate) fn meta(tick_shift: u8) -> Meta {
    let text = str::to_owned;
    let kind = |id, detail| KindRef { id, detail };
    let arg = |name: &str, kind| ArgDef { name: text(name), kind };
    Meta {
        recorder: text("test 1"),
        host: text("here"),
        kernel: text("6.18.0"),
        machine: text("x86_64"),
        cpus: 2,
        command: vec![b"syscord".to_vec(), b"record".to_vec()],
        filters: vec![text("pid=1")],
        tick_shift,
        durations: true,
        content_limit: 256,
        string_limit: 4096,
        abis: vec![AbiTable {
            id: 0,
            name: text("x86_64"),
            syscalls: vec![
                SyscallDef {
                    number: 0,
                    name: text("read"),
                    classes: 1,
                    ret: kind(5, Detail::None),
                    args: vec![arg("fd", kind(13, Detail::None))],
                },
                SyscallDef {
                    number: 8,
                    name: text("lseek"),
                    classes: 1,
                    ret: kind(6, Detail::None),
                    args: vec![
                        arg("fd", kind(13, Detail::None)),
                        arg("offset", kind(47, Detail::Choice(0))),
                        arg("whence", kind(37, Detail::Names(0))),
                    ],
                },
            ],
        }],
        kinds: vec![KindDef { id: 13, name: text("fd"), shape: 0, role: 0 }],
        classes: vec![ClassDef { bit: 1, name: text("desc") }],
        errnos: vec![ErrnoDef { number: 2, name: text("ENOENT"), text: text("No such file") }],
        names: vec![NamesDef {
            name: text("WHENCE"),
            unknown: text("SEEK_???"),
            bits: 32,
            names: text("SEEK_SET SEEK_CUR"),
            masks: vec![u64::MAX; 2],
            values: vec![0, 1],
        }],
        structs: vec![StructDef {
            name: text("TIMESPEC"),
            size: 16,
            fields: vec![FieldDef {
                name: text("tv_sec"),
                offset: 0,
                width: 8,
                count: 1,
                kind: kind(3, Detail::None),
                shown: 0,
            }],
        }],
        choices: vec![ChoiceDef {
            arg: 2,
            cases: vec![CaseDef { mask: 0xff, value: 1, kind: kind(43, Detail::Struct(0)) }],
            otherwise: kind(6, Detail::None),
        }],
        columns: columns(),
    }
}

/// Files that few events make, of every sort.
fn some_files(random: &mut Random) -> Vec<OwnedFile> {
    let file = |fd, link: &[u8], detail: &[u8], numbers: &[u64]| OwnedFile {
        fd,
        link: link.to_vec(),
        detail: detail.to_vec(),
        numbers: numbers.to_vec(),
    };
    let number = random.below(1 << 20);
    match random.below(40) {
        0 => vec![file(FileFd::Result, b"/etc/passwd", b"", &[])],
        1 => vec![file(FileFd::First, b"socket:[\0]", b"TCP:[1.2.3.4:\0]", &[number, 80])],
        2 => vec![
            file(FileFd::Listed(3), b"pipe:[\0]", b"", &[number]),
            file(FileFd::Listed(-100), b"", b"", &[]),
        ],
        _ => vec![],
    }
}

pub(crate) fn some_processes() -> Vec<ProcRecord> {
    let bytes = <[u8]>::to_vec;
    let events = [
        ProcEvent::Process {
            tgid: 100,
            ppid: 1,
            uid: 0,
            gid: 0,
            comm: bytes(b"sh"),
            exe: bytes(b"/bin/sh"),
            argv: vec![bytes(b"sh"), bytes(b"-c")],
            cwd: bytes(b"/"),
            cgroup: bytes(b"/user"),
        },
        ProcEvent::Thread { tgid: 100, tid: 101, comm: bytes(b"worker") },
        ProcEvent::Descriptor { tgid: 100, fd: -1, target: bytes(b"pipe:[1]") },
        ProcEvent::Fork {
            parent_tgid: 100,
            parent_tid: 101,
            tgid: 102,
            tid: 102,
            uid: 7,
            comm: bytes(b"sh"),
        },
        ProcEvent::Exec {
            tgid: 102,
            old_tid: 102,
            uid: 7,
            comm: bytes(b"ls"),
            path: bytes(b"/bin/ls\xff"),
        },
        ProcEvent::Exit { tgid: 102, tid: 102, status: 256 },
        ProcEvent::Rename { tgid: 100, tid: 101, comm: bytes(b"idle") },
        ProcEvent::Signal { tgid: 100, tid: 101, number: 17, info: bytes(b"\x11\0\0\0") },
        ProcEvent::File {
            tgid: 100,
            tid: 101,
            fd: -100,
            link: bytes(b"/tmp"),
            detail: bytes(b"char 1:3"),
        },
        ProcEvent::Closed { tgid: 100, tid: 101, fd: 3 },
        ProcEvent::Open {
            tgid: 100,
            tid: 101,
            shared: true,
            shares_cwd: false,
            count: 64,
            open: vec![7],
        },
        ProcEvent::Shares { tgid: 102, tid: 102, files: true, cwd: false },
        ProcEvent::Program { tgid: 102, exe: bytes(b"/bin/ls"), argv: vec![bytes(b"ls")] },
        ProcEvent::Ids { tgid: 102, tid: 102, uid: 7, gid: 8 },
    ];
    (1u64..).zip(events).map(|(time, event)| ProcRecord { time, event }).collect()
}

pub(crate) fn some_ledger() -> Vec<LedgerRow> {
    vec![
        LedgerRow {
            cpu: 0,
            from: 0,
            to: 1000,
            seen: 21,
            recorded: 10,
            filtered_process: 1,
            filtered_syscall: 2,
            filtered_self: 3,
            dropped: vec![(drop_reason::RING_FULL, 4), (drop_reason::BUSY, 1)],
        },
        LedgerRow {
            cpu: NO_CPU,
            from: 0,
            to: 1000,
            seen: 1,
            recorded: 0,
            filtered_process: 0,
            filtered_syscall: 0,
            filtered_self: 0,
            dropped: vec![(drop_reason::REENTERED, 1)],
        },
    ]
}

pub(crate) const CLOCK: Clock = Clock { monotonic: 5, boottime: 6, realtime: -7 };

/// A small whole file with a block of each kind and several chunks.
pub(crate) fn some_file(chunks: usize, events_each: usize) -> Vec<u8> {
    let mut random = Random(7);
    let mut writer = Writer::new(Vec::new(), FILE_ID, &meta(5)).unwrap();
    writer.clock(&CLOCK).unwrap();
    writer.processes(&some_processes()).unwrap();
    for chunk in 0..chunks {
        let events = some_events(&mut random, events_each, 10_000_000 * (chunk as u64 + 1));
        writer.events(&encode(&events, 5, true)).unwrap();
    }
    writer.ledger(&some_ledger()).unwrap();
    writer.finish().unwrap().0
}

/// What a reader gets from a file: decoded blocks, or the damage in their place.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Clock(Clock),
    Processes(Vec<ProcRecord>),
    Ledger(Vec<LedgerRow>),
    Rows(Vec<Row>),
}

/// Everything that can be read of a trace. Errors of single blocks leave them out.
pub(crate) struct Contents {
    pub(crate) parts: Vec<Part>,
    /// Blocks that could not be decoded although their checksums hold.
    pub(crate) undecodable: usize,
    pub(crate) trace: Trace,
}

pub(crate) fn read_all(mut trace: Trace) -> Result<Contents, FormatError> {
    let (mut parts, mut undecodable) = (Vec::new(), 0);
    while let Some(block) = trace.next_block()? {
        match decode_block(&mut trace, &block) {
            Ok(part) => parts.extend(part),
            Err(FormatError::Damaged(_)) => {}
            Err(_) => undecodable += 1,
        }
    }
    Ok(Contents { parts, undecodable, trace })
}

fn decode_block(trace: &mut Trace, block: &Block) -> Result<Option<Part>, FormatError> {
    let payload = trace.read(block)?;
    Ok(match block.header.kind {
        BlockKind::CLOCK => Some(Part::Clock(syscord_format::clock(&payload)?)),
        BlockKind::PROC => Some(Part::Processes(syscord_format::processes(&payload)?)),
        BlockKind::LOSS => Some(Part::Ledger(syscord_format::ledger(&payload)?)),
        BlockKind::EVENTS => {
            let chunk = Chunk::parse(block.header.rows, payload, trace.meta().tick_shift)?;
            Some(Part::Rows(decode_rows(&chunk)?))
        }
        _ => None,
    })
}

/// A pipe that gives a few bytes at a time.
pub(crate) struct Drip(pub(crate) std::io::Cursor<Vec<u8>>);

impl std::io::Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(13);
        self.0.read(&mut into[..most])
    }
}

pub(crate) fn from_pipe(bytes: &[u8]) -> Result<Trace, FormatError> {
    Trace::from_reader(Box::new(Drip(std::io::Cursor::new(bytes.to_vec()))))
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Trace, FormatError> {
    Trace::from_reader(Box::new(std::io::Cursor::new(bytes.to_vec())))
}

/// A file that is deleted when it is closed.
pub(crate) fn from_file(bytes: &[u8]) -> Result<Trace, FormatError> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("syscord-format-{}-{number}.scd", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    let trace = Trace::open(&path);
    std::fs::remove_file(&path).unwrap();
    trace
}
