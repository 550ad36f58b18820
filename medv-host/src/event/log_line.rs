//! A line of the agent's own log: `2026-11-25T13:05:17Z error 3071 the machine could not be prepared`.

use std::fmt;

use super::{Event, Level};
use crate::moment::Moment;

/// An event as the log has it. What cannot stand in a line is escaped as Rust does it: `\n`, `\\`, `\u{1b}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, in UTC: `2026-11-25T13:05:17Z`.
    pub time: String,
    /// How much it matters.
    pub level: Level,
    /// The event's number; of a later version perhaps, and so not an [`super::EventId`]. `-` in the log if there is none.
    pub number: Option<u32>,
    /// What happened.
    pub text: String,
}

impl LogLine {
    /// The line for what has happened now.
    pub(super) fn now(event: &Event) -> Self {
        Self {
            time: Moment::now().to_string(),
            level: event.level,
            number: event.id.map(super::EventId::number),
            text: event.text.clone(),
        }
    }

    /// Reads a line; `None` if it is not one of ours, such as one that a full disk has cut.
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(4, ' ');
        let (time, level, number, text) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let level = Level::ALL.into_iter().find(|known| known.name() == level)?;
        let number = if number == "-" { None } else { Some(number.parse().ok()?) };
        Some(Self { time: time.to_owned(), level, number, text: unescaped(text)? })
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.time, self.level.name())?;
        match self.number {
            Some(number) => write!(f, "{number} ")?,
            None => f.write_str("- ")?,
        }
        for letter in self.text.chars() {
            if letter == '\\' || letter.is_control() {
                write!(f, "{}", letter.escape_default())?;
            } else {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut whole = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            whole.push(letter);
            continue;
        }
        whole.push(match letters.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' => '\\',
            'u' => {
                let (code, rest) = letters.as_str().strip_prefix('{')?.split_once('}')?;
                letters = rest.chars();
                char::from_u32(u32::from_str_radix(code, 16).ok()?)?
            }
            _ => return None,
        });
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventId;
    use proptest::prelude::*;

    #[test]
    fn a_line_says_when_how_grave_which_and_what() {
        let event = Event::numbered(EventId::PreparationFailed, "no room\nat all");
        let line = LogLine { time: Moment(0).to_string(), ..LogLine::now(&event) };
        assert_eq!(
            line.to_string(),
            r"1970-01-01T00:00:00Z error 3071 the machine could not be prepared: no room\nat all"
        );
    }

    #[test]
    fn what_is_not_a_line_is_not_read() {
        for line in
            ["", "1970-01-01T00:00:00Z error", "1970-01-01T00:00:00Z loud - x", r"t error - \", "t error x y"]
        {
            assert_eq!(LogLine::parse(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_in_its_line_and_comes_back(text in any::<String>(), number in any::<Option<u32>>()) {
            let line = LogLine { time: "1970-01-01T00:00:00Z".into(), level: Level::Debug, number, text };
            let written = line.to_string();
            prop_assert_eq!(written.lines().count(), 1);
            prop_assert_eq!(LogLine::parse(&written), Some(line));
        }
    }
}
