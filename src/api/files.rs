//! The files that a pipeline can fetch whole: docker's `config.json`, the containers tools'
//! `auth.json`, the value of `DOCKER_AUTH_CONFIG` and a Kubernetes secret.
//!
//! - `?intent=pull` (the default) or `push`; `image=`: only what serves that image, and where a file
//!   knows paths only for its repository; `also=pull`, with `intent=push`: what may be pulled with as
//!   well, with `image=` from all other registries, and without it from those that nothing may push to
//! - `Regcred-Run`, `-Commit`, `-Branch`, `-Actor`, `-Event`: what the receipts say of the run, cut
//!   at 256 characters each
//! - answers 200 with the file; its headers are those of [`super::answer`]. What cannot be told apart
//!   or be held is left out and named there. 401, 409 and 503 come as JSON

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::{docker, kubernetes};
use super::place;
use super::query::Query;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::extract::State;
use axum::response::Response;
use zeroize::Zeroizing;

const SECRET_NAME: &str = "regcred";

pub(super) async fn docker_config(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "also", "image"], &[])?;
    let door = (Door::DockerConfig, Shape::Hosts);
    Ok(file(&vault, &asking, &query, door, docker::config_json).await?)
}

pub(super) async fn auth_json(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "also", "image"], &[])?;
    let door = (Door::AuthJson, Shape::Paths);
    Ok(file(&vault, &asking, &query, door, docker::auth_json).await?)
}

pub(super) async fn docker_auth_config(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "also", "image"], &[])?;
    let door = (Door::DockerAuthConfig, Shape::Hosts);
    Ok(file(&vault, &asking, &query, door, docker::auth_config).await?)
}

/// `GET /api/v1/kubernetes-secret?name=&namespace=`.
pub(super) async fn kubernetes_secret(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "also", "image", "name", "namespace"], &[])?;
    let name = name_of_secret(&query)?.unwrap_or(SECRET_NAME);
    let namespace = namespace(&query)?;
    let door = (Door::KubernetesSecret, Shape::Paths);
    let write = file(&vault, &asking, &query, door, |entries, image, ledger| {
        kubernetes::manifest(entries, image, (name, namespace), ledger)
    });
    Ok(write.await?)
}

async fn file(
    vault: &Vault,
    asking: &Asking,
    query: &Query,
    (door, shape): (Door, Shape),
    format: impl FnOnce(&[Entry], Option<&Image>, &mut Ledger) -> Zeroizing<String>,
) -> Result<Response> {
    let image = query.one("image").map(place::image).transpose()?;
    let also_pulls = query.also_pulls()?;
    let request = DeliveryRequest { also_pulls, ..asking.request(door, query.intent()?, shape) };
    let request = only_for(request, image.clone());
    let write =
        |entries: &[Entry], ledger: &mut Ledger| Ok(format(entries, image.as_ref(), ledger));
    let delivered = vault.deliver(&asking.pipeline, &request, write).await?;
    Ok(answer::json(delivered.body, &delivered.told))
}

fn name_of_secret(query: &Query) -> Result<Option<&str>> {
    match query.one("name") {
        Some(text) if !kubernetes::is_subdomain(text) => Err(Error::BadRequest(
            "The name can have up to 253 lowercase letters, digits, hyphens and dots. Each part between the dots begins and ends with a letter or digit."
                .to_owned(),
        )),
        found => Ok(found),
    }
}

fn namespace(query: &Query) -> Result<Option<&str>> {
    match query.one("namespace") {
        Some(text) if !kubernetes::is_label(text) => Err(Error::BadRequest(
            "The namespace can have up to 63 lowercase letters, digits and hyphens, with no hyphen first or last."
                .to_owned(),
        )),
        found => Ok(found),
    }
}
