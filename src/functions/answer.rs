//! What a page takes that the post before it left, and what it may say about its own answer.

use super::context::{self, take_slot};
use super::notes::take_note;
use crate::domain::trust_rule::TokenTrial;
use crate::error::Error;
use crate::vault::{NoteKind, SlotKind};
use serde::{Deserialize, Serialize};

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
}

impl FailedForm {
    /// Whether it was posted to this server function: `is_of(CreateToken::PATH)`.
    pub fn is_of(&self, endpoint: &str) -> bool {
        self.endpoint == endpoint
    }

    /// The sentence for the control called `name`, if it has one.
    pub fn error_at(&self, name: &str) -> Option<String> {
        match &self.error {
            Error::Invalid(fields) => {
                fields.iter().find(|f| f.field == name).map(|f| f.message.clone())
            }
            _ => None,
        }
    }
}

/// How the post before went, to be said once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whole sentences; none when there is nothing to say.
    pub sentences: Vec<String>,
    /// Whether they say why something was not done.
    pub is_failure: bool,
}

/// The failed form of `?back=`. It is taken once; `None` when it was taken, is older than an hour,
/// or is another person's or browser's.
pub async fn take_failed_form(id: String) -> Option<FailedForm> {
    if let Some(failed) = take_note(NoteKind::FailedForm, &id).await {
        return Some(failed);
    }
    serde_json::from_slice(&take_slot(SlotKind::FailedForm, &id).await?).ok()
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

/// Gives the page the HTTP status of the error.
pub fn set_status(error: &Error) {
    context::note_refusal(error);
    context::set_status(error.status());
}

/// Answers with a redirect to a path of ours instead of the page.
pub fn go_to(path: &str) {
    leptos_axum::redirect(path);
}
