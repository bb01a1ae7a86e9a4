//! What is kept of a capture where contents are left out ([`crate::left_out`] says of which calls).

use syscord_format::{Capture, CaptureSection, CaptureStatus, Parts};
use syscord_syscalls::dirent;

use crate::schema::{Captured, Layout};

/// What is kept of a capture; of one in a call that `hides` its contents, that there was something, and how much where
/// that is known.
#[inline]
pub fn kept<'a>(hides: bool, layout: &Layout, capture: Capture<'a>, in_parts: bool) -> Capture<'a> {
    if !hides {
        return capture;
    }
    match layout.captured.get(usize::from(capture.arg)) {
        Some(of) => without_bytes(of, capture, in_parts),
        None => capture,
    }
}

fn without_bytes<'a>(of: &Captured, capture: Capture<'a>, in_parts: bool) -> Capture<'a> {
    let is_content =
        matches!(capture.section, CaptureSection::Contents | CaptureSection::Addressed);
    if !is_content || !capture.status.captured() || of.is_count {
        return capture;
    }
    let whole = capture.status == CaptureStatus::Whole;
    let (bytes, full) = match in_parts {
        true => (Parts::LEFT_OUT, 0),
        false if !whole => (&[][..], capture.full),
        // Of directory entries, how many there were.
        false if of.is_entries() => (&[][..], dirent::count(capture.bytes).unwrap_or(0)),
        false => (&[][..], capture.bytes.len() as u32),
    };
    Capture { status: CaptureStatus::Cut, bytes, full, ..capture }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_says_that_there_was_something() {
        let of = Captured {
            section: None,
            terminated: false,
            least: 0,
            most: 9,
            kept: u32::MAX,
            is_count: false,
            is_plain: false,
        };
        let (section, status) = (CaptureSection::Contents, CaptureStatus::Whole);
        let capture = Capture { arg: 1, section, status, bytes: b"content", full: 0 };
        let without = without_bytes(&of, capture, false);
        assert_eq!((without.status, without.bytes, without.full), (CaptureStatus::Cut, &[][..], 7));
        let without = without_bytes(&of, capture, true);
        assert_eq!((without.bytes, without.full), (Parts::LEFT_OUT, 0));
        let path = Capture { section: CaptureSection::Strings, ..capture };
        assert_eq!(without_bytes(&of, path, false).bytes, b"content");
        let nothing = Capture { status: CaptureStatus::None, bytes: &[], ..capture };
        assert_eq!(without_bytes(&of, nothing, false).status, CaptureStatus::None);
    }
}
