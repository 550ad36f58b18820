//! Verify: is this file whole, and is it the disk?

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use medv_format::Limits;
use medv_format::container::{Entry, Frame, FrameKind, ZeroFrames};
use medv_format::digest::{Digest, subtree};
use medv_format::vhd::Footer;

use crate::batches::for_each_frame;
use crate::buffer::{PAGE, PageBuffer};
use crate::container::{Container, Input};
use crate::decode::FrameDecoder;
use crate::ordered::{computing_threads, ordered, thread_pool};
use crate::source::Source;
use crate::stream::{FrameStream, entry_of};
use crate::{Error, ErrorKind, Monitor, Result};

/// How deep to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Structure, and the CRC-32 of every frame: did this arrive whole?
    Quick,
    /// Every frame decompressed and hashed: is this the disk?
    Full,
}

/// What verifying found.
#[derive(Debug)]
pub struct VerifyReport {
    /// Size of the disk in bytes.
    pub virtual_size: u64,
    /// Frames looked at.
    pub frames: u64,
    /// Bytes of frames read.
    pub read_bytes: u64,
    /// The name of the disk's content.
    pub image_digest: Digest,
    /// Damaged frames, in file order, the first hundred of them; empty if the file is good.
    pub damage: Vec<Error>,
    /// How many frames are damaged.
    pub damaged_frames: u64,
}

/// Most damaged frames that are described one by one.
const DESCRIBED: usize = 100;

/// Verifies a `.medv`. Damage to single frames is in the report; damage that leaves nothing to go by is an error, and
/// so is any damage to a stream, which cannot be read past it.
///
/// # Errors
/// As [`Container::read`]; I/O; cancelled.
pub fn verify(
    input: Input,
    depth: Depth,
    threads: Option<NonZeroUsize>,
    limits: &Limits,
    monitor: &dyn Monitor,
) -> Result<VerifyReport> {
    match input {
        Input::Random(source) => {
            let container = Container::open(&*source, limits)?;
            verify_frames(&*source, &container, depth, threads, monitor)
        }
        Input::Stream { name, reader } => {
            verify_stream(FrameStream::new(reader, &name, limits)?, threads, monitor)
        }
    }
}

fn verify_frames(
    source: &dyn Source,
    container: &Container,
    depth: Depth,
    threads: Option<NonZeroUsize>,
    monitor: &dyn Monitor,
) -> Result<VerifyReport> {
    let Container { index, trailer } = container;
    monitor.begin(Some(index.header.virtual_size()));
    let damage = Mutex::new(Vec::new());
    let (damaged, read) = (AtomicU64::new(0), AtomicU64::new(0));
    for_each_frame(
        &*thread_pool(computing_threads(threads))?,
        source,
        index.frames().map(|frame| Ok((frame, ()))),
        monitor,
        || FrameVerifier::new(depth, index.header.chunk_size),
        |verifier, frame, (), bytes| {
            read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            if let Err(error) = verifier.verify(frame, bytes) {
                let error = error.in_file(source.name()).at(frame.file).in_frame(frame.index);
                damaged.fetch_add(1, Ordering::Relaxed);
                let mut damage = damage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if damage.len() < DESCRIBED {
                    damage.push(error);
                }
            }
            if frame.entry.kind != FrameKind::Footer {
                monitor.advance(u64::from(frame.entry.content_len));
            }
            Ok(())
        },
    )?;
    let mut damage = damage.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    damage.sort_by_key(Error::offset);
    Ok(VerifyReport {
        virtual_size: index.header.virtual_size(),
        frames: index.entries.len() as u64,
        read_bytes: read.into_inner(),
        image_digest: trailer.image_digest,
        damage,
        damaged_frames: damaged.into_inner(),
    })
}

/// Checks frames against their entries in the index.
pub(crate) struct FrameVerifier {
    depth: Depth,
    decoder: FrameDecoder,
    content: PageBuffer,
    zero_frames: ZeroFrames,
}

impl FrameVerifier {
    fn new(depth: Depth, chunk_size: u32) -> Result<Self> {
        let content = PageBuffer::new(if depth == Depth::Full { chunk_size as usize } else { PAGE })?;
        Ok(Self { depth, decoder: FrameDecoder::new()?, content, zero_frames: ZeroFrames::new() })
    }

