//! Checkpoints and proofs for people who may read the audit, as the pages show and send them.

use crate::domain::actor::{Can, InstanceAdmin};
use crate::domain::audit::LastCheckpoint;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::vault::{INSTANCE, Vault};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// A proof goes through all of a chain, so one is made at a time.
static PROVING: Semaphore = Semaphore::const_new(1);

impl Vault {
    /// What verifies checkpoints of the project's chain, and the one that was signed last. It signs no new
    /// one.
    pub async fn last_checkpoint(&self, reader: &Can<of::AuditRead>) -> Result<LastCheckpoint> {
        self.last_checkpoint_of(reader.project().id).await
    }

    /// The same of the chain of the instance.
    pub async fn last_instance_checkpoint(&self, _admin: &InstanceAdmin) -> Result<LastCheckpoint> {
        self.last_checkpoint_of(INSTANCE).await
    }

    /// Signs a checkpoint of the project's chain as it is now; gives the note.
    ///
    /// # Errors
    /// `Conflict` when the chain does not follow its last checkpoint.
    pub async fn sign_audit(&self, reader: &Can<of::AuditRead>) -> Result<String> {
        self.note_now(reader.project().id).await
    }

    /// The same of the chain of the instance.
    ///
    /// # Errors
    /// As for that of a project.
    pub async fn sign_instance_audit(&self, _admin: &InstanceAdmin) -> Result<String> {
        self.note_now(INSTANCE).await
    }

    /// Proves that the link with that number is in the project's chain, by a checkpoint that is signed now.
    ///
    /// # Errors
    /// `Conflict` when there is no such link, and whenever no checkpoint is signed.
    pub async fn prove_audit_link(&self, reader: &Can<of::AuditRead>, link: i64) -> Result<String> {
        self.prove_shown((reader.project().id, link)).await
    }

    /// The same of a link of the chain of the instance.
    ///
    /// # Errors
    /// As for that of a project.
    pub async fn prove_instance_link(&self, _admin: &InstanceAdmin, link: i64) -> Result<String> {
        self.prove_shown((INSTANCE, link)).await
    }

    async fn prove_shown(&self, link: (Uuid, i64)) -> Result<String> {
        let _turn = PROVING.acquire().await.map_err(|_| Error::Internal)?;
        self.proof_of(link, &self.settings.address).await
    }

    async fn last_checkpoint_of(&self, chain: Uuid) -> Result<LastCheckpoint> {
        // What signs may be a key that another server has made a moment ago.
        self.refresh_keys().await?;
        let address = &self.settings.address;
        let keys = self.keys_of_checkpoints(chain, address).await?.unwrap_or_default();
        let tree = self.store.chain().tree(chain).await?;
        let last = tree.map(|tree| tree.last).filter(|last| last.frontier.size() > 0);
        let Some(last) = last else {
            return Ok(LastCheckpoint { keys, signed: None, witnesses: Vec::new() });
        };
        // Once more what was signed before: a signature is the same each time.
        let mut note = self.checkpoint_of(chain, &last, address)?.note;
        let witnesses = self.add_cosignatures(&mut note, &self.settings.witnesses).await?;
        Ok(LastCheckpoint { keys, signed: Some((last.frontier.size(), note)), witnesses })
    }

    async fn note_now(&self, chain: Uuid) -> Result<String> {
        let mut note = self.checkpoint_now(chain).await?.note;
        // There are some when nothing was added since the last one.
        self.add_cosignatures(&mut note, &self.settings.witnesses).await?;
        Ok(note)
    }
}
