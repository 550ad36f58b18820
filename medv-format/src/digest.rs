//! The image digest: one 32-byte name for a disk's content and size, and for nothing else.
//!
//! A binary Merkle tree over units of 64 KiB (`spec/medv-format.md`, "Image digest"). Because the tree's shape
//! depends on the disk's size alone, a frame that covers an aligned power of two of units carries the root of
//! its own subtree, and an all-zero subtree of any height has a constant that need not be computed from bytes.

use std::fmt;
use std::sync::OnceLock;

/// Bytes of disk under one leaf. Every frame starts on a multiple of it.
pub const UNIT: usize = 64 * 1024;
/// [`UNIT`] for arithmetic on disk sizes.
pub const UNIT_BYTES: u64 = 64 * 1024;

const LEAF_KEY: &[u8; 32] = b"medv v1 image digest, leaf......";
const NODE_KEY: &[u8; 32] = b"medv v1 image digest, node......";
const ROOT_KEY: &[u8; 32] = b"medv v1 image digest, root......";

/// A digest: of a unit, a subtree, an index, or (as the image digest) a whole disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

fn leaf(unit: &[u8]) -> Digest {
    Digest(*blake3::keyed_hash(LEAF_KEY, unit).as_bytes())
}

fn node(left: Digest, right: Digest) -> Digest {
    let mut both = [0; 64];
    let (front, back) = both.split_at_mut(32);
    front.copy_from_slice(&left.0);
    back.copy_from_slice(&right.0);
    Digest(*blake3::keyed_hash(NODE_KEY, &both).as_bytes())
}

/// Root of the subtree over `data`, which starts on a multiple of its own length rounded up to a power of two
/// of units. `data` must not be empty; the last unit may be short.
pub fn subtree(data: &[u8]) -> Digest {
    let mut tree = Tree::default();
    for unit in data.chunks(UNIT) {
        tree.push(0, leaf(unit));
    }
    tree.root()
}

/// Root of an all-zero subtree of `2^height` whole units.
fn zero_subtree(height: u32) -> Digest {
    static CONSTANTS: OnceLock<Vec<Digest>> = OnceLock::new();
    let constants = CONSTANTS.get_or_init(|| {
        let lowest = leaf(&ZEROS);
        std::iter::successors(Some(lowest), |below| Some(node(*below, *below))).take(48).collect()
    });
    // 2^47 units are 2^63 bytes: more than any disk that Limits lets through.
    usize::try_from(height).ok().and_then(|height| constants.get(height)).copied().unwrap_or_default()
}

/// Perfect subtrees of falling height, merged as they become pairs, like the digits of a binary counter.
#[derive(Clone, Default)]
struct Tree {
    peaks: Vec<(u32, Digest)>,
}

impl Tree {
    fn push(&mut self, height: u32, digest: Digest) {
        let (mut height, mut digest) = (height, digest);
        while let Some((_, left)) = self.peaks.pop_if(|(top, _)| *top == height) {
            digest = node(left, digest);
            height = height.saturating_add(1);
        }
        self.peaks.push((height, digest));
    }

    /// The left child of every node is the largest perfect subtree that leaves something to its right.
    fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev().map(|(_, digest)| *digest);
        let last = peaks.next().unwrap_or_default();
        peaks.fold(last, |right, left| node(left, right))
    }
}

/// Builds the image digest from the subtrees of a disk, given in disk order.
#[derive(Clone, Default)]
pub struct ImageDigest {
    tree: Tree,
    bytes: u64,
}

