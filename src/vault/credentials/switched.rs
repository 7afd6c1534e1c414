//! Deliveries of a credential are stopped, or allowed again: of one, or of several at once.

use super::compromised::{lost_its_mark, refusal_to_enable};
use super::hindered::Hindered;
use crate::domain::actor::Can;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::Credential;
use crate::domain::doubt::of_secret;
use crate::domain::listing::PAGE_ROWS;
use crate::domain::narrowing::received_lately;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::store::{CredentialChanges, Recorded, Set, Write};
use crate::vault::pipelines::changed_outside;
use crate::vault::{Vault, now, today};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What became of several credentials that were to be disabled, or enabled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switched {
    /// Those that it was done to, with their names.
    pub changed: Vec<(Uuid, String)>,
    /// How many were so before.
    pub unchanged: usize,
    /// How many the project does not have, or has no longer.
    pub missing: usize,
    /// How many of those that were enabled pipelines may not get on with.
    pub doubtful: usize,
    /// How many of them serve a registry as well as another credential of a pipeline.
    pub tied: usize,
}

impl Vault {
    /// Stops deliveries, or allows them again; gives its name, and what is said of it: where they stop, who
    /// received it lately, and where they are allowed, what may keep it from working. Doing it twice changes
    /// nothing.
    ///
    /// # Errors
    /// `Conflict` for one that is to be enabled with a secret that others may know, also when the mark that
    /// says so was removed outside the product.
    pub async fn set_disabled(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        is_disabled: bool,
    ) -> Result<(String, Hindered)> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        if let Some(recorded) = self.switch(&write, editor, &found, is_disabled).await? {
            write.commit(recorded).await?;
        } else {
            // What follows asks for a connection of its own.
            drop(write);
        }
        if !is_disabled {
            let hindered = self.hindered((project, editor.person().id), id).await;
            return Ok((found.summary.name, hindered));
        }
        // It is done, whether or not this can be read.
        let lately = self.received_lately(project, id).await.unwrap_or_default();
        let sentences = received_lately(&lately).into_iter().collect();
        Ok((found.summary.name, Hindered { sentences, is_of_secret: false }))
    }

    /// The same for as many as a page of the list has: in one transaction, with an event for each that
    /// changes.
    ///
    /// # Errors
    /// `BadRequest` for none and for too many; `NotFound` when the project has none of them.
    pub async fn set_all_disabled(
        &self,
        editor: &Can<of::RegistryWrite>,
        ids: &BTreeSet<Uuid>,
        is_disabled: bool,
    ) -> Result<Switched> {
        if ids.is_empty() {
            return Err(Error::BadRequest(
                "No credential is selected, so nothing was changed. Select at least one."
                    .to_owned(),
            ));
        }
        at_most_a_page(ids)?;
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let (mut switched, mut last) = (Switched::default(), None);
        for id in ids {
            let Some(found) = write.credentials(project).lock(*id).await? else {
                switched.missing += 1;
                continue;
            };
            match self.switch(&write, editor, &found, is_disabled).await? {
                Some(recorded) => {
                    let is_doubtful =
                        !is_disabled && !of_secret(&found.summary, today()).is_empty();
                    switched.doubtful += usize::from(is_doubtful);
                    switched.changed.push((*id, found.summary.name));
                    last = Some(recorded);
                }
                None => switched.unchanged += 1,
            }
        }
        if switched.missing == ids.len() {
            return Err(Error::NotFound);
        }
        if let Some(recorded) = last {
            write.commit(recorded).await?;
            if !is_disabled {
                let enabled = switched.changed.iter().map(|(id, _)| *id).collect();
                let viewer = editor.person().id;
                switched.tied = self.count_tied((project, viewer), &enabled).await;
            }
        }
        Ok(switched)
    }

    /// Writes it for one that is locked, with its event; `None` when it is so already.
    async fn switch(
        &self,
        write: &Write,
        editor: &Can<of::RegistryWrite>,
        found: &Credential,
        is_disabled: bool,
    ) -> Result<Option<Recorded>> {
        if found.summary.disabled_at.is_some() == is_disabled {
            return Ok(None);
        }
        let (project, id, at) = (editor.project().id, found.summary.id, now().0);
        if !is_disabled {
            if let Some(refusal) = refusal_to_enable(found) {
                return Err(refusal);
            }
            if lost_its_mark(write, project, found).await? {
                return Err(changed_outside("this credential"));
            }
        }
        let row = CredentialChanges {
            disabled_at: Set(is_disabled.then_some(at)),
            revision: Set(found.revision + 1),
            updated_at: Set(at),
            updated_by: Set(editor.person().name.clone()),
            ..CredentialChanges::default()
        };
        write.credentials(project).update(id, row).await?;
        let action =
            if is_disabled { Action::CredentialDisabled } else { Action::CredentialEnabled };
        let subject = Subject { id, name: found.summary.name.clone() };
        let what = (action, subject, Detail::Nothing);
        Ok(Some(self.record_event(write, project, editor, what).await?))
    }
}

/// More than a page has nobody can have selected.
pub(super) fn at_most_a_page(ids: &BTreeSet<Uuid>) -> Result<()> {
    if u64::try_from(ids.len()).is_ok_and(|count| count > PAGE_ROWS) {
        return Err(Error::BadRequest(format!(
            "Select at most {PAGE_ROWS} credentials at once. Nothing was changed."
        )));
    }
    Ok(())
}
