//! `redact`: writes a trace without what must not be passed on, and shows that nothing of it is left.
//!
//! | module | what |
//! |---|---|
//! | `rules` | what the command line asks for |
//! | `secrets` | the strings that are to be removed, and finding them |
//! | `redactor`, `event`, `process`, `meta` | what becomes of strings, calls, process tables, META |
//! | `reel` | going through a trace with what is known of processes |
//! | `rewrite` | the two ways through it: finding, and writing it anew |
//! | `proof` | searching what was written |
//! | `tally` | counting |

mod event;
mod meta;
mod process;
mod proof;
mod redactor;
mod reel;
mod rewrite;
mod rules;
mod secrets;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, OpenOptions},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use syscord_format::{Damage, Totals};

pub(crate) use meta::RULE;

use crate::{
    cli::RedactArgs,
    error::{Error, shown},
    output::{Output, file_id},
    redact::{
        proof::{Proof, prove},
        redactor::Redactor,
        reel::Reel,
        rewrite::{Rewrite, Survey},
        rules::Rules,
    },
    report::Report,
};

/// Runs `redact`; says whether part of the trace could not be read, and is not in the new one either.
pub(crate) fn run(args: &RedactArgs) -> Result<bool, Error> {
    let rules = Rules::new(args)?;
    if args.file == Path::new("-") {
        return Err(Error::Usage("redact reads a trace twice: name a file".to_string()));
    }
    if args.output == Path::new("-") {
        let why = "redact reads again what it has written: name a file with -o";
        return Err(Error::Usage(why.to_string()));
    }
    // Nothing is made if there is no trace.
    let mut reel = Reel::open(&args.file)?;
    let (new, file) = New::make(&args.output)?;
    let name = shown(&args.output);
    let mut redactor = Redactor::new(&rules)?;
    if rules.search() {
        redactor.meta(reel.trace.meta())?;
        reel.show(&mut Survey(&mut redactor), &mut Report::quiet())?;
        reel = reel.again()?;
    }
    redactor.close()?;
    let id = file_id().map_err(|source| Error::Write { name: name.clone(), source })?;
    let mut report = Report::default();
    let part = shown(&new.part);
    let mut rewrite = Rewrite::new(&mut redactor, file, &part, id, reel.trace.meta())?;
    reel.show(&mut rewrite, &mut report)?;
    let totals = rewrite.finish()?;
    let proof = prove(&new.part, &redactor)?;
    new.keep()?;
    Output::new(None, &[])?.write(summary(&name, &totals, &redactor, &proof).as_bytes())?;
    // A missing END is made good; nothing that it stood for is lost.
    let damage = reel.trace.damage();
    Ok(report.lost_blocks() || damage.iter().any(|damage| *damage != Damage::NoEnd))
}

fn summary(name: &str, totals: &Totals, redactor: &Redactor<'_>, proof: &Proof) -> String {
    let Totals { events, bytes, .. } = totals;
    let strings = redactor.secrets.len();
    let searched = match strings {
        0 => String::new(),
        1 => " for 1 string".to_string(),
        _ => format!(" for {strings} strings"),
    };
    format!(
        "{name}: {events} events in {bytes} bytes\n{}nothing of it is left: {} bytes searched{searched}\n",
        redactor.tally.text(),
        proof.bytes
    )
}

/// A new file: until it is kept, it has another name, and is removed again.
struct New<'p> {
    path: &'p Path,
    part: PathBuf,
    kept: bool,
}

impl<'p> New<'p> {
    /// Makes it for its owner alone; never in place of another, and never behind a link.
    fn make(path: &'p Path) -> Result<(New<'p>, File), Error> {
        if path.symlink_metadata().is_ok() {
            let source = ErrorKind::AlreadyExists.into();
            return Err(Error::Write { name: shown(path), source });
        }
        let mut part = path.as_os_str().to_owned();
        part.push(PART);
        let part = PathBuf::from(part);
        let file = private(&part)?;
        Ok((New { path, part, kept: false }, file))
    }

    /// Gives it its name, which nothing else may have got meanwhile.
    fn keep(mut self) -> Result<(), Error> {
        drop(private(self.path)?);
        if let Err(source) = fs::rename(&self.part, self.path) {
            // Empty, and ours.
            let _ = fs::remove_file(self.path);
            return Err(Error::Write { name: shown(self.path), source });
        }
        self.kept = true;
        Ok(())
    }
}

impl Drop for New<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // It is of no use to anyone; that it cannot be removed is less than why it is to be.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// What a file's name ends with of which it is not shown yet that nothing is left in it.
const PART: &str = ".part";

fn private(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|source| Error::Write { name: shown(path), source })
}
