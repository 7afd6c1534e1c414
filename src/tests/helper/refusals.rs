//! What is not to be had stops no client, not even for another registry: "not found" on stdout, and
//! the reason on stderr.

use super::{NOT_FOUND, Ran, Scene};
use regcred::domain::credential::Access;
use regcred::domain::delivery::Outcome;
use std::net::TcpListener;

/// A token of nobody's.
fn nobodys() -> String {
    regcred::crypto::token::generate_token().unwrap().text.as_str().to_owned()
}

/// An address where nobody listens.
fn closed() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[tokio::test]
async fn an_absent_credential_is_not_found_and_leaves_no_receipt() {
    let Some(scene) = Scene::new().await else { return };
    for server in ["public.example.com", "registry.example.com", "ghcr.io.evil.example.com", "ghcr"]
    {
        assert_eq!(scene.run("get", server).await, Ran::failed(NOT_FOUND), "{server}");
    }
    let other = [("REGCRED_REPOSITORY", "public/tool")];
    assert_eq!(scene.with("get", "ghcr.io", &other).await, Ran::failed(NOT_FOUND));
    assert_eq!(scene.app.count_receipts().await, 0);
}

#[tokio::test]
async fn what_is_refused_is_not_found_for_the_client_and_told_to_people() {
    let Some(scene) = Scene::new().await else { return };
    scene.run("get", "quay.io").await.assert_refused(&["quay.io", "twin-one", "twin-two"]);
    let push = [("REGCRED_INTENT", "push"), ("REGCRED_REPOSITORY", "acme/api")];
    let why = ["reader", "the grant or the credential is for pulling only"];
    scene.with("get", "ghcr.io", &push).await.assert_refused(&why);
    let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
    assert_eq!((receipt.intent, receipt.outcome), (Access::PullAndPush, Outcome::Refused));
    assert_eq!(receipt.image.as_deref(), Some("ghcr.io/acme/api"));
    let token = nobodys();
    let wrong = [("REGCRED_TOKEN", token.as_str())];
    scene.with("get", "ghcr.io", &wrong).await.assert_refused(&["Send a valid pipeline token"]);
    let closed = closed();
    let elsewhere = [("REGCRED_URL", closed.as_str()), ("REGCRED_TIMEOUT", "1")];
    let why = ["regcred: Regcred cannot be reached: "];
    scene.with("get", "ghcr.io", &elsewhere).await.assert_refused(&why);
}

#[tokio::test]
async fn a_disabled_registry_stops_no_other() {
    let Some(scene) = Scene::new().await else { return };
    let app = &scene.app;
    let id = app.find_credential(&app.owner, "acme", "own").await.to_string();
    app.owner.post_form("/rpc/credentials/disable", &[("project", "acme"), ("id", &*id)]).await;
    // As podman asks for every host that it knows.
    for (server, works) in [
        ("docker.io", true),
        ("registry.example.com:5000", false),
        ("quay.io", false),
        ("public.example.com", false),
        ("ghcr.io", true),
    ] {
        let ran = scene.run("get", server).await;
        assert_eq!(ran.code, Some(i32::from(!works)), "{server} {ran:?}");
        assert!(works || ran.out == NOT_FOUND, "{server} {ran:?}");
        assert!(!works || ran.err.is_empty(), "{server} {ran:?}");
    }
    let ran = scene.run("get", "registry.example.com:5000").await;
    ran.assert_refused(&["own", "disabled"]);
    let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
    assert_eq!(receipt.outcome, Outcome::Refused);
    assert_eq!(receipt.reason.as_deref(), Some("it is disabled"));
}

#[tokio::test]
async fn a_list_that_is_not_to_be_had_is_empty() {
    let Some(scene) = Scene::new().await else { return };
    let (token, closed) = (nobodys(), closed());
    for (more, why) in [
        (("REGCRED_TOKEN", token.as_str()), "Send a valid pipeline token"),
        (("REGCRED_URL", closed.as_str()), "cannot be reached"),
        (("REGCRED_URL", ""), "REGCRED_URL is not set"),
    ] {
        let ran = scene.with("list", "unused", &[more, ("REGCRED_TIMEOUT", "1")]).await;
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), "{}\n"), "{ran:?}");
        assert!(ran.err.starts_with("regcred: ") && ran.err.contains(why), "{ran:?}");
    }
}

