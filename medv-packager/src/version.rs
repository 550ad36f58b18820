//! The version of a workspace, as Windows Installer compares versions.

use std::fmt;
use std::str::FromStr;

/// `MAJOR.MINOR.BUILD`: up to 255, 255 and 65535, so that Windows Installer takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Up to 255.
    pub major: u8,
    /// Up to 255.
    pub minor: u8,
    /// Up to 65535.
    pub build: u16,
}

impl Version {
    /// What a workspace is that says nothing else.
    pub const FIRST: Self = Self { major: 1, minor: 0, build: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.build)
    }
}

impl FromStr for Version {
    type Err = ();

    /// Only digits and two full stops: `1.0`, `+1.0.0` and `1.0.0.0` are none.
    fn from_str(text: &str) -> Result<Self, ()> {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(());
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [major, minor, build] = parts[..] else { return Err(()) };
        let (major, minor, build) = (major.parse(), minor.parse(), build.parse());
        match (major, minor, build) {
            (Ok(major), Ok(minor), Ok(build)) => Ok(Self { major, minor, build }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_windows_installer() {
        assert_eq!("1.20.65535".parse(), Ok(Version { major: 1, minor: 20, build: 65535 }));
        assert!("1.10.0".parse::<Version>() > "1.9.0".parse());
        for text in ["", "1", "1.0", "1.0.0.0", "256.0.0", "1.0.65536", "+1.0.0", "1..0", "a.b.c"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
