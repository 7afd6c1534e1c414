//! What is probably not meant is asked before it is saved, and stays marked until it is mended.

use crate::app::{App, Reply, auths, credential_form};
use crate::edits::{UPDATE, form, save};
use crate::forms::value_in;
use regcred::domain::moment::Day;
use regcred::error::FieldError;
use uuid::Uuid;

const CREATE: &str = "/rpc/credentials/create";
const REPLACE: &str = "/rpc/credentials/replace-secret";
/// A token that the registry of the tests does not take.
const WRONG: &str = "github_pat_example";
const ASKS: (&str, &str) = ("anyway", "");

/// Creates `ghcr` as a script does, not sure of it.
async fn create(app: &App, more: &[(&str, &str)]) -> Reply {
    let more: Vec<_> = more.iter().copied().chain([ASKS]).collect();
    let form = credential_form("acme", "ghcr", "ghcr.io", "s", &more);
    app.owner.post_multipart_json_accept(CREATE, &form, None).await
}

/// Replaces the secret alone, not sure of it unless that is among `more`.
async fn replace(app: &App, id: Uuid, revision: &str, more: &[(&str, &str)]) -> Reply {
    let id = id.to_string();
    let mut form = vec![("project", "acme"), ("id", id.as_str()), ("revision", revision)];
    form.extend_from_slice(more);
    app.owner.post_multipart_json_accept(REPLACE, &form, None).await
}

async fn count(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM credential").await
}

async fn doubt(app: &App, id: Uuid) -> Option<String> {
    app.stored("acme", id).await.summary.secret_doubt
}

#[tokio::test]
async fn a_secret_that_looks_wrong_is_asked_about_and_marked_until_it_is_replaced() {
    let app = App::new().await;
    let reply = create(&app, &[("password", WRONG)]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.asked("password").unwrap().contains("fine-grained"), "{}", reply.text());
    assert!(!reply.text().contains(WRONG));
    assert_eq!(count(&app).await, 0);

    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", WRONG).await;
    assert!(doubt(&app, id).await.unwrap().contains("fine-grained"));
    let path = format!("/p/acme/credentials/{id}");
    for page in ["/p/acme/credentials", path.as_str()] {
        assert!(app.owner.get(page).await.text().contains("Secret looks wrong"), "{page}");
    }
    // What else is saved does not mend it.
    assert_eq!(save(&app, id, "1", &[("description", "nightly")]).await.status, 200);
    assert!(doubt(&app, id).await.is_some());
    let another = [("password", "github_pat_another"), ASKS];
    assert!(save(&app, id, "2", &another).await.asked("password").is_some());
    assert_eq!(save(&app, id, "2", &[("password", "ghp_example"), ASKS]).await.status, 200);
    assert_eq!(doubt(&app, id).await, None);
    assert!(!app.owner.get(&path).await.text().contains("Secret looks wrong"));
}

#[tokio::test]
async fn the_mark_goes_with_the_version() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let staged = [("password", WRONG), ("is_staged", "true")];
    assert!(replace(&app, id, "1", &staged).await.asked("password").is_some());
    let sure = [staged.as_slice(), &[("anyway", "true")]].concat();
    assert_eq!(replace(&app, id, "1", &sure).await.status, 200);
    assert_eq!(doubt(&app, id).await, None, "it is not delivered yet");
    let text = id.to_string();
    for (version, is_doubted) in [("2", true), ("1", false)] {
        let form = [("project", "acme"), ("id", text.as_str()), ("version", version)];
        app.owner.post_form("/rpc/versions/switch", &form).await;
        assert_eq!(doubt(&app, id).await.is_some(), is_doubted, "{version}");
    }
}

#[tokio::test]
async fn a_day_that_has_passed_is_asked_about() {
    let app = App::new().await;
    let past = ("expires_on", "2020-01-31");
    let reply = create(&app, &[past]).await;
    assert!(reply.asked("expires_on").unwrap().contains("has passed"), "{}", reply.text());
    assert_eq!(count(&app).await, 0);
    // Both questions come at once.
    let reply = create(&app, &[past, ("password", WRONG)]).await;
    assert!(reply.asked("expires_on").is_some() && reply.asked("password").is_some());
    // What breaks a rule is told first.
    let reply = create(&app, &[past, ("name", "")]).await;
    assert!(reply.at("name").is_some(), "{}", reply.text());
    assert_eq!(create(&app, &[("expires_on", "2099-01-31")]).await.status, 200);
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    assert!(save(&app, id, "1", &[past, ASKS]).await.asked("expires_on").is_some());
    assert_eq!(save(&app, id, "1", &[past]).await.status, 200);
    // The day that is stored already is not asked about again.
    assert_eq!(save(&app, id, "2", &[past, ("description", "x"), ASKS]).await.status, 200);
}

