//! Another `.medv` of the same size takes over what one has left: never a mixture of both.

use medv_codec::ErrorKind;
use medv_codec::expand::TargetForm;
use medv_format::container::SourceForm;
use medv_tests::failing_storage::{Arrives, FailingStorage, Fault};
use medv_tests::sample::{BLOCK, Sample};

use crate::{FORMS, INPUTS, Open, run, run_with_force, target, undisturbed};

/// Chunks that were written may have to be zeros, and blocks shift where others come and go before them.
const DISKS: [&str; 4] = ["ab..c..d.ef....g", "ab.....d.ef....g", "abc.c..d.ef....g", "ab..c..d.e....xg"];

fn samples(form: TargetForm) -> Vec<Sample> {
    let source = match form {
        TargetForm::Raw => SourceForm::Raw,
        _ => SourceForm::Dynamic { block_size: BLOCK },
    };
    DISKS.iter().map(|chunks| Sample::new(source, chunks, 0)).collect()
}

/// Begins with each sample, cuts the power everywhere, and goes on with each other.
fn take_over(form: TargetForm, begin: Open, go_on: Open, force: bool) {
    let samples = samples(form);
    let wholes: Vec<_> = samples.iter().map(|sample| undisturbed(sample, go_on, form).0).collect();
    for first in &samples {
        let (_, storage) = undisturbed(first, begin, form);
        let calls = storage.calls();
        for number in (0..calls.len()).filter(|number| calls[*number].changes()) {
            let storage = FailingStorage::new();
            storage.set_fault(Fault::PowerCut(number));
            run(&storage, begin(first), form).expect_err("the power went");
            let others = samples.iter().zip(&wholes).filter(|(second, _)| second.medv != first.medv);
            for (second, whole) in others {
                let arrives =
                    if number % 2 == 0 { Arrives::Everything } else { Arrives::Some(number as u64) };
                let storage = storage.after_power_cut(arrives);
                let finished = storage.read(target());
                let run = if force { run_with_force } else { run };
                match run(&storage, go_on(second), form) {
                    Ok(_) => assert!(
                        storage.read(target()).as_ref() == Some(whole),
                        "a mixture: {form:?}, call {number}"
                    ),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
                        assert!(!force, "{error}");
                        assert!(storage.read(target()) == finished, "{form:?}, call {number}");
                    }
                }
            }
        }
    }
}

#[test]
fn through_pipes() {
    for form in FORMS {
        take_over(form, Sample::pipe, Sample::pipe, false);
    }
}

#[test]
fn from_a_pipe_to_a_file() {
    for form in FORMS {
        take_over(form, Sample::pipe, Sample::file, false);
    }
}

#[test]
fn from_a_file_to_a_pipe() {
    for form in FORMS {
        take_over(form, Sample::file, Sample::pipe, false);
    }
}

#[test]
fn from_a_file_to_a_file_only_by_force() {
    for form in FORMS {
        take_over(form, Sample::file, Sample::file, false);
        take_over(form, Sample::file, Sample::file, true);
    }
}

#[test]
fn back_to_the_first_one_after_another_had_its_turn() {
    for form in FORMS {
        let samples = samples(form);
        for (_, third) in INPUTS {
            for (_, first) in INPUTS {
                let (whole, storage) = undisturbed(&samples[0], third, form);
                for number in (8..storage.calls().len()).step_by(3) {
                    for other in &samples[1..] {
                        let mut storage = FailingStorage::new();
                        for input in [first(&samples[0]), other.pipe()] {
                            storage.set_fault(Fault::PowerCut(number));
                            let _ = run(&storage, input, form);
                            storage = storage.after_power_cut(Arrives::Everything);
                        }
                        let finished = storage.read(target());
                        match run(&storage, third(&samples[0]), form) {
                            Ok(_) => assert!(
                                storage.read(target()).as_ref() == Some(&whole),
                                "{form:?}, call {number}"
                            ),
                            Err(error) => {
                                assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
                                assert!(storage.read(target()) == finished);
                            }
                        }
                    }
                }
            }
        }
    }
}
