//! The shape of a target: where in its file each byte of the disk belongs, and what stands around them.

use medv_format::vhd::{BlockIndex, BlockPlace, BlockPlacer, DynamicLayout, Footer};
use medv_format::{DiskOffset, FileOffset};

use crate::Result;
use crate::buffer::PAGE;

/// Part of a frame's content, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// First and last byte (exclusive) within the content.
    pub(crate) content: std::ops::Range<usize>,
    /// Where it goes in the file.
    pub(crate) at: FileOffset,
    /// Where its block's sector bitmap goes, if this is the block's first piece. That need not be right in front of
    /// it: the block may begin with zeros.
    pub(crate) bitmap: Option<FileOffset>,
}

/// Where things go. Frames must be planned in disk order, all of them, those that are done already included.
pub(crate) enum Shape {
    /// Byte for byte.
    Flat,
    /// In blocks.
    Dynamic(Box<Blocks>),
}

/// Blocks of a dynamic VHD, placed as they turn out to be present.
pub(crate) struct Blocks {
    layout: DynamicLayout,
    placer: BlockPlacer,
    last: Option<(BlockIndex, BlockPlace)>,
}

impl Shape {
    /// A dynamic VHD of `virtual_size` bytes in blocks of `block_size`.
    pub(crate) fn dynamic(virtual_size: u64, block_size: u32) -> Result<Self> {
        let layout = DynamicLayout::new(virtual_size, block_size)?;
        let placer = layout.placer()?;
        Ok(Self::Dynamic(Box::new(Blocks { layout, placer, last: None })))
    }

    /// Where `len` bytes of content from `disk` on go.
    pub(crate) fn plan(&mut self, disk: DiskOffset, len: usize) -> Result<Vec<Piece>> {
        match self {
            Self::Flat => Ok(vec![Piece { content: 0..len, at: FileOffset::new(disk.get()), bitmap: None }]),
            Self::Dynamic(blocks) => blocks.plan(disk, len),
        }
    }

    /// Length of the target's file, and what else is to be written into it: tables first, then the footers that
    /// make it a disk. To be asked when all frames are planned.
    pub(crate) fn finish(self, virtual_size: u64, footer: Option<&Footer>) -> Result<Ending> {
        let Self::Dynamic(blocks) = self else {
            let footer = footer.map(|footer| (FileOffset::new(virtual_size), footer.to_bytes().to_vec()));
            let file_len = virtual_size + footer.as_ref().map_or(0, |(_, bytes)| bytes.len() as u64);
            return Ok(Ending { file_len, tables: Vec::new(), footers: footer.into_iter().collect() });
        };
        let Blocks { layout, placer, .. } = *blocks;
        let (table, present) = placer.finish();
        let mut tables = vec![(layout.header(), layout.dynamic_header().to_bytes().to_vec())];
        tables.push((layout.table(), table.to_bytes()));
        let footer =
            footer.map(|footer| footer.as_dynamic(layout.header()).to_bytes().to_vec()).unwrap_or_default();
        let footers = vec![(layout.footer_copy(), footer.clone()), (layout.end_footer(present)?, footer)];
        Ok(Ending { file_len: layout.file_len(present)?, tables, footers })
    }
}

/// What a target still needs when all its data is there.
pub(crate) struct Ending {
    /// Length of the whole file.
    pub(crate) file_len: u64,
    /// Tables, and where they go.
    pub(crate) tables: Vec<(FileOffset, Vec<u8>)>,
    /// Footers, and where they go; the one at the end last.
    pub(crate) footers: Vec<(FileOffset, Vec<u8>)>,
}

impl Blocks {
    fn plan(&mut self, disk: DiskOffset, len: usize) -> Result<Vec<Piece>> {
        let block_size = u64::from(self.layout.block_size());
        let (mut at, end) = (disk.get(), disk.get() + len as u64);
        let mut pieces = Vec::new();
        while at < end {
            let block = BlockIndex((at / block_size) as u32);
            let within = at % block_size;
            let stop = end.min(at - within + block_size);
            let known = self.last.filter(|(last, _)| *last == block);
            let place = match known {
                Some((_, place)) => place,
                None => self.placer.place(block)?,
            };
            self.last = Some((block, place));
            pieces.push(Piece {
                content: (at - disk.get()) as usize..(stop - disk.get()) as usize,
                at: place.data.saturating_add(within),
                bitmap: known.is_none().then_some(place.bitmap),
            });
            at = stop;
        }
        Ok(pieces)
    }
}

/// How much room in front of a frame's content lets the usual bitmap be written together with it.
pub(crate) const HEADROOM: usize = PAGE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_smaller_and_larger_than_blocks_land_in_their_blocks() {
        let mut shape = Shape::dynamic(64 << 20, 2 << 20).unwrap();
        let first = shape.plan(DiskOffset::new(5 << 20), 1 << 20).unwrap();
        assert_eq!(first.len(), 1);
        // The bitmap stands in front of the block, not of the piece.
        let bitmap = first[0].bitmap.unwrap();
        assert_eq!(first[0].at.since(bitmap), (1 << 20) + 512);
        let second = shape.plan(DiskOffset::new(6 << 20), 4 << 20).unwrap();
        let lens: Vec<_> = second
            .iter()
            .map(|piece| (piece.content.clone(), piece.bitmap.map(|bitmap| piece.at.since(bitmap))))
            .collect();
        assert_eq!(lens, [(0..2 << 20, Some(512)), (2 << 20..4 << 20, Some(512))]);
        // The first block's second half is where its first half was not.
        assert_eq!(second[0].at.get() - first[0].at.get(), (1 << 20) + 4096);
        let third = shape.plan(DiskOffset::new(10 << 20), 512).unwrap();
        let fourth = shape.plan(DiskOffset::new((10 << 20) + 512), 512).unwrap();
        assert_eq!((fourth[0].at.since(third[0].at), fourth[0].bitmap), (512, None));
    }
}
