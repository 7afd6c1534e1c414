//! Who is asking: the pipeline token that was given, or one for an identity of the CI.

use crate::address;
use crate::api;
use crate::bounded::{self, Readers};
use crate::environment::Variables;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::web::{Request, Web};
use serde::Deserialize;
use ureq::http::HeaderValue;

const NOBODY: &str = "Nothing says who is asking: set REGCRED_TOKEN or REGCRED_TOKEN_FILE; or REGCRED_PIPELINE with REGCRED_ID_TOKEN, REGCRED_ID_TOKEN_FILE, or in a GitHub job the permission id-token: write (ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN).";

const NO_PIPELINE: &str = "REGCRED_PIPELINE is not set: with an identity token of the CI it has to be the id of the pipeline.";

/// The pipeline token to ask with: the first that was given, or an exchange for the first identity
/// token.
///
/// # Errors
/// A sentence that names the settings when there is none, or the one that cannot be used.
pub fn pipeline_token(
    web: &Web,
    server: &str,
    settings: &Settings,
    variables: &Variables,
) -> Result<Secret, Failure> {
    let given = &settings.given;
    if let Some(token) = &given.token {
        return usable(token, "REGCRED_TOKEN");
    }
    if let Some(path) = &given.token_file {
        let token = bounded::token(path, "REGCRED_TOKEN_FILE", Readers::Owner)?;
        return usable(&token, "REGCRED_TOKEN_FILE");
    }
    let jwt = if let Some(jwt) = &given.id_token {
        usable(jwt, "REGCRED_ID_TOKEN")?
    } else if let Some(path) = &given.id_token_file {
        // Kubernetes writes these readable for all in the container, and they live for minutes.
        let jwt = bounded::token(path, "REGCRED_ID_TOKEN_FILE", Readers::Anyone)?;
        usable(&jwt, "REGCRED_ID_TOKEN_FILE")?
    } else {
        return of_github(web, server, settings, variables);
    };
    let pipeline = settings.pipeline.as_deref().ok_or(Failure::here(NO_PIPELINE))?;
    api::exchange(web, server, pipeline, &jwt)
}

/// The text of a token as it goes into a header: without the line feed that files end with.
///
/// # Errors
/// A sentence that names the setting when that is no token.
pub fn usable(token: &Secret, name: &str) -> Result<Secret, Failure> {
    let text = token.expose().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::here(format!("What {name} gives is no token.")));
    }
    Ok(Secret::from(text.to_owned()))
}

/// `Bearer` and the token, marked as something not to show.
///
/// # Errors
/// `Refused` for what cannot be in a header.
pub fn bearer(scheme: &str, token: &Secret) -> Result<HeaderValue, Failure> {
    let text = zeroize::Zeroizing::new(format!("{scheme} {}", token.expose()));
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Failure::Refused("The token that was handed out is none.".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn of_github(
    web: &Web,
    server: &str,
    settings: &Settings,
    variables: &Variables,
) -> Result<Secret, Failure> {
    let url = variables.text("ACTIONS_ID_TOKEN_REQUEST_URL")?;
    let token = variables.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?;
    let (Some(url), Some(token)) = (url, token) else {
        return Err(Failure::here(NOBODY));
    };
    let pipeline = settings.pipeline.as_deref().ok_or(Failure::here(NO_PIPELINE))?;
    if !settings.may_send_to(&url) {
        return Err(Failure::here("ACTIONS_ID_TOKEN_REQUEST_URL has to be https://."));
    }
    let token = usable(&token, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")?;
    let joint = if url.contains('?') { '&' } else { '?' };
    let audience = address::percent_encoded(&settings.audience()?);
    let answer = web.send(&Request {
        whom: "GitHub",
        url: &format!("{url}{joint}audience={audience}"),
        headers: &[("authorization", bearer("bearer", &token)?)],
        body: None,
    })?;
    #[derive(Deserialize)]
    struct Issued {
        value: Secret,
    }
    let issued = (answer.status == 200).then(|| serde_json::from_slice::<Issued>(&answer.body));
    let Some(Ok(issued)) = issued else {
        return Err(Failure::Refused(format!(
            "GitHub handed out no identity token (status {}).",
            answer.status
        )));
    };
    let jwt = usable(&issued.value, "ACTIONS_ID_TOKEN_REQUEST_URL")?;
    api::exchange(web, server, pipeline, &jwt)
}

#[cfg(test)]
mod tests;
