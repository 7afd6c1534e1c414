//! Destinations of audit events that are not as the audit of their chain says that they were left. It says
//! nothing of a token or a signing secret but when it was renewed.

use super::PutBack;
use crate::domain::audit::Action;
use crate::error::Result;
use crate::vault::Vault;
use uuid::Uuid;

impl Vault {
    /// Those of one chain; `slug` is the project's part of the URL, empty for the instance.
    pub(super) async fn destinations_put_back(
        &self,
        chain: Uuid,
        slug: &str,
    ) -> Result<Vec<PutBack>> {
        let mut found = Vec::new();
        for row in self.store.destinations().of_chain(chain).await? {
            let (about, name) = ((chain, row.shown.id), &row.shown.name);
            let deleted = Action::DestinationDeleted;
            let (stopped, started) = (Action::DestinationStopped, Action::DestinationStarted);
            let (ended, renewed) = (Action::DestinationEnded, Action::DestinationRenewed);
            let what = if self.was_last(about, deleted, deleted).await? {
                format!("destination {name}")
            } else if row.shown.stopped_at.is_none()
                && self.was_last(about, stopped, started).await?
            {
                format!("destination {name} (started)")
            } else if row.token.is_some() && self.was_last(about, ended, renewed).await? {
                format!("token of the destination {name}")
            } else {
                continue;
            };
            found.push(PutBack { project: slug.to_owned(), what });
        }
        Ok(found)
    }

    /// Whether of the two that was done last.
    async fn was_last(&self, about: (Uuid, Uuid), action: Action, other: Action) -> Result<bool> {
        let last = self.last_of(about, &[action, other]).await?;
        Ok(last.is_some_and(|event| event.action == action))
    }
}
