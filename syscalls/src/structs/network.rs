//! Sockets, network interfaces and terminals.

use super::structs;
use crate::{
    Len,
    names::{
        devices::{
            COUNTER_COMPONENTS, COUNTER_EVENTS, COUNTER_SCOPES, INTERFACE_FLAGS, LINE_DISCIPLINES,
            MODEM_LINES, TERMINAL_CFLAGS, TERMINAL_IFLAGS, TERMINAL_LFLAGS, TERMINAL_OFLAGS,
        },
        sockopts::{
            PACKET_MEMBERSHIPS, TCP_CONGESTION_STATES, TCP_INFO_OPTIONS, TCP_STATES, TXREHASH_MODES,
        },
    },
};

structs! {
    /// A number (getsockopt(2)).
    INT { _: u32 = Int }

    /// The value of a socket's option that is a number where it has 4 bytes, and else no more than bytes
    /// (getsockopt(2)).
    OPTION { _: u32 = Int }

    /// An error of a socket (socket(7)'s `SO_ERROR`).
    SOCKET_ERROR { _: u32 = Errno }

    /// Whether a socket's hash changes when it repeats a message (socket(7)'s `SO_TXREHASH`).
    TXREHASH { _: u32 = One(&TXREHASH_MODES) }

    /// A group that is joined on an interface (ip(7)'s `IP_ADD_MEMBERSHIP`).
    IP_MREQ { imr_multiaddr: u32 = Inet, imr_interface: u32 = Inet }

    /// Packets that a socket is to get, too (packet(7)'s `PACKET_ADD_MEMBERSHIP`).
    PACKET_MREQ {
        mr_ifindex: u32 = Int, mr_type: u16 = One(&PACKET_MEMBERSHIPS), mr_alen: u16 = Uint,
        mr_address: u8[8] = Hardware
    }

    /// A ring of packets (packet(7)'s `PACKET_RX_RING`).
    TPACKET_REQ {
        tp_block_size: u32 = Uint, tp_block_nr: u32 = Uint, tp_frame_size: u32 = Uint,
        tp_frame_nr: u32 = Uint
    }

    /// An unsigned number (prctl(2)).
    UINT { _: u32 = Uint }

    /// A length of an address or option (accept(2)).
    SOCKLEN { _: u32 = Int }

    /// Whether and how long close(2) waits (socket(7)'s `SO_LINGER`).
    LINGER { l_onoff: u32 = Int, l_linger: u32 = Int }

    /// Credentials of a peer (unix(7)'s `SO_PEERCRED`).
    UCRED { pid: u32 = Pid, uid: u32 = Uid, gid: u32 = Gid }

    /// State of a connection (tcp(7)'s `TCP_INFO`).
    TCP_INFO {
        tcpi_state: u8 = One(&TCP_STATES), tcpi_ca_state: u8 = One(&TCP_CONGESTION_STATES),
        tcpi_retransmits: u8 = Uint, tcpi_probes: u8 = Uint, tcpi_backoff: u8 = Uint,
        tcpi_options: u8 = Bits(&TCP_INFO_OPTIONS), _: u8[2] = Uint, tcpi_rto: u32 = Uint,
        tcpi_ato: u32 = Uint, tcpi_snd_mss: u32 = Uint, tcpi_rcv_mss: u32 = Uint,
        tcpi_unacked: u32 = Uint, tcpi_sacked: u32 = Uint, tcpi_lost: u32 = Uint,
        tcpi_retrans: u32 = Uint, tcpi_fackets: u32 = Uint, tcpi_last_data_sent: u32 = Uint,
        tcpi_last_ack_sent: u32 = Uint, tcpi_last_data_recv: u32 = Uint,
        tcpi_last_ack_recv: u32 = Uint, tcpi_pmtu: u32 = Uint, tcpi_rcv_ssthresh: u32 = Uint,
        tcpi_rtt: u32 = Uint, tcpi_rttvar: u32 = Uint, tcpi_snd_ssthresh: u32 = Uint,
        tcpi_snd_cwnd: u32 = Uint, tcpi_advmss: u32 = Uint, tcpi_reordering: u32 = Uint,
        tcpi_rcv_rtt: u32 = Uint, tcpi_rcv_space: u32 = Uint, tcpi_total_retrans: u32 = Uint
    }

    /// Statistics of a packet socket (packet(7)'s `PACKET_STATISTICS`).
    TPACKET_STATS { tp_packets: u32 = Uint, tp_drops: u32 = Uint }

    /// The start of a request to a network interface: which one (netdevice(7)).
    IFREQ { ifr_name: u8[16] = Chars }

    /// A request to a network interface whose answer is a number (netdevice(7)).
    IFREQ_INT { ifr_name: u8[16] = Chars, ifr_ifindex: u32 = Int }

    /// The flags of a network interface (netdevice(7)'s `SIOCGIFFLAGS`).
    IFREQ_FLAGS { ifr_name: u8[16] = Chars, ifr_flags: u16 = Bits(&INTERFACE_FLAGS) }

    /// Room for the list of network interfaces (netdevice(7)'s `SIOCGIFCONF`).
    IFCONF { ifc_len: u32 = Int, ifc_buf: word = Ptr }

    /// A buffer that is written from (writev(2)).
    IOVEC_IN { iov_base: word = In(Len::Arg("iov_len")), iov_len: word = Size }

    /// A buffer that is read into (readv(2)).
    IOVEC_OUT { iov_base: word = Out(Len::Arg("iov_len")), iov_len: word = Size }

    /// A message that is sent (sendmsg(2)).
    MSGHDR_IN {
        msg_name: word = SockaddrIn(Len::Arg("msg_namelen")), msg_namelen: u32 = Int,
        msg_iov: word = TreesIn(&IOVEC_IN, Len::Arg("msg_iovlen")), msg_iovlen: word = Size,
        msg_control: word = ControlIn(Len::Arg("msg_controllen")), msg_controllen: word = Size,
        msg_flags: u32 = Bits(&MSG_FLAGS)
    }

    /// A message that is received (recvmsg(2)).
    MSGHDR_OUT {
        msg_name: word = SockaddrOut(Len::At("msg_namelen")), msg_namelen: u32 = Int,
        msg_iov: word = TreesOut(&IOVEC_OUT, Len::Arg("msg_iovlen")), msg_iovlen: word = Size,
        msg_control: word = ControlOut(Len::Arg("msg_controllen")), msg_controllen: word = Size,
        msg_flags: u32 = Bits(&MSG_FLAGS)
    }

    /// One of several messages that are sent (sendmmsg(2)).
    MMSGHDR_IN { msg_hdr: inner = Struct(&MSGHDR_IN), msg_len: u32 = Filled }

    /// One of several messages that are received (recvmmsg(2)).
    MMSGHDR_OUT { msg_hdr: inner = Struct(&MSGHDR_OUT), msg_len: u32 = Filled }

    /// Settings of a terminal (ioctl_tty(2)'s `TCGETS`).
    TERMIOS {
        c_iflag: u32 = Bits(&TERMINAL_IFLAGS), c_oflag: u32 = Bits(&TERMINAL_OFLAGS),
        c_cflag: u32 = Bits(&TERMINAL_CFLAGS), c_lflag: u32 = Bits(&TERMINAL_LFLAGS),
        detail c_line: u8 = One(&LINE_DISCIPLINES), detail c_cc: u8[19] = Hex
    }

    /// Settings of a terminal with any speed (ioctl_tty(2)'s `TCGETS2`).
    TERMIOS2 {
        c_iflag: u32 = Bits(&TERMINAL_IFLAGS), c_oflag: u32 = Bits(&TERMINAL_OFLAGS),
        c_cflag: u32 = Bits(&TERMINAL_CFLAGS), c_lflag: u32 = Bits(&TERMINAL_LFLAGS),
        detail c_line: u8 = One(&LINE_DISCIPLINES), detail c_cc: u8[19] = Hex,
        detail c_ispeed: u32 = Uint, detail c_ospeed: u32 = Uint
    }

    /// Settings of a terminal in the oldest structure (ioctl_tty(2)'s `TCGETA`).
    TERMIO {
        c_iflag: u16 = Bits(&TERMINAL_IFLAGS), c_oflag: u16 = Bits(&TERMINAL_OFLAGS),
        c_cflag: u16 = Bits(&TERMINAL_CFLAGS), c_lflag: u16 = Bits(&TERMINAL_LFLAGS),
        detail c_line: u8 = One(&LINE_DISCIPLINES), detail c_cc: u8[8] = Hex
    }

    /// The size of a terminal (ioctl_tty(2)'s `TIOCGWINSZ`).
    WINSIZE { ws_row: u16 = Uint, ws_col: u16 = Uint, ws_xpixel: u16 = Uint, ws_ypixel: u16 = Uint }

    /// What of a counter is watched (linux/counter.h).
    COUNTER_COMPONENT {
        type: u8 = One(&COUNTER_COMPONENTS), scope: u8 = One(&COUNTER_SCOPES), parent: u8 = Uint,
        id: u8 = Uint
    }

    /// What of a counter is watched, and when it is read (linux/counter.h).
    COUNTER_WATCH {
        component: inner = Struct(&COUNTER_COMPONENT), event: u8 = One(&COUNTER_EVENTS),
        channel: u8 = Uint
    }

    /// An unsigned number as wide as a register (rtc(4)).
    ULONG { _: word = Ulong }

    /// A 64-bit number that a socket is known by (socket(7)'s `SO_COOKIE`).
    COOKIE { _: u64 = Ulong }

    /// Lines of a modem (ioctl_tty(2)'s `TIOCMGET`).
    MODEM { _: u32 = Bits(&MODEM_LINES) }
}
