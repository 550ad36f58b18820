//! Waking the machine up every day, so that its guest can be updated: the plan, who keeps it, and what speaks against it.
//!
//! `timer.rs` gives the plan to systemd, `task.rs` to Windows' task scheduler; both start `medv-host wake-up` when it is time.
//! Where neither takes it, the agent has an alarm of its own (`alarm.rs`).
//! `command_line.rs` reads how the original was started, `hindrance.rs` looks at the host's power and network.

mod alarm;
mod command_line;
mod hindrance;
#[cfg(any(windows, test))]
mod task;
#[cfg(any(unix, test))]
mod timer;

use std::path::PathBuf;
use std::time::Duration;

use medv_codec::{Error, Result};

pub use alarm::Alarm;
pub use command_line::{DEFAULT_MINUTES, SYNTAX, WakeUp};
#[cfg(unix)]
pub use hindrance::hindrance_below;
pub use hindrance::{Hindrance, hindrance};
#[cfg(unix)]
pub use timer::UserTimer;

use crate::event::{Event, Level};
use crate::moment::Moment;

/// When the machine is woken up, for how long, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    program: PathBuf,
    workspace: String,
    hour: u8,
    minute: u8,
    minutes: u32,
}

impl Plan {
    /// Wakes `workspace` up by `program`, the host agent, every day at `time` (`HH:MM` on the host's clock; the setting
    /// `GuestUpdateTime`) for `minutes` (`GuestUpdateDuration`). `None` for zero minutes: it is never woken up.
    ///
    /// # Errors
    /// If `time` is no time of day.
    pub fn new(
        program: impl Into<PathBuf>,
        workspace: impl Into<String>,
        time: &str,
        minutes: u32,
    ) -> Result<Option<Self>> {
        let (hour, minute) = time_of_day(time).ok_or_else(|| {
            Error::usage(format!("GuestUpdateTime is {time:?}, expected HH:MM, such as 03:30"))
        })?;
        let plan = Self { program: program.into(), workspace: workspace.into(), hour, minute, minutes };
        Ok(Some(plan).filter(|_| minutes > 0))
    }

    /// How long the machine stays awake, in minutes.
    pub fn minutes(&self) -> u32 {
        self.minutes
    }

    /// When it is time, as seen at `now`, when the local clock shows `second_of_day` (seconds since midnight): always later
    /// than now, and within a day.
    pub fn next(&self, now: Moment, second_of_day: u32) -> Moment {
        const DAY: u32 = 86_400;
        let due = (u32::from(self.hour) * 60 + u32::from(self.minute)) * 60;
        let ahead = match (due + DAY - second_of_day % DAY) % DAY {
            0 => DAY,
            ahead => ahead,
        };
        now.after(Duration::from_secs(ahead.into()))
    }

    /// What the program is told.
    fn arguments(&self) -> [String; 5] {
        let minutes = self.minutes.to_string();
        ["wake-up".into(), "--minutes".into(), minutes, "--workspace".into(), self.workspace.clone()]
    }
}

/// Gives the plan to the system, in place of an earlier one; `None` takes it away. To be called whenever the agent starts
/// and whenever the settings have changed: what is as it should be is not touched.
///
/// # Errors
/// If the system keeps no plans for its users, or refuses. The agent then needs an [`Alarm`] of its own.
pub fn schedule(plan: Option<&Plan>) -> Result<()> {
    #[cfg(unix)]
    return UserTimer::of_this_user()?.schedule(plan);
    #[cfg(windows)]
    return task::schedule(plan);
}

/// What is noted when an error has kept the machine asleep: at night nobody reads what a command prints.
pub fn not_woken(error: &Error) -> Event {
    let why = Event::of_error(Level::Warning, error).text;
    Event::plain(Level::Warning, format!("not woken up for updates: {why}"))
}

fn time_of_day(text: &str) -> Option<(u8, u8)> {
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u8>().ok().filter(|_| is_number)
    };
    let (hour, minute) = text.split_once(':')?;
    Some((number(hour).filter(|hour| *hour < 24)?, number(minute).filter(|minute| *minute < 60)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minutes_are_no_plan() {
        assert_eq!(Plan::new("medv-host", "Office", "00:00", 0).unwrap(), None);
        assert!(Plan::new("medv-host", "Office", "00:00", 1).unwrap().is_some());
    }

    #[test]
    fn the_next_time_is_always_to_come() {
        let plan = Plan::new("medv-host", "Office", "03:30", 240).unwrap().unwrap();
        let ahead = |second_of_day| plan.next(Moment(1_000_000), second_of_day).0 - 1_000_000;
        let due = (3 * 60 + 30) * 60;
        assert_eq!([0, due - 1, due, due + 1, 86_399].map(ahead), [12_600, 1, 86_400, 86_399, 12_601]);
    }

    #[test]
    fn a_plan_needs_a_time_of_day() {
        for time in ["24:00", "12:60", "9:00", "noon", ""] {
            let error = Plan::new("medv-host", "Office", time, 240).unwrap_err();
            assert!(error.to_string().contains(&format!("{time:?}")), "{error}");
        }
    }
}
