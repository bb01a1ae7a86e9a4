//! `verify`: decodes all of a trace and says what is wrong with it.

use std::{fmt::Write as _, path::Path};

use syscord_format::{
    Block, BlockKind, CallDef, CaptureSection, Chunk, FormatError, ThreadRun, Times, Trace, ZoneMap,
};

use crate::{
    cli::VerifyArgs,
    error::{Error, shown},
    output::Output,
    report::open,
    schema::ERRORS,
};

/// Runs `verify`; says whether anything is wrong with any of the traces.
pub(crate) fn run(args: &VerifyArgs) -> Result<bool, Error> {
    let mut output = Output::new(None, &[])?;
    let mut damaged = false;
    for path in &args.files {
        let check = match Check::all(path) {
            // One of several that cannot be read does not keep the others from being looked at.
            Err(error) if args.files.len() > 1 => {
                output.write(format!("{error}\n").as_bytes())?;
                damaged = true;
                continue;
            }
            check => check?,
        };
        let name = shown(path);
        let mut text = String::new();
        for problem in &check.problems {
            // A String takes every write.
            let _ = writeln!(text, "{name}: {problem}");
        }
        let verdict = match check.problems.len() {
            0 => "whole".to_string(),
            1 => "1 problem".to_string(),
            problems => format!("{problems} problems"),
        };
        let Check { blocks, events, .. } = check;
        let _ = writeln!(text, "{name}: {verdict}; {blocks} blocks, {events} events decoded");
        output.write(text.as_bytes())?;
        damaged |= !check.problems.is_empty();
    }
    Ok(damaged)
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Check {
    problems: Vec<String>,
    blocks: u64,
    events: u64,
    /// Where the last EVENTS block ended.
    last: u64,
}

impl Check {
    fn all(path: &Path) -> Result<Check, Error> {
        let mut trace = match open(path) {
            Ok(trace) => trace,
            Err(Error::Trace { source, .. }) if is_damage(&source) => {
                return Ok(Check { problems: vec![source.to_string()], ..Check::default() });
            }
            Err(error) => return Err(error),
        };
        // META was decoded when the trace was opened.
        let mut check = Check { blocks: 1, ..Check::default() };
        loop {
            let block = trace.next_block().map_err(|error| Error::trace(path, error))?;
            let Some(block) = block else { break };
            match check.block(&mut trace, &block) {
                Ok(()) => check.blocks += 1,
                // The trace keeps it, with all else that it could not read.
                Err(FormatError::Damaged(_)) => {}
                Err(error @ (FormatError::Io(_) | FormatError::PassedBy { .. })) => {
                    return Err(Error::trace(path, error));
                }
                Err(error) => check.problem(&block, &error.to_string()),
            }
        }
        let damage = trace.damage().iter().map(ToString::to_string);
        check.problems.extend(damage);
        Ok(check)
    }

    fn problem(&mut self, block: &Block, problem: &str) {
        let kind = block.header.kind.name();
        self.problems.push(format!("the {kind} block at byte {}: {problem}", block.offset));
    }

    /// Decodes a block wholly. Contradictions in what it says are noted; an error means that it
    /// cannot be read.
    pub(crate) fn block(&mut self, trace: &mut Trace, block: &Block) -> Result<(), FormatError> {
        let payload = trace.read(block)?;
        let rows = u64::from(block.header.rows);
        let counted = match block.header.kind {
            BlockKind::CLOCK => {
                syscord_format::clock(&payload)?;
                rows
            }
            BlockKind::PROC => {
                let records = syscord_format::processes(&payload)?;
                if !records.is_sorted_by_key(|record| record.time) {
                    self.problem(block, "its records are not in time order");
                }
                records.len() as u64
            }
            BlockKind::LOSS => {
                let ledger = syscord_format::ledger(&payload)?;
                if !ledger.iter().all(syscord_format::LedgerRow::balanced) {
                    self.problem(block, "its counts do not add up");
                }
                ledger.len() as u64
            }
            BlockKind::SHED => {
                syscord_format::shed(&payload)?;
                rows
            }
            BlockKind::INDEX => syscord_format::index(&payload)?.len() as u64,
            BlockKind::EVENTS => self.events(trace.meta().tick_shift, block, payload)?,
            _ => rows,
        };
        if counted != rows {
            self.problem(block, &format!("it has {counted} rows, its header says {rows}"));
        }
        Ok(())
    }

    fn events(
        &mut self,
        tick_shift: u8,
        block: &Block,
        payload: Vec<u8>,
    ) -> Result<u64, FormatError> {
        let zone = ZoneMap::parse(&block.zone)?;
        let chunk = Chunk::parse(block.header.rows, payload, tick_shift)?;
        let threads = chunk.threads()?;
        let calls = chunk.calls()?;
        let times = chunk.times(&calls)?;
        chunk.cpus()?;
        chunk.marks()?;
        chunk.files(&calls)?;
        let results = chunk.results(&calls)?;
        if let Some(arguments) = chunk.arguments(&calls)? {
            chunk.captured(CaptureSection::Strings, &arguments)?;
            chunk.captured(CaptureSection::Contents, &arguments)?;
        }
        let events = chunk.rows() as u64;
        self.events += events;
        for problem in contradictions(block, &times, self.last).into_iter().chain(claims(
            &zone,
            &threads,
            &calls.table,
            &times,
            results.as_deref(),
        )) {
            self.problem(block, problem);
        }
        self.last = self.last.max(block.header.last);
        Ok(events)
    }
}

/// Whether a file that cannot be opened is a trace all the same, but a damaged one.
fn is_damage(error: &FormatError) -> bool {
    matches!(
        error,
        FormatError::Mangled
            | FormatError::PreambleCut { .. }
            | FormatError::PreambleDamaged
            | FormatError::MetaMissing
            | FormatError::MetaDamaged { .. }
    )
}

/// Times that contradict the block's header, or the block before.
fn contradictions(block: &Block, times: &Times, last: u64) -> Vec<&'static str> {
    let header = &block.header;
    let mut problems = Vec::new();
    if times.end.iter().any(|end| !(header.first..=header.last).contains(end)) {
        problems.push("it has events outside the times in its header");
    }
    if header.first < last {
        problems.push("it begins before the end of an earlier one");
    }
    problems
}

/// Events that the zone map denies: filters would lose them.
fn claims(
    zone: &ZoneMap,
    threads: &[ThreadRun],
    calls: &[CallDef],
    times: &Times,
    results: Option<&[i64]>,
) -> Vec<&'static str> {
    let mut problems = Vec::new();
    if !threads.iter().all(|run| zone.may_have_tgid(run.tgid) && zone.may_have_tid(run.tid)) {
        problems.push("its zone map lacks a thread or process");
    }
    if !calls.iter().all(|call| zone.has_call(call.abi, call.number)) {
        problems.push("its zone map lacks a syscall");
    }
    let longest = times.duration.iter().filter(|duration| **duration != u64::MAX).max();
    if longest.is_some_and(|longest| *longest > zone.longest) {
        problems.push("its zone map denies its longest call");
    }
    if zone.failed == 0 && results.is_some_and(|all| all.iter().any(|ret| ERRORS.contains(ret))) {
        problems.push("its zone map denies its failed calls");
    }
    problems
}
