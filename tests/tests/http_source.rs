//! A `.medv` on web servers that do what web servers do: each misbehaviour ends with the right bytes or a clear error, and
//! with few requests.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use medv_codec::source::{HttpOptions, HttpSource, HttpStream, Opened, Retry, Source};
use medv_codec::{Error, ErrorKind, Result};
use medv_format::FileOffset;
use medv_tests::web_server::{Etag, Habits, Misbehaviour, Ranges, Request, WebServer};

/// Length of the file, and of the part of it that the first request fetches.
const LEN: u64 = 300_000;
const TAIL: u64 = 1000;
const BEFORE_TAIL: u64 = LEN - TAIL;

/// Bytes that repeat nowhere in step with anything.
fn content(len: u64, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

fn file() -> Vec<u8> {
    content(LEN, 1)
}

/// Patient, but never for long.
fn quick() -> HttpOptions {
    HttpOptions {
        connect_timeout: Duration::from_secs(10),
        stall_timeout: Duration::from_secs(10),
        tail_bytes: TAIL,
        retry: Retry {
            tries: 4,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(2),
            longest_asked_pause: Duration::from_millis(2),
        },
        proxy_from_environment: false,
        ..HttpOptions::default()
    }
}

fn ranged(server: &WebServer) -> HttpSource {
    match HttpSource::open(&server.url(), quick()) {
        Ok(Opened::Ranged(source)) => source,
        other => panic!("expected ranges: {other:?}"),
    }
}

fn streamed(server: &WebServer) -> HttpStream {
    match HttpSource::open(&server.url(), quick()) {
        Ok(Opened::Streamed(stream)) => stream,
        other => panic!("expected a stream: {other:?}"),
    }
}

fn refused(server: &WebServer) -> Error {
    HttpSource::open(&server.url(), quick()).map(drop).expect_err("the server cannot be used")
}

fn drain(mut reader: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match reader.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            Err(*error.into_inner().expect("a cause").downcast::<Error>().expect("one of our errors"))
        }
    }
}

fn read(source: &HttpSource, start: u64, len: u64) -> Result<Vec<u8>> {
    drain(source.range(FileOffset::new(start), len)?)
}

fn read_all(source: &HttpSource) -> Result<Vec<u8>> {
    read(source, 0, source.len())
}

/// `misbehaviour` for the `number`th request only.
fn once(
    number: usize,
    misbehaviour: Misbehaviour,
) -> impl FnMut(usize, &Request) -> Option<Misbehaviour> + Send {
    move |now, _| (now == number).then(|| misbehaviour.clone())
}

/// `misbehaviour` from the `number`th request on.
fn since(
    number: usize,
    misbehaviour: Misbehaviour,
) -> impl FnMut(usize, &Request) -> Option<Misbehaviour> + Send {
    move |now, _| (now >= number).then(|| misbehaviour.clone())
}

fn ranges(server: &WebServer) -> Vec<String> {
    server.log().iter().map(|served| served.request.range().unwrap_or("none").to_owned()).collect()
}

#[track_caller]
fn assert_error(error: &Error, kind: ErrorKind, message: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(message), "{error:?} does not say {message:?}");
    assert!(error.to_string().starts_with("http://127.0.0.1:"), "{error} does not say where");
    assert!(error.advised().is_some(), "{error} gives no advice");
}

// --- A server that behaves ---

#[test]
fn the_whole_file_costs_two_requests_and_one_connection() {
    let server = WebServer::serving(file());
    let source = ranged(&server);
    assert_eq!(source.len(), LEN);
    assert_eq!(source.name(), server.url());
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!(ranges(&server), ["bytes=-1000".to_owned(), format!("bytes=0-{}", BEFORE_TAIL - 1)]);
    assert_eq!((server.body_bytes(), server.connections()), (LEN, 1));
    assert_eq!(source.requests(), 2);
    let log = server.log();
    assert_eq!(log[0].request.header("if-range"), None);
    assert_eq!(log[1].request.header("if-range"), Some("\"version-1\""));
    assert!(log.iter().all(|served| served.request.header("accept-encoding") == Some("identity")));
}

