//! Values as people type and read them: `true`, `512`, `NAT`, `one line;another line`.

use std::iter::repeat_n;

use crate::check::{Check, Mismatch, check, check_number, shortened};
use crate::kind::Kind;
use crate::setting::Setting;
use crate::value::Value;

/// What separates the parts of a list.
const SEPARATOR: char = ';';

/// Makes a separator behind it stand for itself. Only there it has to be doubled to stand for itself, as paths are full of it.
const ESCAPE: char = '\\';

/// Reads what was typed for a setting, checked. A list comes as several texts, as one with semicolons in it, or both; `\;`
/// is a semicolon in a part of it. An empty text is an empty list.
pub fn parse<T: AsRef<str>>(setting: &'static Setting, typed: &[T]) -> Check {
    if setting.kind.is_list() {
        let mut parts: Vec<String> = typed.iter().flat_map(|text| split(text.as_ref())).collect();
        // Spaces mean something in what is shown to people only.
        if setting.kind != Kind::Lines {
            for part in &mut parts {
                *part = part.trim().to_owned();
            }
        }
        return check(setting, &Value::Lines(parts));
    }
    let [text] = typed else {
        return Check::Refused(Mismatch::new(setting, format!("{} values", typed.len())));
    };
    let text = text.as_ref().trim();
    match (setting.kind, named_number(setting.kind, text)) {
        (Kind::Switch | Kind::Level(_) | Kind::Number { .. }, named) => {
            match named.or_else(|| text.parse().ok()) {
                Some(number) => check_number(setting, number, text),
                None => Check::Refused(Mismatch::new(setting, format!("`{}`", shortened(text)))),
            }
        }
        _ => check(setting, &Value::Text(text.to_owned())),
    }
}

/// The value as it can be typed.
pub fn display(setting: &Setting, value: &Value) -> String {
    match (value, setting.kind) {
        (Value::Number(0), Kind::Switch) => "false".to_owned(),
        (Value::Number(1), Kind::Switch) => "true".to_owned(),
        (Value::Number(number), Kind::Level(names)) => {
            let name = usize::try_from(*number).ok().and_then(|number| names.get(number));
            name.map_or_else(|| number.to_string(), |&name| name.to_owned())
        }
        (Value::Number(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
        (Value::Lines(lines), _) => join(lines),
    }
}

/// The number that a word stands for.
fn named_number(kind: Kind, word: &str) -> Option<i128> {
    let is = |name: &str| name.eq_ignore_ascii_case(word);
    match kind {
        Kind::Switch if ["true", "yes", "on"].into_iter().any(is) => Some(1),
        Kind::Switch if ["false", "no", "off"].into_iter().any(is) => Some(0),
        Kind::Level(names) => names.iter().copied().position(is).and_then(|at| i128::try_from(at).ok()),
        _ => None,
    }
}

fn split(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut backslashes: usize = 0;
    for letter in text.chars() {
        if letter == ESCAPE {
            backslashes = backslashes.saturating_add(1);
            continue;
        }
        let (kept, is_end) = match letter {
            SEPARATOR => (backslashes >> 1, backslashes.is_multiple_of(2)),
            _ => (backslashes, false),
        };
        part.extend(repeat_n(ESCAPE, kept));
        backslashes = 0;
        if is_end {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    part.extend(repeat_n(ESCAPE, backslashes));
    parts.push(part);
    parts
}

fn join(parts: &[String]) -> String {
    let mut text = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            double_last(&mut text);
            text.push(SEPARATOR);
        }
        for letter in part.chars() {
            if letter == SEPARATOR {
                double_last(&mut text);
                text.push(ESCAPE);
            }
            text.push(letter);
        }
    }
    text
}

/// Doubles the backslashes at the end, so that what follows them is not taken for escaped.
fn double_last(text: &mut String) {
    let count = text.chars().rev().take_while(|letter| *letter == ESCAPE).count();
    text.extend(repeat_n(ESCAPE, count));
}
