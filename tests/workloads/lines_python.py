"""Files, sockets and threads, in the folder given, which it makes."""

import os
import select
import socket
import sys
import tempfile
import threading
import time

os.makedirs(sys.argv[1])
os.chdir(sys.argv[1])
os.getcwd()


def files(n):
    for i in range(10):
        name = f"f{n}-{i} é\n"
        with open(name, "w") as f:
            f.write("x" * 3000)
        with open(name) as f:
            f.read()
        os.rename(name, name + "2")
        os.stat(name + "2")
        os.link(name + "2", name)
        os.symlink(name, name + "s")
        os.readlink(name + "s")
        os.chmod(name, 0o640)
        os.utime(name, (1, 2.5))
        os.truncate(name, 10)
        os.lstat(name + "s")
        for one in (name, name + "2", name + "s"):
            os.unlink(one)


def talk(server):
    for _ in range(5):
        peer, _ = server.accept()
        peer.sendall(peer.recv(100))
        peer.close()


server = socket.create_server(("127.0.0.1", 0))
threads = [threading.Thread(target=files, args=(n,)) for n in range(4)]
threads.append(threading.Thread(target=talk, args=(server,)))
for thread in threads:
    thread.start()
for _ in range(5):
    client = socket.create_connection(server.getsockname())
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    client.sendall(b"hello")
    client.recv(100)
    client.close()
for thread in threads:
    thread.join()

try:
    open("/nowhere/x")
except OSError:
    pass
os.listdir(".")
os.listdir("/proc/self/task")
os.urandom(8)

# What programs wait for.
reader, writer = os.pipe()
poll = select.poll()
poll.register(reader, select.POLLIN)
poll.poll(10)
os.write(writer, b"\0\1\2")
poll.poll(10)
select.select([reader], [writer], [], 1.5)
with select.epoll() as epoll:
    epoll.register(reader, select.EPOLLIN)
    epoll.poll(0.01)
time.sleep(0.01)

# Datagrams, with credentials of a Unix socket and a descriptor that is passed.
left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
socket.send_fds(left, [b"take this"], [reader])
socket.recv_fds(right, 100, 4)
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp.bind(("::1", 0))
udp.sendto(b"x", udp.getsockname())
udp.recvfrom(100)
name = tempfile.mktemp()
unix = socket.socket(socket.AF_UNIX)
unix.bind(name)
unix.listen()
os.unlink(name)

child = os.fork()
if child == 0:
    os._exit(3)
os.waitpid(child, 0)
