//! What was true of a process when it made a call, as JSON: `--state`.

use super::decimal;
use crate::{
    descriptors::{CWD, Target},
    escape::json_string,
    row::Row,
};

/// Appends an object; what is not known is null.
pub(super) fn state_json(out: &mut Vec<u8>, row: &Row<'_>) {
    let facts = row.facts();
    let known = |bytes: &'_ [u8]| !bytes.is_empty();
    out.extend_from_slice(b"{\"exe\":");
    string(out, facts.map(|facts| &*facts.exe).filter(|exe| known(exe)));
    out.extend_from_slice(b",\"argv\":");
    match facts.map(|facts| &facts.argv).filter(|argv| !argv.is_empty()) {
        Some(argv) => list(out, argv),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"cwd\":");
    string(out, row.target(CWD).as_ref().map(|cwd| &*cwd.link));
    out.extend_from_slice(b",\"uid\":");
    match facts.and_then(|facts| facts.uid) {
        Some(uid) => decimal(out, uid),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"cgroup\":");
    string(out, facts.map(|facts| &*facts.cgroup).filter(|cgroup| known(cgroup)));
    out.extend_from_slice(b",\"container\":");
    string(out, facts.and_then(|facts| facts.container()));
    out.extend_from_slice(b",\"files\":{");
    files(out, row);
    out.extend_from_slice(b"}}");
}

/// The descriptors among the arguments and the result, each with what it stands for.
fn files(out: &mut Vec<u8>, row: &Row<'_>) {
    let mut told: Vec<i32> = Vec::new();
    for (fd, target) in row.descriptors() {
        if told.contains(&fd) {
            continue;
        }
        if !told.is_empty() {
            out.push(b',');
        }
        told.push(fd);
        json_string(out, fd.to_string().as_bytes());
        out.push(b':');
        string(out, target.as_deref().map(Target::text));
    }
}

fn list(out: &mut Vec<u8>, texts: &[Vec<u8>]) {
    for (index, text) in texts.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        json_string(out, text);
    }
    out.push(b']');
}

fn string(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        Some(text) => json_string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}
