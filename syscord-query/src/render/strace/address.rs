//! Socket addresses (`struct sockaddr`) by their fields.

use std::{
    fmt::{self, Display, Formatter},
    io::Write,
    net::{Ipv4Addr, Ipv6Addr},
};

use syscord_syscalls::{
    names::{
        Names,
        network::{
            ADDRESS_FAMILIES, ARP_HARDWARE, ETHERNET_PROTOCOLS, PACKET_TYPES, VSOCK_CIDS,
            VSOCK_FLAGS,
        },
    },
    record::family,
};

use super::{Style, Xlat, names::symbol, scalar::hex};

const AF_PACKET: u16 = 17;
const AF_VSOCK: u16 = 40;

/// The most bytes of a unix socket's address (unix(7)).
const UNIX_LEN: usize = 110;
/// What an address of the Internet family takes (ip(7)).
const INET_LEN: usize = 16;
/// What an address of a packet socket takes (packet(7)), without the part that a hardware address needs.
const PACKET_LEN: usize = 20;
/// What an address of a virtual machine takes (vsock(7)).
const VSOCK_LEN: usize = 16;
/// What one of version 6 takes at least: without the scope (ipv6(7)).
const INET6_LEAST: usize = 24;

/// Appends a socket address of which `bytes` were captured.
pub(super) fn socket_address(out: &mut Vec<u8>, bytes: &[u8], style: &Style) {
    let Some(family) = word(bytes, 0) else {
        return style.quote(out, bytes);
    };
    out.extend_from_slice(b"{sa_family=");
    let known = ADDRESS_FAMILIES.members.iter().find(|known| known.value == u64::from(family));
    match (known, style.xlat) {
        (None, Xlat::Abbrev | Xlat::Verbose) => drop(write!(out, "{family:#x} /* AF_??? */")),
        _ => symbol(out, hex(family.into()), known.map(|known| known.name), style.xlat),
    }
    let start = out.len();
    let whole = match family {
        family::UNIX => unix(out, &bytes[2..bytes.len().min(UNIX_LEN)], style),
        family::INET if bytes.len() >= INET_LEN => inet(out, bytes, style.xlat),
        family::INET6 if bytes.len() >= INET6_LEAST => inet6(out, bytes, style.xlat),
        family::NETLINK => netlink(out, bytes),
        AF_PACKET if bytes.len() >= PACKET_LEN => packet(out, bytes, style.xlat),
        AF_VSOCK if bytes.len() >= VSOCK_LEN => vsock(out, bytes, style.xlat),
        _ => None,
    };
    if whole.is_none() {
        out.truncate(start);
        out.extend_from_slice(b", sa_data=");
        style.quote(out, &bytes[2..]);
    }
    out.push(b'}');
}

/// A path, or behind a NUL an abstract name (unix(7)).
fn unix(out: &mut Vec<u8>, name: &[u8], style: &Style) -> Option<()> {
    match name.split_first() {
        None => {}
        Some((0, name)) => {
            out.extend_from_slice(b", sun_path=@");
            style.quote(out, name);
        }
        Some(_) => {
            out.extend_from_slice(b", sun_path=");
            style.quote(out, name.split(|byte| *byte == 0).next().unwrap_or_default());
        }
    }
    Some(())
}

fn inet(out: &mut Vec<u8>, bytes: &[u8], xlat: Xlat) -> Option<()> {
    let address: &[u8; 4] = bytes.get(4..8)?.first_chunk()?;
    port(out, "sin_port", bytes, xlat)?;
    out.extend_from_slice(b", sin_addr=");
    bytes_named(out, address, format_args!("inet_addr(\"{}\")", Ipv4Addr::from(*address)), xlat);
    Some(())
}

fn inet6(out: &mut Vec<u8>, bytes: &[u8], xlat: Xlat) -> Option<()> {
    let address: &[u8; 16] = bytes.get(8..24)?.first_chunk()?;
    let flow: &[u8; 4] = bytes.get(4..8)?.first_chunk()?;
    port(out, "sin6_port", bytes, xlat)?;
    out.extend_from_slice(b", sin6_flowinfo=");
    bytes_named(out, flow, format_args!("htonl({})", u32::from_be_bytes(*flow)), xlat);
    let name = Ipv6Addr::from(*address);
    match xlat {
        Xlat::Abbrev => drop(write!(out, ", inet_pton(AF_INET6, \"{name}\", &sin6_addr)")),
        _ => {
            out.extend_from_slice(b", sin6_addr=");
            bytes_named(out, address, format_args!("inet_pton(AF_INET6, \"{name}\")"), xlat);
        }
    }
    if let Some(scope) = bytes.get(24..28).and_then(|scope| scope.first_chunk::<4>()) {
        drop(write!(out, ", sin6_scope_id={}", u32::from_le_bytes(*scope)));
    }
    Some(())
}

fn netlink(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let (pad, pid) = (word(bytes, 2)?, u32::from_le_bytes(*bytes.get(4..8)?.first_chunk()?));
    let groups = u32::from_le_bytes(*bytes.get(8..12)?.first_chunk()?);
    if pad != 0 {
        drop(write!(out, ", nl_pad={pad:#x}"));
    }
    drop(write!(out, ", nl_pid={pid}, nl_groups="));
    drop(match groups {
        0 => write!(out, "00000000"),
        _ => write!(out, "{groups:#08x}"),
    });
    Some(())
}

