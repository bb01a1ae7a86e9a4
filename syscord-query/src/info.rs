//! `info`: what a trace is, where its bytes are, what it lacks.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syscord_format::{
    BlockKind, Chunk, Clock, FormatError, LedgerRow, Meta, NO_CPU, Shed, Trace, drop_reason,
};

use crate::{
    cli::InfoArgs,
    error::Error,
    escape::c_escaped,
    output::Output,
    redact::RULE,
    report::{Ledger, Report, open, percent},
    shed,
    table::{BAD, Cell, HEADING, Table},
    time::{human_span, rfc3339},
};

/// Runs `info`; says whether part of the trace could not be read.
pub(crate) fn run(args: &InfoArgs) -> Result<bool, Error> {
    let mut report = Report::default();
    report.start(&args.file);
    let mut trace = open(&args.file)?;
    let mut survey = Survey::default();
    loop {
        let block = trace.next_block().map_err(|error| Error::trace(&args.file, error))?;
        report.damage(&trace);
        let Some(block) = block else { break };
        let size = Size { stored: block.header.extent(), raw: 0, count: 1 };
        survey.blocks.entry(block.header.kind.0).or_default().add(size);
        if let Err(error) = survey.block(&mut trace, &block) {
            report.skip(&args.file, block.offset, error)?;
        }
        report.damage(&trace);
    }
    let mut output = Output::new(None, &[])?;
    let text = if args.json {
        format!("{}\n", survey.json(&trace, report.damaged()))
    } else {
        survey.text(&trace, report.damaged(), output.has_colour())
    };
    output.write(text.as_bytes())?;
    Ok(report.damaged())
}

/// The filters by which it was recorded.
fn filters(meta: &Meta) -> impl Iterator<Item = &str> {
    meta.filters.iter().map(String::as_str).filter(|filter| !filter.starts_with(RULE))
}

/// By which rules something was removed from it.
fn redacted(meta: &Meta) -> impl Iterator<Item = &str> {
    meta.filters.iter().filter_map(|filter| filter.strip_prefix(RULE))
}

/// What was found in the blocks.
#[derive(Debug, Default)]
struct Survey {
    events: u64,
    /// By block kind.
    blocks: BTreeMap<u8, Size>,
    /// By section id.
    sections: BTreeMap<u16, Size>,
    clocks: Option<(Clock, Clock)>,
    /// The last time of any block.
    last: u64,
    ledger: Ledger,
    /// By CPU.
    cpus: BTreeMap<u32, Ledger>,
    processes: u64,
    /// What was left out to keep the overhead down.
    shed: Vec<Shed>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    count: u64,
    stored: u64,
    raw: u64,
}

impl Size {
    fn add(&mut self, other: Size) {
        self.count += other.count;
        self.stored += other.stored;
        self.raw += other.raw;
    }
}

