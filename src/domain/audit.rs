//! Audit events: who did what to which noun. Typed fields from an allow-list, never a request's body.

mod detail;

pub use detail::{Detail, Field, FieldChange};

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
        /// A person was added.
        UserCreated = "user.created", "added";
        /// A person was kept from signing in, and their sessions ended.
        UserDisabled = "user.disabled", "disabled";
        /// A person may sign in again.
        UserEnabled = "user.enabled", "enabled";
        /// A person was given another password.
        PasswordSet = "user.password_set", "set the password of";
        /// A person was made an instance admin.
        AdminGranted = "user.admin_granted", "granted instance admin to";
        /// A person is an instance admin no longer.
        AdminRevoked = "user.admin_revoked", "revoked instance admin of";
        /// A person was taken into a project.
        MemberAdded = "member.added", "added the member";
        /// A person was taken out of a project.
        MemberRemoved = "member.removed", "removed the member";
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
        /// A secret was stored beside the current one.
        SecretStaged = "credential.secret_staged", "staged a secret of";
        /// Another version of its secret was made the current one.
        SecretSwitched = "credential.secret_switched", "changed the current secret of";
        /// A version of its secret was destroyed.
        SecretDestroyed = "credential.secret_destroyed", "destroyed a secret of";
        /// Deliveries were stopped.
        CredentialDisabled = "credential.disabled", "disabled";
        /// Deliveries were allowed again.
        CredentialEnabled = "credential.enabled", "enabled";
        /// It was deleted and its ciphertext destroyed.
        CredentialDeleted = "credential.deleted", "deleted";
        /// Its ciphertext did not open.
        CredentialUnreadable = "credential.unreadable", "could not decrypt the secret of";
        /// A data key was made.
        KeyCreated = "data_key.created", "created the data key";
        /// A data key seals from now on.
        KeyActivated = "data_key.activated", "activated the data key";
        /// A data key opens nothing any more.
        KeyRetired = "data_key.retired", "retired the data key";
        /// A data key is gone.
        KeyDestroyed = "data_key.destroyed", "destroyed the data key";
        /// The data keys were wrapped under another key-encryption key.
        KeysRewrapped = "data_key.rewrapped", "wrapped the data keys under another key";
        /// A pipeline was made.
        PipelineCreated = "pipeline.created", "created the pipeline";
        /// A pipeline was deleted.
        PipelineDeleted = "pipeline.deleted", "deleted the pipeline";
        /// A token was made.
        TokenCreated = "token.created", "created a token for";
        /// A token was revoked.
        TokenRevoked = "token.revoked", "revoked a token of";
        /// A pipeline was granted a credential.
        GrantCreated = "grant.created", "granted a credential to";
        /// A grant was revoked.
        GrantDeleted = "grant.deleted", "revoked a credential of";
        /// A second member approved a grant of a protected credential.
        GrantApproved = "grant.approved", "approved a grant of";
        /// A provider's signed tokens or requests prove the pipeline.
        RuleCreated = "trust_rule.created", "created a trust rule for";
        /// They no longer do.
        RuleDeleted = "trust_rule.deleted", "deleted a trust rule of";
        /// A credential's secret may also be sent to a token service.
        TokenServiceAccepted = "credential.token_service_accepted", "accepted a token service for";
        /// It may no longer be sent there.
        TokenServiceRefused = "credential.token_service_refused", "removed the token service of";
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
    /// Who did it, by the name they had: see [`super::actor::Actor::name`].
    pub actor: String,
    /// To what, by the name it had.
    pub subject: String,
    /// What else is on record of it.
    pub detail: Detail,
}

/// Which noun an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub id: Uuid,
    /// Its name at the time.
    pub name: String,
}
