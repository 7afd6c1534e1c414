//! Proxies: one that nobody declared keeps nobody out and is spoken of, and what a declared one writes
//! is read however it writes it.

use crate::app::{App, Browser, OWNER, PASSWORD};
use crate::browser::urlencoded;
use crate::clock::pass;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use regcred::outbound::Network;
use std::net::{IpAddr, SocketAddr};

const PROXY: &str = "10.0.0.7";

/// Signs in through a proxy that sends these headers.
async fn sign_in(browser: &Browser, headers: &[(&str, &str)], email: &str, password: &str) -> u16 {
    let mut request = browser.request(Method::POST, "/rpc/session/create", "application/json");
    request = request.header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = urlencoded(&[("email", email), ("password", password)]);
    let mut request = request.body(Body::from(body)).unwrap();
    let proxy: IpAddr = PROXY.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(proxy, 4444)));
    browser.send(request).await.status.as_u16()
}

#[tokio::test]
async fn behind_a_proxy_that_is_not_declared_only_the_account_concerned_waits() {
    let app = App::new().await;
    let [concerned, other] = [app.new_person("concerned").await, app.new_person("other").await];
    let by = |address: &'static str| [("x-forwarded-for", address)];
    let nobody = app.nobody();
    for _ in 0..10 {
        let status = sign_in(&nobody, &by("203.0.113.5"), &concerned.email, "wrong password").await;
        assert_eq!(status, 422);
    }
    assert_eq!(sign_in(&nobody, &by("203.0.113.5"), &concerned.email, PASSWORD).await, 429);
    for address in ["203.0.113.5", "203.0.113.6"] {
        for email in [OWNER, &other.email] {
            assert_eq!(sign_in(&nobody, &by(address), email, PASSWORD).await, 200, "{email}");
        }
    }
    pass(61).await;
    assert_eq!(sign_in(&nobody, &by("203.0.113.5"), &concerned.email, PASSWORD).await, 200);
}

#[tokio::test]
async fn the_admin_page_names_a_proxy_that_is_not_declared_and_its_setting() {
    const PAGE: &str = "/admin/keys";
    let app = App::new().await;
    let said = async || {
        let page = app.owner.get(PAGE).await.text();
        (page.contains(PROXY), page.contains("REGCRED_TRUSTED_PROXIES"))
    };
    sign_in(&app.nobody(), &[], OWNER, PASSWORD).await;
    assert_eq!(said().await, (false, false), "without such a header it may be anybody");
    sign_in(&app.nobody(), &[("x-forwarded-for", "203.0.113.5")], OWNER, PASSWORD).await;
    assert_eq!(said().await, (true, true));
    let page = app.owner.get(PAGE).await.text();
    assert!(!page.contains("203.0.113.5"), "what it says of others is not believed");

    for headers in [[("forwarded", "for=203.0.113.5")], [("x-real-ip", "203.0.113.5")]] {
        let app = App::new().await;
        sign_in(&app.nobody(), &headers, OWNER, PASSWORD).await;
        assert!(app.owner.get(PAGE).await.text().contains(PROXY), "{headers:?}");
    }
}

#[tokio::test]
async fn a_declared_proxy_is_not_spoken_of() {
    let app = App::new().await;
    let declared = [Network::parse(PROXY).unwrap()];
    let browser = Browser::new(&regcred::server::router(&app.vault, &declared));
    sign_in(&browser, &[("x-forwarded-for", "203.0.113.5")], OWNER, PASSWORD).await;
    assert!(!app.owner.get("/admin/keys").await.text().contains(PROXY));
}

#[tokio::test]
async fn a_client_is_one_and_the_same_however_a_declared_proxy_writes_its_address() {
    for (forms, another) in [
        (
            &[
                ("x-forwarded-for", "203.0.113.9"),
                ("x-forwarded-for", "203.0.113.9:4711"),
                ("x-forwarded-for", "198.51.100.1, \"203.0.113.9:4711\""),
                ("x-forwarded-for", "::ffff:203.0.113.9"),
                ("forwarded", "for=203.0.113.9;proto=https"),
                ("forwarded", "for=198.51.100.1, For=\"203.0.113.9:4711\";by=10.0.0.7"),
            ],
            "203.0.113.10:4711",
        ),
        (
            &[
                ("x-forwarded-for", "2001:db8::1"),
                ("x-forwarded-for", "[2001:db8::1]:443"),
                ("x-forwarded-for", "\"[2001:db8::2]\""),
                ("x-forwarded-for", "unknown, 2001:db8::1%eth0"),
                ("forwarded", "for=\"[2001:db8::17]:4711\";proto=https"),
                ("forwarded", "for=_hidden, for=\"[2001:db8::1]:_port\""),
            ],
            "[2001:db8:0:1::1]:443",
        ),
    ] {
        let app = App::new().await;
        let declared = [Network::parse("10.0.0.0/8").unwrap()];
        let browser = Browser::new(&regcred::server::router(&app.vault, &declared));
        for nth in 0..12 {
            let email = format!("guess-{nth}@example.com");
            let form = forms[nth % forms.len()];
            let status = sign_in(&browser, &[form], &email, "wrong password").await;
            assert_eq!(status, if nth < 10 { 422 } else { 429 }, "{form:?}");
        }
        let another = [("x-forwarded-for", another)];
        let status = sign_in(&browser, &another, "guess@example.com", "wrong password").await;
        assert_eq!(status, 422, "{another:?} is another network");
    }
}
