//! Bytes that an event takes in the file.

use std::fs;

use super::{
    Bench, Table,
    server::Nginx,
    subject::{Subject, Summary},
};
use crate::{
    Result,
    shell::{cargo, output},
};

const REQUESTS: u32 = 20_000;

pub fn run(bench: &Bench) -> Result {
    let how = format!(
        "nginx: ab -n {REQUESTS} -c 100, only nginx and ab; a build: `cargo build -p syscord-format` into an empty \
               folder (with a library in C), cargo and all that it starts. All of the file is counted"
    );
    let heading = ["recorded", "events", "bytes an event"];
    let mut table = Table::new("Sizes", &how, &heading);
    let mut row = |name: &str, options: &str, summary: &Summary| {
        let figures = [summary.number("events"), summary.number("bytes/event")];
        table.row(&[
            &format!("{name}, {options}"),
            &format!("{:.0}", figures[0]),
            &format!("{:.2}", figures[1]),
        ]);
    };
    let modes: [(&str, &'static [&'static str]); 2] =
        [("defaults", &[]), ("--content 0", &["--content", "0"])];
    let only = ["--name", "nginx", "--name", "ab"].map(str::to_owned);
    for (name, options) in modes {
        if let Some(nginx) = Nginx::start(&bench.folder)? {
            let work = || nginx.load(REQUESTS);
            let (_, summary) = Subject::Syscord(options).during(&bench.folder, &only, work)?;
            summary.iter().for_each(|summary| row("nginx", name, summary));
        }
    }
    // The build is a child of this process.
    let own = ["--follow", "--pid"].map(str::to_owned).into_iter();
    let own: Vec<String> = own.chain([std::process::id().to_string()]).collect();
    for (name, options) in modes {
        let target = bench.folder.join("target");
        let work = || {
            output(
                cargo().args(["build", "-q", "-p", "syscord-format", "--target-dir"]).arg(&target),
            )
        };
        let (_, summary) = Subject::Syscord(options).during(&bench.folder, &own, work)?;
        summary.iter().for_each(|summary| row("a build", name, summary));
        let _ = fs::remove_dir_all(&target);
    }
    bench.add(table);
    Ok(())
}
