//! An expand that is stopped goes on where it stopped.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use medv_tests::command::{Finished, medv, run};
use medv_tests::web_server::{Misbehaviour, WebServer};
use tempfile::TempDir;

/// A disk of `mib` MiB that does not compress, and its .medv.
fn packed(mib: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 3u64;
    let disk: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_le_bytes()
    })
    .take(mib << 17)
    .flatten()
    .collect();
    fs::write(folder.path().join("disk.img"), disk).unwrap();
    let _ = run(folder.path(), ["pack", "disk.img", "--chunk-size", "256KiB", "-l", "1"]).exits(0);
    folder
}

fn interrupt(child: &Child) {
    let status = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
    assert!(status.unwrap().success());
}

fn expand(folder: &TempDir, source: &str) -> Command {
    let mut command = medv();
    command.args(["expand", source, "-o", "out.img"]).current_dir(folder.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits until some frames are in the unfinished target; `false` if it is finished before that is seen.
fn has_begun(child: &mut Child, part: &Path) -> bool {
    while child.try_wait().unwrap().is_none() {
        if part.metadata().is_ok_and(|metadata| metadata.blocks() * 512 >= 2 << 20) {
            return true;
        }
        sleep(Duration::from_millis(1));
    }
    false
}

/// Interrupts the running `child`, then gives the same command again: it must go on.
fn stops_and_goes_on(folder: &TempDir, mut child: Child, source: &str) {
    assert!(has_begun(&mut child, &folder.path().join("out.img.medv-part")), "it was finished too soon");
    interrupt(&child);
    let stopped = Finished::from(child.wait_with_output().unwrap()).exits(130);
    assert!(stopped.stderr.contains("the same command goes on where it stopped"), "{}", stopped.stderr);
    assert!(!folder.path().join("out.img").exists());

    let again = run(folder.path(), ["expand", source, "-o", "out.img", "--json", "-v"]).exits(0);
    let document = again.json();
    let frames = |name: &str| document[name].as_u64().unwrap();
    assert!(frames("resumed_frames") > 0 && frames("resumed_frames") < frames("data_frames"), "{document}");
    let same =
        fs::read(folder.path().join("out.img")).unwrap() == fs::read(folder.path().join("disk.img")).unwrap();
    assert!(same);
    let left =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.contains(".medv-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn from_a_file() {
    let folder = packed(192);
    let child = expand(&folder, "disk.medv").arg("--threads=1").spawn().unwrap();
    stops_and_goes_on(&folder, child, "disk.medv");
}

#[test]
fn from_a_slow_web_server() {
    let folder = packed(16);
    let mut slow = 0;
    let server = WebServer::serving_file(folder.path().join("disk.medv")).misbehaving(move |_, request| {
        // Slow until the second client comes, whose first request is for the end of the file again.
        slow += u32::from(request.header("range").is_some_and(|range| range.starts_with("bytes=-")));
        (slow == 1).then(|| Misbehaviour::Slow(64 << 10, Duration::from_millis(20)))
    });
    let url = server.url();
    let child = expand(&folder, &url).spawn().unwrap();
    stops_and_goes_on(&folder, child, &url);
}

#[test]
fn from_a_pipe() {
    let folder = packed(16);
    let mut child = expand(&folder, "-").stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let file = fs::read(folder.path().join("disk.medv")).unwrap();
    let (first, rest) = file.split_at(file.len() / 2);
    stdin.write_all(first).unwrap();
    assert!(has_begun(&mut child, &folder.path().join("out.img.medv-part")));
    interrupt(&child);
    // Only what comes in is noticed between frames.
    let _ = stdin.write_all(rest);
    drop(stdin);
    let stopped = Finished::from(child.wait_with_output().unwrap()).exits(130);
    assert!(stopped.stderr.contains("the same command goes on where it stopped"), "{}", stopped.stderr);
    assert!(!folder.path().join("out.img").exists());

    let mut again = expand(&folder, "-");
    let file = fs::File::open(folder.path().join("disk.medv")).unwrap();
    let again = Finished::from(again.arg("--json").stdin(file).output().unwrap()).exits(0);
    assert!(again.json()["resumed_frames"].as_u64().unwrap() > 0, "{}", again.text());
    assert!(
        fs::read(folder.path().join("out.img")).unwrap() == fs::read(folder.path().join("disk.img")).unwrap()
    );
}

#[test]
fn details_tell_of_threads_and_requests() {
    let folder = packed(1);
    let server = WebServer::serving_file(folder.path().join("disk.medv"));
    for arguments in [&["verify"][..], &["expand", "-o", "out.img", "--threads", "3"], &["info"]] {
        let mut command = medv();
        let finished = Finished::from(
            command.args(arguments).args([&server.url(), "-v"]).current_dir(folder.path()).output().unwrap(),
        );
        let finished = finished.exits(0);
        assert!(finished.stderr.contains("requests sent: "), "{}", finished.stderr);
        if arguments[0] == "expand" {
            assert!(finished.stderr.contains("threads: 3"), "{}", finished.stderr);
        }
    }
}

#[test]
fn what_is_tried_again_is_told() {
    let folder = packed(1);
    let server = WebServer::serving_file(folder.path().join("disk.medv"))
        .misbehaving(|number, _| (number == 1).then_some(Misbehaviour::Status(503)));
    let finished = run(folder.path(), ["verify", &server.url()]).exits(0);
    assert!(finished.stderr.contains("warning: ") && finished.stderr.contains("503"), "{}", finished.stderr);
}

#[test]
fn an_organisation_s_own_authority_is_trusted_when_it_is_named() {
    let folder = packed(1);
    let server = WebServer::serving_file(folder.path().join("disk.medv")).over_tls();
    let url = server.url();
    let refused = run(folder.path(), ["verify", &url]);
    assert_ne!(refused.code, Some(0), "{}", refused.stderr);
    fs::write(folder.path().join("ca.pem"), WebServer::authority()).unwrap();
    let _ = run(folder.path(), ["verify", &url, "--ca-file", "ca.pem"]).exits(0);
    let missing = run(folder.path(), ["verify", &url, "--ca-file", "none.pem"]).exits(3);
    assert!(missing.stderr.contains("none.pem"), "{}", missing.stderr);
    fs::write(folder.path().join("ca.pem"), "nothing").unwrap();
    let _ = run(folder.path(), ["verify", &url, "--ca-file", "ca.pem"]).exits(2);
}
