//! Every structure of a `.medv`, damaged in every way, is found before anything is put in place.

use std::ops::Range;
use std::path::Path;

use medv_codec::container::{Container, Input};
use medv_codec::expand::{TargetForm, expand_on};
use medv_codec::verify::{Depth, verify};
use medv_codec::{Error, ErrorKind, Silent};
use medv_format::Limits;
use medv_format::container::{
    FrameKind, SKIPPABLE_MAGIC, SKIPPABLE_OVERHEAD, SeekTable, SourceForm, Trailer, wrap,
};
use medv_format::container::{Header, Index};
use medv_tests::failing_storage::FailingStorage;
use medv_tests::sample::{BLOCK, CHUNK, MemorySource, Sample, expand_options, pipe};

/// A named part of a file.
#[derive(Clone, Debug)]
struct Structure {
    name: String,
    place: Range<usize>,
}

/// How a file is read, and that it must be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Quick,
    Full,
    FullFromPipe,
    Expand,
    ExpandFromPipe,
}

const READERS: [Reader; 5] =
    [Reader::Quick, Reader::Full, Reader::FullFromPipe, Reader::Expand, Reader::ExpandFromPipe];

fn sample() -> Sample {
    Sample::dynamic("ab..c.d.ef")
}

/// A file of the same shape with all other content.
fn other() -> Sample {
    Sample::dynamic("zy..x.w.vu")
}

/// All structures of a `.medv`, found by the parsers of the format.
fn structures(medv: &[u8]) -> Vec<Structure> {
    let container = Container::open(&MemorySource(medv.to_vec()), &Limits::default()).expect("a good file");
    let mut structures = Vec::new();
    let mut add = |name: String, start: u64, len: u64| {
        let start = usize::try_from(start).unwrap();
        structures.push(Structure { name, place: start..start + usize::try_from(len).unwrap() });
    };
    let fields = [
        ("header magic", 0, 4),
        ("header length", 4, 4),
        ("header tag", 8, 8),
        ("version", 16, 2),
        ("source form", 18, 2),
        ("required features", 20, 4),
        ("optional features", 24, 4),
        ("chunk size", 28, 4),
        ("virtual size", 32, 8),
        ("source size", 40, 8),
        ("block size", 48, 4),
        ("level", 52, 4),
        ("reserved", 56, 8),
        ("header checksum", 64, 4),
    ];
    for (name, start, len) in fields {
        add(name.to_owned(), start, len);
    }
    assert_eq!(Header::FRAME_LEN, 68);
    for frame in container.index.frames() {
        let (at, len) = (frame.file.get(), u64::from(frame.entry.compressed_len));
        let name = format!("{:?} frame {}", frame.entry.kind, frame.index.get());
        add(format!("{name}, magic"), at, 4);
        add(format!("{name}, descriptors"), at + 4, 2);
        add(format!("{name}, first block"), at + 9, 8.min(len - 13));
        add(format!("{name}, body"), at + len / 2, 8.min(len / 2 - 4));
        add(format!("{name}, checksum"), at + len - 4, 4);
        add(name, at, len);
    }
    let index_at = container.trailer.index_at.get();
    let index_len = u64::from(container.trailer.index_len);
    add("index frame".to_owned(), index_at, SKIPPABLE_OVERHEAD + index_len);
    add("index magic".to_owned(), index_at, 4);
    add("index length".to_owned(), index_at + 4, 4);
    let index = index_at + SKIPPABLE_OVERHEAD;
    add("index tag".to_owned(), index, 8);
    add("header in the index".to_owned(), index + 8, 60);
    add("frame count".to_owned(), index + 68, 4);
    add("trimmed bytes".to_owned(), index + 72, 8);
    for entry in 0..container.index.entries.len() as u64 {
        let at = index + 96 + entry * 48;
        for (name, start, len) in
            [("kind", 0, 4), ("content length", 4, 4), ("length", 8, 4), ("CRC", 12, 4), ("digest", 16, 32)]
        {
            add(format!("{name} in entry {entry}"), at + start, len);
        }
    }
    let attached = index + Index::len_for(container.index.entries.len() as u64);
    let trailer = index + index_len;
    if attached < trailer {
        add("attachment kind".to_owned(), attached, 4);
        add("attachment length".to_owned(), attached + 4, 4);
        add("attached footer".to_owned(), attached + 8, trailer - attached - 8);
    }
    let fields = [
        ("trailer frame", 0, 108),
        ("trailer magic", 0, 4),
        ("trailer length", 4, 4),
        ("trailer tag", 8, 8),
        ("where the index is", 16, 8),
        ("length of the index", 24, 4),
        ("reserved in the trailer", 28, 4),
        ("index digest", 32, 32),
        ("image digest", 64, 32),
        ("length of the file", 96, 8),
        ("trailer checksum", 104, 4),
    ];
    for (name, start, len) in fields {
        add(name.to_owned(), trailer + start, len);
    }
    let table = trailer + Trailer::FRAME_LEN;
    let end = medv.len() as u64;
    add("seek table".to_owned(), table, end - table);
    add("seek table magic".to_owned(), table, 4);
    add("seek table length".to_owned(), table + 4, 4);
    for (number, at) in (table + 8..end - SeekTable::FOOTER_SIZE as u64).step_by(8).enumerate() {
        add(format!("seek table entry {number}"), at, 8);
    }
    add("seek table frame count".to_owned(), end - 9, 4);
    add("seek table descriptor".to_owned(), end - 5, 1);
    add("seekable magic".to_owned(), end - 4, 4);
    structures
}

