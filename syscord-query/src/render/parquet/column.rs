//! Columns of a row group, and the pages they become (Parquet's format, version 1 of data pages).
//!
//! They are encoded here and not by polars, which builds arrays first: of all that an export takes, that would
//! be the most.

use std::collections::HashMap;

use polars_parquet::{
    parquet::{
        CowBuffer,
        metadata::Descriptor,
        page::{DataPage, DataPageHeader, DataPageHeaderV1, DictPage},
        statistics::{BinaryStatistics, ParquetStatistics, PrimitiveStatistics},
        types::NativeType,
    },
    write::{CompressedPage, CompressionOptions, Encoding, Page, ZstdLevel, compress},
};

use super::super::memo::Memo;
use crate::error::Error;

/// Up to this many different texts, a column always has a dictionary: without, readers may not take it for a
/// categorical one.
const ALWAYS: usize = 4096;

/// The longest text that statistics tell of.
const LONGEST_BOUND: usize = 64;

/// The rows of a row group.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) count: usize,
    /// Of columns within lists: for each place, 0 where a row begins, else 1.
    pub(super) repetition: &'a [u8],
}

/// A column whose values are numbers.
#[derive(Default)]
pub(super) struct Numbers<T> {
    /// For each place, how much of the way to a value is there.
    pub(super) levels: Vec<u8>,
    values: Vec<T>,
}

impl<T: NativeType> Numbers<T> {
    pub(super) fn push(&mut self, value: Option<T>) {
        self.push_at(u8::from(value.is_some()), value);
    }

    /// Adds a value within a list, or what there is of the way to it.
    pub(super) fn push_at(&mut self, level: u8, value: Option<T>) {
        self.levels.push(level);
        self.values.extend(value);
    }

    /// Leaves it empty, with the memory that it has.
    pub(super) fn clear(&mut self) {
        self.levels.clear();
        self.values.clear();
    }

    pub(super) fn append(&mut self, other: &Numbers<T>) {
        self.levels.extend_from_slice(&other.levels);
        self.values.extend_from_slice(&other.values);
    }

    /// The column's pages: the different values and a number for each value, if few are different; else the values.
    /// `key` tells values apart, and is in their order.
    pub(super) fn pages(
        &self,
        descriptor: &Descriptor,
        rows: Rows<'_>,
        key: impl Fn(&T) -> u64,
    ) -> Result<Vec<CompressedPage>, Error> {
        let places = self.levels.len();
        let known = self.different(&key);
        let among = known.as_ref().map_or(&self.values, |(different, _)| different);
        let statistics = PrimitiveStatistics {
            primitive_type: descriptor.primitive_type.clone(),
            null_count: Some((places - self.values.len()) as i64),
            distinct_count: None,
            min_value: among.iter().min_by_key(|value| key(value)).copied(),
            max_value: among.iter().max_by_key(|value| key(value)).copied(),
        };
        let statistics = statistics.serialize();
        let mut body = levels(rows, &self.levels, descriptor);
        let Some((different, numbers)) = known else {
            numbers_plain(&mut body, &self.values);
            return Ok(vec![data(body, Encoding::Plain, places, rows, statistics, descriptor)?]);
        };
        let mut dictionary = Vec::new();
        numbers_plain(&mut dictionary, &different);
        indices(&mut body, &numbers, different.len());
        let dictionary = DictPage::new(CowBuffer::Owned(dictionary), different.len(), false);
        Ok(vec![
            compressed(Page::Dict(dictionary))?,
            data(body, Encoding::RleDictionary, places, rows, statistics, descriptor)?,
        ])
    }

    /// The different values, and for each value its number among them; none if too many are different.
    fn different(&self, key: impl Fn(&T) -> u64) -> Option<(Vec<T>, Vec<u32>)> {
        /// Whether it is worth while is seen early.
        const EARLY: usize = 2048;
        let (mut known, mut different) = (Memo::default(), Vec::new());
        let mut numbers = Vec::with_capacity(self.values.len());
        let mut last = None;
        for value in &self.values {
            if different.len() > self.values.len() / 8 + EARLY / 2
                || numbers.len() == EARLY && different.len() > EARLY / 2
            {
                return None;
            }
            let key = key(value);
            let number = match last {
                Some((before, number)) if before == key => number,
                _ => known.get_or(Some(key), || {
                    different.push(*value);
                    different.len() as u32 - 1
                }),
            };
            last = Some((key, number));
            numbers.push(number);
        }
        Some((different, numbers))
    }
}

fn numbers_plain<T: NativeType>(out: &mut Vec<u8>, values: &[T]) {
    let start = out.len();
    out.resize(start + size_of_val(values), 0);
    for (place, value) in out[start..].chunks_exact_mut(size_of::<T>()).zip(values) {
        place.copy_from_slice(value.to_le_bytes().as_ref());
    }
}

/// A column whose values are bytes, each different value kept once.
#[derive(Default)]
pub(super) struct Texts {
    /// For each place, how much of the way to a value is there.
    pub(super) levels: Vec<u8>,
    /// For each value its number.
    values: Vec<u32>,
    bytes: Vec<u8>,
    /// Where each different value ends in `bytes`; the first starts at 0.
    ends: Vec<usize>,
    numbers: HashMap<Box<[u8]>, u32>,
}

impl Texts {
    /// The number of a value.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.add(text);
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a value that is known to be new, or is taken to be.
    pub(super) fn add(&mut self, text: &[u8]) -> u32 {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        self.ends.len() as u32 - 1
    }

    pub(super) fn push(&mut self, number: Option<u32>) {
        self.push_at(u8::from(number.is_some()), number);
    }

