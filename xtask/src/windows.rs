//! The Windows programs, built on this machine: one environment for the CI's check, the tests under Wine and `dist`.
//!
//! The target is `x86_64-win7-windows-gnu`, because hosts with Windows 7 are served. No ready-made standard library
//! exists for it: cargo builds it from its sources (rustup's component `rust-src`), once for each profile.

use crate::Result;
use crate::guest_programs;
use crate::packages::provide;
use crate::shell::{capture, command, find, root, show};
use std::fs;
use std::path::{Path, PathBuf};

const TARGET: &str = "x86_64-win7-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";
const ARCHIVER: &str = "x86_64-w64-mingw32-ar";

/// The packages with programs for Windows, those that are built together, and what is built of them. What medv.exe needs of the engine, to speak with
/// web servers, must not get into the others.
const PACKAGES: [(&[&str], &[&str]); 2] = [
    (&["medv-cli", "medv-host"], &["--bins", "--examples"]),
    (&["medv-setup", "medv-actions"], &["--bins", "--lib", "--examples"]),
];

/// What goes into guests.
const GUEST: (&[&str], &[&str]) = (&["medv-guest"], &["--bins"]);

/// What an installer consists of, as cargo calls it and as it is called on a machine.
const PROGRAMS: &[(&str, &str)] = &[
    ("medv.exe", "medv.exe"),
    ("medv-host.exe", "medv-host.exe"),
    ("medv-guest.exe", "medv-guest.exe"),
    ("ftscompletion.exe", "ftscompletion.exe"),
    ("setup.exe", "setup.exe"),
    ("uninstall.exe", "uninstall.exe"),
    ("medv_actions.dll", "medv-actions.dll"),
];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Optimised, as they are given away
    #[arg(long)]
    pub(crate) release: bool,
}

/// `cargo xtask windows`: builds, and ends with the folder that the programs are in, on a line of its own.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(hindrance) = hindrance(true) {
        return Err(hindrance.into());
    }
    println!("{}", build(options.release)?.display());
    Ok(())
}

/// Why Windows programs cannot be built here, if that is so.
pub(crate) fn hindrance(install: bool) -> Option<String> {
    if !provide(&[COMPILER], install).is_empty() {
        return Some(format!("{COMPILER}, which compiles zstd and links, is not installed"));
    }
    if !has_standard_library() {
        return Some(
            "the sources of Rust's standard library cannot be had: rustup component add rust-src".into(),
        );
    }
    None
}

/// `true` if the sources of the standard library are there, or rustup gets them.
fn has_standard_library() -> bool {
    let are_there = || {
        let root = capture(command("rustc").args(["--print", "sysroot"])).unwrap_or_default();
        Path::new(root.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
    };
    let add = || capture(command("rustup").args(["component", "add", "rust-src"])).is_ok();
    are_there() || (find("rustup").is_some() && add() && are_there())
}

/// Builds all programs and returns the folder that they are in, by the names that they have on a machine; those for guests
/// are in `guest` as well.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    for group in PACKAGES {
        build_group(group, release)?;
    }
    let built = build_for_guests(release)?;
    for (made, name) in PROGRAMS.iter().filter(|(made, name)| made != name) {
        fs::copy(built.join(made), built.join(name))?;
    }
    guest_programs::lay_out(&built, release)?;
    Ok(built)
}

/// Builds the programs that go into guests, and returns the folder that all programs are in.
pub(crate) fn build_for_guests(release: bool) -> Result<PathBuf> {
    build_group(GUEST, release)?;
    let profile = if release { "release" } else { "debug" };
    Ok(target_folder().join(TARGET).join(profile))
}

fn target_folder() -> PathBuf {
    root().join("target/windows")
}

fn build_group((packages, targets): (&[&str], &[&str]), release: bool) -> Result<()> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--quiet", "-Zbuild-std=std,panic_unwind", "--target", TARGET, "--target-dir"]);
    cargo.arg(target_folder()).args(targets).args(release.then_some("--release"));
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    // Building the standard library is not yet something that a stable cargo does of itself.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.env("RUSTFLAGS", "-D warnings");
    cargo.env("CARGO_TARGET_X86_64_WIN7_WINDOWS_GNU_LINKER", COMPILER);
    cargo.env("CC_x86_64_win7_windows_gnu", COMPILER).env("AR_x86_64_win7_windows_gnu", ARCHIVER);
    // Nobody debugs these here, and they go into packages: small, and quick to build.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "none").env("CARGO_PROFILE_DEV_STRIP", "symbols");
    cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    show(&mut cargo)
}
