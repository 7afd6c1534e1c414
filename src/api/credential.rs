//! One credential, for `docker-credential-regcred`, and the list of what it could ask for.

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::single;
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `GET /api/v1/credential?server=` or `?image=`, with `intent` and, beside a server, `repository`.
pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "server", "image", "repository"], &[])?;
    let request = asking.request(Door::Credential, query.intent()?, Shape::One);
    let request = match (query.one("server"), query.one("image"), query.one("repository")) {
        (Some(server), None, repository) => {
            let host = place::server(server)?;
            let repository = repository.map(|text| place::repository(text, &host)).transpose()?;
            DeliveryRequest { host: Some(host), repository, ..request }
        }
        (None, Some(image), None) => only_for(request, Some(place::image(image)?)),
        _ => {
            let message = "Name either the server, with or without a repository, or the image.";
            return Err(Error::BadRequest(message.to_owned()).into());
        }
    };
    let write = |entries: &[Entry], ledger: &mut Ledger| {
        Ok(entries.first().and_then(|entry| single::credential(entry, ledger)))
    };
    let delivered = vault.deliver(&asking.pipeline, &request, write).await?;
    let text = delivered.body.ok_or(Error::NotFound)?;
    Ok(answer::json(text, &delivered.told))
}

/// `GET /api/v1/credentials`: servers and user names, and no secret. What the pipeline was granted
/// and would not get all the same, two that tie among it, is named in `Regcred-Left-Out`.
pub(super) async fn list(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    asking.query(&[], &[])?;
    let (found, told) = vault.usernames(&asking.pipeline, asking.address()).await?;
    let credentials: Vec<_> = found
        .iter()
        .map(|(host, username)| json!({ "server": host.docker_config_key(), "username": username }))
        .collect();
    let mut response = Json(json!({ "credentials": credentials })).into_response();
    answer::tell(response.headers_mut(), &told);
    Ok(response)
}
