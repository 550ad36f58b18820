//! Any bytes taken for a disk: opened and read, or refused, in all the ways in which a user can ask for it.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use medv_codec::ErrorKind;
use medv_codec::disk::{BitmapPolicy, Disk, FooterChoice, OpenOptions, examine, open};
use medv_format::vhd::{
    BlockAllocationTable, BlockIndex, DiskType, DynamicHeader, Footer, ParentLocator, SectorBitmap,
    Timestamp, Uuid,
};
use medv_format::{DiskOffset, FileOffset, Limits};
use tempfile::TempDir;

/// Most bytes that are read of a disk.
const READ: u64 = 256 << 10;

/// The file as it is, and with its checksums made right. The first byte chooses the options.
pub fn run(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    check(file, &options(*choice));
    check(&mend(file), &options(*choice));
}

fn options(choice: u8) -> OpenOptions {
    OpenOptions {
        bitmaps: if choice & 1 == 0 { BitmapPolicy::DataWins } else { BitmapPolicy::BitmapWins },
        footer: match choice >> 1 & 3 {
            1 => FooterChoice::End,
            2 => FooterChoice::Front,
            _ => FooterChoice::Neither,
        },
        allow_saved_state: choice & 8 != 0,
        allow_damage: choice & 16 != 0,
        limits: Limits { virtual_size: 1 << 41, table_bytes: 1 << 20, chain_depth: 4 },
        ..OpenOptions::default()
    }
}

/// A folder that holds the disk and nothing else, the same for all inputs of this process.
fn path() -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
    let thread = format!("{:?}", std::thread::current().id());
    folder.path().join(thread).with_extension("vhd")
}

fn check(file: &[u8], options: &OpenOptions) {
    let path = path();
    fs::write(&path, file).expect("a temporary file");
    let opened = open(&path, options);
    match examine(&path, options) {
        Ok(examination) => {
            assert_eq!(examination.disk.is_some(), opened.is_ok(), "examined as opened");
            let kind = opened.as_ref().err().map(medv_codec::Error::kind);
            assert_eq!(examination.refused(), kind, "every refusal is a finding: {:?}", opened.err());
        }
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Io | ErrorKind::Usage), "{error}");
            return;
        }
    }
    if let Ok(opened) = opened {
        read(&*opened.disk);
    }
}

/// Extents in order and within the disk; what lies outside them reads as zeros; everything can be read.
fn read(disk: &dyn Disk) {
    let size = disk.virtual_size();
    let (mut from, mut budget, mut buffer) = (DiskOffset::ZERO, READ, vec![0; 64 << 10]);
    let mut steps = 0;
    while let Ok(Some(extent)) = disk.next_extent(from) {
        assert!(extent.start >= from && extent.start < extent.end && extent.end.get() <= size, "{extent:?}");
        let gap = extent.start.since(from).min(budget).min(buffer.len() as u64);
        let gap = &mut buffer[..usize::try_from(gap).unwrap_or(0)];
        if !gap.is_empty() && disk.read_at(from, gap).is_ok() {
            assert!(gap.iter().all(|byte| *byte == 0), "data outside the extents, from {from}");
        }
        let wanted = extent.end.since(extent.start).min(budget).min(buffer.len() as u64);
        let _ = disk.read_at(extent.start, &mut buffer[..usize::try_from(wanted).unwrap_or(0)]);
        budget = budget.saturating_sub(wanted);
        from = extent.end;
        steps += 1;
        if budget == 0 || steps == 64 {
            break;
        }
    }
    let tail = size.min(700);
    let _ = disk.read_at(DiskOffset::new(size - tail), &mut buffer[..usize::try_from(tail).unwrap_or(0)]);
}

/// Sums up footers at both ends, and the header that the first of them names.
fn mend(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let end = file.len().checked_sub(512);
    for at in [Some(0), end, end.map(|end| end + 1)].into_iter().flatten() {
        if let Some(footer) = file.get_mut(at..).and_then(|rest| rest.get_mut(..511.min(rest.len()))) {
            sum_up(footer, b"conectix", 64);
        }
        let full = file.get_mut(at..).and_then(|rest| rest.get_mut(..512));
        if let Some(footer) = full {
            sum_up(footer, b"conectix", 64);
            let header = footer[16..24].try_into().map_or(0, u64::from_be_bytes);
            let header = usize::try_from(header).ok().and_then(|at| file.get_mut(at..));
            if let Some(header) = header.and_then(|rest| rest.get_mut(..DynamicHeader::SIZE)) {
                sum_up(header, b"cxsparse", 36);
            }
        }
    }
    file
}

fn sum_up(structure: &mut [u8], cookie: &[u8; 8], field: usize) {
    if !structure.starts_with(cookie) || structure.len() < field + 4 {
        return;
    }
    structure[field..field + 4].fill(0);
    let sum = structure.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    structure[field..field + 4].copy_from_slice(&(!sum).to_be_bytes());
}

/// Disks of every form, small.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut fixed = vec![0x11; 1024];
    fixed.extend(Footer::new_fixed(1024, Uuid([1; 16]), Timestamp(1)).to_bytes());
    let mut seeds = vec![vec![0; 700], fixed];
    for (block_size, disk_type) in
        [(512, DiskType::Dynamic), (4096, DiskType::Dynamic), (4096, DiskType::Differencing)]
    {
        seeds.push(with_blocks(block_size, disk_type));
    }
    [0, 1, 16].iter().flat_map(|choice| seeds.iter().map(|seed| [&[*choice][..], seed].concat())).collect()
}

fn with_blocks(block_size: u32, disk_type: DiskType) -> Vec<u8> {
    let size = u64::from(block_size) * 3 + 512;
    let mut footer = Footer::new_fixed(size, Uuid([2; 16]), Timestamp(1)).as_dynamic(FileOffset::new(512));
    footer.disk_type = disk_type;
    let mut header = DynamicHeader::new(FileOffset::new(1536), 4, block_size);
    let mut locator = Vec::new();
    if disk_type == DiskType::Differencing {
        header.parent_uuid = Uuid([3; 16]);
        locator = "parent.vhd".encode_utf16().flat_map(u16::to_le_bytes).collect();
        header.parent_locators[0] = ParentLocator {
            platform_code: 0x5732_7275,
            data_space: 1,
            data_length: u32::try_from(locator.len()).unwrap_or(0),
            reserved: 0,
            data_offset: FileOffset::new(2048),
        };
    }
    let mut table = BlockAllocationTable::absent(4);
    let mut bytes = vec![0; 2560];
    for block in [2, 0] {
        table.set(BlockIndex(block), u32::try_from(bytes.len() / 512).unwrap_or(0));
        bytes.extend(SectorBitmap::full(block_size).as_bytes());
        bytes.resize(bytes.len() + block_size as usize, 0x22);
    }
    for (at, structure) in
        [(0, &footer.to_bytes()[..]), (512, &header.to_bytes()), (1536, &table.to_bytes()), (2048, &locator)]
    {
        bytes[at..at + structure.len()].copy_from_slice(structure);
    }
    bytes.extend(footer.to_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
