//! `medv pack` as a user meets it.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use medv_tests::command::{Finished, medv, run};
use tempfile::TempDir;

/// 8 MiB: text, then zeros, then noise that does not compress.
fn folder_with_disk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut disk: Vec<u8> = b"some text that is there again and again. ".repeat(40_000);
    disk.truncate(1 << 20);
    disk.resize(6 << 20, 0);
    let mut state = 1u64;
    while disk.len() < 8 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        disk.extend_from_slice(&(state >> 32).to_le_bytes()[..4]);
    }
    fs::write(folder.path().join("disk.img"), disk).unwrap();
    folder
}

fn pack<const N: usize>(folder: &TempDir, arguments: [&str; N]) -> Finished {
    run(folder.path(), ["pack", "disk.img"].into_iter().chain(arguments))
}

#[test]
fn the_output_stands_beside_the_disk_and_the_report_names_what_was_done() {
    let folder = folder_with_disk();
    let report = pack(&folder, []).exits(0);
    assert!(folder.path().join("disk.medv").is_file());
    for text in ["packed into disk.medv", "8 MiB (8388608 bytes)", "zero, skipped", "ratio", "digest", "iB/s"]
    {
        assert!(report.text().contains(text), "{text} in {}", report.text());
    }
}

#[test]
fn json_adds_up() {
    let folder = folder_with_disk();
    let report = pack(&folder, ["--json", "--trim", "--chunk-size", "1MiB", "-l", "5"]).exits(0).json();
    let number = |name: &str| report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"));
    assert_eq!(number("virtual_size"), 8 << 20);
    assert_eq!(number("data_bytes") + number("zero_bytes") + number("trimmed_bytes"), 8 << 20);
    assert_eq!(number("zero_bytes"), 5 << 20);
    assert_eq!((number("level"), number("chunk_size")), (5, 1 << 20));
    assert_eq!(number("output_bytes"), fs::metadata(folder.path().join("disk.medv")).unwrap().len());
    assert!(report["volumes"].is_array(), "{report}");
}

#[test]
fn an_existing_output_is_replaced_only_with_force() {
    let folder = folder_with_disk();
    fs::write(folder.path().join("disk.medv"), "mine").unwrap();
    let refused = pack(&folder, ["--json"]).exits(2);
    assert_eq!(refused.json()["error"]["kind"], "usage");
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(fs::read(folder.path().join("disk.medv")).unwrap(), b"mine");
    let _ = pack(&folder, ["--force"]).exits(0);
    assert!(fs::metadata(folder.path().join("disk.medv")).unwrap().len() > 1 << 20);
}

#[test]
fn a_disk_is_not_packed_into_itself() {
    let folder = folder_with_disk();
    let _ = pack(&folder, ["-o", "./disk.img", "--force"]).exits(2);
    assert_eq!(fs::metadata(folder.path().join("disk.img")).unwrap().len(), 8 << 20);
}

#[test]
fn to_standard_output_goes_the_same_file_and_the_report_elsewhere() {
    let folder = folder_with_disk();
    let piped = pack(&folder, ["-o", "-"]).exits(0);
    assert!(piped.stderr.contains("packed into standard output"), "{}", piped.stderr);
    let _ = pack(&folder, []).exits(0);
    assert!(piped.stdout == fs::read(folder.path().join("disk.medv")).unwrap());
    let refused = pack(&folder, ["-o", "-", "--json"]).exits(2);
    assert!(refused.stderr.contains("standard output carries the .medv"), "{}", refused.stderr);
}

#[test]
fn a_reader_of_standard_output_that_leaves_is_an_error_of_input_and_output() {
    let folder = folder_with_disk();
    let mut command = medv();
    command.args(["pack", "disk.img", "-o", "-"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let _ = Finished::from(child.wait_with_output().unwrap()).exits(3);
}

#[test]
fn progress_is_lines_on_a_pipe_and_json_where_asked_for() {
    let folder = folder_with_disk();
    let lines = pack(&folder, []).exits(0).stderr;
    let last = lines.lines().last().unwrap();
    assert!(last.starts_with("100.0 %, 8 MiB of 8 MiB, read "), "{lines}");
    let plain = pack(&folder, ["--force", "--progress", "plain"]).exits(0).stderr;
    assert!(plain.lines().last().unwrap().starts_with("100.0 %"), "{plain}");
    let events = pack(&folder, ["--force", "--progress", "json"]).exits(0).stderr;
    let mut before = 0;
    for line in events.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert_eq!(event["event"], "progress", "{event}");
        let done = event["disk_bytes_done"].as_u64().unwrap();
        assert!(done >= before, "{events}");
        before = done;
    }
    assert_eq!(before, 8 << 20);
}

#[test]
fn quiet_says_nothing() {
    let folder = folder_with_disk();
    let said = pack(&folder, ["--quiet"]).exits(0);
    assert_eq!((said.text(), said.stderr.as_str()), ("", ""));
    let said = pack(&folder, ["--force", "--progress", "none"]).exits(0);
    assert_eq!(said.stderr, "");
}

#[test]
fn color_is_for_those_who_ask() {
    let missing =
        |arguments: [&str; 2]| run(Path::new("."), ["pack", "missing.vhd"].iter().chain(&arguments));
    assert!(missing(["--color", "always"]).stderr.contains("\x1b[1;31merror:\x1b[0m"));
    assert!(missing(["--color", "auto"]).stderr.starts_with("medv: error: missing.vhd: "));
}

#[test]
fn a_missing_disk_is_an_error_of_input_and_output() {
    let finished = run(Path::new("."), ["pack", "missing.vhd", "--json"]).exits(3);
    let document = finished.json();
    let error = &document["error"];
    assert_eq!((error["kind"].as_str(), error["path"].as_str()), (Some("io"), Some("missing.vhd")));
    for name in ["message", "offset", "frame", "advice", "causes"] {
        assert!(error.get(name).is_some(), "{name} in {document}");
    }
    assert!(!error["causes"].as_array().unwrap().is_empty(), "{document}");
    assert!(finished.stderr.contains("caused by:"), "{}", finished.stderr);
}

#[test]
fn with_json_progress_every_line_is_json_the_error_too() {
    let finished = run(Path::new("."), ["pack", "missing.vhd", "--progress", "json"]).exits(3);
    let error: serde_json::Value = serde_json::from_str(finished.stderr.trim_end()).unwrap();
    assert_eq!(error["error"]["kind"], "io");
}
