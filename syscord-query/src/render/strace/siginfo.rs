//! Signals as they are delivered: `siginfo_t` by its members (sigaction(2)).

use std::io::Write;

use syscord_syscalls::{
    Abi,
    errno::errno_name,
    lookup,
    names::{Names, newer::is_newer, signals as names},
};

use super::{
    names::{Xlat, symbol},
    scalar::{hex, pointer, signal},
    time::ticks,
};
use crate::structure::Structure;

const SIGILL: u32 = 4;
const SIGTRAP: u32 = 5;
const SIGBUS: u32 = 7;
const SIGFPE: u32 = 8;
const SIGSEGV: u32 = 11;
const SIGCHLD: u32 = 17;
const SIGIO: u32 = 29;
const SIGSYS: u32 = 31;

/// What seccomp(2) calls architectures (audit.h).
const ARCHITECTURES: [(u32, &str, Abi); 3] = [
    (0xc000_003e, "AUDIT_ARCH_X86_64", Abi::X86_64),
    (0x4000_0003, "AUDIT_ARCH_I386", Abi::I386),
    (0xc000_00b7, "AUDIT_ARCH_AARCH64", Abi::Aarch64),
];

const SI_USER: i32 = 0;
const SI_TIMER: i32 = -2;
const SI_SIGIO: i32 = -5;
const SI_TKILL: i32 = -6;
const BUS_MCEERR_AR: i32 = 4;
const BUS_MCEERR_AO: i32 = 5;
const SEGV_BNDERR: i32 = 3;
const SEGV_PKUERR: i32 = 4;
const SI_KERNEL: i32 = 128;
const CLD_EXITED: i32 = 1;

/// Appends `--- SIGCHLD {si_signo=SIGCHLD, …} ---`.
pub(super) fn delivered(out: &mut Vec<u8>, number: u32, info: &[u8], xlat: Xlat) {
    out.extend_from_slice(b"--- ");
    signal(out, number, xlat);
    out.push(b' ');
    write(out, &Info { number, bytes: info }, xlat);
    out.extend_from_slice(b" ---");
}

/// Appends a structure by its members, if it is a `siginfo_t` of 64 bits; says whether it is.
pub(super) fn members(out: &mut Vec<u8>, structure: &Structure<'_>, xlat: Xlat) -> bool {
    let mut members = structure.members();
    let is = members.next().is_some_and(|first| first.def.name == "si_signo");
    if !is || !members.any(|member| member.def.name == "si_pid" && member.def.offset == 16) {
        return false;
    }
    let info = Info { number: 0, bytes: structure.bytes };
    match info.int(0).cast_unsigned() {
        0 => out.extend_from_slice(b"{}"),
        number => write(out, &Info { number, ..info }, xlat),
    }
    true
}

/// The start of a `siginfo_t` of 64 bits.
struct Info<'a> {
    number: u32,
    bytes: &'a [u8],
}

impl Info<'_> {
    fn int(&self, at: usize) -> i32 {
        let bytes = self.bytes.get(at..at + 4).and_then(|bytes| bytes.first_chunk::<4>());
        bytes.map_or(0, |bytes| i32::from_le_bytes(*bytes))
    }

    fn word(&self, at: usize) -> u64 {
        u64::from(self.int(at).cast_unsigned()) | u64::from(self.int(at + 4).cast_unsigned()) << 32
    }

    fn errno(&self) -> i32 {
        self.int(4)
    }

    fn code(&self) -> i32 {
        self.int(8)
    }
}

fn write(out: &mut Vec<u8>, info: &Info<'_>, xlat: Xlat) {
    out.extend_from_slice(b"{si_signo=");
    signal(out, info.number, xlat);
    out.extend_from_slice(b", si_code=");
    code(out, info, xlat);
    if info.errno() != 0 {
        out.extend_from_slice(b", si_errno=");
        let known = u16::try_from(info.errno()).ok().and_then(errno_name);
        symbol(out, info.errno().cast_unsigned(), known, xlat);
    }
    match (info.code(), info.number) {
        (SI_USER | SI_TKILL, _) => sender(out, info),
        (SI_TIMER, _) => {
            let (timer, overrun) = (info.int(16).cast_unsigned(), info.int(20));
            drop(write!(out, ", si_timerid={}, si_overrun={overrun}", hex(timer.into())));
            sent(out, info);
        }
        (SI_SIGIO, _) => band(out, info),
        (..=-1, _) => {
            sender(out, info);
            value(out, info);
        }
        (_, SIGCHLD) => child(out, info, xlat),
        (_, SIGILL | SIGFPE | SIGSEGV | SIGBUS | SIGTRAP) => {
            out.extend_from_slice(b", si_addr=");
            pointer(out, info.word(16));
            behind_address(out, info);
        }
        (1..=6, SIGIO) => band(out, info),
        (_, SIGSYS) => {
            out.extend_from_slice(b", si_call_addr=");
            pointer(out, info.word(16));
            let (call, arch) = (info.int(24).cast_unsigned(), info.int(28).cast_unsigned());
            let abi = ARCHITECTURES.iter().find(|(known, ..)| *known == arch);
            let name = abi.and_then(|(.., abi)| lookup(*abi, call));
            out.extend_from_slice(b", si_syscall=");
            let name = name.map(|row| format!("__NR_{}", row.name));
            match name {
                Some(name) => symbol(out, hex(call.into()), Some(&name), xlat),
                None => drop(write!(out, "{call}")),
            }
            out.extend_from_slice(b", si_arch=");
            symbol(out, hex(arch.into()), abi.map(|(_, name, _)| *name), xlat);
            if abi.is_none() && xlat != Xlat::Raw {
                out.extend_from_slice(b" /* AUDIT_ARCH_??? */");
            }
        }
        _ => {
            if info.word(16) != 0 {
                sender(out, info);
            }
            value(out, info);
        }
    }
    out.push(b'}');
}

