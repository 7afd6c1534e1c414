//! `GET /api/v1/docker-config`: the granted credentials as a docker `config.json`.
//!
//! - `?intent=pull` (the default) or `push`
//! - `Regcred-Run`, `Regcred-Commit`, `Regcred-Branch`, `Regcred-Actor`: what the receipt says of
//!   the run, at most 256 characters each
//! - answers 200 with the file; `Regcred-Left-Out` names the credentials that are not in it (by id)
//!   with the reason; 401, 409 and 503 as JSON

use super::reply::Reply;
use super::token::Presented;
use crate::domain::credential::Access;
use crate::domain::delivery::{CLAIM_MAX, Claims, Client, Door};
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Vault};
use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

pub(super) async fn fetch(
    State(vault): State<Vault>,
    Presented(pipeline): Presented,
    RawQuery(query): RawQuery,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    let request = DeliveryRequest {
        intent: intent(query.as_deref())?,
        door: Door::DockerConfig,
        claims: claims(&headers)?,
        address: client.and_then(|Extension(client)| client.0),
    };
    let config = vault.docker_config(&pipeline, &request).await?;
    let mut response = Response::new(Body::from(config.json.as_bytes().to_vec()));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (id, reason) in config.left_out {
        if let Ok(value) = HeaderValue::from_str(&format!("{id}; {reason}")) {
            out.append(HeaderName::from_static("regcred-left-out"), value);
        }
    }
    Ok(response)
}

/// The only parameter there is; a token in the URL is refused with all others.
fn intent(query: Option<&str>) -> Result<Access> {
    match query.unwrap_or_default() {
        "" | "intent=pull" => Ok(Access::Pull),
        "intent=push" => Ok(Access::PullAndPush),
        _ => Err(Error::BadRequest("The only parameter is intent: pull or push.".to_owned())),
    }
}

fn claims(headers: &HeaderMap) -> Result<Claims> {
    let claim = |name: &str| match headers.get(name).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(value))
            if value.chars().count() <= CLAIM_MAX && !value.chars().any(char::is_control) =>
        {
            Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
        }
        Some(_) => Err(Error::BadRequest(format!(
            "The header {name} has to be visible ASCII of at most {CLAIM_MAX} characters."
        ))),
    };
    Ok(Claims {
        run: claim("Regcred-Run")?,
        commit: claim("Regcred-Commit")?,
        branch: claim("Regcred-Branch")?,
        actor: claim("Regcred-Actor")?,
    })
}
