//! Zero runs: Zstandard frames of run-length blocks, made by hand, so that a gibibyte of nothing costs 32 KiB and
//! no compressor (RFC 8878, 3.1.1).

use super::{MAX_ZERO_RUN, ZSTD_MAGIC};

/// Most content bytes in a block of a Zstandard frame.
const BLOCK: u32 = 128 * 1024;
/// Frame header descriptor: four bytes of content size, content checksum, no dictionary.
const DESCRIPTOR: u8 = 0x84;
/// Window descriptor: 128 KiB, all that blocks of this size need.
const WINDOW: u8 = 0x38;
/// Bytes of magic number, descriptors, content size and checksum.
const FIXED: u32 = 4 + 1 + 1 + 4 + 4;

/// Length in bytes of the frame for a zero run of `content` bytes.
pub fn zero_frame_len(content: u32) -> u32 {
    content.div_ceil(BLOCK).saturating_mul(4).saturating_add(FIXED)
}

/// Makes zero frames, remembering the checksum's inner state at every MiB so that each MiB is summed once.
#[derive(Default)]
pub struct ZeroFrames {
    states: Vec<Lanes>,
}

impl ZeroFrames {
    /// A maker that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frame for a zero run of `content` bytes: a multiple of 512, not 0, at most 1 GiB.
    pub fn make(&mut self, content: u32) -> Vec<u8> {
        debug_assert!(content > 0 && content <= MAX_ZERO_RUN && content.is_multiple_of(512));
        let mut frame = Vec::with_capacity(usize::try_from(zero_frame_len(content)).unwrap_or(0));
        frame.extend_from_slice(&ZSTD_MAGIC.to_le_bytes());
        frame.extend_from_slice(&[DESCRIPTOR, WINDOW]);
        frame.extend_from_slice(&content.to_le_bytes());
        let mut left = content;
        while left > 0 {
            let block = left.min(BLOCK);
            left = left.saturating_sub(block);
            let last = u32::from(left == 0);
            let run_length = 1 << 1;
            let [low, middle, high, _] = ((block << 3) | run_length | last).to_le_bytes();
            frame.extend_from_slice(&[low, middle, high, 0]);
        }
        frame.extend_from_slice(&self.checksum(content).to_le_bytes());
        frame
    }

    /// Whether `frame` is the zero run of `content` bytes. Costs nothing where the first bytes tell.
    pub fn is_run(&mut self, frame: &[u8], content: u32) -> bool {
        let fits = content > 0 && content <= MAX_ZERO_RUN && content.is_multiple_of(512);
        let has_len = usize::try_from(zero_frame_len(content)).is_ok_and(|len| frame.len() == len);
        fits && has_len && frame.get(4..6) == Some(&[DESCRIPTOR, WINDOW]) && frame == self.make(content)
    }

    /// Low 32 bits of XXH64 (seed 0) of `content` zero bytes.
    fn checksum(&mut self, content: u32) -> u32 {
        const MIB: u32 = 1 << 20;
        let whole = usize::try_from(content / MIB).unwrap_or(0);
        if self.states.is_empty() {
            self.states.push(Lanes::START);
        }
        while self.states.len() <= whole {
            let last = self.states.last().copied().unwrap_or(Lanes::START);
            self.states.push(last.absorb_zeros(MIB / Lanes::STRIPE));
        }
        let state = self.states.get(whole).copied().unwrap_or(Lanes::START);
        state.absorb_zeros(content % MIB / Lanes::STRIPE).finish(content)
    }
}

const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const PRIME_3: u64 = 0x1656_67B1_9E37_79F9;
const PRIME_4: u64 = 0x85EB_CA77_C2B2_AE63;

/// The state of XXH64, for input that is a multiple of 32 bytes and all zero.
#[derive(Clone, Copy)]
struct Lanes([u64; 4]);

impl Lanes {
    const STRIPE: u32 = 32;
    const START: Self = Self([PRIME_1.wrapping_add(PRIME_2), PRIME_2, 0, 0u64.wrapping_sub(PRIME_1)]);

    fn absorb_zeros(self, stripes: u32) -> Self {
        let mut lanes = self.0;
        for _ in 0..stripes {
            lanes = lanes.map(|lane| lane.rotate_left(31).wrapping_mul(PRIME_1));
        }
        Self(lanes)
    }

    fn finish(self, len: u32) -> u32 {
        let [a, b, c, d] = self.0;
        let mut hash = a.rotate_left(1);
        for part in [b.rotate_left(7), c.rotate_left(12), d.rotate_left(18)] {
            hash = hash.wrapping_add(part);
        }
        for lane in self.0 {
            hash ^= lane.wrapping_mul(PRIME_2).rotate_left(31).wrapping_mul(PRIME_1);
            hash = hash.wrapping_mul(PRIME_1).wrapping_add(PRIME_4);
        }
        hash = hash.wrapping_add(u64::from(len));
        hash = (hash ^ (hash >> 33)).wrapping_mul(PRIME_2);
        hash = (hash ^ (hash >> 29)).wrapping_mul(PRIME_3);
        hash ^= hash >> 32;
        u32::try_from(hash & 0xFFFF_FFFF).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zstd_restores_zero_frames_and_accepts_their_checksums() {
        let mut frames = ZeroFrames::new();
        for content in [512, 1024, 65_536, 131_072, 131_584, 1 << 20, (5 << 20) + 65_536 + 512, 3 << 20] {
            let frame = frames.make(content);
            assert_eq!(frame.len(), usize::try_from(zero_frame_len(content)).unwrap());
            let content = usize::try_from(content).unwrap();
            let restored = zstd::bulk::decompress(&frame, content).unwrap();
            assert!(restored.len() == content && restored.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_gibibyte_costs_32_kib() {
        assert_eq!(zero_frame_len(1 << 30), 32 * 1024 + 14);
    }
}
