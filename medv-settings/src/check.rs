//! Whether a value is one for a setting.

use std::fmt;

use crate::address::is_address;
use crate::computer_name::Mask;
use crate::kind::Kind;
use crate::moment::{is_time_of_day, is_utc_date_time};
use crate::redirect_list::RedirectRule;
use crate::setting::Setting;
use crate::value::Value;
use crate::workspace_name::is_workspace_name;

/// What became of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is one for the setting; here as the catalogue spells it.
    Valid(Value),
    /// A number was out of range, and is now the nearest in it.
    Clamped {
        /// The value within the range.
        value: Value,
        /// What it was.
        mismatch: Mismatch,
    },
    /// It is not for the setting.
    Refused(Mismatch),
}

/// What was found in place of what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The setting.
    pub setting: &'static Setting,
    /// What it was set to.
    pub found: String,
    /// What is allowed.
    pub expected: String,
}

impl Check {
    /// The value to use, and what it was before if that was out of range.
    ///
    /// # Errors
    /// If it was refused.
    pub fn into_value(self) -> Result<(Value, Option<Mismatch>), Mismatch> {
        match self {
            Self::Valid(value) => Ok((value, None)),
            Self::Clamped { value, mismatch } => Ok((value, Some(mismatch))),
            Self::Refused(mismatch) => Err(mismatch),
        }
    }
}

impl Mismatch {
    pub(crate) fn new(setting: &'static Setting, found: impl Into<String>) -> Self {
        Self { setting, found: found.into(), expected: setting.kind.expected() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.setting, self.found, self.expected)
    }
}

impl std::error::Error for Mismatch {}

/// Checks a value: its type, its range, what its text says. Numbers out of range are brought into it.
pub fn check(setting: &'static Setting, value: &Value) -> Check {
    match value {
        Value::Number(number) => check_number(setting, i128::from(*number), &number.to_string()),
        Value::Text(text) => check_text(setting, text),
        Value::Lines(lines) => check_lines(setting, lines),
    }
}

/// A number, which `found` is in words.
pub(crate) fn check_number(setting: &'static Setting, number: i128, found: &str) -> Check {
    let (min, max) = match setting.kind {
        Kind::Switch => (0, 1),
        Kind::Number { min, max, .. } => (min, max),
        Kind::Level(names) => (0, u32::try_from(names.len().saturating_sub(1)).unwrap_or(0)),
        _ => return Check::Refused(Mismatch::new(setting, format!("the number {found}"))),
    };
    match clamp(number, min, max) {
        (number, true) => Check::Valid(Value::Number(number)),
        (number, false) => {
            Check::Clamped { value: Value::Number(number), mismatch: Mismatch::new(setting, found) }
        }
    }
}

/// The nearest number in the range, and whether it is the same.
fn clamp(number: i128, min: u32, max: u32) -> (u32, bool) {
    let clamped = number.clamp(i128::from(min), i128::from(max));
    (u32::try_from(clamped).unwrap_or(min), clamped == number)
}

fn check_text(setting: &'static Setting, text: &str) -> Check {
    let valid = |is_valid: bool| is_valid.then(|| text.to_owned());
    let spelled = match setting.kind {
        Kind::Choice(words) => {
            words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|&word| word.to_owned())
        }
        Kind::WorkspaceName => valid(is_workspace_name(text)),
        Kind::ComputerNameMask => valid(Mask::parse(text).is_ok()),
        Kind::Address => valid(text.is_empty() || is_address(text)),
        Kind::TimeOfDay => valid(is_time_of_day(text)),
        Kind::UtcDateTime => valid(text.is_empty() || is_utc_date_time(text)),
        _ => return Check::Refused(Mismatch::new(setting, format!("the text `{}`", shortened(text)))),
    };
    match (spelled, Mask::parse(text)) {
        (Some(text), _) => Check::Valid(Value::Text(text)),
        (None, Err(error)) if setting.kind == Kind::ComputerNameMask => {
            let found = format!("`{}`: {error}", shortened(text));
            Check::Refused(Mismatch::new(setting, found))
        }
        (None, _) => Check::Refused(Mismatch::new(setting, format!("`{}`", shortened(text)))),
    }
}

fn check_lines(setting: &'static Setting, lines: &[String]) -> Check {
    let refused = |found: String| Check::Refused(Mismatch::new(setting, found));
    let is_valid: &dyn Fn(&String) -> bool = match setting.kind {
        Kind::Lines => &|line| is_line(line),
        Kind::Paths => &|path| is_line(path) && !path.trim().is_empty(),
        Kind::RedirectAddresses => &|address| RedirectRule::parse(address).is_ok(),
        Kind::Numbers { min, max, .. } => return check_numbers(setting, lines, min, max),
        _ => return refused(format!("{} lines", lines.len())),
    };
    match lines.iter().find(|line| !is_valid(line)) {
        None => Check::Valid(Value::Lines(lines.to_vec())),
        Some(line) if line.is_empty() => refused("an empty line".to_owned()),
        Some(line) => refused(format!("`{}`", shortened(line))),
    }
}

/// The registry ends a line with a zero, and a list with an empty line.
fn is_line(line: &str) -> bool {
    !line.is_empty() && !line.contains(['\0', '\r', '\n'])
}

fn check_numbers(setting: &'static Setting, lines: &[String], min: u32, max: u32) -> Check {
    let mut numbers = Vec::new();
    let mut out_of_range = Vec::new();
    for line in lines {
        let Ok(number) = line.trim().parse::<i128>() else {
            return Check::Refused(Mismatch::new(setting, format!("`{}`", shortened(line))));
        };
        let (clamped, is_same) = clamp(number, min, max);
        numbers.push(clamped.to_string());
        if !is_same {
            out_of_range.push(line.trim());
        }
    }
    let value = Value::Lines(numbers);
    if lines.is_empty() {
        Check::Refused(Mismatch::new(setting, "none"))
    } else if out_of_range.is_empty() {
        Check::Valid(value)
    } else {
        Check::Clamped { value, mismatch: Mismatch::new(setting, shortened(&out_of_range.join(", "))) }
    }
}

/// Of what was found, as much as a message needs. Control characters have no place in one.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    // What people write is shown as they wrote it.
    shown.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\")
}
