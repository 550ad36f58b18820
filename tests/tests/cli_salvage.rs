//! `medv expand --force` of a damaged .medv.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use medv_tests::command::{Finished, medv, run};
use medv_tests::web_server::WebServer;
use tempfile::TempDir;

const CHUNK: u64 = 64 << 10;
const SIZE: u64 = 4 << 20;

/// A disk of 4 MiB that hardly compresses, packed with chunks of 64 KiB, and what is left of that file after `damage`.
fn damaged(damage: impl FnOnce(&mut Vec<u8>)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 5u64;
    let disk = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state | 1).to_le_bytes()
    });
    let disk: Vec<u8> = disk.take(usize::try_from(SIZE / 8).unwrap()).flatten().collect();
    fs::write(folder.path().join("disk.img"), disk).unwrap();
    let _ = medv_in(&folder, &["pack", "disk.img", "--chunk-size", "64KiB"]).exits(0);
    let mut file = fs::read(folder.path().join("disk.medv")).unwrap();
    damage(&mut file);
    fs::write(folder.path().join("bad.medv"), file).unwrap();
    folder
}

fn medv_in(folder: &TempDir, arguments: &[&str]) -> Finished {
    run(folder.path(), arguments)
}

fn exists(folder: &TempDir, name: &str) -> bool {
    folder.path().join(name).exists()
}

/// The saved disk is the packed one, with zeros from `start` on for `len` bytes.
fn assert_saved(folder: &TempDir, start: u64, len: u64) {
    let mut expected = fs::read(folder.path().join("disk.img")).unwrap();
    expected[usize::try_from(start).unwrap()..usize::try_from(start + len).unwrap()].fill(0);
    assert!(fs::read(folder.path().join("out.img.partial")).unwrap() == expected);
}

fn flip_in_the_middle(file: &mut Vec<u8>) {
    let middle = file.len() / 2;
    file[middle] ^= 1;
}

#[test]
fn what_is_whole_is_saved_beside_the_target_which_is_left_alone() {
    let folder = damaged(flip_in_the_middle);
    fs::write(folder.path().join("out.img"), "mine").unwrap();
    let arguments = ["expand", "bad.medv", "-o", "out.img", "--force", "--json"];
    let finished = medv_in(&folder, &arguments).exits(1);
    let document = finished.json();
    assert_eq!(document["partial"], "out.img.partial", "{document}");
    assert_eq!((&document["missing_parts"], &document["missing_bytes"]), (&1.into(), &CHUNK.into()));
    assert_eq!(document["good_bytes"], SIZE - CHUNK, "{document}");
    assert_eq!(document["error"]["kind"], "damaged", "{document}");
    assert_eq!(document["missing"][0]["length"], CHUNK, "{document}");
    assert_saved(&folder, document["missing"][0]["start"].as_u64().unwrap(), CHUNK);
    assert_eq!(fs::read(folder.path().join("out.img")).unwrap(), b"mine");
    assert!(finished.stderr.contains("bad.medv"), "{}", finished.stderr);

    // What was done before the damage was met is of use to the whole file, and only to that.
    let can_go_on = document["can_go_on"].as_bool().unwrap();
    assert_eq!(exists(&folder, "out.img.medv-part"), can_go_on);
    assert_eq!(exists(&folder, "out.img.medv-journal"), can_go_on);
    let arguments = ["expand", "disk.medv", "-o", "out.img", "--force", "--json"];
    let resumed = medv_in(&folder, &arguments).exits(0).json()["resumed_frames"].as_u64().unwrap();
    assert_eq!(resumed > 0, can_go_on, "{resumed}");
    assert!(
        fs::read(folder.path().join("out.img")).unwrap() == fs::read(folder.path().join("disk.img")).unwrap()
    );
}

#[test]
fn a_truncated_file_says_how_much_of_it_is_good() {
    let folder = damaged(|file| file.truncate(file.len() / 2));
    let finished = medv_in(&folder, &["expand", "bad.medv", "-o", "out.img", "--force"]).exits(1);
    for text in
        ["saved what is whole to out.img.partial, a raw disk; out.img was left alone", "good", "missing"]
    {
        assert!(finished.text().contains(text), "{text} in {}", finished.text());
    }
    assert!(finished.stderr.contains("help: get a good copy of it"), "{}", finished.stderr);
    // Nothing was begun that could be gone on with.
    for name in ["out.img", "out.img.medv-part", "out.img.medv-journal"] {
        assert!(!exists(&folder, name), "{name}");
    }
    let missing = finished.text().split(" from byte ").nth(1).unwrap();
    let start = missing.split(' ').next().unwrap().parse().unwrap();
    assert!(start > 0 && start < SIZE, "{start}");
    assert_saved(&folder, start, SIZE - start);
}

#[test]
fn many_missing_parts_are_counted() {
    let folder = damaged(|file| {
        let step = file.len() / 31;
        (1..30).for_each(|part| file[part * step] ^= 1);
    });
    let finished = medv_in(&folder, &["expand", "bad.medv", "-o", "out.img", "--force"]).exits(1);
    assert_eq!(finished.text().matches(" from byte ").count(), 10, "{}", finished.text());
    assert!(finished.text().contains("and 19 more"), "{}", finished.text());
}

#[test]
fn without_force_nothing_is_saved_and_the_way_is_told() {
    let folder = damaged(flip_in_the_middle);
    let finished = medv_in(&folder, &["expand", "bad.medv", "-o", "out.img"]).exits(1);
    assert!(
        finished.stderr.contains("--force saves what is whole of this one as out.img.partial"),
        "{}",
        finished.stderr
    );
    assert!(!exists(&folder, "out.img") && !exists(&folder, "out.img.partial"));
}

#[test]
fn what_is_no_medv_at_all_saves_nothing() {
    let folder = damaged(|file| file.fill(7));
    let finished = medv_in(&folder, &["expand", "bad.medv", "-o", "out.img", "--force"]).exits(1);
    assert!(finished.stderr.contains("nothing of this one can be saved"), "{}", finished.stderr);
    assert!(!exists(&folder, "out.img") && !exists(&folder, "out.img.partial"));
}

#[test]
fn a_web_server_with_ranges_will_do() {
    let folder = damaged(flip_in_the_middle);
    let server = WebServer::serving_file(folder.path().join("bad.medv"));
    let arguments = ["expand", &server.url(), "-o", "out.img", "--force", "--json"];
    let document = medv_in(&folder, &arguments).exits(1).json();
    assert_eq!(document["missing_bytes"], CHUNK, "{document}");
    assert_saved(&folder, document["missing"][0]["start"].as_u64().unwrap(), CHUNK);
}

#[test]
fn a_pipe_cannot_be_searched_and_what_to_do_is_told() {
    let folder = damaged(flip_in_the_middle);
    let mut command = medv();
    command
        .args(["expand", "-", "-o", "out.img", "--force"])
        .current_dir(folder.path())
        .stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let file = fs::read(folder.path().join("bad.medv")).unwrap();
    // Nobody reads on behind the damage.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&file)));
    let finished = Finished::from(child.wait_with_output().unwrap()).exits(1);
    writer.join().unwrap();
    assert!(
        finished.stderr.contains("put the .medv into a file, and expand that with --force"),
        "{}",
        finished.stderr
    );
    assert!(!exists(&folder, "out.img") && !exists(&folder, "out.img.partial"));
}
