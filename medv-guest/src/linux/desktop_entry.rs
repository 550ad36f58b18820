//! What a `.desktop` file says, as far as it is needed here.

/// A menu entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DesktopEntry {
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) categories: String,
    pub(crate) icon: String,
    pub(crate) exec: String,
    pub(crate) try_exec: String,
    pub(crate) in_terminal: bool,
}

impl DesktopEntry {
    /// None if it is no application, or none to be shown. `locale` is like `de_DE.UTF-8`.
    pub(crate) fn parse(text: &str, locale: &str) -> Option<Self> {
        let mut entry = Self::default();
        let mut is_application = false;
        let [mut name_rank, mut comment_rank] = [0, 0];
        let lines = text.lines().skip_while(|line| line.trim() != "[Desktop Entry]").skip(1);
        for line in lines.take_while(|line| !line.starts_with('[')) {
            let Some((key, value)) = line.split_once('=') else { continue };
            let (key, value) = (key.trim(), value.trim());
            let (key, rank) = match key.strip_suffix(']').and_then(|key| key.split_once('[')) {
                Some((key, language)) => (key, rank(language, locale)),
                None => (key, 1),
            };
            match key {
                "Type" => is_application = value == "Application",
                "NoDisplay" | "Hidden" if value == "true" => return None,
                "Name" if rank > name_rank => (entry.name, name_rank) = (unescape(value), rank),
                "Comment" if rank > comment_rank => (entry.comment, comment_rank) = (unescape(value), rank),
                "Categories" => value.trim_end_matches(';').clone_into(&mut entry.categories),
                "Icon" => entry.icon = unescape(value),
                "Exec" => entry.exec = unescape(value),
                "TryExec" => entry.try_exec = unescape(value),
                "Terminal" => entry.in_terminal = value == "true",
                _ => {}
            }
        }
        (is_application && !entry.name.is_empty() && !entry.exec.is_empty()).then_some(entry)
    }

    /// The program and its arguments, without the files that it could open; none if its quotes do not close.
    pub(crate) fn command(&self) -> Option<Vec<String>> {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        let mut is_quoted = false;
        let mut letters = self.exec.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => {
                    is_quoted = !is_quoted;
                    word.get_or_insert_default();
                }
                '\\' if is_quoted => word.get_or_insert_default().extend(letters.next()),
                ' ' | '\t' if !is_quoted => words.extend(word.take()),
                '%' => match letters.next() {
                    Some('%') => word.get_or_insert_default().push('%'),
                    Some('c') => word.get_or_insert_default().push_str(&self.name),
                    _ => {}
                },
                other => word.get_or_insert_default().push(other),
            }
        }
        words.extend(word);
        (!is_quoted && !words.is_empty()).then_some(words)
    }
}

/// How well a language of a key suits: 0 not, 1 is what stands without one.
fn rank(language: &str, locale: &str) -> u8 {
    let locale = locale.split(['.', '@']).next().unwrap_or_default();
    let general = locale.split('_').next().unwrap_or_default();
    match language {
        _ if language == locale => 3,
        _ if language == general => 2,
        _ => 0,
    }
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('s') => text.push(' '),
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some('\\') | None => text.push('\\'),
                Some(other) => text.extend(['\\', other]),
            },
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITOR: &str = "[Desktop Entry]\nType=Application\nName=Editor\nName[de]=Schreiber\nName[de_CH]=Schriiber\n\
                          Exec=editor %U\nCategories=Office;Text;\n[Desktop Action New]\nName=New\n";

    #[test]
    fn the_name_is_in_the_language_of_the_guest() {
        for (locale, name) in [("C", "Editor"), ("de_DE.UTF-8", "Schreiber"), ("de_CH", "Schriiber")] {
            assert_eq!(DesktopEntry::parse(EDITOR, locale).map(|entry| entry.name).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_not_to_be_shown_is_no_application() {
        for text in [
            EDITOR.replace("Application", "Link"),
            EDITOR.replace("Type=", "NoDisplay=true\nType="),
            EDITOR.replace("Type=", "Hidden=true\nType="),
            EDITOR.replace("Exec=", "X-Exec="),
            String::new(),
        ] {
            assert_eq!(DesktopEntry::parse(&text, "C"), None, "{text}");
        }
    }

    #[test]
    fn a_command_is_taken_apart_as_the_standard_says() {
        let command = |exec: &str| {
            DesktopEntry { exec: exec.into(), name: "N".into(), ..DesktopEntry::default() }.command()
        };
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(command("a %F --x=%%"), words(&["a", "--x=%"]));
        assert_eq!(command(r#"sh -c "echo \$HOME \"x y\"" %u"#), words(&["sh", "-c", "echo $HOME \"x y\""]));
        assert_eq!(command(r#"a "" b"#), words(&["a", "", "b"]));
        assert_eq!(command(r#"a "b"#), None);
    }
}
