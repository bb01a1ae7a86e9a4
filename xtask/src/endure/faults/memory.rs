//! Memory that is limited.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::Seen;
use crate::{
    Result,
    endure::{
        programs::{program, query, run},
        text,
    },
};

/// MiB of limits that are tried.
const LIMITS: [u64; 6] = [8, 24, 48, 64, 96, 256];

/// Where there is too little, it says so.
pub fn limited(folder: &Path) -> Result<Seen> {
    let Some(group) = Group::new() else {
        return Ok(Seen::Skipped("no control group for memory can be made here".to_owned()));
    };
    let trace = folder.join("t.scd");
    let (mut refused, mut recorded) = (Vec::new(), Vec::new());
    for limit in LIMITS {
        group.limit(limit << 20)?;
        let script = format!(
            "echo $$ > {}/cgroup.procs && exec {} record -q -o {} -- dd if=/dev/zero of=/dev/null bs=1 count=300000 status=none",
            group.0.display(),
            program("syscord").display(),
            text(&trace)
        );
        let ran = run(Command::new("sh").args(["-c", &script]))?;
        match ran.code {
            0 if query(&["verify", text(&trace)])?.code == 0 => recorded.push(limit),
            1 if ran.err.contains("memory") && ran.err.contains("--buffer-size") => {
                refused.push(limit)
            }
            code => return Err(format!("with {limit} MiB it ends with {code}: {}", ran.err)),
        }
    }
    if refused.is_empty() || recorded.is_empty() {
        return Err(format!("refused: {refused:?}, recorded: {recorded:?}"));
    }
    Ok(Seen::This(format!(
        "with {} MiB it does not begin and says what it lacks; with {} MiB it records, and the trace is whole",
        list(&refused),
        list(&recorded)
    )))
}

fn list(limits: &[u64]) -> String {
    limits.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

/// A control group, removed at the end.
struct Group(PathBuf);

/// Where a version-1 hierarchy for memory is, and where version 2 is.
const ROOTS: [&str; 3] = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

impl Group {
    /// The first that has a limit for memory.
    fn new() -> Option<Group> {
        ROOTS.iter().find_map(|root| {
            let path = Path::new(root).join(format!("syscord-endure-{}", std::process::id()));
            fs::create_dir(&path).ok()?;
            let group = Group(path);
            group.file().map(|_| ()).map(|()| group)
        })
    }

    fn file(&self) -> Option<PathBuf> {
        let names = ["memory.limit_in_bytes", "memory.max"];
        names.iter().map(|name| self.0.join(name)).find(|file| file.exists())
    }

    fn limit(&self, bytes: u64) -> Result {
        let file = self.file().ok_or("no limit of memory")?;
        fs::write(file, bytes.to_string()).map_err(|error| format!("a limit of memory: {error}"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It is empty, unless a recorder has not ended: then it stays.
        let _ = fs::remove_dir(&self.0);
    }
}
