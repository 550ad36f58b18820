//! The checksum of footers and headers.

/// Ones' complement of the sum of all bytes, those of the checksum field itself (at `field`) left out.
pub(super) fn ones_complement(bytes: &[u8], field: usize) -> u32 {
    let own = field..field.saturating_add(4);
    let others = bytes.iter().enumerate().filter(|(at, _)| !own.contains(at));
    !others.fold(0_u32, |sum, (_, &byte)| sum.wrapping_add(u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_field_does_not_count() {
        assert_eq!(ones_complement(&[1, 9, 9, 9, 9, 2], 1), !3);
    }
}
