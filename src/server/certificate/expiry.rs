//! Whether a certificate expires soon: said in the log once a day, and by `regcred doctor`.

use super::{CertificateProblem, first_of, unreadable};
use std::fs;
use std::path::Path;
use time::{Duration, OffsetDateTime};

/// How long before its end it is said.
const SOON: Duration = Duration::days(14);

/// When a certificate expires; with a sentence, when there is something to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Expiry {
    /// In 14 days, or later.
    Far(OffsetDateTime),
    /// In less than 14 days.
    Soon(String),
    /// It has expired.
    Past(String),
}

impl Expiry {
    fn at(until: OffsetDateTime, now: OffsetDateTime) -> Self {
        let (left, day) = (until - now, until.date());
        if left >= SOON {
            return Self::Far(until);
        }
        if left.is_negative() {
            return Self::Past(format!("The TLS certificate expired on {day}. Renew it."));
        }
        let days = match left.whole_days() {
            0 => "in less than a day".to_owned(),
            1 => "in 1 day".to_owned(),
            days => format!("in {days} days"),
        };
        Self::Soon(format!("The TLS certificate expires {days}, on {day}. Renew it."))
    }

    /// Of the server's certificate in a PEM file.
    ///
    /// # Errors
    /// The sentence that says why it cannot be used.
    pub fn of_file(path: &Path) -> Result<Self, String> {
        expiry(path, OffsetDateTime::now_utc()).map_err(|problem| problem.to_string())
    }
}

fn expiry(path: &Path, now: OffsetDateTime) -> Result<Expiry, CertificateProblem> {
    let pem = fs::read(path).map_err(unreadable(super::CERT))?;
    let (_, from, until) = first_of(&pem)?;
    if now < from { Err(CertificateProblem::Early(from)) } else { Ok(Expiry::at(until, now)) }
}

/// What is said of a certificate that expires soon: at once, and then once a day.
#[derive(Debug, Default)]
pub(in crate::server) struct Reminder {
    last: Option<OffsetDateTime>,
}

impl Reminder {
    /// The sentence, when it is time for it.
    pub(in crate::server) fn due(
        &mut self,
        until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Option<String> {
        let (Expiry::Soon(sentence) | Expiry::Past(sentence)) = Expiry::at(until, now) else {
            self.last = None;
            return None;
        };
        if self.last.is_some_and(|last| (Duration::ZERO..Duration::DAY).contains(&(now - last))) {
            return None;
        }
        self.last = Some(now);
        Some(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const UNTIL: OffsetDateTime = datetime!(2026-12-31 12:00 UTC);

    #[test]
    fn fourteen_days_before_its_end_something_is_to_be_done() {
        let at = |now| Expiry::at(UNTIL, now);
        assert_eq!(at(datetime!(2026-12-17 12:00 UTC)), Expiry::Far(UNTIL));
        for (now, said) in [
            (datetime!(2026-12-17 12:01 UTC), "expires in 13 days, on 2026-12-31. Renew it."),
            (datetime!(2026-12-30 11:00 UTC), "expires in 1 day, on 2026-12-31. Renew it."),
            (UNTIL, "expires in less than a day, on 2026-12-31. Renew it."),
        ] {
            assert_eq!(at(now), Expiry::Soon(format!("The TLS certificate {said}")));
        }
        let past = "The TLS certificate expired on 2026-12-31. Renew it.".to_owned();
        assert_eq!(at(datetime!(2027-01-02 00:00 UTC)), Expiry::Past(past));
    }

    #[test]
    fn it_is_said_once_a_day_until_there_is_another_certificate() {
        let mut reminder = Reminder::default();
        assert_eq!(reminder.due(UNTIL, datetime!(2026-12-01 00:00 UTC)), None);
        // It is looked at every few seconds.
        let mut now = datetime!(2026-12-17 00:00 UTC);
        let mut said = Vec::new();
        while now < datetime!(2026-12-20 12:00 UTC) {
            if reminder.due(UNTIL, now).is_some() {
                said.push(now);
            }
            now += Duration::minutes(1);
        }
        let days: Vec<u8> = said.iter().map(|at| at.day()).collect();
        assert_eq!(days, [17, 18, 19], "{said:?}");
        assert_eq!(reminder.due(UNTIL + Duration::days(90), now), None);
        assert!(reminder.due(UNTIL, now).is_some(), "and of the next one again");
        assert_eq!(reminder.due(UNTIL, now + Duration::hours(1)), None);
        assert!(reminder.due(UNTIL, now - Duration::hours(1)).is_some(), "the clock was set");
    }
}
