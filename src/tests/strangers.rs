//! What strangers can make the server do: their guesses are counted by where they come from,
//! whatever they name, and cost little.

use crate::app::{App, Browser, OWNER, PASSWORD};
use crate::browser::urlencoded;
use crate::clock::pass;
use crate::process::server::{Folder, Refusal, command, refused};
use crate::signing::{Woodpecker, drone, drone_body, woodpecker_body};
use crate::trust::{drone_rule, woodpecker_rule};
use crate::written;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use regcred::outbound::Network;
use regcred::vault::FirstPerson;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;
use uuid::Uuid;

/// A token of the right form that nobody has signed, of an issuer that no rule names.
const UNSIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AA";

/// Long enough for every answer that comes at all.
const NEVER: Duration = Duration::from_secs(30);

async fn exchange(app: &App, pipeline: Uuid) -> u16 {
    let body = format!("{{\"pipeline\":\"{pipeline}\",\"token\":\"{UNSIGNED}\"}}");
    app.nobody().tell("", "/api/v1/token", &body).await.status.as_u16()
}

/// A guess at a password through a proxy, which says whom it asks for.
async fn guess(browser: &Browser, proxy: &str, client: &str, email: &str) -> u16 {
    let request = browser.request(Method::POST, "/rpc/session/create", "application/json");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("x-forwarded-for", client);
    let body = urlencoded(&[("email", email), ("password", "wrong password")]);
    let mut request = request.body(Body::from(body)).unwrap();
    let proxy: IpAddr = proxy.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(proxy, 4444)));
    browser.send(request).await.status.as_u16()
}

#[test]
fn who_guesses_a_set_up_link_has_no_password_hashed() {
    // Hashes are computed on blocking threads. The only one is taken, so a request that needs a hash
    // gets no answer.
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    runtime.unwrap().block_on(async {
        let app = App::not_set_up().await;
        app.vault.new_setup_link().await.unwrap();
        let (release, held) = mpsc::channel::<()>();
        let taken = spawn_blocking(move || held.recv());
        let first = FirstPerson {
            project_name: "Acme".to_owned(),
            name: "Mallory".to_owned(),
            email: OWNER.to_owned(),
        };
        let answer = timeout(NEVER, app.vault.set_up("guess", first, PASSWORD)).await;
        assert_eq!(answer.expect("an answer without a hash").unwrap_err().status(), 409);
        drop(release);
        assert!(taken.await.unwrap().is_err());
    });
}

#[tokio::test]
async fn guessing_pipelines_writes_nothing_and_must_wait() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    written::watch(&app.database).await;
    for nth in 0..300 {
        assert_eq!(exchange(&app, Uuid::now_v7()).await, 403, "{nth}");
    }
    assert_eq!(exchange(&app, Uuid::now_v7()).await, 429);
    assert_eq!(
        exchange(&app, pipeline).await,
        429,
        "a wrong token for one that is there is refused alike"
    );
    assert_eq!(written::count(&app.database, &[]).await, 0);
    pass(61).await;
    assert_eq!(exchange(&app, Uuid::now_v7()).await, 403, "after a minute they may again");
}

#[tokio::test]
async fn of_many_that_are_refused_at_once_no_more_are_told_why_than_one_by_one() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let app = Arc::new(app);
    let mut asking = JoinSet::new();
    for _ in 0..330 {
        let app = Arc::clone(&app);
        asking.spawn(async move { exchange(&app, pipeline).await });
    }
    let statuses = asking.join_all().await;
    let count = |status| statuses.iter().filter(|other| **other == status).count();
    assert_eq!((count(403), count(429)), (300, 30));
}

#[tokio::test]
async fn for_what_there_is_not_as_much_is_read_as_for_what_there_is() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    woodpecker_rule(&app, pipeline, &Woodpecker::new(), "7").await;
    drone_rule(&app, pipeline, "7").await;
    let (of_drone, of_woodpecker) = (drone_body(7), woodpecker_body(7));
    let mut asked: Vec<[Vec<String>; 3]> = Vec::new();
    for (project, id) in [("acme", pipeline), ("nowhere", Uuid::now_v7())] {
        let path = format!("/api/v1/drone/{project}");
        let (nobody, lines) = (app.nobody(), drone(&"0".repeat(64), &of_drone));
        let signed = nobody.signed(&path, &lines, &of_drone);
        let (reply, by_drone) = app.watch.asked_by(signed).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        let path = format!("/api/v1/woodpecker/{project}");
        let lines = Woodpecker::new().sign(&path, &of_woodpecker);
        let signed = nobody.signed(&path, &lines, &of_woodpecker);
        let (reply, by_woodpecker) = app.watch.asked_by(signed).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        let (status, by_job) = app.watch.asked_by(exchange(&app, id)).await;
        assert_eq!(status, 403);
        asked.push([by_drone, by_woodpecker, by_job]);
    }
    assert!(asked[0].iter().all(|asked| asked.len() > 1));
    assert_eq!(asked[0], asked[1]);
}

#[tokio::test]
async fn any_proxy_of_a_trusted_network_says_who_asks() {
    let app = App::new().await;
    let trusted = [Network::parse("10.0.0.0/8").unwrap()];
    let browser = Browser::new(&regcred::server::router(&app.vault, &trusted));
    for nth in 0..10 {
        let (proxy, email) = (format!("10.1.2.{nth}"), format!("guess-{nth}@example.com"));
        assert_eq!(guess(&browser, &proxy, "203.0.113.5", &email).await, 422, "{nth}");
    }
    let another = "another@example.com";
    let other = async |proxy: &str, client: &str| guess(&browser, proxy, client, another).await;
    assert_eq!(other("10.200.0.1", "203.0.113.5").await, 429);
    assert_eq!(other("10.200.0.1", "203.0.113.6").await, 422, "another client");
    assert_eq!(other("192.0.2.1", "203.0.113.5").await, 422, "no proxy of ours");
}

#[test]
fn an_invalid_proxy_network_is_refused_before_anything_is_created() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    let mut command = command(&data);
    command.env("REGCRED_TRUSTED_PROXIES", "10.0.0.0/8, 10.0.0.1/8");
    let Refusal { code, text, was_open, .. } = refused(command);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("REGCRED_TRUSTED_PROXIES") && !text.contains("10.0.0.1/8"), "{text}");
    assert!(!was_open && !data.exists());
}
