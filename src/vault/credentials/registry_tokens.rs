//! Short-lived tokens of a registry for one repository, so that the password never leaves.

mod kept;

pub(in crate::vault) use kept::Kept;

use super::guards::ONLY_PROPOSED;
use crate::domain::actor::Granter;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::Access;
use crate::domain::guard_change::LoweredGuards;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, FieldError, Result};
use crate::registries::{BearerAsk, RegistryProblem};
use crate::store::{CredentialChanges, Held, Set};
use crate::vault::{Given, Vault, now};
use kept::Key;
use uuid::Uuid;

impl Vault {
    /// A token for the repository, and for what `intent` says, that the registry gives for the
    /// secret, or gave for it not long ago.
    ///
    /// # Errors
    /// `Conflict` with the sentence that says why there is none; `Upstream` when the registry cannot
    /// say so just now.
    pub(in crate::vault) async fn bearer(
        &self,
        credential: &Held,
        repository: &str,
        intent: Access,
        secret: &[u8],
    ) -> Result<Given> {
        let shown = &credential.summary;
        let realms: Vec<String> = credential.token_service.iter().cloned().collect();
        let reach = self.reach()?;
        let ask = BearerAsk {
            host: &shown.host,
            is_insecure: shown.is_insecure,
            repository,
            intent,
            username: &shown.username,
            secret,
            realms: &realms,
        };
        let key = Key {
            credential: shown.id,
            version: credential.version,
            origin: shown.host.origin(shown.is_insecure),
            username: shown.username.clone(),
            token_service: credential.token_service.clone(),
            repository: repository.to_owned(),
            intent,
        };
        match self.registry_tokens.or_ask(key, reach.registries.bearer(&ask)).await {
            Ok(bearer) => Ok(Given::Bearer { token: bearer.token, expires_in: bearer.expires_in }),
            Err(problem) => {
                tracing::warn!(credential = %shown.id, problem = %problem, "no token for one repository");
                let message = sentence(&shown.name, &shown.host, &problem);
                Err(match problem.retry_after() {
                    Some(retry_after) => Error::Upstream { message, retry_after },
                    None => Error::Conflict(message),
                })
            }
        }
    }

    /// Lets the secret go to the token service at `origin` as well, or, when that is blank, to none.
    ///
    /// # Errors
    /// `Invalid` at `origin`.
    pub async fn set_token_service(
        &self,
        granter: &Granter,
        id: Uuid,
        origin: &str,
    ) -> Result<String> {
        let project = granter.project().id;
        let write = self.write_as(granter).await?;
        let stored = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        let name = stored.summary.name.clone();
        let wanted = match origin.trim() {
            "" => None,
            typed => Some(service(typed, stored.summary.is_insecure)?),
        };
        if wanted == stored.token_service {
            return Ok(format!("No changes to save for {name}."));
        }
        // To another origin is one more way out for a secret that is guarded.
        if let (true, Some(origin)) = (stored.is_protected, wanted.clone()) {
            let lowered = LoweredGuards { token_service: Some(origin), ..LoweredGuards::default() };
            let recorded = self.propose(&write, granter, &stored, lowered).await?;
            write.commit(recorded.ok_or(Error::Internal)?).await?;
            return Ok(ONLY_PROPOSED.to_owned());
        }
        let row = CredentialChanges {
            token_service: Set(wanted.clone()),
            updated_at: Set(now().0),
            updated_by: Set(granter.person().name.clone()),
            ..CredentialChanges::default()
        };
        write.credentials(project).update(id, row).await?;
        let (action, said) = match &wanted {
            Some(_) => (
                Action::TokenServiceAccepted,
                format!("The token service was accepted for {name}."),
            ),
            None => {
                (Action::TokenServiceRefused, format!("The token service was removed from {name}."))
            }
        };
        let detail = Detail::TokenService(wanted.or(stored.token_service).unwrap_or_default());
        let what = (action, Subject { id, name }, detail);
        self.commit_event(write, project, granter, what).await?;
        Ok(said)
    }
}

/// What is wrong with the form of a token service, for who has yet to give their password: all that can be
/// said before anything is read.
pub fn problems_of_token_service(origin: &str) -> Vec<FieldError> {
    match origin.trim() {
        "" => Vec::new(),
        typed => match service(typed, true) {
            Err(Error::Invalid(problems)) => problems,
            _ => Vec::new(),
        },
    }
}

/// `https://host:port` of what was typed.
fn service(typed: &str, may_be_http: bool) -> Result<String> {
    let parsed =
        RegistryHost::read(typed).map_err(|problem| Error::at("origin", problem.to_string()))?;
    if parsed.path.is_some() {
        return Err(Error::at(
            "origin",
            "Enter the address without a path, for example https://auth.example.com.",
        ));
    }
    if parsed.is_http && !may_be_http {
        return Err(Error::at(
            "origin",
            "Secrets are not sent over plain HTTP. Enter an https:// address.",
        ));
    }
    Ok(parsed.host.origin(parsed.is_http))
}

fn sentence(name: &str, host: &RegistryHost, problem: &RegistryProblem) -> String {
    let why = match problem {
        RegistryProblem::Basic | RegistryProblem::Open => {
            "its registry has no token service, so there are no short-lived tokens".to_owned()
        }
        RegistryProblem::RealmNotAccepted(origin) => format!(
            "its registry uses the token service at {origin}; accept it on the credential's page first"
        ),
        RegistryProblem::Refused => "the token service rejected its username and secret".to_owned(),
        RegistryProblem::Narrower => {
            "the token service granted less access than requested for this repository".to_owned()
        }
        RegistryProblem::Wider => {
            "the token service issued a token with more access than requested, so it was discarded"
                .to_owned()
        }
        other => return format!("No short-lived token for {name} on {host}. {other}"),
    };
    format!("No short-lived token for {name}: {why}.")
}
