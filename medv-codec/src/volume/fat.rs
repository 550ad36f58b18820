//! Which clusters of a FAT volume are free.

use medv_format::Limits;
use medv_format::volume::{BYTES_OF_WHOLE_ENTRIES, FatBoot, entries};

use super::free_extents::FreeExtents;
use super::window::{STRIDE, Stop, Window};

/// Adds all free clusters to `free`. The FAT itself says what is free; the count in `FSInfo` is only a hint.
pub(super) fn find_free(volume: &Window<'_>, _limits: &Limits, free: &mut FreeExtents) -> Result<(), Stop> {
    let boot = FatBoot::from_bytes(&volume.read_array(0)?)?;
    volume.must_hold(boot.bytes())?;
    if boot.dirty {
        return Err("it was not cleanly unmounted, run fsck or chkdsk on it".into());
    }
    if boot.single_active_table {
        return Err("only one of its allocation tables is kept up to date".into());
    }
    let used_bytes = (u64::from(boot.entries()) * boot.kind.entry_bits()).div_ceil(8);
    if used_bytes > boot.table_bytes() {
        return Err("its allocation table is too short for its clusters".into());
    }
    let first = u64::from(boot.first_table) * u64::from(boot.sector_bytes);
    let data = u64::from(boot.first_data) * u64::from(boot.sector_bytes);
    let cluster_bytes = u64::from(boot.cluster_bytes);
    let stride = STRIDE / BYTES_OF_WHOLE_ENTRIES * BYTES_OF_WHOLE_ENTRIES;
    let (mut table, mut copy) = (vec![0; stride], vec![0; stride]);
    let mut entry_index = 0;
    let mut at = 0;
    while at < used_bytes {
        let bytes = usize::try_from(used_bytes - at).map_or(stride, |rest| rest.min(stride));
        let (table, copy) = (&mut table[..bytes], &mut copy[..bytes]);
        volume.read(first + at, table)?;
        if boot.tables == 2 {
            volume.read(first + boot.table_bytes() + at, copy)?;
            if table != copy {
                return Err("its two allocation tables differ, run fsck or chkdsk on it".into());
            }
        }
        for entry in entries(boot.kind, table) {
            match entry_index {
                0 if entry.to_le_bytes()[0] != boot.media => {
                    return Err("its allocation table does not start with its media type".into());
                }
                1 => {
                    if let Some(doubt) = boot.kind.doubt(entry) {
                        return Err(doubt.into());
                    }
                }
                2.. if entry == 0 && entry_index < boot.entries() => {
                    let start = data + u64::from(entry_index - 2) * cluster_bytes;
                    free.push(start..start + cluster_bytes);
                }
                _ => {}
            }
            entry_index += 1;
        }
        at += bytes as u64;
    }
    Ok(())
}
