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

const SYS_ADMIN: u32 = 21;

/// How to give this program all that it can use (setcap(8)).
pub const REMEDY: &str =
    "run as root, or `setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_sys_nice+ep` this program";

/// To give a thread back the priority that it had.
pub const STEP_ASIDE: Capability = Capability {
    bit: 23,
    name: "cap_sys_nice",
    purpose: "step aside for the programs that are recorded",
    required: false,
};

/// Numbers from include/uapi/linux/capability.h.
pub const NEEDED: [Capability; 3] = [
    Capability { bit: 39, name: "cap_bpf", purpose: "load the probe", required: true },
    Capability { bit: 38, name: "cap_perfmon", purpose: "hook syscalls", required: true },
    Capability {
        bit: 19,
        name: "cap_sys_ptrace",
        purpose: "describe other users' processes",
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

fn effective() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0)
}
