//! What happens to processes: from the probe's records to the trace's.

use std::{collections::HashMap, sync::Arc};

use syscord_format::{ProcEvent, ProcRecord};
use syscord_syscalls::record::{
    CaptureHeader, EventRecord, FILE, IDS, IdsRecord, ProcessRecord, TABLE, process_event,
    record_kind, table_flag,
};

use crate::{
    batch::Batch,
    call::NewImage,
    entries::Entries,
    files::Target,
    left_out::LeftOut,
    looker::Looked,
    pulse::Breath,
    schema::Schema,
    wire::{self, Captures, Record},
    world::{self, Seen, World},
};

/// Programs that processes began in a batch, by process, in the order of their times.
pub type NewImages = HashMap<u32, Vec<NewImage>>;

/// Goes through batches in their order.
pub struct History {
    schema: Arc<Schema>,
    world: World,
    entries: Arc<Entries>,
    /// What was found of processes that appeared in the batch at hand.
    looked: HashMap<u32, Looked>,
    new_images: NewImages,
    /// What finds the calls of which contents are left out, if any may be.
    left_out: Option<LeftOut>,
}

impl History {
    /// Begins with what was told of `world`; what is captured at entry goes to `entries`.
    pub fn new(
        schema: Arc<Schema>,
        world: World,
        entries: Arc<Entries>,
        left_out: Option<LeftOut>,
    ) -> History {
        let (looked, new_images) = (HashMap::new(), HashMap::new());
        History { schema, world, entries, looked, new_images, left_out }
    }

    /// What happened to processes in the next batch, in time order, and the programs that began in it.
    pub fn of(&mut self, batch: &mut Batch) -> (Vec<ProcRecord>, NewImages) {
        self.looked = std::mem::take(&mut batch.looked);
        // Before those of the batch are added, which will be needed at once.
        self.entries.forget_oldest();
        let records = if batch.side { self.records(batch) } else { Vec::new() };
        if let Some(left_out) = &mut self.left_out {
            batch.left_out = left_out.of(&self.schema, batch, &records);
        }
        (records, std::mem::take(&mut self.new_images))
    }

    /// The processes that are there when the trace goes on in another file, as of `time`.
    pub fn snapshot(&mut self, time: u64) -> Vec<ProcRecord> {
        self.world.again(time)
    }

