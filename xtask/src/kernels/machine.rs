//! Virtual machines under qemu.

use std::{
    fs,
    path::{Path, PathBuf},
};

use syscord_guest::parts;

use crate::{
    Result,
    shell::{command, output},
};

/// Kernels say little, and end when something is wrong.
const COMMAND_LINE: &str = "panic=-1 loglevel=4 mitigations=off nokaslr";

/// What a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    X86_64,
    Aarch64,
}

impl Architecture {
    pub fn emulator(self) -> &'static str {
        match self {
            Architecture::X86_64 => "qemu-system-x86_64",
            Architecture::Aarch64 => "qemu-system-aarch64",
        }
    }

    /// Debian's name.
    pub fn debian(self) -> &'static str {
        match self {
            Architecture::X86_64 => "amd64",
            Architecture::Aarch64 => "arm64",
        }
    }

    /// Rust's name.
    pub fn target(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
            Architecture::Aarch64 => "aarch64-unknown-linux-gnu",
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Architecture::X86_64 => &["-M", "q35", "-cpu", "max"],
            Architecture::Aarch64 => &["-M", "virt", "-cpu", "max,pauth-impdef=on"],
        }
    }

    /// The first two serial ports: for what is printed, and for what is sent.
    fn ports(self) -> [&'static str; 2] {
        match self {
            Architecture::X86_64 => ["ttyS0", "ttyS1"],
            Architecture::Aarch64 => ["ttyAMA0", "ttyAMA1"],
        }
    }
}

/// How a machine is made.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    pub architecture: Architecture,
    /// Memory, MiB.
    pub memory: u32,
    /// How long it may take.
    pub seconds: u32,
}

/// What came out of a machine.
pub struct Ran {
    /// The end of what was printed.
    pub printed: String,
    sent: Vec<u8>,
}

impl Ran {
    /// All that was sent, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.sent).into_owned()
    }

    /// A part of what was sent.
    pub fn part(&self, name: &str) -> Result<&[u8]> {
        let found = parts(&self.sent).into_iter().find(|(part, _)| part == name);
        found.map(|(_, content)| content).ok_or_else(|| format!("the guest sent no {name}"))
    }
}

/// Boots a kernel with that first filesystem, until it powers off. What comes out is kept in the folder.
pub fn boot(machine: Machine, image: &Path, initrd: &Path, folder: &Path) -> Result<Ran> {
    let Machine { architecture, memory, seconds } = machine;
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let (console, port) = (folder.join("console"), folder.join("port"));
    let file = |path: &PathBuf| format!("file:{}", path.display());
    let [printed, sent] = architecture.ports();
    let line = format!("console={printed} PORT=/dev/{sent} {COMMAND_LINE}");
    let mut timeout = command("timeout");
    timeout
        .args(["--kill-after=5", &seconds.to_string(), architecture.emulator()])
        .args(["-accel", "tcg,thread=multi", "-smp", "2", "-no-reboot", "-m", &memory.to_string()])
        .args(["-display", "none", "-monitor", "none", "-net", "none"])
        .args(architecture.options())
        .args(["-serial", &file(&console), "-serial", &file(&port), "-append", &line])
        .arg("-kernel")
        .arg(image)
        .arg("-initrd")
        .arg(initrd);
    let ended = output(&mut timeout);
    let lossy = |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut printed = lossy(&console).unwrap_or_default();
    if let Err(error) = ended {
        printed +=
            &format!("\nthe machine ended badly (124: it took longer than {seconds} s): {error}");
    }
    Ok(Ran { printed: last_lines(&printed), sent: fs::read(&port).unwrap_or_default() })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
