//! Who is asking: the pipeline token that was given, or one for an identity of the CI.

mod ci;

use crate::api;
use crate::bounded::{self, Readers};
use crate::environment::Variables;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::web::Web;
use ci::Ci;
use std::path::Path;
use ureq::http::HeaderValue;

const NOBODY: &str = "No token is set. Set REGCRED_TOKEN or REGCRED_TOKEN_FILE, or set REGCRED_PIPELINE with REGCRED_ID_TOKEN or REGCRED_ID_TOKEN_FILE. Jobs of GitHub, Azure Pipelines, Buildkite and CircleCI need only REGCRED_PIPELINE. In GitHub the job also needs the permission id-token: write.";

const NO_PIPELINE: &str = "REGCRED_PIPELINE is not set. With an identity token of the CI, set it to the id of the pipeline.";

enum Source<'a> {
    Given(&'a Secret),
    /// Read each time, since others write it anew.
    File(&'a Path),
    Ci(Ci),
}

/// The pipeline token to ask with: the first that was given, or an exchange for the first identity
/// token.
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
    let source = Source::find(settings, variables)?;
    let pipeline = settings.pipeline.as_deref().ok_or(Failure::here(NO_PIPELINE))?;
    api::exchange(web, server, pipeline, &mut || source.token(web))
}

impl<'a> Source<'a> {
    fn find(settings: &'a Settings, variables: &Variables) -> Result<Self, Failure> {
        let given = &settings.given;
        if let Some(jwt) = &given.id_token {
            return Ok(Self::Given(jwt));
        }
        if let Some(path) = &given.id_token_file {
            return Ok(Self::File(path));
        }
        Ci::find(settings, variables)?.map(Self::Ci).ok_or(Failure::here(NOBODY))
    }

    fn token(&self, web: &Web) -> Result<Secret, Failure> {
        match self {
            Self::Given(jwt) => usable(jwt, "REGCRED_ID_TOKEN"),
            Self::File(path) => {
                // Kubernetes writes these readable for all in the container, and they live for minutes.
                let jwt = bounded::token(path, "REGCRED_ID_TOKEN_FILE", Readers::Anyone)?;
                usable(&jwt, "REGCRED_ID_TOKEN_FILE")
            }
            Self::Ci(ci) => ci.token(web),
        }
    }
}

/// The text of a token as it goes into a header: without the line feed that files end with.
pub fn usable(token: &Secret, name: &str) -> Result<Secret, Failure> {
    let text = token.expose().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::here(format!("{name} does not contain a token.")));
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
        .map_err(|_| Failure::Refused("The CI issued something that is not a token.".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;
