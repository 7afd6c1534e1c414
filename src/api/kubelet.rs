//! `GET /api/v1/kubelet`: what kubelet's credential provider plugin answers with (protocols 4.4).
//!
//! - `image=`: the image that kubelet pulls
//! - `cache=image` (the default): one entry, for that image's repository; `registry`: every entry of
//!   its registry; `global`: every entry there is. Kubelet keeps what it is given for as much
//! - 404 when nothing is granted
//! - at most 1 MiB, which is what the plugin reads: what there is no room for is left out and named

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::kubernetes::{self, Kept};
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::extract::State;
use axum::response::Response;

pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image", "cache"], &[])?;
    let intent = query.intent()?;
    let image = query.one("image").ok_or_else(|| {
        Error::BadRequest("Name the image to pull: image=ghcr.io/acme/api.".to_owned())
    })?;
    let image = place::image(image)?;
    let whole = asking.request(Door::Kubelet, intent, Shape::Paths);
    let (request, kept) = asked(whole, &image, query.one("cache").unwrap_or("image"))?;
    let write = |entries: &[Entry], ledger: &mut Ledger| {
        Ok(kubernetes::kubelet(entries, &image, kept, ledger))
    };
    let delivered = vault.deliver(&asking.pipeline, &request, write).await?;
    if delivered.told.held.is_empty() && delivered.told.left_out.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(answer::json(delivered.body, &delivered.told))
}

/// What to fetch for what kubelet will keep.
fn asked(whole: DeliveryRequest, image: &Image, cache: &str) -> Result<(DeliveryRequest, Kept)> {
    match cache {
        "image" => {
            let one = DeliveryRequest { shape: Shape::One, ..whole };
            Ok((only_for(one, Some(image.clone())), Kept::Image))
        }
        "registry" => Ok((DeliveryRequest { host: Some(image.host.clone()), ..whole }, Kept::More)),
        "global" => Ok((whole, Kept::More)),
        _ => Err(Error::BadRequest("The cache must be image, registry or global.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::delivery::Claims;

    fn found(cache: &str) -> Result<(DeliveryRequest, Kept)> {
        let whole = DeliveryRequest {
            intent: Access::Pull,
            also_pulls: false,
            door: Door::Kubelet,
            claims: Claims::default(),
            address: None,
            host: None,
            repository: None,
            shape: Shape::Paths,
            wants_token: false,
        };
        asked(whole, &Image::parse("ghcr.io/acme/api").unwrap(), cache)
    }

    #[test]
    fn no_more_is_fetched_than_kubelet_keeps() {
        for (cache, host, repository, shape, kept) in [
            ("image", Some("ghcr.io"), Some("acme/api"), Shape::One, Kept::Image),
            ("registry", Some("ghcr.io"), None, Shape::Paths, Kept::More),
            ("global", None, None, Shape::Paths, Kept::More),
        ] {
            let (request, found) = found(cache).unwrap();
            assert_eq!(request.host.as_ref().map(|host| host.as_str()), host, "{cache}");
            assert_eq!(request.repository.as_deref(), repository, "{cache}");
            assert_eq!((request.shape, found), (shape, kept), "{cache}");
        }
        for cache in ["", "Image", "all"] {
            assert_eq!(found(cache).unwrap_err().status(), 400, "{cache}");
        }
    }
}
