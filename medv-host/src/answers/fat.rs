//! A FAT volume with some files, made in memory: what every guest can read without a driver.

use std::io::{Cursor, Write};

use fatfs::{FileSystem, FormatVolumeOptions, FsOptions};
use medv_codec::{Error, Result};

/// A 3½-inch floppy disk of 1.44 MB, in bytes.
const FLOPPY: u64 = 1_474_560;
/// Volumes for files grow in steps of this, in bytes.
const STEP: u64 = 1 << 20;
/// What a file takes is a multiple of this, in bytes.
const CLUSTER: u32 = 4096;

/// What the volume looks like to the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A floppy disk, FAT12.
    Floppy,
    /// A disk without partitions, as large as its files need.
    Disk,
}

/// A file of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its folder in the root, if it is in one.
    pub(super) folder: Option<&'static str>,
    /// Its name.
    pub(super) name: &'static str,
    /// Its content.
    pub(super) content: Vec<u8>,
}

/// The bytes of the volume. The same files make the same bytes.
///
/// # Errors
/// Limit if the files do not fit on a floppy disk.
pub(super) fn image(form: Form, label: &str, files: &[File]) -> Result<Vec<u8>> {
    let content: u64 = files.iter().map(|file| file.content.len() as u64 + u64::from(CLUSTER)).sum();
    let (size, options) = match form {
        Form::Floppy => (
            FLOPPY,
            FormatVolumeOptions::new()
                .media(0xF0)
                .sectors_per_track(18)
                .heads(2)
                .drive_num(0)
                .bytes_per_cluster(512)
                .max_root_dir_entries(224),
        ),
        // Tables and folders take far less than one more step.
        Form::Disk => {
            ((content.div_ceil(STEP) + 1) * STEP, FormatVolumeOptions::new().bytes_per_cluster(CLUSTER))
        }
    };
    if content > size {
        return Err(Error::new(
            medv_codec::ErrorKind::Limit,
            format!("{content} bytes of answers do not fit on a floppy disk of {size} bytes"),
        ));
    }
    let mut image = Cursor::new(vec![0; usize::try_from(size).unwrap_or(usize::MAX)]);
    fill(&mut image, options.volume_label(padded(label)), files)
        .map_err(|error| Error::io("cannot make the medium with answers", error))?;
    Ok(image.into_inner())
}

fn fill(image: &mut Cursor<Vec<u8>>, options: FormatVolumeOptions, files: &[File]) -> std::io::Result<()> {
    fatfs::format_volume(&mut *image, options)?;
    image.set_position(0);
    let volume = FileSystem::new(image, FsOptions::new())?;
    for file in files {
        let root = volume.root_dir();
        let folder = match file.folder {
            Some(name) => root.create_dir(name)?,
            None => root,
        };
        folder.create_file(file.name)?.write_all(&file.content)?;
    }
    volume.unmount()
}

/// A label is eleven characters long, filled with spaces.
fn padded(label: &str) -> [u8; 11] {
    let mut padded = [b' '; 11];
    for (to, from) in padded.iter_mut().zip(label.bytes()) {
        *to = from;
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn file(name: &'static str, len: usize) -> File {
        File { folder: Some("medv"), name, content: vec![7; len] }
    }

    fn read(image: Vec<u8>, path: &str) -> Vec<u8> {
        let volume = FileSystem::new(Cursor::new(image), FsOptions::new()).unwrap();
        let mut content = Vec::new();
        volume.root_dir().open_file(path).unwrap().read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn files_of_any_length_come_back() {
        for len in [0, 1, 4095, 4096, 4097, 1 << 20, (8 << 20) + 1, 40 << 20] {
            let image = image(Form::Disk, "CIDATA", &[file("a-long-name.exe", len), file("b", 1)]).unwrap();
            assert!(image.len() < len + (3 << 20), "{len}");
            assert!(read(image, "medv/a-long-name.exe") == vec![7; len], "{len}");
        }
    }

    #[test]
    fn a_floppy_disk_has_1440_kib_and_the_descriptor_of_one() {
        let image = image(Form::Floppy, "ANSWERS", &[file("a", 1 << 20)]).unwrap();
        assert_eq!((image.len(), image[21]), (1_474_560, 0xF0));
        assert_eq!(read(image, "medv/a").len(), 1 << 20);
    }

    #[test]
    fn what_does_not_fit_on_a_floppy_disk_is_refused() {
        let error = image(Form::Floppy, "ANSWERS", &[file("a", 2 << 20)]).unwrap_err();
        assert_eq!(error.kind(), medv_codec::ErrorKind::Limit);
    }

    #[test]
    fn the_same_files_make_the_same_bytes() {
        let make = || image(Form::Disk, "CIDATA", &[file("a", 10)]).unwrap();
        assert!(make() == make());
    }

    #[test]
    fn the_label_is_in_the_boot_sector_and_in_the_root() {
        let image = image(Form::Disk, "CIDATA", &[]).unwrap();
        let volume = FileSystem::new(Cursor::new(image), FsOptions::new()).unwrap();
        assert_eq!(volume.volume_label(), "CIDATA");
        assert_eq!(volume.read_volume_label_from_root_dir().unwrap().as_deref(), Some("CIDATA"));
    }
}