/// Interfaces are numbers: what they were called is not known.
fn packet(out: &mut Vec<u8>, bytes: &[u8], xlat: Xlat) -> Option<()> {
    let protocol: &[u8; 2] = bytes.get(2..4)?.first_chunk()?;
    out.extend_from_slice(b", sll_protocol=");
    let mut name = Vec::new();
    let known = u64::from(u16::from_be_bytes(*protocol));
    named(&mut name, &ETHERNET_PROTOCOLS, known, Xlat::Abbrev);
    let name = String::from_utf8_lossy(&name);
    bytes_named(out, protocol, format_args!("htons({name})"), xlat);
    drop(write!(out, ", sll_ifindex={}, sll_hatype=", double(bytes, 4)?));
    named(out, &ARP_HARDWARE, word(bytes, 8)?.into(), xlat);
    out.extend_from_slice(b", sll_pkttype=");
    named(out, &PACKET_TYPES, (*bytes.get(10)?).into(), xlat);
    let (length, address) = (*bytes.get(11)?, bytes.get(12..)?);
    drop(write!(out, ", sll_halen={length}"));
    if length > 0 {
        let (length, there) = (usize::from(length), address.len());
        let mut elements: Vec<String> =
            address.iter().take(length).map(|byte| format!("{byte:#04x}")).collect();
        elements.extend((there < length).then(|| "...".to_owned()));
        drop(write!(out, ", sll_addr=[{}]", elements.join(", ")));
    }
    Some(())
}

fn vsock(out: &mut Vec<u8>, bytes: &[u8], xlat: Xlat) -> Option<()> {
    const PORT_ANY: u32 = u32::MAX;
    let (reserved, port, cid) = (word(bytes, 2)?, double(bytes, 4)?, double(bytes, 8)?);
    if reserved != 0 {
        drop(write!(out, ", svm_reserved1={reserved:#x}"));
    }
    let number = |number: u32| hex(number.into());
    out.extend_from_slice(b", svm_cid=");
    let known = VSOCK_CIDS.members.iter().find(|known| known.value == u64::from(cid));
    symbol(out, number(cid), known.map(|known| known.name), xlat);
    out.extend_from_slice(b", svm_port=");
    symbol(out, number(port), (port == PORT_ANY).then_some("VMADDR_PORT_ANY"), xlat);
    let (flags, zero) = (*bytes.get(12)?, bytes.get(13..VSOCK_LEN)?);
    out.extend_from_slice(b", svm_flags=");
    match flags {
        0 => out.push(b'0'),
        _ => named(out, &VSOCK_FLAGS, flags.into(), xlat),
    }
    if zero.iter().any(|byte| *byte != 0) {
        drop(write!(out, ", svm_zero={}", InHex(zero)));
    }
    Some(())
}

/// Appends one of several values by its name, or with what it may be.
fn named(out: &mut Vec<u8>, names: &Names, value: u64, xlat: Xlat) {
    let known = names.members.iter().find(|known| known.value == value);
    match (known, xlat) {
        (None, Xlat::Abbrev | Xlat::Verbose) => {
            drop(write!(out, "{} /* {} */", hex(value), names.unknown));
        }
        _ => symbol(out, hex(value), known.map(|known| known.name), xlat),
    }
}

fn double(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes))
}

fn port(out: &mut Vec<u8>, name: &str, bytes: &[u8], xlat: Xlat) -> Option<()> {
    let port = bytes.get(2..4)?.first_chunk::<2>()?;
    drop(write!(out, ", {name}="));
    bytes_named(out, port, format_args!("htons({})", u16::from_be_bytes(*port)), xlat);
    Some(())
}

/// Appends what stands in the network's byte order: its name, or by `-X` its bytes.
pub(super) fn bytes_named(out: &mut Vec<u8>, bytes: &[u8], name: impl Display, xlat: Xlat) {
    symbol(out, InHex(bytes), Some(name), xlat);
}

/// Bytes in quotes, all of them escaped.
struct InHex<'a>(&'a [u8]);

impl Display for InHex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        self.0.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        f.write_str("\"")
    }
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
    fn bytes_on_request() {
        let mut out = Vec::new();
        let style = Style { xlat: Xlat::Verbose, ..Style::default() };
        socket_address(&mut out, b"\x02\0\0\x50\x7f\0\0\x01\0\0\0\0\0\0\0\0", &style);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{sa_family=0x2 /* AF_INET */, sin_port="\x00\x50" /* htons(80) */, sin_addr="\x7f\x00\x00\x01" /* inet_addr("127.0.0.1") */}"#
        );
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
        assert_eq!(text(b"\x01\0\0"), r#"{sa_family=AF_UNIX, sun_path=@""}"#);
        assert_eq!(
            text(b"\x10\0\0\0\x05\0\0\0\x01\0\0\0"),
            "{sa_family=AF_NETLINK, nl_pid=5, nl_groups=0x000001}"
        );
        assert_eq!(
            text(b"\x11\0\x08\0\x02\0\0\0\x01\0\0\x06\x02\x42\0\0\0\x01\0\0"),
            "{sa_family=AF_PACKET, sll_protocol=htons(ETH_P_IP), sll_ifindex=2, \
             sll_hatype=ARPHRD_ETHER, sll_pkttype=PACKET_HOST, sll_halen=6, \
             sll_addr=[0x02, 0x42, 0x00, 0x00, 0x00, 0x01]}"
        );
        assert_eq!(
            text(b"\x28\0\0\0\x50\0\0\0\x02\0\0\0\0\0\0\0"),
            "{sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x50, svm_flags=0}"
        );
        assert_eq!(text(b"\xff\0a"), r#"{sa_family=0xff /* AF_??? */, sa_data="a"}"#);
        assert_eq!(text(b"\x02\0\x01"), r#"{sa_family=AF_INET, sa_data="\1"}"#);
    }
}
