//! What the documents take from the code: the picture of first time setup, its stages, the numbers of events. They are written
//! with `MEDV_WRITE_DOCS=1`, and compared else.

mod json;
#[cfg(unix)]
#[path = "../own_host/mod.rs"]
mod own_host;
mod picture;
mod printed;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

const WRITE: &str = "MEDV_WRITE_DOCS";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Git may have given the file other line ends.
fn read(path: &Path) -> String {
    fs::read_to_string(path).map(|text| text.replace("\r\n", "\n")).unwrap_or_default()
}

fn must_hold(path: &Path, text: &str) {
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, text).expect("the document can be written");
    }
    let same = read(path) == text;
    assert!(same, "{} is not what the code says; to write it, set {WRITE}", path.display());
}

#[test]
fn the_picture_of_first_time_setup_is_that_of_its_table() {
    must_hold(&docs().join("pictures/first-time-setup.svg"), &picture::draw());
}

#[test]
fn the_list_of_stages_is_that_of_the_code() {
    let page = docs().join("first-time-setup.md");
    must_hold(&page, &tables::replaced(&read(&page), "stages", &tables::stages()));
}

#[test]
fn the_list_of_events_is_that_of_the_code() {
    let page = docs().join("agents.md");
    must_hold(&page, &tables::replaced(&read(&page), "events", &tables::events()));
}
