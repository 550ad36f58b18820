//! A damaged or truncated `.medv` gives what is whole of it, and says exactly what is not.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use medv_codec::container::Container;
use medv_codec::disk::{OpenOptions, Severity, open};
use medv_codec::expand::{ExpandOptions, SalvageReport, TargetForm, salvage};
use medv_codec::pack::{PackOptions, Subject, pack_to_file};
use medv_codec::source::FileSource;
use medv_codec::{ErrorKind, Result, Silent};
use medv_format::container::{Frame, FrameKind, Header};
use medv_format::{DiskOffset, Limits};
use tempfile::TempDir;

const CHUNK: u64 = 64 << 10;
/// Not a whole number of chunks.
const SIZE: u64 = 5 * (1 << 20) + 3 * 512;

/// A packed disk, before anything happens to it.
struct Packed {
    folder: TempDir,
    disk: Vec<u8>,
    file: Vec<u8>,
    frames: Vec<Frame>,
    index_at: usize,
    index_len: usize,
}

/// Data of all sorts with a hole of 2 MiB, in chunks of 64 KiB.
fn packed() -> Packed {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = Vec::new();
    let mut state = 11u64;
    while disk.len() < usize::try_from(SIZE).unwrap() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = if disk.len() / 300_000 % 2 == 0 { state } else { state >> 60 };
        disk.extend_from_slice(&word.to_le_bytes());
    }
    disk[1 << 20..3 << 20].fill(0);
    let (image, medv) = (folder.path().join("disk.img"), folder.path().join("disk.medv"));
    fs::write(&image, &disk).unwrap();
    let opened = open(&image, &OpenOptions::default()).unwrap();
    let options = PackOptions { chunk_size: u32::try_from(CHUNK).unwrap(), ..PackOptions::default() };
    pack_to_file(&Subject::new(&opened, None), &medv, false, &options, &Silent).unwrap();
    let container = Container::open(&FileSource::open(&medv).unwrap(), &Limits::default()).unwrap();
    let trailer = &container.trailer;
    Packed {
        disk,
        file: fs::read(medv).unwrap(),
        frames: container.index.frames().collect(),
        index_at: usize::try_from(trailer.index_at.get()).unwrap(),
        index_len: usize::try_from(trailer.index_len).unwrap(),
        folder,
    }
}

impl Packed {
    fn partial(&self) -> PathBuf {
        self.folder.path().join("disk.vhd.partial")
    }

    /// What becomes of these bytes in the place of the `.medv`.
    fn salvage(&self, file: &[u8], form: TargetForm) -> Result<SalvageReport> {
        let path = self.folder.path().join("damaged.medv");
        fs::write(&path, file).unwrap();
        let options = ExpandOptions { form, ..ExpandOptions::default() };
        salvage(&FileSource::open(&path).unwrap(), &self.partial(), &options, &Silent)
    }

    /// Checks that exactly `missing` is missing, and that the rest is right in every form.
    fn expect(&self, file: &[u8], missing: &[Range<u64>]) {
        let mut expected = self.disk.clone();
        for part in missing {
            let part = usize::try_from(part.start).unwrap()..usize::try_from(part.end).unwrap();
            expected[part].fill(0);
        }
        let missing_bytes: u64 = missing.iter().map(|part| part.end - part.start).sum();
        for form in [TargetForm::Raw, TargetForm::Fixed, TargetForm::Dynamic] {
            let report = self.salvage(file, form).unwrap();
            let found: Vec<_> = report.missing.iter().map(|part| part.start.get()..part.end.get()).collect();
            assert_eq!(found, missing);
            assert_eq!((report.virtual_size, report.good_bytes), (SIZE, SIZE - missing_bytes));
            assert_eq!(report.form, form);
            assert_eq!(report.damage.unwrap().kind(), ErrorKind::Damaged);
            assert!(disk_at(&self.partial()) == expected, "{form:?}");
        }
        assert_eq!(self.leftovers(), Vec::<String>::new());
    }

