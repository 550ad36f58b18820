//! The power goes at every call, of all that was not synced anything may be lost, and the next run ends identical.

use std::path::Path;

use medv_codec::expand::TargetForm;
use medv_tests::failing_storage::{Arrives, FailingStorage, Fault};
use medv_tests::sample::Sample;

use crate::{ARRIVES, FORMS, INPUTS, Open, go_on, run, run_with_force, sample, target, undisturbed};

/// Cuts the power at every call of an expand; `judge` gets what is found after each.
fn cut_everywhere(form: TargetForm, open: Open, mut judge: impl FnMut(&Sample, &[u8], FailingStorage, &str)) {
    let sample = sample(form);
    let (whole, storage) = undisturbed(&sample, open, form);
    let calls = storage.calls();
    assert!(calls.iter().filter(|call| call.syncs()).count() > 10, "{calls:?}");
    for (number, call) in calls.iter().enumerate().filter(|(_, call)| call.changes()) {
        let storage = FailingStorage::new();
        storage.set_fault(Fault::PowerCut(number));
        run(&storage, open(&sample), form).expect_err("the power went");
        for arrives in ARRIVES {
            let context = format!("{form:?}, cut before call {number}, {call:?}, {arrives:?}");
            judge(&sample, &whole, storage.after_power_cut(arrives), &context);
        }
    }
}

#[test]
fn a_cut_anywhere_loses_nothing() {
    for (_, open) in INPUTS {
        for form in FORMS {
            cut_everywhere(form, open, |sample, whole, storage, context| {
                if let Some(found) = storage.read(target()) {
                    assert!(found == whole, "half a target has its name: {context}");
                }
                go_on(&storage, sample, open, form, whole, context);
            });
        }
    }
}

#[test]
fn a_second_cut_while_going_on_loses_nothing_either() {
    for (_, open) in INPUTS {
        let form = TargetForm::Dynamic;
        let sample = sample(form);
        let (whole, undisturbed) = undisturbed(&sample, open, form);
        let calls = undisturbed.calls().len();
        for first in (0..calls).step_by(3) {
            for second in (0..calls).step_by(5) {
                let mut storage = FailingStorage::new();
                for (number, seed) in [(first, 7), (second, 8)] {
                    storage.set_fault(Fault::PowerCut(number));
                    // The second may come when all is done.
                    let _ = run(&storage, open(&sample), form);
                    storage = storage.after_power_cut(Arrives::Some(seed * 1000 + number as u64));
                }
                if storage.read(target()).is_none() || storage.names().len() > 1 {
                    run(&storage, open(&sample), form).unwrap();
                }
                assert!(storage.read(target()).as_ref() == Some(&whole), "cut at {first}, then at {second}");
            }
        }
    }
}

#[test]
fn what_is_to_be_replaced_stays_until_the_new_disk_is_whole() {
    let old = b"somebody's work".to_vec();
    for (_, open) in INPUTS {
        let form = TargetForm::Fixed;
        let sample = sample(form);
        let (whole, _) = undisturbed(&sample, open, form);
        let fresh = || FailingStorage::new().with_file(target(), old.clone());
        let storage = fresh();
        run_with_force(&storage, open(&sample), form).unwrap();
        for number in 0..storage.calls().len() {
            let storage = fresh();
            storage.set_fault(Fault::PowerCut(number));
            run_with_force(&storage, open(&sample), form).expect_err("the power went");
            for arrives in ARRIVES {
                let storage = storage.after_power_cut(arrives);
                let found = storage.read(Path::new(target())).expect("the old or the new one");
                assert!(found == old || found == whole, "cut before call {number}, {arrives:?}");
                run_with_force(&storage, open(&sample), form).unwrap();
                assert!(storage.read(target()).as_ref() == Some(&whole));
                assert_eq!(storage.names(), [target()]);
            }
        }
    }
}

#[test]
fn without_force_nothing_is_replaced() {
    let old = b"somebody's work".to_vec();
    let form = TargetForm::Fixed;
    let sample = sample(form);
    for (_, open) in INPUTS {
        let storage = FailingStorage::new().with_file(target(), old.clone());
        let error = run(&storage, open(&sample), form).unwrap_err();
        assert_eq!(error.kind(), medv_codec::ErrorKind::Usage);
        assert_eq!(error.path(), Some(target()));
        assert!(error.advised().is_some_and(|advice| advice.contains("--force")));
        assert_eq!((storage.read(target()), storage.names().len()), (Some(old.clone()), 1));
    }
}
