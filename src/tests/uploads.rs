//! Service account keys: pasted, uploaded, too large, and other files than a key.

use crate::app::{App, Browser, Reply, auths, credential_form};
use crate::forms::key_file;
use axum::body::{Body, Bytes};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const CREATE: &str = "/rpc/credentials/create";
const BOUNDARY: &str = "----acme";
const KEY: [(&str, &str); 2] = [("method", "gcp_service_account_key"), ("username", "")];

/// A form that says that a key comes; `more` may add the key as text.
fn form<'a>(name: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = KEY.to_vec();
    fields.extend_from_slice(more);
    credential_form("acme", name, "gcr.io", "", &fields)
}

#[tokio::test]
async fn an_uploaded_key_is_stored_byte_for_byte_and_its_facts_are_shown() {
    let app = App::new().await;
    let key = key_file();
    // Line ends and space that nobody may tidy.
    let file =
        format!("  {}\r\n\n", serde_json::to_string_pretty(&key).unwrap().replace('\n', "\r\n"));
    let reply = app
        .owner
        .post_multipart(CREATE, &form("gcr", &[]), Some(("key_file", file.as_bytes())))
        .await;
    assert!(reply.location().contains("?said="), "{}", reply.text());
    let id = app.find_credential(&app.owner, "acme", "gcr").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(
        auths(&app.docker_config(&token, "", &[]).await)["gcr.io"],
        format!("_json_key:{file}")
    );
    let page = app.owner.get(&format!("/p/acme/credentials/{id}")).await.text();
    for field in ["client_email", "project_id", "private_key_id"] {
        assert!(page.contains(key[field].as_str().unwrap()), "{field}");
    }
    let private = key["private_key"].as_str().unwrap().lines().nth(1).unwrap();
    for path in
        ["", "/checks", "/versions", "/readers", "/activity", "/connect", "/edit", "/delete"]
    {
        let page = app.owner.get(&format!("/p/acme/credentials/{id}{path}")).await.text();
        assert!(!page.contains(private) && !page.contains("BEGIN PRIVATE"), "{path}");
    }
}

#[tokio::test]
async fn a_pasted_key_has_its_line_ends_turned_back() {
    let app = App::new().await;
    let key = serde_json::to_string_pretty(&key_file()).unwrap();
    let pasted = key.replace('\n', "\r\n");
    let reply = app
        .owner
        .post_multipart_json_accept(CREATE, &form("gcr", &[("key_json", &pasted)]), None)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let id = app.find_credential(&app.owner, "acme", "gcr").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(
        auths(&app.docker_config(&token, "", &[]).await)["gcr.io"],
        format!("_json_key:{key}")
    );
}

#[tokio::test]
async fn another_file_than_a_key_is_told_for_what_it_is() {
    let app = App::new().await;
    let without = |field: &str| {
        let mut key = key_file();
        key.as_object_mut().unwrap().remove(field);
        key.to_string().into_bytes()
    };
    let with = |field: &str, value: Value| {
        let mut key = key_file();
        key[field] = value;
        key.to_string().into_bytes()
    };
    let whole = key_file().to_string();
    let private = key_file()["private_key"].as_str().unwrap().to_owned();
    let files = [
        (json!({ "installed": { "client_id": "x" } }).to_string().into_bytes(), "OAuth client"),
        (json!({ "web": { "client_id": "x" } }).to_string().into_bytes(), "OAuth client"),
        (with("type", json!("authorized_user")), "authorized_user"),
        (with("type", json!("external_account")), "external_account"),
        (json!({ "auths": {} }).to_string().into_bytes(), "config.json"),
        (private.clone().into_bytes(), "only the private key"),
        (vec![0x30, 0x82, 0x09, 0x41, 0x02], ".p12"),
        (STANDARD.encode(&whole).into_bytes(), "base64"),
        (whole.as_bytes()[..whole.len() - 2].to_vec(), "stops before its end"),
        (b"[]".to_vec(), "not a key file"),
        (b"hello".to_vec(), "not a JSON file"),
        (vec![0xff, 0xfe, 0x7b], "not text"),
        (without("type"), "no type"),
        (without("client_email"), "no client_email"),
        (without("project_id"), "no project_id"),
        (without("private_key_id"), "no private_key_id"),
        (without("private_key"), "no private_key"),
        (with("private_key", json!("hunter2")), "not a PEM key"),
        (with("private_key", json!(private.replace('\n', "\\n"))), "escaped twice"),
        (with("client_email", json!("nobody")), "not an email address"),
    ];
    for (file, reason) in files {
        let reply = app
            .owner
            .post_multipart_json_accept(CREATE, &form("gcr", &[]), Some(("key_file", &file)))
            .await;
        assert_eq!(reply.status, 422, "{reason}");
        let sentence = reply.at("key_file").unwrap_or_default();
        assert!(sentence.contains(reason), "{reason}: {sentence}");
    }
    let reply = app
        .owner
        .post_multipart_json_accept(CREATE, &form("gcr", &[]), Some(("key_file", b"")))
        .await;
    assert!(reply.at("key_json").unwrap().contains("Paste"), "an empty file is no file");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}

