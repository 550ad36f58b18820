//! Ctrl-C.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use medv_tests::command::medv;
use tempfile::TempDir;

/// With so many MiB that do not compress: they keep a pipe full, or a high level busy for long.
fn folder_with_disk(mib: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 7u64;
    let words = (0..mib << 17).flat_map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_le_bytes()
    });
    fs::write(folder.path().join("disk.img"), words.collect::<Vec<u8>>()).unwrap();
    folder
}

fn interrupt(child: &Child) {
    let status = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
    assert!(status.unwrap().success());
}

#[test]
fn the_first_stops_cleanly_and_leaves_nothing_behind() {
    let folder = folder_with_disk(256);
    let mut command = medv();
    command.args(["pack", "disk.img", "--level", "19", "--progress", "json"]).current_dir(folder.path());
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("\"progress\""), "{first}");
    interrupt(&child);
    let last = lines.map(Result::unwrap).last().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(last["error"]["kind"], "interrupted", "{last}");
    assert!(last["error"]["advice"].as_str().unwrap().contains("starts again"), "{last}");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["disk.img"]);
}

#[test]
fn the_second_stops_at_once() {
    let folder = folder_with_disk(32);
    let mut command = medv();
    command.args(["pack", "disk.img", "-o", "-"]).current_dir(folder.path());
    let mut child = command.stderr(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    // Once something has come out it is listening; then nobody reads on, so that it cannot stop cleanly.
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    let mut ended = None;
    for _ in 0..200 {
        interrupt(&child);
        sleep(Duration::from_millis(50));
        ended = child.try_wait().unwrap();
        if ended.is_some() {
            break;
        }
    }
    drop(out);
    assert_eq!(ended.expect("it stops at the second").code(), Some(130));
}
