//! Partition tables, made by sfdisk.

use std::io::Write;
use std::process::{Command, Stdio};

use medv_codec::volume::{FileSystem, Outcome, Partition, PartitionTable, Scheme, partitions};
use medv_format::DiskOffset;
use medv_tests::MemoryDisk;

use crate::image::{Image, free, run};

/// A disk of `mib` MiB, divided as `script` says.
fn make(mib: u64, script: &str) -> Image {
    let image = Image::new(mib << 20);
    let mut sfdisk = Command::new("sfdisk");
    sfdisk.args(["--quiet", "--no-reread", "--no-tell-kernel"]).arg(image.path());
    let mut sfdisk = sfdisk.stdin(Stdio::piped()).spawn().expect("cannot start sfdisk");
    sfdisk.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(sfdisk.wait().unwrap().success());
    image
}

fn table(image: &Image) -> PartitionTable {
    partitions(&MemoryDisk(image.bytes())).unwrap()
}

fn places(table: &PartitionTable) -> Vec<(u32, u64, u64)> {
    let sectors =
        |partition: &Partition| (partition.index, partition.start.get() / 512, partition.length / 512);
    table.partitions.iter().map(sectors).collect()
}

const LOGICAL: &str = "label: dos\nlabel-id: 0x12345678\nstart=2048, size=20480, type=7, bootable\n\
    start=22528, size=80000, type=f\nstart=24576, size=20480, type=83\nstart=47104, size=20480, type=b\n";

const GPT: &str = "label: gpt\nlabel-id: 6A1B6A92-5B3B-4F37-9A0B-0C6D3F1F0A11\n\
    start=2048, size=40960, type=U, name=\"EFI system partition\"\nstart=43008, size=40960, type=L\n";

#[test]
fn mbr_with_logical_partitions() {
    let table = table(&make(64, LOGICAL));
    assert_eq!((table.scheme, table.disk_id.as_deref()), (Scheme::Mbr, Some("12345678")));
    let expected = [(1, 2048, 20480), (2, 22528, 80000), (5, 24576, 20480), (6, 47104, 20480)];
    assert_eq!(places(&table), expected);
    let kinds: Vec<_> = table.partitions.iter().map(|partition| &*partition.kind).collect();
    assert_eq!(kinds, ["NTFS or exFAT", "extended", "Linux", "FAT32"]);
    assert!(table.partitions[1].is_container && table.notes.is_empty());
}

#[test]
fn gpt() {
    let table = table(&make(64, GPT));
    assert_eq!((table.scheme, table.notes.len()), (Scheme::Gpt, 0));
    assert_eq!(table.disk_id.as_deref(), Some("6A1B6A92-5B3B-4F37-9A0B-0C6D3F1F0A11"));
    assert_eq!(places(&table), [(1, 2048, 40960), (2, 43008, 40960)]);
    let [efi, linux] = &table.partitions[..] else { panic!() };
    assert_eq!((&*efi.kind, efi.name.as_deref()), ("EFI system", Some("EFI system partition")));
    assert_eq!((&*linux.kind, linux.name.as_deref()), ("Linux filesystem", None));
}

#[test]
fn a_damaged_gpt_is_read_from_its_copy() {
    let mut disk = MemoryDisk(make(64, GPT).bytes());
    disk.0[512 + 60] ^= 1;
    let table = partitions(&disk).unwrap();
    assert_eq!(places(&table), [(1, 2048, 40960), (2, 43008, 40960)]);
    assert!(table.notes[0].contains("second one"));
    let last = disk.0.len() - 512;
    disk.0[last + 60] ^= 1;
    let table = partitions(&disk).unwrap();
    assert!(table.partitions.is_empty() && table.notes[0].contains("both copies"));
}

#[test]
fn a_chain_of_logical_partitions_may_not_go_in_circles() {
    let mut disk = MemoryDisk(make(64, LOGICAL).bytes());
    // The second record names the first as the next.
    let second = (47104 - 2048) * 512;
    disk.0[second + 462 + 4] = 5;
    disk.0[second + 462 + 12] = 1;
    let table = partitions(&disk).unwrap();
    assert!(table.notes[0].contains("does not end"), "{:?}", table.notes);
}

mod with_mke2fs {
    use super::*;

    /// Makes an ext4 in the partition that starts at a sector, by way of a file of its own.
    fn format(image: &Image, start: usize, sectors: u64) -> u64 {
        let volume = Image::new(sectors * 512);
        run("mke2fs", ["-q", "-F", "-t", "ext4", "-b", "1024", volume.path().to_str().unwrap()]);
        let mut bytes = image.bytes();
        let content = volume.bytes();
        bytes[start * 512..][..content.len()].copy_from_slice(&content);
        std::fs::write(image.path(), bytes).unwrap();
        free(&MemoryDisk(content)).bytes()
    }

    #[test]
    fn volumes_are_trimmed_where_they_are() {
        for (script, first, second) in [(LOGICAL, 2048, 24576), (GPT, 2048, 43008)] {
            let image = make(64, script);
            let expected = format(&image, first, 20480) + format(&image, second, 20480);
            let free = free(&MemoryDisk(image.bytes()));
            assert_eq!(free.bytes(), expected);
            let trimmed: Vec<_> =
                free.volumes().iter().filter(|v| v.file_system == FileSystem::Ext4).collect();
            assert_eq!(trimmed.len(), 2);
            assert_eq!(trimmed[0].start, DiskOffset::new(2048 * 512));
            let others = free.volumes().iter().filter(|v| v.file_system == FileSystem::Unknown);
            assert!(others.into_iter().all(|volume| volume.outcome == Outcome::NotRecognised));
            // Nothing outside of the two volumes.
            let inside = |sector: usize| {
                let start = sector as u64 * 512;
                DiskOffset::new(start)..DiskOffset::new(start + 20480 * 512)
            };
            let found = free.free_in(inside(first)).chain(free.free_in(inside(second)));
            assert_eq!(found.map(|extent| extent.end.since(extent.start)).sum::<u64>(), expected);
        }
    }

    #[test]
    fn volumes_in_doubtful_partitions_are_refused_and_the_others_are_not() {
        let image = make(64, LOGICAL);
        format(&image, 2048, 20480);
        let expected = format(&image, 24576, 20480);
        let refused = |reason: &str, change: &dyn Fn(&mut [u8])| {
            let mut disk = MemoryDisk(image.bytes());
            change(&mut disk.0);
            let free = free(&disk);
            let Outcome::Refused(found) = &free.volumes()[0].outcome else {
                panic!("{:?}", free.volumes()[0])
            };
            assert!(found.contains(reason), "{found:?}, wanted {reason:?}");
            free.bytes()
        };
        let length = 446 + 12;
        // A dynamic disk.
        assert_eq!(refused("volume manager", &|disk| disk[446 + 4] = 0x42), expected);
        // Up to the extended record at 22528, over it, over the first logical one, and off the disk.
        assert_eq!(refused("overlaps the partition table", &|disk| disk[length + 1] += 1), expected);
        assert_eq!(refused("overlaps partition 5", &|disk| disk[length + 1] += 16), 0);
        assert_eq!(refused("beyond the end", &|disk| disk[length + 3] = 1), 0);
        // A second signature, as an older format leaves it.
        let swap = 2048 * 512 + 4086;
        assert_eq!(
            refused("signed both", &|disk| disk[swap..swap + 10].copy_from_slice(b"SWAPSPACE2")),
            expected
        );
        assert_eq!(
            refused("also signed as one", &|disk| disk
                .copy_within(2048 * 512 + 1024..2048 * 512 + 2048, 1024)),
            0
        );
    }
}
