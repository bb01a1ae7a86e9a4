//! Parquet, in row groups of bounded size.

use polars::{
    chunked_array::builder::CategoricalChunkedBuilder,
    io::parquet::write::{BatchedWriter, KeyValueMetadata},
    prelude::{
        ArrowDataType, ArrowField, BinaryChunkedBuilder, Categorical32Type, CategoricalPhysical,
        Categories, ChunkedBuilder, Column, CompatLevel, DataFrame, DataType, Field, Int64Type,
        IntoColumn, IntoSeries, LargeListArray, ListChunked, ParquetWriter, PlSmallStr,
        PolarsError, PrimitiveChunkedBuilder, Schema, SchemaExt, Series, StringChunkedBuilder,
        StructChunked, TimeUnit, TimeZone, UInt32Type,
    },
};
use polars_parquet::write::schema_to_metadata_key;

use super::{COLUMNS, STATE, state::state_json, table_needs, value::text};
use crate::{
    columns::Needs,
    error::Error,
    output::{Failure, Output, Watched},
    row::Row,
    walk::Sink,
};

/// Rows of a row group. Larger ones compress no better, and are held in memory.
const GROUP_ROWS: usize = 250_000;

/// Bytes of captured memory that end a row group, however few its rows.
const GROUP_BYTES: usize = 64 << 20;

/// Writes a Parquet file with the columns of [`super::COLUMNS`]; `args` is a list of
/// (name, value, text): the raw register, and what was captured in its place.
pub(crate) struct ParquetSink {
    writer: BatchedWriter<Watched>,
    failure: Failure,
    types: Types,
    group: Group,
}

/// The Arrow schema that readers go by, without view types: pyarrow reads those, but cannot filter by
/// them. In Parquet itself they are no different.
fn plain_types(schema: &Schema) -> KeyValueMetadata {
    let entry = schema_to_metadata_key(&schema.to_arrow(CompatLevel::oldest()));
    KeyValueMetadata::from_static(vec![(entry.key, entry.value.unwrap_or_default())])
}

/// The columns' types. The dictionaries live as long as they do.
struct Types {
    comm: DataType,
    abi: DataType,
    syscall: DataType,
    errno: DataType,
    /// Whether there is a column of states.
    state: bool,
}

/// The rows of one row group.
struct Group {
    rows: usize,
    bytes: usize,
    ts: PrimitiveChunkedBuilder<Int64Type>,
    duration: PrimitiveChunkedBuilder<Int64Type>,
    pid: PrimitiveChunkedBuilder<UInt32Type>,
    tid: PrimitiveChunkedBuilder<UInt32Type>,
    comm: CategoricalChunkedBuilder<Categorical32Type>,
    ppid: PrimitiveChunkedBuilder<UInt32Type>,
    cpu: PrimitiveChunkedBuilder<UInt32Type>,
    abi: CategoricalChunkedBuilder<Categorical32Type>,
    syscall: CategoricalChunkedBuilder<Categorical32Type>,
    ret: PrimitiveChunkedBuilder<Int64Type>,
    errno: CategoricalChunkedBuilder<Categorical32Type>,
    args: Args,
    path: StringChunkedBuilder,
    data: BinaryChunkedBuilder,
    /// With `--state` alone.
    state: Option<StringChunkedBuilder>,
}

/// The arguments of the rows, one after the other.
struct Args {
    /// Where each row's arguments start, and where the last ones end.
    offsets: Vec<i64>,
    name: StringChunkedBuilder,
    value: PrimitiveChunkedBuilder<Int64Type>,
    text: StringChunkedBuilder,
}

impl ParquetSink {
    /// A file at `output`, with what was true of the process or without.
    pub(crate) fn new(output: Output, state: bool) -> Result<ParquetSink, Error> {
        let types = Types {
            comm: dictionary("comm"),
            abi: dictionary("abi"),
            syscall: dictionary("syscall"),
            errno: dictionary("errno"),
            state,
        };
        let (file, failure) = output.watched();
        let schema = types.schema();
        let writer = ParquetWriter::new(file)
            .with_key_value_metadata(Some(plain_types(&schema)))
            .batched(&schema);
        let writer = writer.map_err(|error| told(&failure, error))?;
        let group = Group::new(&types);
        Ok(ParquetSink { writer, failure, types, group })
    }

    /// Writes what is left, and the file's footer.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        self.writer.finish().map_err(|error| told(&self.failure, error))?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.group.rows == 0 {
            return Ok(());
        }
        let group = std::mem::replace(&mut self.group, Group::new(&self.types));
        let frame = group.finish().map_err(Error::Parquet)?;
        self.writer.write_batch(&frame).map_err(|error| told(&self.failure, error))
    }
}

/// The error of the file itself, if there is one: the writer does not always pass it on.
fn told(failure: &Failure, error: PolarsError) -> Error {
    failure.take().unwrap_or(Error::Parquet(error))
}

impl Sink for ParquetSink {
    fn needs(&self) -> Needs {
        table_needs(self.types.state)
    }

    fn event(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.group.push(row).map_err(Error::Parquet)?;
        if self.group.rows >= GROUP_ROWS || self.group.bytes >= GROUP_BYTES {
            self.flush()?;
        }
        Ok(())
    }
}

impl Types {
    fn schema(&self) -> Schema {
        let types = [
            time_type(),
            DataType::Int64,
            DataType::UInt32,
            DataType::UInt32,
            self.comm.clone(),
            DataType::UInt32,
            DataType::UInt32,
            self.abi.clone(),
            self.syscall.clone(),
            DataType::Int64,
            self.errno.clone(),
            DataType::List(Box::new(arg_type())),
            DataType::String,
            DataType::Binary,
        ];
        let state = self.state.then_some((STATE, DataType::String));
        let fields = COLUMNS.into_iter().zip(types).chain(state);
        Schema::from_iter(fields.map(|(name, dtype)| Field::new(name.into(), dtype)))
    }
}

