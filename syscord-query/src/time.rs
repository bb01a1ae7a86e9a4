//! Spans and moments as they are written on a command line and in output. All are UTC.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Timelike};

use crate::digits::nine_digits;

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
const DAY: i64 = 86_400 * SECOND;

/// A bound of `--since` or `--until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nanoseconds after the start of the first trace.
    Offset(u64),
    /// Nanoseconds since 1970.
    Wall(i64),
    /// Nanoseconds since midnight, on the day when the trace starts or the next.
    TimeOfDay(i64),
}

impl Moment {
    /// The moment in nanoseconds since 1970, for a trace that starts at `start`.
    pub(crate) fn resolve(self, start: i64) -> i64 {
        match self {
            Moment::Offset(nanos) => start.saturating_add_unsigned(nanos),
            Moment::Wall(nanos) => nanos,
            Moment::TimeOfDay(nanos) => {
                let midnight = start.saturating_sub(start.rem_euclid(DAY));
                let moment = midnight.saturating_add(nanos);
                // A trace that starts at 23:50 knows no 00:10 but the next day's; one that
                // starts at 10:05 most likely is asked for 10:00 of its own day.
                let next = moment < start.saturating_sub(DAY / 2);
                if next { moment.saturating_add(DAY) } else { moment }
            }
        }
    }
}

/// Reads a span: a decimal number and its unit, like `1.5s` or `200ms`.
pub(crate) fn parse_span(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is no span of time; write it like 200ms, 1.5s or 2m");
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(bad()),
    };
    scaled(number, unit).ok_or_else(bad)
}

/// A decimal number times `unit`, rounded down; exact where a float would not be.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 18 {
        return None;
    }
    let mut nanos = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    if !fraction.is_empty() {
        let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(unit)
            / 10_u128.pow(u32::try_from(fraction.len()).ok()?);
        nanos = nanos.checked_add(u64::try_from(part).ok()?)?;
    }
    Some(nanos)
}

/// Reads an offset (`1.5s`), a date and time (RFC 3339) or a time of day (`HH:MM:SS`, UTC).
pub(crate) fn parse_moment(text: &str) -> Result<Moment, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        let nanos = moment.timestamp_nanos_opt();
        return nanos.map(Moment::Wall).ok_or_else(|| format!("`{text}` is out of range"));
    }
    if let Ok(moment) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
        let nanos = moment.and_utc().timestamp_nanos_opt();
        return nanos.map(Moment::Wall).ok_or_else(|| format!("`{text}` is out of range"));
    }
    for format in ["%H:%M:%S%.f", "%H:%M"] {
        if let Ok(time) = NaiveTime::parse_from_str(text, format) {
            let seconds = i64::from(time.num_seconds_from_midnight());
            return Ok(Moment::TimeOfDay(seconds * SECOND + i64::from(time.nanosecond())));
        }
    }
    parse_span(text).map(Moment::Offset).map_err(|_| {
        format!(
            "`{text}` is no moment; write an offset from the start like 1.5s, a UTC time of day \
             like 14:03:59, or a date and time like 2026-01-31T14:03:59Z"
        )
    })
}

/// How strace's options `-t`, `-tt` and `-ttt` write a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Not at all.
    #[default]
    None,
    /// The time of day.
    Seconds,
    /// The time of day, with microseconds.
    Micros,
    /// Seconds since 1970, with microseconds.
    Epoch,
}

/// Writes moments as RFC 3339 with nanoseconds, keeping the text of the second they share.
#[derive(Clone, Debug)]
pub(crate) struct TimeWriter {
    second: i64,
    text: Vec<u8>,
}

impl Default for TimeWriter {
    fn default() -> Self {
        TimeWriter { second: i64::MIN, text: Vec::new() }
    }
}

impl TimeWriter {
    /// Appends `nanos` since 1970 as `stamp` says, and a space.
    pub(crate) fn stamp(&mut self, out: &mut Vec<u8>, nanos: i64, stamp: Stamp) {
        let (start, day) = (out.len(), "2026-01-31T".len());
        match stamp {
            Stamp::None => return,
            Stamp::Epoch => {
                let (second, micros) = (nanos.div_euclid(SECOND), nanos.rem_euclid(SECOND) / 1_000);
                out.extend_from_slice(format!("{second}.{micros:06}").as_bytes());
            }
            Stamp::Seconds | Stamp::Micros => {
                self.write(out, nanos);
                let length = if stamp == Stamp::Micros { "14:03:59.000000" } else { "14:03:59" };
                out.truncate(start + day + length.len());
                out.drain(start..start + day);
            }
        }
        out.push(b' ');
    }

