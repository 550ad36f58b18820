//! `cargo xtask ci`: everything that must hold before a change is taken, step by step; the first failure ends it.

mod deny;
mod msrv;
mod sources;

use crate::shell::{command, find, root, show};
use crate::{Result, fuzz, test, windows};
use std::time::Instant;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only steps whose name contains this
    #[arg(value_name = "STEP")]
    only: Option<String>,
}

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("sources", sources::check),
    ("format", format),
    ("clippy", clippy),
    ("docs", docs),
    ("licences and dependencies", deny::check),
    ("oldest Rust", msrv::check),
    ("Windows", windows),
    ("fuzz smoke", || fuzz::run(&fuzz::Options::smoke())),
    ("tests", || test::run(&test::Options::default())),
];

pub(crate) fn run(options: &Options) -> Result<()> {
    let begun = Instant::now();
    for (name, step) in STEPS {
        if options.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        println!("== {name}");
        let start = Instant::now();
        step().map_err(|error| format!("{name}: {error}"))?;
        println!("== {name}: ok, {:.0} s", start.elapsed().as_secs_f64());
    }
    println!("== all ok, {:.0} s", begun.elapsed().as_secs_f64());
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
