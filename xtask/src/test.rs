//! `cargo xtask test`: every test, with the programs that some of them compare us to.
//!
//! A test that runs a program which may be missing lives in a module (or a function) named `with_` and the program:
//! `mod with_qemu_img`. Where the program is missing those tests are skipped by name, and that is said.

use crate::Result;
use crate::packages::{TOOLS, hindrance, package_of, provide};
use crate::shell::{capture, command, root, show, target};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

/// Why a test is ignored that is a program of another one.
const STARTED_ELSEWHERE: &str = "started by another test";

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Install nothing
    #[arg(long)]
    no_install: bool,
    /// Only tests whose name contains this
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let (mut wanted, mut ignored) = (BTreeSet::new(), Vec::new());
    for (path, text) in test_sources()? {
        ignored.extend(reasons_in(&text));
        for name in names_in(&text) {
            match program_of(&name) {
                Some(program) => _ = wanted.insert(program),
                None if name.is_module => return Err(unknown(&path, &name).into()),
                None => {}
            }
        }
    }
    let wanted: Vec<&'static str> = wanted.into_iter().collect();
    let install = !options.no_install;
    let missing = provide(&wanted, install);
    let there = wanted.iter().filter(|program| !missing.contains(program));
    let hindered: Vec<_> =
        there.filter_map(|program| Some((*program, hindrance(program, install)?))).collect();
    let mut arguments: Vec<String> = options.filter.iter().cloned().collect();
    for program in missing.iter().chain(hindered.iter().map(|(program, _)| program)) {
        arguments.extend(["--skip".into(), format!("with_{}", in_names(program))]);
    }

    // Tests of whole commands run the program itself.
    show(command("cargo").args(["build", "--quiet", "--workspace", "--bins"]))?;
    let cargo_test = |kinds: &[String]| {
        let mut test = command("cargo");
        test.args(["test", "--quiet", "--workspace", "--no-fail-fast"])
            .args(kinds)
            .arg("--")
            .args(&arguments);
        test
    };
    show(command("cargo").args(["test", "--quiet", "--workspace", "--no-run", "--tests", "--examples"]))?;
    let tests = side_by_side(cargo_test);
    let documentation = show(&mut cargo_test(&["--doc".to_owned()]));
    // Criterion's benches take none of the arguments; without any they run each case once.
    let benches = if options.filter.is_none() {
        show(command("cargo").args(["test", "--quiet", "--package", "medv-benches", "--benches"]))
    } else {
        Ok(())
    };
    for program in &missing {
        let package = package_of(program).unwrap_or_default();
        println!("left out: tests named with_{} ({program}, Debian package {package})", in_names(program));
    }
    for (program, why) in &hindered {
        println!("left out: tests named with_{} ({program}: {why})", in_names(program));
    }
    if missing.is_empty() && hindered.is_empty() {
        println!("no test was left out for want of a program; programs used: {}", wanted.join(", "));
    }
    for reason in &ignored {
        println!("left out: {reason}");
    }
    tests.and(documentation).and(benches)
}

/// Tests that wait more than they compute run beside the others, and are told of when those have ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Of whole commands.
    Commands,
    /// On a machine that Wine plays. Two of them would take each other's windows.
    Wine,
}

impl Beside {
    /// Whether a test of a package is one of them.
    fn of(package: &str, test: &str) -> Option<Self> {
        match package {
            "medv-tests" if test.starts_with("wine_") => Some(Self::Wine),
            "medv-tests" => Some(Self::Commands),
            _ => None,
        }
    }
}

/// Runs all tests but those of the documentation.
fn side_by_side(cargo_test: impl Fn(&[String]) -> Command) -> Result<()> {
    let tests = integration_tests()?;
    let named = |beside: Option<Beside>| -> Vec<String> {
        let some = tests.iter().filter(|(package, test)| Beside::of(package, test) == beside);
        some.flat_map(|(_, test)| ["--test".to_owned(), test.clone()]).collect()
    };
    let mut own = named(None);
    own.extend(["--lib", "--bins", "--examples"].map(String::from));
    let folder = target("tests")?;
    let mut others = Vec::new();
    for (beside, name) in [(Beside::Commands, "commands.log"), (Beside::Wine, "wine.log")] {
        let (mut test, log) = (cargo_test(&named(Some(beside))), fs::File::create(folder.join(name))?);
        test.stdout(log.try_clone()?).stderr(log);
        others.push((test, folder.join(name)));
    }
    thread::scope(|scope| {
        let others = others.into_iter().map(|(mut test, log)| {
            (scope.spawn(move || show(&mut test).map_err(|error| error.to_string())), log)
        });
        let others: Vec<_> = others.collect();
        let mut outcome = show(&mut cargo_test(&own));
        for (test, log) in others {
            let ended = test.join().unwrap_or_else(|_| Err("a thread has panicked".into()));
            print!("{}", String::from_utf8_lossy(&fs::read(log)?));
            outcome = outcome.and(ended.map_err(Into::into));
        }
        outcome
    })
}

