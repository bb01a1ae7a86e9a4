//! Any bytes as a trace: every block is read, decoded and shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_fuzz::files::trace;

fuzz_target!(|bytes: &[u8]| trace(bytes));
