//! The identity tokens that a CI has for its jobs: GitHub and Azure hand them out over HTTP,
//! Buildkite and CircleCI through a program of theirs.

use super::{bearer, usable};
use crate::address;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::program;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::web::{Request, Web};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use ureq::http::HeaderValue;

/// A CI that can be asked for an identity token.
pub(super) enum Ci {
    /// Over HTTP, with the token that the job has for it.
    Door(Door),
    Program {
        path: PathBuf,
        arguments: Vec<String>,
        /// A token that the job was started with, for when the program gives none.
        ready: Option<Secret>,
    },
    /// A token that the job was started with.
    Ready(Secret),
}

pub(super) struct Door {
    whom: &'static str,
    url: String,
    token: Secret,
    /// Only Azure wants a body.
    body: Option<&'static [u8]>,
}

impl Ci {
    /// The CI that this job runs in, if it is one that can be asked.
    pub(super) fn find(
        settings: &Settings,
        variables: &Variables,
    ) -> Result<Option<Self>, Failure> {
        if let Some(door) = github(settings, variables)? {
            return Ok(Some(Self::Door(door)));
        }
        if let Some(door) = azure(settings, variables)? {
            return Ok(Some(Self::Door(door)));
        }
        if variables.is_set("BUILDKITE_JOB_ID") {
            return buildkite(settings, variables).map(Some);
        }
        circleci(settings, variables)
    }

    /// A token that was not there before, where the CI can make one.
    pub(super) fn token(&self, web: &Web) -> Result<Secret, Failure> {
        match self {
            Self::Door(door) => door.token(web),
            Self::Program { path, arguments, ready } => {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let printed = program::printed(path, &arguments, web.left());
                let token = printed.and_then(|printed| usable(&printed, "it").ok());
                token.or_else(|| ready.clone()).ok_or_else(|| {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let words =
                        arguments.iter().copied().take_while(|word| !word.starts_with("--"));
                    let words = words.collect::<Vec<_>>().join(" ");
                    Failure::Refused(format!(
                        "{name} {words} issued no identity token. Run it in the job to see why."
                    ))
                })
            }
            Self::Ready(token) => Ok(token.clone()),
        }
    }
}

impl Door {
    fn token(&self, web: &Web) -> Result<Secret, Failure> {
        #[derive(Deserialize)]
        struct Issued {
            #[serde(alias = "oidcToken")]
            value: Secret,
        }
        let whom = self.whom;
        let headers = [
            ("authorization", bearer("Bearer", &self.token)?),
            // Azure else sends whom it does not know to a page for people.
            ("x-tfs-fedauthredirect", HeaderValue::from_static("Suppress")),
        ];
        let headers = if self.body.is_some() { &headers[..] } else { &headers[..1] };
        let answer = web.send(&Request { whom, url: &self.url, headers, body: self.body })?;
        let issued = (answer.status == 200).then(|| serde_json::from_slice::<Issued>(&answer.body));
        let Some(Ok(issued)) = issued else {
            let sentence = format!("{whom} issued no identity token (status {}).", answer.status);
            return Err(Failure::Refused(sentence));
        };
        usable(&issued.value, whom)
            .map_err(|_| Failure::Refused(format!("{whom} issued something that is not a token.")))
    }
}

