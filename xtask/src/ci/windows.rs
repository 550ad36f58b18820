//! Does it compile for Windows? Optional: where the target or a C compiler for it cannot be had, that is said.

use crate::Result;
use crate::packages::provide;
use crate::shell::{capture, command, find, root, show};

const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// Checks the `medv` program for Windows, warnings as errors.
pub(crate) fn check() -> Result<()> {
    if !target_is_there() {
        println!("left out: {TARGET} cannot be had here (rustup target add {TARGET})");
        return Ok(());
    }
    if !provide(&[COMPILER], true).is_empty() {
        println!("left out: {COMPILER}, which compiles zstd, is not installed");
        return Ok(());
    }
    let folder = root().join("target/windows");
    let mut check = command("cargo");
    check.args(["check", "--quiet", "--package", "medv-cli", "--target", TARGET, "--target-dir"]).arg(folder);
    show(check.env("RUSTFLAGS", "-D warnings"))
}

/// `true` if this Rust has the target's standard library, or rustup gets it.
fn target_is_there() -> bool {
    let has_std = || {
        let asked = command("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        asked.is_ok_and(|said| {
            let folder = String::from_utf8_lossy(&said.stdout).trim().to_owned();
            said.status.success() && std::path::Path::new(&folder).is_dir()
        })
    };
    let add = || capture(command("rustup").args(["target", "add", TARGET])).is_ok();
    has_std() || (find("rustup").is_some() && add() && has_std())
}