/// Reads `medv` in one of the ways; the first error, or `None` if nothing was found.
fn found_by(reader: Reader, medv: &[u8]) -> Option<Error> {
    let file = || Input::Random(Box::new(MemorySource(medv.to_vec())));
    let verified = |input, depth| {
        let threads = std::num::NonZeroUsize::new(1);
        match verify(input, depth, threads, &expand_options(TargetForm::Same).limits, &Silent) {
            Ok(report) => {
                assert_eq!(report.damaged_frames, report.damage.len() as u64);
                report.damage.into_iter().next()
            }
            Err(error) => Some(error),
        }
    };
    let expanded = |input| {
        let (storage, target) = (FailingStorage::new(), Path::new("disk.vhd"));
        let error = expand_on(&storage, input, target, &expand_options(TargetForm::Same), &Silent).err()?;
        assert_eq!(storage.read(target), None, "{error}, but the target was put in place");
        Some(error)
    };
    match reader {
        Reader::Quick => verified(file(), Depth::Quick),
        Reader::Full => verified(file(), Depth::Full),
        Reader::FullFromPipe => verified(pipe(medv), Depth::Full),
        Reader::Expand => expanded(file()),
        Reader::ExpandFromPipe => expanded(pipe(medv)),
    }
}

/// All readers find that `medv` is damaged, and say where.
#[track_caller]
fn assert_found(medv: &[u8], what: &str) {
    assert_found_but_by(medv, what, &[]);
}

#[track_caller]
fn assert_found_but_by(medv: &[u8], what: &str, not_by: &[Reader]) {
    for reader in READERS {
        let found = found_by(reader, medv);
        if not_by.contains(&reader) {
            assert!(found.is_none(), "{what}: {reader:?} finds it after all, which is worth saying");
            continue;
        }
        let error = found.unwrap_or_else(|| panic!("{what}: not found by {reader:?}"));
        assert!(
            matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Unsupported | ErrorKind::Limit),
            "{what}: {reader:?} says {:?}, {error}",
            error.kind()
        );
        let is_pipe = matches!(reader, Reader::FullFromPipe | Reader::ExpandFromPipe);
        let name = if is_pipe { "a pipe" } else { "sample.medv" };
        assert_eq!(error.path(), Some(Path::new(name)), "{what}: {reader:?} says {error}");
        let offset = error.offset().unwrap_or_else(|| panic!("{what}: {reader:?} names no offset: {error}"));
        assert!(offset.get() <= medv.len() as u64, "{what}: {reader:?} says {error}");
    }
}

#[test]
fn an_undamaged_file_is_good() {
    for reader in READERS {
        let found = found_by(reader, &sample().medv);
        assert!(found.is_none(), "{reader:?}: {found:?}");
    }
}

#[test]
fn flipped_bits_are_found() {
    let medv = sample().medv;
    for Structure { name, place } in structures(&medv) {
        let middle = place.start.midpoint(place.end);
        for (byte, bit) in [(place.start, 0), (middle, 3), (place.end - 1, 7)] {
            let mut bad = medv.clone();
            bad[byte] ^= 1 << bit;
            assert_found(&bad, &format!("bit {bit} of byte {byte}, in {name}, flipped"));
        }
    }
}

#[test]
fn zeroed_structures_are_found() {
    let medv = sample().medv;
    for Structure { name, place } in structures(&medv) {
        let mut bad = medv.clone();
        bad[place.clone()].fill(0);
        if bad != medv {
            assert_found(&bad, &format!("{name} zeroed"));
        }
    }
}

#[test]
fn structures_of_another_file_are_found() {
    let (medv, other) = (sample().medv, other().medv);
    let (mine, theirs) = (structures(&medv), structures(&other));
    assert_eq!(mine.len(), theirs.len());
    let mut swapped = 0;
    for (mine, theirs) in mine.iter().zip(&theirs) {
        assert_eq!((&mine.name, mine.place.len()), (&theirs.name, theirs.place.len()));
        let mut bad = medv.clone();
        bad[mine.place.clone()].copy_from_slice(&other[theirs.place.clone()]);
        if bad != medv {
            swapped += 1;
            assert_found(&bad, &format!("{} of another file", mine.name));
        }
    }
    assert!(swapped > 40, "only {swapped} structures differ");
}

#[test]
fn a_file_cut_anywhere_is_found() {
    let medv = sample().medv;
    for Structure { name, place } in structures(&medv) {
        for len in [place.start, place.start + 1, place.end - 1, place.end] {
            if len < medv.len() {
                assert_found(&medv[..len], &format!("cut at byte {len}, in {name}"));
            }
        }
    }
    assert_found(&[], "an empty file");
}

