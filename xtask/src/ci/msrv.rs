//! The oldest Rust that we promise: `rust-version` in the workspace's manifest.

use crate::Result;
use crate::shell::{capture, command, find, root, show};
use serde_json::Value;

/// Checks the crates that users build with that compiler; where it cannot be had, that no dependency asks for a later one
/// (what the standard library must not have for us, clippy says: `incompatible_msrv`).
pub(crate) fn check() -> Result<()> {
    let metadata: Value = serde_json::from_str(&capture(command("cargo").args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let ours =
        packages.iter().find(|package| package["name"] == "medv-format").ok_or("medv-format is missing")?;
    let oldest = ours["rust_version"].as_str().ok_or("medv-format states no rust-version")?.to_owned();
    let later: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let wanted = package["rust_version"].as_str().filter(|wanted| parts(wanted) > parts(&oldest))?;
            Some(format!("{} wants Rust {wanted}", package["name"].as_str()?))
        })
        .collect();
    if !later.is_empty() {
        return Err(format!("we promise Rust {oldest}, but {}", later.join(", ")).into());
    }
    if toolchain(&oldest) {
        let mut check = command("rustup");
        check.args([
            "run",
            &oldest,
            "cargo",
            "check",
            "--quiet",
            // What C there is has other compilers.
            "--config",
            "profile.dev.package.zstd-sys.opt-level=0",
            "--package",
            "medv-cli",
            "--package",
            "medv-setup",
            "--package",
            "medv-actions",
            "--package",
            "medv-host",
            "--package",
            "medv-guest",
            "--lib",
            "--bins",
            "--target-dir",
        ]);
        return show(
            check.arg(root().join("target/msrv")).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO"),
        );
    }
    println!("Rust {oldest} cannot be had here: checked only that no dependency wants a later one");
    Ok(())
}

/// `true` if rustup has that compiler, or gets it.
fn toolchain(version: &str) -> bool {
    if find("rustup").is_none() {
        return false;
    }
    let there = || capture(command("rustup").args(["run", version, "rustc", "--version"])).is_ok();
    let install =
        || capture(command("rustup").args(["toolchain", "install", version, "--profile", "minimal"])).is_ok();
    there() || (install() && there())
}

/// A version as numbers, so that 1.9 is less than 1.88.
fn parts(version: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = version.split(['.', '-']).map_while(|part| part.parse().ok()).collect();
    parts.resize(3, 0);
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parts("1.9") < parts("1.88"));
        assert!(parts("1.88") == parts("1.88.0"));
        assert!(parts("1.88.1") > parts("1.88"));
    }
}
