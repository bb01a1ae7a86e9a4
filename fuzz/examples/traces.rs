//! Writes small files of the format's own writer as inputs, with all kinds of blocks: `traces FOLDER` makes
//! FOLDER/trace/… and FOLDER/chunk/….

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use syscord_format::{
    AbiTable, ArgDef, BlockKind, Capture, CaptureSection, CaptureStatus, CaseDef, ChoiceDef,
    ChunkBuilder, ClassDef, Clock, Detail, ErrnoDef, Event, FieldDef, File, FileFd, KindDef,
    KindRef, LedgerRow, Meta, NamesDef, ProcEvent, ProcRecord, Shed, StructDef, SyscallDef, Trace,
    Writer, columns,
};
use syscord_fuzz::files::{
    layout::{ALIGN, COMPRESSED, FLAGS, HEADER, PREAMBLE, STORED},
    mended,
};
use syscord_syscalls::{Abi, Kind, NR_LIMIT, lookup};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("traces FOLDER")?;
    for name in ["trace", "chunk"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let whole = written()?;
    let path = folder.join("trace/written");
    fs::write(&path, &whole)?;
    let (opened, chunk) = opened(&path, &whole)?;
    fs::write(folder.join("trace/opened"), opened)?;
    fs::write(folder.join("chunk/written"), chunk)?;
    Ok(())
}

/// A file as a recorder would write it.
fn written() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = Writer::new(Vec::new(), [7; 16], &meta())?;
    writer.clock(&Clock { monotonic: 1_000, boottime: 2_000, realtime: 3_000 })?;
    writer.processes(&processes())?;
    writer.shed(&Shed { since: 1_050, left_out: 1, weight: 2, overhead: 40_000, limit: 30_000 })?;
    let captures = [Capture {
        arg: 1,
        section: CaptureSection::Strings,
        status: CaptureStatus::Whole,
        bytes: b"/etc/hosts",
        full: 10,
    }];
    let contents = [Capture { section: CaptureSection::Contents, full: 40, ..captures[0] }];
    let link = File { fd: FileFd::Result, link: b"/etc/hosts", detail: b"", numbers: &[] };
    let socket = File { link: b"socket:[\0]", detail: b"TCP:[\0]", numbers: &[9, 9], ..link };
    let event = |at: u64| Event {
        end: 1_100 + 10 * at,
        duration: (!at.is_multiple_of(5)).then_some(at),
        tgid: 20,
        tid: 20 + at as u32 % 3,
        beside: false,
        cpu: at as u32 % 2,
        abi: 0,
        number: at as u32 % 2,
        args: if at.is_multiple_of(2) { &[3, 4, 5] } else { &[0xffff_ff9c, 0x7fff_0000, 2] },
        ret: if at.is_multiple_of(7) { -2 } else { at as i64 },
        marks: 0,
        captures: if at.is_multiple_of(2) { &contents } else { &captures },
        files: if at == 3 { std::slice::from_ref(&link) } else { &[] },
    };
    let mut events: Vec<Event<'_>> = (0..24).map(event).collect();
    events[5].files = std::slice::from_ref(&socket);
    events[6].marks = 1;
    writer.events(&ChunkBuilder::new(0, true, 1).encode_all(&events)?)?;
    writer.ledger(&[LedgerRow {
        cpu: 0,
        from: 1_000,
        to: 2_000,
        seen: 30,
        recorded: 24,
        filtered_process: 1,
        filtered_syscall: 1,
        filtered_self: 1,
        dropped: vec![(1, 3)],
    }])?;
    Ok(writer.finish()?.0)
}

