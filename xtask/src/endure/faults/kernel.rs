//! What the machine itself does, and others on it do to the probe.

use std::{fs, io, path::Path, thread, time::Duration};

use super::{Recording, Seen, all_of};
use crate::{
    Result,
    endure::{
        load::{BY_NAME, Rate},
        programs::Recorder,
        text,
    },
};

const RATE: Rate = Rate { threads: 2, calls: 200_000, forks: 10 };

/// The processor is there again at the end.
struct Online<'p>(&'p Path);

impl Drop for Online<'_> {
    fn drop(&mut self) {
        if let Err(error) = fs::write(self.0, "1") {
            println!("{} stays off: {error}", self.0.display());
        }
    }
}

/// A processor goes and comes back.
pub fn cpu(folder: &Path) -> Result<Seen> {
    let switch = Path::new("/sys/devices/system/cpu/cpu1/online");
    if !fs::metadata(switch).is_ok_and(|data| !data.permissions().readonly()) {
        return Ok(Seen::Skipped("there is no second processor that can be taken away".to_owned()));
    }
    let recording = Recording::start(folder, &folder.join("t.scd"), RATE)?;
    thread::sleep(Duration::from_secs(1));
    let online = Online(switch);
    if let Err(error) = fs::write(switch, "0") {
        return Ok(Seen::Skipped(format!("the kernel does not take it away: {error}")));
    }
    thread::sleep(Duration::from_secs(1));
    drop(online);
    thread::sleep(Duration::from_secs(1));
    all_of(recording).map(Seen::This)
}

/// Links of the kernel's, by bpf(2).
mod bpf {
    use std::{
        io,
        os::fd::{FromRawFd, OwnedFd},
    };

    const GET_FD_BY_ID: libc::c_long = 30;
    const GET_NEXT_ID: libc::c_long = 31;
    const DETACH: libc::c_long = 34;

    fn call(command: libc::c_long, attributes: &mut [u32; 4]) -> io::Result<i32> {
        let (start, size) = (attributes.as_mut_ptr(), size_of_val(attributes));
        // SAFETY: the attributes are live, and as long as they are said to be.
        let done = unsafe { libc::syscall(libc::SYS_bpf, command, start, size) };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(done as i32) }
    }

    /// The ids of all links.
    pub fn links() -> Vec<u32> {
        let (mut ids, mut attributes) = (Vec::new(), [0; 4]);
        while call(GET_NEXT_ID, &mut attributes).is_ok() {
            ids.push(attributes[1]);
            attributes[0] = attributes[1];
        }
        ids
    }

    /// Tries to detach one.
    pub fn detach(id: u32) -> io::Result<()> {
        let fd = call(GET_FD_BY_ID, &mut [id, 0, 0, 0])?;
        // SAFETY: the kernel has just made it for us.
        let link = unsafe { OwnedFd::from_raw_fd(fd) };
        let fd = std::os::fd::AsRawFd::as_raw_fd(&link);
        call(DETACH, &mut [fd as u32, 0, 0, 0]).map(drop)
    }
}

/// The kernel lets nobody do that.
pub fn links(folder: &Path) -> Result<Seen> {
    let before = bpf::links();
    let recording = Recording::start(folder, &folder.join("t.scd"), RATE)?;
    let links: Vec<u32> = bpf::links().into_iter().filter(|id| !before.contains(id)).collect();
    let refused: Vec<io::Error> =
        links.iter().filter_map(|link| bpf::detach(*link).err()).collect();
    thread::sleep(Duration::from_secs(1));
    let told = all_of(recording)?;
    if links.is_empty() || refused.len() != links.len() {
        return Err(format!("of {links:?} only {refused:?}"));
    }
    Ok(Seen::This(format!(
        "the kernel refuses it for all {} links, which are its own kind of tracing links: {}; {told}",
        links.len(),
        refused[0]
    )))
}

/// Two recorders do not disturb each other.
pub fn another(folder: &Path) -> Result<Seen> {
    let recording = Recording::start(folder, &folder.join("t.scd"), RATE)?;
    let (other, own) = (folder.join("other.scd"), folder.join("other"));
    fs::create_dir(&own).map_err(|error| error.to_string())?;
    let args = [&["-q", "-o", text(&other)], &BY_NAME[..]].concat();
    let mut killed = Recorder::start(&own, &args)?;
    killed.wait("the other records", || {
        Ok(fs::metadata(&other).is_ok_and(|data| data.len() > 200_000))
    })?;
    killed.stop(libc::SIGKILL)?;
    thread::sleep(Duration::from_secs(1));
    all_of(recording).map(Seen::This)
}
