//! Whether there is room for a disk.

use crate::{Failure, Result};

/// What must be left on the drive besides: the journal, and whatever else writes there meanwhile.
pub const RESERVE: u64 = 64 << 20;

/// `Err` unless `free` bytes are enough for a disk of `needed` bytes, of which `there` are taken already.
///
/// # Errors
/// If there is too little room: the message has all the numbers.
pub fn check(needed: u64, there: u64, free: u64, drive: &str) -> Result<()> {
    let missing = needed.saturating_sub(there) + RESERVE;
    if missing <= free {
        return Ok(());
    }
    Err(Failure::general(format!(
        "{drive}: found {} free, expected {} for the disk; make room, or give another folder with INSTALLDIR",
        in_units(free),
        in_units(missing)
    )))
}

/// `4.3 GB`, rounded down.
pub fn in_units(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| bytes >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_already_needs_no_room() {
        assert!(check(1_000_000_000, 0, 1_000_000_000, "C:").is_err());
        assert!(check(1_000_000_000, 0, 1_000_000_000 + RESERVE, "C:").is_ok());
        assert!(check(1_000_000_000, 900_000_000, 100_000_000 + RESERVE, "C:").is_ok());
        assert!(check(1_000_000_000, 900_000_000, 99_999_999 + RESERVE, "C:").is_err());
    }

    #[test]
    fn too_little_room_says_how_much() {
        let message = check(4_300_000_000, 0, 12_345_678, "D:\\").unwrap_err().message;
        assert!(message.contains("D:\\: found 12.3 MB free, expected 4.3 GB"), "{message}");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!([999, 1_500, 2_049_000].map(in_units), ["999 bytes", "1.5 kB", "2.0 MB"]);
    }
}
