//! Where a differencing disk says its parent is.

use byteorder::{BigEndian, ByteOrder, LittleEndian};

use crate::{FileOffset, SECTOR};

/// What kind of path a parent locator has (specification, "Parent Locator Entry").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlatformCode {
    /// The locator is not used.
    None,
    /// `Wi2r`: Windows, relative to the child, in the writer's code page; deprecated.
    WindowsRelativeAnsi,
    /// `Wi2k`: Windows, absolute, in the writer's code page; deprecated.
    WindowsAbsoluteAnsi,
    /// `W2ru`: Windows, relative to the child, UTF-16 little endian.
    WindowsRelative,
    /// `W2ku`: Windows, absolute, UTF-16 little endian.
    WindowsAbsolute,
    /// `Mac `: an alias record, which nobody reads.
    MacAlias,
    /// `MacX`: a file URL in UTF-8.
    MacUrl,
    /// Something else; skipped.
    Unknown(u32),
}

impl PlatformCode {
    /// From the locator's field. `VirtualBox` spells the two Mac codes in its own way.
    pub fn from_u32(value: u32) -> Self {
        match value {
            0 => Self::None,
            0x5769_3272 => Self::WindowsRelativeAnsi,
            0x5769_326B => Self::WindowsAbsoluteAnsi,
            0x5732_7275 => Self::WindowsRelative,
            0x5732_6B75 => Self::WindowsAbsolute,
            0x4D61_6320 | 0x4D16_3220 => Self::MacAlias,
            0x4D61_6358 | 0x4D16_3258 => Self::MacUrl,
            other => Self::Unknown(other),
        }
    }
}

/// Parent locator entry: 24 bytes of the dynamic header that point at a path elsewhere in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentLocator {
    /// The platform code as found; see [`ParentLocator::code`].
    pub platform_code: u32,
    /// Room reserved for the path: sectors by the specification, bytes by most writers.
    pub data_space: u32,
    /// Bytes of the path.
    pub data_length: u32,
    /// Zero by the specification; kept as found.
    pub reserved: u32,
    /// Where the path is.
    pub data_offset: FileOffset,
}

impl ParentLocator {
    /// Bytes on disk.
    pub const SIZE: usize = 24;
    /// A locator that is not used.
    pub const NONE: Self =
        Self { platform_code: 0, data_space: 0, data_length: 0, reserved: 0, data_offset: FileOffset::ZERO };
    /// More bytes than any path has: 32,767 UTF-16 units, the longest that Windows allows.
    pub const LONGEST_PATH: u32 = 65_534;

    /// Parses; every value is possible.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        Self {
            platform_code: BigEndian::read_u32(&bytes[0..4]),
            data_space: BigEndian::read_u32(&bytes[4..8]),
            data_length: BigEndian::read_u32(&bytes[8..12]),
            reserved: BigEndian::read_u32(&bytes[12..16]),
            data_offset: FileOffset::new(BigEndian::read_u64(&bytes[16..24])),
        }
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        BigEndian::write_u32(&mut bytes[0..4], self.platform_code);
        BigEndian::write_u32(&mut bytes[4..8], self.data_space);
        BigEndian::write_u32(&mut bytes[8..12], self.data_length);
        BigEndian::write_u32(&mut bytes[12..16], self.reserved);
        BigEndian::write_u64(&mut bytes[16..24], self.data_offset.get());
        bytes
    }

    /// What kind of path it has.
    pub fn code(&self) -> PlatformCode {
        PlatformCode::from_u32(self.platform_code)
    }

    /// Bytes reserved for the path, whichever unit the writer took: fewer than 512 can only be sectors. `None` if it
    /// is neither a number of sectors nor whole sectors in bytes.
    pub fn space_bytes(&self) -> Option<u64> {
        let space = u64::from(self.data_space);
        if space < SECTOR {
            return space.checked_mul(SECTOR);
        }
        space.is_multiple_of(SECTOR).then_some(space)
    }

    /// Decodes the `data_length` bytes found at `data_offset`. `None` if the code says that there is no path, or
    /// that it is one that we do not read.
    pub fn decode(&self, bytes: &[u8]) -> Option<LocatorPath> {
        match self.code() {
            PlatformCode::WindowsRelative => Some(decode_utf16(bytes, LittleEndian::read_u16, true)),
            PlatformCode::WindowsAbsolute => Some(decode_utf16(bytes, LittleEndian::read_u16, false)),
            PlatformCode::WindowsRelativeAnsi => Some(decode_ansi(bytes, true)),
            PlatformCode::WindowsAbsoluteAnsi => Some(decode_ansi(bytes, false)),
            PlatformCode::MacUrl => decode_url(bytes),
            PlatformCode::None | PlatformCode::MacAlias | PlatformCode::Unknown(_) => None,
        }
    }
}

