//! Every rule of `workspace.toml`, broken.

mod files;
mod pages;

use medv_packager::definition::Definition;
use medv_packager::problem::Severity::{self, Error as E, Warning as W};
use medv_tests::workshop::Workshop;

use crate::named_files;

/// Severity, line, message (up to an `…`, behind which the system speaks), advice.
type Told = (Severity, usize, &'static str, &'static str);

const NAME: &str = r#"expected: 1 to 64 characters, none of \ / : * ? " < > |, no space or full stop at either end, not a name of a Windows device"#;

/// Whole definitions.
const WHOLE: &[(&str, &[Told])] = &[
    (
        "",
        &[
            (E, 0, "`name` is missing", r#"add a line such as `name = "Office XP"`"#),
            (E, 0, "`image` is missing", r#"add a line such as `image = "office.vhd"`"#),
        ],
    ),
    (
        r#"name = ""
image = """#,
        &[(E, 1, r#"`name` is `""`"#, NAME), (E, 2, r#"`image` is `""`"#, "expected: the path of a disk")],
    ),
    (
        r#"name = "a/b"
image = 3"#,
        &[(E, 1, r#"`name` is `"a/b"`"#, NAME), (E, 2, "`image` is `3`", "expected: the path of a disk")],
    ),
    (
        r#"name = 3
image = "none.vhd""#,
        &[
            (E, 1, "`name` is `3`", NAME),
            (
                E,
                2,
                "there is no file none.vhd",
                "give the path of the disk from the folder of workspace.toml on",
            ),
        ],
    ),
    (
        r#"name = "x"
image = "con.vhd""#,
        &[
            (
                E,
                2,
                "there is no file con.vhd",
                "give the path of the disk from the folder of workspace.toml on",
            ),
            (E, 2, "`con` cannot be the name of a file on every computer", "rename the disk"),
        ],
    ),
    (
        "[name]\nx = 1\n[image]\ny = 1",
        &[(E, 1, "`name` is a table", NAME), (E, 3, "`image` is a table", "expected: the path of a disk")],
    ),
];

#[test]
fn every_broken_rule_is_told_with_its_line_and_what_to_do() {
    let shop = Workshop::new();
    named_files(&shop);
    let folder = shop.path("");
    let in_line_3 = |(rule, told): &(&str, &'static [Told])| {
        (format!("name = \"Office\"\nimage = \"office.vhd\"\n{rule}\n"), *told)
    };
    let whole = WHOLE.iter().map(|(text, told)| ((*text).to_owned(), *told));
    for (text, told) in pages::RULES.iter().chain(files::RULES).map(in_line_3).chain(whole) {
        let (definition, problems) = Definition::read(&text, &folder);
        let found: Vec<_> = problems
            .iter()
            .map(|problem| {
                let message = problem.message.replace(&folder.display().to_string(), "");
                let message = match message.split_once("cannot be read: ") {
                    Some((file, _)) => format!("{file}cannot be read: …"),
                    None => message,
                };
                (problem.severity, problem.line.unwrap_or(0), message, problem.advice.clone())
            })
            .collect();
        let told: Vec<_> = told
            .iter()
            .map(|(severity, line, message, advice)| {
                (*severity, *line, (*message).to_owned(), (*advice).to_owned())
            })
            .collect();
        assert_eq!(found, told, "{text}");
        let is_good = told.iter().all(|(severity, ..)| *severity == W);
        assert_eq!(definition.is_some(), is_good, "{text}");
    }
}
