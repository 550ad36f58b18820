//! Developer commands: `cargo xtask demo | test | bench | fuzz | guest | guest-programs | pictures | windows | dist |
//! ci`.
//!
//! Each command is one module; what they share is [`shell`] (running programs), [`packages`] (programs we do not
//! ship, and the Debian packages that bring them) and [`corpus`] (realistic disks).
#![forbid(unsafe_code)]

mod bench;
mod ci;
mod corpus;
mod demo;
#[cfg(feature = "installers")]
mod dist;
mod fuzz;
mod guest;
mod guest_programs;
mod packages;
mod pictures;
mod shell;
mod test;
mod windows;

use clap::Parser;
use std::process::ExitCode;

/// Any failure a developer command reports: the message is all there is to know.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of medv", max_term_width = 110)]
enum Xtask {
    /// Make a realistic disk, pack it, verify it, restore it with stock zstd and with medv, resume a killed expand
    Demo(demo::Options),
    /// Run every test; get the programs that tests need through apt, or say which tests are left out
    Test(test::Options),
    /// Measure medv against the tools people use today, on realistic disks
    Bench(bench::Options),
    /// Fuzz the parsers with libFuzzer (no cargo-fuzz, no nightly)
    Fuzz(fuzz::Options),
    /// Make a Linux that boots, sealed, as a VHD: the guests of the tests
    Guest(guest::Options),
    /// Build the programs that host agents bring into guests, and say where they are
    GuestPrograms(windows::Options),
    /// Draw the pictures in the documents
    Pictures(pictures::Options),
    /// Build the Windows programs as the tests use them, and say where they are
    Windows(windows::Options),
    /// Build what is given away: installers for Windows, the programs that packages carry, medv for this system
    Dist,
    /// Everything that must hold before a change is taken: format, lints, docs, licences, MSRV, fuzz smoke, tests
    Ci(ci::Options),
}

fn main() -> ExitCode {
    let done = match Xtask::parse() {
        Xtask::Demo(options) => demo::run(&options),
        Xtask::Test(options) => test::run(&options),
        Xtask::Bench(options) => bench::run(&options),
        Xtask::Fuzz(options) => fuzz::run(&options),
        Xtask::Guest(options) => guest::run(&options),
        Xtask::GuestPrograms(options) => guest_programs::run(&options),
        #[cfg(not(feature = "installers"))]
        Xtask::Pictures(options) if options.windows => with_installers(),
        Xtask::Pictures(options) => pictures::run(&options),
        Xtask::Windows(options) => windows::run(&options),
        #[cfg(feature = "installers")]
        Xtask::Dist => dist::run(),
        #[cfg(not(feature = "installers"))]
        Xtask::Dist => with_installers(),
        Xtask::Ci(options) => ci::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds this program with what writes installers, and has that do the same.
#[cfg(not(feature = "installers"))]
fn with_installers() -> Result<()> {
    let mut cargo = shell::command("cargo");
    cargo.args(["run", "--quiet", "--package", "xtask", "--features", "installers", "--"]);
    shell::show(cargo.args(std::env::args_os().skip(1)))
}
