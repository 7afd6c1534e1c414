//! The assets, inside the binary: wasm, script, style sheet, icons; compressed beforehand, under
//! names that change with their content, so that browsers keep them for ever.

use super::encoding::{self, Coding};
use crate::crypto::digest::sha256;
use crate::opening::config::IS_WATCHED;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::HEXLOWER;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::Arc;

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

#[derive(Clone, Debug)]
pub struct Assets {
    name: Arc<str>,
}

impl Assets {
    /// Names the files after their content.
    pub fn load() -> Self {
        let mut all = Vec::new();
        for file in ["pkg/regcred.js", "pkg/regcred.wasm", "pkg/regcred.css"] {
            all.extend_from_slice(
                &Site::get(file).map(|file| sha256(&file.data)).unwrap_or_default(),
            );
        }
        Self { name: format!("regcred-{}", HEXLOWER.encode(&sha256(&all)[..8])).into() }
    }

    /// The stem of the files' names in pages.
    pub fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/pkg/{file}", get(package))
            .route(
                "/favicon.svg",
                get(|headers: HeaderMap| async move { public("favicon.svg", &headers) }),
            )
            .route(
                "/robots.txt",
                get(|headers: HeaderMap| async move { public("robots.txt", &headers) }),
            )
            .with_state(self.clone())
    }
}

async fn package(
    State(assets): State<Assets>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(ending) = file.strip_prefix(assets.name.as_ref()) else {
        return missing();
    };
    let file = match ending {
        ".js" => "pkg/regcred.js",
        "_bg.wasm" | ".wasm" => "pkg/regcred.wasm",
        ".css" => "pkg/regcred.css",
        _ => return missing(),
    };
    let cache = if IS_WATCHED { "no-store" } else { "public, max-age=31536000, immutable" };
    answer(file, &headers, cache)
}

fn public(file: &str, headers: &HeaderMap) -> Response {
    answer(file, headers, "public, max-age=86400")
}

/// The file in the form that the client likes best, the smallest of those it likes alike.
fn answer(file: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let find = |coding: Coding| {
        let EmbeddedFile { data, .. } = Site::get(&format!("{file}{}", coding.ending()))?;
        Some((coding, data))
    };
    let mut response = match encoding::accepted(headers).into_iter().find_map(find) {
        Some((coding, data)) => {
            let mut response = Response::new(Body::from(data));
            let out = response.headers_mut();
            if let Ok(kind) = HeaderValue::try_from(kind(file)) {
                out.insert(header::CONTENT_TYPE, kind);
            }
            out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
            if let Some(coding) = coding.header() {
                out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            response
        }
        None if Site::get(file).is_none() => return missing(),
        // RFC 9110, 12.5.3: "identity;q=0" or "*;q=0", and nothing else that is there.
        None => (
            StatusCode::NOT_ACCEPTABLE,
            "This file is available uncompressed or compressed with br or gzip. The request's Accept-Encoding header refuses all three.\n",
        )
            .into_response(),
    };
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// By its ending; what is text is UTF-8.
fn kind(file: &str) -> String {
    let kind = mime_guess::from_path(file).first_raw().unwrap_or("text/plain");
    let charset = if kind.starts_with("text/") { "; charset=utf-8" } else { "" };
    format!("{kind}{charset}")
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}
