//! The text of a `workspace.toml` with answers in it, and everything else that could be said as a comment.

use std::fmt::Write as _;

use super::keys::{KEYS, Key};

/// What stands above the keys of a table: the pages of the original wizard.
const PAGES: &[(&str, &str)] = &[
    (
        "",
        "A workspace: `medv workspace check` tells what is wrong with this file, `medv workspace build` makes the package.",
    ),
    ("pack", "How the disk is packed"),
    ("first-time-setup", "First time setup"),
    ("messages", "What users are told; silent first time setup tells nothing"),
    ("computer-name", "Naming computers"),
    (
        "copy-from-host",
        "Settings that the guest gets from the host; they override the answer file in the disk",
    ),
    ("start", "Startup"),
    ("network", "Networking"),
    ("credentials", "Credentials"),
    ("web-redirection", "Web redirection: http and https addresses that open in the guest"),
];

/// The text. `answers` are keys of [`KEYS`] (table, name) and their values in TOML.
pub fn template(answers: &[(&Key, String)]) -> String {
    let mut text = String::new();
    for (table, page) in PAGES {
        if table.is_empty() {
            let _ = writeln!(text, "# {page}\n");
        } else {
            let _ = writeln!(text, "\n# {page}\n[{table}]");
        }
        for key in KEYS.iter().filter(|key| key.table == *table) {
            let answer =
                answers.iter().find(|(answered, _)| (answered.table, answered.name) == (key.table, key.name));
            let line = match answer {
                Some((_, value)) => format!("{} = {value}", key.name),
                None => format!("#{} = {}", key.name, key.example),
            };
            let _ = writeln!(text, "{line:<44} # {}", key.meaning);
        }
    }
    text.push_str("\n# Any other setting by its name: `medv settings list` shows all of them\n[settings]\n#VmMemory = 1024\n");
    text
}

/// A text as TOML has it.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::definition::Definition;

    #[test]
    fn every_table_has_its_page() {
        for key in KEYS {
            assert!(PAGES.iter().any(|(table, _)| *table == key.table), "{}", key.table);
        }
    }

    #[test]
    fn what_is_commented_out_is_what_is_so_anyway() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("office.vhd"), "").unwrap();
        let needed: Vec<_> = KEYS
            .iter()
            .filter(|key| matches!(key.name, "name" | "image") && key.table.is_empty())
            .map(|key| (key, key.example.to_owned()))
            .collect();
        let (short, problems) = Definition::read(&template(&needed), folder.path());
        assert_eq!(problems, []);
        let all: Vec<_> = KEYS
            .iter()
            .filter(|key| !matches!(key.name, "import" | "settings-file"))
            .map(|key| (key, key.example.to_owned()))
            .collect();
        let (long, problems) = Definition::read(&template(&all), folder.path());
        assert_eq!(problems, []);
        let (short, long) = (short.unwrap(), long.unwrap());
        assert_eq!(short.settings.len(), 1, "only the name");
        let free = ["DialogMsg", "DialogUrl", "SetComputerNameEnabled", "RedirectUrls"];
        for made in &long.settings {
            let name = made.setting.to_string();
            if name != r"VM\Name" && !free.iter().any(|free| name.contains(free)) {
                assert_eq!(made.value, made.setting.default(), "{name}");
            }
        }
    }

    proptest! {
        #[test]
        fn texts_stay_what_they_are(text in ".*|[\\x00-\\x7F]*") {
            let line = format!("x = {} # behind it", quoted(&text));
            let document = toml_edit::Document::parse(&line).unwrap();
            prop_assert_eq!(document["x"].as_str(), Some(text.as_str()));
        }

        #[test]
        fn any_answers_are_toml(texts in proptest::collection::vec(".*|[\\x00-\\x7F]*", KEYS.len())) {
            let answers: Vec<_> = KEYS.iter().zip(texts.iter().map(|text| quoted(text))).collect();
            let text = template(&answers);
            let document = toml_edit::Document::parse(text.as_str()).unwrap();
            for (key, text) in KEYS.iter().zip(&texts) {
                let table = if key.table.is_empty() { document.as_item() } else { &document[key.table] };
                prop_assert_eq!(table[key.name].as_str(), Some(text.as_str()));
            }
        }
    }
}
