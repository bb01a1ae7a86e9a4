// Sockets.
#include "every.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static const struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};

static void sockets(void) {
    int pair[2];
    S(close, S(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
    S(close, S(socket, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP));
    S(close, S(socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    S(close, S(socket, AF_PACKET, SOCK_DGRAM, htons(0x0800)));
    S(socket, AF_UNIX, 77, 0);
    S(socket, 99, SOCK_SEQPACKET | SOCK_CLOEXEC, 5);
    S(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
    S(close, pair[0]);
    S(close, pair[1]);
    S(socketpair, AF_INET, SOCK_STREAM, IPPROTO_IP, BAD);
}

static void local(void) {
    struct sockaddr_un name = {AF_UNIX, "socket \"1\""}, abstract = {AF_UNIX, "\0syscord-every"}, from;
    socklen_t length = sizeof from;
    char bytes[64];
    long listener = S(socket, AF_UNIX, SOCK_STREAM, 0);
    S(unlink, name.sun_path);
    S(bind, listener, &name, sizeof name);
    S(bind, listener, &abstract, 16);
    S(listen, listener, 5);
    S(listen, -1, 5);
    long client = S(socket, AF_UNIX, SOCK_STREAM, 0);
    S(connect, client, &abstract, 17);
    S(connect, client, &name, sizeof name);
    S(connect, client, BAD, sizeof name);
    S(connect, client, &name, 1000);
    long server = S(accept, listener, &from, &length);
    S(accept, server, NULL, NULL);
    S(accept4, -1, &from, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    length = sizeof from;
    S(getsockname, server, &from, &length);
    length = 5;
    S(getsockname, server, &from, &length);
    length = sizeof from;
    S(getpeername, server, &from, &length);
    S(getpeername, listener, &from, &length);
    S(getsockname, server, BAD, NULL);
    S(sendto, client, "unix\0\1", 6, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
    S(recvfrom, server, bytes, sizeof bytes, MSG_PEEK | MSG_TRUNC, NULL, NULL);
    length = sizeof from;
    S(recvfrom, server, bytes, 3, MSG_WAITALL, &from, &length);
    S(shutdown, client, SHUT_WR);
    S(recvfrom, server, bytes, sizeof bytes, 0, NULL, NULL);
    S(recvfrom, server, bytes, sizeof bytes, 0, NULL, NULL);
    S(shutdown, client, 77);
    S(shutdown, -1, SHUT_RDWR);
    S(sendto, client, "x", 1, MSG_NOSIGNAL | MSG_OOB | MSG_MORE, NULL, 0);
    S(close, client), S(close, server), S(close, listener);
}

static void datagrams(void) {
    struct sockaddr_in one = any, from = {0};
    socklen_t length = sizeof one;
    char bytes[32], control[128];
    struct iovec parts[] = {{"two ", 4}, {"parts", 5}}, place = {bytes, sizeof bytes};
    long receiver = S(socket, AF_INET, SOCK_DGRAM, 0), sender = S(socket, AF_INET, SOCK_DGRAM, 0);
    S(bind, receiver, &one, sizeof one);
    S(bind, receiver, &one, 5);
    S(getsockname, receiver, &one, &length);
    S(sendto, sender, "datagram", 8, MSG_CONFIRM, &one, sizeof one);
    S(sendto, sender, BAD, 8, 0, &one, sizeof one);
    S(recvfrom, receiver, bytes, sizeof bytes, 0, &from, &length);
    S(recvfrom, receiver, bytes, sizeof bytes, MSG_DONTWAIT, &from, &length);
    struct msghdr out = {&one, sizeof one, parts, 2, NULL, 0, 0};
    struct msghdr in = {&from, sizeof from, &place, 1, control, sizeof control, 0};
    S(sendmsg, sender, &out, MSG_DONTROUTE);
    S(recvmsg, receiver, &in, MSG_CMSG_CLOEXEC);
    S(recvmsg, receiver, &in, MSG_DONTWAIT | MSG_ERRQUEUE);
    S(sendmsg, sender, BAD, 0x10000000);
    struct mmsghdr many[2] = {{out, 0}, {out, 0}}, got[2] = {{in, 0}, {in, 0}};
    S(sendmmsg, sender, many, 2, MSG_NOSIGNAL);
    S(recvmmsg, receiver, got, 2, MSG_WAITFORONE, P(timespec, 1, 0));
    S(recvmmsg, receiver, got, 2, MSG_DONTWAIT, NULL);
    S(sendmmsg, -1, many, 2, 0);
    S(connect, sender, &one, sizeof one);
    S(connect, sender, P(sockaddr, AF_UNSPEC), sizeof(struct sockaddr));
    S(close, receiver), S(close, sender);
}

static void streams(void) {
    struct sockaddr_in here = any;
    struct sockaddr_in6 wide = {AF_INET6, htons(9), htonl(5), IN6ADDR_LOOPBACK_INIT, 3};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    socklen_t length = sizeof here;
    char bytes[16];
    long listener = S(socket, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    long client = S(socket, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    S(bind, listener, &here, sizeof here);
    S(listen, listener, 1);
    S(getsockname, listener, &here, &length);
    S(connect, client, &here, sizeof here);
    long server = S(accept4, listener, &here, &length, SOCK_CLOEXEC);
    S(sendto, server, "stream\n", 7, 0, NULL, 0);
    S(recvfrom, client, bytes, sizeof bytes, 0, NULL, NULL);
    S(close, client), S(close, server), S(close, listener);
    long six = S(socket, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    S(connect, six, &wide, sizeof wide);
    S(bind, six, &wide, 20);
    S(close, six);
    struct { struct nlmsghdr head; struct rtgenmsg body; } ask =
        {{sizeof ask, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    long links = S(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    S(bind, links, &kernel, sizeof kernel);
    S(sendto, links, &ask, sizeof ask, 0, NULL, 0);
    S(recvfrom, links, bytes, sizeof bytes, MSG_TRUNC, &kernel, &length);
    S(getsockname, links, &kernel, &length);
    S(close, links);
}

static void options(void) {
    int number = 1;
    socklen_t length = sizeof number;
    struct linger linger = {1, 5};
    struct timeval time = {2, 500000};
    struct ucred peer;
    struct tcp_info info;
    struct ip_mreqn group = {{htonl(0xe0000001)}, {0}, 0};
    struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, 0xffff);
    struct sock_fprog filter = {1, &code};
    char name[16];
    int pair[2];
    long tcp = S(socket, AF_INET, SOCK_STREAM, 0), udp = S(socket, AF_INET, SOCK_DGRAM, 0);
    S(setsockopt, tcp, SOL_SOCKET, SO_REUSEADDR, &number, sizeof number);
    S(setsockopt, tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    S(setsockopt, tcp, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    S(setsockopt, tcp, SOL_SOCKET, SO_SNDBUF, &number, 3);
    S(setsockopt, tcp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
    S(setsockopt, tcp, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
    S(setsockopt, tcp, IPPROTO_TCP, TCP_NODELAY, &number, sizeof number);
    S(setsockopt, tcp, IPPROTO_TCP, TCP_CONGESTION, "no such one", 11);
    S(setsockopt, udp, IPPROTO_IP, IP_TTL, &number, sizeof number);
    S(setsockopt, udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
    S(setsockopt, udp, IPPROTO_IPV6, IPV6_V6ONLY, &number, sizeof number);
    S(setsockopt, udp, SOL_SOCKET, 0x7777, BAD, 4);
    S(setsockopt, -1, 0x7777, 5, NULL, 0);
    S(getsockopt, tcp, SOL_SOCKET, SO_TYPE, &number, &length);
    S(getsockopt, tcp, SOL_SOCKET, SO_ERROR, &number, &length);
    S(getsockopt, tcp, SOL_SOCKET, SO_DOMAIN, &number, &length);
    S(getsockopt, tcp, SOL_SOCKET, SO_PROTOCOL, &number, &length);
    S(getsockopt, tcp, SOL_SOCKET, SO_RCVBUF, &number, &length);
    length = sizeof linger;
    S(getsockopt, tcp, SOL_SOCKET, SO_LINGER, &linger, &length);
    length = sizeof time;
    S(getsockopt, tcp, SOL_SOCKET, SO_RCVTIMEO, &time, &length);
    length = sizeof name;
    S(getsockopt, tcp, IPPROTO_TCP, TCP_CONGESTION, name, &length);
    length = sizeof info;
    S(getsockopt, tcp, IPPROTO_TCP, TCP_INFO, &info, &length);
    length = sizeof number;
    S(getsockopt, udp, IPPROTO_IP, IP_MTU_DISCOVER, &number, &length);
    S(getsockopt, udp, IPPROTO_IP, 0x7777, &number, &length);
    S(getsockopt, udp, SOL_SOCKET, SO_TYPE, BAD, &length);
    S(getsockopt, 0, SOL_SOCKET, SO_TYPE, &number, BAD);
    S(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
    length = sizeof peer;
    S(getsockopt, pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &length);
    S(setsockopt, pair[0], SOL_SOCKET, SO_PASSCRED, &number, sizeof number);
    struct ifreq interface = {.ifr_name = "lo"};
    S(ioctl, udp, SIOCGIFINDEX, &interface);
    S(ioctl, udp, SIOCGIFFLAGS, &interface);
    S(close, tcp), S(close, udp), S(close, pair[0]), S(close, pair[1]);
}

int main(int argc, char **argv) {
    begin(argc, argv);
    sockets();
    local();
    datagrams();
    streams();
    options();
    S(exit_group, 0);
}
