//! Registry credentials, as the browser asks for them.

pub use crate::domain::credential_page::CredentialPage;
use crate::domain::listing::{ListQuery, Listing};
use crate::error::Result;
use leptos::prelude::*;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use uuid::Uuid;

/// One page of the project's credentials.
#[server(prefix = "/rpc", endpoint = "credentials/list")]
pub async fn list_credentials(project: String, query: ListQuery) -> Result<Listing> {
    let reader = super::context::member(&project).await?.reader()?;
    super::context::vault().list_credentials(&reader, &query).await
}

/// One credential with who uses it. Also what the edit and delete dialogs are made from.
#[server(prefix = "/rpc", endpoint = "credentials/find")]
pub async fn find_credential(project: String, id: Uuid) -> Result<CredentialPage> {
    let reader = super::context::member(&project).await?.reader()?;
    super::context::vault().credential_page(&reader, id).await
}

/// The create dialog's post: text fields, then at most one file.
#[server(prefix = "/rpc", endpoint = "credentials/create", input = MultipartFormData)]
pub async fn create_credential(form: MultipartData) -> Result<()> {
    let post = super::credential_post::read(form).await?;
    super::settle::create_credential(post).await
}

/// The edit dialog's post. A blank secret keeps the stored one.
#[server(prefix = "/rpc", endpoint = "credentials/update", input = MultipartFormData)]
pub async fn update_credential(form: MultipartData) -> Result<()> {
    let post = super::credential_post::read(form).await?;
    super::settle::update_credential(post).await
}

/// Stops deliveries until it is enabled again.
#[server(prefix = "/rpc", endpoint = "credentials/disable")]
pub async fn disable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
) -> Result<()> {
    super::settle::set_disabled(project, id, true, back).await
}

/// Allows deliveries again.
#[server(prefix = "/rpc", endpoint = "credentials/enable")]
pub async fn enable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
) -> Result<()> {
    super::settle::set_disabled(project, id, false, back).await
}

/// Deletes for good; `typed_name` has to be the name when a pipeline depends on it. `list` is the
/// query of the list to go back to.
#[server(prefix = "/rpc", endpoint = "credentials/delete")]
pub async fn delete_credential(
    project: String,
    id: Uuid,
    #[server(default)] typed_name: String,
    #[server(default)] list: String,
) -> Result<()> {
    super::settle::delete_credential(project, id, typed_name, list).await
}

/// Lets the secret go to the token service at `origin` too, or, when that is blank, to none.
/// `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "credentials/token-service")]
pub async fn set_token_service(
    project: String,
    id: Uuid,
    #[server(default)] origin: String,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::set_token_service(project, id, origin, password).await
}
