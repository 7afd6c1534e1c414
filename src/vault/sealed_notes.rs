//! Notes that a browser carries from a post to the page after it: sealed, for one person, and void
//! after a while. Nothing is stored here.

use super::{Vault, now};
use crate::crypto::blob::Place;
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

crate::domain::words! {
    pub enum NoteKind {
        Flash = "flash", "A flash";
        /// The values of a failed form, without its secret.
        FailedForm = "failed_form", "A failed form";
    }
}

impl NoteKind {
    /// How long a note can be taken, in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Flash => 5 * 60,
            Self::FailedForm => 60 * 60,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Note<T> {
    person: Option<Uuid>,
    until: i64,
    content: T,
}

impl Vault {
    /// Seals the content for that person (for everybody who uses the browser, without one), as text
    /// for a cookie. `None` when that takes more than `most` bytes.
    pub fn seal_note<T: Serialize>(
        &self,
        kind: NoteKind,
        id: Uuid,
        person: Option<Uuid>,
        content: &T,
        most: usize,
    ) -> Result<Option<String>> {
        let until = now().plus_seconds(kind.seconds()).0;
        let note = serde_json::to_vec(&Note { person, until, content });
        let note = note.map_err(|_| Error::Internal)?;
        if note.len() > most {
            return Ok(None);
        }
        let sealed = self.keys.ring().seal(&place(kind, id), &note)?;
        Ok(Some(URL_SAFE_NO_PAD.encode(sealed)).filter(|text| text.len() <= most))
    }

    /// The content of a note of that kind and id, if it was sealed here, for that person, and not
    /// too long ago. Anybody can send anything as a cookie, so what does not open is no fault.
    pub async fn open_note<T: DeserializeOwned>(
        &self,
        kind: NoteKind,
        id: Uuid,
        person: Option<Uuid>,
        text: &str,
    ) -> Option<T> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = self.keys.open(&self.store, &place(kind, id), &sealed).await.ok()?;
        let note: Note<T> = serde_json::from_slice(&opened).ok()?;
        note.shown_to(person, now())
    }
}

impl<T> Note<T> {
    fn shown_to(self, person: Option<Uuid>, at: Moment) -> Option<T> {
        let is_theirs = self.person.is_none() || self.person == person;
        (is_theirs && at.0 < self.until).then_some(self.content)
    }
}

fn place(kind: NoteKind, id: Uuid) -> Place<'static> {
    Place {
        table: "note",
        column: kind.word(),
        row_id: id,
        project_id: Uuid::nil(),
        secret_version: 0,
        origin: "",
        login: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_shown_in_time_and_to_its_person_only() {
        let (one, other) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let note = |person| Note { person, until: 1000, content: "saved" };
        assert_eq!(note(one).shown_to(one, Moment(999)), Some("saved"));
        assert_eq!(note(one).shown_to(one, Moment(1000)), None, "too late");
        assert_eq!(note(one).shown_to(other, Moment(0)), None);
        assert_eq!(note(one).shown_to(None, Moment(0)), None);
        // What somebody left who was signed out is found after the sign-in.
        assert_eq!(note(None).shown_to(one, Moment(0)), Some("saved"));
    }
}
