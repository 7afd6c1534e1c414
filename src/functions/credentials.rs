//! Registry credentials, as the browser asks for them.

use super::answer::Flash;
use super::context::{confirmed, granter, member, note_refusal, vault};
use super::credential_post::{self, CredentialPost};
use super::registry::recognised;
use super::reply::{Form, finish, saved, told, with_problems};
use crate::domain::credential::Access;
use crate::domain::listing::{ListQuery, Listing};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::domain::registry_kind::PRESETS;
use crate::error::{Error, FieldError, Result};
use crate::vault::{Doubt, Saved, problems_of_token_service};
use leptos::prelude::*;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use serde_json::json;
use uuid::Uuid;

/// The longest query of a list, in bytes.
const LIST_QUERY_MAX: usize = 4 * 1024;

const SHOW: &str = "Show the credential";
pub(super) const REPLACE: &str = "Replace the secret";
pub(super) const SET_DAY: &str = "Set the expiry date";
const NOT_REPLACED: &str = "The secret was not replaced: the one you typed first was not kept, and this time the field was blank.";

pub async fn list_credentials(project: String, query: ListQuery) -> Result<Listing> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().list_credentials(&reader, &query).await
}

/// A name for a new credential that nobody has, made from the one that says what it is for.
pub async fn free_name(project: String, name: String) -> Result<String> {
    let editor = member(&project).await?.can::<of::RegistryWrite>()?;
    vault().free_name(&editor, &name).await
}

/// The create dialog's post: text fields, then at most one file.
#[server(prefix = "/rpc", endpoint = "credentials/create", input = MultipartFormData)]
pub async fn create_credential(form: MultipartData) -> Result<()> {
    let mut post = credential_post::read(form).await?;
    if let Some(name) = name_by_access(&post).await {
        post.form.name = name;
    }
    let query = list_query(&post.list);
    let done = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        let created = vault().create_credential(&editor, &post.form, &post.secret).await?;
        let list = paths::credentials(&post.project) + query;
        let page = paths::credential(&post.project, created.id);
        let flash = said(&post.project, created);
        let flash = if flash.link.is_some() { flash } else { flash.with_link(page, SHOW) };
        Ok(told(&list, flash).await)
    };
    let dialog = paths::new_credential(&post.project) + query;
    let is_preset = PRESETS.iter().any(|preset| preset.kind.word() == post.preset);
    let dialog =
        if is_preset { paths::with_query(&dialog, "preset", &post.preset) } else { dialog };
    let form = Form::of::<CreateCredential>(dialog, &post.form).with_secret(post.had_secret());
    finish(done.await, form).await
}

/// A name by the registry and the access that were sent, where the one that was filled in before was
/// left as it was. With scripts the form does the same while it is filled in.
async fn name_by_access(post: &CredentialPost) -> Option<String> {
    let form = &post.form;
    if post.offered_name.is_empty() || form.name != post.offered_name {
        return None;
    }
    let (pull, push) = recognised(&form.registry_url, form.is_insecure).names;
    let name = if form.access == Access::PullAndPush.word() { push } else { pull };
    // Who may not create one is told so below.
    let name = free_name(post.project.clone(), name).await.ok()?;
    Some(name).filter(|name| !name.is_empty())
}

/// The edit dialog's post. A blank secret keeps the stored one.
#[server(prefix = "/rpc", endpoint = "credentials/update", input = MultipartFormData)]
pub async fn update_credential(form: MultipartData) -> Result<()> {
    let post = credential_post::read(form).await?;
    let id = post.id.ok_or(Error::NotFound)?;
    let done = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        let (revision, form, secret) = (post.revision, &post.form, &post.secret);
        let changed = vault().update_credential(&editor, id, revision, form, secret).await?;
        let mut flash = said(&post.project, changed);
        if post.lost_secret && !post.had_secret() {
            flash = not_replaced(flash, &post.project, id);
        }
        Ok(told(&page_behind(&post, id), flash).await)
    };
    let dialog = dialog(&post, paths::edit_credential(&post.project, id));
    let form = Form::of::<UpdateCredential>(dialog, &post.form);
    let had_secret = post.had_secret() || post.lost_secret;
    finish(done.await, form.edits(post.revision, had_secret)).await
}

