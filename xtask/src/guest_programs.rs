//! `cargo xtask guest-programs`: the programs that a host agent brings into guests, in the folder `guest` beside the Windows
//! programs, laid out as they are installed:
//!
//! ```text
//! linux/      medv-guest, ftscompletion: static, as guests have all kinds of C libraries
//! windows/    medv-guest.exe, ftscompletion.exe
//! ```

use crate::Result;
use crate::shell::{command, root, show};
use crate::windows;
use std::fs;
use std::path::{Path, PathBuf};

const LINUX: &str = "x86_64-unknown-linux-gnu";

/// The programs, as paths in the folder.
pub(crate) const PROGRAMS: [&str; 4] =
    ["linux/medv-guest", "linux/ftscompletion", "windows/medv-guest.exe", "windows/ftscompletion.exe"];

/// Builds, and ends with the folder, on a line of its own: what `MEDV_GUEST_PROGRAMS` is set to.
pub(crate) fn run(options: &windows::Options) -> Result<()> {
    if let Some(hindrance) = windows::hindrance(true) {
        return Err(hindrance.into());
    }
    println!("{}", build(options.release)?.display());
    Ok(())
}

/// Builds all of them and returns the folder.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    let built = windows::build_for_guests(release)?;
    lay_out(&built, release)
}

/// Builds those for Linux, and puts those for Windows beside them, which are in `built`. Returns the folder.
pub(crate) fn lay_out(built: &Path, release: bool) -> Result<PathBuf> {
    let linux = build_for_linux(release)?;
    let folder = built.join("guest");
    for program in PROGRAMS {
        let (system, name) = program.split_once('/').unwrap_or_default();
        let from = if system == "linux" { linux.join(name) } else { built.join(name) };
        fs::create_dir_all(folder.join(system))?;
        fs::copy(&from, folder.join(program)).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(folder)
}

/// In a target folder of their own: their flags are not those of anything else.
fn build_for_linux(release: bool) -> Result<PathBuf> {
    let folder = root().join("target/guest");
    let mut cargo = command("cargo");
    cargo.args(["build", "--quiet", "--bins", "--package", "medv-guest", "--target", LINUX, "--target-dir"]);
    cargo.arg(&folder).args(release.then_some("--release"));
    cargo.env("RUSTFLAGS", "-C target-feature=+crt-static -D warnings");
    // They travel on a small medium: no debug information.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "none").env("CARGO_PROFILE_DEV_STRIP", "symbols");
    cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    show(&mut cargo)?;
    Ok(folder.join(LINUX).join(if release { "release" } else { "debug" }))
}
