//! The access log: a line for each request, without its query, its headers and its body. It goes with
//! the setting `REGCRED_ACCESS_LOG`.

use crate::domain::asker::{Asker, Who};
use crate::domain::delivery::Client;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// The longest path that is logged, in characters.
const PATH_MAX: usize = 256;
/// How a pipeline token begins. One that somebody puts into an address stays out of the log.
const TOKEN: &str = "rgc_";

pub(super) async fn layer(
    State(is_logged): State<bool>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let asker = Asker::default();
    request.extensions_mut().insert(asker.clone());
    if !is_logged {
        return next.run(request).await;
    }
    let begun = Instant::now();
    let client = request.extensions().get::<Client>().and_then(|client| client.0.clone());
    let (method, path) = (request.method().clone(), shown(request.uri().path()));
    let response = next.run(request).await;
    let (person, pipeline) = match asker.who() {
        Some(Who::Person(id)) => (Some(id.to_string()), None),
        Some(Who::Pipeline(id)) => (None, Some(id.to_string())),
        None => (None, None),
    };
    // Texts, which the log quotes: nothing that was sent begins a line of its own.
    tracing::info!(
        target: "regcred::access",
        method = method.as_str(),
        path = path.as_str(),
        status = response.status().as_u16(),
        ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        client = client.as_deref(),
        person = person.as_deref(),
        pipeline = pipeline.as_deref(),
        "request"
    );
    response
}

fn shown(path: &str) -> String {
    let path = path.split(TOKEN).next().unwrap_or_default();
    path.chars().take(PATH_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_before_a_token_and_where_it_is_too_long() {
        for (path, expected) in [
            ("/api/v1/docker-config", "/api/v1/docker-config"),
            ("/api/v1/rgc_abc/def", "/api/v1/"),
            ("", ""),
        ] {
            assert_eq!(shown(path), expected);
        }
        assert_eq!(shown(&"/ä".repeat(1_000)).chars().count(), PATH_MAX);
    }
}