/// Packages of the workspace and their integration tests. A name that two packages have is there once for each of them.
fn integration_tests() -> Result<Vec<(String, String)>> {
    let told =
        capture(command("cargo").args(["metadata", "--no-deps", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&told)?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for target in package["targets"].as_array().into_iter().flatten() {
            if let (Some(package), Some(test)) = (package["name"].as_str(), target["name"].as_str())
                && target["kind"][0] == "test"
            {
                found.push((package.to_owned(), test.to_owned()));
            }
        }
    }
    Ok(found)
}

/// A name in the sources that begins with `with_`.
struct Name {
    /// What stands behind `with_`.
    rest: String,
    /// A module; otherwise a test function.
    is_module: bool,
}

/// The modules, and the functions under `#[test]`, that are named `with_…`.
fn names_in(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        let module = line.trim_start_matches("pub ").strip_prefix("mod with_");
        let function = line.strip_prefix("fn with_").filter(|_| is_test);
        if let Some(rest) = module.or(function) {
            let rest: String =
                rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            names.push(Name { rest, is_module: module.is_some() });
        }
        // Attributes may stand between `#[test]` and the function.
        is_test = line == "#[test]" || (is_test && line.starts_with("#["));
    }
    names
}

/// Why tests are left out that are run by hand only.
fn reasons_in(text: &str) -> Vec<String> {
    let reasons =
        text.lines().filter_map(|line| line.trim().strip_prefix("#[ignore = \"")?.strip_suffix("\"]"));
    reasons.filter(|reason| *reason != STARTED_ELSEWHERE).map(str::to_owned).collect()
}

/// The program that a name asks for: `qemu_img` or `qemu_img_and_more` is `qemu-img`.
fn program_of(name: &Name) -> Option<&'static str> {
    let is_named = |program: &str| {
        let rest = name.rest.strip_prefix(in_names(program).as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    TOOLS
        .iter()
        .map(|(program, _)| *program)
        .filter(|program| is_named(program))
        .max_by_key(|program| program.len())
}

/// A program's name as it can stand in a Rust name.
fn in_names(program: &str) -> String {
    program.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

fn unknown(path: &str, name: &Name) -> String {
    format!("{path}: mod with_{} names no program in xtask/src/packages.rs; add it there", name.rest)
}

/// The sources of the workspace's own crates: path, text.
fn test_sources() -> Result<Vec<(String, String)>> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                walk(&path, found)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.display().to_string(), fs::read_to_string(&path)?));
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(&root(), &mut found)?;
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(text: &str) -> Vec<Option<&'static str>> {
        names_in(text).iter().map(program_of).collect()
    }

    #[test]
    fn modules_and_tests_name_programs() {
        assert_eq!(programs("mod with_qemu_img {"), [Some("qemu-img")]);
        assert_eq!(programs("#[test]\nfn with_mkfs_fat_and_a_label() {"), [Some("mkfs.fat")]);
        assert_eq!(programs("#[test]\n#[cfg(unix)]\nfn with_partclone_ntfs() {"), [Some("partclone.ntfs")]);
    }

    #[test]
    fn other_functions_may_be_called_as_they_like() {
        assert!(programs("fn with_zstd() {").is_empty());
        assert_eq!(programs("#[test]\nfn with_holes() {"), [None]);
    }

    #[test]
    fn every_module_of_this_workspace_names_a_program_we_know() {
        for (path, text) in test_sources().unwrap() {
            for name in names_in(&text).iter().filter(|name| name.is_module) {
                assert!(program_of(name).is_some(), "{}", unknown(&path, name));
            }
        }
    }
}
