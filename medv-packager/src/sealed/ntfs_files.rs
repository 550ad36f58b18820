//! The files of an NTFS volume, read without mounting it.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ntfs::indexes::NtfsFileNameIndex;
use ntfs::{Ntfs, NtfsFile};

use super::volume::Volume;

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Longest file that is read, in bytes. Files of states and answers have a few lines, or pages.
const MOST: u64 = 1 << 20;

/// The files of an NTFS volume, by path.
pub struct NtfsFiles {
    volume: Volume,
    ntfs: Ntfs,
}

impl NtfsFiles {
    /// Opens the volume, and looks through its files with `look`.
    ///
    /// # Errors
    /// If there is no NTFS, it is damaged, or `look` fails.
    pub fn look_through<T>(
        volume: Volume,
        look: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // The reader of NTFS trusts some lengths that it reads, and panics where they are wrong.
        let looked = catch_unwind(AssertUnwindSafe(|| look(&mut Self::open(volume)?)));
        looked.unwrap_or_else(|_| Err("its NTFS is damaged".into()))
    }

    fn open(mut volume: Volume) -> Result<Self, Failure> {
        let mut ntfs = Ntfs::new(&mut volume)?;
        ntfs.read_upcase_table(&mut volume)?;
        Ok(Self { volume, ntfs })
    }

    /// Whether there is a file or folder; `path` is as in `Windows/System32`, in any case.
    ///
    /// # Errors
    /// If the volume cannot be read.
    pub fn exists(&mut self, path: &str) -> Result<bool, Failure> {
        Ok(find(&self.ntfs, &mut self.volume, path)?.is_some())
    }

    /// What is in a file; `None` if there is no such file.
    ///
    /// # Errors
    /// If the volume cannot be read, or the file is longer than 1 MiB.
    pub fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let Some(file) = find(&self.ntfs, &mut self.volume, path)? else { return Ok(None) };
        let Some(data) = file.data(&mut self.volume, "") else { return Ok(None) };
        let data = data?;
        let attribute = data.to_attribute()?;
        let mut bytes = Vec::new();
        attribute.value(&mut self.volume)?.attach(&mut self.volume).take(MOST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST {
            return Err(format!("{path} is longer than {MOST} bytes").into());
        }
        Ok(Some(bytes))
    }
}

fn find<'n>(ntfs: &'n Ntfs, volume: &mut Volume, path: &str) -> Result<Option<NtfsFile<'n>>, Failure> {
    let mut file = ntfs.root_directory(volume)?;
    for name in path.split('/') {
        if !file.is_directory() {
            return Ok(None);
        }
        let index = file.directory_index(volume)?;
        let mut finder = index.finder();
        let Some(entry) = NtfsFileNameIndex::find(&mut finder, ntfs, volume, name) else { return Ok(None) };
        file = entry?.to_file(ntfs, volume)?;
    }
    Ok(Some(file))
}
