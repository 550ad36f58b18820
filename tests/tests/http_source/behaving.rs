//! A server that behaves.

use std::thread;

use medv_codec::ErrorKind;
use medv_codec::source::Source;
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, Request, WebServer};

use crate::{BEFORE_TAIL, LEN, TAIL, assert_error, content, file, ranged, ranges, read, read_all, since};

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

#[test]
fn a_served_file_is_read_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.medv");
    std::fs::write(&path, file()).unwrap();
    let server = WebServer::serving_file(path);
    assert_eq!(read_all(&ranged(&server)).unwrap(), file());
}
