//! Update sequences: how NTFS notices that only some sectors of a record reached the disk.

use super::little_endian::{slice_at, u16_at};
use crate::{Error, Result};

/// Checks the last two bytes of every 512 of `record` and puts back what belongs there.
/// `Damaged` if the record was not written as a whole.
pub(super) fn undo_fixups(what: &'static str, record: &mut [u8]) -> Result<()> {
    let place = |at| u16_at(record, at).map_or(0, usize::from);
    let (start, count) = (place(4), place(6));
    let sectors = record.len() / 512;
    if !record.len().is_multiple_of(512) || sectors == 0 || count != sectors.saturating_add(1) {
        return Err(Error::damaged(
            what,
            format_args!("an update sequence of {count}"),
            "one a sector and one",
        ));
    }
    let sequence = slice_at(record, start, count.saturating_mul(2)).unwrap_or_default().to_vec();
    let (units, _) = sequence.as_chunks::<2>();
    let Some((expected, originals)) = units.split_first() else {
        return Err(Error::damaged(
            what,
            format_args!("an update sequence at {start}"),
            "one inside the record",
        ));
    };
    let (sectors, _) = record.as_chunks_mut::<512>();
    for (sector, original) in sectors.iter_mut().zip(originals) {
        if sector[510..] != *expected {
            return Err(Error::damaged(what, "sectors of different writes", "a record written as a whole"));
        }
        sector[510..].copy_from_slice(original);
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Protects `record` with an update sequence at `at`, as NTFS does before it writes.
    pub(in super::super) fn apply_fixups(record: &mut [u8], at: u16) {
        let sectors = record.len() / 512;
        let count = u16::try_from(sectors + 1).unwrap();
        record[4..6].copy_from_slice(&at.to_le_bytes());
        record[6..8].copy_from_slice(&count.to_le_bytes());
        let at = usize::from(at);
        record[at..at + 2].copy_from_slice(&[7, 0]);
        for sector in 0..sectors {
            let end = sector * 512 + 510;
            record.copy_within(end..end + 2, at + 2 + sector * 2);
            record[end..end + 2].copy_from_slice(&[7, 0]);
        }
    }

    #[test]
    fn undoing_gives_the_bytes_back() {
        let mut plain: Vec<u8> = (0..1024).map(|i: u32| i.to_le_bytes()[0]).collect();
        let before = plain[100..].to_vec();
        apply_fixups(&mut plain, 48);
        assert_ne!(plain[100..], before);
        undo_fixups("record", &mut plain).unwrap();
        assert_eq!(plain[100..], before);
    }

    #[test]
    fn a_torn_record_is_found() {
        let mut record = vec![0; 1024];
        apply_fixups(&mut record, 48);
        record[1022] = 8;
        assert!(undo_fixups("record", &mut record).unwrap_err().to_string().contains("different writes"));
    }

    #[test]
    fn sequences_outside_the_record_are_refused() {
        for (start, count) in [(0xFFFFu16, 3u16), (48, 0), (48, 0xFFFF), (1020, 3)] {
            let mut record = vec![0; 1024];
            record[4..6].copy_from_slice(&start.to_le_bytes());
            record[6..8].copy_from_slice(&count.to_le_bytes());
            assert!(undo_fixups("record", &mut record).is_err(), "{start} {count}");
        }
        assert!(undo_fixups("record", &mut []).is_err());
    }
}
