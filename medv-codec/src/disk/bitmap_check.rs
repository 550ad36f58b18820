//! Is there data that the sector bitmaps say was never written?

use std::ops::Range;

use super::block_file::BlockFile;
use super::finding::Report;
use super::options::BitmapPolicy;
use crate::Result;

/// Most bytes of a block that are looked at together.
const STEP: u64 = 1 << 20;

/// Reads what clear bits cover, and only that, and warns if any of it is not zero.
pub(super) fn check(blocks: &BlockFile, policy: BitmapPolicy, report: &mut Report<'_>) -> Result<()> {
    let (mut sectors, mut first) = (0_u64, None);
    let mut from = 0;
    while let Some(extent) = blocks.next_extent(from) {
        from = extent.end;
        for step in steps(&extent) {
            for piece in blocks.pieces(step, true)? {
                if piece.file.is_some() {
                    continue;
                }
                let mut data = vec![0; usize::try_from(piece.disk.end - piece.disk.start).unwrap_or(0)];
                blocks.read_stored(piece.disk.start, &mut data)?;
                let written =
                    data.chunks(512).enumerate().filter(|(_, sector)| sector.iter().any(|&byte| byte != 0));
                for (at, _) in written {
                    sectors += 1;
                    first.get_or_insert(piece.disk.start + at as u64 * 512);
                }
            }
        }
    }
    if let Some(first) = first {
        let message = format!(
            "{sectors} sectors hold data though the bitmaps say that they were never written, the first \
             at byte {first} of the disk"
        );
        let action = match policy {
            BitmapPolicy::DataWins => {
                "the data is read, as most programs do; by the specification it would be zero"
            }
            BitmapPolicy::BitmapWins => "zeros are read, as asked; most programs read the data",
        };
        report.warn(24, "bitmap-over-data", message, action);
    }
    Ok(())
}

fn steps(extent: &Range<u64>) -> impl Iterator<Item = Range<u64>> + use<> {
    let end = extent.end;
    (extent.start..end).step_by(1 << 20).map(move |start| start..(start + STEP).min(end))
}
