//! Which blocks of an ext2, ext3 or ext4 volume are free.

use std::ops::Range;

use medv_format::Limits;
use medv_format::volume::{ExtGroupDescriptor, ExtSuperblock, free_runs};

use super::free_extents::FreeExtents;
use super::window::{STRIDE, Stop, Window};

/// Adds all free blocks to `free`: those that the groups' bitmaps call free, where count and place agree with what
/// the rest of the volume says.
pub(super) fn find_free(volume: &Window<'_>, limits: &Limits, free: &mut FreeExtents) -> Result<(), Stop> {
    let ext = ExtSuperblock::from_bytes(&volume.read_array(ExtSuperblock::OFFSET)?)?;
    if let Some(doubt) = ext.doubt() {
        return Err(Stop::Refused(doubt));
    }
    volume.must_hold(ext.bytes())?;
    let groups = Groups::read(volume, limits, &ext)?;
    let metadata = groups.metadata(limits)?;
    let mut next = 0;
    while next < groups.descriptors.len() {
        next += groups.free_of_some(volume, next, &metadata, free)?;
    }
    Ok(())
}

/// The descriptors of all groups.
struct Groups<'a> {
    ext: &'a ExtSuperblock,
    descriptors: Vec<ExtGroupDescriptor>,
}

impl<'a> Groups<'a> {
    fn read(volume: &Window<'_>, limits: &Limits, ext: &'a ExtSuperblock) -> Result<Self, Stop> {
        let size = u64::from(ext.descriptor_bytes);
        let bytes = limits.table("ext group descriptors", ext.groups().saturating_mul(size))?;
        let mut table = vec![0; bytes];
        let block_bytes = usize::try_from(ext.block_bytes).unwrap_or(usize::MAX);
        // With meta_bg, each further block of descriptors lies in the first of the groups that it describes.
        let first_scattered = u64::from(ext.first_meta_group.unwrap_or(u32::MAX));
        let contiguous = first_scattered.saturating_mul(u64::from(ext.block_bytes)).min(bytes as u64);
        let (contiguous, scattered) = table.split_at_mut(usize::try_from(contiguous).unwrap_or(bytes));
        let mut at = (u64::from(ext.first_data_block) + 1) * u64::from(ext.block_bytes);
        for piece in contiguous.chunks_mut(STRIDE) {
            volume.read(at, piece)?;
            at += piece.len() as u64;
        }
        for (index, piece) in (first_scattered..).zip(scattered.chunks_mut(block_bytes)) {
            let group = index * u64::from(ext.block_bytes) / size;
            let block = group_start(ext, group) + u64::from(ext.group_has_superblock(group));
            volume.read(block.saturating_mul(u64::from(ext.block_bytes)), piece)?;
        }
        let descriptors =
            table.chunks_exact(usize::from(ext.descriptor_bytes)).map(ExtGroupDescriptor::from_bytes);
        Ok(Self { ext, descriptors: descriptors.collect::<Result<_, _>>()? })
    }

    fn blocks_of(&self, group: usize) -> Range<u64> {
        let start = group_start(self.ext, group as u64);
        start..(start + u64::from(self.ext.blocks_per_group)).min(self.ext.blocks)
    }

    /// All blocks with the volume's own structures, sorted and merged.
    fn metadata(&self, limits: &Limits) -> Result<Vec<Range<u64>>, Stop> {
        let ext = self.ext;
        limits.table("ext metadata extents", self.descriptors.len() as u64 * 64)?;
        let inode_bytes = u64::from(ext.inodes_per_group) * u64::from(ext.inode_bytes);
        let inode_blocks = inode_bytes.div_ceil(u64::from(ext.block_bytes));
        let mut all = Vec::with_capacity(self.descriptors.len() * 4);
        for (group, descriptor) in self.descriptors.iter().enumerate() {
            let blocks = self.blocks_of(group);
            let copies = self.copies_in(group as u64);
            all.push(blocks.start..(blocks.start + copies).min(blocks.end));
            let own = [
                (descriptor.block_bitmap, 1),
                (descriptor.inode_bitmap, 1),
                (descriptor.inode_table, inode_blocks),
            ];
            for (start, length) in own {
                let end = start.checked_add(length).filter(|end| *end <= ext.blocks);
                let Some(end) = end.filter(|_| start > u64::from(ext.first_data_block)) else {
                    return Err(Stop::Refused(format!(
                        "group {group} has its metadata outside of the volume"
                    )));
                };
                all.push(start..end);
            }
        }
        all.sort_unstable_by_key(|range| range.start);
        all.dedup_by(|next, kept| {
            let touches = next.start <= kept.end;
            if touches {
                kept.end = kept.end.max(next.end);
            }
            touches
        });
        Ok(all)
    }

