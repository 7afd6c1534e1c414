//! The notes that a browser keeps beside its session: cookies between a post and the page after it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The notes, by the names of their cookies. Clones share them, as the tabs of a browser do.
#[derive(Clone, Default)]
pub struct Jar(Arc<Mutex<BTreeMap<String, String>>>);

impl Jar {
    /// Keeps the notes that an answer sets, and drops those that it removes.
    pub fn keep<'a>(&self, set_cookies: impl Iterator<Item = &'a str>) {
        let mut notes = self.0.lock().unwrap();
        for cookie in set_cookies.filter(|cookie| is_note(cookie)) {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                notes.remove(name);
            } else {
                notes.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// What the browser sends: its session's cookie, if it has one, and every note.
    pub fn line(&self, session: Option<&str>) -> Option<String> {
        let notes = self.0.lock().unwrap();
        let notes = notes.iter().map(|(name, value)| format!("{name}={value}"));
        let all: Vec<String> = session.map(str::to_owned).into_iter().chain(notes).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// The names and values.
    pub fn notes(&self) -> Vec<(String, String)> {
        let notes = self.0.lock().unwrap();
        notes.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Puts a note in that no answer set.
    pub fn plant(&self, name: &str, value: &str) {
        self.0.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}

/// Whether the cookie is a note.
pub fn is_note(cookie: &str) -> bool {
    cookie.starts_with("note-") || cookie.starts_with("__Host-note-")
}
