//! What the command line asks for.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, path::Path};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::bytes::Regex;
use syscord_format::straight;

use crate::{
    cli::RedactArgs,
    error::{Error, shown},
    redact::secrets::{MASK, SHORTEST},
};

/// What is to be removed.
pub(super) struct Rules {
    /// All contents.
    pub(super) contents: bool,
    /// Contents of files with these paths.
    contents_of: Option<GlobSet>,
    paths: Option<GlobSet>,
    /// Paths that are given as they are.
    pub(super) given: Vec<Vec<u8>>,
    /// What paths begin with that match.
    pub(super) starts: Vec<Vec<u8>>,
    pub(super) texts: Vec<Vec<u8>>,
    regexes: Vec<Regex>,
    /// Command lines.
    pub(super) argv: bool,
    /// Names of threads and processes.
    pub(super) comm: bool,
    /// All that process tables tell but for numbers of processes.
    pub(super) processes: bool,
    /// The machine's name, and the recorder's command line.
    pub(super) host: bool,
    /// The rules without what is secret about them.
    pub(super) words: Vec<String>,
}

impl Rules {
    pub(super) fn new(args: &RedactArgs) -> Result<Rules, Error> {
        let mut texts: Vec<Vec<u8>> =
            args.text.iter().map(|text| text.as_bytes().to_vec()).collect();
        for file in &args.text_from {
            texts.extend(lines(file)?);
        }
        let rules = Rules {
            contents: args.contents,
            contents_of: globs("--contents-of", &args.contents_of)?,
            paths: globs("--path", &args.path)?,
            given: args
                .path
                .iter()
                .filter(|glob| !glob.contains(SPECIAL))
                .map(|glob| glob.as_bytes().to_vec())
                .collect(),
            starts: args.path.iter().filter_map(|glob| start(glob)).collect(),
            regexes: args.regex.iter().map(|text| regex(text)).collect::<Result<_, _>>()?,
            argv: args.argv || args.processes,
            comm: args.comm || args.processes,
            processes: args.processes,
            host: args.host,
            words: words(args, texts.len()),
            texts,
        };
        if rules.words.is_empty() {
            let all = "--contents, --contents-of, --path, --text, --regex, --processes, --argv, \
                       --comm or --host";
            return Err(Error::Usage(format!("nothing is to be removed: say what, with {all}")));
        }
        rules.texts.iter().try_for_each(|text| not_ours(text))?;
        Ok(rules)
    }

    /// Whether there is anything that must be looked for in captured memory.
    pub(super) fn search(&self) -> bool {
        let named = self.paths.is_some() || !self.texts.is_empty() || !self.regexes.is_empty();
        named || self.argv || self.comm || self.host
    }

    /// Whether paths are removed.
    pub(super) fn has_paths(&self) -> bool {
        self.paths.is_some()
    }

    /// Whether a path is to be removed: it matches, or lies below one that does.
    pub(super) fn is_path(&self, path: &[u8]) -> bool {
        self.top(path).is_some()
    }

    /// Of a path that is to be removed, the start that is a path which matches: the one nearest to the root.
    pub(super) fn top(&self, path: &[u8]) -> Option<Vec<u8>> {
        top(self.paths.as_ref(), path)
    }

    /// Whether contents of some files alone are removed.
    pub(super) fn has_contents_of(&self) -> bool {
        self.contents_of.is_some()
    }

    /// Whether the contents of the file with that path are: it matches, or lies below one that does.
    pub(super) fn is_contents_of(&self, path: &[u8]) -> bool {
        top(self.contents_of.as_ref(), path).is_some()
    }

    /// What texts hold that is to be removed, but for what is given as it is.
    pub(super) fn matches<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
        self.regexes
            .iter()
            .flat_map(move |regex| regex.find_iter(text))
            .map(|found| found.as_bytes())
    }
}

/// Refuses what would be found in that which takes its place, or in what META then says.
pub(super) fn not_ours(text: &[u8]) -> Result<(), Error> {
    let number = text.iter().all(u8::is_ascii_digit);
    let ours = b"[redacted-]".windows(text.len()).any(|part| part == text);
    let word =
        NAMES.iter().any(|name| name.as_bytes().windows(text.len()).any(|part| part == text));
    if number && text.len() < SHORTEST || ours || word || text.iter().all(|byte| *byte == MASK) {
        let why = "a text that a rule names or matches would be found again in what stands for it \
                   (`[redacted-1]`, `***`, `redacted=path`): make the rule more precise";
        return Err(Error::Usage(why.to_string()));
    }
    Ok(())
}

/// What makes a pattern of a path.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];
/// What META says that was removed.
const NAMES: [&str; 9] = [
    "redacted=contents",
    "redacted=contents-of",
    "redacted=path",
    "redacted=text",
    "redacted=regex",
    "redacted=processes",
    "redacted=argv",
    "redacted=comm",
    "redacted=host",
];

