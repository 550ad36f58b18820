//! A container in a file: opening, verifying and expanding never panic; what passes `verify` expands into every form,
//! and into what zstd itself makes of it.

use std::num::NonZeroUsize;
use std::path::Path;

use medv_codec::container::Container;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::expand::{ExpandOptions, TargetForm, expand_on};
use medv_codec::verify::{Depth, verify};
use medv_codec::{ErrorKind, Silent};
use medv_format::DiskOffset;
use medv_format::container::{FrameKind, Header, SourceForm};

use crate::byte_source::ByteSource;
use crate::memory_storage::MemoryStorage;
use crate::{golden_files, limits, mend};

/// The file as it is, and with its checksums made right.
pub fn run(data: &[u8]) {
    check(data);
    if let Some(mended) = mend::container(data) {
        check(&mended);
    }
}

/// Golden files that are small enough.
pub fn seeds() -> Vec<Vec<u8>> {
    golden_files().into_iter().filter(|file| file.len() < 32 << 10 && fits(file)).collect()
}

/// Whether the disk in a container is within the limits that fuzzing sets.
pub(crate) fn fits(file: &[u8]) -> bool {
    file.get(..68).is_some_and(|frame| Header::from_frame(frame, &limits()).is_ok())
}

pub(crate) fn options(form: TargetForm) -> ExpandOptions {
    ExpandOptions { form, threads: NonZeroUsize::new(1), limits: limits(), ..ExpandOptions::default() }
}

fn check(file: &[u8]) {
    let source = ByteSource::new(file);
    let opened = Container::open(&source, &limits());
    let quick = verify(ByteSource::input(file), Depth::Quick, NonZeroUsize::new(1), &limits(), &Silent);
    let full = verify(ByteSource::input(file), Depth::Full, NonZeroUsize::new(1), &limits(), &Silent);
    assert_eq!(opened.is_ok(), quick.is_ok(), "what opens can be looked through");
    assert_eq!(opened.is_ok(), full.is_ok(), "what opens can be looked through");
    let (Ok(container), Ok(quick), Ok(full)) = (opened, quick, full) else { return };
    assert!(quick.damaged_frames <= full.damaged_frames, "a closer look finds no less");
    let header = &container.index.header;
    let good = (full.damaged_frames == 0).then(|| {
        let restored = zstd::stream::decode_all(file).expect("zstd takes what passes verify");
        assert_eq!(restored.len() as u64, header.virtual_size() + 512);
        restored
    });
    for form in [TargetForm::Raw, TargetForm::Fixed, TargetForm::Dynamic] {
        let (storage, path) = (MemoryStorage::default(), Path::new("disk"));
        let expanded = expand_on(&storage, ByteSource::input(file), path, &options(form), &Silent);
        assert_eq!(expanded.is_ok(), storage.content(path).is_some(), "{form:?}: whole, or not there");
        match (&expanded, &good) {
            (Ok(_), Some(restored)) => {
                let target = storage.content(path).unwrap_or_default();
                compare(header, form, &target, restored);
            }
            (Err(error), Some(_)) => {
                // A block size of the source that a dynamic disk of ours cannot have is no damage.
                let may_be = form == TargetForm::Dynamic
                    && matches!(error.kind(), ErrorKind::Limit | ErrorKind::Unsupported);
                assert!(may_be, "{form:?}: passes verify, but does not expand: {error}");
            }
            (_, None) => {}
        }
    }
    let has_data = container.index.entries.iter().any(|entry| entry.kind == FrameKind::Data);
    assert!(has_data || header.virtual_size() <= limits().virtual_size);
}

fn compare(header: &Header, form: TargetForm, target: &[u8], restored: &[u8]) {
    let (disk, footer) = restored.split_at(restored.len() - 512);
    match form {
        TargetForm::Raw => {
            let is_raw = header.form == SourceForm::Raw;
            let len = if is_raw { header.source_size } else { header.virtual_size() };
            assert!(*target == disk[..usize::try_from(len).unwrap_or(0)], "raw");
        }
        TargetForm::Fixed => {
            assert!(target[..target.len() - 512] == *disk, "fixed");
            // A fixed source's own footer stands beside the disk, and may differ from the frame's.
            assert!(header.form == SourceForm::Fixed || target[target.len() - 512..] == *footer, "footer");
        }
        _ => {
            let file = tempfile::NamedTempFile::new().expect("a temporary file");
            std::fs::write(file.path(), target).expect("a temporary file");
            // What its footer says besides may be anything; the disk is only compared where it can be opened.
            let Ok(opened) = open(file.path(), &OpenOptions::default()) else { return };
            let mut found = vec![0; usize::try_from(opened.disk.virtual_size()).unwrap_or(0).min(disk.len())];
            opened.disk.read_at(DiskOffset::ZERO, &mut found).expect("a disk of ours can be read");
            assert!(found == disk[..found.len()], "dynamic");
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }

    #[test]
    fn seeds_are_whole_and_of_every_form() {
        let seeds = super::seeds();
        assert!(seeds.len() >= 4, "{} golden files are small enough", seeds.len());
        for seed in seeds {
            assert_eq!(super::mend::container(&seed).as_deref(), Some(&*seed), "there is nothing to mend");
        }
    }
}
