//! A request has a stranger's place until it has shown its proof, and no longer: whatever it waits for
//! afterwards keeps nobody out.

use crate::app::App;
use crate::skipped::is_on_sqlite;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use hyper::body::Frame;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

const HERE: &[&str] = &["127.0.0.0/8"];
/// Requests that wait, which are more than the places of strangers.
const WAITING: usize = 12;
/// Long enough for whatever waits for nobody outside, and shorter than a registry is waited for.
const SOON: Duration = Duration::from_secs(8);

/// A registry that takes every connection and answers none; with it, how many it took.
async fn silent() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut unanswered = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            unanswered.push(stream);
            counts.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, asked)
}

/// A body of which nothing ever comes; it counts that somebody reads it.
struct Unsent {
    is_read: bool,
    readers: Arc<AtomicUsize>,
}

impl HttpBody for Unsent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.is_read {
            self.is_read = true;
            self.readers.fetch_add(1, Ordering::SeqCst);
        }
        Poll::Pending
    }
}

/// Waits until all of them wait at once.
async fn all_wait(counted: &AtomicUsize) {
    let all = async {
        while counted.load(Ordering::SeqCst) < WAITING {
            tokio::task::yield_now().await;
        }
    };
    let waiting = timeout(SOON, all).await;
    assert!(waiting.is_ok(), "{} of {WAITING} wait at once", counted.load(Ordering::SeqCst));
}

/// Whoever else has shown no proof before is served: a person at the sign-in, and a pipeline.
async fn assert_others_are_served(app: &App, token: &str) {
    let others = async {
        assert_eq!(app.nobody().get("/sign-in").await.status, 200);
        let reply = app.fetch(token, "/api/v1/docker-config").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    };
    assert!(timeout(SOON, others).await.is_ok(), "others wait");
}

#[tokio::test]
async fn a_registry_that_never_answers_holds_up_nobody_but_those_who_want_its_tokens() {
    let app = App::reaching(HERE).await;
    let (registry, asked) = silent().await;
    let host = registry.to_string();
    let insecure = [("is_insecure", "true")];
    let slow = app.credential_with(&app.owner, "acme", "slow", &host, "hunter2-of-acme", &insecure);
    let slow = slow.await;
    let quick = app.credential(&app.owner, "acme", "quick", "ghcr.io", "quick-secret").await;
    let (one, token) = app.bare_pipeline("one").await;
    app.grant(one, slow, &[("form[is_narrow]", "true")]).await;
    let (_, other) = app.pipeline(&app.owner, "acme", "other", &[quick], "pull").await;
    let doors = ["registry-token?image", "docker-config?image", "buildx?repository"];
    let mut waiting = JoinSet::new();
    for number in 0..WAITING {
        // Each is for a repository of its own, for which the registry is asked anew.
        let door = doors[number % doors.len()];
        let path = format!("/api/v1/{door}={host}/acme/app-{number}");
        let (job, token) = (app.nobody(), token.clone());
        waiting.spawn(async move { job.fetch(&token, &path, &[]).await.status });
    }
    all_wait(&asked).await;
    assert_others_are_served(&app, &other).await;
    assert!(waiting.try_join_next().is_none(), "they wait for the registry still");
}

#[tokio::test]
async fn a_report_that_never_comes_whole_holds_up_nobody() {
    let app = App::new().await;
    let quick = app.credential(&app.owner, "acme", "quick", "ghcr.io", "quick-secret").await;
    let (_, token) = app.bare_pipeline("one").await;
    let (_, other) = app.pipeline(&app.owner, "acme", "other", &[quick], "pull").await;
    let readers = Arc::new(AtomicUsize::new(0));
    let mut waiting = JoinSet::new();
    for _ in 0..WAITING {
        let job = app.nobody();
        let body = Unsent { is_read: false, readers: Arc::clone(&readers) };
        let path = "/api/v1/deliveries/1/outcome";
        let request = job.request(Method::POST, path, "application/json");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::new(body)).unwrap();
        waiting.spawn(async move { job.send(request).await.status });
    }
    all_wait(&readers).await;
    assert_others_are_served(&app, &other).await;
    assert!(waiting.try_join_next().is_none(), "their bodies are waited for still");
}

#[tokio::test]
async fn a_page_that_waits_for_its_counts_holds_up_no_stranger() {
    if !is_on_sqlite("the embedded database has one writer, for whom a page can be made to wait") {
        return;
    }
    let app = App::new().await;
    let quick = app.credential(&app.owner, "acme", "quick", "ghcr.io", "quick-secret").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[quick], "pull").await;
    // Its receipt is counted before somebody looks at the page.
    assert_eq!(app.fetch(&token, "/api/v1/docker-config").await.status, 200);
    let held = app.vault.store().write().await.unwrap();
    let mut waiting = JoinSet::new();
    // More than there are places of strangers: the server does not know the session yet.
    for _ in 0..3 {
        let by = app.owner.clone();
        waiting.spawn(async move { by.get("/p/acme/pipelines").await.status });
    }
    // They come first.
    tokio::task::yield_now().await;
    assert_eq!(app.nobody().get("/sign-in").await.status, 200);
    assert!(waiting.try_join_next().is_none(), "they wait for the counts still");
    drop(held);
    assert!(waiting.join_all().await.iter().all(|status| *status == 200));
}
