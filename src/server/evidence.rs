//! Evidence comes before the body: who is not signed in is answered before it is read, or it is
//! small.

use super::limits::{self, Refusal, UNPROVED_MAX};
use super::refusals::Refused;
use crate::error::Error;
use crate::functions::session::{SetUp, SignIn, SignOut};
use crate::functions::{is_signed_in, shows_page, sign_in_first};
use crate::vault::Vault;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::server_fn::ServerFn;
use tower_sessions::Session;

/// What anybody may call. There is nothing left to sign out of when a session has ended, and what the
/// browser kept goes all the same.
const OPEN: [&str; 3] = [SignIn::PATH, SetUp::PATH, SignOut::PATH];

/// Every server function goes through here, and nothing else reads a body that a browser sends.
pub(super) async fn layer(
    State(vault): State<Vault>,
    request: Request<Body>,
    next: Next,
) -> Response {
    if request.method() != Method::POST || !request.uri().path().starts_with("/rpc/") {
        return next.run(request).await;
    }
    if let Some(refusal) = limits::kind_problem(&request) {
        return refusal.into_response();
    }
    let session = request.extensions().get::<Session>().cloned();
    let held = match &session {
        Some(session) => is_signed_in(&vault, session).await,
        None => Ok(false),
    };
    if held == Ok(true) {
        let max = limits::of(request.uri().path());
        return match limits::bounded(request, max) {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        };
    }
    let is_open = OPEN.contains(&request.uri().path());
    let is_counted = request.uri().path() != SignOut::PATH;
    // When nobody knows whether there is a session, the function says that the database is away.
    let mut response = unproved(&vault, request, next, is_open || held.is_err()).await;
    let has_signed_in = session.is_some_and(|session| session.is_modified());
    if is_counted && !has_signed_in {
        response.extensions_mut().insert(Refused);
    }
    response
}

async fn unproved(vault: &Vault, request: Request<Body>, next: Next, is_open: bool) -> Response {
    if is_open {
        return match limits::bounded(request, UNPROVED_MAX) {
            Ok(request) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        };
    }
    if !shows_page(request.headers()) {
        return unauthenticated();
    }
    // A form that was open when the session ended: what was typed waits in the browser, if it fits.
    let page = page_before(&request);
    let read = async {
        let (parts, body) = limits::bounded(request, UNPROVED_MAX)?.into_parts();
        let bytes = to_bytes(body, UNPROVED_MAX).await.map_err(|_| limits::TOO_LARGE)?;
        Ok::<_, Refusal>(Request::from_parts(parts, Body::from(bytes)))
    };
    match read.await {
        Ok(request) => next.run(request).await,
        Err(_) => lead_to_sign_in(vault, &page),
    }
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
