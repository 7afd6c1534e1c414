//! Which credential a client gets for what it calls the registry (security T35): one spelling of a
//! host never reaches another host.

use super::Scene;
use crate::app::{App, Reply};
use regcred::domain::listing::percent;

async fn asked(app: &App, token: &str, server: &str) -> Reply {
    app.fetch(token, &format!("/api/v1/credential?server={}", percent(server))).await
}

/// An instance with one credential for each host, each with its host for a secret, and the token
/// of a pipeline that may pull with all of them.
async fn with(hosts: &[&str]) -> (App, String) {
    let app = App::new().await;
    let mut ids = Vec::new();
    for (number, host) in hosts.iter().enumerate() {
        let name = format!("credential {number}");
        ids.push(app.credential(&app.owner, "acme", &name, host, host).await);
    }
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    (app, token)
}

#[tokio::test]
async fn every_spelling_of_a_host_reaches_its_credential_and_no_other() {
    let hosts = [
        "docker.io",
        "ghcr.io",
        "registry.example.com",
        "registry.example.com:5000",
        "xn--bcher-kva.example",
        "[2001:db8::10]:5000",
    ];
    let (app, token) = with(&hosts).await;
    for (server, host) in [
        // Docker Hub's four names, and the key that docker has for it.
        ("docker.io", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("registry.hub.docker.com", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("GHCR.IO", "ghcr.io"),
        ("ghcr.io.", "ghcr.io"),
        // With a port and without are two registries; the usual port is none.
        ("registry.example.com", "registry.example.com"),
        ("registry.example.com:443", "registry.example.com"),
        ("https://registry.example.com/v2/", "registry.example.com"),
        ("registry.example.com:5000", "registry.example.com:5000"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("b\u{fc}cher.example", "xn--bcher-kva.example"),
        ("[2001:db8::10]:5000", "[2001:db8::10]:5000"),
        ("[2001:DB8:0::10]:5000", "[2001:db8::10]:5000"),
    ] {
        let reply = asked(&app, &token, server).await;
        assert_eq!(reply.status, 200, "{server}: {}", reply.text());
        assert_eq!(reply.json()["registry"], host, "{server}");
        assert_eq!(reply.json()["secret"], host, "{server}");
    }
}

#[tokio::test]
async fn a_host_that_only_looks_like_one_is_not_found_and_leaves_no_receipt() {
    let (app, token) =
        with(&["docker.io", "ghcr.io", "registry.example.com:5000", "xn--bcher-kva.example"]).await;
    for server in [
        // Longer and shorter ones.
        "ghcr.io.evil.example.com",
        "evil-ghcr.io",
        "evil.ghcr.io",
        "hcr.io",
        "ghcr.i",
        "ghcr.io:8443",
        "registry.example.com",
        "registry.example.com:500",
        "registry.example.com:50000",
        "registry.example.com:443",
        "xregistry.example.com:5000",
        "example.com:5000",
        "index.docker.io.evil.example.com",
        "evil-index.docker.io",
        "docker.io:5000",
        "docker.com",
        // Letters that look alike.
        "bucher.example",
        "gh\u{441}r.io",
        "xn--ghr-red.io",
        // No hosts, and things of docker's that are none.
        "ghcr",
        "desktop",
        "https://index.docker.io/v1/access-token",
        "http://ghcr.io",
        "ftp://ghcr.io",
        "*.io",
        "ghcr.io\\evil.example.com",
    ] {
        let reply = asked(&app, &token, server).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.code()),
            (404, "not_found"),
            "{server}: {}",
            reply.text()
        );
        assert!(!reply.text().contains("evil"), "{server}");
    }
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn what_could_be_read_as_two_hosts_is_refused_and_not_repeated() {
    let (app, token) = with(&["docker.io", "ghcr.io"]).await;
    for server in [
        "ghcr.io\nevil.example.com",
        "ghcr.io\r\nhost: evil.example.com",
        "ghcr.io\r",
        "ghcr.io\n",
        "\nghcr.io",
        "ghcr.io\0evil",
        "ghcr.io evil.example.com",
        " ghcr.io",
        "ghcr.io\tevil",
        "gh\u{200b}cr.io",
        "ghcr.io\u{2028}evil",
        "evil@ghcr.io",
        "ghcr.io@evil.example.com",
        "https://evil:hunter2@ghcr.io/",
        "ghcr.io?evil",
        "ghcr.io#evil",
        "",
    ] {
        let reply = asked(&app, &token, server).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{server:?}");
        assert!(!reply.text().contains("evil") && !reply.text().contains("hunter2"), "{server:?}");
    }
    let long = "a".repeat(5_000);
    assert_eq!(asked(&app, &token, &long).await.status, 400);
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn a_repository_is_matched_by_whole_parts_of_its_path() {
    let scene = Scene::new().await;
    for (repository, status) in [
        ("acme/api", 200),
        ("acme/api/v2", 200),
        ("acme/apis", 200),
        ("acme", 200),
        ("acme/api/", 400),
        ("/acme/api", 400),
        ("acme//api", 400),
        ("acme/../api", 400),
        ("acme/api:1", 400),
        ("Acme/api", 400),
        ("acme/api\n", 400),
        ("acme,acme/api", 400),
        ("", 400),
    ] {
        let repository = percent(repository);
        let path = format!("/api/v1/credential?server=ghcr.io&repository={repository}");
        let reply = scene.app.fetch(&scene.token, &path).await;
        assert_eq!(reply.status, status, "{repository}: {}", reply.text());
        if status == 200 {
            let is_api = repository == "acme%2Fapi" || repository.starts_with("acme%2Fapi%2F");
            let secret = if is_api { "api-secret" } else { "whole-secret" };
            assert_eq!(reply.json()["secret"], secret, "{repository}");
        }
    }
}
