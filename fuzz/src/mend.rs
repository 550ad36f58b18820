//! Checksums made right again, so that fuzzing gets past them. Done to the input and not by turning the checks off: what
//! is found this way is found by the same bytes in a test, too.

use medv_format::container::{FrameKind, Header, Index, SKIPPABLE_MAGIC, wrap};
use medv_format::digest::subtree;

use crate::limits;

/// Writes the CRC-32 of what is in front of a structure's last four bytes into them.
pub(crate) fn sum_up(structure: &mut [u8]) {
    let Some((content, sum)) = structure.split_last_chunk_mut::<4>() else { return };
    *sum = crc32fast::hash(content).to_le_bytes();
}

/// The container with the checksums, digests and lengths that belong to the rest of it; `None` if it is not even that
/// much of a container.
pub(crate) fn container(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = bytes.to_vec();
    sum_up(file.get_mut(8..68)?);
    let header = file.get(8..68)?.to_vec();
    let index_at = find_index(&file)?;
    let index_len =
        usize::try_from(u32::from_le_bytes(file.get(index_at + 4..index_at + 8)?.try_into().ok()?));
    let mut index = file.get(index_at + 8..)?.get(..index_len.ok()?)?.to_vec();
    index.get_mut(8..68)?.copy_from_slice(&header);
    let mut index = Index::from_bytes(&index, &limits()).ok()?;
    let frames: Vec<_> = index.frames().collect();
    for (entry, frame) in index.entries.iter_mut().zip(frames) {
        let start = usize::try_from(frame.file.get()).ok()?;
        let bytes = file.get(start..)?.get(..usize::try_from(entry.compressed_len).ok()?)?;
        entry.crc = crc32fast::hash(bytes);
        if matches!(entry.kind, FrameKind::Data | FrameKind::Footer)
            && let Ok(content) = zstd::bulk::decompress(bytes, usize::try_from(entry.content_len).ok()?)
            && !content.is_empty()
        {
            entry.digest = subtree(&content);
        }
    }
    let index_bytes = index.to_bytes();
    let (trailer, table) = index.ending(&index_bytes).ok()?;
    file.truncate(usize::try_from(trailer.index_at.get()).ok()?);
    file.extend(wrap(SKIPPABLE_MAGIC, &index_bytes));
    file.extend(wrap(SKIPPABLE_MAGIC, &trailer.to_bytes()));
    file.extend(table.to_frame());
    Header::from_frame(file.get(..68)?, &limits()).ok()?;
    Some(file)
}

/// Where the index's frame begins: found by its tag, as the trailer may be anything.
fn find_index(file: &[u8]) -> Option<usize> {
    let tag = b"MEDVIDX\x1a";
    file.windows(tag.len()).rposition(|window| window == tag)?.checked_sub(8)
}
