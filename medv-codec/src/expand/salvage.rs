//! Saves what can be saved of a damaged `.medv`: whole frames go where they belong, the rest stays zero.

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use medv_format::container::{FrameKind, Header};
use medv_format::digest::Digest;
use medv_format::vhd::Footer;
use medv_format::{DiskOffset, FileOffset};

use super::footer::{own_footer, read_footer};
use super::work::Work;
use super::writer::FrameWriter;
use super::{ExpandOptions, journal_header};
use crate::batches::for_each_frame;
use crate::container::Container;
use crate::ordered::thread_pool;
use crate::pack::footer_after;
use crate::source::Source;
use crate::storage::LocalStorage;
use crate::stream::FrameStream;
use crate::target::{Opened, Place, Target};
use crate::verify::{check_crc, check_digest};
use crate::{Error, Monitor, Result};

/// What could be saved.
#[derive(Debug)]
pub struct SalvageReport {
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Bytes of disk that are as they should be, zero runs included.
    pub good_bytes: u64,
    /// Parts of the disk that are not known, and zero in what was written; in disk order.
    pub missing: Vec<Range<DiskOffset>>,
    /// What is wrong with the file: the first error met.
    pub damage: Option<Error>,
}

/// Writes what is whole of a damaged `.medv` to `partial`, in the form that `options` ask for. An earlier `partial` is
/// replaced.
///
/// # Errors
/// Damaged if not even the header can be read; I/O; cancelled.
pub fn salvage(
    source: &dyn Source,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    match Container::open(source, &options.limits) {
        Ok(container) => by_index(source, &container, partial, options, monitor),
        Err(error) => front_to_back(source, error, partial, options, monitor),
    }
}

fn start<'a>(
    header: &Header,
    partial: &'a Path,
    options: &ExpandOptions,
    monitor: &'a dyn Monitor,
) -> Result<Work<'a>> {
    let wanted = journal_header(header, options.form, None);
    let place = || Place {
        storage: &LocalStorage,
        path: partial,
        journal: None,
        is_device: false,
        commit_every: options.commit_every,
        force: true,
    };
    // What an earlier attempt has left is not gone on with: it may be of another state of the file.
    if let Opened::ToBuild(earlier) = Target::open(place(), &wanted, &options.limits)? {
        earlier.discard()?;
    }
    match Target::open(place(), &wanted, &options.limits)? {
        Opened::ToBuild(target) => {
            let work = Work::new(*target, &wanted, false, monitor);
            work.prepare(0)?;
            Ok(work)
        }
        Opened::Whole(_) => Err(Error::usage("the partial target is in use").in_file(partial)),
    }
}

/// Only frames are damaged: the index tells where the next good one is.
fn by_index(
    source: &dyn Source,
    container: &Container,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    let index = &container.index;
    let virtual_size = index.header.virtual_size();
    let work = start(&index.header, partial, options, monitor)?;
    let mut shape = work.shape()?;
    let lost = Mutex::new(Vec::new());
    let mark_missing = |range: Range<DiskOffset>, error: Error| {
        lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((range, error));
    };
    let frames = index.frames().filter(|frame| frame.entry.kind == FrameKind::Data).map(|frame| {
        let pieces = shape.plan(frame.disk, frame.entry.content_len as usize)?;
        Ok((frame, pieces))
    });
    for_each_frame(
        &thread_pool(options.threads)?,
        source,
        frames,
        monitor,
        || FrameWriter::new(&work),
        |writer, frame, pieces, bytes| {
            let content_len = frame.entry.content_len;
            let place = |error: Error| error.in_file(source.name()).at(frame.file).in_frame(frame.index);
            let checked = check_crc(&frame.entry, bytes)
                .and_then(|()| writer.decode(bytes, content_len))
                .and_then(|digest| check_digest(&frame.entry, digest));
            match checked {
                Ok(()) => writer.write(&pieces)?,
                Err(error) => {
                    // Its block's bitmap may be needed by frames behind it.
                    writer.clear();
                    writer.write(&pieces)?;
                    mark_missing(frame.disk..frame.disk.saturating_add(u64::from(content_len)), place(error));
                }
            }
            monitor.advance(u64::from(content_len));
            Ok(())
        },
    )?;
    let footer = match read_footer(source, container) {
        Ok(footer) => own_footer(container, footer),
        Err(error) => {
            mark_missing(DiskOffset::new(virtual_size)..DiskOffset::new(virtual_size), error);
            footer_after(virtual_size, container.trailer.image_digest)
        }
    };
    work.finish(shape, &footer, container.trailer.image_digest, None)?;
    let mut lost = lost.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    lost.sort_by_key(|(range, _)| range.start);
    let missing: Vec<_> =
        lost.iter().map(|(range, _)| range.clone()).filter(|range| !range.is_empty()).collect();
    let missing_bytes: u64 = missing.iter().map(|range| range.end.since(range.start)).sum();
    let damage = lost.into_iter().next().map(|(_, error)| error);
    Ok(SalvageReport { virtual_size, good_bytes: virtual_size - missing_bytes, missing, damage })
}

/// The end is missing: frames are good up to the first that is not.
fn front_to_back(
    source: &dyn Source,
    error: Error,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    let reader = source.range(FileOffset::ZERO, source.len())?;
    let mut stream = FrameStream::new(reader, source.name(), &options.limits)?;
    let header = stream.header.clone();
    let virtual_size = header.virtual_size();
    let work = start(&header, partial, options, monitor)?;
    let mut shape = work.shape()?;
    let mut writer = FrameWriter::new(&work)?;
    let mut good = DiskOffset::ZERO;
    let mut footer = footer_after(virtual_size, Digest::default());
    let stopped = loop {
        if monitor.cancelled() {
            return Err(Error::cancelled());
        }
        let frame = match stream.next_frame() {
            Ok(Some(frame)) => frame,
            Ok(None) => break None,
            Err(error) => break Some(error),
        };
        if matches!(frame.kind, FrameKind::Data | FrameKind::Footer)
            && let Err(error) = writer.decode(&frame.bytes, frame.content_len)
        {
            break Some(error.in_file(source.name()).at(frame.file).in_frame(frame.index));
        }
        match frame.kind {
            FrameKind::Data => writer.write(&shape.plan(frame.disk, frame.content_len as usize)?)?,
            FrameKind::Footer => footer = Footer::from_bytes(&writer.sector()).unwrap_or(footer),
            FrameKind::Zero | FrameKind::Trimmed => {}
        }
        if frame.kind != FrameKind::Footer {
            good = frame.disk.saturating_add(u64::from(frame.content_len));
            monitor.advance(u64::from(frame.content_len));
        }
        work.read.fetch_add(u64::from(frame.compressed_len), Ordering::Relaxed);
    };
    drop(writer);
    work.finish(shape, &footer, Digest::default(), None)?;
    let end = DiskOffset::new(virtual_size);
    let missing = if good < end { vec![good..end] } else { Vec::new() };
    Ok(SalvageReport {
        virtual_size,
        good_bytes: good.get(),
        missing,
        damage: Some(stopped.unwrap_or(error)),
    })
}
