//! Names of workspaces, which are names of virtual machines and of files.

/// Whether it can name a workspace: 1 to 64 characters (spec/workspace-package.md, "Names").
pub fn is_workspace_name(name: &str) -> bool {
    let is_refused = |letter: char| letter.is_control() || r#"\/:*?"<>|"#.contains(letter);
    let at_an_end = [' ', '.'];
    (1..=64).contains(&name.chars().count())
        && !name.contains(is_refused)
        && !name.starts_with(at_an_end)
        && !name.ends_with(at_an_end)
        && !is_device(name)
}

/// Windows keeps these names, whatever stands behind a full stop.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |device: &str| {
        let rest = stem.strip_prefix(device).map(|rest| rest.chars().collect::<Vec<_>>());
        matches!(rest.as_deref(), Some(['1'..='9' | '¹' | '²' | '³']))
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_name_a_file_on_windows() {
        for name in ["Windows XP", "a", "Büro (alt)", "console", "COM", "COM0", "lpt10", &"x".repeat(64)] {
            assert!(is_workspace_name(name), "{name}");
        }
        for name in [
            "",
            " a",
            "a ",
            ".a",
            "a.",
            "a/b",
            "a\\b",
            "a:b",
            "a*",
            "a?",
            "a\"",
            "a<b",
            "a>b",
            "a|b",
            "a\tb",
            "con",
            "Nul.txt",
            "com1",
            "LPT9.x",
            "com¹",
            &"x".repeat(65),
        ] {
            assert!(!is_workspace_name(name), "{name}");
        }
    }
}
