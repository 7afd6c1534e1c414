//! Why a registry gave no token. The sentences say whose turn it is, and none holds a secret.

use crate::outbound::{OutboundProblem, USUAL_WAIT};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryProblem {
    #[error(
        "This registry has no token service. It expects the username and the password in each request."
    )]
    Basic,
    #[error("This registry asks for no username and no password.")]
    Open,
    /// It names a token service at an origin that nobody accepted; nothing was sent there.
    #[error(
        "The registry asks to send the password to {0}, which is not accepted for this credential. If that is its token service, accept it on the credential's page."
    )]
    RealmNotAccepted(String),
    #[error(
        "The registry's token service refused the username and the password. Check them, and whether they have expired."
    )]
    Refused,
    #[error(
        "The registry granted less access than requested. Check that the user has this access to the repository."
    )]
    Narrower,
    #[error("The registry granted more than was asked for, so its token was not delivered.")]
    Wider,
    #[error(
        "The registry or its token service gave an answer that does not follow the registry protocol."
    )]
    Malformed,
    /// A status that says neither yes nor no, and will say the same again.
    #[error(
        "The registry or its token service gave an unexpected answer, with status {0}. Check that the address is a registry's."
    )]
    Unexpected(u16),
    /// It is down, or was asked too often: nothing is known of the user name and the password.
    #[error(
        "The registry or its token service is not available right now: it answered with status {status}. Try again later."
    )]
    Busy {
        status: u16,
        /// Seconds until it wants to be asked again.
        wait: u32,
    },
    #[error("That is not the name of one repository, so no token can be requested for it.")]
    BadRepository,
    #[error(transparent)]
    Outbound(#[from] OutboundProblem),
}

impl RegistryProblem {
    /// Seconds after which the same question may have another answer; `None` when somebody has to
    /// change something first.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Busy { wait, .. } => Some(*wait),
            Self::Outbound(problem) if problem.is_unreachable() => Some(USUAL_WAIT),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_is_away_comes_back_and_one_that_says_no_does_not() {
        for (problem, wait) in [
            (RegistryProblem::Busy { status: 429, wait: 30 }, Some(30)),
            (OutboundProblem::Unreachable.into(), Some(USUAL_WAIT)),
            (OutboundProblem::TimedOut.into(), Some(USUAL_WAIT)),
            (OutboundProblem::Unresolved.into(), Some(USUAL_WAIT)),
            (OutboundProblem::Tls.into(), Some(USUAL_WAIT)),
            (OutboundProblem::Redirected.into(), None),
            (OutboundProblem::TooLarge.into(), None),
            (RegistryProblem::Refused, None),
            (RegistryProblem::Basic, None),
            (RegistryProblem::Unexpected(404), None),
            (RegistryProblem::RealmNotAccepted("https://auth.example.com:443".to_owned()), None),
        ] {
            assert_eq!(problem.retry_after(), wait, "{problem:?}");
        }
    }
}
