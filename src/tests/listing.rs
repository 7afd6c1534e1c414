//! The list of credentials: found, filtered, sorted, in pages.

use crate::app::App;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::listing::{ListQuery, Listing};
use regcred::domain::moment::{Day, Moment};
use regcred::domain::permission::of;
use regcred::domain::secret::Secret;
use regcred::vault::SecretInput;
use std::time::{SystemTime, UNIX_EPOCH};

/// The names that a query of the list's URL finds, in their order.
pub async fn names(app: &App, query: &[(&str, &str)]) -> Vec<String> {
    let get = |key: &str| query.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned());
    let listing = page(app, &ListQuery::read(get).unwrap()).await;
    assert_eq!(listing.total, listing.rows.len() as u64);
    listing.rows.into_iter().map(|row| row.name).collect()
}

/// One page of the list.
pub async fn page(app: &App, query: &ListQuery) -> Listing {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    app.vault.list_credentials(&reader, query).await.unwrap()
}

/// Where the link of a page to its `next` or `prev` one leads.
pub fn link(html: &str, rel: &str) -> Option<String> {
    let rel = format!("rel=\"{rel}\"");
    let mut tags = html.split("<a ").filter_map(|rest| rest.split('>').next());
    let tag = tags.find(|tag| tag.contains(&rel))?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

/// Creates one without the network between: many of them are needed.
pub async fn create(app: &App, name: &str, change: impl FnOnce(&mut CredentialForm)) {
    let mut form = CredentialForm {
        name: name.to_owned(),
        registry_url: "ghcr.io".to_owned(),
        method: "password".to_owned(),
        username: "acme-bot".to_owned(),
        access: "pull_push".to_owned(),
        // Some are to have expired.
        is_sure: true,
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
    let rows = |page: &str| page.matches("aria-label=\"Edit row-").count();
    let first = app.owner.get("/p/acme/credentials").await.text();
    assert_eq!(rows(&first), 50);
    assert!(first.contains("51 credentials") && !first.contains("Edit row-50"));
    assert_eq!(link(&first, "prev"), None);
    let second_path = link(&first, "next").unwrap();
    let second = app.owner.get(&second_path).await.text();
    assert_eq!(rows(&second), 1);
    assert!(second.contains("51 credentials") && second.contains("Edit row-50"));
    assert_eq!(link(&second, "next"), None);
    let back = app.owner.get(&link(&second, "prev").unwrap()).await.text();
    assert_eq!((rows(&back), link(&back, "prev")), (50, None));
    assert_eq!(link(&back, "next"), Some(second_path.clone()));

    app.raw("DELETE FROM credential WHERE name = 'row-50'").await;
    let gone = app.owner.get(&second_path).await;
    assert_eq!(gone.status, 200);
    assert!(gone.text().contains("This page no longer exists."));
    let back = app.owner.get(&link(&second, "prev").unwrap()).await.text();
    assert_eq!((rows(&back), link(&back, "next")), (50, None));
}

#[tokio::test]
async fn a_link_to_a_page_by_its_number_shows_the_first_page() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    let page = app.owner.get("/p/acme/credentials?page=7").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Edit ghcr"));
}

#[tokio::test]
async fn what_an_older_server_has_inserted_is_sorted_and_found_after_the_next_sweep() {
    let app = App::new().await;
    for name in ["Zürich 10", "Zürich 2"] {
        create(&app, name, |form| form.email = "olga@example.com".to_owned()).await;
    }
    assert_eq!(app.raw("UPDATE credential SET natural_key = '', search_key = name_key").await, 2);
    assert!(names(&app, &[("q", "olga")]).await.is_empty());
    app.vault.sweep().await.unwrap();
    assert_eq!(names(&app, &[("q", "olga")]).await, ["Zürich 2", "Zürich 10"]);
    assert_eq!(names(&app, &[("q", "zurich")]).await, ["Zürich 2", "Zürich 10"]);
    // What was saved since stays as it was saved.
    app.raw("UPDATE credential SET search_key = 'kept'").await;
    app.vault.sweep().await.unwrap();
    assert_eq!(names(&app, &[("q", "kept")]).await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_completed_keeps_nothing_behind_it_from_being_found() {
    let app = App::new().await;
    // As many as are looked at in one turn, and one more after them.
    for n in 0..100 {
        create(&app, &format!("changed-{n}"), |_| ()).await;
    }
    create(&app, "last", |form| form.email = "olga@example.com".to_owned()).await;
    app.tamper("UPDATE credential SET natural_key = '', search_key = name_key").await;
    app.tamper("UPDATE credential SET host = 'evil.example.com' WHERE name <> 'last'").await;
    app.vault.sweep().await.unwrap();
    assert_eq!(names(&app, &[("q", "olga")]).await, ["last"]);
    let left = "SELECT COUNT(*) FROM credential WHERE natural_key = ''";
    assert_eq!(app.scalar_i64(left).await, 100, "nobody wrote what they say");
}
