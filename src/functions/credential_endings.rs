//! How the use of a credential ends: its pipelines get another one and it is deleted, or others may
//! know its secret.

use super::context::{confirmed, member, vault};
use super::credentials::list_query;
use super::reply::{Form, both, finish, finish_action, told};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::{Error, FieldError, Result};
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// Grants the credential `target` to every pipeline that may use the credential `id`, and deletes that
/// one, in one step. `typed_name` has to be its name, `list` and `from` say where the dialog was opened,
/// and `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "credentials/move-and-delete")]
pub async fn move_and_delete(
    project: String,
    id: Uuid,
    #[server(default)] target: String,
    #[server(default)] typed_name: String,
    #[server(default)] list: String,
    #[server(default)] from: String,
    #[server(default)] password: String,
) -> Result<()> {
    let query = list_query(&list);
    let done = async {
        let remover = member(&project).await?.can::<of::RegistryDelete>()?;
        let confirmed = match confirmed(remover.person(), password).await {
            Err(Error::Invalid(password)) if target.is_empty() => {
                let problem = FieldError::new("target", "Choose a credential.");
                return Err(both(vec![problem], password));
            }
            other => other?,
        };
        // By the same password, which was typed just now.
        let granter = vault().reauthenticated_at(&remover, crate::vault::now())?;
        let granter = granter.ok_or(Error::Forbidden)?;
        let to = (target.as_str(), typed_name.as_str());
        let saved = vault().move_and_delete(&remover, &granter, confirmed, id, to).await?;
        Ok(told(&(paths::credentials(&project) + query), saved.into()).await)
    };
    let dialog = paths::opened_from(&from, paths::delete_credential(&project, id) + query);
    let typed = json!({ "target": target, "typed_name": typed_name });
    finish(done.await, Form::of::<MoveAndDelete>(dialog, typed)).await
}

/// Stops deliveries and notes that others may know the secret: it is not delivered again before another
/// one is stored.
#[server(prefix = "/rpc", endpoint = "credentials/compromise")]
pub async fn compromise_credential(project: String, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let name = vault().mark_compromised(&editor, id).await?;
        Ok(format!("{name} is disabled and marked as compromised. Pipelines no longer receive it."))
    };
    finish_action(&paths::compromised_credential(&project, id), done.await).await
}
