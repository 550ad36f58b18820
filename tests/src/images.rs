//! Disk images made in code: small, the same every time, and of the kinds of content that disks have.

use crate::vhd_builder::pattern;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The bytes of a disk, and what to call it where a test fails.
#[derive(Clone)]
pub struct Image {
    /// Kind and size.
    pub name: String,
    /// The disk.
    pub bytes: Vec<u8>,
}

/// Bytes that compress like text: words of a small vocabulary.
pub fn text(seed: u64, len: usize) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "sector ", "block ", "frame ", "of ", "the ", "table ", "is ", "a ", "disk, ", "which ", "footer ",
        "holds ", "and\n", "bitmap ", "parent ", "then ",
    ];
    let choices = pattern(seed, len / 2 + 16);
    let mut bytes: Vec<u8> =
        choices.iter().flat_map(|choice| WORDS[usize::from(choice >> 1) % 16].bytes()).take(len).collect();
    bytes.resize(len, b'.');
    bytes
}

/// Bytes that do not compress.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Zeros with islands of data: single bytes, sectors, and longer ones, at places that are not round.
pub fn islands(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let mut at = 3 * 512 + 7;
    for (nth, size) in [1, 512, 5000, 70_000, 3].into_iter().cycle().enumerate() {
        let end = at + size;
        if end > len {
            break;
        }
        bytes[at..end].copy_from_slice(&text(seed + nth as u64, size));
        at = end + 37 * KIB * (nth % 29 + 1) + nth;
    }
    bytes
}

/// Stretches of text, noise and nothing, of lengths that fit no unit, block or chunk.
pub fn mixed(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len);
    for nth in 0.. {
        let left = len - bytes.len();
        if left == 0 {
            break;
        }
        let size = (23 * KIB + 97 * KIB * (nth * 5 % 11) + nth).min(left);
        let seed = seed + nth as u64;
        bytes.extend(match nth % 4 {
            0 => text(seed, size),
            1 => noise(seed, size),
            2 => vec![0; size],
            _ => islands(seed, size),
        });
    }
    bytes
}

fn image(name: &str, bytes: Vec<u8>) -> Image {
    Image { name: format!("{name}, {} bytes", bytes.len()), bytes }
}

/// Disks of whole sectors, from one sector to some MiB; their tails fit a unit, a chunk, a sector, in every mix.
pub fn whole_sectors() -> Vec<Image> {
    let mut images = vec![
        image("one sector of text", text(1, 512)),
        image("one sector of nothing", vec![0; 512]),
        image("a unit and a sector", noise(2, 64 * KIB + 512)),
        image("nothing", vec![0; 3 * MIB + 512]),
        image("nothing but the last byte", [vec![0; MIB + 511], vec![1]].concat()),
    ];
    for (seed, len) in [(3, 512 * 3), (4, 64 * KIB), (5, MIB), (6, 3 * MIB - 512), (7, 5 * MIB + 64 * KIB)] {
        images.push(image("mixed", mixed(seed, len)));
    }
    images.push(image("islands", islands(8, 9 * MIB + 1024)));
    images
}

/// Disks whose last sector is not whole, as only raw images have them.
pub fn odd_sizes() -> Vec<Image> {
    let mut images = vec![image("one byte", vec![1]), image("one zero", vec![0])];
    for (seed, len) in [(1, 511), (2, 513), (3, 64 * KIB - 1), (4, MIB + 1), (5, 2 * MIB + 64 * KIB + 700)] {
        images.push(image("mixed", mixed(seed, len)));
    }
    images.push(image("a zero tail", [noise(6, 64 * KIB), vec![0; 65]].concat()));
    images
}

/// A disk of some tens of MiB of everything.
pub fn large() -> Image {
    image("mixed", mixed(9, 34 * MIB + 3 * 512))
}
