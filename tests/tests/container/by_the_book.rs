//! The format again, written plainly from `spec/medv-format.md`, sharing no code with the engine: every offset, length,
//! checksum and digest of a container that the engine wrote.

use medv_codec::Silent;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::pack::{PackReport, Subject, pack};
use medv_format::DiskOffset;
use medv_format::digest::Digest;
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::engine::{pack_file, small_chunks};
use medv_tests::images::{mixed, odd_sizes, whole_sectors};
use medv_tests::vhd_builder::Scratch;

const UNIT: usize = 64 << 10;
const LEAF_KEY: &[u8; 32] = b"medv v1 image digest, leaf......";
const NODE_KEY: &[u8; 32] = b"medv v1 image digest, node......";
const ROOT_KEY: &[u8; 32] = b"medv v1 image digest, root......";
const INDEX_KEY: &[u8; 32] = b"medv v1 index digest............";

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    *blake3::keyed_hash(key, &parts.concat()).as_bytes()
}

/// The root of the tree over `data`: a leaf for one unit; else the largest power of two of units that leaves something
/// goes left, the rest right.
fn tree(data: &[u8]) -> [u8; 32] {
    let units = data.len().div_ceil(UNIT);
    if units <= 1 {
        return keyed(LEAF_KEY, &[data]);
    }
    let mut left = 1;
    while left * 2 < units {
        left *= 2;
    }
    let (left, right) = data.split_at(left * UNIT);
    keyed(NODE_KEY, &[&tree(left), &tree(right)])
}

fn image_digest(disk: &[u8]) -> [u8; 32] {
    keyed(ROOT_KEY, &[&(disk.len() as u64).to_le_bytes(), &tree(disk)])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap()
}

/// The content of the skippable frame at `at`, and where the next frame begins.
fn skippable(file: &[u8], at: usize, magic: u32) -> (&[u8], usize) {
    assert_eq!(u32_at(file, at), magic, "magic number at {at}");
    let end = at + 8 + u32_at(file, at + 4) as usize;
    (&file[at + 8..end], end)
}

/// What the reader by the book found.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    form: u16,
    block_size: u32,
    trimmed: bool,
    trimmed_bytes: usize,
    kinds: Vec<u8>,
    source_size: usize,
    disk: Vec<u8>,
    footer: Vec<u8>,
    attachments: Vec<(u32, Vec<u8>)>,
    image_digest: [u8; 32],
}

