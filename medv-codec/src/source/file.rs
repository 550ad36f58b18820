//! A `.medv` in a local file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use medv_format::FileOffset;

use super::{Source, end_of_span};
use crate::{Error, Result};

/// A regular file, read by position, so that workers share the handle and never wait for each other.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    name: String,
    len: u64,
}

impl FileSource {
    /// Opens `path`, whose length counts as fixed from now on.
    ///
    /// # Errors
    /// I/O if it cannot be opened; Usage if it is not a regular file, as a pipe has neither length nor positions.
    pub fn open(path: &Path) -> Result<Self> {
        let cannot = |error| Error::io("cannot open", error).in_file(path);
        let file = File::open(path).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        if !metadata.is_file() {
            return Err(Error::usage("not a regular file")
                .in_file(path)
                .advice("to read from a pipe, give - and redirect standard input"));
        }
        Ok(Self { file, name: path.display().to_string(), len: metadata.len() })
    }
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn range(&self, start: FileOffset, len: u64) -> Result<Box<dyn Read + Send + '_>> {
        let end = end_of_span(self, start, len)?;
        Ok(Box::new(Span { source: self, position: start.get(), end }))
    }

    /// 1 MiB: a read costs one system call, so small spans keep the workers evenly busy.
    fn stride(&self) -> u64 {
        1 << 20
    }
}

/// `position..end` of the file. Not buffered: every read is one system call.
struct Span<'a> {
    source: &'a FileSource,
    position: u64,
    end: u64,
}

impl Read for Span<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = left.min(buf.len());
        if wanted == 0 {
            return Ok(0);
        }
        let place = |error: Error| error.in_file(&self.source.name).at(FileOffset::new(self.position));
        match read_at(&self.source.file, &mut buf[..wanted], self.position) {
            Ok(0) => {
                let message =
                    format!("ended early: the file had {} bytes when it was opened", self.source.len);
                let advice = "something shortened it meanwhile: take another copy";
                Err(io::Error::other(place(Error::damaged(message)).advice(advice)))
            }
            Ok(read) => {
                self.position += read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(io::Error::other(place(Error::io("cannot read", error)))),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buf: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, position)
}

/// Moves the handle's cursor as a side effect, which nobody here looks at.
#[cfg(windows)]
fn read_at(file: &File, buf: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn source(bytes: &[u8]) -> (tempfile::NamedTempFile, FileSource) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let source = FileSource::open(file.path()).unwrap();
        (file, source)
    }

    #[test]
    fn spans_are_independent_of_each_other() {
        let (_file, source) = source(b"0123456789");
        let mut late = source.range(FileOffset::new(7), 3).unwrap();
        let mut early = source.range(FileOffset::new(1), 2).unwrap();
        let (mut first, mut second) = (String::new(), String::new());
        late.read_to_string(&mut first).unwrap();
        early.read_to_string(&mut second).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("789", "12"));
    }

    #[test]
    fn a_span_past_the_end_is_refused_at_once() {
        let (_file, source) = source(b"0123456789");
        for (start, len) in [(8, 3), (11, 0), (u64::MAX, 1)] {
            let error = source.range(FileOffset::new(start), len).err().expect("past the end");
            assert_eq!(error.kind(), ErrorKind::Damaged);
        }
        assert!(source.range(FileOffset::new(10), 0).is_ok());
    }

    #[test]
    fn a_file_that_shrinks_is_noticed() {
        let (file, source) = source(b"0123456789");
        file.as_file().set_len(4).unwrap();
        let mut bytes = Vec::new();
        let failure = source.range(FileOffset::new(2), 6).unwrap().read_to_end(&mut bytes).unwrap_err();
        let error = failure.into_inner().unwrap().downcast::<Error>().unwrap();
        assert_eq!(bytes, b"23");
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert_eq!(error.offset(), Some(FileOffset::new(4)));
        assert!(error.message().starts_with("ended early"), "{error}");
    }

    #[test]
    fn a_folder_is_not_a_source() {
        let folder = tempfile::tempdir().unwrap();
        let error = FileSource::open(folder.path()).unwrap_err();
        // Windows does not even open a folder.
        assert!(matches!(error.kind(), ErrorKind::Usage | ErrorKind::Io));
    }
}
