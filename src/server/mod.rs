//! The composition root: everything is wired here, and only the commands use this room.

mod access;
mod assets;
mod certificate;
mod client;
mod compression;
mod csrf;
mod encoding;
mod evidence;
mod exports;
mod forwarded;
#[cfg(test)]
pub(crate) mod fuzz;
mod gate;
mod greeting;
mod headers;
mod heads;
mod known;
mod limits;
mod misdirected;
mod multipart;
mod pages;
pub mod panics;
mod places;
mod refusals;
mod sentences;
mod serving;
mod session;
mod shared;
mod site;
mod socket;
mod stand_back;
mod start;
mod status;
mod tls;
mod well_formed;

pub use assets::Assets;
pub use certificate::Expiry;
pub use start::serve;

use crate::outbound::Network;
use crate::vault::Vault;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use client::Proxies;
use gate::Gate;
use headers::Https;
use misdirected::Misdirected;
use refusals::Refusals;
use shared::Shared;
use site::Site;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything there is to reach, in the order of the layers: the first one stands outermost.
pub fn router(vault: &Vault, trusted_proxies: &[Network]) -> Router {
    let url = vault.settings().address.clone();
    let is_https = url.starts_with("https://");
    let site = Arc::new(Site::of(&url).with_pipeline_hosts(&vault.settings().pipeline_hosts));
    let assets = Assets::load();
    // A row of layers is one service: each layer by itself would copy all those below it, each in a box of
    // its own, for every request.
    let of_browsers = ServiceBuilder::new()
        .layer(from_fn(compression::layer))
        .layer(from_fn_with_state(Arc::clone(&site), csrf::refuse_foreign))
        .layer(csrf::layer(&url))
        .layer(from_fn_with_state(is_https, known::layer))
        .layer(from_fn_with_state(is_https, session::whole_removal))
        .layer(session::layer(vault.store().clone(), is_https))
        .layer(from_fn_with_state(vault.clone(), evidence::layer))
        .layer(from_fn(status::layer));
    let of_machines =
        ServiceBuilder::new().layer(from_fn(places::note_proof)).layer(from_fn(limits::layer));
    let clients = Arc::new((Proxies::new(trusted_proxies), vault.clone()));
    let of_all = ServiceBuilder::new()
        .map_request(move |request: Request| client::told(&clients, request))
        // Outside the gate, so that what it turns away is logged and counted, too.
        .layer(from_fn_with_state(vault.settings().access_log, access::layer))
        .layer(from_fn_with_state(Refusals::default(), refusals::layer))
        .layer(from_fn_with_state(Gate::of(vault), gate::layer))
        .layer(from_fn_with_state((site, Misdirected::default()), well_formed::layer))
        .layer_fn(Shared::new);
    let inside = Router::new()
        .merge(crate::api::router(vault).layer(of_machines))
        .merge(pages::router(vault, &assets).layer(of_browsers))
        .merge(assets.router())
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(vault.clone()))
        .layer(of_all);
    guarded(inside, Https::of(&url, vault.settings().hsts_subdomains))
}

/// What stands round everything. The headers are outermost: the answer to a panic has them, too.
fn guarded(inside: Router, https: Https) -> Router {
    inside.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(https, headers::layer))
            .layer(CatchPanicLayer::custom(panics::answer)),
    )
}

async fn ready(State(vault): State<Vault>) -> (StatusCode, String) {
    match vault.readiness().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    async fn broken() -> &'static str {
        panic!("hunter2")
    }

    #[tokio::test]
    async fn a_panic_is_a_plain_sentence_with_every_header() {
        let router = guarded(Router::new().route("/", get(broken)), Https::Host);
        let request = Request::builder().uri("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(response.headers()[name], value);
        }
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body, "Something went wrong on our side. Try again.\n");
    }
}
