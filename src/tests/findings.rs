//! Findings: each that is planted is found, and nothing else is; it resolves by itself when its fact changes; and who
//! accepts one says why, until when, and is on record.

mod accepted;
mod accounts;
mod changes;
mod files;
mod grants;

use crate::app::{App, PASSWORD};
use crate::definitions::{SELF, report};
use crate::usage::project;
use regcred::domain::finding::{
    FindingChanges, FindingKind, FindingState, FindingsPage, FindingsQuery, Found, Thing,
};
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::store::Unrecorded;
use regcred::vault::told_at;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60;
const CONFIG: &str = "/api/v1/docker-config";

fn in_days(days: i64) -> Moment {
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    Moment(now * 1_000).plus_seconds(days * DAY)
}

/// Writes an open finding; gives its id.
pub async fn plant(app: &App) -> Uuid {
    let found = Found {
        kind: FindingKind::NoOwner,
        credential: Some(Thing { id: Uuid::now_v7(), name: "ghcr".to_owned() }),
        pipeline: None,
        about: String::new(),
        fact: "Nobody is its owner.".to_owned(),
        evidence: Vec::new(),
        grant: None,
    };
    let changes = FindingChanges { new: vec![found], ..FindingChanges::default() };
    let project = project(app).await;
    let write = app.vault.store().write().await.unwrap();
    write.findings(project).apply(changes, in_days(0)).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    app.database.scalar::<Uuid>("SELECT id FROM finding WHERE kind = 'no_owner'").await
}

/// The findings of `acme` in that state.
async fn listed(app: &App, state: FindingState) -> FindingsPage {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    let query = FindingsQuery { state, ..FindingsQuery::default() };
    app.vault.findings(&reader, &query).await.unwrap()
}

/// Looks for findings after so many days; gives those that are open then, by kind and by what they are about.
async fn found(app: &App, days: i64) -> Open {
    told_at(in_days(days), app.vault.look_for_findings()).await.unwrap();
    let name = |thing: Option<Thing>| thing.map(|thing| thing.name).unwrap_or_default();
    let page = listed(app, FindingState::Open).await;
    let rows = page.rows.into_iter().map(|one| one.found);
    rows.map(|one| (one.kind, name(one.credential), name(one.pipeline))).collect()
}

type Open = Vec<(FindingKind, String, String)>;

fn none() -> Open {
    Vec::new()
}

fn one(kind: FindingKind, credential: &str, pipeline: &str) -> Open {
    vec![(kind, credential.to_owned(), pipeline.to_owned())]
}

