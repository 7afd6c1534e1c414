//! `GET /api/v1/match`: which credential this pipeline would be given for an image, and why not the
//! others. Nothing is handed out.

use super::asking::Asking;
use super::place;
use super::reply::Reply;
use crate::domain::delivery::CLAIM_MAX;
use crate::domain::matching::ExplainForm;
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

/// `?image=&intent=`, and `branch=`, `event=`, `fork=true` as if they were proved.
pub(super) async fn fetch(State(vault): State<Vault>, asking: Asking) -> Result<Response, Reply> {
    let query = asking.query(&["image", "intent", "branch", "event", "fork"], &[])?;
    let image = query.one("image").unwrap_or_default();
    place::image(image)?;
    let (is_fork, is_no_fork) = match query.one("fork") {
        None => (false, false),
        Some("false") => (false, true),
        Some("true") => (true, false),
        Some(_) => return Err(Error::BadRequest("fork must be true or false.".to_owned()).into()),
    };
    let form = ExplainForm {
        image: image.to_owned(),
        pipeline: asking.pipeline.id().to_string(),
        intent: query.intent()?.word().to_owned(),
        branch: supposed(query.one("branch"))?,
        event: supposed(query.one("event"))?,
        is_fork,
        is_no_fork,
    };
    let said = vault.explain_for(&asking.pipeline, &form, asking.address()).await?;
    Ok(Json(said).into_response())
}

fn supposed(text: Option<&str>) -> Result<String> {
    let text = text.unwrap_or_default();
    if text.chars().count() > CLAIM_MAX || text.chars().any(char::is_control) {
        return Err(Error::BadRequest(format!(
            "A branch or an event can have at most {CLAIM_MAX} characters, and no control characters."
        )));
    }
    Ok(text.to_owned())
}