/// The same without compression, which a fuzzer would seldom get through; and the payload of its events.
fn opened(path: &Path, whole: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Box<dyn Error>> {
    let mut trace = Trace::open(path)?;
    let (mut file, mut chunk) = (whole[..PREAMBLE].to_vec(), Vec::new());
    let mut next = Some(trace.meta_block().clone());
    while let Some(block) = next {
        let payload = trace.read(&block)?;
        let start = usize::try_from(block.offset)?;
        let mut header = whole[start..start + HEADER].to_vec();
        header[FLAGS] &= !COMPRESSED;
        header[STORED].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        if block.header.kind == BlockKind::EVENTS {
            chunk = [&(block.header.rows as u16).to_le_bytes()[..], &[0], &payload].concat();
        }
        file.extend([header, block.zone, payload].concat());
        file.resize(file.len().next_multiple_of(ALIGN), 0);
        next = trace.next_block()?;
    }
    Ok((mended(&file), chunk))
}

/// Two calls, with a bit of everything that arguments may be.
fn meta() -> Meta {
    let kind = |kind: Kind, detail| KindRef { id: kind.id(), detail };
    let (fd, path) = (kind(Kind::Fd, Detail::None), kind(Kind::Path, Detail::None));
    let (found, noted, by) = (named("struct_out"), named("bits"), named("by"));
    let structure = KindRef { id: found.id, detail: Detail::Struct(0) };
    let flags = KindRef { id: noted.id, detail: Detail::Names(0) };
    let chosen = KindRef { id: by.id, detail: Detail::Choice(0) };
    let arg = |name: &str, kind| ArgDef { name: name.into(), kind };
    let call = |number, name: &str, args| SyscallDef {
        number,
        name: name.into(),
        classes: 1,
        ret: fd,
        args,
    };
    Meta {
        recorder: "fuzz".into(),
        host: "host".into(),
        kernel: "6.1.0".into(),
        machine: "x86_64".into(),
        cpus: 2,
        durations: true,
        content_limit: 256,
        string_limit: 4096,
        abis: vec![AbiTable {
            id: 0,
            name: "x86_64".into(),
            syscalls: vec![
                call(0, "read", vec![arg("fd", fd), arg("buf", structure), arg("count", chosen)]),
                call(1, "openat", vec![arg("dirfd", fd), arg("path", path), arg("flags", flags)]),
            ],
        }],
        kinds: vec![named("fd"), named("path"), found, noted, by],
        classes: vec![ClassDef { bit: 1, name: "file".into() }],
        errnos: vec![ErrnoDef { number: 2, name: "ENOENT".into(), text: "No such file".into() }],
        names: vec![NamesDef {
            name: "O".into(),
            unknown: "O_???".into(),
            bits: 1,
            names: "O_RDONLY O_WRONLY O_RDWR".into(),
            masks: vec![3, 3, 3],
            values: vec![0, 1, 2],
        }],
        structs: vec![StructDef {
            name: "pair".into(),
            size: 8,
            fields: [("first", 0), ("second", 4)]
                .map(|(name, offset)| FieldDef {
                    name: name.into(),
                    offset,
                    width: 4,
                    count: 1,
                    kind: flags,
                    shown: 0,
                })
                .into(),
        }],
        choices: vec![ChoiceDef {
            arg: 0,
            cases: vec![CaseDef { mask: 1, value: 1, kind: flags }],
            otherwise: fd,
        }],
        columns: columns(),
        ..Meta::default()
    }
}

/// A kind of the table.
fn named(name: &str) -> KindDef {
    let rows = (0..NR_LIMIT as u32).filter_map(|number| lookup(Abi::X86_64, number));
    let mut kinds = rows.flat_map(|row| row.args.iter().map(|arg| arg.kind));
    let kind = kinds.find(|kind| kind.name() == name).unwrap_or(Kind::Int);
    // What a choice's memory is, each of its cases says.
    let memory = kind.memory().filter(|_| !matches!(kind, Kind::By(_)));
    let role = memory.map_or(0, |(_, _, role)| role as u8);
    KindDef { id: kind.id(), name: name.into(), shape: kind.shape() as u8, role }
}

fn processes() -> Vec<ProcRecord> {
    let (tgid, tid) = (20, 21);
    let comm = || b"program".to_vec();
    let events = [
        ProcEvent::Process {
            tgid,
            ppid: 1,
            uid: 1000,
            gid: 1000,
            comm: comm(),
            exe: b"/bin/program".to_vec(),
            argv: vec![comm(), b"-x".to_vec()],
            cwd: b"/".to_vec(),
            cgroup: b"/a.scope".to_vec(),
        },
        ProcEvent::Thread { tgid, tid, comm: comm() },
        ProcEvent::Descriptor { tgid, fd: 0, target: b"/dev/null".to_vec() },
        ProcEvent::Fork { parent_tgid: 1, parent_tid: 1, tgid: 22, tid: 22, uid: 0, comm: comm() },
        ProcEvent::Shares { tgid: 22, tid: 22, files: true, cwd: true },
        ProcEvent::Exec { tgid, old_tid: tid, uid: 0, comm: comm(), path: b"/bin/x".to_vec() },
        ProcEvent::Program { tgid, exe: b"/bin/x".to_vec(), argv: vec![b"x".to_vec()] },
        ProcEvent::Open { tgid, tid, shared: false, shares_cwd: true, count: 9, open: vec![7, 1] },
        ProcEvent::File { tgid, tid, fd: 3, link: b"/etc".to_vec(), detail: b"char 1:3".to_vec() },
        ProcEvent::Closed { tgid, tid, fd: 3 },
        ProcEvent::Rename { tgid, tid, comm: b"other".to_vec() },
        ProcEvent::Ids { tgid, tid, uid: 0, gid: 0 },
        ProcEvent::Signal { tgid, tid, number: 11, info: vec![11; 48] },
        ProcEvent::Exit { tgid, tid, status: 9 },
    ];
    (1_000..).zip(events).map(|(time, event)| ProcRecord { time, event }).collect()
}
