//! `stats`: how many calls, how long, how many failed.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{
    cli::{By, StatsArgs},
    columns::{Columns, Needs},
    descriptors::Target,
    error::Error,
    escape::c_escaped,
    filter::Filter,
    histogram::{Histogram, Tally},
    output::Output,
    pipeline::Weigh,
    render::quoted,
    report::percent,
    row::Row,
    schema::{Call, ERRORS},
    table::{BAD, Cell, HEADING, PLAIN, SUBJECT, Table},
    time::human_span,
    walk::{Maker, Outcome, Query, walk},
    world::Comm,
};

/// The names of the figures, in order.
const FIGURES: [&str; 9] =
    ["calls", "errors", "total", "mean", "p50", "p90", "p99", "max", "bytes"];

/// Runs `stats`; says whether all of the traces could be read.
pub(crate) fn run(args: &StatsArgs) -> Result<Outcome, Error> {
    let filter = Filter::new(&args.filter)?;
    let mut output = Output::new(None, &[])?;
    let query = Sum { by: args.by };
    let mut sums = query.maker(0);
    let outcome = walk(&args.files, &filter, args.filter.limit, &query, |part| {
        sums.merge(part);
        Ok(())
    })?;
    let groups = sums.sorted();
    let text = if args.json {
        as_json(args, &groups, &outcome)
    } else if args.csv {
        as_csv(args, &groups)
    } else {
        as_table(args, &groups, &outcome, output.has_colour())
    };
    output.write(text.as_bytes())?;
    Ok(outcome)
}

/// Asks for the sums of each group.
struct Sum {
    by: By,
}

/// The sums of each group.
struct Sums {
    by: By,
    /// The key of the event at hand; kept for its memory.
    key: Vec<u8>,
    groups: HashMap<Vec<u8>, Group>,
}

/// What events have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    Name(String),
    Process { pid: u32, comm: Comm },
    Thread { tid: u32, pid: u32, comm: Comm },
}

/// The sums of the events that have a subject in common.
#[derive(Debug)]
struct Group {
    subject: Subject,
    calls: u64,
    errors: u64,
    durations: Histogram,
    bytes: u64,
}

impl Query for Sum {
    type Maker = Sums;

    fn needs(&self) -> Needs {
        let needs = Needs::RESULTS.and(Needs::TIMES);
        match self.by {
            By::Syscall | By::Errno => needs,
            By::Process | By::Thread => needs.and(Needs::WORLD),
            By::Path => needs.and(Needs::STRINGS).and(Needs::FILES),
            By::File | By::Socket => needs.and(Needs::FILES),
            By::Container => needs.and(Needs::WORLD),
        }
    }

    fn maker(&self, _before: i64) -> Sums {
        Sums { by: self.by, key: Vec::new(), groups: HashMap::new() }
    }
}

/// The most calls of a block that are tallied each on its own: more than any machine has.
const MOST_TALLIES: usize = 2048;

impl Maker for Sums {
    type Part = Sums;

