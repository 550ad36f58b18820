//! Containers whose checksums and digests are all right, and that are refused all the same: from a file as from a pipe, by
//! verifying as by expanding.

use medv_codec::container::{Container, Input};
use medv_codec::expand::{TargetForm, expand, expand_to_writer};
use medv_codec::source::FileSource;
use medv_codec::verify::{Depth, verify};
use medv_codec::{ErrorKind, Silent};
use medv_format::Limits;
use medv_format::container::{FrameKind, Index, SKIPPABLE_MAGIC, wrap};
use medv_format::digest::subtree;
use medv_tests::disk_files::{Form, write};
use medv_tests::engine::{at_random, into_form, pack_file, small_chunks, through_a_pipe};
use medv_tests::images::islands;
use medv_tests::vhd_builder::Scratch;

/// Packs a disk, has `change` change the index and the bytes of the frames, and makes the rest of the file fit them.
fn forged(scratch: &Scratch, disk: &[u8], change: impl Fn(&mut Index, &mut Vec<u8>)) -> Vec<u8> {
    let (medv, _) = pack_file(&write(scratch, Form::Fixed, disk), &small_chunks());
    let path = scratch.write("honest.medv", &medv);
    let Container { mut index, trailer } =
        Container::open(&FileSource::open(&path).unwrap(), &Limits::default()).unwrap();
    let mut file = medv[..usize::try_from(trailer.index_at.get()).unwrap()].to_vec();
    change(&mut index, &mut file);
    sealed(file, &index, &[])
}

/// Puts the rest of the file behind the frames in `file`, with `later` behind what the index has to say.
fn sealed(mut file: Vec<u8>, index: &Index, later: &[u8]) -> Vec<u8> {
    let bytes = [&index.to_bytes(), later].concat();
    let (trailer, table) = index.ending(&bytes).unwrap();
    file.extend(wrap(SKIPPABLE_MAGIC, &bytes));
    file.extend(wrap(SKIPPABLE_MAGIC, &trailer.to_bytes()));
    file.extend(table.to_frame());
    file
}

fn assert_refused(scratch: &Scratch, medv: &[u8]) {
    let path = scratch.write("forged.medv", medv);
    let inputs = || -> [Input; 2] { [at_random(&path), through_a_pipe(medv)] };
    for input in inputs() {
        match verify(input, Depth::Full, None, &Limits::default(), &Silent) {
            Ok(report) => assert_eq!(report.damaged_frames, 1),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Damaged, "{error}"),
        }
    }
    for form in [TargetForm::Same, TargetForm::Dynamic, TargetForm::Raw] {
        for input in inputs() {
            let target = scratch.path("target");
            let error = expand(input, &target, &into_form(form), &Silent).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
            assert!(!target.exists());
            let _ = std::fs::remove_file(scratch.path("target.medv-part"));
            let _ = std::fs::remove_file(scratch.path("target.medv-journal"));
        }
    }
    for input in inputs() {
        let error = expand_to_writer(input, &mut std::io::sink(), &into_form(TargetForm::Fixed), &Silent);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Damaged);
    }
}

/// The counterpart: what a later version may add is no reason to refuse.
#[test]
fn an_attachment_of_an_unknown_kind_is_passed_over() {
    let scratch = Scratch::new();
    let disk = islands(84, 192 << 10);
    let (medv, _) = pack_file(&write(&scratch, Form::Fixed, &disk), &small_chunks());
    let path = scratch.write("honest.medv", &medv);
    let Container { index, trailer } =
        Container::open(&FileSource::open(&path).unwrap(), &Limits::default()).unwrap();
    let frames = medv[..usize::try_from(trailer.index_at.get()).unwrap()].to_vec();
    let later = sealed(frames, &index, &[9, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3]);
    let path = scratch.write("later.medv", &later);
    for input in [at_random(&path), through_a_pipe(&later)] {
        let report = verify(input, Depth::Full, None, &Limits::default(), &Silent).unwrap();
        assert_eq!((report.damaged_frames, report.image_digest), (0, trailer.image_digest));
    }
}

/// From a pipe nobody could tell it from a run of zeros.
#[test]
fn a_zero_run_that_the_index_calls_data() {
    let scratch = Scratch::new();
    let disk = [islands(81, 64 << 10), vec![0; 64 << 10], islands(82, 64 << 10)].concat();
    let medv = forged(&scratch, &disk, |index, _| {
        let run = index.entries.iter_mut().find(|entry| entry.kind == FrameKind::Zero).unwrap();
        (run.kind, run.digest) = (FrameKind::Data, subtree(&vec![0; 64 << 10]));
    });
    assert_refused(&scratch, &medv);
}

#[test]
fn a_footer_frame_that_holds_no_footer() {
    let scratch = Scratch::new();
    let medv = forged(&scratch, &islands(83, 128 << 10), |index, file| {
        let footer = index.entries.last_mut().unwrap();
        file.truncate(file.len() - footer.compressed_len as usize);
        let mut compressor = zstd::bulk::Compressor::new(3).unwrap();
        compressor.include_contentsize(true).unwrap();
        compressor.include_checksum(true).unwrap();
        let frame = compressor.compress(&[7; 512]).unwrap();
        footer.digest = subtree(&[7; 512]);
        footer.crc = crc32fast::hash(&frame);
        footer.compressed_len = u32::try_from(frame.len()).unwrap();
        file.extend(frame);
    });
    assert_refused(&scratch, &medv);
}
