//! Paths, lists, contents, and names of files, as they were captured.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_fuzz::{Target, run};

fuzz_target!(|bytes: &[u8]| run(Target::Strings, bytes));
