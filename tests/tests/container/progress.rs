//! Progress ends at the disk's size and never beyond, in everything the engine does; and everything it does can be
//! stopped.

use std::path::Path;

use medv_codec::container::Input;
use medv_codec::expand::{TargetForm, expand, expand_to_writer};
use medv_codec::verify::{Depth, verify};
use medv_codec::{ErrorKind, Silent};
use medv_format::Limits;
use medv_tests::disk_files::{FORMS, Form, write};
use medv_tests::engine::{at_random, into_form, pack_file, pack_monitored, small_chunks, through_a_pipe};
use medv_tests::images::{mixed, odd_sizes, whole_sectors};
use medv_tests::vhd_builder::{Scratch, assert_same};

use crate::watch::Watch;

/// Both ways in.
fn inputs(path: &Path, medv: &[u8]) -> [(&'static str, Input); 2] {
    [("file", at_random(path)), ("pipe", through_a_pipe(medv))]
}

fn watch_everything(form: Form, disk: &[u8], name: &str) {
    let scratch = Scratch::new();
    let source = write(&scratch, form, disk);
    let size = (disk.len() as u64).next_multiple_of(512);
    let done = |watch: Watch, what: &str| watch.assert_complete(size, &format!("{what}, {form:?}, {name}"));
    let watch = Watch::new();
    let (medv, _) = pack_monitored(&source, &small_chunks(), &watch).unwrap();
    assert_eq!(watch.bytes_written(), medv.len() as u64, "pack, {form:?}, {name}");
    done(watch, "pack");
    let path = scratch.write("disk.medv", &medv);
    for depth in [Depth::Quick, Depth::Full] {
        for (way, input) in inputs(&path, &medv) {
            let watch = Watch::new();
            verify(input, depth, None, &Limits::default(), &watch).unwrap();
            done(watch, &format!("verify {depth:?} from a {way}"));
        }
    }
    for wanted in [TargetForm::Same, TargetForm::Dynamic, TargetForm::Fixed, TargetForm::Raw] {
        for (way, input) in inputs(&path, &medv) {
            let watch = Watch::new();
            expand(input, &scratch.path(&format!("{wanted:?}.{way}")), &into_form(wanted), &watch).unwrap();
            done(watch, &format!("expand to {wanted:?} from a {way}"));
        }
    }
    for wanted in [TargetForm::Fixed, TargetForm::Raw] {
        for (way, input) in inputs(&path, &medv) {
            let watch = Watch::new();
            expand_to_writer(input, &mut std::io::sink(), &into_form(wanted), &watch).unwrap();
            done(watch, &format!("expand to a pipe as {wanted:?} from a {way}"));
        }
    }
}

#[test]
fn everything_ends_at_the_disks_size() {
    for image in whole_sectors().iter().filter(|image| image.bytes.len() < 4 << 20) {
        for form in FORMS {
            watch_everything(form, &image.bytes, &image.name);
        }
    }
    for image in odd_sizes() {
        watch_everything(Form::Raw, &image.bytes, &image.name);
    }
}

#[test]
fn everything_can_be_stopped() {
    let scratch = Scratch::new();
    let disk = mixed(51, (6 << 20) + 512);
    let source = write(&scratch, Form::Raw, &disk);
    let stops = [0, 1 << 20, 5 << 20];
    for stop in stops {
        let watch = Watch::stopping_after(stop);
        let error = pack_monitored(&source, &small_chunks(), &watch).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "pack after {stop}: {error}");
        assert!(watch.advanced() < disk.len() as u64, "pack after {stop}");
    }
    let (medv, _) = pack_file(&source, &small_chunks());
    let path = scratch.write("disk.medv", &medv);
    for stop in stops {
        for depth in [Depth::Quick, Depth::Full] {
            for (way, input) in inputs(&path, &medv) {
                let watch = Watch::stopping_after(stop);
                let error = verify(input, depth, None, &Limits::default(), &watch).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Cancelled, "verify {depth:?}, {way}, {stop}: {error}");
            }
        }
        for (way, input) in inputs(&path, &medv) {
            let watch = Watch::stopping_after(stop);
            let written = expand_to_writer(input, &mut std::io::sink(), &into_form(TargetForm::Raw), &watch);
            assert_eq!(written.unwrap_err().kind(), ErrorKind::Cancelled, "to a pipe from a {way}, {stop}");
        }
    }
}

#[test]
fn a_stopped_expand_goes_on_where_it_stopped_and_again_ends_at_the_disks_size() {
    let disk = mixed(52, (6 << 20) + 512);
    for form in [TargetForm::Dynamic, TargetForm::Fixed, TargetForm::Raw] {
        for (first, second) in [("file", "file"), ("file", "pipe"), ("pipe", "file"), ("pipe", "pipe")] {
            let scratch = Scratch::new();
            let (medv, _) = pack_file(&write(&scratch, Form::Dynamic(2 << 20), &disk), &small_chunks());
            let path = scratch.write("disk.medv", &medv);
            let target = scratch.path("target");
            let input = |way| if way == "file" { at_random(&path) } else { through_a_pipe(&medv) };
            let what = format!("{form:?}, {first}, then {second}");

            let watch = Watch::stopping_after(3 << 20);
            let error = expand(input(first), &target, &into_form(form), &watch).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled, "{what}: {error}");
            assert!(!target.exists(), "{what}: an unfinished target has the name of a finished one");

            let watch = Watch::new();
            let report = expand(input(second), &target, &into_form(form), &watch).unwrap();
            watch.assert_complete(disk.len() as u64, &what);
            assert!(report.resumed_frames > 0 && report.resumed_frames < report.data_frames, "{what}");

            let whole = scratch.path("whole");
            expand(at_random(&path), &whole, &into_form(form), &Silent).unwrap();
            assert_same(&std::fs::read(&target).unwrap(), &std::fs::read(&whole).unwrap());
        }
    }
}