impl Group {
    fn new(types: &Types) -> Group {
        let dictionary = |name: &str, dtype: &DataType| {
            CategoricalChunkedBuilder::new(name.into(), dtype.clone())
        };
        Group {
            rows: 0,
            bytes: 0,
            ts: PrimitiveChunkedBuilder::new("ts".into(), GROUP_ROWS),
            duration: PrimitiveChunkedBuilder::new("duration".into(), GROUP_ROWS),
            pid: PrimitiveChunkedBuilder::new("pid".into(), GROUP_ROWS),
            tid: PrimitiveChunkedBuilder::new("tid".into(), GROUP_ROWS),
            comm: dictionary("comm", &types.comm),
            ppid: PrimitiveChunkedBuilder::new("ppid".into(), GROUP_ROWS),
            cpu: PrimitiveChunkedBuilder::new("cpu".into(), GROUP_ROWS),
            abi: dictionary("abi", &types.abi),
            syscall: dictionary("syscall", &types.syscall),
            ret: PrimitiveChunkedBuilder::new("ret".into(), GROUP_ROWS),
            errno: dictionary("errno", &types.errno),
            args: Args {
                offsets: vec![0],
                name: StringChunkedBuilder::new("name".into(), 0),
                value: PrimitiveChunkedBuilder::new("value".into(), 0),
                text: StringChunkedBuilder::new("text".into(), 0),
            },
            path: StringChunkedBuilder::new("path".into(), GROUP_ROWS),
            data: BinaryChunkedBuilder::new("data".into(), GROUP_ROWS),
            state: types.state.then(|| StringChunkedBuilder::new(STATE.into(), GROUP_ROWS)),
        }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), PolarsError> {
        self.rows += 1;
        self.ts.append_value(row.ts);
        self.duration.append_option(row.duration.and_then(|nanos| i64::try_from(nanos).ok()));
        self.pid.append_value(row.tgid);
        self.tid.append_value(row.tid);
        match row.who.comm.bytes() {
            [] => self.comm.append_null(),
            comm => self.comm.append_str(&String::from_utf8_lossy(comm))?,
        }
        self.ppid.append_option(row.who.ppid);
        self.cpu.append_option(row.cpu);
        self.abi.append_str(&row.call.abi)?;
        self.syscall.append_str(&row.call.name)?;
        self.ret.append_option(row.ret);
        match row.errno() {
            None => self.errno.append_null(),
            Some(number) => self.errno.append_str(&row.schema.errno(number))?,
        }
        let data = row.data();
        self.bytes += self.args.push(row, data.map(|(index, _)| index));
        self.path.append_option(row.path().map(String::from_utf8_lossy));
        let data = data.map(|(_, memory)| memory.bytes);
        self.bytes += data.map_or(0, <[u8]>::len);
        self.data.append_option(data);
        if let Some(column) = &mut self.state {
            let mut state = Vec::new();
            state_json(&mut state, row);
            self.bytes += state.len();
            column.append_value(String::from_utf8_lossy(&state));
        }
        Ok(())
    }

    fn finish(self) -> Result<DataFrame, PolarsError> {
        let ts = self.ts.finish().into_datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC));
        let mut columns: Vec<Column> = vec![
            ts.into_column(),
            self.duration.finish().into_column(),
            self.pid.finish().into_column(),
            self.tid.finish().into_column(),
            self.comm.finish().into_series().into_column(),
            self.ppid.finish().into_column(),
            self.cpu.finish().into_column(),
            self.abi.finish().into_series().into_column(),
            self.syscall.finish().into_series().into_column(),
            self.ret.finish().into_column(),
            self.errno.finish().into_series().into_column(),
            self.args.finish()?.into_column(),
            self.path.finish().into_column(),
            self.data.finish().into_column(),
        ];
        columns.extend(self.state.map(|state| state.finish().into_column()));
        DataFrame::new(self.rows, columns)
    }
}

impl Args {
    /// Adds a row's arguments, and says how many bytes of text they have. The content that is the
    /// row's `data` is not repeated.
    fn push(&mut self, row: &Row<'_>, data: Option<usize>) -> usize {
        let mut bytes = 0;
        for (index, arg) in row.args().iter().enumerate() {
            self.name.append_value(&*arg.name);
            self.value.append_option(row.raw(index).map(u64::cast_signed));
            let value = row.value(index);
            let text = text(&value).filter(|_| data != Some(index));
            bytes += text.as_ref().map_or(0, |text| text.len());
            self.text.append_option(text);
        }
        let start = self.offsets.last().copied().unwrap_or_default();
        self.offsets.push(start + row.args().len() as i64);
        bytes
    }

    fn finish(self) -> Result<Series, PolarsError> {
        let fields = [
            self.name.finish().into_series(),
            self.value.finish().into_series(),
            self.text.finish().into_series(),
        ];
        let length = fields[0].len();
        let values = StructChunked::from_series("item".into(), length, fields.iter())?;
        let values = values.into_series().rechunk().chunks()[0].clone();
        let inner = ArrowField::new("item".into(), values.dtype().clone(), true);
        let lists = LargeListArray::new(
            ArrowDataType::LargeList(Box::new(inner)),
            self.offsets.try_into()?,
            values,
            None,
        );
        Ok(ListChunked::with_chunk("args".into(), lists).into_series())
    }
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
