//! What a database cannot hold is refused, with a reason.

use medv_codec::{Error, ErrorKind};
use medv_packager::msi::{Component, component, workspace};
use medv_settings::Value;

use crate::packages::{self, setting};

fn text(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Usage);
    error.message().to_owned()
}

#[test]
fn names_that_no_file_can_have() {
    let settings = packages::settings();
    for name in ["", "a/b", r"a\b", "a|b", "a\"b", "a\nb", "a:b", "a*", "a?", "<", ">"] {
        let mut wanted = packages::workspace(&settings);
        wanted.name = name;
        assert!(text(&workspace(&wanted).unwrap_err()).starts_with("the workspace's name"), "{name:?}");
        let mut wanted = packages::workspace(&settings);
        wanted.disk.image = name;
        assert!(text(&workspace(&wanted).unwrap_err()).starts_with("the name of the disk"), "{name:?}");
    }
}

#[test]
fn settings_that_the_registry_cannot_have() {
    let lines = |lines: &[&str]| Value::Lines(lines.iter().map(|line| (*line).to_owned()).collect());
    for (settings, why) in [
        (vec![setting("A", "B", Value::Text("a\0b".into()))], "zero letter"),
        (vec![setting("A", "B\0", Value::Number(1))], "zero letter"),
        (vec![setting("A", "B", lines(&["a", ""]))], "empty line"),
        (vec![setting("A", "", Value::Number(1))], "no name"),
        (vec![setting("A", "*", Value::Number(1))], "no name"),
        (vec![setting("A", "B", Value::Number(1)), setting("a", "b", Value::Number(2))], "twice"),
    ] {
        let message = text(&workspace(&packages::workspace(&settings)).unwrap_err());
        assert!(message.contains(why) && message.contains(r"Medv\v2"), "{message}");
    }
}

#[test]
fn names_that_are_too_long_for_a_table_are_named() {
    let settings = vec![setting("A", &"b".repeat(256), Value::Number(1))];
    let error = workspace(&packages::workspace(&settings)).unwrap_err();
    assert!(text(&error).contains("does not fit"));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("\"Name\"") && cause.contains("bbb"), "{cause}");
}

#[test]
fn paths_that_leave_the_folder() {
    for path in ["", "/medv.exe", "../medv.exe", "a//b", "C:medv.exe", "a/./b", "a/", "con|x", "a "] {
        let files: &[(&str, &[u8])] = &[(path, b"x")];
        let error = component(&Component { files, ..packages::packager() }).unwrap_err();
        assert!(text(&error).contains("is not a path below"), "{path:?}");
    }
}
