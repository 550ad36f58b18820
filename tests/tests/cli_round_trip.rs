//! Pack, verify, info, expand: a disk goes in and comes out.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use medv_tests::command::{Finished, medv, run};
use tempfile::TempDir;

/// A raw disk of 6 MiB with a partition, data and zeros, packed with chunks of 64 KiB.
fn packed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = vec![0; 6 << 20];
    for (at, byte) in disk[1 << 20..3 << 20].iter_mut().enumerate() {
        *byte = u8::try_from(at / 5 % 251).unwrap();
    }
    disk[446..462].copy_from_slice(&[0x80, 0, 0, 0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 0x20, 0, 0]);
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    fs::write(folder.path().join("disk.img"), disk).unwrap();
    let _ = medv_in(&folder, ["pack", "disk.img", "--chunk-size", "64KiB"]).exits(0);
    folder
}

fn medv_in<const N: usize>(folder: &TempDir, arguments: [&str; N]) -> Finished {
    run(folder.path(), arguments)
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).unwrap()
}

#[test]
fn the_disk_that_comes_out_is_the_disk_that_went_in() {
    let folder = packed();
    let refused = medv_in(&folder, ["expand", "disk.medv", "-o", "disk.img"]).exits(2);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    let document = medv_in(&folder, ["expand", "disk.medv", "-o", "out.img", "--json"]).exits(0).json();
    assert_eq!((document["form"].as_str(), document["resumed_frames"].as_u64()), (Some("raw"), Some(0)));
    assert!(read(&folder, "out.img") == read(&folder, "disk.img"));
}

#[test]
fn the_target_gets_its_name_from_the_source_and_its_form() {
    let folder = packed();
    let elsewhere = tempfile::tempdir().unwrap();
    let source = folder.path().join("disk.medv");
    let source = source.to_str().unwrap();
    let _ = medv_in(&elsewhere, ["expand", source]).exits(0);
    let _ = medv_in(&elsewhere, ["expand", source, "--format", "fixed"]).exits(0);
    assert!(read(&elsewhere, "disk.img") == read(&folder, "disk.img"));
    assert_eq!(read(&elsewhere, "disk.vhd").len(), (6 << 20) + 512);
}

#[test]
fn pipes_do_on_both_sides() {
    let folder = packed();
    let mut command = medv();
    command.args(["expand", "-", "-o", "-", "--format", "raw"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let packed = read(&folder, "disk.medv");
    let writer = std::thread::spawn(move || stdin.write_all(&packed));
    let finished = Finished::from(child.wait_with_output().unwrap()).exits(0);
    writer.join().unwrap().unwrap();
    assert!(finished.stdout == read(&folder, "disk.img"));
    assert!(finished.stderr.contains("expanded to standard output"), "{}", finished.stderr);
    let refused = medv_in(&folder, ["expand", "-"]).exits(2);
    assert!(refused.stderr.contains("-o"), "{}", refused.stderr);
}

#[test]
fn a_damaged_frame_is_named_and_nothing_is_put_in_place() {
    let folder = packed();
    let mut file = read(&folder, "disk.medv");
    file[3000] ^= 0x10;
    fs::write(folder.path().join("bad.medv"), file).unwrap();
    for depth in [&[][..], &["--quick"]] {
        let arguments = ["verify", "bad.medv", "--json"].iter().chain(depth);
        let document = run(folder.path(), arguments).exits(1).json();
        assert_eq!((document["ok"].as_bool(), document["damaged_frames"].as_u64()), (Some(false), Some(1)));
        let damage = &document["damage"][0];
        assert_eq!(damage["kind"], "damaged", "{document}");
        assert!(damage["frame"].is_u64() && damage["offset"].is_u64(), "{document}");
    }
    let text = medv_in(&folder, ["verify", "bad.medv", "-q"]).exits(1);
    assert!(text.text().contains("damaged: "), "{}", text.text());
    let _ = medv_in(&folder, ["expand", "bad.medv", "-o", "out.img"]).exits(1);
    assert!(!folder.path().join("out.img").exists());
}

#[test]
fn a_file_of_a_later_version_is_unsupported() {
    let folder = packed();
    let mut file = read(&folder, "disk.medv");
    file[8 + 8] = 2;
    let crc = crc32fast::hash(&file[8..8 + 56]);
    file[8 + 56..8 + 60].copy_from_slice(&crc.to_le_bytes());
    fs::write(folder.path().join("later.medv"), file).unwrap();
    let document = medv_in(&folder, ["info", "later.medv", "--json"]).exits(4).json();
    assert_eq!(document["error"]["kind"], "unsupported", "{document}");
}

#[test]
fn a_disk_beyond_the_limit_exits_with_5() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("huge.img")).unwrap();
    file.set_len((2 << 40) + 512).unwrap();
    let document = medv_in(&folder, ["pack", "huge.img", "--json"]).exits(5).json();
    assert_eq!(document["error"]["kind"], "limit", "{document}");
}

#[test]
fn info_shows_the_partition_table_and_draws_the_disk() {
    let folder = packed();
    let document = medv_in(&folder, ["info", "disk.medv", "--map", "disk.svg", "--json"]).exits(0).json();
    let table = &document["disk"]["partition_table"];
    assert_eq!(table["scheme"], "mbr", "{document}");
    assert_eq!(table["partitions"][0]["start"], 1 << 20, "{document}");
    assert_eq!(table["partitions"][0]["length"], 4 << 20, "{document}");
    let container = &document["container"];
    let bytes = |name: &str| container[name].as_u64().unwrap();
    assert_eq!(bytes("data_bytes") + bytes("zero_bytes"), 6 << 20, "{document}");
    let map = String::from_utf8(read(&folder, "disk.svg")).unwrap();
    assert!(map.starts_with("<svg ") && map.contains("disk.medv") && map.contains("6 MiB disk"), "{map}");
}

#[test]
fn info_sends_those_who_ask_about_a_disk_to_the_doctor() {
    let folder = packed();
    let refused = medv_in(&folder, ["info", "disk.img"]).exits(1);
    assert!(refused.stderr.contains("medv doctor disk.img"), "{}", refused.stderr);
}

#[test]
fn a_report_that_nobody_reads_changes_nothing() {
    let folder = packed();
    let mut command = medv();
    command.args(["info", "disk.medv"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let finished = Finished::from(child.wait_with_output().unwrap()).exits(0);
    assert_eq!(finished.stderr, "");
}
