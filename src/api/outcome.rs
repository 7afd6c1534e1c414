//! `POST /api/v1/deliveries/{id}/outcome`: what a pipeline says afterwards of one of its deliveries
//! (an id of `Regcred-Delivery`), or of all of one fetch (the id of `Regcred-Fetch`).

use super::body;
use super::query::Query;
use super::reply::Reply;
use super::token::Presented;
use crate::domain::delivery::Report;
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

const BODY_MAX: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    outcome: Report,
}

/// Takes `{"outcome":"worked"}` or `{"outcome":"failed"}`, answers 204. The last word counts.
pub(super) async fn create(
    State(vault): State<Vault>,
    Presented(pipeline): Presented,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<StatusCode, Reply> {
    Query::read(query.as_deref(), &[], &[])?;
    let body = body::read(body, BODY_MAX).await?;
    let said: Said = body::json(&body, r#"{"outcome":"worked"} or {"outcome":"failed"}"#)?;
    let id = Uuid::parse_str(&id).map_err(|_| Error::NotFound)?;
    vault.report(&pipeline, id, said.outcome).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_worked_or_it_failed_and_nothing_else() {
        let read = |text: &str| body::json::<Said>(text.as_bytes(), "so").ok().map(|s| s.outcome);
        assert_eq!(read(r#"{"outcome":"worked"}"#), Some(Report::Worked));
        assert_eq!(read(r#"{"outcome":"failed"}"#), Some(Report::Failed));
        for text in ["{}", "", r#"{"outcome":""}"#, r#"{"outcome":"Worked"}"#, r#"{"outcome":1}"#] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(r#"{"outcome":"worked","why":"x"}"#), None);
    }
}
