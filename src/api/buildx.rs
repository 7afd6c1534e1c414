//! `GET /api/v1/buildx`: the folders of buildx as a tar, to be unpacked in `$DOCKER_CONFIG/buildx`.
//!
//! - `?intent=pull` (the default) or `push`: the folders are for that only, so who needs both
//!   fetches both
//! - `repository=`, any number of times: an image's name without its tag; then there is a folder for
//!   each that something is granted for, and none for whole registries. What is refused or ties for
//!   one is named in `Regcred-Left-Out`, and the others are had all the same; if another system does
//!   not do its part for one, nothing is delivered

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::buildx::{Wanted, archive, folders};
use super::place;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::extract::State;
use axum::response::Response;

const MOST: usize = 50;

pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent"], &["repository"])?;
    let intent = query.intent()?;
    let mut images: Vec<Image> = Vec::new();
    let mut written: Vec<Vec<String>> = Vec::new();
    for text in query.all("repository") {
        let image = place::image(text)?;
        let at = images.iter().position(|known| *known == image).unwrap_or(images.len());
        if at == images.len() {
            images.push(image.clone());
            written.push(Vec::new());
        }
        if let Some(one) = image.host.written()
            && !written[at].iter().any(|known| known == one)
        {
            written[at].push(one.to_owned());
        }
    }
    // Each spelling has a folder of its own.
    if images.len().max(written.iter().map(Vec::len).sum()) > MOST {
        let message = format!("Name at most {MOST} repositories in one request.");
        return Err(Error::BadRequest(message).into());
    }
    let request = |shape, image| only_for(asking.request(Door::Buildx, intent, shape), image);
    let requests: Vec<DeliveryRequest> = if images.is_empty() {
        vec![request(Shape::Hosts, None)]
    } else {
        images.into_iter().map(|image| request(Shape::One, Some(image))).collect()
    };
    let now = time::OffsetDateTime::now_utc().unix_timestamp().unsigned_abs();
    let write = |answers: &[Vec<Entry>], ledger: &mut Ledger| {
        let mut asked: Vec<(&Entry, Wanted<'_>)> = Vec::new();
        for (at, (request, entries)) in requests.iter().zip(answers).enumerate() {
            let repository = request.repository.as_deref();
            let written = written.get(at).map(Vec::as_slice).unwrap_or_default();
            asked.extend(entries.iter().map(|entry| (entry, Wanted { repository, written })));
        }
        archive(&folders(&asked, intent, ledger), now).map_err(|error| {
            tracing::error!(error = %error, "the folders of buildx do not fit into a tar");
            Error::Internal
        })
    };
    let delivered = vault.deliver_all(&asking.pipeline, &requests, write).await?;
    Ok(answer::tar(delivered.body, &delivered.told))
}
