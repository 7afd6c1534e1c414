//! Access reviews: everything that lets somebody in, frozen as it was when the review began, and what
//! people decided of it.

mod csv;
mod forms;
mod frozen;
mod parts;
mod query;
mod suggestion;

pub use forms::{Choice, DecisionForm, ReviewForm, SELECT_FIRST};
pub use frozen::frozen;
pub use parts::{NotReviewed, ReviewPage, ReviewReport, Reviewer, Reviews};
pub use query::{ReviewQuery, Show};
pub use suggestion::Suggestion;

use super::moment::{Day, Moment};
use super::user::{Maker, Person};
use super::witness::Witnessed;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days before a review begins in which deliveries are counted.
pub const WINDOW_DAYS: i64 = 90;
/// Items that a page shows.
pub const PAGE_ITEMS: u64 = 50;
/// Reviews that the list shows.
pub const REVIEWS_SHOWN: u64 = 100;
/// Items that a review has at most.
pub const ITEMS_MAX: usize = 20_000;

super::words! {
    /// What lets somebody in, and who answers for it.
    pub enum ReviewKind {
        Grant = "grant", "Grant";
        Token = "token", "Pipeline token";
        TrustRule = "trust_rule", "Trust rule";
        Member = "member", "Member";
        Owner = "credential_owner", "Credential owner";
    }
}

super::words! {
    /// What somebody decides of an item.
    pub enum Verdict {
        Confirm = "confirm", "Confirm";
        Remove = "remove", "Remove";
        Change = "change", "Change";
        /// Another member decides.
        Delegate = "delegate", "Delegate";
    }
}

impl Verdict {
    /// What is said of an item of which it was decided.
    pub fn done(self) -> &'static str {
        match self {
            Self::Confirm => "Confirmed",
            Self::Remove => "Removed",
            Self::Change => "To be changed",
            Self::Delegate => "Delegated",
        }
    }

    /// What the audit log says of it. A removal that removed nothing was decided all the same: it was gone
    /// before, or an operator ends it.
    pub fn recorded(self, has_effect: bool) -> String {
        if self == Self::Remove && !has_effect {
            return "removal decided".to_owned();
        }
        self.done().to_lowercase()
    }

    /// Whether it takes a note that says why.
    pub fn needs_note(self) -> bool {
        self != Self::Confirm
    }
}

super::words! {
    /// What becomes of what nobody has decided when the review is closed.
    pub enum Undecided {
        Listed = "list", "List it in the report";
        Removed = "remove", "Remove it";
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: Uuid,
    pub name: String,
    pub opened_at: Moment,
    pub opened_by: Maker,
    pub due_on: Option<Day>,
    pub undecided: Undecided,
    /// How many items it has.
    pub items: i64,
    /// When and by whom it was closed.
    pub closed: Option<(Moment, String)>,
    /// Of the audit log after it was opened, and after it was closed.
    pub opening: Option<ReviewCheckpoint>,
    pub closing: Option<ReviewCheckpoint>,
}

impl Review {
    /// Whether its last day is over.
    pub fn is_over(&self, today: Day) -> bool {
        self.due_on.is_some_and(|due| due < today)
    }

    /// What becomes of what nobody has decided. At the end of its last day nobody is there to remove it.
    pub fn at_end(&self) -> String {
        let label = self.undecided.label();
        match (self.undecided, self.due_on) {
            (Undecided::Removed, Some(_)) => {
                format!("{label}, or list it if the review ends with its last day")
            }
            _ => label.to_owned(),
        }
    }
}

/// A checkpoint of the project's audit log, with what verifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewCheckpoint {
    pub links: u64,
    pub note: String,
    /// Public keys, the newest first.
    pub keys: Vec<String>,
    /// What witnesses have said of it, which is not stored with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witnessed>,
}

/// What was known of an item when the review began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Days before, in which deliveries were counted.
    pub days: i64,
    /// Deliveries in these days to pull, and to push.
    pub pulls: i64,
    pub pushes: i64,
    /// Refusals in these days.
    pub refused: i64,
    /// The last delivery of a grant, or the last use of a token or a trust rule, whenever that was.
    pub last_at: Option<Moment>,
    /// Whether it is for pushing, too.
    pub can_push: bool,
    /// Whether it lets nobody in as it is: a rule that has stopped, or somebody who cannot sign in.
    pub is_stopped: bool,
    /// Whether its row was changed outside the product.
    pub is_changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    pub by: String,
    pub at: Moment,
    pub note: String,
    /// The link of the audit log that says what was removed.
    pub effect: Option<i64>,
}

