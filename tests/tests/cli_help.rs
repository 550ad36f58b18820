//! What `medv` says about itself.

use std::path::Path;

use medv_tests::command::{Finished, run};

const COMMANDS: [&str; 9] =
    ["pack", "expand", "verify", "info", "doctor", "workspace", "settings", "completions", "man"];

const SETTINGS_COMMANDS: [&str; 5] = ["list", "show", "export", "set", "clear"];

const WORKSPACE_COMMANDS: [&str; 6] = ["new", "check", "build", "install", "uninstall", "list"];

/// Commands below others, with those.
fn nested() -> impl Iterator<Item = (&'static str, &'static str)> {
    let settings = SETTINGS_COMMANDS.into_iter().map(|command| ("settings", command));
    settings.chain(WORKSPACE_COMMANDS.into_iter().map(|command| ("workspace", command)))
}

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  damaged, or not what it should be
    2  wrong usage
    3  reading or writing failed; trying again may help
    4  valid, but not supported
    5  a limit was hit
  130  interrupted
";

fn medv<const N: usize>(arguments: [&str; N]) -> Finished {
    run(Path::new("."), arguments)
}

#[test]
fn help_has_examples_and_the_exit_codes() {
    let help = medv(["--help"]).exits(0);
    assert!(help.text().contains("Examples:\n  medv pack"), "{}", help.text());
    assert!(help.text().ends_with(EXIT_CODES), "{}", help.text());
    for command in COMMANDS {
        assert!(help.text().contains(&format!("  {command} ")), "{command} is not in the list");
        let help = medv([command, "--help"]).exits(0);
        assert!(help.text().contains(&format!("Examples:\n  medv {command}")), "{}", help.text());
    }
    for command in ["pack", "expand", "verify", "info", "doctor", "workspace", "settings"] {
        let help = medv([command, "--help"]);
        assert!(help.text().ends_with(EXIT_CODES), "{}", help.text());
    }
    for (group, command) in nested() {
        let help = medv([group, command, "--help"]).exits(0);
        let examples = help.text().split_once("Examples:\n").expect("examples").1;
        assert!(examples.contains(&format!("medv {group} {command}")), "{}", help.text());
        assert!(help.text().ends_with(EXIT_CODES), "{}", help.text());
    }
}

#[test]
fn no_line_of_help_is_wider_than_100_columns() {
    let below = nested().map(|(group, command)| vec![group, command]);
    for command in COMMANDS.map(|command| vec![command]).into_iter().chain(below) {
        let help = run(Path::new("."), command.into_iter().chain(["--help"]));
        let longest = help.text().lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(longest.chars().count() <= 100, "{longest}");
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    let wrong: [&[&str]; 17] = [
        &[],
        &["compress"],
        &["pack"],
        &["pack", "a.vhd", "--level", "0"],
        &["pack", "a.vhd", "--level", "23"],
        &["pack", "a.vhd", "--threads", "0"],
        &["pack", "a.vhd", "--chunk-size", "3MiB"],
        &["expand", "a.medv", "--format", "qcow2"],
        &["verify", "a.medv", "-q", "-v"],
        &["info", "a.medv", "--progress", "loud"],
        &["man", "compress"],
        &["man", "settings", "compress"],
        &["man", "pack", "list"],
        &["settings"],
        &["settings", "list", "--group", "Network"],
        &["settings", "export", "--set", "VmMemory=512"],
        &["settings", "set", "VmMemory"],
    ];
    for arguments in wrong {
        let finished = run(Path::new("."), arguments).exits(2);
        assert!(finished.stdout.is_empty(), "{arguments:?}");
        assert!(!finished.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_json_too_if_asked_for() {
    let wrong: [&[&str]; 3] =
        [&["pack", "a.vhd", "--level", "23", "--json"], &["--json", "compress"], &["man", "--json"]];
    for arguments in wrong {
        let document = run(Path::new("."), arguments).exits(2).json();
        assert_eq!(document["error"]["kind"], "usage", "{document}");
        assert!(document["error"]["message"].is_string(), "{document}");
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = medv(["completions", shell]).exits(0);
        for command in COMMANDS {
            assert!(script.text().contains(command), "{command} for {shell}");
        }
        assert!(script.text().contains("chunk-size"), "{shell}");
    }
}

#[test]
fn manual_pages_exist_for_every_command() {
    let page = medv(["man"]).exits(0);
    assert!(page.text().contains(".TH medv 1"), "{}", page.text());
    for command in COMMANDS {
        assert!(page.text().contains(&format!("medv\\-{command}(1)")), "{command}");
        let page = medv(["man", command]).exits(0);
        assert!(page.text().contains(&format!(".TH medv-{command} 1")), "{}", page.text());
        for section in [".SH EXAMPLES", ".SH EXIT STATUS", "\\-\\-json"] {
            assert!(page.text().contains(section), "{section} of {command}");
        }
    }
    for (group, command) in nested() {
        let page = medv(["man", group, command]).exits(0);
        assert!(page.text().contains(&format!(".TH medv-{group}-{command} 1")), "{}", page.text());
        assert!(page.text().contains(".SH EXAMPLES"), "{}", page.text());
    }
    let folder = tempfile::tempdir().unwrap();
    let written = run(folder.path(), ["man", "--out", "man1"]).exits(0);
    assert_eq!(written.text().lines().count(), COMMANDS.len() + nested().count() + 1);
    for command in COMMANDS {
        let page = std::fs::read_to_string(folder.path().join(format!("man1/medv-{command}.1"))).unwrap();
        assert!(page.contains("medv"), "{command}");
    }
}