/// A path as a child gives it. Not to be trusted, and not yet in the form of the system that we run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatorPath {
    /// The path; what could not be decoded is U+FFFD.
    pub text: String,
    /// Whether the locator's code calls it relative to the child.
    pub relative: bool,
    /// Whether everything could be decoded.
    pub exact: bool,
}

/// The parent's name in the dynamic header: UTF-16 *big* endian, unlike the locators' texts. It is a file name or a
/// whole path, depending on the writer. `None` if it is empty.
pub fn decode_header_name(bytes: &[u8; 512]) -> Option<LocatorPath> {
    let path = decode_utf16(bytes, BigEndian::read_u16, true);
    (!path.text.is_empty()).then_some(path)
}

fn decode_utf16(bytes: &[u8], unit: fn(&[u8]) -> u16, relative: bool) -> LocatorPath {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(pair)).take_while(|&unit| unit != 0);
    let mut exact = true;
    let text = char::decode_utf16(units)
        .map(|decoded| {
            exact &= decoded.is_ok();
            decoded.unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect();
    LocatorPath { text, relative, exact }
}

fn decode_ansi(bytes: &[u8], relative: bool) -> LocatorPath {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    LocatorPath { text: String::from_utf8_lossy(bytes).into_owned(), relative, exact: bytes.is_ascii() }
}

/// `file://localhost/a%20b` or `file:///a%20b`: an absolute path of this machine.
fn decode_url(bytes: &[u8]) -> Option<LocatorPath> {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let rest = bytes.strip_prefix(b"file://")?;
    let path = rest.strip_prefix(b"localhost").unwrap_or(rest);
    if path.first() != Some(&b'/') {
        return None;
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = escaped.filter(|hex| !hex.starts_with('+'));
        if let Some(escaped) = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(escaped);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            decoded.push(byte);
            rest = tail;
        }
    }
    let text = String::from_utf8_lossy(&decoded).into_owned();
    let exact = std::str::from_utf8(&decoded).is_ok();
    Some(LocatorPath { text, relative: false, exact })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locator(code: u32, space: u32) -> ParentLocator {
        ParentLocator { platform_code: code, data_space: space, ..ParentLocator::NONE }
    }

    #[test]
    fn round_trip() {
        let bytes: [u8; 24] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        assert_eq!(ParentLocator::from_bytes(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn space_in_either_unit() {
        assert_eq!(locator(0, 1).space_bytes(), Some(512));
        assert_eq!(locator(0, 512).space_bytes(), Some(512));
        assert_eq!(locator(0, 1000).space_bytes(), None);
    }

    #[test]
    fn text_is_little_endian_and_the_header_name_big_endian() {
        let path = locator(0x5732_7275, 0).decode(b".\0\\\0a\0\0\0x\0").unwrap();
        assert_eq!(path, LocatorPath { text: ".\\a".into(), relative: true, exact: true });
        let mut name = [0; 512];
        name[..4].copy_from_slice(b"\0a\0b");
        assert_eq!(decode_header_name(&name).unwrap().text, "ab");
        assert_eq!(decode_header_name(&[0; 512]), None);
    }

    #[test]
    fn lone_surrogates_and_odd_bytes_are_survived() {
        let path = locator(0x5732_6B75, 0).decode(&[0x41, 0, 0x00, 0xD8, 0x42, 0, 7]).unwrap();
        assert_eq!(path, LocatorPath { text: "A\u{FFFD}B".into(), relative: false, exact: false });
    }

    #[test]
    fn urls() {
        let decode = |url: &[u8]| locator(0x4D16_3258, 0).decode(url).map(|path| path.text);
        assert_eq!(decode(b"file://localhost/a%20b%2").as_deref(), Some("/a b%2"));
        assert_eq!(decode(b"file:///x\0junk").as_deref(), Some("/x"));
        assert_eq!(decode(b"file://elsewhere/x"), None);
        assert_eq!(decode(b"http://x/"), None);
    }

    #[test]
    fn unknown_codes_have_no_path() {
        for code in [0, 0x4D61_6320, 0x4D16_3220, 0x1234_5678] {
            assert_eq!(locator(code, 0).decode(b"a\0"), None);
        }
    }
}
