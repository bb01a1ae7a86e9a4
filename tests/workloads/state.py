"""Makes descriptors in every way, and works on them: files, links, pipes, sockets, threads and children with
descriptors of their own, other directories. The argument is a folder of its own."""
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading

folder = sys.argv[1]
os.chdir(folder)
os.mkdir("sub")
os.symlink("sub", "link")
with open("link/file", "w") as file:            # the link is followed
    file.write("text")
inherited = os.open("sub/file", os.O_RDONLY)
os.read(inherited, 2)
removed = os.open("gone", os.O_RDWR | os.O_CREAT)
os.unlink("gone")
os.write(removed, b"x")
os.chdir("sub")
os.close(os.open("../link", os.O_RDONLY))
directory = os.open("..", os.O_RDONLY | os.O_DIRECTORY)
os.close(os.open("sub/file", os.O_RDONLY, dir_fd=directory))
os.fchdir(directory)
os.read(os.open("/dev/zero", os.O_RDONLY), 1)

reading, writing = os.pipe()
os.write(writing, b"1")
os.dup2(reading, 40)
os.set_inheritable(40, True)
os.close(reading)
copy = fcntl.fcntl(40, fcntl.F_DUPFD_CLOEXEC, 60)
os.read(copy, 1)
os.eventfd_write(os.eventfd(0), 1) if hasattr(os, "eventfd") else None
os.write(os.memfd_create("name"), b"m") if hasattr(os, "memfd_create") else None

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
client = socket.create_connection(server.getsockname())
accepted, _ = server.accept()
client.sendall(b"1")
accepted.recv(1)
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
try:
    six.connect(("::1", 9))
    six.send(b"6")
except OSError:                                 # no IPv6 here
    pass
one, two = socket.socketpair()
socket.send_fds(one, [b"1"], [server.fileno(), removed])
for fd in socket.recv_fds(two, 1, 2)[1]:
    os.fstat(fd)
named = socket.socket(socket.AF_UNIX)
named.bind(os.path.join(folder, "socket"))
named.listen()
os.fstat(os.open("socket", os.O_PATH))          # a file in a directory, not a socket


def work():
    descriptor = os.open("sub/file", os.O_RDONLY)
    os.read(descriptor, 1)


thread = threading.Thread(target=work)
thread.start()
thread.join()
child = os.fork()
if child == 0:
    os.close(inherited)
    os.read(os.open("/etc/passwd", os.O_RDONLY), 1)
    signal.alarm(0)
    os._exit(0)
os.waitpid(child, 0)
os.read(inherited, 1)
subprocess.run(["/bin/cat", "sub/file"], close_fds=False, check=False, stdin=subprocess.DEVNULL,
               stdout=subprocess.DEVNULL, preexec_fn=lambda: os.write(writing, b"\n"))
