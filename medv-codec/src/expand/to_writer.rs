//! Into a pipe: a fixed VHD or a raw image, front to back.

use std::io::Write;

use medv_format::FileOffset;
use medv_format::container::{FrameKind, SourceForm};
use medv_format::digest::{Digest, subtree};
use medv_format::journal::JournalForm;

use super::{ExpandOptions, ExpandReport, form_of, journal_header};
use crate::container::{Container, Input};
use crate::decode::FrameDecoder;
use crate::ordered::{computing_threads, ordered, thread_pool};
use crate::stream::{FrameStream, entry_of};
use crate::verify::check_footer;
use crate::{Error, Monitor, Result};

/// Zeros written at a time.
const ZEROS: usize = 1 << 20;

/// Expands into a pipe: a fixed VHD or a raw image, front to back. What is written was checked frame by frame; only the
/// return value tells that all of it was right.
///
/// # Errors
/// Usage for a dynamic VHD, which cannot be written front to back; otherwise as [`super::expand`].
pub fn expand_to_writer(
    input: Input,
    out: &mut dyn Write,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    match input {
        Input::Random(source) => {
            // Damage to the end is found before the first byte is let out.
            Container::open(&*source, &options.limits)?;
            let reader = source.range(FileOffset::ZERO, source.len())?;
            pass(FrameStream::new(reader, source.name(), &options.limits)?, out, options, monitor)
        }
        Input::Stream { name, reader } => {
            pass(FrameStream::new(reader, &name, &options.limits)?, out, options, monitor)
        }
    }
}

fn pass(
    mut stream: FrameStream<'_>,
    out: &mut dyn Write,
    options: &ExpandOptions,
    monitor: &dyn Monitor,
) -> Result<ExpandReport> {
    let (name, header) = (stream.name().to_owned(), stream.header.clone());
    let form = journal_header(&header, options.form, None).form;
    if matches!(form, JournalForm::Dynamic { .. }) {
        return Err(Error::usage("a dynamic VHD cannot be written front to back, its tables come last")
            .advice("give --format fixed or --format raw"));
    }
    let is_raw = form == JournalForm::Raw;
    // A raw image ends where its source did, even if that was not whole sectors.
    let is_raw_again = is_raw && header.form == SourceForm::Raw;
    let mut left = if is_raw_again { header.source_size } else { header.virtual_size() };
    monitor.begin(Some(header.virtual_size()));

    let pool = thread_pool(computing_threads(options.threads))?;
    let mut seen = Vec::new();
    let zeros = vec![0; ZEROS];
    let slots = (0..pool.current_num_threads() * 2).map(|_| vec![0; header.chunk_size as usize]);
    let frames = std::iter::from_fn(|| match monitor.cancelled() {
        true => Some(Err(Error::cancelled())),
        false => stream.next_frame().transpose(),
    });
    ordered(
        &pool,
        slots.collect(),
        frames,
        FrameDecoder::new,
        |decoder, mut slot: Vec<u8>, frame| {
            let mut digest = Digest::default();
            if matches!(frame.kind, FrameKind::Data | FrameKind::Footer) {
                let content = &mut slot[..frame.content_len as usize];
                let place = |error: Error| error.in_file(&name).at(frame.file).in_frame(frame.index);
                decoder.decode(&frame.bytes, content).map_err(place)?;
                check_footer(frame.kind, content).map_err(place)?;
                digest = subtree(content);
            }
            Ok((entry_of(&frame, digest), slot))
        },
        |(entry, slot)| {
            let cannot = |error| Error::io("cannot write the disk", error);
            let mut content = u64::from(entry.content_len);
            monitor.read(u64::from(entry.compressed_len));
            match entry.kind {
                FrameKind::Footer if is_raw => {}
                FrameKind::Footer => out.write_all(&slot[..content as usize]).map_err(cannot)?,
                FrameKind::Data => {
                    let wanted = content.min(left);
                    out.write_all(&slot[..wanted as usize]).map_err(cannot)?;
                }
                FrameKind::Zero | FrameKind::Trimmed => {
                    let mut wanted = content.min(left);
                    while wanted > 0 {
                        let some = wanted.min(ZEROS as u64);
                        out.write_all(&zeros[..some as usize]).map_err(cannot)?;
                        wanted -= some;
                    }
                }
            }
            if entry.kind == FrameKind::Footer {
                content = 0;
            }
            left = left.saturating_sub(content);
            monitor.wrote(content);
            monitor.advance(content);
            seen.push(entry);
            Ok(slot)
        },
    )?;
    out.flush().map_err(|error| Error::io("cannot write the disk", error))?;
    let container = stream.finish(&seen)?;
    let data = seen.iter().filter(|entry| entry.kind == FrameKind::Data);
    Ok(ExpandReport {
        form: form_of(form),
        virtual_size: header.virtual_size(),
        data_frames: data.clone().count() as u64,
        resumed_frames: 0,
        written_bytes: data.map(|entry| u64::from(entry.content_len)).sum(),
        read_bytes: seen.iter().map(|entry| u64::from(entry.compressed_len)).sum(),
        image_digest: container.trailer.image_digest,
    })
}
