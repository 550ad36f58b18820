//! An image in a folder of its own, the files that went in, and what trimming makes of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use medv_codec::Silent;
use medv_codec::volume::{FreeSpace, Outcome, free_space};
use medv_format::{DiskOffset, Limits};
use medv_tests::MemoryDisk;
use tempfile::TempDir;

/// Runs `program` and gives its output; panics with all that it said if it fails.
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> String {
    let output = Command::new(program).args(args).env("LC_ALL", "C").output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The number that follows `label` in the output of a program.
pub(crate) fn number_after(output: &str, label: &str) -> u64 {
    let rest = output.split_once(label).unwrap_or_else(|| panic!("no {label:?} in {output}")).1;
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {label:?} in {output}"))
}

/// Bytes that look like nothing, the same for the same seed.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// An image file, and a folder beside it for other files.
pub(crate) struct Image {
    folder: TempDir,
}

impl Image {
    pub(crate) fn new(bytes: u64) -> Self {
        let image = Self { folder: TempDir::new().unwrap() };
        std::fs::File::create(image.path()).unwrap().set_len(bytes).unwrap();
        image
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let image = Self::new(0);
        std::fs::write(image.path(), bytes).unwrap();
        image
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("image")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// The image with every free extent overwritten.
    pub(crate) fn scribbled(&self) -> (Self, FreeSpace) {
        let mut disk = MemoryDisk(self.bytes());
        let free = free(&disk);
        for extent in free.extents() {
            let range =
                usize::try_from(extent.start.get()).unwrap()..usize::try_from(extent.end.get()).unwrap();
            disk.0[range].fill(0xAA);
        }
        (Self::from_bytes(&disk.0), free)
    }
}

pub(crate) fn free(disk: &MemoryDisk) -> FreeSpace {
    let free = free_space(disk, &Limits::default(), &Silent).unwrap();
    let mut end = DiskOffset::ZERO;
    for extent in free.extents() {
        assert!(end < extent.start || end == DiskOffset::ZERO, "not in order, or not merged");
        assert!(extent.end.since(extent.start) >= 4096);
        end = extent.end;
    }
    assert!(end.get() <= disk.0.len() as u64);
    free
}

/// Free bytes of the only volume, which must be trimmed.
pub(crate) fn trimmed(free: &FreeSpace) -> u64 {
    let [volume] = free.volumes() else { panic!("not one volume: {:?}", free.volumes()) };
    let Outcome::Trimmed { free_bytes, trimmed_bytes } = volume.outcome else {
        panic!("{:?}", volume.outcome)
    };
    assert_eq!(trimmed_bytes, free.bytes());
    assert!(trimmed_bytes <= free_bytes);
    free_bytes
}

/// The image with some bytes changed must be refused for a reason that contains `reason`.
pub(crate) fn assert_refused(image: &[u8], reason: &str, change: impl FnOnce(&mut [u8])) {
    let mut disk = MemoryDisk(image.to_vec());
    change(&mut disk.0);
    let free = free(&disk);
    let [volume] = free.volumes() else { panic!("not one volume: {:?}", free.volumes()) };
    let Outcome::Refused(found) = &volume.outcome else { panic!("{:?}, wanted {reason:?}", volume.outcome) };
    assert!(found.contains(reason), "{found:?}, wanted {reason:?}");
    assert_eq!(free.bytes(), 0);
}

/// Damages `image` within its first `bytes`, where something is written, in many ways: whatever comes of it, nothing
/// may break.
pub(crate) fn assert_survives_damage(image: &[u8], bytes: usize) {
    let written: Vec<usize> = (0..bytes).filter(|at| image[*at] != 0).collect();
    let mut disk = MemoryDisk(image.to_vec());
    for seed in 0..2000 {
        let choices = noise(seed, 32);
        let (choices, _) = choices.as_chunks::<8>();
        let places = choices[..=usize::from(choices[3][7] % 3)].iter().map(|choice| {
            let number = u64::from_le_bytes(*choice);
            (written[usize::try_from(number >> 8).unwrap() % written.len()], choice[0])
        });
        let before: Vec<_> =
            places.map(|(at, value)| (at, std::mem::replace(&mut disk.0[at], value))).collect();
        free(&disk);
        before.into_iter().rev().for_each(|(at, value)| disk.0[at] = value);
    }
    assert!(disk.0 == image);
    assert!(trimmed(&free(&disk)) > 0);
}
