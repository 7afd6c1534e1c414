//! Credentials whose stored secret does not open are marked, so that pages say so.

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail, Subject};
use crate::error::Result;
use crate::store::{CredentialChanges, Deliverable, Set};
use crate::vault::{Vault, now};
use uuid::Uuid;

impl Vault {
    /// The answer does not depend on this: what is readable is delivered all the same.
    pub(super) async fn mark_all_unreadable(&self, unreadable: &[&Deliverable]) {
        // Those that are marked cost no write at each fetch.
        let is_new = |one: &&&Deliverable| one.credential.summary.unreadable_at.is_none();
        for one in unreadable.iter().filter(is_new) {
            let (id, version) = (one.credential.summary.id, one.credential.version);
            let tried = one.sealed.as_ref().map(|(_, blob)| blob.as_slice());
            let marked = self.mark_unreadable((one.project_id, id), version, tried).await;
            if let Err(error) = marked {
                tracing::error!(error = %error, "an unreadable credential was not marked");
            }
        }
    }

    /// Marks the credential as one whose secret does not open, once; `tried` is the ciphertext that did
    /// not.
    pub(in crate::vault) async fn mark_unreadable(
        &self,
        (project, id): (Uuid, Uuid),
        version: i64,
        tried: Option<&[u8]>,
    ) -> Result<()> {
        let write = self.write_in(project).await?;
        let Some(stored) = write.credentials(project).lock(id).await? else { return Ok(()) };
        // Meanwhile another secret may have been saved, which opens.
        if stored.secret.version != version || stored.summary.unreadable_at.is_some() {
            return Ok(());
        }
        // Or the same one was sealed again: what was read before that opens no more.
        let kept = write.secrets(project).sealed(id, version).await?;
        if kept.is_some_and(|kept| tried.is_some_and(|tried| tried != kept.sealed)) {
            return Ok(());
        }
        let row = CredentialChanges {
            secret_unreadable_at: Set(Some(now().0)),
            ..CredentialChanges::default()
        };
        write.credentials(project).update(id, row).await?;
        let subject = Subject { id, name: stored.summary.name };
        let what = (Action::CredentialUnreadable, subject, Detail::Nothing);
        self.commit_event(write, project, &Actor::Product, what).await
    }
}
