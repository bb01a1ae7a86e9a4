//! Disks and readers that take nothing for a while, or ever.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{Recording, Seen, some_of};
use crate::{
    Result,
    endure::{
        account::Tally,
        count,
        load::{BY_NAME, Load, Rate},
        programs::{Recorder, look, must, query},
        text,
    },
};

/// More than the rings hold of what comes while nothing is taken.
const FAST: Rate = Rate { threads: 2, calls: 450_000, forks: 0 };
const PAUSE: Duration = Duration::from_secs(5);
const FULL: &str = "No space left on device";

/// The recorder says so and ends; what it has written is there.
pub fn full(folder: &Path) -> Result<Seen> {
    let disk = match Mount::memory(folder, "2m") {
        Ok(disk) => disk,
        Err(reason) => return Ok(Seen::Skipped(reason)),
    };
    let trace = disk.0.join("t.scd");
    let Recording { load, recorder, .. } = Recording::start(folder, &trace, Rate::of(450_000))?;
    let ended = recorder.end()?;
    if ended.code != 1 || !ended.err.contains(FULL) {
        return Err(format!("it ended with {}: {}", ended.code, ended.err));
    }
    drop(load);
    let turns = look("turns", &[&trace])?;
    let counted = query(&[text(&trace), "--count"])?;
    if counted.code != 3 || turns["missing"] != 0 || turns["astray"] != 0 {
        return Err(format!("{counted:?}, {turns}"));
    }
    let size = fs::metadata(&trace).map_err(|error| error.to_string())?.len();
    let events = counted.out.trim().parse().unwrap_or(0);
    if size < 3 << 19 || events < 1_000_000 {
        return Err(format!("{size} bytes have only {events} events"));
    }
    Ok(Seen::This(format!(
        "it says so and ends with exit code 1; the {} events in the {} bytes that had room are read, none missing between others",
        count(events),
        count(size)
    )))
}

/// What is kept in memory waits for the next dump.
pub fn dump(folder: &Path) -> Result<Seen> {
    let disk = match Mount::memory(folder, "64m") {
        Ok(disk) => disk,
        Err(reason) => return Ok(Seen::Skipped(reason)),
    };
    let load = Load::start(folder, Rate::of(300_000))?;
    let output = disk.0.join("t.scd");
    let args = [&["--ring", "1G", "-o", text(&output)], &BY_NAME[..]].concat();
    let mut recorder = Recorder::start(folder, &args)?;
    // Once signals are taken.
    thread::sleep(Duration::from_secs(2));
    recorder.signal(libc::SIGUSR1);
    recorder.wait_for_first(&disk.0.join("t-000001.scd"))?;
    let filler = disk.0.join("filler");
    fill(&filler)?;
    load.go();
    thread::sleep(Duration::from_secs(2));
    recorder.signal(libc::SIGUSR1);
    let refused = recorder.wait_to_say("no dump")?;
    thread::sleep(Duration::from_millis(500));
    fs::remove_file(&filler).map_err(|error| error.to_string())?;
    recorder.signal(libc::SIGUSR1);
    recorder.wait("there is a dump", || Ok(dumps(&disk.0).len() == 2))?;
    load.stop()?;
    let ended = recorder.stop(libc::SIGINT)?;
    let mut tally = Tally::default();
    dumps(&disk.0).iter().try_for_each(|file| tally.add(file))?;
    tally.matches(&load.made())?;
    if !refused.contains(FULL) || tally.dropped > 0 {
        return Err(format!("{refused}; {tally:?}"));
    }
    Ok(Seen::This(format!(
        "it says that there is no dump and goes on; the next one has it all: {} calls made = {} in the dumps. Exit code {}",
        count(load.made_in_all()),
        count(tally.events()),
        ended.code
    )))
}

/// The dumps in a folder. One that failed has had a number, too.
fn dumps(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some("scd".as_ref()))
        .collect()
}

/// Fills what is left of a disk.
fn fill(path: &Path) -> Result {
    let mut file = File::create(path).map_err(|error| error.to_string())?;
    let zeros = vec![0; 64 << 10];
    while file.write_all(&zeros).is_ok() {}
    while file.write_all(&zeros[..1]).is_ok() {}
    Ok(())
}

