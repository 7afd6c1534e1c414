//! The assets, inside the binary: wasm, script, style sheet, icons; compressed beforehand, under
//! names that change with their content, so that browsers keep them for ever.

use crate::crypto::digest::sha256;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::fmt::Write;
use std::sync::Arc;

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// What is served besides pages.
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
        let mut name = "regcred-".to_owned();
        for byte in &sha256(&all)[..8] {
            // Writing to a String does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        Self { name: name.into() }
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
    answer(file, &headers, "public, max-age=31536000, immutable")
}

fn public(file: &str, headers: &HeaderMap) -> Response {
    answer(file, headers, "public, max-age=86400")
}

/// The file in the smallest form that the client takes.
fn answer(file: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepts = |coding: &str| {
        let values =
            headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(coding) && !parts.any(|part| part == "q=0")
        })
    };
    let compressed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(coding))
        .find_map(|(coding, ending)| Some((Some(coding), Site::get(&format!("{file}{ending}"))?)));
    let Some((coding, EmbeddedFile { data, .. })) =
        compressed.or_else(|| Site::get(file).map(|file| (None, file)))
    else {
        return missing();
    };
    let mut response = Response::new(Body::from(data));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(file)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn kind(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}
