//! NTFS, made by mkntfs, filled by ntfscp, judged by ntfscat, ntfsinfo and ntfsresize.

use medv_codec::volume::FileSystem;

use crate::image::{Image, assert_refused, assert_survives_damage, noise, number_after, run, trimmed};

const FILES: u64 = 24;

/// Makes an NTFS of `kib` KiB with files in it, and cuts every third of them short again.
fn make(kib: u64, cluster: &str) -> Image {
    let image = Image::new(kib << 10);
    let path = image.path();
    let path = path.to_str().unwrap();
    run("mkntfs", ["-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "16", "-S", "63", "-c", cluster, path]);
    for file in 0..FILES {
        copy(&image, &format!("file{file}"), &noise(1000 + file, 700_000));
        copy(&image, &format!("file{file}"), &content(file));
    }
    image
}

fn copy(image: &Image, name: &str, content: &[u8]) {
    let source = image.folder().join("source");
    std::fs::write(&source, content).unwrap();
    run("ntfscp", ["-f", "-q", image.path().to_str().unwrap(), source.to_str().unwrap(), name]);
}

fn content(file: u64) -> Vec<u8> {
    let kept = if file.is_multiple_of(3) { 100 } else { 600_000 + file * 4001 };
    noise(file, usize::try_from(kept).unwrap())
}

fn check(kib: u64, cluster: &str) {
    let image = make(kib, cluster);
    let (scribbled, free) = image.scribbled();
    assert_eq!(free.volumes()[0].file_system, FileSystem::Ntfs);
    assert!(free.bytes() > kib << 8, "a quarter of the volume is free at least: {}", free.bytes());
    let path = scribbled.path();
    let path = path.to_str().unwrap();
    run("ntfsresize", ["--info", "--force", "--no-progress-bar", path]);
    for file in 0..FILES {
        let copy =
            std::process::Command::new("ntfscat").args([path, &format!("file{file}")]).output().unwrap();
        assert!(copy.stdout == content(file), "file{file}");
    }
    let info = run("ntfsinfo", ["-m", path]);
    let expected = number_after(&info, "Free Clusters:") * number_after(&info, "Cluster Size:");
    assert_eq!(trimmed(&free), expected);
    // Nothing of the copy of the boot sector is free.
    let last = free.extents().last().unwrap().end.get();
    assert!(last <= (kib << 10) - 512, "{last}");
}

#[test]
fn clusters_of_512_bytes() {
    check(40_000, "512");
}

#[test]
fn clusters_of_4_kib() {
    check(60_000, "4096");
}

#[test]
fn clusters_of_64_kib() {
    check(120_000, "65536");
}

#[test]
fn a_directory_of_several_blocks() {
    let image = make(60_000, "4096");
    for file in 0..200 {
        copy(&image, &format!("one of many files with a long name, number {file}"), b"x");
    }
    let (_, free) = image.scribbled();
    let info = run("ntfsinfo", ["-m", image.path().to_str().unwrap()]);
    assert_eq!(trimmed(&free), number_after(&info, "Free Clusters:") * 4096);
    // Now far from the root of the directory's tree.
    copy(&image, "HiberFil.sys", &[b"HIBR".to_vec(), vec![0; 8192]].concat());
    assert_refused(&image.bytes(), "hibernated", |_| {});
}

/// Where file record `index` is in an image with its master file table at cluster 4.
fn record(bytes: &[u8], index: usize) -> usize {
    let cluster = usize::from(bytes[13]) * 512;
    let mft = usize::try_from(u64::from_le_bytes(*bytes[48..].first_chunk().unwrap())).unwrap();
    mft * cluster + index * 1024
}

/// Where the attribute of type `kind` starts in the record at `record`.
fn attribute(bytes: &[u8], record: usize, kind: u8) -> usize {
    let mut at = record + usize::from(bytes[record + 20]);
    while bytes[at] != kind {
        at += usize::try_from(u32::from_le_bytes(*bytes[at + 4..].first_chunk().unwrap())).unwrap();
    }
    at
}

/// Where the value of the volume's version and flags is.
fn volume_information(bytes: &[u8]) -> usize {
    let at = attribute(bytes, record(bytes, 3), 0x70);
    at + usize::from(bytes[at + 20])
}

/// Where the content of the journal is.
fn journal(bytes: &[u8]) -> usize {
    run_start(bytes, attribute(bytes, record(bytes, 2), 0x80))
}

/// Where the first run of the attribute at `at` is.
fn run_start(bytes: &[u8], at: usize) -> usize {
    let run = at + usize::from(bytes[at + 32]);
    let (length, start) = (usize::from(bytes[run] & 15), usize::from(bytes[run] >> 4));
    let lcn =
        bytes[run + 1 + length..][..start].iter().rev().fold(0, |lcn, byte| lcn << 8 | usize::from(*byte));
    lcn * usize::from(bytes[13]) * 512
}

/// Writes a restart page into the journal: its version, its client in use, its flags.
fn write_restart_page(page: &mut [u8], version: u8, in_use: u16, flags: u8) {
    page[..4096].fill(0);
    page[..4].copy_from_slice(b"RSTR");
    page[4..8].copy_from_slice(&[30, 0, 9, 0]);
    page[16..26].copy_from_slice(&[0, 16, 0, 0, 0, 16, 0, 0, 48, 0]);
    page[26] = u8::from(version == 1);
    page[28] = version;
    page[30] = 1;
    page[56] = 1;
    page[60..62].copy_from_slice(&in_use.to_le_bytes());
    page[62] = flags;
    for sector in 1..=8 {
        page[sector * 512 - 2] = 1;
    }
}

fn with_journal(bytes: &mut [u8], version: u8, in_use: u16, flags: u8) {
    let at = journal(bytes);
    write_restart_page(&mut bytes[at..], version, in_use, flags);
    write_restart_page(&mut bytes[at + 4096..], version, in_use, flags);
}

#[test]
fn refused_when_dirty() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "marked dirty", |bytes| bytes[volume_information(bytes) + 10] |= 1);
    assert_refused(&bytes, "marked dirty", |bytes| bytes[volume_information(bytes) + 11] |= 0x40);
}