#[tokio::test]
async fn who_sets_it_has_the_client_stop() {
    let Some(scene) = Scene::new().await else { return };
    let token = nobodys();
    let strict = ("REGCRED_STRICT", "true");
    let ran = scene.with("get", "quay.io", &[strict]).await;
    assert!(ran.code == Some(1) && ran.err.is_empty(), "{ran:?}");
    assert!(ran.out.starts_with("regcred: ") && ran.out.contains("twin-one"), "{ran:?}");
    let ran = scene.with("list", "", &[strict, ("REGCRED_TOKEN", token.as_str())]).await;
    assert!(
        ran.code == Some(1) && ran.out.starts_with("regcred: Send a valid pipeline"),
        "{ran:?}"
    );
    // What nobody granted is a public image, for them, too.
    let ran = scene.with("get", "public.example.com", &[strict]).await;
    assert_eq!(ran, Ran::failed(NOT_FOUND));
}

#[tokio::test]
async fn what_could_be_read_as_another_server_never_reaches_ours() {
    let Some(scene) = Scene::new().await else { return };
    for server in [
        "ghcr.io\nevil.example.com",
        "ghcr.io\r\nhost: evil.example.com",
        "ghcr.io\0evil",
        "ghcr.io evil.example.com",
        "ghcr.io@evil.example.com",
        "https://evil:hunter2@ghcr.io/",
        "ghcr.io\u{1b}[2Jevil",
    ] {
        let ran = scene.run("get", server).await;
        ran.assert_refused(&["regcred: The server URL on stdin "]);
        assert!(!ran.err.contains("evil"), "{ran:?}");
    }
    assert_eq!(scene.app.count_receipts().await, 0);
}

#[tokio::test]
async fn the_default_port_of_a_scheme_names_the_same_server() {
    let Some(scene) = Scene::new().await else { return };
    let (app, by) = (&scene.app, &scene.app.owner);
    let marked = [("is_insecure", "true")];
    let harbor = "http://harbor.example.org:80";
    let granted = [
        app.credential(by, "acme", "tls", "registry.example.org", "tls-secret").await,
        app.credential_with(by, "acme", "plain", harbor, "plain-secret", &marked).await,
    ];
    let (_, token) = app.pipeline(by, "acme", "ports", &granted, "pull").await;
    let as_it = [("REGCRED_TOKEN", token.as_str())];
    for (asked, secret) in [
        ("registry.example.org", "tls-secret"),
        ("registry.example.org:443", "tls-secret"),
        ("https://registry.example.org:443", "tls-secret"),
        ("harbor.example.org", "plain-secret"),
        ("harbor.example.org:80", "plain-secret"),
    ] {
        let expected = format!(
            "{{\"ServerURL\":\"{asked}\",\"Username\":\"acme-bot\",\"Secret\":\"{secret}\"}}\n"
        );
        assert_eq!(scene.with("get", asked, &as_it).await, Ran::well(expected), "{asked}");
    }
    // With the port of the other scheme it is another server.
    let ran = scene.with("get", "registry.example.org:80", &as_it).await;
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), NOT_FOUND));
}

#[tokio::test]
async fn an_image_is_asked_for_at_its_own_registry_only() {
    let Some(scene) = Scene::new().await else { return };
    let path = scene.file("state");
    let job = [
        ("REGCRED_IMAGE", "docker://ghcr.io/acme/api:1.0"),
        ("REGCRED_STATE", path.to_str().unwrap()),
    ];
    for server in ["registry.example.com:5000", "https://index.docker.io/v1/", "ghcr.io"] {
        assert_eq!(scene.with("get", server, &job).await.code, Some(0), "{server}");
    }
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let images: Vec<Option<&str>> = receipts.iter().map(|one| one.image.as_deref()).collect();
    assert_eq!(images[0], Some("ghcr.io/acme/api"));
    assert!(images[1..].iter().all(|image| *image != Some("ghcr.io/acme/api")), "{images:?}");
    // Only of that one it is told afterwards how it went.
    let noted = std::fs::read_to_string(&path).unwrap();
    assert_eq!(noted, format!("{}\n", receipts[0].id));
}
