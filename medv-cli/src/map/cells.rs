//! The disk cut into equal cells, and what each holds.

use medv_format::container::{Frame, FrameKind, Index};

/// Cells in a row: a power of two, so that rows begin at round numbers.
pub(super) const COLUMNS: usize = 64;
/// Most rows.
pub(super) const ROWS: usize = 40;

const SMALLEST: u64 = 64 * 1024;

/// What a stretch of the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Data, from 0 (takes less than a quarter of its size) to 3 (nearly all of it).
    Data(u8),
    /// Data that is not worth compressing.
    Hard,
    Trimmed,
    Zero,
}

impl Class {
    pub(super) const ALL: [Self; 7] =
        [Self::Data(0), Self::Data(1), Self::Data(2), Self::Data(3), Self::Hard, Self::Trimmed, Self::Zero];

    fn of(frame: &Frame) -> Option<Self> {
        Some(match frame.entry.kind {
            FrameKind::Data => {
                Self::of_data(u64::from(frame.entry.content_len), u64::from(frame.entry.compressed_len))
            }
            FrameKind::Trimmed => Self::Trimmed,
            FrameKind::Zero => Self::Zero,
            FrameKind::Footer => return None,
        })
    }

    /// By the share that is left of `content` bytes.
    pub(super) fn of_data(content: u64, compressed: u64) -> Self {
        let percent = compressed.saturating_mul(100) / content.max(1);
        match percent {
            0..25 => Self::Data(0),
            25..50 => Self::Data(1),
            50..75 => Self::Data(2),
            75..95 => Self::Data(3),
            _ => Self::Hard,
        }
    }

    fn number(self) -> usize {
        match self {
            Self::Data(step) => usize::from(step),
            Self::Hard => 4,
            Self::Trimmed => 5,
            Self::Zero => 6,
        }
    }
}

/// What one cell holds, in bytes of disk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    pub(super) data: u64,
    /// What the data takes in the file.
    pub(super) compressed: u64,
    pub(super) trimmed: u64,
    pub(super) zero: u64,
}

/// All cells, and how much there is of each class.
pub(super) struct Cells {
    /// Bytes of disk in a cell.
    pub(super) bytes: u64,
    pub(super) all: Vec<Cell>,
    totals: [u64; Class::ALL.len()],
}

impl Cells {
    /// Cells for a disk of `size` bytes, nothing in them.
    pub(super) fn empty(size: u64) -> Self {
        let most = (COLUMNS * ROWS) as u64;
        let bytes = size.div_ceil(most).next_power_of_two().max(SMALLEST);
        // At most COLUMNS * ROWS, by the line above.
        let count = usize::try_from(size.div_ceil(bytes)).unwrap_or(0);
        Self { bytes, all: vec![Cell::default(); count], totals: [0; Class::ALL.len()] }
    }

    pub(super) fn of(index: &Index) -> Self {
        let mut cells = Self::empty(index.header.virtual_size());
        for frame in index.frames() {
            if let Some(class) = Class::of(&frame) {
                cells.totals[class.number()] += u64::from(frame.entry.content_len);
                cells.spread(&frame);
            }
        }
        cells
    }

    /// Adds a frame to the cells that it lies in, to each its share.
    fn spread(&mut self, frame: &Frame) {
        let (content, compressed) =
            (u64::from(frame.entry.content_len), u64::from(frame.entry.compressed_len));
        let (mut at, end) = (frame.disk.get(), frame.disk.get() + content);
        while at < end {
            let number = at / self.bytes;
            let len = ((number + 1) * self.bytes).min(end) - at;
            let cell = usize::try_from(number).ok().and_then(|number| self.all.get_mut(number));
            let Some(cell) = cell else { return };
            match frame.entry.kind {
                FrameKind::Data => {
                    cell.data += len;
                    cell.compressed += compressed * len / content;
                }
                FrameKind::Trimmed => cell.trimmed += len,
                FrameKind::Zero => cell.zero += len,
                FrameKind::Footer => {}
            }
            at += len;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Bytes of disk of a class.
    pub(super) fn total(&self, class: Class) -> u64 {
        self.totals[class.number()]
    }
}
