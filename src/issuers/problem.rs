//! Why a token was not believed, and what people are told of an issuer that did not do its part.

use std::fmt;

use crate::crypto::jwt::JwtProblem;
use crate::outbound::OutboundProblem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its metadata, below its own address.
    Metadata,
    /// Its keys, at the place that the metadata name.
    Keys,
}

/// What is wrong with a document that an issuer publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Form,
    Length,
    OtherIssuer,
    /// The metadata name a place for the keys that may not be asked.
    Place,
}

/// Why a token was not believed. The texts carry nothing that stood in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerProblem {
    Token(JwtProblem),
    /// The expected issuer is not an address that may be asked: `https`, without user name, query or
    /// fragment. Plain `http` will do only for this machine.
    Address,
    /// It cannot be reached, does not answer in time or may not be called, and no keys of the last
    /// day are left.
    Unreachable(Part, OutboundProblem),
    /// It is being asked, and as many as may wait for its answer.
    Busy,
    /// It answered with another status than that of the document.
    Answered(Part, u16),
    /// It answered with something else than what it must publish.
    Unfit(Part, Wrong),
}

impl fmt::Display for IssuerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, what) = match *self {
            Self::Token(problem) => return fmt::Display::fmt(&problem, f),
            Self::Address => return f.write_str("the issuer's address cannot be called"),
            Self::Unreachable(part, cause) => (part, unreached(cause)),
            Self::Busy => {
                (Part::Keys, "too many other requests are waiting for its answer".to_owned())
            }
            Self::Answered(part, status) => (part, format!("it answered {status}")),
            Self::Unfit(part, wrong) => (part, unfit(part, wrong).to_owned()),
        };
        let part = match part {
            Part::Metadata => "metadata",
            Part::Keys => "keys",
        };
        write!(f, "the issuer was asked for its {part}, and {what}")
    }
}

impl std::error::Error for IssuerProblem {}

impl IssuerProblem {
    /// Seconds for which an issuer is left alone after a failure.
    pub const PAUSE: u32 = 30;

    /// Nobody knows what happened.
    pub(super) const UNKNOWN: Self =
        Self::Unreachable(Part::Metadata, OutboundProblem::Unreachable);

    /// Whether it is the issuer that did not do its part: the token may be good, and may be
    /// presented again.
    pub fn is_the_issuers(self) -> bool {
        matches!(self, Self::Unreachable(..) | Self::Busy | Self::Answered(..) | Self::Unfit(..))
    }

    /// Whether the signature was found to be the issuer's before this went wrong.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Token(problem) if problem.is_signed())
    }

    /// The sentence for people about this issuer, which somebody registered: its host, what it said
    /// and what to do. A cluster that wants to be asked by somebody it knows lacks a binding.
    pub fn complaint(self, issuer: &str, is_cluster: bool) -> String {
        if !self.is_the_issuers() {
            return self.to_string();
        }
        let host = host(issuer);
        let said = self.to_string().replacen("the issuer", &format!("The issuer {host}"), 1);
        let advice = match self {
            Self::Answered(_, 401 | 403) if is_cluster => {
                " The cluster allows this only with authentication: bind the cluster role system:service-account-issuer-discovery to the group system:unauthenticated."
            }
            Self::Answered(_, 401 | 403) => " It must publish this without authentication.",
            Self::Answered(_, 404) => " Check the issuer of the trust rule.",
            Self::Unreachable(_, OutboundProblem::Forbidden(_)) => {
                " The operator of this service can allow it: REGCRED_PRIVATE_NETWORKS."
            }
            Self::Unreachable(_, OutboundProblem::Unresolved) => {
                " Check the issuer of the trust rule, and whether this server can look up its name."
            }
            _ => "",
        };
        format!("{said}.{advice}")
    }
}

/// The host of the address, with its port.
fn host(issuer: &str) -> &str {
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn unreached(cause: OutboundProblem) -> String {
    let said = match cause {
        OutboundProblem::Forbidden(range) => {
            return format!(
                "it has an address that is not public, and the operator has not allowed it ({range})"
            );
        }
        OutboundProblem::Unresolved => "its host name was not found",
        OutboundProblem::TimedOut => "it did not answer in time",
        OutboundProblem::Tls => {
            "no secure connection could be made: its certificate is not valid or not trusted"
        }
        OutboundProblem::Redirected => "it answered with a redirect, which is not followed",
        OutboundProblem::BadUrl => "its address cannot be called",
        OutboundProblem::Unreachable | OutboundProblem::TooLarge | OutboundProblem::BadRoots => {
            "it cannot be reached, or closed the connection"
        }
    };
    said.to_owned()
}

fn unfit(part: Part, wrong: Wrong) -> &'static str {
    match (part, wrong) {
        (_, Wrong::Length) => "its answer is too long",
        (_, Wrong::OtherIssuer) => "the metadata names another issuer",
        (_, Wrong::Place) => "the address of its keys (jwks_uri) may not be called",
        (Part::Metadata, Wrong::Form) => "its answer is not JSON with issuer and jwks_uri",
        (Part::Keys, Wrong::Form) => "its answer is not a set of keys",
    }
}
