//! The name of a disk, by which a child knows its parent.

use std::fmt;

/// Sixteen bytes in the order in which the file has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// All zero: no name at all.
    pub const NIL: Self = Self([0; 16]);

    /// Whether it names nothing.
    pub fn is_nil(self) -> bool {
        self == Self::NIL
    }
}

/// `01234567-89ab-cdef-0123-456789abcdef`, bytes in file order.
impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_in_groups() {
        let uuid = Uuid(*b"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef");
        assert_eq!(uuid.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        assert!(Uuid::NIL.is_nil() && !uuid.is_nil());
    }
}
