//! What descriptors of threads stand for. Which thread has which, [`syscord_format::Descriptors`] knows.

use std::sync::Arc;

pub(crate) use syscord_format::{CWD, Open};

/// Descriptors and working directories of all threads of a trace: what each stands for, and since when.
pub(crate) type Descriptors = syscord_format::Descriptors<(Arc<Target>, u64)>;

/// What a descriptor stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// What its link in `/proc/PID/fd` read.
    pub(crate) link: Vec<u8>,
    /// A socket's protocol and addresses, a device's kind and number; else empty.
    pub(crate) detail: Vec<u8>,
}

impl Target {
    /// What is kept of it: nothing if its link is not known.
    pub(crate) fn known(self, since: u64) -> Option<(Arc<Target>, u64)> {
        (!self.link.is_empty()).then(|| (Arc::new(self), since))
    }

    /// The path of a file; nothing for what lies in no directory.
    pub(crate) fn path(&self) -> Option<&[u8]> {
        self.link.starts_with(b"/").then(|| self.without_deleted().0)
    }

    /// What is known of a socket.
    pub(crate) fn socket(&self) -> Option<&[u8]> {
        let known = if self.detail.is_empty() { &self.link } else { &self.detail };
        self.link.starts_with(b"socket:").then_some(known)
    }

    /// What says most of it: a socket's addresses, else the link.
    pub(crate) fn text(&self) -> &[u8] {
        self.socket().unwrap_or(&self.link)
    }

    /// The link, and whether the kernel says that the file was removed.
    pub(crate) fn without_deleted(&self) -> (&[u8], bool) {
        match self.link.strip_suffix(b" (deleted)") {
            Some(path) => (path, true),
            None => (&self.link, false),
        }
    }
}
