//! How large a disk is: oddities 12 to 18.

use std::fs::File;

use medv_codec::ErrorKind;
use medv_codec::disk::{DiskForm, OpenOptions, Severity, open};
use medv_format::vhd::{CreatorApplication, Footer, Geometry, LARGEST_DISK, SizeRule, Timestamp};
use medv_format::{DiskOffset, FileOffset, Limits};
use medv_tests::vhd_builder::{
    Scratch, UUID, assert_same, dynamic, examined, finding, fixed, fixed_with, opens, opens_with, pattern,
    refused,
};

const MIB: usize = 1 << 20;

fn by(rule: SizeRule) -> OpenOptions {
    OpenOptions { size_rule: rule, ..OpenOptions::default() }
}

#[test]
fn trap_12_the_creator_decides_which_size_counts() {
    let payload = pattern(12, MIB);
    let by_geometry = 2040 * 512;
    for (creator, expected) in [
        (b"vpc ", by_geometry),
        (b"qemu", by_geometry),
        (b"win ", MIB),
        (b"qem2", MIB),
        (b"d2v ", MIB),
        (b"tap\0", MIB),
        (b"CTXS", MIB),
        (b"vbox", MIB),
        (b"wa\0\0", MIB),
        (b"vs  ", MIB),
        (b"\0\0\0\0", MIB),
        (b"else", MIB),
    ] {
        let bytes = fixed_with(&payload, |footer| footer.creator_application = CreatorApplication(*creator));
        let opened = opens(&bytes);
        assert_same(&opened.bytes(), &payload[..expected]);
        let said = finding(&opened.opened.findings, "two-sizes").severity;
        assert_eq!(said, if expected == MIB { Severity::Note } else { Severity::Warning });
        let sizes = opened.opened.sizes.unwrap();
        assert_eq!((sizes.by_geometry, sizes.by_field), (by_geometry as u64, MIB as u64));
        assert_same(&opens_with(&bytes, &by(SizeRule::CurrentSize)).bytes(), &payload);
        assert_same(&opens_with(&bytes, &by(SizeRule::Geometry)).bytes(), &payload[..by_geometry]);
    }
}

#[test]
fn trap_12_data_that_the_smaller_size_hides_is_reported() {
    let by_creator = |footer: &mut Footer| footer.creator_application = CreatorApplication::VIRTUAL_PC;
    let bytes = fixed_with(&pattern(12, MIB), by_creator);
    assert!(opens(&bytes).codes().contains(&"bytes-behind-disk"));
    let examination = examined(&bytes, &OpenOptions::default());
    let found = finding(&examination.findings, "data-behind-end");
    assert!(found.message.contains(&format!("byte {}", 2040 * 512)), "{}", found.message);

    let examination = examined(&fixed_with(&vec![0; MIB], by_creator), &OpenOptions::default());
    assert!(examination.findings.iter().all(|finding| finding.code != "data-behind-end"));
}

#[test]
fn trap_12_a_fixed_disk_shorter_than_its_size_is_damaged() {
    let error = refused(
        &fixed_with(&pattern(12, MIB), |footer| footer.current_size += 1),
        12,
        "fixed-disk-too-short",
    );
    assert_eq!((error.kind(), error.offset().unwrap().get()), (ErrorKind::Damaged, MIB as u64));
    assert!(error.to_string().contains("found 1048576") & error.to_string().contains("expected"), "{error}");
}

#[test]
fn trap_13_a_geometry_at_its_maximum_does_not_count() {
    let scratch = Scratch::new();
    let size = 200_u64 << 30;
    let mut disk = dynamic(size, 1 << 21);
    disk.footer.creator_application = CreatorApplication::VIRTUAL_PC;
    assert_eq!(disk.footer.geometry, Geometry::MAX);
    let opened = open(&scratch.write("disk.vhd", &disk.build().bytes), &OpenOptions::default()).unwrap();
    assert_eq!(opened.disk.virtual_size(), size);
    assert_eq!(finding(&opened.findings, "geometry-at-maximum").trap, 13);
}

