//! The frames of a `.medv` with random access, handed to workers in stretches that lie together in the file.

use std::io::Read;
use std::sync::Mutex;

use medv_format::container::Frame;
use rayon::ThreadPool;

use crate::container::read_error;
use crate::source::Source;
use crate::{Error, Monitor, Result};

/// Bytes that are read through, for nothing, rather than asked around.
const GAP: u64 = 128 * 1024;

/// Frames that one worker reads with one request.
struct Batch<T> {
    start: medv_format::FileOffset,
    len: u64,
    frames: Vec<(Frame, T)>,
}

/// Cuts the wanted frames into batches of up to `stride` bytes.
struct Batches<I: Iterator<Item = Result<(Frame, T)>>, T> {
    wanted: std::iter::Peekable<I>,
    stride: u64,
}

impl<I: Iterator<Item = Result<(Frame, T)>>, T> Batches<I, T> {
    fn next_batch(&mut self) -> Result<Option<Batch<T>>> {
        let Some((first, note)) = self.wanted.next().transpose()? else { return Ok(None) };
        let start = first.file;
        let mut len = u64::from(first.entry.compressed_len);
        let mut frames = vec![(first, note)];
        let fits = |next: &Result<(Frame, T)>, len: u64| match next {
            Ok((next, _)) => {
                let reach = next.file.since(start) + u64::from(next.entry.compressed_len);
                reach <= self.stride && next.file.since(start) - len <= GAP
            }
            Err(_) => false,
        };
        while let Some(next) = self.wanted.next_if(|next| fits(next, len)) {
            let (next, note) = next?;
            len = next.file.since(start) + u64::from(next.entry.compressed_len);
            frames.push((next, note));
        }
        Ok(Some(Batch { start, len, frames }))
    }
}

/// Reads the `wanted` frames, each with a note of the caller's, and gives every worker of `pool` one after the other:
/// `work(worker, frame, note, its bytes)`. Frames are taken in file order, but finish in any.
pub(crate) fn for_each_frame<W, T: Send>(
    pool: &ThreadPool,
    source: &dyn Source,
    wanted: impl Iterator<Item = Result<(Frame, T)>> + Send,
    monitor: &dyn Monitor,
    new_worker: impl Fn() -> Result<W> + Sync,
    work: impl Fn(&mut W, &Frame, T, &[u8]) -> Result<()> + Sync,
) -> Result<()> {
    let batches = Mutex::new(Batches { wanted: wanted.peekable(), stride: source.stride() });
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    let lock_failed = || failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);

    let run_worker = || -> Result<()> {
        let mut worker = new_worker()?;
        let mut bytes = Vec::new();
        while lock_failed().is_none() {
            let batch = batches.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next_batch()?;
            let Some(Batch { start, len, frames }) = batch else { break };
            let mut reader = source.range(start, len)?;
            let mut at = start;
            for (frame, note) in frames {
                if monitor.cancelled() {
                    return Err(Error::cancelled());
                }
                if lock_failed().is_some() {
                    break;
                }
                let cannot = |error| read_error(error, source.name(), frame.file).in_frame(frame.index);
                let gap = frame.file.since(at);
                std::io::copy(&mut reader.by_ref().take(gap), &mut std::io::sink()).map_err(cannot)?;
                bytes.resize(frame.entry.compressed_len as usize, 0);
                reader.read_exact(&mut bytes).map_err(cannot)?;
                monitor.read(gap + bytes.len() as u64);
                at = frame.file.saturating_add(bytes.len() as u64);
                work(&mut worker, &frame, note, &bytes)?;
            }
        }
        Ok(())
    };
    pool.in_place_scope(|scope| {
        for _ in 0..pool.current_num_threads() {
            scope.spawn(|_| {
                if let Err(error) = run_worker() {
                    lock_failed().get_or_insert(error);
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}
