//! What the kubelet's plugin is given, by what the kubelet shares an answer by.

use super::{Scene, spelled};
use crate::app::Reply;
use regcred::domain::delivery::{Door, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

fn login(name: &str) -> Value {
    json!({"username": "acme-bot", "password": format!("{name}-secret")})
}

/// The map with these keys in each spelling, each with the name of its credential.
fn logins(entries: &[(&str, &str)]) -> Value {
    let rows = entries
        .iter()
        .flat_map(|(key, name)| spelled(key).into_iter().map(|key| (key, login(name))));
    Value::Object(rows.collect())
}

async fn asked(scene: &Scene, image: &str, cache: &str) -> Reply {
    let image = regcred::domain::listing::percent(image);
    let path = format!("/api/v1/kubelet?image={image}&cache={cache}");
    scene.app.fetch(&scene.token, &path).await
}

#[tokio::test]
async fn an_answer_for_an_image_holds_one_key_and_no_other_pods_credentials() {
    let scene = Scene::new().await;
    for (image, key, name) in [
        ("ghcr.io/acme/api:1.2", "ghcr.io/acme/api", "api"),
        ("ghcr.io/acme/web@sha256:0a", "ghcr.io/acme/web", "whole"),
        ("registry.example.com:5000/team/app", "registry.example.com:5000/team/app", "own"),
        ("nginx", "docker.io/library/nginx", "hub"),
        ("docker.io/library/nginx:1", "docker.io/library/nginx", "hub"),
    ] {
        let reply = asked(&scene, image, "image").await;
        assert_eq!(reply.status, 200, "{image}: {}", reply.text());
        let deliveries: Vec<String> = reply.deliveries().iter().map(Uuid::to_string).collect();
        assert_eq!(deliveries.len(), 1, "{image}");
        let expected = json!({"auth": logins(&[(key, name)]), "deliveries": deliveries});
        assert_eq!(reply.json(), expected, "{image}");
    }
}

#[tokio::test]
async fn an_answer_for_a_registry_holds_all_of_it_and_nothing_of_another() {
    let scene = Scene::new().await;
    let reply = asked(&scene, "ghcr.io/acme/api:1.2", "registry").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let expected = logins(&[("ghcr.io", "whole"), ("ghcr.io/acme/api", "api")]);
    assert_eq!(reply.json()["auth"], expected);
    let text = reply.text();
    assert!(!text.contains("hub-secret") && !text.contains("own-secret"));
}

#[tokio::test]
async fn a_global_answer_holds_everything_and_each_has_its_receipt() {
    let scene = Scene::new().await;
    let reply = asked(&scene, "ghcr.io/acme/api:1.2", "global").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let expected = logins(&[
        ("docker.io", "hub"),
        ("ghcr.io", "whole"),
        ("ghcr.io/acme/api", "api"),
        ("registry.example.com:5000", "own"),
    ]);
    let found = reply.json();
    assert_eq!(found["auth"], expected);
    let told = found["deliveries"].as_array().unwrap();
    let told: BTreeSet<Uuid> =
        told.iter().map(|id| Uuid::parse_str(id.as_str().unwrap()).unwrap()).collect();
    assert_eq!(told, reply.deliveries().into_iter().collect());
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let delivered = receipts
        .iter()
        .filter(|receipt| receipt.outcome == Outcome::Delivered && receipt.door == Door::Kubelet);
    assert_eq!(told, delivered.map(|receipt| receipt.id).collect());
}

#[tokio::test]
async fn what_the_kubelet_would_ignore_is_refused_before_anything_leaves() {
    let scene = Scene::new().await;
    for query in [
        "",
        "?cache=image",
        "?image=ghcr.io%2Facme%2Fapi&cache=",
        "?image=ghcr.io%2Facme%2Fapi&cache=Image",
        "?image=ghcr.io%2Facme%2Fapi&cache=pod",
        "?image=&cache=image",
        "?image=ghcr.io%2F&cache=image",
        "?image=ghcr.io%2Facme%2Fapi%0A&cache=image",
        "?image=acme%40ghcr.io%2Fapi&cache=image",
    ] {
        let reply = scene.app.fetch(&scene.token, &format!("/api/v1/kubelet{query}")).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{query}");
    }
    assert_eq!(scene.app.count_receipts().await, 0);
}

#[tokio::test]
async fn an_image_that_nothing_is_granted_for_is_pulled_anonymously() {
    let scene = Scene::new().await;
    for (image, cache) in [("quay.io/acme/api", "image"), ("quay.io/acme/api", "registry")] {
        let reply = asked(&scene, image, cache).await;
        let is_nothing = match reply.status.as_u16() {
            404 => reply.code() == "not_found",
            200 => reply.json()["auth"] == json!({}),
            _ => false,
        };
        assert!(is_nothing, "{cache}: {} {}", reply.status, reply.text());
    }
    assert_eq!(scene.app.count_receipts().await, 0);
}

#[tokio::test]
async fn an_image_finds_its_credential_by_the_host_that_it_names() {
    let scene = Scene::new().await;
    for (image, host, key) in [
        (
            "registry-1.docker.io/nginx",
            "registry-1.docker.io",
            "registry-1.docker.io/library/nginx",
        ),
        ("docker.io:443/acme/web", "docker.io:443", "docker.io:443/acme/web"),
        ("GHCR.IO/acme/api:1.2", "GHCR.IO", "GHCR.IO/acme/api"),
        ("nginx", "https://index.docker.io/v1/", "docker.io/library/nginx"),
    ] {
        let named = regcred::domain::listing::percent(image);
        for (path, member, expected) in [
            (format!("docker-config?image={named}"), "auths", host),
            (format!("docker-auth-config?image={named}"), "auths", host),
            (format!("auth-json?image={named}"), "auths", key),
            (format!("kubelet?image={named}"), "auth", key),
        ] {
            let reply = scene.app.fetch(&scene.token, &format!("/api/v1/{path}")).await;
            assert_eq!(reply.deliveries().len(), 1, "{path}: {}", reply.text());
            assert!(reply.json()[member].get(expected).is_some(), "{path}: {}", reply.text());
        }
        // Whatever the kubelet keeps the answer for.
        for cache in ["registry", "global"] {
            let found = asked(&scene, image, cache).await.json();
            let keys: Vec<&String> = found["auth"].as_object().unwrap().keys().collect();
            let is_there =
                keys.iter().any(|one| key == *one || key.starts_with(&format!("{one}/")));
            assert!(is_there, "{image} {cache}: {keys:?}");
        }
    }
}
