//! Registry credentials, as the browser asks for them.

use super::answer::Flash;
use super::context::{confirmed, granter, member, vault};
use super::credential_post;
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::credential_page::CredentialHead;
use crate::domain::listing::{ListQuery, Listing};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use serde_json::json;
use uuid::Uuid;

/// The longest query of a list, in bytes.
const LIST_QUERY_MAX: usize = 4 * 1024;
/// The longest address that a button *Undo* goes back to, in bytes.
const UNDO_BACK_MAX: usize = 512;

pub async fn list_credentials(project: String, query: ListQuery) -> Result<Listing> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().list_credentials(&reader, &query).await
}

/// One credential, as its settings are.
pub async fn find_credential(project: String, id: Uuid) -> Result<CredentialHead> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().credential_head(&reader, id).await
}

/// The create dialog's post: text fields, then at most one file.
#[server(prefix = "/rpc", endpoint = "credentials/create", input = MultipartFormData)]
pub async fn create_credential(form: MultipartData) -> Result<()> {
    let post = credential_post::read(form).await?;
    let query = list_query(&post.list);
    let done = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        let created = vault().create_credential(&editor, &post.form, &post.secret).await?;
        let list = paths::credentials(&post.project) + query;
        Ok(saved(&list, created.notices).await)
    };
    let dialog = paths::new_credential(&post.project) + query;
    finish(done.await, Form::of::<CreateCredential>(dialog, &post.form)).await
}

/// The edit dialog's post. A blank secret keeps the stored one.
#[server(prefix = "/rpc", endpoint = "credentials/update", input = MultipartFormData)]
pub async fn update_credential(form: MultipartData) -> Result<()> {
    let post = credential_post::read(form).await?;
    let (id, query) = (post.id.ok_or(Error::NotFound)?, list_query(&post.list));
    let done = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        let (revision, form, secret) = (post.revision, &post.form, &post.secret);
        let notices = vault().update_credential(&editor, id, revision, form, secret).await?;
        Ok(saved(&(paths::credentials(&post.project) + query), notices).await)
    };
    let dialog = paths::edit_credential(&post.project, id) + query;
    let form = Form::of::<UpdateCredential>(dialog, &post.form);
    finish(done.await, form.edits(post.revision, post.had_secret())).await
}

/// Stops deliveries until it is enabled again. `back` is where it was chosen.
#[server(prefix = "/rpc", endpoint = "credentials/disable")]
pub async fn disable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
) -> Result<()> {
    set_disabled(&project, id, back, true).await
}

/// Allows deliveries again. `back` is where it was chosen.
#[server(prefix = "/rpc", endpoint = "credentials/enable")]
pub async fn enable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
) -> Result<()> {
    set_disabled(&project, id, back, false).await
}

async fn set_disabled(project: &str, id: Uuid, back: String, is_disabled: bool) -> Result<()> {
    let page = list_page(project, back);
    let done = async {
        let editor = member(project).await?.can::<of::RegistryWrite>()?;
        let name = vault().set_disabled(&editor, id, is_disabled).await?;
        let (sentence, undo) = if is_disabled {
            let sentence = format!("{name} is disabled: pipelines no longer receive it.");
            (sentence, EnableCredential::url())
        } else {
            let sentence = format!("{name} is enabled: pipelines receive it again.");
            (sentence, DisableCredential::url())
        };
        let mut values = vec![("project", project.to_owned()), ("id", id.to_string())];
        // What is said has to fit into a cookie: the button goes to the list without its query.
        values.extend((page.len() <= UNDO_BACK_MAX).then(|| ("back", page.clone())));
        Ok(Flash::good(vec![sentence]).with_undo(undo, values))
    };
    finish_action(&page, done.await).await
}

/// Deletes for good; `typed_name` has to be the name when a pipeline depends on it. `list` is the
/// query of the list to go back to, `password` the person's own.
#[server(prefix = "/rpc", endpoint = "credentials/delete")]
pub async fn delete_credential(
    project: String,
    id: Uuid,
    #[server(default)] typed_name: String,
    #[server(default)] list: String,
    #[server(default)] password: String,
) -> Result<()> {
    let query = list_query(&list);
    let done = async {
        let remover = member(&project).await?.can::<of::RegistryDelete>()?;
        let confirmed = confirmed(remover.person(), password).await?;
        let name = vault().delete_credential(&remover, confirmed, id, &typed_name).await?;
        let list = paths::credentials(&project) + query;
        Ok(saved(&list, vec![format!("{name} was deleted.")]).await)
    };
    let dialog = paths::delete_credential(&project, id) + query;
    finish(done.await, Form::of::<DeleteCredential>(dialog, json!({ "typed_name": typed_name })))
        .await
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
    let page = paths::credential(&project, id);
    let done = async {
        let granter = granter(&project, password).await?;
        let sentence = vault().set_token_service(&granter, id, &origin).await?;
        Ok(saved(&page, vec![sentence]).await)
    };
    finish(done.await, Form::of::<SetTokenService>(page, json!({ "origin": origin }))).await
}

/// The page of the project's credentials that a button was pressed on; the list for any other.
fn list_page(project: &str, posted: String) -> String {
    let list = paths::credentials(project);
    if posted.starts_with(&list) && paths::is_ours(&posted) { posted } else { list }
}

/// The query that the list was drawn with, as a dialog posted it; nothing when it is none.
fn list_query(posted: &str) -> &str {
    let is_query = posted.starts_with('?') && posted.len() <= LIST_QUERY_MAX;
    if is_query && paths::is_ours(&format!("/{posted}")) { posted } else { "" }
}

#[cfg(test)]
mod tests {
    use super::list_query;

    #[test]
    fn a_list_is_found_again_by_its_query_only() {
        assert_eq!(list_query("?q=a&page=3"), "?q=a&page=3");
        for bad in ["", "/p/other", "q=a", "//evil.example.com", "?a\r\nb", "? a"] {
            assert_eq!(list_query(bad), "", "{bad}");
        }
    }
}