#[test]
fn refused_when_of_an_unknown_version() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "version 3.2", |bytes| bytes[volume_information(bytes) + 9] = 2);
}

#[test]
fn refused_when_the_journal_is_open() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "not closed cleanly", |bytes| with_journal(bytes, 1, 0, 0));
    assert_refused(&bytes, "journal version", |bytes| with_journal(bytes, 2, 0xFFFF, 2));
    assert_refused(&bytes, "emptied only in part", |bytes| bytes[journal(bytes) + 4096] = 0);
}

#[test]
fn a_journal_that_was_closed_is_no_reason_to_refuse() {
    let image = make(40_000, "4096");
    for (in_use, flags) in [(0xFFFF, 0), (0, 2)] {
        let mut bytes = image.bytes();
        with_journal(&mut bytes, 1, in_use, flags);
        assert!(trimmed(&Image::from_bytes(&bytes).scribbled().1) > 0);
    }
}

#[test]
fn refused_when_hibernated() {
    let clean = make(40_000, "4096").bytes();
    let with_hiberfil = |content: &[u8]| {
        let image = Image::from_bytes(&clean);
        copy(&image, "hiberfil.sys", content);
        image
    };
    let zeros = vec![0; 100_000];
    for magic in [&b"hibr"[..], b"HIBR", b"RSTR", b"\x01"] {
        assert_refused(&with_hiberfil(&[magic, &zeros].concat()).bytes(), "hibernated", |_| {});
    }
    for magic in [&b""[..], b"wake", b"WAKE"] {
        let image = with_hiberfil(&[magic, &zeros].concat());
        assert!(trimmed(&image.scribbled().1) > 0, "{magic:?}");
    }
    assert_refused(&with_hiberfil(b"short").bytes(), "hibernated", |_| {});
}

#[test]
fn refused_when_longer_than_its_partition() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "its partition has", |bytes| bytes[43] = 1);
    assert_refused(&bytes[..bytes.len() / 2], "its partition has", |_| {});
}

#[test]
fn refused_when_the_bitmap_is_too_short() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "too short", |bytes| {
        let at = attribute(bytes, record(bytes, 6), 0x80);
        bytes[at + 48..at + 56].copy_from_slice(&100u64.to_le_bytes());
    });
    // Data that was never written reads as zeros: all free.
    assert_refused(&bytes, "too short", |bytes| {
        let at = attribute(bytes, record(bytes, 6), 0x80);
        bytes[at + 56..at + 64].copy_from_slice(&100u64.to_le_bytes());
    });
}

#[test]
fn refused_when_the_bitmap_is_compressed() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "compressed", |bytes| bytes[attribute(bytes, record(bytes, 6), 0x80) + 12] = 1);
}

