use std::sync::Arc;

use polars::{
    io::parquet::write::{BatchedWriter, KeyValueMetadata},
    prelude::{
        CategoricalPhysical, Categories, CompatLevel, DataType, Field, ParquetWriter, PlSmallStr,
        PolarsError, Schema, SchemaExt, TimeUnit, TimeZone,
    },
};
use polars_parquet::{
    parquet::metadata::Descriptor,
    write::{CompressedPage, schema_to_metadata_key},
};

use self::column::{Numbers, Rows, Texts};
use super::{
    COLUMNS, STATE,
    memo::{Memo, Spare},
    state::state_json,
    table_needs,
    value::text,
};
use crate::{
    columns::Needs,
    error::Error,
    output::{Failure, Output, Watched},
    pipeline::Weigh,
    row::Row,
    walk::{Maker, Query},
    world::Comm,
};

mod column;

/// Rows of a row group: blocks with fewer are put together, larger ones are divided.
const LEAST_ROWS: usize = 32_768;
const MOST_ROWS: usize = 131_072;

/// Bytes of captured memory that end a row group, however few its rows.
const GROUP_BYTES: usize = 8 << 20;

/// Asks for row groups with the columns of [`super::COLUMNS`]; `args` is a list of (name, value, text): the raw
/// register, and what was captured in its place.
pub(crate) struct ParquetQuery {
    state: bool,
    /// What is at the end of each way through the columns.
    leaves: Arc<[Descriptor]>,
    spare: Arc<Spare<Group>>,
}

/// Writes a Parquet file.
pub(crate) struct ParquetSink {
    writer: BatchedWriter<Watched>,
    failure: Failure,
    leaves: Arc<[Descriptor]>,
    /// Too few rows for a row group.
    few: Group,
}

/// Makes row groups of a block's events.
pub(crate) struct ParquetMaker {
    leaves: Arc<[Descriptor]>,
    state: bool,
    group: Group,
    known: Known,
    spare: Arc<Spare<Group>>,
}

/// Rows that follow one another.
pub(crate) enum ParquetRows {
    /// Their pages.
    Pages(Pages),
    /// Too few for a row group.
    Few(Box<Group>),
}

/// The pages of a row group.
pub(crate) struct Pages {
    rows: usize,
    /// At most so many bytes of texts are in them.
    bytes: usize,
    of_leaves: Vec<Vec<CompressedPage>>,
}

/// The rows of one row group.
#[derive(Default)]
pub(crate) struct Group {
    rows: usize,
    ts: Numbers<i64>,
    duration: Numbers<i64>,
    pid: Numbers<i32>,
    tid: Numbers<i32>,
    comm: Texts,
    ppid: Numbers<i32>,
    cpu: Numbers<i32>,
    abi: Texts,
    syscall: Texts,
    ret: Numbers<i64>,
    errno: Texts,
    args: Args,
    path: Texts,
    data: Texts,
    /// With `--state` alone.
    state: Texts,
}

/// The arguments of the rows, one after the other.
#[derive(Default)]
struct Args {
    /// 0 where a row begins, else 1.
    repetition: Vec<u8>,
    name: Texts,
    value: Numbers<i64>,
    text: Texts,
}

/// How much of the way to an argument's value there is: a list, but empty; an argument without one; all of it.
const EMPTY: u8 = 1;
const WITHOUT: u8 = 3;
const THERE: u8 = 4;

/// Numbers of texts of the block at hand, which need not be made again.
#[derive(Default)]
struct Known {
    comm: Option<(Comm, u32)>,
    /// By the place of a call in the block, and by number.
    calls: Vec<Option<KnownCall>>,
    errnos: Memo<u32>,
    /// By [`Row::alike`].
    paths: Memo<u32>,
    data: Memo<u32>,
    texts: Memo<Option<u32>>,
}

/// Numbers of a call's texts.
#[derive(Clone)]
struct KnownCall {
    abi: u32,
    syscall: u32,
    args: Vec<u32>,
}

impl Query for ParquetQuery {
    type Maker = ParquetMaker;

