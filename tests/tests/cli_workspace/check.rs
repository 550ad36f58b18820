//! `medv workspace check`

use medv_settings::Value;
use medv_tests::workshop::Workshop;

use crate::named_files;

const BROKEN: &str = r#"name = "Office"
image = "office.vhd"
colour = "red"
[pack]
level = 30
[messages]
help-link = "help"
[computer-name]
mask = "XP"
[settings]
VmMemory = 64
"#;

fn shop_with(definition: &str) -> Workshop {
    let shop = Workshop::new();
    named_files(&shop);
    shop.write("workspace.toml", definition);
    shop
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let shop = shop_with(BROKEN);
    let finished = shop.run(["workspace", "check", "workspace.toml"]).exits(1);
    let lines: Vec<&str> = finished.text().lines().collect();
    let starts = [
        "workspace.toml:3: error: `colour` is not a key",
        "  help: ",
        "workspace.toml:5: error: `level` is `30`",
        "  help: expected: a number from 1 to 22",
        r"workspace.toml:7: error: `Fts\DialogUrl` is `help`",
        "  help: expected: an http:// or https:// address",
        "workspace.toml:9: warning: `XP` may give two guests the same name",
        "  help: add `*` at the end",
        r"workspace.toml:11: warning: `VM\Memory` is 64, which is out of range",
        "  help: expected: 128 to 2048 MiB; 128 is used",
        r"workspace.toml:11: warning: `VM\Memory` is not used",
        "  help: add VmHostMemToGuestMemCalcEnabled = false below [settings]",
    ];
    assert_eq!(lines.len(), starts.len(), "{}", finished.text());
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\nexpected: {start}");
    }
}

#[test]
fn and_the_same_as_json() {
    let shop = shop_with(BROKEN);
    let document = shop.run(["workspace", "check", "--json"]).exits(1).json();
    assert_eq!(document["definition"], "workspace.toml");
    assert!(document["name"].is_null() && document["sealed"].is_null());
    let problems = document["problems"].as_array().unwrap();
    let lines: Vec<_> = problems.iter().map(|problem| problem["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 5, 7, 9, 11, 11]);
    assert_eq!(problems[1]["severity"], "error");
    assert_eq!(problems[1]["message"], "`level` is `30`");
    assert_eq!(problems[1]["advice"], "expected: a number from 1 to 22");
    assert_eq!(problems[3]["severity"], "warning");
}

#[test]
fn a_good_definition_is_shown() {
    let shop = shop_with(
        "name = \"Büro\"\nversion = \"2.0.7\"\nimage = \"office.vhd\"\n[computer-name]\nmask = \"XP-*\"\n\
         [web-redirection]\nimport = \"bom.txt\"\naddresses = [\"http://a.example\"]\n",
    );
    let document = shop.run(["workspace", "check", "--json"]).exits(0).json();
    assert_eq!((&document["name"], &document["version"]), (&"Büro".into(), &"2.0.7".into()));
    assert_eq!((&document["image"], &document["sealed"]), (&"office.vhd".into(), &"unknown".into()));
    let names = document["computer_names"].as_array().unwrap();
    assert_eq!(names.len(), 3);
    for name in names.iter().map(|name| name.as_str().unwrap()) {
        assert!(name.starts_with("XP-") && name.len() == 15, "{name}");
    }
    let text = shop.run(["workspace", "check"]).exits(0);
    // What is typed and what is imported is one list, in the order of the file.
    let urls = "http://bücher.example;http://a.example";
    for shown in ["2.0.7", "office.vhd", "XP-*", urls, "whether the disk is sealed cannot be seen"] {
        assert!(text.text().contains(shown), "{shown}: {}", text.text());
    }
}

#[test]
fn a_disk_of_which_it_cannot_be_seen_that_it_is_sealed_can_be_refused() {
    let shop = shop_with("name = \"Office\"\nimage = \"office.vhd\"\n");
    let severity = |arguments: &[&str], code| {
        let finished = shop.run([&["workspace", "check", "--json"], arguments].concat()).exits(code);
        finished.json()["problems"][0]["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!(severity(&[], 0), "warning");
    assert_eq!(severity(&["--require-sealed"], 1), "error");
    let build = shop.run(["workspace", "build", "--require-sealed"]).exits(1);
    assert!(build.stderr.contains("whether the disk is sealed cannot be seen"), "{}", build.stderr);
    assert!(!shop.path("Office").exists());
}

#[test]
fn what_cannot_be_read_is_not_a_broken_rule() {
    let shop = Workshop::new();
    let finished = shop.run(["workspace", "check"]).exits(3);
    assert!(finished.stderr.contains("workspace.toml"), "{}", finished.stderr);
    assert!(finished.stderr.contains("`medv workspace new` writes such a file"), "{}", finished.stderr);
    // The disk is read, too.
    let mut disk = b"conectix".to_vec();
    disk.resize(4096, 0xFF);
    shop.write("broken.vhd", disk);
    shop.write("workspace.toml", "name = \"Office\"\nimage = \"broken.vhd\"\n");
    let finished = shop.run(["workspace", "check"]);
    assert!(matches!(finished.code, Some(1 | 4)), "{finished:?}");
    assert!(finished.stderr.contains("broken.vhd"), "{}", finished.stderr);
}

#[test]
fn a_settings_file_is_made_part_of_the_definition() {
    let shop = shop_with(
        "name = \"Office\"\nimage = \"office.vhd\"\nsettings-file = \"memory.reg\"\n\
         [settings]\nVmHostMemToGuestMemCalcEnabled = false\n",
    );
    let text = std::fs::read_to_string(shop.path("workspace.toml")).unwrap();
    let (definition, problems) = medv_packager::definition::Definition::read(&text, &shop.path(""));
    assert_eq!(problems, []);
    let mut made: Vec<_> =
        definition.unwrap().settings.into_iter().map(|made| (made.setting.to_string(), made.value)).collect();
    made.sort_by(|a, b| a.0.cmp(&b.0));
    // The name is the definition's own.
    let expected = [
        (r"VM\HostMemToGuestMemCalcEnabled", Value::Number(0)),
        (r"VM\Memory", Value::Number(1024)),
        (r"VM\Name", Value::Text("Office".to_owned())),
    ];
    assert_eq!(made, expected.map(|(name, value)| (name.to_owned(), value)));
}
