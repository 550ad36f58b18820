//! Whole disks from web servers that misbehave: the right disk, or a clear error and something to go on with, and few
//! requests.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use medv_codec::container::Input;
use medv_codec::expand::{ExpandOptions, ExpandReport, TargetForm, expand_on};
use medv_codec::source::{HttpOptions, Retry};
use medv_codec::verify::{Depth, VerifyReport, verify};
use medv_codec::{Error, ErrorKind, Result, Silent};
use medv_tests::failing_storage::FailingStorage;
use medv_tests::sample::{CHUNK, Sample, expand_options};
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, Request, WebServer, once, since};

/// Data at both ends and in the middle, with zeros between.
const CHUNKS: &str = "abcdefgh....ijklm.nopqrstuv..wxyz";

/// How much of the end the first request fetches: index, trailer and seek table.
const TAIL: u64 = 4000;

fn sample() -> Sample {
    Sample::dynamic(CHUNKS)
}

fn http() -> HttpOptions {
    HttpOptions {
        connect_timeout: Duration::from_secs(10),
        stall_timeout: Duration::from_secs(10),
        tail_bytes: TAIL,
        retry: Retry {
            tries: 3,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(2),
            longest_asked_pause: Duration::from_millis(2),
        },
        proxy_from_environment: false,
        ..HttpOptions::default()
    }
}

fn options() -> ExpandOptions {
    expand_options(TargetForm::Raw)
}

fn expand_with(
    server: &WebServer,
    storage: &FailingStorage,
    options: &ExpandOptions,
) -> Result<ExpandReport> {
    let input = Input::open(&server.url(), http())?;
    expand_on(storage, input, target(), options, &Silent)
}

fn expand(server: &WebServer, storage: &FailingStorage) -> Result<ExpandReport> {
    expand_with(server, storage, &options())
}

fn verified(server: &WebServer, depth: Depth) -> Result<VerifyReport> {
    let input = Input::open(&server.url(), http())?;
    verify(input, depth, NonZeroUsize::new(1), &options().limits, &Silent)
}

fn target() -> &'static Path {
    Path::new("disk.img")
}

fn without_ranges() -> Habits {
    Habits { ranges: Ranges::None, ..Habits::default() }
}

#[track_caller]
fn assert_disk(storage: &FailingStorage, sample: &Sample) {
    assert!(storage.read(target()).as_ref() == Some(&sample.disk.0), "not the disk");
    assert_eq!(storage.names(), [target()]);
}

#[track_caller]
fn assert_no_disk(storage: &FailingStorage, error: &Error, kind: ErrorKind) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().starts_with("http://127.0.0.1:"), "{error} does not say where");
    assert!(error.advised().is_some(), "{error} gives no advice");
    assert_eq!(storage.read(target()), None, "{error}");
}

/// What was asked for, and bytes of body.
fn asked(server: &WebServer) -> Vec<(String, u64)> {
    let range = |request: &Request| request.range().unwrap_or("all").to_owned();
    server.log().iter().map(|served| (range(&served.request), served.body_bytes)).collect()
}

#[test]
fn a_good_server_is_asked_for_three_parts() {
    let sample = sample();
    let len = sample.medv.len() as u64;
    let server = WebServer::serving(sample.medv.clone());
    let storage = FailingStorage::new();
    expand(&server, &storage).unwrap();
    assert_disk(&storage, &sample);
    // The end, the header, and the frames in one.
    let asked = asked(&server);
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(asked[0], (format!("bytes=-{TAIL}"), TAIL));
    assert_eq!(asked[1], ("bytes=0-67".to_owned(), 68));
    assert!(asked[2].0.starts_with("bytes=68-") && asked[2].1 > 25 * CHUNK as u64, "{asked:?}");
    // Not a byte twice.
    assert!(server.body_bytes() <= len, "{} bytes for a file of {len}", server.body_bytes());
}

#[test]
fn verifying_asks_for_no_more() {
    let sample = sample();
    for depth in [Depth::Quick, Depth::Full] {
        let server = WebServer::serving(sample.medv.clone());
        assert_eq!(verified(&server, depth).unwrap().damaged_frames, 0);
        assert!(asked(&server).len() <= 3, "{:?}", asked(&server));
        assert!(server.body_bytes() <= sample.medv.len() as u64);
    }
}

