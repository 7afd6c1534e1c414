//! What every answer says to a browser: what it may load, keep and tell others.

use crate::app::{App, Browser, Reply};
use crate::matrix::{Objects, pages};
use crate::requests::marked;
use regcred::store::Store;
use regcred::vault::{Settings, Vault, unlock};
use std::collections::BTreeSet;

/// The nonce of a page's policy.
fn nonce(reply: &Reply) -> String {
    let policy = reply.header("content-security-policy");
    let (_, rest) =
        policy.split_once("script-src 'nonce-").unwrap_or_else(|| panic!("no nonce: {policy}"));
    rest.split('\'').next().unwrap().to_owned()
}

fn assert_page_headers(reply: &Reply, path: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(reply.header(name), value, "{path}");
    }
    assert!(!reply.header("permissions-policy").is_empty(), "{path}");
    let policy = reply.header("content-security-policy");
    for part in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(
        !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
        "{path}: {policy}"
    );
    assert!(reply.headers.get("server").is_none() && reply.headers.get("x-powered-by").is_none());
}

#[tokio::test]
async fn every_page_has_its_headers_and_its_own_nonce() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let mut paths: Vec<String> =
        pages(&at).into_iter().map(|(path, _)| path.replace("{}", "acme")).collect();
    paths.extend(
        ["/sign-in", "/setup", "/", "/p/acme", "/p/none/credentials", "/nowhere"]
            .map(str::to_owned),
    );
    let mut nonces = BTreeSet::new();
    for path in &paths {
        for _ in 0..2 {
            let reply = app.owner.get(path).await;
            assert_page_headers(&reply, path);
            let nonce = nonce(&reply);
            assert!(nonce.len() >= 22, "{nonce}");
            let page = reply.text();
            let says_what_it_is = page.contains("<meta name=\"description\" content=\"Regcred ");
            assert!(says_what_it_is || reply.status.is_redirection(), "{path}");
            for script in page.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                assert!(tag.contains(&nonce), "{path}: <script{tag}>");
            }
            assert!(nonces.insert(nonce), "{path}: the nonce came before");
        }
    }
    assert_eq!(nonces.len(), 2 * paths.len());
}

#[tokio::test]
async fn answers_that_are_no_pages_have_their_headers_too() {
    let app = App::new().await;
    for path in [
        "/livez",
        "/readyz",
        "/robots.txt",
        "/pkg/none.js",
        "/api/v1/docker-config",
        "/api/v1/none",
    ] {
        let reply = app.nobody().get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(
            reply.header("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert!(!reply.header("cache-control").is_empty(), "{path}");
    }
    assert_eq!(app.nobody().get("/livez").await.status, 200);
    assert_eq!(app.nobody().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host_and_browsers_stay_with_https() {
    let app = App::at("https://regcred.example.com").await;
    let link = app.vault.new_setup_link().await.unwrap().unwrap();
    let form = [
        ("link", link.as_str()),
        ("project_name", "Acme"),
        ("name", "Olga"),
        ("email", "owner@example.com"),
        ("password", "correct horse battery staple"),
    ];
    let reply = app.owner.post_form("/rpc/setup/create", &form).await;
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-sid=") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
    // For this host only: at an apex domain every other host would be bound as well.
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
    // Signed out, it is removed as it was set: of a line without Secure browsers keep the cookie.
    let mut owner = app.nobody();
    owner.cookie = reply.cookie();
    let reply = owner.post_form("/rpc/session/delete", &[]).await;
    let removed = reply.header("set-cookie");
    assert!(removed.starts_with("__Host-sid=;") && removed.contains("Max-Age=0"), "{removed}");
    assert!(removed.contains("; Secure") && removed.contains("Path=/"), "{removed}");
    // An origin is ours with its scheme only.
    for (origin, expected) in
        [("https://regcred.example.com", 401), ("http://regcred.example.com", 403)]
    {
        let status = marked(&app.nobody(), "/rpc/keys/rotate", &[("origin", origin)]).await;
        assert_eq!(status, expected, "{origin}");
    }
    let plain = App::not_set_up().await;
    assert!(
        plain.nobody().get("/sign-in").await.headers.get("strict-transport-security").is_none()
    );
}

#[tokio::test]
async fn subdomains_are_bound_to_https_only_when_the_operator_says_so() {
    let app = App::not_set_up().await;
    for (address, asked, expected) in [
        ("https://example.com", false, "max-age=31536000"),
        ("https://example.com", true, "max-age=31536000; includeSubDomains"),
        ("http://example.com", true, ""),
    ] {
        let settings =
            Settings { address: address.to_owned(), hsts_subdomains: asked, ..Settings::default() };
        let store = Store::connect(&app.address).await.unwrap();
        let keys = unlock(&store, app.key_source()).await.unwrap();
        let vault = Vault::new(store, keys, settings);
        let browser = Browser::at(&regcred::server::router(&vault, &[]), address);
        for path in ["/sign-in", "/livez", "/api/v1/docker-config"] {
            let reply = browser.get(path).await;
            assert_eq!(reply.header("strict-transport-security"), expected, "{address} {path}");
        }
    }
}
