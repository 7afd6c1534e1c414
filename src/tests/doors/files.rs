//! The formats that are one text: docker's, the containers tools', Kubernetes' and the helper's.

use super::{Scene, auth, auths_of};
use crate::app::Reply;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::domain::delivery::{Door, Outcome};
use regcred::domain::listing::percent;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const HUB: &str = "https://index.docker.io/v1/";
const OWN: &str = "registry.example.com:5000";
const LESS_EXACT: &str = "another credential is more specific (this format holds one per host)";

/// The answer names a receipt for each of these registries, and those receipts are on record.
async fn assert_told(scene: &Scene, reply: &Reply, door: Door, hosts: &[&str]) {
    assert_eq!(reply.header("cache-control"), "no-store", "{door:?}");
    let lines = reply.lines("regcred-delivery");
    let mut told: Vec<&str> = lines.iter().map(|line| line.split_once("; ").unwrap().1).collect();
    told.sort_unstable();
    assert_eq!(told, hosts, "{door:?}");
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let delivered = receipts
        .iter()
        .filter(|receipt| receipt.outcome == Outcome::Delivered && receipt.door == door);
    let delivered: BTreeSet<Uuid> = delivered.map(|receipt| receipt.id).collect();
    assert_eq!(reply.deliveries().into_iter().collect::<BTreeSet<_>>(), delivered, "{door:?}");
}

#[tokio::test]
async fn dockers_file_and_its_variable_have_one_entry_a_host() {
    let scene = Scene::new().await;
    let expected = auths_of(&[("ghcr.io", "whole"), (HUB, "hub"), (OWN, "own")]);
    for (path, door) in [
        ("/api/v1/docker-config", Door::DockerConfig),
        ("/api/v1/docker-auth-config", Door::DockerAuthConfig),
    ] {
        let reply = scene.app.fetch(&scene.token, path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(reply.text(), expected, "{path}");
        assert_eq!(reply.header("content-type"), "application/json");
        assert_told(&scene, &reply, door, &["docker.io", "ghcr.io", OWN]).await;
        let left_out = format!("{}; ghcr.io; {LESS_EXACT}", scene.api);
        assert_eq!(reply.lines("regcred-left-out"), [left_out], "{path}");
    }
}

#[tokio::test]
async fn dockers_file_for_an_image_has_the_credential_of_that_repository() {
    let scene = Scene::new().await;
    let path = "/api/v1/docker-config?image=ghcr.io%2Facme%2Fapi%3A1.2";
    let reply = scene.app.fetch(&scene.token, path).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.text(), auths_of(&[("ghcr.io", "api")]));
    assert_told(&scene, &reply, Door::DockerConfig, &["ghcr.io"]).await;
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let delivered = receipts.iter().find(|one| one.outcome == Outcome::Delivered).unwrap();
    assert_eq!(delivered.image.as_deref(), Some("ghcr.io/acme/api"));
}

#[tokio::test]
async fn the_containers_tools_have_a_key_for_each_path_and_docker_io_for_docker_hub() {
    let scene = Scene::new().await;
    let reply = scene.app.fetch(&scene.token, "/api/v1/auth-json").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let expected = auths_of(&[
        ("docker.io", "hub"),
        ("ghcr.io", "whole"),
        ("ghcr.io/acme/api", "api"),
        (OWN, "own"),
    ]);
    assert_eq!(reply.text(), expected);
    let hosts = ["docker.io", "ghcr.io", "ghcr.io", OWN];
    assert_told(&scene, &reply, Door::AuthJson, &hosts).await;
    assert!(reply.lines("regcred-left-out").is_empty());
}

#[tokio::test]
async fn a_kubernetes_secret_is_a_manifest_with_the_file_in_base64() {
    let scene = Scene::new().await;
    let path = "/api/v1/kubernetes-secret?name=acme-pull&namespace=build";
    let reply = scene.app.fetch(&scene.token, path).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let entry = |key: &str, name: &str| {
        let auth = auth(name);
        format!(
            "\"{key}\":{{\"username\":\"acme-bot\",\"password\":\"{name}-secret\",\"auth\":\"{auth}\"}}"
        )
    };
    let entries = [
        entry("ghcr.io", "whole"),
        entry("ghcr.io/acme/api", "api"),
        entry("ghcr.io:443", "whole"),
        entry("ghcr.io:443/acme/api", "api"),
        entry(HUB, "hub"),
        entry(OWN, "own"),
    ];
    let file = STANDARD.encode(format!("{{\"auths\":{{{}}}}}", entries.join(",")));
    let found = reply.json();
    assert_eq!(
        found,
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "acme-pull", "namespace": "build"},
            "type": "kubernetes.io/dockerconfigjson",
            "data": {".dockerconfigjson": file},
        })
    );
    let hosts = ["docker.io", "ghcr.io", "ghcr.io", OWN];
    assert_told(&scene, &reply, Door::KubernetesSecret, &hosts).await;
    // A secret that nobody has named has our name, and goes where it is applied.
    let reply = scene.app.fetch(&scene.token, "/api/v1/kubernetes-secret").await;
    assert_eq!(reply.json()["metadata"], json!({"name": "regcred"}));
    // Kubernetes' own rule: a name is a subdomain, a namespace a label.
    for name in ["ghcr.io".to_owned(), "a".repeat(64), "a".repeat(253)] {
        let path = format!("/api/v1/kubernetes-secret?name={name}");
        let reply = scene.app.fetch(&scene.token, &path).await;
        assert_eq!(reply.json()["metadata"], json!({"name": name}));
    }
    let (name, namespace) = ("a".repeat(254), "a".repeat(64));
    for query in [
        &*format!("?name={name}"),
        &*format!("?name=a&namespace={namespace}"),
        "?name=",
        "?name=Acme",
        "?name=a..b",
        "?name=a.",
        "?name=a&namespace=a.b",
        "?name=-a",
        "?name=a%0Ab",
        "?name=a%22b",
        "?name=a&namespace=B",
        "?name=a&namespace=a%2Fb",
    ] {
        let path = format!("/api/v1/kubernetes-secret{query}");
        let reply = scene.app.fetch(&scene.token, &path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{query}");
    }
}

