//! Answers that are not the file.

use std::time::Duration;

use medv_codec::ErrorKind;
use medv_codec::source::{HttpOptions, HttpSource, Opened, Retry};
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, WebServer};

use crate::{assert_error, file, once, quick, ranged, read_all, refused, since};

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
