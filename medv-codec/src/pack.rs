//! Pack: a disk in, a `.medv` out, in one forward pass.
//!
//! ```text
//! jobs: the disk's chunks and holes, in order ─▶ workers: read, find zeros, hash, compress, sum ─▶ writer, in order
//! ```

use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;

use medv_format::container::{
    Attachment, Entry, FrameKind, Header, Index, MAX_CHUNK, MAX_ZERO_RUN, MIN_CHUNK, SKIPPABLE_MAGIC,
    SourceForm, ZeroFrames, wrap,
};
use medv_format::digest::{Digest, subtree};
use medv_format::vhd::{Footer, Timestamp, Uuid};
use medv_format::{DiskOffset, Limits};
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, Strategy};

use crate::buffer::{PageBuffer, is_zero};
use crate::disk::{Disk, DiskForm, OpenedDisk};
use crate::ordered::{computing_threads, ordered, thread_pool};
use crate::output::OutputFile;
use crate::spans::{Span, Spans};
use crate::storage::{LocalStorage, Storage};
use crate::{Error, Monitor, Result};

/// How to pack.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// Zstandard level, 1 to 22.
    pub level: i32,
    /// Disk bytes in a data frame: a power of two from 64 KiB to 8 MiB.
    pub chunk_size: u32,
    /// Worker threads; `None` for one a core.
    pub threads: Option<NonZeroUsize>,
    /// What the disk may ask of us.
    pub limits: Limits,
}

/// The chunk size in bytes that suits `level`: 2 MiB, which a core's cache holds; 8 MiB from level 5 on, where what
/// stands further back is worth looking for.
pub fn usual_chunk_size(level: i32) -> u32 {
    if level < 5 { 2 << 20 } else { MAX_CHUNK }
}

impl Default for PackOptions {
    /// Level 3, chunks of 2 MiB, a thread a core.
    fn default() -> Self {
        Self { level: 3, chunk_size: usual_chunk_size(3), threads: None, limits: Limits::default() }
    }
}

/// A disk to pack, and what its source says of it beside its bytes.
pub struct Subject<'a> {
    /// The disk.
    pub disk: &'a dyn Disk,
    /// The form of its file.
    pub form: SourceForm,
    /// The footer of its file; `None` for a raw one, which gets a footer that is named after its content.
    pub footer: Option<Footer>,
    /// Extents to treat as zero, in disk order and apart from each other; `None` if nobody looked for any.
    pub free: Option<&'a [Range<DiskOffset>]>,
}

impl<'a> Subject<'a> {
    /// A disk that was opened, to be packed with the free extents `free` left out.
    pub fn new(opened: &'a OpenedDisk, free: Option<&'a [Range<DiskOffset>]>) -> Self {
        let block_size = opened.dynamic_header.as_ref().map_or(0, |header| header.block_size);
        let form = match opened.form {
            DiskForm::Fixed => SourceForm::Fixed,
            DiskForm::Dynamic => SourceForm::Dynamic { block_size },
            DiskForm::Differencing => SourceForm::Differencing { block_size },
            DiskForm::Raw => SourceForm::Raw,
        };
        Self { disk: &*opened.disk, form, footer: opened.footer.clone(), free }
    }
}

/// What packing did. Data, zero and trimmed bytes add up to the virtual size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackReport {
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Bytes of disk in data frames, less those trimmed inside them.
    pub data_bytes: u64,
    /// Bytes of disk in zero runs, less those trimmed.
    pub zero_bytes: u64,
    /// Bytes of disk left out unread because a volume calls them free.
    pub trimmed_bytes: u64,
    /// Bytes of `.medv` written.
    pub output_bytes: u64,
    /// Frames that hold disk bytes.
    pub frames: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
}

