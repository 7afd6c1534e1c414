//! `GET /api/v1/buildx`: the folders of buildx as a tar, to be unpacked in `$DOCKER_CONFIG/buildx`.
//!
//! - `?intent=pull` (the default) or `push`: the folders are for that only, so who needs both
//!   fetches both
//! - `repository=`, any number of times: an image's name without its tag; then there is a folder for
//!   each that something is granted for, and none for whole registries

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::buildx::{Folder, archive, folder};
use super::formats::{Ledger, docker};
use super::place;
use super::reply::Reply;
use crate::domain::credential::Access;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{Delivery, Vault};
use axum::extract::State;
use axum::response::Response;

/// Repositories of one request.
const MOST: usize = 50;

/// Answers with the tar.
pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["intent"], &["repository"])?;
    let intent = query.intent()?;
    let mut images: Vec<Image> = Vec::new();
    for text in query.all("repository") {
        let image = place::image(text)?;
        if !images.contains(&image) {
            images.push(image);
        }
    }
    if images.len() > MOST {
        let message = format!("Name at most {MOST} repositories in one request.");
        return Err(Error::BadRequest(message).into());
    }
    let mut ledger = Ledger::default();
    let folders = if images.is_empty() {
        let request = asking.request(Door::Buildx, intent, Shape::Hosts);
        let delivery = vault.deliver(&asking.pipeline, &request).await?;
        written(&delivery, None, intent, &mut ledger)
    } else {
        of_repositories(&vault, &asking, images, intent, &mut ledger).await?
    };
    let now = time::OffsetDateTime::now_utc().unix_timestamp().unsigned_abs();
    let bytes = archive(&folders, now).map_err(|error| {
        tracing::error!(error = %error, "the folders of buildx do not fit into a tar");
        Error::Internal
    })?;
    Ok(answer::delivered(answer::TAR, answer::bytes(bytes), &ledger))
}

/// A folder for each image that something is granted for.
async fn of_repositories(
    vault: &Vault,
    asking: &Asking,
    images: Vec<Image>,
    intent: Access,
    ledger: &mut Ledger,
) -> Result<Vec<Folder>> {
    let mut folders = Vec::with_capacity(images.len());
    let mut refused = None;
    for image in images {
        let repository = image.repository.clone();
        let request = only_for(asking.request(Door::Buildx, intent, Shape::One), Some(image));
        match vault.deliver(&asking.pipeline, &request).await {
            Ok(delivery) => {
                folders.extend(written(&delivery, Some(&repository), intent, ledger));
            }
            // Anybody may pull it, or nobody here: buildx finds out.
            Err(Error::NotFound) => {}
            // The others are had all the same: their receipts are written.
            Err(error @ (Error::Denied(_) | Error::Conflict(_))) => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    if folders.is_empty() { Err(refused.unwrap_or(Error::NotFound)) } else { Ok(folders) }
}

fn written(
    delivery: &Delivery,
    repository: Option<&str>,
    intent: Access,
    ledger: &mut Ledger,
) -> Vec<Folder> {
    ledger.also(delivery);
    let folders = delivery.entries.iter().map(|entry| Folder {
        name: folder(&entry.host, repository, intent),
        json: docker::config_json(std::slice::from_ref(entry), ledger),
    });
    folders.collect()
}