#[test]
fn the_end_of_the_file_costs_nothing_more() {
    let server = WebServer::serving(file());
    let source = ranged(&server);
    let whole = file();
    for (start, len) in [(BEFORE_TAIL, TAIL), (LEN - 1, 1), (BEFORE_TAIL + 10, 20), (LEN, 0), (0, 0)] {
        let from = usize::try_from(start).unwrap();
        let to = usize::try_from(start + len).unwrap();
        assert_eq!(read(&source, start, len).unwrap(), whole[from..to]);
    }
    assert_eq!(source.requests(), 1);
    let across = read(&source, BEFORE_TAIL - 5, 10).unwrap();
    assert_eq!(across, whole[usize::try_from(BEFORE_TAIL - 5).unwrap()..][..10]);
    assert_eq!(ranges(&server)[1], format!("bytes={}-{}", BEFORE_TAIL - 5, BEFORE_TAIL - 1));
}

#[test]
fn a_file_shorter_than_its_tail_is_one_request() {
    let server = WebServer::serving(content(300, 1));
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), content(300, 1));
    assert_eq!((server.log().len(), server.body_bytes()), (1, 300));
}

#[test]
fn a_span_past_the_end_is_refused_without_asking() {
    let server = WebServer::serving(file());
    let source = ranged(&server);
    for (start, len) in [(LEN, 1), (0, LEN + 1), (u64::MAX, 1)] {
        assert_error(&read(&source, start, len).unwrap_err(), ErrorKind::Damaged, "are needed");
    }
    assert_eq!(source.requests(), 1);
}

