//! Setting up, signing in and out, and the frame round every page of a project.

use super::context::{
    PASSWORD, PERSON, client, found_frame, mark, no_session, person, session as current_session,
    vault,
};
use super::reply::{Form, finish};
use crate::domain::paths::{self, HOME, SETUP, SIGN_IN, is_ours, with_query};
use crate::domain::permission::Permissions;
use crate::domain::project::Project;
use crate::domain::user::{Person, Role};
use crate::error::Result;
use crate::vault::{FirstPerson, Visitor};
use axum::http::{HeaderName, HeaderValue};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, redirect};
use serde_json::json;
use zeroize::Zeroizing;

/// What the page round a project's pages shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub person: Person,
    pub project: Project,
    pub projects: Vec<Project>,
    pub role: Role,
    pub permissions: Permissions,
    /// Whether they typed their password a few minutes ago: then they need not to give a credential away.
    pub is_confirmed: bool,
    /// The encryption key is the generated file beside the data, nobody has said that there is a copy
    /// of it, and the person can make one.
    pub needs_key_backup: bool,
    /// How many requests wait for their approval, counted up to a bound.
    pub waiting: usize,
    /// How many findings are open, counted up to a bound.
    pub findings: usize,
    /// How many notifications they have not read, counted up to a bound.
    pub notifications: usize,
}

/// The frame of the page that is being rendered, which the server read before it began: what stands
/// round a page is not waited for while rendering, so that nothing inside is rendered twice.
pub fn frame_here() -> Result<Frame> {
    found_frame()
}

/// Whether this link can still set the instance up.
pub async fn setup_is_open(link: String) -> Result<bool> {
    vault().setup_is_open(&link).await
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
    let password = Zeroizing::new(password);
    let page = with_query(SETUP, "link", &link);
    let typed = json!({ "project_name": project_name, "name": name, "email": email });
    let done = async {
        let first = FirstPerson { project_name, name, email };
        let signed = vault().set_up(&link, first, &password).await?;
        // Nobody has had a password before.
        begin_session(&signed.person, None).await?;
        Ok(paths::credentials(&signed.project.slug))
    };
    finish(done.await, Form::of::<SetUp>(page, typed)).await
}

/// Signs in; `next` is a path of ours to go to.
#[server(prefix = "/rpc", endpoint = "session/create")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<()> {
    let password = Zeroizing::new(password);
    let next = if is_ours(&next) { next } else { String::new() };
    let done = async {
        let (vault, address, mark) = (vault(), client(), mark());
        let browser = mark.as_ref().and_then(|mark| mark.shown());
        let visitor = Visitor { address: address.as_deref(), browser };
        let person = vault.sign_in(&email, &password, visitor).await?;
        begin_session(&person, Some(person.password())).await?;
        if let Some(mark) = &mark {
            mark.give(vault.known_browser(&person)?);
        }
        Ok(if next.is_empty() { HOME.to_owned() } else { next.clone() })
    };
    let page = with_query(SIGN_IN, "next", &next);
    finish(done.await, Form::of::<SignIn>(page, json!({ "email": email, "next": next }))).await
}

#[server(prefix = "/rpc", endpoint = "session/delete")]
pub async fn sign_out() -> Result<()> {
    if let Ok(person) = person().await {
        vault().signed_out(&person).await?;
    }
    let flushed = current_session()?.flush().await;
    flushed.map_err(|error| no_session(&error, "a session was not removed"))?;
    // What the browser kept of this person goes too.
    if let Some(response) = use_context::<ResponseOptions>() {
        let value = HeaderValue::from_static("\"cache\", \"storage\"");
        response.insert_header(HeaderName::from_static("clear-site-data"), value);
    }
    redirect(SIGN_IN);
    Ok(())
}

/// Signs the person in under a new session id, so that an id planted before is worth nothing.
async fn begin_session(person: &Person, password: Option<&str>) -> Result<()> {
    let failed = |error| no_session(&error, "a session was not made");
    let session = current_session()?;
    session.cycle_id().await.map_err(failed)?;
    if let Some(password) = password {
        session.insert(PASSWORD, password).await.map_err(failed)?;
    }
    session.insert(PERSON, person.id).await.map_err(failed)
}