/// Who reads takes nothing for a while.
pub fn fifo(folder: &Path) -> Result<Seen> {
    let (pipe, copy) = (folder.join("pipe"), folder.join("t.scd"));
    must("mkfifo", &[text(&pipe)])?;
    let paused = Arc::new(AtomicBool::new(false));
    let reader = thread::spawn({
        let (paused, pipe, copy) = (Arc::clone(&paused), pipe.clone(), copy.clone());
        move || read(&pipe, &copy, &paused)
    });
    let load = Load::start(folder, FAST)?;
    let args = [&["-q", "-o", text(&pipe)], &BY_NAME[..]].concat();
    let mut recorder = Recorder::start(folder, &args)?;
    recorder.wait_for_first(&copy)?;
    load.go();
    thread::sleep(Duration::from_secs(1));
    paused.store(true, Ordering::Relaxed);
    thread::sleep(PAUSE);
    paused.store(false, Ordering::Relaxed);
    thread::sleep(Duration::from_secs(1));
    load.stop()?;
    let ended = recorder.stop(libc::SIGINT)?;
    reader
        .join()
        .map_err(|_| "the reader has panicked".to_owned())?
        .map_err(|error| error.to_string())?;
    let tally = Tally::of(&copy)?;
    tally.matches(&load.made())?;
    if tally.dropped == 0 || ended.code != 3 {
        return Err(format!("{tally:?}; it ended with {}", ended.code));
    }
    Ok(Seen::This(format!(
        "{} calls made = {} recorded + {} told as dropped",
        count(load.made_in_all()),
        count(tally.events()),
        count(tally.dropped - tally.beside)
    )))
}

/// Copies a pipe into a file.
fn read(pipe: &Path, copy: &Path, paused: &AtomicBool) -> std::io::Result<()> {
    let (mut pipe, mut copy) = (File::open(pipe)?, File::create(copy)?);
    let mut buffer = vec![0; 64 << 10];
    loop {
        while paused.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(10));
        }
        match pipe.read(&mut buffer)? {
            0 => return Ok(()),
            read => copy.write_all(&buffer[..read])?,
        }
    }
}

/// Writes wait.
pub fn frozen(folder: &Path) -> Result<Seen> {
    let disk = match Mount::image(folder) {
        Ok(disk) => disk,
        Err(reason) => return Ok(Seen::Skipped(reason)),
    };
    let mut recording = Recording::start(folder, &disk.0.join("t.scd"), FAST)?;
    thread::sleep(Duration::from_secs(1));
    must("fsfreeze", &["-f", text(&disk.0)])?;
    thread::sleep(PAUSE);
    must("fsfreeze", &["-u", text(&disk.0)])?;
    thread::sleep(Duration::from_secs(1));
    if !recording.recorder.is_alive() {
        return Err(format!("it has ended: {}", recording.recorder.said()));
    }
    some_of(recording).map(Seen::This)
}

/// It is the recorder itself that takes nothing.
pub fn stopped(folder: &Path) -> Result<Seen> {
    let recording = Recording::start(folder, &folder.join("t.scd"), FAST)?;
    thread::sleep(Duration::from_secs(1));
    recording.recorder.signal(libc::SIGSTOP);
    thread::sleep(2 * PAUSE);
    recording.recorder.signal(libc::SIGCONT);
    thread::sleep(Duration::from_secs(1));
    some_of(recording).map(Seen::This)
}

/// A small file system, unmounted at the end.
struct Mount(PathBuf);

impl Mount {
    /// In memory.
    fn memory(folder: &Path, size: &str) -> Result<Mount> {
        let size = format!("size={size}");
        Mount::new(folder, &["-t", "tmpfs", "-o", &size, "tmpfs"])
    }

    /// In a file.
    fn image(folder: &Path) -> Result<Mount> {
        let image = folder.join("image");
        let file = File::create(&image).map_err(|error| error.to_string())?;
        file.set_len(256 << 20).map_err(|error| error.to_string())?;
        must("mkfs.ext4", &["-q", "-F", text(&image)])?;
        Mount::new(folder, &["-o", "loop", text(&image)])
    }

    fn new(folder: &Path, args: &[&str]) -> Result<Mount> {
        let path = folder.join("mount");
        fs::create_dir(&path).map_err(|error| error.to_string())?;
        must("mount", &[args, &[text(&path)]].concat())?;
        Ok(Mount(path))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // It may be frozen, or not; and it may be in use for a moment.
        let _ = must("fsfreeze", &["-u", text(&self.0)]);
        let _ = must("umount", &["-l", text(&self.0)]);
    }
}
