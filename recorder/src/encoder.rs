//! From batches of the probe's records to blocks of the trace.

use std::sync::Arc;

use syscord_format::{ChunkBuilder, EncodedChunk, Event, EventKey, FileFd, FormatError, mark};
use syscord_syscalls::{
    Abi, MAX_ARGS,
    plan::NUMBERS,
    record::{EventRecord, FILE, MARKS, UNKNOWN_DURATION, event_mark},
};

use crate::{
    batch::{Batch, Called},
    call::{Call, NewImage, capture, whole},
    entries::Entries,
    files::Targets,
    history::NewImages,
    kept::kept,
    parts::{PartsOf, is_part},
    prefetch,
    pulse::{Breath, Pulse},
    schema::{Layout, Schema},
    trigger::Trigger,
    wire,
};

/// Encodes batches, in any order.
pub struct Encoder {
    schema: Arc<Schema>,
    builder: ChunkBuilder,
    entries: Arc<Entries>,
    trigger: Option<Trigger>,
    /// The number of the dump into which the batch at hand goes.
    dump: u64,
    /// Programs that processes began in the batch at hand.
    new_images: NewImages,
    /// The parts of the call at hand.
    parts: PartsOf,
    /// What descriptors stand for.
    targets: Targets,
    /// Whether contents of the call at hand are left out.
    hides: bool,
}

impl Encoder {
    /// The records of entries are taken from `entries`; `trigger` may fire at events.
    pub fn new(
        schema: Arc<Schema>,
        builder: ChunkBuilder,
        entries: Arc<Entries>,
        trigger: Option<Trigger>,
    ) -> Self {
        let (parts, targets) = (PartsOf::default(), Targets::default());
        let new_images = NewImages::new();
        let (dump, hides) = (1, false);
        Encoder { schema, builder, entries, trigger, dump, new_images, parts, targets, hides }
    }

    /// The chunks of a batch, mostly one; `new_images` are the programs that processes began in it. `pulse` beats where
    /// others could not be let in otherwise.
    ///
    /// # Errors
    /// When they cannot be compressed.
    pub fn chunks(
        &mut self,
        batch: &Batch,
        new_images: NewImages,
        pulse: Option<&Pulse>,
    ) -> Result<Vec<EncodedChunk>, FormatError> {
        (self.new_images, self.dump) = (new_images, batch.dump);
        let is_one = batch.calls.len() <= CHUNK_CALLS && batch.bytes.len() <= CHUNK_BYTES;
        if is_one && batch.strange <= MOST_STRANGE {
            return Ok(self.chunk(batch, &batch.calls, pulse)?.into_iter().collect());
        }
        let (mut chunks, mut from) = (Vec::new(), 0);
        for until in cuts(batch) {
            let times = from..=until;
            let calls = batch.calls.iter().filter(|call| times.contains(&call.time));
            chunks.extend(self.chunk(batch, &calls.copied().collect::<Vec<_>>(), pulse)?);
            from = until.saturating_add(1);
        }
        Ok(chunks)
    }

    /// A chunk of these calls, if there are any.
    fn chunk(
        &mut self,
        batch: &Batch,
        calls: &[Called],
        pulse: Option<&Pulse>,
    ) -> Result<Option<EncodedChunk>, FormatError> {
        if calls.is_empty() {
            return Ok(None);
        }
        let mut breath = Breath::new();
        for call in calls {
            breath.next();
            self.announce(call);
        }
        let beating = pulse.map(Pulse::beat);
        self.builder.arrange()?;
        drop(beating);
        let schema = Arc::clone(&self.schema);
        while let Some(call) = self.builder.next().and_then(|at| calls.get(at)) {
            breath.next();
            if let Some(soon) = self.builder.behind_next(SOON).and_then(|at| calls.get(at)) {
                prefetch::of(batch.record(soon));
            }
            self.hides =
                !batch.left_out.is_empty() && batch.left_out.binary_search(&call.start).is_ok();
            // What is no record of a call is not put, which the builder will notice.
            if self.event(&schema, call.cpu, batch.record(call)).is_none() {
                break;
            }
        }
        let _beating = pulse.map(Pulse::beat);
        self.builder.encode().map(Some)
    }

    #[inline]
    fn announce(&mut self, call: &Called) {
        let Called { time, tgid, tid, number, abi, .. } = *call;
        let beside = abi == Abi::IoUring as u8;
        let args = self.schema.layout(abi, number).args;
        self.builder.announce(&EventKey { end: time, tgid, tid, beside, abi, number, args });
    }

