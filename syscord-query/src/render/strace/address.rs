//! Socket addresses (`struct sockaddr`) by their fields.

use std::{
    io::Write,
    net::{Ipv4Addr, Ipv6Addr},
};

use syscord_syscalls::names::network::ADDRESS_FAMILIES;

use super::{super::decimal, Style};

const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const AF_NETLINK: u16 = 16;

/// Appends a socket address of which `bytes` were captured.
pub(super) fn socket_address(out: &mut Vec<u8>, bytes: &[u8], style: &Style) {
    let Some(family) = word(bytes, 0) else {
        return style.quote(out, bytes);
    };
    let (start, parts) = (out.len(), bytes.len());
    let whole = match family {
        AF_UNIX => unix(out, &bytes[2..], style),
        AF_INET if parts >= 16 => inet(out, bytes),
        AF_INET6 if parts >= 24 => inet6(out, bytes),
        AF_NETLINK if parts >= 12 => netlink(out, bytes),
        _ => None,
    };
    if whole.is_none() {
        out.truncate(start);
        // A Vec takes every write.
        drop(write!(out, "{{sa_family={}, sa_data=", family_name(family)));
        style.quote(out, &bytes[2..]);
        out.push(b'}');
    }
}

/// A path, or behind a NUL an abstract name (unix(7)).
fn unix(out: &mut Vec<u8>, name: &[u8], style: &Style) -> Option<()> {
    out.extend_from_slice(b"{sa_family=AF_UNIX");
    match name.first() {
        None => {}
        Some(0) if name.len() > 1 => {
            out.extend_from_slice(b", sun_path=@");
            style.quote(out, &name[1..]);
        }
        Some(_) => {
            out.extend_from_slice(b", sun_path=");
            style.quote(out, name.split(|byte| *byte == 0).next().unwrap_or_default());
        }
    }
    out.push(b'}');
    Some(())
}

fn inet(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address = Ipv4Addr::from(*bytes.get(4..8)?.first_chunk::<4>()?);
    let port = port(bytes)?;
    write!(out, "{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr(\"{address}\")}}")
        .ok()
}

fn inet6(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address = Ipv6Addr::from(*bytes.get(8..24)?.first_chunk::<16>()?);
    let flow = u32::from_be_bytes(*bytes.get(4..8)?.first_chunk::<4>()?);
    let port = port(bytes)?;
    write!(out, "{{sa_family=AF_INET6, sin6_port=htons({port}), sin6_flowinfo=htonl({flow}), ")
        .ok()?;
    write!(out, "inet_pton(AF_INET6, \"{address}\", &sin6_addr), sin6_scope_id=").ok()?;
    match bytes.get(24..28).and_then(|scope| scope.first_chunk::<4>()) {
        Some(scope) => decimal(out, u32::from_le_bytes(*scope)),
        None => out.extend_from_slice(b"???"),
    }
    out.push(b'}');
    Some(())
}

fn netlink(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let pid = u32::from_le_bytes(*bytes.get(4..8)?.first_chunk::<4>()?);
    let groups = u32::from_le_bytes(*bytes.get(8..12)?.first_chunk::<4>()?);
    // As printf(3)'s %#08x: 0 has no prefix.
    let groups = if groups == 0 { "00000000".to_owned() } else { format!("{groups:#08x}") };
    write!(out, "{{sa_family=AF_NETLINK, nl_pid={pid}, nl_groups={groups}}}").ok()
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes))
}

fn port(bytes: &[u8]) -> Option<u16> {
    word(bytes, 2).map(u16::swap_bytes)
}

/// The name of an address family (address_families(7)).
fn family_name(family: u16) -> String {
    let known = ADDRESS_FAMILIES.members.iter().find(|known| known.value == u64::from(family));
    known.map_or_else(|| format!("{family:#x}"), |known| known.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        socket_address(&mut out, bytes, &Style::default());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn addresses_by_family() {
        assert_eq!(
            text(b"\x02\0\0\x50\x7f\0\0\x01\0\0\0\0\0\0\0\0"),
            r#"{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}"#
        );
        assert_eq!(text(b"\x01\0/run/x\0"), r#"{sa_family=AF_UNIX, sun_path="/run/x"}"#);
        assert_eq!(text(b"\x01\0\0abc"), r#"{sa_family=AF_UNIX, sun_path=@"abc"}"#);
        assert_eq!(text(b"\x01\0"), "{sa_family=AF_UNIX}");
        assert_eq!(
            text(b"\x10\0\0\0\0\0\0\0\0\0\0\0"),
            "{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}"
        );
        assert_eq!(text(b"\x02\0\x01"), r#"{sa_family=AF_INET, sa_data="\1"}"#);
    }
}
