//! cargo-deny: licences, sources and duplicates of what we depend on, and what is known to be wrong with it.

use crate::Result;
use crate::shell::{capture, command, find, show, target};

/// Runs `cargo deny check` as `deny.toml` has it; advisories only where their database can be had.
pub(crate) fn check() -> Result<()> {
    if find("cargo-deny").is_none() {
        install()?;
    }
    let deny = |arguments: &[&str]| {
        let mut deny = command("cargo-deny");
        deny.args(["--log-level", "error"]).args(arguments);
        deny
    };
    show(&mut deny(&["check", "bans", "licenses", "sources"]))?;
    match capture(&mut deny(&["fetch", "db"])) {
        Ok(_) => show(&mut deny(&["check", "--disable-fetch", "advisories"])),
        Err(error) => {
            let why = error.to_string();
            println!(
                "advisories were not checked: the database cannot be fetched: {}",
                why.lines().last().unwrap_or_default()
            );
            Ok(())
        }
    }
}

/// Builds cargo-deny, with as little optimisation as it can do with.
fn install() -> Result<()> {
    println!("building cargo-deny (a few minutes, once)");
    let tools = target("tools")?;
    let mut install = command("cargo");
    install.args(["install", "--quiet", "--locked", "cargo-deny", "--root"]).arg(&tools);
    install.arg("--target-dir").arg(tools.join("build"));
    for (key, value) in
        [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "0"), ("DEBUG", "0"), ("PANIC", "unwind")]
    {
        install.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
    }
    show(&mut install)
}
