//! Sockets that processes had before they were recorded: asked by the recorder, the kernel shows this program their open
//! files. `/proc` would have the recorder read all connections of a network, also those that are long closed.

use core::{ffi::c_void, mem::zeroed};

use syscord_syscalls::record::{SocketRecord, family, file_type};

use crate::{
    config, files,
    iterator::{Meta, Out},
    task::{Members, read},
};

/// `struct bpf_iter__task_file`
#[repr(C)]
pub struct Shown {
    meta: *const Meta,
    task: *const c_void,
    fd: u32,
    file: *const c_void,
}

/// Looks at an open file, and writes what is known of it if it is a socket.
#[inline(always)]
pub fn look(shown: *const Shown) {
    // SAFETY: the verifier checks the loads against the types of the context.
    let (out, file) = unsafe { (Out::of((*shown).meta), (*shown).file) };
    if file.is_null() {
        return;
    }
    let file = file as u64;
    let inode: u64 = read(file, config::file_inode());
    let mode = u32::from(read::<u16>(inode, config::inode_mode()));
    let socket: u64 = read(file, config::file_private());
    if mode & file_type::MASK != file_type::SOCKET || socket == 0 {
        return;
    }
    let sock: u64 = read(socket, config::socket_sock());
    // SAFETY: numbers may be zero.
    let mut record: SocketRecord = unsafe { zeroed() };
    record.file.inode = read(inode, config::inode_number());
    record.file.mode = mode;
    files::ends(&raw mut record.file, sock, &Members::plain(sock));
    if record.file.family == family::UNIX {
        record.file.names = files::unix_address(sock, (&raw mut record.address).cast());
    }
    out.write(&record);
}
