//! One expand under way: what it writes to, and what it counts.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use medv_format::FrameIndex;
use medv_format::container::{FrameKind, Header, SourceForm};
use medv_format::digest::Digest;
use medv_format::journal::{JournalForm, JournalHeader};
use medv_format::vhd::{Footer, SectorBitmap};

use super::{ExpandReport, TargetForm, form_of};
use crate::shape::{Piece, Shape};
use crate::target::{Standing, Target};
use crate::{Error, Monitor, Result};

/// One expand under way, from either kind of input.
pub(super) struct Work<'a> {
    pub(super) target: Target<'a>,
    pub(super) header: Header,
    pub(super) form: JournalForm,
    pub(super) is_device: bool,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) data_frames: AtomicU64,
    pub(super) resumed: AtomicU64,
    pub(super) written: AtomicU64,
    pub(super) read: AtomicU64,
    /// Parts of the target's file that get data, in order, if that matters.
    planned: Mutex<Vec<Range<u64>>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        target: Target<'a>,
        wanted: &JournalHeader,
        is_device: bool,
        monitor: &'a dyn Monitor,
    ) -> Self {
        let (header, form) = (wanted.container.clone(), wanted.form);
        let zero = || AtomicU64::new(0);
        let (data_frames, resumed, written, read) = (zero(), zero(), zero(), zero());
        let planned = Mutex::default();
        Self { target, header, form, is_device, monitor, data_frames, resumed, written, read, planned }
    }

    pub(super) fn shape(&self) -> Result<Shape> {
        match self.form {
            JournalForm::Dynamic { block_size } => Shape::dynamic(self.header.virtual_size(), block_size),
            JournalForm::Fixed | JournalForm::Raw => Ok(Shape::Flat),
        }
    }

    /// Before the first frame: there must be room for `missing` bytes, and a flat target is as long as the disk at
    /// once, all holes.
    pub(super) fn prepare(&self, missing: u64) -> Result<()> {
        let size = self.header.virtual_size();
        self.monitor.begin(Some(size));
        self.target.check_room(missing)?;
        let file = self.target.file();
        let cannot = |error| Error::io("cannot prepare the target", error).in_file(self.target.path());
        let len = file.len().map_err(cannot)?;
        if self.is_device {
            if len < size {
                let message = format!("the device has {len} bytes, the disk {size}");
                return Err(Error::usage(message).in_file(self.target.path()).advice("give a larger device"));
            }
        } else if len < size
            && !self.target.is_finished()
            && !matches!(self.form, JournalForm::Dynamic { .. })
        {
            file.set_len(size).map_err(cannot)?;
        }
        Ok(())
    }

    /// Counts a frame on its way to the workers: says what they must do about it.
    pub(super) fn standing(
        &self,
        index: FrameIndex,
        kind: FrameKind,
        content_len: u32,
        crc: u32,
    ) -> Standing {
        let is_data = kind == FrameKind::Data;
        self.data_frames.fetch_add(u64::from(is_data), Ordering::Relaxed);
        let wanted = is_data || (self.is_device && kind != FrameKind::Footer);
        let standing = match wanted {
            true => self.target.standing(index, crc),
            false => Standing::Done,
        };
        if standing == Standing::Done && kind != FrameKind::Footer {
            self.found(content_len, wanted && is_data);
        }
        standing
    }

    /// Counts a frame that needs no writing; `resumed` if an earlier run had written it.
    pub(super) fn found(&self, content_len: u32, resumed: bool) {
        self.resumed.fetch_add(u64::from(resumed), Ordering::Relaxed);
        self.monitor.advance(u64::from(content_len));
    }

    /// Remembers where data goes, if what lies between must be looked at in the end. Frames come in disk order.
    pub(super) fn plan(&self, pieces: &[Piece]) {
        if self.is_device || !self.target.may_be_soiled() {
            return;
        }
        let bitmap_len = match self.form {
            JournalForm::Dynamic { block_size } => SectorBitmap::file_len(block_size),
            JournalForm::Fixed | JournalForm::Raw => 0,
        };
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in pieces {
            let bitmap = piece.bitmap.map(|at| at.get()..at.get() + bitmap_len);
            let data = piece.at.get()..piece.at.get() + piece.content.len() as u64;
            for range in bitmap.into_iter().chain([data]) {
                match planned.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => planned.push(range),
                }
            }
        }
    }

    /// After an error, what is written is made to count. The error is what the caller must hear of, whatever comes of
    /// that.
    pub(super) fn keep_what_is_done(&self, written: Result<()>) -> Result<()> {
        written.inspect_err(|_| drop(self.target.commit()))
    }

    /// All frames are written: adds the rest, and reports. `index_digest` is what the `.medv` is known by, if all of it
    /// was written.
    pub(super) fn finish(
        self,
        shape: Shape,
        footer: &Footer,
        image_digest: Digest,
        index_digest: Option<Digest>,
    ) -> Result<ExpandReport> {
        let form = form_of(self.form);
        let virtual_size = self.header.virtual_size();
        let ending = shape.finish(virtual_size, (form != TargetForm::Raw).then_some(footer))?;
        // A raw image gets back the length it had, even if that was not whole sectors.
        let is_raw_again = form == TargetForm::Raw && self.header.form == SourceForm::Raw;
        let file_len = if is_raw_again { self.header.source_size } else { ending.file_len };
        let mut gaps = Vec::new();
        if self.target.may_be_soiled() && !self.is_device {
            let mut from = 0;
            for range in self.planned.into_inner().unwrap_or_else(PoisonError::into_inner) {
                gaps.push(from..range.start);
                from = range.end;
            }
            gaps.push(from..file_len);
        }
        self.target.finish(&ending, file_len, index_digest, &gaps)?;
        Ok(ExpandReport {
            form,
            virtual_size,
            data_frames: self.data_frames.into_inner(),
            resumed_frames: self.resumed.into_inner(),
            written_bytes: self.written.into_inner(),
            read_bytes: self.read.into_inner(),
            image_digest,
        })
    }
}
