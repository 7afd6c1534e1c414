//! One credential with what stands on each of its pages.

use super::audit::AuditEvent;
use super::choosing::Choices;
use super::credential::{Credential, Dependent};
use super::guard_change::GuardChange;
use super::moment::{Day, Moment};
use super::pipeline::{Grant, Grantable};
use super::secret_version::SecretVersion;
use super::trust_rule::TrustRule;
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

/// What every page and dialog of a credential begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialHead {
    pub credential: Credential,
    pub today: Day,
}

/// Who uses it, and what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub dependents: Vec<Dependent>,
    /// Which of the pipelines named here still exist: the others have no page.
    pub existing: Vec<Uuid>,
    /// Other credentials that hold the same secret: id and name.
    pub same_secret: Vec<(Uuid, String)>,
    /// The newest version that is stored beside the current one and not delivered yet.
    pub staged: Option<i64>,
    /// Tokens and rules that are newer than the approval of their grant of it.
    pub waiting: Vec<WaitingIdentity>,
    /// What is to lower its guards, until a second person approves it.
    pub guard_change: Option<GuardChange>,
}

/// Who could read its secret, and where that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readers {
    /// Members who could obtain it by granting it to a pipeline of theirs: name and role.
    pub obtainers: Vec<(String, String)>,
    /// What lets a pipeline with a grant in: live tokens and trust rules.
    pub holders: Vec<Holder>,
    /// Where its secret may be sent in addition to its own origin, by kind of registry.
    pub companions: Vec<String>,
}

/// A pipeline that received it lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lately {
    pub pipeline_id: Uuid,
    pub pipeline: String,
    pub pulls: i64,
    pub pushes: i64,
}

/// A pipeline whose files name something that it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub pipeline_id: Uuid,
    pub pipeline: String,
    /// The paths of the files.
    pub files: Vec<String>,
}

/// Who would feel it when it is deleted, disabled, replaced or narrowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    pub dependents: Vec<Dependent>,
    /// Which of these pipelines still exist.
    pub existing: Vec<Uuid>,
    /// Those of them whose files name it, by name.
    pub declared: Vec<Declared>,
}

/// What a person is told before they disable several at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// How many of those that are selected are enabled.
    pub enabled: u64,
    /// Those of them that are in use, by name, with who would feel it.
    pub in_use: Vec<(Credential, Users)>,
}

/// What a person is told before they delete it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub users: Users,
    /// Credentials that could take over every grant of it, as far as the form lists them.
    pub replacements: Choices<Grantable>,
}

/// Who receives it when another secret takes the place of the one that is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receivers {
    /// How many pipelines have a grant for it.
    pub granted: usize,
    /// Those that received it lately: they may have kept what they received.
    pub lately: Vec<Lately>,
    /// All that depend on it.
    pub users: Users,
}

/// One version of its secret with the pipelines that received it last, the last one first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionInUse {
    pub version: SecretVersion,
    pub pipelines: Vec<String>,
}

/// What was done to it and to grants of it, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub events: Vec<AuditEvent>,
    /// The link before which there are more.
    pub older: Option<i64>,
}

/// What a pipeline needs to fetch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The pipelines with a grant of it, by name.
    pub pipelines: Vec<(Uuid, String)>,
    /// The one that is shown, with its grants of this credential and whom it trusts.
    pub shown: Option<(Uuid, Vec<Grant>, Vec<TrustRule>)>,
    /// The public address of this instance.
    pub address: String,
}
