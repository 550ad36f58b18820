//! From a stream: every frame once, in order, checked by its own checksum before it is written, and all of them by the
//! index before the target gets its name.

use std::sync::atomic::Ordering;

use medv_format::container::{FrameKind, Trailer};
use medv_format::digest::Digest;
use medv_format::vhd::Footer;

use super::footer::own_footer;
use super::work::Work;
use super::writer::FrameWriter;
use super::{ExpandOptions, ExpandReport, journal_header, whole_already};
use crate::container::Container;
use crate::decode::FrameDecoder;
use crate::ordered::{ordered, thread_pool, writing_threads};
use crate::shape::Piece;
use crate::stream::{FrameStream, PassingFrame, entry_of, read_to_end};
use crate::target::{Opened, Place, Standing, Target};
use crate::{Error, ErrorKind, Monitor, Result};

pub(super) fn expand(
    mut stream: FrameStream<'_>,
    place: Place<'_>,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let name = stream.name().to_owned();
    let wanted = journal_header(&stream.header, options.form, None);
    let is_device = place.is_device;
    let target = match Target::open(place, &wanted, &options.limits)? {
        Opened::ToBuild(target) => target,
        Opened::Whole(named) => {
            let Container { index, trailer } = read_to_end(stream)?;
            named.confirm(trailer.index_digest)?;
            return Ok(whole_already(&wanted, &index.entries, trailer.image_digest));
        }
    };
    let pool = thread_pool(writing_threads(options.threads))?;
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
                if frame.kind == FrameKind::Data {
                    work.plan(&pieces);
                }
                let standing = work.standing(frame.index, frame.kind, frame.content_len, frame.crc);
                Ok((frame, pieces, standing))
            }))
        });
        ordered(
            &pool,
            vec![(); pool.current_num_threads() * 2],
            frames,
            || FrameWriter::new(&work, FrameDecoder::new()?),
            |writer, (), (frame, pieces, standing): (PassingFrame, Vec<Piece>, Standing)| {
                let place = |error: Error| error.in_file(&name).at(frame.file).in_frame(frame.index);
                let mut digest = Digest::default();
                let mut footer = None;
                if matches!(frame.kind, FrameKind::Data | FrameKind::Footer) {
                    digest = writer.decode(&frame.bytes, frame.content_len).map_err(place)?;
                }
                if frame.kind == FrameKind::Footer {
                    footer = Some(writer.sector());
                }
                let is_data = frame.kind == FrameKind::Data;
                let is_there = standing == Standing::Claimed && is_data && writer.is_there(&pieces);
                if is_there {
                    work.found(frame.content_len, true);
                } else if standing != Standing::Done {
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
    let footer =
        Footer::from_bytes(&footer.unwrap_or([0; 512])).map_err(|error| Error::from(error).in_file(&name))?;
    let Trailer { image_digest, index_digest, .. } = container.trailer;
    work.finish(shape, &own_footer(&container, footer), image_digest, Some(index_digest))
}
