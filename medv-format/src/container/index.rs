//! The index: what every frame is, how long, and what its bytes must be; then what else the source's form needs.

use byteorder::{ByteOrder, LE};

use super::{Header, MAX_ZERO_RUN, SKIPPABLE_OVERHEAD, SeekTable, Trailer, frame_bound, zero_frame_len};
use crate::digest::{Digest, ImageDigest, UNIT_BYTES};
use crate::{DiskOffset, Error, FileOffset, FrameIndex, Limits, Result};

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// Disk bytes.
    Data,
    /// A run of zero chunks.
    Zero,
    /// A run of chunks that are zero because a volume calls their space free: what was there is left out.
    Trimmed,
    /// The footer of the fixed VHD; no disk bytes.
    Footer,
}

/// One frame, as the index stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the frame holds.
    pub kind: FrameKind,
    /// Bytes it decompresses to.
    pub content_len: u32,
    /// Bytes it takes in the file.
    pub compressed_len: u32,
    /// CRC-32 (ISO-HDLC) of those bytes.
    pub crc: u32,
    /// Subtree root of the content; all zero for zero runs.
    pub digest: Digest,
}

/// One frame, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its number.
    pub index: FrameIndex,
    /// Where its content begins on the disk.
    pub disk: DiskOffset,
    /// Where it begins in the file.
    pub file: FileOffset,
    /// What the index says of it.
    pub entry: Entry,
}

/// Something beside the disk's bytes that the source's form needs to be written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// The source's own footer, which may differ from the one of the fixed VHD in more than its form.
    SourceFooter(Box<[u8; 512]>),
}

/// The index of a `.medv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The header again, so that a reader with random access needs the end of the file only.
    pub header: Header,
    /// Bytes of disk that trimming left out, those inside data frames included.
    pub trimmed_bytes: u64,
    /// One entry a frame, the footer's last.
    pub entries: Vec<Entry>,
    /// What else the source's form needs.
    pub attachments: Vec<Attachment>,
}

const TAG: [u8; 8] = *b"MEDVIDX\x1a";
const DIGEST_KEY: &[u8; 32] = b"medv v1 index digest............";
const FIXED: usize = 96;
const ENTRY: usize = 48;
const FOOTER_LEN: u32 = 512;

impl Index {
    /// The digest that the trailer gives for an index of these bytes.
    pub fn digest_of(bytes: &[u8]) -> Digest {
        Digest(*blake3::keyed_hash(DIGEST_KEY, bytes).as_bytes())
    }

    /// Bytes of an index with `entries` entries, attachments aside.
    pub fn len_for(entries: u64) -> u64 {
        entries.saturating_mul(48).saturating_add(96)
    }

