//! What follows a form's post: the next page when it went well, the form again when it did not.

mod pipelines;
mod trust_rules;

pub(super) use pipelines::{
    approve_grant, create_grants, create_pipeline, create_token, delete_grant, delete_pipeline,
    repoint_grants, revoke_token,
};
pub(super) use trust_rules::{create_rule, delete_rule, try_token};

use super::answer::{Notice, Returned};
use super::context::{PERSON, member, session, vault};
use super::credential_post::CredentialPost;
use crate::domain::actor::Granter;
use crate::domain::listing::percent;
use crate::error::{Error, Result};
use crate::vault::SlotKind;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::redirect;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The most that is kept for somebody who has not signed in, in bytes: a whole form without a
/// mistake in it is smaller.
const STRANGERS_SLOT_MAX: usize = 16 * 1024;
/// The longest query of a list, in bytes.
const LIST_QUERY_MAX: usize = 4 * 1024;

const SIGNED_OUT: &str = "You had been signed out, so nothing was changed. Do it again.";

/// Goes back to the form at `path`, which takes what was typed and the error out of a slot.
pub(super) async fn back<T: Serialize>(path: &str, form: T, error: Error) -> Result<()> {
    come_back(path, Returned::new(serde_json::to_value(form).unwrap_or_default(), error)).await
}

async fn come_back(path: &str, mut returned: Returned) -> Result<()> {
    if !is_page() {
        return Err(returned.error);
    }
    let person = signed_in().await;
    let mut content = serde_json::to_vec(&returned).unwrap_or_default();
    if person.is_none() && content.len() > STRANGERS_SLOT_MAX {
        returned.form = serde_json::Value::Null;
        content = serde_json::to_vec(&returned).unwrap_or_default();
    }
    let slot = vault().put_slot(SlotKind::Returned, person, &content).await?;
    let path = with(path, "back", &slot);
    // A session that ended while the form was open: sign in, and find the form as it was.
    if returned.error == Error::Unauthenticated {
        redirect(&format!("/sign-in?next={}", percent(&path)));
    } else {
        redirect(&path);
    }
    Ok(())
}

/// The path with one more value in its query.
fn with(path: &str, name: &str, value: &str) -> String {
    format!("{path}{}{name}={value}", if path.contains('?') { '&' } else { '?' })
}

/// Goes on to `path`, which says the sentences once.
async fn on(path: &str, sentences: Vec<String>) -> Result<()> {
    leave(path, Notice { sentences, is_failure: false }).await
}

async fn leave(path: &str, notice: Notice) -> Result<()> {
    redirect(&noted(path, notice).await?);
    Ok(())
}

/// The address of the page at `path` that says the notice.
async fn noted(path: &str, notice: Notice) -> Result<String> {
    let content = serde_json::to_vec(&notice).unwrap_or_default();
    let slot = vault().put_slot(SlotKind::Notice, signed_in().await, &content).await?;
    Ok(with(path, "said", &slot))
}

/// Who hands a credential out, by the password they typed just now.
async fn granter(project: &str, password: String) -> Result<Granter> {
    let password = Zeroizing::new(password);
    vault().reauthenticate(&member(project).await?, &password).await
}

/// Whether a browser shows the answer as a page: only then there is a form to go back to.
fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(axum::http::header::ACCEPT);
        accept
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("text/html"))
    })
}

async fn signed_in() -> Option<Uuid> {
    session().ok()?.get::<Uuid>(PERSON).await.ok().flatten()
}

pub(super) async fn create_credential(post: CredentialPost) -> Result<()> {
    let (list, query) = (list_path(&post.project), list_query(&post.list));
    let done = async {
        let editor = member(&post.project).await?.editor()?;
        vault().create_credential(&editor, &post.form, &post.secret).await
    };
    match done.await {
        Ok(created) => on(&format!("{list}{query}"), created.notices).await,
        Err(error) => back(&format!("{list}/new{query}"), post.form, error).await,
    }
}

pub(super) async fn update_credential(post: CredentialPost) -> Result<()> {
    let (list, id) = (list_path(&post.project), post.id.ok_or(Error::NotFound)?);
    let query = list_query(&post.list);
    let done = async {
        let editor = member(&post.project).await?.editor()?;
        vault().update_credential(&editor, id, post.revision, &post.form, &post.secret).await
    };
    match done.await {
        Ok(notices) => on(&format!("{list}{query}"), notices).await,
        Err(error) => {
            let form = serde_json::to_value(&post.form).unwrap_or_default();
            let (revision, had_secret) = (Some(post.revision), post.had_secret());
            let returned = Returned { form, error, revision, had_secret };
            come_back(&format!("{list}/{id}/edit{query}"), returned).await
        }
    }
}

