//! Sizes as people type them: `65536`, `64KiB`, `1MiB`, `4M`.

use std::ops::RangeInclusive;
use std::str::FromStr;

use medv_format::container::{MAX_CHUNK, MIN_CHUNK};

const UNITS: [(&str, u32); 10] = [
    ("", 0),
    ("b", 0),
    ("k", 10),
    ("kib", 10),
    ("m", 20),
    ("mib", 20),
    ("g", 30),
    ("gib", 30),
    ("t", 40),
    ("tib", 40),
];

/// The number of bytes that `text` means.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_lowercase();
    let Some((_, shift)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(format!("unknown unit; sizes look like 64KiB, 1MiB or {}", u64::from(MIN_CHUNK)));
    };
    let number: u64 = number.parse().map_err(|_| "a size begins with a whole number".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "the size is too large".to_owned())
}

/// Disk bytes in a frame, as the container allows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkSize(pub(crate) u32);

impl FromStr for ChunkSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const ALLOWED: RangeInclusive<u32> = MIN_CHUNK..=MAX_CHUNK;
        let bytes = u32::try_from(parse(text)?).ok();
        bytes
            .filter(|bytes| bytes.is_power_of_two() && ALLOWED.contains(bytes))
            .map(Self)
            .ok_or_else(|| "a chunk is a power of two from 64KiB to 8MiB".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024_in_any_case() {
        let sizes = [
            ("512", 512),
            ("0", 0),
            ("64KiB", 65_536),
            ("64kib", 65_536),
            ("64K", 65_536),
            ("1MiB", 1 << 20),
            ("1 MiB", 1 << 20),
            ("4M", 4 << 20),
            ("2GiB", 2 << 30),
            ("3T", 3 << 40),
        ];
        for (text, bytes) in sizes {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MiB", "1MB", "1.5MiB", "-1", "1MiBs", "99999999999999999999", "99999999T"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn chunks_are_powers_of_two_within_the_container_s_bounds() {
        assert_eq!(ChunkSize::from_str("64KiB"), Ok(ChunkSize(MIN_CHUNK)));
        assert_eq!(ChunkSize::from_str("8M"), Ok(ChunkSize(MAX_CHUNK)));
        for text in ["32KiB", "16MiB", "3MiB", "65537", "8589934592"] {
            assert!(ChunkSize::from_str(text).is_err(), "{text}");
        }
    }
}
