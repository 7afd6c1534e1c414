//! Signing in and setting up: what is told to whom, and how often one may guess.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply};
use crate::browser::urlencoded;
use crate::clock::pass;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use regcred::Error;
use std::net::{IpAddr, SocketAddr};
use tokio::task::JoinSet;

const SIGN_IN: &str = "/rpc/session/create";

async fn attempt(browser: &Browser, email: &str, password: &str) -> Reply {
    browser.post_json_accept(SIGN_IN, &[("email", email), ("password", password)]).await
}

/// The same from that address; gives the status.
async fn attempt_from(app: &App, address: &str, email: &str, password: &str) -> u16 {
    let request = app.nobody().request(Method::POST, SIGN_IN, "application/json");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    // Anybody can write this header; no proxy is trusted here.
    let request = request.header("x-forwarded-for", "203.0.113.77");
    let body = urlencoded(&[("email", email), ("password", password)]);
    let mut request = request.body(Body::from(body)).unwrap();
    let address: IpAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 4444)));
    app.nobody().send(request).await.status.as_u16()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = App::new().await;
    let wrong = attempt(&app.nobody(), OWNER, "wrong password").await;
    let unknown = attempt(&app.nobody(), "nobody@example.com", PASSWORD).await;
    let long = attempt(&app.nobody(), OWNER, &"x".repeat(2000)).await;
    assert_eq!(wrong.status, 422);
    for other in [unknown, long] {
        assert_eq!((other.status, &other.body), (wrong.status, &wrong.body));
        assert!(other.cookie().is_none());
    }
    // A browser is sent back to the form, with the address but not the password.
    let form = [
        ("email", "typed@example.com"),
        ("password", "hunter2-hunter2"),
        ("next", "/p/acme/pipelines"),
    ];
    let nobody = app.nobody();
    let reply = nobody.post_form(SIGN_IN, &form).await;
    assert!(
        reply.location().starts_with("/sign-in?next=%2Fp%2Facme%2Fpipelines&back="),
        "{}",
        reply.location()
    );
    let page = nobody.follow(reply).await.text();
    assert!(
        page.contains("typed@example.com")
            && page.contains("is incorrect")
            && !page.contains("hunter2")
    );
}

#[tokio::test]
async fn an_address_in_another_case_or_form_is_the_same_person() {
    let app = App::new().await;
    for email in ["OWNER@Example.com", " owner@example.com ", "ｏｗｎｅｒ@example.com"] {
        assert_eq!(attempt(&app.nobody(), email, PASSWORD).await.status, 200, "{email}");
    }
}

#[tokio::test]
async fn ten_failures_slow_an_account_down_however_its_address_is_written() {
    let app = App::new().await;
    let spellings = [
        OWNER,
        "Owner@example.com",
        "owner@example.com ",
        "OWNER@EXAMPLE.COM",
        "ｏｗｎｅｒ@example.com",
    ];
    for n in 0..10 {
        let reply = attempt(&app.nobody(), spellings[n % spellings.len()], "wrong password").await;
        assert_eq!(reply.status, 422, "attempt {n}");
    }
    for email in spellings {
        let reply = attempt(&app.nobody(), email, PASSWORD).await;
        assert_eq!(reply.status, 429, "{email}");
        assert_eq!(reply.error(), Error::TooManyAttempts { minutes: 1 });
        assert_eq!(reply.header("retry-after"), "60");
    }
    // Who is signed in stays so, and others sign in.
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 200);
    let other = app.new_person("other").await;
    assert_eq!(attempt(&app.nobody(), &other.email, PASSWORD).await.status, 200);
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_lock_opens_after_a_quarter_of_an_hour_and_a_success_forgets_the_failures() {
    let app = App::new().await;
    for _ in 0..10 {
        attempt(&app.nobody(), OWNER, "wrong password").await;
    }
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 429);
    pass(901).await;
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 200);
    for _ in 0..2 {
        for _ in 0..9 {
            assert_eq!(attempt(&app.nobody(), OWNER, "wrong password").await.status, 422);
        }
        assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn after_ten_failures_one_attempt_a_minute_is_read() {
    let app = App::new().await;
    for _ in 0..10 {
        attempt(&app.nobody(), OWNER, "wrong password").await;
    }
    for _ in 0..3 {
        pass(61).await;
        // This one was read, and is told that it is one too many; the next one is not read.
        assert_eq!(attempt(&app.nobody(), OWNER, "wrong password").await.status, 429);
        assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 429);
    }
    pass(61).await;
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 200);
    // And then nothing is held against it.
    assert_eq!(attempt(&app.nobody(), OWNER, "wrong password").await.status, 422);
}

