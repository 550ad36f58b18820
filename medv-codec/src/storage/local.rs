//! Files of this machine, written past the page cache where that can be done: a disk that is expanded is far larger
//! than what is worth caching, and copying it into the cache costs several times what compressing it saved.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Storage, StoredFile};
use crate::buffer::PAGE;
use crate::positional;

/// The file systems of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalStorage;

impl Storage for LocalStorage {
    fn open(&self, path: &Path, create: bool) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(LocalFile::open(path, create)?))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        match path.symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    #[cfg(unix)]
    fn is_device(&self, path: &Path) -> bool {
        use std::os::unix::fs::FileTypeExt;
        path.metadata().is_ok_and(|metadata| metadata.file_type().is_block_device())
    }

    #[cfg(not(unix))]
    fn is_device(&self, _: &Path) -> bool {
        false
    }

    #[cfg(unix)]
    fn free_space(&self, path: &Path) -> Option<u64> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let told = rustix::fs::statvfs(folder.unwrap_or(Path::new("."))).ok()?;
        told.f_bavail.checked_mul(told.f_frsize)
    }

    #[cfg(not(unix))]
    fn free_space(&self, _: &Path) -> Option<u64> {
        None
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        // Windows has no such call, and needs none: NTFS journals names.
        if cfg!(unix) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

/// One file, open twice: past the page cache for whole pages, and through it for the rest.
pub(crate) struct LocalFile {
    cached: File,
    direct: Option<File>,
    /// A file system may accept the flag at open and refuse it at the first write.
    direct_works: AtomicBool,
}

impl LocalFile {
    /// Opens `path` for reading and writing; with `create` it must not exist yet.
    pub(crate) fn open(path: &Path, create: bool) -> io::Result<Self> {
        let cached = OpenOptions::new().read(true).write(true).create_new(create).open(path)?;
        // Two processes at work on one file would each believe its own journal.
        match cached.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another process is writing it"));
            }
            // Some network file systems have no locks.
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => {}
        }
        let direct = open_direct(path).ok();
        Ok(Self { cached, direct, direct_works: AtomicBool::new(true) })
    }

    /// Writes the leading whole pages past the page cache, if that can be done; answers how many bytes it wrote.
    fn write_direct(&self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = self.direct.as_ref().filter(|_| self.direct_works.load(Ordering::Relaxed)) else {
            return Ok(0);
        };
        let whole = bytes.len() - bytes.len() % PAGE;
        if !offset.is_multiple_of(PAGE as u64) || bytes.as_ptr().align_offset(PAGE) != 0 {
            return Ok(0);
        }
        match positional::write_all_at(file, &bytes[..whole], offset) {
            Ok(()) => Ok(whole),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                self.direct_works.store(false, Ordering::Relaxed);
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }
}

impl StoredFile for LocalFile {
    fn len(&self) -> io::Result<u64> {
        // Seeking tells the size of a block device too; metadata does not.
        io::Seek::seek(&mut &self.cached, io::SeekFrom::End(0))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.cached.set_len(len)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let done = self.write_direct(offset, bytes)?;
        positional::write_all_at(&self.cached, &bytes[done..], offset + done as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        positional::read_exact_at(&self.cached, buf, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.cached.sync_data()
    }
}

#[cfg(target_os = "linux")]
fn open_direct(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let direct = rustix::fs::OFlags::DIRECT.bits().cast_signed();
    OpenOptions::new().write(true).custom_flags(direct).open(path)
}

#[cfg(not(target_os = "linux"))]
fn open_direct(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}