impl ImageDigest {
    /// Nothing of the disk yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `bytes` bytes have the subtree root `digest`. They must start on a multiple of their length
    /// rounded up to a power of two of units; only the last piece of a disk may be of another length than a power
    /// of two of units. (The index's parser refuses anything else.)
    pub fn push(&mut self, bytes: u64, digest: Digest) {
        let units = bytes.div_ceil(UNIT_BYTES);
        // A last piece of, say, five units is one node to the fold below, whatever height it is given, as long
        // as it merges with nothing: every peak before it is taller.
        self.tree.push(units.checked_ilog2().unwrap_or(0), digest);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// The next `bytes` bytes are zero. They must start on a unit.
    pub fn push_zeros(&mut self, bytes: u64) {
        let mut left = bytes;
        while left >= UNIT_BYTES {
            let position = self.bytes / UNIT_BYTES;
            let fits = (left / UNIT_BYTES).ilog2();
            let height = if position == 0 { fits } else { fits.min(position.trailing_zeros()) };
            let length = UNIT_BYTES.checked_shl(height).unwrap_or(left);
            self.push(length, zero_subtree(height));
            left = left.saturating_sub(length);
        }
        if left > 0 {
            let short = usize::try_from(left).ok().and_then(|left| ZEROS.get(..left)).unwrap_or(&ZEROS);
            self.push(left, leaf(short));
        }
    }

    /// The image digest of a disk that consists of everything pushed.
    pub fn finish(&self) -> Digest {
        let mut hasher = blake3::Hasher::new_keyed(ROOT_KEY);
        hasher.update(&self.bytes.to_le_bytes());
        hasher.update(&self.tree.root().0);
        Digest(*hasher.finalize().as_bytes())
    }
}

static ZEROS: [u8; UNIT] = [0; UNIT];

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(len: usize) -> Vec<u8> {
        (0..len).map(|i| u8::try_from((i / 7 + i / UNIT * 3) % 251).unwrap()).collect()
    }

    /// The definition of the specification, written as plainly as it is there.
    fn plain(data: &[u8]) -> Digest {
        let units = data.len().div_ceil(UNIT);
        if units == 1 {
            return leaf(data);
        }
        let left = units.next_power_of_two() / 2 * UNIT;
        node(plain(&data[..left]), plain(&data[left..]))
    }

    #[test]
    fn any_cut_into_aligned_frames_gives_the_same_digest() {
        for len in [512, UNIT, UNIT + 512, 3 * UNIT, 4 * UNIT, 13 * UNIT + 1536, 21 * UNIT] {
            let data = disk(len);
            let mut expected = blake3::Hasher::new_keyed(ROOT_KEY);
            expected.update(&u64::try_from(len).unwrap().to_le_bytes()).update(&plain(&data).0);
            for frame in [UNIT, 2 * UNIT, 4 * UNIT, 16 * UNIT] {
                let mut image = ImageDigest::new();
                for chunk in data.chunks(frame) {
                    image.push(u64::try_from(chunk.len()).unwrap(), subtree(chunk));
                }
                assert_eq!(image.finish().0, *expected.finalize().as_bytes(), "{len} bytes by {frame}");
            }
        }
    }

    #[test]
    fn zeros_pushed_as_runs_equal_zeros_hashed() {
        for (before, run, after) in [(0, 9, 0), (1, 6, 1), (3, 21, 2), (4, 4, 4), (5, 1, 0)] {
            let mut data = disk((before + run + after) * UNIT + 512);
            data[before * UNIT..(before + run) * UNIT].fill(0);
            let mut image = ImageDigest::new();
            for unit in data[..before * UNIT].chunks(UNIT) {
                image.push(UNIT_BYTES, subtree(unit));
            }
            image.push_zeros(u64::try_from(run * UNIT).unwrap());
            for unit in data[(before + run) * UNIT..].chunks(UNIT) {
                image.push(u64::try_from(unit.len()).unwrap(), subtree(unit));
            }
            let mut whole = ImageDigest::new();
            whole.push(u64::try_from(data.len()).unwrap(), plain(&data));
            assert_eq!(image.finish(), whole.finish());
        }
        let mut zeros = ImageDigest::new();
        zeros.push_zeros(UNIT_BYTES * 5 + 1024);
        let mut whole = ImageDigest::new();
        whole.push(UNIT_BYTES * 5 + 1024, plain(&vec![0; UNIT * 5 + 1024]));
        assert_eq!(zeros.finish(), whole.finish());
    }
}
