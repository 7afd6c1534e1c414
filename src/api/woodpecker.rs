//! `POST /api/v1/woodpecker/{project}`: Woodpecker's registry extension (protocols 4.5). The server
//! signs each request; its trust rule says which pipeline a repository is.
//!
//! Answers 200 with `{"registries":[…]}`. For pulling, unless the trust rule allows pushing,
//! the address in Woodpecker's settings ends in `?intent=push` and the run is no pull request.

use super::answer;
use super::asking::{address, leave_the_gate};
use super::build::{Run, request};
use super::formats::registries;
use super::query::Query;
use super::reply::Reply;
use super::signed::{read_woodpecker, unknown};
use crate::domain::credential::Access;
use crate::domain::delivery::Door;
use crate::error::Result;
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use axum::extract::{Path, Request, State};
use axum::response::Response;

pub(super) async fn create(
    State(vault): State<Vault>,
    Path(project): Path<String>,
    asked: Request,
) -> Result<Response, Reply> {
    let (parts, body) = asked.into_parts();
    let query = Query::read(parts.uri.query(), &["intent", "also"], &[])?;
    let (intent, also_pulls) = (query.intent()?, query.also_pulls()?);
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let signed = read_woodpecker(&parts.headers, &parts.uri, now)?;
    let signer = vault
        .woodpecker_signer(&project, &signed.base, &signed.signature, signed.until)
        .await
        .map_err(unknown)?;
    // Strangers' bodies are never parsed: a small text can be a large value.
    let body = signed.body(body).await?;
    let run = Run::read(&body, "pipeline")?;
    let (pipeline, most) = vault.signed_pipeline(signer, &run.facts).await?;
    // Not before: whoever has a used request can send it again and again.
    leave_the_gate(&parts);
    // The address is signed, but another server's address would do: so the rule has the last word.
    let intent = if most.satisfies(intent) { run.at_most(intent) } else { Access::Pull };
    let request = request(Door::Woodpecker, intent, address(&parts));
    let request = DeliveryRequest { also_pulls, ..request };
    let write = |entries: &[Entry], ledger: &mut Ledger| Ok(registries::object(entries, ledger));
    let delivered = vault.deliver(&pipeline, &request, write).await?;
    Ok(answer::json(delivered.body, &delivered.told))
}
