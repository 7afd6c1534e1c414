//! A secret that tells its own end brings the expiry date with it, unless a person typed one.

use crate::app::{App, Reply, credential_form};
use crate::edits::{UPDATE, form, save};
use crate::forms::key_file;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regcred::domain::audit::{Detail, Field, FieldChange};
use regcred::domain::moment::{Day, Moment};
use regcred::error::FieldError;
use uuid::Uuid;

const CREATE: &str = "/rpc/credentials/create";
const REPLACE: &str = "/rpc/credentials/replace-secret";
/// Noon of that day.
const END: i64 = 4_073_544_000;
const DAY: &str = "2099-01-31";
/// The first second of 2020-01-31.
const PASSED: i64 = 1_580_428_800;
const TOLD: &str = "The token says that it expires on 2099-01-31";
const STORED: &str = "The token says that it expires on 2099-01-31, so this date was stored.";
const ASKS: (&str, &str) = ("anyway", "");
/// A registry of which nothing is known: it may take a JWT.
const HOST: &str = "registry.example.com";

fn jwt(end: i64) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"sub":"acme+ci","exp":{end}}}"#);
    format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(&claims), part("zebra"))
}

fn amazons(end: i64) -> String {
    STANDARD.encode(format!(
        r#"{{"payload":"zebra","datakey":"zebra","version":"2","type":"DATA_KEY","expiration":{end}}}"#
    ))
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

fn day_of(seconds: i64) -> Day {
    Moment(seconds * 1_000).day()
}

/// The page after `name` was created.
async fn created(app: &App, name: &str, host: &str, more: &[(&str, &str)]) -> String {
    let form = credential_form("acme", name, host, "s", more);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    app.owner.follow(reply).await.text()
}

/// The page after one of the dialogs for the credential was sent with these fields.
async fn sent(app: &App, path: &str, form: &[(&str, &str)]) -> String {
    let reply: Reply = app.owner.post_multipart(path, form, None).await;
    app.owner.follow(reply).await.text()
}

async fn replaced(app: &App, id: Uuid, revision: &str, more: &[(&str, &str)]) -> String {
    let id = id.to_string();
    let mut form = vec![("project", "acme"), ("id", id.as_str()), ("revision", revision)];
    form.extend_from_slice(more);
    sent(app, REPLACE, &form).await
}

async fn expires_on(app: &App, id: Uuid) -> Option<Day> {
    app.stored("acme", id).await.summary.expires_on
}

/// What the newest event of the credential says that changed.
async fn changes(app: &App, id: Uuid) -> Vec<FieldChange> {
    let event = app.credential_page("acme", id).await.events.remove(0);
    let Detail::Changed(changes) = &event.detail else { panic!("{event:?}") };
    changes.clone()
}

fn change_of_day(from: &str, to: &str) -> FieldChange {
    let (from, to) = (Some(from.to_owned()), Some(to.to_owned()));
    FieldChange { field: Field::ExpiresOn, from, to }
}

#[tokio::test]
async fn a_new_credential_gets_the_day_that_its_secret_tells() {
    let app = App::new().await;
    let azures = "00000000-0000-0000-0000-000000000000";
    let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (name, host, username, secret) in [
        ("quay", "quay.io", "acme+ci", jwt(END)),
        ("own", HOST, "acme-bot", jwt(END)),
        ("azure", "acme.azurecr.io", azures, jwt(END)),
        ("amazon", ecr, "AWS", amazons(END)),
    ] {
        let more = [("username", username), ("password", secret.as_str()), ("expires_on", " ")];
        let page = created(&app, name, host, &more).await;
        assert!(page.contains(STORED) && !page.contains(&secret), "{name}: {page}");
        let id = app.find_credential(&app.owner, "acme", name).await;
        assert_eq!(expires_on(&app, id).await, Day::parse(DAY), "{name}");
    }
    // It ends within a day: today or tomorrow, as it falls.
    let end = now() + 12 * 60 * 60;
    let secret = amazons(end);
    let more = [("username", "AWS"), ("password", secret.as_str())];
    let page = created(&app, "short", ecr, &more).await;
    let said = format!("The token says that it expires on {}", day_of(end).to_text());
    assert!(page.contains(&said), "{page}");
    let id = app.find_credential(&app.owner, "acme", "short").await;
    assert_eq!(expires_on(&app, id).await, Some(day_of(end)));
}

#[tokio::test]
async fn a_day_that_was_typed_stays_and_the_token_is_heard() {
    let app = App::new().await;
    let secret = jwt(END);
    let other = [("password", secret.as_str()), ("expires_on", "2099-12-31")];
    let page = created(&app, "other", HOST, &other).await;
    let said = format!("{TOLD}. The date that was entered is stored: 2099-12-31.");
    assert!(page.contains(&said), "{page}");
    let id = app.find_credential(&app.owner, "acme", "other").await;
    assert_eq!(expires_on(&app, id).await, Day::parse("2099-12-31"));
    let same = [("password", secret.as_str()), ("expires_on", DAY), ("paths", "acme")];
    let page = created(&app, "same", HOST, &same).await;
    assert!(page.contains("same was created") && !page.contains("The token says"), "{page}");
}

#[tokio::test]
async fn a_token_that_says_it_has_expired_is_asked_about_and_marked() {
    let app = App::new().await;
    let secret = jwt(PASSED);
    for more in [vec![], vec![("expires_on", DAY)]] {
        let typed = [more.as_slice(), &[("password", secret.as_str()), ASKS]].concat();
        let form = credential_form("acme", "late", HOST, "s", &typed);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        let asked = reply.asked("password").unwrap();
        assert!(asked.contains("The token says that it has expired."), "{asked}");
        assert!(reply.asked("expires_on").is_none(), "nobody typed a day that has passed");
        assert!(!reply.text().contains(&secret));
        let path = "/rpc/credentials/questions";
        let reply = app.owner.post_multipart_json_accept(path, &form, None).await;
        let fields: Vec<FieldError> = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(fields.into_iter().map(|one| one.field).collect::<Vec<_>>(), ["password"]);
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);

    let page = created(&app, "late", HOST, &[("password", &secret)]).await;
    let said = "The token says that it expired on 2020-01-31, so this date was stored.";
    assert!(page.contains(said) && page.contains("Replace the secret"), "{page}");
    let id = app.find_credential(&app.owner, "acme", "late").await;
    let stored = app.stored("acme", id).await.summary;
    assert_eq!(stored.expires_on, Day::parse("2020-01-31"));
    assert!(stored.secret_doubt.unwrap().contains("has expired"));
    // Another one mends it.
    let page = replaced(&app, id, "1", &[("password", &jwt(END))]).await;
    assert!(page.contains(STORED), "{page}");
    let mended = app.stored("acme", id).await.summary;
    assert_eq!((mended.expires_on, mended.secret_doubt), (Day::parse(DAY), None));
}

#[tokio::test]
async fn an_edit_stores_the_day_of_the_new_secret_and_the_event_says_so() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", HOST, "first").await;
    let (text, secret) = (id.to_string(), jwt(END));
    let at = ("registry_url", HOST);
    let page = sent(&app, UPDATE, &form(&text, "1", &[at, ("password", &secret)])).await;
    assert!(page.contains(STORED) && !page.contains(&secret), "{page}");
    assert_eq!(expires_on(&app, id).await, Day::parse(DAY));
    let changed = changes(&app, id).await;
    assert_eq!(changed, [change_of_day("", DAY), FieldChange::secret()]);
    // What is saved without a secret reads no token.
    let page = sent(&app, UPDATE, &form(&text, "2", &[at, ("expires_on", "")])).await;
    assert!(!page.contains("The token says"), "{page}");
    assert_eq!(expires_on(&app, id).await, None);
    let page = sent(&app, UPDATE, &form(&text, "3", &[at, ("description", "nightly")])).await;
    assert!(!page.contains("The token says"), "{page}");
    assert_eq!(expires_on(&app, id).await, None);
}

