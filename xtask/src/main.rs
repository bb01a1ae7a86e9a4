//! Chores of the repository: `cargo xtask` lists them.

use std::process::ExitCode;

mod bench;
mod docs;
mod document;
mod endure;
mod fuzz;
mod kernels;
mod lint;
mod package;
mod probe;
mod shell;
mod tables;
mod test;

type Result<T = ()> = std::result::Result<T, String>;

const HELP: &str = "\
cargo xtask CHORE

  test [--install]   build everything and run all tests; --install fetches the Debian and PyPI
                     packages that the tests need
  lint [--install]   formatting, clippy, licences, generated files; --install fetches cargo-deny
  probe [--install]  rebuild probe/syscord.bpf.o from source; --install fetches what that takes
  fuzz [--install] [--seconds N] [--write] [TARGET…]
                     run fuzzing targets side by side, 600 s if not told otherwise; --install fetches
                     cargo-fuzz, --write writes docs/FUZZING.md
  docs [--check]     write docs/syscalls.md, or compare it with the table
  check-table        count the table's rows and numbers
  bench [--install] [--write] [overhead|hooks|nginx|latency|burst|size|query|start…]
                     measure what recording costs, beside the peers that are there; all parts together,
                     or those named with --write, write docs/PERFORMANCE.md; --install fetches nginx,
                     ab, perf and strace
  kernels [--install] [--write] [NAME…]
                     record on other kernels, which are booted under qemu's emulation: all, or those
                     named; --write writes docs/KERNELS.md; --install fetches qemu
  package [--install] [--check [--write]]
                     build the Debian package in target/debian; --install fetches cargo-deb; --check, as
                     root, tries it in a virtual machine under systemd, --write writes docs/PACKAGE.md
  endure [--write] [soak|kills|flips|faults…]
                     whether it survives, and accounts for every event: long recordings, kill -9, flipped
                     bits, other faults; as root, under an hour. --write writes docs/ENDURANCE.md;
                     `endure help` tells how to make it shorter
  demo               record a real program and show the result";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["test"] => test::run(false),
        ["test", "--install"] => test::run(true),
        ["lint"] => lint::run(false),
        ["lint", "--install"] => lint::run(true),
        ["probe"] => probe::build(false),
        ["probe", "--install"] => probe::build(true),
        ["fuzz", words @ ..] => fuzz::run(words),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["check-table"] => tables::count(),
        ["bench", words @ ..] => bench::run(words),
        ["bench-loop", calls, rounds] => bench::spin(calls, rounds),
        ["kernels", words @ ..] => kernels::run(words),
        ["package", words @ ..] => package::run(words),
        ["endure", words @ ..] => endure::run(words),
        ["demo"] => test::demo(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown chore `{}`\n\n{HELP}", args.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
