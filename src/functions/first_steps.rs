//! The first steps of a new project, as the browser asks for them.

use super::context::{member, vault};
use super::reply::finish_action;
use crate::domain::first_steps::FirstSteps;
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use leptos::prelude::*;

/// Which of them are done; `None` when there is nothing to show.
pub async fn first_steps(project: String) -> Result<Option<FirstSteps>> {
    let editor = member(&project).await?.can::<of::RegistryWrite>()?;
    vault().first_steps(&editor).await
}

/// Puts them away, for every member.
#[server(prefix = "/rpc", endpoint = "first-steps/hide")]
pub async fn hide_first_steps(project: String) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        vault().hide_first_steps(&editor).await?;
        Ok("The first steps are hidden for every member of this project.".to_owned())
    };
    finish_action(&paths::credentials(&project), done.await).await
}
