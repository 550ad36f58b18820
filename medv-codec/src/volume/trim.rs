//! Finds the free space of a disk, volume by volume; refuses a volume that gives reason for doubt.

use std::ops::Range;

use medv_format::{DiskOffset, Limits};

use super::free_extents::{FreeExtents, SHORTEST, keep_longest, length};
use super::window::{Stop, Window};
use super::{FileSystem, FreeSpace, Partition, PartitionTable, Scheme, ext, fat, ntfs, partitions};
use crate::disk::Disk;
use crate::{Monitor, Result};

/// Most memory for the extents of a disk; beyond it the shortest ones count as in use.
const MOST_EXTENT_BYTES: u64 = 8 << 20;

/// What became of one volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeReport {
    /// Its partition's number; 0 for a volume that covers the disk.
    pub index: u32,
    /// What it holds.
    pub file_system: FileSystem,
    /// Its first byte on the disk.
    pub start: DiskOffset,
    /// Length of the partition in bytes.
    pub length: u64,
    /// What was done with it.
    pub outcome: Outcome,
}

/// What was done with a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its free space is known.
    Trimmed {
        /// What the file system calls free, in bytes.
        free_bytes: u64,
        /// What of it is treated as zero: not the extents below 4 KiB.
        trimmed_bytes: u64,
    },
    /// Its free space is not to be believed, and so left as it is. The reason, in words.
    Refused(String),
    /// Nothing is known about it, or its kind has no free space to read: left as it is.
    NotRecognised,
}

/// Reads which extents of `disk` the file systems on it do not use.
///
/// Costs at most 16 MiB of memory for the extents, 2 × `limits.table_bytes` if that is less, and for ext volumes 128 bytes
/// for each block group. Reads only allocation bitmaps and what leads to them.
///
/// # Errors
/// Those of reading `disk`, and [`crate::ErrorKind::Cancelled`]. What is wrong with a volume is in its report.
pub fn free_space(disk: &dyn Disk, limits: &Limits, monitor: &dyn Monitor) -> Result<FreeSpace> {
    let table = partitions(disk)?;
    let extent_bytes = u64::try_from(size_of::<Range<DiskOffset>>()).unwrap_or(u64::MAX);
    let most =
        usize::try_from(limits.table_bytes.min(MOST_EXTENT_BYTES) / extent_bytes).unwrap_or(usize::MAX);
    let doubt = doubt_about_disk(disk, &table)?;
    let mut extents = Vec::new();
    let mut volumes = Vec::new();
    for partition in table.partitions.iter().filter(|partition| !partition.is_container) {
        let doubt = doubt.clone().or_else(|| doubt_about_partition(disk, &table, partition));
        let (outcome, mut found) = examine(disk, limits, monitor, partition, doubt, most)?;
        extents.append(&mut found);
        keep_longest(&mut extents, most, SHORTEST);
        let Partition { index, file_system, start, length, .. } = *partition;
        volumes.push(VolumeReport { index, file_system, start, length, outcome });
    }
    Ok(FreeSpace::new(extents, volumes, table.notes))
}

fn examine(
    disk: &dyn Disk,
    limits: &Limits,
    monitor: &dyn Monitor,
    partition: &Partition,
    doubt: Option<String>,
    most: usize,
) -> Result<(Outcome, Vec<Range<DiskOffset>>)> {
    let find = match partition.file_system {
        FileSystem::Ntfs => ntfs::find_free,
        FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => ext::find_free,
        FileSystem::Fat12 | FileSystem::Fat16 | FileSystem::Fat32 => fat::find_free,
        _ => return Ok((Outcome::NotRecognised, Vec::new())),
    };
    if let Some(reason) = doubt {
        return Ok((Outcome::Refused(reason), Vec::new()));
    }
    let volume = Window { disk, monitor, start: partition.start.get(), length: partition.length };
    let mut free = FreeExtents::new(partition.start.get(), most);
    match find(&volume, limits, &mut free) {
        Ok(()) => {
            let (free_bytes, extents) = free.finish();
            let trimmed_bytes = extents.iter().map(length).sum();
            Ok((Outcome::Trimmed { free_bytes, trimmed_bytes }, extents))
        }
        Err(Stop::Refused(reason)) => Ok((Outcome::Refused(reason), Vec::new())),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// A disk that is divided and also formatted as a whole: one of the two is left over, and we cannot know which.
fn doubt_about_disk(disk: &dyn Disk, table: &PartitionTable) -> Result<Option<String>> {
    if table.scheme == Scheme::None {
        return Ok(None);
    }
    let whole = super::file_system::signatures(disk, 0, disk.virtual_size())?;
    Ok(whole
        .first()
        .map(|whole| format!("the disk has a partition table, but is also signed as one {whole} volume")))
}

fn doubt_about_partition(disk: &dyn Disk, table: &PartitionTable, partition: &Partition) -> Option<String> {
    let own = partition.range();
    if own.end.since(own.start) != partition.length || own.end.get() > disk.virtual_size() {
        return Some("its partition reaches beyond the end of the disk".to_owned());
    }
    if partition.is_piece {
        return Some("its partition belongs to a volume manager (dynamic disk, RAID or LVM)".to_owned());
    }
    let overlaps = |start: u64, end: u64| start < own.end.get() && own.start.get() < end;
    let others =
        table.partitions.iter().filter(|other| !other.is_container && other.index != partition.index);
    for other in others {
        let range = other.range();
        if overlaps(range.start.get(), range.end.get()) {
            return Some(format!("its partition overlaps partition {}", other.index));
        }
    }
    if table.reserved.iter().any(|reserved| overlaps(reserved.start, reserved.end)) {
        return Some("its partition overlaps the partition table".to_owned());
    }
    let other = partition.other_signatures.first()?;
    Some(format!("it is signed both as {} and as {other}", partition.file_system))
}