#[tokio::test]
async fn another_secret_alone_brings_its_day() {
    let app = App::new().await;
    let old = [("expires_on", "2098-01-31")];
    let id = app.credential_with(&app.owner, "acme", "ghcr", HOST, "first", &old).await;
    let page = replaced(&app, id, "1", &[("password", &jwt(END)), ("expires_on", "")]).await;
    assert!(page.contains(STORED) && !page.contains("no longer has an expiry date"), "{page}");
    assert_eq!(expires_on(&app, id).await, Day::parse(DAY));
    let changed = changes(&app, id).await;
    assert_eq!(changed, [change_of_day("2098-01-31", DAY), FieldChange::secret()]);
    let typed = [("password", "third"), ("expires_on", "")];
    let page = replaced(&app, id, "2", &typed).await;
    assert!(page.contains("no longer has an expiry date"), "this one tells none: {page}");
}

#[tokio::test]
async fn the_day_that_a_waiting_secret_tells_counts_once_it_is_current() {
    let old = ("expires_on", "2098-01-31");
    for path in [REPLACE, UPDATE] {
        let app = App::new().await;
        let id = app.credential_with(&app.owner, "acme", "ghcr", HOST, "first", &[old]).await;
        let (text, secret) = (id.to_string(), jwt(END));
        let staged = [("password", secret.as_str()), ("is_staged", "true")];
        let page = if path == REPLACE {
            replaced(&app, id, "1", &staged).await
        } else {
            // The form shows the day of the secret that stays current.
            let more = [&staged[..], &[("registry_url", HOST), old]].concat();
            sent(&app, UPDATE, &form(&text, "1", &more)).await
        };
        assert!(
            page.contains(&format!("{TOLD}, so this date was stored with version 2.")),
            "{page}"
        );
        assert!(!page.contains("has no expiry date"), "{page}");
        assert_eq!(expires_on(&app, id).await, Day::parse("2098-01-31"), "{path}");
        for (version, day) in [("2", DAY), ("1", "2098-01-31")] {
            let form = [("project", "acme"), ("id", text.as_str()), ("version", version)];
            app.owner.post_form("/rpc/versions/switch", &form).await;
            assert_eq!(expires_on(&app, id).await, Day::parse(day), "{path} {version}");
        }
    }
}

