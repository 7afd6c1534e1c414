//! Notifications: what the members of a project are told of its credentials without asking.

use super::check::CheckReason;
use super::moment::{Day, Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days before the expiry of a credential on which its members are told, the last one first (design 3).
pub const REMINDERS: [i64; 5] = [0, 1, 7, 30, 60];

/// What happened, or is about to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// It stops working after this day.
    Expires {
        on: Day,
    },
    Expired {
        on: Day,
    },
    /// It was to be rotated or reviewed by this day.
    Due {
        on: Day,
    },
    /// Its registry refused it.
    Failing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<CheckReason>,
    },
    /// Its registry accepts it again.
    Works,
}

/// A notification, as members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub id: Uuid,
    pub at: Moment,
    pub credential: Uuid,
    /// Its name, as it was then.
    pub name: String,
    pub news: News,
}

/// The notifications of a project, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    pub notifications: Vec<Notification>,
    /// Until when the member has read them.
    pub seen_at: Moment,
}

impl News {
    /// `bad`, `warn`, `good` or `neutral`, as it is drawn.
    pub fn tone(&self) -> &'static str {
        match self {
            Self::Expired { .. } | Self::Failing { .. } => "bad",
            Self::Expires { .. } | Self::Due { .. } => "warn",
            Self::Works => "good",
        }
    }

    /// What kind of news it is, in a word or two.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Expires { .. } => "Expires",
            Self::Expired { .. } => "Expired",
            Self::Due { .. } => "Due",
            Self::Failing { .. } => "Failing",
            Self::Works => "Works",
        }
    }

    /// What is said of the credential with this name.
    pub fn sentence(&self, name: &str) -> String {
        match self {
            Self::Expires { on } => format!("{name} expires on {}.", on.to_text()),
            Self::Expired { on } => {
                format!("{name} expired on {}. Pipelines still receive it.", on.to_text())
            }
            Self::Due { on } => {
                format!("{name} was due for review or rotation on {}.", on.to_text())
            }
            Self::Failing { reason } => {
                let why = reason.map_or_else(String::new, |reason| format!(" {}", reason.label()));
                format!("{name} does not work at its registry.{why}")
            }
            Self::Works => format!("{name} works at its registry again."),
        }
    }
}

/// What is to be told today of a credential with this last day, and what it is told once for: `None` when there is
/// nothing. Of the days before the expiry only the nearest is told, so that one stored a week before is told of
/// once. Another version or another day is another cause, so nothing is told after a renewal.
pub fn of_expiry(version: i64, on: Day, today: Day) -> Option<(String, News)> {
    let left = on.days_after(today);
    if left < 0 {
        return Some((format!("expired {version} {}", on.to_text()), News::Expired { on }));
    }
    let before = REMINDERS.into_iter().find(|days| left <= *days)?;
    Some((format!("expires {version} {} {before}", on.to_text()), News::Expires { on }))
}

/// The same of the day by which it was to be rotated or reviewed.
pub fn of_renewal(version: i64, on: Day, today: Day) -> Option<(String, News)> {
    (on <= today).then(|| (format!("due {version} {}", on.to_text()), News::Due { on }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_a_year_there_are_six_notifications_and_none_after_a_renewal() {
        let on = Day::parse("2026-12-31").unwrap();
        let mut causes: Vec<String> = Vec::new();
        for day in -300..=30 {
            let told = of_expiry(1, on, on.plus_days(day));
            causes.extend(told.map(|(cause, _)| cause).filter(|cause| !causes.contains(cause)));
        }
        let expected =
            ["60", "30", "7", "1", "0"].map(|days| format!("expires 1 2026-12-31 {days}"));
        let expected: Vec<String> =
            expected.into_iter().chain(["expired 1 2026-12-31".to_owned()]).collect();
        assert_eq!(causes, expected);
        assert_eq!(of_expiry(2, on.plus_days(365), on), None);
    }

    #[test]
    fn one_that_is_stored_shortly_before_its_end_is_told_of_once() {
        let on = Day::parse("2026-12-31").unwrap();
        let (cause, news) = of_expiry(1, on, on.plus_days(-5)).unwrap();
        assert_eq!((cause.as_str(), news), ("expires 1 2026-12-31 7", News::Expires { on }));
    }

    #[test]
    fn what_is_due_is_told_from_its_day_on() {
        let on = Day::parse("2026-12-31").unwrap();
        assert_eq!(of_renewal(1, on, on.plus_days(-1)), None);
        assert_eq!(of_renewal(1, on, on), of_renewal(1, on, on.plus_days(9)));
    }

    #[test]
    fn the_sentences_say_what_it_is_about() {
        let on = Day::parse("2026-12-31").unwrap();
        for (news, sentence) in [
            (News::Expires { on }, "ghcr expires on 2026-12-31."),
            (News::Works, "ghcr works at its registry again."),
            (
                News::Failing { reason: Some(CheckReason::RefusedExpired) },
                "ghcr does not work at its registry. The registry says that the password has expired.",
            ),
        ] {
            assert_eq!(news.sentence("ghcr"), sentence);
            let stored = serde_json::to_string(&news).unwrap();
            assert_eq!(serde_json::from_str::<News>(&stored).unwrap(), news);
        }
    }
}
