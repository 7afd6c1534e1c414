//! What somebody who left goes on to know, or has opened: secrets that they typed, and token services.

use super::{losses, operate};
use crate::app::{App, PASSWORD};
use regcred::domain::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

const SERVICE: &str = "https://auth.example.com";

/// What each is called that is listed, with its page.
fn listed(left: &Value) -> Vec<(String, Value)> {
    let left = left.as_array().unwrap().iter();
    left.map(|one| {
        assert_eq!(one["ended"], false, "{one}");
        (one["what"].as_str().unwrap().to_owned(), one["page"].clone())
    })
    .collect()
}

async fn ask(app: &App, path: &str, id: Uuid, more: &[(&str, &str)]) {
    let id = id.to_string();
    let form = [[("project", "acme"), ("id", id.as_str())].as_slice(), more].concat();
    let reply = app.owner.post_json_accept(path, &form).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
}

/// The owner types another secret.
async fn replace(app: &App, id: Uuid, more: &[(&str, &str)]) {
    let id = id.to_string();
    let form = [[("project", "acme"), ("id", id.as_str())].as_slice(), more].concat();
    let path = "/rpc/credentials/replace-secret";
    let reply = app.owner.post_multipart_json_accept(path, &form, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn the_secrets_that_somebody_typed_and_that_are_current_are_listed_whatever_their_name() {
    for number in 0..3 {
        let app = App::new().await;
        let leaving = app.new_member("leaving", Role::Maintainer).await;
        let namesake = app.new_member("leaving", Role::Maintainer).await;
        let typed = app.credential(&leaving, "acme", "typed", "ghcr.io", "one").await;
        let replaced = app.credential(&leaving, "acme", "replaced", "quay.io", "two").await;
        app.credential(&namesake, "acme", "other", "docker.io", "three").await;
        let edit = [("revision", "1"), ("password", "four"), ("anyway", "true")];
        replace(&app, replaced, &edit).await;

        let email = app.evidence(&leaving, "acme").await.person().email.clone();
        let keep = [&losses(&email)[number][..], &["--keep", "--json"]].concat();
        let said = operate(&app, &keep).await;
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(said.err.contains("they know the secret, so rotate it"), "{}", said.err);
        let page = json!(format!("/p/acme/credentials/{typed}"));
        let expected = vec![("typed secret of typed".to_owned(), page)];
        assert_eq!(listed(&said.json()["left"]), expected);
    }
}

#[tokio::test]
async fn a_version_is_of_who_typed_it_and_not_of_who_made_it_current() {
    let app = App::new().await;
    let leaving = app.new_member("leaving", Role::Maintainer).await;
    let id = app.credential(&leaving, "acme", "ghcr", "ghcr.io", "one").await;
    let edit = [("revision", "1"), ("password", "two"), ("anyway", "true")];
    replace(&app, id, &edit).await;
    ask(&app, "/rpc/versions/switch", id, &[("version", "1")]).await;
    let email = app.evidence(&leaving, "acme").await.person().email.clone();
    let said = operate(&app, &[&losses(&email)[0][..], &["--json"]].concat()).await;
    let listed = listed(&said.json()["left"]);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0].0, "typed secret of ghcr");
}

#[tokio::test]
async fn a_secret_is_as_old_as_the_event_that_says_who_typed_it() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "one").await;
    let of = |action: &str| {
        format!(
            "SELECT COUNT(*) FROM credential INNER JOIN audit_event
            ON audit_event.subject_id = credential.id AND audit_event.at = credential.secret_set_at
            WHERE audit_event.action = '{action}'"
        )
    };
    assert_eq!(app.scalar_i64(&of("credential.created")).await, 1);
    replace(&app, id, &[("revision", "1"), ("password", "two"), ("anyway", "true")]).await;
    assert_eq!(app.scalar_i64(&of("credential.secret_replaced")).await, 1);
}

#[tokio::test]
async fn a_token_service_is_listed_with_who_accepted_it_last() {
    let app = App::new().await;
    let leaving = app.new_member("leaving", Role::Maintainer).await;
    let own = app.credential(&app.owner, "acme", "own", "ghcr.io", "one").await;
    let others = app.credential(&app.owner, "acme", "others", "quay.io", "two").await;
    for id in [own, others] {
        let id = id.to_string();
        let form =
            [("project", "acme"), ("id", id.as_str()), ("origin", SERVICE), ("password", PASSWORD)];
        let reply = leaving.post_json_accept("/rpc/credentials/token-service", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let path = "/rpc/credentials/token-service";
    let again = [("origin", "https://login.example.com"), ("password", PASSWORD)];
    ask(&app, path, others, &again).await;
    let email = app.evidence(&leaving, "acme").await.person().email.clone();
    let said = operate(&app, &[&losses(&email)[0][..], &["--json"]].concat()).await;
    let listed = listed(&said.json()["left"]);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert!(listed[0].0.starts_with(&format!("token service {SERVICE}")), "{listed:?}");
    assert!(listed[0].0.ends_with(" of own"), "{listed:?}");
    assert_eq!(listed[0].1, json!(format!("/p/acme/credentials/{own}")));
}
