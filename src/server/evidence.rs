//! Evidence comes before the body: who is not signed in is answered before it is read, or it is
//! small.

use super::gate::{Asking, Place, Unread, is_open, turned_away};
use super::limits::{self, Refusal, UNPROVED_MAX};
use super::refusals::Refused;
use crate::error::Error;
use crate::functions::session::SignOut;
use crate::functions::{is_signed_in, shows_page, sign_in_first};
use crate::vault::Vault;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::ServerFn;
use tower_sessions::Session;

/// Every server function goes through here, and nothing else reads a body that a browser sends.
pub(super) async fn layer(
    State(vault): State<Vault>,
    request: Request<Body>,
    next: Next,
) -> Response {
    if request.method() != Method::POST || !request.uri().path().starts_with("/rpc/") {
        return next.run(request).await;
    }
    function(&vault, request, next).await.unwrap_or_else(turned_away)
}

async fn function(vault: &Vault, request: Request<Body>, next: Next) -> Result<Response, Refusal> {
    if let Some(refusal) = limits::kind_problem(&request) {
        return Err(refusal);
    }
    let session = request.extensions().get::<Session>().cloned();
    let held = match &session {
        Some(session) => {
            let _turn = Asking::of(&request).turn(Place::Work).await?;
            is_signed_in(vault, session).await
        }
        None => Ok(false),
    };
    if held == Ok(true) {
        let max = limits::of(request.uri().path());
        if limits::is_too_large(&request, max) {
            return Err(limits::TOO_LARGE);
        }
        return Ok(next.run(limits::bounded(request, max)).await);
    }
    let is_open = is_open(request.uri().path());
    let is_counted = request.uri().path() != SignOut::PATH;
    // When nobody knows whether there is a session, the function says that the database is away.
    let mut response = unproved(vault, request, next, is_open || held.is_err()).await?;
    let has_signed_in = session.is_some_and(|session| session.is_modified());
    if is_counted && !has_signed_in {
        response.extensions_mut().insert(Refused);
    }
    Ok(response)
}

async fn unproved(
    vault: &Vault,
    request: Request<Body>,
    next: Next,
    is_open: bool,
) -> Result<Response, Refusal> {
    if !is_open && !shows_page(request.headers()) {
        return Ok(unauthenticated());
    }
    // A form that was open when the session ended: what was typed waits in the browser, if it fits.
    let page = page_before(&request);
    let asking = Asking::of(&request).without_proof();
    let (request, _room) = asking.whole(request, UNPROVED_MAX, Place::Work).await?;
    if request.extensions().get::<Unread>().is_some() {
        return if is_open { Err(limits::TOO_LARGE) } else { Ok(lead_to_sign_in(vault, &page)) };
    }
    let _turn = asking.turn(Place::Work).await?;
    Ok(next.run(request).await)
}

/// As a function answers a script.
fn unauthenticated() -> Response {
    (StatusCode::UNAUTHORIZED, Json(Error::Unauthenticated)).into_response()
}

fn lead_to_sign_in(vault: &Vault, page: &str) -> Response {
    let (location, cookie) = sign_in_first(vault, page);
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The path of the page that the form stands on; empty when the browser does not say. What is said of
/// another site was dropped before.
fn page_before(request: &Request<Body>) -> String {
    let page = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let page = page.and_then(|page| page.parse::<Uri>().ok());
    page.map(|page| page.path().to_owned()).unwrap_or_default()
}
