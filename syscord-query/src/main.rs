//! `syscord-query`: reads, filters and summarises traces of syscalls.

use std::process::ExitCode;

fn main() -> ExitCode {
    syscord_query::main()
}
