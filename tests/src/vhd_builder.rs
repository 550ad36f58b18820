//! VHDs made in memory, right or wrong in every way that a test needs.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use medv_codec::disk::{
    Disk, DiskForm, Examination, Finding, OpenOptions, OpenedDisk, Severity, examine, open,
};
use medv_format::vhd::{
    BatmapHeader, BlockAllocationTable, DynamicHeader, Footer, ParentLocator, SectorBitmap, Timestamp, Uuid,
};
use medv_format::{DiskOffset, FileOffset};

/// The UUID of disks that a test does not name.
pub const UUID: Uuid = Uuid(*b"a test disk\0\0\0\0\0");

/// A block to be put into a file.
#[derive(Clone)]
pub struct Block {
    /// Its number.
    pub index: u32,
    /// Its bitmap; all set if `None`.
    pub bitmap: Option<Vec<u8>>,
    /// Its data, filled up with zeros.
    pub data: Vec<u8>,
}

/// A locator to be put into the header, and its path into the file.
#[derive(Clone)]
pub struct Locator {
    /// Platform code.
    pub code: u32,
    /// The room that it says it has; the path's sectors if `None`.
    pub space: Option<u32>,
    /// The path as stored.
    pub text: Vec<u8>,
}

/// A dynamic or differencing disk in the making. All fields may be changed before [`Sparse::build`].
#[derive(Clone)]
pub struct Sparse {
    /// Footer, also its copy.
    pub footer: Footer,
    /// Dynamic header; its table offset and, unless set by the test, entry count are filled in.
    pub header: DynamicHeader,
    /// Blocks in the order in which they lie in the file.
    pub blocks: Vec<Block>,
    /// Locators.
    pub locators: Vec<Locator>,
    /// Entries of the table, if not as many as the disk needs.
    pub entries: Option<u32>,
    /// Where the header is.
    pub header_at: usize,
    /// Where the table is.
    pub table_at: usize,
    /// What to put right behind the table's last sector.
    pub after_table: Vec<u8>,
    /// Bytes left free in front of each block.
    pub gap: usize,
}

/// A file that was built.
#[derive(Clone)]
pub struct Built {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where the bitmap of each block begins.
    pub block_at: BTreeMap<u32, usize>,
    /// Where the header is.
    pub header_at: usize,
    /// Where the table is.
    pub table_at: usize,
}

/// A fixed disk over `payload`.
pub fn fixed(payload: &[u8]) -> Vec<u8> {
    fixed_with(payload, |_| {})
}

/// A fixed disk over `payload`, its footer changed.
pub fn fixed_with(payload: &[u8], change: impl FnOnce(&mut Footer)) -> Vec<u8> {
    let mut footer = Footer::new_fixed(payload.len() as u64, UUID, Timestamp(1));
    change(&mut footer);
    [payload, &footer.to_bytes()].concat()
}

/// A dynamic disk without blocks.
pub fn dynamic(size: u64, block_size: u32) -> Sparse {
    let footer = Footer::new_fixed(size, UUID, Timestamp(1)).as_dynamic(FileOffset::new(512));
    let header = DynamicHeader::new(FileOffset::new(1536), 0, block_size);
    Sparse {
        footer,
        header,
        blocks: vec![],
        locators: vec![],
        entries: None,
        header_at: 512,
        table_at: 1536,
        after_table: vec![],
        gap: 0,
    }
}

/// A differencing disk without blocks, whose parent has the UUID `parent`.
pub fn differencing(size: u64, block_size: u32, own: Uuid, parent: Uuid) -> Sparse {
    let mut disk = dynamic(size, block_size);
    disk.footer.disk_type = medv_format::vhd::DiskType::Differencing;
    disk.footer.uuid = own;
    disk.header.parent_uuid = parent;
    disk
}

impl Sparse {
    /// Adds a block whose bitmap is all set.
    #[must_use]
    pub fn block(mut self, index: u32, data: &[u8]) -> Self {
        self.blocks.push(Block { index, bitmap: None, data: data.to_vec() });
        self
    }

    /// Adds a block of which only the sectors in `written` are marked.
    #[must_use]
    pub fn block_with_bits(mut self, index: u32, data: &[u8], written: impl Fn(usize) -> bool) -> Self {
        let mut bitmap = vec![0; usize::try_from(SectorBitmap::file_len(self.header.block_size)).unwrap()];
        for sector in (0..self.header.block_size as usize / 512).filter(|&sector| written(sector)) {
            bitmap[sector / 8] |= 0x80 >> (sector % 8);
        }
        self.blocks.push(Block { index, bitmap: Some(bitmap), data: data.to_vec() });
        self
    }

    /// Adds a `W2ru` locator.
    #[must_use]
    pub fn relative(self, path: &str) -> Self {
        self.locator(0x5732_7275, &utf16(path))
    }