    /// Reads an index and checks every rule that the format has for it: that the frames cover the disk exactly, in
    /// lengths a reader may expect.
    ///
    /// # Errors
    /// Damaged if a rule is broken, with the offset of the field within the index; limit if the disk is too large.
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED>() else {
            return Err(damaged("index length", bytes.len(), "at least 96", 0));
        };
        if fixed[..8] != TAG {
            return Err(damaged(
                "index tag",
                format_args!("{:02x?}", &fixed[..8]),
                format_args!("{TAG:02x?}"),
                0,
            ));
        }
        let mut header = [0; Header::SIZE];
        header.copy_from_slice(&fixed[8..68]);
        let header =
            Header::from_bytes(&header, limits).map_err(|error| error.based_at(FileOffset::new(8)))?;
        let count = LE::read_u32(&fixed[68..72]);
        let trimmed_bytes = LE::read_u64(&fixed[72..80]);
        if trimmed_bytes > header.virtual_size() {
            return Err(damaged("trimmed bytes", trimmed_bytes, "at most the virtual size", 72));
        }
        let table = usize::try_from(count).ok().and_then(|count| count.checked_mul(ENTRY));
        let Some((table, attached)) = table.and_then(|len| rest.split_at_checked(len)) else {
            return Err(damaged("frame count", count, "as many as the index has room for", 68));
        };
        let (records, _) = table.as_chunks::<ENTRY>();
        let mut index =
            Self { header, trimmed_bytes, entries: Vec::with_capacity(records.len()), attachments: vec![] };
        let mut disk = 0u64;
        for (number, record) in records.iter().enumerate() {
            let at = number.saturating_mul(ENTRY).saturating_add(FIXED);
            let entry = read_entry(record).and_then(|entry| index.check_entry(entry, disk).map(|()| entry));
            let entry = entry.map_err(|error| error.based_at(file_offset(at)))?;
            if entry.kind != FrameKind::Footer {
                disk = disk.saturating_add(u64::from(entry.content_len));
            }
            index.entries.push(entry);
        }
        let footers = index.entries.iter().filter(|entry| entry.kind == FrameKind::Footer).count();
        let ends_with_footer = index.entries.last().is_some_and(|entry| entry.kind == FrameKind::Footer);
        if !ends_with_footer || footers != 1 || disk != index.header.virtual_size() {
            let found = format_args!("{disk} bytes of disk and {footers} footer frames").to_string();
            let expected =
                format_args!("{} bytes, then one footer frame", index.header.virtual_size()).to_string();
            return Err(damaged("frames", found, expected, FIXED));
        }
        let attached_at = bytes.len().saturating_sub(attached.len());
        index.attachments =
            read_attachments(attached).map_err(|error| error.based_at(file_offset(attached_at)))?;
        Ok(index)
    }

    /// The rules for one entry whose content begins at byte `disk` of the disk.
    fn check_entry(&self, entry: Entry, disk: u64) -> Result<()> {
        let len = u64::from(entry.content_len);
        let left = self.header.virtual_size().saturating_sub(disk);
        let is_tail = len == left;
        let aligned = disk.is_multiple_of(len.next_power_of_two().max(UNIT_BYTES));
        let ok = match entry.kind {
            FrameKind::Data => {
                let whole = len.is_power_of_two() && len >= UNIT_BYTES;
                len <= u64::from(self.header.chunk_size) && (whole || is_tail) && aligned
            }
            FrameKind::Zero | FrameKind::Trimmed => {
                let whole = len.is_multiple_of(UNIT_BYTES);
                len <= u64::from(MAX_ZERO_RUN) && (whole || is_tail) && disk.is_multiple_of(UNIT_BYTES)
            }
            FrameKind::Footer => entry.content_len == FOOTER_LEN && left == 0,
        };
        if entry.content_len == 0 || !ok || (entry.kind != FrameKind::Footer && len > left) {
            let found = format_args!("{} bytes of {:?} at disk byte {disk}", len, entry.kind).to_string();
            return Err(damaged("content length", found, "an aligned frame within the disk", 4));
        }
        let compressed = entry.compressed_len;
        let (ok, expected) = match entry.kind {
            FrameKind::Zero | FrameKind::Trimmed => (
                compressed == zero_frame_len(entry.content_len),
                u64::from(zero_frame_len(entry.content_len)),
            ),
            _ => (
                u64::from(compressed) <= frame_bound(entry.content_len) && compressed > 0,
                frame_bound(entry.content_len),
            ),
        };
        if !ok {
            let expected = format_args!("{expected} at most for {len} bytes of content").to_string();
            return Err(damaged("compressed length", compressed, expected, 8));
        }
        Ok(())
    }

    /// The index's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let table = self.entries.len().saturating_mul(ENTRY);
        let mut bytes = Vec::with_capacity(table.saturating_add(FIXED).saturating_add(2048));
        bytes.extend_from_slice(&TAG);
        bytes.extend_from_slice(&self.header.to_bytes());
        bytes.extend_from_slice(&u32::try_from(self.entries.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&self.trimmed_bytes.to_le_bytes());
        bytes.resize(FIXED, 0);
        for entry in &self.entries {
            bytes.extend_from_slice(&[kind_to_byte(entry.kind), 0, 0, 0]);
            for number in [entry.content_len, entry.compressed_len, entry.crc] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.extend_from_slice(&entry.digest.0);
        }
        for attachment in &self.attachments {
            let Attachment::SourceFooter(footer) = attachment;
            bytes.extend_from_slice(&SOURCE_FOOTER.to_le_bytes());
            bytes.extend_from_slice(&FOOTER_LEN.to_le_bytes());
            bytes.extend_from_slice(&**footer);
        }
        bytes
    }

    /// The frames in file order, each with its place in the file and on the disk.
    pub fn frames(&self) -> Frames<'_> {
        Frames {
            entries: &self.entries,
            next: 0,
            disk: DiskOffset::ZERO,
            file: FileOffset::new(Header::FRAME_LEN),
        }
    }

    /// The image digest that these entries add up to.
    pub fn image_digest(&self) -> Digest {
        let mut image = ImageDigest::new();
        for entry in &self.entries {
            match entry.kind {
                FrameKind::Data => image.push(u64::from(entry.content_len), entry.digest),
                FrameKind::Zero | FrameKind::Trimmed => image.push_zeros(u64::from(entry.content_len)),
                FrameKind::Footer => {}
            }
        }
        image.finish()
    }

    /// The trailer and the seek table that belong behind this index when its bytes are `bytes`.
    ///
    /// # Errors
    /// Limit if the index is 4 GiB or longer, or there are more frames than a seek table may list.
    pub fn ending(&self, bytes: &[u8]) -> Result<(Trailer, SeekTable)> {
        let too_long = || Error::limit("index", bytes.len(), u32::MAX).advice("use larger chunks");
        let index_len = u32::try_from(bytes.len()).map_err(|_| too_long())?;
        let index_frame_len = index_len.checked_add(8).ok_or_else(too_long)?;
        let mut table = SeekTable::new();
        let mut at = Header::FRAME_LEN;
        table.push(u32::try_from(Header::FRAME_LEN).unwrap_or(0), 0)?;
        for entry in &self.entries {
            table.push(entry.compressed_len, entry.content_len)?;
            at = at.saturating_add(u64::from(entry.compressed_len));
        }
        table.push(index_frame_len, 0)?;
        table.push(u32::try_from(Trailer::FRAME_LEN).unwrap_or(0), 0)?;
        let frames = u64::try_from(self.entries.len()).unwrap_or(u64::MAX).saturating_add(3);
        let file_len = at
            .saturating_add(SKIPPABLE_OVERHEAD)
            .saturating_add(u64::from(index_len))
            .saturating_add(Trailer::FRAME_LEN)
            .saturating_add(SeekTable::frame_len(frames));
        let trailer = Trailer {
            index_at: FileOffset::new(at),
            index_len,
            index_digest: Self::digest_of(bytes),
            image_digest: self.image_digest(),
            file_len,
        };
        Ok((trailer, table))
    }
}

