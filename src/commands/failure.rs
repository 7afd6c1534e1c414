//! Why a command was not carried out, and what it exits with.

use crate::error::Error;
use crate::opening::StartError;
use crate::vault::BackupProblem;
use std::io::{self, Write};
use std::process::ExitCode;

/// `EX_CONFIG` of sysexits.
const CANNOT_BEGIN: u8 = 78;

#[derive(Debug)]
pub(super) enum Failure {
    Start(StartError),
    /// It was not done; the sentence says why and what to do.
    Said(String),
    Output(io::Error),
}

impl Failure {
    pub(super) fn said(sentence: impl Into<String>) -> Self {
        Self::Said(sentence.into())
    }

    pub(super) fn tell(self) -> ExitCode {
        let (sentence, code) = match self {
            Self::Start(problem) => (problem.to_string(), ExitCode::from(CANNOT_BEGIN)),
            Self::Said(sentence) => (sentence, ExitCode::FAILURE),
            // The reader has seen enough, as `head` does.
            Self::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Self::Output(cause) => {
                (format!("The output cannot be written: {cause}."), ExitCode::FAILURE)
            }
        };
        // Nothing is left to do when even this cannot be written.
        let _ = writeln!(io::stderr(), "{sentence}");
        code
    }
}

impl From<StartError> for Failure {
    fn from(problem: StartError) -> Self {
        Self::Start(problem)
    }
}

impl From<BackupProblem> for Failure {
    fn from(problem: BackupProblem) -> Self {
        Self::Said(problem.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Said(match error {
            Error::Invalid(fields) => {
                fields.into_iter().map(|field| field.message).collect::<Vec<_>>().join("\n")
            }
            other => other.to_string(),
        })
    }
}
