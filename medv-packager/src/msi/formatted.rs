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
