//! Which events are wanted: the filters of the command line, bound to a trace.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use syscord_format::{BlockHeader, Meta, ZoneMap, mark};
use syscord_syscalls::nearest::suggestion;

use crate::{
    cli::FilterArgs,
    clocks::Clocks,
    columns::{Columns, Needs},
    error::Error,
    row::{Row, Value},
    schema::{Call, ERRORS},
    select::Selection,
    time::Moment,
    world::Comm,
};

/// The filters of the command line. All of them must hold.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    syscalls: Option<String>,
    errnos: Vec<String>,
    pids: Vec<u32>,
    tids: Vec<u32>,
    comms: Vec<Comm>,
    outcome: Option<Outcome>,
    trigger: bool,
    paths: Option<GlobSet>,
    fd: Option<i32>,
    min_duration: Option<u64>,
    since: Option<Moment>,
    until: Option<Moment>,
}

/// Whether a call succeeded. One that never returned did neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Failed,
    Ok,
}

/// The filters, bound to one trace: names resolved, times absolute.
#[derive(Debug)]
pub(crate) struct Bound<'f> {
    filter: &'f Filter,
    syscalls: Option<Selection>,
    errnos: Option<BTreeSet<u16>>,
    since: Option<i64>,
    until: Option<i64>,
}

impl Filter {
    /// Checks what the command line says.
    pub(crate) fn new(args: &FilterArgs) -> Result<Filter, Error> {
        let outcome = match (args.failed, args.ok) {
            (true, _) => Some(Outcome::Failed),
            (_, true) => Some(Outcome::Ok),
            _ => None,
        };
        Ok(Filter {
            syscalls: args.syscall.clone(),
            errnos: args.errno.clone(),
            pids: args.pid.clone(),
            tids: args.tid.clone(),
            comms: args.comm.iter().map(|name| Comm::new(name.as_bytes())).collect(),
            outcome,
            trigger: args.trigger,
            paths: globs(&args.path)?,
            fd: args.fd,
            min_duration: args.min_duration,
            since: args.since,
            until: args.until,
        })
    }

    /// Binds the filters to a trace. Offsets count from `start`, nanoseconds since 1970.
    pub(crate) fn bind(&self, meta: &Meta, start: i64) -> Result<Bound<'_>, Error> {
        let syscalls = self.syscalls.as_ref().map(|text| Selection::parse(text, meta));
        Ok(Bound {
            filter: self,
            syscalls: syscalls.transpose()?,
            errnos: errnos(&self.errnos, meta)?,
            since: self.since.map(|moment| moment.resolve(start)),
            until: self.until.map(|moment| moment.resolve(start)),
        })
    }
}

