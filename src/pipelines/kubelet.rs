//! `GET /api/v1/kubelet`: what kubelet's credential provider plugin answers with (protocols 4.4).
//!
//! - `image=`: the image that kubelet pulls
//! - `cache=image` (the default): one entry, for that image's repository; `registry`: every entry of
//!   its registry; `global`: every entry there is. Kubelet keeps what it is given for as much
//! - 404 when nothing is granted

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::{Ledger, kubernetes};
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Vault};
use axum::extract::State;
use axum::response::Response;

/// Answers with kubelet's map.
pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image", "cache"], &[])?;
    let intent = query.intent()?;
    let image = query.one("image").ok_or_else(|| {
        Error::BadRequest("Name the image that is pulled: image=ghcr.io/acme/api.".to_owned())
    })?;
    let image = place::image(image)?;
    let whole = asking.request(Door::Kubelet, intent, Shape::Paths);
    let (request, key) = asked(whole, image, query.one("cache").unwrap_or("image"))?;
    let delivery = vault.deliver(&asking.pipeline, &request).await?;
    if delivery.entries.is_empty() && delivery.left_out.is_empty() {
        return Err(Error::NotFound.into());
    }
    let mut ledger = Ledger::of(&delivery);
    let key = key.as_ref().map(|image| (&image.host, image.repository.as_str()));
    let text = kubernetes::kubelet(&delivery.entries, key, &mut ledger);
    Ok(answer::delivered(answer::JSON, answer::text(text), &ledger))
}

/// What to fetch for what kubelet will keep, and the image that is the only key, if there is one.
fn asked(
    whole: DeliveryRequest,
    image: Image,
    cache: &str,
) -> Result<(DeliveryRequest, Option<Image>)> {
    match cache {
        "image" => {
            let one = DeliveryRequest { shape: Shape::One, ..whole };
            Ok((only_for(one, Some(image.clone())), Some(image)))
        }
        "registry" => Ok((DeliveryRequest { host: Some(image.host), ..whole }, None)),
        "global" => Ok((whole, None)),
        _ => Err(Error::BadRequest("The cache is image, registry or global.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::delivery::Claims;

    fn found(cache: &str) -> Result<(DeliveryRequest, Option<Image>)> {
        let whole = DeliveryRequest {
            intent: Access::Pull,
            door: Door::Kubelet,
            claims: Claims::default(),
            address: None,
            host: None,
            repository: None,
            shape: Shape::Paths,
            wants_token: false,
        };
        asked(whole, Image::parse("ghcr.io/acme/api").unwrap(), cache)
    }

    #[test]
    fn no_more_is_fetched_than_kubelet_keeps() {
        for (cache, host, repository, shape, has_key) in [
            ("image", Some("ghcr.io"), Some("acme/api"), Shape::One, true),
            ("registry", Some("ghcr.io"), None, Shape::Paths, false),
            ("global", None, None, Shape::Paths, false),
        ] {
            let (request, key) = found(cache).unwrap();
            assert_eq!(request.host.as_ref().map(|host| host.as_str()), host, "{cache}");
            assert_eq!(request.repository.as_deref(), repository, "{cache}");
            assert_eq!((request.shape, key.is_some()), (shape, has_key), "{cache}");
        }
        for cache in ["", "Image", "all"] {
            assert_eq!(found(cache).unwrap_err().status(), 400, "{cache}");
        }
    }
}
