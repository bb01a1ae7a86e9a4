//! What the user sees: a live line while recording, one line at the end.

use std::{
    fmt::Display,
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{trace::Written, units};

/// Figures of a recording.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Events recorded.
    pub events: u64,
    /// Events dropped.
    pub dropped: u64,
    /// Bytes written.
    pub bytes: u64,
    /// What is to be said of the overhead.
    pub overhead: Option<String>,
}

/// The live line, if there is a terminal to show it on.
pub struct Progress {
    bar: Option<ProgressBar>,
    start: Instant,
    last: (Instant, u64),
    rate: f64,
}

const INTERVAL: Duration = Duration::from_millis(250);

impl Progress {
    /// Shows nothing if `quiet`, or where standard error is no terminal.
    pub fn new(quiet: bool) -> Progress {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("{spinner:.red} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        Progress { bar, start: now, last: (now, 0), rate: 0.0 }
    }

    /// Since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Redraws the line now and then.
    pub fn update(&mut self, figures: impl FnOnce() -> Figures) {
        let Some(bar) = &self.bar else { return };
        let since = self.last.0.elapsed();
        if since < INTERVAL {
            return;
        }
        let figures = figures();
        self.rate = (figures.events - self.last.1) as f64 / since.as_secs_f64();
        self.last = (Instant::now(), figures.events);
        bar.set_message(format!(
            "{} events  {}/s  {}  {}  {} dropped{}",
            units::count(figures.events),
            units::count(self.rate as u64),
            units::bytes(figures.bytes),
            per_event(&figures),
            units::count(figures.dropped),
            figures.overhead.as_ref().map_or(String::new(), |text| format!("  {text}")),
        ));
        bar.tick();
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Tells the user something while recording goes on, as it does where nothing can be told.
pub fn say(what: impl Display) {
    let _ = writeln!(std::io::stderr(), "syscord: {what}");
}

/// The line at the end: `syscord: 1,000,123 events in 2.3 s, 0 dropped, 1.9 MiB (1.95 bytes/event)`.
pub fn summary(figures: &Figures, elapsed: Duration) -> String {
    format!(
        "{} events in {:.1} s, {} dropped, {} ({})",
        units::count(figures.events),
        elapsed.as_secs_f64(),
        units::count(figures.dropped),
        units::bytes(figures.bytes),
        per_event(figures),
    )
}

/// What is to be said of several files; nothing of one.
pub fn files(written: &Written, several: bool) -> String {
    let files = if written.files == 1 { "file" } else { "files" };
    match (several, written.removed) {
        (false, _) => String::new(),
        (true, 0) => format!(" ({} {files})", written.files),
        (true, removed) => format!(" ({} {files}; {removed} old removed)", written.files),
    }
}

fn per_event(figures: &Figures) -> String {
    match figures.events {
        0 => "no event".to_owned(),
        events => format!("{:.2} bytes/event", figures.bytes as f64 / events as f64),
    }
}