#[tokio::test]
async fn ten_failures_from_one_place_refuse_nobody_who_is_right() {
    let app = App::new().await;
    let from = async |last: u8, email: &str, password: &str| {
        attempt_from(&app, &format!("192.0.2.{last}"), email, password).await
    };
    for n in 0..10 {
        assert_eq!(from(1, &format!("guess-{n}@example.com"), "wrong password").await, 422);
    }
    assert_eq!(from(1, "another@example.com", "wrong password").await, 429);
    assert_eq!(from(2, "another@example.com", "wrong password").await, 422);
    for last in [1, 1, 2] {
        assert_eq!(from(last, OWNER, PASSWORD).await, 200);
    }
    assert_eq!(from(1, OWNER, "wrong password").await, 429, "a success excuses no failures");
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_place_whichever_of_its_addresses_asks() {
    let app = App::new().await;
    for n in 0..10 {
        let (address, email) = (format!("2001:db8:1:2::{n}"), format!("guess-{n}@example.com"));
        assert_eq!(attempt_from(&app, &address, &email, "wrong password").await, 422, "{n}");
    }
    let another = "2001:db8:1:2:3:4:5:6";
    assert_eq!(attempt_from(&app, another, "guess-10@example.com", "wrong password").await, 429);
    assert_eq!(attempt_from(&app, another, OWNER, PASSWORD).await, 200);
    let elsewhere = "2001:db8:1:3::1";
    assert_eq!(attempt_from(&app, elsewhere, "guess-11@example.com", "wrong password").await, 422);
}

#[tokio::test]
async fn a_wider_network_is_one_place_once_a_hundred_came_from_it() {
    let app = App::new().await;
    for n in 0..100 {
        let (address, email) = (format!("2001:db8:1:{n}::1"), format!("guess-{n}@example.com"));
        assert_eq!(attempt_from(&app, &address, &email, "wrong password").await, 422, "{n}");
    }
    let near = "2001:db8:1:ffff::1";
    assert_eq!(attempt_from(&app, near, "guess@example.com", "wrong password").await, 429);
    assert_eq!(attempt_from(&app, near, OWNER, PASSWORD).await, 200, "a right one is let in");
    let far = "2001:db8:2::1";
    assert_eq!(attempt_from(&app, far, "guess@example.com", "wrong password").await, 422);
}

#[tokio::test]
async fn an_account_that_was_guessed_at_from_many_networks_has_one_attempt_a_minute_for_all() {
    let app = App::new().await;
    let from = async |n: u32, password: &str| {
        attempt_from(&app, &format!("198.{}.{}.1", 18 + n / 250, n % 250), OWNER, password).await
    };
    for n in 0..100 {
        let expected = if n < 10 { 422 } else { 429 };
        assert_eq!(from(n, "wrong password").await, expected, "{n}");
    }
    assert_eq!(from(100, PASSWORD).await, 429);
    pass(61).await;
    assert_eq!(from(100, PASSWORD).await, 200);
}

#[tokio::test]
async fn of_many_guesses_at_once_ten_are_read() {
    let app = App::new().await;
    let mut guesses = JoinSet::new();
    for _ in 0..24 {
        let browser = app.nobody();
        guesses.spawn(async move { attempt(&browser, OWNER, "wrong password").await.status });
    }
    let statuses = guesses.join_all().await;
    let count = |status: u16| statuses.iter().filter(|other| other.as_u16() == status).count();
    assert_eq!((count(422), count(429)), (10, 14));
}

#[tokio::test]
async fn next_is_a_path_of_ours_or_the_start_page() {
    let app = App::new().await;
    let next = async |next: &str| {
        let form = [("email", OWNER), ("password", PASSWORD), ("next", next)];
        app.nobody().post_form(SIGN_IN, &form).await
    };
    let own = next("/p/acme/credentials?q=a%20b").await;
    assert_eq!(own.location(), "/p/acme/credentials?q=a%20b");
    let foreign = [
        "",
        "//evil.example.com",
        "https://evil.example.com",
        "/\\evil.example.com",
        "evil",
        "/\r\nx: y",
        "/\t/evil.example.com",
    ];
    for path in foreign {
        assert_eq!(next(path).await.location(), "/", "{path:?}");
    }
}

#[tokio::test]
async fn a_next_that_no_header_can_carry_is_not_followed() {
    let app = App::new().await;
    for next in ["/\u{1}", "/a\u{7f}", "/\0"] {
        let form = [("email", OWNER), ("password", PASSWORD), ("next", next)];
        let reply = app.nobody().post_form(SIGN_IN, &form).await;
        assert_eq!((reply.status.as_u16(), reply.location().as_str()), (302, "/"), "{next:?}");
    }
}

#[tokio::test]
async fn an_address_that_no_database_can_hold_is_only_wrong() {
    let app = App::new().await;
    let reply = attempt(&app.nobody(), "owner\0@example.com", PASSWORD).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
}

#[tokio::test]
async fn a_hash_of_older_settings_is_made_anew_at_the_next_sign_in() {
    const OLD: &str =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let app = App::new().await;
    app.raw(&format!("UPDATE person SET password_hash = '{OLD}'")).await;
    let count = "SELECT COUNT(*) FROM person WHERE password_hash LIKE '%m=65536%'";
    assert_eq!(attempt(&app.nobody(), OWNER, "not it").await.status, 422);
    assert_eq!(app.scalar_i64(count).await, 1);
    for _ in 0..2 {
        assert!(attempt(&app.nobody(), OWNER, "password").await.status.is_success());
        assert_eq!(app.scalar_i64(count).await, 0);
    }
}
