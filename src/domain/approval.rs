//! What waits for a second person, and what they say when they do not approve it.

pub mod listing;

use super::credential::Access;
use super::grant::Terms;
use super::moment::{Day, Moment};
use super::pipeline::Identities;
use super::typed_text::{is_blank, text_problem};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest reason, in characters.
pub const REASON_MAX: usize = 300;

/// That a second person did not approve, and why. What was asked for is not given, as before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub by: String,
    pub at: Moment,
    pub reason: String,
}

impl Rejection {
    /// Whether it still answers what a grant of these terms asks for. An approval that has ended since
    /// is asked for anew.
    pub fn holds(&self, terms: &Terms, today: Day) -> bool {
        terms.is_answered(self.at, today)
    }

    /// In one line, for where the grant or the change stands.
    pub fn sentence(&self) -> String {
        format!("Rejected by {}: {}", self.by, self.reason)
    }
}

/// The reason that was typed.
///
/// # Errors
/// The sentence for the field.
pub fn reason(typed: &str) -> Result<String, String> {
    let reason = typed.trim();
    if is_blank(reason) {
        return Err("Enter a reason. The member who asked for the approval sees it.".to_owned());
    }
    text_problem(reason, REASON_MAX, false).map_or_else(|| Ok(reason.to_owned()), Err)
}

/// Why a grant waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Nobody has approved it.
    New,
    /// The last day of its approval.
    Ended(Day),
    /// Some who can act as the pipeline are newer than its approval.
    Newer,
}

impl Cause {
    pub fn sentence(self) -> String {
        match self {
            Self::New => "The grant is new.".to_owned(),
            Self::Ended(day) => format!("The approval ended on {}.", day.to_text()),
            Self::Newer => "A token or trust rule is newer than the approval.".to_owned(),
        }
    }
}

impl Identities<'_> {
    /// Whether somebody acts as the pipeline for whom the approval of the grant is not.
    pub fn has_newer(&self, terms: &Terms) -> bool {
        let Some(approval) = terms.approval.as_ref().filter(|_| terms.needs_approval) else {
            return false;
        };
        let tokens = self.tokens.iter().filter(|token| token.is_live(self.today));
        let rules = self.rules.iter().filter(|rule| rule.ended_at.is_none());
        let mut epochs =
            tokens.map(|token| token.identity_epoch).chain(rules.map(|rule| rule.identity_epoch));
        epochs.any(|epoch| !approval.is_for(epoch))
    }

    /// Why the grant hands nothing out, at least to some who act as the pipeline, until somebody
    /// approves it; `None`: it does not wait.
    pub fn cause(&self, terms: &Terms) -> Option<Cause> {
        match &terms.approval {
            _ if !terms.needs_approval => None,
            None => Some(Cause::New),
            Some(approval) if approval.until < self.today => Some(Cause::Ended(approval.until)),
            Some(_) => self.has_newer(terms).then_some(Cause::Newer),
        }
    }
}

/// What a second person is asked to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// That a pipeline may use the credential.
    Grant { pipeline_id: Uuid, pipeline: String, access: Access, cause: Cause },
    /// To lower these guards of the credential, by their labels.
    GuardChange { guards: Vec<String> },
}

/// One request that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Of the grant, or of the change.
    pub id: Uuid,
    pub asked: Asked,
    pub credential_id: Uuid,
    pub credential: String,
    pub host: String,
    pub by: String,
    pub at: Moment,
    /// Whether who looks at it can approve it: they did not ask for it, and it does not let them in.
    pub is_for_viewer: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grant::Approval;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn approved(until: &str) -> Terms {
        let approval = Approval { by: "B".into(), at: Moment(0), until: day(until), epoch: 0 };
        Terms {
            needs_approval: true,
            approval: Some(approval),
            ..Terms::plain(Access::PullAndPush)
        }
    }

    #[test]
    fn a_rejection_answers_until_an_approval_ends_that_stood_then() {
        let at = day("2026-11-21").end();
        let rejection = Rejection { by: "Bo".into(), at, reason: "Not now".into() };
        let waiting = Terms { approval: None, ..approved("2026-11-21") };
        assert!(rejection.holds(&waiting, day("2027-11-21")));
        let live = approved("2026-11-30");
        assert!(rejection.holds(&live, day("2026-11-30")), "newer tokens were rejected");
        assert!(!rejection.holds(&live, day("2026-12-01")), "it asks to be renewed");
        assert!(rejection.holds(&approved("2026-11-20"), day("2026-12-01")), "that was rejected");
        assert_eq!(rejection.sentence(), "Rejected by Bo: Not now");
    }

    #[test]
    fn a_reason_is_one_line_that_can_be_seen() {
        assert_eq!(reason(" Too wide. ").unwrap(), "Too wide.");
        let long = "x".repeat(REASON_MAX + 1);
        for none in ["", "  ", "\u{200B}", "a\nb", long.as_str()] {
            assert!(reason(none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn a_grant_waits_for_one_reason_or_not_at_all() {
        let nobody = Identities { tokens: &[], rules: &[], today: day("2026-11-21") };
        assert_eq!(nobody.cause(&Terms::plain(Access::Pull)), None);
        let new = Terms { approval: None, ..approved("2026-11-21") };
        assert_eq!(nobody.cause(&new), Some(Cause::New));
        assert_eq!(nobody.cause(&approved("2026-11-21")), None);
        let ended = Some(Cause::Ended(day("2026-11-20")));
        assert_eq!(nobody.cause(&approved("2026-11-20")), ended);
    }
}