/// Packs `subject` into `out`, front to back; a pipe will do.
///
/// # Errors
/// Usage for options out of range; whatever reading the disk and writing to `out` answer; cancelled.
pub fn pack(
    subject: &Subject<'_>,
    out: &mut dyn Write,
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> Result<PackReport> {
    let header = header_for(subject, options)?;
    let pool = thread_pool(computing_threads(options.threads))?;
    let chunk = header.chunk_size;
    let mut writer = Writer::new(out, header, monitor)?;
    monitor.begin(Some(writer.index.header.virtual_size()));

    let slots = (0..=pool.current_num_threads() * 2)
        .map(|_| Vec::with_capacity(zstd::zstd_safe::compress_bound(chunk as usize)));
    let spans = Spans::new(subject.disk, subject.free.unwrap_or_default(), chunk);
    ordered(
        &pool,
        slots.collect(),
        spans.map(|span| if monitor.cancelled() { Err(Error::cancelled()) } else { span }),
        || Worker::new(subject, options, monitor),
        |worker, slot, span| worker.run(slot, &span),
        |done| writer.take(done),
    )?;
    writer.finish(subject)
}

/// Packs `subject` into the file `path`, which appears only when it is whole. With `replace`, a file that stands there
/// already is replaced at the end.
///
/// # Errors
/// As [`pack`]; usage if `path` exists and may not be replaced.
pub fn pack_to_file(
    subject: &Subject<'_>,
    path: &Path,
    replace: bool,
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> Result<PackReport> {
    pack_to_file_on(&LocalStorage, subject, path, replace, options, monitor)
}

/// [`pack_to_file`] on a storage of the caller's.
///
/// # Errors
/// As [`pack_to_file`].
pub fn pack_to_file_on(
    storage: &dyn Storage,
    subject: &Subject<'_>,
    path: &Path,
    replace: bool,
    options: &PackOptions,
    monitor: &dyn Monitor,
) -> Result<PackReport> {
    let mut out = OutputFile::create(storage, path, replace)?;
    let report = pack(subject, &mut out, options, monitor).map_err(|error| error.in_file(path))?;
    out.finish()?;
    Ok(report)
}

fn header_for(subject: &Subject<'_>, options: &PackOptions) -> Result<Header> {
    let PackOptions { level, chunk_size, .. } = *options;
    if !chunk_size.is_power_of_two() || !(MIN_CHUNK..=MAX_CHUNK).contains(&chunk_size) {
        let message =
            format!("a chunk size of {chunk_size} bytes is not a power of two from 64 KiB to 8 MiB");
        return Err(Error::usage(message).advice("for example --chunk-size 1MiB"));
    }
    if !(1..=22).contains(&level) {
        return Err(Error::usage(format!("level {level} is not one from 1 to 22")));
    }
    let source_size = subject.disk.virtual_size();
    if source_size == 0 {
        return Err(Error::damaged("the disk is empty").advice("give a disk of at least one sector"));
    }
    options.limits.disk(source_size)?;
    // What the index may come to, every chunk being a frame of its own.
    let frames = source_size.div_ceil(u64::from(chunk_size)) + 1;
    options
        .limits
        .table("index", Index::len_for(frames))
        .map_err(|error| Error::from(error).advice("use larger chunks"))?;
    Ok(Header { form: subject.form, chunk_size, source_size, level, trimmed: subject.free.is_some() })
}

/// A footer for a disk that came without one. The same disk gets the same footer, so its name comes from its content,
/// marked as a UUID of the kind for such names (RFC 9562, version 8).
pub(crate) fn footer_after(size: u64, image: Digest) -> Footer {
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&image.0[..16]);
    uuid[6] = uuid[6] & 0x0F | 0x80;
    uuid[8] = uuid[8] & 0x3F | 0x80;
    Footer::new_fixed(size, Uuid(uuid), Timestamp(0))
}

/// What a worker made of a span.
struct Done {
    slot: Vec<u8>,
    span: Span,
    /// `None` for zeros.
    data: Option<(u32, Digest)>,
}

struct Worker<'a> {
    disk: &'a dyn Disk,
    compressor: Compressor<'static>,
    chunk: PageBuffer,
    source_size: u64,
    monitor: &'a dyn Monitor,
}

