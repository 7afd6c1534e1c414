//! Files that are made while they are sent.

use crate::domain::paths::{self, SIGN_IN, with_query};
use crate::error::{Error, Result};
use crate::functions::audit::{AuditFile, export_audit};
use crate::functions::checkpoints::{checkpoint_file, proof_file};
use crate::functions::reviews::export_review;
use crate::functions::shows_page;
use crate::vault::Vault;
use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use hyper::body::Frame;
use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;

/// What is read next when there is room for it; so long nothing more of it is made.
struct Pieces(Receiver<Result<String>>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|text| text.map(|text| Frame::data(Bytes::from(text)))))
    }
}

/// The audit as a file.
pub(super) async fn audit(State(vault): State<Vault>, request: Request) -> Response {
    let Some((headers, asked, fields)) = read(request).await else { return invalid() };
    match export_audit(&vault, &asked, &fields).await {
        Ok(file) => sent(file),
        Err(error) => refused(&error, &headers, &paths::audit(project_of(&fields))),
    }
}

/// A checkpoint that is signed now, as a file.
pub(super) async fn checkpoint(State(vault): State<Vault>, request: Request) -> Response {
    let Some((headers, asked, fields)) = read(request).await else { return invalid() };
    match checkpoint_file(&vault, &asked, &fields).await {
        Ok(file) => sent(file),
        Err(error) => refused(&error, &headers, &paths::verify_audit(project_of(&fields))),
    }
}

/// The proof that a link is in its chain, as a file.
pub(super) async fn proof(State(vault): State<Vault>, request: Request) -> Response {
    let Some((headers, asked, fields)) = read(request).await else { return invalid() };
    match proof_file(&vault, &asked, &fields).await {
        Ok(file) => sent(file),
        Err(error) => refused(&error, &headers, &paths::audit(project_of(&fields))),
    }
}

/// The report of an access review as a file.
pub(super) async fn review(State(vault): State<Vault>, request: Request) -> Response {
    let Some((headers, asked, fields)) = read(request).await else { return invalid() };
    match export_review(&vault, &asked, &fields).await {
        Ok(file) => sent(file),
        Err(error) => refused(&error, &headers, &paths::reviews(project_of(&fields))),
    }
}

type Fields = HashMap<String, String>;

/// What a form asks for, and what is known of the request; `None` for what is no form.
async fn read(request: Request) -> Option<(HeaderMap, Extensions, Fields)> {
    let (headers, asked) = (request.headers().clone(), request.extensions().clone());
    let Form(fields) = Form::<Fields>::from_request(request, &()).await.ok()?;
    Some((headers, asked, fields))
}

fn invalid() -> Response {
    (StatusCode::BAD_REQUEST, "Invalid request.\n").into_response()
}

fn project_of(fields: &Fields) -> &str {
    fields.get("project").map(String::as_str).unwrap_or_default()
}

fn sent(file: AuditFile) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let mut response = Body::new(Pieces(file.pieces)).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(file.content_type);
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A person whose session ended signs in and comes back to the page; everybody else reads why.
fn refused(error: &Error, headers: &HeaderMap, page: &str) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !shows_page(headers) {
        return (status, Json(error)).into_response();
    }
    if *error == Error::Unauthenticated {
        return Redirect::to(&with_query(SIGN_IN, "next", page)).into_response();
    }
    (status, format!("{error}\n")).into_response()
}
