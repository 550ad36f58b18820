//! The partition table: MBR with its chain of logical partitions, GPT, or none.

use std::ops::Range;

use medv_format::volume::{GptEntry, GptHeader, Guid, Mbr, MbrEntry, entries_checksum};
use medv_format::{DiskOffset, SECTOR};

use super::FileSystem;
use super::file_system::signatures;
use crate::Result;
use crate::disk::Disk;

/// Most logical partitions that are followed; no system makes more.
const MOST_LOGICAL: usize = 128;
/// Largest table of GPT entries that is read, 64 times the usual.
const MOST_ENTRY_BYTES: u64 = 1 << 20;

/// How the disk is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Master boot record.
    Mbr,
    /// GUID partition table.
    Gpt,
    /// The whole disk is one volume, or nothing.
    None,
}

impl Scheme {
    /// Lower-case name, stable for programs to read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mbr => "mbr",
            Self::Gpt => "gpt",
            Self::None => "none",
        }
    }
}

/// A disk's partitions.
#[derive(Clone, Debug)]
pub struct PartitionTable {
    /// How the disk is divided.
    pub scheme: Scheme,
    /// The disk's identity in the table: eight hex digits for MBR, a GUID for GPT.
    pub disk_id: Option<String>,
    /// The partitions in the table's order, extended ones included. Without a table, the file system that covers the
    /// disk, if there is one.
    pub partitions: Vec<Partition>,
    /// What is odd about the table.
    pub notes: Vec<String>,
    /// Where the tables themselves are.
    pub(super) reserved: Vec<Range<u64>>,
}

/// One partition, or the volume that covers the disk.
#[derive(Clone, Debug)]
pub struct Partition {
    /// Its number as Linux counts: from 1, logical ones from 5; 0 for a volume that covers the disk.
    pub index: u32,
    /// What the table says it is for.
    pub kind: String,
    /// The name that the table gives it (GPT only).
    pub name: Option<String>,
    /// First byte.
    pub start: DiskOffset,
    /// Length in bytes, as the table states it; it may reach beyond the disk.
    pub length: u64,
    /// What it holds by its own signature.
    pub file_system: FileSystem,
    /// Further signatures in it, left by an earlier format.
    pub other_signatures: Vec<FileSystem>,
    /// Holds logical partitions, not a volume.
    pub is_container: bool,
    /// A piece of the volumes of a volume manager (dynamic disk, RAID, LVM), which may lie in pieces elsewhere too.
    pub is_piece: bool,
}

/// Reads the partition table of `disk` and recognises what the partitions hold.
///
/// A broken table is not an error: what can be read of it is there, and the notes say what is wrong.
///
/// # Errors
/// Only those of reading `disk`.
pub fn partitions(disk: &dyn Disk) -> Result<PartitionTable> {
    let mut reader = Reader { disk, table: PartitionTable::empty() };
    let Some(mbr) = reader.sector(0)?.and_then(|sector| Mbr::from_bytes(&sector).ok()) else {
        reader.whole_disk()?;
        return Ok(reader.table);
    };
    if mbr.is_protective() {
        reader.gpt()?;
    } else if mbr.entries.iter().any(MbrEntry::is_used) {
        reader.mbr(&mbr)?;
    } else {
        reader.whole_disk()?;
    }
    Ok(reader.table)
}

impl PartitionTable {
    fn empty() -> Self {
        let (partitions, notes, reserved) = (Vec::new(), Vec::new(), Vec::new());
        Self { scheme: Scheme::None, disk_id: None, partitions, notes, reserved }
    }
}

impl Partition {
    fn unread(index: u32, kind: String, start: u64, length: u64) -> Self {
        Self {
            index,
            kind,
            name: None,
            start: DiskOffset::new(start),
            length,
            file_system: FileSystem::Unknown,
            other_signatures: Vec::new(),
            is_container: false,
            is_piece: false,
        }
    }

    /// The bytes it covers, up to `u64::MAX`.
    pub fn range(&self) -> Range<DiskOffset> {
        self.start..self.start.saturating_add(self.length)
    }
}

struct Reader<'a> {
    disk: &'a dyn Disk,
    table: PartitionTable,
}

