//! Pipeline tokens: shown once, and refused as soon as they should be.

use crate::app::{App, PASSWORD, auths, pipeline_form, token_in};
use regcred::crypto::token::{generate_token, parse_token};
use uuid::Uuid;

/// The public half of a token.
fn id_of(token: &str) -> String {
    parse_token(token).unwrap().id
}

/// An instance with a credential, a pipeline that was granted it, and its token.
async fn granted() -> (App, Uuid, String) {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s3cret").await;
    let (id, token) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    (app, id, token)
}

async fn is_refused(app: &App, token: &str) {
    let reply = app.docker_config(token, "", &[]).await;
    assert_eq!(reply.status, 401, "{token}: {}", reply.text());
    assert!(reply.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(
        reply.text().contains("\"code\":\"unauthenticated\"") && !reply.text().contains("auths")
    );
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let app = App::new().await;
    let form = pipeline_form("acme", "build", "pull", PASSWORD);
    let reply = app.owner.post_form("/rpc/pipelines/create", &form).await;
    let location = reply.location();
    assert!(!location.contains("rgc_"));
    assert!(token_in(&app.owner.get(&location).await.text()).is_some());
    let again = app.owner.get(&location).await;
    assert_eq!(again.status, 200);
    assert!(token_in(&again.text()).is_none());
    assert!(again.text().contains("was already shown"));
    let text = again.text();
    let (_, way) = text.split_once("create another one under").unwrap();
    let (way, _) = way.split_once("</a>").unwrap();
    assert!(way.contains("/identity\">Tokens"), "{way}");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0);
}

#[tokio::test]
async fn a_revoked_token_is_refused_from_the_next_request_on_and_others_are_not() {
    let (app, pipeline, token) = granted().await;
    let pipeline = pipeline.to_string();
    let more = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_days", "1"),
        ("password", PASSWORD),
    ];
    let reply = app.owner.post_form("/rpc/tokens/create", &more).await;
    let second = token_in(&app.owner.follow(reply).await.text()).unwrap();
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:s3cret");
    assert_eq!(auths(&app.docker_config(&second, "", &[]).await)["ghcr.io"], "acme-bot:s3cret");
    let id = id_of(&token);
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", id.as_str())];
    let reply = app.owner.post_form("/rpc/tokens/revoke", &form).await;
    assert!(
        app.owner.follow(reply).await.text().contains("The token was revoked and no longer works.")
    );
    is_refused(&app, &token).await;
    assert_eq!(app.docker_config(&second, "", &[]).await.status, 200);
    assert_eq!(app.owner.post_json_accept("/rpc/tokens/revoke", &form).await.status, 404);
}

#[tokio::test]
async fn a_token_works_through_the_day_it_expires_on() {
    let (app, _, token) = granted().await;
    assert_eq!(app.raw("UPDATE pipeline_token SET expires_on = '9999-12-31'").await, 1);
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    app.raw("UPDATE pipeline_token SET expires_on = '2020-01-01'").await;
    is_refused(&app, &token).await;
    // What cannot be read as a day is no day that is still to come.
    app.raw("UPDATE pipeline_token SET expires_on = 'never'").await;
    is_refused(&app, &token).await;
}

#[tokio::test]
async fn an_invalid_token_is_refused() {
    let (app, _, token) = granted().await;
    is_refused(&app, "").await;
    is_refused(&app, "hunter2").await;
    is_refused(&app, &token[..76]).await;
    is_refused(&app, &format!("{token}0")).await;
    let last = if token.ends_with('0') { "1" } else { "0" };
    is_refused(&app, &format!("{}{last}", &token[..76])).await;
    is_refused(&app, &generate_token().unwrap().text).await;
    // The right public half with another secret, well formed.
    let other = generate_token().unwrap();
    app.raw(&format!("UPDATE pipeline_token SET id = '{}'", other.id)).await;
    is_refused(&app, &other.text).await;
    is_refused(&app, &token).await;
}

#[tokio::test]
async fn a_token_stands_in_the_authorization_header_and_nowhere_else() {
    let (app, _, token) = granted().await;
    for name in ["token", "access_token", "intent"] {
        let query = format!("?{name}={token}");
        assert_eq!(app.docker_config("", &query, &[]).await.status, 401, "{name}");
        let reply = app.docker_config(&token, &query, &[]).await;
        assert_eq!(reply.status, 400, "{name}");
        assert!(!reply.text().contains(&token));
    }
    for (header, value) in [
        ("authorization", format!("Basic {token}")),
        ("authorization", token.clone()),
        ("x-api-key", token.clone()),
        ("cookie", format!("token={token}")),
    ] {
        assert_eq!(app.docker_config("", "", &[(header, &value)]).await.status, 401, "{header}");
    }
    let lower = format!("bearer {token}");
    assert_eq!(app.docker_config("", "", &[("authorization", &lower)]).await.status, 200);
}

#[tokio::test]
async fn a_person_who_is_signed_in_is_no_pipeline() {
    let (app, ..) = granted().await;
    let reply = app.owner.get("/api/v1/docker-config").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_token_lives_a_year_at_most() {
    let (app, pipeline, _) = granted().await;
    let pipeline = pipeline.to_string();
    for days in ["", "0", "-1", "366", "x", "1.5", "99999999999999999999"] {
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("token_days", days),
            ("password", PASSWORD),
        ];
        let reply = app.owner.post_json_accept("/rpc/tokens/create", &form).await;
        assert_eq!(reply.status, 422, "{days}");
        assert!(reply.at("token_days").is_some());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline_token").await, 1);
}

#[tokio::test]
async fn the_database_holds_the_hash_of_a_token_only() {
    let (app, _, token) = granted().await;
    let secret = token.split('_').nth(2).unwrap();
    let hash = regcred::crypto::digest::sha256(secret.as_bytes());
    let by_hash = format!(
        "SELECT COUNT(*) FROM pipeline_token WHERE secret_hash = {}",
        app.database.bytes(&hash)
    );
    assert_eq!(app.scalar_i64(&by_hash).await, 1);
    let by_text = format!(
        "SELECT COUNT(*) FROM pipeline_token WHERE secret_hash = {}",
        app.database.bytes(secret.as_bytes())
    );
    assert_eq!(app.scalar_i64(&by_text).await, 0);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_known() {
    let (app, _, token) = granted().await;
    let used = "SELECT COUNT(*) FROM pipeline_token WHERE last_used_at IS NOT NULL";
    assert_eq!(app.counted_i64(used).await, 0);
    app.docker_config(&token, "", &[]).await;
    assert_eq!(app.counted_i64(used).await, 1);
}

#[tokio::test]
async fn a_last_use_that_a_clock_ahead_dated_is_not_said_to_be_in_some_years() {
    let (app, pipeline, token) = granted().await;
    app.raw("UPDATE pipeline_token SET last_used_at = 9000000000000").await;
    // A later use does not take its place.
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(page.contains("in the future (check the clock)"), "{page}");
    let why = "2255-03-14 16:00 UTC. The clock of a server was ahead when this was written.";
    assert!(page.contains(why), "{page}");
}
