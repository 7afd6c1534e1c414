//! One credential, for `docker-credential-regcred`, and the list of what it could ask for.

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::{Ledger, single};
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Given, Vault};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
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
            let message = "Name either the server, perhaps with the repository, or the image.";
            return Err(Error::BadRequest(message.to_owned()).into());
        }
    };
    let delivery = vault.deliver(&asking.pipeline, &request).await?;
    let mut ledger = Ledger::of(&delivery);
    let entry = delivery.entries.first().ok_or(Error::NotFound)?;
    if matches!(entry.given, Given::Bearer { .. }) {
        return Err(Error::Conflict(
            "Only short-lived tokens of this registry may be handed out: fetch one with /api/v1/registry-token?image=…, or a docker configuration with image=."
                .to_owned(),
        )
        .into());
    }
    let text = single::credential(entry, &mut ledger).map_err(|reason| {
        Error::Conflict(format!("This credential was not delivered: {reason}."))
    })?;
    Ok(answer::delivered(answer::JSON, answer::text(text), &ledger))
}

/// `GET /api/v1/credentials`: servers and user names, and no secret.
pub(super) async fn list(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    asking.query(&[], &[])?;
    let found = vault.usernames(&asking.pipeline).await?;
    let credentials: Vec<_> = found
        .iter()
        .map(|(host, username)| json!({ "server": host.docker_config_key(), "username": username }))
        .collect();
    let mut response = Json(json!({ "credentials": credentials })).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}
