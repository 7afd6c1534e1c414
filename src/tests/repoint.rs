//! A secret goes to its own registry and nowhere else (security T3). Changing the host
//! through any door or in the database, or moving or changing a ciphertext, reveals nothing.

mod ciphertexts;
mod corpus;
mod scene;

use crate::app::{Browser, credential_form};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use scene::{HOST, Scene};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_form_refuses_another_host_and_keeps_the_old_one() {
    let scene = Scene::new().await;
    let (id, attacker) = (scene.victim.to_string(), scene.attackers_host());
    let more = [("id", &*id), ("revision", "1")];
    let urls = [
        &*attacker,
        "registry.example.com:5000",
        "http://registry.example.com",
        "registry.example.com.attacker.test",
        "registry.example.com@attacker.test",
        "attacker.test/registry.example.com",
    ];
    for url in urls {
        for insecure in ["false", "true"] {
            let form = credential_form("acme", "victim", url, "", &more);
            let form = [form, vec![("is_insecure", insecure)]].concat();
            let owner: &Browser = &scene.app.owner;
            let reply =
                owner.post_multipart_json_accept("/rpc/credentials/update", &form, None).await;
            // Plain HTTP for the same host is another origin as well, and may not be asked for quietly.
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{url} {insecure}");
            assert!(reply.at("registry_url").is_some(), "{url}: {}", reply.text());
            let reply = owner.post_multipart("/rpc/credentials/update", &form, None).await;
            assert!(reply.location().contains("/edit?back="), "{url}: {}", reply.location());
            scene.assert_unharmed(url).await;
        }
    }
}

#[tokio::test]
async fn the_door_for_machines_has_no_way_to_change_a_host() {
    let scene = Scene::new().await;
    let body = format!(r#"{{"host":"{0}","registry_url":"{0}"}}"#, scene.attackers_host());
    let one = format!("/api/v1/credentials/{}", scene.victim);
    for method in [Method::PUT, Method::PATCH, Method::POST, Method::DELETE] {
        for path in [&*one, "/api/v1/credentials", "/api/v1/docker-config"] {
            for (by, is_signed_in) in [(&scene.app.owner, true), (&scene.app.nobody(), false)] {
                let mut request = by.request(method.clone(), path, "application/json");
                request = request.header("content-type", "application/json");
                if !is_signed_in {
                    request = request.header("authorization", format!("Bearer {}", scene.token));
                }
                let reply = by.send(request.body(Body::from(body.clone())).unwrap()).await;
                let is_refused =
                    matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
                assert!(is_refused, "{method} {path}: {}", reply.status);
            }
        }
    }
    scene.assert_unharmed("after all of them").await;
}

#[tokio::test]
async fn a_row_that_was_re_pointed_gives_nothing() {
    let scene = Scene::new().await;
    let attacker = scene.attackers_host();
    let changes = [
        format!("host = '{attacker}'"),
        format!("host = '{attacker}', is_insecure = NOT is_insecure"),
        "host = 'registry.example.com:5000'".to_owned(),
        "host = 'quay.io'".to_owned(),
        "is_insecure = NOT is_insecure".to_owned(),
        "secret_version = secret_version + 1".to_owned(),
    ];
    for (number, change) in changes.iter().enumerate() {
        scene.tamper(&format!("UPDATE credential SET {change} WHERE id = V")).await;
        scene.assert_withheld(change, number + 1).await;
        let back = format!(
            "host = '{HOST}', is_insecure = (1 = 0), secret_version = 1, secret_unreadable_at = NULL"
        );
        scene.tamper(&format!("UPDATE credential SET {back} WHERE id = V")).await;
        assert_eq!(scene.fetch().await.1, BTreeSet::from([0, 1]), "{change} was taken back");
    }
    // Not written as we write hosts: then there is no such credential at all.
    scene.tamper("UPDATE credential SET host = 'Attacker.TEST/x' WHERE id = V").await;
    assert_eq!(scene.fetch().await.1, BTreeSet::from([1]));
}

#[tokio::test]
async fn a_re_pointed_row_alone_is_a_conflict_and_says_why() {
    let scene = Scene::new().await;
    let victim = [scene.victim];
    let (_, token) = scene.app.pipeline(&scene.app.owner, "acme", "alone", &victim, "pull").await;
    let host = scene.attackers_host();
    scene.tamper(&format!("UPDATE credential SET host = '{host}' WHERE id = V")).await;
    let reply = scene.app.docker_config(&token, "", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text().contains("cannot be read"), "{}", reply.text());
    scene.search.assert_absent("the answer", &reply.body);
    scene.assert_nobody_called("alone");
}

#[tokio::test]
async fn however_many_find_it_at_once_it_is_noted_once() {
    let scene = Arc::new(Scene::new().await);
    scene.tamper("UPDATE credential SET host = 'quay.io' WHERE id = V").await;
    let mut asking = JoinSet::new();
    for _ in 0..16 {
        let scene = Arc::clone(&scene);
        asking.spawn(async move { scene.fetch().await });
    }
    for (status, delivered, is_said) in asking.join_all().await {
        assert_eq!((status, delivered, is_said), (StatusCode::OK, BTreeSet::from([1]), true));
    }
    assert_eq!(scene.findings().await, 1);
}
