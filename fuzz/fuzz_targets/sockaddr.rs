//! Socket addresses, as they were captured.

#![no_main]

use libfuzzer_sys::fuzz_target;
use syscord_fuzz::{Target, run};

fuzz_target!(|bytes: &[u8]| run(Target::Sockaddr, bytes));
