//! A server at half of what the machine can do: how long a request takes, counted from when it was due, so that
//! a late one is not left out (as wrk2 does).

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::{Bench, Table, floor::Floor, samples::Samples, server::Nginx, subject::Subject};
use crate::Result;

const CLIENTS: u32 = 8;
const TURNS: usize = 15;
const SPAN: Duration = Duration::from_secs(2);

pub fn run(bench: &Bench) -> Result {
    let Some(nginx) = Nginx::start(&bench.folder)? else { return Ok(()) };
    let rate = requests(nginx.port, None)?.len() as f64 / SPAN.as_secs_f64() / 2.0;
    let floor = Subject::Floor(Floor { both_ends: true, clock: true });
    let subjects = [Subject::Bare, floor, Subject::Syscord(&[]), Subject::Probe, Subject::Bare];
    let mut halves: Vec<[Samples; 2]> = subjects.iter().map(|_| Default::default()).collect();
    for _ in 0..TURNS {
        for (subject, figures) in subjects.iter().zip(&mut halves) {
            let took = subject.during(&bench.folder, &[], || requests(nginx.port, Some(rate)))?.0;
            let mut all = Samples::default();
            all.extend(took);
            figures[0].push(all.median());
            figures[1].push(all.quantile(0.99));
        }
    }
    let how = format!(
        "{rate:.0} requests/s, half of what {CLIENTS} clients get at most, each with a connection of its own; {TURNS} turns of \
         {} s. The median of the turns' quantiles, and its ratio to the bare turns'; the second row of bare turns shows \
         how far they differ from each other",
        SPAN.as_secs()
    );
    let heading = ["who records", "p50", "of bare", "p99", "of bare"];
    let mut table = Table::new("nginx at a fixed rate", &how, &heading);
    for (subject, figures) in subjects.iter().zip(&halves) {
        let cells: Vec<[String; 2]> = (0..2)
            .map(|at| {
                let (own, bare) = (figures[at].median(), halves[0][at].median());
                [format!("{:.1} µs", own * 1e6), format!("{:.3}", own / bare)]
            })
            .collect();
        table.row(&[&subject.name(), &cells[0][0], &cells[0][1], &cells[1][0], &cells[1][1]]);
    }
    bench.add(table);
    Ok(())
}

/// Seconds that each request took: so many a second, or as many as can be.
fn requests(port: u16, rate: Option<f64>) -> Result<Vec<f64>> {
    let begin = Instant::now() + Duration::from_millis(20);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|nth| {
            let every = rate.map(|rate| Duration::from_secs_f64(f64::from(CLIENTS) / rate));
            let begin = begin + every.unwrap_or_default() * nth / CLIENTS;
            thread::spawn(move || client(port, begin, every))
        })
        .collect();
    let mut all = Vec::new();
    for client in clients {
        let took = client.join().map_err(|_| "a client panicked")?;
        all.extend(took.map_err(|error| format!("nginx: {error}"))?);
    }
    Ok(all)
}

fn client(port: u16, begin: Instant, every: Option<Duration>) -> std::io::Result<Vec<f64>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let (mut due, mut took, mut answer) = (begin, Vec::new(), [0; 4096]);
    while due < begin + SPAN {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        // Head and body are small, and the body ends what nginx sends.
        let mut length = 0;
        while !answer[..length].ends_with(super::server::BODY_END) {
            match stream.read(&mut answer[length..])? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                more => length += more,
            }
        }
        let now = Instant::now();
        took.push((now - due).as_secs_f64());
        due = match every {
            Some(every) => due + every,
            None => now,
        };
    }
    Ok(took)
}