    fn needs(&self) -> Needs {
        table_needs(self.state)
    }

    fn maker(&self, _before: i64) -> ParquetMaker {
        let (leaves, spare) = (Arc::clone(&self.leaves), Arc::clone(&self.spare));
        let (group, known) = (spare.take().unwrap_or_default(), Known::default());
        ParquetMaker { leaves, state: self.state, group, known, spare }
    }
}

impl Maker for ParquetMaker {
    type Part = ParquetRows;

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.group.push(row, &mut self.known, self.state);
        Ok(())
    }

    fn part(&mut self) -> Result<Option<ParquetRows>, Error> {
        if self.group.rows < MOST_ROWS && self.group.bytes() < GROUP_BYTES {
            return Ok(None);
        }
        self.known = Known::default();
        let pages = self.group.pages(&self.leaves)?;
        self.group.clear();
        Ok(Some(ParquetRows::Pages(pages)))
    }

    fn finish(mut self) -> Result<ParquetRows, Error> {
        if self.group.rows < LEAST_ROWS {
            return Ok(ParquetRows::Few(self.group.into()));
        }
        let pages = self.group.pages(&self.leaves)?;
        // Memory that large texts have taken is not kept.
        if self.group.bytes() <= GROUP_BYTES / 8 {
            self.group.clear();
            self.spare.put(self.group);
        }
        Ok(ParquetRows::Pages(pages))
    }
}

impl Weigh for ParquetRows {
    /// About what a row takes, in pages or before.
    fn bytes(&self) -> usize {
        match self {
            ParquetRows::Pages(pages) => 16 * pages.rows + pages.bytes,
            ParquetRows::Few(group) => 100 * group.rows + group.bytes(),
        }
    }
}

impl ParquetSink {
    /// A file at `output`, with what was true of the process or without; and what to ask for it.
    pub(crate) fn new(output: Output, state: bool) -> Result<(ParquetSink, ParquetQuery), Error> {
        let (file, failure) = output.watched();
        let schema = schema(state);
        let writer = ParquetWriter::new(file)
            .with_key_value_metadata(Some(plain_types(&schema)))
            .batched(&schema);
        let mut writer = writer.map_err(|error| told(&failure, error))?;
        let leaves = writer.parquet_schema().columns().iter();
        let leaves: Arc<[Descriptor]> = leaves.map(|leaf| leaf.descriptor.clone()).collect();
        let query = ParquetQuery { state, leaves: Arc::clone(&leaves), spare: Arc::default() };
        Ok((ParquetSink { writer, failure, leaves, few: Group::default() }, query))
    }

    /// Writes rows, as soon as they are enough.
    pub(crate) fn take(&mut self, rows: ParquetRows) -> Result<(), Error> {
        match rows {
            ParquetRows::Pages(pages) => {
                self.flush()?;
                self.write(&pages)
            }
            ParquetRows::Few(group) => {
                self.few.append(&group);
                let few = self.few.rows < LEAST_ROWS && self.few.bytes() < GROUP_BYTES;
                if few { Ok(()) } else { self.flush() }
            }
        }
    }

    /// Writes what is left, and the file's footer.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        self.writer.finish().map_err(|error| told(&self.failure, error))?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.few.rows == 0 {
            return Ok(());
        }
        let pages = std::mem::take(&mut self.few).pages(&self.leaves)?;
        self.write(&pages)
    }

    fn write(&mut self, pages: &Pages) -> Result<(), Error> {
        let written = self.writer.write_row_group(pages.rows as u64, &pages.of_leaves);
        written.map_err(|error| told(&self.failure, error))
    }
}

/// The error of the file itself, if there is one: the writer does not always pass it on.
fn told(failure: &Failure, error: PolarsError) -> Error {
    failure.take().unwrap_or(Error::Parquet(error))
}

