//! Whatever the disk under a target does, there is either no target, or one that can be gone on with, or the whole one.

mod counts;
mod cuts;
mod failures;
mod mixtures;
mod packing;

use std::path::Path;

use medv_codec::container::Input;
use medv_codec::disk::{OpenOptions, Severity, open};
use medv_codec::expand::{ExpandReport, TargetForm, expand_on};
use medv_codec::{ErrorKind, Result, Silent};
use medv_format::Limits;
use medv_format::journal::Journal;
use medv_tests::failing_storage::{Arrives, FailingStorage, Fault};
use medv_tests::sample::{BLOCK, Sample, expand_options};

const TARGET: &str = "disks/disk.vhd";
const PART: &str = "disks/disk.vhd.medv-part";
const JOURNAL: &str = "disks/disk.vhd.medv-journal";

/// Data and zeros in every mixture that two chunks a block can have.
const CHUNKS: &str = "ab..c..d.ef....ghij.k..lm";

const FORMS: [TargetForm; 3] = [TargetForm::Dynamic, TargetForm::Fixed, TargetForm::Raw];

/// What of the unsynced arrived: each extreme, and some in between.
const ARRIVES: [Arrives; 5] =
    [Arrives::Nothing, Arrives::Everything, Arrives::Some(1), Arrives::Some(2), Arrives::Some(3)];

type Open = fn(&Sample) -> Input;

/// Both kinds of input.
const INPUTS: [(&str, Open); 2] = [("file", Sample::file), ("pipe", Sample::pipe)];

fn target() -> &'static Path {
    Path::new(TARGET)
}

/// The disk that the tests expand. Its size is not in whole sectors where a raw image gets it back.
fn sample(form: TargetForm) -> Sample {
    use medv_format::container::SourceForm;
    match form {
        TargetForm::Raw => Sample::new(SourceForm::Raw, CHUNKS, 700),
        _ => Sample::new(SourceForm::Dynamic { block_size: BLOCK }, CHUNKS, 0),
    }
}

fn run(storage: &FailingStorage, input: Input, form: TargetForm) -> Result<ExpandReport> {
    expand_on(storage, input, target(), &expand_options(form), &Silent)
}

/// Goes on after a fault. Where nothing is left to do, that is said; otherwise what is left is done, and the journal's
/// frames are not written again.
fn go_on(
    storage: &FailingStorage,
    sample: &Sample,
    open: Open,
    form: TargetForm,
    whole: &[u8],
    context: &str,
) {
    storage.set_fault(Fault::None);
    let done = journalled(storage).unwrap_or_default();
    let is_over = storage.names() == [target()];
    match run(storage, open(sample), form) {
        Ok(report) if !is_over => {
            counts::assert_not_written_again(storage, sample, form, &report, &done, context);
        }
        Err(error) if is_over => assert_eq!(error.kind(), ErrorKind::Usage, "{error}: {context}"),
        Ok(_) => panic!("a disk was replaced: {context}"),
        Err(error) => panic!("{error} ({:?}): {context}", error.advised()),
    }
    assert!(storage.read(target()).as_deref() == Some(whole), "not the same: {context}");
    assert_eq!(storage.names(), [target()], "{context}");
}

fn run_with_force(storage: &FailingStorage, input: Input, form: TargetForm) -> Result<ExpandReport> {
    let options = medv_codec::expand::ExpandOptions { force: true, ..expand_options(form) };
    expand_on(storage, input, target(), &options, &Silent)
}

/// The target of an undisturbed run, which is looked at by our reader, and how many calls it took.
fn undisturbed(sample: &Sample, open: Open, form: TargetForm) -> (Vec<u8>, FailingStorage) {
    let storage = FailingStorage::new();
    run(&storage, open(sample), form).expect("nothing fails");
    let whole = storage.read(target()).expect("a target");
    assert_eq!(storage.names(), [target()], "only the target is left");
    assert_is_disk(&whole, sample, form);
    (whole, storage)
}

fn assert_is_disk(whole: &[u8], sample: &Sample, form: TargetForm) {
    if form == TargetForm::Raw {
        assert!(whole == sample.disk.0, "the raw image is not the disk");
        return;
    }
    let file = tempfile::Builder::new().suffix(".vhd").tempfile().expect("a temporary file");
    std::fs::write(file.path(), whole).expect("a temporary file can be written");
    let opened = open(file.path(), &OpenOptions::default()).expect("a VHD");
    // That disk and blocks are small is noted, nothing more.
    let worse = opened.findings.iter().find(|finding| finding.severity != Severity::Note);
    assert!(worse.is_none(), "{worse:?}");
    let mut bytes = vec![0; sample.disk.0.len()];
    assert_eq!(opened.disk.virtual_size(), bytes.len() as u64);
    opened.disk.read_at(medv_format::DiskOffset::ZERO, &mut bytes).expect("readable");
    assert!(bytes == sample.disk.0, "the VHD is not the disk");
}

/// The frames that the journal on `storage` calls done; `None` if there is nothing to go on with.
fn journalled(storage: &FailingStorage) -> Option<Vec<u64>> {
    storage.read(Path::new(PART))?;
    let journal = Journal::from_bytes(&storage.read(Path::new(JOURNAL))?, &Limits::default()).ok()?;
    let mut frames: Vec<_> = journal.done.iter().map(|record| u64::from(record.frame)).collect();
    frames.sort_unstable();
    frames.dedup();
    Some(frames)
}