/// An instance with a credential `ghcr` that the pipeline `build` was granted.
struct Scene {
    app: App,
    ghcr: Uuid,
    build: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        Self::with(&[("access", "pull")], "pull").await
    }

    async fn with(more: &[(&str, &str)], intent: &str) -> Self {
        let app = App::new().await;
        let by = &app.owner;
        let ghcr = app.credential_with(by, "acme", "ghcr", "ghcr.io", "first", more).await;
        let (build, token) = app.pipeline(by, "acme", "build", &[ghcr], intent).await;
        Self { app, ghcr, build, token }
    }

    /// The pipeline fetches after so many days.
    async fn fetch(&self, days: i64) {
        let reply = told_at(in_days(days), self.app.fetch(&self.token, CONFIG)).await;
        assert!(reply.status.as_u16() < 500, "{}", reply.text());
    }

    async fn declare(&self, name: &str, text: &str) {
        let reply = self.app.nobody().tell(&self.token, SELF, &report(name, text)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    async fn found(&self, days: i64) -> Open {
        found(&self.app, days).await
    }
}

#[tokio::test]
async fn a_credential_that_was_never_received_is_found_after_a_month() {
    let scene = Scene::new().await;
    assert_eq!(scene.found(29).await, none());
    assert_eq!(scene.found(31).await, one(FindingKind::NeverUsed, "ghcr", ""));
    scene.fetch(20).await;
    assert_eq!(scene.found(31).await, none());
}

#[tokio::test]
async fn a_credential_that_nobody_receives_any_more_is_found_when_the_window_is_over() {
    let scene = Scene::new().await;
    scene.fetch(0).await;
    assert_eq!(scene.found(89).await, none());
    assert_eq!(scene.found(91).await, one(FindingKind::Unused, "ghcr", ""));
}

#[tokio::test]
async fn of_two_grants_the_one_that_is_not_used_is_found() {
    let scene = Scene::new().await;
    let by = &scene.app.owner;
    let (_, other) = scene.app.pipeline(by, "acme", "other", &[scene.ghcr], "pull").await;
    scene.fetch(0).await;
    let reply = told_at(in_days(25), scene.app.fetch(&other, CONFIG)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.found(95).await, one(FindingKind::Unused, "ghcr", "build"));
}

#[tokio::test]
async fn a_grant_to_push_that_only_pulls_is_found_once_it_had_the_whole_window() {
    let scene = Scene::with(&[("access", "pull_push")], "pull_push").await;
    scene.fetch(20).await;
    assert_eq!(scene.found(80).await, none());
    assert_eq!(scene.found(95).await, one(FindingKind::OnlyPulled, "ghcr", "build"));
    let push = "/api/v1/credential?server=ghcr.io&intent=push";
    told_at(in_days(25), scene.app.fetch(&scene.token, push)).await;
    assert_eq!(scene.found(95).await, none());
}

#[tokio::test]
async fn a_pipeline_that_has_an_old_version_is_found_when_caches_are_over() {
    let scene = Scene::new().await;
    scene.fetch(0).await;
    let id = scene.ghcr.to_string();
    let form =
        [("project", "acme"), ("id", id.as_str()), ("revision", "1"), ("password", "second")];
    let reply =
        scene.app.owner.post_multipart_json_accept("/rpc/credentials/replace-secret", &form, None);
    let reply = reply.await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::OldVersion, "ghcr", "build"));
    scene.fetch(1).await;
    assert_eq!(scene.found(8).await, none());
}

#[tokio::test]
async fn a_credential_with_the_account_of_a_member_is_found() {
    for username in ["owner@example.com", "OWNER"] {
        let scene = Scene::with(&[("username", username)], "pull").await;
        assert_eq!(scene.found(0).await, one(FindingKind::PersonalAccount, "ghcr", ""));
    }
}

#[tokio::test]
async fn credentials_with_the_same_secret_are_found_each() {
    let scene = Scene::new().await;
    let by = &scene.app.owner;
    scene.app.credential(by, "acme", "quay", "quay.io", "first").await;
    scene.app.credential(by, "acme", "third", "r.example.com", "another").await;
    let mut found = scene.found(0).await;
    found.sort_by(|one, other| one.1.cmp(&other.1));
    let [ghcr, quay] = ["ghcr", "quay"].map(|name| one(FindingKind::SameSecret, name, ""));
    assert_eq!(found, [ghcr, quay].concat());
}

#[tokio::test]
async fn a_credential_without_an_owner_and_one_whose_owner_left_are_found() {
    let scene = Scene::new().await;
    for owner in ["", "Someone Who Left"] {
        scene.app.raw(&format!("UPDATE credential SET owner = '{owner}'")).await;
        assert_eq!(scene.found(0).await, one(FindingKind::NoOwner, "ghcr", ""));
    }
}

#[tokio::test]
async fn a_review_that_is_past_is_found() {
    let day = in_days(2).day().to_text();
    let scene = Scene::with(&[("review_on", day.as_str())], "pull").await;
    assert_eq!(scene.found(2).await, none());
    assert_eq!(scene.found(3).await, one(FindingKind::ReviewDue, "ghcr", ""));
}

