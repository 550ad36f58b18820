//! A disk cut into what packing treats alike: chunks to look at, and runs of nothing.

use std::ops::Range;

use medv_format::{DiskOffset, SECTOR};

use crate::Result;
use crate::disk::Disk;

/// A stretch of disk that begins on a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// A chunk that may hold data.
    Chunk {
        /// Where it begins.
        start: DiskOffset,
        /// Its length in bytes, padding of the last sector included.
        len: u32,
        /// Parts of it to treat as zero, in order.
        free: Vec<Range<DiskOffset>>,
        /// How much of the free parts might have held data.
        trimmed: u64,
    },
    /// Whole chunks that need no look.
    Hole {
        /// Their length in bytes.
        len: u64,
        /// How much of it might have held data, and is free.
        trimmed: u64,
    },
}

impl Span {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Chunk { len, .. } => u64::from(*len),
            Self::Hole { len, .. } => *len,
        }
    }

    pub(crate) fn trimmed(&self) -> u64 {
        match self {
            Self::Chunk { trimmed, .. } | Self::Hole { trimmed, .. } => *trimmed,
        }
    }
}

/// The spans of a disk, in order.
pub(crate) struct Spans<'a> {
    disk: &'a dyn Disk,
    /// Free extents that do not lie wholly before `at`, in order.
    free: &'a [Range<DiskOffset>],
    /// The extent that `at` lies in or in front of, once asked for.
    extent: Option<Range<DiskOffset>>,
    chunk: u64,
    at: DiskOffset,
    end: DiskOffset,
}

impl<'a> Spans<'a> {
    /// Cuts `disk` by `chunk` bytes; `free` are extents to treat as zero, in order.
    pub(crate) fn new(disk: &'a dyn Disk, free: &'a [Range<DiskOffset>], chunk: u32) -> Self {
        let end = DiskOffset::new(disk.virtual_size().next_multiple_of(SECTOR));
        Self { disk, free, extent: None, chunk: u64::from(chunk), at: DiskOffset::ZERO, end }
    }

    /// The extent that holds `from`, or the next one; an empty one at the end of the disk if there is none.
    fn extent(&mut self, from: DiskOffset) -> Result<Range<DiskOffset>> {
        if let Some(extent) = self.extent.as_ref().filter(|extent| extent.end > from) {
            return Ok(extent.clone());
        }
        let extent = self.disk.next_extent(from)?.unwrap_or(self.end..DiskOffset::new(u64::MAX));
        Ok(self.extent.insert(extent).clone())
    }

    fn next_span(&mut self) -> Result<Span> {
        let start = self.at;
        let data = self.extent(start)?;
        let first_with_data =
            if data.start >= self.end { self.end.get() } else { data.start.get() / self.chunk * self.chunk };
        if first_with_data > start.get() {
            self.at = DiskOffset::new(first_with_data);
            return Ok(Span::Hole { len: self.at.since(start), trimmed: 0 });
        }
        let stop = start.saturating_add(self.chunk).min(self.end);
        self.at = stop;
        let len = stop.since(start);
        let free = self.free_between(start, stop);
        if free.is_empty() {
            return Ok(Span::Chunk { start, len: len as u32, free, trimmed: 0 });
        }
        let (mut held, mut trimmed, mut from) = (0, 0, start);
        while from < stop {
            let data = self.extent(from)?;
            from = data.end;
            held += overlap(&data, &(start..stop));
            trimmed += free.iter().map(|free| overlap(free, &data)).sum::<u64>();
        }
        Ok(match held == trimmed {
            true => Span::Hole { len, trimmed },
            false => Span::Chunk { start, len: len as u32, free, trimmed },
        })
    }

    fn free_between(&mut self, start: DiskOffset, stop: DiskOffset) -> Vec<Range<DiskOffset>> {
        let passed = self.free.partition_point(|free| free.end <= start);
        self.free = &self.free[passed..];
        let within = self.free.iter().take_while(|free| free.start < stop);
        within.map(|free| free.start.max(start)..free.end.min(stop)).collect()
    }
}

fn overlap(a: &Range<DiskOffset>, b: &Range<DiskOffset>) -> u64 {
    a.end.min(b.end).since(a.start.max(b.start))
}

impl Iterator for Spans<'_> {
    type Item = Result<Span>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.at < self.end).then(|| self.next_span())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that only has extents.
    struct Extents(u64, Vec<Range<u64>>);

    impl Disk for Extents {
        fn virtual_size(&self) -> u64 {
            self.0
        }

        fn next_extent(&self, from: DiskOffset) -> Result<Option<Range<DiskOffset>>> {
            let extent = self.1.iter().find(|extent| extent.end > from.get());
            Ok(extent.map(|extent| DiskOffset::new(extent.start).max(from)..DiskOffset::new(extent.end)))
        }

        fn read_at(&self, _: DiskOffset, _: &mut [u8]) -> Result<()> {
            unreachable!("cutting reads nothing")
        }
    }

    fn cut(size: u64, extents: &[Range<u64>], free: &[Range<u64>]) -> Vec<Span> {
        let free: Vec<_> = free.iter().map(|free| range(free.clone())).collect();
        Spans::new(&Extents(size, extents.to_vec()), &free, 100).map(Result::unwrap).collect()
    }

    fn range(range: Range<u64>) -> Range<DiskOffset> {
        DiskOffset::new(range.start)..DiskOffset::new(range.end)
    }

    fn chunk(start: u64, len: u32) -> Span {
        Span::Chunk { start: DiskOffset::new(start), len, free: vec![], trimmed: 0 }
    }

    #[test]
    fn holes_are_whole_chunks_without_data() {
        let spans = cut(1024, &[250..260, 299..301, 700..1024], &[]);
        let hole = |len| Span::Hole { len, trimmed: 0 };
        let tail = [chunk(700, 100), chunk(800, 100), chunk(900, 100), chunk(1000, 24)];
        assert_eq!(spans, [&[hole(200), chunk(200, 100), chunk(300, 100), hole(300)][..], &tail].concat());
        assert_eq!(cut(512, &[], &[]), [hole(512)]);
    }

    #[test]
    fn the_last_sector_is_padded() {
        assert_eq!(cut(10, &[0..4, 4..10], &[]).iter().map(Span::len).sum::<u64>(), 512);
    }

    #[test]
    fn free_space_is_counted_where_there_was_data() {
        let spans = cut(512, &[0..150, 180..300, 400..512], &[50..100, 120..280, 350..512]);
        let free = vec![range(120..200)];
        assert_eq!(
            spans,
            [
                Span::Chunk { start: DiskOffset::ZERO, len: 100, free: vec![range(50..100)], trimmed: 50 },
                Span::Chunk { start: DiskOffset::new(100), len: 100, free, trimmed: 50 },
                Span::Chunk {
                    start: DiskOffset::new(200),
                    len: 100,
                    free: vec![range(200..280)],
                    trimmed: 80
                },
                Span::Hole { len: 100, trimmed: 0 },
                Span::Hole { len: 100, trimmed: 100 },
                Span::Hole { len: 12, trimmed: 12 },
            ]
        );
    }
}
