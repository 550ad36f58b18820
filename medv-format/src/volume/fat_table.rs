//! The entries of a file allocation table.

use super::FatKind;

/// Any multiple of this many bytes of a table holds whole entries, whatever their width.
pub const BYTES_OF_WHOLE_ENTRIES: usize = 12;

/// The entries in `table`, in order; 0 is a free cluster. A rest that is shorter than an entry is left out.
pub fn entries(kind: FatKind, table: &[u8]) -> impl Iterator<Item = u32> + '_ {
    // Two entries of 12 bits share three bytes; the others are taken two at a time to have the same shape.
    let pair_bytes = match kind {
        FatKind::Fat12 => 3,
        FatKind::Fat16 => 4,
        FatKind::Fat32 => 8,
    };
    table.chunks(pair_bytes).flat_map(move |pair| match (kind, pair) {
        (FatKind::Fat12, [a, b, rest @ ..]) => {
            let first = u32::from(*a) | (u32::from(b & 0xF) << 8);
            let second = rest.first().map(|c| u32::from(b >> 4) | (u32::from(*c) << 4));
            [Some(first), second].into_iter().flatten()
        }
        (FatKind::Fat16, [a, b, rest @ ..]) => {
            let second = rest.first_chunk().map(|second| u32::from(u16::from_le_bytes(*second)));
            [Some(u32::from(u16::from_le_bytes([*a, *b]))), second].into_iter().flatten()
        }
        (FatKind::Fat32, [a, b, c, d, rest @ ..]) => {
            // The top four bits are reserved and say nothing.
            let entry = |bytes: [u8; 4]| u32::from_le_bytes(bytes) & 0x0FFF_FFFF;
            [Some(entry([*a, *b, *c, *d])), rest.first_chunk().copied().map(entry)].into_iter().flatten()
        }
        _ => [None, None].into_iter().flatten(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(kind: FatKind, table: &[u8]) -> Vec<u32> {
        entries(kind, table).collect()
    }

    #[test]
    fn all_widths_are_read() {
        assert_eq!(all(FatKind::Fat12, &[0xF8, 0xFF, 0xFF, 0x12, 0x30, 0x45]), [0xFF8, 0xFFF, 0x012, 0x453]);
        assert_eq!(all(FatKind::Fat16, &[0xF8, 0xFF, 0x34, 0x12]), [0xFFF8, 0x1234]);
        assert_eq!(all(FatKind::Fat32, &[1, 0, 0, 0xF0, 2, 0, 0, 0]), [1, 2]);
    }

    #[test]
    fn a_rest_is_left_out() {
        assert_eq!(all(FatKind::Fat12, &[1, 0]), [1]);
        assert_eq!(all(FatKind::Fat12, &[1]), []);
        assert_eq!(all(FatKind::Fat16, &[1, 0, 5]), [1]);
        assert_eq!(all(FatKind::Fat32, &[1, 0, 0, 0, 5, 0, 0]), [1]);
        assert_eq!(all(FatKind::Fat32, &[1, 0, 0]), []);
    }
}
