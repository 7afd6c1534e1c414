//! Why a verb could not be done, in the words that the client gets to see.

use std::borrow::Cow;
use std::fmt;

/// Why it did not work. Printed, it is one line; it never holds a secret or what was typed.
#[derive(Debug)]
pub enum Failure {
    /// No credential for that server. Clients know these words and go on without one.
    NotFound,
    /// Nothing on stdin where a server should be.
    NoServer,
    NoUsername,
    UnknownAction(String),
    /// Something here is not right: a setting, a file, what came on stdin.
    Here(Cow<'static, str>),
    /// The other side says that it does not have it. Only for some questions is that `NotFound`.
    Absent(String),
    /// The other side answered no, and would again.
    Refused(String),
    /// Unreachable or busy: it may work later.
    Passing(String),
}

impl Failure {
    pub fn here(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::Here(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("credentials not found in native keychain"),
            Self::NoServer => f.write_str("no credentials server URL"),
            Self::NoUsername => f.write_str("no credentials username"),
            Self::UnknownAction(action) => {
                write!(f, "docker-credential-regcred: unknown action: {action}")
            }
            Self::Here(sentence) => write!(f, "regcred: {sentence}"),
            Self::Absent(sentence) | Self::Refused(sentence) | Self::Passing(sentence) => {
                write!(f, "regcred: {sentence}")
            }
        }
    }
}