/// Why it was sent: names that all signals share, and those of the signal.
fn code(out: &mut Vec<u8>, info: &Info<'_>, xlat: Xlat) {
    let own: Option<&Names> = match info.number {
        SIGCHLD => Some(&names::SIGCHLD_CODES),
        SIGSEGV => Some(&names::SIGSEGV_CODES),
        SIGILL => Some(&names::SIGILL_CODES),
        SIGFPE => Some(&names::SIGFPE_CODES),
        SIGBUS => Some(&names::SIGBUS_CODES),
        SIGTRAP => Some(&names::SIGTRAP_CODES),
        SIGIO => Some(&names::SIGPOLL_CODES),
        SIGSYS => Some(&names::SIGSYS_CODES),
        _ => None,
    };
    let code = u64::from(info.code().cast_unsigned());
    let general = info.code() <= 0 || info.code() == SI_KERNEL;
    let names = if general { Some(&names::SIGINFO_CODES) } else { own };
    let members = names.map_or(&[][..], |names| names.members);
    let mut members = members.iter().filter(|member| !is_newer(member.name));
    let name = members.find(|member| member.value == code).map(|member| member.name);
    symbol(out, hex(code), name, xlat);
}

fn sender(out: &mut Vec<u8>, info: &Info<'_>) {
    drop(write!(out, ", si_pid={}, si_uid=", info.int(16)));
    match info.int(20) {
        -1 => out.extend_from_slice(b"-1"),
        uid => drop(write!(out, "{}", uid.cast_unsigned())),
    }
}

/// What the sender sent along (sigqueue(3)), if that is anything.
fn value(out: &mut Vec<u8>, info: &Info<'_>) {
    if info.word(24) != 0 {
        sent(out, info);
    }
}

fn sent(out: &mut Vec<u8>, info: &Info<'_>) {
    drop(write!(out, ", si_int={}, si_ptr=", info.int(24)));
    pointer(out, info.word(24));
}

/// What became of a descriptor (fcntl(2)'s `F_SETSIG`).
fn band(out: &mut Vec<u8>, info: &Info<'_>) {
    drop(write!(out, ", si_band={}, si_fd={}", info.word(16).cast_signed(), info.int(24)));
}

/// What is told beside the address of a fault.
fn behind_address(out: &mut Vec<u8>, info: &Info<'_>) {
    match (info.number, info.code()) {
        (SIGBUS, BUS_MCEERR_AR | BUS_MCEERR_AO) => {
            let bits = u64::from(info.int(24).cast_unsigned() as u16);
            drop(write!(out, ", si_addr_lsb={}", hex(bits)));
        }
        (SIGSEGV, SEGV_BNDERR) => {
            out.extend_from_slice(b", si_lower=");
            pointer(out, info.word(32));
            out.extend_from_slice(b", si_upper=");
            pointer(out, info.word(40));
        }
        (SIGSEGV, SEGV_PKUERR) => {
            drop(write!(out, ", si_pkey={}", info.int(32).cast_unsigned()));
        }
        _ => {}
    }
}

fn child(out: &mut Vec<u8>, info: &Info<'_>, xlat: Xlat) {
    sender(out, info);
    out.extend_from_slice(b", si_status=");
    match info.code() {
        CLD_EXITED => drop(write!(out, "{}", info.int(24))),
        _ => signal(out, info.int(24).cast_unsigned(), xlat),
    }
    out.extend_from_slice(b", si_utime=");
    ticks(out, info.word(32), xlat);
    out.extend_from_slice(b", si_stime=");
    ticks(out, info.word(40), xlat);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: u32, code: i32, rest: &[i32]) -> String {
        let fields = [number.cast_signed(), 0, code, 0].into_iter().chain(rest.iter().copied());
        let info: Vec<u8> = fields.flat_map(i32::to_le_bytes).collect();
        let mut out = Vec::new();
        delivered(&mut out, number, &info, Xlat::Abbrev);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn members_by_signal_and_code() {
        assert_eq!(
            text(SIGCHLD, 1, &[77, 1000, 3, 0, 5, 0, 0, 0]),
            "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=77, si_uid=1000, \
             si_status=3, si_utime=5 /* 0.05 s */, si_stime=0} ---"
        );
        assert_eq!(
            text(10, SI_USER, &[77, 0]),
            "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=77, si_uid=0} ---"
        );
        assert_eq!(
            text(SIGSEGV, 1, &[0, 0]),
            "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---"
        );
        assert_eq!(
            text(SIGSEGV, SEGV_PKUERR, &[0x1000, 0, 0, 0, 3]),
            "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_PKUERR, si_addr=0x1000, si_pkey=3} ---"
        );
        assert_eq!(
            text(SIGBUS, BUS_MCEERR_AO, &[0x1000, 0, 12]),
            "--- SIGBUS {si_signo=SIGBUS, si_code=BUS_MCEERR_AO, si_addr=0x1000, \
             si_addr_lsb=0xc} ---"
        );
        assert_eq!(
            text(29, SI_SIGIO, &[1, 0, 3]),
            "--- SIGIO {si_signo=SIGIO, si_code=SI_SIGIO, si_band=1, si_fd=3} ---"
        );
        assert_eq!(
            text(14, SI_KERNEL, &[]),
            "--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---"
        );
        assert_eq!(
            text(34, -1, &[77, 0, 5, 0]),
            "--- SIGRT_2 {si_signo=SIGRT_2, si_code=SI_QUEUE, si_pid=77, si_uid=0, si_int=5, \
             si_ptr=0x5} ---"
        );
    }
}