    /// Files of a target that is being built.
    fn leftovers(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".medv-")).collect()
    }
}

/// All bytes of a disk, as our reader sees them.
fn disk_at(path: &Path) -> Vec<u8> {
    let opened = open(path, &OpenOptions::default()).unwrap();
    let is_odd = opened.findings.iter().any(|finding| finding.severity != Severity::Note);
    assert!(!is_odd, "{:?}", opened.findings);
    let mut bytes = vec![0; usize::try_from(opened.disk.virtual_size()).unwrap()];
    let mut from = DiskOffset::ZERO;
    while let Some(extent) = opened.disk.next_extent(from).unwrap() {
        let part = usize::try_from(extent.start.get()).unwrap()..usize::try_from(extent.end.get()).unwrap();
        opened.disk.read_at(extent.start, &mut bytes[part]).unwrap();
        from = extent.end;
    }
    bytes
}

fn place(frame: &Frame) -> Range<u64> {
    frame.disk.get()..frame.disk.get() + u64::from(frame.entry.content_len)
}

fn byte_in(frame: &Frame) -> usize {
    usize::try_from(frame.file.get()).unwrap() + frame.entry.compressed_len as usize / 2
}

#[test]
fn a_damaged_frame_is_missing_and_nothing_else() {
    let packed = packed();
    let data: Vec<_> = packed.frames.iter().filter(|frame| frame.entry.kind == FrameKind::Data).collect();
    // The first of a block of a dynamic VHD, one within, the last and short one.
    for frame in [data[0], data[5], data[data.len() - 1]] {
        let mut file = packed.file.clone();
        file[byte_in(frame)] ^= 0x20;
        packed.expect(&file, &[place(frame)]);
    }
}

#[test]
fn damaged_frames_that_touch_are_one_missing_part() {
    let packed = packed();
    let mut file = packed.file.clone();
    for number in [2, 3, 4, 9] {
        file[byte_in(&packed.frames[number])] ^= 1;
    }
    let parts = [place(&packed.frames[2]).start..place(&packed.frames[4]).end, place(&packed.frames[9])];
    packed.expect(&file, &parts);
}

#[test]
fn a_damaged_zero_run_or_footer_takes_nothing_from_the_disk() {
    let packed = packed();
    let footer = packed.frames.last().unwrap();
    assert_eq!(footer.entry.kind, FrameKind::Footer);
    let mut file = packed.file.clone();
    file[byte_in(footer)] ^= 0x20;
    packed.expect(&file, &[]);

    let zeros = packed.frames.iter().find(|frame| frame.entry.kind == FrameKind::Zero).unwrap();
    let mut file = packed.file.clone();
    file[byte_in(zeros)] ^= 0x20;
    let report = packed.salvage(&file, TargetForm::Fixed).unwrap();
    // The index says what it was.
    assert_eq!((report.good_bytes, report.missing.len()), (SIZE, 0));
    assert!(disk_at(&packed.partial()) == packed.disk);
}

#[test]
fn what_stands_around_the_frames_takes_nothing_from_the_disk() {
    let packed = packed();
    let len = packed.file.len();
    let trailer = packed.index_at + 8 + packed.index_len;
    let places = [
        ("header", 8 + 20),
        ("magic number of the header", 0),
        ("frame of the index", packed.index_at + 5),
        ("index", packed.index_at + 8 + packed.index_len / 2),
        ("frame of the trailer", trailer),
        ("trailer", trailer + 8 + 30),
        ("seek table", trailer + 108 + 20),
        ("end of the seek table", len - 2),
    ];
    for (what, at) in places {
        let mut file = packed.file.clone();
        file[at] ^= 4;
        println!("{what}");
        packed.expect(&file, &[]);
    }
}

#[test]
fn the_index_tells_what_is_whole_even_without_the_header() {
    let packed = packed();
    let mut file = packed.file.clone();
    file[..usize::try_from(Header::FRAME_LEN).unwrap()].fill(0);
    file[byte_in(&packed.frames[1])] ^= 1;
    packed.expect(&file, &[place(&packed.frames[1])]);
}

