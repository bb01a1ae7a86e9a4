//! How often what was replaced.

use std::fmt::Write as _;

/// Counts of replacements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Paths, wherever they stood.
    pub(super) paths: u64,
    /// Other texts.
    pub(super) texts: u64,
    /// Words of command lines.
    pub(super) words: u64,
    /// Names of threads and processes.
    pub(super) comms: u64,
    /// Other members of process tables: exe, cwd, cgroup, user.
    pub(super) members: u64,
    /// Buffers of which bytes were overwritten.
    pub(super) buffers: u64,
    /// Contents that were left out as a whole.
    pub(super) contents: u64,
    /// What META said of the machine.
    pub(super) meta: u64,
}

impl Tally {
    /// A line for each kind of which there was something.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (count, what) in [
            (self.contents, "contents left out"),
            (self.buffers, "contents with bytes overwritten"),
            (self.paths, "paths replaced"),
            (self.texts, "other texts replaced"),
            (self.words, "words of command lines replaced"),
            (self.comms, "names of processes and threads replaced"),
            (self.members, "other members of process tables removed"),
            (self.meta, "members of META replaced"),
        ] {
            if count > 0 {
                // A String takes every write.
                let _ = writeln!(out, "  {count} {what}");
            }
        }
        if out.is_empty() { "  nothing matched\n".to_string() } else { out }
    }
}
