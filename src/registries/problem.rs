//! Why a registry gave no token. The sentences say whose turn it is, and none holds a secret.

use crate::outbound::OutboundProblem;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryProblem {
    /// It takes the user name and the password themselves and knows no tokens.
    #[error(
        "This registry has no token service: it takes the user name and the password at each request."
    )]
    Basic,
    /// It answers without being convinced of anything.
    #[error("This registry asks for no user name and no password.")]
    Open,
    /// It names a token service at an origin that nobody accepted; nothing was sent there.
    #[error(
        "The registry sends the password to {0}, which nobody has accepted for this credential. If that is its token service, accept it on the credential."
    )]
    RealmNotAccepted(String),
    /// The token service does not know the user name and the password, or does not let them in.
    #[error(
        "The registry's token service refused the user name and the password. Check them, and whether they have expired."
    )]
    Refused,
    /// The token that was granted does not do what was asked for; it was thrown away.
    #[error(
        "The registry granted less than was asked for. Check that the user may do this in the repository."
    )]
    Narrower,
    /// The token that was granted does more than was asked for; it was thrown away.
    #[error("The registry granted more than was asked for, so its token was not handed out.")]
    Wider,
    /// An answer that cannot be understood.
    #[error(
        "The registry or its token service answered something that is not of the registry protocol."
    )]
    Malformed,
    /// A status that says neither yes nor no.
    #[error("The registry or its token service answered with status {0}. Try again later.")]
    Unexpected(u16),
    /// A token was to be asked for something that is not one repository.
    #[error("That is not the name of one repository, so no token can be asked for it.")]
    BadRepository,
    /// There was no answer, or the call was not made.
    #[error(transparent)]
    Outbound(#[from] OutboundProblem),
}
