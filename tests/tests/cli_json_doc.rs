//! `docs/json.md` shows what the commands print: every command in it runs, and answers with the fields that it shows.

use std::fs;
use std::path::Path;

use medv_tests::command::run;
use serde_json::Value;

/// The commands of the `console` blocks, each with the `json` block that follows it.
fn examples(page: &str) -> Vec<(Vec<&str>, Value)> {
    let mut examples = Vec::new();
    for block in page.split("```console\n$ medv ").skip(1) {
        let (command, rest) = block.split_once("\n```\n").expect("one line a console block");
        let shown = rest.strip_prefix("```json\n").expect("each command is followed by what it prints");
        let (shown, _) = shown.split_once("\n```").expect("the block ends");
        examples.push((command.split(' ').collect(), serde_json::from_str(shown).expect(command)));
    }
    examples
}

/// The names of all fields, with where they are; lists count by their first element.
fn fields(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.push(format!("{at}.{name}"));
                fields(value, &format!("{at}.{name}"), found);
            }
        }
        Value::Array(array) => {
            if let Some(first) = array.first() {
                fields(first, &format!("{at}[]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_page_shows_what_is_printed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/json.md");
    let page = fs::read_to_string(page).unwrap().replace("\r\n", "\n");
    let folder = tempfile::tempdir().unwrap();
    let mut disk = b"words ".repeat(400_000);
    disk.truncate(2 << 20);
    disk.resize(4 << 20, 0);
    fs::write(folder.path().join("disk.img"), disk).unwrap();
    let examples = examples(&page);
    assert_eq!(examples.len(), 6, "a command is missing");
    for (command, shown) in examples {
        let finished = run(folder.path(), &command);
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        fields(&shown, "", &mut expected);
        fields(&finished.json(), "", &mut found);
        assert_eq!(found, expected, "medv {}", command.join(" "));
        assert_eq!(shown["error"]["kind"], finished.json()["error"]["kind"]);
    }
}
