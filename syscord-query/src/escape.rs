//! Text from a trace made safe to print: names, paths and data are whatever a program chose.

use std::io::Write;

/// Appends `bytes` as they read in C: control characters, bytes that are no UTF-8 and the
/// backslash are escaped (`\n`, `\t`, `\r`, `\\`, else `\xNN` with exactly two digits a byte).
pub(crate) fn c_escape(out: &mut Vec<u8>, bytes: &[u8]) {
    escape(out, bytes, C_SPECIAL, c_escape_char, |out, invalid| {
        invalid.iter().for_each(|byte| hex_escape(out, *byte));
    });
}

/// [`c_escape`], as a string.
pub(crate) fn c_escaped(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    c_escape(&mut out, bytes);
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends `bytes` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD; control
/// characters are escaped, those that JSON would allow (U+007F to U+009F) too.
pub(crate) fn json_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    escape(out, bytes, JSON_SPECIAL, json_escape_char, |out, _| {
        push_char(out, char::REPLACEMENT_CHARACTER);
    });
    out.push(b'"');
}

/// Appends `bytes`: printable ASCII as it is, but for what is `special`; that and other characters by `character`, and
/// what is none by `invalid`.
fn escape(
    out: &mut Vec<u8>,
    bytes: &[u8],
    special: [u8; 2],
    character: impl Fn(&mut Vec<u8>, char),
    invalid: impl Fn(&mut Vec<u8>, &[u8]),
) {
    out.reserve(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (as_is, behind) = rest.split_at(plain_len(rest, special));
        out.extend_from_slice(as_is);
        // Characters beyond ASCII have no byte of ASCII in them.
        let beyond = behind.iter().take_while(|byte| !byte.is_ascii()).count();
        let (others, behind) = behind.split_at(beyond.max(1).min(behind.len()));
        match others {
            [byte] if byte.is_ascii() => character(out, char::from(*byte)),
            _ => {
                for chunk in others.utf8_chunks() {
                    chunk.valid().chars().for_each(|one| character(out, one));
                    if !chunk.invalid().is_empty() {
                        invalid(out, chunk.invalid());
                    }
                }
            }
        }
        rest = behind;
    }
}

/// Bytes that are looked at together.
const TOGETHER: usize = 16;

/// How many bytes at the start are plain: printable ASCII that is neither of `special`.
fn plain_len(bytes: &[u8], special: [u8; 2]) -> usize {
    let plain =
        |byte: &u8| matches!(byte, b' '..=b'~') & (*byte != special[0]) & (*byte != special[1]);
    let groups = bytes.as_chunks::<TOGETHER>().0.iter();
    // Without a way out in between, which vector instructions do not have.
    let all = |group: &&[u8; TOGETHER]| group.iter().fold(true, |all, byte| all & plain(byte));
    let start = TOGETHER * groups.take_while(all).count();
    start + bytes[start..].iter().take_while(|byte| plain(byte)).count()
}

/// Printable characters that C escapes; JSON escapes a quote, too.
const C_SPECIAL: [u8; 2] = [b'\\', b'\\'];
const JSON_SPECIAL: [u8; 2] = [b'\\', b'"'];

fn c_escape_char(out: &mut Vec<u8>, character: char) {
    match character {
        '\n' => out.extend_from_slice(b"\\n"),
        '\t' => out.extend_from_slice(b"\\t"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\\' => out.extend_from_slice(b"\\\\"),
        _ if character.is_control() => {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                hex_escape(out, byte);
            }
        }
        _ => push_char(out, character),
    }
}

fn json_escape_char(out: &mut Vec<u8>, character: char) {
    match character {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\t' => out.extend_from_slice(b"\\t"),
        '\r' => out.extend_from_slice(b"\\r"),
        _ if character.is_control() => {
            // A Vec takes every write.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        }
        _ => push_char(out, character),
    }
}

fn hex_escape(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\x");
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 15)]);
}

fn push_char(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        json_string(&mut out, bytes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn plain_text_stays() {
        assert_eq!(c_escaped(b"GET /x?y=\"1\""), "GET /x?y=\"1\"");
        assert_eq!(c_escaped("naïve ☃".as_bytes()), "naïve ☃");
    }

    #[test]
    fn control_characters_and_backslash_are_escaped_as_in_c() {
        assert_eq!(c_escaped(b"a\r\nb\tc\\d\0\x1b[2J\x7f"), r"a\r\nb\tc\\d\x00\x1b[2J\x7f");
    }

    #[test]
    fn bytes_that_are_no_text_are_escaped_each() {
        assert_eq!(c_escaped(b"\xff\xc3("), r"\xff\xc3(");
        // U+009B, which terminals take for the start of a sequence.
        assert_eq!(c_escaped("\u{9b}".as_bytes()), r"\xc2\x9b");
    }

    #[test]
    fn json_strings_are_json() {
        assert_eq!(json(b"plain"), r#""plain""#);
        assert_eq!(json(b"a\"b\\c\n\x01\x7f"), r#""a\"b\\c\n\u0001\u007f""#);
        assert_eq!(json(b"\xffx"), "\"\u{fffd}x\"");
        let parsed: String = serde_json::from_str(&json(b"\x1b]0;\x07 \"q\" \\")).unwrap();
        assert_eq!(parsed, "\u{1b}]0;\u{7} \"q\" \\");
    }
}
