//! Amounts as people write them: CPU (`2`, `1500m`), bytes (`4GiB`, `512MB`), durations (`30m`, `1h30m`).

use std::fmt::Write as _;
use std::time::Duration;

const BYTE_UNITS: [(&str, u64); 8] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
];

/// A decimal number with up to `digits` digits after the point, times 10^digits; exact.
fn scaled(text: &str, digits: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || (text.contains('.') && fraction.is_empty()) || fraction.len() > digits {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(digits).ok()?)?;
    let fraction_scale = 10_u64.checked_pow(u32::try_from(digits - fraction.len()).ok()?)?;
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction.checked_mul(fraction_scale)?)
}

/// Cores as `2`, `0.5` or thousandths as `1500m`; the answer is thousandths.
///
/// # Errors
/// How to write it.
pub fn parse_cpu(text: &str) -> Result<u32, String> {
    let millis = match text.strip_suffix('m') {
        Some(millis) => scaled(millis, 0),
        None => scaled(text, 3),
    };
    millis
        .and_then(|millis| u32::try_from(millis).ok())
        .ok_or_else(|| "CPU is a number of cores such as 2 or 0.5, or thousandths such as 1500m.".to_owned())
}

/// Bytes with a unit, `4GiB`, `1.5GB`, `512 MiB`, or a plain number of bytes.
///
/// # Errors
/// How to write it.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let usage = || {
        "A size is a number with a unit: KiB, MiB, GiB, TiB (1024) or KB, MB, GB, TB (1000), such as 4GiB."
            .to_owned()
    };
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim();
    if unit.is_empty() || unit == "B" {
        return scaled(number, 0).ok_or_else(usage);
    }
    let factor =
        BYTE_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, factor)| *factor);
    let Some(factor) = factor else {
        return Err(match unit.to_ascii_lowercase().as_str() {
            letter @ ("k" | "m" | "g" | "t" | "ki" | "mi" | "gi" | "ti") => {
                let letter = letter.chars().next().map_or('G', |c| c.to_ascii_uppercase());
                format!(
                    "The unit is missing a letter: write {number}{letter}iB (1024) or {number}{letter}B (1000)."
                )
            }
            _ => usage(),
        });
    };
    // Three digits after the point are enough for people and keep the arithmetic exact in 128 bits.
    let thousandths = scaled(number, 3).ok_or_else(usage)?;
    u64::try_from(u128::from(thousandths) * u128::from(factor) / 1_000).map_err(|_| usage())
}

/// The shortest exact text of a number of bytes.
#[must_use]
pub(super) fn bytes_text(bytes: u64) -> String {
    BYTE_UNITS
        .iter()
        .find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor))
        .map_or_else(|| bytes.to_string(), |(unit, factor)| format!("{}{unit}", bytes / factor))
}

/// `30s`, `30m`, `2h`, `1d`, `1h30m`.
///
/// # Errors
/// How to write it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let usage = || "A duration is a number with a unit: s, m, h or d, such as 30m or 1h30m.".to_owned();
    let mut rest = text;
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    if rest.is_empty() {
        return Err(usage());
    }
    while !rest.is_empty() {
        let split = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(usage)?;
        let (number, after) = rest.split_at(split);
        let unit: u64 = match after.chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            _ => return Err(usage()),
        };
        if unit >= last_unit {
            return Err(usage());
        }
        last_unit = unit;
        let amount: u64 = number.parse().map_err(|_| usage())?;
        total = amount.checked_mul(unit).and_then(|seconds| total.checked_add(seconds)).ok_or_else(usage)?;
        rest = &after[1..];
    }
    Ok(Duration::from_secs(total))
}

/// The text that [`parse_duration`] reads; whole seconds.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut out = String::new();
    for (unit, seconds) in [('h', 3_600), ('m', 60), ('s', 1)] {
        if rest >= seconds {
            let _ = write!(out, "{}{unit}", rest / seconds);
            rest %= seconds;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        assert_eq!(parse_cpu("2"), Ok(2_000));
        assert_eq!(parse_cpu("0.5"), Ok(500));
        assert_eq!(parse_cpu("1500m"), Ok(1_500));
        assert_eq!(parse_bytes("4GiB"), Ok(4 << 30));
        assert_eq!(parse_bytes("512 MB"), Ok(512_000_000));
        assert_eq!(parse_bytes("1.5gib"), Ok(3 << 29));
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5_400)));
        for bad in ["", "m", "-1", "1e3", "1,5", ".5", "5."] {
            assert!(parse_cpu(bad).is_err(), "{bad:?}");
        }
        assert!(parse_bytes("4G").unwrap_err().contains("4GiB"));
        for bad in ["", "30", "m", "30m1h", "1m1m", "99999999999999999999h", "1.5h"] {
            assert!(parse_duration(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn texts_round_trip(bytes: u64, seconds in 0_u64..10_000_000) {
            prop_assert_eq!(parse_bytes(&bytes_text(bytes)), Ok(bytes));
            prop_assert_eq!(parse_duration(&duration_text(Duration::from_secs(seconds))), Ok(Duration::from_secs(seconds)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            let _ = (parse_bytes(&text), parse_cpu(&text), parse_duration(&text));
        }
    }
}
