//! Fetching by cursor: whose token opens what, and that nothing is left out.

use super::CREATE;
use crate::app::{App, PASSWORD, token_in};
use serde_json::Value;

const DOOR: &str = "/api/v1/audit";

/// Adds a destination that fetches; gives its token.
pub(super) async fn token(app: &App, project: &str, from: &str) -> String {
    let form = [
        ("project", project),
        ("form[name]", "siem"),
        ("form[transport]", "pull"),
        ("form[format]", "json"),
        ("form[from]", from),
        ("password", PASSWORD),
    ];
    let reply = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(reply).await.text();
    token_in(&page).expect("the page shows the token")
}

pub(super) async fn fetch(app: &App, token: &str, after: &str) -> Value {
    let path = if after.is_empty() { DOOR.to_owned() } else { format!("{DOOR}?after={after}") };
    let reply = app.nobody().fetch(token, &path, &[]).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json");
    serde_json::from_slice(&reply.body).unwrap()
}

pub(super) fn links(page: &Value) -> Vec<i64> {
    let events = page["events"].as_array().unwrap().iter();
    let mut links: Vec<i64> = events.map(|event| event["link"].as_i64().unwrap()).collect();
    links.dedup();
    links
}

#[tokio::test]
async fn everything_is_fetched_once_and_a_page_is_given_again_until_its_cursor_comes_back() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, pipeline) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    for _ in 0..3 {
        app.docker_config(&pipeline, "", &[]).await;
    }
    let token = token(&app, "acme", "beginning").await;
    let first = fetch(&app, &token, "").await;
    assert_eq!(fetch(&app, &token, "").await, first, "nobody said that it arrived");
    assert_eq!((&first["has_more"], &first["chain"]), (&false.into(), &"acme".into()));
    let all = links(&first);
    assert_eq!(all, (1..=*all.last().unwrap()).collect::<Vec<i64>>());
    let cursor = first["cursor"].as_str().unwrap();
    assert!(links(&fetch(&app, &token, cursor).await).is_empty());
    app.docker_config(&pipeline, "", &[]).await;
    let next = fetch(&app, &token, "").await;
    assert_eq!(links(&next), [all.last().unwrap() + 1]);
    assert!(!next.to_string().contains("hunter2"));
    // Who begins with new events gets that they were added first.
    let app_token = self::token(&app, "", "now").await;
    let page = fetch(&app, &app_token, "").await;
    assert_eq!(
        (&page["chain"], page["events"][0]["action"].as_str()),
        (&"instance".into(), Some("destination.created"))
    );
}

#[tokio::test]
async fn a_token_opens_its_own_chain_and_nothing_else() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, pipeline) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let own = token(&app, "acme", "beginning").await;
    let nobody = app.nobody();
    for (path, token, status) in [
        (DOOR, "", 401),
        (DOOR, pipeline.as_str(), 401),
        ("/api/v1/docker-config", own.as_str(), 401),
        ("/api/v1/audit?after=9999", own.as_str(), 400),
        ("/api/v1/audit?after=x", own.as_str(), 400),
        ("/api/v1/audit?token=x", own.as_str(), 400),
    ] {
        assert_eq!(nobody.fetch(token, path, &[]).await.status, status, "{path}");
    }
    // The public half alone is no token.
    let forged = format!("{}{}", &own[..own.len() - 8], "00000000");
    assert_eq!(nobody.fetch(&forged, DOOR, &[]).await.status, 401);
    let id = app.database.scalar::<uuid::Uuid>("SELECT id FROM destination").await.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    let reply = app.owner.post_form("/rpc/destinations/renew", &form).await;
    let renewed = token_in(&app.owner.follow(reply).await.text()).unwrap();
    assert_eq!(nobody.fetch(&own, DOOR, &[]).await.status, 401);
    assert_eq!(nobody.fetch(&renewed, DOOR, &[]).await.status, 200);
    assert_eq!(app.owner.post_json_accept("/rpc/destinations/delete", &form).await.status, 200);
    assert_eq!(nobody.fetch(&renewed, DOOR, &[]).await.status, 401);
}

/// Who writes to the database leaves nothing out: what has been passed is never looked at again.
#[tokio::test]
async fn who_moves_the_end_of_the_log_or_of_a_call_leaves_nothing_out() {
    let app = App::new().await;
    let token = token(&app, "acme", "beginning").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let chain = app.database.id(project);
    let before = fetch(&app, &token, "0").await;
    assert!(!links(&before).is_empty());
    for (there, back) in [("+ 1000", "- 1000"), ("- 1", "+ 1")] {
        for (by, status) in [(there, 503), (back, 200)] {
            let moved = format!("UPDATE chain_head SET seq = seq {by} WHERE chain = {chain}");
            app.tamper(&moved).await;
            assert_eq!(app.nobody().fetch(&token, DOOR, &[]).await.status, status, "{by}");
        }
    }
    assert_eq!(fetch(&app, &token, "0").await, before);
    app.tamper("UPDATE destination SET until_link = 1, until_receipt = 1").await;
    assert_eq!(app.nobody().fetch(&token, DOOR, &[]).await.status, 401);
}

/// Only a newer server can read it: it is left to that one, and is not passed over.
#[tokio::test]
async fn a_receipt_with_a_word_of_a_newer_version_is_waited_for() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, pipeline) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    for _ in 0..3 {
        app.docker_config(&pipeline, "", &[]).await;
    }
    let token = token(&app, "acme", "beginning").await;
    let all = links(&fetch(&app, &token, "0").await);
    let seq = app.scalar_i64("SELECT MAX(seq) FROM receipt").await;
    let say = |from: &str, to: &str| {
        format!("UPDATE receipt SET outcome = '{to}' WHERE outcome = '{from}' AND seq = {seq}")
    };
    let parted: (Vec<i64>, Vec<i64>) = all.into_iter().partition(|link| *link < seq);
    app.tamper(&say("delivered", "later")).await;
    let first = fetch(&app, &token, "0").await;
    assert_eq!(links(&first), parted.0);
    let next = fetch(&app, &token, first["cursor"].as_str().unwrap()).await;
    assert!(links(&next).is_empty() && next["has_more"] == true, "{next}");
    let cursor = next["cursor"].as_str().unwrap();
    let path = format!("{DOOR}?after={cursor}");
    assert_eq!(app.nobody().fetch(&token, &path, &[]).await.status, 503);
    app.tamper(&say("later", "delivered")).await;
    assert_eq!(links(&fetch(&app, &token, cursor).await), parted.1);
}

#[tokio::test]
async fn only_the_log_of_a_project_is_said_to_have_deliveries() {
    let app = App::new().await;
    for (path, has_deliveries) in
        [("/p/acme/audit/shipping", true), ("/admin/audit/shipping", false)]
    {
        let page = app.owner.get(path).await.text();
        assert!(page.contains("every refusal"), "{path}: {page}");
        assert_eq!(page.contains("every delivery"), has_deliveries, "{path}: {page}");
    }
}