/// Iterator over [`Index::frames`].
#[derive(Clone)]
pub struct Frames<'a> {
    entries: &'a [Entry],
    next: u64,
    disk: DiskOffset,
    file: FileOffset,
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let (entry, rest) = self.entries.split_first()?;
        let frame =
            Frame { index: FrameIndex::new(self.next), disk: self.disk, file: self.file, entry: *entry };
        self.entries = rest;
        self.next = self.next.saturating_add(1);
        self.disk = self.disk.saturating_add(u64::from(entry.content_len));
        self.file = self.file.saturating_add(u64::from(entry.compressed_len));
        Some(frame)
    }
}

fn damaged(
    what: &'static str,
    found: impl std::fmt::Display,
    expected: impl std::fmt::Display,
    at: usize,
) -> Error {
    Error::damaged(what, found, expected).at(file_offset(at)).advice("fetch the file again")
}

fn file_offset(at: usize) -> FileOffset {
    FileOffset::new(u64::try_from(at).unwrap_or(u64::MAX))
}

fn kind_to_byte(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Data => 1,
        FrameKind::Zero => 2,
        FrameKind::Trimmed => 3,
        FrameKind::Footer => 4,
    }
}

fn read_entry(record: &[u8; ENTRY]) -> Result<Entry> {
    let kind = match record[..4] {
        [1, 0, 0, 0] => FrameKind::Data,
        [2, 0, 0, 0] => FrameKind::Zero,
        [3, 0, 0, 0] => FrameKind::Trimmed,
        [4, 0, 0, 0] => FrameKind::Footer,
        _ => return Err(damaged("frame kind", format_args!("{:02x?}", &record[..4]), "1, 2, 3 or 4", 0)),
    };
    let mut digest = Digest::default();
    digest.0.copy_from_slice(&record[16..48]);
    if matches!(kind, FrameKind::Zero | FrameKind::Trimmed) && digest != Digest::default() {
        return Err(damaged("digest of a zero run", digest, "zeros", 16));
    }
    Ok(Entry {
        kind,
        content_len: LE::read_u32(&record[4..8]),
        compressed_len: LE::read_u32(&record[8..12]),
        crc: LE::read_u32(&record[12..16]),
        digest,
    })
}

