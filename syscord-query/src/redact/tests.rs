//! Whole runs on small traces.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Parser;
use proptest::prelude::*;
use syscord_format::{CWD, CaptureStatus, Chunk, FileFd, ProcEvent, ProcRecord, Trace};

use crate::{
    DAMAGED, DONE, USAGE,
    cli::Cli,
    error::Error,
    redact::{
        New,
        reel::{Reel, Visitor},
    },
    report::Report,
    row::Row,
    run,
    tests::{Made, Temp, trace, trace_with},
};

/// Runs `redact`, and gives the new trace.
fn redact(trace: &Path, rules: &[&str]) -> Result<(Temp, bool), Error> {
    let new = Temp::new("redacted.scd");
    let args = ["q", "redact", trace.to_str().unwrap(), "-o", new.path().to_str().unwrap()];
    let damaged = run(Cli::parse_from(args.iter().chain(rules)))?;
    Ok((new, damaged))
}

/// All that is in a trace, decompressed.
fn raw(path: &Path) -> Vec<u8> {
    let mut trace = Trace::open(path).unwrap();
    let meta = trace.meta_block().clone();
    let mut all = trace.read(&meta).unwrap();
    while let Some(block) = trace.next_block().unwrap() {
        let payload = trace.read(&block).unwrap();
        all.extend_from_slice(&block.zone);
        match block.header.kind {
            syscord_format::BlockKind::EVENTS => {
                let chunk = Chunk::parse(block.header.rows, payload, 0).unwrap();
                for section in chunk.sections() {
                    all.extend_from_slice(&chunk.raw(section.id).unwrap().unwrap());
                }
            }
            _ => all.extend_from_slice(&payload),
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

fn json(path: &Path) -> Vec<serde_json::Value> {
    let out = Temp::new("json");
    let args = ["q", path.to_str().unwrap(), "--json", "-o", out.path().to_str().unwrap()];
    run(Cli::parse_from(args)).unwrap();
    let text = fs::read_to_string(out.path()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn open(end: u64, path: &'static str, ret: i64) -> Made {
    let call = Made::call(end, "openat", &[-100i64 as u64, 0, 0, 0], ret);
    call.path(1, CaptureStatus::Whole, path.as_bytes())
}

fn write(end: u64, fd: u64, status: CaptureStatus, bytes: &'static [u8]) -> Made {
    let call = Made::call(end, "write", &[fd, 0, bytes.len() as u64], bytes.len() as i64);
    call.data(1, status, bytes)
}

fn made() -> Temp {
    trace(
        &[
            open(2_000, "/home/alice/plan.txt", 3),
            open(3_000, "/etc/hosts", 4),
            open(4_000, "/home/alice/plan.txt", 5),
            open(4_500, "/srv/../home/alice/b", -2),
            write(5_000, 1, CaptureStatus::Whole, b"see /home/alice/plan.txt, pw=hunter2"),
            write(6_000, 1, CaptureStatus::Cut, b"and in /home/al"),
            write(7_000, 1, CaptureStatus::Whole, b"nothing"),
        ],
        3,
    )
}

#[test]
fn a_path_has_one_placeholder_and_is_gone() {
    let old = made();
    let (new, damaged) = redact(old.path(), &["--path", "/home/alice/**"]).unwrap();
    assert!(!damaged);
    let bytes = raw(new.path());
    for secret in ["/home/al", "alice", "plan.txt"] {
        assert!(holds(&raw(old.path()), secret) && !holds(&bytes, secret), "{secret}");
    }
    let events = json(new.path());
    let path = |at: usize| events[at]["path"].as_str().unwrap();
    assert_eq!(
        (path(0), path(1), path(2), path(3)),
        ("[redacted-1]", "/etc/hosts", "[redacted-1]", "[redacted-2]")
    );
    assert_eq!(events[4]["data"], format!("see {}, pw=hunter2", "*".repeat(20)));
    assert_eq!(events[5]["data"], "and in ********");
    assert_eq!(events[6]["data"], "nothing");
}

/// A descriptor of the process stands for that from then on.
fn stands_for(time: u64, fd: i32, link: &str) -> ProcRecord {
    let (link, detail) = (link.into(), Vec::new());
    ProcRecord { time, event: ProcEvent::File { tgid: 20, tid: 20, fd, link, detail } }
}

/// It stands for the descriptor's file (AT_EMPTY_PATH of fstatat(2)).
#[test]
fn an_empty_path_stays() {
    let call = Made::call(2_000, "openat", &[3, 0, 0, 0], -2);
    let old = trace_with(
        &[stands_for(1_000, 3, "/home/alice/plan.txt")],
        &[call.path(1, CaptureStatus::Whole, b""), open(3_000, "/home/alice/plan.txt", 4)],
    );
    let (new, _) = redact(old.path(), &["--path", "/home/alice/**"]).unwrap();
    let events = json(new.path());
    assert_eq!((&events[0]["path"], &events[1]["path"]), (&"".into(), &"[redacted-1]".into()));
}

#[test]
fn what_lies_below_a_path_is_gone() {
    let entry = [&[0; 16][..], &[32, 0, 8], b"wedding.txt\0\0"].concat().leak();
    let old = trace_with(
        &[stands_for(1_000, CWD, "/home/alice"), stands_for(1_000, 3, "/home/alice")],
        &[
            open(2_000, "/home/bob/.ssh/id_rsa", -2),
            open(3_000, "notes/diary.txt", -2),
            Made::call(4_000, "getdents64", &[3, 0, 99], 32).data(1, CaptureStatus::Whole, entry),
            open(5_000, "/etc/hosts", -2),
        ],
    );
    for rules in [&["--path", "/home/*"][..], &["--path", "/home/alice", "--path", "/home/bob"]] {
        let (new, _) = redact(old.path(), rules).unwrap();
        let bytes = raw(new.path());
        for secret in ["bob", "id_rsa", "alice", "notes", "diary.txt", "wedding"] {
            assert!(holds(&raw(old.path()), secret) && !holds(&bytes, secret), "{secret}");
        }
        assert_eq!(json(new.path())[3]["path"], "/etc/hosts");
    }
}

#[test]
fn what_is_cut_in_the_middle_of_a_secret_is_gone() {
    let cut = CaptureStatus::Cut;
    let exec = Made::call(3_000, "execve", &[0, 0, 0], 0).path(1, cut, b"sh\0-c\0login hunt");
    let told = ProcEvent::Program {
        tgid: 20,
        exe: vec![],
        argv: vec![b"sh".to_vec(), b"-c".to_vec(), b"in hunte".to_vec()],
    };
    let path = Made::call(2_000, "openat", &[-100i64 as u64, 0, 0, 0], -2);
    let path = path.path(1, cut, b"/srv/hunter");
    let old = trace_with(&[ProcRecord { time: 2_500, event: told }], &[path, exec]);
    let (new, _) = redact(old.path(), &["--text", "hunter2"]).unwrap();
    let bytes = raw(new.path());
    assert!(holds(&raw(old.path()), "login hunt") && !holds(&bytes, "hunt"));
    assert!(holds(&bytes, "sh\0-c\0[redacted-"));
}

#[test]
fn directories_and_senders_of_signals_are_gone() {
    let mut info = vec![0; 32];
    info[20..24].copy_from_slice(&77_777_777_u32.to_ne_bytes());
    let signal = ProcEvent::Signal { tgid: 20, tid: 20, number: 10, info };
    let old = trace_with(
        &[
            stands_for(1_800, CWD, "/home/alice"),
            stands_for(1_800, 3, "/srv/kept"),
            ProcRecord { time: 1_900, event: signal },
        ],
        &[
            Made::call(2_000, "chdir", &[1 << 20], 0).file(FileFd::Listed(CWD), b"/home/bob"),
            Made::call(2_100, "fchdir", &[3], 0).file(FileFd::Listed(CWD), b"/home/carol"),
        ],
    );
    let (new, _) = redact(old.path(), &["--processes"]).unwrap();
    let (before, after) = (raw(old.path()), raw(new.path()));
    for secret in ["alice", "bob", "carol"] {
        assert!(holds(&before, secret) && !holds(&after, secret), "{secret}");
    }
    let holds = |bytes: &[u8]| bytes.windows(4).any(|part| part == 77_777_777_u32.to_ne_bytes());
    assert!(holds(&before) && !holds(&after));
    assert!(super::tests::holds(&after, "/srv/kept"), "descriptors are another matter");
}

#[test]
fn contents_of_what_changed_meanwhile_are_left_out() {
    let whole = CaptureStatus::Whole;
    let old = trace_with(
        &[
            stands_for(1_990, 3, "/open/a"),
            stands_for(1_995, 4, "/open/b"),
            stands_for(1_000, 5, "/secret/c/d"),
        ],
        &[
            write(2_000, 3, whole, b"kept-content"),
            write(2_000, 4, whole, b"changed-content"),
            write(2_001, 5, whole, b"secret-content"),
            write(2_002, 6, whole, b"unknown-content"),
            write(2_100, 4, whole, b"later-content"),
            write(2_200, 3, whole, b"untimed-content").untimed(),
        ],
    );
    let (new, _) = redact(old.path(), &["--contents-of", "/secret/*"]).unwrap();
    let bytes = raw(new.path());
    for (content, stays) in [
        ("kept-content", true),
        ("changed-content", false),
        ("secret-content", false),
        ("unknown-content", false),
        ("later-content", true),
        ("untimed-content", false),
    ] {
        assert!(holds(&raw(old.path()), content), "{content}");
        assert_eq!(holds(&bytes, content), stays, "{content}");
    }
}

/// Counts events.
struct Count(usize);

impl Visitor for Count {
    fn processes(&mut self, _: &[ProcRecord]) -> Result<(), Error> {
        Ok(())
    }

    fn event(&mut self, _: &Row<'_>) -> Result<(), Error> {
        self.0 += 1;
        Ok(())
    }
}

#[test]
fn what_a_trace_grows_by_meanwhile_is_not_read() {
    let events: Vec<Made> = (0..150).map(|at| open(2_000 + at, "/a", -2)).collect();
    let file = trace(&events, 0);
    let (whole, mut blocks) = (fs::read(file.path()).unwrap(), Trace::open(file.path()).unwrap());
    let blocks: Vec<_> = std::iter::from_fn(|| blocks.next_block().unwrap()).collect();
    let is_events =
        |block: &&syscord_format::Block| block.header.kind == syscord_format::BlockKind::EVENTS;
    let second = blocks.iter().filter(is_events).nth(1).unwrap().offset as usize;
    fs::write(file.path(), &whole[..second + 10]).unwrap();
    let count = |reel: &mut Reel<'_>| {
        let mut count = Count(0);
        reel.show(&mut count, &mut Report::quiet()).unwrap();
        count.0
    };
    let mut reel = Reel::open(file.path()).unwrap();
    assert_eq!(count(&mut reel), 100);
    fs::write(file.path(), &whole).unwrap();
    assert_eq!(count(&mut reel.again().unwrap()), 100);
    assert_eq!(count(&mut Reel::open(file.path()).unwrap()), 150);
}

#[test]
fn a_file_has_its_name_only_once_it_is_shown_to_be_clean() {
    let path = Temp::new("kept.scd");
    let (path, part) = (path.path(), path.path().with_extension("scd.part"));
    let (new, _) = New::make(path).unwrap();
    assert!(part.exists() && !path.exists());
    assert!(matches!(New::make(path), Err(Error::Write { .. })), "two at a time");
    drop(new);
    assert!(!part.exists() && !path.exists());
    let (new, _) = New::make(path).unwrap();
    fs::write(path, "another's").unwrap();
    assert!(matches!(new.keep(), Err(Error::Write { .. })));
    assert_eq!((fs::read(path).unwrap(), part.exists()), (b"another's".to_vec(), false));
    fs::remove_file(path).unwrap();
    New::make(path).unwrap().0.keep().unwrap();
    assert!(path.exists() && !part.exists());
}

#[test]
fn all_else_stays() {
    let old = made();
    let (new, _) = redact(old.path(), &["--text", "hunter2"]).unwrap();
    let (mut before, mut after) = (json(old.path()), json(new.path()));
    assert_eq!(before.len(), after.len());
    assert_ne!(before[4], after[4]);
    assert_eq!(after[4]["data"], "see /home/alice/plan.txt, pw=*******");
    before.remove(4);
    after.remove(4);
    assert_eq!(before, after);
    let (old, new) = (Trace::open(old.path()).unwrap(), Trace::open(new.path()).unwrap());
    assert_ne!(old.file_id(), new.file_id());
    assert_eq!(new.meta().filters, ["redacted=text"]);
}

#[test]
fn contents_are_left_out_and_told_so() {
    let old = made();
    let (new, _) = redact(old.path(), &["--contents"]).unwrap();
    let events = json(new.path());
    assert_eq!((&events[6]["data"], &events[6]["data_cut"]), (&"".into(), &true.into()));
    assert_eq!(
        (&events[0]["path"], &events[6]["ret"]),
        (&"/home/alice/plan.txt".into(), &7.into())
    );
    assert!(!holds(&raw(new.path()), "nothing"));
}

#[test]
fn process_tables_are_emptied() {
    let old = made();
    let (new, _) = redact(old.path(), &["--processes"]).unwrap();
    let (before, after) = (raw(old.path()), raw(new.path()));
    for secret in ["worker", "re\u{1b}named"] {
        assert!(holds(&before, secret) && !holds(&after, secret), "{secret}");
    }
    let comms: Vec<_> = json(new.path()).iter().map(|event| event["comm"].clone()).collect();
    assert!(comms.iter().all(|comm| comm.as_str().unwrap().starts_with("[redacted-")), "{comms:?}");
}

#[test]
fn a_regex_removes_what_it_has_matched_anywhere() {
    let old = made();
    let (new, _) = redact(old.path(), &["--regex", "hunter[0-9]|plan"]).unwrap();
    let bytes = raw(new.path());
    assert!(!holds(&bytes, "hunter2") && !holds(&bytes, "plan"));
    assert_eq!(json(new.path())[0]["path"], "[redacted-1]");
}

#[test]
fn what_only_lies_side_by_side_is_no_secret() {
    let whole = CaptureStatus::Whole;
    let events = [write(2_000, 1, whole, b"hunter2"), write(3_000, 1, whole, b"-secr")];
    let old = trace(&events, 0);
    assert!(holds(&raw(old.path()), "hunter2-secr"));
    let (new, _) = redact(old.path(), &["--text", "hunter2-secr"]).unwrap();
    assert_eq!(json(new.path())[0]["data"], "hunter2");
}

#[test]
fn a_machine_may_be_called_like_a_rule() {
    let old = made();
    assert_eq!(Trace::open(old.path()).unwrap().meta().host, "host");
    let (new, _) = redact(old.path(), &["--host"]).unwrap();
    assert_eq!(Trace::open(new.path()).unwrap().meta().host, "[redacted]");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let old = made();
    let refused = |rules: &[&str]| redact(old.path(), rules).map(drop).unwrap_err();
    assert!(matches!(refused(&[]), Error::Usage(_)));
    assert!(matches!(refused(&["--path", "["]), Error::Usage(_)));
    assert!(matches!(refused(&["--regex", "("]), Error::Usage(_)));
    assert!(matches!(refused(&["--text", "redacted"]), Error::Usage(_)));
    assert!(matches!(refused(&["--regex", "[0-9]"]), Error::Usage(_)));
    assert!(matches!(refused(&["--text-from", "/nowhere"]), Error::Read { .. }));
    let out = ["q", "redact", old.path().to_str().unwrap(), "-o", "-", "--host"];
    assert!(matches!(run(Cli::parse_from(out)), Err(Error::Usage(_))));
    assert_eq!(crate::told(&refused(&[])), USAGE);
    assert_eq!((DONE, DAMAGED), (0, 3));
}

#[test]
fn nothing_is_overwritten_or_left_behind() {
    let old = made();
    let folder = std::env::temp_dir().join(format!("syscord-redact-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (new, link) = (folder.join("new.scd"), folder.join("link.scd"));
    std::os::unix::fs::symlink(&new, &link).unwrap();
    let into = |out: &PathBuf, rule: &[&str]| {
        let args = ["q", "redact", old.path().to_str().unwrap(), "-o", out.to_str().unwrap()];
        run(Cli::parse_from(args.iter().chain(rule)))
    };
    assert!(matches!(into(&link, &["--contents"]), Err(Error::Write { .. })));
    assert!(!new.exists());
    // A rule that turns out to make no sense.
    assert!(matches!(into(&new, &["--regex", "[0-9]"]), Err(Error::Usage(_))));
    assert!(!new.exists());
    into(&new, &["--contents"]).unwrap();
    let bytes = fs::read(&new).unwrap();
    assert!(matches!(into(&new, &["--host"]), Err(Error::Write { .. })));
    assert_eq!(fs::read(&new).unwrap(), bytes);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_whole_of_a_damaged_trace_is_redacted() {
    let old = made();
    let mut bytes = fs::read(old.path()).unwrap();
    let mut reader = Trace::open(old.path()).unwrap();
    let mut block = reader.next_block().unwrap().unwrap();
    while block.header.kind != syscord_format::BlockKind::PROC {
        block = reader.next_block().unwrap().unwrap();
    }
    bytes[block.offset as usize + 80] ^= 1;
    fs::write(old.path(), bytes).unwrap();
    let (new, damaged) = redact(old.path(), &["--path", "/home/alice/**"]).unwrap();
    assert!(damaged && !holds(&raw(new.path()), "alice"));
    assert_eq!(json(new.path()).len(), 7);
}

/// Pieces of which texts are made, some of them secret.
const PIECES: [&str; 9] = [
    "hunter2",
    "/home/alice/plan.txt",
    "/home/alice",
    "plan.txt",
    "/srv/data",
    " ",
    "=",
    "abc",
    "/",
];

/// A string that lives as long as the test.
fn text(pieces: &[usize]) -> &'static [u8] {
    pieces.iter().map(|at| PIECES[*at]).collect::<String>().leak().as_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Wherever secrets stand, and wherever they are cut, nothing of them is left, and the trace is whole.
    #[test]
    fn nothing_is_left_wherever_it_stands(
        calls in prop::collection::vec((prop::collection::vec(0..PIECES.len(), 1..6), 0..4u8, any::<bool>(), 0..9usize), 1..12),
    ) {
        let made = calls.iter().enumerate().map(|(at, (pieces, kind, cut, less))| {
            let (end, whole) = (2_000 + 10 * at as u64, text(pieces));
            let bytes = if *cut { &whole[..whole.len().saturating_sub(*less)] } else { whole };
            let status = if *cut { CaptureStatus::Cut } else { CaptureStatus::Whole };
            match kind {
                0 => Made::call(end, "openat", &[-100i64 as u64, 0, 0, 0], 3).path(1, CaptureStatus::Whole, whole),
                1 => Made::call(end, "execve", &[0, 0, 0], 0).path(1, CaptureStatus::Whole, whole),
                2 => Made::call(end, "connect", &[3, 0, 16], 0).path(1, CaptureStatus::Whole, [b"\x01\0", whole].concat().leak()),
                _ => write(end, 1, status, bytes),
            }
        });
        let made: Vec<Made> = made.collect();
        let old = trace(&made, 0);
        let (new, damaged) = redact(old.path(), &["--path", "/home/alice/**", "--path", "/home/alice", "--text", "hunter2"]).unwrap();
        prop_assert!(!damaged);
        let bytes = raw(new.path());
        for secret in ["hunter2", "/home/alice"] {
            prop_assert!(!holds(&bytes, secret), "{}", secret);
        }
        let (before, after) = (json(old.path()), json(new.path()));
        prop_assert_eq!(before.len(), after.len());
        // Of a path that is removed, names go from texts, too: only where there is none does all else stay.
        let is_secret = |event: &serde_json::Value| {
            let text = event.to_string();
            ["hunt", "/hom"].iter().any(|part| text.contains(part))
        };
        let none = !before.iter().any(is_secret);
        for (before, after) in before.iter().zip(&after) {
            for key in ["ts", "duration", "tid", "syscall", "ret", "cpu"] {
                prop_assert_eq!(&before[key], &after[key]);
            }
            // Relative paths, of which the directory is not known here, are replaced as well; and parts of secrets.
            let is_path = before["syscall"] == "openat" || before["syscall"] == "connect";
            let is_part = before["data"] != after["data"];
            prop_assert!(!none || is_path || is_part || before == after, "{}\n{}", before, after);
            let data = after["data"].as_str().unwrap_or_default();
            let cut = before["data_cut"] == true;
            let part = |secret: &str| (4..secret.len()).any(|at| data.ends_with(&secret[..at]));
            prop_assert!(!cut || !part("hunter2") && !part("/home/alice/plan.txt"), "{}", data);
        }
        let verified = run(Cli::parse_from(["q", "verify", new.path().to_str().unwrap()])).unwrap();
        prop_assert!(!verified);
    }
}
