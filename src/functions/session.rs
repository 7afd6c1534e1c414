//! Setting up, signing in and out, and the frame round every page of a project.

use crate::domain::project::Project;
use crate::domain::user::{Person, Role};
use crate::error::Result;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the page round a project's pages shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Who is signed in.
    pub person: Person,
    /// The project of the URL.
    pub project: Project,
    /// Every project they belong to.
    pub projects: Vec<Project>,
    /// Their role here.
    pub role: Role,
    /// May create and edit credentials.
    pub can_write: bool,
    /// May delete credentials.
    pub can_delete: bool,
    /// May create and edit pipelines.
    pub can_write_pipelines: bool,
    /// May delete pipelines.
    pub can_delete_pipelines: bool,
    /// The encryption key is the generated file beside the data: worth a backup of its own.
    pub has_local_key: bool,
}

/// The frame of the project with this slug, for whoever is signed in and a member.
#[server(prefix = "/rpc", endpoint = "session/frame")]
pub async fn find_frame(project: String) -> Result<Frame> {
    super::context::frame(&project).await
}

/// The frame of the page that is being rendered, which the server read before it began: what stands
/// round a page is not waited for while rendering, so that nothing inside is rendered twice.
pub fn frame_here() -> Result<Frame> {
    #[cfg(feature = "ssr")]
    return super::context::found_frame();
    #[cfg(not(feature = "ssr"))]
    Err(crate::error::Error::NotFound)
}

/// Where to go from `/`: the slug of the first project; `None` when the person has none.
#[server(prefix = "/rpc", endpoint = "session/home")]
pub async fn home() -> Result<Option<String>> {
    let person = super::context::person().await?;
    Ok(super::context::vault().projects(&person).await?.into_iter().next().map(|p| p.slug))
}

/// Whether this link can still set the instance up.
#[server(prefix = "/rpc", endpoint = "setup/open")]
pub async fn setup_is_open(link: String) -> Result<bool> {
    super::context::vault().setup_is_open(&link).await
}

/// Makes the first person, owner of the first project, and signs them in.
#[server(prefix = "/rpc", endpoint = "setup/create")]
pub async fn set_up(
    link: String,
    project_name: String,
    name: String,
    email: String,
    password: String,
) -> Result<()> {
    super::entry::set_up(link, project_name, name, email, password).await
}

/// Signs in; `next` is a path of ours to go to.
#[server(prefix = "/rpc", endpoint = "session/create")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<()> {
    super::entry::sign_in(email, password, next).await
}

/// Signs out.
#[server(prefix = "/rpc", endpoint = "session/delete")]
pub async fn sign_out() -> Result<()> {
    super::context::sign_out().await
}
