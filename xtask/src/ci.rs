//! `cargo xtask ci`: everything that must hold before a change is taken, step by step. A failure ends its row of steps, and what
//! would follow.

mod deny;
mod msrv;
mod sources;

use crate::shell::{command, find, root, show};
use crate::{Result, fuzz, test, windows};
use std::result;
use std::thread;
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only steps whose name contains this
    #[arg(value_name = "STEP")]
    only: Option<String>,
}

type Step = (&'static str, fn() -> Result<()>);

const FIRST: &[Step] = &[("sources", sources::check), ("format", format)];

/// Rows of steps that go on at the same time: a build seldom keeps two processors busy to its end. Each builds into folders of
/// its own.
const SIDE_BY_SIDE: [&[Step]; 2] = [
    &[("clippy", clippy), ("docs", docs), ("Windows", windows)],
    &[
        ("licences and dependencies", deny::check),
        ("oldest Rust", msrv::check),
        ("fuzz smoke", || fuzz::run(&fuzz::Options::smoke())),
    ],
];

/// Tests may depend on time, and have the machine for themselves.
const LAST: &[Step] = &[("tests", || test::run(&test::Options::default()))];

pub(crate) fn run(options: &Options) -> Result<()> {
    let begun = Instant::now();
    let only = options.only.as_deref();
    row(FIRST, only)?;
    thread::scope(|scope| {
        let rows = SIDE_BY_SIDE.map(|steps| scope.spawn(move || row(steps, only)));
        let ends = rows.map(|row| row.join().unwrap_or_else(|_| Err("a step has panicked".into())));
        ends.into_iter().collect::<result::Result<(), String>>()
    })?;
    row(LAST, only)?;
    println!("== all ok, {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Takes those of the steps whose name contains `only`, one after the other.
fn row(steps: &[Step], only: Option<&str>) -> result::Result<(), String> {
    for (name, step) in steps.iter().filter(|(name, _)| only.is_none_or(|only| name.contains(only))) {
        println!("== {name}");
        let start = Instant::now();
        step().map_err(|error| {
            println!("== {name}: failed");
            format!("{name}: {error}")
        })?;
        println!("== {name}: ok, {:.0} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn format() -> Result<()> {
    component("rustfmt", "fmt")?;
    show(command("cargo").args(["fmt", "--all", "--check"]))?;
    show(command("cargo").current_dir(root().join("fuzz")).args(["fmt", "--check"]))
}

fn clippy() -> Result<()> {
    component("clippy", "clippy")?;
    let mut clippy = command("cargo");
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--features", "xtask/installers"]);
    show(clippy.args(["--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    let mut doc = command("cargo");
    show(doc.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Do the programs build for Windows? The tests under Wine use what this makes.
fn windows() -> Result<()> {
    match windows::hindrance(true) {
        Some(hindrance) => println!("left out: {hindrance}"),
        None => _ = windows::build(false)?,
    }
    Ok(())
}

/// A minimal Rust comes without these; rustup can bring them.
fn component(name: &str, subcommand: &str) -> Result<()> {
    let there =
        command("cargo").args([subcommand, "--version"]).output().is_ok_and(|said| said.status.success());
    if there {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(format!("{name} is not installed, and there is no rustup to install it").into());
    }
    show(command("rustup").args(["component", "add", name]))
}
