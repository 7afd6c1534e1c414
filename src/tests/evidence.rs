//! Evidence comes before work: what nobody has proved is answered before a body is read, writes
//! nothing, and waits for no writer.

use crate::app::{App, OWNER};
use crate::asking::DOORS;
use crate::browser::Browser;
use crate::matrix::{JOB_TOKEN, Objects, functions, takes_files};
use crate::written;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use hyper::body::Frame;
use leptos::server_fn::axum::server_fn_paths;
use regcred::crypto::token::generate_token;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;
use tower_sessions::session::Id;
use uuid::Uuid;

/// Every server function that runs for who is not signed in. A new one that is not here fails.
const OPEN: [&str; 3] = ["/rpc/session/create", "/rpc/session/delete", "/rpc/setup/create"];
/// Bytes of a body that are read without evidence, and of the pieces that it comes in.
const MOST: usize = 64 * 1024;
const PIECE: usize = 1024;
/// Long enough for every answer that waits for nothing.
const SOON: Duration = Duration::from_secs(10);

/// A body of a mebibyte that counts how much of it is taken.
struct Pieces {
    left: usize,
    taken: Arc<AtomicUsize>,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= PIECE;
        self.taken.fetch_add(PIECE, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'a'; PIECE])))))
    }
}

fn kind(path: &str) -> &'static str {
    if takes_files(path) {
        "multipart/form-data; boundary=x"
    } else {
        "application/x-www-form-urlencoded"
    }
}

/// Posts the body; gives the status, where it leads, and how much of it was taken.
async fn post(browser: &Browser, path: &str, kind: &str, accept: &str) -> (u16, String, usize) {
    let taken = Arc::new(AtomicUsize::new(0));
    let body = Pieces { left: 1024 * 1024, taken: Arc::clone(&taken) };
    let request = browser.request(Method::POST, path, accept).header("content-type", kind);
    let reply = browser.send(request.body(Body::new(body)).unwrap()).await;
    (reply.status.as_u16(), reply.location(), taken.load(Ordering::Relaxed))
}

/// Browsers without a session: with no cookie, one that is no session's, and one that is none at all.
fn strangers(app: &App) -> Vec<Browser> {
    let cookies = [None, Some(format!("sid={}", Id(12345))), Some("sid=x".to_owned())];
    let with = |cookie| {
        let mut browser = app.nobody();
        browser.cookie = cookie;
        browser
    };
    cookies.into_iter().map(with).collect()
}

/// The browser of somebody who may not sign in any more, with the session as it was.
async fn disabled(app: &App) -> Browser {
    let other = app.new_person("other").await;
    let browser = app.sign_in(&other.email).await;
    app.raw(&format!("UPDATE person SET disabled_at = 1 WHERE email = '{}'", other.email)).await;
    browser
}

#[tokio::test]
async fn without_a_session_no_function_reads_a_body_but_the_few_that_are_open() {
    let app = App::new().await;
    let disabled = disabled(&app).await;
    for stranger in strangers(&app).into_iter().chain([disabled]) {
        let mut reached = BTreeSet::new();
        for (path, _) in server_fn_paths() {
            let (status, _, taken) = post(&stranger, path, kind(path), "application/json").await;
            if status == 401 {
                assert_eq!(taken, 0, "{path}");
            } else {
                reached.insert(path);
            }
            assert!(taken <= MOST + PIECE, "{path}: {taken}");
            let (status, location, taken) = post(&stranger, path, kind(path), "text/html").await;
            assert!(taken <= MOST + PIECE, "{path}: {taken}");
            if !OPEN.contains(&path) {
                assert_eq!(status, 302, "{path}");
                assert!(location.starts_with("/sign-in?next="), "{path}: {location}");
            }
        }
        assert_eq!(reached, BTreeSet::from(OPEN));
    }
}

#[tokio::test]
async fn no_door_for_machines_reads_much_of_a_body_and_none_before_a_token() {
    let app = App::new().await;
    let nobody = app.nobody();
    let report = format!("/api/v1/deliveries/{}/outcome", Uuid::now_v7());
    for path in ["/api/v1/token", "/api/v1/drone/acme", "/api/v1/woodpecker/acme", report.as_str()]
    {
        let (status, _, taken) = post(&nobody, path, "application/json", "*/*").await;
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(taken <= MOST + PIECE, "{path}: {taken}");
        assert!(path != report || (status, taken) == (401, 0), "{path}: {status} {taken}");
    }
    for door in DOORS {
        assert_eq!(post(&nobody, door, "application/json", "*/*").await.2, 0, "{door}");
    }
    // What says beforehand that it is larger is not read at all.
    let request = nobody.request(Method::POST, "/api/v1/token", "*/*");
    let request = request.header("content-length", MOST + 1).body(Body::from("{}")).unwrap();
    assert_eq!(nobody.send(request).await.status, 413);
}

#[tokio::test]
async fn what_strangers_send_writes_nothing_and_waits_for_no_writer() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let pipeline = at.pipeline;
    let strangers = strangers(&app);
    written::watch(&app.database).await;
    // On the embedded database there is one writer, and this is it.
    let held = app.vault.store().write().await.unwrap();
    let sent = async {
        for stranger in &strangers {
            for function in functions("acme", &at) {
                let status = function.call(stranger).await.status.as_u16();
                assert!(status < 500, "{}: {status}", function.path);
                if kind(function.path).starts_with("multipart") {
                    continue;
                }
                let form = [("project", "acme"), ("typed_name", "x")];
                let status = stranger.post_form(function.path, &form).await.status.as_u16();
                assert!(status < 500, "{}: {status}", function.path);
            }
        }
        let nobody = app.nobody();
        for nth in 0..12 {
            let form = [("email", OWNER), ("password", "wrong password")];
            let status = nobody.post_form("/rpc/session/create", &form).await.status;
            assert_eq!(status, 302, "{nth}");
            let body = format!("{{\"pipeline\":\"{pipeline}\",\"token\":\"{JOB_TOKEN}\"}}");
            assert_eq!(nobody.tell("", "/api/v1/token", &body).await.status, 403, "{nth}");
            let made_up = generate_token().unwrap().text;
            assert_eq!(nobody.docker_config(&made_up, "", &[]).await.status, 401, "{nth}");
            for door in ["/api/v1/drone/acme", "/api/v1/woodpecker/acme"] {
                let status = nobody.signed(door, &[], "{}").await.status.as_u16();
                assert!((400..500).contains(&status), "{door}: {status}");
            }
        }
    };
    // Of what waits for the writer nothing is ever answered here, but with 503.
    timeout(6 * SOON, sent).await.expect("an answer without the writer");
    drop(held);
    assert_eq!(written::count(&app.database, &[]).await, 0);
}
