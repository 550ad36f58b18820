//! Every level, every chunk size, every kind of tail: the disk that comes out is the disk that went in, whichever way
//! it takes.

use std::fs;

use medv_codec::expand::{TargetForm, expand_to_writer};
use medv_codec::{ErrorKind, Silent};
use medv_tests::disk_files::{Form, write};
use medv_tests::engine::{
    at_random, expand_into, into_form, pack_file, pack_monitored, pack_options, through_a_pipe,
};
use medv_tests::images::mixed;
use medv_tests::vhd_builder::{Scratch, assert_same};

/// Packs a raw image and expands it through a file and through pipes, as a raw image again.
fn round_trip(disk: &[u8], level: i32, chunk_kib: u32) {
    let scratch = Scratch::new();
    let (medv, _) = pack_file(&write(&scratch, Form::Raw, disk), &pack_options(level, chunk_kib, 2));
    let path = scratch.write("disk.medv", &medv);
    let (random, passing) = (scratch.path("random.img"), scratch.path("passing.img"));
    expand_into(at_random(&path), &random, TargetForm::Raw);
    expand_into(through_a_pipe(&medv), &passing, TargetForm::Raw);
    let mut piped = Vec::new();
    expand_to_writer(through_a_pipe(&medv), &mut piped, &into_form(TargetForm::Raw), &Silent).unwrap();
    let what = format!("level {level}, chunks of {chunk_kib} KiB, {} bytes", disk.len());
    for (way, found) in [("random", fs::read(random).unwrap()), ("passing", fs::read(passing).unwrap())] {
        assert!(found == disk, "{way}, {what}");
    }
    assert!(piped == disk, "piped, {what}");
}

#[test]
fn every_chunk_size_with_every_tail() {
    for chunk_kib in [64, 128, 256, 512, 1024, 2048, 4096, 8192] {
        let chunk = chunk_kib as usize * 1024;
        let tails = [1, 512, 513, 65_536, 65_537, chunk / 2 + 512, chunk - 1, chunk, chunk + 1];
        for (seed, tail) in (0..).zip(tails) {
            round_trip(&mixed(seed, tail), 1, chunk_kib);
        }
        round_trip(&mixed(40, chunk + 65_536 + 512), 1, chunk_kib);
    }
}

#[test]
fn every_level() {
    let disk = mixed(41, (1 << 20) + 700);
    for level in [1, 3, 9, 19, 22] {
        for chunk_kib in [64, 1024] {
            round_trip(&disk, level, chunk_kib);
        }
    }
    // A window may not be larger than 8 MiB, whatever the level would like.
    for level in [19, 22] {
        round_trip(&mixed(42, (512 << 10) + 1), level, 8192);
    }
}

#[test]
fn options_out_of_range_are_the_callers_fault() {
    let scratch = Scratch::new();
    let source = write(&scratch, Form::Raw, &[1; 512]);
    for (level, chunk_kib) in [(0, 64), (23, 64), (-1, 64), (3, 32), (3, 96), (3, 16_384), (3, 0)] {
        let error = pack_monitored(&source, &pack_options(level, chunk_kib, 1), &Silent).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "level {level}, chunks of {chunk_kib} KiB");
    }
}

#[test]
fn a_file_and_a_pipe_give_identical_targets_of_every_form() {
    let disk = mixed(43, (5 << 20) + 512);
    for form in [Form::Fixed, Form::Dynamic(2 << 20), Form::Dynamic(64 << 10), Form::Raw] {
        let scratch = Scratch::new();
        let (medv, _) = pack_file(&write(&scratch, form, &disk), &pack_options(1, 256, 2));
        let path = scratch.write("disk.medv", &medv);
        for wanted in [TargetForm::Same, TargetForm::Dynamic, TargetForm::Fixed, TargetForm::Raw] {
            let (random, passing) =
                (scratch.path(&format!("{wanted:?}.random")), scratch.path(&format!("{wanted:?}.passing")));
            let one = expand_into(at_random(&path), &random, wanted);
            let other = expand_into(through_a_pipe(&medv), &passing, wanted);
            assert_eq!((one.form, one.image_digest), (other.form, other.image_digest));
            let random = fs::read(random).unwrap();
            assert_same(&fs::read(passing).unwrap(), &random);
            let mut piped = Vec::new();
            let written = expand_to_writer(at_random(&path), &mut piped, &into_form(wanted), &Silent);
            match (written, one.form) {
                (Err(error), TargetForm::Dynamic) => assert_eq!(error.kind(), ErrorKind::Usage),
                (written, _) => {
                    written.unwrap();
                    assert_same(&piped, &random);
                }
            }
        }
    }
}
