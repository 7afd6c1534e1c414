//! Where the audit is sent, as its keeper sees and changes it. Without a project it is that of the instance.

use super::context::{confirmed, member, person, vault};
use super::reply::{Form, both, finish, finish_action, saved, shown_once};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::domain::shipping::{DestinationForm, Listed};
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::vault::{ChainKeeper, SlotKind};
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// Who keeps the audit of the project, or of the instance, and the person that they are.
async fn keeper(project: &str) -> Result<(ChainKeeper, Person)> {
    if project.is_empty() {
        let person = person().await?;
        return Ok((ChainKeeper::of_instance(&person.instance_admin()?), person));
    }
    let keeper = member(project).await?.can::<of::AuditWrite>()?;
    Ok((ChainKeeper::of_project(&keeper), keeper.person().clone()))
}

/// The destinations, each with what it has not got.
pub async fn find_destinations(project: String) -> Result<Vec<Listed>> {
    let (keeper, _) = keeper(&project).await?;
    vault().destinations(&keeper).await
}

/// Adds a destination; its secret or token, if it has one, is shown on its page, once. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "destinations/create")]
pub async fn create_destination(
    #[server(default)] project: String,
    #[server(default)] form: DestinationForm,
    #[server(default)] password: String,
) -> Result<()> {
    let done = async {
        let (keeper, person) = keeper(&project).await?;
        match confirmed(&person, password).await {
            Err(Error::Invalid(password)) => {
                let problems = vault().problems_of_destination(&keeper, &form).await?;
                return Err(both(problems, password));
            }
            other => other?,
        };
        let (id, secret) = vault().create_destination(&keeper, &form).await?;
        let page = paths::destination(&project, id);
        Ok(match secret {
            Some(secret) => shown_once(&page, "once", SlotKind::Token, secret.as_bytes()).await,
            None => saved(&page, vec!["The destination was added.".to_owned()]).await,
        })
    };
    let done = done.await;
    finish(done, Form::of::<CreateDestination>(paths::shipping(&project), form)).await
}

/// Makes a call that holds no event.
#[server(prefix = "/rpc", endpoint = "destinations/test")]
pub async fn test_destination(#[server(default)] project: String, id: Uuid) -> Result<()> {
    let done = async {
        let (keeper, _) = keeper(&project).await?;
        vault().test_destination(&keeper, id).await
    };
    finish_action(&paths::destination(&project, id), done.await).await
}

/// Stops sending, or goes on.
#[server(prefix = "/rpc", endpoint = "destinations/switch")]
pub async fn switch_destination(
    #[server(default)] project: String,
    id: Uuid,
    #[server(default)] is_on: bool,
) -> Result<()> {
    let done = async {
        let (keeper, _) = keeper(&project).await?;
        vault().switch_destination(&keeper, id, is_on).await
    };
    finish_action(&paths::destination(&project, id), done.await).await
}

/// Gives it another secret or token, which is shown once. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "destinations/renew")]
pub async fn renew_destination(
    #[server(default)] project: String,
    id: Uuid,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::destination(&project, id);
    let done = async {
        let (keeper, person) = keeper(&project).await?;
        confirmed(&person, password).await?;
        let secret = vault().renew_destination(&keeper, id).await?;
        Ok(shown_once(&page, "once", SlotKind::Token, secret.as_bytes()).await)
    };
    let done = done.await;
    finish(done, Form::of::<RenewDestination>(page.clone(), json!({ "id": id }))).await
}

/// Removes it. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "destinations/delete")]
pub async fn delete_destination(
    #[server(default)] project: String,
    id: Uuid,
    #[server(default)] password: String,
) -> Result<()> {
    let done = async {
        let (keeper, person) = keeper(&project).await?;
        confirmed(&person, password).await?;
        let sentence = vault().delete_destination(&keeper, id).await?;
        Ok(saved(&paths::shipping(&project), vec![sentence]).await)
    };
    let (done, page) = (done.await, paths::destination(&project, id));
    finish(done, Form::of::<DeleteDestination>(page, json!({ "id": id }))).await
}
