//! Saves what can be saved of a damaged `.medv`: whole frames go where they belong, the rest stays zero.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use medv_format::container::{FrameKind, Header};
use medv_format::digest::Digest;
use medv_format::vhd::Footer;
use medv_format::{DiskOffset, FileOffset};

use super::footer::{own_footer, read_footer};
use super::work::Work;
use super::writer::FrameWriter;
use super::{ExpandOptions, TargetForm, form_of, journal_header};
use crate::batches::for_each_frame;
use crate::container::Container;
use crate::decode::FrameDecoder;
use crate::ordered::{thread_pool, writing_threads};
use crate::pack::footer_after;
use crate::shape::Shape;
use crate::source::Source;
use crate::storage::LocalStorage;
use crate::stream::FrameStream;
use crate::target::{Opened, Place, Target};
use crate::verify::{check_crc, check_digest};
use crate::{Error, ErrorKind, Monitor, Result};

/// What could be saved.
#[derive(Debug)]
pub struct SalvageReport {
    /// The form written, never [`TargetForm::Same`].
    pub form: TargetForm,
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Bytes of disk that are as they should be, zero runs included.
    pub good_bytes: u64,
    /// Parts of the disk that are not known, and zero in what was written; in disk order, no two of them touch.
    pub missing: Vec<Range<DiskOffset>>,
    /// The first thing that is wrong with the file; `None` if nothing is.
    pub damage: Option<Error>,
}

/// Writes what is whole of a damaged `.medv` to the file `partial`, in the form that `options` ask for. An earlier
/// `partial` is replaced. Nothing stays behind of an attempt that fails.
///
/// If the index is whole, each frame that it vouches for is saved. If not, those in front of the first damage are,
/// each vouched for by its own checksum only.
///
/// # Errors
/// Damaged if neither the index nor the header can be read; unsupported and limit as [`Container::open`]; I/O;
/// cancelled.
pub fn salvage(
    source: &dyn Source,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    let damage = match Container::open(source, &options.limits) {
        Ok(container) => return by_index(source, &container, None, partial, options, monitor),
        Err(error) => only_damage(error)?,
    };
    match Container::open_by_index(source, &options.limits) {
        Ok(container) => by_index(source, &container, Some(damage), partial, options, monitor),
        Err(error) => {
            only_damage(error)?;
            front_to_back(source, damage, partial, options, monitor)
        }
    }
}

/// Damage is what this is for; anything else ends it.
fn only_damage(error: Error) -> Result<Error> {
    if error.kind() == ErrorKind::Damaged { Ok(error) } else { Err(error) }
}

/// A new target at `partial`, and its shape.
fn start<'a>(
    header: &Header,
    partial: &'a Path,
    options: &ExpandOptions,
    monitor: &'a dyn Monitor,
) -> Result<(Work<'a>, Shape)> {
    let wanted = journal_header(header, options.form, None);
    let place = || Place {
        storage: &LocalStorage,
        path: partial,
        journal: None,
        is_device: false,
        commit_every: options.commit_every,
        commit_after: options.commit_after,
        keep_free: options.keep_free,
        force: true,
    };
    // What an earlier attempt has left is not gone on with: it may be of another state of the file.
    if let Opened::ToBuild(earlier) = Target::open(place(), &wanted, &options.limits)? {
        earlier.discard()?;
    }
    match Target::open(place(), &wanted, &options.limits)? {
        Opened::ToBuild(target) => {
            let work = Work::new(*target, &wanted, false, monitor);
            let shape = work.shape()?;
            Ok((work, shape))
        }
        Opened::Whole(_) => {
            Err(Error::usage("something else is writing the partial target").in_file(partial))
        }
    }
}

/// Only frames are damaged: the index tells where the next good one is.
fn by_index(
    source: &dyn Source,
    container: &Container,
    damage: Option<Error>,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    let index = &container.index;
    let (work, mut shape) = start(&index.header, partial, options, monitor)?;
    let lost = Mutex::new(Lost { parts: Vec::new(), first: None });
    let is_data = |kind| kind == FrameKind::Data;
    let data_bytes = |entry: &medv_format::container::Entry| u64::from(entry.content_len);
    let written = (|| {
        work.prepare(index.entries.iter().filter(|entry| is_data(entry.kind)).map(data_bytes).sum())?;
        let frames = index.frames().filter_map(|frame| match frame.entry.kind {
            FrameKind::Data => {
                Some(shape.plan(frame.disk, frame.entry.content_len as usize).map(|pieces| (frame, pieces)))
            }
            FrameKind::Zero | FrameKind::Trimmed => {
                monitor.advance(u64::from(frame.entry.content_len));
                None
            }
            FrameKind::Footer => None,
        });
        for_each_frame(
            &*thread_pool(writing_threads(options.threads))?,
            source,
            frames,
            monitor,
            || FrameWriter::new(&work, FrameDecoder::for_digested_frames()?),
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
                        let end = frame.disk.saturating_add(u64::from(content_len));
                        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
                        lost.add(frame.disk..end, place(error));
                    }
                }
                monitor.advance(u64::from(content_len));
                Ok(())
            },
        )
    })();
    if let Err(error) = written {
        return Err(thrown_away(work, error));
    }
    let virtual_size = index.header.virtual_size();
    let mut lost = lost.into_inner().unwrap_or_else(PoisonError::into_inner);
    let footer = match read_footer(source, container) {
        Ok(footer) => own_footer(container, footer),
        Err(error) => {
            let end = DiskOffset::new(virtual_size);
            lost.add(end..end, error);
            footer_after(virtual_size, container.trailer.image_digest)
        }
    };
    let form = form_of(work.form);
    work.finish(shape, &footer, container.trailer.image_digest, None)?;
    let Lost { parts, first } = lost;
    let missing = joined(parts);
    let missing_bytes: u64 = missing.iter().map(|range| range.end.since(range.start)).sum();
    let damage = damage.or(first.map(|(_, error)| error));
    Ok(SalvageReport { form, virtual_size, good_bytes: virtual_size - missing_bytes, missing, damage })
}

