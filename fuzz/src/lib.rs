//! Captured memory as bytes of a fuzzer: any bytes are calls, which are encoded by the format's own
//! writer, decoded, and shown in every format.
//!
//! ```text
//! u16    the options of --strace, and in the upper two bits the limit of contents
//! calls  up to 16, until the bytes end:
//!   u8 u16   ABI and number; a call that the target does not have stands for one that it has
//!   u8       bits 0–2 marks, bit 3 no duration, bit 4 another thread, bits 5–7 arguments left out
//!   i64      the result
//!   u64 …    each argument
//!   …        for each argument what was captured: u8, bits 0–1 its status (3: torn if bit 4 is set, else
//!            unreadable), bits 2–3 its section, 0 if it is not there; and, if there are bytes, u16 how many, u32 the true length, the bytes
//!   u8       how many files are told of, in bits 0–1:
//!     i32      the descriptor; -1 the result, -2 the first argument
//!     u8 …     the link
//!     u8 …     the detail
//!     u64 …    a number for each NUL of both
//! ```
//!
//! What lacks at the end is zero.

use std::{cell::RefCell, collections::BTreeMap, sync::LazyLock};

use syscord_format::{
    Capture, CaptureSection, CaptureStatus, ChunkBuilder, Event, File, FileFd, Meta, NUMBER,
};
use syscord_query::fuzz::Formats;
use syscord_syscalls::{Abi, Kind, NR_LIMIT, Role, Syscall, lookup};

#[path = "../../recorder/src/describe.rs"]
mod describe;
pub mod files;

/// Which calls are looked at: those with an argument that may be such memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Socket addresses.
    Sockaddr,
    /// Messages: structures with what they point to, and control messages.
    Msghdr,
    /// Structures, arrays of them, sets, and what depends on another argument.
    Structs,
    /// Paths, texts, lists of them, contents.
    Strings,
}

impl Target {
    /// All, with the names of their targets and corpora.
    pub const ALL: [(&str, Target); 4] = [
        ("sockaddr", Target::Sockaddr),
        ("msghdr", Target::Msghdr),
        ("structs", Target::Structs),
        ("strings", Target::Strings),
    ];

    /// Whether a call is one of the target's.
    pub fn has(self, row: &Syscall) -> bool {
        row.args.iter().any(|arg| self.takes(arg.kind))
    }

    fn takes(self, kind: Kind) -> bool {
        if let Kind::By(choice) = kind {
            let cases = choice.cases.iter().map(|case| case.kind);
            return self == Target::Structs
                || cases.chain([choice.otherwise]).any(|kind| self.takes(kind));
        }
        kind.memory().is_some_and(|(_, _, role)| match role {
            Role::Path | Role::Text | Role::List | Role::Content => self == Target::Strings,
            Role::Address => self == Target::Sockaddr,
            Role::Parts | Role::ArrayParts | Role::Control => self == Target::Msghdr,
            Role::Struct | Role::Array | Role::SetParts | Role::Count => self == Target::Structs,
        })
    }
}

/// The limits of contents that a trace may have been recorded with.
const CONTENTS: [u32; 4] = [256, 0, 32, 1 << 16];
/// Calls of one input.
const MOST_CALLS: usize = 16;

/// A call of the table.
#[derive(Clone, Copy)]
struct Call {
    abi: Abi,
    number: u32,
    row: &'static Syscall,
}

/// The calls of each target.
static CALLS: LazyLock<BTreeMap<Target, Vec<Call>>> = LazyLock::new(|| {
    let all: Vec<Call> = Abi::ALL
        .into_iter()
        .flat_map(|abi| (0..NR_LIMIT as u32).map(move |number| (abi, number)))
        .filter_map(|(abi, number)| Some(Call { abi, number, row: lookup(abi, number)? }))
        .collect();
    let of = |target: Target| all.iter().copied().filter(|call| target.has(call.row)).collect();
    Target::ALL.into_iter().map(|(_, target)| (target, of(target))).collect()
});

thread_local! {
    /// By place in [`CONTENTS`]. A description takes longer to arrange than a call to decode.
    static FORMATS: RefCell<BTreeMap<usize, Formats>> = const { RefCell::new(BTreeMap::new()) };
}

/// Decodes and shows what the bytes stand for.
pub fn run(target: Target, bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let look = bytes.u16();
    let calls = &CALLS[&target];
    let mut made = Vec::new();
    while !bytes.0.is_empty() && made.len() < MOST_CALLS {
        made.push(Made::take(&mut bytes, calls));
    }
    let files: Vec<Vec<File<'_>>> =
        made.iter().map(|made| made.named.iter().map(Named::file).collect()).collect();
    let events: Vec<Event<'_>> = (0..)
        .zip(made.iter().zip(&files))
        .map(|(at, (made, files))| made.event(1000 + 100 * at, files))
        .collect();
    let Ok(chunk) = ChunkBuilder::new(0, true, 1).encode_all(&events) else { return };
    let limit = usize::from(look >> 14);
    FORMATS.with_borrow_mut(|known| {
        let formats = known.entry(limit).or_insert_with(|| Formats::new(&meta(CONTENTS[limit])));
        formats.show(&chunk, look);
    });
}

