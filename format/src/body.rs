//! Bodies of META, PROC and LOSS (SPEC.md §4): the one place that knows the serialisation library.
//!
//! Its version is pinned and no longer maintained; SPEC.md gives the bytes, and tests pin them, so
//! that it can be replaced without touching a file.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::FormatError;
use crate::limits::{MAX_BODY, MAX_ROWS};

type Config = Configuration<LittleEndian, Fixint, Limit<{ MAX_BODY as usize }>>;

const CONFIG: Config = bincode::config::standard()
    .with_little_endian()
    .with_fixed_int_encoding()
    .with_limit::<{ MAX_BODY as usize }>();

/// A list is divided into bodies of about this many bytes.
const PART_BYTES: usize = 4 << 20;
/// `u32` length of the body, `u64` count of the list.
const LENGTH_LEN: usize = 4;
const COUNT_LEN: usize = 8;

/// One value as a body.
pub(crate) fn encode<T: Serialize>(part: &'static str, value: &T) -> Result<Vec<u8>, FormatError> {
    let bytes = to_bytes(part, value)?;
    let mut out = Vec::with_capacity(LENGTH_LEN + bytes.len());
    out.extend_from_slice(&[0; LENGTH_LEN]);
    out.extend_from_slice(&bytes);
    close(&mut out)?;
    Ok(out)
}

/// The value of a body, which must be consumed exactly.
pub(crate) fn decode<T: DeserializeOwned>(
    part: &'static str,
    payload: &[u8],
) -> Result<T, FormatError> {
    let body = open(part, payload)?;
    let (value, consumed) = bincode::serde::decode_from_slice::<T, _>(body, CONFIG)
        .map_err(|error| FormatError::Body { part, problem: error.to_string() })?;
    if consumed != body.len() {
        return Err(FormatError::malformed(part, "bytes are left over"));
    }
    Ok(value)
}

/// The list of a body; its count is checked before anything is allocated for it.
pub(crate) fn decode_list<T: DeserializeOwned>(
    part: &'static str,
    payload: &[u8],
) -> Result<Vec<T>, FormatError> {
    let body = open(part, payload)?;
    let count = body.first_chunk::<COUNT_LEN>().ok_or(FormatError::Short { part })?;
    FormatError::check("rows of a block", u64::from_le_bytes(*count), u64::from(MAX_ROWS))?;
    decode(part, payload)
}

/// Some of a list's items as one body.
pub(crate) struct ListPart<'a, T> {
    pub(crate) body: Vec<u8>,
    pub(crate) items: &'a [T],
}

/// Divides a list into bodies that keep far from the limits.
pub(crate) fn encode_list<'a, T: Serialize>(
    part: &'static str,
    mut items: &'a [T],
) -> Result<Vec<ListPart<'a, T>>, FormatError> {
    let mut parts = Vec::new();
    while !items.is_empty() {
        let mut body = vec![0; LENGTH_LEN + COUNT_LEN];
        let mut count = 0;
        while count < items.len().min(MAX_ROWS as usize) && body.len() < PART_BYTES {
            body.extend_from_slice(&to_bytes(part, &items[count])?);
            count += 1;
        }
        body[LENGTH_LEN..LENGTH_LEN + COUNT_LEN].copy_from_slice(&(count as u64).to_le_bytes());
        close(&mut body)?;
        let (taken, rest) = items.split_at(count);
        parts.push(ListPart { body, items: taken });
        items = rest;
    }
    Ok(parts)
}

fn to_bytes<T: Serialize>(part: &'static str, value: &T) -> Result<Vec<u8>, FormatError> {
    bincode::serde::encode_to_vec(value, CONFIG)
        .map_err(|error| FormatError::Body { part, problem: error.to_string() })
}

/// Fills in the length at the start of `out`.
fn close(out: &mut [u8]) -> Result<(), FormatError> {
    let length = out.len() - LENGTH_LEN;
    FormatError::check("bytes of a body", length as u64, u64::from(MAX_BODY))?;
    out[..LENGTH_LEN].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(())
}

/// Strips and checks the length.
fn open<'a>(part: &'static str, payload: &'a [u8]) -> Result<&'a [u8], FormatError> {
    let (length, body) =
        payload.split_first_chunk::<LENGTH_LEN>().ok_or(FormatError::Short { part })?;
    let length = u32::from_le_bytes(*length);
    FormatError::check("bytes of a body", u64::from(length), u64::from(MAX_BODY))?;
    if length as usize != body.len() {
        return Err(FormatError::malformed(part, "its length is not that of its block"));
    }
    Ok(body)
}
