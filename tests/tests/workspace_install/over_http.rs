//! A package on a web server.

use std::fs;
use std::thread;
use std::time::Duration;

use medv_tests::images::noise;
use medv_tests::web_server::{Misbehaviour, Request, WebServer};

use crate::{MIB, Site, fails};

/// Frames of noise differ in length, by some bytes; behind the last of them is the footer.
const SLACK: u64 = 4096;

#[test]
fn it_is_the_same_as_from_a_folder() {
    let site = Site::new();
    let server = WebServer::serving_folder(site.shop.path(""));
    let _ = site.install(&[&server.url_of("/office")]).exits(0);
    site.assert_installed("office", &site.disk);
    // With a slash at its end it is the same address.
    let report = site.install(&[&server.url_of("/office/")]).exits(0).json();
    assert_eq!(report["expanded"], false);
}

#[test]
fn a_package_that_is_not_there() {
    let site = Site::new();
    let server = WebServer::serving_folder(site.shop.path(""));
    let before = site.tree();
    fails(site.install(&[&server.url_of("/none")]), 2, &["/none/SHA256SUMS", "404"]);
    fs::remove_file(site.shop.path("office/office.medv")).unwrap();
    fails(site.install(&[&server.url_of("/office")]), 2, &["/office/office.medv", "404"]);
    assert!(site.tree() == before);
}

#[test]
fn cut_short_it_goes_on_where_it_stopped() {
    let site = Site::with_disk(noise(3, 12 * MIB));
    let done = cut_short(&site, 7 << 20);
    assert_goes_on(&site, done);
}

#[test]
fn an_unfinished_disk_of_another_package_is_in_nobodys_way() {
    let site = Site::with_disk(noise(5, 4 * MIB));
    cut_short(&site, 3 << 20);
    let disk = site.second();
    let _ = site.install(&["office2"]).exits(0);
    site.assert_installed("office2", &disk);
}

/// Installs from a server that cuts the connection after so many bytes of the data, and takes nobody any more. Answers how
/// many frames were done.
fn cut_short(site: &Site, bytes: u64) -> u64 {
    let mut cuts = 0;
    let cut = WebServer::serving_folder(site.shop.path("")).misbehaving(move |_, request| {
        if !is_for_data(request) {
            return None;
        }
        cuts += 1;
        Some(if cuts == 1 { Misbehaviour::CutAfter(bytes) } else { Misbehaviour::Status(403) })
    });
    fails(site.install(&[&cut.url_of("/office")]), 2, &["/office/office.medv", "403"]);
    assert!(!site.master().exists() && site.listed().is_none());
    let done = site.journalled();
    assert!(done > 0, "nothing was kept");
    done
}

#[test]
fn killed_it_goes_on_where_it_stopped() {
    let site = Site::with_disk(noise(4, 24 * MIB));
    let pace = Duration::from_millis(40);
    let slow = WebServer::serving_folder(site.shop.path(""))
        .misbehaving(move |_, request| is_for_data(request).then_some(Misbehaviour::Slow(256 << 10, pace)));
    let address = slow.url_of("/office");
    let mut child =
        site.shop.medv(["workspace", "install", &address, "--root", "root", "-q"]).spawn().unwrap();
    while site.journalled() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!site.master().exists() && site.listed().is_none());
    let done = site.journalled();
    assert_goes_on(&site, done);
}

/// Installs from a good server: it ends right, and the frames that were done are not fetched again.
fn assert_goes_on(site: &Site, done: u64) {
    let server = WebServer::serving_folder(site.shop.path(""));
    let _ = site.install(&[&server.url_of("/office")]).exits(0);
    site.assert_installed("office", &site.disk);
    let fetched: u64 = server
        .log()
        .iter()
        .filter(|served| is_for_data(&served.request))
        .map(|served| served.body_bytes)
        .sum();
    let (bytes, frames) = site.data();
    assert!(
        frames > done && fetched <= bytes - bytes / frames * done + SLACK,
        "{fetched} of {bytes}, {done} frames were done"
    );
}

/// The first bytes and the last of a `.medv` are asked for to learn what is in it.
fn is_for_data(request: &Request) -> bool {
    let range = request.header("range").unwrap_or_default();
    request.path == "/office/office.medv" && !range.starts_with("bytes=-") && !range.starts_with("bytes=0-")
}