#[tokio::test]
async fn a_day_that_is_kept_is_not_asked_about_where_the_new_secret_tells_it_too() {
    let app = App::new().await;
    let end = now() + 20 * 24 * 60 * 60;
    let day = day_of(end).to_text();
    let until = ("expires_on", day.as_str());
    let id = app.credential_with(&app.owner, "acme", "ghcr", HOST, "first", &[until]).await;
    let at = ("registry_url", HOST);
    let reply = save(&app, id, "1", &[at, until, ("password", "second"), ASKS]).await;
    assert!(reply.asked("expires_on").is_some(), "this one tells none: {}", reply.text());
    let secret = jwt(end);
    let reply = save(&app, id, "1", &[at, until, ("password", &secret), ASKS]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(expires_on(&app, id).await, Some(day_of(end)));
}

#[tokio::test]
async fn a_key_file_tells_no_end() {
    let app = App::new().await;
    let mut key = key_file();
    key["exp"] = END.into();
    let key = key.to_string();
    let more = [
        ("method", "gcp_service_account_key"),
        ("username", ""),
        ("password", ""),
        ("key_json", key.as_str()),
    ];
    let page = created(&app, "google", "gcr.io", &more).await;
    assert!(page.contains("google was created") && !page.contains("The token says"), "{page}");
    let id = app.find_credential(&app.owner, "acme", "google").await;
    assert_eq!(expires_on(&app, id).await, None);
}
