//! `GET /api/v1/audit?after=`: the events of a chain, for who has the token of a destination that fetches.

use super::asking::{address, leave_the_gate};
use super::query::Query;
use super::reply::Reply;
use super::token::bearer;
use crate::domain::delivery::Proved;
use crate::domain::shipping::Cursor;
use crate::error::{Error, Result};
use crate::vault::{Puller, Vault};
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

const NO_CURSOR: &str =
    "The parameter after must be the cursor of an earlier answer. Leave it out to continue.";

/// A request of a destination that proved itself.
pub(super) struct Asked {
    puller: Puller,
    raw_query: Option<String>,
}

impl<S> FromRequestParts<S> for Asked
where
    Vault: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Reply> {
        let (vault, address) = (Vault::from_ref(state), address(parts));
        let puller = vault.puller_of(bearer(&parts.headers)?, address.as_deref()).await?;
        if let Some(proved) = parts.extensions.get::<Proved>() {
            proved.note();
        }
        leave_the_gate(parts);
        Ok(Self { puller, raw_query: parts.uri.query().map(str::to_owned) })
    }
}

/// Some events behind the cursor, the cursor of who has them, and whether there are more.
pub(super) async fn fetch(State(vault): State<Vault>, asked: Asked) -> Result<Response, Reply> {
    let after = cursor(asked.raw_query.as_deref())?;
    let page = vault.pull(&asked.puller, after).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], page.0).into_response())
}

fn cursor(query: Option<&str>) -> Result<Option<Cursor>> {
    let query = Query::read(query, &["after"], &[])?;
    let Some(text) = query.one("after") else { return Ok(None) };
    let cursor = Cursor::parse(text).ok_or_else(|| Error::BadRequest(NO_CURSOR.to_owned()))?;
    Ok(Some(cursor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_one_of_ours_or_the_request_is_refused() {
        assert_eq!(cursor(None), Ok(None));
        assert_eq!(cursor(Some("after=17")), Ok(Some(Cursor::whole(17))));
        assert_eq!(cursor(Some("after=17.2")), Ok(Some(Cursor { link: 17, receipt: 2 })));
        for query in ["after=", "after=zebra", "after=-1", "before=1", "after=1&after=2"] {
            let error = cursor(Some(query)).unwrap_err();
            assert_eq!(error.status(), 400, "{query}");
            assert!(!error.to_string().contains("zebra"), "{query}");
        }
    }
}
