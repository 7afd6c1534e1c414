//! What the figures suggest of an item. Nobody has to follow it.

use super::{ReviewItem, ReviewKind, Verdict};
use crate::domain::counted::count;
use crate::domain::moment::{DAY_MS, Moment};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
}

impl ReviewItem {
    /// What its figures suggest, for a review that began then; `None` when they say nothing.
    pub fn suggestion(&self, opened_at: Moment) -> Option<Suggestion> {
        let facts = &self.facts;
        let said = |verdict: Verdict, reason: &str| {
            Some(Suggestion { verdict, reason: reason.to_owned() })
        };
        if facts.is_changed {
            return said(Verdict::Remove, "It was changed outside Regcred.");
        }
        if self.kind == ReviewKind::Member {
            let sentence = "This person cannot sign in.";
            return if facts.is_stopped { said(Verdict::Remove, sentence) } else { None };
        }
        if self.kind == ReviewKind::Owner {
            let is_known = self.whose.id.is_some();
            let sentence = "No member has this name, or several have it.";
            return if is_known { None } else { said(Verdict::Change, sentence) };
        }
        if facts.is_stopped {
            return said(Verdict::Remove, "It has stopped and lets nobody in.");
        }
        let days = count(facts.days.unsigned_abs(), "day");
        let window = facts.days.saturating_mul(DAY_MS);
        let since = Moment(opened_at.0.saturating_sub(window));
        let was_there = self.made_at.is_some_and(|at| at <= since);
        // Not by the figures: they may be of an earlier grant of the same.
        if facts.last_at.is_none_or(|at| at < since) {
            let reason = match facts.last_at {
                None => "It was never used.".to_owned(),
                Some(_) => format!("It was not used in the last {days}."),
            };
            // What is younger than the window may be about to be used.
            return was_there.then_some(Suggestion { verdict: Verdict::Remove, reason });
        }
        if facts.can_push && facts.pushes == 0 && facts.pulls > 0 && was_there {
            let reason = format!("In the last {days} it was used only to pull.");
            return Some(Suggestion { verdict: Verdict::Change, reason });
        }
        Some(Suggestion {
            verdict: Verdict::Confirm,
            reason: format!("It was used in the last {days}."),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::review::Facts;
    use crate::domain::user::Maker;
    use uuid::Uuid;

    const OPENED: i64 = 1_000 * DAY_MS;

    fn item(kind: ReviewKind, age: i64, facts: Facts) -> ReviewItem {
        ReviewItem {
            id: Uuid::nil(),
            number: 1,
            kind,
            subject: String::new(),
            pipeline: None,
            credential: None,
            name: String::new(),
            terms: String::new(),
            whose: Maker::nobody("Kim"),
            made_at: Some(Moment(OPENED - age * DAY_MS)),
            facts: Facts { days: 90, ..facts },
            reviewer: None,
            decision: None,
        }
    }

    #[test]
    fn what_was_there_for_the_whole_window_and_was_not_used_is_to_go() {
        let ago = |days: i64| Some(Moment(OPENED - days * DAY_MS));
        let facts = |pulls, pushes, last_at, can_push| Facts {
            pulls,
            pushes,
            last_at,
            can_push,
            ..Facts::default()
        };
        for (age, facts, expected) in [
            (91, facts(0, 0, None, false), Some(Verdict::Remove)),
            (200, facts(0, 0, ago(120), false), Some(Verdict::Remove)),
            (89, facts(0, 0, None, false), None),
            (200, facts(3, 0, ago(2), true), Some(Verdict::Change)),
            (5, facts(3, 0, ago(2), true), Some(Verdict::Confirm)),
            (200, facts(3, 1, ago(2), true), Some(Verdict::Confirm)),
            (200, facts(0, 0, ago(2), false), Some(Verdict::Confirm)),
            // An earlier grant was used, and this one was not.
            (5, facts(3, 0, None, true), None),
        ] {
            let found = item(ReviewKind::Grant, age, facts).suggestion(Moment(OPENED));
            assert_eq!(found.map(|one| one.verdict), expected, "{age}");
        }
        let member = item(ReviewKind::Member, 200, Facts::default());
        assert_eq!(member.suggestion(Moment(OPENED)), None);
        let stopped = Facts { is_stopped: true, ..Facts::default() };
        let disabled = item(ReviewKind::Member, 1, stopped.clone()).suggestion(Moment(OPENED));
        assert_eq!(disabled.unwrap().reason, "This person cannot sign in.");
        let found = item(ReviewKind::TrustRule, 1, stopped).suggestion(Moment(OPENED));
        assert_eq!(found.map(|one| one.verdict), Some(Verdict::Remove));
    }
}
