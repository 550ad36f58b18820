//! Volumes that are not recognised, and bytes that no tool would write.

use medv_codec::volume::{FileSystem, Outcome, Scheme, free_space, partitions};
use medv_codec::{ErrorKind, Monitor};
use medv_format::Limits;
use medv_tests::MemoryDisk;

use crate::image::{free, noise};

fn signed(at: usize, signature: &[u8]) -> MemoryDisk {
    let mut disk = MemoryDisk(vec![0; 1 << 20]);
    disk.0[at..at + signature.len()].copy_from_slice(signature);
    disk
}

#[test]
fn other_file_systems_are_left_as_they_are() {
    for (at, signature, file_system) in [
        (3, &b"EXFAT   "[..], FileSystem::ExFat),
        (3, b"ReFS\0\0\0\0", FileSystem::Refs),
        (3, b"-FVE-FS-", FileSystem::BitLocker),
        (0, b"LUKS\xBA\xBE", FileSystem::Luks),
        (0, b"XFSB", FileSystem::Xfs),
        (4086, b"SWAPSPACE2", FileSystem::Swap),
        (0x10040, b"_BHRfS_M", FileSystem::Btrfs),
        (512, b"LABELONE\x01\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0LVM2 001", FileSystem::Lvm),
    ] {
        let free = free(&signed(at, signature));
        let [volume] = free.volumes() else { panic!("{file_system}: {:?}", free.volumes()) };
        assert_eq!((volume.file_system, &volume.outcome), (file_system, &Outcome::NotRecognised));
        assert_eq!(free.bytes(), 0);
    }
}

#[test]
fn nothing_and_very_little_are_no_volume() {
    for bytes in [0, 1, 511, 512, 1024, 2047, 1 << 20] {
        let table = partitions(&MemoryDisk(vec![0; bytes])).unwrap();
        assert_eq!((table.scheme, table.partitions.len()), (Scheme::None, 0), "{bytes}");
    }
}

#[test]
fn noise_behind_a_signature_is_refused() {
    for seed in 0..200 {
        let mut bytes = noise(seed, 1 << 16);
        match seed % 4 {
            0 => {
                bytes[3..11].copy_from_slice(b"NTFS    ");
                bytes[11..14].copy_from_slice(&[0, 2, 8]);
                bytes[40..56].copy_from_slice(&[100, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]);
                bytes[64] = 0xF6;
            }
            1 => {
                bytes[1024 + 20..1024 + 48].fill(0);
                bytes[1024 + 20] = 1;
                bytes[1024 + 34] = 1;
                bytes[1024 + 33] = 8;
                bytes[1024 + 56..1024 + 60].copy_from_slice(&[0x53, 0xEF, 1, 0]);
            }
            2 => bytes[510..512].copy_from_slice(&[0x55, 0xAA]),
            _ => {
                bytes[446..512].fill(0);
                bytes[450] = 0xEE;
                bytes[458] = 1;
                bytes[510..520].copy_from_slice(b"\x55\xAAEFI PART");
            }
        }
        assert_eq!(free(&MemoryDisk(bytes)).bytes(), 0, "seed {seed}");
    }
}

struct Stop;

impl Monitor for Stop {
    fn cancelled(&self) -> bool {
        true
    }
}

#[test]
fn a_stop_is_a_stop() {
    let disk = signed(3, b"NTFS    ");
    let error = free_space(&disk, &Limits::default(), &Stop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
