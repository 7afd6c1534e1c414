//! The list of trusted issuers, as an instance admin sees it.

use super::context::{confirmed, person, vault};
use super::reply::{Form, finish, saved, with_problems};
use crate::domain::issuer::{ListedIssuer, UsingRule};
use crate::domain::paths::{self, ISSUERS};
use crate::domain::trust_rule::issuer_problem;
use crate::error::{FieldError, Result};
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// The list, each issuer with how many trust rules use it.
pub async fn find_issuers() -> Result<Vec<(ListedIssuer, u64)>> {
    let admin = person().await?.instance_admin()?;
    vault().issuers(&admin).await
}

/// One of the list, with the trust rules that use it.
pub async fn find_issuer(id: Uuid) -> Result<(ListedIssuer, Vec<UsingRule>)> {
    let admin = person().await?.instance_admin()?;
    vault().issuer(&admin, id).await
}

/// Puts an issuer on the list. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "issuers/create")]
pub async fn add_issuer(
    #[server(default)] url: String,
    #[server(default)] password: String,
) -> Result<()> {
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        let proved = confirmed(&person, password).await;
        let problem = || issuer_problem(&url).map(|said| FieldError::new("url", said));
        with_problems(proved, || problem().into_iter().collect())?;
        vault().add_issuer(&admin, &url).await?;
        let sentence = "The issuer was added. Trust rules can use it now.".to_owned();
        Ok(saved(ISSUERS, vec![sentence]).await)
    };
    let done = done.await;
    finish(done, Form::of::<AddIssuer>(ISSUERS.to_owned(), json!({ "url": url }))).await
}

/// Takes an issuer off the list, from the next request on. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "issuers/delete")]
pub async fn remove_issuer(id: Uuid, #[server(default)] password: String) -> Result<()> {
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        confirmed(&person, password).await?;
        vault().remove_issuer(&admin, id).await?;
        let sentence = "The issuer was removed. Its tokens are no longer accepted, and trust rules for it have stopped.";
        Ok(saved(ISSUERS, vec![sentence.to_owned()]).await)
    };
    finish(done.await, Form::of::<RemoveIssuer>(paths::remove_issuer(id), ())).await
}
