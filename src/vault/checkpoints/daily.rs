//! A checkpoint of each chain once a day, also when nothing happened. It is an event of the chain, so it goes
//! wherever the events of the chain go, and who has received it can hold the chain against it later.

use super::SignedCheckpoint;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, AuditEvent, Detail, Subject};
use crate::domain::moment::Day;
use crate::error::{Error, Result};
use crate::vault::audit::this_instance;
use crate::vault::{Vault, today};

const SIGNED: Action = Action::CheckpointSigned;

fn is_of(event: &AuditEvent, day: Day) -> bool {
    event.at.day() == day
}

impl Vault {
    /// The job: signs a checkpoint of each chain that has none of today. Before, it says in the chains of an
    /// older version from where on they have reports.
    ///
    /// # Errors
    /// The last of those that there were, after all chains were tried: a chain that cannot be signed holds no other one up.
    pub async fn sign_daily(&self) -> Result<()> {
        let projects = self.store.projects().list().await?.into_iter();
        let mut subjects: Vec<Subject> = projects
            .map(|entry| Subject { id: entry.project.id, name: entry.project.name })
            .collect();
        subjects.push(this_instance());
        let mut done = self.link_reports().await;
        for subject in subjects {
            let chain = subject.id;
            match self.sign_today(subject).await {
                Ok(()) => {}
                Err(Error::Conflict(why)) => {
                    tracing::warn!(%chain, "the daily checkpoint of this audit chain was not signed: {why}");
                }
                Err(error) => {
                    tracing::error!(%chain, %error, "the daily checkpoint of this audit chain was not signed");
                    done = Err(error);
                }
            }
        }
        done
    }

    /// Signs the checkpoint of the day of the chain that is called like its subject. A chain that began today
    /// gets its first one tomorrow.
    async fn sign_today(&self, subject: Subject) -> Result<()> {
        let (chain, today) = (subject.id, today());
        let first = self.store.chain().first_about(chain, chain).await?;
        if first.is_none_or(|first| is_of(&first, today)) {
            return Ok(());
        }
        let last = self.store.chain().last_about(chain, chain, SIGNED).await?;
        if last.is_some_and(|last| is_of(&last, today)) {
            return Ok(());
        }
        let SignedCheckpoint { links, note, .. } = self.checkpoint_now(chain).await?;
        let write = self.write_in(chain).await?;
        // Another server may have been faster.
        let last = write.chain().last_about(chain, chain, SIGNED).await?;
        if last.is_some_and(|last| is_of(&last, today)) {
            return Ok(());
        }
        // The third line of a checkpoint: a format without room for the note has at least that.
        let root = note.lines().nth(2).unwrap_or_default().to_owned();
        let what = (SIGNED, subject, Detail::Checkpoint { links, root, note });
        self.commit_event(write, chain, &Actor::Product, what).await
    }
}