#[test]
fn refused_when_a_record_was_written_in_part() {
    let bytes = make(40_000, "4096").bytes();
    for index in [0, 2, 3, 5, 6] {
        assert_refused(&bytes, "different writes", |bytes| bytes[record(bytes, index) + 511] ^= 1);
    }
}

/// Moves the content attribute of record 6, the map of clusters, to record 16, as in a volume whose map is in so many
/// pieces that one record cannot name them.
fn move_map_to_an_extension(bytes: &mut [u8], base: u8) {
    let (first, extension) = (record(bytes, 6), record(bytes, 16));
    let data = attribute(bytes, first, 0x80);
    let length = usize::from(bytes[data + 4]);
    let content = bytes[data..data + length].to_vec();
    let mut list = vec![0; 56];
    list[0] = 0x20;
    list[4] = 56;
    list[16] = 32;
    list[20] = 24;
    list[24] = 0x80;
    list[28] = 32;
    list[31] = 26;
    list[40] = 16;
    list[46] = 9;
    for (at, attribute) in [(data, list), (extension + 56, content)] {
        bytes[at..at + attribute.len()].copy_from_slice(&attribute);
        bytes[at + attribute.len()..][..4].fill(0xFF);
    }
    let used = |attributes: usize| u16::try_from(attributes + 8).unwrap().to_le_bytes();
    bytes[first + 24..first + 26].copy_from_slice(&used(data - first + 56));
    let header = &mut bytes[extension..extension + 56];
    header.fill(0);
    header[..8].copy_from_slice(b"FILE\x30\0\x03\0");
    header[16] = 9;
    header[20] = 56;
    header[22] = 1;
    header[24..26].copy_from_slice(&used(56 + length));
    header[32] = base;
    for sector in [510, 1022] {
        bytes[extension + sector..][..2].fill(0);
    }
}

#[test]
fn attributes_in_extension_records_are_followed() {
    let image = make(40_000, "4096");
    let mut bytes = image.bytes();
    move_map_to_an_extension(&mut bytes, 6);
    assert_eq!(trimmed(&Image::from_bytes(&bytes).scribbled().1), trimmed(&image.scribbled().1));
    assert_refused(&image.bytes(), "of another file", |bytes| move_map_to_an_extension(bytes, 7));
    assert_refused(&bytes, "was reused", |bytes| bytes[record(bytes, 16) + 16] = 8);
    assert_refused(&bytes, "not in use", |bytes| bytes[record(bytes, 16) + 22] = 0);
}

#[test]
fn refused_when_the_bitmap_frees_metadata() {
    let bytes = make(40_000, "4096").bytes();
    assert_refused(&bytes, "hold metadata", |bytes| {
        let at = attribute(bytes, record(bytes, 6), 0x80);
        let map = run_start(bytes, at);
        bytes[map] &= !1;
    });
}

#[test]
fn refused_when_it_has_shadow_copies() {
    const IDENTIFIER: &[u8] = b"\x6B\x87\x08\x38\x76\xC1\x48\x4E\xB7\xAE\x04\x04\x6E\x6C\xC7\x52";
    let clean = make(40_000, "4096").bytes();
    let catalog = clean.len() - (1 << 20);
    // A catalog with one place: emptied, a copy, or a next block that is the same again.
    let with_catalog = |bytes: &mut [u8], entry: u8, next: usize| {
        bytes[0x1E00..0x1E10].copy_from_slice(IDENTIFIER);
        bytes[0x1E30..0x1E38].copy_from_slice(&(catalog as u64).to_le_bytes());
        let block = &mut bytes[catalog..catalog + 16384];
        block.fill(0);
        block[..16].copy_from_slice(IDENTIFIER);
        block[20] = 2;
        block[40..48].copy_from_slice(&(next as u64).to_le_bytes());
        block[128] = entry;
    };
    assert_refused(&clean, "shadow copies", |bytes| with_catalog(bytes, 2, 0));
    assert_refused(&clean, "does not end", |bytes| with_catalog(bytes, 1, catalog));
    assert_refused(&clean, "catalog", |bytes| {
        with_catalog(bytes, 1, 0);
        bytes[catalog] = 0;
    });
    let mut emptied = clean.clone();
    with_catalog(&mut emptied, 1, 0);
    assert!(trimmed(&Image::from_bytes(&emptied).scribbled().1) > 0);
}

#[test]
fn damage_of_any_kind_is_survived() {
    assert_survives_damage(&make(40_000, "4096").bytes(), 128 << 10);
}
