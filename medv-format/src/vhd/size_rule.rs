//! Which of a footer's two sizes is the disk's size.

use super::{Footer, Geometry};

/// A footer states the size twice: as a number of bytes and as a geometry, which counts whole cylinders and
/// so is often smaller. Programs differ in which one they mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SizeRule {
    /// The geometry if the creator is Virtual PC or qemu and the geometry is neither empty nor at its maximum;
    /// the size field for everyone else.
    #[default]
    ByCreator,
    /// Always the geometry.
    Geometry,
    /// Always the size field, as Hyper-V and `VirtualBox` do.
    CurrentSize,
}

impl SizeRule {
    /// The rule with the creator's word already taken: [`SizeRule::Geometry`] or [`SizeRule::CurrentSize`].
    #[must_use]
    pub fn resolved(self, footer: &Footer) -> Self {
        let Self::ByCreator = self else { return self };
        let saturated = footer.geometry.total_sectors() >= Geometry::MAX.total_sectors();
        let usable = footer.geometry.total_sectors() > 0 && !saturated;
        if footer.creator_application.means_geometry() && usable { Self::Geometry } else { Self::CurrentSize }
    }

    /// The disk's size in bytes.
    pub fn virtual_size(self, footer: &Footer) -> u64 {
        match self.resolved(footer) {
            Self::Geometry => footer.geometry.total_bytes(),
            Self::ByCreator | Self::CurrentSize => footer.current_size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CreatorApplication, Uuid};
    use super::*;

    fn footer(creator: [u8; 4], size: u64) -> Footer {
        let mut footer = Footer::new_fixed(size, Uuid::NIL, super::super::Timestamp(0));
        footer.creator_application = CreatorApplication(creator);
        footer
    }

    #[test]
    fn creator_decides() {
        let (exact, by_geometry) = (1 << 20, 2040 * 512);
        for creator in [*b"vpc ", *b"qemu"] {
            assert_eq!(SizeRule::ByCreator.virtual_size(&footer(creator, exact)), by_geometry);
        }
        for creator in
            [*b"win ", *b"qem2", *b"d2v ", *b"tap\0", *b"CTXS", *b"vbox", *b"wa\0\0", *b"vs  ", *b"\0\0\0\0"]
        {
            assert_eq!(SizeRule::ByCreator.virtual_size(&footer(creator, exact)), exact);
            assert_eq!(SizeRule::Geometry.virtual_size(&footer(creator, exact)), by_geometry);
        }
        assert_eq!(SizeRule::CurrentSize.virtual_size(&footer(*b"vpc ", exact)), exact);
    }

    #[test]
    fn geometry_that_says_nothing_is_not_taken() {
        assert_eq!(SizeRule::ByCreator.virtual_size(&footer(*b"vpc ", 200 << 30)), 200 << 30);
        assert_eq!(SizeRule::ByCreator.virtual_size(&footer(*b"vpc ", 512)), 512);
    }
}
