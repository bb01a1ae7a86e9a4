//! Any bytes as the payload of an EVENTS block.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_fuzz::files::chunk;

fuzz_target!(|bytes: &[u8]| chunk(bytes));
