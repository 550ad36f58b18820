//! What comes out of a `.medv` is, for qemu too, the disk that went in.

use std::path::{Path, PathBuf};
use std::process::Command;

use medv_codec::disk::{DiskForm, OpenOptions, OpenedDisk, open};
use medv_codec::expand::TargetForm;
use medv_format::vhd::{CreatorApplication, Footer, Geometry, Timestamp, Uuid};
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::engine::{at_random, expand_into, pack_file, small_chunks};
use medv_tests::images::{islands, mixed, whole_sectors};
use medv_tests::vhd_builder::{Scratch, assert_same, dynamic, fixed_with, pattern, read_all};

/// Runs qemu-img, which must succeed, and gives its output.
fn qemu_img(arguments: &[&str]) -> String {
    let output = Command::new("qemu-img").args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("qemu-img: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "qemu-img {arguments:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn size_of(path: &Path, format: &str) -> u64 {
    let info = qemu_img(&["info", "-f", format, "--output=json", utf8(path)]);
    let info: serde_json::Value = serde_json::from_str(&info).unwrap();
    info["virtual-size"].as_u64().unwrap()
}

/// For qemu, these are the same disk, of the same size.
fn assert_same_disk(one: (&Path, &str), other: (&Path, &str)) {
    assert_eq!(size_of(one.0, one.1), size_of(other.0, other.1));
    qemu_img(&["compare", "-f", one.1, "-F", other.1, utf8(one.0), utf8(other.0)]);
}

fn opened(path: &Path) -> OpenedDisk {
    open(path, &OpenOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn packed(scratch: &Scratch, source: &Path) -> PathBuf {
    scratch.write("disk.medv", &pack_file(source, &small_chunks()).0)
}

/// Everything in a footer that says which disk it is and who made it.
fn identity(footer: &Footer) -> (Uuid, Geometry, CreatorApplication, u32, [u8; 4], u64, u64, Timestamp) {
    (
        footer.uuid,
        footer.geometry,
        footer.creator_application,
        footer.creator_version,
        footer.creator_host_os,
        footer.original_size,
        footer.current_size,
        footer.timestamp,
    )
}

#[test]
fn every_form_expands_into_every_form() {
    let images = whole_sectors().into_iter().filter(|image| image.bytes.len() < 4 << 20);
    for image in images {
        for form in FORMS {
            let scratch = Scratch::new();
            let source = write(&scratch, form, &image.bytes);
            let medv = packed(&scratch, &source);
            let raw = scratch.write("expected.img", &image.bytes);
            for (wanted, kind, format) in [
                (TargetForm::Dynamic, DiskForm::Dynamic, "vpc"),
                (TargetForm::Fixed, DiskForm::Fixed, "vpc"),
                (TargetForm::Raw, DiskForm::Raw, "raw"),
            ] {
                let target = scratch.path(&format!("{wanted:?}"));
                let report = expand_into(at_random(&medv), &target, wanted);
                let what = format!("{form:?} to {wanted:?}, {}", image.name);
                assert_eq!((report.form, report.virtual_size), (wanted, image.bytes.len() as u64), "{what}");
                let ours = opened(&target);
                assert_eq!(ours.form, kind, "{what}");
                assert_same(&read_all(&*ours.disk), &image.bytes);
                assert_same_disk((&target, format), (&raw, "raw"));
            }
        }
    }
}

/// A footer with nothing in it that we would have written ourselves.
fn foreign(footer: &mut Footer) {
    footer.uuid = Uuid(*b"someone else's..");
    footer.timestamp = Timestamp(424_242_424);
    footer.creator_application = CreatorApplication(*b"d2v ");
    footer.creator_version = 0x0002_0001;
    footer.creator_host_os = *b"Mac ";
    footer.original_size += 1 << 20;
}

#[test]
fn the_same_form_keeps_the_footers_identity() {
    let disk = mixed(21, (5 << 20) + 512 * 3);
    let fixed_source = fixed_with(&disk, |footer| {
        foreign(footer);
        footer.geometry = Geometry { cylinders: 162, heads: 4, sectors: 17 };
    });
    let mut dynamic_source = dynamic(disk.len() as u64, 2 << 20);
    foreign(&mut dynamic_source.footer);
    for (index, block) in (0..).zip(disk.chunks(2 << 20)) {
        dynamic_source = dynamic_source.block(index, block);
    }
    for (kind, source) in [(DiskForm::Fixed, fixed_source), (DiskForm::Dynamic, dynamic_source.build().bytes)]
    {
        let scratch = Scratch::new();
        let path = scratch.write("source.vhd", &source);
        let (before, target) = (opened(&path), scratch.path("target.vhd"));
        expand_into(at_random(&packed(&scratch, &path)), &target, TargetForm::Same);
        let after = opened(&target);
        assert_eq!(after.form, kind);
        let (before, after_footer) = (before.footer.unwrap(), after.footer.as_ref().unwrap());
        assert_eq!(identity(&before), identity(after_footer), "{kind}");
        assert_same(&read_all(&*after.disk), &disk);
        assert_same_disk((&path, "vpc"), (&target, "vpc"));
        if kind == DiskForm::Fixed {
            assert_same(&std::fs::read(&target).unwrap(), &source);
        }
    }
}

#[test]
fn a_dynamic_disk_keeps_its_block_size_and_its_absent_blocks() {
    for block_size in [64 << 10, 512 << 10, 2 << 20] {
        let scratch = Scratch::new();
        let disk = islands(5, 12 << 20);
        let source = write(&scratch, Form::Dynamic(block_size), &disk);
        let target = scratch.path("target.vhd");
        expand_into(at_random(&packed(&scratch, &source)), &target, TargetForm::Same);
        let after = opened(&target);
        assert_eq!(after.dynamic_header.as_ref().unwrap().block_size, block_size);
        let absent = (0..disk.len()).step_by(block_size as usize).filter(|at| {
            let end = disk.len().min(at + block_size as usize);
            disk[*at..end].iter().all(|byte| *byte == 0)
        });
        let present = disk.len().div_ceil(block_size as usize) - absent.count();
        let room = target.metadata().unwrap().len();
        let data = present as u64 * u64::from(block_size);
        assert!(room >= data && room < data + present as u64 * 8192 + (64 << 10), "{room} for {data}");
        let raw = scratch.write("expected.img", &disk);
        assert_same_disk((&target, "vpc"), (&raw, "raw"));
    }
}

#[test]
fn what_qemu_made_comes_back_as_qemu_knows_it() {
    for form in ["fixed", "dynamic"] {
        let scratch = Scratch::new();
        let raw = scratch.write("disk.img", &pattern(3, 7 << 20));
        let source = scratch.path("qemu.vhd");
        let subformat = format!("subformat={form}");
        qemu_img(&["convert", "-f", "raw", "-O", "vpc", "-o", &subformat, utf8(&raw), utf8(&source)]);
        let target = scratch.path("target.vhd");
        expand_into(at_random(&packed(&scratch, &source)), &target, TargetForm::Same);
        assert_same_disk((&source, "vpc"), (&target, "vpc"));
        let (before, after) = (opened(&source), opened(&target));
        assert_eq!(identity(&before.footer.unwrap()), identity(&after.footer.unwrap()));
        assert_eq!(before.form, after.form);
    }
}
