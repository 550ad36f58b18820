//! From a stream: every frame once, in order, checked by its own checksum before it is written, and all of them by the
//! index before the target gets its name.

use std::sync::atomic::Ordering;

use medv_format::container::FrameKind;
use medv_format::digest::Digest;
use medv_format::vhd::Footer;

use super::footer::own_footer;
use super::work::Work;
use super::writer::FrameWriter;
use super::{ExpandOptions, ExpandReport, journal_header, whole_already};
use crate::ordered::{ordered, thread_pool};
use crate::shape::Piece;
use crate::stream::{FrameStream, PassingFrame, entry_of, read_to_end};
use crate::target::{Opened, Place, Target};
use crate::{Error, ErrorKind, Monitor, Result};

pub(super) fn expand(
    mut stream: FrameStream<'_>,
    place: Place<'_>,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let wanted = journal_header(&stream.header, options.form, None);
    let is_device = place.is_device;
    let target = match Target::open(place, &wanted, &options.limits)? {
        Opened::ToBuild(target) => target,
        Opened::Whole => {
            let mut report = whole_already(&wanted, &[], Digest::default());
            report.image_digest = read_to_end(stream)?.trailer.image_digest;
            return Ok(report);
        }
    };
    let pool = thread_pool(options.threads)?;
    let work = Work::new(*target, &wanted, is_device, monitor);
    work.prepare(0)?;
    let mut shape = work.shape()?;
    let mut seen = Vec::new();
    let mut footer = None;
    let passed = {
        let frames = std::iter::from_fn(|| {
            if monitor.cancelled() {
                return Some(Err(Error::cancelled()));
            }
            let frame = stream.next_frame().transpose()?;
            Some(frame.and_then(|frame| {
                let is_flat = work.is_device && frame.kind != FrameKind::Footer;
                let pieces = match frame.kind == FrameKind::Data || is_flat {
                    true => shape.plan(frame.disk, frame.content_len as usize)?,
                    false => Vec::new(),
                };
                let must_write = work.must_write(frame.index, frame.kind, frame.content_len, frame.crc);
                let again = options.recheck && !pieces.is_empty();
                Ok((frame, pieces, must_write || again))
            }))
        });
        ordered(
            &pool,
            vec![(); pool.current_num_threads() * 2],
            frames,
            || FrameWriter::new(&work),
            |writer, (), (frame, pieces, must_write): (PassingFrame, Vec<Piece>, bool)| {
                let place = |error: Error| error.at(frame.file).in_frame(frame.index);
                let mut digest = Digest::default();
                let mut footer = None;
                if matches!(frame.kind, FrameKind::Data | FrameKind::Footer) {
                    digest = writer.decode(&frame.bytes, frame.content_len).map_err(place)?;
                }
                if frame.kind == FrameKind::Footer {
                    footer = Some(writer.sector());
                }
                if must_write {
                    match frame.kind {
                        FrameKind::Data => writer.write(&pieces)?,
                        _ => writer.write_zeros(&pieces)?,
                    }
                    work.target.written(frame.index, frame.crc, u64::from(frame.content_len))?;
                    monitor.advance(u64::from(frame.content_len));
                }
                Ok((entry_of(&frame, digest), footer))
            },
            |(entry, found)| {
                monitor.read(u64::from(entry.compressed_len));
                work.read.fetch_add(u64::from(entry.compressed_len), Ordering::Relaxed);
                footer = footer.or(found);
                seen.push(entry);
                Ok(())
            },
        )
    };
    work.keep_what_is_done(passed)?;
    let container = match stream.finish(&seen) {
        Ok(container) => container,
        Err(error) => {
            // Each frame was whole by its own checksum, but together they are not the disk that was packed.
            if error.kind() == ErrorKind::Damaged && error.frame().is_some() {
                work.target.discard()?;
            } else {
                work.target.commit()?;
            }
            return Err(error);
        }
    };
    let footer = Footer::from_bytes(&footer.unwrap_or([0; 512]))?;
    work.finish(shape, &own_footer(&container, footer), container.trailer.image_digest)
}
