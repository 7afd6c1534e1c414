//! The pages of a credential: what was delivered and done in parts, a grant from its side, and what
//! is asked before a version changes.

mod fetches;

use crate::app::{App, PASSWORD};
use crate::edits::save;
use regcred::domain::actor::Can;
use regcred::domain::permission::of;
use uuid::Uuid;

async fn reader(app: &App) -> Can<of::RegistryRead> {
    app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap()
}

async fn activity(app: &App, id: Uuid) -> String {
    app.owner.get(&format!("/p/acme/credentials/{id}/activity")).await.text()
}

#[tokio::test]
async fn what_was_done_to_grants_is_told_on_the_page_of_their_credential_only() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let other = app.credential(&app.owner, "acme", "other", "quay.io", "s").await;
    let (build, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert!(activity(&app, id).await.contains("Olga Owner granted it to build"));
    assert!(!activity(&app, other).await.contains("build"));
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let build = build.to_string();
    let form = [("project", "acme"), ("pipeline", build.as_str()), ("id", grant.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/grants/delete", &form).await.status, 200);
    assert_eq!(save(&app, id, "1", &[("username", "ci")]).await.status, 200);
    let page = activity(&app, id).await;
    let told = ["edited ghcr", "revoked the grant of build", "granted it to build", "created ghcr"];
    let places: Vec<Option<usize>> = told.iter().map(|said| page.find(said)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {page}");
    assert!(page.contains("Username: acme-bot → ci"), "{page}");

    // In parts, the same.
    let reader = reader(&app).await;
    let (_, all) = app.vault.credential_activity(&reader, id, None).await.unwrap();
    let seqs: Vec<i64> = all.events.iter().map(|event| event.seq).collect();
    assert_eq!((seqs.len(), all.older), (4, None));
    for (number, before) in seqs.iter().enumerate() {
        let (_, rest) = app.vault.credential_activity(&reader, id, Some(*before)).await.unwrap();
        let rest: Vec<i64> = rest.events.iter().map(|event| event.seq).collect();
        assert_eq!(rest, seqs[number + 1..]);
    }
}

#[tokio::test]
async fn a_credential_is_granted_from_its_own_page_and_a_refused_form_comes_back_there() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let own = format!("/p/acme/credentials/{id}");
    let dialog = app.owner.get(&format!("{own}/grant")).await.text();
    assert!(dialog.contains("This project has no pipeline yet."), "{dialog}");
    app.bare_pipeline("aaa").await;
    let (build, token) = app.bare_pipeline("build").await;
    assert!(app.owner.get(&own).await.text().contains(&format!("{own}/grant")));
    let (id, pipeline) = (id.to_string(), build.to_string());
    let form = |password| {
        [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("on_credential", id.as_str()),
            ("form[credentials][]", id.as_str()),
            ("form[intent]", "pull"),
            ("password", password),
        ]
    };
    let refused = app.owner.post_form("/rpc/grants/create", &form("wrong password")).await;
    let back = format!("{own}/grant?pipeline=");
    assert!(refused.location().starts_with(&back), "{}", refused.location());
    let page = app.owner.follow(refused).await.text();
    let chosen = page.split("<option").skip(1).find(|option| option.contains(&pipeline)).unwrap();
    assert!(chosen.contains("selected"), "{chosen}");
    let done = app.owner.post_form("/rpc/grants/create", &form(PASSWORD)).await;
    assert!(done.location().starts_with(&format!("{own}?said=")), "{}", done.location());
    assert!(app.owner.follow(done).await.text().contains("build can now pull with ghcr."));
    assert_eq!(app.docker_config(&token, "?image=ghcr.io%2Facme%2Fapi", &[]).await.status, 200);
    let again = app.owner.post_form("/rpc/grants/create", &form(PASSWORD)).await;
    let page = app.owner.follow(again).await.text();
    assert!(page.contains("The pipeline already has a grant"), "{page}");
}

#[tokio::test]
async fn a_version_changes_only_after_a_question_that_names_the_consequence() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    app.docker_config(&token, "", &[]).await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    let own = format!("/p/acme/credentials/{id}/versions");
    let page = app.owner.get(&own).await.text();
    assert!(!page.contains("/rpc/versions/"), "one click does nothing: {page}");
    let [switch, destroy] = ["current", "destroy"].map(|act| format!("{own}/1/{act}"));
    assert!(page.contains(&switch) && page.contains(&destroy), "{page}");

    let asked = app.owner.get(&destroy).await.text();
    assert!(asked.contains("Destroy version 1 of ghcr?"), "{asked}");
    assert!(asked.contains("was last received") && asked.contains("by build"), "{asked}");
    assert_eq!(asked.matches("<h1").count(), 1, "{asked}");
    assert!(asked.contains(" inert"), "{asked}");
    let button = |asked: &str, class: &str| asked.contains(&format!("class=\"button {class}\""));
    assert!(button(&asked, "button-danger"), "{asked}");
    let asked = app.owner.get(&switch).await.text();
    assert!(button(&asked, "button-primary") && !button(&asked, "button-danger"), "{asked}");
    assert!(asked.contains("Pipelines receive version 1 instead of version 2"), "{asked}");
    assert!(asked.contains("No pipeline has received version 2."), "{asked}");
    for act in ["current", "destroy"] {
        let asked = app.owner.get(&format!("{own}/2/{act}")).await;
        assert_eq!(asked.status, 200);
        assert!(!asked.text().contains("/rpc/versions/"), "{}", asked.text());
        assert_eq!(app.owner.get(&format!("{own}/7/{act}")).await.status, 404);
        assert_eq!(app.owner.get(&format!("{own}/x/{act}")).await.status, 404);
    }

    let text = id.to_string();
    let of = [("project", "acme"), ("id", text.as_str()), ("version", "1")];
    let refused = app.owner.post_form("/rpc/versions/destroy", &of).await;
    assert!(refused.location().starts_with(&format!("{destroy}?back=")), "{}", refused.location());
    assert!(app.owner.follow(refused).await.text().contains("destroy-password-error"));
    let form = [of.as_slice(), &[("password", PASSWORD)]].concat();
    let done = app.owner.post_form("/rpc/versions/destroy", &form).await;
    let page = app.owner.follow(done).await.text();
    assert!(page.contains("Version 1 of ghcr was destroyed."), "{page}");
    let asked = app.owner.get(&destroy).await.text();
    assert!(asked.contains("Version 1 was destroyed."), "{asked}");
}

#[tokio::test]
async fn what_disabling_did_is_undone_from_its_message() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (text, own) = (id.to_string(), format!("/p/acme/credentials/{id}"));
    let form = [("project", "acme"), ("id", text.as_str()), ("back", own.as_str())];
    for (act, undo, is_disabled) in [("disable", "enable", true), ("enable", "disable", false)] {
        let done = app.owner.post_form(&format!("/rpc/credentials/{act}"), &form).await;
        assert!(done.location().starts_with(&own), "{}", done.location());
        let page = app.owner.follow(done).await.text();
        let said = page.split("alert-notice").nth(1).unwrap().split("</main>").next().unwrap();
        let button = said.split("<form").nth(1).unwrap();
        assert!(button.contains(&format!("/rpc/credentials/{undo}")), "{button}");
        assert!(button.contains("Undo") && button.contains(&own), "{button}");
        let stored = app.stored("acme", id).await;
        assert_eq!(stored.summary.disabled_at.is_some(), is_disabled);
    }
    // A list with a long query is not carried along: what is said has to fit into a cookie.
    let back = format!("/p/acme/credentials?q={}", "x".repeat(600));
    let long = [form[0], form[1], ("back", back.as_str())];
    let done = app.owner.post_form("/rpc/credentials/disable", &long).await;
    let page = app.owner.follow(done).await.text();
    assert!(page.contains("ghcr is disabled") && page.contains("Undo"), "{page}");
}

