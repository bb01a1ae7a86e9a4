//! Control messages of sockets (cmsg(3)) by level and type.

use std::{io::Write, net::Ipv4Addr};

use syscord_syscalls::names::{
    Names,
    network::{CMSG_TYPES, IP_CMSG_TYPES, SOCKET_LEVELS},
};

use super::{
    super::{decimal, hexadecimal},
    Style,
    address::socket_address,
    names::Xlat,
    value::elements,
};
use crate::structure::Rest;

const SOL_IP: u32 = 0;
const SOL_SOCKET: u32 = 1;

/// Appends the control messages of which `bytes` were captured; `word` is the size of a long, `fd` appends
/// a descriptor.
pub(super) fn control_messages(
    out: &mut Vec<u8>,
    bytes: &[u8],
    cut: bool,
    word: usize,
    style: &Style,
    fd: &dyn Fn(&mut Vec<u8>, i32),
) {
    let head = word + 8;
    let mut rest = bytes;
    let messages = std::iter::from_fn(|| {
        let message = Message::first(rest, word)?;
        let padded = message.length.checked_next_multiple_of(word as u64);
        let next = padded.filter(|_| message.length >= head as u64);
        rest = next.and_then(|next| rest.get(usize::try_from(next).ok()?..)).unwrap_or_default();
        Some(message)
    });
    // As in strace, they are not counted against the limit of arrays.
    let all = Style { verbose: true, ..*style };
    elements(out, messages, Rest::of(cut), &all, |out, message| {
        message.write(out, word, style, fd)
    });
}

/// One message.
struct Message<'a> {
    length: u64,
    level: u32,
    kind: u32,
    data: &'a [u8],
}

impl<'a> Message<'a> {
    fn first(bytes: &'a [u8], word: usize) -> Option<Message<'a>> {
        let (head, data) = bytes.split_at_checked(word + 8)?;
        let length = match word {
            8 => u64::from_le_bytes(*head.first_chunk()?),
            _ => u64::from(number(head, 0)?),
        };
        let own = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(head.len());
        let data = data.get(..own).unwrap_or(data);
        Some(Message { length, level: number(head, word)?, kind: number(head, word + 4)?, data })
    }

    fn write(&self, out: &mut Vec<u8>, word: usize, style: &Style, fd: &dyn Fn(&mut Vec<u8>, i32)) {
        drop(write!(out, "{{cmsg_len={}, cmsg_level=", self.length));
        named(out, &SOCKET_LEVELS, self.level, style);
        out.extend_from_slice(b", cmsg_type=");
        match self.level {
            SOL_SOCKET => named(out, &CMSG_TYPES, self.kind, style),
            SOL_IP => named(out, &IP_CMSG_TYPES, self.kind, style),
            _ if self.kind == 0 => out.push(b'0'),
            _ => hexadecimal(out, u64::from(self.kind)),
        }
        let start = out.len();
        out.extend_from_slice(b", cmsg_data=");
        let shown = match self.level {
            SOL_SOCKET => self.socket(out, word, style, fd),
            SOL_IP => self.ip(out, style),
            _ => None,
        };
        if shown.is_none() {
            out.truncate(start);
        }
        out.push(b'}');
    }

    /// unix(7), socket(7)
    fn socket(
        &self,
        out: &mut Vec<u8>,
        word: usize,
        style: &Style,
        fd: &dyn Fn(&mut Vec<u8>, i32),
    ) -> Option<()> {
        match name(&CMSG_TYPES, self.kind)? {
            "SCM_RIGHTS" => numbers(out, self.data, style, |out, number| fd(out, number as i32)),
            "SCM_CREDENTIALS" => {
                let id = |at| Some(number(self.data, at)?.cast_signed());
                let (pid, uid, gid) = (id(0)?, id(4)?, id(8)?);
                write!(out, "{{pid={pid}, uid={uid}, gid={gid}}}").ok()
            }
            "SCM_SECURITY" if !self.data.is_empty() => {
                style.quote(out, self.data);
                Some(())
            }
            "SO_TIMESTAMP_OLD" => times(out, self.data, word, 1, "tv_usec"),
            "SO_TIMESTAMPNS_OLD" => times(out, self.data, word, 1, "tv_nsec"),
            "SO_TIMESTAMPING_OLD" => times(out, self.data, word, 3, "tv_nsec"),
            "SO_TIMESTAMP_NEW" => times(out, self.data, 8, 1, "tv_usec"),
            "SO_TIMESTAMPNS_NEW" => times(out, self.data, 8, 1, "tv_nsec"),
            "SO_TIMESTAMPING_NEW" => times(out, self.data, 8, 3, "tv_nsec"),
            _ => None,
        }
    }

    /// ip(7)
    fn ip(&self, out: &mut Vec<u8>, style: &Style) -> Option<()> {
        match name(&IP_CMSG_TYPES, self.kind)? {
            "IP_PKTINFO" => {
                let (local, header) = (address(self.data, 4)?, address(self.data, 8)?);
                let interface = number(self.data, 0)?.cast_signed();
                write!(out, "{{ipi_ifindex={}, ", interface_name(interface)).ok()?;
                write!(out, "ipi_spec_dst=inet_addr(\"{local}\"), ").ok()?;
                write!(out, "ipi_addr=inet_addr(\"{header}\")}}").ok()
            }
            "IP_TTL" | "IP_CHECKSUM" => numbers(out, self.data, style, decimal),
            "IP_TOS" | "IP_RECVOPTS" | "IP_RETOPTS" if !self.data.is_empty() => {
                elements(out, self.data.iter(), Rest::Nothing, style, |out, byte| match byte {
                    0 => out.push(b'0'),
                    _ => hexadecimal(out, u64::from(*byte)),
                });
                Some(())
            }
            "IP_RECVERR" => {
                let byte = |at: usize| self.data.get(at).copied();
                write!(out, "{{ee_errno={}, ee_origin={}, ", number(self.data, 0)?, byte(4)?)
                    .ok()?;
                write!(out, "ee_type={}, ee_code={}, ", byte(5)?, byte(6)?).ok()?;
                write!(out, "ee_info={}, ", number(self.data, 8)?).ok()?;
                write!(out, "ee_data={}, offender=", number(self.data, 12)?).ok()?;
                socket_address(out, self.data.get(16..32)?, style);
                out.push(b'}');
                Some(())
            }
            "IP_ORIGDSTADDR" if self.data.len() >= 16 => {
                socket_address(out, self.data, style);
                Some(())
            }
            "SCM_SECURITY" if !self.data.is_empty() => {
                style.quote(out, self.data);
                Some(())
            }
            _ => None,
        }
    }
}

/// Interfaces have numbers in a trace; the loopback device is the first everywhere.
fn interface_name(index: i32) -> String {
    match index {
        1 => "if_nametoindex(\"lo\")".to_owned(),
        _ => index.to_string(),
    }
}

fn numbers(
    out: &mut Vec<u8>,
    data: &[u8],
    style: &Style,
    mut write: impl FnMut(&mut Vec<u8>, u32),
) -> Option<()> {
    if data.len() < 4 {
        return None;
    }
    let words = data.chunks_exact(4).filter_map(|word| number(word, 0));
    elements(out, words, Rest::Nothing, style, |out, word| write(out, word));
    Some(())
}

/// One time, or an array of them.
fn times(out: &mut Vec<u8>, data: &[u8], word: usize, count: usize, part: &str) -> Option<()> {
    let time = |at: usize| match word {
        8 => Some(i64::from_le_bytes(*data.get(at..)?.first_chunk()?)),
        _ => Some(i64::from(number(data, at)?.cast_signed())),
    };
    let start = out.len();
    for index in 0..count {
        out.extend_from_slice(if index > 0 { b", " } else { b"" });
        let (seconds, rest) = (time(2 * index * word)?, time((2 * index + 1) * word)?);
        write!(out, "{{tv_sec={seconds}, {part}={rest}}}").ok()?;
    }
    if count > 1 {
        out.insert(start, b'[');
        out.push(b']');
    }
    Some(())
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    bytes.get(at..at + 4)?.first_chunk::<4>().map(|bytes| Ipv4Addr::from(*bytes))
}

fn name(names: &Names, value: u32) -> Option<&'static str> {
    let found = names.members.iter().find(|member| member.value == u64::from(value));
    found.map(|member| member.name)
}

