//! Pages and server functions, each with what it may ask for.

use super::assets::Assets;
use crate::app::{App, shell};
use crate::domain::delivery::Client;
use crate::functions;
use crate::vault::Vault;
use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, FromRef, State};
use axum::http::{HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list, handle_server_fns_with_context};

#[derive(Clone, FromRef)]
struct Pages {
    options: LeptosOptions,
    vault: Vault,
}

/// Every page route of the app.
pub(super) fn router(vault: &Vault, assets: &Assets) -> Router {
    let options = LeptosOptions::builder().output_name(assets.name()).site_pkg_dir("pkg").build();
    let pages = Pages { options: options.clone(), vault: vault.clone() };
    let routes = generate_route_list(App);
    let missing = {
        let (vault, options) = (vault.clone(), options.clone());
        leptos_axum::render_app_async_with_context(move || context(&vault), move || shell(options.clone()))
    };
    let vault = vault.clone();
    Router::new()
        .leptos_routes_with_context(&pages, routes, move || context(&vault), move || shell(options.clone()))
        .fallback(missing)
        .with_state(pages)
}

/// One server function.
pub(super) async fn function(State(vault): State<Vault>, client: Extension<Client>, request: Request<Body>) -> Response {
    let client = client.0.0;
    handle_server_fns_with_context(move || functions::provide(&vault, client.clone()), request).await.into_response()
}

fn context(vault: &Vault) {
    let parts = use_context::<axum::http::request::Parts>();
    let client = parts.and_then(|parts| parts.extensions.get::<Client>().and_then(|client| client.0.clone()));
    functions::provide(vault, client);
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&super::headers::page_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
