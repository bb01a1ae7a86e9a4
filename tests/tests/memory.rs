//! A recorder whose control group has too little memory says so.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use syscord_tests::{Scratch, kernel, program, run};

/// A control group with a limit of memory, removed at the end.
struct Group(PathBuf);

impl Group {
    /// In version 1 or 2; none where neither can be had.
    fn new(limit: &str) -> Option<Group> {
        let roots = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].map(Path::new);
        roots.into_iter().find_map(|root| {
            let group = Group(root.join(format!("syscord-test-{}", std::process::id())));
            fs::create_dir(&group.0).ok()?;
            let files = ["memory.limit_in_bytes", "memory.max"].map(|file| group.0.join(file));
            let file = files.iter().find(|file| file.exists())?;
            fs::write(file, limit).ok().map(|()| group)
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Who was in it has ended.
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn too_little_memory_to_begin() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("memory");
    let Some(group) = Group::new("40M") else {
        eprintln!("SKIPPED: no control group for memory can be made here");
        return;
    };
    let (syscord, trace) = (program("syscord"), scratch.file("t.scd"));
    let script = format!(
        "echo $$ >{}/cgroup.procs && exec {} record -o {} -- true",
        group.0.display(),
        syscord.display(),
        trace.display()
    );
    let ran = run("sh", ["-c", &script]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let words = ["of memory", "allows 40.0 MiB", "--buffer-size"];
    assert!(words.iter().all(|word| ran.err.contains(word)), "{}", ran.err);
    assert!(!trace.exists(), "an older trace would have stayed");
}
