//! Every version reads the containers of every version before it, and finds the disks in them that went in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::Silent;
use medv_codec::container::Container;
use medv_codec::disk::{DiskForm, OpenOptions, open};
use medv_codec::expand::TargetForm;
use medv_codec::source::FileSource;
use medv_codec::verify::{Depth, verify};
use medv_format::Limits;
use medv_format::container::SourceForm;
use medv_format::vhd::Footer;
use medv_tests::engine::{at_random, expand_into, through_a_pipe};
use medv_tests::golden::{Golden, goldens};
use medv_tests::vhd_builder::{Scratch, assert_same};

/// Name and image digest of each file in `golden/v1`.
const VERSION_1: &[(&str, &str)] = &[];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/v1")
}

/// Every golden file with the disk it was made from and the digest it must have.
fn each(check: impl Fn(&Golden, &Path, &str)) {
    let goldens = goldens();
    for (name, digest) in VERSION_1 {
        let golden = goldens.iter().find(|golden| golden.name == *name);
        let golden = golden.unwrap_or_else(|| panic!("{name}: nobody knows the disk it was made from"));
        check(golden, &folder().join(name).with_extension("medv"), digest);
    }
}

#[test]
fn the_table_names_the_files_that_are_there() {
    let stored: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let named: BTreeSet<_> = VERSION_1.iter().map(|(name, _)| format!("{name}.medv")).collect();
    let made: BTreeSet<_> = goldens().iter().map(|golden| format!("{}.medv", golden.name)).collect();
    assert_eq!(stored, named);
    assert_eq!(named, made);
    let bytes: u64 =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 200_000, "{bytes} bytes of golden files are too many for a repository");
}

#[test]
fn each_verifies_and_says_what_it_is() {
    each(|golden, path, digest| {
        let limits = Limits::default();
        let container = Container::open(&FileSource::open(path).unwrap(), &limits).unwrap();
        let header = &container.index.header;
        let trimmed = golden.free.iter().flatten().map(|free| free.len() as u64).sum::<u64>();
        assert_eq!((header.form, header.trimmed), (golden.form, golden.free.is_some()), "{}", golden.name);
        assert_eq!(header.source_size, golden.disk.len() as u64);
        // Only what held data counts as trimmed, and all of a disk in memory does.
        assert_eq!(container.index.trimmed_bytes, trimmed, "{}", golden.name);
        assert_eq!(container.trailer.image_digest.to_string(), digest, "{}", golden.name);
        let bytes = fs::read(path).unwrap();
        for depth in [Depth::Quick, Depth::Full] {
            for input in [at_random(path), through_a_pipe(&bytes)] {
                let report = verify(input, depth, None, &limits, &Silent).unwrap();
                assert_eq!((report.damaged_frames, report.image_digest.to_string().as_str()), (0, digest));
            }
        }
    });
}

#[test]
fn each_expands_into_every_form() {
    each(|golden, path, digest| {
        let scratch = Scratch::new();
        let (expected, bytes) = (golden.expected(), fs::read(path).unwrap());
        for form in [TargetForm::Same, TargetForm::Dynamic, TargetForm::Fixed, TargetForm::Raw] {
            for (way, input) in [("file", at_random(path)), ("pipe", through_a_pipe(&bytes))] {
                let target = scratch.path(&format!("{form:?}.{way}"));
                let report = expand_into(input, &target, form);
                assert_eq!(report.image_digest.to_string(), digest);
                let opened = open(&target, &OpenOptions::default()).unwrap();
                let kind = match (form, golden.form) {
                    (TargetForm::Same, SourceForm::Fixed) | (TargetForm::Fixed, _) => DiskForm::Fixed,
                    (TargetForm::Same, SourceForm::Raw) | (TargetForm::Raw, _) => DiskForm::Raw,
                    _ => DiskForm::Dynamic,
                };
                assert_eq!(opened.form, kind, "{} {form:?} {way}", golden.name);
                let mut found = vec![0; usize::try_from(opened.disk.virtual_size()).unwrap()];
                opened.disk.read_at(medv_format::DiskOffset::ZERO, &mut found).unwrap();
                let padding = found.split_off(expected.len());
                assert_same(&found, &expected);
                assert!(padding.len() < 512 && padding.iter().all(|byte| *byte == 0));
                if let (Some(footer), Some(own)) = (&golden.footer, &opened.footer) {
                    assert_eq!(own.as_fixed(), footer.as_fixed(), "{} {form:?} {way}", golden.name);
                }
            }
        }
    });
}

#[test]
fn zstd_finds_the_fixed_vhd_in_each() {
    each(|golden, path, _| {
        let restored = zstd::stream::decode_all(fs::File::open(path).unwrap()).unwrap();
        let (disk, footer) = restored.split_last_chunk::<512>().unwrap();
        let expected = golden.expected();
        assert_same(&disk[..expected.len()], &expected);
        assert_eq!(disk.len(), expected.len().next_multiple_of(512));
        let footer = Footer::from_bytes(footer).unwrap();
        assert_eq!(footer.current_size, disk.len() as u64);
        if let Some(own) = &golden.footer {
            assert_eq!(footer, own.as_fixed(), "{}", golden.name);
        }
    });
}

#[test]
fn what_is_packed_today_has_the_same_digests() {
    each(|golden, _, digest| assert_eq!(golden.pack().1.image_digest.to_string(), digest, "{}", golden.name));
}