    /// Adds a value within a list, or what there is of the way to it.
    pub(super) fn push_at(&mut self, level: u8, number: Option<u32>) {
        self.levels.push(level);
        self.values.extend(number);
    }

    /// Leaves it empty, with the memory that it has.
    pub(super) fn clear(&mut self) {
        self.levels.clear();
        self.values.clear();
        self.bytes.clear();
        self.ends.clear();
        self.numbers.clear();
    }

    pub(super) fn append(&mut self, other: &Texts) {
        self.levels.extend_from_slice(&other.levels);
        let numbers: Vec<u32> = other.texts().map(|text| self.number(text)).collect();
        self.values.extend(other.values.iter().map(|number| numbers[*number as usize]));
    }

    /// Bytes of the different values.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The different values.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// The column's pages: the different values and a number for each value, unless most are different.
    pub(super) fn pages(
        &self,
        descriptor: &Descriptor,
        rows: Rows<'_>,
    ) -> Result<Vec<CompressedPage>, Error> {
        let places = self.levels.len();
        let mut body = levels(rows, &self.levels, descriptor);
        let texts: Vec<&[u8]> = self.texts().collect();
        let known = texts.iter().all(|text| text.len() <= LONGEST_BOUND);
        let bound = |text: Option<&&[u8]>| text.filter(|_| known).map(|text| text.to_vec());
        let statistics = BinaryStatistics {
            primitive_type: descriptor.primitive_type.clone(),
            null_count: Some((places - self.values.len()) as i64),
            distinct_count: None,
            min_value: bound(texts.iter().min()),
            max_value: bound(texts.iter().max()),
        };
        let statistics = statistics.serialize();
        if texts.len() > ALWAYS && 2 * texts.len() > self.values.len() {
            self.values.iter().for_each(|number| plain(&mut body, texts[*number as usize]));
            return Ok(vec![data(body, Encoding::Plain, places, rows, statistics, descriptor)?]);
        }
        let mut dictionary = Vec::with_capacity(self.bytes.len() + 4 * texts.len());
        texts.iter().for_each(|text| plain(&mut dictionary, text));
        let dictionary = DictPage::new(CowBuffer::Owned(dictionary), texts.len(), false);
        indices(&mut body, &self.values, texts.len());
        Ok(vec![
            compressed(Page::Dict(dictionary))?,
            data(body, Encoding::RleDictionary, places, rows, statistics, descriptor)?,
        ])
    }
}

fn plain(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
}

fn data(
    body: Vec<u8>,
    encoding: Encoding,
    places: usize,
    rows: Rows<'_>,
    statistics: ParquetStatistics,
    descriptor: &Descriptor,
) -> Result<CompressedPage, Error> {
    let header = DataPageHeader::V1(DataPageHeaderV1 {
        num_values: i32::try_from(places).unwrap_or(i32::MAX),
        encoding: encoding.into(),
        definition_level_encoding: Encoding::Rle.into(),
        repetition_level_encoding: Encoding::Rle.into(),
        statistics: Some(statistics),
    });
    let page = DataPage::new(header, CowBuffer::Owned(body), descriptor.clone(), rows.count);
    compressed(Page::Data(page))
}

fn compressed(page: Page) -> Result<CompressedPage, Error> {
    let level = ZstdLevel::try_new(1).ok();
    compress(page, Vec::new(), CompressionOptions::Zstd(level))
        .map_err(|error| Error::Parquet(error.into()))
}

/// A page's start: its levels, each with its length in bytes before it.
fn levels(rows: Rows<'_>, definition: &[u8], descriptor: &Descriptor) -> Vec<u8> {
    let mut out = Vec::new();
    let mut put = |levels: &[u8], most: i16| {
        if most > 0 {
            let start = out.len();
            out.extend_from_slice(&[0; 4]);
            runs(&mut out, levels, i16::BITS - most.leading_zeros());
            let length = (out.len() - start - 4) as u32;
            out[start..start + 4].copy_from_slice(&length.to_le_bytes());
        }
    };
    put(rows.repetition, descriptor.max_rep_level);
    put(definition, descriptor.max_def_level);
    out
}

/// Numbers in a dictionary of so many values.
fn indices(out: &mut Vec<u8>, numbers: &[u32], values: usize) {
    let bits = u32::BITS - (values as u32).saturating_sub(1).leading_zeros();
    out.push(bits as u8);
    runs(out, numbers, bits);
}

/// Numbers of that many bits as one run: of equal ones, or packed, eight at a time.
fn runs<T: Copy + PartialEq + Into<u32>>(out: &mut Vec<u8>, numbers: &[T], bits: u32) {
    let Some(&first) = numbers.first() else { return };
    if numbers.iter().all(|number| *number == first) {
        varint(out, numbers.len() << 1);
        let bytes = first.into().to_le_bytes();
        return out.extend_from_slice(&bytes[..bits.div_ceil(8) as usize]);
    }
    let eights = numbers.len().div_ceil(8);
    varint(out, eights << 1 | 1);
    let end = out.len() + eights * bits as usize;
    let (mut pending, mut filled) = (0u64, 0);
    for number in numbers {
        pending |= u64::from((*number).into()) << filled;
        filled += bits;
        if filled >= u32::BITS {
            out.extend_from_slice(&(pending as u32).to_le_bytes());
            pending >>= u32::BITS;
            filled -= u32::BITS;
        }
    }
    out.extend_from_slice(&pending.to_le_bytes()[..filled.div_ceil(8) as usize]);
    out.resize(end, 0);
}

fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
