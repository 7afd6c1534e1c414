//! Audit events: who did what to which noun. Typed fields from an allow-list, never a request's body.

mod base;
mod detail;
mod export;
mod last_checkpoint;
mod listing;
mod noun;
mod refusal;
mod reported;

pub use base::Base;
pub use detail::{Detail, Field, FieldChange, TermChange};
pub use export::{ExportFormat, ExportLine, ExportedReceipt, csv_row};
pub use last_checkpoint::LastCheckpoint;
pub use listing::{
    AuditChange, AuditDelivery, AuditLink, AuditListing, AuditPlace, AuditQuery, AuditRow,
    Happened, PAGE_ROWS, RECEIPTS_SHOWN,
};
pub use noun::{NOUN_LETTERS, Noun};
pub use refusal::{NETWORKS_MAX, Refusal, Sum, Tally};
pub use reported::Reported;

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    pub enum Action {
        InstanceSetUp = "instance.set_up", "set up the instance";
        InstanceRestored = "instance.restored", "restored a backup of";
        ProjectCreated = "project.created", "created the project";
        UserCreated = "user.created", "added";
        UserDisabled = "user.disabled", "disabled";
        UserEnabled = "user.enabled", "enabled";
        PasswordSet = "user.password_set", "set the password of";
        AdminGranted = "user.admin_granted", "granted instance admin to";
        AdminRevoked = "user.admin_revoked", "revoked instance admin of";
        MemberAdded = "member.added", "added the member";
        MemberRemoved = "member.removed", "removed the member";
        RoleChanged = "member.role_changed", "changed the role of";
        SignedIn = "session.created", "signed in as";
        SignedOut = "session.deleted", "signed out as";
        CredentialCreated = "credential.created", "created";
        CredentialUpdated = "credential.updated", "edited";
        SecretReplaced = "credential.secret_replaced", "replaced the secret of";
        SecretStaged = "credential.secret_staged", "staged a secret of";
        SecretSwitched = "credential.secret_switched", "changed the current secret of";
        SecretDestroyed = "credential.secret_destroyed", "destroyed a secret of";
        CredentialDisabled = "credential.disabled", "disabled";
        CredentialEnabled = "credential.enabled", "enabled";
        CredentialCompromised = "credential.compromised", "marked as compromised";
        CredentialDeleted = "credential.deleted", "deleted";
        CredentialUnreadable = "credential.unreadable", "could not decrypt the secret of";
        CredentialChecked = "credential.checked", "checked";
        CheckChanged = "credential.check_changed", "found a change in a check of";
        KeyCreated = "data_key.created", "created the data key";
        KeyActivated = "data_key.activated", "activated the data key";
        KeyRetired = "data_key.retired", "retired the data key";
        KeyDestroyed = "data_key.destroyed", "destroyed the data key";
        KeysRewrapped = "data_key.rewrapped", "encrypted the data keys with another key";
        PipelineCreated = "pipeline.created", "created the pipeline";
        PipelineUpdated = "pipeline.updated", "edited the pipeline";
        PipelineDeleted = "pipeline.deleted", "deleted the pipeline";
        DefinitionsChanged = "definitions.changed", "updated the definitions of";
        DefinitionDeleted = "definitions.deleted", "deleted a definition of";
        FindingAccepted = "finding.accepted", "accepted a finding about";
        FindingWithdrawn = "finding.withdrawn", "withdrew the acceptance of a finding about";
        TokenCreated = "token.created", "created a token for";
        TokenRevoked = "token.revoked", "revoked a token of";
        GrantCreated = "grant.created", "granted a credential to";
        GrantDeleted = "grant.deleted", "revoked a credential of";
        GrantChanged = "grant.changed", "changed a grant of";
        GrantApproved = "grant.approved", "approved a grant of";
        GrantRejected = "grant.rejected", "rejected a grant of";
        ApprovalWithdrawn = "grant.approval_withdrawn", "withdrew the approval of a grant of";
        RuleCreated = "trust_rule.created", "created a trust rule for";
        RuleDeleted = "trust_rule.deleted", "deleted a trust rule of";
        RuleEnded = "trust_rule.ended", "stopped a trust rule of";
        RuleChanged = "trust_rule.changed", "changed a trust rule of";
        RuleConfirmed = "trust_rule.confirmed", "confirmed a trust rule of";
        SharedSecretEnded = "shared_secret.ended", "ended the shared secret of";
        DroneSecretRenewed = "trust_rule.drone_secret_renewed", "renewed the shared Drone secret from";
        GuardChangeProposed = "credential.guard_change_proposed", "proposed to lower a guard of";
        /// Without a reason it is of an older server, which wrote it for one that was withdrawn, too.
        GuardChangeRejected = "credential.guard_change_rejected", "withdrew or rejected the proposed change of";
        GuardChangeWithdrawn = "credential.guard_change_withdrawn", "withdrew the proposed change of";
        GuardChangeDismissed = "credential.guard_change_dismissed", "dismissed the rejected change of";
        GuardLowered = "credential.guard_lowered", "approved lowering a guard of";
        TokenServiceAccepted = "credential.token_service_accepted", "accepted a token service for";
        TokenServiceRefused = "credential.token_service_refused", "removed the token service of";
        IssuerAdded = "issuer.added", "added the issuer";
        IssuerRemoved = "issuer.removed", "removed the issuer";
        JobRun = "job.run", "ran the job";
        DestinationCreated = "destination.created", "added the destination";
        DestinationDeleted = "destination.deleted", "deleted the destination";
        DestinationStopped = "destination.stopped", "stopped sending to";
        DestinationStarted = "destination.started", "started sending to";
        DestinationRenewed = "destination.secret_renewed", "renewed the secret of the destination";
        DestinationEnded = "destination.token_ended", "ended the token of the destination";
        SignInRefused = "session.refused", "refused a sign-in as";
        AccountLocked = "session.delayed", "slowed down sign-ins as";
        PasswordRefused = "password.refused", "refused the password of";
        PermissionRefused = "permission.refused", "refused a request of";
        RevokedTokenRefused = "token.refused_revoked", "refused a revoked token of";
        ExpiredTokenRefused = "token.refused_expired", "refused an expired token of";
        ProofRefused = "proof.refused", "refused identity tokens of";
        Looked = "pipeline.looked", "listed the credentials of";
        RefusalsSummed = "refusals.summed", "summed up other refusals in";
        BackedUp = "instance.backed_up", "began a backup of";
        KekReadAgain = "data_key.kek_read_again", "read the key-encryption key again for";
        KekBackedUp = "data_key.kek_backed_up", "confirmed a backup of the key-encryption key of";
        DeliveryReported = "report.created", "reported the outcome of";
        /// In a project of an older version: what pipelines reported before is in no event.
        ReportsLinked = "report.linked", "began to record reports of outcomes in";
        ReceiptsRemoved = "receipts.removed", "removed old receipts of";
        ReviewOpened = "review.opened", "opened the access review";
        ReviewDecided = "review.decided", "decided on an item of the access review";
        ReviewDelegated = "review.delegated", "delegated an item of the access review";
        ReviewClosed = "review.closed", "closed the access review";
        ReviewExported = "review.exported", "exported the report of the access review";
        CheckpointSigned = "checkpoints.signed", "signed a checkpoint of";
        CheckpointsRenewed = "checkpoints.renewed", "began a new series of checkpoints of";
        RowsSealed = "rows.sealed", "added MACs to the rows of";
        SecretsBound = "secrets.bound", "bound every secret to its credential and user name in";
        RowsFound = "rows.found_changed", "found rows that were changed outside Regcred in";
        RowAccepted = "rows.accepted", "accepted a row that was changed outside Regcred in";
        AuditExported = "audit.exported", "exported audit events of";
        AuditExportEnded = "audit.export_ended", "received an export of audit events of";
    }
}

