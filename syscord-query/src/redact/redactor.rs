//! What becomes of each string and buffer. The same code goes through a trace twice: first it finds what is to be
//! removed, then it removes that wherever it is.

use syscord_format::{socket_name, straight};

use crate::{
    error::Error,
    redact::{
        rules::{self, Rules, paths_in},
        secrets::Secrets,
        tally::Tally,
    },
};

/// Takes strings and buffers, and says what takes their place.
pub(super) struct Redactor<'r> {
    pub(super) rules: &'r Rules,
    pub(super) secrets: Secrets,
    pub(super) tally: Tally,
}

/// Names this short are too common in command lines to be looked for elsewhere.
const SHORT_WORD: usize = 8;
/// The most bytes of a thread's name.
pub(super) const COMM_LEN: usize = 15;
const DELETED: &[u8] = b" (deleted)";
const AF_UNIX: [u8; 2] = [1, 0];

impl<'r> Redactor<'r> {
    pub(super) fn new(rules: &'r Rules) -> Result<Redactor<'r>, Error> {
        let mut secrets = Secrets::starting(rules.starts.clone());
        rules.texts.iter().try_for_each(|text| secrets.text(text))?;
        rules.given.iter().try_for_each(|path| secrets.path(path))?;
        Ok(Redactor { rules, secrets, tally: Tally::default() })
    }

    /// All is found that is to be removed.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        self.secrets.literals().try_for_each(rules::not_ours)?;
        self.secrets.close()?;
        self.tally = Tally::default();
        Ok(())
    }

    /// A path, and what it may come to from the root on; nothing if that is not known.
    pub(super) fn path(
        &mut self,
        path: &[u8],
        whole: &[Vec<u8>],
        cut: bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        // It stands for a descriptor's file (AT_EMPTY_PATH), and says nothing of it.
        if path.is_empty() {
            return Ok(None);
        }
        let matching = whole.iter().find(|whole| self.rules.is_path(whole));
        let matching = match matching {
            Some(whole) => Some(whole.as_slice()),
            None => Some(path).filter(|path| self.rules.is_path(path)),
        };
        let key = match matching {
            Some(whole) => {
                let whole = straight(whole);
                self.below(&whole)?;
                if path.starts_with(b"/") {
                    self.secrets.path(path)?;
                } else {
                    self.secrets.name(path)?;
                }
                Some(whole)
            }
            None if self.rules.has_paths() && (cut || is_adrift(path, whole)) => {
                Some(path.to_vec())
            }
            None => None,
        };
        self.collect(path)?;
        let found = || self.secrets.has_literal(path) || self.ends_in_part(path, cut);
        let key = key.or_else(|| found().then(|| path.to_vec()));
        let Some(key) = key else { return Ok(None) };
        self.tally.paths += 1;
        self.secrets.placeholder(&key).map(Some)
    }

    /// A path that is to be removed, and that of which it is for being below it.
    pub(super) fn below(&mut self, path: &[u8]) -> Result<(), Error> {
        if let Some(top) = self.rules.top(path) {
            self.secrets.path(&top)?;
        }
        self.secrets.path(path)
    }

    /// Whether the end of what was cut may be the start of something that is to be removed.
    fn ends_in_part(&self, text: &[u8], cut: bool) -> bool {
        cut && self.secrets.has_part(text, true)
    }

    /// Text of any kind, of which the end is missing if it is cut.
    pub(super) fn text(&mut self, text: &[u8], cut: bool) -> Result<Option<Vec<u8>>, Error> {
        self.collect(text)?;
        if !self.secrets.is_in(text) && !self.ends_in_part(text, cut) {
            return Ok(None);
        }
        self.tally.texts += 1;
        self.secrets.placeholder(text).map(Some)
    }

    /// A buffer, of which the end is missing if it is cut: the same with as many bytes.
    pub(super) fn buffer(&mut self, bytes: &[u8], cut: bool) -> Result<Option<Vec<u8>>, Error> {
        self.collect(bytes)?;
        let mut masked = bytes.to_vec();
        if !self.secrets.mask(&mut masked, cut) {
            return Ok(None);
        }
        // What stands for one secret may make another one whole.
        if self.secrets.is_in(&masked) {
            masked.fill(0);
        }
        Ok(Some(masked))
    }

    /// A word of a command line that was given in the directory `cwd`, if that is known. Its end is missing if it is
    /// cut.
    pub(super) fn word(
        &mut self,
        word: &[u8],
        cwd: Option<&[u8]>,
        cut: bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        let redacted = self.whole_word(word, cwd)?;
        if redacted.is_some() || !self.ends_in_part(word, cut) {
            return Ok(redacted);
        }
        self.tally.words += 1;
        self.secrets.placeholder(word).map(Some)
    }

    fn whole_word(&mut self, word: &[u8], cwd: Option<&[u8]>) -> Result<Option<Vec<u8>>, Error> {
        if word.is_empty() {
            return Ok(None);
        }
        if self.rules.argv {
            if word.len() >= SHORT_WORD {
                self.secrets.name(word)?;
            }
            self.tally.words += 1;
            return self.secrets.placeholder(word).map(Some);
        }
        // What is no option and looks like a file's name may be one.
        let named = !word.starts_with(b"-") && word.iter().any(|byte| b"/.".contains(byte));
        let whole = match cwd {
            _ if word.starts_with(b"/") => Some(word.to_vec()),
            Some(cwd) if named => Some([cwd, b"/", word].concat()),
            _ => None,
        };
        match whole.filter(|whole| self.rules.is_path(whole)) {
            Some(whole) => self.path(word, &[whole], false),
            // Names in other paths are no secret.
            None if word.starts_with(b"/") => self.path(word, &[word.to_vec()], false),
            None => self.text(word, false),
        }
    }

