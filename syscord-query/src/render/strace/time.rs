//! Times of the wall clock as text: `2001-09-09T01:46:40+0000`.

use std::io::Write;

use chrono::DateTime;

use super::{super::decimal, Xlat};

/// Clock ticks a second, as programs see them (`sysconf(_SC_CLK_TCK)`).
const TICKS: u64 = 100;

/// Appends a number of clock ticks, and how many seconds they are.
pub(super) fn ticks(out: &mut Vec<u8>, ticks: u64, xlat: Xlat) {
    decimal(out, ticks);
    if ticks > 0 && xlat != Xlat::Raw {
        drop(write!(out, " /* {}.{:02} s */", ticks / TICKS, ticks % TICKS));
    }
}

/// The text of a time since the Epoch, in UTC; none for the Epoch itself, and for what is no time.
/// `fraction` is a part of a second, and how many digits it has.
pub(super) fn time_text(seconds: i64, fraction: (u64, u8)) -> Option<String> {
    let (part, digits) = fraction;
    if (seconds == 0 && part == 0) || part >= 10_u64.pow(u32::from(digits)) {
        return None;
    }
    let time = DateTime::from_timestamp(seconds, 0)?.format("%Y-%m-%dT%H:%M:%S");
    let width = usize::from(digits);
    let part = if part == 0 { String::new() } else { format!(".{part:0width$}") };
    Some(format!("{time}{part}+0000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_hundredths() {
        let mut out = Vec::new();
        ticks(&mut out, 1_234, Xlat::Abbrev);
        assert_eq!(out, b"1234 /* 12.34 s */");
    }

    #[test]
    fn texts_of_times() {
        let text = |seconds, part, digits| time_text(seconds, (part, digits));
        assert_eq!(text(1_000_000_000, 0, 0).unwrap(), "2001-09-09T01:46:40+0000");
        assert_eq!(text(5, 6, 9).unwrap(), "1970-01-01T00:00:05.000000006+0000");
        assert_eq!(text(-1, 2, 6).unwrap(), "1969-12-31T23:59:59.000002+0000");
        assert_eq!(text(0, 0, 9), None);
        assert_eq!(text(1, 1_000_000, 6), None);
        assert_eq!(text(i64::MAX, 0, 0), None);
    }
}