/// A job of GitHub Actions that has the permission `id-token: write`.
fn github(settings: &Settings, variables: &Variables) -> Result<Option<Door>, Failure> {
    let url = variables.text("ACTIONS_ID_TOKEN_REQUEST_URL")?;
    let token = variables.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?;
    let (Some(url), Some(token)) = (url, token) else { return Ok(None) };
    if !settings.may_send_to(&url) {
        return Err(Failure::here("ACTIONS_ID_TOKEN_REQUEST_URL must be https://."));
    }
    let audience = address::percent_encoded(&settings.audience()?);
    Ok(Some(Door {
        whom: "GitHub",
        url: with_query(&url, &format!("audience={audience}")),
        token: usable(&token, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")?,
        body: None,
    }))
}

/// A job of Azure Pipelines. Azure decides the audience.
fn azure(settings: &Settings, variables: &Variables) -> Result<Option<Door>, Failure> {
    let Some(url) = variables.text("SYSTEM_OIDCREQUESTURI")? else { return Ok(None) };
    if !settings.may_send_to(&url) {
        return Err(Failure::here("SYSTEM_OIDCREQUESTURI must be https://."));
    }
    let token = variables.secret("SYSTEM_ACCESSTOKEN")?.ok_or(Failure::here(
        "This step cannot request an identity token from Azure. Add the environment variable SYSTEM_ACCESSTOKEN: $(System.AccessToken) to it.",
    ))?;
    let mut query = "api-version=7.1".to_owned();
    if let Some(connection) = &settings.service_connection {
        query.push_str("&serviceConnectionId=");
        query.push_str(&address::percent_encoded(connection));
    }
    Ok(Some(Door {
        whom: "Azure DevOps",
        url: with_query(url.trim_end_matches('/'), &query),
        token: usable(&token, "SYSTEM_ACCESSTOKEN")?,
        body: Some(b"{}"),
    }))
}

/// A job of Buildkite. Its tokens have the ids that trust rules ask for only when asked to.
fn buildkite(settings: &Settings, variables: &Variables) -> Result<Ci, Failure> {
    let path = program::find("buildkite-agent", variables).ok_or(Failure::here(
        "This Buildkite job cannot request an identity token, because buildkite-agent is not on the PATH. Set REGCRED_ID_TOKEN to the output of buildkite-agent oidc request-token.",
    ))?;
    let audience = settings.audience()?;
    let mut arguments: Vec<String> =
        ["oidc", "request-token", "--audience"].map(str::to_owned).into();
    arguments.push(audience);
    let mut claims = vec!["organization_id", "pipeline_id"];
    let more = variables.text("BUILDKITE_OIDC_TOKEN_CLAIMS")?.unwrap_or_default();
    // What is asked for by an argument takes the place of what the variable asks for.
    for claim in more.split(',').map(str::trim).filter(|claim| !claim.is_empty()) {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    for claim in claims {
        arguments.extend(["--claim".to_owned(), claim.to_owned()]);
    }
    Ok(Ci::Program { path, arguments, ready: None })
}

/// A job of CircleCI. The tokens that it is started with are for its organization, so that one for
/// the right audience is better.
fn circleci(settings: &Settings, variables: &Variables) -> Result<Option<Ci>, Failure> {
    #[derive(Serialize)]
    struct Claims {
        aud: String,
    }
    let newer = variables.secret("CIRCLE_OIDC_TOKEN_V2")?;
    let ready =
        newer.map_or_else(|| variables.secret("CIRCLE_OIDC_TOKEN"), |token| Ok(Some(token)))?;
    let ready = ready.map(|token| usable(&token, "CIRCLE_OIDC_TOKEN_V2")).transpose()?;
    if ready.is_none() && !variables.is_set("CIRCLECI") {
        return Ok(None);
    }
    let Some(path) = program::find("circleci", variables) else {
        return ready.map(|token| Some(Ci::Ready(token))).ok_or(Failure::here(
            "This CircleCI job cannot request an identity token, because circleci is not on the PATH and CIRCLE_OIDC_TOKEN_V2 is not set. Set REGCRED_ID_TOKEN to the output of circleci run oidc get.",
        ));
    };
    let claims = serde_json::to_string(&Claims { aud: settings.audience()? });
    let claims =
        claims.map_err(|_| Failure::here("REGCRED_AUDIENCE cannot be written as JSON."))?;
    let mut arguments: Vec<String> = ["run", "oidc", "get", "--claims"].map(str::to_owned).into();
    arguments.push(claims);
    Ok(Some(Ci::Program { path, arguments, ready }))
}

fn with_query(url: &str, query: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

#[cfg(test)]
mod tests;
