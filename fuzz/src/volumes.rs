//! Any bytes taken for a disk with partitions and file systems: what is free lies within the disk, in order, and takes
//! bounded work to find.
//!
//! A file system needs a disk of some hundred KiB, of which a few KiB matter. So the input is written as pieces: how long
//! the disk is, then where each piece goes.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use medv_codec::disk::Disk;
use medv_codec::volume::{Outcome, free_space, partitions};
use medv_codec::{Error, Result, Silent};
use medv_format::DiskOffset;

use crate::limits;

/// Most bytes of disk that may be read to find what is free on it, for each byte of disk: bitmaps and tables are read
/// once, and the structures that lead to them now and again.
const READS: u64 = 64;

/// A disk of pieces: two bytes of length in sectors, then pieces of two bytes of sector, one byte of length in units of
/// 32 bytes, and so many units.
struct Pieces {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl Pieces {
    fn new(data: &[u8]) -> Option<Self> {
        let (size, mut rest) = data.split_first_chunk::<2>()?;
        let mut bytes = vec![0; usize::from(u16::from_le_bytes(*size)).clamp(1, 8192) * 512];
        while let Some(([low, high, units], behind)) = rest.split_first_chunk::<3>() {
            let at = usize::from(u16::from_le_bytes([*low, *high])) * 512;
            let (piece, behind) = behind.split_at((usize::from(*units) * 32).min(behind.len()));
            rest = behind;
            if let Some(room) = bytes.get_mut(at..) {
                let len = room.len().min(piece.len());
                room[..len].copy_from_slice(&piece[..len]);
            }
        }
        Some(Self { bytes, read: AtomicU64::new(0) })
    }
}

impl Disk for Pieces {
    fn virtual_size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
        let end = DiskOffset::new(self.virtual_size());
        Ok((from < end).then_some(from..end))
    }

    fn read_at(&self, offset: DiskOffset, buf: &mut [u8]) -> Result<()> {
        self.read.fetch_add(buf.len() as u64, Ordering::Relaxed);
        let start = usize::try_from(offset.get()).ok();
        let bytes = start.and_then(|start| self.bytes.get(start..)?.get(..buf.len()));
        buf.copy_from_slice(bytes.ok_or_else(|| Error::usage("read beyond the disk"))?);
        Ok(())
    }
}

/// The input whose disk is this image: its sectors that are not all zero.
pub fn encode(image: &[u8]) -> Vec<u8> {
    let sectors = u16::try_from(image.len() / 512).unwrap_or(u16::MAX);
    let mut data = sectors.to_le_bytes().to_vec();
    for (number, sector) in (0..sectors).zip(image.chunks(512)) {
        let used = sector.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if used > 0 {
            let units = used.div_ceil(32);
            data.extend(number.to_le_bytes());
            data.push(u8::try_from(units).unwrap_or(16));
            data.extend(&sector[..units * 32]);
        }
    }
    data
}

/// Finds partitions and free space.
pub fn run(data: &[u8]) {
    let Some(disk) = Pieces::new(data) else { return };
    let size = disk.virtual_size();
    let table = partitions(&disk).expect("no read goes beyond the disk");
    for partition in &table.partitions {
        assert!(partition.range().start <= partition.range().end);
    }
    let free = free_space(&disk, &limits(), &Silent).expect("no read goes beyond the disk");
    let mut at = DiskOffset::ZERO;
    for extent in free.extents() {
        assert!(extent.start >= at && extent.end.get() <= size, "{extent:?}");
        assert!(extent.end.since(extent.start) >= 4096, "{extent:?} is too short to be worth it");
        at = extent.end;
    }
    let trimmed = free.volumes().iter().map(|volume| match volume.outcome {
        Outcome::Trimmed { trimmed_bytes, .. } => trimmed_bytes,
        Outcome::Refused(_) | Outcome::NotRecognised => 0,
    });
    assert!(free.bytes() <= trimmed.sum(), "free space of no volume");
    let read = disk.read.load(Ordering::Relaxed);
    assert!(read <= (size + (1 << 20)) * READS, "{read} bytes read of a disk of {size}");
}

/// A partition table, and what mkfs.fat, mke2fs and mkntfs made of small images (`seeds/volumes`).
pub fn seeds() -> Vec<Vec<u8>> {
    let mut master = vec![0; 64 * 512];
    master[446..462].copy_from_slice(&[0, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0, 0]);
    master[510..512].copy_from_slice(&[0x55, 0xAA]);
    let mut seeds = vec![encode(&master)];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/volumes");
    if let Ok(files) = std::fs::read_dir(folder) {
        seeds.extend(files.filter_map(|file| std::fs::read(file.ok()?.path()).ok()));
    }
    seeds
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }

    #[test]
    fn seeds_are_volumes_whose_free_space_is_known() {
        let mut kinds = Vec::new();
        for seed in super::seeds() {
            let disk = super::Pieces::new(&seed).unwrap();
            let free = super::free_space(&disk, &crate::limits(), &super::Silent).unwrap();
            kinds.extend(free.volumes().iter().map(|volume| (volume.file_system.name(), free.bytes() > 0)));
        }
        kinds.sort_unstable();
        let known = ["ext2", "ext4", "fat12", "fat16", "ntfs"].map(|name| (name, true));
        assert!(known.iter().all(|known| kinds.contains(known)), "{kinds:?}");
    }
}
