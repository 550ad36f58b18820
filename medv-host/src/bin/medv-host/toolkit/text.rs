//! Texts in columns of a terminal, where some letters are two wide and some none.

use ratatui::text::Span;

/// How wide it is.
pub(crate) fn columns(text: &str) -> usize {
    Span::raw(text).width()
}

/// With spaces behind it up to a width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// In lines of at most `width`, broken at spaces where that is possible. All but the first are indented.
pub(crate) fn folded(text: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "    ";
    let text = text.replace('\t', "    ");
    let mut lines = Vec::new();
    let (mut line, mut used, mut is_begun) = (String::new(), 0, false);
    for word in text.split_inclusive(' ') {
        if is_begun && used + columns(word.trim_end()) > width {
            lines.push(std::mem::replace(&mut line, INDENT.to_owned()));
            (used, is_begun) = (INDENT.len(), false);
        }
        for letter in word.chars() {
            let wide = columns(letter.encode_utf8(&mut [0; 4]));
            // A space at the end of a line is not seen.
            if used + wide > width && letter != ' ' {
                lines.push(std::mem::replace(&mut line, INDENT.to_owned()));
                used = INDENT.len();
            }
            line.push(letter);
            used += wide;
        }
        is_begun |= !word.trim_end().is_empty();
    }
    lines.push(line);
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_words_that_are_too_long_anywhere() {
        assert_eq!(folded("", 10), [""]);
        assert_eq!(folded("one two six", 11), ["one two six"]);
        assert_eq!(folded("one two three four", 11), ["one two", "    three", "    four"]);
        assert_eq!(folded("abcdefghijklmnop", 10), ["abcdefghij", "    klmnop"]);
        assert_eq!(
            folded("\u{6f22}\u{5b57}\u{6f22}\u{5b57}", 6),
            ["\u{6f22}\u{5b57}\u{6f22}", "    \u{5b57}"]
        );
        assert_eq!(padded("\u{6f22}", 4), "\u{6f22}  ");
    }
}
