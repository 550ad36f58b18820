//! `medv-host run` where an agent of this session is there already.
#![cfg(unix)]

mod own_host;

use std::fs::{self, File};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Output;

use medv_codec::Error;
use medv_host::control;
use medv_host::places::Places;
use own_host::{command, of_the_agent};

/// The lock that the agent of the session holds.
fn held_lock(host: &Path) -> File {
    let lock = File::create(of_the_agent(host, Places::lock)).unwrap();
    lock.lock().unwrap();
    lock
}

fn run(host: &Path) -> Output {
    command(host, "run").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus").output().unwrap()
}

#[test]
fn one_that_hangs_is_reported() {
    let host = tempfile::tempdir().unwrap();
    let _lock = held_lock(host.path());
    let _hears_nothing = UnixListener::bind(of_the_agent(host.path(), Places::socket)).unwrap();
    let done = run(host.path());
    assert_eq!(done.status.code(), Some(3));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("it does not answer; end all medv-host"), "{said}");
    let log = fs::read_to_string(host.path().join("home/state/medv/host.log")).unwrap();
    assert!(log.contains(" error 14005 "), "{log}");
}

#[test]
fn one_that_answers_is_left_alone_whatever_it_says() {
    let host = tempfile::tempdir().unwrap();
    let _lock = held_lock(host.path());
    let socket = of_the_agent(host.path(), Places::socket);
    let error = || Error::damaged("what is installed cannot be read");
    let _conversations = control::serve(&socket, move |_, caller| caller.answer(error())).unwrap();
    let done = run(host.path());
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
}
