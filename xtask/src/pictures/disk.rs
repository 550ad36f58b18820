//! A small disk that is the same on every machine: one FAT16 volume with files that compress well, badly, or not at all,
//! some of them deleted.

use crate::Result;
use crate::corpus::{MIB, write_partition_table};
use medv_format::vhd::{Footer, Timestamp, Uuid};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

const DISK: u64 = 256 * MIB;
const VOLUME: u64 = DISK - MIB;
const SECTOR: u64 = 512;
const CLUSTER: u64 = 8 * 1024;
/// Sectors of one allocation table: two bytes for each cluster.
const TABLE: u64 = 128;
/// Entries in the root folder.
const ENTRIES: u64 = 512;
const FIRST_DATA: u64 = (1 + 2 * TABLE) * SECTOR + ENTRIES * 32;
/// FAT16 for partitions of 32 MiB and more, found by its sector number.
const PARTITION_TYPE: u8 = 0x0E;
const MEDIA: u8 = 0xF8;

/// A file on the volume, in one piece.
struct Entry {
    name: &'static [u8; 11],
    mib: u64,
    /// How much of it is noise, of 16.
    noise: usize,
    deleted: bool,
}

const FILES: &[Entry] = &[
    file(b"SYSTEM  BIN", 20, 4),
    file(b"PROGRAMSBIN", 26, 7),
    deleted(b"UPDATE  BIN", 14, 6),
    file(b"LETTERS TXT", 12, 1),
    file(b"MAIL    DAT", 10, 10),
    file(b"PHOTOS  ZIP", 18, 16),
    deleted(b"MOVIE   MP4", 22, 16),
    file(b"LIBRARY DAT", 8, 13),
    deleted(b"OLDLOGS TXT", 16, 2),
    file(b"NOTES   TXT", 3, 2),
];

const fn file(name: &'static [u8; 11], mib: u64, noise: usize) -> Entry {
    Entry { name, mib, noise, deleted: false }
}

const fn deleted(name: &'static [u8; 11], mib: u64, noise: usize) -> Entry {
    Entry { name, mib, noise, deleted: true }
}

/// Makes a fixed VHD at `path`.
pub(super) fn make(path: &Path) -> Result<()> {
    let mut disk = File::create(path)?;
    disk.set_len(DISK)?;
    write_partition_table(&mut disk, DISK, PARTITION_TYPE)?;
    write_at(&mut disk, 0, &boot_sector()?)?;

    let mut table: Vec<u16> = vec![0xFF00 | u16::from(MEDIA), 0xFFFF];
    let mut folder = Vec::new();
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for entry in FILES {
        let first = u16::try_from(table.len())?;
        let clusters = u16::try_from(entry.mib * MIB / CLUSTER)?;
        write_at(&mut disk, FIRST_DATA + u64::from(first - 2) * CLUSTER, &content(entry, &mut noise))?;
        for cluster in first..first + clusters {
            let next = if cluster + 1 == first + clusters { 0xFFFF } else { cluster + 1 };
            table.push(if entry.deleted { 0 } else { next });
        }
        folder.extend(folder_entry(entry, first)?);
    }
    let table: Vec<u8> = table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    write_at(&mut disk, SECTOR, &table)?;
    write_at(&mut disk, (1 + TABLE) * SECTOR, &table)?;
    write_at(&mut disk, (1 + 2 * TABLE) * SECTOR, &folder)?;

    let footer =
        Footer::new_fixed(DISK, Uuid(*b"medv tour disk 1"), Timestamp::from_unix_seconds(1_700_000_000));
    disk.seek(SeekFrom::Start(DISK))?;
    Ok(disk.write_all(&footer.to_bytes())?)
}

/// Writes at an offset of the volume.
fn write_at(disk: &mut File, offset: u64, bytes: &[u8]) -> Result<()> {
    disk.seek(SeekFrom::Start(MIB + offset))?;
    Ok(disk.write_all(bytes)?)
}

fn boot_sector() -> Result<[u8; 512]> {
    let mut boot = [0; 512];
    boot[..11].copy_from_slice(b"\xEB\x3C\x90MSDOS5.0");
    boot[11..13].copy_from_slice(&u16::try_from(SECTOR)?.to_le_bytes());
    boot[13] = u8::try_from(CLUSTER / SECTOR)?;
    // One reserved sector, two tables.
    boot[14] = 1;
    boot[16] = 2;
    boot[17..19].copy_from_slice(&u16::try_from(ENTRIES)?.to_le_bytes());
    boot[21] = MEDIA;
    boot[22..24].copy_from_slice(&u16::try_from(TABLE)?.to_le_bytes());
    // A geometry that nobody uses, and the sectors in front of the volume.
    boot[24] = 63;
    boot[26] = 16;
    boot[28..32].copy_from_slice(&u32::try_from(MIB / SECTOR)?.to_le_bytes());
    boot[32..36].copy_from_slice(&u32::try_from(VOLUME / SECTOR)?.to_le_bytes());
    boot[36] = 0x80;
    boot[38] = 0x29;
    boot[39..62].copy_from_slice(b"medvNO NAME    FAT16   ");
    boot[510..].copy_from_slice(&[0x55, 0xAA]);
    Ok(boot)
}

fn folder_entry(file: &Entry, first_cluster: u16) -> Result<[u8; 32]> {
    let mut entry = [0; 32];
    entry[..11].copy_from_slice(file.name);
    if file.deleted {
        entry[0] = 0xE5;
    }
    entry[11] = 0x20;
    entry[26..28].copy_from_slice(&first_cluster.to_le_bytes());
    entry[28..].copy_from_slice(&u32::try_from(file.mib * MIB)?.to_le_bytes());
    Ok(entry)
}

/// Of every 16 bytes some are noise, the others the same again and again.
fn content(entry: &Entry, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..entry.mib * MIB / 16 {
        let mut piece = *b"the same again, ";
        let mut random = [0; 16];
        random[..8].copy_from_slice(&noise.next());
        random[8..].copy_from_slice(&noise.next());
        for (byte, random) in piece.iter_mut().zip(random).take(entry.noise) {
            *byte = random;
        }
        bytes.extend(piece);
    }
    bytes
}

/// xorshift64.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> [u8; 8] {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()
    }
}
