//! Small disks whose every chunk is chosen, and the `.medv` made of them.

use std::io::{Cursor, Read};
use std::num::NonZeroUsize;

use medv_codec::container::Input;
use medv_codec::expand::{ExpandOptions, TargetForm};
use medv_codec::pack::{PackOptions, Subject, pack};
use medv_codec::source::Source;
use medv_codec::{Error, Result, Silent};
use medv_format::container::SourceForm;
use medv_format::{FileOffset, Limits};

use crate::MemoryDisk;

/// Bytes in a chunk of a sample.
pub const CHUNK: usize = 64 << 10;

/// Bytes in a block of a sample that was a dynamic VHD: two chunks.
pub const BLOCK: u32 = 2 * CHUNK as u32;

/// A disk and its `.medv`.
pub struct Sample {
    /// The disk's bytes.
    pub disk: MemoryDisk,
    /// The `.medv`.
    pub medv: Vec<u8>,
}

impl Sample {
    /// A disk with a chunk for each letter of `chunks`: zeros for a dot, otherwise noise that is the same for the same
    /// letter. It lacks the last `short` bytes.
    pub fn new(form: SourceForm, chunks: &str, short: usize) -> Self {
        let mut bytes: Vec<u8> = chunks.bytes().flat_map(chunk).collect();
        bytes.truncate(bytes.len() - short);
        let disk = MemoryDisk(bytes);
        let mut medv = Vec::new();
        let subject = Subject { disk: &disk, form, footer: None, free: None };
        pack(&subject, &mut medv, &pack_options(), &Silent).expect("a disk in memory can be packed");
        Self { disk, medv }
    }

    /// A dynamic VHD of these chunks.
    pub fn dynamic(chunks: &str) -> Self {
        Self::new(SourceForm::Dynamic { block_size: BLOCK }, chunks, 0)
    }

    /// Its `.medv` as a file.
    pub fn file(&self) -> Input {
        Input::Random(Box::new(MemorySource(self.medv.clone())))
    }

    /// Its `.medv` from a pipe.
    pub fn pipe(&self) -> Input {
        pipe(self.medv.clone())
    }
}

/// How samples are packed.
pub fn pack_options() -> PackOptions {
    PackOptions {
        level: 1,
        chunk_size: CHUNK as u32,
        threads: NonZeroUsize::new(1),
        ..PackOptions::default()
    }
}

/// One thread, so that the order of all calls is always the same; a commit after every fourth chunk.
pub fn expand_options(form: TargetForm) -> ExpandOptions {
    ExpandOptions {
        form,
        threads: NonZeroUsize::new(1),
        commit_every: 4 * CHUNK as u64,
        // Where the syncs fall must not depend on how fast the machine is.
        commit_after: std::time::Duration::MAX,
        limits: Limits { table_bytes: 1 << 20, ..Limits::default() },
        ..ExpandOptions::default()
    }
}

/// These bytes from a pipe.
pub fn pipe(bytes: impl Into<Vec<u8>>) -> Input {
    Input::Stream { name: "a pipe".to_owned(), reader: Box::new(Cursor::new(bytes.into())) }
}

fn chunk(letter: u8) -> Vec<u8> {
    if letter == b'.' {
        return vec![0; CHUNK];
    }
    let mut state = u64::from(letter);
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..CHUNK).map(next).collect()
}

/// A `.medv` in memory.
pub struct MemorySource(pub Vec<u8>);

impl Source for MemorySource {
    fn name(&self) -> &'static str {
        "sample.medv"
    }

    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        let from = usize::try_from(start.get()).unwrap_or(usize::MAX);
        let bytes = self.0.get(from..).and_then(|rest| rest.get(..usize::try_from(len).ok()?));
        let bytes =
            bytes.ok_or_else(|| Error::damaged("the file ended early").in_file(self.name()).at(start))?;
        Ok(Box::new(bytes))
    }

    fn stride(&self) -> u64 {
        1 << 20
    }
}
