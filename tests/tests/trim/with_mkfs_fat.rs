//! FAT, made by mkfs.fat, filled by mtools, judged by fsck.fat.

use medv_codec::volume::FileSystem;

use crate::image::{Image, assert_refused, assert_survives_damage, noise, number_after, run, trimmed};

/// Makes a FAT of `kib` KiB without files.
fn make(kib: u64, bits: &str, sectors_per_cluster: &str) -> Image {
    let image = Image::new(kib << 10);
    run("mkfs.fat", ["-F", bits, "-s", sectors_per_cluster, image.path().to_str().unwrap()]);
    image
}

mod with_mcopy {
    use super::*;

    const FILES: u64 = 20;

    fn content(file: u64, kib: u64) -> Vec<u8> {
        noise(file, usize::try_from((kib << 10) / 60 + file * 999).unwrap())
    }

    fn check(kib: u64, bits: &str, sectors_per_cluster: &str, expected: FileSystem) {
        let image = make(kib, bits, sectors_per_cluster);
        let path = image.path();
        let path = path.to_str().unwrap();
        for file in 0..FILES {
            let source = image.folder().join(format!("file{file}"));
            std::fs::write(&source, content(file, kib)).unwrap();
            run("mcopy", ["-i", path, source.to_str().unwrap(), "::/"]);
        }
        for file in (0..FILES).step_by(3) {
            run("mdel", ["-i", path, &format!("::/file{file}")]);
        }
        let (scribbled, free) = image.scribbled();
        assert_eq!(free.volumes()[0].file_system, expected);
        assert!(free.bytes() > kib << 8, "a quarter of the volume is free at least: {}", free.bytes());
        let path = scribbled.path();
        let path = path.to_str().unwrap();
        let said = run("fsck.fat", ["-n", "-v", path]);
        for file in (0..FILES).filter(|file| file % 3 != 0) {
            let copy = scribbled.folder().join(format!("file{file}"));
            run("mcopy", ["-i", path, &format!("::/file{file}"), copy.to_str().unwrap()]);
            assert!(std::fs::read(copy).unwrap() == content(file, kib), "file{file}");
        }
        // "/image: 14 files, 8030/65399 clusters"
        let (used, total) = said.rsplit_once(" files, ").unwrap().1.split_once('/').unwrap();
        let clusters = number_after(total, "") - number_after(used, "");
        assert_eq!(trimmed(&free), clusters * 512 * number_after(sectors_per_cluster, ""));
    }

    #[test]
    fn fat12() {
        check(6_000, "12", "8", FileSystem::Fat12);
    }

    #[test]
    fn fat12_with_clusters_of_512_bytes() {
        check(1_440, "12", "1", FileSystem::Fat12);
    }

    #[test]
    fn fat16() {
        check(40_000, "16", "4", FileSystem::Fat16);
    }

    #[test]
    fn fat32() {
        check(50_000, "32", "1", FileSystem::Fat32);
    }

    #[test]
    fn fat32_with_a_table_longer_than_one_read() {
        check(160_000, "32", "1", FileSystem::Fat32);
    }
}

#[test]
fn refused_when_not_cleanly_unmounted() {
    let fat16 = make(40_000, "16", "4").bytes();
    let table = usize::from(fat16[14]) * 512;
    let second = usize::from(fat16[22]) * 512;
    assert_refused(&fat16, "not cleanly unmounted", |bytes| bytes[37] |= 1);
    let both = |at: usize, value: u8| {
        move |bytes: &mut [u8]| (bytes[table + at], bytes[table + second + at]) = (value, value)
    };
    assert_refused(&fat16, "not cleanly unmounted", both(3, 0x7F));
    assert_refused(&fat16, "disk errors", both(3, 0xBF));
    assert_refused(&fat16, "media type", both(0, 0x12));
    assert_refused(&fat16, "tables differ", |bytes| bytes[table + 1000] = 5);
}

#[test]
fn refused_when_fat32_is_not_clean() {
    let fat32 = make(50_000, "32", "1").bytes();
    let table = usize::from(fat32[14]) * 512;
    let second = usize::try_from(u32::from_le_bytes(*fat32[36..].first_chunk().unwrap())).unwrap() * 512;
    let both =
        |value: u8| move |bytes: &mut [u8]| (bytes[table + 7], bytes[table + second + 7]) = (value, value);
    assert_refused(&fat32, "not cleanly unmounted", both(0x07));
    assert_refused(&fat32, "disk errors", both(0x0B));
    assert_refused(&fat32, "not cleanly unmounted", |bytes| bytes[65] |= 1);
    assert_refused(&fat32, "kept up to date", |bytes| bytes[40] |= 0x80);
}

#[test]
fn refused_when_its_sizes_do_not_fit() {
    let fat16 = make(40_000, "16", "4").bytes();
    assert_refused(&fat16[..20_000 << 10], "its partition has", |_| {});
    assert_refused(&fat16, "too short", |bytes| bytes[22] = 1);
}

#[test]
fn damage_of_any_kind_is_survived() {
    assert_survives_damage(&make(40_000, "16", "4").bytes(), 100 << 10);
}
