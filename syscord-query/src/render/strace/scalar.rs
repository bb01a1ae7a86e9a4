//! Numbers by their kind: names, devices, modes, signals, requests.

use std::{
    borrow::Cow,
    fmt::{self, Display, Formatter},
    io::Write,
    net::Ipv4Addr,
};

use syscord_format::Detail;
use syscord_syscalls::{Kind, names::files::WHENCE, signal::signal_name};

use super::{
    super::{decimal, hexadecimal},
    View,
    address::bytes_named,
    descriptor::descriptor,
    names::{Names, Set, Xlat, named_wide, symbol},
    time::{ticks, time_text},
};
use crate::{
    descriptors::CWD,
    row::Value,
    schema::{KindInfo, Schema},
};

const BITS: u8 = Kind::Bits(&WHENCE).id();
const NOTED: u8 = Kind::Noted(&WHENCE).id();
const FD: u8 = Kind::Fd.id();
const DIRFD: u8 = Kind::DirFd.id();
const SIGNAL: u8 = Kind::Signal.id();
const MODE: u8 = Kind::Mode.id();
const FILE_MODE: u8 = Kind::FileMode.id();
const DEV: u8 = Kind::Dev.id();
const UID: u8 = Kind::Uid.id();
const GID: u8 = Kind::Gid.id();
const REQUEST: u8 = Kind::Request.id();
const WAIT_STATUS: u8 = Kind::WaitStatus.id();
const SIGSET: u8 = Kind::SigSet.id();
const PTR: u8 = Kind::Ptr.id();
const LIMIT: u8 = Kind::Limit.id();
const DATA: u8 = Kind::Data.id();
const TICKS: u8 = Kind::Ticks.id();
const TIME: u8 = Kind::Time.id();
const ERRNO: u8 = Kind::Errno.id();
const VERSION: u8 = Kind::Version.id();
const PADDED: u8 = Kind::Padded.id();
const INET: u8 = Kind::Inet.id();
const SWAPPED: u8 = Kind::Swapped(&WHENCE).id();

/// Appends a number: `raw` as it is, of which `bits` count or, if that is 0, as many as have names; `value`
/// in its kind's shape.
pub(super) fn scalar(
    out: &mut Vec<u8>,
    schema: &Schema,
    kind: KindInfo,
    (raw, bits): (u64, u32),
    value: Value<'_>,
    style: &View<'_>,
) {
    if let Detail::Names(index) = kind.detail
        && let Some(names) = schema.names(index)
        && kind.id != REQUEST
    {
        if kind.id == SWAPPED {
            return swapped(out, names, raw, style.xlat);
        }
        let set = match kind.id {
            BITS => Set::Bits,
            NOTED => Set::Noted,
            _ => Set::One,
        };
        let bits = if bits == 0 { names.bits } else { bits };
        return named_wide(out, names, set, raw, bits, style.xlat);
    }
    match (kind.id, value) {
        // Not every descriptor may be a directory's.
        (FD, _) if raw as u32 as i32 == CWD => decimal(out, CWD),
        (FD | DIRFD, _) => descriptor(out, raw as u32 as i32, style),
        (UID | GID, _) => match raw as u32 {
            u32::MAX => out.extend_from_slice(b"-1"),
            id => decimal(out, id),
        },
        (SIGNAL, _) => match u32::try_from(raw) {
            Err(_) if bits == 64 => decimal(out, raw),
            _ => signal(out, raw as u32, style.xlat),
        },
        (MODE, _) => drop(write!(out, "0{raw:02o}")),
        (FILE_MODE, _) => file_mode(out, u32::from(raw as u16), style.xlat),
        // The kernel takes 32 bits of an argument.
        (DEV, _) => device(out, if bits == 0 { raw & 0xffff_ffff } else { raw }, style.xlat),
        (REQUEST, _) => request(out, schema, kind, raw as u32, style.xlat),
        (WAIT_STATUS, _) => wait_status(out, raw as u32, style.xlat),
        (PTR, _) => pointer(out, raw),
        (INET, _) => {
            let bytes = (raw as u32).to_le_bytes();
            let name = format_args!("inet_addr(\"{}\")", Ipv4Addr::from(bytes));
            bytes_named(out, &bytes, name, style.xlat);
        }
        (PADDED, _) => drop(match raw {
            0 => write!(out, "00000000"),
            _ => write!(out, "{raw:#08x}"),
        }),
        (LIMIT, _) => limit(out, raw, style.xlat),
        (TICKS, _) => ticks(out, raw, style.xlat),
        (ERRNO, _) => {
            let known = schema.meta().errnos.iter().find(|errno| u64::from(errno.number) == raw);
            let name = known.map(|errno| errno.name.as_str());
            symbol(out, raw as u32, name, style.xlat);
        }
        (VERSION, _) => {
            let name =
                format!("KERNEL_VERSION({}, {}, {})", raw >> 16, raw >> 8 & 0xff, raw & 0xff);
            symbol(out, hex(raw), Some(&name), style.xlat);
        }
        (TIME, Value::Signed(seconds)) => {
            decimal(out, seconds);
            if style.xlat != Xlat::Raw
                && let Some(text) = time_text(seconds, (0, 0))
            {
                drop(write!(out, " /* {text} */"));
            }
        }
        (SIGSET, _) => signal_set(out, &(raw as u32).to_le_bytes()),
        (DATA, _) => {
            out.extend_from_slice(b"{u32=");
            decimal(out, raw as u32);
            out.extend_from_slice(b", u64=");
            decimal(out, raw);
            out.push(b'}');
        }
        _ if kind.role.is_some() => pointer(out, raw),
        (_, Value::Signed(number)) => decimal(out, number),
        (_, Value::Unsigned(number)) => decimal(out, number),
        (_, Value::Octal(number)) => drop(write!(out, "{number:#o}")),
        (_, _) if raw == 0 => out.push(b'0'),
        (_, _) => hexadecimal(out, raw),
    }
}

