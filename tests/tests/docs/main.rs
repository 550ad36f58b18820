//! What the documents say is so: every command in a `console` block is run, and what it prints is what is shown, but for
//! what [`mask`] lets pass.
#![cfg(unix)]

mod mask;
mod page;
mod session;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use medv_tests::command::{Finished, program, run};

use page::pages;

/// Commands that are only shown, and why. What begins with `cargo xtask` is not run, but must exist.
const SHOWN_ONLY: [(&str, &str); 6] = [
    ("cargo xtask ", "takes long, and works on the sources"),
    ("cargo install ", "builds everything anew"),
    ("cargo run --release ", "builds everything anew; a test of the engine runs the example"),
    ("cargo bench ", "takes long"),
    ("cargo test ", "takes long"),
    ("MEDV_WRITE_DOCS=1 ", "writes these documents"),
];

/// Commands of the host agent that are only shown: they need an agent that runs, most of them a machine, or a desktop.
/// With `--root` in front, whatever needs none of these is typed.
const AGENT_SHOWN_ONLY: [&str; 15] = [
    "run",
    "status",
    "start",
    "stop",
    "restart",
    "reset",
    "apps",
    "app",
    "open",
    "handler",
    "answer",
    "password",
    "results",
    "logs",
    "screenshot",
];

/// Programs that some blocks need, each with a test below.
const PROGRAMS: [&str; 2] = ["zstd", "qemu-img"];

fn shown_only(command: &str) -> bool {
    let of_agent = command.strip_prefix("medv-host ").and_then(|rest| rest.split(' ').next());
    SHOWN_ONLY.iter().any(|(start, _)| command.starts_with(start))
        || of_agent.is_some_and(|name| AGENT_SHOWN_ONLY.contains(&name))
}

/// The pages on which there is something to type for somebody who has `program`.
fn read_pages(program: Option<&str>) {
    let pages = pages();
    let needs = |page: &&page::Page| page.blocks.iter().any(|block| block.needs.as_deref() == program);
    let wanted: Vec<_> = pages.iter().filter(needs).collect();
    assert!(!wanted.is_empty(), "no page needs {program:?}");
    for page in wanted {
        session::read(page, program);
    }
}

#[test]
fn what_needs_nothing_else_is_so() {
    read_pages(None);
}

#[test]
fn with_zstd_the_pages_are_right() {
    read_pages(Some("zstd"));
}

#[test]
fn with_qemu_img_the_pages_are_right() {
    read_pages(Some("qemu-img"));
}

#[test]
fn every_program_that_a_page_needs_has_a_test() {
    let pages = pages();
    let needed: BTreeSet<&str> =
        pages.iter().flat_map(|page| &page.blocks).filter_map(|block| block.needs.as_deref()).collect();
    assert_eq!(needed, BTreeSet::from(PROGRAMS));
}

/// The subcommands that pages show behind `start`. Each must be one of `program`'s, with its options.
fn shown_with_help(start: &str, program: &Path) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for page in pages() {
        for command in page.commands() {
            let Some(typed) = command.text.strip_prefix(start) else { continue };
            let name = typed.split(' ').next().expect("a subcommand");
            if name.starts_with("--") {
                continue;
            }
            let help = Command::new(program).args([name, "--help"]).output();
            let help = Finished::from(help.expect("the program can be started")).exits(0);
            for option in typed.split(' ').filter(|word| word.starts_with("--")) {
                assert!(help.text().contains(option), "{}", page.place(command));
            }
            seen.insert(name.to_owned());
        }
    }
    seen
}

#[test]
fn developer_commands_exist_with_their_options() {
    let seen = shown_with_help("cargo xtask ", &program("xtask"));
    for name in ["demo", "test", "bench", "ci"] {
        assert!(seen.contains(name), "no page shows cargo xtask {name}");
    }
}

#[test]
fn commands_of_the_host_agent_exist_with_their_options() {
    let seen = shown_with_help("medv-host ", &program("medv-host"));
    for name in AGENT_SHOWN_ONLY {
        assert!(seen.contains(name), "no page shows medv-host {name}");
    }
}

#[test]
fn nothing_is_only_shown_without_need() {
    let pages = pages();
    for (start, _) in SHOWN_ONLY {
        let found =
            pages.iter().flat_map(page::Page::commands).any(|command| command.text.starts_with(start));
        assert!(found, "no page shows `{start}…`");
    }
}

#[test]
fn pictures_are_up_to_date() {
    let said = &session::tour_disk().pictures;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}

/// Links to files of this repository lead somewhere.
#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let folder = page.path.parent().expect("a document is in a folder");
        for line in &page.lines {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
                let is_local = !link.is_empty() && !link.contains("://");
                assert!(!is_local || folder.join(link).exists(), "{}: {link}", page.name());
            }
        }
    }
}

/// `spec/vhd.md` has every number under which a test stands, and every code that a finding has.
#[test]
fn the_list_of_oddities_is_complete() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = fs::read_to_string(root.join("spec/vhd.md")).expect("the list is there");
    let numbers: Vec<&str> =
        list.lines().filter_map(|line| line.strip_prefix("### ")?.split('.').next()).collect();
    assert_eq!(numbers, (1..=41).map(|number: u8| number.to_string()).collect::<Vec<_>>());
    let mut known = 0;
    for entry in fs::read_dir(root.join("medv-codec/src/disk")).expect("the sources are there") {
        let source = fs::read_to_string(entry.expect("a readable folder").path()).expect("a readable source");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let is_code = |text: &&str| {
            text.contains('-')
                && text
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        };
        for code in source.split('"').filter(is_code) {
            assert!(list.contains(&format!("`{code}`")), "{code} is not in spec/vhd.md");
            known += 1;
        }
    }
    assert!(known > 50, "only {known} codes were found");
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = run(Path::new("."), ["--help"]).exits(0);
    let (_, codes) = help.text().split_once("Exit codes:\n").expect("help has exit codes");
    let pages = pages();
    let readme = pages.iter().find(|page| page.name() == "README.md").expect("there is a README");
    let rows = readme.lines.iter().skip_while(|line| *line != "| ---: | --- |").skip(1);
    let rows: Vec<String> = rows.take_while(|line| line.starts_with('|')).cloned().collect();
    let expected = codes.lines().filter_map(|line| line.trim().split_once("  "));
    assert_eq!(rows, expected.map(|(code, meaning)| format!("| {code} | {meaning} |")).collect::<Vec<_>>());
}