#[tokio::test]
async fn a_password_in_a_file_is_found_with_its_line_and_without_its_value() {
    let scene = Scene::new().await;
    let by = &scene.app.owner;
    scene.app.credential(by, "acme", "hub", "docker.io", "another").await;
    let text = "kind: pipeline\ntype: docker\nsteps:\n- name: publish\n  image: plugins/docker\n  settings:\n    repo: ghcr.io/acme/api\n    registry: ghcr.io\n    username: bot\n    password: pa55word-zebra\n";
    scene.declare(".drone.yml", text).await;
    assert_eq!(scene.found(0).await, one(FindingKind::PasswordInFile, "", "build"));
    let page = scene.app.owner.get("/p/acme/findings").await.text();
    assert!(page.contains(".drone.yml, line 10") && !page.contains("zebra"), "{page}");
}

#[tokio::test]
async fn credentials_that_tie_for_a_declared_image_are_found() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let more = [("access", "pull")];
    let other = app.credential_with(&app.owner, "acme", "other", "ghcr.io", "another", &more).await;
    app.grant(scene.build, other, &[]).await;
    scene.declare("Dockerfile", "FROM ghcr.io/acme/base\n").await;
    assert_eq!(scene.found(0).await, one(FindingKind::Tie, "", "build"));
}

#[tokio::test]
async fn a_declared_registry_without_a_credential_is_found_once_and_a_variable_is_not() {
    let scene = Scene::new().await;
    let text = "ARG WHERE\nFROM quay.io/acme/one\nFROM quay.io/acme/two\nFROM $WHERE/acme/three\n";
    scene.declare("Dockerfile", text).await;
    assert_eq!(scene.found(0).await, one(FindingKind::NoCredential, "", "build"));
    scene.app.credential(&scene.app.owner, "acme", "quay", "quay.io", "another").await;
    assert_eq!(scene.found(0).await, none());
}

#[tokio::test]
async fn what_is_received_and_no_file_names_is_found_unless_a_variable_may_be_it() {
    let scene = Scene::new().await;
    let by = &scene.app.owner;
    let quay = scene.app.credential(by, "acme", "quay", "quay.io", "another").await;
    scene.app.grant(scene.build, quay, &[]).await;
    scene.declare("Dockerfile", "FROM quay.io/acme/one\n").await;
    assert_eq!(scene.found(0).await, none());
    scene.fetch(1).await;
    assert_eq!(scene.found(1).await, one(FindingKind::NotDeclared, "ghcr", "build"));
    scene.declare("other.Dockerfile", "ARG WHERE\nFROM $WHERE/acme/three\n").await;
    assert_eq!(scene.found(1).await, none());
}

#[tokio::test]
async fn what_a_file_names_and_the_pipeline_does_not_fetch_is_found_after_a_week() {
    let scene = Scene::new().await;
    scene.declare("Dockerfile", "FROM ghcr.io/acme/base\n").await;
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::NotDelivered, "ghcr", "build"));
    scene.fetch(7).await;
    assert_eq!(scene.found(8).await, none());
}

#[tokio::test]
async fn what_is_refused_again_and_again_since_a_grant_was_revoked_is_found() {
    let scene = Scene::new().await;
    let image = "/api/v1/credential?server=ghcr.io";
    assert_eq!(scene.app.fetch(&scene.token, image).await.status, 200);
    let grant = scene.app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let build = scene.build.to_string();
    let form = [("project", "acme"), ("pipeline", build.as_str()), ("id", grant.as_str())];
    let reply = scene.app.owner.post_json_accept("/rpc/grants/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    for times in 0..4 {
        let kinds: Vec<FindingKind> =
            scene.found(0).await.into_iter().map(|(kind, ..)| kind).collect();
        let expected: &[FindingKind] = if times < 3 { &[] } else { &[FindingKind::RefusedSince] };
        assert_eq!(kinds, expected, "{times} times");
        assert_ne!(scene.app.fetch(&scene.token, image).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_deleted_takes_its_findings_with_it() {
    let scene = Scene::new().await;
    scene.app.raw("UPDATE credential SET owner = ''").await;
    assert_eq!(scene.found(0).await.len(), 1);
    let id = scene.ghcr.to_string();
    let form =
        [("project", "acme"), ("id", id.as_str()), ("typed_name", "ghcr"), ("password", PASSWORD)];
    let reply = scene.app.owner.post_json_accept("/rpc/credentials/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM finding").await, 0);
}
