//! Lines in the order in which strace would have written them: a call during which another thread
//! did something is torn in two.

use std::{
    collections::HashMap,
    io::Write,
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use syscord_syscalls::Kind;

use super::{
    super::{BUFFER, decimal},
    Quirk, RESULT_COLUMN, Style, Xlat, call, result,
    scalar::signal,
    siginfo::delivered,
    spans::{Span, Spans},
};
use crate::{
    columns::Needs,
    error::Error,
    output::Output,
    pipeline::Weigh,
    row::Row,
    schema::Call,
    time::TimeWriter,
    walk::{Maker, Notice, Query, What},
};

/// Asks for the lines of calls, in that style.
pub(crate) struct StraceQuery {
    pub(crate) style: Style,
}

/// What happened within a block.
pub(crate) struct StraceBlock {
    style: Style,
    /// The text of the block's calls.
    text: Vec<u8>,
    happened: Vec<Happened>,
    /// By thread, what came last if that is a call that was interrupted: the index in `happened`.
    last: HashMap<u32, usize>,
    /// By thread, the call that a signal interrupted and that may be gone on with: none any more, if it was.
    interrupted: HashMap<u32, Option<Arc<Call>>>,
    /// Calls that go on with one of an earlier block, if with any: the indices in `happened`.
    resuming: Vec<usize>,
}

/// Writes what happened within a block once the block is over.
pub(crate) struct StraceSink {
    style: Style,
    time: TimeWriter,
    output: Output,
    /// Calls that a signal interrupted and that may be gone on with, by thread.
    interrupted: HashMap<u32, Arc<Call>>,
    /// Where the last block ended: what began before was not told of then.
    told: i64,
    /// The last line, if it is a call's that has not ended yet.
    open: Option<Open>,
    /// Calls that end in a later block.
    spans: Spans,
}

/// A call, a signal, or the end of a thread.
struct Happened {
    tid: u32,
    start: i64,
    end: i64,
    /// All of a call but what is known of it only at its end.
    head: Range<usize>,
    /// The rest of it; the text of a signal or an end.
    tail: Range<usize>,
    /// Where the call's name is.
    name: usize,
    /// Whether the call was under way when recording stopped.
    under_way: bool,
}

/// A line that is not at its end.
struct Open {
    tid: u32,
    start: i64,
    width: usize,
}

/// One end of what happened; the index is that in [`StraceBlock::happened`].
enum Point {
    /// All of it at once.
    Whole(usize),
    /// A call begins.
    Begin(usize),
    /// A call returns.
    Return(usize),
    /// A call begins that ends in a later block.
    Span(Box<Span>),
}

impl StraceSink {
    /// Lines of that style, to `output`. Of calls that begin in an earlier block than they end, `spans` has
    /// the first lines.
    pub(crate) fn new(style: Style, spans: Spans, output: Output) -> StraceSink {
        StraceSink {
            style,
            time: TimeWriter::default(),
            output,
            interrupted: HashMap::new(),
            told: i64::MIN,
            open: None,
            spans,
        }
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        if self.open.is_some() {
            self.output.write(b" <detached ...>\n")?;
        }
        Ok(())
    }

    /// Writes what happened within a block.
    pub(crate) fn take(&mut self, mut block: StraceBlock) -> Result<(), Error> {
        for index in std::mem::take(&mut block.resuming) {
            if let Some(call) = self.interrupted.get(&block.happened[index].tid) {
                block.resume(index, &call.name);
            }
        }
        for (tid, call) in block.interrupted.drain() {
            match call {
                Some(call) => drop(self.interrupted.insert(tid, call)),
                None => drop(self.interrupted.remove(&tid)),
            }
        }
        let points = self.points(&block);
        let mut out = Vec::with_capacity(2 * BUFFER);
        let mut at = 0;
        while let Some((time, _, point)) = points.get(at) {
            if out.len() >= BUFFER {
                self.output.write(&out)?;
                out.clear();
            }
            self.told = *time;
            match point {
                Point::Whole(index) => self.whole(&mut out, &block, *index),
                Point::Return(index) => self.resume(&mut out, &block, *index),
                Point::Span(span) => self.open_line(&mut out, span.tid, span.start, &span.head),
                Point::Begin(index) => {
                    let next = points.get(at + 1).map(|(_, _, point)| point);
                    if matches!(next, Some(Point::Return(next)) if next == index) {
                        self.whole(&mut out, &block, *index);
                        at += 1;
                    } else {
                        let one = &block.happened[*index];
                        self.open_line(&mut out, one.tid, one.start, &block.text[one.head.clone()]);
                    }
                }
            }
            at += 1;
        }
        self.output.write(&out)
    }

    fn points(&mut self, block: &StraceBlock) -> Vec<(i64, u8, Point)> {
        let mut points = Vec::with_capacity(2 * block.happened.len());
        for (index, one) in block.happened.iter().enumerate() {
            // At the same moment, a thread's call returns before its next begins.
            if one.start < self.told && self.spans.end(one.tid, one.start) {
                if !one.under_way {
                    points.push((one.end, 0, Point::Return(index)));
                }
            } else if one.under_way {
                let time = if one.start >= self.told { one.start } else { one.end };
                points.push((time, 1, Point::Begin(index)));
            } else if one.start < one.end && one.start >= self.told {
                points.push((one.start, 1, Point::Begin(index)));
                points.push((one.end, 0, Point::Return(index)));
            } else {
                points.push((one.end, 1, Point::Whole(index)));
            }
        }
        if let Some(last) = points.iter().map(|(time, ..)| *time).max() {
            let here = block.happened.iter().map(|one| (one.tid, one.start));
            let spans = self.spans.begin(last, here);
            points.extend(spans.map(|span| (span.start, 1, Point::Span(span.into()))));
        }
        points.sort_by_key(|(time, order, _)| (*time, *order));
        points
    }

    /// Begins a line. A call whose line is the last so far goes on behind this one.
    fn leader(&mut self, out: &mut Vec<u8>, tid: u32, time: i64) -> usize {
        if self.open.take().is_some() {
            out.extend_from_slice(b" <unfinished ...>\n");
        }
        let line = out.len();
        decimal(out, tid);
        out.resize(out.len().max(line + PID_WIDTH), b' ');
        out.push(b' ');
        self.time.stamp(out, time, self.style.time);
        line
    }

    /// A call on one line, a signal, or the end of a thread.
    fn whole(&mut self, out: &mut Vec<u8>, block: &StraceBlock, index: usize) {
        let one = &block.happened[index];
        let line = self.leader(out, one.tid, one.start);
        out.extend_from_slice(&block.text[one.head.clone()]);
        block.tail(out, index, line, 0);
    }

    fn open_line(&mut self, out: &mut Vec<u8>, tid: u32, start: i64, head: &[u8]) {
        let line = self.leader(out, tid, start);
        out.extend_from_slice(head);
        self.open = Some(Open { tid, start, width: out.len() - line });
    }

    fn resume(&mut self, out: &mut Vec<u8>, block: &StraceBlock, index: usize) {
        let one = &block.happened[index];
        // Nothing came between: it is one line.
        if let Some(open) = self.open.take_if(|open| (open.tid, open.start) == (one.tid, one.start))
        {
            return block.tail(out, index, out.len(), open.width);
        }
        let line = self.leader(out, one.tid, one.end);
        let name = block.text[one.name..].split(|byte| *byte == b'(').next().unwrap_or_default();
        out.extend_from_slice(b"<... ");
        out.extend_from_slice(name);
        out.extend_from_slice(b" resumed>");
        block.tail(out, index, line, 0);
    }
}

impl StraceBlock {
    /// The rest of a line of which `before` bytes are written already and others start at `line`; the result
    /// stands in a column of its own.
    fn tail(&self, out: &mut Vec<u8>, index: usize, line: usize, before: usize) {
        let tail = &self.text[self.happened[index].tail.clone()];
        let (args, rest) = match tail.iter().position(|byte| *byte == RESULT) {
            Some(at) => (&tail[..at], Some(&tail[at + 1..])),
            None => (tail, None),
        };
        out.extend_from_slice(args);
        if let Some(rest) = rest {
            let width = before + out.len() - line;
            out.resize(out.len() + RESULT_COLUMN.saturating_sub(width + 1), b' ');
            out.extend_from_slice(b" = ");
            out.extend_from_slice(rest);
        }
        out.push(b'\n');
    }

    /// The call that this one goes on with, as far as the block tells. Remembers calls that may be gone on with.
    fn resumed(&mut self, row: &Row<'_>) -> Option<Arc<Call>> {
        let resumes = matches!(row.call.quirk, Some(Quirk::Resumes));
        let before = self.interrupted.get(&row.tid).filter(|_| resumes).cloned();
        if resumes && before.is_none() {
            self.resuming.push(self.happened.len());
        }
        if row.ret == Some(RESTART_BLOCK) {
            self.interrupted.insert(row.tid, Some(Arc::clone(row.call)));
        } else if resumes {
            self.interrupted.insert(row.tid, None);
        }
        before.flatten()
    }

    /// A call turns out to go on with an earlier one of that name.
    fn resume(&mut self, index: usize, resumed: &str) {
        let one = &mut self.happened[index];
        let before = self.text[one.head.start..one.name].to_vec();
        let call = self.text[one.name..].split(|byte| *byte == b'(').next().unwrap_or_default();
        let call = String::from_utf8_lossy(call).into_owned();
        let behind = self.text[one.tail.clone()].iter().position(|byte| *byte == RESULT);
        let start = self.text.len();
        self.text.extend_from_slice(&before);
        one.name = self.text.len();
        resuming(&mut self.text, &call, resumed);
        one.head = start..self.text.len();
        one.tail.start += behind.unwrap_or_default();
    }

    /// A thread ends. If that was within a call, strace does not see how the call returned.
    fn killed(&mut self, tid: u32) {
        let Some(index) = self.last.remove(&tid) else { return };
        let one = &mut self.happened[index];
        let tail = self.text[one.tail.clone()].split(|byte| *byte == RESULT).next();
        let known = tail.unwrap_or_default().to_vec();
        let start = self.text.len();
        self.text.extend_from_slice(if known.len() > 1 { b"<unfinished ...>)" } else { &known });
        self.text.extend_from_slice(&[RESULT, b'?']);
        one.tail = start..self.text.len();
    }
}

/// Appends a call that goes on with another.
fn resuming(out: &mut Vec<u8>, call: &str, resumed: &str) {
    drop(write!(out, "{call}(<... resuming interrupted {resumed} ...>)"));
}

/// What a call returns that goes on as restart_syscall(2): ERESTART_RESTARTBLOCK.
const RESTART_BLOCK: i64 = -516;
/// What a call returns that a signal interrupts, before it is known how it goes on: ERESTARTSYS and its like.
const INTERRUPTED: RangeInclusive<i64> = RESTART_BLOCK..=-512;

/// How wide the column of thread ids is, unless one is longer.
const PID_WIDTH: usize = 5;

/// The signal that no program ever sees.
const SIGKILL: u32 = 9;

/// Stands before a result in [`StraceBlock::text`], where no other control character is.
const RESULT: u8 = 0;

impl Query for StraceQuery {
    type Maker = StraceBlock;

    fn needs(&self) -> Needs {
        self.style.needs()
    }

    fn notices(&self) -> bool {
        true
    }

    fn maker(&self, _before: i64) -> StraceBlock {
        StraceBlock {
            style: self.style,
            text: Vec::new(),
            happened: Vec::new(),
            last: HashMap::new(),
            interrupted: HashMap::new(),
            resuming: Vec::new(),
        }
    }
}

impl Maker for StraceBlock {
    type Part = StraceBlock;

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        // strace has no line for it.
        if row.call.is_operation {
            return Ok(());
        }
        let start = self.text.len();
        let (name, known) = match self.resumed(row) {
            Some(resumed) => {
                number(&mut self.text, row, &self.style);
                let name = self.text.len();
                resuming(&mut self.text, &row.call.name, &resumed.name);
                (name, self.text.len())
            }
            None => line(&mut self.text, row, &self.style),
        };
        // Of a call that never returned, nothing is known that it would have filled.
        if row.ret.is_none() && !row.is_under_way() && known + 1 < self.text.len() {
            self.text.truncate(known);
            self.text.extend_from_slice(b"<unfinished ...>)");
        }
        self.text.push(RESULT);
        result(&mut self.text, row, &self.style);
        if let Some(duration) = row.duration.filter(|_| self.style.duration) {
            let micros = duration / 1_000;
            drop(write!(self.text, " <{}.{:06}>", micros / 1_000_000, micros % 1_000_000));
        }
        self.happened.push(Happened {
            tid: row.tid,
            start: began(row),
            end: row.ts,
            head: start..known,
            tail: known..self.text.len(),
            name,
            under_way: row.is_under_way(),
        });
        if row.ret.is_some_and(|ret| INTERRUPTED.contains(&ret)) {
            self.last.insert(row.tid, self.happened.len() - 1);
        } else if !self.last.is_empty() {
            self.last.remove(&row.tid);
        }
        Ok(())
    }

    fn finish(self) -> Result<StraceBlock, Error> {
        Ok(self)
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        let mut start = self.text.len();
        match notice.what {
            // That one is not delivered to anyone; how it ends its thread is told.
            What::Signal(SIGKILL, _) => return,
            What::Signal(number, info) => {
                self.last.remove(&notice.tid);
                delivered(&mut self.text, number, info, self.style.xlat);
            }
            What::Exit(status) => {
                self.killed(notice.tid);
                start = self.text.len();
                ended(&mut self.text, status.cast_unsigned(), self.style.xlat);
            }
        }
        self.happened.push(Happened {
            tid: notice.tid,
            start: notice.ts,
            end: notice.ts,
            head: start..start,
            tail: start..self.text.len(),
            name: start,
            under_way: false,
        });
    }
}

