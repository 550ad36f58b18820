//! A `.medv` on web servers that do what web servers do: each misbehaviour ends with the right bytes or a clear error, and
//! with few requests.

mod answers;
mod behaving;
mod cuts;
mod encryption;
mod redirects;
mod replaced;
mod stopping;
mod streams;

use std::io::Read;
use std::time::Duration;

use medv_codec::source::{HttpOptions, HttpSource, HttpStream, Opened, Retry, Source};
use medv_codec::{Error, ErrorKind, Result};
use medv_format::FileOffset;
use medv_tests::web_server::{WebServer, once, since};

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