#[test]
fn workers_share_a_source() {
    // Every third request is cut, whoever made it.
    let rule = |number: usize, _: &Request| number.is_multiple_of(3).then_some(Misbehaviour::CutAfter(7000));
    let server = WebServer::serving(file()).misbehaving(rule);
    let source = ranged(&server);
    let parts: Vec<Vec<u8>> = thread::scope(|scope| {
        let read_part = |part: u64| read(&source, part * 30_000, 30_000).unwrap();
        let workers: Vec<_> = (0..10).map(|part| scope.spawn(move || read_part(part))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(parts.concat(), file());
    assert_eq!(server.body_bytes(), LEN);
}

#[test]
fn ranges_only_from_the_start_are_enough() {
    let server =
        WebServer::serving(file()).with_habits(Habits { ranges: Ranges::FromStart, ..Habits::default() });
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!(
        ranges(&server)[1..],
        [format!("bytes={BEFORE_TAIL}-{}", LEN - 1), format!("bytes=0-{}", BEFORE_TAIL - 1)]
    );
}

#[test]
fn closed_connections_and_missing_lengths_are_no_trouble() {
    for habits in [
        Habits { keep_alive: false, ..Habits::default() },
        Habits { content_length: false, ..Habits::default() },
    ] {
        let server = WebServer::serving(file()).with_habits(habits);
        let source = ranged(&server);
        assert_eq!(read_all(&source).unwrap(), file());
        assert_eq!((source.requests(), server.connections(), server.body_bytes()), (2, 2, LEN));
    }
}

#[test]
fn a_body_in_chunks_is_read() {
    let server = WebServer::serving(file()).misbehaving(since(1, Misbehaviour::Chunked));
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!((source.requests(), server.body_bytes()), (2, LEN));
}

// --- Connections that fail ---

#[test]
fn a_cut_at_any_byte_goes_on_from_there() {
    let whole = content(4000, 1);
    for cut in (0..3000).step_by(61).chain([1, 2, 2998, 2999]) {
        let server = WebServer::serving(whole.clone()).misbehaving(once(2, Misbehaviour::CutAfter(cut)));
        let source = ranged(&server);
        assert_eq!(read_all(&source).unwrap(), whole, "cut after {cut}");
        assert_eq!(
            ranges(&server),
            ["bytes=-1000".to_owned(), "bytes=0-2999".to_owned(), format!("bytes={cut}-2999")]
        );
        assert_eq!(server.body_bytes(), 4000, "cut after {cut}");
    }
}

#[test]
fn a_cut_while_the_end_is_fetched_goes_on_from_there() {
    for cut in (0..1000).step_by(37) {
        let server = WebServer::serving(file()).misbehaving(once(1, Misbehaviour::CutAfter(cut)));
        let source = ranged(&server);
        assert_eq!(ranges(&server)[1], format!("bytes={}-{}", BEFORE_TAIL + cut, LEN - 1));
        assert_eq!((source.requests(), server.body_bytes()), (2, TAIL));
        assert_eq!(
            read(&source, BEFORE_TAIL, TAIL).unwrap(),
            file()[usize::try_from(BEFORE_TAIL).unwrap()..]
        );
    }
}

#[test]
fn progress_makes_patient() {
    // Far more cuts than tries, but each with some bytes before it.
    let server = WebServer::serving(file()).misbehaving(since(1, Misbehaviour::CutAfter(9000)));
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!((server.log().len() as u64, server.body_bytes()), (1 + BEFORE_TAIL.div_ceil(9000), LEN));
}

#[test]
fn no_progress_ends_it() {
    let server = WebServer::serving(file()).misbehaving(since(2, Misbehaviour::CutAfter(0)));
    let source = ranged(&server);
    assert_error(&read_all(&source).unwrap_err(), ErrorKind::Io, "the connection was cut at byte 0");
    assert_eq!(source.requests(), 1 + 4);
}

#[test]
fn a_server_that_hangs_up_or_stammers_is_asked_again() {
    for misbehaviour in [Misbehaviour::HangUp, Misbehaviour::Garbage] {
        for number in [1, 2] {
            let server = WebServer::serving(file()).misbehaving(once(number, misbehaviour.clone()));
            let source = ranged(&server);
            assert_eq!(read_all(&source).unwrap(), file());
            assert_eq!((source.requests(), server.body_bytes()), (3, LEN));
        }
        let server = WebServer::serving(file()).misbehaving(since(1, misbehaviour));
        assert_error(&refused(&server), ErrorKind::Io, "no valid answer");
        assert_eq!(server.log().len(), 4);
    }
}

#[test]
fn silence_is_not_waited_for() {
    for misbehaviour in [Misbehaviour::NoAnswer, Misbehaviour::StallAfter(12_345)] {
        let server = WebServer::serving(file()).misbehaving(once(2, misbehaviour));
        let options = HttpOptions { stall_timeout: Duration::from_millis(200), ..quick() };
        let Ok(Opened::Ranged(source)) = HttpSource::open(&server.url(), options) else {
            panic!("expected ranges")
        };
        assert_eq!(read_all(&source).unwrap(), file());
        assert_eq!(server.body_bytes(), LEN);
    }
}

#[test]
fn a_slow_server_is_waited_for() {
    let rule = since(1, Misbehaviour::Slow(10_000, Duration::from_millis(1)));
    let server = WebServer::serving(file()).misbehaving(rule);
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!((source.requests(), server.body_bytes()), (2, LEN));
}

#[test]
fn a_body_of_another_length_than_promised_is_made_up_for() {
    for by in [-100_000, -1, 1, 100_000] {
        let server = WebServer::serving(file()).misbehaving(once(2, Misbehaviour::LengthOff(by)));
        let source = ranged(&server);
        assert_eq!(read_all(&source).unwrap(), file(), "off by {by}");
        // Too long a promise is kept as far as it matters; too short a one has to be asked for the rest.
        assert_eq!(source.requests(), if by < 0 { 3 } else { 2 }, "off by {by}");
        if by < 0 {
            let from = BEFORE_TAIL.checked_add_signed(by).unwrap();
            assert_eq!(ranges(&server)[2], format!("bytes={from}-{}", BEFORE_TAIL - 1));
        }
    }
}

#[test]
fn a_kept_connection_that_is_closed_is_replaced() {
    let server = WebServer::serving(file()).misbehaving(since(1, Misbehaviour::CutAfter(u64::MAX)));
    let source = ranged(&server);
    for part in 0..10 {
        let from = usize::try_from(part * 20_000).unwrap();
        assert_eq!(read(&source, part * 20_000, 20_000).unwrap(), file()[from..from + 20_000]);
    }
    assert_eq!(server.log().len(), 11);
}

#[test]
fn nobody_listening_is_said_at_once() {
    let url = WebServer::serving(file()).url();
    let error = HttpSource::open(&url, quick()).map(drop).unwrap_err();
    assert_error(&error, ErrorKind::Io, "takes no connections");
}

// --- Answers that are not the file ---

#[test]
fn a_busy_server_is_asked_again() {
    for status in [408, 429, 500, 502, 503, 504] {
        for number in [1, 2] {
            let server = WebServer::serving(file()).misbehaving(once(number, Misbehaviour::Status(status)));
            let source = ranged(&server);
            assert_eq!(read_all(&source).unwrap(), file());
            assert_eq!(source.requests(), 3, "status {status}");
        }
    }
    let server = WebServer::serving(file()).misbehaving(since(1, Misbehaviour::Status(503)));
    assert_error(&refused(&server), ErrorKind::Io, "status 503");
    assert_eq!(server.log().len(), 4);
}

#[test]
fn the_server_may_say_when() {
    // Our own pauses would outlast every test.
    let retry = Retry {
        first_pause: Duration::from_secs(3600),
        longest_pause: Duration::from_secs(3600),
        ..quick().retry
    };
    for after in ["0", "99999999"] {
        let rule = once(1, Misbehaviour::RetryAfter(503, after.to_owned()));
        let server = WebServer::serving(file()).misbehaving(rule);
        let options = HttpOptions { retry: retry.clone(), ..quick() };
        assert!(matches!(HttpSource::open(&server.url(), options), Ok(Opened::Ranged(_))));
        assert_eq!(server.log().len(), 2);
    }
}

#[test]
fn a_refusal_is_final() {
    for status in [400, 401, 403, 404, 405, 410, 451] {
        let server = WebServer::serving(file()).misbehaving(once(1, Misbehaviour::Status(status)));
        assert_error(&refused(&server), ErrorKind::Usage, &format!("status {status}"));
        assert_eq!(server.log().len(), 1);

        let server = WebServer::serving(file()).misbehaving(once(2, Misbehaviour::Status(status)));
        let source = ranged(&server);
        assert_error(&read_all(&source).unwrap_err(), ErrorKind::Usage, &format!("status {status}"));
        assert_eq!(source.requests(), 2);
    }
    for status in [204, 304] {
        let server = WebServer::serving(file()).misbehaving(once(1, Misbehaviour::Status(status)));
        assert_error(&refused(&server), ErrorKind::Unsupported, &format!("status {status}"));
    }
}

#[test]
fn secrets_stay_out_of_messages() {
    let server = WebServer::serving(file()).misbehaving(since(1, Misbehaviour::Status(403)));
    let url = server.url_of("/disk.medv?signature=secret").replace("//", "//me:secret@");
    let error = HttpSource::open(&url, quick()).map(drop).unwrap_err();
    assert_error(&error, ErrorKind::Usage, "/disk.medv: the server denies access");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    let asked = &server.log()[0].request;
    assert_eq!(asked.path, "/disk.medv?signature=secret");
    // "me:secret" in base 64.
    assert_eq!(asked.header("authorization"), Some("Basic bWU6c2VjcmV0"));
}

#[test]
fn a_wrong_part_is_refused() {
    let rules = [
        (Misbehaviour::ContentRange("bytes 0-299998/300000".into()), "sent bytes 0 to 299998"),
        (Misbehaviour::ContentRange("bytes 1-298999/300000".into()), "asked for 0 to 298999"),
        (Misbehaviour::ContentRange("bytes 5-4/300000".into()), "no valid Content-Range"),
        (Misbehaviour::ContentRange("bytes 0-298999/*".into()), "does not tell how long"),
        (Misbehaviour::ContentRange("bytes */300000".into()), "contradicts itself"),
        (Misbehaviour::ContentRange("sectors 0-298999/300000".into()), "no valid Content-Range"),
        (Misbehaviour::NoContentRange, "no valid Content-Range"),
        (Misbehaviour::Multipart, "several parts"),
        (Misbehaviour::Gzip, "compressed with gzip"),
    ];
    for (misbehaviour, message) in rules {
        let server = WebServer::serving(file()).misbehaving(once(2, misbehaviour));
        let source = ranged(&server);
        assert_error(&read_all(&source).unwrap_err(), ErrorKind::Unsupported, message);
        assert_eq!(source.requests(), 2, "{message}");
    }
}

#[test]
fn a_wrong_first_part_is_refused() {
    let rules = [
        (Misbehaviour::ContentRange("bytes 0-999/300000".into()), "sent bytes 0 to 999"),
        (Misbehaviour::ContentRange("bytes 299000-299999/*".into()), "does not tell how long"),
        (Misbehaviour::NoContentRange, "no valid Content-Range"),
        (Misbehaviour::Multipart, "several parts"),
        (Misbehaviour::Gzip, "compressed with gzip"),
        (Misbehaviour::Status(416), "status 416"),
        (Misbehaviour::Status(412), "status 412"),
    ];
    for (misbehaviour, message) in rules {
        let server = WebServer::serving(file()).misbehaving(once(1, misbehaviour));
        assert_error(&refused(&server), ErrorKind::Unsupported, message);
        assert_eq!(server.log().len(), 1, "{message}");
    }
}

#[test]
fn an_empty_file_is_damaged() {
    for ranges in [Ranges::All, Ranges::FromStart, Ranges::None] {
        let server = WebServer::serving([]).with_habits(Habits { ranges, ..Habits::default() });
        assert_error(&refused(&server), ErrorKind::Damaged, "is empty");
    }
}

#[test]
fn the_whole_file_instead_of_a_part_is_asked_again_then_refused() {
    let server = WebServer::serving(file()).misbehaving(once(2, Misbehaviour::IgnoreRange));
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!(source.requests(), 3);

    let server = WebServer::serving(file()).misbehaving(since(2, Misbehaviour::IgnoreRange));
    let source = ranged(&server);
    assert_error(&read_all(&source).unwrap_err(), ErrorKind::Io, "sent the whole file");
    assert_eq!(source.requests(), 1 + 4);
}

// --- A file that is replaced ---

#[test]
fn a_replaced_file_is_an_error_and_never_a_mixture() {
    let habits = [
        Habits::default(),
        Habits { etag: Etag::Weak, ..Habits::default() },
        Habits { etag: Etag::Weak, dated: false, ..Habits::default() },
        Habits { etag: Etag::None, ..Habits::default() },
    ];
    for habits in habits {
        let server = WebServer::serving(file()).with_habits(habits).changing_after(1, content(LEN, 2));
        let source = ranged(&server);
        assert_error(&read_all(&source).unwrap_err(), ErrorKind::Damaged, "the file changed on the server");
        assert_eq!(source.requests(), 2, "{habits:?}");
    }
}

#[test]
fn a_file_replaced_in_the_middle_of_a_span_is_noticed_when_it_is_asked_for_again() {
    let server = WebServer::serving(file())
        .misbehaving(once(2, Misbehaviour::CutAfter(5000)))
        .changing_after(2, content(LEN, 2));
    let source = ranged(&server);
    let mut reader = source.range(FileOffset::new(0), LEN).unwrap();
    let mut bytes = Vec::new();
    let failure = reader.read_to_end(&mut bytes).unwrap_err();
    assert!(failure.to_string().contains("the file changed on the server"), "{failure}");
    assert_eq!(bytes, file()[..5000]);
    assert_eq!(source.requests(), 3);
}

#[test]
fn another_length_is_noticed_without_etag_and_date() {
    let habits = Habits { etag: Etag::None, dated: false, ..Habits::default() };
    for len in [LEN - 1, LEN + 1, 100] {
        let server = WebServer::serving(file()).with_habits(habits).changing_after(1, content(len, 2));
        let source = ranged(&server);
        let error = read(&source, 200_000, 50_000).unwrap_err();
        assert_error(&error, ErrorKind::Damaged, "the file changed on the server");
    }
}

#[test]
fn other_signs_of_a_replaced_file() {
    let rules = [
        (Misbehaviour::ContentRange("bytes 0-298999/300001".into()), "now has 300001"),
        (Misbehaviour::NoEtag, "now there is none"),
        (Misbehaviour::Status(412), "status 412"),
        (Misbehaviour::Status(416), "shorter"),
    ];
    for (misbehaviour, message) in rules {
        let server = WebServer::serving(file()).misbehaving(once(2, misbehaviour));
        let error = read_all(&ranged(&server)).unwrap_err();
        assert_error(&error, ErrorKind::Damaged, "the file changed on the server");
        assert!(error.message().contains(message), "{error}");
    }
}

#[test]
fn servers_without_etag_are_asked_by_date() {
    for etag in [Etag::None, Etag::Weak] {
        let server = WebServer::serving(file()).with_habits(Habits { etag, ..Habits::default() });
        let source = ranged(&server);
        assert_eq!(read_all(&source).unwrap(), file());
        assert_eq!(server.log()[1].request.header("if-range"), Some("Mon, 01 Jan 2024 00:00:01 GMT"));
    }
    let habits = Habits { etag: Etag::Weak, dated: false, ..Habits::default() };
    let server = WebServer::serving(file()).with_habits(habits);
    assert_eq!(read_all(&ranged(&server)).unwrap(), file());
    assert_eq!(server.log()[1].request.header("if-range"), None);
}

// --- Redirects ---

#[test]
fn a_redirect_is_followed_once_and_remembered() {
    let rule = |_: usize, request: &Request| {
        (request.path == "/disk.medv").then(|| Misbehaviour::Redirect("/elsewhere?signature=secret".into()))
    };
    let server = WebServer::serving(file()).misbehaving(rule);
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    let paths: Vec<String> = server.log().into_iter().map(|served| served.request.path).collect();
    assert_eq!(paths, ["/disk.medv", "/elsewhere?signature=secret", "/elsewhere?signature=secret"]);
    assert_eq!(source.name(), server.url());
}

#[test]
fn a_place_redirected_to_that_expires_is_asked_for_again() {
    // The third request is the first that goes there directly.
    let rule = |number: usize, request: &Request| match (number, request.path.as_str()) {
        (3, _) => Some(Misbehaviour::Status(403)),
        (_, "/disk.medv") => Some(Misbehaviour::Redirect(format!("/signed?{number}"))),
        _ => None,
    };
    let server = WebServer::serving(file()).misbehaving(rule);
    let source = ranged(&server);
    assert_eq!(read_all(&source).unwrap(), file());
    let paths: Vec<String> = server.log().into_iter().map(|served| served.request.path).collect();
    assert_eq!(paths, ["/disk.medv", "/signed?1", "/signed?1", "/disk.medv", "/signed?4"]);
}

#[test]
fn a_redirect_on_the_same_host_keeps_the_password() {
    let rule = |_: usize, request: &Request| {
        (request.path == "/disk.medv").then(|| Misbehaviour::Redirect("/elsewhere".into()))
    };
    let server = WebServer::serving(file()).misbehaving(rule);
    let url = server.url().replace("//", "//me:secret@");
    let Ok(Opened::Ranged(source)) = HttpSource::open(&url, quick()) else { panic!("expected ranges") };
    assert_eq!(read_all(&source).unwrap(), file());
    let log = server.log();
    assert_eq!(
        log.len(),
        4,
        "the way is gone anew for each request, as the place it leads to has no password of its own"
    );
    assert!(log.iter().all(|served| served.request.header("authorization").is_some()));

    let other = WebServer::serving(file());
    let away = WebServer::serving(file())
        .misbehaving(since(1, Misbehaviour::Redirect(other.url().replace("127.0.0.1", "localhost"))));
    let url = away.url().replace("//", "//me:secret@");
    assert!(matches!(HttpSource::open(&url, quick()), Ok(Opened::Ranged(_))));
    assert_eq!(other.log().len(), 1);
    assert!(other.log().iter().all(|served| served.request.header("authorization").is_none()));
}

#[test]
fn redirects_without_end_are_an_error() {
    let rule = |_: usize, request: &Request| Some(Misbehaviour::Redirect(format!("{}x", request.path)));
    let server = WebServer::serving(file()).misbehaving(rule);
    assert_error(&refused(&server), ErrorKind::Usage, "more than 10 redirects");
    assert_eq!(server.log().len(), 11);

    let nowhere = since(1, Misbehaviour::Status(302));
    let server = WebServer::serving(file()).misbehaving(nowhere);
    assert_eq!(refused(&server).path().unwrap().to_str(), Some(server.url().as_str()));
}

// --- A server without ranges ---

#[test]
fn without_ranges_the_first_answer_is_the_stream() {
    let server = WebServer::serving(file()).with_habits(Habits { ranges: Ranges::None, ..Habits::default() });
    let stream = streamed(&server);
    assert_eq!((stream.len(), stream.name()), (Some(LEN), server.url().as_str()));
    assert_eq!(drain(stream).unwrap(), file());
    assert_eq!((server.log().len(), server.body_bytes()), (1, LEN));
}

#[test]
fn without_ranges_and_length_it_still_streams() {
    let habits = Habits { ranges: Ranges::None, content_length: false, ..Habits::default() };
    let server = WebServer::serving(file()).with_habits(habits);
    let stream = streamed(&server);
    assert_eq!(stream.len(), None);
    assert_eq!(drain(stream).unwrap(), file());
}

#[test]
fn a_cut_stream_says_how_far_it_came() {
    let habits = Habits { ranges: Ranges::None, ..Habits::default() };
    for cut in [0, 1, 100_000, LEN - 1] {
        let server =
            WebServer::serving(file()).with_habits(habits).misbehaving(once(1, Misbehaviour::CutAfter(cut)));
        let mut bytes = Vec::new();
        let failure = streamed(&server).read_to_end(&mut bytes).unwrap_err();
        let error = failure.into_inner().unwrap().downcast::<Error>().unwrap();
        assert_error(&error, ErrorKind::Io, &format!("cut after {cut} of 300000 bytes"));
        assert!(error.advised().unwrap().contains("does not support ranges"));
        assert_eq!(bytes, file()[..usize::try_from(cut).unwrap()]);
        assert_eq!(server.log().len(), 1);
    }
}

#[test]
fn a_compressed_stream_is_refused() {
    let server = WebServer::serving(file())
        .with_habits(Habits { ranges: Ranges::None, ..Habits::default() })
        .misbehaving(once(1, Misbehaviour::Gzip));
    assert_error(&refused(&server), ErrorKind::Unsupported, "compressed with gzip");
}

// --- Encryption ---

#[test]
fn https_reads_ranges_and_survives_cuts() {
    let server = WebServer::serving(file()).over_tls().misbehaving(once(2, Misbehaviour::CutAfter(100_000)));
    let options = HttpOptions { authorities: Some(WebServer::authority().to_vec()), ..quick() };
    let Ok(Opened::Ranged(source)) = HttpSource::open(&server.url(), options) else {
        panic!("expected ranges")
    };
    assert!(source.name().starts_with("https://127.0.0.1:"));
    assert_eq!(read_all(&source).unwrap(), file());
    assert_eq!((source.requests(), server.body_bytes()), (3, LEN));
}

#[test]
fn a_certificate_nobody_vouches_for_is_refused_at_once() {
    let server = WebServer::serving(file()).over_tls();
    let error = refused(&server);
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("no trusted connection"), "{error:?}");
    assert!(error.advised().is_some_and(|advice| advice.contains("certificate")));
    assert_eq!((server.log().len(), server.connections()), (0, 1));
}

#[test]
fn https_is_never_left_for_http() {
    let plain = WebServer::serving(file());
    let server =
        WebServer::serving(file()).over_tls().misbehaving(once(1, Misbehaviour::Redirect(plain.url())));
    let options = HttpOptions { authorities: Some(WebServer::authority().to_vec()), ..quick() };
    let error = HttpSource::open(&server.url(), options).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.message().contains("from https to plain http"), "{error:?}");
    assert_eq!(plain.log().len(), 0);
}

#[test]
fn authorities_must_be_certificates() {
    for pem in
        [b"".as_slice(), b"no certificate", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"]
    {
        let options = HttpOptions { authorities: Some(pem.to_vec()), ..quick() };
        let error = HttpSource::open("https://127.0.0.1:1/", options).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    }
}

// --- Stopping ---

#[test]
fn a_request_to_stop_ends_the_longest_pause() {
    let server = WebServer::serving(file()).misbehaving(since(2, Misbehaviour::Status(503)));
    let cancel = Arc::new(AtomicBool::new(false));
    let options = HttpOptions {
        retry: Retry {
            first_pause: Duration::from_secs(3600),
            longest_pause: Duration::from_secs(3600),
            ..quick().retry
        },
        cancel: Some(Arc::clone(&cancel)),
        on_retry: Some(Arc::new(move |message: &str| {
            assert!(message.contains("status 503"), "{message}");
            cancel.store(true, Ordering::Relaxed);
        })),
        ..quick()
    };
    let Ok(Opened::Ranged(source)) = HttpSource::open(&server.url(), options) else {
        panic!("expected ranges")
    };
    assert_eq!(read_all(&source).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(source.requests(), 2);
}

#[test]
fn a_request_to_stop_does_not_wait_for_a_silent_server() {
    let never = Duration::from_secs(3600);
    for (habits, misbehaviour) in [
        (Habits::default(), Misbehaviour::NoAnswer),
        (Habits::default(), Misbehaviour::StallAfter(10)),
        (Habits { ranges: Ranges::None, ..Habits::default() }, Misbehaviour::StallAfter(10)),
        (
            Habits { ranges: Ranges::None, content_length: false, ..Habits::default() },
            Misbehaviour::StallAfter(10),
        ),
    ] {
        let cancel = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&cancel);
        let rule = move |_: usize, _: &Request| {
            asked.store(true, Ordering::Relaxed);
            Some(misbehaviour.clone())
        };
        let server = WebServer::serving(file()).with_habits(habits).misbehaving(rule);
        let options = HttpOptions { stall_timeout: never, cancel: Some(cancel), ..quick() };
        let error = match HttpSource::open(&server.url(), options) {
            Ok(Opened::Streamed(stream)) => drain(stream).unwrap_err(),
            opened => opened.map(drop).unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{habits:?}");
    }
}

#[test]
fn stopped_before_it_began() {
    let server = WebServer::serving(file());
    let options = HttpOptions { cancel: Some(Arc::new(AtomicBool::new(true))), ..quick() };
    let error = HttpSource::open(&server.url(), options).map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(server.log().len(), 0);
}

#[test]
fn a_served_file_is_read_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.medv");
    std::fs::write(&path, file()).unwrap();
    let server = WebServer::serving_file(path);
    assert_eq!(read_all(&ranged(&server)).unwrap(), file());
}