    fn verify(&mut self, frame: &Frame, bytes: &[u8]) -> Result<()> {
        let Entry { kind, content_len, .. } = frame.entry;
        check_crc(&frame.entry, bytes)?;
        match (self.depth, kind) {
            (Depth::Quick, _) => Ok(()),
            (Depth::Full, FrameKind::Zero | FrameKind::Trimmed) => {
                match self.zero_frames.is_run(bytes, content_len) {
                    true => Ok(()),
                    false => Err(Error::damaged("a zero run that is not made as the format says")),
                }
            }
            (Depth::Full, FrameKind::Data | FrameKind::Footer) => {
                check_is_no_run(&mut self.zero_frames, &frame.entry, bytes)?;
                let content = &mut self.content[..content_len as usize];
                self.decoder.decode(bytes, content)?;
                check_digest(&frame.entry, subtree(content))?;
                check_footer(kind, content)
            }
        }
    }
}

/// Did this frame arrive whole?
pub(crate) fn check_crc(entry: &Entry, bytes: &[u8]) -> Result<()> {
    let crc = crc32fast::hash(bytes);
    if crc == entry.crc {
        return Ok(());
    }
    let message = format!("CRC-32 of the frame: found {crc:#010x}, expected {:#010x}", entry.crc);
    Err(Error::new(ErrorKind::Damaged, message).advice("fetch the file again"))
}

/// The bytes of a zero run may not stand for anything else: through a pipe nobody could tell.
pub(crate) fn check_is_no_run(zero_frames: &mut ZeroFrames, entry: &Entry, bytes: &[u8]) -> Result<()> {
    if !zero_frames.is_run(bytes, entry.content_len) {
        return Ok(());
    }
    let message = format!("a zero run that the index calls {:?}", entry.kind);
    Err(Error::damaged(message.to_lowercase()).advice("fetch the file again, or ask whoever packed it"))
}

/// If this is the footer's frame, is it a footer?
pub(crate) fn check_footer(kind: FrameKind, content: &[u8]) -> Result<()> {
    match (kind, content.first_chunk()) {
        (FrameKind::Footer, Some(footer)) => Ok(Footer::from_bytes(footer).map(drop)?),
        _ => Ok(()),
    }
}

/// Is this content the disk's?
pub(crate) fn check_digest(entry: &Entry, digest: Digest) -> Result<()> {
    if digest == entry.digest {
        return Ok(());
    }
    let message = format!("digest of the content: found {digest}, expected {}", entry.digest);
    Err(Error::new(ErrorKind::Damaged, message).advice("fetch the file again, or ask whoever packed it"))
}

/// Whether to believe a stream's frames is only known once the index has passed, so all are decompressed and hashed,
/// whatever the depth.
fn verify_stream(
    mut stream: FrameStream<'_>,
    threads: Option<NonZeroUsize>,
    monitor: &dyn Monitor,
) -> Result<VerifyReport> {
    let name = stream.name().to_owned();
    let virtual_size = stream.header.virtual_size();
    let chunk_size = stream.header.chunk_size as usize;
    monitor.begin(Some(virtual_size));
    let pool = thread_pool(computing_threads(threads))?;
    let mut seen = Vec::new();
    let mut read_bytes = 0;
    let frames = std::iter::from_fn(|| match monitor.cancelled() {
        true => Some(Err(Error::cancelled())),
        false => stream.next_frame().transpose(),
    });
    ordered(
        &pool,
        vec![(); pool.current_num_threads() * 2],
        frames,
        || Ok((FrameDecoder::new()?, PageBuffer::new(chunk_size)?)),
        |(decoder, content), (), frame| {
            let content = &mut content[..(frame.content_len as usize).min(chunk_size)];
            let digest = match frame.kind {
                FrameKind::Zero | FrameKind::Trimmed => Digest::default(),
                FrameKind::Data | FrameKind::Footer => {
                    let place = |error: Error| error.in_file(&name).at(frame.file).in_frame(frame.index);
                    decoder.decode(&frame.bytes, content).map_err(place)?;
                    check_footer(frame.kind, content).map_err(place)?;
                    subtree(content)
                }
            };
            Ok(entry_of(&frame, digest))
        },
        |entry| {
            monitor.read(u64::from(entry.compressed_len));
            read_bytes += u64::from(entry.compressed_len);
            if entry.kind != FrameKind::Footer {
                monitor.advance(u64::from(entry.content_len));
            }
            seen.push(entry);
            Ok(())
        },
    )?;
    let container = stream.finish(&seen)?;
    let (frames, image_digest) = (seen.len() as u64, container.trailer.image_digest);
    Ok(VerifyReport { virtual_size, frames, read_bytes, image_digest, damage: Vec::new(), damaged_frames: 0 })
}
