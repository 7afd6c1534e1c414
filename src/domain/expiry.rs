//! What the dates of a credential say about it today (design: fine, due, expiring, expired, unknown).

use super::ago::day_from_today;
use super::moment::Day;

super::words! {
    /// The state of a credential's dates on one day.
    pub enum ExpiryState {
        Fine = "fine", "Fine";
        /// It was to be rotated or reviewed by now.
        Due = "due", "Due for review or rotation";
        Expiring = "expiring", "Expiring";
        /// Its day has passed. It is still delivered, with a warning: typed dates are often wrong.
        Expired = "expired", "Expired";
        Unknown = "unknown", "No expiry date";
    }
}

/// Days before the expiry from which a credential counts as expiring.
pub const WARNING_DAYS: i64 = 60;
/// Days before the expiry from which it is urgent.
const URGENT_DAYS: i64 = 7;
/// Days before the expiry from which it is soon enough to be marked.
const SOON_DAYS: i64 = 30;
/// Days after the expiry that are counted for people; later the date says more.
const COUNTED_DAYS: i64 = 60;

/// The state on `today` of a credential that expires on one day and is to be renewed (rotated or
/// reviewed) on another. A credential is usable through the day it expires on.
pub fn state(today: Day, expires_on: Option<Day>, renew_on: Option<Day>) -> ExpiryState {
    let days_left = expires_on.map(|day| day.days_after(today));
    match days_left {
        Some(days) if days < 0 => ExpiryState::Expired,
        Some(days) if days <= WARNING_DAYS => ExpiryState::Expiring,
        _ if renew_on.is_some_and(|day| day <= today) => ExpiryState::Due,
        None if renew_on.is_none() => ExpiryState::Unknown,
        _ => ExpiryState::Fine,
    }
}

/// Whether the credential stops working within seven days: of the steps on which people are warned
/// (design: 60, 30, 7 and 1 days before) the last two. One that has expired is no longer urgent,
/// it is late: its state says so.
pub fn is_urgent(today: Day, expires_on: Option<Day>) -> bool {
    expires_on.is_some_and(|day| (0..=URGENT_DAYS).contains(&day.days_after(today)))
}

/// Whether the credential stops working within a month: what is further away needs no mark.
pub fn is_soon(today: Day, expires_on: Option<Day>) -> bool {
    expires_on.is_some_and(|day| (0..=SOON_DAYS).contains(&day.days_after(today)))
}

/// What the list says beside a date: `Expires in 3 days`, `Expired yesterday`, and long after it
/// `Expired on 2020-01-31`.
pub fn sentence(today: Day, expires_on: Option<Day>, renew_on: Option<Day>) -> String {
    match (state(today, expires_on, renew_on), expires_on) {
        (ExpiryState::Expired, Some(day)) if today.days_after(day) > COUNTED_DAYS => {
            format!("Expired on {}", day.to_text())
        }
        (ExpiryState::Expired, Some(day)) => format!("Expired {}", day_from_today(day, today)),
        (ExpiryState::Expiring, Some(day)) => format!("Expires {}", day_from_today(day, today)),
        (ExpiryState::Fine, Some(day)) => format!("Expires {}", day.to_text()),
        (state, _) => state.label().to_owned(),
    }
}

/// What is said when a credential lost its last day: nobody is to find out by its end.
pub fn lost(name: &str, was: Day) -> String {
    format!(
        "{name} no longer has an expiry date. Until now it was {}. Without one, Regcred cannot warn before the secret stops working.",
        was.to_text()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_begins_on_its_day() {
        let today = Day::parse("2026-11-21").unwrap();
        let on = |days: i64| Some(today.plus_days(days));
        assert_eq!(state(today, on(-1), None), ExpiryState::Expired);
        assert_eq!(state(today, on(0), None), ExpiryState::Expiring);
        assert_eq!(state(today, on(60), None), ExpiryState::Expiring);
        assert_eq!(state(today, on(61), None), ExpiryState::Fine);
        assert_eq!(state(today, on(61), on(0)), ExpiryState::Due);
        assert_eq!(state(today, None, on(1)), ExpiryState::Fine);
        assert_eq!(state(today, None, None), ExpiryState::Unknown);
        for (days, said) in [
            (-2, "Expired 2 days ago"),
            (-1, "Expired yesterday"),
            (0, "Expires today"),
            (1, "Expires tomorrow"),
            (3, "Expires in 3 days"),
        ] {
            assert_eq!(sentence(today, on(days), None), said);
        }
    }

    #[test]
    fn days_are_counted_for_two_months_after_the_expiry() {
        let today = Day::parse("2026-11-21").unwrap();
        let expired = |days: i64| sentence(today, Some(today.plus_days(-days)), None);
        assert_eq!(expired(60), "Expired 60 days ago");
        assert_eq!(expired(61), "Expired on 2026-09-21");
    }

    #[test]
    fn what_is_due_may_be_a_review_as_well_as_a_rotation() {
        let today = Day::parse("2026-11-21").unwrap();
        assert_eq!(sentence(today, None, Some(today)), "Due for review or rotation");
    }

    #[test]
    fn the_last_seven_days_are_urgent() {
        let today = Day::parse("2026-11-21").unwrap();
        for (days, expected) in [(-1, false), (0, true), (1, true), (7, true), (8, false)] {
            assert_eq!(is_urgent(today, Some(today.plus_days(days))), expected, "{days}");
        }
        assert!(!is_urgent(today, None));
    }

    #[test]
    fn the_last_thirty_days_are_soon() {
        let today = Day::parse("2026-11-21").unwrap();
        for (days, expected) in [(-1, false), (0, true), (30, true), (31, false)] {
            assert_eq!(is_soon(today, Some(today.plus_days(days))), expected, "{days}");
        }
        assert!(!is_soon(today, None));
    }
}
