//! Times of day and dates, as settings have them.

/// `HH:MM`, from 00:00 to 23:59.
pub(crate) fn is_time_of_day(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once(':') else { return false };
    number(hour, 2).is_some_and(|hour| hour < 24) && number(minute, 2).is_some_and(|minute| minute < 60)
}

/// `YYYY-MM-DD HH:MM`, a day that there is.
pub(crate) fn is_utc_date_time(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(date, time)| is_date(date) && is_time_of_day(time))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Of so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_24_hours_of_60_minutes() {
        for time in ["00:00", "23:59", "09:05"] {
            assert!(is_time_of_day(time), "{time}");
        }
        for time in ["", "24:00", "12:60", "9:05", "09:5", "09:05:00", "+9:05", "ab:cd", "0905"] {
            assert!(!is_time_of_day(time), "{time}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_there_is() {
        for date in ["2026-01-31 00:00", "2024-02-29 23:59", "2000-02-29 12:00"] {
            assert!(is_utc_date_time(date), "{date}");
        }
        for date in [
            "2026-02-29 00:00",
            "1900-02-29 00:00",
            "2026-04-31 00:00",
            "2026-13-01 00:00",
            "2026-00-01 00:00",
            "2026-01-00 00:00",
            "26-01-01 00:00",
            "2026-01-01T00:00",
            "2026-01-01",
            "01.01.2026 00:00",
        ] {
            assert!(!is_utc_date_time(date), "{date}");
        }
    }
}