    /// A thread's name.
    pub(super) fn comm(&mut self, comm: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if comm.is_empty() {
            return Ok(None);
        }
        if self.rules.comm {
            self.secrets.name(comm)?;
        }
        self.collect(comm)?;
        let cut = comm.len() >= COMM_LEN;
        let found = || {
            // A program has its name by its path; what a command line says of it is another matter.
            let named = self.rules.has_paths() && self.secrets.has_name_starting(comm);
            self.secrets.has_literal(comm) || self.secrets.has_part(comm, cut) || named
        };
        if !self.rules.comm && !found() {
            return Ok(None);
        }
        self.tally.comms += 1;
        let mut placeholder = self.secrets.placeholder(comm)?;
        if placeholder.len() > COMM_LEN {
            placeholder = b"[redacted]".to_vec();
        }
        Ok(Some(placeholder))
    }

    /// What a descriptor's link reads, or a process's exe or cwd.
    pub(super) fn link(&mut self, link: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let (path, deleted) = match link.strip_suffix(DELETED) {
            Some(path) => (path, DELETED),
            None => (link, &b""[..]),
        };
        if !path.starts_with(b"/") {
            return self.text(link, false);
        }
        let redacted = self.path(path, &[path.to_vec()], false)?;
        Ok(redacted.map(|path| [path.as_slice(), deleted].concat()))
    }

    /// What more is known of a descriptor: of a Unix socket its name is, in quotes.
    pub(super) fn detail(&mut self, detail: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(name) = socket_name(detail) else { return self.text(detail, false) };
        let start = name.as_ptr().addr() - detail.as_ptr().addr();
        let redacted = match detail[..start].ends_with(b"@\"") {
            true => self.text(name, false)?,
            false => self.path(name, &whole(name), false)?,
        };
        let Some(redacted) = redacted else { return self.text(detail, false) };
        Ok(Some([&detail[..start], redacted.as_slice(), &detail[start + name.len()..]].concat()))
    }

    /// A socket's address; what a path in it may come to.
    pub(super) fn address(
        &mut self,
        address: &[u8],
        whole: impl FnOnce(&[u8]) -> Vec<Vec<u8>>,
        cut: bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        match address.strip_prefix(&AF_UNIX) {
            None | Some([]) => {
                let redacted = self.buffer(address, cut)?;
                self.tally.texts += u64::from(redacted.is_some());
                Ok(redacted)
            }
            Some([0, name @ ..]) => {
                let redacted = self.text(name, cut)?;
                Ok(redacted.map(|name| [&AF_UNIX[..], b"\0", &name].concat()))
            }
            Some(path) => {
                let mut parts = path.splitn(2, |byte| *byte == 0);
                let (name, behind) = (parts.next().unwrap_or_default(), parts.next());
                let redacted = self.path(name, &whole(name), cut)?;
                // The kernel does not look behind the NUL, but a secret may lie there.
                let dirty = behind.is_some_and(|behind| self.secrets.is_in(behind));
                let name = redacted.or_else(|| dirty.then(|| name.to_vec()));
                Ok(name.map(|name| [&AF_UNIX[..], &name, b"\0"].concat()))
            }
        }
    }

    /// Strings that are each ended by a NUL: words of a command line, or variables. The end of the last one, and more of
    /// them, are missing if it is cut.
    pub(super) fn list(
        &mut self,
        list: &[u8],
        cwd: Option<&[u8]>,
        cut: bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        let (mut all, mut any) = (Vec::with_capacity(list.len()), false);
        let (words, rest) = match list.strip_suffix(b"\0") {
            Some(words) => (words, &b"\0"[..]),
            None => (list, &b""[..]),
        };
        let mut words = words.split(|byte| *byte == 0).peekable();
        while let Some(word) = words.next() {
            let is_last = words.peek().is_none();
            let redacted = self.word(word, cwd, cut && is_last)?;
            any |= redacted.is_some();
            all.extend_from_slice(redacted.as_deref().unwrap_or(word));
            if !is_last {
                all.push(0);
            }
        }
        all.extend_from_slice(rest);
        Ok(any.then_some(all))
    }

    /// Finds what is to be removed, in any bytes.
    pub(super) fn collect(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.secrets.is_closed() {
            return Ok(());
        }
        for found in self.rules.matches(bytes) {
            self.secrets.text(found)?;
        }
        if self.rules.has_paths() {
            for path in paths_in(bytes).filter(|path| self.rules.is_path(path)) {
                self.secrets.path(path)?;
                self.below(&straight(path))?;
            }
        }
        Ok(())
    }
}

/// Whether it is not known what a relative path is relative to.
fn is_adrift(path: &[u8], whole: &[Vec<u8>]) -> bool {
    whole.is_empty() && !path.starts_with(b"/") && !matches!(path, b"" | b"." | b"..")
}

/// The path itself, if it is absolute.
fn whole(path: &[u8]) -> Vec<Vec<u8>> {
    if path.starts_with(b"/") { vec![path.to_vec()] } else { Vec::new() }
}