#[test]
fn what_passes_is_outlasted() {
    let sample = sample();
    for misbehaviour in [
        Misbehaviour::HangUp,
        Misbehaviour::Garbage,
        Misbehaviour::Status(500),
        Misbehaviour::Status(503),
        Misbehaviour::RetryAfter(429, "0".to_owned()),
        Misbehaviour::CutAfter(0),
        Misbehaviour::CutAfter(1000),
        Misbehaviour::LengthOff(-10),
        Misbehaviour::LengthOff(1000),
        Misbehaviour::Chunked,
        Misbehaviour::Slow(5000, Duration::from_micros(100)),
        Misbehaviour::Redirect("/elsewhere.medv".to_owned()),
        Misbehaviour::IgnoreRange,
    ] {
        for number in 2..=3 {
            let server =
                WebServer::serving(sample.medv.clone()).misbehaving(once(number, misbehaviour.clone()));
            let storage = FailingStorage::new();
            expand(&server, &storage).unwrap_or_else(|error| panic!("{misbehaviour:?} at {number}: {error}"));
            assert_disk(&storage, &sample);
            assert!(server.log().len() <= 5, "{misbehaviour:?}: {:?}", asked(&server));
            let server =
                WebServer::serving(sample.medv.clone()).misbehaving(once(number, misbehaviour.clone()));
            assert_eq!(verified(&server, Depth::Full).unwrap().damaged_frames, 0, "{misbehaviour:?}");
        }
    }
}

#[test]
fn what_lasts_is_a_clear_error_and_can_be_gone_on_with() {
    let sample = sample();
    for (misbehaviour, kind) in [
        (Misbehaviour::HangUp, ErrorKind::Io),
        (Misbehaviour::Status(503), ErrorKind::Io),
        (Misbehaviour::Status(404), ErrorKind::Usage),
        (Misbehaviour::Garbage, ErrorKind::Io),
        (Misbehaviour::IgnoreRange, ErrorKind::Io),
        (Misbehaviour::ContentRange("bytes 5-9/10".to_owned()), ErrorKind::Damaged),
        (Misbehaviour::Gzip, ErrorKind::Unsupported),
        (Misbehaviour::Multipart, ErrorKind::Unsupported),
        (Misbehaviour::NoContentRange, ErrorKind::Unsupported),
    ] {
        let server = WebServer::serving(sample.medv.clone()).misbehaving(since(3, misbehaviour.clone()));
        let storage = FailingStorage::new();
        let error = expand(&server, &storage).expect_err("the frames are out of reach");
        println!("{misbehaviour:?}: {error}");
        let found = error.kind();
        assert_no_disk(&storage, &error, found);
        assert!(found == kind, "{misbehaviour:?}: {found:?}, {error}");
        expand(&WebServer::serving(sample.medv.clone()), &storage).unwrap();
        assert_disk(&storage, &sample);
    }
}

#[test]
fn after_a_cut_only_what_is_missing_is_fetched() {
    let sample = sample();
    let len = sample.medv.len() as u64;
    for chunks in [1, 5, 9, 14, 20, 25] {
        let cut = chunks * (CHUNK as u64 + 100);
        let mut frames = 0;
        let rule = move |_, request: &Request| {
            let is_frames = request.span(len).is_some_and(|(first, last)| last - first > TAIL);
            frames += usize::from(is_frames);
            match (is_frames, frames) {
                (false, _) => None,
                (true, 1) => Some(Misbehaviour::CutAfter(cut)),
                (true, _) => Some(Misbehaviour::HangUp),
            }
        };
        let server = WebServer::serving(sample.medv.clone()).misbehaving(rule);
        let storage = FailingStorage::new();
        let error = expand(&server, &storage).expect_err("the connection is gone");
        assert_no_disk(&storage, &error, ErrorKind::Io);

        let server = WebServer::serving(sample.medv.clone());
        let report = expand(&server, &storage).unwrap();
        assert_disk(&storage, &sample);
        // What had come whole was kept, even if it was less than what is committed at a time.
        assert!(
            report.resumed_frames + 1 >= chunks,
            "{} of {chunks} frames were kept",
            report.resumed_frames
        );
        assert_eq!(report.written_bytes, (report.data_frames - report.resumed_frames) * CHUNK as u64);
        assert!(asked(&server).len() <= 4, "{:?}", asked(&server));
        let most = len - report.resumed_frames * CHUNK as u64 + TAIL;
        assert!(server.body_bytes() <= most, "{} bytes of {len}, {report:?}", server.body_bytes());
    }
}

