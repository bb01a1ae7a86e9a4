//! `--syscall SET` with regular expressions.

use regex_lite::Regex;
use syscord_syscalls::{SyscallSet, set::SetError};
use thiserror::Error;

/// A set that means nothing.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct BadSet(SetError);

/// Parses a set.
///
/// # Errors
/// When an item is unknown; the message names what is near.
pub fn parse(text: &str) -> Result<SyscallSet, BadSet> {
    let matches = |pattern: &str, name: &str| match Regex::new(pattern) {
        Ok(regex) => Ok(regex.is_match(name)),
        Err(error) => Err(error.to_string()),
    };
    SyscallSet::parse(text, &matches).map_err(BadSet)
}