    /// Adds a `W2ku` locator.
    #[must_use]
    pub fn absolute(self, path: &str) -> Self {
        self.locator(0x5732_6B75, &utf16(path))
    }

    /// Adds a locator of any code.
    #[must_use]
    pub fn locator(mut self, code: u32, text: &[u8]) -> Self {
        self.locators.push(Locator { code, space: None, text: text.to_vec() });
        self
    }

    /// The file.
    pub fn build(&self) -> Built {
        let block_size = self.header.block_size as usize;
        let needed = u32::try_from(self.footer.current_size.div_ceil(block_size as u64)).unwrap();
        let entries = self.entries.unwrap_or(needed);
        let mut table = BlockAllocationTable::absent(entries as usize);
        let mut header = self.header.clone();
        header.table_offset = FileOffset::new(self.table_at as u64);
        header.max_table_entries = entries;
        let mut footer = self.footer.clone();
        footer.data_offset = self.header_at as u64;

        let mut bytes = vec![0; self.table_at + table.to_bytes().len()];
        bytes.resize(bytes.len().max(self.header_at + DynamicHeader::SIZE), 0);
        bytes.extend(&self.after_table);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        for (slot, locator) in header.parent_locators.iter_mut().zip(&self.locators) {
            let sectors = u32::try_from(locator.text.len().div_ceil(512)).unwrap();
            *slot = ParentLocator {
                platform_code: locator.code,
                data_space: locator.space.unwrap_or(sectors),
                data_length: u32::try_from(locator.text.len()).unwrap(),
                reserved: 0,
                data_offset: FileOffset::new(bytes.len() as u64),
            };
            bytes.extend(&locator.text);
            bytes.resize(bytes.len().next_multiple_of(512), 0);
        }
        let mut block_at = BTreeMap::new();
        for block in &self.blocks {
            bytes.resize(bytes.len() + self.gap, 0);
            table.set(medv_format::vhd::BlockIndex(block.index), u32::try_from(bytes.len() / 512).unwrap());
            block_at.insert(block.index, bytes.len());
            let full = SectorBitmap::full(self.header.block_size);
            bytes.extend(block.bitmap.as_deref().unwrap_or(full.as_bytes()));
            let end = bytes.len() + block_size;
            bytes.extend(&block.data);
            bytes.resize(end, 0);
        }
        put(&mut bytes, 0, &footer.to_bytes());
        put(&mut bytes, self.header_at, &header.to_bytes());
        put(&mut bytes, self.table_at, &table.to_bytes());
        bytes.extend(footer.to_bytes());
        Built { bytes, block_at, header_at: self.header_at, table_at: self.table_at }
    }
}

impl Built {
    /// Where the footer at the end begins.
    pub fn end(&self) -> usize {
        self.bytes.len() - Footer::SIZE
    }

    /// Overwrites bytes of both footers and sums them up again.
    #[must_use]
    pub fn footers(mut self, at: usize, value: &[u8]) -> Self {
        for base in [0, self.end()] {
            patch_footer(&mut self.bytes, base, at, value);
        }
        self
    }

    /// Overwrites bytes of the dynamic header and sums it up again.
    #[must_use]
    pub fn header(mut self, at: usize, value: &[u8]) -> Self {
        let base = self.header_at;
        put(&mut self.bytes, base + at, value);
        sum_up(&mut self.bytes[base..base + DynamicHeader::SIZE], 36);
        self
    }

    /// Overwrites an entry of the table.
    #[must_use]
    pub fn entry(mut self, block: usize, sector: u32) -> Self {
        put(&mut self.bytes, self.table_at + block * 4, &sector.to_be_bytes());
        self
    }
}

/// Overwrites bytes of the footer at `base` and sums it up again.
pub fn patch_footer(bytes: &mut [u8], base: usize, at: usize, value: &[u8]) {
    put(bytes, base + at, value);
    sum_up(&mut bytes[base..base + Footer::SIZE], 64);
}

/// Overwrites bytes.
pub fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn sum_up(structure: &mut [u8], field: usize) {
    put(structure, field, &[0; 4]);
    let sum = structure.iter().fold(0_u32, |sum, &byte| sum + u32::from(byte));
    put(structure, field, &(!sum).to_be_bytes());
}

/// UTF-16, little endian, as locators have it.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The parent's name for the header: UTF-16, big endian.
pub fn header_name(text: &str) -> [u8; 512] {
    let mut name = [0; 512];
    for (slot, unit) in name.chunks_mut(2).zip(text.encode_utf16()) {
        slot.copy_from_slice(&unit.to_be_bytes());
    }
    name
}

/// A batmap's header, for a batmap of one sector at `at`.
pub fn batmap_header(at: u64, version: u32, checksum: u32) -> Vec<u8> {
    let mut bytes = vec![0; BatmapHeader::SIZE];
    put(&mut bytes, 0, &BatmapHeader::COOKIE);
    put(&mut bytes, 8, &at.to_be_bytes());
    put(&mut bytes, 16, &1_u32.to_be_bytes());
    put(&mut bytes, 20, &version.to_be_bytes());
    put(&mut bytes, 24, &checksum.to_be_bytes());
    bytes
}