/// A value of which the two bytes are in the network's order.
fn swapped(out: &mut Vec<u8>, names: &Names, raw: u64, xlat: Xlat) {
    let mut name = Vec::new();
    named_wide(&mut name, names, Set::One, (raw as u16).swap_bytes().into(), 32, Xlat::Abbrev);
    let name = format_args!("htons({})", String::from_utf8_lossy(&name));
    symbol(out, hex(raw), Some(name), xlat);
}

/// A limit of a resource (getrlimit(2)).
fn limit(out: &mut Vec<u8>, limit: u64, xlat: Xlat) {
    let kibibytes = || format!("{}*1024", limit / 1024);
    let name = match limit {
        u64::MAX => Some("RLIM64_INFINITY".to_owned()),
        0xffff_ffff => Some("RLIM_INFINITY".to_owned()),
        _ => (limit > 1024 && limit.is_multiple_of(1024)).then(kibibytes),
    };
    symbol(out, limit, name.as_deref(), xlat);
}

/// Appends an address.
pub(super) fn pointer(out: &mut Vec<u8>, address: u64) {
    match address {
        0 => out.extend_from_slice(b"NULL"),
        _ => hexadecimal(out, address),
    }
}

/// Appends a signal by its name.
pub(super) fn signal(out: &mut Vec<u8>, number: u32, xlat: Xlat) {
    let name = signal_name(number).map(|name| format!("SIG{}", short_signal(name)));
    symbol(out, number as i32, name.as_deref(), xlat);
}

/// A signal's name without its `SIG`; real-time signals have a line before their number.
pub(super) fn short_signal(name: &str) -> Cow<'_, str> {
    let short = name.trim_start_matches("SIG");
    match short.strip_prefix("RT") {
        Some("0") => "RTMIN".into(),
        Some(number) => format!("RT_{number}").into(),
        None => short.into(),
    }
}

/// A set of signals, or where most are in it, those that are not.
pub(super) fn signal_set(out: &mut Vec<u8>, bytes: &[u8]) {
    let signals = 1..=8 * bytes.len() as u32;
    let has = |signal: &u32| {
        let bit = *signal as usize - 1;
        bytes[bit / 8] >> (bit % 8) & 1 != 0
    };
    let many = 3 * signals.clone().filter(has).count() > 2 * signals.clone().count();
    out.extend_from_slice(if many { b"~[" } else { b"[" });
    let mut first = true;
    for signal in signals.filter(|signal| has(signal) != many) {
        if !first {
            out.push(b' ');
        }
        match signal_name(signal) {
            Some(name) => out.extend_from_slice(short_signal(name).as_bytes()),
            None => decimal(out, signal),
        }
        first = false;
    }
    out.push(b']');
}