/// The file's frames, with header and index, in order.
fn pieces(medv: &[u8]) -> Vec<Vec<u8>> {
    let container = Container::open(&MemorySource(medv.to_vec()), &Limits::default()).unwrap();
    let at = |at: u64| usize::try_from(at).unwrap();
    let mut cuts: Vec<_> = container.index.frames().map(|frame| at(frame.file.get())).collect();
    cuts.extend([0, at(container.trailer.index_at.get()), medv.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| medv[cut[0]..cut[1]].to_vec()).collect()
}

#[test]
fn frames_in_other_places_are_found() {
    let pieces = pieces(&sample().medv);
    let frames = pieces.len() - 2;
    for first in 1..=frames {
        for second in first + 1..=frames {
            let mut swapped = pieces.clone();
            swapped.swap(first, second);
            if swapped != pieces {
                assert_found(&swapped.concat(), &format!("pieces {first} and {second} swapped"));
            }
        }
        let mut repeated = pieces.clone();
        repeated.insert(first, pieces[first].clone());
        assert_found(&repeated.concat(), &format!("piece {first} twice"));
        let mut missing = pieces.clone();
        missing.remove(first);
        assert_found(&missing.concat(), &format!("piece {first} left out"));
    }
}

#[test]
fn what_goes_on_behind_its_end_is_found() {
    let medv = sample().medv;
    for garbage in [&b"\0"[..], b"garbage", &[0; 4096], &wrap(SKIPPABLE_MAGIC, b"more")] {
        assert_found(&[&medv, garbage].concat(), &format!("{} bytes behind the end", garbage.len()));
    }
    assert_found(&[medv.clone(), medv.clone()].concat(), "twice the same file");
    assert_found(&[medv, other().medv].concat(), "two files in one");
}

#[test]
fn files_of_other_kinds_are_found() {
    let disk = sample().disk.0;
    assert_found(&zstd::encode_all(&disk[..], 1).unwrap(), "a file that zstd itself packed");
    assert_found(&disk, "a disk");
    assert_found(&vec![0; 100_000], "zeros");
    assert_found(b"<!DOCTYPE html><html><body>not found</body></html>", "a web page");
}

/// Digests, CRCs and lengths all agree, but the disk in the frames is not the one that the index means. Only who
/// decompresses can tell.
#[test]
fn frames_of_another_disk_with_an_index_to_match_are_only_found_by_looking_at_content() {
    let (sample, other) = (sample(), other());
    let mut pieces = pieces(&sample.medv);
    let theirs = self::pieces(&other.medv);
    let container = Container::open(&MemorySource(sample.medv.clone()), &Limits::default()).unwrap();
    let mut index = container.index.clone();
    assert_eq!(index.entries[0].kind, FrameKind::Data);
    pieces[1].clone_from(&theirs[1]);
    index.entries[0].compressed_len = u32::try_from(pieces[1].len()).unwrap();
    index.entries[0].crc = crc32(&pieces[1]);
    let bytes = index.to_bytes();
    let (trailer, table) = index.ending(&bytes).unwrap();
    let ending =
        [wrap(SKIPPABLE_MAGIC, &bytes), wrap(SKIPPABLE_MAGIC, &trailer.to_bytes()), table.to_frame()]
            .concat();
    *pieces.last_mut().unwrap() = ending;
    assert_found_but_by(&pieces.concat(), "a frame with another disk's content", &[Reader::Quick]);
}

/// CRC-32 (ISO-HDLC), as slow as it is short.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn a_damaged_stream_can_be_gone_on_with_from_a_good_one() {
    let sample = sample();
    let data = structures(&sample.medv).into_iter().filter(|structure| structure.name.ends_with("body"));
    for Structure { name, place } in data {
        let mut bad = sample.medv.clone();
        bad[place.start] ^= 1;
        let (storage, target) = (FailingStorage::new(), Path::new("disk.vhd"));
        let options = expand_options(TargetForm::Raw);
        expand_on(&storage, pipe(bad), target, &options, &Silent).expect_err(&name);
        let report = expand_on(&storage, sample.pipe(), target, &options, &Silent).unwrap();
        assert!(storage.read(target).as_ref() == Some(&sample.disk.0), "{name}");
        let written = report.written_bytes + report.resumed_frames * CHUNK as u64;
        assert_eq!(written, report.data_frames * CHUNK as u64, "{name}");
    }
}

#[test]
fn what_the_matrix_covers() {
    let medv = Sample::new(SourceForm::Dynamic { block_size: BLOCK }, "ab..c.d.ef", 0).medv;
    let mut covered = vec![false; medv.len()];
    for Structure { place, .. } in structures(&medv) {
        covered[place].fill(true);
    }
    let gaps: Vec<_> =
        covered.iter().enumerate().filter(|(_, covered)| !**covered).map(|(at, _)| at).collect();
    // Unused bytes of the index's fixed part, which its digest covers.
    assert!(gaps.len() <= 16, "{} bytes belong to no structure: {gaps:?}", gaps.len());
}