impl Group {
    fn push(&mut self, row: &Row<'_>, known: &mut Known, state: bool) {
        self.rows += 1;
        self.ts.push(Some(row.ts));
        self.duration.push(row.duration.and_then(|nanos| i64::try_from(nanos).ok()));
        self.pid.push(Some(row.tgid.cast_signed()));
        self.tid.push(Some(row.tid.cast_signed()));
        let comm = row.who.comm;
        let comm = (!comm.bytes().is_empty()).then(|| match known.comm {
            Some((last, number)) if last == comm => number,
            _ => {
                let number = self.comm.number(String::from_utf8_lossy(comm.bytes()).as_bytes());
                known.comm = Some((comm, number));
                number
            }
        });
        self.comm.push(comm);
        self.ppid.push(row.who.ppid.map(u32::cast_signed));
        self.cpu.push(row.cpu.map(u32::cast_signed));
        let place = usize::from(row.call_place());
        if known.calls.len() <= place {
            known.calls.resize(place + 1, None);
        }
        let call = known.calls[place].get_or_insert_with(|| KnownCall {
            abi: self.abi.number(row.call.abi.as_bytes()),
            syscall: self.syscall.number(row.call.name.as_bytes()),
            args: row.args().iter().map(|arg| self.args.name.number(arg.name.as_bytes())).collect(),
        });
        self.abi.push(Some(call.abi));
        self.syscall.push(Some(call.syscall));
        self.ret.push(row.ret);
        let errno = row.errno().map(|errno| {
            let number = || self.errno.number(row.schema.errno(errno).as_bytes());
            known.errnos.get_or(Some(errno.into()), number)
        });
        self.errno.push(errno);
        let data = row.data();
        self.args.push(row, data.map(|(index, _)| index), &call.args, &mut known.texts);
        let path = row.first_path().map(|(arg, path)| {
            let path = || self.path.number(String::from_utf8_lossy(path).as_bytes());
            known.paths.get_or(row.alike(arg), path)
        });
        self.path.push(path);
        let data = data
            .map(|(arg, memory)| known.data.get_or(row.alike(arg), || self.data.add(memory.bytes)));
        self.data.push(data);
        if state {
            let mut text = Vec::new();
            state_json(&mut text, row);
            let number = self.state.number(String::from_utf8_lossy(&text).as_bytes());
            self.state.push(Some(number));
        }
    }

    /// Leaves it empty, with the memory that it has.
    fn clear(&mut self) {
        self.rows = 0;
        self.ts.clear();
        self.duration.clear();
        self.pid.clear();
        self.tid.clear();
        self.comm.clear();
        self.ppid.clear();
        self.cpu.clear();
        self.abi.clear();
        self.syscall.clear();
        self.ret.clear();
        self.errno.clear();
        self.args.repetition.clear();
        self.args.name.clear();
        self.args.value.clear();
        self.args.text.clear();
        self.path.clear();
        self.data.clear();
        self.state.clear();
    }

    /// Adds later rows.
    fn append(&mut self, later: &Group) {
        self.rows += later.rows;
        self.ts.append(&later.ts);
        self.duration.append(&later.duration);
        self.pid.append(&later.pid);
        self.tid.append(&later.tid);
        self.comm.append(&later.comm);
        self.ppid.append(&later.ppid);
        self.cpu.append(&later.cpu);
        self.abi.append(&later.abi);
        self.syscall.append(&later.syscall);
        self.ret.append(&later.ret);
        self.errno.append(&later.errno);
        self.args.repetition.extend_from_slice(&later.args.repetition);
        self.args.name.append(&later.args.name);
        self.args.value.append(&later.args.value);
        self.args.text.append(&later.args.text);
        self.path.append(&later.path);
        self.data.append(&later.data);
        self.state.append(&later.state);
    }

    /// Bytes of texts.
    fn bytes(&self) -> usize {
        self.args.text.bytes() + self.path.bytes() + self.data.bytes() + self.state.bytes()
    }