    /// Appends `nanos` since 1970, like `2026-01-31T14:03:59.000000123Z`.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, nanos: i64) {
        let second = nanos.div_euclid(SECOND);
        if second != self.second {
            self.second = second;
            self.text.clear();
            // An i64 of nanoseconds is always in chrono's range.
            let date = DateTime::from_timestamp(second, 0).unwrap_or_default();
            self.text.extend_from_slice(date.format("%Y-%m-%dT%H:%M:%S.").to_string().as_bytes());
        }
        out.extend_from_slice(&self.text);
        nine_digits(out, nanos.rem_euclid(SECOND) as u32);
        out.push(b'Z');
    }
}

/// A moment as RFC 3339 with nanoseconds.
pub(crate) fn rfc3339(nanos: i64) -> String {
    let mut out = Vec::new();
    TimeWriter::default().write(&mut out, nanos);
    String::from_utf8_lossy(&out).into_owned()
}

/// A span for people: three or four digits and a unit.
pub(crate) fn human_span(nanos: u128) -> String {
    const UNITS: [(u128, &str); 3] = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")];
    for (unit, name) in UNITS {
        if nanos >= unit {
            let value = nanos as f64 / unit as f64;
            let decimals = if value < 10.0 {
                2
            } else if value < 100.0 {
                1
            } else {
                0
            };
            return format!("{value:.decimals$} {name}");
        }
    }
    format!("{nanos} ns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!(parse_span("1ms"), Ok(1_000_000));
        assert_eq!(parse_span("1.5s"), Ok(1_500_000_000));
        assert_eq!(parse_span("0.000000001s"), Ok(1));
        assert_eq!(parse_span("20us"), Ok(20_000));
        assert_eq!(parse_span("2m"), Ok(120_000_000_000));
        for bad in ["", "1", "s", "1.s5", ".5s", "1e3s", "-1s", "1 s", "1.2.3s", "1d"] {
            assert!(parse_span(bad).is_err(), "{bad}");
        }
        assert!(parse_span("99999999999999999999s").is_err());
        assert!(parse_span("9999999999h").is_err());
    }

    #[test]
    fn moments() {
        assert_eq!(parse_moment("200ms"), Ok(Moment::Offset(200_000_000)));
        assert_eq!(parse_moment("1970-01-01T00:00:01.5Z"), Ok(Moment::Wall(1_500_000_000)));
        assert_eq!(parse_moment("1970-01-01T02:00:00+02:00"), Ok(Moment::Wall(0)));
        assert_eq!(parse_moment("00:00:02.25"), Ok(Moment::TimeOfDay(2_250_000_000)));
        assert_eq!(parse_moment("00:01"), Ok(Moment::TimeOfDay(60_000_000_000)));
        assert!(parse_moment("25:00:00").is_err());
        assert!(parse_moment("yesterday").unwrap_err().contains("14:03:59"));
    }

    #[test]
    fn time_of_day_is_near_the_start() {
        let start = 10 * DAY + 23 * 3600 * SECOND;
        let at = |hours: i64| Moment::TimeOfDay(hours * 3600 * SECOND).resolve(start);
        assert_eq!(at(1), 11 * DAY + 3600 * SECOND);
        assert_eq!(at(22), 10 * DAY + 22 * 3600 * SECOND);
        assert_eq!(Moment::Offset(5).resolve(start), start + 5);
    }

    #[test]
    fn rfc3339_has_nine_decimals() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339(1_767_225_599_000_000_042), "2025-12-31T23:59:59.000000042Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
        let mut writer = TimeWriter::default();
        let mut out = Vec::new();
        writer.write(&mut out, SECOND + 1);
        writer.write(&mut out, SECOND + 2);
        let expected = b"1970-01-01T00:00:01.000000001Z1970-01-01T00:00:01.000000002Z";
        assert_eq!(out, expected);
    }

    #[test]
    fn spans_for_people() {
        assert_eq!(human_span(999), "999 ns");
        assert_eq!(human_span(1_234), "1.23 µs");
        assert_eq!(human_span(45_678_000), "45.7 ms");
        assert_eq!(human_span(123_456_000_000), "123 s");
    }
}
