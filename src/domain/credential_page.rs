//! One credential with everything that stands round it.

use super::audit::AuditEvent;
use super::credential::{Credential, Dependent};
use super::delivery::Receipt;
use super::moment::Day;
use serde::{Deserialize, Serialize};

/// What the page of one credential shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialPage {
    /// Everything but the secret.
    pub credential: Credential,
    /// Pipelines that hold a grant, have received it, or both.
    pub dependents: Vec<Dependent>,
    /// Members who could obtain it by granting it to a pipeline of theirs: name and role.
    pub obtainers: Vec<(String, String)>,
    /// The last receipts, newest first.
    pub receipts: Vec<Receipt>,
    /// The last audit events about it, newest first.
    pub events: Vec<AuditEvent>,
    /// Where its secret may be sent besides its own origin, by kind of registry.
    pub companions: Vec<String>,
    /// The day its state is told for.
    pub today: Day,
}
