//! A `.medv` in memory, read at random or through a pipe.

use std::io::{Cursor, Read};
use std::sync::Arc;

use medv_codec::container::Input;
use medv_codec::source::Source;
use medv_codec::{Error, Result};
use medv_format::FileOffset;

pub(crate) struct ByteSource(Arc<[u8]>);

impl ByteSource {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn input(bytes: &[u8]) -> Input {
        Input::Random(Box::new(Self::new(bytes)))
    }
}

impl Source for ByteSource {
    fn name(&self) -> &'static str {
        "bytes"
    }

    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        let start = usize::try_from(start.get()).ok();
        let end = start.and_then(|start| start.checked_add(usize::try_from(len).ok()?));
        let bytes = start.zip(end).and_then(|(start, end)| self.0.get(start..end));
        Ok(Box::new(Cursor::new(bytes.ok_or_else(|| Error::damaged("cut short"))?)))
    }

    fn stride(&self) -> u64 {
        1 << 20
    }
}

/// A pipe that hands out its bytes in pieces of these lengths, again and again.
pub(crate) struct Pipe {
    bytes: Cursor<Vec<u8>>,
    cuts: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Pipe {
    pub(crate) fn input(bytes: &[u8], cuts: &[usize]) -> Input {
        let pipe = Self { bytes: Cursor::new(bytes.to_vec()), cuts: cuts.to_vec().into_iter().cycle() };
        Input::Stream { name: "a pipe".to_owned(), reader: Box::new(pipe) }
    }
}

impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let most = self.cuts.next().unwrap_or(1).clamp(1, buf.len().max(1));
        let len = most.min(buf.len());
        self.bytes.read(&mut buf[..len])
    }
}
