//! Text in columns of the kind "Formatted", in which brackets name properties and a leading `#` means a number.

use medv_settings::Value;

/// The text as it must be written so that Windows Installer gives it back unchanged.
///
/// `[\x]` stands for the letter `x`. Braces are escaped like brackets, because a group in braces that holds an escape
/// would count as one that names a property.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '[' | ']' | '{' | '}' => escaped.extend(['[', '\\', letter, ']']),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A value as the Registry table has it: `#` and a number, text with a leading `#` doubled, or lines with `[~]` before,
/// between and after them (both ends, because with one of them the lines would be added to those that are there).
pub(super) fn registry_value(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("#{number}"),
        Value::Text(text) if text.starts_with('#') => format!("#{}", escape(text)),
        Value::Text(text) => escape(text),
        Value::Lines(lines) => {
            let escaped: Vec<String> = lines.iter().map(|line| escape(line)).collect();
            format!("[~]{}[~]", escaped.join("[~]"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What Windows Installer makes of formatted text in which no property is set, by its documentation: `[\x]` is `x`,
    /// `[~]` a zero letter, `[name]` nothing; braces around a name that is not set go with all that is in them.
    fn format(text: &str) -> String {
        let mut result = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let close = rest.find(if first == '[' { ']' } else { '}' });
            // An escaped bracket closes one place later.
            let close = close.map(|at| if rest.starts_with(r"[\]]") { at + 1 } else { at });
            match (first, close) {
                ('[', Some(close)) => {
                    let inner = &rest[1..close];
                    match inner.strip_prefix('\\') {
                        Some(letter) => result.extend(letter.chars().next()),
                        None if inner == "~" => result.push('\0'),
                        None => {}
                    }
                    rest = &rest[close + 1..];
                }
                ('{', Some(close)) if rest[..close].contains('[') => rest = &rest[close + 1..],
                _ => {
                    result.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        result
    }

    /// What the Registry table makes of a formatted value, by its documentation.
    fn registry(value: &str) -> Value {
        let text = format(value);
        match value.strip_prefix('#') {
            _ if value.contains("[~]") => {
                assert!(
                    value.starts_with("[~]") && value.ends_with("[~]"),
                    "would be added to what is there"
                );
                let inner = text.strip_prefix('\0').unwrap().strip_suffix('\0').unwrap_or_default();
                Value::Lines(inner.split('\0').filter(|line| !line.is_empty()).map(str::to_owned).collect())
            }
            Some(rest) if rest.starts_with('#') => Value::Text(text[1..].to_owned()),
            Some(rest) => Value::Number(rest.parse().expect("a number behind #")),
            None => Value::Text(text),
        }
    }

    #[test]
    fn the_formatter_of_this_test_does_what_the_documentation_says() {
        assert_eq!(format("a[TEMP]b"), "ab");
        assert_eq!(format(r"a[\[]TEMP[\]]b"), "a[TEMP]b");
        assert_eq!(format("{a [TEMP] b}c"), "c");
        assert_eq!(format("{a}c"), "{a}c");
        assert_eq!(registry("#12"), Value::Number(12));
        assert_eq!(registry("[~]a[~]b[~]"), Value::Lines(vec!["a".into(), "b".into()]));
    }

    #[test]
    fn values_that_look_like_something_else_stay_what_they_are() {
        for text in
            ["", "#", "#5", "#x05", "##", "#%TEMP%", "[TEMP]", "{[TEMP]}", "[~]", r"[\x]", "a]b", "[", "}{"]
        {
            let value = Value::Text(text.into());
            assert_eq!(registry(&registry_value(&value)), value);
        }
        for lines in [&[][..], &["one"], &["#1", "[~]"], &["a", "a"]] {
            let value = Value::Lines(lines.iter().map(|line| (*line).to_owned()).collect());
            assert_eq!(registry(&registry_value(&value)), value);
        }
        assert_eq!(registry_value(&Value::Number(u32::MAX)), "#4294967295");
    }

    /// Text of the letters that mean something, and of others.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[\\[\\]{}\\\\~#%x5 a]{0,12}", "[^\u{0}]{0,20}"]
    }

    proptest! {
        #[test]
        fn text_is_given_back(text in text()) {
            prop_assert_eq!(format(&escape(&text)), text);
        }

        #[test]
        fn values_are_given_back(number: u32, text in text(), lines in prop::collection::vec(text(), 0..5)) {
            let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
            for value in [Value::Number(number), Value::Text(text), Value::Lines(lines)] {
                prop_assert_eq!(registry(&registry_value(&value)), value);
            }
        }
    }
}
