//! Pages and server functions, each with what it may ask for.

use super::assets::Assets;
use super::exports;
use crate::app::{App, shell};
use crate::domain::asker::{Asker, Who};
use crate::domain::delivery::{Client, HeldPlace, Proved};
use crate::domain::paths::{EXPORT_AUDIT, EXPORT_REVIEW, PROVE_LINK, SIGN_CHECKPOINT};
use crate::functions;
use crate::vault::Vault;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::{HeaderValue, Request, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use tower_sessions::Session;

#[derive(Clone, FromRef)]
struct Pages {
    options: LeptosOptions,
    vault: Vault,
}

/// Every page route of the app, and every server function.
pub(super) fn router(vault: &Vault, assets: &Assets) -> Router {
    let options = LeptosOptions::builder().output_name(assets.name()).site_pkg_dir("pkg").build();
    let pages = Pages { options: options.clone(), vault: vault.clone() };
    let routes = generate_route_list(App);
    let missing = {
        let (vault, options) = (vault.clone(), options.clone());
        leptos_axum::render_app_async_with_context(
            move || context(&vault),
            move || shell(options.clone()),
        )
    };
    let (vault, framing) = (vault.clone(), vault.clone());
    Router::new()
        .route(EXPORT_AUDIT, post(exports::audit))
        .route(EXPORT_REVIEW, post(exports::review))
        .route(SIGN_CHECKPOINT, post(exports::checkpoint))
        .route(PROVE_LINK, post(exports::proof))
        .leptos_routes_with_context(
            &pages,
            routes,
            move || context(&vault),
            move || shell(options.clone()),
        )
        .fallback(missing)
        .with_state(pages)
        .layer(from_fn_with_state(framing, frame))
}

/// Reads what stands round a project's page before it is rendered.
async fn frame(State(vault): State<Vault>, mut request: Request<Body>, next: Next) -> Response {
    let path = request.uri().path();
    let project =
        path.strip_prefix("/p/").and_then(|rest| rest.split('/').next()).map(str::to_owned);
    if let (Some(project), Some(session)) =
        (project, request.extensions().get::<Session>().cloned())
    {
        let found = functions::load_frame(&vault, &session, &project).await;
        if let (Ok(here), Some(asker)) = (&found, request.extensions().get::<Asker>()) {
            asker.is(Who::Person(here.person_id()));
        }
        if let (Ok(_), Some(proved)) = (&found, request.extensions().get::<Proved>()) {
            proved.note();
        }
        // The page may wait for the counts of receipts.
        if let (Ok(_), Some(place)) = (&found, request.extensions().get::<HeldPlace>()) {
            place.give_back();
        }
        request.extensions_mut().insert(found);
    }
    next.run(request).await
}

/// What a page and a server function may ask for. A page's policy carries its nonce.
fn context(vault: &Vault) {
    let parts = use_context::<axum::http::request::Parts>();
    let client = parts
        .and_then(|parts| parts.extensions.get::<Client>().and_then(|client| client.0.clone()));
    functions::provide(vault, client);
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&super::headers::page_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
