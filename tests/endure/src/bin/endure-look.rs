//! Looks at traces of the load, and prints one JSON object.
//!
//! `endure-look turns TRACE…`: how far the load's turns go, and whether any is missing. `processes TRACE…`: how many
//! processes of the load are described. `clocks TRACE…`: how the time of day went.

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use serde_json::{Value, json};
use syscord_endure::LOAD;
use syscord_format::{Block, BlockKind, Chunk, FormatError, ProcEvent, Trace};

type Result<T = ()> = std::result::Result<T, FormatError>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (what, files) = args.split_first().map_or(("", &[][..]), |(what, files)| (what, files));
    let looked = match what {
        "turns" => each(files, Turns::default(), Turns::block).map(|turns| turns.json()),
        "processes" => each(files, BTreeSet::new(), processes).map(|found| json!(found.len())),
        "clocks" => each(files, Clocks::default(), Clocks::block).map(|clocks| clocks.json()),
        _ => {
            eprintln!("endure-look: it is run by `cargo xtask endure`");
            return ExitCode::FAILURE;
        }
    };
    match looked {
        Ok(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("endure-look: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Shows `look` all blocks of the files, in order. What cannot be read is left out: that is for syscord-query to tell.
fn each<T>(
    files: &[String],
    mut state: T,
    look: impl Fn(&mut T, &mut Trace, &Block) -> Result,
) -> Result<T> {
    for file in files {
        let mut trace = Trace::open(Path::new(file))?;
        while let Some(block) = trace.next_block()? {
            match look(&mut state, &mut trace, &block) {
                Ok(()) | Err(FormatError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(state)
}

fn chunk(trace: &mut Trace, block: &Block) -> Result<Chunk> {
    let payload = trace.read(block)?;
    Chunk::parse(block.header.rows, payload, trace.meta().tick_shift)
}

/// The load's turns, which count up.
#[derive(Default)]
struct Turns {
    events: u64,
    first: Option<u64>,
    last: u64,
    /// Turns that lack between two that are there.
    missing: u64,
    /// Turns that come once more, or too late.
    astray: u64,
}

impl Turns {
    fn block(&mut self, trace: &mut Trace, block: &Block) -> Result {
        if block.header.kind != BlockKind::EVENTS {
            return Ok(());
        }
        let name = |trace: &Trace, abi: u8, number: u32| {
            let abi = trace.meta().abis.iter().find(|table| table.id == abi);
            let call = abi.and_then(|table| table.syscalls.iter().find(|it| it.number == number));
            call.is_some_and(|call| call.name == "lseek")
        };
        let chunk = chunk(trace, block)?;
        self.events += chunk.rows() as u64;
        let calls = chunk.calls()?;
        let is_turn: Vec<bool> =
            calls.table.iter().map(|call| name(trace, call.abi, call.number)).collect();
        let Some(arguments) = chunk.arguments(&calls)? else { return Ok(()) };
        for (row, call) in calls.of_row.iter().enumerate() {
            if is_turn[usize::from(*call)]
                && let Some(turn) = arguments.raw(row, 1)
            {
                self.turn(turn);
            }
        }
        Ok(())
    }

    fn turn(&mut self, turn: u64) {
        match self.first {
            None => self.first = Some(turn),
            Some(_) if turn <= self.last => {
                self.astray += 1;
                return;
            }
            Some(_) => self.missing += turn - self.last - 1,
        }
        self.last = turn;
    }

    fn json(&self) -> Value {
        let Turns { events, first, last, missing, astray } = self;
        json!({ "events": events, "first": first, "last": last, "missing": missing, "astray": astray })
    }
}

/// The processes of the load's name that are described.
fn processes(found: &mut BTreeSet<u32>, trace: &mut Trace, block: &Block) -> Result {
    if block.header.kind != BlockKind::PROC {
        return Ok(());
    }
    let payload = trace.read(block)?;
    for record in syscord_format::processes(&payload)? {
        if let ProcEvent::Process { tgid, comm, .. } = record.event
            && comm == LOAD.as_bytes()
        {
            found.insert(tgid);
        }
    }
    Ok(())
}

/// What the CLOCK blocks tell, and whether events are in order.
#[derive(Default)]
struct Clocks {
    /// The time of day less the monotonic clock, in nanoseconds, of each.
    offsets: Vec<i64>,
    last: u64,
    disordered: bool,
}

impl Clocks {
    fn block(&mut self, trace: &mut Trace, block: &Block) -> Result {
        match block.header.kind {
            BlockKind::CLOCK => {
                let clock = syscord_format::clock(&trace.read(block)?)?;
                self.offsets.push(clock.realtime - clock.monotonic as i64);
            }
            BlockKind::EVENTS => {
                let chunk = chunk(trace, block)?;
                let times = chunk.times(&chunk.calls()?)?;
                let within = |end: &u64| (block.header.first..=block.header.last).contains(end);
                self.disordered |= block.header.first < self.last || !times.end.iter().all(within);
                self.last = block.header.last;
            }
            _ => {}
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({ "offsets": self.offsets, "in_order": !self.disordered })
    }
}
