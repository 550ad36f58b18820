//! PowerShell: the script that rebuilds a package, and the module with the original's four cmdlets that it uses.

mod module;
mod script;

pub use self::module::module;
pub use self::script::script;

/// `text` as a PowerShell string that nothing is expanded in.
fn quoted(text: &str) -> String {
    // PowerShell takes typographic quotes for quotes.
    let mut quoted = String::from("'");
    for character in text.chars() {
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            quoted.push(character);
        }
        quoted.push(character);
    }
    quoted + "'"
}

/// A file for Windows PowerShell, which takes a file without a byte order mark for one in the system's code page.
fn file(text: &str) -> Vec<u8> {
    format!("\u{FEFF}{}", text.replace('\n', "\r\n")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_string_early() {
        assert_eq!(quoted("it's $HOME `x"), "'it''s $HOME `x'");
        assert_eq!(quoted("a\u{2019}b"), "'a\u{2019}\u{2019}b'");
    }
}