/// Reads a container and checks each field of it.
fn read(file: &[u8]) -> Found {
    // The header.
    let (header, frames_at) = skippable(file, 0, 0x184D_2A5D);
    assert_eq!((header.len(), frames_at), (60, 68));
    assert_eq!(&header[..8], b"\x89MEDV\r\n\x1a");
    assert_eq!((u16_at(header, 8), u32_at(header, 12)), (1, 0), "version, required features");
    let (optional, chunk_size) = (u32_at(header, 16), u32_at(header, 20) as usize);
    assert!(optional <= 1 && chunk_size.is_power_of_two() && (UNIT..=8 << 20).contains(&chunk_size));
    let (virtual_size, source_size) = (u64_at(header, 24), u64_at(header, 32));
    assert_eq!(virtual_size, source_size.div_ceil(512) * 512);
    assert_eq!(u64_at(header, 48), 0, "reserved");
    assert_eq!(u32_at(header, 56), crc32fast::hash(&header[..56]));

    // The seek table, from the end.
    let (number, descriptor, magic) =
        (u32_at(file, file.len() - 9) as usize, file[file.len() - 5], u32_at(file, file.len() - 4));
    assert_eq!((descriptor, magic), (0, 0x8F92_EAB1));
    let table_at = file.len() - 17 - 8 * number;
    let (table, end) = skippable(file, table_at, 0x184D_2A5E);
    assert_eq!(end, file.len());

    // The trailer in front of it.
    let (trailer, end) = skippable(file, table_at - 108, 0x184D_2A5D);
    assert_eq!((trailer.len(), end, &trailer[..8]), (100, table_at, &b"MEDVEND\x1a"[..]));
    let (index_at, index_len) = (u64_at(trailer, 8), u32_at(trailer, 16) as usize);
    assert_eq!(u32_at(trailer, 20), 0, "reserved");
    assert_eq!(u64_at(trailer, 88), file.len());
    assert_eq!(u32_at(trailer, 96), crc32fast::hash(&trailer[..96]));

    // The index.
    let (index, end) = skippable(file, index_at, 0x184D_2A5D);
    assert_eq!((index.len(), end), (index_len, table_at - 108));
    assert_eq!(trailer[24..56], keyed(INDEX_KEY, &[index]));
    assert_eq!(&index[..8], b"MEDVIDX\x1a");
    assert_eq!(&index[8..68], header);
    let (count, trimmed_bytes) = (u32_at(index, 68) as usize, u64_at(index, 72));
    assert_eq!(index[80..96], [0; 16], "reserved");
    assert_eq!(number, count + 3, "header, index and trailer stand in the seek table");

    // The frames.
    let (mut at, mut disk, mut footer, mut kinds) = (frames_at, Vec::new(), Vec::new(), Vec::new());
    let mut sizes = vec![(68, 0)];
    for entry in index[96..96 + 48 * count].chunks(48) {
        let (kind, content_len) = (entry[0], u32_at(entry, 4) as usize);
        let frame = &file[at..at + u32_at(entry, 8) as usize];
        at += frame.len();
        assert_eq!(entry[1..4], [0; 3]);
        assert_eq!(u32_at(entry, 12), crc32fast::hash(frame));
        assert_eq!(u32_at(frame, 0), 0xFD2F_B528);
        assert_eq!(frame[4] & 0b0000_0111, 0b100, "checksum, no dictionary");
        let content = zstd::bulk::decompress(frame, content_len).unwrap();
        assert_eq!(content.len(), content_len);
        match kind {
            1 => {
                assert!(content_len <= chunk_size && disk.len() % content_len.next_power_of_two() == 0);
                assert!(content_len.is_power_of_two() || disk.len() + content_len == virtual_size);
                assert_eq!(entry[16..48], tree(&content));
            }
            2 | 3 => {
                assert!(content_len <= 1 << 30 && content.iter().all(|byte| *byte == 0));
                assert_eq!(entry[16..48], [0; 32]);
                assert_eq!(frame.len(), 14 + 4 * content_len.div_ceil(128 << 10));
            }
            4 => {
                assert_eq!((content_len, disk.len()), (512, virtual_size));
                assert_eq!(entry[16..48], tree(&content));
                footer.clone_from(&content);
            }
            _ => panic!("kind {kind}"),
        }
        if kind != 4 {
            disk.extend(content);
        }
        sizes.push((frame.len(), content_len));
        kinds.push(kind);
    }
    assert_eq!((at, kinds.last(), disk.len()), (index_at, Some(&4), virtual_size));
    assert!(disk[source_size..].iter().all(|byte| *byte == 0));
    sizes.extend([(index_len + 8, 0), (108, 0)]);
    let listed: Vec<_> = table[..8 * number]
        .chunks(8)
        .map(|entry| (u32_at(entry, 0) as usize, u32_at(entry, 4) as usize))
        .collect();
    assert_eq!(listed, sizes, "the seek table");
    assert_eq!(trailer[56..88], image_digest(&disk));

    // What else the source's form needs.
    let (mut attachments, mut rest) = (Vec::new(), &index[96 + 48 * count..]);
    while !rest.is_empty() {
        let (content, behind) = rest[8..].split_at(u32_at(rest, 4) as usize);
        attachments.push((u32_at(rest, 0), content.to_vec()));
        rest = behind;
    }
    Found {
        form: u16_at(header, 10),
        block_size: u32_at(header, 40),
        trimmed: optional == 1,
        trimmed_bytes,
        kinds,
        source_size,
        disk,
        footer,
        attachments,
        image_digest: trailer[56..88].try_into().unwrap(),
    }
}

