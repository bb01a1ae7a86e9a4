//! Bytes as strace quotes them.

use std::io::Write;

/// Which bytes are written as hexadecimal escapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HexEscapes {
    /// None: octal escapes, as short as they may be.
    #[default]
    Never,
    /// All bytes of a string that holds one which cannot be printed (`-x`).
    Unprintable,
    /// All bytes of every string (`-xx`).
    Always,
}

/// Appends `bytes` in quotes.
pub(super) fn quoted(out: &mut Vec<u8>, bytes: &[u8], hex: HexEscapes) {
    out.push(b'"');
    let in_hex = match hex {
        HexEscapes::Never => false,
        HexEscapes::Unprintable => !bytes.iter().all(|byte| printable(*byte)),
        HexEscapes::Always => true,
    };
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            // A Vec takes every write.
            _ if in_hex => drop(write!(out, "\\x{byte:02x}")),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x0b => out.extend_from_slice(b"\\v"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x20..=0x7e => out.push(*byte),
            // A digit behind a short escape would be taken for a part of it.
            _ => match bytes.get(at + 1) {
                Some(b'0'..=b'7') => drop(write!(out, "\\{byte:03o}")),
                _ => drop(write!(out, "\\{byte:o}")),
            },
        }
    }
    out.push(b'"');
}

fn printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e | b'\n' | b'\t' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], hex: HexEscapes) -> String {
        let mut out = Vec::new();
        quoted(&mut out, bytes, hex);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_are_those_of_c_in_octal() {
        assert_eq!(text(b"a\"b\\\n\t\r\x0b\x0c", HexEscapes::Never), r#""a\"b\\\n\t\r\v\f""#);
        assert_eq!(
            text(b"\x7fELF\x02\x01\x01\0\x008", HexEscapes::Never),
            r#""\177ELF\2\1\1\0\08""#
        );
        assert_eq!(text("é".as_bytes(), HexEscapes::Never), r#""\303\251""#);
    }

    #[test]
    fn hexadecimal_on_request() {
        assert_eq!(text(b"ab\n", HexEscapes::Unprintable), "\"ab\\n\"");
        assert_eq!(text(b"a\x01", HexEscapes::Unprintable), r#""\x61\x01""#);
        assert_eq!(text(b"ab", HexEscapes::Always), r#""\x61\x62""#);
    }
}
