//! ext2, ext3 and ext4, made by mke2fs, changed by debugfs, judged by e2fsck and dumpe2fs.

use std::path::Path;

use medv_codec::volume::FileSystem;
use medv_tests::MemoryDisk;

use crate::image::{Image, assert_refused, assert_survives_damage, free, noise, number_after, run, trimmed};

const FILES: u64 = 60;

/// Makes a file system of `kib` KiB with files in it, and deletes every third of them again.
fn make(kib: u64, options: &[&str]) -> Image {
    let image = Image::new(kib << 10);
    let source = image.folder().join("source");
    std::fs::create_dir_all(source.join("folder")).unwrap();
    for file in 0..FILES {
        std::fs::write(source.join(name(file)), content(file)).unwrap();
    }
    let (source, path) = (source.to_str().unwrap(), image.path());
    let path = path.to_str().unwrap();
    run("mke2fs", [&["-q", "-F", "-d", source], options, &[path, &format!("{kib}k")]].concat());
    let commands: Vec<_> = (0..FILES).step_by(3).map(|file| format!("rm {}", name(file))).collect();
    let script = image.folder().join("script");
    std::fs::write(&script, commands.join("\n")).unwrap();
    run("debugfs", ["-w", "-f", script.to_str().unwrap(), path]);
    run("e2fsck", ["-fn", path]);
    image
}

fn name(file: u64) -> String {
    if file.is_multiple_of(2) { format!("file{file}") } else { format!("folder/file{file}") }
}

fn content(file: u64) -> Vec<u8> {
    noise(file, usize::try_from(file * file * 37 + file % 5 * 20_000).unwrap())
}

fn assert_files_are_whole(image: &Path) {
    for file in (0..FILES).filter(|file| !file.is_multiple_of(3)) {
        let copy = image.with_file_name("copy");
        run("debugfs", ["-R", &format!("dump {} {}", name(file), copy.display()), image.to_str().unwrap()]);
        assert!(std::fs::read(copy).unwrap() == content(file), "{}", name(file));
    }
}

fn check(kib: u64, options: &[&str], expected: FileSystem) -> Image {
    let image = make(kib, options);
    let (scribbled, free) = image.scribbled();
    assert_eq!(free.volumes()[0].file_system, expected);
    assert!(free.bytes() > kib << 8, "a quarter of the volume is free at least: {}", free.bytes());
    let path = scribbled.path();
    run("e2fsck", ["-fn", path.to_str().unwrap()]);
    assert_files_are_whole(&path);
    let header = run("dumpe2fs", ["-h", path.to_str().unwrap()]);
    let expected = number_after(&header, "Free blocks:") * number_after(&header, "Block size:");
    assert_eq!(trimmed(&free), expected);
    image
}

#[test]
fn ext2_with_blocks_of_1_kib() {
    check(40_000, &["-t", "ext2", "-b", "1024"], FileSystem::Ext2);
}

#[test]
fn ext2_with_blocks_of_4_kib_and_a_copy_of_the_superblock_in_every_group() {
    check(
        40_000,
        &["-t", "ext2", "-b", "4096", "-g", "1024", "-O", "^sparse_super,^resize_inode"],
        FileSystem::Ext2,
    );
}

#[test]
fn ext2_of_revision_0() {
    check(40_000, &["-t", "ext2", "-r", "0", "-b", "1024", "-O", "none"], FileSystem::Ext2);
}

#[test]
fn ext3_with_blocks_of_1_kib() {
    check(60_000, &["-t", "ext3", "-b", "1024"], FileSystem::Ext3);
}

#[test]
fn ext4_with_blocks_of_1_kib() {
    check(60_000, &["-t", "ext4", "-b", "1024"], FileSystem::Ext4);
}

#[test]
fn ext4_with_blocks_of_4_kib() {
    check(60_000, &["-t", "ext4", "-b", "4096"], FileSystem::Ext4);
}

#[test]
fn ext4_with_many_groups_and_64_bit_block_numbers() {
    check(60_000, &["-t", "ext4", "-b", "4096", "-g", "1024", "-O", "64bit"], FileSystem::Ext4);
}

#[test]
fn ext4_with_32_bit_block_numbers_and_without_checksums() {
    let options = ["-t", "ext4", "-b", "4096", "-g", "1024", "-O", "^64bit,^metadata_csum,^uninit_bg"];
    check(60_000, &options, FileSystem::Ext4);
}

#[test]
fn ext4_with_uninitialised_groups_guarded_by_crc16() {
    let image =
        check(90_000, &["-t", "ext4", "-b", "1024", "-O", "^metadata_csum,uninit_bg"], FileSystem::Ext4);
    assert!(run("dumpe2fs", [image.path()]).contains("BLOCK_UNINIT"), "nothing was tested");
}

#[test]
fn ext4_with_uninitialised_groups_and_flexible_groups_of_four() {
    let image = check(200_000, &["-t", "ext4", "-b", "1024", "-G", "4"], FileSystem::Ext4);
    assert!(run("dumpe2fs", [image.path()]).contains("BLOCK_UNINIT"), "nothing was tested");
}

