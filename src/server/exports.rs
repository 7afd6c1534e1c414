//! Files that are made while they are sent.

use crate::domain::paths::{self, SIGN_IN, with_query};
use crate::error::{Error, Result};
use crate::functions::audit::{AuditFile, export_audit};
use crate::functions::shows_page;
use crate::vault::Vault;
use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
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
    let (headers, asked) = (request.headers().clone(), request.extensions().clone());
    let fields = match Form::<HashMap<String, String>>::from_request(request, &()).await {
        Ok(Form(fields)) => fields,
        Err(_) => return (StatusCode::BAD_REQUEST, "Invalid request.\n").into_response(),
    };
    match export_audit(&vault, &asked, &fields).await {
        Ok(file) => sent(file),
        Err(error) => refused(&error, &headers, &fields),
    }
}

fn sent(file: AuditFile) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let mut response = Body::new(Pieces(file.pieces)).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static(file.format.content_type());
    headers.insert(header::CONTENT_TYPE, kind);
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// A person whose session ended signs in and comes back to the page; everybody else reads why.
fn refused(error: &Error, headers: &HeaderMap, fields: &HashMap<String, String>) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !shows_page(headers) {
        return (status, Json(error)).into_response();
    }
    if *error == Error::Unauthenticated {
        let page = paths::audit(fields.get("project").map(String::as_str).unwrap_or_default());
        return Redirect::to(&with_query(SIGN_IN, "next", &page)).into_response();
    }
    (status, format!("{error}\n")).into_response()
}