const SOURCE_FOOTER: u32 = 1;

fn read_attachments(mut bytes: &[u8]) -> Result<Vec<Attachment>> {
    let mut attachments = Vec::new();
    let cut = || damaged("attachment", "one cut off", "one within the index", 0);
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
        let (kind, len) = (LE::read_u32(&head[..4]), LE::read_u32(&head[4..]));
        let len = usize::try_from(len).map_err(|_| cut())?;
        let (content, rest) = rest.split_at_checked(len).ok_or_else(cut)?;
        bytes = rest;
        // Others may come with later versions; a reader of this one can do without.
        if kind == SOURCE_FOOTER {
            let footer = content.try_into().map_err(|_| damaged("attachment length", len, FOOTER_LEN, 4))?;
            attachments.push(Attachment::SourceFooter(Box::new(footer)));
        }
    }
    Ok(attachments)
}

#[cfg(test)]
mod tests {
    use super::super::SourceForm;
    use super::*;

    fn entry(kind: FrameKind, content_len: u32) -> Entry {
        let compressed_len = match kind {
            FrameKind::Zero | FrameKind::Trimmed => zero_frame_len(content_len),
            _ => 100,
        };
        let digest = if kind == FrameKind::Data { Digest([7; 32]) } else { Digest::default() };
        Entry { kind, content_len, compressed_len, crc: 1, digest }
    }

    fn index() -> Index {
        let form = SourceForm::Fixed;
        let header =
            Header { form, chunk_size: 1 << 20, source_size: (5 << 20) + 512, level: 3, trimmed: false };
        let entries = vec![
            entry(FrameKind::Data, 1 << 20),
            entry(FrameKind::Zero, 3 << 20),
            entry(FrameKind::Data, 1 << 20),
            entry(FrameKind::Data, 512),
            entry(FrameKind::Footer, 512),
        ];
        let attachments = vec![Attachment::SourceFooter(Box::new([1; 512]))];
        Index { header, trimmed_bytes: 0, entries, attachments }
    }

    #[test]
    fn round_trip() {
        let index = index();
        assert_eq!(Index::from_bytes(&index.to_bytes(), &Limits::default()), Ok(index.clone()));
        let last = index.frames().last().unwrap();
        assert_eq!((last.disk.get(), last.entry.kind), ((5 << 20) + 512, FrameKind::Footer));
    }

    #[test]
    fn unknown_attachments_are_passed_over() {
        let mut bytes = index().to_bytes();
        bytes.extend_from_slice(&[9, 0, 0, 0, 1, 0, 0, 0, 42]);
        assert_eq!(Index::from_bytes(&bytes, &Limits::default()), Ok(index()));
    }

    #[test]
    fn frames_that_do_not_tile_the_disk_are_refused() {
        let break_it: [fn(&mut Index); 8] = [
            |index| index.entries.truncate(4),
            |index| index.entries[0].content_len = 3 << 16,
            |index| index.entries[0].content_len = 2 << 20,
            |index| index.entries.swap(0, 3),
            |index| index.entries[1].content_len = 3 << 20 | 1,
            |index| index.entries[0].compressed_len = 2 << 20,
            |index| index.entries[1].compressed_len += 1,
            |index| index.entries.push(entry(FrameKind::Footer, 512)),
        ];
        for (number, spoil) in break_it.iter().enumerate() {
            let mut index = index();
            spoil(&mut index);
            let error =
                Index::from_bytes(&index.to_bytes(), &Limits::default()).expect_err(&number.to_string());
            assert_eq!(error.kind(), crate::ErrorKind::Damaged);
        }
    }

    #[test]
    fn cut_anywhere_is_an_error_or_the_index_without_its_last_attachments() {
        let bytes = index().to_bytes();
        for len in 0..bytes.len() {
            if let Ok(read) = Index::from_bytes(&bytes[..len], &Limits::default()) {
                assert!(read.attachments.is_empty());
            }
        }
    }
}
