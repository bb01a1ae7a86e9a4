//! Options of sockets, by level and name.

use super::choices;
use crate::names::sockopts::*;

choices! {
    /// socket(2)'s protocol.
    SOCKET_PROTOCOL by domain of ADDRESS_FAMILIES {
        AF_INET | AF_INET6 => One(&INET_PROTOCOLS),
        AF_NETLINK => One(&NETLINK_PROTOCOLS),
        AF_BLUETOOTH => One(&BLUETOOTH_PROTOCOLS),
        AF_CAN => One(&CAN_PROTOCOLS),
        AF_PACKET => Swapped(&ETHERNET_PROTOCOLS),
    } otherwise Int
}

/// Turns lists of options into two [`choices!`] each, for setsockopt(2) and for getsockopt(2):
///
/// ```text
/// /// Options of a socket (socket(7)).
/// SET_SO, GET_SO of SO_NAMES { SO_LINGER => LINGER }
/// ```
macro_rules! options {
    ($(
        $(#[doc = $doc:literal])+
        $set:ident, $get:ident of $names:path { $($($name:ident)|+ => $of:ident),* $(,)? }
    )*) => {
        $(
            choices! {
                $(#[doc = $doc])+
                $set by optname of $names { $($($name)|+ => StructIn(&$of)),* }
                otherwise In(Arg("optlen"))

                $(#[doc = $doc])+
                $get by optname of $names { $($($name)|+ => StructOut(&$of)),* }
                otherwise Out(At("optlen"))
            }
        )*
    };
}

choices! {
    /// The option's name in setsockopt(2) and getsockopt(2).
    SOCKET_OPTION by level of SOCKET_LEVELS {
        SOL_SOCKET => One(&SO_NAMES),
        SOL_IP => One(&IP_NAMES),
        SOL_IPV6 => One(&IPV6_NAMES),
        SOL_TCP => One(&TCP_NAMES),
        SOL_UDP | SOL_UDPLITE => One(&UDP_NAMES),
        SOL_NETLINK => One(&NETLINK_NAMES),
        SOL_PACKET => One(&PACKET_NAMES),
        SOL_RAW => One(&RAW_NAMES),
        SOL_ICMPV6 => One(&ICMPV6_NAMES),
        AF_VSOCK => One(&VSOCK_NAMES),
        SOL_SCTP => One(&SCTP_NAMES),
        SOL_CAN_RAW => One(&CAN_RAW_NAMES),
        SOL_ALG => One(&ALG_NAMES),
        SOL_TLS => One(&TLS_NAMES),
        SOL_XDP => One(&XDP_NAMES),
    } otherwise Enum

    /// The option's value in setsockopt(2).
    SETSOCKOPT_VALUE by level of SOCKET_LEVELS {
        SOL_SOCKET => By(&SET_SO),
        SOL_IP => By(&SET_IP),
        SOL_IPV6 => By(&SET_IPV6),
        SOL_TCP => By(&SET_TCP),
        SOL_UDP | SOL_UDPLITE => By(&SET_UDP),
        SOL_NETLINK => By(&SET_NETLINK),
        SOL_PACKET => By(&SET_PACKET),
    } otherwise In(Arg("optlen"))

    /// The option's value in getsockopt(2) at level `SOL_NETLINK` (netlink(7)).
    GET_NETLINK_VALUE by optname of NETLINK_NAMES {
        NETLINK_LIST_MEMBERSHIPS => ArrayOut(&UINT, At("optlen")),
    } otherwise By(&GET_NETLINK)

    /// The option's value in getsockopt(2).
    GETSOCKOPT_VALUE by level of SOCKET_LEVELS {
        SOL_SOCKET => By(&GET_SO),
        SOL_IP => By(&GET_IP),
        SOL_IPV6 => By(&GET_IPV6),
        SOL_TCP => By(&GET_TCP),
        SOL_UDP | SOL_UDPLITE => By(&GET_UDP),
        SOL_NETLINK => By(&GET_NETLINK_VALUE),
        SOL_PACKET => By(&GET_PACKET),
    } otherwise Out(At("optlen"))
}

options! {
    /// Values of options at level `SOL_SOCKET` (socket(7)).
    SET_SO, GET_SO of SO_NAMES {
        SO_DEBUG | SO_REUSEADDR | SO_DONTROUTE | SO_BROADCAST | SO_SNDBUF | SO_RCVBUF | SO_KEEPALIVE
        | SO_OOBINLINE | SO_NO_CHECK | SO_PRIORITY | SO_BSDCOMPAT | SO_REUSEPORT | SO_PASSCRED
        | SO_RCVLOWAT | SO_SNDLOWAT | SO_DETACH_FILTER | SO_TIMESTAMP_OLD | SO_ACCEPTCONN
        | SO_SNDBUFFORCE | SO_RCVBUFFORCE | SO_PASSSEC | SO_TIMESTAMPNS_OLD | SO_MARK
        | SO_TIMESTAMPING_OLD | SO_RXQ_OVFL | SO_WIFI_STATUS | SO_PEEK_OFF | SO_NOFCS
        | SO_LOCK_FILTER | SO_SELECT_ERR_QUEUE | SO_BUSY_POLL | SO_INCOMING_CPU | SO_CNX_ADVICE
        | SO_INCOMING_NAPI_ID | SO_ZEROCOPY | SO_TIMESTAMP_NEW | SO_TIMESTAMPNS_NEW
        | SO_TIMESTAMPING_NEW | SO_DETACH_REUSEPORT_BPF | SO_PREFER_BUSY_POLL | SO_BUSY_POLL_BUDGET
        | SO_RESERVE_MEM | SO_RCVMARK => INT,
        SO_TYPE | SO_DOMAIN | SO_PROTOCOL | SO_BPF_EXTENSIONS | SO_BINDTOIFINDEX | SO_BUF_LOCK
        | SO_PASSPIDFD | SO_RCVPRIORITY | SO_PASSRIGHTS | SO_INQ => OPTION,
        SO_ERROR => SOCKET_ERROR,
        SO_TXREHASH => TXREHASH,
        SO_LINGER => LINGER,
        SO_PEERCRED => UCRED,
        SO_PEERGROUPS => GID32,
        SO_PEERPIDFD | SO_ATTACH_BPF | SO_ATTACH_REUSEPORT_EBPF => FD,
        SO_RCVTIMEO_OLD | SO_SNDTIMEO_OLD => TIMEVAL,
        SO_RCVTIMEO_NEW | SO_SNDTIMEO_NEW => TIMEVAL64,
        SO_ATTACH_FILTER | SO_ATTACH_REUSEPORT_CBPF => SOCK_FPROG,
        SO_MAX_PACING_RATE | SO_COOKIE | SO_NETNS_COOKIE => COOKIE,
    }

    /// Values of options at level `SOL_IP` (ip(7)).
    SET_IP, GET_IP of IP_NAMES {
        IP_TOS | IP_TTL | IP_HDRINCL | IP_ROUTER_ALERT | IP_RECVOPTS | IP_RETOPTS | IP_PKTINFO
        | IP_MTU_DISCOVER | IP_RECVERR | IP_RECVTTL | IP_RECVTOS | IP_MTU | IP_FREEBIND
        | IP_PASSSEC | IP_TRANSPARENT | IP_ORIGDSTADDR | IP_MINTTL | IP_NODEFRAG | IP_CHECKSUM
        | IP_BIND_ADDRESS_NO_PORT | IP_RECVFRAGSIZE | IP_RECVERR_RFC4884 | IP_MULTICAST_TTL
        | IP_MULTICAST_LOOP | IP_MULTICAST_ALL | IP_UNICAST_IF | IP_PROTOCOL => OPTION,
        IP_ADD_MEMBERSHIP | IP_DROP_MEMBERSHIP => IP_MREQ,
    }

    /// Values of options at level `SOL_IPV6` (ipv6(7)).
    SET_IPV6, GET_IPV6 of IPV6_NAMES {
        IPV6_ADDRFORM | IPV6_CHECKSUM | IPV6_UNICAST_HOPS | IPV6_MULTICAST_IF | IPV6_MULTICAST_HOPS
        | IPV6_MULTICAST_LOOP | IPV6_ROUTER_ALERT | IPV6_MTU_DISCOVER | IPV6_MTU | IPV6_RECVERR
        | IPV6_V6ONLY | IPV6_MULTICAST_ALL | IPV6_RECVERR_RFC4884 | IPV6_FLOWINFO_SEND
        | IPV6_HDRINCL | IPV6_RECVPKTINFO | IPV6_RECVHOPLIMIT | IPV6_RECVHOPOPTS | IPV6_RECVRTHDR
        | IPV6_RECVDSTOPTS | IPV6_RECVPATHMTU | IPV6_DONTFRAG | IPV6_RECVTCLASS | IPV6_TCLASS
        | IPV6_AUTOFLOWLABEL | IPV6_ADDR_PREFERENCES | IPV6_MINHOPCOUNT | IPV6_ORIGDSTADDR
        | IPV6_TRANSPARENT | IPV6_UNICAST_IF | IPV6_RECVFRAGSIZE | IPV6_FREEBIND => OPTION,
    }

    /// Values of options at level `SOL_TCP` (tcp(7)).
    SET_TCP, GET_TCP of TCP_NAMES {
        TCP_NODELAY | TCP_MAXSEG | TCP_CORK | TCP_KEEPIDLE | TCP_KEEPINTVL | TCP_KEEPCNT
        | TCP_SYNCNT | TCP_LINGER2 | TCP_DEFER_ACCEPT | TCP_WINDOW_CLAMP | TCP_QUICKACK
        | TCP_THIN_LINEAR_TIMEOUTS | TCP_THIN_DUPACK | TCP_USER_TIMEOUT | TCP_REPAIR
        | TCP_REPAIR_QUEUE | TCP_QUEUE_SEQ | TCP_FASTOPEN | TCP_TIMESTAMP | TCP_NOTSENT_LOWAT
        | TCP_SAVE_SYN | TCP_FASTOPEN_CONNECT | TCP_FASTOPEN_NO_COOKIE | TCP_INQ | TCP_TX_DELAY
        | TCP_IS_MPTCP | TCP_RTO_MAX_MS | TCP_RTO_MIN_US | TCP_DELACK_MAX_US => OPTION,
        TCP_INFO => TCP_INFO,
    }

    /// Values of options at level `SOL_UDP` (udp(7)).
    SET_UDP, GET_UDP of UDP_NAMES {
        UDP_CORK | UDP_ENCAP | UDP_NO_CHECK6_TX | UDP_NO_CHECK6_RX | UDP_SEGMENT | UDP_GRO => OPTION,
    }

    /// Values of options at level `SOL_NETLINK` (netlink(7)).
    SET_NETLINK, GET_NETLINK of NETLINK_NAMES {
        NETLINK_ADD_MEMBERSHIP | NETLINK_DROP_MEMBERSHIP | NETLINK_PKTINFO
        | NETLINK_BROADCAST_ERROR | NETLINK_NO_ENOBUFS | NETLINK_RX_RING | NETLINK_TX_RING
        | NETLINK_LISTEN_ALL_NSID | NETLINK_CAP_ACK | NETLINK_EXT_ACK | NETLINK_GET_STRICT_CHK => INT,
    }

    /// Values of options at level `SOL_PACKET` (packet(7)).
    SET_PACKET, GET_PACKET of PACKET_NAMES {
        PACKET_RECV_OUTPUT | PACKET_COPY_THRESH | PACKET_AUXDATA | PACKET_ORIGDEV | PACKET_VERSION
        | PACKET_HDRLEN | PACKET_RESERVE | PACKET_LOSS | PACKET_VNET_HDR | PACKET_TX_TIMESTAMP
        | PACKET_TIMESTAMP | PACKET_FANOUT | PACKET_TX_HAS_OFF | PACKET_QDISC_BYPASS
        | PACKET_IGNORE_OUTGOING | PACKET_VNET_HDR_SZ => OPTION,
        PACKET_STATISTICS => TPACKET_STATS,
        PACKET_RX_RING | PACKET_TX_RING => TPACKET_REQ,
        PACKET_ADD_MEMBERSHIP | PACKET_DROP_MEMBERSHIP => PACKET_MREQ,
    }
}