#[tokio::test]
async fn the_lines_to_fetch_it_name_a_pipeline_that_may() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "own", "registry.example.com:5000", "s").await;
    let other = app.credential(&app.owner, "acme", "hub", "docker.io", "s").await;
    let path = format!("/p/acme/credentials/{id}/connect");
    let page = app.owner.get(&path).await.text();
    assert!(page.contains("No pipeline has a grant for this credential"), "{page}");
    let (first, _) = app.pipeline(&app.owner, "acme", "aaa", &[id, other], "pull").await;
    let (second, _) = app.pipeline(&app.owner, "acme", "bbb", &[id], "pull").await;
    let page = app.owner.get(&path).await.text();
    assert!(page.contains(&first.to_string()) && page.contains("registry.example.com:5000"));
    assert!(!page.contains("index.docker.io"), "other registries of the pipeline: {page}");
    let page = app.owner.get(&format!("{path}?pipeline={second}")).await.text();
    let current = page.split("aria-label=\"Pipeline\"").nth(1).unwrap();
    let current = current.split("aria-current").nth(1).unwrap();
    assert!(current.starts_with("=\"page\">bbb"), "{current}");
}

#[tokio::test]
async fn a_date_is_said_with_how_far_away_it_is() {
    let app = App::new().await;
    let more = [("expires_on", "2199-01-31")];
    let id = app.credential_with(&app.owner, "acme", "late", "ghcr.io", "s", &more).await;
    let page = app.owner.get(&format!("/p/acme/credentials/{id}")).await.text();
    let dates = page.split("id=\"dates\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(dates.contains("2199-01-31") && dates.contains(" years"), "{dates}");
    assert!(dates.contains("today") && !dates.contains("No expiry date"), "{dates}");
    let id = app.credential(&app.owner, "acme", "open", "ghcr.io", "s").await;
    let page = app.owner.get(&format!("/p/acme/credentials/{id}")).await.text();
    assert!(page.contains("Regcred cannot warn before this credential stops working."), "{page}");
}

#[tokio::test]
async fn the_delete_dialog_says_how_many_would_fail_and_nothing_where_nobody_would() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let path = format!("/p/acme/credentials/{id}/delete");
    let page = app.owner.get(&path).await.text();
    assert!(page.contains("This action cannot be undone.") && !page.contains("will fail"));
    app.pipeline(&app.owner, "acme", "one", &[id], "pull").await;
    let page = app.owner.get(&path).await.text();
    let said = "1 pipeline has a grant for it and will fail to sign in to ghcr.io.";
    assert!(page.contains(said), "{page}");
    app.pipeline(&app.owner, "acme", "two", &[id], "pull").await;
    let page = app.owner.get(&path).await.text();
    let said = "2 pipelines have a grant for it and will fail to sign in to ghcr.io.";
    assert!(page.contains(said), "{page}");
    // The dialog is read from its top: its heading has the focus, and no button.
    let dialog = page.split("<dialog").nth(1).unwrap();
    let focused: Vec<&str> = dialog.split('<').filter(|tag| tag.contains(" autofocus")).collect();
    assert!(matches!(focused.as_slice(), [heading] if heading.starts_with("h2")), "{focused:?}");
}
