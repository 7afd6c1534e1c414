//! What is asked before a form is saved: nothing of it breaks a rule, but it is probably not meant.

use super::CredentialForm;
use crate::domain::credential::Method;
use crate::domain::moment::Day;
use crate::error::FieldError;

const HAS_PASSED: &str =
    "This day has passed. Correct the date or clear the field. Or save the credential as expired.";
const OF_THE_LAST_SECRET: &str = "This date belongs to the secret that you replace. Enter the last day of the new secret, or clear the field.";

/// Days before its end in which a secret is usually replaced because it ends.
const SOON: i64 = 60;

/// What the form is held against: what is stored already, and what was typed as the secret.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub today: Day,
    /// The last day that is stored, where the credential exists.
    pub stored_until: Option<Day>,
    /// Whether the stored secret is replaced at once.
    pub is_replaced: bool,
    /// What looks wrong with the secret that was typed.
    pub secret: Option<&'static str>,
    /// The last day that the secret itself tells.
    pub told: Option<Day>,
}

impl CredentialForm {
    /// The questions, each at its field, in the order of the form. `until` is the last day that was
    /// typed.
    pub fn doubts(&self, until: Option<Day>, asked: Asked) -> Vec<FieldError> {
        let Asked { today, stored_until, is_replaced, secret, told } = asked;
        let method = Method::from_word(&self.method).unwrap_or(Method::Password);
        let of_secret = secret.map(|sentence| FieldError::new(method.secret_field(), sentence));
        let is_kept = until.is_some() && until == stored_until;
        let has_passed = until.is_some_and(|day| day < today);
        let is_near = until.is_some_and(|day| day.days_after(today) <= SOON);
        let of_day = match (is_kept, is_replaced) {
            (true, true) if is_near && until != told => Some(OF_THE_LAST_SECRET),
            (false, _) if has_passed => Some(HAS_PASSED),
            _ => None,
        };
        of_secret
            .into_iter()
            .chain(of_day.map(|text| FieldError::new("expires_on", text)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// The fields that are asked about.
    fn fields(until: &str, stored: &str, is_replaced: bool) -> Vec<String> {
        let asked = Asked {
            today: day("2026-11-29"),
            stored_until: Day::parse(stored),
            is_replaced,
            secret: None,
            told: None,
        };
        let doubts = CredentialForm::default().doubts(Day::parse(until), asked);
        doubts.into_iter().map(|doubt| doubt.field).collect()
    }

    #[test]
    fn a_day_that_has_passed_is_asked_about_when_it_is_new() {
        assert_eq!(fields("2026-11-28", "", false), ["expires_on"]);
        assert_eq!(fields("2026-11-28", "2026-12-01", false), ["expires_on"]);
        for (until, stored) in
            [("2026-11-29", ""), ("2026-11-28", "2026-11-28"), ("", "2026-11-28"), ("", "")]
        {
            assert!(fields(until, stored, false).is_empty(), "{until} {stored}");
        }
    }

    #[test]
    fn a_new_secret_is_asked_for_its_own_last_day() {
        for near in ["2026-11-28", "2026-11-29", "2027-01-28"] {
            assert_eq!(fields(near, near, true), ["expires_on"], "{near}");
        }
        for (until, stored) in
            [("2027-01-29", "2027-01-29"), ("2027-06-01", "2026-11-28"), ("", "2026-11-28")]
        {
            assert!(fields(until, stored, true).is_empty(), "{until} {stored}");
        }
    }

    #[test]
    fn a_day_that_stayed_is_not_asked_about_where_the_new_secret_tells_the_same() {
        let until = Some(day("2026-11-30"));
        for (told, is_asked) in [("2026-11-30", false), ("2026-12-01", true), ("", true)] {
            let asked = Asked {
                today: day("2026-11-29"),
                stored_until: until,
                is_replaced: true,
                secret: None,
                told: Day::parse(told),
            };
            let doubts = CredentialForm::default().doubts(until, asked);
            assert_eq!(!doubts.is_empty(), is_asked, "{told}");
        }
    }

    #[test]
    fn the_secret_is_asked_about_at_the_field_of_its_method_and_first() {
        let asked = |method: &str| {
            let form = CredentialForm { method: method.to_owned(), ..CredentialForm::default() };
            let today = day("2026-11-29");
            let secret = Some("This looks like something else.");
            let asked = Asked { today, stored_until: None, is_replaced: true, secret, told: None };
            let doubts = form.doubts(Some(day("2020-01-01")), asked);
            doubts.into_iter().map(|doubt| doubt.field).collect::<Vec<_>>()
        };
        assert_eq!(asked("password"), ["password", "expires_on"]);
        assert_eq!(asked("gcp_service_account_key"), ["key_json", "expires_on"]);
    }
}