#[test]
fn ext4_without_flexible_groups() {
    let image = check(90_000, &["-t", "ext4", "-b", "1024", "-O", "^flex_bg"], FileSystem::Ext4);
    assert!(run("dumpe2fs", [image.path()]).contains("BLOCK_UNINIT"), "nothing was tested");
}

#[test]
fn ext4_with_group_descriptors_in_their_groups() {
    let options = ["-t", "ext4", "-b", "1024", "-g", "256", "-O", "meta_bg,^resize_inode"];
    check(60_000, &options, FileSystem::Ext4);
}

#[test]
fn ext4_with_group_descriptors_in_their_groups_and_large_blocks() {
    let options = ["-t", "ext4", "-b", "4096", "-g", "256", "-O", "meta_bg,^resize_inode,^flex_bg"];
    check(200_000, &options, FileSystem::Ext4);
}

#[test]
fn ext4_with_two_copies_of_the_superblock() {
    let options = ["-t", "ext4", "-b", "1024", "-O", "sparse_super2,^resize_inode"];
    check(90_000, &options, FileSystem::Ext4);
}

#[test]
fn ext4_without_a_journal_and_a_short_last_group() {
    check(65_793, &["-t", "ext4", "-b", "1024", "-O", "^has_journal"], FileSystem::Ext4);
}

#[test]
fn ext4_with_every_further_feature_we_know() {
    let options = ["-t", "ext4", "-b", "4096", "-I", "256", "-O"];
    let features = "inline_data,ea_inode,large_dir,casefold,encrypt,verity,mmp,metadata_csum_seed";
    check(60_000, &[&options[..], &[features]].concat(), FileSystem::Ext4);
}

/// Changes a superblock field of a clean ext4.
fn refused(reason: &str, at: usize, change: impl FnOnce(&mut [u8])) {
    let image = make(20_000, &["-t", "ext4", "-b", "1024"]);
    assert_refused(&image.bytes(), reason, |bytes| change(&mut bytes[1024 + at..]));
}

#[test]
fn refused_when_not_cleanly_unmounted() {
    refused("not cleanly unmounted", 58, |state| state[0] = 0);
}

#[test]
fn refused_when_it_has_errors() {
    refused("has errors", 58, |state| state[0] = 3);
}

#[test]
fn refused_when_the_journal_needs_recovery() {
    refused("journal was not replayed", 96, |incompat| incompat[0] |= 4);
}

#[test]
fn refused_when_orphans_are_left() {
    refused("deleted files", 232, |orphan| orphan[0] = 12);
}

#[test]
fn refused_when_the_orphan_file_is_in_use() {
    refused("deleted files", 100, |ro_compat| ro_compat[2] |= 1);
}

#[test]
fn refused_with_unknown_features() {
    refused("unknown features", 96, |incompat| incompat[3] |= 0x80);
    refused("unknown features", 100, |ro_compat| ro_compat[3] |= 0x80);
}

#[test]
fn refused_when_the_journal_is_on_another_device() {
    refused("another device", 224, |inode| inode[0] = 0);
}

#[test]
fn refused_when_longer_than_its_partition() {
    refused("its partition has", 4, |blocks| blocks[3] = 1);
}

#[test]
fn refused_when_counts_and_bitmap_differ() {
    // The free blocks of group 0.
    refused("says it has", 1024 + 12, |count| count[0] ^= 1);
}

#[test]
fn refused_when_the_bitmap_frees_metadata() {
    let image = make(20_000, &["-t", "ext2", "-b", "1024"]);
    let groups = run("dumpe2fs", [image.path()]);
    let bitmap = usize::try_from(number_after(&groups, "Block bitmap at ")).unwrap() * 1024;
    assert_refused(&image.bytes(), "hold metadata", |bytes| bytes[bitmap] &= !1);
}

#[test]
fn refused_when_blocks_are_allocated_in_clusters() {
    let image = make(60_000, &["-t", "ext4", "-b", "1024", "-O", "bigalloc", "-C", "16384"]);
    assert_refused(&image.bytes(), "bigalloc", |_| {});
}

#[test]
fn refused_when_truncated() {
    let image = make(20_000, &["-t", "ext4", "-b", "1024"]);
    assert_refused(&image.bytes()[..10_000 << 10], "its partition has", |_| {});
}

#[test]
fn a_journal_device_is_no_volume() {
    let image = Image::new(20_000 << 10);
    run("mke2fs", ["-q", "-F", "-O", "journal_dev", image.path().to_str().unwrap()]);
    let free = free(&MemoryDisk(image.bytes()));
    assert_eq!(free.bytes(), 0);
}

#[test]
fn damage_of_any_kind_is_survived() {
    assert_survives_damage(&make(20_000, &["-t", "ext4", "-b", "1024"]).bytes(), 64 << 10);
}
