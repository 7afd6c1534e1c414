//! `GET /api/v1/registry-token?image=&intent=`: a short-lived token of the registry for one
//! repository, instead of the secret.

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::single;
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::extract::State;
use axum::response::Response;

pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image"], &[])?;
    let intent = query.intent()?;
    let image = query
        .one("image")
        .ok_or_else(|| Error::BadRequest("Name the image: image=ghcr.io/acme/api.".to_owned()))?;
    let image = place::image(image)?;
    let request = asking.request(Door::RegistryToken, intent, Shape::One);
    let request = DeliveryRequest { wants_token: true, ..only_for(request, Some(image.clone())) };
    let write = |entries: &[Entry], ledger: &mut Ledger| {
        Ok(entries.first().and_then(|entry| single::token(entry, &image, intent, ledger)))
    };
    let delivered = vault.deliver(&asking.pipeline, &request, write).await?;
    let text = delivered.body.ok_or(Error::NotFound)?;
    Ok(answer::json(text, &delivered.told))
}
