//! The first steps of a new project: shown until they are done or put away.

use super::{Vault, now};
use crate::domain::actor::Can;
use crate::domain::first_steps::FirstSteps;
use crate::domain::permission::of;
use crate::error::Result;
use crate::store::Unrecorded;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// The projects whose first steps are over, as far as this server has seen: the database is not asked
/// about them again.
#[derive(Debug, Default)]
pub(super) struct Over(Mutex<BTreeSet<Uuid>>);

impl Over {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault {
    /// How far the project is; `None` once all is done, or the steps were put away.
    pub async fn first_steps(&self, editor: &Can<of::RegistryWrite>) -> Result<Option<FirstSteps>> {
        let project = editor.project().id;
        if self.first_steps_over.lock().contains(&project) {
            return Ok(None);
        }
        let steps = self.store.projects().first_steps(project).await?;
        let steps = steps.filter(|steps| !steps.are_done());
        if steps.is_none() {
            self.first_steps_over.lock().insert(project);
        }
        Ok(steps)
    }

    /// Puts the steps away, for every member of the project.
    pub async fn hide_first_steps(&self, editor: &Can<of::RegistryWrite>) -> Result<()> {
        let write = self.store.write().await?;
        write.projects().hide_first_steps(editor.project().id, now().0).await?;
        Ok(write.commit_without_event(Unrecorded::FirstSteps).await?)
    }
}