#[tokio::test]
async fn the_helper_is_given_one_credential_with_the_receipt() {
    let scene = Scene::new().await;
    let path = format!("/api/v1/credential?server={OWN}");
    let reply = scene.app.fetch(&scene.token, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let [delivery] = reply.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(
        reply.text(),
        format!(
            "{{\"registry\":\"{OWN}\",\"username\":\"acme-bot\",\"secret\":\"own-secret\",\"delivery\":\"{delivery}\"}}"
        )
    );
    assert_told(&scene, &reply, Door::Credential, &[OWN]).await;
    // The one with the longest path that is the repository's; it is not told of by host alone.
    for (query, secret) in [
        ("server=ghcr.io&repository=acme%2Fapi", "api-secret"),
        ("server=ghcr.io&repository=acme%2Fapi%2Fv2", "api-secret"),
        ("server=ghcr.io&repository=acme%2Fapix", "whole-secret"),
        ("image=ghcr.io%2Facme%2Fapi%3A1.2", "api-secret"),
        ("image=ghcr.io%2Facme%2Fweb%40sha256%3A0a", "whole-secret"),
        ("image=nginx", "hub-secret"),
    ] {
        let reply = scene.app.fetch(&scene.token, &format!("/api/v1/credential?{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
        assert_eq!(reply.json()["secret"], secret, "{query}");
        assert_eq!(reply.json()["registry"].as_str().unwrap().matches('/').count(), 0);
    }
}

#[tokio::test]
async fn the_list_for_the_helper_has_user_names_only_and_is_no_delivery() {
    let scene = Scene::new().await;
    let reply = scene.app.fetch(&scene.token, "/api/v1/credentials").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let found = reply.json();
    let rows = found["credentials"].as_array().unwrap();
    let listed: BTreeMap<&str, &str> = rows
        .iter()
        .map(|row| (row["server"].as_str().unwrap(), row["username"].as_str().unwrap()))
        .collect();
    assert_eq!(listed, BTreeMap::from([(HUB, "acme-bot"), (OWN, "acme-bot")]));
    assert!(!reply.text().contains("secret"));
    assert_eq!((rows.len(), scene.app.count_receipts().await), (2, 0));
    // Nobody can ask for ghcr.io by its name alone: one is for all of it, and one for a part.
    let lines = reply.lines("regcred-left-out");
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("ghcr.io")), "{lines:?}");
    // What the list has is to be had, with that user, and what it leaves out is not.
    for (server, status) in [(HUB, 200), (OWN, 200), ("ghcr.io", 409)] {
        let path = format!("/api/v1/credential?server={}", percent(server));
        assert_eq!(scene.app.fetch(&scene.token, &path).await.status, status, "{server}");
    }
}

#[tokio::test]
async fn who_may_have_nothing_is_given_empty_files() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.app.bare_pipeline("idle").await;
    for path in ["/api/v1/docker-config", "/api/v1/docker-auth-config", "/api/v1/auth-json"] {
        let reply = scene.app.fetch(&token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.text()), (200, "{\"auths\":{}}"), "{path}");
        assert!(reply.lines("regcred-delivery").is_empty());
    }
    let listed = scene.app.fetch(&token, "/api/v1/credentials").await;
    assert_eq!(listed.text(), "{\"credentials\":[]}");
    let receipts = scene.app.receipts_of(pipeline).await;
    assert_eq!(receipts.len(), 3, "each of the three is on record");
    assert!(receipts.iter().all(|receipt| receipt.outcome == Outcome::Refused));
}

#[tokio::test]
async fn a_grant_for_tokens_only_is_in_no_file_and_that_is_told() {
    let scene = Scene::new().await;
    let secret = scene.app.credential(&scene.app.owner, "acme", "narrow", "quay.io", "s").await;
    let (pipeline, token) = scene.app.bare_pipeline("narrow").await;
    scene.app.grant(pipeline, secret, &[("form[is_narrow]", "true")]).await;
    for path in [
        "/api/v1/docker-config",
        "/api/v1/docker-auth-config",
        "/api/v1/auth-json",
        "/api/v1/kubernetes-secret?name=a&namespace=b",
        "/api/v1/buildx",
    ] {
        let reply = scene.app.fetch(&token, path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let lines = reply.lines("regcred-left-out");
        let told = format!("{secret}; quay.io; the grant is for short-lived tokens only");
        assert!(lines.len() == 1 && lines[0].starts_with(&told), "{path}: {lines:?}");
        assert!(reply.lines("regcred-delivery").is_empty(), "{path}");
    }
    let reply = scene.app.fetch(&token, "/api/v1/credential?server=quay.io").await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "forbidden"));
}
