//! An allocation bitmap as NTFS and ext keep it: bit n of the map, low bits first, is cluster n; 0 is free.

use std::ops::Range;

/// Runs of free clusters among the first `clusters` of `bitmap`, in order, never touching each other. Clusters
/// that the bitmap is too short for are not free.
pub fn free_runs(bitmap: &[u8], clusters: u64) -> impl Iterator<Item = Range<u64>> + '_ {
    let held = u64::try_from(bitmap.len()).unwrap_or(u64::MAX).saturating_mul(8);
    let end = clusters.min(held);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = next_bit(bitmap, at, end, false);
        if start >= end {
            return None;
        }
        at = next_bit(bitmap, start, end, true);
        Some(start..at)
    })
}

/// The first bit at or after `from` that is `set`; `end` if there is none before it.
fn next_bit(bitmap: &[u8], from: u64, end: u64, set: bool) -> u64 {
    let mut at = from;
    while at < end {
        let word = word_at(bitmap, at / 64);
        let wanted = if set { word } else { !word };
        let rest = wanted >> (at % 64);
        if rest != 0 {
            return at.saturating_add(u64::from(rest.trailing_zeros())).min(end);
        }
        at = (at / 64).saturating_add(1).saturating_mul(64);
    }
    end
}

/// 64 clusters at a time; what the bitmap does not hold is in use.
fn word_at(bitmap: &[u8], index: u64) -> u64 {
    let Some(start) = usize::try_from(index).ok().and_then(|index| index.checked_mul(8)) else {
        return u64::MAX;
    };
    let rest = bitmap.get(start..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    let mut word = [0xFF; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(bitmap: &[u8], clusters: u64) -> Vec<(u64, u64)> {
        free_runs(bitmap, clusters).map(|run| (run.start, run.end)).collect()
    }

    #[test]
    fn runs_are_the_zero_bits() {
        assert_eq!(runs(&[0b1111_0110, 0xFF, 0x7F], 24), [(0, 1), (3, 4), (23, 24)]);
        assert_eq!(runs(&[0; 40], 320), [(0, 320)]);
        assert_eq!(runs(&[0xFF; 40], 320), []);
    }

    #[test]
    fn a_run_goes_on_over_words() {
        let mut bitmap = [0; 24];
        bitmap[0] = 1;
        bitmap[23] = 0x80;
        assert_eq!(runs(&bitmap, 192), [(1, 191)]);
    }

    #[test]
    fn nothing_is_free_past_the_bitmap_or_the_volume() {
        assert_eq!(runs(&[0], 100), [(0, 8)]);
        assert_eq!(runs(&[0, 0], 3), [(0, 3)]);
        assert_eq!(runs(&[], 8), []);
    }

    #[test]
    fn agrees_with_looking_at_every_bit() {
        let mut state = 1u32;
        let bitmap: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(1001)
        .collect();
        for clusters in [0, 1, 63, 64, 65, 8001, 8008] {
            let mut free = vec![false; 8008];
            for run in free_runs(&bitmap, clusters) {
                run.for_each(|bit| free[usize::try_from(bit).unwrap()] = true);
            }
            for (bit, free) in free.into_iter().enumerate() {
                let inside = u64::try_from(bit).unwrap() < clusters;
                assert_eq!(free, inside && bitmap[bit / 8] >> (bit % 8) & 1 == 0, "cluster {bit}");
            }
        }
    }
}
