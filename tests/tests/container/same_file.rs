//! The same disk and options give the same file; the same disk has the same name, whatever its form and the options.

use std::collections::HashSet;

use medv_codec::container::Container;
use medv_codec::pack::PackOptions;
use medv_codec::source::FileSource;
use medv_format::Limits;
use medv_format::digest::Digest;
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::engine::{pack_file, pack_options, through_a_pipe};
use medv_tests::images::{islands, mixed, whole_sectors};
use medv_tests::vhd_builder::Scratch;

fn packed(form: Form, disk: &[u8], options: &PackOptions) -> (Vec<u8>, Digest) {
    let scratch = Scratch::new();
    let (medv, report) = pack_file(&write(&scratch, form, disk), options);
    (medv, report.image_digest)
}

#[test]
fn any_number_of_threads_gives_the_same_file() {
    let disk = mixed(31, (7 << 20) + 1024);
    for form in FORMS {
        let with = |threads| packed(form, &disk, &pack_options(1, 64, threads)).0;
        let one = with(1);
        for threads in [1, 2, 3, 8, 8] {
            assert!(with(threads) == one, "{form:?}, {threads} threads");
        }
    }
}

#[test]
fn every_form_of_a_disk_has_the_same_digest() {
    for image in whole_sectors() {
        let digests = FORMS.map(|form| packed(form, &image.bytes, &pack_options(1, 64, 2)).1);
        assert_eq!(digests, [digests[0]; FORMS.len()], "{}", image.name);
    }
}

#[test]
fn every_chunk_size_and_level_gives_the_same_digest() {
    for disk in [mixed(32, (9 << 20) + 512), islands(33, 5 << 20), vec![0; (3 << 20) + 1536]] {
        let expected = packed(Form::Raw, &disk, &pack_options(1, 64, 2)).1;
        for chunk_kib in [128, 256, 512, 1024, 2048, 4096, 8192] {
            assert_eq!(packed(Form::Raw, &disk, &pack_options(1, chunk_kib, 2)).1, expected, "{chunk_kib}");
        }
        for level in [3, 9] {
            assert_eq!(packed(Form::Raw, &disk, &pack_options(level, 512, 2)).1, expected, "{level}");
        }
    }
}

#[test]
fn a_bit_or_a_sector_makes_another_disk() {
    let disk = islands(34, 1 << 20);
    let mut digests = HashSet::new();
    let mut add = |disk: &[u8], what: &str| {
        let digest = packed(Form::Raw, disk, &pack_options(1, 64, 2)).1;
        assert!(digests.insert(digest.0), "{what}");
    };
    add(&disk, "the disk");
    for at in [0, 511, 65_535, 65_536, 700_000, disk.len() - 1] {
        let mut other = disk.clone();
        other[at] ^= 0x10;
        add(&other, &format!("byte {at}"));
    }
    for len in [disk.len() - 512, disk.len() + 512, disk.len() * 2] {
        let mut other = disk.clone();
        other.resize(len, 0);
        add(&other, &format!("{len} bytes"));
    }
    for len in [512, 1024, 1 << 16, 1 << 17, (1 << 17) + 512] {
        add(&vec![0; len], &format!("{len} zeros"));
    }
}

#[test]
fn a_reader_of_the_file_and_one_of_a_pipe_see_the_same_container() {
    let scratch = Scratch::new();
    let (medv, digest) = packed(Form::Dynamic(64 << 10), &islands(35, 3 << 20), &pack_options(3, 128, 2));
    let path = scratch.write("disk.medv", &medv);
    let limits = Limits::default();
    let at_random = Container::open(&FileSource::open(&path).unwrap(), &limits).unwrap();
    let passing = Container::read(through_a_pipe(&medv), &limits).unwrap();
    assert_eq!((&at_random.index, &at_random.trailer), (&passing.index, &passing.trailer));
    assert_eq!(at_random.trailer.image_digest, digest);
}
