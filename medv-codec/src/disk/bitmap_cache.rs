//! The sector bitmaps that were read last.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use medv_format::vhd::{BlockIndex, SectorBitmap};

use crate::Result;

/// Keeps bitmaps in at most about [`BitmapCache::BYTES`] bytes, dropping the oldest.
pub(super) struct BitmapCache {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    bitmaps: HashMap<BlockIndex, Arc<SectorBitmap>>,
    oldest_first: VecDeque<BlockIndex>,
}

impl BitmapCache {
    const BYTES: u64 = 4 << 20;

    /// A cache for bitmaps of `bitmap_len` bytes each.
    pub(super) fn new(bitmap_len: u64) -> Self {
        let capacity = Self::BYTES.checked_div(bitmap_len).and_then(|count| usize::try_from(count).ok());
        Self { capacity: capacity.unwrap_or(0).max(1), kept: Mutex::default() }
    }

    /// The block's bitmap, from memory or through `read`. Other threads are not kept waiting while it is read.
    pub(super) fn get(
        &self,
        block: BlockIndex,
        read: impl FnOnce() -> Result<SectorBitmap>,
    ) -> Result<Arc<SectorBitmap>> {
        if let Some(bitmap) = self.lock().bitmaps.get(&block) {
            return Ok(Arc::clone(bitmap));
        }
        let bitmap = Arc::new(read()?);
        let mut kept = self.lock();
        if kept.bitmaps.insert(block, Arc::clone(&bitmap)).is_none() {
            kept.oldest_first.push_back(block);
        }
        while kept.oldest_first.len() > self.capacity {
            if let Some(oldest) = kept.oldest_first.pop_front() {
                kept.bitmaps.remove(&oldest);
            }
        }
        Ok(bitmap)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_and_reads_once() {
        let cache = BitmapCache::new(2 << 20);
        let reads = std::cell::Cell::new(0);
        let get = |block| {
            let read = || {
                reads.set(reads.get() + 1);
                Ok(SectorBitmap::full(512))
            };
            cache.get(BlockIndex(block), read).unwrap();
        };
        get(0);
        get(0);
        get(1);
        assert_eq!(reads.get(), 2);
        get(2);
        get(1);
        assert_eq!(reads.get(), 3);
        get(0);
        assert_eq!(reads.get(), 4);
    }
}