impl Bound<'_> {
    /// Whether a chunk may hold a wanted event.
    pub(crate) fn may_match(&self, header: &BlockHeader, zone: &ZoneMap, clocks: &Clocks) -> bool {
        let filter = self.filter;
        let any = |ids: &[u32], may: &dyn Fn(u32) -> bool| {
            ids.is_empty() || ids.iter().any(|id| may(*id))
        };
        let none_failed = filter.outcome == Some(Outcome::Failed) || self.errnos.is_some();
        let calls = self.syscalls.as_ref().and_then(Selection::named);
        !(none_failed && zone.failed == 0)
            && filter.min_duration.is_none_or(|least| zone.longest >= least)
            && any(&filter.pids, &|id| zone.may_have_tgid(id))
            && any(&filter.tids, &|id| zone.may_have_tid(id))
            && calls.is_none_or(|calls| calls.iter().any(|(abi, nr)| zone.has_call(*abi, *nr)))
            && self.may_be_then(header, clocks)
    }

    /// The columns that [`Bound::select`] looks at.
    pub(crate) fn select_needs(&self, header: &BlockHeader, clocks: &Clocks) -> Needs {
        let filter = self.filter;
        let mut needs = Needs::NONE;
        let mut when = |condition, columns| {
            if condition {
                needs = needs.and(columns);
            }
        };
        when(self.syscalls.is_some() || filter.fd.is_some(), Needs::CALLS);
        when(!filter.pids.is_empty() || !filter.tids.is_empty(), Needs::THREADS);
        when(filter.outcome.is_some() || self.errnos.is_some(), Needs::RESULTS);
        when(filter.trigger, Needs::MARKS);
        when(filter.min_duration.is_some() || self.cuts_time(header, clocks), Needs::TIMES);
        needs
    }

    /// The columns that [`Bound::matches`] looks at.
    pub(crate) fn match_needs(&self) -> Needs {
        let filter = self.filter;
        let mut needs = Needs::NONE;
        if !filter.comms.is_empty() {
            needs = needs.and(Needs::WORLD);
        }
        if filter.paths.is_some() {
            needs = needs.and(Needs::STRINGS).and(Needs::FILES);
        }
        if filter.fd.is_some() {
            needs = needs.and(Needs::ARGUMENTS).and(Needs::RESULTS);
        }
        needs
    }

    /// The rows of a chunk that may be wanted, by the columns that cost least, in row order.
    pub(crate) fn select(&self, columns: &Columns, rows: usize, clocks: &Clocks) -> Vec<u32> {
        let calls: Vec<bool> = columns.calls.as_ref().map_or_else(Vec::new, |calls| {
            let calls = calls.table.iter().zip(&columns.resolved);
            calls.map(|(def, call)| self.wants_call(def.abi, def.number, call)).collect()
        });
        let threads: Vec<bool> = columns
            .threads
            .iter()
            .map(|run| wanted(&self.filter.pids, run.tgid) && wanted(&self.filter.tids, run.tid))
            .collect();
        let of_row = columns.calls.as_ref().map_or(&[][..], |calls| &calls.of_row);
        let wants = |row: &u32| {
            let row = *row as usize;
            let thread = columns.thread_of_row.get(row);
            thread.is_none_or(|thread| threads[*thread as usize])
                && of_row.get(row).is_none_or(|call| calls[usize::from(*call)])
                && (!self.filter.trigger || columns.marks(row) & mark::TRIGGER != 0)
                && self.wants_result(columns, row)
                && self.wants_time(columns, row, clocks)
        };
        (0..rows as u32).filter(wants).collect()
    }

    /// Whether an event is wanted, of those that [`Bound::select`] chose.
    pub(crate) fn matches(&self, row: &Row<'_>) -> bool {
        let filter = self.filter;
        (filter.comms.is_empty() || filter.comms.contains(&row.who.comm))
            && filter.fd.is_none_or(|fd| uses_fd(row, fd))
            && filter.paths.as_ref().is_none_or(|globs| is_about(row, globs))
    }

    /// Whether a thread is wanted.
    pub(crate) fn wants_thread(&self, tgid: u32, tid: u32, comm: Comm) -> bool {
        let filter = self.filter;
        wanted(&filter.pids, tgid)
            && wanted(&filter.tids, tid)
            && (filter.comms.is_empty() || filter.comms.contains(&comm))
    }

    /// Whether part of the chunk may be within the time bounds.
    fn may_be_then(&self, header: &BlockHeader, clocks: &Clocks) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let (least, most) = clocks.walls(header.first, header.last);
        self.since.is_none_or(|since| most >= since) && self.until.is_none_or(|until| least < until)
    }

    /// Whether the time bounds go through the chunk: otherwise it is within them.
    fn cuts_time(&self, header: &BlockHeader, clocks: &Clocks) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return false;
        }
        let (least, most) = clocks.walls(header.first, header.last);
        self.since.is_some_and(|since| least < since)
            || self.until.is_some_and(|until| most >= until)
    }

    fn wants_call(&self, abi: u8, number: u32, call: &Call) -> bool {
        self.syscalls.as_ref().is_none_or(|set| set.contains(abi, number))
            && (self.filter.fd.is_none()
                || call.ret.is_fd()
                || call.args.iter().any(|arg| arg.kind.may_be_fd()))
    }

    fn wants_result(&self, columns: &Columns, row: usize) -> bool {
        if self.filter.outcome.is_none() && self.errnos.is_none() {
            return true;
        }
        let Some(result) = columns.result(row) else {
            return false;
        };
        let failed = ERRORS.contains(&result);
        let outcome = match self.filter.outcome {
            Some(Outcome::Failed) => failed,
            Some(Outcome::Ok) => !failed,
            None => true,
        };
        outcome
            && self.errnos.as_ref().is_none_or(|errnos| {
                failed && u16::try_from(-result).is_ok_and(|errno| errnos.contains(&errno))
            })
    }

    fn wants_time(&self, columns: &Columns, row: usize, clocks: &Clocks) -> bool {
        let Some(times) = &columns.times else {
            return true;
        };
        if let Some(least) = self.filter.min_duration
            && columns.duration(row).is_none_or(|duration| duration < least)
        {
            return false;
        }
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        self.wants_moment(clocks.wall(times.end[row]))
    }

    /// Whether a moment is within the span of time that is wanted.
    pub(crate) fn wants_moment(&self, time: i64) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

