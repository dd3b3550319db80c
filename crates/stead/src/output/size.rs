//! Numbers for reading.

use std::time::Duration;

use stead_core::Timestamp;

/// Bytes in binary units with at most one decimal: `512 B`, `1.5 GiB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut divisor = 1u64;
    while unit + 1 < UNITS.len() && count / divisor >= 1024 {
        divisor *= 1024;
        unit += 1;
    }
    let tenths = u128::from(count) * 10 / u128::from(divisor);
    if unit == 0 || tenths % 10 == 0 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// The two largest units: `850 ms`, `12 s`, `3 min`, `2 h 5 min`, `4 d`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..=9 => format!("{}.{} s", seconds, duration.subsec_millis() / 100),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=86_399 if seconds % 3_600 < 60 => format!("{} h", seconds / 3_600),
        3_600..=86_399 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long ago the RFC 3339 time was; the text itself when it is none.
#[must_use]
pub fn since(now: Timestamp, text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(
        |_| text.to_owned(),
        |then| {
            let passed = now.since(then);
            if passed < Duration::from_secs(1) {
                "now".to_owned()
            } else {
                duration(Duration::from_secs(passed.as_secs()))
            }
        },
    )
}

/// `5m ago`, `just now`.
pub fn ago(now: Timestamp, text: &str) -> String {
    match since(now, text) {
        passed if passed == "now" => "just now".to_owned(),
        passed => format!("{passed} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(4 << 30), "4 GiB");
        assert_eq!(bytes(u64::MAX), "16777215.9 TiB");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(850)), "850 ms");
        assert_eq!(duration(Duration::from_millis(2_340)), "2.3 s");
        assert_eq!(duration(Duration::from_secs(7_500)), "2 h 5 min");
        assert_eq!(duration(Duration::from_secs(400_000)), "4 d");
    }
}
