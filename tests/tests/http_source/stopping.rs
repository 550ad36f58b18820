//! Stopping.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use medv_codec::ErrorKind;
use medv_codec::source::{HttpOptions, HttpSource, Opened, Retry};
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, Request, WebServer};

use crate::{drain, file, quick, read_all, since};

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
