//! What the browser is answered after a post: on to the next page when it was done, and back to the
//! form when it was not. Each server function ends with one of `finish` and `finish_action`, with `look`
//! when its form was sent to search only, or with `ask` when a page asks before it is done.

use super::answer::{FailedForm, Flash};
use super::context::{note_refusal, signed_in, take_slot, vault};
use super::notes::{note_for_anybody, put_note, put_note_away};
use crate::domain::choosing::NOTES_MAX;
use crate::domain::paths::{HOME, SIGN_IN, is_ours, with_query};
use crate::error::{Error, FieldError, Result};
use crate::vault::{NoteKind, SlotKind, Vault};
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use leptos::prelude::use_context;
use leptos::server_fn::ServerFn;
use leptos_axum::redirect;
use serde::Serialize;
use serde_json::Value;

const SESSION_ENDED: &str = "Your session ended, so nothing was changed. Try again.";

/// What somebody is told who sends a form to search and shows no page.
const ONLY_SEARCHED: &str = "Only searched: nothing was saved.";

const NOT_KEPT: &str = "What you filled in could not be kept, so nothing was searched for and nothing was saved. Fill in the form again.";

/// What a form that only searched comes back with: no field of it is wrong.
pub(super) const NOTHING_WRONG: Error = Error::Invalid(Vec::new());

/// A form that was posted: where it stands, and what it shows again when the post is refused.
pub(super) struct Form {
    path: String,
    endpoint: &'static str,
    values: Value,
    revision: Option<i64>,
    had_secret: bool,
    is_untried: bool,
}

impl Form {
    /// The form at `path` that posts to the server function `F`. The values hold no secret.
    pub(super) fn of<F: ServerFn>(path: String, values: impl Serialize) -> Self {
        let values = serde_json::to_value(values).unwrap_or_default();
        let endpoint = F::PATH;
        Self { path, endpoint, values, revision: None, had_secret: false, is_untried: false }
    }

    /// It was made from this revision, with a new secret or without one.
    pub(super) fn edits(self, revision: i64, had_secret: bool) -> Self {
        Self { revision: Some(revision), had_secret, ..self }
    }

    /// It was sent with a secret to store, or without one.
    pub(super) fn with_secret(self, had_secret: bool) -> Self {
        Self { had_secret, ..self }
    }

    /// It was sent with a password, or without one.
    pub(super) fn with_password(self, password: &str) -> Self {
        self.with_secret(!password.is_empty())
    }

    /// Its address, with what was typed and why it was refused.
    async fn refuse(self, error: Error) -> String {
        let Self { path, endpoint, values: form, revision, had_secret, is_untried } = self;
        let endpoint = endpoint.to_owned();
        let note = String::new();
        let mut failed =
            FailedForm { endpoint, form, error, revision, had_secret, is_untried, note };
        let mut id = put_note(NoteKind::FailedForm, &failed).await;
        if id.is_none() {
            let content = serde_json::to_vec(&failed).unwrap_or_default();
            id = put_slot(SlotKind::FailedForm, &content).await;
        }
        if id.is_none() {
            failed.form = Value::Null;
            if failed.is_untried {
                // A blank form without a word would look as if nothing had been sent.
                failed.error = Error::Conflict(NOT_KEPT.to_owned());
            }
            id = put_note(NoteKind::FailedForm, &failed).await;
        }
        match id {
            Some(id) => with_query(&path, "back", &id),
            None => path,
        }
    }
}

/// Goes back to the form, which keeps what was typed and lists what was searched for, if who asks may
/// search there; `why` says why nothing is saved.
pub(super) async fn look(may: Result<()>, why: Error, form: Form) -> Result<()> {
    let form = Form { is_untried: may.is_ok(), ..form };
    let why = match may {
        Err(error) => error,
        Ok(()) if why == NOTHING_WRONG && !is_page() => Error::at("search.text", ONLY_SEARCHED),
        Ok(()) => why,
    };
    finish(Err(why), form).await
}