/// The post of the dialog that replaces the secret alone.
#[server(prefix = "/rpc", endpoint = "credentials/replace-secret", input = MultipartFormData)]
pub async fn replace_secret(form: MultipartData) -> Result<()> {
    let post = credential_post::read(form).await?;
    let id = post.id.ok_or(Error::NotFound)?;
    let done = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        let (revision, form, secret) = (post.revision, &post.form, &post.secret);
        let changed = vault().replace_secret(&editor, id, revision, form, secret).await?;
        Ok(told(&page_behind(&post, id), said(&post.project, changed)).await)
    };
    let dialog = dialog(&post, paths::replace_secret(&post.project, id));
    let typed = json!({ "expires_on": post.form.expires_on, "is_staged": post.form.is_staged });
    let form = Form::of::<ReplaceSecret>(dialog, typed);
    finish(done.await, form.edits(post.revision, post.had_secret())).await
}

/// What would be asked about the form of any of these dialogs: a page that can asks before it sends
/// the form, so that the secret in it need not be typed twice. Keeps nothing.
#[server(prefix = "/rpc", endpoint = "credentials/questions", input = MultipartFormData)]
pub async fn credential_questions(form: MultipartData) -> Result<Vec<FieldError>> {
    let post = credential_post::read(form).await?;
    let asked = async {
        let editor = member(&post.project).await?.can::<of::RegistryWrite>()?;
        vault().questions(&editor, post.id, &post.form, &post.secret).await
    };
    let asked = asked.await;
    asked.inspect_err(note_refusal)
}

/// Deletes for good; `typed_name` has to be the name when a pipeline depends on it. `list` is the
/// query of the list to go back to, `from` where the dialog was opened, `password` the person's own.
#[server(prefix = "/rpc", endpoint = "credentials/delete")]
pub async fn delete_credential(
    project: String,
    id: Uuid,
    #[server(default)] typed_name: String,
    #[server(default)] list: String,
    #[server(default)] from: String,
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
    let dialog = paths::opened_from(&from, paths::delete_credential(&project, id) + query);
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
    let page = paths::credential_readers(&project, id);
    let done = async {
        let granter = granter(&project, password).await;
        let granter = with_problems(granter, || problems_of_token_service(&origin))?;
        let sentence = vault().set_token_service(&granter, id, &origin).await?;
        Ok(saved(&page, vec![sentence]).await)
    };
    finish(done.await, Form::of::<SetTokenService>(page, json!({ "origin": origin }))).await
}

/// What the page after a save says, with the link that mends what is doubtful.
fn said(project: &str, saved: Saved) -> Flash {
    let Saved { id, notices, doubt } = saved;
    match doubt {
        None => Flash::good(notices),
        Some(Doubt::Secret) => {
            Flash::doubt(notices).with_link(paths::replace_secret(project, id), REPLACE)
        }
        Some(Doubt::Undated) => {
            Flash::doubt(notices).with_link(paths::edit_credential(project, id), SET_DAY)
        }
        Some(Doubt::Twin(twin)) => {
            let href = paths::credential(project, twin.id);
            Flash::doubt(notices).with_link(href, format!("Show {}", twin.name))
        }
    }
}

/// The same after a save without the secret that was typed before it.
fn not_replaced(flash: Flash, project: &str, id: Uuid) -> Flash {
    let mut sentences = flash.sentences;
    sentences.push(NOT_REPLACED.to_owned());
    Flash::doubt(sentences).with_link(paths::replace_secret(project, id), REPLACE)
}

/// The page that the dialog was opened on.
fn page_behind(post: &CredentialPost, id: Uuid) -> String {
    if post.is_from_page {
        paths::credential(&post.project, id)
    } else {
        paths::credentials(&post.project) + list_query(&post.list)
    }
}

/// The address of the dialog over the page it was opened on.
fn dialog(post: &CredentialPost, path: String) -> String {
    let path = path + list_query(&post.list);
    if post.is_from_page { paths::from_page(&path) } else { path }
}

/// The query that the list was drawn with, as a dialog posted it; nothing when it is none.
pub(super) fn list_query(posted: &str) -> &str {
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