/// Appends one of several values by its name.
fn named(out: &mut Vec<u8>, names: &Names, value: u32, style: &Style) {
    let number = |out: &mut Vec<u8>| match value {
        0 => out.push(b'0'),
        _ => hexadecimal(out, u64::from(value)),
    };
    match (name(names, value), style.xlat) {
        (Some(name), Xlat::Abbrev) => out.extend_from_slice(name.as_bytes()),
        (Some(name), Xlat::Verbose) => {
            number(out);
            drop(write!(out, " /* {name} */"));
        }
        (None, Xlat::Abbrev) => {
            number(out);
            drop(write!(out, " /* {} */", names.unknown));
        }
        (_, Xlat::Raw) | (None, Xlat::Verbose) => number(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        control_messages(&mut out, bytes, false, 8, &Style::default(), &|out, fd| decimal(out, fd));
        String::from_utf8(out).unwrap()
    }

    fn message(level: u32, kind: u32, data: &[u8]) -> Vec<u8> {
        let length = (16 + data.len()) as u64;
        let mut bytes = [length.to_le_bytes().as_slice(), &level.to_le_bytes()].concat();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    #[test]
    fn messages_by_level_and_type() {
        let rights = message(1, 1, &[3, 0, 0, 0, 255, 255, 255, 255]);
        let ttl = message(0, 2, &[64, 0, 0, 0]);
        assert_eq!(
            text(&[rights, ttl].concat()),
            "[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3, -1]}, \
             {cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[64]}]"
        );
        let time = [1u64.to_le_bytes(), 2u64.to_le_bytes()].concat();
        assert_eq!(
            text(&message(1, 29, &time)),
            "[{cmsg_len=32, cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMP_OLD, \
             cmsg_data={tv_sec=1, tv_usec=2}}]"
        );
        assert_eq!(
            text(&message(41, 50, &[0; 4])),
            "[{cmsg_len=20, cmsg_level=SOL_IPV6, cmsg_type=0x32}]"
        );
        assert_eq!(text(&[0; 15]), "[]", "shorter than a message");
    }

    /// Every length of messages with every first length, most of them wrong.
    #[test]
    fn any_bytes_are_shown() {
        for (level, kind) in [(1, 1), (1, 2), (1, 37), (0, 8), (0, 11), (0, 20), (9, 9)] {
            for length in (0..80).chain([u64::MAX, u64::MAX - 7, 1 << 40]) {
                let mut bytes = message(level, kind, &[0x5a; 40]).repeat(2);
                bytes[..8].copy_from_slice(&length.to_le_bytes());
                for cut in 0..bytes.len() {
                    for word in [4, 8] {
                        let mut out = Vec::new();
                        control_messages(
                            &mut out,
                            &bytes[..cut],
                            true,
                            word,
                            &Style::default(),
                            &|out, fd| decimal(out, fd),
                        );
                        assert!(out.ends_with(b"...]"));
                    }
                }
            }
        }
    }
}
