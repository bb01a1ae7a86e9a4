//! `syscord-query`, all but its `main`: so that what reads captured memory can be fuzzed.

#![cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, reason = "some of what is shared, only Parquet uses")
)]

mod block;
mod cli;
mod clocks;
mod columns;
mod descriptors;
mod digits;
mod error;
mod escape;
mod filter;
#[doc(hidden)]
pub mod fuzz;
mod histogram;
mod info;
mod output;
mod pipeline;
mod redact;
mod render;
mod repair;
mod report;
mod row;
mod schema;
mod select;
mod shed;
mod stats;
mod structure;
mod table;
mod time;
mod traces;
mod verify;
mod walk;
mod world;

#[cfg(test)]
mod tests;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, Parser};

use crate::{
    cli::{Cli, Command, EventsArgs},
    error::Error,
    filter::Filter,
    output::Output,
    render::{
        Count, CsvRenderer, JsonRenderer, Lines, Renderer, Spans, StraceQuery, StraceSink,
        TextRenderer,
    },
    walk::{Outcome, walk},
};

/// Done.
const DONE: u8 = 0;
/// Nothing came of it.
const FAILED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;
/// Done, but part of a trace could not be read.
const DAMAGED: u8 = 3;

/// Does what the command line says.
pub fn main() -> ExitCode {
    if let Some(code) = syscord_generate::if_asked(Cli::command) {
        return code;
    }
    let code = match run(Cli::parse()) {
        Ok(false) => DONE,
        Ok(true) => DAMAGED,
        Err(error) => told(&error),
    };
    ExitCode::from(code)
}

/// Does what a command line says without ending the program: for trials of many damaged traces. The output is that of the
/// program; says whether its exit code would be [`DAMAGED`].
///
/// # Errors
/// What would be told where it would be [`FAILED`] or [`USAGE`].
#[doc(hidden)]
pub fn ask<W: Into<OsString> + Clone>(line: impl IntoIterator<Item = W>) -> Result<bool, String> {
    let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
    run(cli).map_err(|error| error.to_string())
}

/// Ends the program with an error.
fn end(error: &Error) -> ! {
    std::process::exit(told(error).into())
}

/// Tells an error; its exit code.
fn told(error: &Error) -> u8 {
    // Who read our output has seen enough: `syscord-query … | head`.
    if error.is_broken_pipe() {
        return DONE;
    }
    eprintln!("syscord-query: {error}");
    if matches!(error, Error::Usage(_)) { USAGE } else { FAILED }
}

/// Does what was asked for; says whether part of a trace could not be read.
fn run(cli: Cli) -> Result<bool, Error> {
    match cli.command {
        Some(Command::Stats(mut args)) => {
            args.files = traces::files(&args.files)?;
            stats::run(&args).map(finish)
        }
        Some(Command::Info(args)) => info::run(&args),
        Some(Command::Verify(mut args)) => {
            args.files = traces::files(&args.files)?;
            verify::run(&args)
        }
        Some(Command::Repair(args)) => repair::run(&args),
        Some(Command::Redact(args)) => redact::run(&args),
        None => {
            let mut args = cli.events;
            args.files = traces::files(&args.files)?;
            events(&args).map(finish)
        }
    }
}

/// Tells what the recorder has dropped.
fn finish(outcome: Outcome) -> bool {
    if let Some(loss) = outcome.ledger.loss() {
        eprintln!("warning: {loss}");
    }
    outcome.damaged
}

fn events(args: &EventsArgs) -> Result<Outcome, Error> {
    let filter = Filter::new(&args.filter)?;
    let mut output = Output::new(args.output.as_deref(), &args.files)?;
    if args.format.parquet {
        return parquet(args, &filter, output);
    }
    if args.format.count {
        let mut total = 0;
        let outcome = walk(&args.files, &filter, args.filter.limit, &Count, |events| {
            total += events;
            Ok(())
        })?;
        output.write(format!("{total}\n").as_bytes())?;
        return Ok(outcome);
    }
    if args.format.json {
        lines(args, &filter, JsonRenderer::new(args.state), output)
    } else if args.format.csv {
        lines(args, &filter, CsvRenderer::new(args.state), output)
    } else if args.format.strace {
        let style = args.style.style();
        let spans = Spans::find(&args.files, &filter, args.filter.limit, style)?;
        let mut sink = StraceSink::new(style, spans, output);
        let query = StraceQuery { style };
        let outcome =
            walk(&args.files, &filter, args.filter.limit, &query, |block| sink.take(block))?;
        sink.finish()?;
        Ok(outcome)
    } else {
        lines(args, &filter, TextRenderer, output)
    }
}

fn lines<R: Renderer>(
    args: &EventsArgs,
    filter: &Filter,
    renderer: R,
    mut output: Output,
) -> Result<Outcome, Error> {
    let query = Lines::new(renderer);
    // With the first lines, so that what is no trace leaves nothing behind.
    let mut head = query.head();
    let outcome = walk(&args.files, filter, args.filter.limit, &&query, |lines| {
        output.write(&std::mem::take(&mut head))?;
        output.write(&lines)?;
        query.reuse(lines);
        Ok(())
    })?;
    output.write(&head)?;
    Ok(outcome)
}

#[cfg(feature = "parquet")]
fn parquet(args: &EventsArgs, filter: &Filter, output: Output) -> Result<Outcome, Error> {
    if output.is_terminal() {
        return Err(Error::Usage("Parquet is not for a terminal: name a file with -o".to_string()));
    }
    let (mut sink, query) = render::ParquetSink::new(output, args.state)?;
    let outcome = walk(&args.files, filter, args.filter.limit, &query, |rows| sink.take(rows))?;
    sink.finish()?;
    Ok(outcome)
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &EventsArgs, _: &Filter, _: Output) -> Result<Outcome, Error> {
    Err(Error::Usage("this program was built without Parquet".to_string()))
}
