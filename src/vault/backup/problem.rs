//! Why there is no backup, or nothing was restored.

use crate::error::Error;
use crate::store::{DumpProblem, Refusal};
use std::io;

/// Why there is no backup, or nothing was restored. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupProblem {
    /// The database is older or newer than this program.
    #[error(
        "The schema of the database does not match this version of Regcred. Run `regcred migrate`, or use the version that the server runs."
    )]
    Schema,
    /// It begins like something else.
    #[error(
        "This is not a Regcred backup. Use a file that `regcred backup` wrote. Nothing was changed."
    )]
    NotABackup,
    /// A part is missing, or a byte is another one.
    #[error(
        "This backup is damaged: its checksum does not match, so it was cut short or changed. Use another copy. Nothing was changed."
    )]
    Damaged,
    /// No proof, because it is of a version that had none.
    #[error(
        "This backup was made by an older Regcred and cannot be authenticated. Use a newer backup. If there is none and you are sure that nobody else could change this one, restore it with --unauthenticated. Nothing was changed."
    )]
    Unauthenticated,
    /// It can be proved, and no key was given.
    #[error(
        "This backup is authenticated with key {expected}, and no key was given. Set REGCRED_KEK_FILE to the file that holds it. Nothing was changed."
    )]
    NoKey {
        /// Ids of the keys that open the keyring inside.
        expected: String,
    },
    /// It can be proved, and another key was given.
    #[error(
        "This backup is authenticated with key {expected}, and the key given is {given}. Set REGCRED_KEK_FILE to the file of the right key. Nothing was changed."
    )]
    WrongKey {
        /// Ids of the keys that open the keyring inside.
        expected: String,
        /// Ids of the keys that were given.
        given: String,
    },
    /// The proof is missing or does not fit.
    #[error(
        "This backup was not written by Regcred, or was changed afterwards: its proof is missing or wrong. Use another copy, and find out who could change this one. Nothing was changed."
    )]
    Forged,
    /// A format or a schema that this program does not know.
    #[error(
        "This backup was made by a newer Regcred. Use that version or a newer one to restore it. Nothing was changed."
    )]
    Newer,
    /// There are rows already.
    #[error(
        "A restore needs an empty database, and this one is in use. Name a new folder with REGCRED_DATA, or an empty PostgreSQL database with DATABASE_URL. Nothing was changed."
    )]
    NotEmpty,
    /// The backup cannot be read.
    #[error("The backup cannot be read: {0}. Nothing was changed.")]
    Read(io::Error),
    /// The backup cannot be written.
    #[error("The backup cannot be written: {0}.")]
    Write(io::Error),
    /// The database.
    #[error(
        "The database failed. The log says why. Often the disk is full, or the database does not answer. Nothing was changed."
    )]
    Database(Error),
    /// The key in use.
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
