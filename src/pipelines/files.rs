//! The files that a pipeline can fetch whole: docker's `config.json`, the containers tools'
//! `auth.json`, the value of `DOCKER_AUTH_CONFIG` and a Kubernetes secret.
//!
//! - `?intent=pull` (the default) or `push`; `image=`: only what serves that image
//! - `Regcred-Run`, `-Commit`, `-Branch`, `-Actor`, `-Event`: what the receipts say of the run, cut
//!   at 256 characters each
//! - answers 200 with the file; `Regcred-Delivery` names the receipts of what is in it,
//!   `Regcred-Left-Out` the credentials that are not (by id) with the reason; 401, 409 and 503 as
//!   JSON

use super::answer;
use super::asking::{Asking, only_for};
use super::formats::{Ledger, docker, kubernetes};
use super::place;
use super::query::Query;
use super::reply::Reply;
use crate::domain::delivery::Door;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::{Delivery, Entry, Vault};
use axum::extract::State;
use axum::response::Response;
use zeroize::Zeroizing;

/// The name of a Kubernetes secret that nobody has named.
const SECRET_NAME: &str = "regcred";

/// `GET /api/v1/docker-config`.
pub(super) async fn docker_config(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image"], &[])?;
    let delivery = fetch(&vault, &asking, &query, Door::DockerConfig, Shape::Hosts).await?;
    Ok(file(&delivery, docker::config_json))
}

/// `GET /api/v1/auth-json`.
pub(super) async fn auth_json(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image"], &[])?;
    let delivery = fetch(&vault, &asking, &query, Door::AuthJson, Shape::Paths).await?;
    Ok(file(&delivery, docker::auth_json))
}

/// `GET /api/v1/docker-auth-config`.
pub(super) async fn docker_auth_config(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image"], &[])?;
    let delivery = fetch(&vault, &asking, &query, Door::DockerAuthConfig, Shape::Hosts).await?;
    Ok(file(&delivery, docker::auth_config))
}

/// `GET /api/v1/kubernetes-secret?name=&namespace=`.
pub(super) async fn kubernetes_secret(
    State(vault): State<Vault>,
    asking: Asking,
) -> Result<Response, Reply> {
    let query = asking.query(&["intent", "image", "name", "namespace"], &[])?;
    let name = name_of_secret(&query)?.unwrap_or(SECRET_NAME);
    let namespace = namespace(&query)?;
    let delivery = fetch(&vault, &asking, &query, Door::KubernetesSecret, Shape::Paths).await?;
    Ok(file(&delivery, |entries, ledger| kubernetes::manifest(entries, name, namespace, ledger)))
}

async fn fetch(
    vault: &Vault,
    asking: &Asking,
    query: &Query,
    door: Door,
    shape: Shape,
) -> Result<Delivery> {
    let image = query.one("image").map(place::image).transpose()?;
    let request = only_for(asking.request(door, query.intent()?, shape), image);
    vault.deliver(&asking.pipeline, &request).await
}

fn file(
    delivery: &Delivery,
    format: impl Fn(&[Entry], &mut Ledger) -> Zeroizing<String>,
) -> Response {
    let mut ledger = Ledger::of(delivery);
    let text = format(&delivery.entries, &mut ledger);
    answer::delivered(answer::JSON, answer::text(text), &ledger)
}

fn name_of_secret(query: &Query) -> Result<Option<&str>> {
    match query.one("name") {
        Some(text) if !kubernetes::is_subdomain(text) => Err(Error::BadRequest(
            "The name is up to 253 small letters, digits, hyphens and dots. Each part between the dots begins and ends with a letter or digit."
                .to_owned(),
        )),
        found => Ok(found),
    }
}

fn namespace(query: &Query) -> Result<Option<&str>> {
    match query.one("namespace") {
        Some(text) if !kubernetes::is_label(text) => Err(Error::BadRequest(
            "The namespace is up to 63 small letters, digits and hyphens, with no hyphen first or last."
                .to_owned(),
        )),
        found => Ok(found),
    }
}
