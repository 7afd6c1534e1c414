//! Audit events: who did what to which noun. Typed fields from an allow-list, never a request's body.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    /// What was done.
    pub enum Action {
        /// The instance was set up.
        InstanceSetUp = "instance.set_up", "set up this instance";
        /// A project was made.
        ProjectCreated = "project.created", "created the project";
        /// A person signed in.
        SignedIn = "session.created", "signed in";
        /// A person signed out.
        SignedOut = "session.deleted", "signed out";
        /// A credential was made.
        CredentialCreated = "credential.created", "created";
        /// Its fields were saved.
        CredentialUpdated = "credential.updated", "edited";
        /// Its secret was replaced.
        SecretReplaced = "credential.secret_replaced", "replaced the secret of";
        /// Deliveries were stopped.
        CredentialDisabled = "credential.disabled", "disabled";
        /// Deliveries were allowed again.
        CredentialEnabled = "credential.enabled", "enabled";
        /// It was deleted and its ciphertext destroyed.
        CredentialDeleted = "credential.deleted", "deleted";
        /// Its ciphertext did not open.
        CredentialUnreadable = "credential.unreadable", "found unreadable";
        /// A pipeline was made.
        PipelineCreated = "pipeline.created", "created the pipeline";
        /// A pipeline was deleted.
        PipelineDeleted = "pipeline.deleted", "deleted the pipeline";
        /// A token was made.
        TokenCreated = "token.created", "made a token for";
        /// A token was revoked.
        TokenRevoked = "token.revoked", "revoked a token of";
        /// A pipeline was given a credential.
        GrantCreated = "grant.created", "granted a credential to";
        /// It was taken back.
        GrantDeleted = "grant.deleted", "took back a credential from";
    }
}

/// One audit event, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its place in the project's chain, from 1.
    pub seq: i64,
    /// When it was written.
    pub at: Moment,
    /// What was done.
    pub action: Action,
    /// Who did it: a person's name, a pipeline's name, or `Regcred`.
    pub actor: String,
    /// To what, by the name it had.
    pub subject: String,
    /// Which labels of fields changed, or another short fact.
    pub detail: String,
}

/// Which noun an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub id: Uuid,
    /// Its name at the time.
    pub name: String,
}