impl<'a> Worker<'a> {
    fn new(subject: &'a Subject<'_>, options: &PackOptions, monitor: &'a dyn Monitor) -> Result<Self> {
        Ok(Self {
            disk: subject.disk,
            compressor: frame_compressor(options.level)
                .map_err(|error| Error::io("cannot set up the compressor", error))?,
            chunk: PageBuffer::new(options.chunk_size as usize)?,
            source_size: subject.disk.virtual_size(),
            monitor,
        })
    }

    fn run(&mut self, mut slot: Vec<u8>, span: &Span) -> Result<Done> {
        slot.clear();
        let Span::Chunk { start, len, free, .. } = span else {
            return Ok(Done { slot, span: span.clone(), data: None });
        };
        let bytes = &mut self.chunk[..*len as usize];
        let mut at = *start;
        for hole in
            free.iter().cloned().chain([start.saturating_add(u64::from(*len))..DiskOffset::new(u64::MAX)])
        {
            // Free space is not read; neither is what pads the last sector.
            let end = hole.start.get().min(self.source_size);
            let (from, to) = (at.since(*start) as usize, end.saturating_sub(start.get()) as usize);
            if from < to {
                self.disk.read_at(at, &mut bytes[from..to])?;
                self.monitor.read((to - from) as u64);
            }
            let zeros_to = hole.end.since(*start).min(u64::from(*len)) as usize;
            bytes[to.max(from)..zeros_to].fill(0);
            at = hole.end;
        }
        if is_zero(bytes) {
            return Ok(Done { slot, span: span.clone(), data: None });
        }
        let digest = subtree(bytes);
        self.compressor
            .compress_to_buffer(bytes, &mut slot)
            .map_err(|error| Error::io("cannot compress", error))?;
        let crc = crc32fast::hash(&slot);
        Ok(Done { slot, span: span.clone(), data: Some((crc, digest)) })
    }
}

/// A compressor for the frames of a `.medv` at `level`: content size and checksum in each.
///
/// # Errors
/// Whatever zstd has against `level`.
pub fn frame_compressor(level: i32) -> std::io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(level)?;
    compressor.include_contentsize(true)?;
    compressor.include_checksum(true)?;
    compressor.include_dictid(false)?;
    if level == 9 {
        // A simpler search than the level's, in a hash table of half its size: on chunks of 8 MiB of Windows programs a
        // third less time than `zstd -9`, for less than 1 % more bytes.
        compressor.set_parameter(CParameter::Strategy(Strategy::ZSTD_lazy))?;
        compressor.set_parameter(CParameter::HashLog(20))?;
    }
    if level == 3 {
        // A window and tables that stay in a core's cache together with the chunk. On 2 MiB of Windows programs at a time
        // this takes 4 % less time than zstd's own choice, for 0.1 % more bytes.
        compressor.window_log(20)?;
        compressor.set_parameter(CParameter::HashLog(15))?;
        compressor.set_parameter(CParameter::ChainLog(17))?;
    } else {
        // Chunks end at 8 MiB, so a larger window would be of no use to us and in the way of small readers.
        compressor.window_log(MAX_CHUNK.ilog2())?;
    }
    Ok(compressor)
}

/// Puts frames down in order, gathering zeros into runs, and remembers what the index will say.
struct Writer<'a> {
    out: &'a mut dyn Write,
    monitor: &'a dyn Monitor,
    index: Index,
    zero_frames: ZeroFrames,
    run: Option<(FrameKind, u32)>,
    written: u64,
    /// Trimmed bytes inside data frames, and in zero runs.
    trimmed: [u64; 2],
}

impl<'a> Writer<'a> {
    fn new(out: &'a mut dyn Write, header: Header, monitor: &'a dyn Monitor) -> Result<Self> {
        let index = Index { header, trimmed_bytes: 0, entries: Vec::new(), attachments: Vec::new() };
        let zero_frames = ZeroFrames::new();
        let mut writer = Self { out, monitor, index, zero_frames, run: None, written: 0, trimmed: [0; 2] };
        let frame = wrap(SKIPPABLE_MAGIC, &writer.index.header.to_bytes());
        writer.write(&frame)?;
        Ok(writer)
    }

