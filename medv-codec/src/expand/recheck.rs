//! Trust is good: what the journal calls done is read back.

use medv_format::FileOffset;
use medv_format::container::{Frame, FrameKind};
use medv_format::digest::subtree;
use medv_format::journal::JournalForm;
use medv_format::vhd::SectorBitmap;
use rayon::ThreadPool;

use super::work::Work;
use crate::Result;
use crate::container::Container;
use crate::ordered::ordered;
use crate::shape::Piece;

/// Reads back what the journal calls done, and forgets what is not so.
pub(super) fn recheck(work: &mut Work<'_>, container: &Container, pool: &ThreadPool) -> Result<()> {
    let mut shape = work.shape()?;
    let mut done = Vec::new();
    for frame in container.index.frames().filter(|frame| frame.entry.kind == FrameKind::Data) {
        let pieces = shape.plan(frame.disk, frame.entry.content_len as usize)?;
        if work.target.is_done(frame.index, frame.entry.crc) {
            done.push((frame, pieces));
        }
    }
    let mut lost = Vec::new();
    let chunk_size = work.header.chunk_size as usize;
    ordered(
        pool,
        vec![(); pool.current_num_threads() * 2],
        done.into_iter().map(Ok),
        || Ok(vec![0; chunk_size]),
        |content, (), (frame, pieces): (Frame, Vec<Piece>)| {
            let content = &mut content[..frame.entry.content_len as usize];
            let read = pieces.iter().try_for_each(|piece| {
                work.target.file().read_at(piece.at.get(), &mut content[piece.content.clone()])
            });
            let is_there =
                read.is_ok() && subtree(content) == frame.entry.digest && has_bitmaps(work, &pieces);
            Ok((!is_there).then_some(frame.index))
        },
        |missing| {
            lost.extend(missing);
            Ok(())
        },
    )?;
    work.target.forget(&lost)
}

/// Whether the bitmaps that are written with these pieces are there, all ones.
fn has_bitmaps(work: &Work<'_>, pieces: &[Piece]) -> bool {
    let JournalForm::Dynamic { block_size } = work.form else { return true };
    let expected = SectorBitmap::full(block_size);
    let mut found = vec![0; expected.as_bytes().len()];
    let mut stands = |at: FileOffset| {
        work.target.file().read_at(at.get(), &mut found).is_ok() && found == expected.as_bytes()
    };
    pieces.iter().filter_map(|piece| piece.bitmap).all(&mut stands)
}