#[tokio::test]
async fn ten_megabytes_are_answered_with_the_sentence_and_nothing_else_is_lost() {
    let app = App::new().await;
    let file = vec![b' '; 10 * 1024 * 1024];
    let typed = form("gcr-typed", &[("description", "nightly images")]);
    let reply =
        app.owner.post_multipart_json_accept(CREATE, &typed, Some(("key_file", &file))).await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("key_file").unwrap().contains("too large"));
    let regcred::Error::Invalid(fields) = reply.error() else { panic!("{}", reply.text()) };
    assert_eq!(fields.len(), 1, "{fields:?}");
    let reply = app.owner.post_multipart(CREATE, &typed, Some(("key_file", &file))).await;
    assert!(reply.location().starts_with("/p/acme/credentials/new?back="), "{}", reply.location());
    let page = app.owner.follow(reply).await.text();
    for expected in ["too large", "gcr-typed", "nightly images"] {
        assert!(page.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn the_same_key_can_be_stored_for_the_other_hosts_of_google() {
    let app = App::new().await;
    let key = key_file().to_string();
    let also = [
        ("key_json", key.as_str()),
        ("also", "us.gcr.io"),
        ("also", "eu.gcr.io"),
        ("also", "gcr.io"),
    ];
    let reply = app.owner.post_multipart_json_accept(CREATE, &form("gcr", &also), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut ids = Vec::new();
    for name in ["gcr", "gcr (us.gcr.io)", "gcr (eu.gcr.io)"] {
        ids.push(app.find_credential(&app.owner, "acme", name).await);
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 3);
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    let delivered = auths(&app.docker_config(&token, "", &[]).await);
    assert_eq!(delivered.keys().collect::<Vec<_>>(), ["eu.gcr.io", "gcr.io", "us.gcr.io"]);
    assert!(delivered.values().all(|auth| *auth == format!("_json_key:{key}")));
}

#[tokio::test]
async fn a_key_for_several_hosts_is_stored_for_all_or_for_none() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "gcr (us.gcr.io)", "us.gcr.io", "s").await;
    let key = key_file().to_string();
    let also = [("key_json", key.as_str()), ("also", "eu.gcr.io"), ("also", "us.gcr.io")];
    let reply = app.owner.post_multipart_json_accept(CREATE, &form("gcr", &also), None).await;
    assert_eq!(reply.status, 422);
    let said = reply.at("also").expect("it is said at the other hosts");
    let name = "A credential with the name gcr (us.gcr.io) already exists.";
    assert!(said.starts_with(name) && said.ends_with(" clear us.gcr.io."), "{said}");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 1);
}

#[tokio::test]
async fn a_password_with_the_key_method_is_no_key() {
    let app = App::new().await;
    let form = credential_form("acme", "gcr", "gcr.io", "hunter2-hunter2", &KEY);
    let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("key_json").is_some());
}

