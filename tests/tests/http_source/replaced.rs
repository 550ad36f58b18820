//! A file that is replaced.

use medv_codec::ErrorKind;
use medv_codec::source::Source;
use medv_format::FileOffset;
use medv_tests::web_server::{Etag, Habits, Misbehaviour, WebServer};

use crate::{LEN, assert_error, content, file, once, ranged, read, read_all};

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
