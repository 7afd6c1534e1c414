//! Why another host was not called, or gave no answer. No sentence holds an address or a word of the answer.

use std::error::Error;
use std::io;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundProblem {
    /// Not an address of the web, or one with more in it than scheme, host, port, path and query.
    #[error(
        "This address cannot be called. It needs https:// and a host, without a username, # or space."
    )]
    BadUrl,
    /// The host is, or its name stands for, an address that is not public, in the range that is named.
    #[error(
        "The host has an address that is not public, and the operator has not allowed it: {0}."
    )]
    Forbidden(&'static str),
    #[error("The host name was not found. Check its spelling.")]
    Unresolved,
    #[error(
        "The host cannot be reached, or closed the connection. Check the name and the port, or try again."
    )]
    Unreachable,
    #[error("The host did not answer in time. Try again.")]
    TimedOut,
    #[error("The host's answer is too long, so it was not read.")]
    TooLarge,
    #[error(
        "No secure connection could be made: the host does not speak TLS, or its certificate is not valid or not trusted."
    )]
    Tls,
    #[error("The host answered with a redirect, which is not followed.")]
    Redirected,
    #[error("The extra certificates to trust cannot be read. They must be certificates in PEM.")]
    BadRoots,
}

impl OutboundProblem {
    /// Whether nobody was reached, so that the same call may succeed later: when the host is back, its
    /// name or its certificate is mended, or the operator allows it.
    pub fn is_unreachable(self) -> bool {
        !matches!(self, Self::BadUrl | Self::TooLarge | Self::Redirected | Self::BadRoots)
    }
}

impl From<reqwest::Error> for OutboundProblem {
    fn from(error: reqwest::Error) -> Self {
        // The request itself is known to be well formed: what cannot be built is the address of a redirect.
        if error.is_builder() || error.is_redirect() {
            return Self::Redirected;
        }
        let mut cause = error.source();
        while let Some(found) = cause {
            if let Some(own) = found.downcast_ref::<Self>() {
                return *own;
            }
            if found.is::<rustls::Error>() {
                return Self::Tls;
            }
            cause = match found.downcast_ref::<io::Error>() {
                // Its `source` passes over the error that it wraps.
                Some(wrapper) => wrapper.get_ref().map(|inner| inner as &(dyn Error + 'static)),
                None => found.source(),
            };
        }
        if error.is_timeout() { Self::TimedOut } else { Self::Unreachable }
    }
}
