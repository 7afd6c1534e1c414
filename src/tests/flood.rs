//! Must show 7: failures are charged to those who fail. Nobody who is right is refused for others'
//! failures or for being one of many at once.

use crate::app::{App, OWNER, PASSWORD, Reply, soak};
use crate::browser::urlencoded;
use crate::written;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use regcred::crypto::token::generate_token;
use regcred::domain::user::Person;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Where the flood comes from, and who is right as well.
const NEAR: &str = "192.0.2.1";
/// A job's token of the right form, of an issuer that no rule names.
const UNSIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AA";

/// Signs in from that address.
async fn sign_in(app: &App, from: &str, email: &str, password: &str) -> Reply {
    let request = app.nobody().request(Method::POST, "/rpc/session/create", "application/json");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let body = urlencoded(&[("email", email), ("password", password)]);
    let mut request = request.body(Body::from(body)).unwrap();
    let from: IpAddr = from.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from, 4444)));
    app.nobody().send(request).await
}

/// Asks at the machines' door from that address.
async fn fetch(app: &App, from: &str, token: &str) -> Reply {
    let request = app.nobody().request(Method::GET, "/api/v1/docker-config", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let mut request = request.body(Body::empty()).unwrap();
    let from: IpAddr = from.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from, 4444)));
    app.nobody().send(request).await
}

async fn people(app: &App, count: usize) -> Vec<Person> {
    let mut people = Vec::new();
    for n in 0..count {
        people.push(app.new_person(&format!("person-{n}")).await);
    }
    people
}

#[tokio::test]
async fn of_many_who_are_right_at_once_at_one_address_all_are_let_in() {
    let app = Arc::new(App::new().await);
    let mut signing_in = JoinSet::new();
    for person in people(&app, soak(15, 200)).await {
        let app = Arc::clone(&app);
        signing_in.spawn(async move { sign_in(&app, NEAR, &person.email, PASSWORD).await.status });
    }
    // And one person, with many browsers.
    for _ in 0..soak(15, 200) {
        let app = Arc::clone(&app);
        signing_in.spawn(async move { sign_in(&app, NEAR, OWNER, PASSWORD).await.status });
    }
    let statuses = signing_in.join_all().await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn who_confirms_with_the_right_password_many_times_at_once_is_never_refused() {
    let app = Arc::new(App::new().await);
    let mut confirming = JoinSet::new();
    for _ in 0..soak(15, 200) {
        let app = Arc::clone(&app);
        confirming.spawn(async move {
            let member = app.evidence(&app.owner, "acme").await;
            app.vault.reauthenticate(&member, PASSWORD).await.is_ok()
        });
    }
    assert!(confirming.join_all().await.into_iter().all(|is_right| is_right));
}

#[tokio::test]
async fn in_a_flood_of_wrong_passwords_and_tokens_nobody_who_is_right_is_refused() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s3cret").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    let victim = app.new_person("victim").await;
    let right = people(&app, soak(12, 100)).await;
    let app = Arc::new(app);

    let mut wrong = JoinSet::new();
    for n in 0..soak(40, 1_000) {
        // Of an account that is there, of ones that are not, and of one whose owner is about.
        let emails =
            [victim.email.clone(), format!("guess-{n}@example.com"), right[0].email.clone()];
        for (nth, email) in emails.into_iter().enumerate() {
            // The owner's own failures are fewer than what is stated.
            if nth == 2 && n >= 5 {
                continue;
            }
            let app = Arc::clone(&app);
            wrong.spawn(async move { sign_in(&app, NEAR, &email, "wrong password").await });
        }
        let app = Arc::clone(&app);
        wrong.spawn(async move {
            let made_up = generate_token().unwrap().text;
            fetch(&app, NEAR, &made_up).await
        });
    }
    let mut refused = JoinSet::new();
    for (n, person) in right.into_iter().enumerate() {
        let from = if n % 2 == 0 { NEAR.to_owned() } else { format!("198.51.100.{}", n % 200) };
        let (app, token) = (Arc::clone(&app), token.clone());
        refused.spawn(async move {
            let person = sign_in(&app, &from, &person.email, PASSWORD).await.status;
            let pipeline = fetch(&app, &from, &token).await.status;
            [person, pipeline].into_iter().filter(|status| *status != 200).count()
        });
    }
    assert_eq!(refused.join_all().await.into_iter().sum::<usize>(), 0);

    let mut told = [0; 4];
    for reply in wrong.join_all().await {
        match reply.status.as_u16() {
            401 => told[0] += 1,
            422 => told[1] += 1,
            429 => {
                assert_eq!(reply.header("retry-after"), "60", "{}", reply.text());
                told[2] += 1;
            }
            // There were more of them than can be answered in the time that anybody waits.
            503 => told[3] += 1,
            other => panic!("{other}: {}", reply.text()),
        }
    }
    let count = soak(40, 1_000);
    assert_eq!(told.iter().sum::<usize>(), 3 * count + 5);
    assert!(soak(0, 1) == 1 || told[3] == 0, "{told:?}");
    // A network is told ten times that a password is wrong, and from then on to wait.
    assert_eq!((told[0], told[1]), (count, 10));
    // The account that they were for is the only one that waits, and only where they came from: there
    // it is read once a minute.
    sign_in(&app, NEAR, &victim.email, "wrong password").await;
    assert_eq!(sign_in(&app, NEAR, &victim.email, PASSWORD).await.status, 429);
    assert_eq!(sign_in(&app, "198.51.100.250", &victim.email, PASSWORD).await.status, 200);
    assert_eq!(sign_in(&app, NEAR, OWNER, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn made_up_tokens_refuse_no_token_that_is_right() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s3cret").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    for _ in 0..301 {
        let made_up = generate_token().unwrap().text;
        assert_eq!(fetch(&app, NEAR, &made_up).await.status, 401);
    }
    for nth in 0..301 {
        let body = format!("{{\"pipeline\":\"{}\",\"token\":\"{UNSIGNED}\"}}", Uuid::now_v7());
        let reply = app.nobody().tell("", "/api/v1/token", &body).await;
        assert_eq!(reply.status.as_u16(), if nth < 300 { 403 } else { 429 }, "{nth}");
    }
    assert_eq!(fetch(&app, NEAR, &token).await.status, 200);
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
}

#[tokio::test]
async fn who_goes_on_with_made_up_tokens_makes_the_database_write_nothing() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let body = format!("{{\"pipeline\":\"{pipeline}\",\"token\":\"{UNSIGNED}\"}}");
    written::watch(&app.database).await;
    for _ in 0..300 {
        app.nobody().tell("", "/api/v1/token", &body).await;
    }
    for _ in 0..20 {
        let reply = app.nobody().tell("", "/api/v1/token", &body).await;
        assert_eq!(reply.status, 429);
        assert_eq!(reply.header("retry-after"), "60");
    }
    for _ in 0..20 {
        fetch(&app, NEAR, &generate_token().unwrap().text).await;
    }
    assert_eq!(written::count(&app.database, &[]).await, 0);
}
