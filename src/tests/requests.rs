//! What every request and every answer keeps: which site may send it, what a browser may do with it.

use crate::app::{App, SITE};
use crate::asking::DOORS;
use crate::browser::Browser;
use crate::matrix::{Objects, functions};
use axum::body::Body;
use axum::http::{Method, Request};

/// A post to `path` with the browser's cookie and these marks of where it comes from.
pub async fn marked(browser: &Browser, path: &str, marks: &[(&str, &str)]) -> u16 {
    let mut request =
        Request::builder().method(Method::POST).uri(path).header("host", browser.host());
    request = request.header("accept", "application/json");
    request = request.header("content-type", "application/x-www-form-urlencoded");
    if let Some(cookie) = &browser.cookie {
        request = request.header("cookie", cookie);
    }
    for (name, value) in marks {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::from("project=acme")).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn a_post_that_another_site_sends_is_refused_at_every_function() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let foreign: [&[(&str, &str)]; 7] = [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.com")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://evil.localhost:3000")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        &[("origin", "null")],
        &[("origin", "https://evil.example.com")],
        &[],
    ];
    for function in functions("acme", &at) {
        for marks in foreign {
            assert_eq!(
                marked(&app.owner, function.path, marks).await,
                403,
                "{} {marks:?}",
                function.path
            );
        }
    }
    // The session is as it was, and with the right marks the same post is read.
    let own: [&[(&str, &str)]; 3] =
        [&[("sec-fetch-site", "same-origin")], &[("origin", SITE)], &[("sec-fetch-site", "none")]];
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 200);
    for marks in own {
        assert_eq!(marked(&app.owner, "/rpc/session/delete", marks).await, 200, "{marks:?}");
    }
}

#[tokio::test]
async fn another_site_cannot_sign_somebody_in() {
    let app = App::new().await;
    for marks in [[("sec-fetch-site", "cross-site")], [("origin", "null")]] {
        assert_eq!(marked(&app.nobody(), "/rpc/session/create", &marks).await, 403, "{marks:?}");
    }
}

#[tokio::test]
async fn no_function_is_called_by_a_link() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    for function in functions("acme", &at) {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let request = app.owner.request(method.clone(), function.path, "text/html");
            let reply = app.owner.send(request.body(Body::empty()).unwrap()).await;
            assert!(
                reply.status == 405 || reply.status == 404,
                "{method} {}: {}",
                function.path,
                reply.status
            );
        }
    }
    for query in ["?project=acme", "?id=x"] {
        let reply = app.owner.get(&format!("/rpc/session/delete{query}")).await;
        assert!(reply.status == 405 || reply.status == 404, "{}", reply.status);
    }
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 200, "still signed in");
}

#[tokio::test]
async fn an_address_that_nothing_has_is_not_found() {
    let app = App::new().await;
    for browser in [&app.owner, &app.nobody()] {
        for path in
            ["/nowhere", "/p", "/.git/config", "/debug", "/admin", "/p/acme/credentials/x/y/z"]
        {
            let reply = browser.get(path).await;
            assert_eq!(reply.status, 404, "{path}");
        }
    }
    for path in ["/p/acme/credentials/not-an-id", "/p/acme/pipelines/not-an-id", "/p/acme/nothing"]
    {
        assert_eq!(app.owner.get(path).await.status, 404, "{path}");
    }
    let page = app.nobody().get("/nowhere%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert_eq!(page.status, 404);
    assert!(!page.text().contains("<script>alert"));
}

#[tokio::test]
async fn an_api_route_that_nothing_has_is_not_found_in_json() {
    let app = App::new().await;
    for method in [Method::GET, Method::POST, Method::DELETE] {
        for path in ["/api/v1/none", "/api/v1/docker-config/more", "/api/v1/nothing"] {
            let request =
                app.nobody().request(method.clone(), path, "*/*").body(Body::empty()).unwrap();
            let reply = app.nobody().send(request).await;
            assert_eq!(reply.status, 404, "{method} {path}");
            assert_eq!(reply.header("content-type"), "application/json");
            let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(body["error"]["code"], "not_found");
        }
    }
}

#[tokio::test]
async fn a_door_that_hands_out_is_opened_by_get_alone_and_leaves_no_receipt_otherwise() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let ask = async |method: &Method, path: &str| {
        let request = app.nobody().request(method.clone(), path, "*/*");
        let request = request.header("authorization", format!("Bearer {token}"));
        let reply = app.nobody().send(request.body(Body::empty()).unwrap()).await;
        (reply.status.as_u16(), reply.header("allow").to_owned())
    };
    let others = [
        "/api/v1/credentials",
        "/api/v1/match?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/registry-token?image=ghcr.io%2Facme%2Fapi",
    ];
    for door in DOORS.into_iter().chain(others) {
        for method in [Method::HEAD, Method::POST, Method::DELETE] {
            assert_eq!(ask(&method, door).await, (405, "GET".to_owned()), "{method} {door}");
        }
    }
    for door in ["/api/v1/token", "/api/v1/drone/acme", "/api/v1/woodpecker/acme"] {
        assert_eq!(ask(&Method::HEAD, door).await, (405, "POST".to_owned()), "{door}");
    }
    assert_eq!(app.count_receipts().await, 0);
    assert_eq!(ask(&Method::GET, DOORS[0]).await, (200, String::new()));
}