fn words(args: &RedactArgs, texts: usize) -> Vec<String> {
    let flag = |set: bool| usize::from(set);
    let counts = [
        flag(args.contents),
        args.contents_of.len(),
        args.path.len(),
        texts,
        args.regex.len(),
        flag(args.processes),
        flag(args.argv),
        flag(args.comm),
        flag(args.host),
    ];
    let given = NAMES.iter().zip(counts).filter(|(_, count)| *count > 0);
    given.map(|(name, _)| (*name).to_string()).collect()
}

/// The lines of a file, each a text; empty ones are left out.
fn lines(path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { name: shown(path), source })?;
    let lines =
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
}

fn regex(text: &str) -> Result<Regex, Error> {
    Regex::new(text).map_err(|error| Error::Usage(format!("--regex: {error}")))
}

/// `*` and `?` stop at a `/`; `**` does not.
fn globs(option: &str, texts: &[String]) -> Result<Option<GlobSet>, Error> {
    if texts.is_empty() {
        return Ok(None);
    }
    let wrong = |error: globset::Error| Error::Usage(format!("{option}: {error}"));
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(GlobBuilder::new(text).literal_separator(true).build().map_err(wrong)?);
    }
    set.build().map(Some).map_err(wrong)
}

/// What every path begins with that matches, if it tells enough.
fn start(glob: &str) -> Option<Vec<u8>> {
    let end = glob.find(SPECIAL).unwrap_or(glob.len());
    (end >= SHORTEST).then(|| glob.as_bytes()[..end].to_vec())
}

/// A path matches as it is, or without what leads back and forth in it; then, what lies below it does, too. Gives the
/// shortest one that matches.
fn top(globs: Option<&GlobSet>, path: &[u8]) -> Option<Vec<u8>> {
    let globs = globs?;
    let is_match = |path: &&[u8]| globs.is_match(Path::new(OsStr::from_bytes(path)));
    let straight = straight(path);
    let slashes = straight.iter().enumerate().filter(|(at, byte)| *at > 0 && **byte == b'/');
    let ends = slashes.map(|(at, _)| at).chain([straight.len()]);
    let top = ends.map(|end| &straight[..end]).find(is_match);
    top.or_else(|| Some(path).filter(is_match)).map(<[u8]>::to_vec)
}

/// What may be absolute paths in a text or buffer.
pub(super) fn paths_in(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const ENDS: &[u8] = b"\"'`<>|;,:=()[]{}";
    let is_part = |byte: &u8| *byte > b' ' && *byte != 0x7f && !ENDS.contains(byte);
    let words = bytes.split(move |byte| !is_part(byte));
    words.filter_map(|word| {
        let start = word.iter().position(|byte| *byte == b'/')?;
        // What stands before it is no part of a path, or it is a relative one; but for an option's letter.
        let before = &word[..start];
        let of_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-~".contains(byte);
        let alone = matches!(before, [b'-', _]) || !before.last().is_some_and(of_path);
        (alone && word.len() - start > 1).then(|| &word[start..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_texts() {
        let found = |text: &'static str| -> Vec<&str> {
            paths_in(text.as_bytes()).map(|path| std::str::from_utf8(path).unwrap()).collect()
        };
        assert_eq!(found("in \"/a/b\": no"), ["/a/b"]);
        let options = "PATH=/bin:/sbin\0-I/usr/include\0@/x";
        assert_eq!(found(options), ["/bin", "/sbin", "/usr/include", "/x"]);
        assert!(found("a/b ./c / ~/d").is_empty());
    }

    #[test]
    fn globs_match_what_paths_come_to() {
        let set = globs("--path", &["/home/*/secret/**".into()]).unwrap();
        for path in ["/home/a/secret/x", "/home//a/./secret/x/y", "/home/b/../a/secret/x"] {
            assert!(top(set.as_ref(), path.as_bytes()).is_some(), "{path}");
        }
        assert_eq!(top(set.as_ref(), b"/home/a/b/secret/x"), None);
    }

    #[test]
    fn what_lies_below_a_match_matches() {
        let set = globs("--path", &["/home/*".into(), "socket:*".into()]).unwrap();
        for (path, of) in [
            ("/home/bob/.ssh/id_rsa", Some("/home/bob")),
            ("/srv/../home//bob/./a", Some("/home/bob")),
            ("/home/bob", Some("/home/bob")),
            ("socket:[9]", Some("socket:[9]")),
            ("/home", None),
            ("/srv/home/bob", None),
        ] {
            let found = top(set.as_ref(), path.as_bytes());
            assert_eq!(found.as_deref(), of.map(str::as_bytes), "{path}");
        }
    }

    #[test]
    fn paths_that_match_begin_alike() {
        assert_eq!(start("/home/*/x"), Some(b"/home/".to_vec()));
        assert_eq!(start("**/x"), None);
    }

    #[test]
    fn what_stands_for_a_secret_is_none() {
        for text in ["redacted", "-", "[", "**", "12", "path", "="] {
            assert!(matches!(not_ours(text.as_bytes()), Err(Error::Usage(_))), "{text}");
        }
        for text in ["secret", "hunter2", "1234", "[redacted-1]x", "*a"] {
            assert!(not_ours(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
