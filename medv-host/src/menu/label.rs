//! What an entry is called. Names come from the guest: they must not reach into a folder, break a line, or look like
//! something else than they are.

use medv_settings::is_workspace_name;

/// Most of a name that is shown, in bytes.
const MAX_LEN: usize = 100;

/// A text of the guest on one line: without control characters, and without marks that turn or hide letters.
pub(super) fn line(text: &str, max_len: usize) -> String {
    let spaced: String = text
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let mut line = String::new();
    for word in spaced.split_whitespace() {
        let space = usize::from(!line.is_empty());
        if line.len() + space + word.len() > max_len {
            if line.is_empty() {
                line.push_str(beginning(word, max_len));
            }
            break;
        }
        line.extend([" "].iter().take(space).chain([&word]).copied());
    }
    line
}

/// As much of a text as fits into `max_len` bytes.
fn beginning(text: &str, max_len: usize) -> &str {
    let len = (0..=max_len.min(text.len())).rev().find(|len| text.is_char_boundary(*len));
    &text[..len.unwrap_or(0)]
}

/// Unicode's marks for the direction of writing, joiners, and fillers without width.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A name that Windows takes as a file's too, so that it is the same on all systems; none if nothing is left of it.
pub(super) fn of(name: &str) -> Option<String> {
    let plain = line(name, MAX_LEN).replace(|letter| r#"\/:*?"<>|"#.contains(letter), "-");
    let plain = plain.trim_matches([' ', '.']);
    // Devices have names that no file has: with something in front, they are names as any other.
    let named = |name: &str| is_workspace_name(&name.chars().take(64).collect::<String>());
    match plain {
        "" => None,
        plain if named(plain) || plain.chars().count() > 64 => Some(plain.to_owned()),
        plain => Some(format!("_{plain}")),
    }
}

/// Names to try, the best one first: `App`, `App (workspace)`, `App (workspace 2)` …
pub(super) fn candidates(label: &str, workspace: &str) -> impl Iterator<Item = String> {
    let further = (2_u32..).map(move |number| format!("{label} ({workspace} {number})"));
    [label.to_owned(), format!("{label} ({workspace})")].into_iter().chain(further)
}

/// What is the same for two names that a user, or a file system, takes for one.
pub(super) fn key(name: &str) -> String {
    name.to_lowercase()
}

/// A text of the guest for a message: short, and with its odd characters written out.
pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", beginning(text, 120))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_what_is_no_name() {
        let table = [
            ("Word", Some("Word")),
            ("TCP/IP\\Tool", Some("TCP-IP-Tool")),
            ("../../etc/passwd", Some("-..-etc-passwd")),
            ("a\nExec=rm\r\tb", Some("a Exec=rm b")),
            ("gpj\u{202E}exe", Some("gpjexe")),
            ("con", Some("_con")),
            ("LPT1.lnk", Some("_LPT1.lnk")),
            ("  ...  ", None),
            ("\0\u{200B}", None),
        ];
        for (name, expected) in table {
            assert_eq!(of(name).as_deref(), expected, "{name:?}");
        }
        assert_eq!(of(&"ü".repeat(200)).unwrap().len(), MAX_LEN);
        assert_eq!(of(&"long ".repeat(200)).unwrap().len(), 99);
    }

    #[test]
    fn the_second_of_a_name_gets_the_workspace_behind_it() {
        let names: Vec<_> = candidates("App", "XP").take(4).collect();
        assert_eq!(names, ["App", "App (XP)", "App (XP 2)", "App (XP 3)"]);
    }

    proptest! {
        #[test]
        fn a_label_is_one_name_in_one_folder(name in ".{0,150}") {
            if let Some(label) = of(&name) {
                prop_assert_eq!(std::path::Path::new(&label).components().count(), 1);
                prop_assert!(label.len() <= MAX_LEN + 1 && !label.contains(char::is_control));
                prop_assert_eq!(of(&label), Some(label));
            }
        }
    }
}
