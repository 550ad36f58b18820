//! Debian's backports: where a part of a program came from there, the rest must come from there as well, or apt would remove
//! the part.

use std::fs;
use std::path::Path;

use crate::Result;
use crate::shell::{capture, command};

/// Where sources of packages are listed by default, and the list that is added.
const LISTED: &str = "/etc/apt/sources.list.d/debian.sources";
const ADDED: &str = "/etc/apt/sources.list.d/backports.sources";

/// The suite that `packages` must come from, if that is not the usual one; apt is told of it.
pub(super) fn suite_for(packages: &[&str]) -> Result<Option<String>> {
    if !packages.contains(&"qemu-system-x86") || !is_backported("qemu-utils") {
        return Ok(None);
    }
    let release = fs::read_to_string("/etc/os-release")?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let suite = format!("{}-backports", codename.ok_or("/etc/os-release has no VERSION_CODENAME")?);
    let is_known =
        || capture(command("apt-cache").args(["policy"])).is_ok_and(|policy| policy.contains(&suite));
    if !is_known() && !Path::new(ADDED).exists() {
        let listed = fs::read_to_string(LISTED).map_err(|error| format!("{LISTED}: {error}"))?;
        fs::write(ADDED, with_suite(&listed, &suite))?;
        capture(command("apt-get").args(["-qq", "update"]))?;
    }
    Ok(Some(suite))
}

fn is_backported(package: &str) -> bool {
    capture(command("dpkg-query").args(["-W", "-f", "${Version}", package]))
        .is_ok_and(|version| version.contains("~bpo"))
}

/// The first source of a list, for another suite.
fn with_suite(listed: &str, suite: &str) -> String {
    let source = listed.lines().take_while(|line| !line.trim().is_empty());
    source
        .map(
            |line| {
                if line.starts_with("Suites:") { format!("Suites: {suite}\n") } else { format!("{line}\n") }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_of_this_machine_is_kept() {
        let listed = "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm bookworm-updates\n\
                      Components: main\n\nTypes: deb\nURIs: http://security\nSuites: bookworm-security\n";
        let expected =
            "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm-backports\nComponents: main\n";
        assert_eq!(with_suite(listed, "bookworm-backports"), expected);
    }
}
