//! Reviews as their pages show them.

use super::{Review, ReviewItem, ReviewKind, ReviewQuery, Tally, Verdict};
use crate::domain::moment::Moment;
use crate::domain::user::Person;
use crate::error::FieldError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something of the project that is in no item as it is now: it was made or changed after the review began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotReviewed {
    pub kind: ReviewKind,
    pub name: String,
    pub terms: String,
    /// The terms in the review, of what is in it.
    pub before: Option<String>,
    pub made_by: String,
    pub made_at: Option<Moment>,
}

impl NotReviewed {
    /// As [`ReviewItem::hide_address`].
    pub fn hide_address(&mut self) {
        if self.kind == ReviewKind::Member {
            self.name.clone_from(&self.made_by);
        }
    }
}

impl ReviewItem {
    /// What became of a removal of which no link of the log says more. `members`: the ids of those who are
    /// members now.
    pub fn effect(&self, members: &[String]) -> Option<&'static str> {
        let decision = self.decision.as_ref()?;
        if decision.verdict != Verdict::Remove || decision.effect.is_some() {
            return None;
        }
        Some(match (self.kind, members.contains(&self.subject)) {
            (ReviewKind::Member, true) => "Still a member: an operator must end the membership",
            (ReviewKind::Member, false) => "No longer a member",
            _ => "It was already gone",
        })
    }
}

/// A member who may decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewer {
    pub id: Uuid,
    pub name: String,
    /// Whether that is so of memberships, too.
    pub decides_members: bool,
}

impl Reviewer {
    /// What is said of somebody who may not decide items of the kind.
    pub fn unable(kind: ReviewKind) -> FieldError {
        let sentence = if kind == ReviewKind::Member {
            "Choose an owner: only owners decide about members."
        } else {
            "Choose a member who may decide: a maintainer or an owner."
        };
        FieldError::new(&format!("reviewers.{}", kind.word()), sentence)
    }

    /// Whether they may decide such an item.
    pub fn decides(&self, kind: ReviewKind) -> bool {
        kind != ReviewKind::Member || self.decides_members
    }
}

/// A page of a review's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPage {
    pub review: Review,
    pub tally: Tally,
    pub items: Vec<ReviewItem>,
    /// The next page.
    pub next: Option<ReviewQuery>,
    /// Those who may decide.
    pub reviewers: Vec<Reviewer>,
    /// What is in no item; read only when that is asked for.
    pub not_reviewed: Vec<NotReviewed>,
    /// Who looks at it.
    pub viewer: Person,
    /// When it was read.
    pub read_at: Moment,
}

/// All of a review, to be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReport {
    pub review: Review,
    pub project: String,
    pub tally: Tally,
    pub items: Vec<ReviewItem>,
    pub not_reviewed: Vec<NotReviewed>,
    /// The SHA-256 of the items, with the link of the audit log that has it, too; `None` of a review that was
    /// opened before there were such.
    pub digest: Option<(i64, String)>,
    /// The ids of those who are members now.
    pub members: Vec<String>,
    pub made_at: Moment,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviews {
    pub open: Vec<Review>,
    pub closed: Vec<Review>,
    /// Those who may decide.
    pub reviewers: Vec<Reviewer>,
}
