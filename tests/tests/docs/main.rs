//! What the documents say is so: every command in a `console` block is run, and what it prints is what is shown, but for
//! what [`mask`] lets pass.
#![cfg(unix)]

mod mask;
mod page;
mod session;

use std::collections::BTreeSet;
use std::process::Command;

use medv_tests::command::{Finished, program};

use page::pages;

/// Commands that are only shown, and why. What begins with `cargo xtask` is not run, but must exist.
const SHOWN_ONLY: [(&str, &str); 5] = [
    ("cargo xtask ", "takes long, and works on the sources"),
    ("cargo install ", "builds everything anew"),
    ("cargo run --release --example ", "builds everything anew; a test of the engine runs the example"),
    ("cargo test ", "this is one"),
    ("MEDV_WRITE_DOCS=1 ", "writes these documents"),
];

/// Programs that some blocks need, each with a test below.
const PROGRAMS: [&str; 2] = ["zstd", "qemu-img"];

fn shown_only(command: &str) -> bool {
    SHOWN_ONLY.iter().any(|(start, _)| command.starts_with(start))
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

#[test]
fn developer_commands_exist_with_their_options() {
    let mut seen = BTreeSet::new();
    for page in pages() {
        for command in page.commands() {
            let Some(typed) = command.text.strip_prefix("cargo xtask ") else { continue };
            let name = typed.split(' ').next().expect("a subcommand");
            let help = Command::new(program("xtask", "xtask")).args([name, "--help"]).output();
            let help = Finished::from(help.expect("xtask can be started")).exits(0);
            for option in typed.split(' ').filter(|word| word.starts_with("--")) {
                assert!(help.text().contains(option), "{}", page.place(command));
            }
            seen.insert(name.to_owned());
        }
    }
    for name in ["demo", "test", "bench", "ci"] {
        assert!(seen.contains(name), "no page shows cargo xtask {name}");
    }
}

#[test]
fn nothing_is_only_shown_without_need() {
    let pages = pages();
    for (start, _) in SHOWN_ONLY {
        let found = pages.iter().flat_map(page::Page::commands).any(|command| command.text.starts_with(start));
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
