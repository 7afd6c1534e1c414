//! Points in time and calendar days, always UTC.

use serde::{Deserialize, Serialize};
use time::{
    Date, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description,
};

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far the clocks of two servers may be apart, in seconds.
const CLOCKS_APART: i64 = 5 * 60;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl Moment {
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whether it is not before the other by more than two clocks differ: what one server dates may
    /// seem older than what another one did before.
    pub fn is_since(self, other: Self) -> bool {
        self >= other.plus_seconds(-CLOCKS_APART)
    }

    pub fn day(self) -> Day {
        Day(self.at().date())
    }

    /// Days since 1970-01-01: how days are numbered where they are added up.
    pub fn day_number(self) -> i64 {
        self.0 / DAY_MS
    }

    /// The first moment of the day with that number.
    pub fn of_day(number: i64) -> Self {
        Self(number.saturating_mul(DAY_MS))
    }

    /// For people: `2026-11-21 07:04 UTC`.
    pub fn to_text(self) -> String {
        self.at().format(MINUTE).unwrap_or_default()
    }

    /// For machines: RFC 3339 with milliseconds and `Z`.
    pub fn to_rfc3339(self) -> String {
        self.at().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
    }

    fn at(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// A calendar day, written `2026-11-21` (ISO 8601) everywhere: in the database, a form and a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// Reads `2026-11-21`; `None` for anything else, or a day no calendar has.
    pub fn parse(text: &str) -> Option<Self> {
        Date::parse(text, DAY).ok().filter(|d| (1970..=9999).contains(&d.year())).map(Self)
    }

    /// What to say of a text that is no day.
    pub fn problem(text: &str) -> &'static str {
        let lengths: Vec<usize> = text.trim().split('-').map(str::len).collect();
        let is_digit = |b: u8| b.is_ascii_digit() || b == b'-';
        if lengths == [4, 2, 2] && text.trim().bytes().all(is_digit) {
            "No calendar has this day, or it is before 1970. Correct the date."
        } else {
            "Enter a date as year-month-day, for example 2027-01-31."
        }
    }

    /// Days from `other` to this one; negative when this one is earlier.
    pub fn days_after(self, other: Self) -> i64 {
        (self.0 - other.0).whole_days()
    }

    /// Later by that many days; the last day of the calendar if there are not so many.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::days(days)))
    }

    /// Its first moment, in UTC.
    pub fn start(self) -> Moment {
        Moment(self.0.midnight().assume_utc().unix_timestamp().saturating_mul(1_000))
    }

    /// Its last second, in UTC.
    pub fn end(self) -> Moment {
        let midnight = self.0.midnight().assume_utc().unix_timestamp();
        Moment(midnight.saturating_add(24 * 60 * 60 - 1).saturating_mul(1_000))
    }

    pub fn to_text(self) -> String {
        self.0.format(DAY).unwrap_or_default()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a day")
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_a_calendar_has_are_read() {
        assert_eq!(Day::parse("2026-11-21").map(Day::to_text).as_deref(), Some("2026-11-21"));
        for bad in ["", "2026-02-30", "21.11.2026", "2026-11-21T00:00", "0000-01-01", "tomorrow"] {
            assert!(Day::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_day_that_is_written_right_and_is_none_is_told_so() {
        for (typed, said) in [
            ("2027-02-29", "No calendar"),
            (" 1969-12-31 ", "No calendar"),
            ("2027-13-01", "No calendar"),
            ("10000-01-01", "year-month-day"),
            ("31.01.2027", "year-month-day"),
            ("2027-1-5", "year-month-day"),
        ] {
            assert!(Day::parse(typed.trim()).is_none(), "{typed}");
            assert!(Day::problem(typed).contains(said), "{typed}");
        }
        assert!(Day::parse("2028-02-29").is_some());
    }

    #[test]
    fn a_moment_is_printed_in_utc() {
        assert_eq!(Moment(0).to_text(), "1970-01-01 00:00 UTC");
        assert_eq!(Moment(1_500).to_rfc3339(), "1970-01-01T00:00:01.5Z");
        let day = Day::parse("2026-11-21").unwrap();
        assert_eq!(day.end().to_rfc3339(), "2026-11-21T23:59:59Z");
        assert_eq!(day.end().plus_seconds(1).day(), day.plus_days(1));
        assert_eq!(day.plus_days(1).start(), day.end().plus_seconds(1));
    }
}