/// Something that lets somebody in, as it was when the review began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewItem {
    pub id: Uuid,
    /// Its place in the review, from 1.
    pub number: i64,
    pub kind: ReviewKind,
    /// The id of what it is about; of a token its public half.
    pub subject: String,
    pub pipeline: Option<Uuid>,
    pub credential: Option<Uuid>,
    pub name: String,
    /// What it allows, in words.
    pub terms: String,
    /// Who granted or created it; of a membership who has it, and of a credential who owns it.
    pub whose: Maker,
    pub made_at: Option<Moment>,
    pub facts: Facts,
    /// Who decides, when it was delegated.
    pub reviewer: Option<Delegated>,
    pub decision: Option<Decision>,
}

/// Whom an item was delegated to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegated {
    pub to: Maker,
    /// Who delegated it; `None` once it was decided.
    pub by: Option<Maker>,
}

impl ReviewItem {
    /// Whether it is this person's own access, or access that they handed out.
    pub fn is_own(&self, person: &Person) -> bool {
        self.whose.is(person)
    }

    /// Whether another member was asked to decide it.
    pub fn is_for_another(&self, person: &Person) -> bool {
        self.reviewer.as_ref().is_some_and(|reviewer| !reviewer.to.is(person))
    }

    /// Whether this person may choose who decides it. Once that is delegated it is for the delegate, for
    /// whoever delegated it, and for an owner: who was asked may be away.
    pub fn may_be_delegated_by(&self, person: &Person, is_owner: bool) -> bool {
        let is_theirs =
            |one: &Delegated| one.to.is(person) || one.by.as_ref().is_some_and(|by| by.is(person));
        is_owner || self.reviewer.as_ref().is_none_or(is_theirs)
    }

    /// Leaves of a member only the name: whoever does not audit has no use for the address.
    pub fn hide_address(&mut self) {
        if self.kind == ReviewKind::Member {
            self.name.clone_from(&self.whose.name);
        }
    }

    /// Whether it was removed, which nobody takes back. A membership is not, until an operator ends it.
    pub fn is_removed(&self) -> bool {
        let is_decided = self.decision.as_ref().is_some_and(|one| one.verdict == Verdict::Remove);
        is_decided && self.kind != ReviewKind::Member
    }
}

/// How many items there are by what was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub confirmed: i64,
    pub removed: i64,
    pub changed: i64,
    pub undecided: i64,
}

impl Tally {
    pub fn add(&mut self, verdict: Option<Verdict>, times: i64) {
        match verdict {
            Some(Verdict::Confirm) => self.confirmed += times,
            Some(Verdict::Remove) => self.removed += times,
            Some(Verdict::Change) => self.changed += times,
            Some(Verdict::Delegate) | None => self.undecided += times,
        }
    }

    pub fn all(self) -> i64 {
        self.confirmed + self.removed + self.changed + self.undecided
    }

    pub fn to_text(self) -> String {
        let Self { confirmed, removed, changed, undecided } = self;
        format!(
            "{confirmed} confirmed, {removed} removed, {changed} to be changed, {undecided} undecided"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_before_ids_were_kept_is_own_by_the_name() {
        let person = Person {
            id: Uuid::max(),
            email: "kim@example.com".to_owned(),
            name: "Kim".to_owned(),
            is_admin: false,
        };
        let item = |whose| ReviewItem {
            id: Uuid::nil(),
            number: 1,
            kind: ReviewKind::Grant,
            subject: String::new(),
            pipeline: None,
            credential: None,
            name: String::new(),
            terms: String::new(),
            whose,
            made_at: None,
            facts: Facts::default(),
            reviewer: None,
            decision: None,
        };
        assert!(item(Maker::from(&person)).is_own(&person));
        assert!(item(Maker::nobody("Kim")).is_own(&person));
        let other = Maker { id: Some(Uuid::nil()), name: "Kim".to_owned() };
        assert!(!item(other).is_own(&person));
    }
}
