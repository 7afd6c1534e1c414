//! One credential with everything that stands round it.

use super::audit::AuditEvent;
use super::credential::{Credential, Dependent};
use super::delivery::Receipt;
use super::guard_change::GuardChange;
use super::moment::{Day, Moment};
use super::pipeline::Grantable;
use super::secret_version::SecretVersion;
use super::user::Maker;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A live token or trust rule of a pipeline that may have the credential: who has it, or meets it,
/// reads the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pipeline_id: Uuid,
    pub pipeline: String,
    /// For example "token 4kX1" or "trust rule for GitHub Actions".
    pub what: String,
    pub made_by: Maker,
    /// Whether who made it may make such things no more.
    pub is_gone: bool,
    pub last_used_at: Option<Moment>,
}

/// A token or rule that does not receive a credential until somebody approves the grant again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WaitingIdentity {
    pub pipeline: String,
    pub pipeline_id: Uuid,
    /// What it is called.
    pub what: String,
    pub created_by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialPage {
    pub credential: Credential,
    pub versions: Vec<SecretVersion>,
    /// Other credentials that hold the same secret: id and name.
    pub same_secret: Vec<(Uuid, String)>,
    pub dependents: Vec<Dependent>,
    /// Members who could obtain it by granting it to a pipeline of theirs: name and role.
    pub obtainers: Vec<(String, String)>,
    /// What lets a pipeline with a grant in: live tokens and trust rules.
    pub holders: Vec<Holder>,
    pub receipts: Vec<Receipt>,
    /// Which of the pipelines named here still exist: the others have no page.
    pub existing: Vec<Uuid>,
    /// Credentials that could take over every grant of it, by name.
    pub replacements: Vec<Grantable>,
    pub events: Vec<AuditEvent>,
    /// Where its secret may be sent in addition to its own origin, by kind of registry.
    pub companions: Vec<String>,
    /// Tokens and rules that are newer than the approval of their grant of it.
    pub waiting: Vec<WaitingIdentity>,
    /// What is to lower its guards, until a second person approves it.
    pub guard_change: Option<GuardChange>,
    pub today: Day,
}
