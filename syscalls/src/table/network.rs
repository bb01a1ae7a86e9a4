//! Sockets.

use crate::row::syscalls;

syscalls! {
    /// Accept a connection on a socket.
    accept { x86_64: 43, aarch64: 202, socketcall: 5; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrOut(At("addrlen")), addrlen: Changed(&SOCKLEN)) -> Fd;

    /// Accept a connection on a socket, with flags.
    accept4 { x86_64: 288, aarch64: 242, i386: 364, socketcall: 18; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrOut(At("addrlen")), addrlen: Changed(&SOCKLEN),
         flags: Bits(&SOCKET_FLAGS)) -> Fd;

    /// Give a socket its local address.
    bind { x86_64: 49, aarch64: 200, i386: 361, socketcall: 2; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrIn(Arg("addrlen")), addrlen: Uint) -> Addressed;

    /// Connect a socket to an address.
    connect { x86_64: 42, aarch64: 203, i386: 362, socketcall: 3; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrIn(Arg("addrlen")), addrlen: Uint) -> Addressed;

    /// Get the address a socket is connected to.
    getpeername { x86_64: 52, aarch64: 205, i386: 368, socketcall: 7; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrOut(At("addrlen")), addrlen: Changed(&SOCKLEN)) -> Int;

    /// Get the local address of a socket.
    getsockname { x86_64: 51, aarch64: 204, i386: 367, socketcall: 6; class: NETWORK | DESC }
        (sockfd: Fd, addr: SockaddrOut(At("addrlen")), addrlen: Changed(&SOCKLEN)) -> Int;

    /// Get an option of a socket.
    getsockopt { x86_64: 55, x32: 542, aarch64: 209, i386: 365, socketcall: 15; class: NETWORK | DESC }
        (sockfd: Fd, level: One(&SOCKET_LEVELS), optname: By(&SOCKET_OPTION),
         optval: By(&GETSOCKOPT_VALUE), optlen: Changed(&SOCKLEN)) -> Int;

    /// Listen for connections on a socket.
    listen { x86_64: 50, aarch64: 201, i386: 363, socketcall: 4; class: NETWORK | DESC }
        (sockfd: Fd, backlog: Int) -> Addressed;

    /// Receive a message from a connected socket.
    recv { socketcall: 10; class: NETWORK | DESC }
        (sockfd: Fd, buf: Out(Within("len")), len: Size, flags: Bits(&MSG_FLAGS)) -> Size;

    /// Receive a message from a socket, and its sender's address.
    recvfrom { x86_64: 45, x32: 517, aarch64: 207, i386: 371, socketcall: 12; class: NETWORK | DESC }
        (sockfd: Fd, buf: Out(Within("len")), len: Size, flags: Bits(&MSG_FLAGS),
         src_addr: SockaddrOut(At("addrlen")), addrlen: Changed(&SOCKLEN)) -> Size;

    /// Receive several messages from a socket.
    recvmmsg { x86_64: 299, aarch64: 243, i386: 337, socketcall: 19; class: NETWORK | DESC }
        (sockfd: Fd, msgvec: TreesChanged(&MMSGHDR_OUT, Within("vlen")), vlen: Uint,
         flags: Bits(&MSG_FLAGS), timeout: TimeLimit(&TIMESPEC)) -> Int;

    /// Receive several messages from a socket.
    recvmmsg { x32: 537; class: NETWORK | DESC; untested("x32 is not in the kernels tested on") }
        (sockfd: Fd, msgvec: TreesChanged(&MMSGHDR_OUT, Within("vlen")), vlen: Uint,
         flags: Bits(&MSG_FLAGS), timeout: TimeLimit(&TIMESPEC64)) -> Int;

    /// Receive a message from a socket, with control data.
    recvmsg { x86_64: 47, x32: 519, aarch64: 212, i386: 372, socketcall: 17; class: NETWORK | DESC }
        (sockfd: Fd, msg: TreeOut(&MSGHDR_OUT), flags: Bits(&MSG_FLAGS)) -> Size;

    /// Send a message on a connected socket.
    send { socketcall: 9; class: NETWORK | DESC }
        (sockfd: Fd, buf: In(Arg("len")), len: Size, flags: Bits(&MSG_FLAGS)) -> Size;

    /// Send several messages on a socket.
    sendmmsg { x86_64: 307, x32: 538, aarch64: 269, i386: 345, socketcall: 20; class: NETWORK | DESC }
        (sockfd: Fd, msgvec: TreesIn(&MMSGHDR_IN, Arg("vlen")), vlen: Uint,
         flags: Bits(&MSG_FLAGS)) -> Int;

    /// Send a message on a socket, with control data.
    sendmsg { x86_64: 46, x32: 518, aarch64: 211, i386: 370, socketcall: 16; class: NETWORK | DESC }
        (sockfd: Fd, msg: TreeIn(&MSGHDR_IN), flags: Bits(&MSG_FLAGS)) -> Size;

    /// Send a message on a socket, possibly to a given address.
    sendto { x86_64: 44, aarch64: 206, i386: 369, socketcall: 11; class: NETWORK | DESC }
        (sockfd: Fd, buf: In(Arg("len")), len: Size, flags: Bits(&MSG_FLAGS),
         dest_addr: SockaddrIn(Arg("addrlen")), addrlen: Uint) -> Size;

    /// Set an option of a socket.
    setsockopt { x86_64: 54, x32: 541, aarch64: 208, i386: 366, socketcall: 14; class: NETWORK | DESC }
        (sockfd: Fd, level: One(&SOCKET_LEVELS), optname: By(&SOCKET_OPTION),
         optval: By(&SETSOCKOPT_VALUE), optlen: Int) -> Int;

    /// Shut down part of a full-duplex connection.
    shutdown { x86_64: 48, aarch64: 210, i386: 373, socketcall: 13; class: NETWORK | DESC }
        (sockfd: Fd, how: One(&SHUTDOWN_HOW)) -> Int;

    /// Create a socket.
    socket { x86_64: 41, aarch64: 198, i386: 359, socketcall: 1; class: NETWORK | DESC }
        (domain: One(&ADDRESS_FAMILIES), type: Bits(&SOCKET_TYPES),
         protocol: By(&SOCKET_PROTOCOL)) -> Fd;

    /// Create a pair of connected sockets.
    socketpair { x86_64: 53, aarch64: 199, i386: 360, socketcall: 8; class: NETWORK | DESC }
        (domain: One(&ADDRESS_FAMILIES), type: Bits(&SOCKET_TYPES), protocol: By(&SOCKET_PROTOCOL),
         sv: ArrayOut(&FD, Fixed(2))) -> Int;
}