fn wanted(ids: &[u32], id: u32) -> bool {
    ids.is_empty() || ids.contains(&id)
}

/// Whether a path that matches is among the arguments, as it stands there or made absolute, or stands
/// behind a descriptor.
fn is_about(row: &Row<'_>, globs: &GlobSet) -> bool {
    row.paths().any(|path| globs.is_match(as_path(path)))
        || row.resolved_paths().any(|path| globs.is_match(as_path(&path)))
        || row
            .targets()
            .any(|target| target.path().is_some_and(|path| globs.is_match(as_path(path))))
}

/// Whether an argument or the result of a call is that file descriptor.
fn uses_fd(row: &Row<'_>, fd: i32) -> bool {
    let fd = i64::from(fd);
    let is_fd = |index: &usize| row.kind(*index).is_some_and(|kind| kind.is_fd());
    let mut args = (0..row.args().len()).filter(is_fd);
    (row.call.ret.is_fd() && row.ret == Some(fd))
        || args.any(|index| row.value(index) == Value::Signed(fd))
}

fn as_path(bytes: &[u8]) -> &std::path::Path {
    use std::os::unix::ffi::OsStrExt;

    std::path::Path::new(std::ffi::OsStr::from_bytes(bytes))
}

/// `*` and `?` stop at a `/`; `**` does not.
fn globs(texts: &[String]) -> Result<Option<GlobSet>, Error> {
    if texts.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for text in texts {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        set.add(glob.map_err(|error| Error::Usage(format!("--path: {error}")))?);
    }
    set.build().map(Some).map_err(|error| Error::Usage(format!("--path: {error}")))
}

/// The numbers of errors given by name or number.
fn errnos(names: &[String], meta: &Meta) -> Result<Option<BTreeSet<u16>>, Error> {
    if names.is_empty() {
        return Ok(None);
    }
    let number = |name: &String| {
        if let Ok(number) = name.parse() {
            return Ok(number);
        }
        let known = meta.errnos.iter().find(|errno| errno.name.eq_ignore_ascii_case(name));
        known.map(|errno| errno.number).ok_or_else(|| {
            let offer = suggestion(
                &name.to_ascii_uppercase(),
                meta.errnos.iter().map(|errno| errno.name.as_str()),
            );
            Error::Usage(format!("no error is named `{name}`{offer}"))
        })
    };
    names.iter().map(number).collect::<Result<_, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use syscord_format::ErrnoDef;

    use super::*;

    #[test]
    fn errors_go_by_name_or_number() {
        let mut meta = crate::tests::meta();
        meta.errnos = vec![ErrnoDef { number: 2, name: "ENOENT".into(), text: "None".into() }];
        let found = errnos(&["enoent".into(), "13".into()], &meta).unwrap().unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [2, 13]);
        let error = errnos(&["ENOEN".into()], &meta).unwrap_err();
        assert_eq!(error.to_string(), "no error is named `ENOEN`; did you mean ENOENT?");
    }

    #[test]
    fn stars_stop_at_slashes() {
        let set = globs(&["/etc/*".into(), "**/*.so".into()]).unwrap().unwrap();
        assert!(set.is_match(as_path(b"/etc/passwd")) && set.is_match(as_path(b"/usr/lib/a.so")));
        assert!(!set.is_match(as_path(b"/etc/ssl/cert")));
        assert!(globs(&["[".into()]).is_err());
    }
}
