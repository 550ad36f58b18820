//! Gathers the free extents of one volume, in order, in bounded memory.

use std::ops::Range;

use medv_format::DiskOffset;

/// Shorter extents are not worth remembering: no frame gets smaller by them.
pub(super) const SHORTEST: u64 = 4096;

/// Free extents of a disk in order, not touching each other, no more than `most` of them.
pub(super) struct FreeExtents {
    kept: Vec<Range<DiskOffset>>,
    most: usize,
    shortest: u64,
    base: u64,
    free_bytes: u64,
}

impl FreeExtents {
    /// For a volume that starts `base` bytes into the disk.
    pub(super) fn new(base: u64, most: usize) -> Self {
        Self { kept: Vec::new(), most: most.max(2), shortest: SHORTEST, base, free_bytes: 0 }
    }

    /// Adds bytes of the volume. Must come in order.
    pub(super) fn push(&mut self, free: Range<u64>) {
        let length = free.end.saturating_sub(free.start);
        if length == 0 {
            return;
        }
        self.free_bytes += length;
        let start = DiskOffset::new(self.base.saturating_add(free.start));
        let end = start.saturating_add(length);
        match self.kept.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => {
                self.drop_short_last();
                self.make_room();
                self.kept.push(start..end);
            }
        }
    }

    /// All bytes that were added, and the extents that are long enough to keep.
    pub(super) fn finish(mut self) -> (u64, Vec<Range<DiskOffset>>) {
        self.drop_short_last();
        (self.free_bytes, self.kept)
    }

    fn drop_short_last(&mut self) {
        let shortest = self.shortest;
        self.kept.pop_if(|last| length(last) < shortest);
    }

    fn make_room(&mut self) {
        if self.kept.len() >= self.most {
            self.shortest = keep_longest(&mut self.kept, self.most / 2, self.shortest);
        }
    }
}

/// Drops the shortest extents until no more than `most` are left; answers how long they now are at least.
pub(super) fn keep_longest(extents: &mut Vec<Range<DiskOffset>>, most: usize, mut shortest: u64) -> u64 {
    while extents.len() > most {
        shortest = shortest.saturating_mul(2);
        extents.retain(|extent| length(extent) >= shortest);
    }
    shortest
}

pub(super) fn length(extent: &Range<DiskOffset>) -> u64 {
    extent.end.since(extent.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(extent: &Range<DiskOffset>) -> (u64, u64) {
        (extent.start.get(), extent.end.get())
    }

    #[test]
    fn neighbours_are_merged_and_short_extents_dropped() {
        let mut free = FreeExtents::new(1000, 100);
        for range in [0..2048, 2048..4096, 8192..9216, 16384..20479, 32768..36864] {
            free.push(range);
        }
        let (bytes, kept) = free.finish();
        assert_eq!(bytes, 4096 + 1024 + 4095 + 4096);
        assert_eq!(kept.iter().map(at).collect::<Vec<_>>(), [(1000, 5096), (33768, 37864)]);
    }

    #[test]
    fn the_longest_are_kept_when_there_are_too_many() {
        let mut free = FreeExtents::new(0, 16);
        for index in 0..1000u64 {
            let long = if index % 100 == 0 { 1 << 20 } else { 4096 };
            free.push(index << 22..(index << 22) + long);
        }
        let (bytes, kept) = free.finish();
        assert_eq!(bytes, 10 * (1 << 20) + 990 * 4096);
        assert!(kept.len() <= 16);
        assert_eq!(kept.iter().filter(|extent| length(extent) == 1 << 20).count(), 10);
    }
}
