//! What a page takes that the post before it left, and what it may say about its own answer.

use super::context::{self, AskedAt, look_at_slot, take_slot};
use super::notes::{look_at_note, remove_note, take_note};
use crate::domain::doubt::Saved;
use crate::domain::moment::Moment;
use crate::domain::trust_rule::TokenTrial;
use crate::error::Error;
use crate::vault::{NoteKind, SlotKind};
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What is said of a password with which nothing was done: no page brings one back.
pub const PASSWORD_AGAIN: &str = "Type your password again.";

/// What a failed form left behind: the values (never a secret) and why it failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailedForm {
    /// The path of the server function that refused it.
    pub endpoint: String,
    /// The typed values, of the form's own type; null when they were too large to be kept.
    pub form: serde_json::Value,
    pub error: Error,
    /// The revision the form was made from, when it was of something stored.
    pub revision: Option<i64>,
    /// Whether a secret was typed. It is not among the values, so it has to be typed again.
    pub had_secret: bool,
    /// Whether nobody tried to save it: it was sent to search, or not by the button that saves.
    #[serde(default)]
    pub is_untried: bool,
    /// The id that it waited under.
    #[serde(skip)]
    pub note: String,
}

impl FailedForm {
    /// Whether it was posted to this server function: `is_of(CreateToken::PATH)`.
    pub fn is_of(&self, endpoint: &str) -> bool {
        self.endpoint == endpoint
    }

    /// Why nothing was saved; `None` for a form that was sent to search, which nobody refused.
    pub fn refusal(&self) -> Option<&Error> {
        let is_only_a_search = matches!(&self.error, Error::Invalid(fields) if fields.is_empty());
        (!is_only_a_search).then_some(&self.error)
    }

    /// The sentence for the control called `name`, if it has one.
    pub fn error_at(&self, name: &str) -> Option<String> {
        match &self.error {
            Error::Invalid(fields) | Error::Questioned(fields) => {
                fields.iter().find(|f| f.field == name).map(|f| f.message.clone())
            }
            Error::Conflict(_) if self.is_untried && self.had_secret && name == "password" => {
                Some(PASSWORD_AGAIN.to_owned())
            }
            _ => None,
        }
    }
}

/// How what was done stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// It was done.
    #[default]
    Good,
    /// It was done, and something about it has to be looked at.
    Doubt,
    /// It was not done.
    Failure,
}

/// How the post before went, to be said once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whole sentences; none when there is nothing to say.
    pub sentences: Vec<String>,
    pub tone: Tone,
    /// The one place that mends it, or has more of it.
    pub link: Option<Onward>,
    /// What takes it back.
    pub undo: Option<Undo>,
}

/// A link below the sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onward {
    pub href: String,
    pub label: String,
}

/// A post that takes back what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// `X::url()` of the server function `X`.
    pub action: String,
    /// Names and values, as the server function calls them. No secret.
    pub values: Vec<(String, String)>,
}

impl Flash {
    /// It was done.
    pub fn good(sentences: Vec<String>) -> Self {
        Self { sentences, ..Self::default() }
    }

    /// It was done, but: the sentences say what is doubtful about it.
    pub fn doubt(sentences: Vec<String>) -> Self {
        Self { sentences, tone: Tone::Doubt, ..Self::default() }
    }

    /// It was not done.
    pub fn failure(sentence: String) -> Self {
        Self { sentences: vec![sentence], tone: Tone::Failure, ..Self::default() }
    }

    /// The same with a link below it.
    #[must_use]
    pub fn with_link(self, href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { link: Some(Onward { href: href.into(), label: label.into() }), ..self }
    }

    /// The same with a button *Undo* that posts `values` to `action`.
    #[must_use]
    pub fn with_undo(self, action: &str, values: Vec<(&'static str, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { undo: Some(Undo { action: action.to_owned(), values }), ..self }
    }
}

impl From<Saved> for Flash {
    fn from(Saved { sentences, mend }: Saved) -> Self {
        match mend {
            Some(mend) => Self::doubt(sentences).with_link(mend.href, mend.label),
            None => Self::good(sentences),
        }
    }
}

impl From<String> for Flash {
    fn from(sentence: String) -> Self {
        Self::good(vec![sentence])
    }
}

/// The failed form of `?back=`. It is taken once, but for one that nobody tried to save: whoever loads its
/// page again is still filling it in. `None` when it was taken, is older than an hour, or is another person's
/// or browser's.
pub async fn take_failed_form(id: String) -> Option<FailedForm> {
    let failed = take_failed_form_of(&id).await?;
    Some(FailedForm { note: id, ..failed })
}

async fn take_failed_form_of(id: &str) -> Option<FailedForm> {
    if let Some(failed) = look_at_note::<FailedForm>(NoteKind::FailedForm, id).await {
        if !failed.is_untried {
            remove_note(id);
        }
        return Some(failed);
    }
    let read = |content: Zeroizing<Vec<u8>>| serde_json::from_slice::<FailedForm>(&content).ok();
    let seen = look_at_slot(SlotKind::FailedForm, id).await.and_then(read);
    if let Some(untried) = seen.filter(|failed| failed.is_untried) {
        return Some(untried);
    }
    read(take_slot(SlotKind::FailedForm, id).await?)
}

/// The flash of `?said=`, taken once.
pub async fn take_flash(id: String) -> Flash {
    take_note(NoteKind::Flash, &id).await.unwrap_or_default()
}

/// The new token or shared secret of the slot `id`, taken once.
pub async fn take_token(id: String) -> Option<String> {
    String::from_utf8(take_slot(SlotKind::Token, &id).await?.to_vec()).ok()
}

/// What became of the token that was tried, out of the slot `id`, taken once.
pub async fn take_trial(id: String) -> Option<TokenTrial> {
    serde_json::from_slice(&take_slot(SlotKind::Trial, &id).await?).ok()
}

/// The moment that a page counts from.
pub fn now() -> Moment {
    use_context::<AskedAt>().map_or_else(crate::vault::now, |asked| asked.0)
}

/// Gives the page the HTTP status of the error.
pub fn set_status(error: &Error) {
    context::note_refusal(error);
    context::set_status(error.status());
}

/// Answers with a redirect to a path of ours instead of the page.
pub fn go_to(path: &str) {
    leptos_axum::redirect(path);
}
