//! Writes calls of a trace as inputs: `seeds TRACE FOLDER` makes FOLDER/TARGET/… of one call each, a few
//! of each sort.

use std::{
    collections::HashMap,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use syscord_format::{
    Arguments, BlockKind, CallDef, CaptureSection, CaptureStatus, Captures, Chunk, FileFd, Files,
    Trace,
};
use syscord_fuzz::Target;
use syscord_syscalls::{Abi, Syscall, lookup};

/// So many calls of each sort.
const MOST: u32 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(trace), Some(folder)) = (paths.next(), paths.next()) else {
        return Err("seeds TRACE FOLDER".into());
    };
    let mut trace = Trace::open(&trace)?;
    let shift = trace.meta().tick_shift;
    let mut seen = HashMap::new();
    while let Some(block) = trace.next_block()? {
        if block.header.kind == BlockKind::EVENTS {
            let payload = trace.read(&block)?;
            inputs(&Chunk::parse(block.header.rows, payload, shift)?, &folder, &mut seen)?;
        }
    }
    Ok(())
}

/// What makes calls of one sort: ABI, number, whether it failed, what was captured, and the second
/// argument, which often decides what the others are.
type Sort = (u8, u32, bool, Vec<Option<(CaptureSection, CaptureStatus)>>, Option<u64>);

fn inputs(
    chunk: &Chunk,
    folder: &Path,
    seen: &mut HashMap<Sort, u32>,
) -> Result<(), Box<dyn Error>> {
    let calls = chunk.calls()?;
    let (Some(results), Some(arguments)) = (chunk.results(&calls)?, chunk.arguments(&calls)?)
    else {
        return Ok(());
    };
    let memory = Memory {
        strings: chunk.captured(CaptureSection::Strings, &arguments)?,
        contents: chunk.captured(CaptureSection::Contents, &arguments)?,
        arguments,
        files: chunk.files(&calls)?,
    };
    for row in 0..chunk.rows() {
        let call = &calls.table[usize::from(calls.of_row[row])];
        let known = Abi::from_id(call.abi).and_then(|abi| lookup(abi, call.number));
        let Some(known) = known.filter(|known| known.args.len() == usize::from(call.args)) else {
            continue;
        };
        let statuses = (0..known.args.len()).map(|arg| memory.arguments.status(row, arg)).collect();
        let second = memory.arguments.raw(row, 1).filter(|value| *value < 1 << 32);
        let sort = (call.abi, call.number, results[row] < 0, statuses, second);
        let times = seen.entry(sort).or_default();
        *times += 1;
        if *times <= MOST {
            write(folder, known, &memory.input(row, call, results[row]))?;
        }
    }
    Ok(())
}

/// Writes an input for each target that has the call.
fn write(folder: &Path, row: &Syscall, input: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    for (name, _) in Target::ALL.into_iter().filter(|(_, target)| target.has(row)) {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{:016x}", hasher.finish())), input)?;
    }
    Ok(())
}

/// What a chunk has of its calls' memory.
struct Memory {
    arguments: Arguments,
    strings: Option<Captures>,
    contents: Option<Captures>,
    files: Files,
}

impl Memory {
    /// A row in the form that the library gives.
    fn input(&self, row: usize, call: &CallDef, ret: i64) -> Vec<u8> {
        let mut out = vec![0, 0, call.abi];
        out.extend((call.number as u16).to_le_bytes());
        out.push(0);
        out.extend(ret.to_le_bytes());
        for arg in 0..usize::from(call.args) {
            let raw = self.arguments.raw(row, arg).unwrap_or(0x7fff_0000_1000);
            out.extend(raw.to_le_bytes());
        }
        for arg in 0..usize::from(call.args) {
            self.captured(&mut out, row, arg);
        }
        let files: Vec<_> = self.files.of(row as u32).take(3).collect();
        out.push(files.len() as u8);
        for file in files {
            let fd = match file.fd() {
                FileFd::Result => -1,
                FileFd::First => -2,
                FileFd::Listed(fd) => fd,
            };
            out.extend(fd.to_le_bytes());
            for name in [file.link(), file.detail()] {
                let name = &name[..name.len().min(255)];
                out.push(name.len() as u8);
                out.extend(name);
            }
        }
        out
    }

    fn captured(&self, out: &mut Vec<u8>, row: usize, arg: usize) {
        let Some((section, status)) = self.arguments.status(row, arg) else { return out.push(0) };
        out.push(status as u8 | (section as u8) << 2);
        if status.captured() {
            let memory = match section {
                CaptureSection::Strings => &self.strings,
                CaptureSection::Contents | CaptureSection::Addressed => &self.contents,
            };
            let captured = memory.as_ref().and_then(|memory| memory.get(row, arg));
            let (bytes, full) = captured.map_or((&[][..], 0), |it| (it.bytes, it.full));
            let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
            out.extend((bytes.len() as u16).to_le_bytes());
            out.extend(full.to_le_bytes());
            out.extend(bytes);
        }
    }
}
