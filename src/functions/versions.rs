//! Versions of a credential's secret, as the browser asks for them.

use super::answer::Flash;
use super::context::{confirmed, member, vault};
use super::credential_switch::told_hindered;
use super::credentials::SET_DAY;
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::expiry;
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

/// Makes a staged or previous version the one that is delivered.
#[server(prefix = "/rpc", endpoint = "versions/switch")]
pub async fn switch_secret(project: String, id: Uuid, version: i64) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let (name, lost, hindered) = vault().make_current(&editor, id, version).await?;
        let done = format!("Version {version} of {name} is now current.");
        if let Some(day) = lost {
            let edit = paths::edit_credential(&project, id);
            let mut sentences = vec![done, expiry::lost(&name, day)];
            sentences.extend(hindered.sentences);
            return Ok(Flash::doubt(sentences).with_link(edit, SET_DAY));
        }
        if hindered.sentences.is_empty() {
            return Ok(Flash::good(vec![done]));
        }
        Ok(told_hindered(&project, id, done, hindered))
    };
    finish_action(&paths::credential_versions(&project, id), done.await).await
}

/// Destroys the ciphertext of a version that is not delivered. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "versions/destroy")]
pub async fn destroy_version(
    project: String,
    id: Uuid,
    version: i64,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::credential_versions(&project, id);
    let done = async {
        let remover = member(&project).await?.can::<of::RegistryDelete>()?;
        let confirmed = confirmed(remover.person(), password).await?;
        let name = vault().destroy_version(&remover, confirmed, id, version).await?;
        Ok(saved(&page, vec![format!("Version {version} of {name} was destroyed.")]).await)
    };
    let dialog = paths::destroy_version(&project, id, version);
    finish(done.await, Form::of::<DestroyVersion>(dialog, ())).await
}
