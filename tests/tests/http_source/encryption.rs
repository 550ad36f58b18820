//! Encryption.

use medv_codec::ErrorKind;
use medv_codec::source::{HttpOptions, HttpSource, Opened, Source};
use medv_tests::web_server::{Misbehaviour, WebServer};

use crate::{LEN, file, once, quick, read_all, refused};

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