#[test]
fn a_file_that_changes_is_an_error_and_no_mixture() {
    let (old, new) = (sample(), Sample::dynamic(&CHUNKS.to_uppercase()));
    for after in 1..=2 {
        let server = WebServer::serving(old.medv.clone()).changing_after(after, new.medv.clone());
        let storage = FailingStorage::new();
        let error = expand(&server, &storage).expect_err("the file changes");
        assert_no_disk(&storage, &error, ErrorKind::Damaged);
        let server = WebServer::serving(old.medv.clone()).changing_after(after, new.medv.clone());
        assert_eq!(verified(&server, Depth::Full).unwrap_err().kind(), ErrorKind::Damaged);
    }
}

#[test]
fn another_file_under_the_same_address_is_not_gone_on_with() {
    let (old, new) = (sample(), Sample::dynamic(&CHUNKS.to_uppercase()));
    let rule = |number, _: &Request| match number {
        3 => Some(Misbehaviour::CutAfter(500_000)),
        4.. => Some(Misbehaviour::HangUp),
        _ => None,
    };
    let storage = FailingStorage::new();
    expand(&WebServer::serving(old.medv.clone()).misbehaving(rule), &storage).expect_err("a cut");
    let server = WebServer::serving(new.medv.clone());
    let error = expand(&server, &storage).expect_err("another file");
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    assert!(error.advised().is_some_and(|advice| advice.contains("--force")));
    expand_with(&server, &storage, &ExpandOptions { force: true, ..options() }).unwrap();
    assert_disk(&storage, &new);
}

#[test]
fn a_server_without_ranges_is_one_stream() {
    let sample = sample();
    let len = sample.medv.len() as u64;
    let server = WebServer::serving(sample.medv.clone()).with_habits(without_ranges());
    let storage = FailingStorage::new();
    expand(&server, &storage).unwrap();
    assert_disk(&storage, &sample);
    assert_eq!((server.log().len(), server.body_bytes()), (1, len));
    let server = WebServer::serving(sample.medv.clone()).with_habits(without_ranges());
    assert_eq!(verified(&server, Depth::Full).unwrap().damaged_frames, 0);
    assert_eq!((server.log().len(), server.body_bytes()), (1, len));
}

#[test]
fn a_stream_that_is_cut_is_gone_on_with_by_the_next_run() {
    let sample = sample();
    let len = sample.medv.len() as u64;
    for cut in [10, 68, 1000, len / 3, len / 2, len - 3000, len - 1] {
        let server = WebServer::serving(sample.medv.clone())
            .with_habits(without_ranges())
            .misbehaving(since(1, Misbehaviour::CutAfter(cut)));
        let storage = FailingStorage::new();
        let error = expand(&server, &storage).expect_err("the connection is cut");
        assert_no_disk(&storage, &error, ErrorKind::Io);
        let server = WebServer::serving(sample.medv.clone()).with_habits(without_ranges());
        let report = expand(&server, &storage).unwrap();
        assert_disk(&storage, &sample);
        assert_eq!(report.written_bytes, (report.data_frames - report.resumed_frames) * CHUNK as u64);
        let passed = cut / (CHUNK as u64 + 100);
        assert!(
            report.resumed_frames + 1 >= passed.min(26),
            "{} of {passed} were kept",
            report.resumed_frames
        );
    }
}

#[test]
fn what_a_stream_began_ranges_may_finish() {
    let sample = sample();
    let server = WebServer::serving(sample.medv.clone())
        .with_habits(without_ranges())
        .misbehaving(since(1, Misbehaviour::CutAfter(1_000_000)));
    let storage = FailingStorage::new();
    expand(&server, &storage).expect_err("the connection is cut");
    let server = WebServer::serving(sample.medv.clone());
    let report = expand(&server, &storage).unwrap();
    assert_disk(&storage, &sample);
    assert!(report.resumed_frames >= 14, "{report:?}");
    assert!(server.body_bytes() < sample.medv.len() as u64 - 13 * CHUNK as u64);
}

#[test]
fn damage_on_the_way_is_found() {
    let sample = sample();
    let mut bad = sample.medv.clone();
    bad[700_000] ^= 1;
    for habits in [Habits::default(), without_ranges()] {
        let server = WebServer::serving(bad.clone()).with_habits(habits);
        let storage = FailingStorage::new();
        let error = expand(&server, &storage).expect_err("damaged");
        assert_no_disk(&storage, &error, ErrorKind::Damaged);
        assert!(error.offset().is_some() && error.frame().is_some(), "{error}");
        let server = WebServer::serving(sample.medv.clone()).with_habits(habits);
        let report = expand(&server, &storage).unwrap();
        assert_disk(&storage, &sample);
        assert!(report.resumed_frames >= 8, "{report:?}");
    }
}
