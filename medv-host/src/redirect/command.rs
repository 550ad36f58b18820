//! Commands in the registry of Windows: a line of words, in which `%1` stands for what is opened.

/// The words of a command that opens an address; none if it names no program.
pub(super) fn with_address(command: &str, address: &str) -> Option<Vec<String>> {
    let mut words = words(command);
    if words.first().is_none_or(String::is_empty) {
        return None;
    }
    let mut is_given = false;
    for word in words.iter_mut().skip(1) {
        for place in ["%1", "%L", "%l"] {
            if word.contains(place) {
                *word = word.replace(place, address);
                is_given = true;
                break;
            }
        }
    }
    if !is_given {
        words.push(address.to_owned());
    }
    Some(words)
}

/// Words are separated by spaces; quotes keep spaces, and a backslash has a meaning in front of a quote only.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None;
    let mut is_quoted = false;
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            // The program's path comes first, and has backslashes of its own.
            '\\' if !words.is_empty() && letters.next_if_eq(&'"').is_some() => {
                word.get_or_insert_with(String::new).push('"');
            }
            letter => word.get_or_insert_with(String::new).push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_word_of_a_command() {
        let table = [
            (
                r#""C:\Program Files\F\f.exe" -osint -url "%1""#,
                r"C:\Program Files\F\f.exe|-osint|-url|http://a/?%20",
            ),
            (
                r#""C:\edge\msedge.exe" --single-argument %1"#,
                r"C:\edge\msedge.exe|--single-argument|http://a/?%20",
            ),
            (r"C:\ie\iexplore.exe", r"C:\ie\iexplore.exe|http://a/?%20"),
            (r#"x.exe --a=\"b\" "" %L"#, r#"x.exe|--a="b"||http://a/?%20"#),
        ];
        for (command, expected) in table {
            assert_eq!(with_address(command, "http://a/?%20").unwrap().join("|"), expected, "{command}");
        }
        assert_eq!(with_address(" ", "http://a/"), None);
        assert_eq!(with_address("\"\" %1", "http://a/"), None);
    }
}
