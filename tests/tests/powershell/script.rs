//! The script of a package: what is read of it is what the workspace was made of.

use std::fs;

use medv_packager::definition::{Definition, quoted};
use medv_packager::powershell::script;
use medv_settings::{Kind, Setting, Value, catalogue, display, find, parse};
use medv_tests::vhd_builder::fixed;

use crate::Script;

/// Texts that end strings early, or mean something else, where they are not kept from it.
const TEXTS: [&str; 12] = [
    "plain",
    "it's",
    "''",
    "a \"quoted\" word",
    "\u{2018}typo\u{2019} \u{201A}graphic\u{201B} \u{201C}quotes\u{201D}",
    "$HOME $($x) ${y} @splat",
    "`n `' back`",
    "one; two | three & four",
    "# no comment <# nor this #>",
    "ünïcödé 漢字 🎉",
    "\\\\server\\share\\",
    "'); Remove-Item C:\\ -Recurse #",
];

/// The definition that `text` is, in a folder with the disk `image`.
fn definition(text: &str, image: &str) -> Definition {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(image), fixed(&[0; 512])).unwrap();
    let (definition, problems) = Definition::read(text, folder.path());
    definition.unwrap_or_else(|| panic!("{problems:?}\n{text}"))
}

/// What `$Configuration` is set to: parameter, and value as it is written.
fn configuration(script: &Script) -> Vec<(String, std::ops::Range<usize>)> {
    let table = script
        .all("assignment_expression")
        .into_iter()
        .find(|part| script.source(part).starts_with("$Configuration"))
        .expect("a configuration");
    script
        .within("hash_entry", &table.range)
        .iter()
        .map(|entry| {
            let key = script.within("key_expression", &entry.range).remove(0);
            (script.source(&key).to_owned(), key.range.end..entry.range.end)
        })
        .collect()
}

/// What PowerShell would hand to the parameter of `setting`.
fn read(script: &Script, setting: &'static Setting, range: &std::ops::Range<usize>) -> Value {
    let texts = script.texts(range);
    let written = script.0[range.clone()].trim_start_matches([' ', '=']).trim().to_owned();
    match setting.kind {
        Kind::Switch => Value::Number(match written.as_str() {
            "$True" | "$true" => 1,
            "$False" | "$false" => 0,
            other => panic!("{other}"),
        }),
        Kind::Number { .. } => Value::Number(written.parse().unwrap()),
        kind if kind.is_list() => {
            assert!(written.starts_with("@(") && written.ends_with(')'), "{written}");
            Value::Lines(texts)
        }
        _ => {
            assert_eq!(texts.len(), 1, "{written}");
            parse(setting, &texts).into_value().unwrap().0
        }
    }
}

/// That the script can be read, and says what the definition does.
fn says_the_same(definition: &Definition) {
    let script = Script::of_file(script(definition));
    assert!(script.is_right(), "{}", script.0);
    let made: Vec<_> = definition
        .settings
        .iter()
        .filter_map(|made| Some((made.setting.parameter()?, made.value.clone())))
        .collect();
    let found: Vec<_> = configuration(&script)
        .into_iter()
        .map(|(name, range)| {
            let value = read(&script, find(&name).unwrap(), &range);
            (name, value)
        })
        .collect();
    assert_eq!(found, made);
    let texts = script.texts(&(0..script.0.len()));
    let name = &definition.name;
    let image = definition.image.file_name().unwrap().to_str().unwrap();
    for text in [
        name.as_str(),
        &format!("{name}.reg"),
        &format!("{name}.msi"),
        image,
        &definition.version.to_string(),
    ] {
        assert!(texts.iter().any(|found| found == text), "{text} in {texts:?}");
    }
    assert!(
        !script.0.contains(definition.image.parent().unwrap().to_str().unwrap()),
        "a path of this computer"
    );
}

#[test]
fn every_setting_is_in_it() {
    let settings = catalogue().filter(|setting| setting.parameter().is_some()).map(|setting| {
        let value = setting.default();
        let value = match (&value, setting.kind) {
            (Value::Lines(lines), _) => {
                let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
                format!("[{}]", lines.join(", "))
            }
            _ => quoted(&display(setting, &value)),
        };
        format!("{} = {value}\n", setting.parameter().unwrap())
    });
    let text = format!("name = \"All\"\nimage = \"a.vhd\"\n[settings]\n{}", settings.collect::<String>());
    let definition = definition(&text, "a.vhd");
    assert_eq!(definition.settings.len(), 50, "the name is one as well");
    says_the_same(&definition);
}

#[test]
fn no_text_gets_out_of_its_quotes() {
    let messages: Vec<String> = TEXTS.iter().map(|text| quoted(text)).collect();
    let messages = messages.join(", ");
    let text = format!(
        "name = \"Any\"\nimage = \"a.vhd\"\n[messages]\nstart = [{messages}]\nretry = \"two\\nlines\"\n\
         [computer-name]\nmask = \"XP'$-*\"\n[web-redirection]\naddresses = [\"http://a.example/it's?a=$b\"]\n\
         [settings]\nFtsLogFilePaths = [{messages}]\n"
    );
    says_the_same(&definition(&text, "a.vhd"));
}

#[test]
fn no_name_gets_out_of_its_quotes() {
    for name in TEXTS.iter().filter(|text| medv_settings::is_workspace_name(text)) {
        let image = format!("{name}.vhd");
        let text = format!("name = {}\nimage = {}\nversion = \"7.8.9\"\n", quoted(name), quoted(&image));
        says_the_same(&definition(&text, &image));
    }
    let taken = TEXTS.iter().filter(|text| medv_settings::is_workspace_name(text)).count();
    assert!(taken >= 7, "{taken} of them are names");
}

#[test]
fn how_the_disk_is_packed_is_in_it() {
    for (pack, written) in [
        ("", "Level = 3\r\n    Trim = $false"),
        ("[pack]\nlevel = 19\ntrim = true\n", "Level = 19\r\n    Trim = $true"),
    ] {
        let script = Script::of_file(script(&definition(
            &format!("name = \"X\"\nimage = \"a.vhd\"\n{pack}"),
            "a.vhd",
        )));
        assert!(script.is_right() && script.0.contains(written), "{}", script.0);
    }
}
