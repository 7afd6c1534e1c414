//! What people are told. The one error that crosses from the server to a page.
//!
//! Every sentence is copy: what went wrong and what to do. None repeats what was typed, because an
//! answer may be logged, cached or quoted. Causes are logged once, where they are converted.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the form control.
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// A value that was changed while a form was open: by somebody else, or by the same person elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub label: String,
    /// What it is now; for a secret, only that it was replaced.
    pub now: String,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Fields that break a rule; nothing was saved. 422.
    #[error("Check the marked fields. Nothing was saved.")]
    Invalid(Vec<FieldError>),
    /// Fields that break no rule and are probably not meant. Nothing was saved: whoever sends it again
    /// on purpose has it saved. 422.
    #[error("Nothing was saved yet. Check the marked fields.")]
    Questioned(Vec<FieldError>),
    /// The form was made from an older revision; nothing was saved. 409.
    #[error("A newer version was saved while you were editing. Nothing was overwritten.")]
    Stale {
        by: Option<String>,
        changes: Vec<Change>,
        /// The revision to save against.
        revision: i64,
    },
    /// Nobody is signed in, or the token is not valid. 401.
    #[error("Sign in to continue.")]
    Unauthenticated,
    /// The person lacks the permission. 403.
    #[error("Your role in this project does not allow this. Ask an owner of the project to do it.")]
    Forbidden,
    /// A rule about this very thing forbids it; the sentence says which. 403.
    #[error("{0}")]
    Denied(String),
    /// It does not exist, or the person may not know that it does. 404.
    #[error("What you asked for does not exist or was deleted.")]
    NotFound,
    /// It was there, and was removed on purpose; the sentence says when. 410.
    #[error("{0}")]
    Gone(String),
    /// A query, filter or request that cannot be understood. 400.
    #[error("{0}")]
    BadRequest(String),
    /// Something about the state of the thing forbids it. 409.
    #[error("{0}")]
    Conflict(String),
    /// Too many attempts. 429.
    #[error("Too many attempts. Wait {} and try again.", in_minutes(.minutes))]
    TooManyAttempts {
        /// Minutes until the next attempt is read.
        minutes: u32,
    },
    /// A pipeline, or a project's pipelines, ask more often than they may. 429.
    #[error("{of} sent too many requests. Wait {} and try again.", in_seconds(.retry_after))]
    TooManyRequests {
        /// Who did, at the beginning of a sentence.
        of: String,
        /// Seconds until the next request is answered.
        retry_after: u32,
    },
    /// Another system that the work needs (a registry, an issuer of identity tokens) did not do its
    /// part; the sentence names it and what it said. 503.
    #[error("{message}")]
    Upstream {
        message: String,
        /// Seconds until it is worth trying again.
        retry_after: u32,
    },
    /// The work cannot be recorded or stored just now. 503.
    #[error("The service is not available right now. Nothing was changed. Try again in a moment.")]
    Unavailable,
    /// Our fault; the cause is in the log. 500.
    #[error("Something went wrong on our side. Nothing was saved. Try again.")]
    Internal,
}

impl Error {
    pub fn at(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// The HTTP status that says the same (RFC 9110).
    pub fn status(&self) -> u16 {
        self.status_and_code().0
    }

    /// The word for machines, in the JSON of `/api/v1`.
    pub fn code(&self) -> &'static str {
        self.status_and_code().1
    }

    fn status_and_code(&self) -> (u16, &'static str) {
        match self {
            Self::Invalid(_) => (422, "invalid"),
            Self::Questioned(_) => (422, "questioned"),
            Self::Stale { .. } => (409, "stale"),
            Self::Conflict(_) => (409, "conflict"),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::Forbidden | Self::Denied(_) => (403, "forbidden"),
            Self::NotFound => (404, "not_found"),
            Self::Gone(_) => (410, "gone"),
            Self::BadRequest(_) => (400, "bad_request"),
            Self::TooManyAttempts { .. } => (429, "too_many_attempts"),
            Self::TooManyRequests { .. } => (429, "too_many_requests"),
            Self::Upstream { .. } => (503, "upstream"),
            Self::Unavailable => (503, "unavailable"),
            Self::Internal => (500, "internal"),
        }
    }

    /// Seconds until it is worth trying again, where waiting helps: the header `Retry-After`.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { minutes } => Some(minutes.saturating_mul(60)),
            Self::Upstream { retry_after, .. } | Self::TooManyRequests { retry_after, .. } => {
                Some(*retry_after)
            }
            Self::Unavailable => Some(2),
            _ => None,
        }
    }
}

fn in_minutes(minutes: &u32) -> String {
    if *minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") }
}

fn in_seconds(seconds: &u32) -> String {
    if *seconds == 1 { "a second".to_owned() } else { format!("{seconds} seconds") }
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // The framework's own errors quote input, so only their kind survives.
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => {
                Self::BadRequest("Invalid request.".to_owned())
            }
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}