    fn rows(&mut self, columns: &Columns, rows: &[u32]) -> bool {
        let calls = columns.calls.as_ref().filter(|_| self.by == By::Syscall);
        let Some(calls) = calls.filter(|_| columns.resolved.len() <= MOST_TALLIES) else {
            return false;
        };
        let mut tallies = vec![CallTally::default(); columns.resolved.len()];
        for row in rows {
            let (row, place) = (*row as usize, usize::from(calls.of_row[*row as usize]));
            tallies[place].add(&Figures::of(columns, row, &columns.resolved[place]));
        }
        for (tally, call) in tallies.into_iter().zip(&columns.resolved) {
            if tally.calls > 0 {
                let name = || Group::new(Subject::Name(c_escaped(call.name.as_bytes())));
                let key = call.name.as_bytes().to_vec();
                tally.add_to(self.groups.entry(key).or_insert_with(name));
            }
        }
        true
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        if !self.find_key(row) {
            return Ok(());
        }
        match self.groups.get_mut(&self.key) {
            Some(group) => group.add(row),
            None => {
                let mut group = Group::new(subject(self.by, row));
                group.add(row);
                self.groups.insert(self.key.clone(), group);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Sums, Error> {
        Ok(self)
    }
}

impl Weigh for Sums {
    fn bytes(&self) -> usize {
        let of_group = |(key, _): (&Vec<u8>, &Group)| key.len() + size_of::<Group>();
        self.groups.iter().map(of_group).sum()
    }
}

impl Sums {
    /// Sets the key of an event; false if it belongs to no group.
    fn find_key(&mut self, row: &Row<'_>) -> bool {
        let key = &mut self.key;
        key.clear();
        match self.by {
            By::Syscall => key.extend_from_slice(row.call.name.as_bytes()),
            // An id may be used again: with its birth it is another process.
            By::Process => {
                key.extend_from_slice(&row.tgid.to_le_bytes());
                key.extend_from_slice(&row.who.process_born.to_le_bytes());
            }
            By::Thread => {
                key.extend_from_slice(&row.tid.to_le_bytes());
                key.extend_from_slice(&row.who.thread_born.to_le_bytes());
            }
            By::Path | By::File | By::Socket | By::Container => match named(self.by, row) {
                Some(name) => key.extend_from_slice(&name),
                None => return false,
            },
            By::Errno => match row.errno() {
                Some(errno) => key.extend_from_slice(row.schema.errno(errno).as_bytes()),
                None => return false,
            },
        }
        true
    }

    /// Adds those of later events.
    fn merge(&mut self, later: Sums) {
        for (key, group) in later.groups {
            match self.groups.get_mut(&key) {
                Some(known) => known.merge(group),
                None => drop(self.groups.insert(key, group)),
            }
        }
    }

    /// The groups with the most time first; without durations, those with the most calls.
    fn sorted(self) -> Vec<Group> {
        let mut groups: Vec<(Vec<u8>, Group)> = self.groups.into_iter().collect();
        groups.sort_by(|(key_a, a), (key_b, b)| {
            let order = b.durations.sum().cmp(&a.durations.sum());
            order.then(b.calls.cmp(&a.calls)).then(key_a.cmp(key_b))
        });
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

/// The path, file, socket or container that an event is about, if it is about one.
fn named(by: By, row: &Row<'_>) -> Option<Vec<u8>> {
    let of_target = |part: fn(&Target) -> Option<&[u8]>| {
        row.targets().find_map(|target| part(&target).map(<[u8]>::to_vec))
    };
    match by {
        By::Path => row.resolved_paths().next(),
        By::File => of_target(Target::path),
        By::Socket => of_target(Target::socket),
        By::Container => row.facts()?.container().map(<[u8]>::to_vec),
        By::Syscall | By::Process | By::Thread | By::Errno => None,
    }
}

fn subject(by: By, row: &Row<'_>) -> Subject {
    match by {
        By::Syscall => Subject::Name(c_escaped(row.call.name.as_bytes())),
        By::Process => Subject::Process { pid: row.tgid, comm: row.who.process_comm },
        By::Thread => Subject::Thread { tid: row.tid, pid: row.tgid, comm: row.who.comm },
        By::Path | By::File | By::Socket | By::Container => {
            Subject::Name(c_escaped(&named(by, row).unwrap_or_default()))
        }
        By::Errno => {
            let errno = row.errno().map(|errno| row.schema.errno(errno));
            Subject::Name(c_escaped(errno.unwrap_or_default().as_bytes()))
        }
    }
}

/// The sums of a call in a block.
#[derive(Clone, Default)]
struct CallTally {
    calls: u64,
    errors: u64,
    durations: Tally,
    bytes: u64,
}

/// What an event adds to sums.
struct Figures {
    error: bool,
    /// None of a call that is under way, as how long it takes is not known.
    duration: Option<u64>,
    bytes: u64,
    /// How many such events there were, about.
    weight: u64,
}

impl Figures {
    #[inline]
    fn of(columns: &Columns, row: usize, call: &Call) -> Figures {
        let ret = columns.ret(row, call);
        let bytes = ret.filter(|ret| *ret > 0 && call.moves_bytes);
        Figures {
            error: ret.is_some_and(|ret| ERRORS.contains(&ret)),
            duration: columns.duration(row).filter(|_| !columns.is_under_way(row)),
            bytes: bytes.map_or(0, i64::unsigned_abs),
            weight: columns.weight(row),
        }
    }
}

impl CallTally {
    #[inline]
    fn add(&mut self, figures: &Figures) {
        self.calls += figures.weight;
        self.errors += u64::from(figures.error) * figures.weight;
        self.bytes = self.bytes.saturating_add(figures.bytes.saturating_mul(figures.weight));
        if let Some(duration) = figures.duration {
            self.durations.add(duration);
        }
    }

    fn add_to(self, group: &mut Group) {
        group.calls += self.calls;
        group.errors += self.errors;
        group.durations.add_all(&self.durations);
        group.bytes = group.bytes.saturating_add(self.bytes);
    }
}

impl Group {
    fn new(subject: Subject) -> Group {
        Group { subject, calls: 0, errors: 0, durations: Histogram::default(), bytes: 0 }
    }

    fn add(&mut self, row: &Row<'_>) {
        let figures = Figures::of(row.columns, row.index, row.call);
        self.calls += figures.weight;
        self.errors += u64::from(figures.error) * figures.weight;
        self.bytes = self.bytes.saturating_add(figures.bytes.saturating_mul(figures.weight));
        if let Some(duration) = figures.duration {
            self.durations.add(duration);
        }
        // A process's name is the one that it had last.
        match &mut self.subject {
            Subject::Process { comm, .. } => *comm = row.who.process_comm,
            Subject::Thread { comm, .. } => *comm = row.who.comm,
            Subject::Name(_) => {}
        }
    }

    /// Adds later events of the same subject.
    fn merge(&mut self, later: Group) {
        self.add_sums(&later);
        // A process's name is the one that it had last.
        match (&mut self.subject, later.subject) {
            (Subject::Process { comm, .. }, Subject::Process { comm: last, .. })
            | (Subject::Thread { comm, .. }, Subject::Thread { comm: last, .. }) => *comm = last,
            _ => {}
        }
    }

    fn add_sums(&mut self, other: &Group) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.durations.merge(&other.durations);
    }

    /// All groups together.
    fn total(groups: &[Group]) -> Group {
        let mut total = Group::new(Subject::Name("total".to_string()));
        groups.iter().for_each(|group| total.add_sums(group));
        total
    }

    /// The durations among the figures; none if no duration is known.
    fn spans(&self) -> [Option<u128>; 6] {
        let durations = &self.durations;
        let known = durations.max().is_some();
        let quantile = |percent| durations.quantile(percent).map(u128::from);
        [
            known.then(|| durations.sum()),
            durations.mean().map(u128::from),
            quantile(50),
            quantile(90),
            quantile(99),
            durations.max().map(u128::from),
        ]
    }

    /// The figures as plain numbers, empty where not known.
    fn figures(&self) -> [Option<u128>; FIGURES.len()] {
        let [total, mean, p50, p90, p99, max] = self.spans();
        let known = |number: u64| Some(u128::from(number));
        let (calls, errors, bytes) = (known(self.calls), known(self.errors), known(self.bytes));
        [calls, errors, total, mean, p50, p90, p99, max, bytes]
    }
}

impl Subject {
    /// Its columns' values.
    fn values(&self) -> Vec<String> {
        match self {
            Subject::Name(name) => vec![name.clone()],
            Subject::Process { pid, comm } => vec![pid.to_string(), c_escaped(comm.bytes())],
            Subject::Thread { tid, pid, comm } => {
                vec![tid.to_string(), pid.to_string(), c_escaped(comm.bytes())]
            }
        }
    }
}

/// The columns that say what a line is about.
fn subject_columns(by: By) -> &'static [&'static str] {
    match by {
        By::Syscall => &["syscall"],
        By::Process => &["pid", "comm"],
        By::Thread => &["tid", "pid", "comm"],
        By::Path => &["path"],
        By::File => &["file"],
        By::Socket => &["socket"],
        By::Container => &["container"],
        By::Errno => &["errno"],
    }
}

fn shown<'g>(args: &StatsArgs, groups: &'g [Group]) -> &'g [Group] {
    &groups[..groups.len().min(args.top.unwrap_or(usize::MAX))]
}

/// What is said of estimates.
const ESTIMATES: &str = "calls, errors and bytes are estimates, and times are not of all calls: for part of the time, \
                         some threads were left out in turn (see `syscord-query info`)";

fn as_table(args: &StatsArgs, groups: &[Group], outcome: &Outcome, colour: bool) -> String {
    let mut table = Table::default();
    for column in subject_columns(args.by) {
        table =
            if matches!(*column, "pid" | "tid") { table.right(column) } else { table.left(column) };
    }
    table = FIGURES.into_iter().fold(table, Table::right);
    for group in shown(args, groups) {
        let subject = group.subject.values().into_iter();
        let subject: Vec<Cell> = subject.map(|text| Cell::new(text).style(SUBJECT)).collect();
        table.row(subject.into_iter().chain(figure_cells(group)).collect());
    }
    let mut total = vec![Cell::new(""); subject_columns(args.by).len()];
    if let Some(last) = total.last_mut() {
        *last = Cell::new("total").style(HEADING);
    }
    total.extend(figure_cells(&Group::total(groups)));
    table.row(total);
    let mut text = table.render(colour);
    let hidden = groups.len() - shown(args, groups).len();
    if hidden > 0 {
        text += &format!("{hidden} more are in the total, but not shown (--top)\n");
    }
    if outcome.estimates {
        text += &format!("{ESTIMATES}\n");
    }
    if let Some(loss) = outcome.ledger.loss() {
        text += &if colour { format!("{BAD}{loss}{BAD:#}\n") } else { format!("{loss}\n") };
    }
    text
}

fn figure_cells(group: &Group) -> Vec<Cell> {
    let errors = if group.errors > 0 { BAD } else { PLAIN };
    let mut cells =
        vec![Cell::new(group.calls.to_string()), Cell::new(group.errors.to_string()).style(errors)];
    let spans = group.spans().into_iter();
    cells.extend(spans.map(|span| Cell::new(span.map_or("-".to_string(), human_span))));
    cells.push(Cell::new(group.bytes.to_string()));
    cells
}

fn as_csv(args: &StatsArgs, groups: &[Group]) -> String {
    let columns: Vec<&str> = subject_columns(args.by).iter().copied().chain(FIGURES).collect();
    let mut out = columns.join(",").into_bytes();
    out.push(b'\n');
    for group in shown(args, groups) {
        for (index, value) in group.subject.values().into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            quoted(&mut out, value.as_bytes());
        }
        for figure in group.figures() {
            out.push(b',');
            out.extend_from_slice(figure.map_or(String::new(), |n| n.to_string()).as_bytes());
        }
        out.push(b'\n');
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn as_json(args: &StatsArgs, groups: &[Group], outcome: &Outcome) -> String {
    let lines: Vec<Value> = shown(args, groups)
        .iter()
        .map(|group| {
            let names = subject_columns(args.by).iter().copied();
            let mut line: Map<String, Value> = names
                .zip(group.subject.values())
                .map(|(name, text)| match (name, text.parse::<u32>()) {
                    ("pid" | "tid", Ok(id)) => (name.to_string(), json!(id)),
                    _ => (name.to_string(), json!(text)),
                })
                .collect();
            line.extend(figures_json(group));
            Value::Object(line)
        })
        .collect();
    let object = json!({
        "groups": lines,
        "total": figures_json(&Group::total(groups)),
        "estimates": outcome.estimates,
        "dropped": outcome.ledger.dropped_total(),
        "completeness": percent(outcome.ledger.completeness()).parse::<f64>().unwrap_or(0.0),
        "damaged": outcome.damaged,
    });
    format!("{object}\n")
}

fn figures_json(group: &Group) -> Map<String, Value> {
    let figures = FIGURES.into_iter().zip(group.figures());
    figures
        .map(|(name, figure)| {
            // A sum of durations that no u64 holds is 584 years long.
            let figure = figure.map(|figure| u64::try_from(figure).unwrap_or(u64::MAX));
            (name.to_string(), json!(figure))
        })
        .collect()
}
