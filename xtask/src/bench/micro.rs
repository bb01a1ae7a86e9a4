//! How long the format takes to encode and decode chunks (`format/benches/chunk.rs`), those of a recorded trace.

use super::{Bench, Table, server::Nginx, subject::Subject};
use crate::{
    Result,
    shell::{cargo, output},
};

/// Enough for as many full chunks as are measured.
const REQUESTS: u32 = 40_000;

pub fn run(bench: &Bench) -> Result {
    let Some(nginx) = Nginx::start(&bench.folder)? else { return Ok(()) };
    Subject::Syscord(&[]).during(&bench.folder, &[], || nginx.load(REQUESTS))?;
    drop(nginx);
    let text = output(
        cargo()
            .args(["bench", "-q", "-p", "syscord-format", "--bench", "chunk"])
            .env("SYSCORD_TRACE", bench.folder.join("trace.scd")),
    )?;
    let how = "`cargo bench -p syscord-format` on 8 chunks of nginx under ab, on one \
               processor; encoding includes compression (zstd level 1), decoding decompression. Medians";
    let mut table = Table::new("Chunks", how, &["what", "all 8 chunks", "million events/s"]);
    for (what, time, rate) in medians(&text) {
        table.row(&[&what, &time, &rate]);
    }
    bench.add(table);
    Ok(())
}

/// Of what divan prints, the median time of each benchmark and its items a second, in millions: those stand on the line
/// below.
fn medians(text: &str) -> Vec<(String, String, String)> {
    let median = |line: &str| line.split('│').nth(2).map(|cell| cell.trim().to_owned());
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let name = line.trim_start_matches(['├', '╰', '─', ' ']);
        let name = name.split_whitespace().next().filter(|_| line.starts_with(['├', '╰']));
        let rate = lines.peek().and_then(|next| median(next));
        let rate =
            rate.as_deref().and_then(|rate| rate.strip_suffix(" Mitem/s").map(str::to_owned));
        if let (Some(name), Some(time), Some(rate)) = (name, median(line), rate) {
            found.push((name.replace('_', " "), time, rate));
        }
    }
    found
}