#[tokio::test]
async fn a_new_secret_is_asked_for_its_own_day() {
    let app = App::new().await;
    let past = ("expires_on", "2020-01-31");
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &[past]).await;
    let reply = save(&app, id, "1", &[past, ("password", "second"), ASKS]).await;
    assert!(reply.asked("expires_on").unwrap().contains("the secret that you replace"));
    let new = [("expires_on", "2099-01-31"), ("password", "second"), ASKS];
    assert_eq!(save(&app, id, "1", &new).await.status, 200);
    assert_eq!(app.stored("acme", id).await.summary.expires_on, Day::parse("2099-01-31"));
}

#[tokio::test]
async fn another_secret_alone_leaves_every_setting_but_its_day() {
    let app = App::new().await;
    let more = [
        ("description", "nightly"),
        ("paths", "acme"),
        ("owner", "Olga Owner"),
        ("labels", "shop"),
        ("expires_on", "2020-01-31"),
        ("is_protected", "true"),
    ];
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &more).await;
    let before = app.stored("acme", id).await;
    let reply = replace(&app, id, "1", &[("password", ""), ("expires_on", "tomorrow")]).await;
    assert!(reply.at("password").unwrap().contains("Enter the new"), "{}", reply.text());
    assert!(reply.at("expires_on").is_some());
    assert_eq!(replace(&app, id, "1", &[("password", "second")]).await.status, 200);
    let mut after = app.stored("acme", id).await;
    assert_eq!((after.secret.version, after.revision), (2, 2));
    assert_eq!(after.summary.expires_on, None);
    after.secret = before.secret.clone();
    after.revision = before.revision;
    after.summary.expires_on = before.summary.expires_on;
    after.summary.updated_at = before.summary.updated_at;
    assert_eq!(after, before);
    // Somebody saved meanwhile.
    assert_eq!(replace(&app, id, "1", &[("password", "third")]).await.status, 409);
}

#[tokio::test]
async fn the_day_of_a_secret_that_waits_counts_once_it_is_current() {
    let app = App::new().await;
    let until = ("expires_on", "2099-01-31");
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &[until]).await;
    let expires_on = async || app.stored("acme", id).await.summary.expires_on;
    let new = [("password", "second"), ("is_staged", "true"), ("expires_on", "2099-12-31")];
    let past = [new[0], new[1], ("expires_on", "2020-01-31")];
    assert!(replace(&app, id, "1", &past).await.asked("expires_on").is_some());
    assert_eq!(replace(&app, id, "1", &new).await.status, 200);
    assert_eq!(expires_on().await, Day::parse("2099-01-31"));
    let text = id.to_string();
    for (version, day) in [("2", "2099-12-31"), ("1", "2099-01-31"), ("2", "2099-12-31")] {
        let form = [("project", "acme"), ("id", text.as_str()), ("version", version)];
        app.owner.post_form("/rpc/versions/switch", &form).await;
        assert_eq!(expires_on().await, Day::parse(day), "{version}");
    }
}

#[tokio::test]
async fn a_version_that_comes_back_brings_its_own_last_day() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let expires_on = async || app.stored("acme", id).await.summary.expires_on;
    let new = [("password", "second"), ("expires_on", "2099-12-31")];
    assert_eq!(replace(&app, id, "1", &new).await.status, 200);
    assert_eq!(expires_on().await, Day::parse("2099-12-31"));
    let text = id.to_string();
    let switch = async |version: &str| {
        let form = [("project", "acme"), ("id", text.as_str()), ("version", version)];
        app.owner.post_form("/rpc/versions/switch", &form).await;
    };
    switch("1").await;
    assert_eq!(expires_on().await, None, "the first one has none");
    // What is said of it while it is current stays with it.
    let day = [("expires_on", "2099-06-30")];
    assert_eq!(save(&app, id, "3", &day).await.status, 200);
    switch("2").await;
    assert_eq!(expires_on().await, Day::parse("2099-12-31"));
    switch("1").await;
    assert_eq!(expires_on().await, Day::parse("2099-06-30"));
}

