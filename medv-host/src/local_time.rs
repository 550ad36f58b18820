//! What the clock on the user's wall shows.

use crate::moment::Moment;

/// A point in time, and what time of day it is then where the host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The point in time.
    pub moment: Moment,
    /// Seconds since midnight on the local clock, less than 86 400.
    pub second_of_day: u32,
}

impl LocalTime {
    /// The clock of the machine, in its time zone as it is set now; UTC if that cannot be found out.
    pub fn now() -> Self {
        let moment = Moment::now();
        #[cfg(unix)]
        let second_of_day = unix::second_of_day(&unix::zone(), moment);
        #[cfg(windows)]
        let second_of_day = crate::windows::local_time::second_of_day();
        Self { moment, second_of_day }
    }
}

#[cfg(unix)]
mod unix {
    use std::env;

    use tz::TimeZone;

    use crate::moment::Moment;

    /// The time zone of `TZ`, else that of the system.
    pub(super) fn zone() -> TimeZone {
        let zone = match env::var("TZ") {
            Ok(zone) if !zone.is_empty() => TimeZone::from_posix_tz(&zone),
            _ => TimeZone::local(),
        };
        zone.unwrap_or_else(|_| TimeZone::utc())
    }

    pub(super) fn second_of_day(zone: &TimeZone, moment: Moment) -> u32 {
        let seconds = i64::try_from(moment.0).unwrap_or(i64::MAX);
        let offset = zone.find_local_time_type(seconds).map_or(0, |local| local.ut_offset().into());
        u32::try_from(seconds.saturating_add(offset).rem_euclid(86_400)).unwrap_or(0)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// 2026-10-25T00:30:00Z: half an hour before the end of summer in Berlin.
        const SUMMER_ENDS_SOON: u64 = 1_792_888_200;

        #[test]
        fn the_time_of_day_follows_the_summer() {
            let berlin = TimeZone::from_posix_tz("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
            let shown = |seconds| second_of_day(&berlin, Moment(SUMMER_ENDS_SOON + seconds));
            assert_eq!([0, 3600, 7200].map(shown), [9000, 9000, 12_600], "half past two twice");
        }

        #[test]
        fn the_time_of_day_is_that_of_the_zone_also_over_midnight() {
            let shown = |zone| second_of_day(&TimeZone::from_posix_tz(zone).unwrap(), Moment(3600));
            assert_eq!(["UTC0", "IST-5:30", "EST5"].map(shown), [3600, 23_400, 72_000]);
        }
    }
}
