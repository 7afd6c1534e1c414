//! `PUT` or `POST /api/v1/pipelines/{id}/definitions`: what the files of a pipeline name, in the words of
//! `regcred scan --json`. `{id}` is the pipeline's own, or `self`.

use super::asking::Asking;
use super::body;
use super::reply::Reply;
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{MethodRouter, put};
use regcred_scan::{LARGEST_REPORT, Report};
use serde_json::{Value, json};
use uuid::Uuid;

/// The pipeline that the token is of.
const OWN: &str = "self";

/// A report replaces what was there, so PUT is its method; `curl -d` sends POST.
pub(super) fn door() -> MethodRouter<Vault> {
    put(update).post(update)
}

/// Takes a report, whose files replace those of the same paths and those that are gone, and answers how much was kept.
/// `empty=true`: also if no file is left.
async fn update(
    State(vault): State<Vault>,
    asking: Asking,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Reply> {
    let query = asking.query(&["empty"], &[])?;
    let may_be_empty = match query.one("empty") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            let sentence = "The parameter empty must be true or false.";
            return Err(Error::BadRequest(sentence.to_owned()).into());
        }
    };
    let is_own = Uuid::parse_str(&id).is_ok_and(|id| id == asking.pipeline.id());
    if id != OWN && !is_own {
        return Err(Error::NotFound.into());
    }
    let body = body::read(body, LARGEST_REPORT).await?;
    let report = report(&body)?;
    let (files, counts) =
        vault.declare(&asking.pipeline, asking.claims(), report, may_be_empty).await?;
    Ok(Json(json!({
        "files": files,
        "references": counts.references,
        "unresolved": counts.unresolved,
        "passwords": counts.passwords,
        "unread": counts.unread,
    })))
}

fn report(body: &[u8]) -> Result<Report> {
    body::json(body, "what regcred scan --json prints")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_what_the_scan_prints_and_nothing_else() {
        let printed = regcred_scan::scan_text("Dockerfile", "FROM nginx\n");
        let text = regcred_scan::command::printed(&printed, true);
        assert_eq!(report(text.as_bytes()).unwrap(), printed);
        for other in ["", "[]", "{}", "{\"version\":1}", "zebra", &text.replace("pulls", "zebra")] {
            let error = report(other.as_bytes()).unwrap_err();
            assert_eq!(error.status(), 400, "{other}");
            assert!(!error.to_string().contains("zebra"), "{other}");
        }
    }
}
