//! `medv workspace new`

use std::fs;
use std::io::Write;
use std::process::Stdio;

use medv_packager::definition::{Definition, KEYS};
use medv_settings::Value;
use medv_tests::command::Finished;
use medv_tests::vhd_builder::fixed;
use medv_tests::workshop::Workshop;

fn shop() -> Workshop {
    let shop = Workshop::new();
    shop.write("office.vhd", fixed(&[0; 4096]));
    shop
}

/// `medv workspace new ARGUMENTS`, with `answers` on its standard input.
fn new(shop: &Workshop, arguments: &[&str], answers: &str) -> Finished {
    let mut command = shop.medv([&["workspace", "new"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end without having read all of them.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    Finished::from(child.wait_with_output().unwrap())
}

/// What the file says, which must be good, and for which check finds no error either.
fn written(shop: &Workshop, name: &str) -> Definition {
    let text = fs::read_to_string(shop.path(name)).unwrap();
    let (definition, problems) = Definition::read(&text, &shop.path(""));
    let _ = shop.run(["workspace", "check", name]).exits(0);
    definition.unwrap_or_else(|| panic!("{problems:?}\n{text}"))
}

fn made(definition: &Definition, setting: &str) -> Option<Value> {
    definition.settings.iter().find(|made| made.setting.to_string() == setting).map(|made| made.value.clone())
}

#[test]
fn every_answer_can_be_an_option() {
    let shop = shop();
    shop.write("addresses.txt", "http://c.example\n");
    shop.write("settings.reg", "Windows Registry Editor Version 5.00\r\n");
    let mut arguments = vec!["--no-questions".to_owned(), "-o".to_owned(), "all.toml".to_owned()];
    for key in KEYS {
        let name =
            if key.table.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.table, key.name) };
        let answer = match key.name {
            "addresses" => "http://a.example http://b.example".to_owned(),
            "trim" | "shared" | "domain" | "organizational-unit" => "yes".to_owned(),
            "level" => "9".to_owned(),
            "when" => "first-use".to_owned(),
            _ => key.example.trim_matches('"').to_owned(),
        };
        arguments.extend(["--set".to_owned(), format!("{name}={answer}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let report = new(&shop, &arguments, "").exits(0);
    assert!(
        report.text().contains("wrote all.toml\nnext: medv workspace build all.toml\n"),
        "{}",
        report.text()
    );
    let definition = written(&shop, "all.toml");
    assert_eq!((definition.name.as_str(), definition.level, definition.trim), ("Office XP", 9, true));
    let urls = ["http://a.example", "http://b.example", "http://c.example"].map(str::to_owned);
    assert_eq!(made(&definition, r"UserExperience\RedirectUrls"), Some(Value::Lines(urls.into())));
    assert_eq!(made(&definition, r"UserExperience\LogonStartEnabled"), Some(Value::Number(0)));
    assert_eq!(made(&definition, r"Fts\SetMachineObjectOUEnabled"), Some(Value::Number(1)));
    assert_eq!(made(&definition, r"Fts\ComputerNameMask"), Some(Value::Text("MEDV*".to_owned())));
    assert_eq!(made(&definition, r"VM\NetworkingMode"), Some(Value::Text("NAT".to_owned())));
}

#[test]
fn name_and_disk_alone_will_do() {
    let shop = shop();
    let report = new(&shop, &["--name", "Büro (7)", "--image", "office.vhd", "--json"], "").exits(0).json();
    assert_eq!(
        (&report["output"], report["problems"].as_array().map(Vec::len)),
        (&"workspace.toml".into(), Some(0))
    );
    let definition = written(&shop, "workspace.toml");
    assert_eq!((definition.name.as_str(), definition.settings.len()), ("Büro (7)", 1));
    let missing = new(&shop, &["--name", "x", "--no-questions", "-o", "b.toml"], "").exits(2);
    assert!(missing.stderr.contains("--name and --image"), "{}", missing.stderr);
    assert!(!shop.path("b.toml").exists());
}

#[test]
fn questions_are_asked_page_by_page_until_the_answers_are_right() {
    let shop = shop();
    let answers = "a/b\n\nOffice\n2\n2.0.0\nnone.vhd\noffice.vhd\nloud\nunattended\nyes\n\n\
                   Wait; please\n\n\nnohelp\nhttps://help.example\nXP%x%\nXP-####*\nyes\nmaybe\nno\nno\nnever\nuser\nbridged\n\n\
                   ftp://a.example\nhttp://a.example, http://*.b.example\n";
    let finished = new(&shop, &[], answers).exits(0);
    let definition = written(&shop, "workspace.toml");
    assert_eq!((definition.name.as_str(), definition.version.to_string().as_str()), ("Office", "2.0.0"));
    let number = |setting| match made(&definition, setting) {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    };
    assert_eq!(made(&definition, r"Fts\Mode"), Some(Value::Text("Unattended".to_owned())));
    assert_eq!((number(r"VM\MultiUserEnabled"), number(r"Fts\AddUserToAdminGroupEnabled")), (Some(1), None));
    assert_eq!(made(&definition, r"Fts\StartDialogMsg"), Some(Value::Lines(vec!["Wait; please".to_owned()])));
    assert_eq!(made(&definition, r"Fts\DialogUrl"), Some(Value::Text("https://help.example".to_owned())));
    assert_eq!(made(&definition, r"Fts\ComputerNameMask"), Some(Value::Text("XP-####*".to_owned())));
    assert_eq!(
        (
            number(r"Fts\SetRegionalSettingsEnabled"),
            number(r"Fts\SetUserDataEnabled"),
            number(r"Fts\SetJoinDomainEnabled")
        ),
        (Some(1), Some(0), Some(0))
    );
    assert_eq!(number(r"UserExperience\LogonStartEnabled"), None);
    assert_eq!(made(&definition, r"VM\NetworkingMode"), Some(Value::Text("Bridged".to_owned())));
    let urls = ["http://a.example", "http://*.b.example"].map(str::to_owned);
    assert_eq!(made(&definition, r"UserExperience\RedirectUrls"), Some(Value::Lines(urls.into())));
    // Without the domain its unit is not asked for.
    assert!(!finished.stderr.contains("the unit to join it in"), "{}", finished.stderr);
    let told = [
        "\nPackage information\n",
        "\nFirst time setup\n",
        "\nWeb redirection\n",
        "`name` is `\"a/b\"`",
        "there is no file none.vhd; give the path",
        "`mode` is `\"loud\"`, not one of",
        r"`Fts\DialogUrl` is `nohelp`",
        "`%` stands only in %hostname% and %username%",
        "on this computer: XP-",
        "`ftp://a.example` cannot be redirected",
    ];
    for message in told {
        assert!(finished.stderr.contains(message), "{message}: {}", finished.stderr);
    }
}

#[test]
fn the_end_of_the_input_takes_what_is_so_anyway() {
    let shop = shop();
    let _ = new(&shop, &[], "Office\n\noffice.vhd\nsilent").exits(0);
    let definition = written(&shop, "workspace.toml");
    assert_eq!(definition.settings.len(), 2, "{definition:?}");
    let shop = self::shop();
    let missing = new(&shop, &[], "Office\n").exits(2);
    assert!(missing.stderr.contains("name and disk are missing"), "{}", missing.stderr);
    assert!(!shop.path("workspace.toml").exists());
}

#[test]
fn silent_setup_asks_for_no_messages() {
    let shop = shop();
    let finished = new(&shop, &["--set", "first-time-setup.mode=silent"], "Office\n\noffice.vhd\n").exits(0);
    assert!(!finished.stderr.contains("Messages"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("unattended, silent or attended"), "what was given is not asked");
}

#[test]
fn nothing_is_overwritten() {
    let shop = shop();
    shop.write("workspace.toml", "mine");
    let arguments = ["--name", "Office", "--image", "office.vhd"];
    let refused = new(&shop, &arguments, "").exits(2);
    assert!(refused.stderr.contains("the file exists already"), "{}", refused.stderr);
    assert_eq!(fs::read(shop.path("workspace.toml")).unwrap(), b"mine");
    let _ = new(&shop, &[&arguments[..], &["--force"]].concat(), "").exits(0);
    assert_eq!(written(&shop, "workspace.toml").name, "Office");
}

#[test]
fn an_answer_to_no_question_is_refused() {
    let shop = shop();
    for (answer, message) in [
        ("colour=red", "`colour` is not a key of workspace.toml"),
        ("mode=silent", "`mode` is not a key of workspace.toml"),
        ("name", "found no =, expected KEY=VALUE"),
    ] {
        let refused = new(&shop, &["--no-questions", "--set", answer], "").exits(2);
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
    }
    assert!(!shop.path("workspace.toml").exists());
}

#[test]
fn a_wrong_answer_by_option_is_told_with_the_file() {
    let shop = shop();
    let arguments = ["--name", "Office", "--image", "none.vhd", "--set", "pack.level=99"];
    let finished = new(&shop, &arguments, "").exits(0);
    for message in ["there is no file none.vhd", "`level` is `99`"] {
        assert!(finished.stderr.contains(message), "{message}: {}", finished.stderr);
    }
    let _ = shop.run(["workspace", "check"]).exits(1);
}