/// From a row's menu, so it goes back to where it was chosen.
pub(super) async fn set_disabled(
    project: String,
    id: Uuid,
    is_disabled: bool,
    path: String,
) -> Result<()> {
    let list = list_path(&project);
    let path = if path.starts_with(&list) && own_path(&path) { path } else { list };
    let done = async {
        let editor = member(&project).await?.editor()?;
        let name = vault().set_disabled(&editor, id, is_disabled).await?;
        Ok(if is_disabled {
            format!("{name} is disabled: pipelines no longer receive it.")
        } else {
            format!("{name} is enabled: pipelines receive it again.")
        })
    };
    said(&path, done.await).await
}

pub(super) async fn delete_credential(
    project: String,
    id: Uuid,
    typed_name: String,
    list: String,
) -> Result<()> {
    let done = async {
        let remover = member(&project).await?.remover()?;
        vault().delete_credential(&remover, id, &typed_name).await
    };
    let dialog = format!("{}/{id}/delete", list_path(&project));
    deleted(&list_path(&project), &dialog, list_query(&list), &typed_name, done.await).await
}

/// From the credential's page.
pub(super) async fn set_token_service(
    project: String,
    id: Uuid,
    origin: String,
    password: String,
) -> Result<()> {
    let page = format!("{}/{id}", list_path(&project));
    let done = async {
        let granter = granter(&project, password).await?;
        vault().set_token_service(&granter, id, &origin).await
    };
    match done.await {
        Ok(sentence) => on(&page, vec![sentence]).await,
        Err(error) => {
            back(&format!("{page}?form=token-service"), json!({ "origin": origin }), error).await
        }
    }
}

/// After a deletion: the list, or the dialog again with the sentence at the field. The `query` is
/// the list's.
async fn deleted(
    list: &str,
    dialog: &str,
    query: &str,
    typed_name: &str,
    done: Result<String>,
) -> Result<()> {
    match done {
        Ok(name) => on(&format!("{list}{query}"), vec![format!("{name} was deleted.")]).await,
        Err(error) => {
            back(&format!("{dialog}{query}"), json!({ "typed_name": typed_name }), error).await
        }
    }
}

/// After an action that has no form: a sentence either way.
pub(super) async fn said(path: &str, done: Result<String>) -> Result<()> {
    match done {
        Ok(sentence) => on(path, vec![sentence]).await,
        Err(error) if !is_page() => Err(error),
        // There is no form to find again, so the page says that the press was lost.
        Err(Error::Unauthenticated) => {
            let sentences = vec![SIGNED_OUT.to_owned()];
            let path = noted(path, Notice { sentences, is_failure: true }).await?;
            redirect(&format!("/sign-in?next={}", percent(&path)));
            Ok(())
        }
        Err(error) => {
            leave(path, Notice { sentences: vec![error.to_string()], is_failure: true }).await
        }
    }
}

/// Shows the token or the shared secret on the page at `path`, once: `name` says which it is.
async fn once(path: &str, name: &str, token: &str) -> Result<()> {
    let slot = vault().put_slot(SlotKind::Token, signed_in().await, token.as_bytes()).await?;
    redirect(&format!("{path}?{name}={slot}"));
    Ok(())
}

/// Whether it is a path of ours: never another host's.
pub(super) fn own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// The query that the list was drawn with, as a dialog posted it; nothing when it is none.
fn list_query(posted: &str) -> &str {
    let is_query = posted.starts_with('?') && posted.len() <= LIST_QUERY_MAX;
    if is_query && own_path(&format!("/{posted}")) { posted } else { "" }
}

pub(super) fn list_path(project: &str) -> String {
    format!("/p/{}/credentials", percent(project))
}

fn pipeline_path(project: &str, id: Uuid) -> String {
    format!("/p/{}/pipelines/{id}", percent(project))
}

#[cfg(test)]
mod tests {
    use super::{list_query, own_path};

    #[test]
    fn a_list_is_found_again_by_its_query_only() {
        assert_eq!(list_query("?q=a&after=bgpnaGNy"), "?q=a&after=bgpnaGNy");
        for bad in ["", "/p/other", "q=a", "//evil.example.com", "?a\r\nb", "? a"] {
            assert_eq!(list_query(bad), "", "{bad}");
        }
    }

    #[test]
    fn only_paths_of_ours_are_followed() {
        assert!(own_path("/p/acme/credentials?q=x"));
        for bad in ["", "//evil.example.com", "https://evil.example.com", "/\\evil", "p", "/a\r\nb"]
        {
            assert!(!own_path(bad), "{bad}");
        }
    }
}