fn check(form: Form, disk: &[u8], what: &str) {
    let scratch = Scratch::new();
    let source = write(&scratch, form, disk);
    let (medv, report) = pack_file(&source, &small_chunks());
    let found = read(&medv);
    let opened = open(&source, &OpenOptions::default()).unwrap();
    let form = match form {
        Form::Fixed => (1, 0),
        Form::Dynamic(block_size) => (2, block_size),
        Form::Chain(block_size) => (3, block_size),
        Form::Raw => (4, 0),
    };
    assert_eq!((found.form, found.block_size), form, "{what}");
    assert!(found.disk[..found.source_size] == *disk, "{what}");
    assert_eq!(found.image_digest, report.image_digest.0, "{what}");
    assert!(!found.trimmed && found.trimmed_bytes == 0);
    match opened.footer {
        Some(own) => {
            assert_eq!(found.footer, own.as_fixed().to_bytes(), "{what}");
            assert_eq!(found.attachments, [(1, own.to_bytes().to_vec())], "{what}");
        }
        None => {
            assert_eq!(found.attachments, [], "{what}");
            // A disk without a name is named after its content (RFC 9562, version 8).
            let mut uuid = found.image_digest[..16].to_vec();
            uuid[6] = uuid[6] & 0x0F | 0x80;
            uuid[8] = uuid[8] & 0x3F | 0x80;
            assert_eq!(found.footer[68..84], uuid, "{what}");
        }
    }
    let bytes = |data: bool| -> u64 {
        let frames = frame_lengths(&medv, &found);
        frames.iter().filter(|(kind, _)| (*kind == 1) == data && *kind != 4).map(|(_, len)| len).sum()
    };
    let PackReport { data_bytes, zero_bytes, output_bytes, frames, .. } = report;
    assert_eq!((data_bytes, zero_bytes), (bytes(true), bytes(false)), "{what}");
    assert_eq!((output_bytes, frames), (medv.len() as u64, found.kinds.len() as u64 - 1), "{what}");
}

fn frame_lengths(medv: &[u8], found: &Found) -> Vec<(u8, u64)> {
    let at = medv.len() - 17 - 8 * (found.kinds.len() + 3) + 8;
    let lengths = (1..=found.kinds.len()).map(|nth| u64::from(u32_at(medv, at + 8 * nth + 4)));
    found.kinds.iter().copied().zip(lengths).collect()
}

#[test]
fn every_form_and_size() {
    for image in whole_sectors() {
        for form in FORMS {
            check(form, &image.bytes, &format!("{form:?}, {}", image.name));
        }
    }
    for image in odd_sizes() {
        check(Form::Raw, &image.bytes, &image.name);
    }
}

#[test]
fn what_was_trimmed_reads_as_zeros_and_is_marked() {
    let disk = mixed(61, (2 << 20) + 512);
    let scratch = Scratch::new();
    let source = write(&scratch, Form::Fixed, &disk);
    let opened = open(&source, &OpenOptions::default()).unwrap();
    let free = [70_000..90_000, 256 << 10..1 << 20, (1 << 20) + 4096..2 << 20];
    let extents = free.clone().map(|free| DiskOffset::new(free.start)..DiskOffset::new(free.end));
    let mut medv = Vec::new();
    let subject = Subject::new(&opened, Some(&extents));
    let report = pack(&subject, &mut medv, &small_chunks(), &Silent).unwrap();
    let found = read(&medv);
    let mut expected = disk;
    let mut trimmed = 0;
    for free in free {
        trimmed += free.end - free.start;
        expected[usize::try_from(free.start).unwrap()..usize::try_from(free.end).unwrap()].fill(0);
    }
    assert!(found.disk == expected && found.trimmed && found.kinds.contains(&3));
    assert_eq!((found.trimmed_bytes as u64, report.trimmed_bytes), (trimmed, trimmed));
    assert_eq!(report.data_bytes + report.zero_bytes + trimmed, report.virtual_size);
}

/// The table that the specification ends with.
#[test]
fn known_answers() {
    let specification = include_str!("../../../spec/medv-format.md");
    let (_, table) = specification.split_once("## Known answers").unwrap();
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(!rows.is_empty());
    for row in rows {
        let mut cells = row.split('|').map(|cell| cell.trim().trim_matches('`')).skip(1);
        let size: usize = cells.next().unwrap().parse().unwrap();
        let disk: Vec<u8> = (0..size).map(|at| u8::try_from(at / 512 % 251).unwrap()).collect();
        let digest = Digest(image_digest(&disk)).to_string();
        assert_eq!(Some(digest.as_str()), cells.next(), "{size} bytes");
    }
}
