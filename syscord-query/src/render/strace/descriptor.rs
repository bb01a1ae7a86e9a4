//! Descriptors with what they stand for: strace's `-y` and `-yy`.

use super::{super::decimal, View, names::symbol};
use crate::descriptors::{CWD, Target};

/// Appends a descriptor, and what it stands for if that is wanted and known.
pub(super) fn descriptor(out: &mut Vec<u8>, fd: i32, view: &View<'_>) {
    symbol(out, fd, (fd == CWD).then_some("AT_FDCWD"), view.xlat);
    if view.descriptors > 0 {
        // What the call itself has stored was not there before.
        match view.row.stored(fd).filter(|_| fd != CWD) {
            Some(target) => stands_for(out, &target, view),
            None => view.row.target(fd).iter().for_each(|target| stands_for(out, target, view)),
        }
    }
}

/// Appends a result that is a descriptor.
pub(super) fn made(out: &mut Vec<u8>, fd: i32, view: &View<'_>) {
    decimal(out, fd);
    if view.descriptors > 0
        && let Some(target) = view.row.made()
    {
        stands_for(out, &target, view);
    }
}

fn stands_for(out: &mut Vec<u8>, target: &Target, view: &View<'_>) {
    let all = view.descriptors > 1 && !target.detail.is_empty();
    let (link, deleted) = target.without_deleted();
    out.push(b'<');
    if all && target.socket().is_some() {
        out.extend_from_slice(&target.detail);
    } else {
        name(out, link, view);
        if all {
            out.push(b'<');
            out.extend_from_slice(&target.detail);
            out.push(b'>');
        }
    }
    out.push(b'>');
    if deleted {
        out.extend_from_slice(b"(deleted)");
    }
}

/// A link's text, in which what encloses it is escaped.
fn name(out: &mut Vec<u8>, link: &[u8], view: &View<'_>) {
    let mut quoted = Vec::with_capacity(link.len() + 2);
    view.quote(&mut quoted, link);
    for byte in quoted.get(1..quoted.len() - 1).unwrap_or_default() {
        match byte {
            b'<' => out.extend_from_slice(b"\\74"),
            b'>' => out.extend_from_slice(b"\\76"),
            _ => out.push(*byte),
        }
    }
}