    /// Blocks at the start of `group` with copies of the superblock and of group descriptors.
    fn copies_in(&self, group: u64) -> u64 {
        let ext = self.ext;
        let a_block = u64::from(ext.block_bytes / u32::from(ext.descriptor_bytes));
        let superblock = u64::from(ext.group_has_superblock(group));
        match ext.first_meta_group.map(u64::from) {
            Some(first) if group / a_block >= first => {
                superblock + u64::from(matches!(group % a_block, 0 | 1) || group % a_block == a_block - 1)
            }
            first => {
                let descriptor_blocks = first.unwrap_or((self.descriptors.len() as u64).div_ceil(a_block));
                superblock * (1 + descriptor_blocks + u64::from(ext.reserved_descriptor_blocks))
            }
        }
    }

    /// Adds the free blocks of group `first` and of those after it whose bitmaps lie behind its own; answers how many
    /// groups that were.
    fn free_of_some(
        &self,
        volume: &Window<'_>,
        first: usize,
        metadata: &[Range<u64>],
        free: &mut FreeExtents,
    ) -> Result<usize, Stop> {
        let block_bytes = usize::try_from(self.ext.block_bytes).unwrap_or(usize::MAX);
        let descriptors = &self.descriptors[first..];
        if self.is_omitted(&descriptors[0]) {
            let blocks = self.blocks_of(first);
            self.add(first, gaps(blocks, metadata), metadata, free)?;
            return Ok(1);
        }
        let start = descriptors[0].block_bitmap;
        let follows = |(index, descriptor): &(u64, &ExtGroupDescriptor)| {
            descriptor.block_bitmap == start + index && !self.is_omitted(descriptor)
        };
        let some = (0..).zip(descriptors).take(STRIDE / block_bytes).take_while(follows).count();
        let mut bitmaps = vec![0; some * block_bytes];
        volume.read(start * u64::from(self.ext.block_bytes), &mut bitmaps)?;
        for (group, bitmap) in (first..).zip(bitmaps.chunks_exact(block_bytes)) {
            let blocks = self.blocks_of(group);
            let runs = free_runs(bitmap, blocks.end - blocks.start);
            let runs = runs.map(|run| blocks.start + run.start..blocks.start + run.end);
            self.add(group, runs, metadata, free)?;
        }
        Ok(some)
    }

    fn is_omitted(&self, descriptor: &ExtGroupDescriptor) -> bool {
        self.ext.may_omit_bitmaps() && descriptor.bitmap_omitted
    }

    fn add(
        &self,
        group: usize,
        runs: impl Iterator<Item = Range<u64>>,
        metadata: &[Range<u64>],
        free: &mut FreeExtents,
    ) -> Result<(), Stop> {
        let block_bytes = u64::from(self.ext.block_bytes);
        let mut found = 0;
        for run in runs {
            if overlaps(&run, metadata) {
                let Range { start, end } = run;
                let reason = format!("group {group} calls blocks {start} to {end} free, which hold metadata");
                return Err(Stop::Refused(reason + ", run e2fsck on it"));
            }
            found += run.end - run.start;
            free.push(run.start * block_bytes..run.end * block_bytes);
        }
        let expected = self.descriptors[group].free_blocks;
        if found != u64::from(expected) {
            let reason = format!("group {group} says it has {expected} free blocks, its bitmap has {found}");
            return Err(Stop::Refused(reason + ", run e2fsck on it"));
        }
        Ok(())
    }
}

fn group_start(ext: &ExtSuperblock, group: u64) -> u64 {
    u64::from(ext.first_data_block) + group * u64::from(ext.blocks_per_group)
}

/// Whether `range` meets one of the sorted, merged `others`.
fn overlaps(range: &Range<u64>, others: &[Range<u64>]) -> bool {
    let after = others.partition_point(|other| other.end <= range.start);
    others.get(after).is_some_and(|other| other.start < range.end)
}

/// What of `range` none of the sorted, merged `others` has.
fn gaps(range: Range<u64>, others: &[Range<u64>]) -> impl Iterator<Item = Range<u64>> + '_ {
    let first = others.partition_point(|other| other.end <= range.start);
    let mut rest = others[first..].iter().take_while(move |other| other.start < range.end);
    let mut at = Some(range.start);
    std::iter::from_fn(move || {
        let start = at?;
        let other = rest.next();
        at = other.map(|other| other.end);
        Some(start..other.map_or(range.end, |other| other.start).max(start))
    })
    .filter(|gap| !gap.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_the_others_leave() {
        let others = [0..3, 10..12, 15..20, 30..40];
        let found = |range| gaps(range, &others).map(|gap| (gap.start, gap.end)).collect::<Vec<_>>();
        assert_eq!(found(2..16), [(3, 10), (12, 15)]);
        assert_eq!(found(20..35), [(20, 30)]);
        assert_eq!(found(31..32), []);
        assert_eq!(found(50..52), [(50, 52)]);
    }

    #[test]
    fn overlap_is_found_on_either_side() {
        let others = [10..12, 15..20];
        for (range, expected) in
            [(0..10, false), (0..11, true), (12..15, false), (14..16, true), (20..30, false)]
        {
            assert_eq!(overlaps(&range, &others), expected, "{range:?}");
        }
    }
}