impl Action {
    /// Every action that says that something was refused.
    pub const REFUSALS: &'static [Self] = &[
        Self::SignInRefused,
        Self::AccountLocked,
        Self::PasswordRefused,
        Self::PermissionRefused,
        Self::RevokedTokenRefused,
        Self::ExpiredTokenRefused,
        Self::ProofRefused,
        Self::RefusalsSummed,
    ];

    /// What ends a change of a credential's guards that was proposed.
    pub const ENDS_GUARD_CHANGE: &'static [Self] = &[
        Self::GuardLowered,
        Self::GuardChangeRejected,
        Self::GuardChangeWithdrawn,
        Self::GuardChangeDismissed,
    ];

    pub fn is_refusal(self) -> bool {
        Self::REFUSALS.contains(&self)
    }

    /// Whether it is a save of a credential, which counts its revision up by one.
    pub fn saves_credential(self) -> bool {
        matches!(
            self,
            Self::CredentialUpdated
                | Self::GuardLowered
                | Self::SecretReplaced
                | Self::SecretStaged
                | Self::SecretSwitched
                | Self::CredentialDisabled
                | Self::CredentialEnabled
                | Self::CredentialCompromised
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its place in the project's chain, from 1.
    pub seq: i64,
    pub at: Moment,
    pub action: Action,
    /// Who did it, by the name they had: see [`super::actor::Actor::name`].
    pub actor: String,
    pub subject: String,
    /// It stays the same when the subject is renamed.
    pub subject_id: Uuid,
    pub detail: Detail,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub id: Uuid,
    pub name: String,
}
