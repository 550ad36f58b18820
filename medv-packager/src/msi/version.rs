//! A product's version.

use std::fmt;
use std::str::FromStr;

use medv_codec::Error;

/// A version as Windows Installer compares them: `x.y.z`, with x and y up to 255, z up to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProductVersion {
    major: u8,
    minor: u8,
    build: u16,
}

impl ProductVersion {
    /// Version `major.minor.build`.
    pub fn new(major: u8, minor: u8, build: u16) -> Self {
        Self { major, minor, build }
    }
}

impl FromStr for ProductVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let mut parts = text.split('.');
            let version = Self::new(number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
            parts.next().is_none().then_some(version)
        };
        parse().ok_or_else(|| {
            Error::usage(format!("{text:?} is not a version"))
                .advice("write x.y.z: three numbers, the first two up to 255, the last up to 65535")
        })
    }
}

/// Only digits: Rust's own parsing lets a plus sign pass, and Windows Installer has no use for leading zeroes.
fn number<N: FromStr>(text: &str) -> Option<N> {
    let plain = text.bytes().all(|letter| letter.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for ProductVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.build)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["0.0.0", "1.2.3", "255.255.65535"] {
            assert_eq!(text.parse::<ProductVersion>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_windows_installer_would_misread_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "256.0.0",
            "0.256.0",
            "0.0.65536",
            "+1.0.0",
            "01.0.0",
            "1.0.0 ",
            "1..0",
        ] {
            assert!(text.parse::<ProductVersion>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let version = |text: &str| text.parse::<ProductVersion>().unwrap();
        assert!(version("1.9.0") < version("1.10.0"));
        assert!(version("1.10.0") < version("2.0.0"));
    }
}
