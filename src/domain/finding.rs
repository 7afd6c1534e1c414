//! Findings: what somebody should look at in a project, each with the fact, its evidence and what to do. They are made
//! of plain facts, and a finding goes away by itself when its fact does.

mod act;
mod changes;
mod credentials;
mod declared;
mod environments;
mod events;
mod query;
#[cfg(test)]
mod tests;

pub use act::Act;
pub use changes::{FindingChanges, KnownFinding};
pub use credentials::{
    CredentialFacts, Granted, PairFacts, no_owner, of_use, personal, review_due, same_secret,
};
pub use declared::{Declared, DeclaredFacts, Received, ReceivedImage, compared_since, of_declared};
pub use environments::{ReceivedIn, proved, shared};
pub use events::{Change, refused_since};
pub use query::{FindingPlace, FindingsQuery};

use super::approval::REASON_MAX;
use super::moment::{Day, Moment};
use super::typed_text::{is_blank, text_problem};
use crate::error::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days of the window in which something is looked for, today included.
pub const WINDOW: i64 = 90;
/// Days after which what was never received counts as never used.
pub const NEVER: i64 = 30;
/// Days that a client keeps what it received, at most, as far as is known.
pub const CACHED: i64 = 7;
/// Days that a pipeline has to fetch what its files name.
pub const TO_FETCH: i64 = 7;
/// Refusals from which a change counts as what they come of.
pub const REFUSALS: i64 = 3;
/// Up to how many are counted.
pub const REFUSALS_COUNTED: i64 = 100;
/// Days for which a finding can be accepted.
pub const ACCEPTED_MAX: i64 = 365;
/// Days that a resolved finding stays on the list.
pub const KEPT: i64 = 90;
/// Rows of a page, each of which is several lines high: a page is two screens at most.
pub const PAGE_ROWS: usize = 7;
/// Up to how many the open ones are counted.
pub const COUNTED: usize = 100;

super::words! {
    /// What was found. The most urgent stand first.
    pub enum FindingKind {
        PasswordInFile = "password_in_file", "Password in a file";
        RefusedSince = "refused_since", "Refused since a change";
        Tie = "tie", "Credentials tie";
        OldVersion = "old_version", "Old version in use";
        NoCredential = "no_credential", "No credential for a registry";
        PersonalAccount = "personal_account", "Personal account";
        SameSecret = "same_secret", "Same secret in several";
        Shared = "shared", "Shared between environments";
        NoOwner = "no_owner", "No owner";
        ReviewDue = "review_due", "Review overdue";
        OnlyPulled = "only_pulled", "Push is not used";
        NotDeclared = "not_declared", "Delivered, not declared";
        NotDelivered = "not_delivered", "Declared, not delivered";
        Unused = "unused", "Not used any more";
        NeverUsed = "never_used", "Never used";
    }
}

impl FindingKind {
    /// Its place in the list.
    pub fn rank(self) -> i64 {
        let place = Self::ALL.iter().position(|kind| *kind == self);
        place.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX)
    }
}

super::words! {
    pub enum FindingState {
        Open = "open", "Open";
        /// Somebody said why it may stay, until a day.
        Accepted = "accepted", "Accepted";
        /// Its fact changed.
        Resolved = "resolved", "Resolved";
    }
}

/// A credential or a pipeline, by the name that it had when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thing {
    pub id: Uuid,
    pub name: String,
}

/// What a finding is seen by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A link of the project's chain.
    Link(i64),
    /// A line of a file of the pipeline; 0 for the whole file.
    Line {
        file: Uuid,
        path: String,
        line: i64,
    },
    Credential(Thing),
}

/// Something that was found, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub kind: FindingKind,
    pub credential: Option<Thing>,
    pub pipeline: Option<Thing>,
    /// What else tells it from others of its kind: a file, a registry, an image; may be empty.
    pub about: String,
    /// What is the case, with the window in which that was seen: sentences.
    pub fact: String,
    pub evidence: Vec<Evidence>,
    /// The grant that is concerned.
    pub grant: Option<Uuid>,
}

impl Found {
    /// The same thing has the same key whenever it is looked for.
    pub fn key(&self) -> String {
        let id = |thing: &Option<Thing>| {
            thing.as_ref().map(|thing| thing.id.simple().to_string()).unwrap_or_default()
        };
        let (credential, pipeline) = (id(&self.credential), id(&self.pipeline));
        format!("{} {credential} {pipeline} {}", self.kind.word(), self.about)
    }

    /// The thing that an event about it names.
    pub fn subject(&self) -> Option<&Thing> {
        self.credential.as_ref().or(self.pipeline.as_ref())
    }
}

/// Who accepted a finding, why, and the last day of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub by: String,
    pub at: Moment,
    pub until: Day,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: Uuid,
    pub state: FindingState,
    pub found: Found,
    /// When it was found.
    pub opened: Moment,
    pub resolved: Option<Moment>,
    pub acceptance: Option<Acceptance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsPage {
    pub rows: Vec<Finding>,
    pub next: Option<FindingsQuery>,
    /// Until when deliveries are kept as daily figures only; `None` where all receipts are there.
    pub figures_until: Option<Moment>,
}

/// The reason and the last day that were typed.
///
/// # Errors
/// `Invalid` at `reason` and `until`.
pub fn accepted(reason: &str, until: &str, today: Day) -> Result<(String, Day)> {
    let mut errors = Vec::new();
    let reason = reason.trim();
    if is_blank(reason) {
        let message = "Enter a reason. It is recorded and shown with the finding.";
        errors.push(FieldError::new("reason", message));
    } else if let Some(problem) = text_problem(reason, REASON_MAX, false) {
        errors.push(FieldError::new("reason", problem));
    }
    let day = Day::parse(until.trim());
    let is_near = |day: &Day| (0..=ACCEPTED_MAX).contains(&day.days_after(today));
    match day.filter(is_near) {
        Some(day) if errors.is_empty() => return Ok((reason.to_owned(), day)),
        Some(_) => {}
        None => {
            let message = format!(
                "Enter a day from {} to {}.",
                today.to_text(),
                today.plus_days(ACCEPTED_MAX).to_text()
            );
            errors.push(FieldError::new("until", message));
        }
    }
    Err(Error::Invalid(errors))
}
