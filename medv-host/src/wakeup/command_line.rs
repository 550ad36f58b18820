//! How the original product was told to wake the machine up: `/GuestWakeup /d:240 /v:"Office"`.

use crate::event::{Event, EventId};

/// How long without `/d`, in minutes.
pub const DEFAULT_MINUTES: u32 = 240;

/// The original's command line.
pub const SYNTAX: &str = r#"/GuestWakeup [/d:MINUTES] /v:"WORKSPACE", with 1 to 1440 minutes"#;

/// What a wake-up was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeUp {
    /// How long the machine stays awake.
    pub minutes: u32,
    /// Which.
    pub workspace: String,
}

impl WakeUp {
    /// Reads the arguments behind the program's name. `None`: it is something else that was asked for.
    ///
    /// # Errors
    /// The event to note, with the right syntax, if `/GuestWakeup` is used in another way.
    pub fn parse<A: AsRef<str>>(arguments: &[A]) -> Result<Option<Self>, Event> {
        let mut arguments = arguments.iter().map(AsRef::as_ref);
        if !arguments.next().is_some_and(|first| first.eq_ignore_ascii_case("/GuestWakeup")) {
            return Ok(None);
        }
        let mut minutes = None;
        let mut workspace = None;
        for argument in arguments {
            match argument.split_at_checked(3) {
                Some((option, value)) if option.eq_ignore_ascii_case("/d:") && minutes.is_none() => {
                    let value = value.parse().ok().filter(|minutes| (1..=1440).contains(minutes));
                    minutes = Some(value.ok_or_else(|| wrong(argument))?);
                }
                Some((option, value)) if option.eq_ignore_ascii_case("/v:") && workspace.is_none() => {
                    // Who starts it by other means than Windows' shell may have left the quotes.
                    let name = value.trim_matches('"');
                    workspace = Some(name.to_owned()).filter(|name| !name.is_empty());
                }
                _ => return Err(wrong(argument)),
            }
        }
        let workspace = workspace.ok_or_else(|| wrong("no workspace"))?;
        Ok(Some(Self { minutes: minutes.unwrap_or(DEFAULT_MINUTES), workspace }))
    }
}

fn wrong(found: &str) -> Event {
    Event::numbered(EventId::WakeUpUsage, format_args!("found {found}, expected {SYNTAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_originals_command_line_is_read() {
        let asked = |minutes, workspace: &str| Ok(Some(WakeUp { minutes, workspace: workspace.into() }));
        assert_eq!(WakeUp::parse(&["/GuestWakeup", "/d:30", "/v:Office 2"]), asked(30, "Office 2"));
        assert_eq!(WakeUp::parse(&["/guestwakeup", "/V:\"Office\"", "/D:1440"]), asked(1440, "Office"));
        assert_eq!(WakeUp::parse(&["/GuestWakeup", "/v:Office"]), asked(DEFAULT_MINUTES, "Office"));
    }

    #[test]
    fn wrong_usage_is_an_event_with_the_syntax() {
        for wrong in [
            &["/GuestWakeup"][..],
            &["/GuestWakeup", "/v:"],
            &["/GuestWakeup", "/v:Office", "/d:0"],
            &["/GuestWakeup", "/v:Office", "/d:1441"],
            &["/GuestWakeup", "/v:Office", "/d:soon"],
            &["/GuestWakeup", "/v:Office", "/d:1", "/d:1"],
            &["/GuestWakeup", "/v:Office", "now"],
            &["/GuestWakeup", "Office"],
        ] {
            let event = WakeUp::parse(wrong).unwrap_err();
            assert_eq!(event.id, Some(EventId::WakeUpUsage));
            assert!(event.text.contains(SYNTAX), "{}", event.text);
        }
    }

    #[test]
    fn other_command_lines_are_left_to_others() {
        for other in [&[][..], &["run"], &["/toolkit"], &["wake-up", "/GuestWakeup"]] {
            assert_eq!(WakeUp::parse(other), Ok(None));
        }
    }
}
