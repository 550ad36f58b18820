//! What the caller decides about opening a disk.

use std::path::PathBuf;

use medv_format::Limits;
use medv_format::vhd::SizeRule;

/// Whether to look for a VHD at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assume {
    /// A VHD if there is a footer, a raw image if there is none, an error if it is not clear.
    #[default]
    Detect,
    /// A raw image, every byte of the file.
    Raw,
    /// A VHD, or an error.
    Vhd,
}

/// Which footer counts if the one at the end and the one in front differ in what matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FooterChoice {
    /// None: that is an error.
    #[default]
    Neither,
    /// The one at the end.
    End,
    /// The one in front.
    Front,
}

/// What counts in a dynamic disk where the sector bitmap says "never written" and there is data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BitmapPolicy {
    /// The data, as nearly every program has it; the bitmaps are not even read.
    #[default]
    DataWins,
    /// The bitmap, as the specification has it: the sector is zero.
    BitmapWins,
}

/// How to open a disk; the default is the careful one.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Parents of a differencing disk: files, or folders to look in. Parent paths that a disk gives are followed only
    /// inside these folders, the folders of these files, and the folder of the disk itself.
    pub parents: Vec<PathBuf>,
    /// Which of the two sizes of a VHD counts.
    pub size_rule: SizeRule,
    /// Whether the bitmaps of a dynamic disk count.
    pub bitmaps: BitmapPolicy,
    /// Whether to look for a VHD at all.
    pub assume: Assume,
    /// Which of two different footers counts.
    pub footer: FooterChoice,
    /// Opens a disk that belongs to a suspended machine, whose memory will be lost.
    pub allow_saved_state: bool,
    /// Goes on past damage that still leaves one reading for each byte: a dynamic header with a wrong checksum, blocks
    /// that lie on each other or on the tables.
    pub allow_damage: bool,
    /// Bounds on what the file may ask for.
    pub limits: Limits,
}