impl Weigh for StraceBlock {
    fn bytes(&self) -> usize {
        self.text.len() + self.happened.len() * size_of::<Happened>()
    }
}

/// When a call began, as far as that is known and was under the thread's id: an execve may have begun under
/// another.
pub(super) fn began(row: &Row<'_>) -> i64 {
    let new_image = row.call.ret.id == Kind::NewImage.id() && row.ret == Some(0);
    let duration = if new_image && row.who.took_over { None } else { row.duration };
    row.ts.saturating_sub_unsigned(duration.unwrap_or(0))
}

/// Appends a call up to its result. Returns where its name is, and where what was known when it began ends.
pub(super) fn line(out: &mut Vec<u8>, row: &Row<'_>, style: &Style) -> (usize, usize) {
    number(out, row, style);
    let name = out.len();
    (name, name + call(out, row, style))
}

fn number(out: &mut Vec<u8>, row: &Row<'_>, style: &Style) {
    if style.number {
        drop(write!(out, "[{:4}] ", row.call.number));
    }
}

/// Appends how a thread ended, by its status as wait(2) gives it.
fn ended(out: &mut Vec<u8>, status: u32, xlat: Xlat) {
    out.extend_from_slice(b"+++ ");
    match status & 0x7f {
        0 => drop(write!(out, "exited with {}", status >> 8 & 0xff)),
        number => {
            out.extend_from_slice(b"killed by ");
            signal(out, number, xlat);
            if status & 0x80 != 0 {
                out.extend_from_slice(b" (core dumped)");
            }
        }
    }
    out.extend_from_slice(b" +++");
}
