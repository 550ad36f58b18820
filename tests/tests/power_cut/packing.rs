//! Packing into a file: none under its name, or the whole one.

use std::io;
use std::path::Path;

use medv_codec::pack::{Subject, pack_to_file_on};
use medv_codec::{ErrorKind, Result, Silent};
use medv_format::container::SourceForm;
use medv_tests::failing_storage::{Call, FailingStorage, Fault};
use medv_tests::sample::{Sample, pack_options};

use crate::{ARRIVES, CHUNKS};

const OUT: &str = "out/disk.medv";
const PART: &str = "out/disk.medv.part";

fn run(storage: &FailingStorage, sample: &Sample, replace: bool) -> Result<()> {
    let subject = Subject { disk: &sample.disk, form: SourceForm::Raw, footer: None, free: None };
    pack_to_file_on(storage, &subject, Path::new(OUT), replace, &pack_options(), &Silent).map(drop)
}

/// More than what is gathered before it is written.
fn sample() -> Sample {
    Sample::new(SourceForm::Raw, &CHUNKS.replace('.', "n").repeat(5), 100)
}

fn calls(sample: &Sample, replace: bool) -> Vec<Call> {
    let storage = FailingStorage::new();
    run(&storage, sample, replace).unwrap();
    assert!(
        storage.read(Path::new(OUT)).as_ref() == Some(&sample.medv),
        "the same whatever it is packed into"
    );
    assert_eq!(storage.names(), [Path::new(OUT)]);
    storage.calls()
}

#[test]
fn a_cut_anywhere_leaves_none_or_the_whole_one() {
    let sample = sample();
    let calls = calls(&sample, true);
    for (number, call) in calls.iter().enumerate() {
        for old in [None, Some(b"the old one".to_vec())] {
            let storage = FailingStorage::new();
            let storage = old.iter().fold(storage, |storage, old| storage.with_file(OUT, old.clone()));
            storage.set_fault(Fault::PowerCut(number));
            run(&storage, &sample, true).expect_err("the power went");
            for arrives in ARRIVES {
                let storage = storage.after_power_cut(arrives);
                let found = storage.read(Path::new(OUT));
                let is_whole = found.as_ref() == Some(&sample.medv);
                assert!(found == old || is_whole, "cut before call {number}, {call:?}, {arrives:?}");
                run(&storage, &sample, true).unwrap();
                assert!(storage.read(Path::new(OUT)).as_ref() == Some(&sample.medv));
                assert_eq!(storage.names(), [Path::new(OUT)]);
            }
        }
    }
}

#[test]
fn any_call_that_fails_is_a_clean_error() {
    let sample = sample();
    for number in 0..calls(&sample, false).len() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::Other] {
            let storage = FailingStorage::new();
            storage.set_fault(Fault::Once(number, kind));
            let error = run(&storage, &sample, false).expect_err("a call fails");
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert!([Some(Path::new(OUT)), Some(Path::new(PART))].contains(&error.path()), "{error}");
            assert!(std::error::Error::source(&error).is_some(), "{error} has no cause");
            let found = storage.read(Path::new(OUT));
            assert!(found.is_none() || found.as_ref() == Some(&sample.medv), "call {number}");
            assert_eq!(storage.read(Path::new(PART)), None, "an unfinished file is of no use to anyone");
            storage.set_fault(Fault::None);
            run(&storage, &sample, true).unwrap();
            assert!(storage.read(Path::new(OUT)).as_ref() == Some(&sample.medv));
        }
    }
}

#[test]
fn one_sync_before_the_name_and_one_after() {
    let calls = calls(&sample(), false);
    let ending: Vec<_> = calls.iter().rev().take(3).collect();
    assert!(
        matches!(ending[..], [Call::SyncFolder { .. }, Call::Rename { .. }, Call::Sync { .. }]),
        "{ending:?}"
    );
    assert_eq!(calls.iter().filter(|call| call.syncs()).count(), 2);
}
