//! Every door for machines is asked, so that what it asks the database is in the list.

use crate::app::{App, PASSWORD};
use axum::body::Body;
use axum::http::Method;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How each door is asked: its route, and the rest of the address when it takes more.
const DOORS: [(&str, &str); 16] = [
    ("/api/v1/docker-config", "?image=ghcr.io/acme/api"),
    ("/api/v1/auth-json", ""),
    ("/api/v1/docker-auth-config", ""),
    ("/api/v1/kubernetes-secret", "?name=regcred"),
    ("/api/v1/buildx", ""),
    ("/api/v1/credential", "?server=ghcr.io"),
    ("/api/v1/credentials", ""),
    ("/api/v1/kubelet", "?image=ghcr.io/acme/api"),
    // Not granted, so that no registry is asked.
    ("/api/v1/registry-token", "?image=quay.io/acme/api"),
    ("/api/v1/match", "?image=ghcr.io/acme/api"),
    // Its own token opens it: see `shipping`.
    ("/api/v1/audit", "?after=0"),
    ("/api/v1/token", ""),
    ("/api/v1/deliveries/{id}/outcome", ""),
    ("/api/v1/pipelines/{id}/definitions", ""),
    ("/api/v1/woodpecker/{project}", ""),
    ("/api/v1/drone/{project}", ""),
];

/// The routes as they stand in the source.
fn routes() -> BTreeSet<&'static str> {
    let source = include_str!("../../api/mod.rs");
    let starts = source.split(".route(\"").skip(1);
    let routes = starts.filter_map(|rest| rest.split('"').next());
    routes.filter(|route| !route.contains("{*")).collect()
}

#[tokio::test]
async fn every_door_is_asked_with_a_token() {
    assert_eq!(DOORS.map(|(route, _)| route).into_iter().collect::<BTreeSet<_>>(), routes());
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for (route, rest) in DOORS {
        let receipt = Uuid::now_v7().to_string();
        let path = route.replace("{id}", &receipt).replace("{project}", "acme") + rest;
        let is_post = !rest.starts_with('?')
            && ["token", "outcome", "definitions", "{project}"]
                .iter()
                .any(|end| route.ends_with(end));
        let method = if is_post { Method::POST } else { Method::GET };
        let request = app
            .nobody()
            .request(method, &path, "application/json")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(if is_post { "{}" } else { "" }));
        let reply = app.nobody().send(request.unwrap()).await;
        let status = reply.status.as_u16();
        assert!((200..500).contains(&status), "{path}: {status} {}", reply.text());
    }
    // What is done now and then, and what a wrong password is counted by.
    app.vault.sweep().await.unwrap();
    while app.vault.tend_keys_once().await.unwrap() {}
    for password in ["wrong", PASSWORD] {
        let form = [("email", crate::app::OWNER), ("password", password)];
        app.nobody().post_json_accept("/rpc/session/create", &form).await;
    }
}

/// Filters and orders of the list, each of which is a statement of its own.
#[tokio::test]
async fn the_list_is_asked_in_every_way() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let states = ["disabled", "unreadable", "expired", "expiring", "due", "unknown", "fine"];
    let states = states.iter().map(|state| format!("state={state}"));
    let more = ["q=gh", "registry=ghcr.io", "method=password", "access=pull", "unused=1"];
    let sorts = ["name", "registry", "expires", "changed"];
    let sorts =
        sorts.into_iter().flat_map(|sort| [format!("sort={sort}"), format!("sort=-{sort}")]);
    for query in states.chain(more.map(str::to_owned)).chain(sorts) {
        let page = app.owner.get(&format!("/p/acme/credentials?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
    }
}
