//! Setting up and signing in: what makes a session.

use super::context::{PERSON, client, mark, no_session, session, vault};
use super::settle::{back, list_path, own_path};
use crate::domain::listing::percent;
use crate::domain::user::Person;
use crate::error::Result;
use crate::vault::{FirstPerson, Visitor};
use leptos_axum::redirect;
use serde_json::json;

pub(super) async fn set_up(
    link: String,
    project_name: String,
    name: String,
    email: String,
    password: String,
) -> Result<()> {
    let password = zeroize::Zeroizing::new(password);
    let typed = json!({ "project_name": project_name, "name": name, "email": email });
    let first = FirstPerson { project_name, name, email };
    match vault().set_up(&link, first, &password).await {
        Ok(signed) => {
            enter(&signed.person).await?;
            redirect(&list_path(&signed.project.slug));
            Ok(())
        }
        Err(error) => {
            let link = percent(&link);
            back(&format!("/setup?link={link}"), typed, error).await
        }
    }
}

pub(super) async fn sign_in(email: String, password: String, next: String) -> Result<()> {
    let password = zeroize::Zeroizing::new(password);
    let (vault, address, mark) = (vault(), client(), mark());
    let browser = mark.as_ref().and_then(|mark| mark.shown());
    let visitor = Visitor { address: address.as_deref(), browser };
    match vault.sign_in(&email, &password, visitor).await {
        Ok(person) => {
            enter(&person).await?;
            if let Some(mark) = &mark {
                mark.give(vault.known_browser(&person)?);
            }
            redirect(if own_path(&next) { &next } else { "/" });
            Ok(())
        }
        Err(error) => {
            let next = if own_path(&next) { next } else { String::new() };
            let page = format!("/sign-in?next={}", percent(&next));
            back(&page, json!({ "email": email, "next": next }), error).await
        }
    }
}

/// Signs the person in under a new session id, so that an id planted before is worth nothing.
async fn enter(person: &Person) -> Result<()> {
    let failed = |error| no_session(&error, "a session was not made");
    let session = session()?;
    session.cycle_id().await.map_err(failed)?;
    session.insert(PERSON, person.id).await.map_err(failed)
}
