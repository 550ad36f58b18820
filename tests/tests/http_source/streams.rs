//! A server without ranges.

use std::io::Read;

use medv_codec::{Error, ErrorKind};
use medv_tests::web_server::{Habits, Misbehaviour, Ranges, WebServer};

use crate::{LEN, assert_error, drain, file, once, refused, streamed};

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