/// Goes to the next page when it was done, and back to the form when it was refused. A person whose
/// session ended while the form was open signs in first and finds the form as it was.
pub(super) async fn finish(done: Result<String>, form: Form) -> Result<()> {
    if let Err(error) = &done {
        note_refusal(error);
    }
    match done {
        Ok(next) => {
            put_searches_away(&form.values).await;
            redirect(&next);
        }
        Err(error) if !is_page() => return Err(error),
        Err(Error::Unauthenticated) => {
            let form = form.refuse(Error::Unauthenticated).await;
            redirect(&with_query(SIGN_IN, "next", &form));
        }
        Err(error) => redirect(&form.refuse(error).await),
    }
    Ok(())
}

/// Puts away what the searches of a form left for its pages: it is saved, and nobody goes back to it.
async fn put_searches_away(values: &Value) {
    let notes = values.pointer("/search/notes").and_then(Value::as_str).unwrap_or_default();
    for id in notes.split_whitespace().take(NOTES_MAX) {
        if !put_note_away(id) {
            take_slot(SlotKind::FailedForm, id).await;
        }
    }
}

/// Goes to the page at `path` after an action without a form; a sentence says how it went, or a
/// whole [`Flash`] with what undoes it.
pub(super) async fn finish_action(path: &str, done: Result<impl Into<Flash>>) -> Result<()> {
    if let Err(error) = &done {
        note_refusal(error);
    }
    match done {
        Ok(said) => redirect(&told(path, said.into()).await),
        Err(error) if !is_page() => return Err(error),
        // There is no form to fill in again, so the page says that the press was lost.
        Err(Error::Unauthenticated) => {
            let page = told(path, Flash::failure(SESSION_ENDED.to_owned())).await;
            redirect(&with_query(SIGN_IN, "next", &page));
        }
        Err(error) => redirect(&told(path, Flash::failure(error.to_string())).await),
    }
    Ok(())
}

/// Goes to the page that asks before it is done.
pub(super) fn ask(path: &str) {
    redirect(path);
}

/// The address of the page that says the sentences once.
pub(super) async fn saved(path: &str, sentences: Vec<String>) -> String {
    told(path, Flash::good(sentences)).await
}

/// The address of the page that says it once.
pub(super) async fn told(path: &str, mut flash: Flash) -> String {
    loop {
        if let Some(id) = put_note(NoteKind::Flash, &flash).await {
            return with_query(path, "said", &id);
        }
        // All of them are too much for a cookie: the last ones go.
        if flash.sentences.pop().is_none() {
            return path.to_owned();
        }
    }
}

/// The address of the page that shows the content once; `name` says to the page what it is. Without
/// a slot the page says what to do instead: what was done is done.
pub(super) async fn shown_once(path: &str, name: &str, kind: SlotKind, content: &[u8]) -> String {
    let id = put_slot(kind, content).await.unwrap_or_default();
    with_query(path, name, &id)
}

/// All that is wrong with a form: its own fields first, and the password, which comes last.
pub(super) fn both(mut fields: Vec<FieldError>, password: Vec<FieldError>) -> Error {
    fields.extend(password);
    Error::Invalid(fields)
}

/// What the password proved; where it is wrong, all else that is wrong with the form is said with it.
pub(super) fn with_problems<T>(
    proved: Result<T>,
    problems: impl FnOnce() -> Vec<FieldError>,
) -> Result<T> {
    match proved {
        Err(Error::Invalid(password)) => Err(both(problems(), password)),
        other => other,
    }
}

/// Only a person who is signed in has slots: strangers write nothing.
async fn put_slot(kind: SlotKind, content: &[u8]) -> Option<String> {
    let person = signed_in().await.ok().flatten()?;
    vault().put_slot(kind, person, content).await.ok()
}

/// Where a browser goes whose post was not even read, since nobody is signed in with it: to the
/// sign-in, and then back to the page, which says so. The cookie holds what it says.
pub fn sign_in_first(vault: &Vault, page: &str) -> (String, Option<HeaderValue>) {
    let page = if is_ours(page) { page } else { HOME };
    let said = Flash::failure(SESSION_ENDED.to_owned());
    match note_for_anybody(vault, NoteKind::Flash, &said) {
        Some((id, cookie)) => {
            let next = with_query(page, "said", &id);
            (with_query(SIGN_IN, "next", &next), Some(cookie))
        }
        None => (with_query(SIGN_IN, "next", page), None),
    }
}

/// Whether a browser shows the answer as a page: only then there is a form to go back to.
pub fn shows_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The same of the post that is being answered.
pub(super) fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| shows_page(&parts.headers))
}
