//! The free space of a disk: a sorted set of extents, and how it was found.

use std::ops::Range;

use medv_format::DiskOffset;

use super::VolumeReport;
use super::free_extents::length;

/// Which extents of a disk no file needs, and what was found in each volume.
#[derive(Debug, Default)]
pub struct FreeSpace {
    extents: Vec<Range<DiskOffset>>,
    volumes: Vec<VolumeReport>,
    notes: Vec<String>,
}

impl FreeSpace {
    /// The extents must not overlap.
    pub(super) fn new(
        mut extents: Vec<Range<DiskOffset>>,
        volumes: Vec<VolumeReport>,
        notes: Vec<String>,
    ) -> Self {
        extents.sort_unstable_by_key(|extent| extent.start);
        Self { extents, volumes, notes }
    }

    /// Free extents in order, without overlap, each at least 4 KiB long.
    pub fn extents(&self) -> &[Range<DiskOffset>] {
        &self.extents
    }

    /// What was found in each volume, in the partition table's order.
    pub fn volumes(&self) -> &[VolumeReport] {
        &self.volumes
    }

    /// What the user should know about the disk as a whole.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Bytes in all extents.
    pub fn bytes(&self) -> u64 {
        self.extents.iter().map(length).sum()
    }

    /// The free parts of `range`, in order. Finding the first costs a binary search.
    pub fn free_in(&self, range: Range<DiskOffset>) -> impl Iterator<Item = Range<DiskOffset>> + '_ {
        let first = self.extents.partition_point(|extent| extent.end <= range.start);
        let rest = self.extents.get(first..).unwrap_or_default();
        let overlapping = rest.iter().take_while(move |extent| extent.start < range.end);
        overlapping.map(move |extent| extent.start.max(range.start)..extent.end.min(range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(start: u64, end: u64) -> Range<DiskOffset> {
        DiskOffset::new(start)..DiskOffset::new(end)
    }

    #[test]
    fn free_parts_of_a_range_are_found() {
        let extents = vec![extent(30_000, 40_000), extent(10_000, 20_000)];
        let free = FreeSpace::new(extents, Vec::new(), Vec::new());
        let found = |start, end| free.free_in(extent(start, end)).collect::<Vec<_>>();
        assert_eq!(found(0, 10_000), []);
        assert_eq!(found(0, 100_000), free.extents());
        assert_eq!(found(15_000, 35_000), [extent(15_000, 20_000), extent(30_000, 35_000)]);
        assert_eq!(found(20_000, 30_000), []);
        assert_eq!(found(12_000, 13_000), [extent(12_000, 13_000)].as_slice());
        assert_eq!(found(40_000, 50_000), []);
        assert_eq!(free.bytes(), 20_000);
    }
}
