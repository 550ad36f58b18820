//! What an expand writes, and how often: every chunk once, and none that the journal has.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use medv_codec::Silent;
use medv_codec::container::Container;
use medv_codec::expand::{ExpandOptions, ExpandReport, TargetForm, expand_on, target_len};
use medv_format::Limits;
use medv_format::container::FrameKind;
use medv_format::vhd::DynamicLayout;
use medv_tests::failing_storage::{Call, FailingStorage};
use medv_tests::sample::{BLOCK, CHUNK, Sample, expand_options};

use crate::{FORMS, INPUTS, JOURNAL, PART, sample, target, undisturbed};

/// Where in the target's file each data frame belongs, worked out without the engine.
fn places(sample: &Sample, form: TargetForm) -> HashMap<u64, Range<u64>> {
    let container = Container::read(sample.file(), &Limits::default()).expect("a good sample");
    let size = container.index.header.virtual_size();
    let layout = DynamicLayout::new(size, BLOCK).expect("a small disk");
    let mut blocks = Vec::new();
    let data = container.index.frames().filter(|frame| frame.entry.kind == FrameKind::Data);
    data.map(|frame| {
        let (at, block) = (frame.disk.get(), frame.disk.get() / u64::from(BLOCK));
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
        let start = match form {
            TargetForm::Dynamic => {
                let earlier = u32::try_from(blocks.len() - 1).expect("few blocks");
                layout.place(earlier).expect("in reach").data.get() + at % u64::from(BLOCK)
            }
            _ => at,
        };
        (frame.index.get(), start..start + u64::from(frame.entry.content_len))
    })
    .collect()
}

/// How many writes touch `range`.
fn writes_in(storage: &FailingStorage, range: &Range<u64>) -> usize {
    let writes = storage.writes_to(Path::new(PART));
    writes.iter().filter(|(at, len)| *at < range.end && at + len > range.start).count()
}

/// After a run that went on: frames of the journal were left alone, all others written once.
pub(crate) fn assert_not_written_again(
    storage: &FailingStorage,
    sample: &Sample,
    form: TargetForm,
    report: &ExpandReport,
    done: &[u64],
    context: &str,
) {
    let places = places(sample, form);
    if report.written_bytes > 0 {
        assert_eq!(report.resumed_frames, done.len() as u64, "{context}");
    }
    let mut bytes = 0;
    for (frame, place) in &places {
        let writes = writes_in(storage, place);
        assert!(writes <= 1, "frame {frame} was written {writes} times: {context}");
        assert!(writes == 0 || !done.contains(frame), "frame {frame} was done already: {context}");
        bytes += if writes == 1 { place.end - place.start } else { 0 };
    }
    assert_eq!(bytes, report.written_bytes, "{context}");
}

#[test]
fn every_chunk_is_written_once() {
    for (_, open) in INPUTS {
        for form in FORMS {
            let sample = sample(form);
            let (_, storage) = undisturbed(&sample, open, form);
            for (frame, place) in places(&sample, form) {
                assert_eq!(writes_in(&storage, &place), 1, "{form:?}, frame {frame}");
            }
        }
    }
}

#[test]
fn syncs_are_few() {
    for (name, open) in INPUTS {
        for form in FORMS {
            let (_, storage) = undisturbed(&sample(form), open, form);
            let syncs_of = |path: &str| {
                let of_path = |call: &&Call| **call == Call::Sync { path: path.into() };
                storage.calls().iter().filter(of_path).count()
            };
            let folders =
                storage.calls().iter().filter(|call| matches!(call, Call::SyncFolder { .. })).count();
            // 13 chunks, a commit after every fourth and at the end: four; then the tables, then the footer.
            assert_eq!(syncs_of(PART), 4 + 2, "{name}, {form:?}");
            // The header, each commit, and that it is finished; after a pipe, also what it is.
            let ending = if name == "pipe" { 2 } else { 1 };
            assert_eq!(syncs_of(JOURNAL), 1 + 4 + ending, "{name}, {form:?}");
            // Two new names, one changed, one removed.
            assert_eq!(folders, 4, "{name}, {form:?}");
        }
    }
}

#[test]
fn what_comes_slowly_is_synced_by_the_clock() {
    let sample = sample(TargetForm::Dynamic);
    let journalled = |commit_after| {
        let storage = FailingStorage::new();
        let form = TargetForm::Dynamic;
        let options = ExpandOptions { commit_every: u64::MAX, commit_after, ..expand_options(form) };
        expand_on(&storage, sample.file(), target(), &options, &Silent).expect("nothing fails");
        let calls = storage.calls();
        calls.iter().filter(|call| **call == Call::Sync { path: JOURNAL.into() }).count()
    };
    // Beside the header and the end: once, or as if the time were always up, for each of the 13 chunks.
    assert_eq!(journalled(Duration::MAX), 2 + 1);
    assert_eq!(journalled(Duration::ZERO), 2 + 13);
}

#[test]
fn holes_are_not_written() {
    for (_, open) in INPUTS {
        for form in FORMS {
            let sample = sample(form);
            let (whole, storage) = undisturbed(&sample, open, form);
            let written: u64 = storage.writes_to(Path::new(PART)).iter().map(|(_, len)| len).sum();
            let data = places(&sample, form).len() as u64 * CHUNK as u64;
            assert!(written < data + 64 * 1024, "{form:?}: {written} bytes written for {data} of data");
            assert!(written < whole.len() as u64);
        }
    }
}

#[test]
fn the_length_of_the_target_is_known_before() {
    for form in FORMS {
        let sample = sample(form);
        let (whole, _) = undisturbed(&sample, Sample::file, form);
        let container = Container::read(sample.file(), &Limits::default()).expect("a good sample");
        assert_eq!(target_len(&container.index, form).expect("in reach"), whole.len() as u64, "{form:?}");
    }
}