#[test]
fn trap_14_geometries_of_known_sizes() {
    for (sectors, cylinders, heads, per_track, lost) in [
        (2048, 30, 4, 17, 8),
        (131_072, 963, 8, 17, 104),
        (1024 * 16 * 63, 1024, 16, 63, 0),
        (2 << 20, 2080, 16, 63, 512),
        (40 << 20, 41610, 16, 63, 160),
        (80 << 20, 20560, 16, 255, 1280),
        (254 << 20, 65278, 16, 255, 4064),
    ] {
        let geometry = Footer::new_fixed(sectors * 512, UUID, Timestamp(0)).geometry;
        assert_eq!(geometry, Geometry { cylinders, heads, sectors: per_track });
        assert_eq!(sectors - geometry.total_sectors(), lost);
    }
}

#[test]
fn trap_15_disks_that_azure_would_refuse_are_named() {
    let said = |bytes: &[u8]| {
        let examination = examined(bytes, &OpenOptions::default());
        examination.findings.iter().any(|finding| finding.code == "not-for-azure")
    };
    assert!(!said(&fixed(&vec![0; MIB])));
    assert!(said(&fixed(&vec![0; MIB + 512])));
    assert!(said(&dynamic(MIB as u64, 1 << 21).build().bytes));
}

#[test]
fn trap_16_disks_up_to_the_limit() {
    let scratch = Scratch::new();
    let open_of_size = |size: u64, limits: Limits| {
        let path = scratch.write("disk.vhd", &dynamic(size, 1 << 21).build().bytes);
        open(&path, &OpenOptions { limits, ..OpenOptions::default() })
    };
    let largest = open_of_size(LARGEST_DISK, Limits::default()).unwrap();
    assert_eq!(largest.disk.virtual_size(), 2040 << 30);
    assert!(largest.findings.iter().all(|finding| finding.code != "over-2040-gib"));
    assert_eq!(largest.disk.next_extent(DiskOffset::ZERO).unwrap(), None);

    let larger = open_of_size(LARGEST_DISK + 512, Limits::default()).unwrap();
    finding(&larger.findings, "over-2040-gib");

    let limits = Limits { virtual_size: 1 << 30, ..Limits::default() };
    let error = open_of_size((1 << 30) + 1, limits).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn trap_16_a_raw_image_over_the_limit_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.path("disk.img");
    File::create(&path).unwrap().set_len((2 << 40) + 1).unwrap();
    let error = open(&path, &OpenOptions::default()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn trap_17_every_byte_of_an_odd_size_is_kept() {
    for size in [1, 511, 513, 1000, 70_001] {
        let payload = pattern(17, size);
        let opened = opens(&fixed(&payload));
        opened.is(DiskForm::Fixed, &payload);
        finding(&opened.opened.findings, "odd-size");

        let mut padded = payload.clone();
        padded.resize(size.next_multiple_of(512), 0);
        let opened = opens(&fixed_with(&padded, |footer| footer.current_size = size as u64));
        assert_same(&opened.bytes(), &payload);
        assert!(!opened.codes().contains(&"bytes-behind-disk"));

        let mut sparse = dynamic(size as u64, 1 << 16);
        for (index, data) in (0..).zip(payload.chunks(1 << 16)) {
            sparse = sparse.block(index, data);
        }
        assert_same(&opens(&sparse.build().bytes).bytes(), &payload);
    }
}

#[test]
fn trap_17_the_last_block_may_be_partial() {
    let size = (3 << 16) + 512;
    let last = pattern(17, 1 << 16);
    let opened = opens(&dynamic(size, 1 << 16).block(3, &last).build().bytes);
    let mut expected = vec![0; usize::try_from(size).unwrap()];
    expected[3 << 16..].copy_from_slice(&last[..512]);
    assert_same(&opened.bytes(), &expected);
    finding(&opened.opened.findings, "last-block-partial");
}

#[test]
fn trap_18_the_original_size_is_never_used() {
    let payload = pattern(18, 4096);
    for original in [0, 512, u64::MAX] {
        let opened = opens(&fixed_with(&payload, |footer| footer.original_size = original));
        assert_same(&opened.bytes(), &payload);
        assert_eq!(finding(&opened.opened.findings, "resized").trap, 18);
    }
}

#[test]
fn a_disk_of_no_bytes_is_a_disk() {
    let opened = opens(&fixed(&[]));
    assert_eq!(opened.opened.disk.next_extent(DiskOffset::ZERO).unwrap(), None);
    assert_eq!(opened.opened.disk.virtual_size(), 0);
    let footer = opened.opened.footer.as_ref().unwrap().as_dynamic(FileOffset::new(512));
    assert_eq!(footer.current_size, 0);
}
