//! Messages: structures with what they point to, and control messages, as they were captured.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_fuzz::{Target, run};

fuzz_target!(|bytes: &[u8]| run(Target::Msghdr, bytes));
