//! `POST /api/v1/token`: a short-lived pipeline token for the signed word of the CI that a job runs
//! in, so that no secret needs to be stored there.

use super::body;
use super::query::Query;
use super::reply::Reply;
use crate::domain::delivery::{Client, HeldPlace};
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

const BODY_MAX: usize = 32 * 1024;

/// What is presented. It cannot be printed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presented {
    pipeline: String,
    token: String,
}

/// Takes `{"pipeline","token"}`, answers `{"token","expires_in"}`.
pub(super) async fn create(
    State(vault): State<Vault>,
    RawQuery(query): RawQuery,
    client: Option<Extension<Client>>,
    place: Option<Extension<HeldPlace>>,
    body: Body,
) -> Result<Response, Reply> {
    Query::read(query.as_deref(), &[], &[])?;
    let body = body::read(body, BODY_MAX).await?;
    let form = r#"{"pipeline":"its id","token":"the job's signed token"}"#;
    let Presented { pipeline, token } = body::json(&body, form)?;
    let token = Zeroizing::new(token);
    let pipeline = pipeline_id(&pipeline)?;
    let address = client.and_then(|Extension(client)| client.0);
    let place = place.map(|Extension(place)| place).unwrap_or_default();
    let (token, expires_in) = vault.exchange_token(pipeline, &token, address, &place).await?;
    let body = json!({ "token": token.as_str(), "expires_in": expires_in });
    Ok(Json(body).into_response())
}

/// People know a pipeline by its name, which more than one project may have.
fn pipeline_id(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| {
        Error::BadRequest(
            "The pipeline must be given by its id, not by its name. The address of its page has the id.".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_that_is_given_by_its_name_is_told_so_and_not_repeated() {
        let id = "019a0000-0000-7000-8000-000000000001";
        assert!(pipeline_id(id).is_ok());
        for text in ["", "zebra", "acme/zebra", &id[1..], &format!("{id}/zebra")] {
            let error = pipeline_id(text).unwrap_err();
            assert_eq!(error.status(), 400, "{text}");
            let said = error.to_string();
            assert!(said.contains("by its id") && !said.contains("zebra"), "{said}");
        }
    }

    #[test]
    fn only_a_pipeline_and_a_token_are_read() {
        let id = "019a0000-0000-7000-8000-000000000001";
        let read = |text: String| body::json::<Presented>(text.as_bytes(), "so").is_ok();
        assert!(read(format!(r#"{{"pipeline":"{id}","token":"a.b.c"}}"#)));
        for text in [
            format!(r#"{{"pipeline":"{id}"}}"#),
            r#"{"token":"a.b.c"}"#.to_owned(),
            r#"{"pipeline":7,"token":"a.b.c"}"#.to_owned(),
            format!(r#"{{"pipeline":"{id}","token":7}}"#),
            format!(r#"{{"pipeline":"{id}","token":"a","token":"b"}}"#),
            format!(r#"{{"pipeline":"{id}","token":"a","project":"acme"}}"#),
        ] {
            assert!(!read(text.clone()), "{text}");
        }
    }
}