#[tokio::test]
async fn the_form_comes_back_with_the_question_and_without_the_secret() {
    let app = App::new().await;
    let form = credential_form("acme", "ghcr", "ghcr.io", WRONG, &[ASKS, ("labels", "shop")]);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    assert!(reply.location().contains("back="), "{}", reply.location());
    let page = app.owner.follow(reply).await.text();
    for text in ["Save anyway", "enter the secret again", "fine-grained", "is-asked"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(value_in(&page, "labels").as_deref(), Some("shop"));
    assert!(!page.contains(WRONG));
    let first = app.owner.get("/p/acme/credentials/new").await.text();
    assert!(!first.contains("is-asked"));
}

#[tokio::test]
async fn a_page_can_ask_first_and_nothing_is_saved() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await.to_string();
    let asked = async |form: Vec<(&str, &str)>| {
        let path = "/rpc/credentials/questions";
        let reply = app.owner.post_multipart_json_accept(path, &form, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let fields: Vec<FieldError> = serde_json::from_slice(&reply.body).unwrap();
        fields.into_iter().map(|field| field.field).collect::<Vec<_>>()
    };
    let new = |more: &[(&'static str, &'static str)]| {
        credential_form("acme", "new", "ghcr.io", WRONG, more)
    };
    assert_eq!(asked(new(&[])).await, ["password"]);
    let past = ("expires_on", "2020-01-31");
    assert_eq!(asked(new(&[past])).await, ["password", "expires_on"]);
    assert!(asked(new(&[("name", "")])).await.is_empty(), "the form is refused anyway");
    let alone = [("project", "acme"), ("id", id.as_str()), ("password", WRONG)];
    assert_eq!(asked(alone.to_vec()).await, ["password"]);
    assert_eq!(
        (count(&app).await, app.scalar_i64("SELECT COUNT(*) FROM secret_version").await),
        (1, 1)
    );
}

#[tokio::test]
async fn a_secret_that_was_lost_with_a_refused_save_is_not_passed_over() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let text = id.to_string();
    let typed = form(&text, "1", &[("password", "second"), ("username", "a:b")]);
    let reply = app.owner.post_multipart(UPDATE, &typed, None).await;
    let page = app.owner.follow(reply).await.text();
    assert_eq!(value_in(&page, "lost_secret").as_deref(), Some("true"));
    let lost = ("lost_secret", "true");
    for (more, is_said) in
        [(vec![lost, ("labels", "a")], true), (vec![lost, ("password", "second")], false)]
    {
        let revision = app.stored("acme", id).await.revision.to_string();
        let typed = form(&text, &revision, &more);
        let reply = app.owner.post_multipart(UPDATE, &typed, None).await;
        let page = app.owner.follow(reply).await.text();
        assert_eq!(page.contains("The secret was not replaced"), is_said, "{page}");
    }
}

#[tokio::test]
async fn a_token_in_the_field_of_the_username_is_asked_about() {
    let app = App::new().await;
    let reply = create(&app, &[("username", "ghp_madeup")]).await;
    assert!(reply.asked("username").unwrap().contains("not hidden"), "{}", reply.text());
    assert!(!reply.text().contains("ghp_madeup"));
    assert_eq!(count(&app).await, 0);
}

#[tokio::test]
async fn a_twin_is_told_with_the_way_to_it() {
    let app = App::new().await;
    let first = app.credential(&app.owner, "acme", "first", "ghcr.io", "s").await;
    let said = async |name: &str, more: &[(&str, &str)]| {
        let form = credential_form("acme", name, "ghcr.io", "s", more);
        let reply = app.owner.post_multipart(CREATE, &form, None).await;
        app.owner.follow(reply).await.text()
    };
    let twin = "is for the same registry, repository path and access";
    for (name, more) in [("reads", ("access", "pull")), ("narrow", ("paths", "acme"))] {
        assert!(!said(name, &[more]).await.contains(twin), "{name}");
    }
    let page = said("second", &[]).await;
    assert!(page.contains(&format!("first {twin}")) && page.contains("Show first"), "{page}");
    assert!(page.contains(&format!("/p/acme/credentials/{first}")));
    // In whatever order its paths were typed.
    said("both", &[("paths", "acme, other")]).await;
    let page = said("both again", &[("paths", "other, acme")]).await;
    assert!(page.contains(&format!("both {twin}")), "{page}");
    // An expired one gives way, so nothing ties.
    said("past", &[("paths", "team"), ("expires_on", "2020-01-01")]).await;
    let page = said("valid", &[("paths", "team")]).await;
    assert!(page.contains("valid was created") && !page.contains(twin), "{page}");
    let page = said("past too", &[("paths", "team"), ("expires_on", "2020-01-02")]).await;
    assert!(page.contains(&format!("past {twin}")), "{page}");
    // It is true: neither is handed out.
    let second = app.find_credential(&app.owner, "acme", "second").await;
    let hub = app.credential(&app.owner, "acme", "hub", "docker.io", "s").await;
    let all = [first, second, hub];
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &all, "pull").await;
    let held = auths(&app.docker_config(&token, "", &[]).await);
    assert_eq!(held.keys().collect::<Vec<_>>(), ["https://index.docker.io/v1/"]);
}
