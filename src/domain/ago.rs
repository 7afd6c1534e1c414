//! How long ago something was, or how soon it will be, as people say it.

use super::counted::count;
use super::moment::{Day, Moment};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Days that are counted one by one; then come months.
const DAYS: u64 = 99;
/// The length of a month on average, in tenths of a day.
const MONTH: u64 = 304;
/// Months that are counted one by one; then come years.
const MONTHS: u64 = 24;

/// Seconds by which the clocks of servers may differ before what one wrote is called a time to come.
const APART: i64 = 5 * 60;

/// What is said of a time that is still to come, of what has happened.
const AHEAD: &str = "in the future (check the clock)";

/// How long ago something happened: "2 h ago", "just now". Of such times the latest is kept, so one that
/// a clock wrote that was ahead stays until then.
pub fn past(at: Moment, now: Moment) -> String {
    match at.0.saturating_sub(now.0) / 1_000 {
        ..=0 => from_now(at, now),
        1..=APART => "just now".to_owned(),
        _ => AHEAD.to_owned(),
    }
}

/// The same to the minute, and why it is still to come.
pub fn exactly(at: Moment, now: Moment) -> String {
    let exact = at.to_text();
    if is_ahead(at, now) {
        return format!("{exact}. The clock of a server was ahead when this was written.");
    }
    exact
}

/// Whether it is still to come, although it has happened.
pub fn is_ahead(at: Moment, now: Moment) -> bool {
    past(at, now) == AHEAD
}

/// "2 h ago", "just now", "in 12 days".
pub fn from_now(at: Moment, now: Moment) -> String {
    let seconds = now.0.saturating_sub(at.0) / 1_000;
    let long = match seconds.unsigned_abs() {
        ..MINUTE => return "just now".to_owned(),
        span @ MINUTE..HOUR => format!("{} min", span / MINUTE),
        span @ HOUR..DAY => format!("{} h", span / HOUR),
        span => days(span / DAY),
    };
    directed(&long, seconds > 0)
}

/// How long ago something happened, where there is little room: "6 d ago".
pub fn briefly(at: Moment, now: Moment) -> String {
    if is_ahead(at, now) {
        return "in the future".to_owned();
    }
    let long = past(at, now);
    let units = [(" days", " d"), (" day", " d"), (" months", " mo"), (" month", " mo")];
    let units = units.into_iter().chain([(" years", " y"), (" year", " y")]);
    units.fold(long, |text, (unit, brief)| text.replace(unit, brief))
}

/// "today", "yesterday", "in 12 days". The day before may have ended a minute ago, so it is no day ago.
pub fn day_from_today(day: Day, today: Day) -> String {
    match day.days_after(today) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        after => directed(&days(after.unsigned_abs()), after < 0),
    }
}

fn directed(long: &str, is_past: bool) -> String {
    if is_past { format!("{long} ago") } else { format!("in {long}") }
}

fn days(days: u64) -> String {
    let months = days.saturating_mul(10) / MONTH;
    match (days, months) {
        (..=DAYS, _) => count(days, "day"),
        (_, ..MONTHS) => count(months, "month"),
        _ => count(months / 12, "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_little_room_a_unit_is_its_first_letter() {
        let now = Moment(1_764_400_000_000);
        for (seconds, said) in [
            (0, "just now"),
            (7_200, "2 h ago"),
            (86_400, "1 d ago"),
            (6 * 86_400, "6 d ago"),
            (100 * 86_400, "3 mo ago"),
            (731 * 86_400, "2 y ago"),
        ] {
            assert_eq!(briefly(now.plus_seconds(-seconds), now), said, "{seconds}");
        }
    }

    #[test]
    fn what_a_clock_that_was_ahead_wrote_is_not_said_to_have_happened_later() {
        let now = Moment(1_764_400_000_000);
        for (seconds, said, brief) in [
            (-7_200, "2 h ago", "2 h ago"),
            (0, "just now", "just now"),
            (300, "just now", "just now"),
            (301, AHEAD, "in the future"),
            (400 * 86_400, AHEAD, "in the future"),
        ] {
            let at = now.plus_seconds(seconds);
            assert_eq!((past(at, now).as_str(), briefly(at, now).as_str()), (said, brief));
            assert_eq!(exactly(at, now) == at.to_text(), said != AHEAD, "{seconds}");
        }
        assert_eq!(past(Moment(i64::MAX), now), AHEAD);
        assert!(past(Moment(i64::MIN), now).ends_with("years ago"));
    }

    #[test]
    fn a_moment_is_said_as_far_from_now_as_it_is() {
        let now = Moment(1_764_400_000_000);
        for (seconds, past, future) in [
            (0, "just now", "just now"),
            (59, "just now", "just now"),
            (60, "1 min ago", "in 1 min"),
            (3_599, "59 min ago", "in 59 min"),
            (7_200, "2 h ago", "in 2 h"),
            (86_399, "23 h ago", "in 23 h"),
            (86_400, "1 day ago", "in 1 day"),
            (99 * 86_400, "99 days ago", "in 99 days"),
            (100 * 86_400, "3 months ago", "in 3 months"),
            (729 * 86_400, "23 months ago", "in 23 months"),
            (731 * 86_400, "2 years ago", "in 2 years"),
        ] {
            assert_eq!(from_now(now.plus_seconds(-seconds), now), past, "{seconds}");
            assert_eq!(from_now(now.plus_seconds(seconds), now), future, "{seconds}");
        }
        assert!(from_now(Moment(i64::MIN), now).ends_with("years ago"));
        assert!(from_now(Moment(i64::MAX), now).starts_with("in "));
    }

    #[test]
    fn a_day_is_said_as_far_from_today_as_it_is() {
        let today = Day::parse("2026-11-29").unwrap();
        for (days, said) in [
            (0, "today"),
            (1, "tomorrow"),
            (-1, "yesterday"),
            (12, "in 12 days"),
            (-3, "3 days ago"),
            (400, "in 13 months"),
            (-800, "2 years ago"),
        ] {
            assert_eq!(day_from_today(today.plus_days(days), today), said);
        }
    }
}
