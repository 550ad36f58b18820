//! From a source with random access: the index first, then only the frames that are needed, by all workers at once.

use std::sync::atomic::Ordering;

use medv_format::FrameIndex;
use medv_format::container::{Entry, FrameKind};

use super::footer::{own_footer, read_footer};
use super::recheck::recheck;
use super::work::Work;
use super::writer::FrameWriter;
use super::{ExpandOptions, ExpandReport, journal_header, whole_already};
use crate::batches::for_each_frame;
use crate::container::Container;
use crate::decode::FrameDecoder;
use crate::ordered::{thread_pool, writing_threads};
use crate::shape::Piece;
use crate::source::Source;
use crate::target::{Opened, Place, Standing, Target};
use crate::verify::{check_crc, check_digest, check_is_no_run};
use crate::{Error, Monitor, Result};

pub(super) fn expand(
    source: &dyn Source,
    place: Place<'_>,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let container = Container::open(source, &options.limits)?;
    let Container { index, trailer } = &container;
    let wanted = journal_header(&index.header, options.form, Some(trailer.index_digest));
    let footer = read_footer(source, &container)?;
    let is_device = place.is_device;
    let target = match Target::open(place, &wanted, &options.limits)? {
        Opened::ToBuild(target) => target,
        Opened::Whole(named) => {
            named.confirm(trailer.index_digest)?;
            return Ok(whole_already(&wanted, &index.entries, trailer.image_digest));
        }
    };
    let pool = thread_pool(writing_threads(options.threads))?;
    let mut work = Work::new(*target, &wanted, is_device, monitor);
    if options.recheck || work.target.may_be_soiled() {
        recheck(&mut work, &container, &pool)?;
    }
    let missing = index.entries.iter().zip(0..).filter(|(entry, number)| {
        entry.kind == FrameKind::Data && !work.target.is_done(FrameIndex::new(*number), entry.crc)
    });
    work.prepare(missing.map(|(entry, _)| u64::from(entry.content_len)).sum())?;
    let mut shape = work.shape()?;
    let mut reading = !work.target.is_resumed();
    let frames = index.frames().map(|frame| {
        let Entry { kind, content_len, crc, .. } = frame.entry;
        // Every data frame is planned, as where one goes depends on those before it.
        let is_flat = work.is_device && kind != FrameKind::Footer;
        let pieces = match kind == FrameKind::Data || is_flat {
            true => shape.plan(frame.disk, content_len as usize)?,
            false => Vec::new(),
        };
        if kind == FrameKind::Data {
            work.plan(&pieces);
        }
        let standing = work.standing(frame.index, kind, content_len, crc);
        // Zero runs are not written, only looked at, which costs nothing beside what is read in front of them.
        match kind {
            FrameKind::Data => reading = standing == Standing::Missing,
            FrameKind::Zero | FrameKind::Trimmed => {}
            FrameKind::Footer => reading = false,
        }
        let wanted = standing == Standing::Missing || (reading && !work.is_device);
        Ok(wanted.then_some((frame, pieces)))
    });
    let written = for_each_frame(
        &pool,
        source,
        frames.filter_map(Result::transpose),
        monitor,
        || FrameWriter::new(&work, FrameDecoder::for_digested_frames()?),
        |writer, frame, pieces: Vec<Piece>, bytes| {
            let entry = &frame.entry;
            work.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let place = |error: Error| error.in_file(source.name()).at(frame.file).in_frame(frame.index);
            check_crc(entry, bytes).map_err(place)?;
            if entry.kind != FrameKind::Data && !work.is_device {
                return Ok(());
            }
            if entry.kind == FrameKind::Data {
                check_is_no_run(&mut writer.zero_frames, entry, bytes).map_err(place)?;
                let digest = writer.decode(bytes, entry.content_len).map_err(place)?;
                check_digest(entry, digest).map_err(place)?;
                writer.write(&pieces)?;
            } else {
                writer.write_zeros(&pieces)?;
            }
            work.target.written(frame.index, entry.crc, u64::from(entry.content_len))?;
            monitor.advance(u64::from(entry.content_len));
            Ok(())
        },
    );
    work.keep_what_is_done(written)?;
    work.finish(shape, &own_footer(&container, footer), trailer.image_digest, Some(trailer.index_digest))
}
