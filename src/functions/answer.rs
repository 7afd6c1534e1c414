//! What a page may say about its own answer: its status, and where to go instead; and what the
//! page before left for it in a single-use slot.

use crate::error::{Error, Result};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a failed form left behind: the values (never a secret) and why it failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    /// The typed values, of the form's own type.
    pub form: serde_json::Value,
    /// Why nothing was saved.
    pub error: Error,
    /// The revision the form was made from, when it was of something stored.
    pub revision: Option<i64>,
    /// Whether a secret was typed. It is not among the values, so it has to be typed again.
    pub had_secret: bool,
}

impl Returned {
    /// A form of its own, which held no secret.
    pub fn new(form: serde_json::Value, error: Error) -> Self {
        Self { form, error, revision: None, had_secret: false }
    }

    /// The typed values; the default form when they are of another form.
    pub fn form<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.form.clone()).unwrap_or_default()
    }

    /// The sentence for the control called `name`, if it has one.
    pub fn at(&self, name: &str) -> Option<String> {
        match &self.error {
            Error::Invalid(fields) => {
                fields.iter().find(|f| f.field == name).map(|f| f.message.clone())
            }
            _ => None,
        }
    }
}

/// What the failed form whose slot is `id` left. Taken once; `None` when it was taken, is older
/// than an hour, or belongs to somebody else.
#[server(prefix = "/rpc", endpoint = "answer/returned")]
pub async fn take_returned(id: String) -> Result<Option<Returned>> {
    super::context::take_returned(&id).await
}

/// What a post left to be said by the page after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whole sentences; none when there is nothing to say.
    pub sentences: Vec<String>,
    /// Whether they say why something was not done.
    pub is_failure: bool,
}

/// What the post before left, taken once.
#[server(prefix = "/rpc", endpoint = "answer/notice")]
pub async fn take_notice(id: String) -> Result<Notice> {
    super::context::take_notice(&id).await
}

/// Gives the page the HTTP status of the error. Does nothing in a browser.
pub fn set_status(error: &Error) {
    #[cfg(feature = "ssr")]
    super::context::set_status(error.status());
    #[cfg(not(feature = "ssr"))]
    let _ = error;
}

/// Answers with a redirect to a path of ours instead of the page. Does nothing in a browser.
pub fn go_to(path: &str) {
    #[cfg(feature = "ssr")]
    leptos_axum::redirect(path);
    #[cfg(not(feature = "ssr"))]
    let _ = path;
}
