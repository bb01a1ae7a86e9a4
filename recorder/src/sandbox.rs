//! Calls that a recording never makes once the hooks are in: the kernel refuses them from then on (seccomp(2)), so that
//! whoever takes over the recorder by what it reads of other programs can neither start a program nor reach the network,
//! nor put another probe in the kernel.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

/// Refused, whatever their arguments.
const REFUSED: &[c_long] = &[
    // Programs, and what changes others.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_writev,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_perf_event_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // The network.
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // The system.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_open_by_handle_at,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
];

/// Commands of bpf(2) that load something into the kernel, or hook it (include/uapi/linux/bpf.h): what is loaded already is
/// read, and its iterators are begun.
const BPF_COMMANDS: [u64; 4] = [
    5,  // BPF_PROG_LOAD
    8,  // BPF_PROG_ATTACH
    17, // BPF_RAW_TRACEPOINT_OPEN
    18, // BPF_BTF_LOAD
];

/// The current thread and those that it makes from now on are refused such calls. A kernel that knows no filters leaves
/// all as it was.
pub fn enter() {
    if let Ok(program) = program() {
        let _ = seccompiler::apply_filter(&program);
    }
}

fn program() -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().map(|number| (*number, Vec::new())).collect();
    let equals = |argument, value| {
        let condition =
            SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?;
        SeccompRule::new(vec![condition])
    };
    let commands: Result<_, _> = BPF_COMMANDS.iter().map(|command| equals(0, *command)).collect();
    rules.insert(libc::SYS_bpf, commands?);
    // A service manager is told over a socket of this machine's.
    let local = libc::AF_UNIX as u64;
    let other = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, local)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![other])?]);
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::Allow, refused, arch)?.try_into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_is_a_filter_for_this_machine() {
        assert!(super::program().is_ok_and(|program| program.len() > super::REFUSED.len()));
    }
}
