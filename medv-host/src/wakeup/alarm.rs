//! The plan as the agent keeps it itself, where nobody else does: the next time that it is due.

use std::time::Duration;

use super::Plan;
use crate::local_time::LocalTime;
use crate::moment::Moment;

/// A plan is due once a day. The hour that a clock has twice when summer ends is the same day.
const SAME_DAY: Duration = Duration::from_secs(12 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A plan that is watched by the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    plan: Plan,
    next: Moment,
    /// When it was due the last time, however late that was seen.
    last: Option<Moment>,
}

impl Alarm {
    /// A plan that is due the next time that the clock shows its time.
    pub fn new(plan: Plan, now: LocalTime) -> Self {
        let next = plan.next(now.moment, now.second_of_day);
        Self { plan, next, last: None }
    }

    /// What it is for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How long until it is due; nothing if it is. Where the clock was set, or summer has begun or ended, that changes with it.
    pub fn look(&mut self, now: LocalTime) -> Duration {
        if now.moment < self.next {
            self.set(now);
        }
        now.moment.until(self.next)
    }

    /// It was due, and the plan is carried out: the next time is another day.
    pub fn rung(&mut self, now: LocalTime) {
        self.last = Some(self.next);
        self.set(now);
    }

    fn set(&mut self, now: LocalTime) {
        let next = self.plan.next(now.moment, now.second_of_day);
        let is_same_day = self.last.is_some_and(|last| last <= now.moment && last.until(next) < SAME_DAY);
        self.next = if is_same_day { next.after(DAY) } else { next };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    /// The clock at `hour` of a day whose midnight is `midnight` seconds after the beginning of time.
    fn at(midnight: u64, hour: u64) -> LocalTime {
        LocalTime {
            moment: Moment(midnight + hour * HOUR),
            second_of_day: u32::try_from(hour * HOUR).unwrap(),
        }
    }

    fn alarm(now: LocalTime) -> Alarm {
        Alarm::new(Plan::new("medv-host", "Office", "02:00", 240).unwrap().unwrap(), now)
    }

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * HOUR)
    }

    const DAY_1: u64 = 100 * 24 * HOUR;
    const DAY_2: u64 = DAY_1 + 24 * HOUR;

    #[test]
    fn it_is_due_at_its_time_and_then_the_next_day() {
        let mut alarm = alarm(at(DAY_1, 1));
        assert_eq!(alarm.look(at(DAY_1, 1)), hours(1));
        assert_eq!(alarm.look(at(DAY_1, 2)), hours(0));
        assert_eq!(alarm.look(at(DAY_1, 2)), hours(0), "until it has rung");
        alarm.rung(at(DAY_1, 2));
        assert_eq!(alarm.look(at(DAY_1, 3)), hours(23));
        assert_eq!(alarm.look(at(DAY_2, 2)), hours(0));
    }

    #[test]
    fn who_looks_late_finds_it_due() {
        let mut alarm = alarm(at(DAY_1, 1));
        // The host was asleep.
        assert_eq!(alarm.look(at(DAY_1, 23)), hours(0));
        alarm.rung(at(DAY_1, 23));
        assert_eq!(alarm.look(at(DAY_1, 23)), hours(3), "it is not late for ever");
    }

    #[test]
    fn a_clock_that_is_set_moves_it() {
        let mut alarm = alarm(at(DAY_2, 0));
        assert_eq!(alarm.look(at(DAY_2, 0)), hours(2));
        // A day back, with nothing rung: it is due there as well.
        assert_eq!(alarm.look(at(DAY_1, 1)), hours(1));
        alarm.rung(at(DAY_2, 2));
        assert_eq!(alarm.look(at(DAY_1, 1)), hours(1));
    }

    #[test]
    fn summer_begins_and_the_clock_goes_on_by_an_hour() {
        let mut alarm = alarm(at(DAY_1, 0));
        alarm.rung(at(DAY_1, 2));
        assert_eq!(alarm.look(at(DAY_1, 23)), hours(3));
        // What was one o'clock is two.
        assert_eq!(alarm.look(at(DAY_2 - HOUR, 1)), hours(1));
        assert_eq!(alarm.look(at(DAY_2 - HOUR, 2)), hours(0));
    }

    #[test]
    fn summer_ends_and_the_hour_that_is_there_twice_is_one() {
        let mut alarm = alarm(at(DAY_1, 1));
        alarm.rung(at(DAY_1, 2));
        // It is one o'clock again, an hour later than the clock says.
        assert_eq!(alarm.look(at(DAY_1 + HOUR, 1)), hours(25));
        assert_eq!(alarm.look(at(DAY_1 + HOUR, 3)), hours(23));
        assert_eq!(alarm.look(at(DAY_1 + HOUR, 2)), hours(24));
    }
}