    fn take(&mut self, done: Done) -> Result<Vec<u8>> {
        let len = done.span.len();
        match done.data {
            Some((crc, digest)) => {
                self.trimmed[0] += done.span.trimmed();
                self.end_run()?;
                self.frame(FrameKind::Data, len as u32, &done.slot, crc, digest)?;
            }
            None => {
                self.trimmed[1] += done.span.trimmed();
                self.extend_run(
                    if done.span.trimmed() > 0 { FrameKind::Trimmed } else { FrameKind::Zero },
                    len,
                )?;
            }
        }
        self.monitor.advance(len);
        Ok(done.slot)
    }

    fn extend_run(&mut self, kind: FrameKind, mut len: u64) -> Result<()> {
        if self.run.is_some_and(|(running, _)| running != kind) {
            self.end_run()?;
        }
        while len > 0 {
            let (_, so_far) = self.run.unwrap_or((kind, 0));
            let more = len.min(u64::from(MAX_ZERO_RUN - so_far));
            self.run = Some((kind, so_far + more as u32));
            len -= more;
            if so_far + more as u32 == MAX_ZERO_RUN {
                self.end_run()?;
            }
        }
        Ok(())
    }

    fn end_run(&mut self) -> Result<()> {
        let Some((kind, len)) = self.run.take() else { return Ok(()) };
        let frame = self.zero_frames.make(len);
        self.frame(kind, len, &frame, crc32fast::hash(&frame), Digest::default())
    }

    fn frame(
        &mut self,
        kind: FrameKind,
        content_len: u32,
        bytes: &[u8],
        crc: u32,
        digest: Digest,
    ) -> Result<()> {
        self.write(bytes)?;
        let compressed_len = bytes.len() as u32;
        self.index.entries.push(Entry { kind, content_len, compressed_len, crc, digest });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|error| Error::io("cannot write the .medv", error))?;
        self.written += bytes.len() as u64;
        self.monitor.wrote(bytes.len() as u64);
        Ok(())
    }

    /// Footer, index, trailer, seek table.
    fn finish(mut self, subject: &Subject<'_>) -> Result<PackReport> {
        self.end_run()?;
        let frames = self.index.entries.len() as u64;
        let footer = match &subject.footer {
            Some(footer) => footer.as_fixed(),
            None => footer_after(self.index.header.virtual_size(), self.index.image_digest()),
        };
        let bytes = footer.to_bytes();
        let frame =
            frame_compressor(self.index.header.level).and_then(|mut compressor| compressor.compress(&bytes));
        let frame = frame.map_err(|error| Error::io("cannot compress", error))?;
        self.frame(FrameKind::Footer, 512, &frame, crc32fast::hash(&frame), subtree(&bytes))?;

        let own = subject.footer.as_ref().map(|footer| Attachment::SourceFooter(Box::new(footer.to_bytes())));
        self.index.attachments.extend(own);
        self.index.trimmed_bytes = self.trimmed.iter().sum();
        let index = self.index.to_bytes();
        let (trailer, table) = self.index.ending(&index)?;
        self.write(&wrap(SKIPPABLE_MAGIC, &index))?;
        self.write(&wrap(SKIPPABLE_MAGIC, &trailer.to_bytes()))?;
        self.write(&table.to_frame())?;
        self.out.flush().map_err(|error| Error::io("cannot write the .medv", error))?;

        let of_kind = |data: bool| {
            let entries = self.index.entries.iter().filter(|entry| entry.kind != FrameKind::Footer);
            let entries = entries.filter(|entry| (entry.kind == FrameKind::Data) == data);
            entries.map(|entry| u64::from(entry.content_len)).sum::<u64>()
        };
        Ok(PackReport {
            virtual_size: self.index.header.virtual_size(),
            data_bytes: of_kind(true) - self.trimmed[0],
            zero_bytes: of_kind(false) - self.trimmed[1],
            trimmed_bytes: self.index.trimmed_bytes,
            output_bytes: self.written,
            frames,
            image_digest: trailer.image_digest,
        })
    }
}
