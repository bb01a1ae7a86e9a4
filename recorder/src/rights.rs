//! What this process may do, and what it takes to record (capabilities(7)).

use std::fs;

/// A capability by number and name.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    bit: u32,
    /// Name, as setcap(8) takes it.
    pub name: &'static str,
    /// What recording needs it for.
    pub purpose: &'static str,
    /// Whether nothing works without it.
    pub required: bool,
}

const DAC_OVERRIDE: u32 = 1;
const KILL: u32 = 5;
const SYS_ADMIN: u32 = 21;

/// How to give this program all that it can use (setcap(8)).
pub const REMEDY: &str = "run as root, or `setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search,cap_sys_nice+ep` this program";

/// To give a thread back the priority that it had.
pub const STEP_ASIDE: Capability = Capability {
    bit: 23,
    name: "cap_sys_nice",
    purpose: "step aside for the programs that are recorded",
    required: false,
};

/// Numbers from include/uapi/linux/capability.h.
pub const NEEDED: [Capability; 4] = [
    Capability { bit: 39, name: "cap_bpf", purpose: "load the probe", required: true },
    Capability { bit: 38, name: "cap_perfmon", purpose: "hook syscalls", required: true },
    Capability {
        bit: 19,
        name: "cap_sys_ptrace",
        purpose: "describe other users' processes",
        required: false,
    },
    // Descriptors are in folders that are closed to other users (proc(5)).
    Capability {
        bit: 2,
        name: "cap_dac_read_search",
        purpose: "tell what other users' processes have open",
        required: false,
    },
];

impl Capability {
    /// Whether this process has it.
    pub fn held(self) -> bool {
        let effective = effective();
        effective >> self.bit & 1 == 1 || (self.required && effective >> SYS_ADMIN & 1 == 1)
    }
}

/// The required capabilities that this process lacks.
pub fn lacking() -> Vec<&'static str> {
    NEEDED.iter().filter(|c| c.required && !c.held()).map(|c| c.name).collect()
}

/// What a recording that runs may need beside what all need.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// To make files in a folder of somebody else's.
    pub files: bool,
    /// To end COMMAND, which may run as somebody else.
    pub signals: bool,
}

/// Gives up what recording does not need once the hooks are in, for the current thread and those that it makes from now
/// on; what they start cannot get it back (`no_new_privs`). A kernel that refuses leaves all as it was.
pub fn give_up_others(beside: Beside) {
    let needed = NEEDED.iter().chain([&STEP_ASIDE]).map(|capability| capability.bit);
    let mut keep = needed.fold(0, |keep, bit| keep | 1 << bit);
    let own = effective();
    let lacks = |capability: &Capability| capability.required && own >> capability.bit & 1 == 0;
    let wanted = [
        (DAC_OVERRIDE, beside.files),
        (KILL, beside.signals),
        // Where it stands for those that are there since Linux 5.8.
        (SYS_ADMIN, NEEDED.iter().any(lacks)),
    ];
    keep = wanted.iter().filter(|(_, wanted)| *wanted).fold(keep, |keep, (bit, _)| keep | 1 << bit);
    set(own & keep);
    // SAFETY: a plain system call.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
}

/// `struct __user_cap_header_struct` (include/uapi/linux/capability.h).
#[repr(C)]
struct Header {
    version: u32,
    thread: i32,
}

/// `struct __user_cap_data_struct`: 32 capabilities.
#[repr(C)]
#[derive(Clone, Copy)]
struct Word {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// The current thread has these capabilities and no others (capset(2)).
fn set(capabilities: u64) {
    const VERSION_3: u32 = 0x2008_0522;
    let header = Header { version: VERSION_3, thread: 0 };
    let words = [capabilities as u32, (capabilities >> 32) as u32].map(|word| Word {
        effective: word,
        permitted: word,
        inheritable: 0,
    });
    // SAFETY: version 3 has two words.
    unsafe { libc::syscall(libc::SYS_capset, &raw const header, words.as_ptr()) };
}

fn effective() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, STEP_ASIDE};

    #[test]
    fn the_service_has_what_a_recording_keeps() {
        let unit = include_str!("../../packaging/syscord.service");
        let kept = NEEDED.iter().chain([&STEP_ASIDE]).map(|capability| capability.name);
        let mut kept: Vec<&str> = kept.collect();
        kept.sort_unstable();
        for setting in ["CapabilityBoundingSet=", "AmbientCapabilities="] {
            let line = unit.lines().find_map(|line| line.strip_prefix(setting)).unwrap();
            let line = line.to_lowercase();
            let mut names: Vec<&str> = line.split(' ').collect();
            names.sort_unstable();
            assert_eq!(names, kept, "{setting}");
        }
    }
}
