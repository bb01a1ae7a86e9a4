//! `syscord`: records what programs ask of the Linux kernel.
//!
//! `main` reads the command line; [`session`] is a recording. The probe's records come out of
//! [`rings`], are read by [`wire`], and leave through [`encoder`] into the trace.

use std::{io::ErrorKind, process::ExitCode};

use clap::{CommandFactory, Parser};

mod batch;
mod blocks;
mod bpf;
mod btf;
mod call;
mod cli;
mod clocks;
mod command;
mod describe;
mod descriptors;
mod doctor;
mod dumps;
mod encoder;
mod entries;
mod error;
mod files;
mod filters;
mod flight;
mod history;
mod kept;
mod ledger;
mod left_out;
mod listing;
mod looker;
mod memory;
mod output;
mod overhead;
mod parts;
mod pipeline;
mod pod;
mod prefetch;
mod priority;
mod probe;
mod progress;
mod pulse;
mod rights;
mod rings;
mod room;
mod sandbox;
mod schema;
mod service;
mod session;
mod signals;
mod sockets;
mod spare;
mod syscall_set;
mod trace;
mod trigger;
mod under_way;
mod units;
mod users;
mod variants;
mod wire;
mod world;

use cli::{Cli, Command, Record};
use error::RecordError;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const LOST: u8 = 3;

fn main() -> ExitCode {
    if let Some(code) = syscord_generate::if_asked(Cli::command) {
        return code;
    }
    match Cli::parse().command {
        Command::Record(options) => record(&options),
        Command::Dump(options) => match dumps::ask(&options.pid) {
            Ok(pids) => {
                let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
                eprintln!("syscord: asked for a dump: process {}", pids.join(", "));
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error, FAILED),
        },
        Command::Doctor if doctor::run() => ExitCode::SUCCESS,
        Command::Doctor => ExitCode::from(FAILED),
        Command::Syscalls(options) => match listing::run(&options) {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Ok(Err(error)) => fail(&error, FAILED),
            Err(error) => fail(&error, USAGE),
        },
    }
}

fn record(options: &Record) -> ExitCode {
    let missing = rights::lacking();
    let outcome =
        if missing.is_empty() { session::run(options) } else { Err(RecordError::Rights(missing)) };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return fail(&error, if error.is_usage() { USAGE } else { FAILED }),
    };
    if !options.quiet {
        let summary = progress::summary(&outcome.figures, outcome.elapsed);
        let files = progress::files(&outcome.written, options.several_files());
        eprintln!("syscord: {summary}, {}{files}", options.output.display());
    }
    if outcome.figures.dropped > 0 {
        eprintln!("syscord: events were lost: try a larger --buffer-size, or record less");
    }
    if let Some(steps) = &outcome.shed {
        eprintln!("syscord: to keep to --max-overhead, it recorded {steps}");
    }
    if let Some(pid) = outcome.left_running {
        eprintln!("syscord: COMMAND ignores SIGTERM and goes on unrecorded as process {pid}");
    }
    match outcome.status.map_or(0, command::exit_code) {
        0 if outcome.written.dumps_failed > 0 => ExitCode::from(FAILED),
        0 if outcome.figures.dropped > 0 => ExitCode::from(LOST),
        code => ExitCode::from(code),
    }
}

fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    eprintln!("syscord: {error}");
    ExitCode::from(code)
}
