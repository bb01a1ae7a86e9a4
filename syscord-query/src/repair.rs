//! `repair`: makes a whole trace of what can be read of a damaged one.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use syscord_format::{BlockKind, Damage, FormatError, Writer};

use crate::{
    cli::RepairArgs,
    error::{Error, shown},
    output::{Output, file_id},
    report::{Report, open},
    verify::Check,
};

/// Runs `repair`; says whether anything was lost.
pub(crate) fn run(args: &RepairArgs) -> Result<bool, Error> {
    let mut report = Report::default();
    report.start(&args.file);
    if args.file == Path::new("-") {
        return Err(Error::Usage("repair reads a block twice: name a file".to_string()));
    }
    let mut trace = open(&args.file)?;
    let name = shown(&args.output);
    let failed = |error| match error {
        FormatError::Io(source) => Error::Write { name: name.clone(), source },
        error => Error::trace(&args.output, error),
    };
    // Not over an older file: it may be the better one.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.output);
    let out = BufWriter::new(file.map_err(|error| failed(error.into()))?);
    let id = file_id().map_err(|source| failed(source.into()))?;
    let mut writer = Writer::new(out, id, trace.meta()).map_err(failed)?;
    let mut check = Check::default();
    loop {
        let block = trace.next_block().map_err(|error| Error::trace(&args.file, error))?;
        let Some(block) = block else { break };
        if matches!(block.header.kind, BlockKind::INDEX | BlockKind::END) {
            continue;
        }
        // What does not decode would only be damage in the new file.
        let stored = check.block(&mut trace, &block).and_then(|()| trace.read_stored(&block));
        match stored {
            Ok(stored) => writer.copy(&block.header, &block.zone, &stored).map_err(failed)?,
            Err(error) => report.skip(&args.file, block.offset, error)?,
        }
    }
    report.damage(&trace);
    let (out, totals) = writer.finish().map_err(failed)?;
    sync(out).map_err(|source| failed(source.into()))?;
    let text = format!("{name}: {} events in {} bytes\n", totals.events, totals.bytes);
    Output::new(None, &[])?.write(text.as_bytes())?;
    // A missing END is made good; nothing that it stood for is lost.
    Ok(report.lost_blocks() || trace.damage().iter().any(|damage| *damage != Damage::NoEnd))
}

fn sync(mut out: BufWriter<File>) -> io::Result<()> {
    out.flush()?;
    out.get_ref().sync_all()
}
