//! `Exec=` of desktop entries: a command line with quotes and field codes of its own, as the Desktop Entry Specification
//! has it.

/// A command line that starts a program with exactly these arguments.
pub(crate) fn command_line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:+,@".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from('"');
    for letter in word.chars() {
        match letter {
            '"' | '`' | '$' | '\\' => quoted.extend(['\\', letter]),
            '%' => quoted.push_str("%%"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The words of a command line in which `%u` and its like stand for an address. Other field codes stand for nothing; an
/// address that nothing stands for comes last.
///
/// `None` if a quote is not closed, or there is no program.
pub(crate) fn with_address(line: &str, address: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut is_given = false;
    let mut letters = line.chars().peekable();
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        if letters.peek().is_none() {
            break;
        }
        let mut word = String::new();
        let mut is_quoted = false;
        let mut was_quoted = false;
        let mut had_code = false;
        while let Some(letter) = letters.next_if(|letter| is_quoted || !letter.is_whitespace()) {
            match letter {
                '"' => {
                    is_quoted = !is_quoted;
                    was_quoted = true;
                }
                '\\' => word.push(letters.next()?),
                '%' => match letters.next()? {
                    '%' => word.push('%'),
                    'u' | 'U' | 'f' | 'F' => {
                        word.push_str(address);
                        is_given = true;
                    }
                    _ => had_code = true,
                },
                letter => word.push(letter),
            }
        }
        if is_quoted {
            return None;
        }
        // `%i` alone is no empty argument.
        if !word.is_empty() || was_quoted || !had_code {
            words.push(word);
        }
    }
    if words.first().is_none_or(String::is_empty) {
        return None;
    }
    if !is_given {
        words.push(address.to_owned());
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_a_meaning_is_quoted() {
        let line =
            command_line(["/usr/bin/medv-host", "app", "--", "Windows XP", r#"100% "$HOME" `id` \x"#, ""]);
        assert_eq!(line, r#"/usr/bin/medv-host app -- "Windows XP" "100%% \"\$HOME\" \`id\` \\x" """#);
    }

    #[test]
    fn an_address_goes_where_its_field_code_is() {
        let words = |line| with_address(line, "http://a/?b=%20").map(|words| words.join("|"));
        assert_eq!(words("firefox %u").unwrap(), "firefox|http://a/?b=%20");
        assert_eq!(words("chrome --incognito").unwrap(), "chrome|--incognito|http://a/?b=%20");
        assert_eq!(words("  x %i \"a b\" --url=%U ").unwrap(), "x|a b|--url=http://a/?b=%20");
        assert_eq!(words("\"open"), None);
        assert_eq!(words(" "), None);
        assert_eq!(words("x %"), None);
    }

    proptest! {
        #[test]
        fn arguments_come_through_whatever_they_are(words in proptest::collection::vec("\\PC*", 1..4)) {
            prop_assume!(!words[0].is_empty());
            let line = command_line(words.iter().map(String::as_str));
            let mut expected = words.clone();
            expected.push("address".to_owned());
            prop_assert_eq!(with_address(&line, "address"), Some(expected));
        }
    }
}
