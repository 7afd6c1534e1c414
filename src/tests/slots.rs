//! What waits in the database between a post and the page after it: for whom, and how long.

use crate::app::{App, PASSWORD, credential_form, pipeline_form, token_in};
use crate::edits;
use regcred::domain::key::KeyPurpose;
use regcred::domain::user::Role;
use regcred::vault::SlotKind;
use uuid::Uuid;

const CREATE: &str = "/rpc/credentials/create";

/// Has a form of the owner's refused that is too large for a cookie; gives the address at which it
/// comes back.
async fn refused(app: &App) -> String {
    let description = format!("typed by the owner {}", "x".repeat(8 * 1024));
    let more = [("description", description.as_str()), ("username", "a:b")];
    let form = credential_form("acme", "ghcr", "ghcr.io", "hunter2-hunter2", &more);
    let location = app.owner.post_multipart(CREATE, &form, None).await.location();
    assert!(location.contains("back="), "{location}");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot WHERE kind = 'failed_form'").await, 1);
    location
}

/// Has the owner make a pipeline; gives the address at which its token is shown.
async fn made(app: &App, pipeline: &str) -> String {
    let form = pipeline_form("acme", pipeline, "pull", PASSWORD);
    let location = app.owner.post_form("/rpc/pipelines/create", &form).await.location();
    assert!(location.contains("once="), "{location}");
    location
}

/// Leaves everything that waits as if so many minutes had passed.
async fn age(app: &App, minutes: i64) {
    let by = minutes * 60 * 1000;
    app.raw(&format!("UPDATE slot SET expires_at = expires_at - {by}")).await;
}

#[tokio::test]
async fn a_page_that_shows_a_token_is_compressed_by_nobody() {
    let app = App::new().await;
    let location = made(&app, "ci").await;
    let shown = app.owner.get(&location).await;
    assert_eq!(shown.header("cache-control"), "no-store, no-transform");
    let again = app.owner.get(location.split('?').next().unwrap()).await;
    assert_eq!(again.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_refused_form_waits_for_an_hour_and_no_longer() {
    let app = App::new().await;
    for (minutes, waits) in [(59, true), (60, false)] {
        let location = refused(&app).await;
        age(&app, minutes).await;
        let page = app.owner.get(&location).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text().contains("typed by the owner"), waits, "after {minutes} minutes");
    }
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0);
}

#[tokio::test]
async fn a_new_token_waits_for_five_minutes_and_no_longer() {
    let app = App::new().await;
    for (pipeline, minutes, waits) in [("build", 4, true), ("deploy", 5, false)] {
        let location = made(&app, pipeline).await;
        age(&app, minutes).await;
        let page = app.owner.get(&location).await;
        assert_eq!(page.status, 200);
        assert_eq!(token_in(&page.text()).is_some(), waits, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn what_waits_for_one_member_is_not_shown_to_another() {
    let app = App::new().await;
    let other = app.member(Role::Owner, "acme").await;
    let (form, token) = (refused(&app).await, made(&app, "build").await);
    let page = other.get(&form).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("typed by the owner"));
    let page = other.get(&token).await;
    assert_eq!(page.status, 200);
    assert!(token_in(&page.text()).is_none());
    // Nor does the try use it up.
    assert!(app.owner.get(&form).await.text().contains("typed by the owner"));
    assert!(token_in(&app.owner.get(&token).await.text()).is_some());
}

#[tokio::test]
async fn what_waits_for_one_member_opens_for_no_other_whatever_the_row_says() {
    let app = App::new().await;
    let other = app.member(Role::Owner, "acme").await;
    let (form, token) = (refused(&app).await, made(&app, "build").await);
    let them = "(SELECT other.id FROM person AS other WHERE other.id <> slot.person_id)";
    assert_eq!(app.raw(&format!("UPDATE slot SET person_id = {them}")).await, 2);
    assert!(!other.get(&form).await.text().contains("typed by the owner"));
    assert!(token_in(&other.get(&token).await.text()).is_none());
}

#[tokio::test]
async fn a_server_that_cannot_open_what_waits_leaves_it_to_one_that_can() {
    let app = App::new().await;
    let mut other = app.another_server().await;
    other.cookie.clone_from(&app.owner.cookie);
    other.person = app.owner.person;
    let owner = app.vault.person(app.owner.person.unwrap()).await.unwrap();
    let admin = owner.instance_admin().unwrap();
    app.vault.rotate_data_key(&admin, KeyPurpose::Secret).await.unwrap();
    while app.vault.tend_keys_once().await.unwrap() {}
    let (form, token) = (refused(&app).await, made(&app, "build").await);
    // The other server has not read the new key, and cannot.
    let key = "WHERE purpose = 'secret' AND version = 2";
    app.raw(&format!("UPDATE crypto_key SET state = 'retired' {key}")).await;
    assert!(!other.get(&form).await.text().contains("typed by the owner"));
    assert!(token_in(&other.get(&token).await.text()).is_none());
    app.raw(&format!("UPDATE crypto_key SET state = 'active' {key}")).await;
    assert!(other.get(&form).await.text().contains("typed by the owner"));
    assert!(token_in(&other.get(&token).await.text()).is_some());
    assert!(token_in(&app.owner.get(&token).await.text()).is_none(), "it is shown once");
}

#[tokio::test]
async fn of_two_who_take_the_same_at_once_one_has_it() {
    let app = App::new().await;
    let person = app.owner.person.unwrap();
    let kind = SlotKind::Token;
    for _ in 0..8 {
        let id = app.vault.put_slot(kind, person, b"shown once").await.unwrap();
        let take = || app.vault.take_slot(kind, person, &id);
        let (one, two) = tokio::join!(take(), take());
        let had: Vec<_> = [one, two].into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(had.len(), 1);
        assert_eq!(had[0].as_slice(), b"shown once");
    }
}

#[tokio::test]
async fn nobody_who_is_signed_out_leaves_a_form_in_the_database() {
    let app = App::new().await;
    let (nobody, id) = (app.nobody(), Uuid::now_v7().to_string());
    for size in [10, 17 * 1024, 300 * 1024] {
        let long = "x".repeat(size);
        let long = long.as_str();
        let described = [("description", long)];
        let create = credential_form("acme", "ghcr", "ghcr.io", "s", &described);
        let update = edits::form(&id, "1", &described);
        let mut pipeline = pipeline_form("acme", "build", "pull", PASSWORD);
        pipeline.retain(|(field, _)| *field != "form[description]");
        pipeline.push(("form[description]", long));
        let sign_in = [("email", long), ("password", PASSWORD)];
        // What is larger than 64 KiB is not read.
        let is_read = size < 64 * 1024;
        let says = if is_read { "back" } else { "said" };
        for reply in [
            nobody.post_multipart(CREATE, &create, None).await,
            nobody.post_multipart(edits::UPDATE, &update, None).await,
            nobody.post_form("/rpc/pipelines/create", &pipeline).await,
        ] {
            let location = reply.location();
            assert!(location.starts_with("/sign-in"), "{} {}", reply.status, reply.text());
            assert!(location.contains(says), "it says what was wrong: {location}");
        }
        let reply = nobody.post_form("/rpc/session/create", &sign_in).await;
        let has_page = reply.location().contains("back");
        assert!(has_page == is_read, "{} {}", reply.status, reply.location());
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0, "{size}");
    }
}