#[tokio::test]
async fn a_request_that_is_not_written_as_it_has_to_be_is_refused_plainly() {
    const HOST: (&str, &str) = ("host", "localhost:3000");
    let app = App::new().await;
    let send = async |method: Method, target: &str, lines: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let reply = app.nobody().send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{target}");
        reply.status.as_u16()
    };
    let token = ("authorization", "Bearer x");
    for path in ["/", "/sign-in", "/nowhere", "/api/v1/docker-config", "/robots.txt"] {
        assert_eq!(send(Method::GET, path, &[]).await, 400, "{path}");
        assert_eq!(send(Method::GET, path, &[HOST, HOST]).await, 400, "{path}");
        assert_eq!(send(Method::GET, path, &[HOST, token, token]).await, 400, "{path}");
        for other in ["evil.example.com", "localhost.example.com:3000", "192.0.2.1"] {
            assert_eq!(send(Method::GET, path, &[("host", other)]).await, 421, "{path} {other}");
        }
    }
    for probe in ["/livez", "/readyz"] {
        assert_eq!(send(Method::GET, probe, &[("host", "10.0.0.7:3000")]).await, 200, "{probe}");
    }
    for host in ["localhost", "127.0.0.1:3000", "[::1]:8080"] {
        assert_eq!(send(Method::GET, "/sign-in", &[("host", host)]).await, 200, "{host}");
    }
    assert_eq!(send(Method::CONNECT, "a:1", &[HOST]).await, 405);
    assert_eq!(send(Method::GET, "a:1", &[HOST]).await, 400);
    assert_eq!(send(Method::OPTIONS, "*", &[HOST]).await, 400);
}

#[tokio::test]
async fn nobody_is_led_to_a_page_of_another_site() {
    let app = App::new().await;
    let post = async |referer: &str, body: &'static str| {
        let request = app.owner.request(Method::POST, "/rpc/registry/recognise", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("referer", referer).body(Body::from(body)).unwrap();
        app.owner.send(request).await.location()
    };
    for body in ["input=ghcr.io", "x=1"] {
        for other in
            ["https://evil.example.com/x", "javascript:alert(1)", "https://localhost:3000/"]
        {
            let location = post(other, body).await;
            let stays = location.starts_with('/') && !location.starts_with("//");
            assert!(location.is_empty() || stays, "{other}: {location}");
        }
        let own = format!("{SITE}/p/acme/credentials");
        assert!(post(&own, body).await.starts_with(&own));
    }
}

#[tokio::test]
async fn an_empty_word_about_the_site_is_none() {
    let app = App::new().await;
    for empty in ["", " "] {
        let marks = [("sec-fetch-site", empty)];
        assert_eq!(marked(&app.owner, "/rpc/session/delete", &marks).await, 403);
        let marks = [("sec-fetch-site", empty), ("origin", "https://evil.example.com")];
        assert_eq!(marked(&app.owner, "/rpc/session/delete", &marks).await, 403);
    }
    let marks = [("origin", "https://localhost:3000")];
    assert_eq!(marked(&app.owner, "/rpc/session/delete", &marks).await, 403, "another scheme");
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 200, "still signed in");
}

#[tokio::test]
async fn a_body_that_no_form_has_is_refused() {
    let app = App::new().await;
    let body = format!("project=acme&x={}", "x".repeat(600 * 1024));
    let request = app.owner.request(Method::POST, "/rpc/grants/delete", "application/json");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("content-length", body.len());
    assert_eq!(app.owner.send(request.body(Body::from(body)).unwrap()).await.status, 413);
    for path in [
        "/rpc/credentials/create",
        "/rpc/credentials/update",
        "/rpc/credentials/replace-secret",
        "/rpc/credentials/questions",
        "/rpc/definitions/create",
        "/rpc/grants/delete",
    ] {
        for kind in ["application/json", "text/plain", "multipart/form-data", ""] {
            let request = app.owner.request(Method::POST, path, "application/json");
            let request = request.header("content-type", kind);
            let reply = app.owner.send(request.body(Body::from("project=acme")).unwrap()).await;
            assert_eq!(reply.status, 400, "{path} {kind}: {}", reply.text());
        }
    }
}
