//! What a post leaves for the page after it: a sealed note, in a cookie of the browser that sent it.
//! The name of the cookie ends in the note's id, which is in the address of the page.

use super::context::{signed_in, vault};
use crate::domain::choosing::NOTES_MAX;
use crate::vault::{NoteKind, Vault};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Bytes of a cookie's name and value. Some proxies (nginx) have 4 KiB for all headers of an answer,
/// and some of it is needed for the others and for the notes that go.
const NOTE_MAX: usize = 2_300;
/// Bytes of all notes of a browser. Proxies refuse a header of more than 8 KiB, and the session has
/// to find room in it.
const ALL_MAX: usize = 3 * NOTE_MAX;
/// How many notes a browser keeps, however small.
const MOST: usize = NOTES_MAX;

/// Leaves a note for the next page and gives its id; `None` when it is too large for a cookie.
pub(super) async fn put_note<T: Serialize>(kind: NoteKind, content: &T) -> Option<String> {
    let person = signed_in().await.ok().flatten();
    let id = Uuid::now_v7();
    let name = cookie_name(id);
    let sealed = vault().seal_note(kind, id, person, content, NOTE_MAX - name.len()).ok()??;
    let size = |sealed: &str| name.len() + sealed.len();
    let (mut total, mut count) = (size(&sealed), 1);
    // The newest stay.
    for (older, text) in carried().iter().rev() {
        total += size(text);
        count += 1;
        if total > ALL_MAX || count > MOST {
            remove(*older);
        }
    }
    set_cookie(&name, &sealed, kind.seconds());
    Some(id.simple().to_string())
}

/// A note for everybody who uses the browser, by its id, with the cookie that holds it: for an answer
/// that no function gives.
pub(super) fn note_for_anybody<T: Serialize>(
    vault: &Vault,
    kind: NoteKind,
    content: &T,
) -> Option<(String, HeaderValue)> {
    let id = Uuid::now_v7();
    let is_https = vault.settings().address.starts_with("https://");
    let name = format!("{}{}", prefix(is_https), id.simple());
    let sealed = vault.seal_note(kind, id, None, content, NOTE_MAX - name.len()).ok()??;
    Some((id.simple().to_string(), cookie(&name, &sealed, kind.seconds(), is_https)?))
}

/// Takes the note with that id, once: `None` when the browser has none, or it is another person's.
/// Rendering may ask twice for the same note, and gets it twice.
pub(super) async fn take_note<T: DeserializeOwned>(kind: NoteKind, id: &str) -> Option<T> {
    let content = look_at_note(kind, id).await?;
    remove_note(id);
    Some(content)
}

/// Has the browser forget the note with that id.
pub(super) fn remove_note(id: &str) {
    if let Ok(id) = Uuid::try_parse(id) {
        remove(id);
    }
}

/// The same, if it came with the request. Whether the id is one of a note at all.
pub(super) fn put_note_away(id: &str) -> bool {
    let Ok(id) = Uuid::try_parse(id) else { return false };
    if carried().iter().any(|(other, _)| *other == id) {
        remove(id);
    }
    true
}

/// The note with that id, which stays for the page that it is for.
pub(super) async fn look_at_note<T: DeserializeOwned>(kind: NoteKind, id: &str) -> Option<T> {
    let id = Uuid::try_parse(id).ok()?;
    let (_, sealed) = carried().into_iter().find(|(other, _)| *other == id)?;
    let person = signed_in().await.ok().flatten();
    vault().open_note(kind, id, person, &sealed).await
}

/// The notes that came with the request, the oldest first: ids are made in the order of time.
fn carried() -> Vec<(Uuid, String)> {
    let Some(parts) = use_context::<Parts>() else { return Vec::new() };
    let prefix = prefix(is_https());
    let mut notes: Vec<(Uuid, String)> = cookies(&parts.headers)
        .filter_map(|(name, value)| {
            let id = Uuid::try_parse(name.strip_prefix(prefix)?).ok()?;
            Some((id, value.to_owned()))
        })
        .collect();
    notes.sort();
    notes
}

fn is_https() -> bool {
    vault().settings().address.starts_with("https://")
}

fn prefix(is_https: bool) -> &'static str {
    if is_https { "__Host-note-" } else { "note-" }
}

fn cookie_name(id: Uuid) -> String {
    format!("{}{}", prefix(is_https()), id.simple())
}

fn remove(id: Uuid) {
    set_cookie(&cookie_name(id), "", 0);
}

fn set_cookie(name: &str, value: &str, seconds: i64) {
    let cookie = cookie(name, value, seconds, is_https());
    if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// The names and values of a request's cookies.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|one| one.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim()))
}

/// A cookie that is sent to this site only, and that no script reads.
pub fn cookie(name: &str, value: &str, seconds: i64, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut cookie = HeaderValue::from_str(&text).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}
