//! Why a source gives no key. Each sentence says what to do, and none holds a byte of a key.

use super::command::TIMEOUT;
use super::file::MAX;
use crate::crypto::kek::KekProblem;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::process::ExitStatus;

/// A source of the key that cannot be used, and which key the database waits for.
#[derive(Debug, thiserror::Error)]
#[error("{fault}{}", expectation(.expected))]
pub struct KekSourceProblem {
    pub fault: KekFault,
    /// Ids of the keys that open the database; none for a new one.
    pub expected: BTreeSet<String>,
}

fn expectation(expected: &BTreeSet<String>) -> String {
    if expected.is_empty() {
        return String::new();
    }
    let ids: Vec<&str> = expected.iter().map(String::as_str).collect();
    format!(" This database is encrypted with key {}. Nothing was changed.", ids.join(", "))
}

/// How a key was given, which decides how another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KekWay {
    File,
    Command,
    Variable,
    /// A credential of the service manager.
    Credential,
}

/// What to do with the new key and with the old one.
impl fmt::Display for KekWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => {
                "Set REGCRED_KEK_FILE to its file. If a database is encrypted with the old key, also set REGCRED_KEK_PREVIOUS_FILE to the old file."
            }
            Self::Command => {
                "Store its content where the program of REGCRED_KEK_COMMAND gets the key. If a database is encrypted with the old key, first save what the program prints now in a file that only its owner can read, and set REGCRED_KEK_PREVIOUS_FILE to that file."
            }
            Self::Variable => {
                "Set REGCRED_KEK_FILE to its file, and remove REGCRED_KEK. If a database is encrypted with the old key, first save it with `(umask 077; printf %s \"$REGCRED_KEK\" > OLD)`, and set REGCRED_KEK_PREVIOUS_FILE to that file."
            }
            Self::Credential => {
                "Load its file as the credential regcred-kek. If a database is encrypted with the old key, load the old file as the credential regcred-kek-previous."
            }
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum KekFault {
    #[error("The key file {path} cannot be read: {cause}.")]
    Unreadable { path: String, cause: io::Error },
    #[error(
        "The key file {path} is {kind} and not a file. Name the file itself. For a key that a program prints, use REGCRED_KEK_COMMAND."
    )]
    NotAFile { path: String, kind: &'static str },
    #[error("The key file {path} can be read by others. Run `chmod 600 {path}`.")]
    Open { path: String },
    #[error(
        "The key file {path} belongs to user {owner}, and Regcred runs as user {user}. Run `chown {user} {path}`."
    )]
    Foreign { path: String, owner: u32, user: u32 },
    #[error(
        "{origin} has more than {} bytes, so it is not a key. A key is 32 bytes, raw or as base64 or hex, and nothing else.",
        MAX
    )]
    TooLong { origin: String },
    #[error("{origin} does not contain a key: {cause}")]
    NotAKey { origin: String, cause: KekProblem },
    #[error(
        "The key-encryption key is easy to guess: it is text, or has few different bytes, where 32 random bytes are needed. Create a new one with `regcred keys new FILE`. {way} To start with the old key anyway, set REGCRED_KEK_ACCEPT_WEAK=true."
    )]
    Weak { way: KekWay },
    #[error("The key is given twice, with {one} and with {other}. Remove one of them.")]
    TwoSources { one: &'static str, other: &'static str },
    /// A previous key opens what the current one is to wrap, and there is no current one.
    #[error(
        "Only a previous key was given ({given}), and no current one. Set REGCRED_KEK_FILE to the file of the new key, or of this one to keep it."
    )]
    OnlyPrevious { given: String },
    #[error(
        "REGCRED_KEK_COMMAND is empty. Set it to the program that prints the key, or remove it."
    )]
    NoCommand,
    #[error("The key command {program} cannot be started: {cause}.")]
    NotStarted {
        /// Its name, without its arguments: those may be secret.
        program: String,
        cause: io::Error,
    },
    #[error("The key command {program} failed: {status}. Its stderr is in this log.")]
    Failed { program: String, status: ExitStatus },
    #[error(
        "The key command {program} did not end within {} seconds and was stopped. It has no terminal, so it cannot ask for input.",
        TIMEOUT.as_secs()
    )]
    TooSlow { program: String },
    #[error("The output of the key command {program} cannot be read: {cause}.")]
    Unheard { program: String, cause: io::Error },
    #[error("The first key could not be written to {path}: {cause}.")]
    NotWritten { path: String, cause: io::Error },
    #[error("The system provided no random bytes for the first key.")]
    Random,
}
