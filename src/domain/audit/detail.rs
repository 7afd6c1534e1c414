//! What an audit event adds to who did what. It is data, so that programs can read it.

mod field_change;
mod term_change;
#[cfg(test)]
mod tests;
mod text;

pub use field_change::{Field, FieldChange};
pub use term_change::TermChange;

use super::{Base, ExportFormat, Reported, Sum, Tally};
use crate::domain::check;
use crate::domain::credential::Access;
use crate::domain::finding::FindingKind;
use crate::domain::moment::Day;
use crate::domain::review::{self, Verdict};
use crate::domain::shipping::{Format, Transport, Unsent};
use crate::domain::trust_rule::Provider;
use crate::domain::user::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an audit event adds to who did what to which noun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    #[default]
    Nothing,
    /// The words of an event that was written before events held data.
    Text(String),
    Changed(Vec<FieldChange>),
    Registry(String),
    /// What a registry said of the credential.
    Checked(check::Outcome),
    TokenService(String),
    Version(i64),
    Versions {
        from: i64,
        to: i64,
    },
    /// A credential that a pipeline was granted, or no longer is.
    Grant {
        credential: Uuid,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Access>,
        /// The last day of its approval.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Day>,
        /// Why a second person did not approve it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What somebody changed of its terms.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<TermChange>,
    },
    /// What was to lower a guard, and why a second person did not approve it.
    Rejected {
        changes: Vec<FieldChange>,
        reason: String,
    },
    /// The public half of a pipeline's token.
    Token(String),
    Provider(Provider),
    /// A trust rule of the provider, and what it asks for that it did not before.
    Rule {
        provider: Provider,
        changes: Vec<TermChange>,
    },
    Role(Role),
    Roles {
        from: Role,
        to: Role,
        /// As in `Kept`.
        #[serde(default, skip_serializing_if = "is_none")]
        kept: u64,
    },
    /// How many things a person made or approved that go on working after they left.
    Kept(u64),
    /// When the backup was made that was restored, how many of its tokens were revoked, and how many of its
    /// destinations that pull were stopped.
    Restored {
        made_at: String,
        revoked: u64,
        #[serde(default, skip_serializing_if = "is_none")]
        stopped: u64,
    },
    Account {
        is_admin: bool,
    },
    Keys {
        from: String,
        to: String,
    },
    /// What was refused or only looked at.
    Refused(Tally),
    Sums(Vec<Sum>),
    /// A file of a pipeline, and how many others.
    File {
        path: String,
        #[serde(default, skip_serializing_if = "is_none")]
        others: u64,
    },
    /// A finding that was accepted until a day, or is no longer.
    Finding {
        kind: FindingKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Day>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// How many trust rules stop.
    Rules(u64),
    /// How deliveries of a fetch went.
    Report(Reported),
    /// Of a new project: every report in it is an event.
    ReportsLinked,
    /// Links of a chain, both ends included.
    Links {
        first: i64,
        last: i64,
    },
    Base(Base),
    /// A checkpoint of the chain up to the link before: the root is in base64, and stands in the note, too.
    Checkpoint {
        links: u64,
        root: String,
        note: String,
    },
    /// What an export of the audit was asked for: links of a chain, both ends included, and the filters
    /// as the address of the page has them.
    Export {
        format: ExportFormat,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        filters: String,
        first: i64,
        last: i64,
    },
    /// How much of it was sent, up to which link.
    ExportEnd {
        lines: u64,
        last: i64,
        /// Whether that was all.
        is_whole: bool,
    },
    /// How many items a review has: of one that was opened before they had a digest.
    Items(u64),
    /// How many items a review has, and the SHA-256 of [`review::frozen()`].
    Population {
        items: u64,
        sha256: String,
    },
    /// What was decided of an item of a review; `to`: who decides instead.
    Reviewed {
        item: String,
        verdict: Verdict,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// The link that says what was removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<i64>,
    },
    /// How a review ended.
    ReviewEnd(review::Tally),
    /// Where a chain is sent, or who fetches it, and from behind which link on. `host`: of a webhook.
    Destination {
        transport: Transport,
        format: Format,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        host: String,
        after: i64,
        /// What it will never get.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unsent: Option<Unsent>,
    },
    /// How many rows were changed outside the product.
    Rows(u64),
    /// A row that was changed outside the product and is taken for ours from now on.
    Row {
        table: String,
        id: String,
        /// Of the end of a chain: the link at which the chain was broken then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        broken_at: Option<i64>,
    },
}

/// Whether there is nothing to count.
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Detail {
    /// How much was kept, if there is something to say of it.
    pub fn kept(count: u64) -> Self {
        if count == 0 { Self::Nothing } else { Self::Kept(count) }
    }

    pub fn to_stored(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            // Nothing in it can fail: its keys are texts.
            data => serde_json::to_string(data).unwrap_or_default(),
        }
    }

    /// The 60 characters that every stored detail about a grant of the credential begins with, and
    /// no other does: an index finds it by them.
    pub fn grant_mark(credential: Uuid) -> String {
        format!("{{\"grant\":{{\"credential\":\"{credential}")
    }

    /// What was stored. What is not data of ours is a text.
    pub fn from_stored(stored: &str) -> Self {
        if stored.is_empty() {
            return Self::Nothing;
        }
        serde_json::from_str(stored).unwrap_or_else(|_| Self::Text(stored.to_owned()))
    }
}