/// The index is of no use: frames are good up to the first that is not.
fn front_to_back(
    source: &dyn Source,
    damage: Error,
    partial: &Path,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<SalvageReport> {
    let reader = source.range(FileOffset::ZERO, source.len())?;
    let stream = FrameStream::new(reader, source.name(), &options.limits)?;
    let virtual_size = stream.header.virtual_size();
    let (work, mut shape) = start(&stream.header, partial, options, monitor)?;
    let passed = work.prepare(0).and_then(|()| pass(stream, source.name(), &work, &mut shape, monitor));
    let Passed { good, footer } = match passed {
        Ok(passed) => passed,
        Err(error) => return Err(thrown_away(work, error)),
    };
    let form = form_of(work.form);
    let footer = footer.unwrap_or_else(|| footer_after(virtual_size, Digest::default()));
    work.finish(shape, &footer, Digest::default(), None)?;
    let end = DiskOffset::new(virtual_size);
    let missing = if good < end { vec![good..end] } else { Vec::new() };
    Ok(SalvageReport { form, virtual_size, good_bytes: good.get(), missing, damage: Some(damage) })
}

/// How far a damaged stream could be followed.
struct Passed {
    good: DiskOffset,
    footer: Option<Footer>,
}

fn pass(
    mut stream: FrameStream<'_>,
    name: &str,
    work: &Work<'_>,
    shape: &mut Shape,
    monitor: &dyn Monitor,
) -> Result<Passed> {
    let mut writer = FrameWriter::new(work, FrameDecoder::new()?)?;
    let mut passed = Passed { good: DiskOffset::ZERO, footer: None };
    loop {
        if monitor.cancelled() {
            return Err(Error::cancelled());
        }
        let frame = match stream.next_frame() {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(passed),
            Err(error) => return only_damage(error).map(|_| passed),
        };
        let content_len = u64::from(frame.content_len);
        if matches!(frame.kind, FrameKind::Data | FrameKind::Footer)
            && let Err(error) = writer.decode(&frame.bytes, frame.content_len)
        {
            return only_damage(error.in_file(name)).map(|_| passed);
        }
        match frame.kind {
            FrameKind::Data => writer.write(&shape.plan(frame.disk, frame.content_len as usize)?)?,
            FrameKind::Footer => passed.footer = Footer::from_bytes(&writer.sector()).ok(),
            FrameKind::Zero | FrameKind::Trimmed => {}
        }
        if frame.kind != FrameKind::Footer {
            passed.good = frame.disk.saturating_add(content_len);
            monitor.advance(content_len);
        }
        monitor.read(u64::from(frame.compressed_len));
        work.read.fetch_add(u64::from(frame.compressed_len), Ordering::Relaxed);
    }
}

/// What could not be saved, and why: the first error in disk order.
struct Lost {
    parts: Vec<Range<DiskOffset>>,
    first: Option<(DiskOffset, Error)>,
}

impl Lost {
    fn add(&mut self, part: Range<DiskOffset>, error: Error) {
        if self.first.as_ref().is_none_or(|(at, _)| part.start < *at) {
            self.first = Some((part.start, error));
        }
        self.parts.push(part);
    }
}

/// The same parts in order, those that touch as one, those without a byte left out.
fn joined(mut parts: Vec<Range<DiskOffset>>) -> Vec<Range<DiskOffset>> {
    parts.retain(|part| part.start < part.end);
    parts.sort_by_key(|part| part.start);
    let mut joined: Vec<Range<DiskOffset>> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if last.end == part.start => last.end = part.end,
            _ => joined.push(part),
        }
    }
    joined
}

/// A partial target that could not be finished is of no use. The error is what the caller must hear of, whatever comes
/// of throwing it away.
fn thrown_away(work: Work<'_>, error: Error) -> Error {
    drop(work.target.discard());
    error
}
