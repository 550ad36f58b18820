//! Redirects.

use medv_codec::ErrorKind;
use medv_codec::source::{HttpSource, Opened, Source};
use medv_tests::web_server::{Misbehaviour, Request, WebServer};

use crate::{assert_error, file, quick, ranged, read_all, refused, since};

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
