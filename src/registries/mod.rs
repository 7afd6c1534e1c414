//! Talks to real registries: how a user name and a secret become a token for one repository.
//!
//! The secret goes to one place only, in one header: the token service that the registry names, if that is at an
//! origin accepted for it. The registry itself is asked without it.

mod challenge;
mod check;
#[cfg(test)]
pub(crate) mod fuzz;
mod problem;
mod realm;
mod token;

#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use zeroize::Zeroizing;

use crate::domain::credential::Access;
use crate::domain::registry::{RegistryHost, path_scope};
use crate::outbound::{Answer, Outbound, USUAL_WAIT};
use challenge::Challenge;
pub use check::CheckAsk;
pub use problem::RegistryProblem;

/// No answer that is read here is longer.
const LIMIT: usize = 256 * 1024;

/// The registries, as far as their token services go.
#[derive(Clone, Debug)]
pub struct Registries {
    outbound: Outbound,
}

/// What a token is asked for, and with what. There is no Debug: it holds the secret.
pub struct BearerAsk<'a> {
    pub host: &'a RegistryHost,
    /// Whether it is spoken to in plain HTTP.
    pub is_insecure: bool,
    /// The one repository the token is for, as the registry calls it: `library/nginx`, not `nginx`.
    pub repository: &'a str,
    pub intent: Access,
    /// Never holds a colon.
    pub username: &'a str,
    pub secret: &'a [u8],
    /// Origins, `https://host:port`, accepted for the token service in addition to the registry's own and its fixed companions.
    pub realms: &'a [String],
}

/// A short-lived token for one repository. Debug prints how long it lives only.
pub struct Bearer {
    /// What goes behind `Authorization: Bearer`.
    pub token: Zeroizing<String>,
    /// Seconds from now; at most an hour, however long the registry says.
    pub expires_in: u64,
}

impl Registries {
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound }
    }

    /// A bearer token for exactly `repository` and what `intent` asks (`pull` or `pull,push`).
    ///
    /// A token that says of itself that it grants less or more is not handed out; one that says nothing is.
    pub async fn bearer(&self, ask: &BearerAsk<'_>) -> Result<Bearer, RegistryProblem> {
        let scope = scope(ask.repository, ask.intent)?;
        let challenge = self.challenge(ask).await?;
        let url = realm::token_url(&challenge, Some(&scope), ask)?;
        let basic = (AUTHORIZATION, basic(ask.username, ask.secret)?);
        let answer = self.outbound.get(&url, &[basic], LIMIT).await?.not_redirected()?;
        match answer.status {
            200 => {
                let bearer = token::read(&answer.body, ask.repository, ask.intent)?;
                if token::gives_away(&bearer.token, ask.secret) {
                    return Err(RegistryProblem::Wider);
                }
                Ok(bearer)
            }
            // Who says when to come back has not looked at the password: it counts the askers.
            401 | 403 if !answer.asks_to_wait() => Err(RegistryProblem::Refused),
            _ => Err(unexpected(&answer)),
        }
    }

    /// How the registry wants to be convinced. It is asked without the secret.
    async fn challenge(&self, ask: &BearerAsk<'_>) -> Result<Challenge, RegistryProblem> {
        let url = format!("{}/v2/", realm::api_origin(ask.host, ask.is_insecure));
        let answer = self.outbound.get(&url, &[], LIMIT).await?.not_redirected()?;
        match answer.status {
            401 => {}
            200 => return Err(RegistryProblem::Open),
            _ => return Err(unexpected(&answer)),
        }
        let challenges = challenges(&answer)?;
        let has_basic = challenges.iter().any(|challenge| challenge.scheme() == "basic");
        let bearer = challenges.into_iter().find(|challenge| challenge.scheme() == "bearer");
        bearer.ok_or(if has_basic { RegistryProblem::Basic } else { RegistryProblem::Malformed })
    }
}

/// Every way in which the answer says that it wants to be convinced.
fn challenges(answer: &Answer) -> Result<Vec<Challenge>, RegistryProblem> {
    let mut challenges = Vec::new();
    for value in answer.headers.get_all(WWW_AUTHENTICATE).iter() {
        let read = value.to_str().ok().and_then(challenge::parse);
        challenges.extend(read.ok_or(RegistryProblem::Malformed)?);
    }
    Ok(challenges)
}

/// What a status means that answers nothing: that it passes, or that it stays.
fn unexpected(answer: &Answer) -> RegistryProblem {
    let (status, wait) = (answer.status, answer.wait());
    // A limit is also told by 403 with a time, and by 408 and 425 of what stands in front.
    let is_passing = match status {
        408 | 425 | 429 | 500..=599 => true,
        401 | 403 => answer.asks_to_wait(),
        _ => false,
    };
    if is_passing {
        RegistryProblem::Busy { status, wait: wait.unwrap_or(USUAL_WAIT) }
    } else {
        RegistryProblem::Unexpected(status)
    }
}

/// What the token service is asked for: `repository:NAME:pull[,push]`.
fn scope(repository: &str, intent: Access) -> Result<String, RegistryProblem> {
    // A name with a colon, a comma or a space in it could ask for more than its repository.
    let is_one = path_scope(repository).is_ok_and(|paths| paths == [repository]);
    if !is_one {
        return Err(RegistryProblem::BadRepository);
    }
    Ok(format!("repository:{repository}:{}", actions(intent).join(",")))
}

/// The registries' own words for an intent.
fn actions(intent: Access) -> &'static [&'static str] {
    match intent {
        Access::Pull => &["pull"],
        Access::PullAndPush => &["pull", "push"],
    }
}

fn basic(username: &str, secret: &[u8]) -> Result<HeaderValue, RegistryProblem> {
    let mut pair = Zeroizing::new(Vec::with_capacity(username.len() + 1 + secret.len()));
    pair.extend_from_slice(username.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(secret);
    let text =
        Zeroizing::new(format!("Basic {}", Zeroizing::new(STANDARD.encode(&*pair)).as_str()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| RegistryProblem::Malformed)?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}
