//! What becomes of a finding: accepted until a day, opened again, resolved by itself.

use super::{Scene, found, in_days, listed, none, one, plant};
use crate::app::{App, Browser, Reply};
use crate::matrix::tomorrow;
use regcred::domain::finding::{FindingKind, FindingState};
use regcred::domain::user::Role;
use regcred::vault::told_at;
use uuid::Uuid;

const ACCEPT: &str = "/rpc/findings/accept";

async fn accept(by: &Browser, id: Uuid, reason: &str, until: &str) -> Reply {
    let id = id.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("reason", reason), ("until", until)];
    by.post_json_accept(ACCEPT, &form).await
}

async fn count(app: &App) -> usize {
    let member = app.evidence(&app.owner, "acme").await;
    app.vault.beside(&member).await.unwrap().findings
}

#[tokio::test]
async fn an_accepted_finding_is_not_counted_until_its_day_is_over_and_both_are_on_record() {
    let scene = Scene::new().await;
    let app = &scene.app;
    app.raw("UPDATE credential SET owner = ''").await;
    let no_owner = one(FindingKind::NoOwner, "ghcr", "");
    assert_eq!((scene.found(0).await, count(app).await), (no_owner.clone(), 1));
    let id = listed(app, FindingState::Open).await.rows[0].id;
    let until = in_days(5).day().to_text();
    let reply = accept(&app.owner, id, "A robot has it.", &until).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!((scene.found(5).await, count(app).await), (none(), 0));
    let page = app.owner.get("/p/acme/findings?state=accepted").await.text();
    assert!(page.contains(&format!("Accepted until {until}")), "{page}");
    assert!(page.contains("A robot has it."), "{page}");
    let audit = app.owner.get("/p/acme/audit").await.text();
    assert!(audit.contains("accepted a finding about"), "{audit}");
    assert_eq!(scene.found(6).await, no_owner, "its day is over");
    assert_eq!(listed(app, FindingState::Open).await.rows[0].acceptance, None);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn who_withdraws_an_acceptance_opens_the_finding() {
    let app = App::new().await;
    let id = plant(&app).await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    let withdraw = "/rpc/findings/withdraw";
    assert_eq!(app.owner.post_json_accept(withdraw, &form).await.status, 409);
    assert_eq!(accept(&app.owner, id, "Meant so.", &tomorrow()).await.status, 200);
    assert_eq!((count(&app).await, listed(&app, FindingState::Open).await.rows.len()), (0, 0));
    assert_eq!(app.owner.post_json_accept(withdraw, &form).await.status, 200);
    assert_eq!(count(&app).await, 1);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_finding_resolves_by_itself_and_comes_back_with_its_fact() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let owner = app.stored("acme", scene.ghcr).await.owner;
    app.raw("UPDATE credential SET owner = ''").await;
    assert_eq!(scene.found(0).await.len(), 1);
    let id = listed(app, FindingState::Open).await.rows[0].id;
    assert_eq!(accept(&app.owner, id, "Meant so.", &tomorrow()).await.status, 200);
    app.raw(&format!("UPDATE credential SET owner = '{owner}'")).await;
    assert_eq!(scene.found(0).await, none());
    let resolved = listed(app, FindingState::Resolved).await.rows;
    assert_eq!((resolved.len(), resolved[0].id), (1, id));
    let reply = accept(&app.owner, id, "Too late.", &tomorrow()).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    // Whoever accepted the one before did not know of this one.
    app.raw("UPDATE credential SET owner = ''").await;
    assert_eq!(scene.found(0).await, one(FindingKind::NoOwner, "ghcr", ""));
    app.raw(&format!("UPDATE credential SET owner = '{owner}'")).await;
    assert_eq!(scene.found(0).await, none());
    told_at(in_days(20), scene.app.fetch(&scene.token, super::CONFIG)).await;
    found(app, 91).await;
    let gone = listed(app, FindingState::Resolved).await.rows;
    assert!(gone.iter().all(|one| one.id != id), "after 90 days it is forgotten");
}

/// Gives the credential with that name another secret.
async fn replace_secret(app: &App, name: &str, secret: &str) {
    let of_it = format!("FROM credential WHERE name = '{name}'");
    let id = app.database.scalar::<Uuid>(&format!("SELECT id {of_it}")).await.to_string();
    let revision = app.scalar_i64(&format!("SELECT revision {of_it}")).await.to_string();
    let form = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("revision", revision.as_str()),
        ("password", secret),
    ];
    let path = "/rpc/credentials/replace-secret";
    let reply = app.owner.post_multipart_json_accept(path, &form, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn who_accepted_that_two_credentials_share_a_secret_did_not_accept_that_one_of_them_and_a_third_do()
 {
    let scene = Scene::new().await;
    let app = &scene.app;
    app.credential(&app.owner, "acme", "quay", "quay.io", "first").await;
    app.credential(&app.owner, "acme", "third", "r.example.com", "another").await;
    scene.found(0).await;
    for row in listed(app, FindingState::Open).await.rows {
        assert_eq!(accept(&app.owner, row.id, "Meant so.", &tomorrow()).await.status, 200);
    }
    assert_eq!(scene.found(0).await, none());
    replace_secret(app, "quay", "second").await;
    replace_secret(app, "third", "first").await;
    let mut open = scene.found(0).await;
    open.sort_by(|one, other| one.1.cmp(&other.1));
    let each = ["ghcr", "third"].map(|name| one(FindingKind::SameSecret, name, ""));
    assert_eq!(open, each.concat());
}

#[tokio::test]
async fn a_blank_reason_and_a_day_that_is_too_far_are_said_at_their_fields() {
    let app = App::new().await;
    let id = plant(&app).await;
    let (far, near) = (in_days(367).day().to_text(), tomorrow());
    let past = in_days(-2).day().to_text();
    for (reason, until, part) in [
        (" ", near.as_str(), "Enter a reason."),
        ("Meant so.", far.as_str(), "Enter a day from"),
        ("Meant so.", past.as_str(), "Enter a day from"),
        ("Meant so.", "soon", "Enter a day from"),
    ] {
        let reply = accept(&app.owner, id, reason, until).await;
        assert_eq!(reply.status, 422, "{reason} {until}");
        assert!(reply.text().contains(part), "{}", reply.text());
    }
    // The page shows it again, at the one finding that it was about.
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str()), ("reason", "Typed."), ("until", "")];
    let page = app.owner.post_form(ACCEPT, &form).await;
    let page = app.owner.follow(page).await.text();
    assert!(page.contains("Typed.") && page.contains("Enter a day from"), "{page}");
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn another_project_sees_nothing_of_it_and_a_viewer_can_only_look() {
    let app = App::new().await;
    let id = plant(&app).await;
    let other = app.project("other").await;
    assert_eq!(other.get("/p/acme/findings").await.status, 404);
    let text = id.to_string();
    let until = tomorrow();
    let form = [
        ("project", "other"),
        ("id", text.as_str()),
        ("reason", "Meant so."),
        ("until", until.as_str()),
    ];
    assert_eq!(other.post_json_accept(ACCEPT, &form).await.status, 404);
    let viewer = app.member(Role::Viewer, "acme").await;
    let page = viewer.get("/p/acme/findings").await.text();
    assert!(page.contains("Nobody is its owner.") && !page.contains("Accept finding"), "{page}");
    assert_eq!(accept(&viewer, id, "Meant so.", &until).await.status, 403);
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn the_menu_says_how_many_are_open() {
    let app = App::new().await;
    let before = app.owner.get("/p/acme/credentials").await.text();
    assert!(before.contains(">Findings<") && !before.contains("1 is open"), "{before}");
    plant(&app).await;
    let after = app.owner.get("/p/acme/credentials").await.text();
    assert!(after.contains("Findings: 1 is open"), "{after}");
}
