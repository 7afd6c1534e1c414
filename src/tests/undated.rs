//! A credential does not lose its expiry date without a word.

use crate::app::App;
use crate::edits::{UPDATE, form, save};
use regcred::domain::audit::{Detail, Field, FieldChange};
use regcred::domain::moment::Day;
use uuid::Uuid;

const REPLACE: &str = "/rpc/credentials/replace-secret";
const DAY: &str = "2099-01-31";
const LOST: &str = "ghcr no longer has an expiry date. Until now it was 2099-01-31.";
const LINK: &str = "Set the expiry date";

/// `ghcr` with a last day that is ahead.
async fn dated(app: &App) -> Uuid {
    let more = [("expires_on", DAY)];
    app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &more).await
}

/// The page after the dialog for another secret was sent with these fields.
async fn page_after(app: &App, id: Uuid, revision: &str, more: &[(&str, &str)]) -> String {
    let id = id.to_string();
    let mut form = vec![("project", "acme"), ("id", id.as_str()), ("revision", revision)];
    form.extend_from_slice(more);
    let reply = app.owner.post_multipart(REPLACE, &form, None).await;
    app.owner.follow(reply).await.text()
}

async fn expires_on(app: &App, id: Uuid) -> Option<Day> {
    app.stored("acme", id).await.summary.expires_on
}

#[tokio::test]
async fn another_secret_without_a_day_says_that_the_old_one_is_gone() {
    let app = App::new().await;
    let id = dated(&app).await;
    let dialog = app.owner.get(&format!("/p/acme/credentials/{id}/secret")).await.text();
    let hint =
        "The current one ends on 2099-01-31. That date is not carried over: leave this blank";
    assert!(dialog.contains(hint), "{dialog}");
    let page = page_after(&app, id, "1", &[("password", "second"), ("expires_on", "")]).await;
    assert!(page.contains(LOST) && page.contains("alert-warning"), "{page}");
    assert!(page.contains(LINK) && page.contains(&format!("credentials/{id}/edit")), "{page}");
    assert_eq!(expires_on(&app, id).await, None);
    let event = app.credential_page("acme", id).await.events.remove(0);
    let Detail::Changed(changes) = &event.detail else { panic!("{event:?}") };
    let (from, to) = (Some(DAY.to_owned()), Some(String::new()));
    assert!(changes.contains(&FieldChange { field: Field::ExpiresOn, from, to }), "{changes:?}");
    // There is none to lose any more.
    let page = page_after(&app, id, "2", &[("password", "third")]).await;
    assert!(page.contains("Version 3 of the secret is now current"), "{page}");
    assert!(!page.contains("no longer has an expiry date") && !page.contains(LINK), "{page}");
}

#[tokio::test]
async fn another_secret_with_its_day_says_nothing_of_the_old_one() {
    let app = App::new().await;
    let id = dated(&app).await;
    let new = [("password", "second"), ("expires_on", "2099-12-31")];
    let page = page_after(&app, id, "1", &new).await;
    assert!(
        page.contains("Version 2 of the secret is now current") && !page.contains(LINK),
        "{page}"
    );
    assert_eq!(expires_on(&app, id).await, Day::parse("2099-12-31"));
}

#[tokio::test]
async fn who_empties_the_field_of_an_edit_is_told_what_stood_there() {
    let app = App::new().await;
    let id = dated(&app).await;
    let text = id.to_string();
    for (revision, next, more, is_doubted) in
        [("1", "2", ("expires_on", ""), false), ("3", "4", ("password", "second"), true)]
    {
        let reply = app.owner.post_multipart(UPDATE, &form(&text, revision, &[more]), None).await;
        let page = app.owner.follow(reply).await.text();
        assert!(page.contains(LOST), "{revision}: {page}");
        assert_eq!(page.contains(LINK), is_doubted, "{revision}: {page}");
        assert_eq!(expires_on(&app, id).await, None, "{revision}");
        assert_eq!(save(&app, id, next, &[("expires_on", DAY)]).await.status, 200);
    }
}

#[tokio::test]
async fn a_version_without_a_day_says_so_when_it_waits_and_when_it_is_current() {
    let app = App::new().await;
    let id = dated(&app).await;
    let staged = [("password", "second"), ("is_staged", "true"), ("expires_on", "")];
    let page = page_after(&app, id, "1", &staged).await;
    assert!(page.contains("Version 2 has no expiry date"), "{page}");
    assert!(!page.contains("no longer has an expiry date"), "{page}");
    assert_eq!(expires_on(&app, id).await, Day::parse(DAY));
    let text = id.to_string();
    for (version, is_lost) in [("2", true), ("1", false)] {
        let form = [("project", "acme"), ("id", text.as_str()), ("version", version)];
        let reply = app.owner.post_form("/rpc/versions/switch", &form).await;
        let page = app.owner.follow(reply).await.text();
        assert!(page.contains(&format!("Version {version} of ghcr is now current")));
        assert_eq!(page.contains(LOST) && page.contains(LINK), is_lost, "{version}: {page}");
    }
    assert_eq!(expires_on(&app, id).await, Day::parse(DAY), "the first one brings its own");
}

#[tokio::test]
async fn what_has_expired_is_not_enabled_without_a_word() {
    let app = App::new().await;
    let id = dated(&app).await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    let enabled = async || {
        app.owner.post_json_accept("/rpc/credentials/disable", &form).await;
        let reply = app.owner.post_form("/rpc/credentials/enable", &form).await;
        app.owner.follow(reply).await.text()
    };
    let page = enabled().await;
    assert!(page.contains("is enabled: pipelines with a grant receive it again."), "{page}");
    let now = app.stored("acme", id).await.revision.to_string();
    assert_eq!(save(&app, id, &now, &[("expires_on", "2020-01-31")]).await.status, 200);
    let page = enabled().await;
    let said = "The credential expired on 2020-01-31, so the registry may refuse it.";
    assert!(page.contains("ghcr is enabled.") && page.contains(said), "{page}");
    assert!(page.contains("alert-warning") && page.contains("Replace the secret"), "{page}");
}
