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
const VERSION_1: &[(&str, &str)] = &[
    ("fixed", "7ac5498cb87fe37ae75e73c4da0dda8c9b0375927e06dad72c90c2409355f10f"),
    ("fixed-foreign-footer", "7246f409f72cff175eda4a68ccd36571b1355046006d86125df149516bb91774"),
    ("dynamic", "16d81b90a101ccf35c351c0b2df9ac81fbb29f43f8b4bdccc329c317ec62b682"),
    ("dynamic-blocks-of-64-kib", "e8b9af87db983878d2260fd5f267e4f0c8406dbe40734591ce9d8a2c9c3f60ae"),
    ("dynamic-level-19", "af15b9aaef26f61b362229594fb106a2f0da264be81cdeedc89253142c6b2a46"),
    ("differencing", "2f7b1f4ca86f06bdef67c91fd269ce675de931f1ea6deca51c1cf188781b4f05"),
    ("trimmed", "638dc703c1f148b079436523699d4f31e8d60a56d1ecd3e64ea4f4a48bccd7ee"),
    ("raw", "16d81b90a101ccf35c351c0b2df9ac81fbb29f43f8b4bdccc329c317ec62b682"),
    ("raw-one-byte", "b8ed308342bef509f78dd62ff4cf6eaa483bca657bf65e3be200a09f19f9219e"),
    ("raw-odd-tail", "2fdb3904ac2f7bd9fb05ccc4bdc71c084b5cc4792ca13a8ffd7b3df17f54c899"),
    ("raw-odd-zero-tail", "9253d623b5cf40428bf90ff6f6e98bfe229f942e01956ee9314031eefa93e136"),
    ("raw-nothing", "2bebe792fe41748a514aa2c150173c91c26782f2fae542973383c9ca42e440fa"),
    ("raw-incompressible", "6cbe3ca86f8f940b1181528afee11c76cff29c50194f42049e44e569e8d66b3a"),
    ("raw-chunks-of-8-mib", "9d4e28a367e9007dd164d5b53ad00137cf514e80a9e8bb04f6ee80afb1409a7e"),
];

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
