//! The list of credentials: found, filtered, sorted, in pages.

use crate::app::App;
use crate::forms::link_in;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::listing::ListQuery;
use regcred::domain::moment::{Day, Moment};
use regcred::domain::permission::of;
use regcred::domain::secret::Secret;
use regcred::vault::SecretInput;
use std::time::{SystemTime, UNIX_EPOCH};

/// The names that a query of the list's URL finds, in their order.
pub async fn names(app: &App, query: &[(&str, &str)]) -> Vec<String> {
    let get = |key: &str| query.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned());
    let query = ListQuery::read(get).unwrap();
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    let listing = app.vault.list_credentials(&reader, &query).await.unwrap();
    assert_eq!(listing.total, listing.rows.len() as u64);
    listing.rows.into_iter().map(|row| row.name).collect()
}

/// Creates one without the network between: many of them are needed.
pub async fn create(app: &App, name: &str, change: impl FnOnce(&mut CredentialForm)) {
    let mut form = CredentialForm {
        name: name.to_owned(),
        registry_url: "ghcr.io".to_owned(),
        method: "password".to_owned(),
        username: "acme-bot".to_owned(),
        access: "pull_push".to_owned(),
        ..CredentialForm::default()
    };
    change(&mut form);
    let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
    let secret = SecretInput { password: Secret::from("s"), ..SecretInput::default() };
    app.vault.create_credential(&editor, &form, &secret).await.unwrap();
}

/// The day so many days from today, as a form has it.
pub fn in_days(days: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Day::to_text(Moment(i64::try_from(now).unwrap()).day().plus_days(days))
}

#[tokio::test]
async fn a_search_finds_each_shown_field_in_any_case() {
    let app = App::new().await;
    create(&app, "Build Straße", |form| {
        form.description = "Nightly images".to_owned();
        form.registry_url = "registry.example.com:5000".to_owned();
        form.username = "Robot$CI".to_owned();
        form.paths = "team-x/api".to_owned();
    })
    .await;
    create(&app, "other", |_| ()).await;
    let terms =
        ["build", "STRASSE", "strasse", "nIGHTLY", "EXAMPLE.com:50", "robot$c", "TEAM-X/", "uil"];
    for term in terms {
        assert_eq!(names(&app, &[("q", term)]).await, ["Build Straße"], "{term}");
        let page = app
            .owner
            .get(&format!("/p/acme/credentials?q={}", regcred::domain::listing::percent(term)))
            .await;
        assert!(
            page.text().contains("Edit Build Straße") && !page.text().contains("Edit other"),
            "{term}"
        );
    }
    let nothing = app.owner.get("/p/acme/credentials?q=nowhere").await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.text().contains("No credentials match."));
}

#[tokio::test]
async fn a_wildcard_in_a_search_is_a_letter_like_others() {
    let app = App::new().await;
    for name in ["a%b", "a_b", "axb", "a\\b"] {
        create(&app, name, |_| ()).await;
    }
    assert_eq!(names(&app, &[("q", "a%b")]).await, ["a%b"]);
    assert_eq!(names(&app, &[("q", "a_b")]).await, ["a_b"]);
    assert_eq!(names(&app, &[("q", "a\\b")]).await, ["a\\b"]);
    assert_eq!(names(&app, &[("q", "%")]).await, ["a%b"]);
    for quoted in ["'", "\"", "' OR 1=1 --"] {
        assert!(names(&app, &[("q", quoted)]).await.is_empty(), "{quoted}");
    }
}

#[tokio::test]
async fn what_no_database_can_hold_is_not_found() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    for query in ["q=%00", "q=gh%00cr", "registry=%00"] {
        let page = app.owner.get(&format!("/p/acme/credentials?{query}")).await;
        assert!(page.status == 200 || page.status == 400, "{query}: {}", page.status);
        assert!(!page.text().contains("Edit ghcr"), "{query}");
    }
}

#[tokio::test]
async fn a_search_that_is_too_long_is_refused_at_every_door() {
    let app = App::new().await;
    let page = app.owner.get(&format!("/p/acme/credentials?q={}", "x".repeat(201))).await;
    assert_eq!(page.status, 400);
    // Nor does the vault take it from a door that did not look.
    let query = ListQuery { search: "x".repeat(60_000), ..ListQuery::default() };
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    let refused = app.vault.list_credentials(&reader, &query).await.unwrap_err();
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn fifty_rows_are_a_page() {
    let app = App::new().await;
    for n in 0..51 {
        create(&app, &format!("row-{n:02}"), |_| ()).await;
    }
    let first = app.owner.get("/p/acme/credentials").await.text();
    assert_eq!(first.matches("aria-label=\"Edit row-").count(), 50);
    assert!(first.contains("51 credentials") && !first.contains("Edit row-50"));
    let next = link_in(&first, "/p/acme/credentials?after=").expect("a link to the next page");
    let second = app.owner.get(&next).await.text();
    assert_eq!(second.matches("aria-label=\"Edit row-").count(), 1);
    assert!(second.contains("Edit row-50"));
    let before = link_in(&second, "/p/acme/credentials?before=").expect("a link back");
    let back = app.owner.get(&before).await.text();
    assert_eq!(back.matches("aria-label=\"Edit row-").count(), 50);
    let last = app.find_credential(&app.owner, "acme", "row-50").await.to_string();
    let delete = [("project", "acme"), ("id", last.as_str())];
    app.owner.post_form("/rpc/credentials/delete", &delete).await;
    let past = app.owner.get(&next).await;
    assert_eq!(past.status, 200);
    assert!(past.text().contains("This page no longer exists."));
}