#[test]
fn a_truncated_file_gives_what_stands_in_front_of_the_cut() {
    let packed = packed();
    let whole_frames = |cut: usize| {
        let ends = packed.frames.iter().filter(|frame| frame.entry.kind != FrameKind::Footer).map(|frame| {
            let end = usize::try_from(frame.file.get()).unwrap() + frame.entry.compressed_len as usize;
            (end, place(frame).end)
        });
        ends.filter(|(end, _)| *end <= cut).map(|(_, disk)| disk).max().unwrap_or(0)
    };
    let header = usize::try_from(Header::FRAME_LEN).unwrap();
    let first = &packed.frames[0];
    let behind_first = usize::try_from(first.file.get()).unwrap() + first.entry.compressed_len as usize;
    let mut cuts = vec![header, header + 1, behind_first - 1, behind_first, behind_first + 1];
    cuts.extend([packed.index_at, packed.index_at + 20, packed.file.len() - 100, packed.file.len() - 1]);
    cuts.extend((1..12).map(|part| packed.file.len() / 12 * part));
    for cut in cuts {
        let good = whole_frames(cut);
        let missing = if good < SIZE { vec![good..SIZE] } else { vec![] };
        println!("cut at {cut}");
        packed.expect(&packed.file[..cut], &missing);
    }
}

#[test]
fn without_header_and_index_there_is_nothing_to_save() {
    let packed = packed();
    for cut in [0, 1, usize::try_from(Header::FRAME_LEN).unwrap() - 1] {
        let error = packed.salvage(&packed.file[..cut], TargetForm::Same).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
    }
    assert!(!packed.partial().exists());
    assert_eq!(packed.leftovers(), Vec::<String>::new());
}

#[test]
fn a_whole_file_is_saved_whole() {
    let packed = packed();
    let report = packed.salvage(&packed.file, TargetForm::Same).unwrap();
    assert_eq!((report.good_bytes, report.missing.len()), (SIZE, 0));
    assert!(report.damage.is_none() && report.form == TargetForm::Raw);
    assert!(fs::read(packed.partial()).unwrap() == packed.disk);
}

#[test]
fn an_earlier_attempt_leaves_no_trace_in_the_next() {
    let packed = packed();
    let report = packed.salvage(&packed.file, TargetForm::Raw).unwrap();
    assert_eq!(report.good_bytes, SIZE);
    // As if the power had gone in the middle of it.
    fs::rename(packed.partial(), packed.folder.path().join("disk.vhd.partial.medv-part")).unwrap();
    let cut = usize::try_from(packed.frames[3].file.get()).unwrap();
    packed.expect(&packed.file[..cut], &[place(&packed.frames[3]).start..SIZE]);
}

mod with_qemu_img {
    use std::process::Command;

    use super::*;

    #[test]
    fn opens_what_was_saved() {
        let packed = packed();
        let mut file = packed.file.clone();
        // The first frame of a block, whose bitmap the others need.
        file[byte_in(&packed.frames[0])] ^= 1;
        let raw = packed.folder.path().join("expected.img");
        let mut expected = packed.disk.clone();
        expected[..usize::try_from(CHUNK).unwrap()].fill(0);
        fs::write(&raw, expected).unwrap();
        for form in [TargetForm::Dynamic, TargetForm::Fixed] {
            packed.salvage(&file, form).unwrap();
            let subformat = "driver=vpc,force_size_calc=current_size,file.filename=";
            let saved = format!("{subformat}{}", packed.partial().display());
            let compared = Command::new("qemu-img")
                .args(["compare", "--image-opts", &saved])
                .arg(format!("driver=raw,file.filename={}", raw.display()))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&compared.stdout).into_owned();
            assert!(
                compared.status.success(),
                "{form:?}: {said}{}",
                String::from_utf8_lossy(&compared.stderr)
            );
        }
    }
}
