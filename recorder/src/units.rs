//! Sizes and times as people write them, and as they like to read them.

use std::time::Duration;

use globset::{Glob, GlobBuilder};

use crate::{
    cli::{Share, TickShift},
    flight::Keep,
};

/// Parses `512K`, `16M`, `1G`, `1T` or plain bytes; the units are powers of 1024.
pub fn size(text: &str) -> Result<u64, String> {
    let bad = || format!("`{text}` is no size: write bytes, or a number with K, M, G or T");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err(bad()),
    };
    let number: u64 = digits.parse().map_err(|_| bad())?;
    match number.checked_mul(1 << shift) {
        Some(0) | None => Err(bad()),
        Some(bytes) => Ok(bytes),
    }
}

/// Parses a pattern of paths: `*` and `?` stop at a `/`, `**` does not.
pub fn glob(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map_err(|error| error.to_string())
}

/// Parses `500ms`, `10s`, `2m`, `1h`, `100us`, `32ns`, with decimals; without unit: seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is no time: write a number with ns, us, ms, s, m or h");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(bad()),
    };
    let number: f64 = digits.parse().map_err(|_| bad())?;
    match Duration::try_from_secs_f64(number * unit) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(bad()),
    }
}

/// Parses `3%`, `0.5%` or `3`: a percentage above 0 and at most 100.
pub fn percent(text: &str) -> Result<Share, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>();
    match number {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(Share(percent / 100.0)),
        _ => Err(format!("`{text}` is no percentage above 0: write 3% or 0.5%")),
    }
}

/// Parses how much is kept: a size (`64M`) or a time (`30s`, `5m`), with its unit.
pub fn keep(text: &str) -> Result<Keep, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if unit.is_empty() {
        return Err(format!("`{text}` could be bytes or seconds: write 64M or 30s"));
    }
    // A small m means minutes, as everywhere with times.
    duration(text)
        .map(Keep::Time)
        .or_else(|_| size(text).map(Keep::Size))
        .map_err(|_| format!("`{text}` is neither a size nor a time: write 64M or 30s"))
}

/// Parses a time resolution: a power of two of nanoseconds, up to about a millisecond.
pub fn time_resolution(text: &str) -> Result<TickShift, String> {
    const MOST: u128 = 1 << 20;
    let nanoseconds = duration(text)?.as_nanos();
    if !nanoseconds.is_power_of_two() || nanoseconds > MOST {
        return Err(format!(
            "`{text}` is not a power of two of nanoseconds (1ns, 2ns … 1048576ns)"
        ));
    }
    Ok(TickShift(nanoseconds.trailing_zeros() as u8))
}

/// `1.9 MiB`.
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            let decimals = if unit == "B" { 0 } else { 1 };
            return format!("{value:.decimals$} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

/// `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("512K"), Ok(512 << 10));
        assert_eq!(size("1G"), Ok(1 << 30));
        assert_eq!(size("77"), Ok(77));
        for bad in ["", "K", "1X", "-1", "0", "1.5M", "99999999T"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for bad in ["", "s", "0s", "-1s", "1d", "inf"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn resolutions_are_powers_of_two() {
        assert_eq!(time_resolution("1ns").map(|t| t.0), Ok(0));
        assert_eq!(time_resolution("64ns").map(|t| t.0), Ok(6));
        for bad in ["3ns", "1us", "1s"] {
            assert!(time_resolution(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(count(1234567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(12), "12 B");
    }
}
