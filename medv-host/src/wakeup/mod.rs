//! Waking the machine up every day, so that its guest can be updated: the plan, who keeps it, and what speaks against it.
//!
//! `timer.rs` gives the plan to systemd, `task.rs` to Windows' task scheduler; both start `medv-host wake-up` when it is time.
//! `command_line.rs` reads how the original was started, `hindrance.rs` looks at the host's power and network.

mod command_line;
mod hindrance;
#[cfg(any(windows, test))]
mod task;
#[cfg(any(unix, test))]
mod timer;

use std::path::PathBuf;

use medv_codec::{Error, Result};

pub use command_line::{DEFAULT_MINUTES, SYNTAX, WakeUp};
#[cfg(unix)]
pub use hindrance::hindrance_below;
pub use hindrance::{Hindrance, hindrance};
#[cfg(unix)]
pub use timer::UserTimer;

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
/// If the system keeps no plans for its users, or refuses. The running agent is then the only one who can look at the clock.
pub fn schedule(plan: Option<&Plan>) -> Result<()> {
    #[cfg(unix)]
    return UserTimer::of_this_user()?.schedule(plan);
    #[cfg(windows)]
    return task::schedule(plan);
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
    fn a_plan_needs_a_time_of_day() {
        for time in ["24:00", "12:60", "9:00", "noon", ""] {
            let error = Plan::new("medv-host", "Office", time, 240).unwrap_err();
            assert!(error.to_string().contains(&format!("{time:?}")), "{error}");
        }
    }
}