/// Bytes that differ from sector to sector, none of them zero.
pub fn pattern(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0] | 1
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A folder for the files of one test.
pub struct Scratch(tempfile::TempDir);

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// A new folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A disk of one file, opened from a folder that goes away with it.
pub struct Opened {
    /// The disk.
    pub opened: OpenedDisk,
    _scratch: Scratch,
}

impl Opened {
    /// All its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        read_all(&*self.opened.disk)
    }

    /// Checks that its form and all its bytes are these.
    pub fn is(&self, form: DiskForm, expected: &[u8]) -> &Self {
        assert_eq!(self.opened.form, form);
        assert_same(&self.bytes(), expected);
        self
    }

    /// Its findings' names.
    pub fn codes(&self) -> Vec<&'static str> {
        codes(&self.opened.findings)
    }
}

/// Opens a disk with the options of a careful caller.
pub fn opens(bytes: &[u8]) -> Opened {
    opens_with(bytes, &OpenOptions::default())
}

/// Opens a disk with these options.
pub fn opens_with(bytes: &[u8], options: &OpenOptions) -> Opened {
    let scratch = Scratch::new();
    let path = scratch.write("disk.vhd", bytes);
    let opened = open(&path, options).unwrap_or_else(|error| panic!("{error}"));
    Opened { opened, _scratch: scratch }
}

/// The error on opening; checks that the same is a finding of the trap, and that it says what to do.
pub fn refused(bytes: &[u8], trap: u8, code: &str) -> medv_codec::Error {
    refused_with(bytes, trap, code, &OpenOptions::default())
}

/// As [`refused`], with these options.
pub fn refused_with(bytes: &[u8], trap: u8, code: &str, options: &OpenOptions) -> medv_codec::Error {
    let scratch = Scratch::new();
    let path = scratch.write("disk.vhd", bytes);
    let Err(error) = open(&path, options) else { panic!("opened, though it should be refused: {code}") };
    assert_eq!(error.path(), Some(&*path), "{error}");
    let examination = examine(&path, options).unwrap();
    assert_eq!(examination.refused(), Some(error.kind()));
    assert!(examination.disk.is_none() && examination.refusal.is_some());
    let finding = examination.findings.last().unwrap();
    assert_eq!((finding.trap, finding.code), (trap, code), "{error}");
    assert_eq!(finding.severity, Severity::Refused(error.kind()));
    error
}

/// What a doctor finds, which must not be a refusal.
pub fn examined(bytes: &[u8], options: &OpenOptions) -> Examination {
    let scratch = Scratch::new();
    let examination = examine(&scratch.write("disk.vhd", bytes), options).unwrap();
    assert!(examination.refused().is_none(), "{:?}", examination.findings);
    examination
}

/// Checks that these are the same bytes; says where they are not, without printing them all.
pub fn assert_same(found: &[u8], expected: &[u8]) {
    assert_eq!(found.len(), expected.len(), "length");
    if let Some(at) = found.iter().zip(expected).position(|(found, expected)| found != expected) {
        panic!("byte {at} is {}, expected {}", found[at], expected[at]);
    }
}

/// The names of findings.
pub fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

/// The one finding of this name.
pub fn finding<'a>(findings: &'a [Finding], code: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("no {code} among {findings:?}"))
}

/// All bytes of a disk, read in three ways that must agree: at once, in uneven pieces, and by extents.
pub fn read_all(disk: &dyn Disk) -> Vec<u8> {
    let size = usize::try_from(disk.virtual_size()).unwrap();
    let mut whole = vec![0xAA; size];
    disk.read_at(DiskOffset::ZERO, &mut whole).unwrap();
    let mut pieces = vec![0xAA; size];
    let mut at = 0;
    for len in [1, 511, 513, 4096, 65_537, 700_001].into_iter().cycle() {
        let end = size.min(at + len);
        disk.read_at(DiskOffset::new(at as u64), &mut pieces[at..end]).unwrap();
        at = end;
        if at == size {
            break;
        }
    }
    assert!(whole == pieces, "reading in pieces gives something else");
    let by_extents = read_extents(disk);
    assert!(whole == by_extents, "reading by extents gives something else");
    whole
}

fn read_extents(disk: &dyn Disk) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(disk.virtual_size()).unwrap()];
    let mut from = DiskOffset::ZERO;
    while let Some(extent) = disk.next_extent(from).unwrap() {
        assert!(extent.start >= from && extent.end > extent.start && extent.end.get() <= disk.virtual_size());
        let range = usize::try_from(extent.start.get()).unwrap()..usize::try_from(extent.end.get()).unwrap();
        disk.read_at(extent.start, &mut bytes[range]).unwrap();
        from = extent.end;
    }
    bytes
}
