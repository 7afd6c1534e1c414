//! Registry hosts: what people paste is stored as one host, or refused with the reason.

use crate::app::{App, credential_form};

const CREATE: &str = "/rpc/credentials/create";

#[tokio::test]
async fn what_people_paste_is_stored_as_one_host() {
    let app = App::new().await;
    let pasted = [
        ("https://ghcr.io/", "ghcr.io"),
        (" GHCR.IO ", "ghcr.io"),
        ("registry.example.com:5000/v2/", "registry.example.com:5000"),
        ("https://registry.example.com:443", "registry.example.com"),
        ("docker.io", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
    ];
    for (n, (typed, host)) in pasted.into_iter().enumerate() {
        let id = app.credential(&app.owner, "acme", &format!("name {n}"), typed, "s").await;
        assert_eq!(app.stored("acme", id).await.summary.host.as_str(), host, "{typed}");
    }
}

#[tokio::test]
async fn what_is_no_host_is_refused_with_the_reason_and_nothing_is_saved() {
    let app = App::new().await;
    let bad = [
        ("", "missing"),
        ("hub.docker.com", "use docker.io"),
        ("bot:hunter3@ghcr.io", "@"),
        ("https://bot@ghcr.io/acme", "@"),
        ("ghcr.io acme", "space"),
        ("ghcr.io\nregistry.example.com", "line break"),
        ("ghcr.io\u{1}", "control"),
        ("ghcr\u{200b}.io", "invisible"),
        ("ghcr.io?x=1", "?"),
        ("ghcr.io/#acme", "#"),
        ("*.example.com", "*"),
        ("ghcr", "single word"),
        ("ftp://ghcr.io", "https"),
        ("http://registry.example.com", "Insecure registry"),
        ("ghcr.io:99999", "port"),
        ("gh_cr.io", "host name"),
        ("2130706433", "unusual form"),
        ("g\u{04bb}cr.io", "alphabets"),
        ("<account-id>.dkr.ecr.eu-west-1.amazonaws.com", "placeholder"),
        ("ghcr.io/Acme", "capital"),
    ];
    for (typed, reason) in bad {
        let form = credential_form("acme", "a", typed, "hunter2-hunter2", &[]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{typed}");
        let sentence = reply.at("registry_url").unwrap_or_default();
        assert!(sentence.contains(reason), "{typed}: {sentence}");
        assert!(!reply.text().contains("hunter"), "the answer repeats what was typed");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 0);
}

#[tokio::test]
async fn plain_http_is_part_of_the_origin_and_needs_the_mark() {
    let app = App::new().await;
    let marked = [("is_insecure", "true")];
    let host = "http://registry.example.com";
    let id = app.credential_with(&app.owner, "acme", "plain", host, "s", &marked).await;
    let stored = app.stored("acme", id).await;
    assert!(stored.summary.is_insecure);
    assert_eq!(stored.origin, "http://registry.example.com:80");
}
