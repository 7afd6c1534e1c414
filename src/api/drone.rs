//! `POST /api/v1/drone/{project}`: Drone's registry plugin (protocols 4.5). The runner signs each
//! request with the secret of a trust rule, which says which pipeline a repository is.
//!
//! Answers 200 with a bare array, or 204; never encrypted, which Drone's library takes as well: the
//! connection is. For pulling only: Drone does not sign the address that it asks, so what stands there
//! decides nothing.

use super::answer;
use super::asking::{address, leave_the_gate};
use super::build::{Run, request};
use super::formats::registries;
use super::query::Query;
use super::reply::Reply;
use super::signed::{read_drone, unknown};
use crate::domain::credential::Access;
use crate::domain::delivery::Door;
use crate::error::Result;
use crate::vault::{Entry, Ledger, Vault};
use axum::extract::{Path, Request, State};
use axum::response::Response;

pub(super) async fn create(
    State(vault): State<Vault>,
    Path(project): Path<String>,
    asked: Request,
) -> Result<Response, Reply> {
    let (parts, body) = asked.into_parts();
    Query::read(parts.uri.query(), &[], &[])?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let signed = read_drone(&parts.headers, &parts.method, &parts.uri, now)?;
    let signer = vault
        .drone_signer(&project, &signed.base, &signed.signature, signed.until)
        .await
        .map_err(unknown)?;
    // Strangers' bodies are never parsed: a small text can be a large value.
    let body = signed.body(body).await?;
    let run = Run::read(&body, "build")?;
    let (pipeline, _) = vault.signed_pipeline(signer, &run.facts).await?;
    // Not before: whoever has a used request can send it again and again.
    leave_the_gate(&parts);
    let request = request(Door::Drone, Access::Pull, address(&parts));
    let write = |entries: &[Entry], ledger: &mut Ledger| Ok(registries::list(entries, ledger));
    let delivered = vault.deliver(&pipeline, &request, write).await?;
    Ok(answer::json_or_empty(delivered.body, &delivered.told))
}