/// A part of a form with this line among its headers.
fn part(line: &str, name: &str, value: &str) -> String {
    let named = format!("Content-Disposition: form-data; name=\"{name}\"");
    format!("--{BOUNDARY}\r\n{line}{named}\r\n\r\n{value}\r\n")
}

/// Posts what may be no form at all, as a script or as a page does.
async fn post(browser: &Browser, accept: &str, body: Body) -> Reply {
    let request = browser.request(Method::POST, CREATE, accept);
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    browser.send(request.header("content-type", kind).body(body).unwrap()).await
}

/// Uploads that are made to keep the reader busy, or to be kept by it.
fn hostile() -> [(&'static str, String); 4] {
    let line = format!("x-long: {}\r\n", "x".repeat(64 * 1024));
    let end = format!("--{BOUNDARY}--\r\n");
    [
        ("a preamble of a mebibyte", "x".repeat(1024 * 1024)),
        ("a header of 64 KiB", part(&line, "name", "x") + &end),
        ("half a million parts", part("", "also", "gcr.io").repeat(500_000) + &end),
        ("headers without an end", format!("--{BOUNDARY}\r\n\r\n{}", "x".repeat(64 * 1024))),
    ]
}

#[tokio::test]
async fn an_upload_that_is_no_form_is_refused_long_before_its_end() {
    let app = App::new().await;
    for (what, body) in hostile() {
        let reply = post(&app.owner, "application/json", Body::from(body.clone())).await;
        assert_eq!(reply.status, 400, "{what}: {}", reply.text());
        let reply = post(&app.nobody(), "application/json", Body::from(body.clone())).await;
        assert_eq!(reply.status, 401, "{what}");
        let reply = post(&app.nobody(), "text/html", Body::from(body)).await;
        assert_eq!(reply.status, 302, "{what}");
        assert!(reply.location().starts_with("/sign-in"), "{what}: {}", reply.location());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}

#[tokio::test]
async fn a_form_of_which_something_would_be_dropped_is_not_saved_as_if_it_had_been_blank() {
    let app = App::new().await;
    let (long, longer) = ("x".repeat(256 * 1024), "x".repeat(256 * 1024 + 1));
    let long = long.as_str();
    let restricts = [("paths", "acme"), ("is_protected", "true"), ("expires_on", "2099-01-31")];
    for (case, first) in [
        (
            "together",
            vec![("list", long), ("preset", long), ("offered_name", long), ("also", long)],
        ),
        ("one of them", vec![("environment", longer.as_str())]),
        ("the same field again", vec![("list", ""), ("list", "")]),
        ("two answers", vec![("access", "pull_push"), ("access", "pull")]),
        ("two secrets", vec![("password", "hunter2"), ("password", "hunter2-hunter2")]),
    ] {
        let more = [first, restricts.to_vec()].concat();
        let form = credential_form("acme", "ghcr", "ghcr.io", "hunter2-hunter2", &more);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 400, "{case}: {}", reply.text());
        assert!(reply.text().contains("Nothing was saved."), "{case}: {}", reply.text());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}

#[tokio::test]
async fn an_upload_is_read_however_it_is_cut() {
    let app = App::new().await;
    for (piece, name) in [(1, "one"), (7, "seven"), (1_400, "many")] {
        let fields = credential_form("acme", name, "ghcr.io", "hunter2-hunter2", &[]);
        let parts: String = fields.iter().map(|(name, value)| part("", name, value)).collect();
        let whole = format!("{parts}--{BOUNDARY}--\r\n").into_bytes();
        let pieces: Vec<Bytes> = whole.chunks(piece).map(Bytes::copy_from_slice).collect();
        let dripped = Body::new(Dripped(pieces.into_iter()));
        let reply = post(&app.owner, "application/json", dripped).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        app.find_credential(&app.owner, "acme", name).await;
    }
}

/// A body that comes in pieces.
struct Dripped(std::vec::IntoIter<Bytes>);

impl axum::body::HttpBody for Dripped {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(self.0.next().map(|piece| Ok(hyper::body::Frame::data(piece))))
    }
}
