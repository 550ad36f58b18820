//! Every call fails once, or from then on: a clean error, nothing half-installed, and the next run goes on.

use std::io;
use std::path::Path;

use medv_codec::expand::{ExpandOptions, TargetForm, expand_on};
use medv_codec::{Error, ErrorKind, Silent};
use medv_tests::failing_storage::{FailingStorage, Fault};
use medv_tests::sample::{CHUNK, expand_options};

use crate::counts::assert_not_written_again;
use crate::{
    FORMS, INPUTS, JOURNAL, PART, go_on, journalled, run, run_with_force, sample, target, undisturbed,
};

fn assert_clean(error: &Error, context: &str) {
    assert_eq!(error.kind(), ErrorKind::Io, "{error}: {context}");
    let path = error.path().unwrap_or_else(|| panic!("{error} names no file: {context}"));
    assert!([target(), Path::new(PART), Path::new(JOURNAL)].contains(&path), "{error}: {context}");
    assert!(std::error::Error::source(error).is_some(), "{error} has no cause: {context}");
}

#[test]
fn any_call_that_fails_is_a_clean_error() {
    for (name, open) in INPUTS {
        for form in FORMS {
            let sample = sample(form);
            let (whole, undisturbed) = undisturbed(&sample, open, form);
            let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::Other];
            let faults = (0..undisturbed.calls().len())
                .flat_map(|number| [Fault::Once(number, kinds[number % 2]), Fault::From(number, kinds[1])]);
            for fault in faults {
                let context = format!("{name}, {form:?}, {fault:?}");
                let storage = FailingStorage::new();
                storage.set_fault(fault);
                let error = run(&storage, open(&sample), form).expect_err(&context);
                assert_clean(&error, &context);
                if let Some(found) = storage.read(target()) {
                    assert!(found == whole, "half a target has its name: {context}");
                }
                // The machine may go down before the next try, too.
                for storage in [storage.clone(), storage.after_power_cut(crate::Arrives::Nothing)] {
                    go_on(&storage, &sample, open, form, &whole, &context);
                }
            }
        }
    }
}

#[test]
fn a_full_disk_keeps_what_fitted() {
    for (name, open) in INPUTS {
        let form = TargetForm::Fixed;
        let sample = sample(form);
        let (whole, _) = undisturbed(&sample, open, form);
        for room in (0..16).map(|chunks| chunks * CHUNK as u64 + 300) {
            let storage = FailingStorage::new();
            storage.set_fault(Fault::Room(room));
            let Err(error) = run(&storage, open(&sample), form) else {
                assert!(room > 13 * CHUNK as u64, "{name}: finished with room for {room} bytes");
                continue;
            };
            assert_clean(&error, name);
            let advice = error.advised().unwrap_or_default();
            assert!(advice.contains("make room"), "{error}: {advice}");
            assert_eq!(storage.read(target()), None);
            let done = journalled(&storage).unwrap_or_default();
            let fitted = room.saturating_sub(300) / CHUNK as u64;
            assert!(done.len() as u64 + 1 >= fitted, "{name}: {} of {fitted} chunks were kept", done.len());
            storage.set_fault(Fault::None);
            let report = run(&storage, open(&sample), form).unwrap();
            assert_not_written_again(&storage, &sample, form, &report, &done, name);
            assert!(storage.read(target()).as_ref() == Some(&whole));
        }
    }
}

#[test]
fn what_must_stay_free_is_looked_at_before_anything_is_written() {
    let form = TargetForm::Fixed;
    let sample = sample(form);
    // More than the disk takes.
    let free = 64 * CHUNK as u64;
    for (keep_free, fits) in [(0, true), (32 * CHUNK as u64, true), (free, false)] {
        let storage = FailingStorage::new();
        storage.set_fault(Fault::SaysFree(free));
        let options = ExpandOptions { keep_free, ..expand_options(form) };
        match expand_on(&storage, (INPUTS[0].1)(&sample), target(), &options, &Silent) {
            Ok(_) => assert!(fits, "{keep_free}"),
            Err(error) => {
                assert!(!fits && error.advised().unwrap_or_default().contains("make room"), "{error}");
                assert!(storage.writes_to(Path::new(PART)).is_empty());
            }
        }
    }
}

#[test]
fn what_is_to_be_replaced_survives_every_failure() {
    let old = b"somebody's work".to_vec();
    let form = TargetForm::Dynamic;
    let sample = sample(form);
    for (name, open) in INPUTS {
        let (whole, _) = undisturbed(&sample, open, form);
        let fresh = || FailingStorage::new().with_file(target(), old.clone());
        let storage = fresh();
        run_with_force(&storage, open(&sample), form).unwrap();
        for number in 0..storage.calls().len() {
            let storage = fresh();
            storage.set_fault(Fault::From(number, io::ErrorKind::Other));
            assert_clean(&run_with_force(&storage, open(&sample), form).expect_err("a call fails"), name);
            let found = storage.read(target()).expect("the old or the new one");
            assert!(found == old || found == whole, "{name}, call {number}");
            storage.set_fault(Fault::None);
            run_with_force(&storage, open(&sample), form).unwrap();
            assert!(storage.read(target()).as_ref() == Some(&whole), "{name}, call {number}");
        }
    }
}
