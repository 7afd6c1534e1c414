//! The first steps of a new project: shown until they are done or put away.

use super::{Vault, now};
use crate::domain::actor::Can;
use crate::domain::first_steps::FirstSteps;
use crate::domain::permission::of;
use crate::error::Result;
use crate::store::Unrecorded;

impl Vault {
    /// How far the project is; `None` once all is done, or the steps were put away.
    pub async fn first_steps(&self, editor: &Can<of::RegistryWrite>) -> Result<Option<FirstSteps>> {
        let steps = self.store.projects().first_steps(editor.project().id).await?;
        Ok(steps.filter(|steps| !steps.are_done()))
    }

    /// Puts the steps away, for every member of the project.
    pub async fn hide_first_steps(&self, editor: &Can<of::RegistryWrite>) -> Result<()> {
        let write = self.store.write().await?;
        write.projects().hide_first_steps(editor.project().id, now().0).await?;
        Ok(write.commit_without_event(Unrecorded::FirstSteps).await?)
    }
}