impl Survey {
    fn block(
        &mut self,
        trace: &mut Trace,
        block: &syscord_format::Block,
    ) -> Result<(), FormatError> {
        self.last = self.last.max(block.header.last);
        match block.header.kind {
            BlockKind::CLOCK => {
                let clock = syscord_format::clock(&trace.read(block)?)?;
                let first = self.clocks.map_or(clock, |(first, _)| first);
                self.clocks = Some((first, clock));
            }
            BlockKind::PROC => self.processes += u64::from(block.header.rows),
            BlockKind::LOSS => {
                for row in syscord_format::ledger(&trace.read(block)?)? {
                    self.loss(&row);
                }
            }
            BlockKind::SHED => self.shed.push(syscord_format::shed(&trace.read(block)?)?),
            BlockKind::EVENTS => {
                self.events += u64::from(block.header.rows);
                let shift = trace.meta().tick_shift;
                let chunk = Chunk::parse(block.header.rows, trace.read(block)?, shift)?;
                for section in chunk.sections() {
                    self.sections.entry(section.id).or_default().add(Size {
                        count: 1,
                        stored: section.stored.into(),
                        raw: section.raw.into(),
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn loss(&mut self, row: &LedgerRow) {
        self.ledger.add(row);
        self.cpus.entry(row.cpu).or_default().add(row);
    }

    fn chunks(&self) -> u64 {
        self.blocks.get(&BlockKind::EVENTS.0).map_or(0, |size| size.count)
    }

    /// Bytes of the blocks met.
    fn bytes(&self, trace: &Trace) -> u64 {
        const PREAMBLE: u64 = 40;
        let blocks: u64 = self.blocks.values().map(|size| size.stored).sum();
        PREAMBLE + trace.meta_block().header.extent() + blocks
    }

    /// The first and the last moment by the monotonic clock.
    fn start(&self) -> u64 {
        self.clocks.map_or(0, |(first, _)| first.monotonic)
    }

    fn end(&self) -> u64 {
        self.clocks.map_or(self.last, |(_, last)| self.last.max(last.monotonic))
    }

    /// First and last moment, in nanoseconds since 1970, and the time between.
    fn span(&self) -> Option<(i64, i64, u64)> {
        let (first, last) = self.clocks.as_ref()?;
        let end = self.last.max(last.monotonic);
        let past = i64::try_from(end.saturating_sub(last.monotonic)).unwrap_or(0);
        let duration = end.saturating_sub(first.monotonic);
        Some((first.realtime, last.realtime.saturating_add(past), duration))
    }

    fn json(&self, trace: &Trace, damaged: bool) -> Value {
        let meta = trace.meta();
        let (major, minor) = trace.version();
        let span = self.span();
        let cpus: Vec<Value> = self
            .cpus
            .iter()
            .map(|(cpu, ledger)| {
                let mut object = ledger_json(ledger);
                object["cpu"] = if *cpu == NO_CPU { Value::Null } else { json!(cpu) };
                object
            })
            .collect();
        json!({
            "version": format!("{major}.{minor}"),
            "file_id": file_id(trace),
            "complete": trace.complete() && !damaged,
            "recorder": meta.recorder,
            "host": meta.host,
            "kernel": meta.kernel,
            "machine": meta.machine,
            "cpus": meta.cpus,
            "command": meta.command.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>(),
            "filters": filters(meta).collect::<Vec<_>>(),
            "redacted": redacted(meta).collect::<Vec<_>>(),
            "time_resolution": resolution(meta),
            "durations": meta.durations,
            "content_limit": meta.content_limit,
            "string_limit": meta.string_limit,
            "schema": schema_counts(meta).into_iter().map(|(name, count)| (name.to_string(), json!(count)))
                .collect::<serde_json::Map<_, _>>(),
            "start": span.map(|(start, _, _)| rfc3339(start)),
            "end": span.map(|(_, end, _)| rfc3339(end)),
            "duration": span.map(|(_, _, duration)| duration),
            "events": self.events,
            "chunks": self.chunks(),
            "process_records": self.processes,
            "bytes": self.bytes(trace),
            "blocks": self.blocks.iter().map(|(kind, size)| json!({
                "kind": BlockKind(*kind).name(), "count": size.count, "bytes": size.stored,
            })).collect::<Vec<_>>(),
            "sections": self.sections.iter().map(|(id, size)| json!({
                "id": id, "name": section_name(meta, *id), "stored": size.stored, "raw": size.raw,
            })).collect::<Vec<_>>(),
            "shed": shed::json(&self.shed, self.start(), self.end()),
            "ledger": { "total": ledger_json(&self.ledger), "cpus": cpus },
            "damage": trace.damage().iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }

    fn text(&self, trace: &Trace, damaged: bool, colour: bool) -> String {
        let mut out = facts(&self.facts(trace, damaged), colour);
        out.push('\n');
        out += &self.sizes(trace).render(colour);
        if !self.cpus.is_empty() {
            out.push('\n');
            out += &self.ledger_table().render(colour);
        }
        if !self.shed.is_empty() {
            out.push('\n');
            out += &shed::table(&self.shed, self.start(), self.end()).render(colour);
        }
        if let Some(loss) = self.ledger.loss() {
            out += &if colour { format!("{BAD}{loss}{BAD:#}\n") } else { format!("{loss}\n") };
        }
        out
    }

    fn facts(&self, trace: &Trace, damaged: bool) -> Vec<(&'static str, String)> {
        let meta = trace.meta();
        let safe = |text: &str| c_escaped(text.as_bytes());
        let (major, minor) = trace.version();
        let command: Vec<String> = meta.command.iter().map(|word| c_escaped(word)).collect();
        let filters: Vec<String> = filters(meta).map(safe).collect();
        let redacted: Vec<String> = redacted(meta).map(safe).collect();
        let schema: Vec<String> = schema_counts(meta)
            .into_iter()
            .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
            .collect();
        let complete = match (trace.complete() && !damaged, self.ledger.dropped_total()) {
            (true, 0) => "yes".to_string(),
            (true, _) => format!(
                "the file is whole, but only {} % of the syscalls are in it",
                percent(self.ledger.completeness())
            ),
            (false, _) => "no: part of the file cannot be read (see the warnings)".to_string(),
        };
        let mut facts = vec![
            ("format", format!("{major}.{minor}, file id {}", file_id(trace))),
            ("complete", complete),
            ("recorder", safe(&meta.recorder)),
            (
                "host",
                format!(
                    "{} (Linux {}, {}, {} CPUs)",
                    safe(&meta.host),
                    safe(&meta.kernel),
                    safe(&meta.machine),
                    meta.cpus
                ),
            ),
            ("command", command.join(" ")),
            ("filters", if filters.is_empty() { "none".to_string() } else { filters.join(", ") }),
            (
                "recorded",
                format!(
                    "times in steps of {} ns, {} durations; at most {} bytes of a buffer, {} of \
                     a string",
                    resolution(meta),
                    if meta.durations { "with" } else { "without" },
                    meta.content_limit,
                    meta.string_limit
                ),
            ),
            ("schema", schema.join(", ")),
        ];
        if !redacted.is_empty() {
            facts.push(("redacted", redacted.join(", ")));
        }
        if let Some((start, end, duration)) = self.span() {
            facts.push(("start", rfc3339(start)));
            facts.push(("end", rfc3339(end)));
            facts.push(("duration", human_span(duration.into())));
        }
        let bytes = self.bytes(trace);
        let each = per_event(bytes, self.events).map(|n| format!(", {n} bytes an event"));
        facts.push((
            "events",
            format!("{} in {} chunks{}", self.events, self.chunks(), each.unwrap_or_default()),
        ));
        facts.push(("size", format!("{bytes} bytes")));
        facts
    }

    /// Where the bytes are: block kinds, and the sections of EVENTS.
    fn sizes(&self, trace: &Trace) -> Table {
        let mut table = Table::default()
            .left("part")
            .right("count")
            .right("stored")
            .right("raw")
            .right("bytes/event");
        let mut line = |name: String, size: &Size, raw: String| {
            table.row(vec![
                Cell::new(name),
                Cell::new(size.count.to_string()),
                Cell::new(size.stored.to_string()),
                Cell::new(raw),
                Cell::new(per_event(size.stored, self.events).unwrap_or_default()),
            ]);
        };
        let meta = Size { count: 1, stored: trace.meta_block().header.extent(), raw: 0 };
        line(BlockKind::META.name().to_string(), &meta, String::new());
        for (kind, size) in &self.blocks {
            line(BlockKind(*kind).name().to_string(), size, String::new());
            if *kind == BlockKind::EVENTS.0 {
                for (id, size) in &self.sections {
                    let name = format!("  {}", section_name(trace.meta(), *id));
                    line(name, size, size.raw.to_string());
                }
            }
        }
        table
    }

    fn ledger_table(&self) -> Table {
        let mut table = Table::default()
            .left("cpu")
            .right("seen")
            .right("recorded")
            .right("other processes")
            .right("other syscalls")
            .right("recorder's own")
            .right("dropped");
        let named = self.cpus.iter().map(|(cpu, ledger)| {
            let name = if *cpu == NO_CPU { "none".to_string() } else { cpu.to_string() };
            (Cell::new(name), ledger)
        });
        let total = (Cell::new("total").style(HEADING), &self.ledger);
        for (name, ledger) in named.chain([total]) {
            let mut row = vec![name];
            let counts = [
                ledger.seen,
                ledger.recorded,
                ledger.filtered_process,
                ledger.filtered_syscall,
                ledger.filtered_self,
            ];
            row.extend(counts.map(|count| Cell::new(count.to_string())));
            let dropped = Cell::new(ledger.dropped_total().to_string());
            row.push(if ledger.dropped_total() > 0 { dropped.style(BAD) } else { dropped });
            table.row(row);
        }
        table
    }
}

/// Names and what they stand for, aligned.
fn facts(facts: &[(&str, String)], colour: bool) -> String {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    let line = |(name, text): &(&str, String)| {
        let padding = width - name.len();
        if colour {
            format!("{HEADING}{name}{HEADING:#}{:padding$}{text}\n", "")
        } else {
            format!("{name}{:padding$}{text}\n", "")
        }
    };
    facts.iter().map(line).collect()
}

fn ledger_json(ledger: &Ledger) -> Value {
    let dropped: serde_json::Map<String, Value> = ledger
        .dropped
        .iter()
        .map(|(reason, count)| (drop_reason::name(*reason).to_string(), json!(count)))
        .collect();
    json!({
        "seen": ledger.seen,
        "recorded": ledger.recorded,
        "filtered": ledger.filtered(),
        "filtered_process": ledger.filtered_process,
        "filtered_syscall": ledger.filtered_syscall,
        "filtered_self": ledger.filtered_self,
        "dropped": ledger.dropped_total(),
        "dropped_by_reason": dropped,
        "completeness": percent(ledger.completeness()).parse::<f64>().unwrap_or(0.0),
    })
}

fn schema_counts(meta: &Meta) -> [(&'static str, usize); 5] {
    [
        ("abis", meta.abis.len()),
        ("syscalls", meta.abis.iter().map(|abi| abi.syscalls.len()).sum()),
        ("argument_kinds", meta.kinds.len()),
        ("classes", meta.classes.len()),
        ("errors", meta.errnos.len()),
    ]
}

/// Nanoseconds of a tick.
fn resolution(meta: &Meta) -> u64 {
    1_u64.checked_shl(meta.tick_shift.into()).unwrap_or(0)
}

fn section_name(meta: &Meta, id: u16) -> String {
    let column = meta.columns.iter().find(|column| column.id == id);
    column.map_or_else(|| format!("section {id}"), |column| c_escaped(column.name.as_bytes()))
}

fn file_id(trace: &Trace) -> String {
    trace.file_id().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn per_event(bytes: u64, events: u64) -> Option<String> {
    (events > 0).then(|| format!("{:.3}", bytes as f64 / events as f64))
}
