//! The composition root: everything is wired here, and only the commands use this room.

mod assets;
mod client;
pub mod config;
mod csrf;
mod headers;
pub mod kek;
mod limits;
pub mod memory;
pub mod open;
mod pages;
mod session;
mod start;
mod status;

pub use assets::Assets;
pub use open::StartError;
pub use start::serve;

use crate::vault::Vault;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use client::Proxies;
use std::net::IpAddr;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything there is to reach, in the order of the layers: read from the bottom up.
pub fn router(vault: &Vault, trusted_proxies: &[IpAddr]) -> Router {
    let url = vault.settings().address.clone();
    let is_https = url.starts_with("https://");
    let assets = Assets::load();
    let browser = pages::router(vault, &assets)
        .layer(from_fn(status::layer))
        .layer(from_fn(limits::layer))
        .layer(session::layer(vault.store().clone(), is_https))
        .layer(csrf::layer(&url))
        .layer(from_fn(csrf::refuse_unmarked));
    Router::new()
        .merge(crate::pipelines::router(vault).layer(from_fn(limits::layer)))
        .merge(browser)
        .layer(from_fn_with_state(Proxies::new(trusted_proxies), client::layer))
        .merge(assets.router())
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(vault.clone()))
        .layer(from_fn_with_state(is_https, headers::layer))
        .layer(CatchPanicLayer::new())
}

async fn ready(State(vault): State<Vault>) -> (StatusCode, &'static str) {
    if vault.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}