    /// The pages of each leaf.
    fn pages(&self, leaves: &[Descriptor]) -> Result<Pages, Error> {
        let rows = Rows { count: self.rows, repetition: &[] };
        let of_args = Rows { count: self.rows, repetition: &self.args.repetition };
        // In the order of the numbers: those of 64 bits have signs, those of 32 have none.
        let long = |value: &i64| value.cast_unsigned() ^ 1 << 63;
        let int = |value: &i32| u64::from(value.cast_unsigned());
        let pages = leaves.iter().enumerate().map(|(place, leaf)| match place {
            0 => self.ts.pages(leaf, rows, long),
            1 => self.duration.pages(leaf, rows, long),
            2 => self.pid.pages(leaf, rows, int),
            3 => self.tid.pages(leaf, rows, int),
            4 => self.comm.pages(leaf, rows),
            5 => self.ppid.pages(leaf, rows, int),
            6 => self.cpu.pages(leaf, rows, int),
            7 => self.abi.pages(leaf, rows),
            8 => self.syscall.pages(leaf, rows),
            9 => self.ret.pages(leaf, rows, long),
            10 => self.errno.pages(leaf, rows),
            11 => self.args.name.pages(leaf, of_args),
            12 => self.args.value.pages(leaf, of_args, long),
            13 => self.args.text.pages(leaf, of_args),
            14 => self.path.pages(leaf, rows),
            15 => self.data.pages(leaf, rows),
            _ => self.state.pages(leaf, rows),
        });
        let of_leaves = pages.collect::<Result<_, _>>()?;
        Ok(Pages { rows: self.rows, bytes: self.bytes(), of_leaves })
    }
}

impl Args {
    /// Adds a row's arguments, of which the numbers of the names are at hand. The content that is the row's `data`
    /// is not repeated.
    fn push(
        &mut self,
        row: &Row<'_>,
        data: Option<usize>,
        names: &[u32],
        texts: &mut Memo<Option<u32>>,
    ) {
        if names.is_empty() {
            self.repetition.push(0);
            self.name.push_at(EMPTY, None);
            self.value.push_at(EMPTY, None);
            self.text.push_at(EMPTY, None);
        }
        for (index, (name, arg)) in names.iter().zip(row.args()).enumerate() {
            self.repetition.push(u8::from(index > 0));
            self.name.push_at(THERE, Some(*name));
            let raw = row.raw(index).map(u64::cast_signed);
            self.value.push_at(if raw.is_some() { THERE } else { WITHOUT }, raw);
            let number = match data {
                Some(data) if data == index => None,
                _ if arg.kind.is_number() => None,
                _ => texts.get_or(row.alike(index), || {
                    text(&row.value(index)).map(|text| self.text.add(text.as_bytes()))
                }),
            };
            self.text.push_at(if number.is_some() { THERE } else { WITHOUT }, number);
        }
    }
}

/// The Arrow schema that readers go by, without view types: pyarrow reads those, but cannot filter by
/// them. In Parquet itself they are no different.
fn plain_types(schema: &Schema) -> KeyValueMetadata {
    let entry = schema_to_metadata_key(&schema.to_arrow(CompatLevel::oldest()));
    KeyValueMetadata::from_static(vec![(entry.key, entry.value.unwrap_or_default())])
}

/// The columns' types.
fn schema(state: bool) -> Schema {
    let types = [
        time_type(),
        DataType::Int64,
        DataType::UInt32,
        DataType::UInt32,
        dictionary("comm"),
        DataType::UInt32,
        DataType::UInt32,
        dictionary("abi"),
        dictionary("syscall"),
        DataType::Int64,
        dictionary("errno"),
        DataType::List(Box::new(arg_type())),
        DataType::String,
        DataType::Binary,
    ];
    let state = state.then_some((STATE, DataType::String));
    let fields = COLUMNS.into_iter().zip(types).chain(state);
    Schema::from_iter(fields.map(|(name, dtype)| Field::new(name.into(), dtype)))
}

fn dictionary(name: &'static str) -> DataType {
    let name = PlSmallStr::from_static(name);
    DataType::from_categories(Categories::new(
        name,
        PlSmallStr::from_static("syscord"),
        CategoricalPhysical::U32,
    ))
}

fn time_type() -> DataType {
    DataType::Datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC))
}

fn arg_type() -> DataType {
    DataType::Struct(vec![
        Field::new("name".into(), DataType::String),
        Field::new("value".into(), DataType::Int64),
        Field::new("text".into(), DataType::String),
    ])
}
