//! A stored secret that does not open: the door refuses it and hands out no other in its place, and the
//! explainer says the same.

use super::{Scene, lost, winner};
use crate::app::App;
use regcred::domain::listing::percent;
use regcred::domain::matching::{Explanation, Lost};
use uuid::Uuid;

const HOST: &str = "spoiled.example.com";
const IMAGE: &str = "spoiled.example.com/acme/api";

/// Adds `chosen`, whose secret does not open since the row was changed, and `other`, which would open.
async fn spoil(scene: &Scene, chosen: [(&str, &str); 2], other: [(&str, &str); 2]) -> [Uuid; 2] {
    let app = &scene.app;
    let add = async |name: &str, more: &[(&str, &str)]| {
        app.credential_with(&app.owner, "acme", name, HOST, "hunter2", more).await
    };
    let ids = [add("chosen", &chosen).await, add("other", &other).await];
    app.grant(scene.pipeline, ids[0], &[]).await;
    app.raw("UPDATE credential SET username = 'somebody' WHERE name = 'chosen'").await;
    ids
}

/// What the door of one credential answers for the image, which is a refusal that names `chosen`.
async fn assert_refused(app: &App, token: &str) {
    let path = format!("/api/v1/credential?image={}", percent(IMAGE));
    let reply = app.fetch(token, &path).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(
        reply.text().contains(&format!("chosen was not delivered: {}.", Lost::Unreadable.label()))
    );
    assert!(!reply.text().contains("hunter2"));
}

fn assert_said(said: &Explanation) {
    assert_eq!((winner(said), lost(said, "chosen")), (None, Some(Lost::Unreadable)), "{said:?}");
    assert!(said.summary.contains("Nothing is delivered. chosen: "), "{}", said.summary);
    assert!(said.summary.ends_with("No other credential takes its place."), "{}", said.summary);
    for format in &said.formats {
        assert_eq!(format.holds, format!("Nothing: {}.", Lost::Unreadable.label()));
    }
}

#[tokio::test]
async fn nothing_takes_the_place_of_a_secret_that_cannot_be_read() {
    for (chosen, other, why) in [
        (("expires_on", ""), ("expires_on", "2020-01-31"), Lost::GivesWay),
        (("paths", "acme/api"), ("paths", "acme"), Lost::ShorterPrefix),
        (("access", "pull"), ("access", "pull_push"), Lost::Wider),
    ] {
        let scene = Scene::new().await;
        let [chosen, other] = [chosen, other].map(|more| [more, ("description", "")]);
        let [_, id] = spoil(&scene, chosen, other).await;
        scene.app.grant(scene.pipeline, id, &[]).await;
        assert_refused(&scene.app, &scene.token).await;
        let said = scene.explained(IMAGE, "pull").await;
        assert_eq!(lost(&said, "other"), Some(why));
        assert_eq!((winner(&said), lost(&said, "chosen")), (None, Some(Lost::Unreadable)));
        assert!(said.summary.ends_with("No other credential takes its place."), "{}", said.summary);
    }
}

#[tokio::test]
async fn of_several_that_are_refused_the_one_that_cannot_be_read_is_told() {
    let scene = Scene::new().await;
    let more = [("description", ""), ("paths", "")];
    let [_, id] = spoil(&scene, more, more).await;
    let (app, id) = (&scene.app, id.to_string());
    app.grant(scene.pipeline, Uuid::parse_str(&id).unwrap(), &[]).await;
    let form = [("project", "acme"), ("id", id.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
    assert_refused(app, &scene.token).await;
    let said = scene.explained(IMAGE, "pull").await;
    assert_eq!(lost(&said, "other"), Some(Lost::Disabled));
    assert_said(&said);
}

#[tokio::test]
async fn no_grant_is_offered_that_would_lose_to_a_secret_that_cannot_be_read() {
    let scene = Scene::new().await;
    let expired = [("expires_on", "2020-01-31"), ("description", "")];
    spoil(&scene, [("expires_on", ""), ("description", "")], expired).await;
    let said = scene.explained(IMAGE, "pull").await;
    assert_said(&said);
    let other = said.verdicts.iter().find(|verdict| verdict.name == "other").unwrap();
    assert_eq!((other.lost, other.after_grant), (Some(Lost::NotGranted), Some(Lost::GivesWay)));
}
