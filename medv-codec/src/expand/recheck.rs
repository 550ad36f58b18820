//! Trust is good: what the journal calls done is read back.

use medv_format::container::{Frame, FrameKind};
use medv_format::digest::subtree;
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
            let is_there = read.is_ok() && subtree(content) == frame.entry.digest;
            Ok((!is_there).then_some(frame.index))
        },
        |missing| {
            lost.extend(missing);
            Ok(())
        },
    )?;
    if lost.is_empty() { Ok(()) } else { work.target.forget(&lost) }
}