    /// Puts an event into the chunk, if it is one.
    #[inline]
    fn event(&mut self, schema: &Schema, cpu: u32, bytes: &[u8]) -> Option<()> {
        let copy;
        let record = match wire::event_in_place(bytes) {
            Some(record) => record,
            None => {
                copy = wire::event(bytes)?;
                &copy
            }
        };
        let layout = schema.layout(record.header.what, record.header.number);
        if layout.at_entry {
            self.put_joined(layout, cpu, record, bytes);
        } else {
            self.builder.put(&bare(record, layout, cpu));
            self.put_captures(layout, record, bytes);
        }
        if self.trigger.is_some() {
            self.put_trigger(record, bytes);
        }
        Some(())
    }

    /// Puts what was captured of the event that was put last.
    #[inline(always)]
    fn put_captures(&mut self, layout: &Layout, record: &EventRecord, bytes: &[u8]) {
        let mut has_parts = false;
        for (header, captured) in wire::captures(bytes) {
            if usize::from(header.arg) < MAX_ARGS {
                if let Some(capture) = capture(layout, &header, captured) {
                    self.builder.put_capture(&kept(self.hides, layout, capture, false));
                }
            } else {
                match header.arg {
                    MARKS => self.builder.put_marks(header.full as u8),
                    FILE => self.put_file(record, captured),
                    _ => has_parts |= is_part(&header),
                }
            }
        }
        if has_parts {
            self.put_parts(layout, bytes);
        }
    }

    /// Marks the event that was put last if the trigger fires at it.
    #[inline(never)]
    fn put_trigger(&mut self, record: &EventRecord, bytes: &[u8]) {
        // Of a call that has not returned, nothing is known that could be asked for.
        let returned = wire::marks(&wire::captures(bytes)) & event_mark::NEVER_RETURNED == 0;
        let fires = |trigger: &Trigger| returned && trigger.fires(record, self.dump);
        if self.trigger.as_ref().is_some_and(fires) {
            self.builder.put_marks(mark::TRIGGER);
        }
    }

    /// Puts what was captured in parts of the event that was put last.
    #[inline(never)]
    fn put_parts(&mut self, layout: &Layout, bytes: &[u8]) {
        self.parts.collect(&wire::captures(bytes), None);
        for capture in self.parts.iter().filter_map(|part| whole(layout, part)) {
            self.builder.put_capture(&kept(self.hides, layout, capture, true));
        }
    }

    /// Tells what a descriptor stands for that the event has made that was put last.
    #[inline(never)]
    fn put_file(&mut self, record: &EventRecord, captured: &[u8]) {
        let Some((file, names)) = wire::file(captured) else { return };
        let fd = match file.fd {
            fd if i64::from(fd) == record.ret => FileFd::Result,
            fd if fd == record.args[0] as i32 => FileFd::First,
            fd => FileFd::Listed(fd),
        };
        let target = self.targets.of(record.header.number, &file, names);
        self.builder.put_file(&target.as_file(fd));
    }

    /// Puts an event of which there was a record when it began.
    #[inline(never)]
    fn put_joined(&mut self, layout: &Layout, cpu: u32, record: &EventRecord, bytes: &[u8]) {
        let captures = wire::captures(bytes);
        let entry = self.entries.take(record);
        let mut call = Call::new(layout, record.args, wire::marks(&captures));
        let begin = entry.as_deref().map(wire::captures);
        self.parts.collect(&captures, begin.as_ref());
        call.hides = self.hides;
        for part in self.parts.iter().filter_map(|part| whole(layout, part)) {
            call.push(kept(self.hides, layout, part, true));
        }
        for (header, captured) in captures.clone() {
            call.add(&header, captured);
        }
        if let Some(entry) = &entry {
            call.join(entry);
        }
        if record.ret == 0
            && let Some(image) = new_image(&self.new_images, record)
        {
            call.complete(Layout::exec(record.header.what, record.header.number), image);
        }
        let (args, captured) = (&call.args[..usize::from(layout.args)], call.captures());
        let bare = bare(record, layout, cpu);
        self.builder.put(&Event { args, marks: call.marks, captures: captured, ..bare });
        for (_, captured) in captures.filter(|(header, _)| header.arg == FILE) {
            self.put_file(record, captured);
        }
    }
}

