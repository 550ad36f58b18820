//! Connections that fail.

use std::time::Duration;

use medv_codec::ErrorKind;
use medv_codec::source::{HttpOptions, HttpSource, Opened, Retry};
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, WebServer};

use crate::{
    BEFORE_TAIL, LEN, TAIL, assert_error, content, drain, file, once, quick, ranged, ranges, read, read_all,
    refused, since,
};

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

/// Long enough for an answer of a busy machine.
const SILENCE: Duration = Duration::from_secs(2);

#[test]
fn silence_is_not_waited_for() {
    for misbehaviour in [Misbehaviour::NoAnswer, Misbehaviour::StallAfter(12_345)] {
        let server = WebServer::serving(file()).misbehaving(once(2, misbehaviour));
        let options = HttpOptions { stall_timeout: SILENCE, ..quick() };
        let Ok(Opened::Ranged(source)) = HttpSource::open(&server.url(), options) else {
            panic!("expected ranges")
        };
        assert_eq!(read_all(&source).unwrap(), file());
        assert_eq!(server.body_bytes(), LEN);
    }
}

#[test]
fn lasting_silence_is_called_so() {
    for (ranges, message) in
        [(Ranges::All, "fell silent at byte 500"), (Ranges::None, "fell silent after 500 of 300000 bytes")]
    {
        let server = WebServer::serving(file())
            .with_habits(Habits { ranges, ..Habits::default() })
            .misbehaving(move |_, request| match (ranges, request.range()) {
                (Ranges::All, Some("bytes=-1000")) => None,
                (Ranges::All, Some("bytes=500-298999")) => Some(Misbehaviour::StallAfter(0)),
                _ => Some(Misbehaviour::StallAfter(500)),
            });
        let retry = Retry { tries: 2, ..quick().retry };
        let options = HttpOptions { stall_timeout: SILENCE, retry, ..quick() };
        let error = match HttpSource::open(&server.url(), options).unwrap() {
            Opened::Ranged(source) => read_all(&source).unwrap_err(),
            Opened::Streamed(stream) => drain(stream).unwrap_err(),
        };
        assert_error(&error, ErrorKind::Io, message);
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