/// File type and permissions (inode(7)).
fn file_mode(out: &mut Vec<u8>, mode: u32, xlat: Xlat) {
    const TYPES: [(u32, &str); 8] = [
        (0, ""),
        (0o010000, "S_IFIFO|"),
        (0o020000, "S_IFCHR|"),
        (0o040000, "S_IFDIR|"),
        (0o060000, "S_IFBLK|"),
        (0o100000, "S_IFREG|"),
        (0o120000, "S_IFLNK|"),
        (0o140000, "S_IFSOCK|"),
    ];
    const BITS: [(u32, &str); 3] =
        [(0o4000, "S_ISUID|"), (0o2000, "S_ISGID|"), (0o1000, "S_ISVTX|")];
    let number = format!("0{mode:02o}");
    let kind = TYPES.iter().find(|(kind, _)| *kind == mode & 0o170000);
    let name = kind.map(|(_, kind)| {
        let bits: String =
            BITS.iter().filter(|(bit, _)| mode & bit != 0).map(|bit| bit.1).collect();
        format!("{kind}{bits}0{:02o}", mode & 0o777)
    });
    symbol(out, number, name.as_deref(), xlat);
}

/// Major and minor number (makedev(3)).
fn device(out: &mut Vec<u8>, device: u64, xlat: Xlat) {
    let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000);
    let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
    let name = format_args!("makedev({}, {})", hex(major), hex(minor));
    symbol(out, hex(device), Some(name), xlat);
}

/// A number in hexadecimal; 0 without a prefix.
pub(super) fn hex(number: u64) -> Hex {
    Hex(number)
}

#[derive(Clone, Copy)]
pub(super) struct Hex(u64);

impl Display for Hex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.write_str("0") } else { write!(f, "{:#x}", self.0) }
    }
}

/// An ioctl(2) request by name, else taken apart (ioctl_list(2), asm-generic/ioctl.h).
fn request(out: &mut Vec<u8>, schema: &Schema, kind: KindInfo, raw: u32, xlat: Xlat) {
    let Detail::Names(index) = kind.detail else { return drop(write!(out, "{raw:#x}")) };
    let members = schema.names(index).map_or(&[][..], Names::members).iter();
    // Drivers that chose the same number.
    let same = members.filter(|member| member.value == u64::from(raw)).map(|member| &*member.name);
    let mut same: Vec<&str> = same.collect();
    same.sort_unstable();
    let name = Some(same.join(" or ")).filter(|name| !name.is_empty());
    let taken_apart = || {
        let direction = match raw >> 30 {
            0 => "_IOC_NONE",
            1 => "_IOC_WRITE",
            2 => "_IOC_READ",
            _ => "_IOC_READ|_IOC_WRITE",
        };
        let [size, group, number] =
            [raw >> 16 & 0x3fff, raw >> 8 & 0xff, raw & 0xff].map(u64::from);
        format!("_IOC({direction}, {}, {}, {})", hex(group), hex(number), hex(size))
    };
    symbol(out, hex(raw.into()), Some(&name.unwrap_or_else(taken_apart)), xlat);
}

/// What became of a child (wait(2)).
fn wait_status(out: &mut Vec<u8>, status: u32, xlat: Xlat) {
    let (signal_number, code) = (status & 0x7f, status >> 8 & 0xff);
    let text = |number: u32| {
        let mut text = Vec::new();
        signal(&mut text, number, xlat);
        String::from_utf8_lossy(&text).into_owned()
    };
    drop(match (signal_number, status) {
        (_, 0xffff) => write!(out, "{{WIFCONTINUED(s)}}"),
        (0, _) => write!(out, "{{WIFEXITED(s) && WEXITSTATUS(s) == {code}}}"),
        (0x7f, _) => write!(out, "{{WIFSTOPPED(s) && WSTOPSIG(s) == {}}}", text(code)),
        (signal, _) => {
            let core = if status & 0x80 != 0 { " && WCOREDUMP(s)" } else { "" };
            write!(out, "{{WIFSIGNALED(s) && WTERMSIG(s) == {}{core}}}", text(signal))
        }
    });
}
