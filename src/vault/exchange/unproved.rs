//! Why an identity token was not taken, before any claim of it was looked at.

use super::not_accepted;
use crate::domain::trust_rule::{Provider, TrustRule, other_audience};
use crate::error::Error;
use crate::issuers::IssuerProblem;
use serde_json::{Map, Value};

#[derive(Debug)]
pub(in crate::vault) enum Unproved {
    NoRule,
    NoReach,
    /// A rule names the issuer, but it is not on the list of the instance.
    NotListed,
    /// The signature, the times, the issuer's keys; and a rule that names the issuer.
    Issuer(IssuerProblem, Box<TrustRule>),
    /// All is right but for whom the token is; and the rules that name the issuer.
    Audience(Vec<TrustRule>),
}

impl Unproved {
    pub(in crate::vault) fn sentence(&self, claims: &Map<String, Value>) -> String {
        match self {
            Self::NoRule => {
                "No trust rule of this pipeline names the issuer of this token.".to_owned()
            }
            Self::NoReach => Error::Unavailable.to_string(),
            Self::NotListed => {
                "The issuer of this token is not on the list of trusted issuers. An instance admin must add it."
                    .to_owned()
            }
            Self::Issuer(problem, rule) => complaint(*problem, rule),
            Self::Audience(rules) => {
                format!("It is signed by its issuer, but {}.", other_audience(rules, claims))
            }
        }
    }

    /// As the door answers it; a token for another audience is answered by a receipt, too.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::NoReach => Error::Unavailable,
            Self::Issuer(problem, rule) if problem.is_the_issuers() => {
                let message = format!("{} Try again in half a minute.", complaint(problem, &rule));
                Error::Upstream { message, retry_after: IssuerProblem::PAUSE }
            }
            Self::Issuer(problem, _) if problem.is_signed() => not_accepted(problem),
            // Until a signature holds, everybody is told the same: which pipelines there are, and
            // whom they trust, is not for strangers.
            Self::Issuer(..) | Self::NoRule | Self::NotListed | Self::Audience(_) => Error::Denied(
                "No trust rule of this pipeline names the issuer of this token, or the token's signature is wrong."
                    .to_owned(),
            ),
        }
    }
}

/// What is wrong with the issuer of the rule, or with the token.
fn complaint(problem: IssuerProblem, rule: &TrustRule) -> String {
    problem.complaint(&rule.issuer, rule.provider == Provider::Kubernetes)
}