    fn records(&mut self, batch: &Batch) -> Vec<ProcRecord> {
        let mut processes: Vec<(ProcessRecord, Captures<'_>)> = Vec::new();
        let mut records = Vec::new();
        let mut breath = Breath::new();
        for record in wire::records(&batch.bytes) {
            breath.next();
            match record {
                Record::Event(call, captures) => {
                    if call.header.kind == record_kind::EVENT_AND_STATE {
                        changes(&call, false, captures, &mut records);
                    }
                }
                Record::Entry(entry, bytes) => {
                    self.entries.keep(&entry, bytes);
                }
                Record::State(call, captures) => {
                    let layout = self.schema.layout(call.header.what, call.header.number);
                    changes(&call, layout.closes(), captures, &mut records);
                }
                Record::Process(process, captures, _) => processes.push((process, captures)),
            }
        }
        processes.sort_by_key(|(process, _)| process.time);
        for (process, captures) in processes {
            self.process(&process, captures, &mut records);
        }
        records.sort_by_key(|record| record.time);
        records
    }

    fn process(
        &mut self,
        p: &ProcessRecord,
        captures: Captures<'_>,
        records: &mut Vec<ProcRecord>,
    ) {
        let ProcessRecord { time, tgid, tid, uid, .. } = *p;
        let name = p.comm.split(|byte| *byte == 0).next().unwrap_or_default();
        let comm = name.to_vec();
        let mut push = |event| records.push(ProcRecord { time, event });
        match p.header.what {
            process_event::FORK => {
                let (parent_tgid, parent_tid) = (p.ppid, p.other_tid);
                let is_thread = tgid == parent_tgid;
                // A thread's beginning says nothing of its process.
                if !is_thread {
                    self.world.forked(Seen { tgid, ppid: parent_tgid, uid, comm: comm.clone() });
                }
                push(ProcEvent::Fork { parent_tgid, parent_tid, tgid, tid, uid, comm });
                let shares = |flag: u32| p.status.cast_unsigned() & flag != 0;
                let (files, cwd) =
                    (shares(table_flag::SHARES_FILES), shares(table_flag::SHARES_CWD));
                if (files, cwd) != (is_thread, is_thread) {
                    push(ProcEvent::Shares { tgid, tid, files, cwd });
                }
            }
            process_event::EXEC => self.exec(p, comm, captures, records),
            process_event::EXIT => {
                if tgid == tid {
                    let seen = Seen { tgid, ppid: p.ppid, uid, comm };
                    records.extend(self.world.exit(seen));
                }
                let event = ProcEvent::Exit { tgid, tid, status: p.status };
                records.push(ProcRecord { time, event });
            }
            process_event::RENAME => {
                if tgid == tid {
                    self.world.renamed(tgid, &comm);
                }
                push(ProcEvent::Rename { tgid, tid, comm });
            }
            process_event::SIGNAL => {
                let info = captured(&captures, 0).map_or_else(Vec::new, |(_, info)| info.to_vec());
                push(ProcEvent::Signal { tgid, tid, number: p.status.cast_unsigned(), info });
            }
            process_event::APPEAR => {
                let seen = Seen { tgid, ppid: p.ppid, uid, comm };
                let looked = self.looked.remove(&tgid).map(Looked::wait).unwrap_or_default();
                self.world.appear(time, seen, looked, records);
            }
            _ => {}
        }
    }

    /// A process runs a new program.
    fn exec(
        &mut self,
        p: &ProcessRecord,
        comm: Vec<u8>,
        captures: Captures<'_>,
        records: &mut Vec<ProcRecord>,
    ) {
        let ProcessRecord { time, tgid, tid, uid, .. } = *p;
        let path = captured(&captures, 0).map_or_else(Vec::new, |(_, path)| path.to_vec());
        let argv = captured(&captures, 1).map(|(header, argv)| (header, argv.to_vec()));
        let strings = argv.as_ref().map_or(&[][..], |(_, argv)| argv);
        let program = ProcEvent::Program {
            tgid,
            exe: captured(&captures, FILE).map_or_else(Vec::new, |(_, file)| link(file)),
            argv: world::strings(strings),
        };
        let image = NewImage { time, path: path.clone(), argv };
        self.new_images.entry(tgid).or_default().push(image);
        self.world.runs(tgid, uid, &comm);
        let exec = ProcEvent::Exec { tgid, old_tid: p.other_tid, uid, comm, path };
        records.extend([exec, program].map(|event| ProcRecord { time, event }));
        if let Some(event) =
            captured(&captures, TABLE).and_then(|(_, table)| open(tgid, tid, table))
        {
            records.push(ProcRecord { time, event });
        }
    }
}

/// The first capture with that place.
fn captured<'a>(captures: &Captures<'a>, arg: u8) -> Option<(CaptureHeader, &'a [u8])> {
    captures.clone().find(|(header, _)| header.arg == arg)
}

/// Tells what a call has changed that is no event, or whose event does not tell.
fn changes(
    call: &EventRecord,
    closes: bool,
    captures: Captures<'_>,
    records: &mut Vec<ProcRecord>,
) {
    let EventRecord { time, tgid, tid, .. } = *call;
    let mut push = |event| records.push(ProcRecord { time, event });
    if closes {
        push(ProcEvent::Closed { tgid, tid, fd: call.args[0] as i32 });
    }
    for (header, bytes) in captures {
        let event = match header.arg {
            FILE => wire::file(bytes).map(|(file, names)| {
                let (link, detail) = Target::of(&file, names).text();
                ProcEvent::File { tgid, tid, fd: file.fd, link, detail }
            }),
            TABLE => open(tgid, tid, bytes),
            IDS => wire::ids(bytes).map(|ids| {
                let IdsRecord { uid, gid } = ids;
                ProcEvent::Ids { tgid, tid, uid, gid }
            }),
            _ => None,
        };
        event.into_iter().for_each(&mut push);
    }
}

/// Which descriptors a thread has.
fn open(tgid: u32, tid: u32, table: &[u8]) -> Option<ProcEvent> {
    let (flags, count, open) = wire::table(table)?;
    let shares = |flag: u32| flags & flag != 0;
    Some(ProcEvent::Open {
        tgid,
        tid,
        shared: shares(table_flag::SHARES_FILES),
        shares_cwd: shares(table_flag::SHARES_CWD),
        count,
        // Most processes have few: what follows the last one needs no room.
        open: open[..open.iter().rposition(|bits| *bits != 0).map_or(0, |at| at + 1)].to_vec(),
    })
}

/// The link of a file.
fn link(file: &[u8]) -> Vec<u8> {
    wire::file(file).map_or_else(Vec::new, |(file, names)| Target::of(&file, names).text().0)
}
