//! Why there is no backup, or nothing was restored.

use crate::error::Error;
use crate::store::{DumpProblem, Refusal};
use std::io;

/// Why there is no backup, or nothing was restored. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupProblem {
    #[error(
        "The schema of the database does not match this version of Regcred. Run `regcred migrate`, or use the version that the server runs."
    )]
    Schema,
    #[error(
        "This is not a Regcred backup. Use a file that `regcred backup` wrote. Nothing was changed."
    )]
    NotABackup,
    #[error(
        "This backup is damaged: its checksum does not match, so it was cut short or changed. Use another copy. Nothing was changed."
    )]
    Damaged,
    /// No proof, because it is of a version that had none.
    #[error(
        "This backup says that an older Regcred made it, so it cannot be authenticated. A forged backup says the same, and its people, tokens and grants would work. Use a newer backup. If you have none and know that nobody else could change this one, restore it with --unauthenticated. Nothing was changed."
    )]
    Unauthenticated,
    #[error(
        "This backup is authenticated with key {expected}, and no key was given. Set REGCRED_KEK_FILE to the file of that key. Nothing was changed."
    )]
    NoKey { expected: String },
    #[error(
        "This backup is authenticated with key {expected}, and the key given is {given}. Set REGCRED_KEK_FILE to the file of the right key. Nothing was changed."
    )]
    WrongKey { expected: String, given: String },
    #[error(
        "This backup was not written by Regcred, or was changed afterwards: its proof is missing or wrong. Use another copy, and find out who could change this one. Nothing was changed."
    )]
    Forged,
    #[error(
        "This backup was made by a newer Regcred. Use that version or a newer one to restore it. Nothing was changed."
    )]
    Newer,
    #[error(
        "A restore needs an empty database, and this one is in use. Name a new folder with REGCRED_DATA, or an empty PostgreSQL database with DATABASE_URL. Nothing was changed."
    )]
    NotEmpty,
    #[error("The backup cannot be read: {0}. Nothing was changed.")]
    Read(io::Error),
    #[error("The backup cannot be written: {0}.")]
    Write(io::Error),
    #[error(
        "The database failed. The log says why. Often the disk is full, or the database does not answer. Nothing was changed."
    )]
    Database(Error),
    #[error("The backup cannot be authenticated. The log says why.")]
    Proof(Error),
}

impl From<DumpProblem> for BackupProblem {
    fn from(problem: DumpProblem) -> Self {
        match problem {
            DumpProblem::Schema(_) => Self::Schema,
            DumpProblem::Write(cause) => Self::Write(cause),
            DumpProblem::Database(cause) => Self::Database(cause.into()),
        }
    }
}

impl From<Refusal> for BackupProblem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotEmpty => Self::NotEmpty,
            Refusal::NewerSchema => Self::Newer,
            Refusal::Malformed => Self::Damaged,
            Refusal::Database(cause) => Self::Database(cause.into()),
        }
    }
}