impl Reader<'_> {
    fn whole_disk(&mut self) -> Result<()> {
        let size = self.disk.virtual_size();
        if !signatures(self.disk, 0, size)?.is_empty() {
            self.add(Partition::unread(0, "whole disk".to_owned(), 0, size))?;
        }
        Ok(())
    }

    fn mbr(&mut self, mbr: &Mbr) -> Result<()> {
        self.table.scheme = Scheme::Mbr;
        self.table.disk_id = Some(format!("{:08x}", mbr.disk_signature));
        self.table.reserved.push(0..SECTOR);
        for (index, entry) in (1..).zip(&mbr.entries) {
            if entry.is_used() {
                self.add_mbr(index, entry, u64::from(entry.start))?;
            }
        }
        let extended: Vec<_> =
            mbr.entries.iter().filter(|entry| entry.is_used() && entry.is_extended()).collect();
        let mut index = 5;
        for entry in extended {
            self.logical(u64::from(entry.start), &mut index)?;
        }
        Ok(())
    }

    /// Follows the chain of extended boot records that starts at sector `first`.
    fn logical(&mut self, first: u64, index: &mut u32) -> Result<()> {
        let mut visited = Vec::new();
        let mut at = first;
        loop {
            if visited.contains(&at) || visited.len() >= MOST_LOGICAL {
                self.table.notes.push("the chain of logical partitions does not end".to_owned());
                return Ok(());
            }
            visited.push(at);
            let Some(record) = self.sector(at)?.and_then(|sector| Mbr::from_bytes(&sector).ok()) else {
                self.table.notes.push(format!("the chain of logical partitions breaks at sector {at}"));
                return Ok(());
            };
            self.table.reserved.push(at * SECTOR..(at + 1) * SECTOR);
            let [volume, next, ..] = record.entries;
            if volume.is_used() && !volume.is_extended() {
                self.add_mbr(*index, &volume, at + u64::from(volume.start))?;
                *index += 1;
            }
            if !next.is_used() || !next.is_extended() {
                return Ok(());
            }
            at = first + u64::from(next.start);
        }
    }

    fn add_mbr(&mut self, index: u32, entry: &MbrEntry, start: u64) -> Result<()> {
        let kind = entry.kind_name().map_or_else(|| format!("type {:#04x}", entry.kind), str::to_owned);
        let partition = Partition::unread(index, kind, start * SECTOR, u64::from(entry.sectors) * SECTOR);
        self.add(Partition { is_container: entry.is_extended(), is_piece: entry.is_piece(), ..partition })
    }

    /// Sectors may be of 512 bytes, as in every VHD, or of 4096, as in raw images of newer disks.
    fn gpt(&mut self) -> Result<()> {
        self.table.scheme = Scheme::Gpt;
        let size = self.disk.virtual_size();
        for sector in [SECTOR, 4096] {
            if let Some((header, entries)) = self.gpt_at(sector, sector)? {
                return self.gpt_entries(&header, &entries, sector);
            }
        }
        for sector in [SECTOR, 4096] {
            let last = (size / sector).saturating_sub(1) * sector;
            if let Some((header, entries)) = self.gpt_at(last, sector)? {
                let note =
                    "the first GUID partition table is damaged, the second one at the disk's end was used";
                self.table.notes.push(note.to_owned());
                return self.gpt_entries(&header, &entries, sector);
            }
        }
        self.table.notes.push("both copies of the GUID partition table are damaged".to_owned());
        Ok(())
    }

    /// The header at byte `at` and its entries, if both are whole and the header is where it says it is.
    fn gpt_at(&self, at: u64, sector: u64) -> Result<Option<(GptHeader, Vec<u8>)>> {
        let Some(bytes) = self.array(at)? else { return Ok(None) };
        let Ok(header) = GptHeader::from_bytes(&bytes) else { return Ok(None) };
        let table_bytes = header.table_bytes();
        let here = header.this_sector.checked_mul(sector) == Some(at);
        let start =
            header.entries_sector.checked_mul(sector).filter(|_| here && table_bytes <= MOST_ENTRY_BYTES);
        let Some(start) = start.filter(|start| self.holds(*start, table_bytes)) else { return Ok(None) };
        let mut entries = vec![0; usize::try_from(table_bytes).unwrap_or(0)];
        self.disk.read_at(DiskOffset::new(start), &mut entries)?;
        Ok((entries_checksum(&entries) == header.entries_checksum).then_some((header, entries)))
    }

    fn gpt_entries(&mut self, header: &GptHeader, entries: &[u8], sector: u64) -> Result<()> {
        if header.disk != Guid::default() {
            self.table.disk_id = Some(header.disk.to_string());
        }
        let size = self.disk.virtual_size();
        let table_bytes = header.table_bytes();
        self.table.reserved.push(0..2 * sector);
        let start = header.entries_sector.saturating_mul(sector);
        self.table.reserved.push(start..start.saturating_add(table_bytes));
        self.table.reserved.push((size / sector).saturating_sub(1) * sector..size);
        let entry_size = usize::try_from(header.entry_size).unwrap_or(usize::MAX);
        for (index, raw) in (1..).zip(entries.chunks_exact(entry_size)) {
            let Some(entry) = raw.first_chunk().and_then(GptEntry::from_bytes) else { continue };
            let kind = entry.kind_name().map_or_else(|| entry.kind.to_string(), str::to_owned);
            let bytes = (entry.last.checked_sub(entry.first))
                .and_then(|sectors| sectors.checked_add(1)?.checked_mul(sector))
                .zip(entry.first.checked_mul(sector));
            let Some((length, start)) = bytes else {
                let note = format!("partition {index} goes from sector {} to {}", entry.first, entry.last);
                self.table.notes.push(note);
                continue;
            };
            let is_piece = entry.is_piece();
            let name = Some(entry.name).filter(|name| !name.is_empty());
            self.add(Partition { name, is_piece, ..Partition::unread(index, kind, start, length) })?;
        }
        Ok(())
    }

    /// Recognises what the partition holds, and adds it.
    fn add(&mut self, mut partition: Partition) -> Result<()> {
        let (size, start) = (self.disk.virtual_size(), partition.start.get());
        if !partition.is_container && start < size {
            let mut found = signatures(self.disk, start, partition.length.min(size - start))?.into_iter();
            partition.file_system = found.next().unwrap_or(FileSystem::Unknown);
            partition.other_signatures = found.collect();
        }
        self.table.partitions.push(partition);
        Ok(())
    }

    fn holds(&self, at: u64, bytes: u64) -> bool {
        at.checked_add(bytes).is_some_and(|end| end <= self.disk.virtual_size())
    }

    fn sector(&self, sector: u64) -> Result<Option<[u8; 512]>> {
        self.array(sector * SECTOR)
    }

    fn array(&self, at: u64) -> Result<Option<[u8; 512]>> {
        let mut bytes = [0; 512];
        if !self.holds(at, SECTOR) {
            return Ok(None);
        }
        self.disk.read_at(DiskOffset::new(at), &mut bytes)?;
        Ok(Some(bytes))
    }
}
