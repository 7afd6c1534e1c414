//! Pipelines: machines that use credentials, with their tokens and grants.

use super::credential::Access;
use super::delivery::Receipt;
use super::grant::Terms;
use super::moment::{Day, Moment};
use super::proof::Proof;
use super::trust_rule::TrustRule;
use super::user::Maker;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineSummary {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    pub grants: i64,
    pub live_tokens: i64,
    pub last_delivery: Option<Moment>,
    pub created_at: Moment,
    pub created_by: String,
}

/// Pipeline P may use credential C.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: Uuid,
    pub credential_id: Uuid,
    pub credential: String,
    pub host: String,
    /// What for, where, from where and until when.
    pub terms: Terms,
    pub created_at: Moment,
    pub created_by: Maker,
    /// Who approved it last; their name is in the terms.
    pub approved_by: Option<Uuid>,
    /// Whether who looks at it gave it, and so cannot approve it.
    pub is_own: bool,
    pub deliveries: i64,
    /// How often of these it is known that it was wanted, and not only asked for with all others.
    pub used: i64,
    pub last_delivery: Option<Moment>,
}

/// A pipeline token without its secret half.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The public half: what logs and receipts name.
    pub id: String,
    pub created_at: Moment,
    pub created_by: Maker,
    pub expires_on: Day,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
    /// Until when a short-lived one works; `None` for one that was made by a person.
    pub short_until: Option<Moment>,
    /// What proved the run that a short-lived one was given to.
    pub proof: Option<Proof>,
    /// When it was last used after it was revoked or had expired, and from which network.
    pub refused: Option<(Moment, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineDetail {
    pub summary: PipelineSummary,
    pub grants: Vec<Grant>,
    /// What proves it: the tokens that people made, and the last ones that were given for proof.
    pub tokens: Vec<Token>,
    pub rules: Vec<TrustRule>,
    /// Which of those who made or approved something of it may do so no more.
    pub gone: Vec<Uuid>,
    pub today: Day,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grantable {
    pub id: Uuid,
    pub name: String,
    pub host: String,
    pub access: Access,
    /// Whether a grant of it needs the approval of a second person, if it can push.
    pub is_protected: bool,
}

impl Grantable {
    /// Whether it can take over a grant for `intent` as it is, without an approval.
    pub fn serves(&self, intent: Access) -> bool {
        let needs_approval = self.is_protected && self.access == Access::PullAndPush;
        self.access.satisfies(intent) && !needs_approval
    }
}

/// What was typed into the form of a grant. No secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantForm {
    pub credentials: Vec<String>,
    pub intent: String,
    /// Repository prefixes, separated by commas or line breaks; blank means every repository.
    pub repositories: String,
    /// Patterns, separated by commas or line breaks; blank means from any branch.
    pub branches: String,
    /// Patterns, separated by commas or line breaks; blank means from any event.
    pub events: String,
    /// The word of a [`super::grant::ForkRule`]; blank means nothing.
    pub forks: String,
    pub expires_on: String,
    /// Whether only short-lived tokens of the registry are handed out.
    pub is_narrow: bool,
}

/// What was typed into a pipeline's form. No secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineForm {
    pub name: String,
    pub description: String,
    /// Days the token works: 1 to 365.
    pub token_days: String,
    #[serde(default)]
    pub credentials: Vec<String>,
    /// The word of the grants' [`Access`].
    pub intent: String,
}

/// The longest life of a token, in days (security 3.4).
pub const TOKEN_DAYS_MAX: i64 = 365;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelinePage {
    pub pipeline: PipelineDetail,
    pub grantable: Vec<Grantable>,
    pub receipts: Vec<Receipt>,
    /// The public address of this instance, for the snippets.
    pub address: String,
}
