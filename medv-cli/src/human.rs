//! Numbers as people read them: `3.4 GiB`, `412 MiB/s`, `1 min 12 s`.

use std::time::Duration;

/// Three digits that count, in the largest unit that keeps them above 1; no fraction if there is none.
pub(crate) fn bytes(count: u64) -> String {
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = as_f64(count);
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        // What would be rounded to 1024 belongs to the next unit.
        if value < 1023.5 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    if value.fract() == 0.0 {
        format!("{value} {unit}")
    } else if value < 9.995 {
        format!("{value:.2} {unit}")
    } else if value < 99.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// `3.40 GiB (3650722201 bytes)`
pub(crate) fn exact(count: u64) -> String {
    if count < 1024 { bytes(count) } else { format!("{} ({count} bytes)", bytes(count)) }
}

/// `412 MiB/s`, or nothing to speak of.
pub(crate) fn rate(count: u64, time: Duration) -> String {
    per_second(as_f64(count) / time.as_secs_f64().max(1e-3))
}

/// `412 MiB/s` of a number of bytes a second.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{}/s", bytes(whole(rate)))
}

/// `0.42 s`, `8.1 s`, `1 min 12 s`, `2 h 05 min`
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 9.95 {
        return format!("{seconds:.2} s").replace(".00 s", " s");
    }
    let seconds = time.as_secs() + u64::from(time.subsec_millis() >= 500);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `62.1 %` of a whole; all of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", share(part, whole) * 100.0)
}

/// `part / whole`, 1 if there is no whole.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { as_f64(part) / as_f64(whole) }
}

/// Byte counts lie below 2^53 by far; what is lost above is below the digits shown.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// The nearest whole number; saturating, and 0 for what is no number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (10 * 1024 + 1, "10.0 KiB"),
            (1_048_575, "1.00 MiB"),
            (999 << 20, "999 MiB"),
            (3_650_722_201, "3.40 GiB"),
            (2040 << 30, "1.99 TiB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations_grow_into_larger_units() {
        let cases = [
            (0, "0 s"),
            (420, "0.42 s"),
            (12_600, "13 s"),
            (72_000, "1 min 12 s"),
            (7_500_000, "2 h 05 min"),
        ];
        for (millis, text) in cases {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn rates_and_shares_survive_zeros() {
        assert_eq!(rate(412 << 20, Duration::from_secs(1)), "412 MiB/s");
        assert_eq!(rate(0, Duration::ZERO), "0 B/s");
        assert_eq!(percent(0, 0), "100.0 %");
        assert_eq!(percent(621, 1000), "62.1 %");
    }
}
