//! `medv settings` as a user meets it.

use std::fs;
use std::path::Path;

use medv_settings::{RegFile, Value, catalogue, find};
use medv_tests::command::{Finished, run};
use tempfile::TempDir;

/// Runs `medv settings ARGUMENTS --root root` in `folder`, where no settings of this machine count.
fn settings(folder: &TempDir, arguments: &[&str]) -> Finished {
    let arguments = [&["settings"], arguments, &["--root", "root"]].concat();
    run(folder.path(), arguments)
}

fn export(folder: &TempDir, arguments: &[&str]) -> Finished {
    run(folder.path(), [&["settings", "export"], arguments].concat())
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What is set in a .reg file.
fn read_reg(path: &Path) -> Vec<(String, Value)> {
    let file = RegFile::from_bytes(&fs::read(path).unwrap()).unwrap();
    file.entries().into_iter().map(|entry| (entry.name, entry.value)).collect()
}

#[test]
fn every_setting_is_listed_and_shown() {
    let folder = folder();
    let list = run(folder.path(), ["settings", "list"]).exits(0);
    let document = run(folder.path(), ["settings", "list", "--json"]).exits(0).json();
    assert_eq!(document["settings"].as_array().unwrap().len(), 53);
    for (setting, listed) in catalogue().zip(document["settings"].as_array().unwrap()) {
        assert!(list.text().contains(setting.name), "{setting}");
        assert_eq!(listed["name"], setting.to_string());
        let shown = settings(&folder, &["show", &setting.to_string()]).exits(0);
        assert!(shown.text().starts_with(&format!("{setting}: {}\n", setting.meaning)), "{}", shown.text());
        assert!(shown.text().contains(&setting.kind.expected()), "{}", shown.text());
        let parameter = setting.parameter().unwrap_or_else(|| "none".to_owned());
        assert!(shown.text().contains(&parameter), "{}", shown.text());
    }
    let group = run(folder.path(), ["settings", "list", "--group", "vm", "--json"]).exits(0).json();
    assert_eq!(group["settings"].as_array().unwrap().len(), 11);
}

#[test]
fn what_is_set_is_current_until_it_is_cleared() {
    let folder = folder();
    let _ = settings(&folder, &["set", "vmmemory", "1024"]).exits(0);
    let shown = settings(&folder, &["show", "Memory", "--json"]).exits(0).json();
    assert_eq!((&shown["value"], &shown["origin"]), (&1024.into(), &"machine".into()));
    assert!(shown["set_in"].as_str().unwrap().ends_with("settings.toml"), "{shown}");
    let listed = settings(&folder, &["list", "--current", "--group", "VM"]).exits(0);
    assert!(listed.text().contains("1024 MiB (machine)"), "{}", listed.text());
    assert!(listed.text().contains("NAT (default)"), "{}", listed.text());
    let cleared = settings(&folder, &["clear", "Mem", "--json"]).exits(0).json();
    assert_eq!((&cleared["was_set"], &cleared["value"]), (&true.into(), &512.into()));
    let cleared = settings(&folder, &["clear", "Mem", "--json"]).exits(0).json();
    assert_eq!((&cleared["was_set"], &cleared["origin"]), (&false.into(), &"default".into()));
}

#[test]
fn a_user_can_choose_what_nobody_else_has_decided() {
    let folder = folder();
    let _ = settings(&folder, &["set", "LogonStartEnabled", "no", "--user"]).exits(0);
    let shown = settings(&folder, &["show", "LogonStartEnabled", "--json"]).exits(0).json();
    assert_eq!((&shown["value"], &shown["origin"]), (&false.into(), &"user".into()));
    write(&folder, "root/etc/medv/policy.toml", "[UserExperience]\nLogonStartEnabled = true\n");
    let set = settings(&folder, &["set", "LogonStartEnabled", "no", "--user", "--json"]).exits(0);
    let document = set.json();
    assert_eq!((&document["value"], &document["origin"]), (&true.into(), &"machine policy".into()));
    assert!(set.stderr.contains("this is of no effect"), "{}", set.stderr);
    let refused = settings(&folder, &["set", "FtsMode", "Silent", "--user"]).exits(2);
    assert!(refused.stderr.contains("is not for a user to choose"), "{}", refused.stderr);
}

#[test]
fn wrong_values_and_names_are_refused_and_numbers_clamped() {
    let folder = folder();
    let refused = settings(&folder, &["set", "NetworkingMode", "token ring"]).exits(2);
    assert!(refused.stderr.contains("found `token ring`, expected NAT or Bridged"), "{}", refused.stderr);
    let unknown = settings(&folder, &["show", "VmMemroy"]).exits(2);
    assert!(unknown.stderr.contains(r"did you mean `VM\Memory`?"), "{}", unknown.stderr);
    let clamped = settings(&folder, &["set", "VmMemory", "-1", "--json"]).exits(0);
    assert_eq!(clamped.json()["set_to"], 128);
    assert!(
        clamped.stderr.contains("found -1, expected 128 to 2048 MiB; taken as 128"),
        "{}",
        clamped.stderr
    );
    assert!(!folder.path().join("root/etc/medv/policy.toml").exists());
}

#[test]
fn a_file_that_is_not_toml_is_named_with_line_and_column() {
    let folder = folder();
    write(&folder, "root/etc/medv/settings.toml", "[VM]\nMemory = much\n");
    let failed = settings(&folder, &["list", "--current", "--json"]).exits(1);
    let error = &failed.json()["error"];
    assert_eq!(error["kind"], "damaged", "{error}");
    assert!(error["message"].as_str().unwrap().starts_with("line 2, column "), "{error}");
    assert!(error["path"].as_str().unwrap().ends_with("settings.toml"), "{error}");
}

#[test]
fn warnings_about_the_files_are_told() {
    let folder = folder();
    write(&folder, "root/etc/medv/settings.toml", "[VM]\nMemroy = 512\nTaskTimeout = 4000000000\n");
    let shown = settings(&folder, &["show", "TaskTimeout"]).exits(0);
    assert!(shown.stderr.contains(r"there is no setting `VM\Memroy`"), "{}", shown.stderr);
    assert!(shown.stderr.contains("found 4000000000, expected 0 to 2147483647 s"), "{}", shown.stderr);
    assert!(shown.text().contains("2147483647 s (machine)"), "{}", shown.text());
}

#[test]
fn only_what_is_given_is_exported() {
    let folder = folder();
    let exported =
        export(&folder, &["--set", "net=bridged", "--set", "VmMemory=1024", "-o", "a.reg", "--json"])
            .exits(0);
    let document = exported.json();
    assert_eq!(document["settings"][0]["name"], r"VM\Memory", "{document}");
    assert_eq!(document["settings"][1]["value"], "Bridged", "{document}");
    let expected = [
        ("Memory".to_owned(), Value::Number(1024)),
        ("NetworkingMode".to_owned(), Value::Text("Bridged".to_owned())),
    ];
    assert_eq!(read_reg(&folder.path().join("a.reg")), expected);
}

#[test]
fn lists_are_exported_part_by_part() {
    let folder = folder();
    let sets = ["--set", "Urls=http://a;http://b", "--set", "RedirectUrls=https://c/*"];
    let _ = export(&folder, &[&sets[..], &["-o", "a.reg"]].concat()).exits(0);
    let urls = ["http://a", "http://b", "https://c/*"].map(str::to_owned);
    let expected = [("RedirectUrls".to_owned(), Value::Lines(urls.into()))];
    assert_eq!(read_reg(&folder.path().join("a.reg")), expected);
    let twice = export(&folder, &["--set", "Mem=512", "--set", "VmMemory=1024", "-o", "b.reg"]).exits(2);
    assert!(twice.stderr.contains("found 2 values"), "{}", twice.stderr);
}

#[test]
fn forced_defaults_are_those_of_every_setting_that_has_one() {
    let folder = folder();
    let _ = export(&folder, &["--force-defaults", "--set", "VmMemory=1024", "-o", "a.reg"]).exits(0);
    let exported = read_reg(&folder.path().join("a.reg"));
    let memory = find("VmMemory").unwrap();
    let expected: Vec<_> = catalogue()
        .filter(|setting| setting.to_string() != r"VM\Name")
        .map(|setting| {
            let value = if setting == memory { Value::Number(1024) } else { setting.default() };
            (setting.name.to_owned(), value)
        })
        .collect();
    assert_eq!(exported.len(), 52);
    assert_eq!(exported, expected);
}

#[test]
fn an_existing_file_is_replaced_by_force_only_or_added_to() {
    let folder = folder();
    let path = folder.path().join("a.reg");
    // There is nothing yet to add to.
    let _ = export(&folder, &["--set", "Mem=512", "--append", "-o", "a.reg"]).exits(0);
    let before = fs::read(&path).unwrap();
    let refused = export(&folder, &["--set", "Mem=1024", "-o", "a.reg"]).exits(2);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(fs::read(&path).unwrap(), before);
    let _ = export(&folder, &["--set", "Net=Bridged", "--append", "-o", "a.reg"]).exits(0);
    let names: Vec<_> = read_reg(&path).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Memory", "NetworkingMode"]);
    let _ = export(&folder, &["--set", "Mem=1024", "--force", "-o", "a.reg"]).exits(0);
    assert_eq!(read_reg(&path), [("Memory".to_owned(), Value::Number(1024))]);
    fs::write(&path, "no .reg file").unwrap();
    let refused = export(&folder, &["--set", "Mem=512", "--append", "-o", "a.reg"]).exits(1);
    assert!(refused.stderr.contains("line 1: found `no .reg file`"), "{}", refused.stderr);
    assert_eq!(fs::read(&path).unwrap(), b"no .reg file");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_is_exported_of_what_makes_no_sense() {
    let folder = folder();
    let wrong: [&[&str]; 5] = [
        &[],
        &["--set", "VmMemory"],
        &["--set", "Memroy=1"],
        &["--set", "NetworkingMode=x"],
        &["--set", "VmMemory=1024", "--append", "--force"],
    ];
    for arguments in wrong {
        let _ = export(&folder, &[arguments, &["-o", "a.reg"]].concat()).exits(2);
        assert!(!folder.path().join("a.reg").exists(), "{arguments:?}");
    }
}

#[test]
fn a_file_on_standard_output_is_the_same_file() {
    let folder = folder();
    let set = ["--set", "VmMemory=1024"];
    let _ = export(&folder, &[&set[..], &["-o", "a.reg"]].concat()).exits(0);
    let out = export(&folder, &[&set[..], &["-o", "-"]].concat()).exits(0);
    assert_eq!(out.stdout, fs::read(folder.path().join("a.reg")).unwrap());
    assert!(out.stderr.contains("settings written: 1"), "{}", out.stderr);
    let _ = export(&folder, &[&set[..], &["-o", "-", "--json"]].concat()).exits(2);
}

#[test]
fn quietly_only_what_was_asked_for_is_printed() {
    let folder = folder();
    assert!(settings(&folder, &["set", "Mem", "512", "-q"]).exits(0).stdout.is_empty());
    assert!(settings(&folder, &["clear", "Mem", "-q"]).exits(0).stdout.is_empty());
    assert!(export(&folder, &["--set", "Mem=512", "-o", "a.reg", "-q"]).exits(0).stdout.is_empty());
    assert!(!settings(&folder, &["show", "Mem", "-q"]).exits(0).stdout.is_empty());
}
