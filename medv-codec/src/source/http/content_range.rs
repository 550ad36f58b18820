//! The `Content-Range` header (RFC 9110, section 14.4).

/// Which bytes of the whole an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentRange {
    /// `bytes first-last/total`; the total may be unknown (`*`).
    Part { first: u64, last: u64, total: Option<u64> },
    /// `bytes */total`: what was asked for lies outside.
    Outside { total: u64 },
}

impl ContentRange {
    /// `None` if the header is not a valid range in bytes.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (unit, rest) = header.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (range, total) = rest.trim().split_once('/')?;
        if range == "*" {
            return Some(Self::Outside { total: number(total)? });
        }
        let total = if total == "*" { None } else { Some(number(total)?) };
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let possible = first <= last && total.is_none_or(|total| last < total);
        possible.then_some(Self::Part { first, last, total })
    }
}

/// Digits only: `parse` alone would also take a sign.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_forms() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        assert_eq!(ContentRange::parse("bytes 0-0/1"), part(0, 0, Some(1)));
        assert_eq!(ContentRange::parse("Bytes 5-9/10"), part(5, 9, Some(10)));
        assert_eq!(ContentRange::parse("bytes 5-9/*"), part(5, 9, None));
        assert_eq!(ContentRange::parse("bytes */47"), Some(ContentRange::Outside { total: 47 }));
    }

    #[test]
    fn nonsense_is_nothing() {
        for header in [
            "",
            "bytes",
            "bytes 1-2",
            "bytes=1-2/3",
            "items 0-1/2",
            "bytes 2-1/9",
            "bytes 0-9/9",
            "bytes -1/9",
            "bytes +1-2/9",
            "bytes 1-/9",
            "bytes */*",
            "bytes 0-1/",
            "bytes 0-18446744073709551616/*",
            "bytes a-b/c",
        ] {
            assert_eq!(ContentRange::parse(header), None, "{header:?}");
        }
    }
}