/// An event without what was captured of it.
#[inline(always)]
fn bare<'a>(record: &'a EventRecord, layout: &Layout, cpu: u32) -> Event<'a> {
    Event {
        end: record.time,
        duration: Some(record.duration).filter(|duration| *duration != UNKNOWN_DURATION),
        tgid: record.tgid,
        tid: record.tid,
        beside: record.header.what == Abi::IoUring as u8,
        cpu,
        abi: record.header.what,
        number: record.header.number,
        args: &record.args[..usize::from(layout.args)],
        ret: record.ret,
        marks: 0,
        captures: &[],
        files: &[],
    }
}

/// Times up to which the chunks of a batch reach, the last one up to the end. A chunk holds so many calls, with records of
/// so many bytes, and of so many numbers: hundreds of CPUs can exceed the first two, a program that tries tens of thousands
/// of numbers the last.
fn cuts(batch: &Batch) -> Vec<u64> {
    let strange = batch.calls.iter().filter(|call| call.number as usize >= NUMBERS);
    let mut cuts = vec![u64::MAX];
    cuts.extend(starts(strange, MOST_STRANGE, |_| 1));
    cuts.extend(starts(batch.calls.iter(), CHUNK_CALLS, |_| 1));
    // What was captured at entry has records of its own, which go with some of the calls.
    let size = |call: &Called| call.span().len();
    let all: usize = batch.calls.iter().map(size).sum();
    let share = all as f64 / all.max(batch.bytes.len()).max(1) as f64;
    cuts.extend(starts(batch.calls.iter(), (CHUNK_BYTES as f64 * share) as usize, size));
    cuts.sort_unstable();
    cuts
}

/// When the runs of calls begin that come to `most` at most, but for the first.
fn starts<'a>(
    calls: impl Iterator<Item = &'a Called>,
    most: usize,
    size: impl Fn(&Called) -> usize,
) -> Vec<u64> {
    let mut calls: Vec<(u64, usize)> = calls.map(|call| (call.time, size(call))).collect();
    calls.sort_unstable();
    let mut sum = 0;
    let begins = calls.into_iter().filter(|(_, size)| {
        sum += size;
        let begins = sum > most;
        sum = if begins { *size } else { sum };
        begins
    });
    begins.map(|(time, _)| time).collect()
}

/// How many events ahead of one its record is asked for.
const SOON: usize = 6;

/// Calls in a chunk with numbers for which there is no plan; those with one are far fewer. Calls of one time stay together,
/// so there may be some more, here and below.
const MOST_STRANGE: usize = 60_000;
/// Calls in a chunk: fewer than it can hold facts about files (SPEC.md §5.8).
const CHUNK_CALLS: usize = 200_000;
/// Bytes of its records: half of what a block can have (SPEC.md §2.2), as what was captured may not compress.
const CHUNK_BYTES: usize = 32 << 20;

/// The program that began with a call: the last one before its end.
fn new_image<'a>(images: &'a NewImages, record: &EventRecord) -> Option<&'a NewImage> {
    images.get(&record.tgid)?.iter().rev().find(|image| image.time <= record.time)
}

#[cfg(test)]
mod tests {
    use syscord_syscalls::record::RecordHeader;

    use super::*;

    fn batch(calls: impl Iterator<Item = (u64, u32)>, len8: u16) -> Batch {
        let mut batch = Batch::default();
        for (time, number) in calls {
            let header = RecordHeader { number, len8, ..RecordHeader::default() };
            batch.note(&EventRecord { header, time, ..EventRecord::default() }, 0, 0);
        }
        batch
    }

    #[test]
    fn batches_are_cut_where_a_chunk_would_hold_too_much() {
        assert_eq!(cuts(&batch((0..10).map(|time| (time, 0)), 11)), [u64::MAX]);
        let many = batch((0..450_000).rev().map(|time| (time, 0)), 1);
        assert_eq!(cuts(&many), [200_000, 400_000, u64::MAX]);
        let strange = batch((0..130_000).map(|time| (time, 5_000 + time as u32)), 1);
        assert_eq!(cuts(&strange), [60_000, 120_000, u64::MAX]);
        let large = batch((0..2000).map(|time| (time, 0)), 4 << 10);
        assert_eq!(cuts(&large), [1024, u64::MAX]);
    }

    #[test]
    fn calls_of_one_time_stay_together() {
        let starts = |times: &[u64], most| {
            starts(batch(times.iter().map(|time| (*time, 0)), 11).calls.iter(), most, |_| 1)
        };
        assert_eq!(starts(&[1, 5, 5, 5, 7, 9], 2), [5, 7]);
        assert_eq!(starts(&[5; 5], 2), [5, 5]);
        assert_eq!(starts(&[1, 2], 2), [0; 0]);
    }
}
