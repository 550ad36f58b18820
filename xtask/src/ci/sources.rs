//! What can be said of the sources by reading them.

use crate::Result;
use crate::shell::root;
use std::fs;
use std::path::Path;

/// A longer file has become two things.
const MOST_LINES: usize = 1000;

/// Windows' own interface cannot be called otherwise; each of these has one family of its calls.
const UNSAFE_HOMES: [&str; 5] = [
    "medv-guest/src/windows/",
    "medv-host/src/windows/",
    "medv-setup/src/windows/",
    "medv-setup/actions/src/",
    // Presses buttons for tests.
    "medv-setup/examples/press.rs",
];

/// Licences, files of readable length, the workspace's lints in every crate, and no way around the one on unsafe code.
pub(crate) fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        if !root().join(licence).is_file() {
            wrong.push(format!("{licence} is missing"));
        }
    }
    walk(&root(), &mut |path| {
        let text = fs::read_to_string(path)?;
        let shown = path.strip_prefix(root()).unwrap_or(path).display();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = text.lines().count();
            if lines > MOST_LINES {
                wrong.push(format!("{shown}: {lines} lines, more than {MOST_LINES}"));
            }
            let at_home = UNSAFE_HOMES.iter().any(|home| shown.to_string().starts_with(home));
            if let Some(line) = text.lines().position(allows_unsafe).filter(|_| !at_home) {
                wrong.push(format!("{shown}:{}: unsafe code", line + 1));
            }
        } else if text.contains("[package]") && !shown.to_string().starts_with("fuzz") {
            if !text.contains("[lints]\nworkspace = true") {
                wrong.push(format!("{shown}: the workspace's lints are not taken over"));
            }
            if !text.contains("license.workspace = true") {
                wrong.push(format!("{shown}: the workspace's licence is not taken over"));
            }
        }
        Ok(())
    })?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n  ").into()) }
}

/// The lint finds unsafe code; this finds what silences it.
fn allows_unsafe(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('#')
        && line.contains("(unsafe_code)")
        && !line.contains("forbid")
        && !line.contains("deny")
}

/// Rust sources and crate manifests, other than built ones.
fn walk(folder: &Path, visit: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                walk(&path, visit)?;
            }
        } else if name == "Cargo.toml" || name.ends_with(".rs") {
            visit(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::allows_unsafe;

    #[test]
    fn only_what_silences_the_lint_counts() {
        assert!(allows_unsafe("#[allow(unsafe_code)]"));
        assert!(allows_unsafe("  #![expect(unsafe_code)] // why not"));
        assert!(!allows_unsafe("#![forbid(unsafe_code)]"));
        assert!(!allows_unsafe("let text = \"allow(unsafe_code)\";"));
    }
}