/// A description of the whole table, of all machines at once.
fn meta(content_limit: u32) -> Meta {
    let mut meta = Meta {
        recorder: "fuzz".into(),
        host: "host".into(),
        kernel: "6.1.0".into(),
        machine: "x86_64".into(),
        cpus: 1,
        durations: true,
        content_limit,
        string_limit: 4096,
        columns: syscord_format::columns(),
        ..Meta::default()
    };
    describe::describe(&mut meta, &Abi::ALL);
    meta
}

/// The next call of the bytes.
struct Made<'a> {
    abi: Abi,
    number: u32,
    bits: u8,
    ret: i64,
    args: Vec<u64>,
    captures: Vec<Capture<'a>>,
    named: Vec<Named<'a>>,
}

impl<'a> Made<'a> {
    fn take(bytes: &mut Bytes<'a>, calls: &[Call]) -> Made<'a> {
        let (abi, number) = (bytes.u8(), u32::from(bytes.u16()));
        let meant = calls.iter().find(|call| call.abi as u8 == abi && call.number == number);
        let call =
            meant.unwrap_or(&calls[(usize::from(abi) * NR_LIMIT + number as usize) % calls.len()]);
        let bits = bytes.u8();
        let ret = bytes.u64().cast_signed();
        let count = call.row.args.len().saturating_sub(usize::from(bits >> 5));
        let args: Vec<u64> = (0..count).map(|_| bytes.u64()).collect();
        let captures = (0..count as u8).filter_map(|arg| capture(bytes, arg)).collect();
        let named = (0..bytes.u8() & 3).map(|_| Named::take(bytes)).collect();
        Made { abi: call.abi, number: call.number, bits, ret, args, captures, named }
    }

    fn event<'b>(&'b self, end: u64, files: &'b [File<'b>]) -> Event<'b> {
        Event {
            end,
            duration: (self.bits & 8 == 0).then_some(150),
            tgid: 20,
            tid: 20 + u32::from(self.bits >> 4 & 1),
            beside: self.abi == Abi::IoUring,
            cpu: 0,
            abi: self.abi as u8,
            number: self.number,
            args: &self.args,
            ret: self.ret,
            marks: self.bits & 7,
            captures: &self.captures,
            files,
        }
    }
}

fn capture<'a>(bytes: &mut Bytes<'a>, arg: u8) -> Option<Capture<'a>> {
    let head = bytes.u8();
    let section = match head >> 2 & 3 {
        0 => return None,
        1 => CaptureSection::Strings,
        2 => CaptureSection::Contents,
        _ => CaptureSection::Addressed,
    };
    let status = match head & 3 {
        0 => CaptureStatus::None,
        1 => CaptureStatus::Whole,
        2 => CaptureStatus::Cut,
        _ if head & 16 != 0 => CaptureStatus::Torn,
        _ => CaptureStatus::Unreadable,
    };
    let mut capture = Capture { arg, section, status, bytes: &[], full: 0 };
    if status.captured() {
        let len = bytes.u16();
        capture.full = bytes.u32();
        capture.bytes = bytes.take(usize::from(len));
    }
    Some(capture)
}

/// What a descriptor stands for.
struct Named<'a> {
    fd: FileFd,
    link: &'a [u8],
    detail: &'a [u8],
    numbers: Vec<u64>,
}

impl<'a> Named<'a> {
    fn take(bytes: &mut Bytes<'a>) -> Named<'a> {
        let fd = match bytes.u32().cast_signed() {
            -1 => FileFd::Result,
            -2 => FileFd::First,
            fd => FileFd::Listed(fd),
        };
        let [link, detail] = [(); 2].map(|()| {
            let len = bytes.u8();
            bytes.take(usize::from(len))
        });
        let places = link.iter().chain(detail).filter(|byte| **byte == NUMBER);
        let numbers = places.map(|_| bytes.u64()).collect();
        Named { fd, link, detail, numbers }
    }

    fn file(&self) -> File<'_> {
        File { fd: self.fd, link: self.link, detail: self.detail, numbers: &self.numbers }
    }
}

/// The bytes that are left.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn number<const N: usize>(&mut self) -> [u8; N] {
        let mut number = [0; N];
        let taken = self.take(N);
        number[..taken.len()].copy_from_slice(taken);
        number
    }

    fn u8(&mut self) -> u8 {
        self.number::<1>()[0]
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.number())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.number())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.number())
    }
}
