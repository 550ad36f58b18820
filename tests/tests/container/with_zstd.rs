//! A `.medv` is a Zstandard file: stock `zstd` tests it and restores the fixed VHD of the disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use medv_codec::disk::{DiskForm, OpenOptions, open};
use medv_format::vhd::Footer;
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::engine::{pack_file, small_chunks};
use medv_tests::images::{Image, large, odd_sizes, whole_sectors};
use medv_tests::vhd_builder::{Scratch, assert_same};

fn zstd(arguments: &[&str], path: &Path) -> Vec<u8> {
    let output = Command::new("zstd").args(arguments).arg(path).output();
    let output = output.unwrap_or_else(|error| panic!("zstd: {error}"));
    assert!(output.status.success(), "zstd {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Packs a disk and has zstd restore it; answers what it restored.
fn restored(scratch: &Scratch, source: &Path) -> Vec<u8> {
    let medv = scratch.write("disk.medv", &pack_file(source, &small_chunks()).0);
    zstd(&["-t", "-q"], &medv);
    zstd(&["-dc", "--no-sparse"], &medv)
}

fn check(form: Form, image: &Image) {
    let scratch = Scratch::new();
    let source = write(&scratch, form, &image.bytes);
    let restored = restored(&scratch, &source);
    let what = format!("{form:?} {}", image.name);
    if form == Form::Fixed {
        assert!(restored == fs::read(&source).unwrap(), "{what}: not the source, byte for byte");
    }
    let (disk, footer) = restored.split_last_chunk::<512>().expect("a footer");
    let (content, padding) = disk.split_at(image.bytes.len());
    assert_same(content, &image.bytes);
    assert!(padding.len() < 512 && padding.iter().all(|byte| *byte == 0), "{what}: padding");
    let footer = Footer::from_bytes(footer).unwrap();
    assert_eq!(footer.current_size, disk.len() as u64, "{what}");
    let opened = open(&source, &OpenOptions::default()).unwrap();
    if let Some(own) = &opened.footer {
        assert_eq!(footer, own.as_fixed(), "{what}: the source's footer, for a fixed disk");
    }
    let vhd = scratch.write("restored.vhd", &restored);
    assert_eq!(open(&vhd, &OpenOptions::default()).unwrap().form, DiskForm::Fixed, "{what}");
}

#[test]
fn restores_every_form_as_a_fixed_vhd() {
    for image in whole_sectors() {
        for form in FORMS {
            check(form, &image);
        }
    }
}

#[test]
fn pads_the_last_sector_of_a_raw_image() {
    for image in odd_sizes() {
        check(Form::Raw, &image);
    }
}

#[test]
fn restores_some_tens_of_mebibytes() {
    check(Form::Dynamic(2 << 20), &large());
}

#[test]
fn lists_frames_and_checksums() {
    let scratch = Scratch::new();
    let image = large();
    let (medv, report) = pack_file(&write(&scratch, Form::Fixed, &image.bytes), &small_chunks());
    let path = scratch.write("disk.medv", &medv);
    let listed = String::from_utf8(zstd(&["-lv"], &path)).unwrap();
    let number = |label: &str| -> u64 {
        let line = listed.lines().find_map(|line| line.strip_prefix(label));
        let value = line.unwrap_or_else(|| panic!("no {label:?} in {listed}")).trim_start_matches(':').trim();
        // Sizes are given in units, with the bytes in brackets behind them.
        let exact = value.split_once('(').map_or(value, |(_, bytes)| bytes);
        exact.split_whitespace().next().unwrap().parse().unwrap_or_else(|_| panic!("{label:?} in {listed}"))
    };
    assert_eq!(number("# Zstandard Frames"), report.frames + 1, "disk and footer");
    assert_eq!(number("# Skippable Frames"), 4, "header, index, trailer, seek table");
    assert_eq!(number("Compressed Size"), medv.len() as u64);
    assert_eq!(number("Decompressed Size"), image.bytes.len() as u64 + 512);
    assert!(listed.lines().any(|line| line.starts_with("Check: XXH64")), "{listed}");
}

#[test]
fn finds_a_flipped_bit_by_itself() {
    let scratch = Scratch::new();
    let mut medv = pack_file(&write(&scratch, Form::Raw, &large().bytes), &small_chunks()).0;
    let middle = medv.len() / 2;
    medv[middle] ^= 1;
    let path = scratch.write("disk.medv", &medv);
    assert!(!Command::new("zstd").args(["-t", "-q"]).arg(path).status().unwrap().success());
}
