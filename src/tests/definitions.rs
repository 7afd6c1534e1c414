//! What pipelines declare: kept from their runs and from people, matched by the rules of deliveries, and deciding
//! nothing.

mod covered;

use crate::app::{App, Browser, PASSWORD, Reply};
use regcred::domain::user::Role;
use regcred_scan::{Report, scan_text};
use uuid::Uuid;

pub const SELF: &str = "/api/v1/pipelines/self/definitions";
const CREATE: &str = "/rpc/definitions/create";
const ROWS: &str = "SELECT COUNT(*) FROM definition_statement";

/// The report of a file, as the helper sends it.
pub fn report(name: &str, text: &str) -> String {
    json(&scan_text(name, text))
}

pub fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

/// What a run says of its commit.
const RUN: [(&str, &str); 2] = [("Regcred-Commit", "0123456789abcdef"), ("Regcred-Branch", "main")];

/// An instance with a pipeline that may pull from `ghcr.io/acme`, and push to `quay.io`.
struct Scene {
    app: App,
    pipeline: Uuid,
    token: String,
    ghcr: Uuid,
    quay: Uuid,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let path = [("paths", "acme")];
        let by = &app.owner;
        let ghcr = app.credential_with(by, "acme", "ghcr", "ghcr.io", "s", &path).await;
        let quay =
            app.credential_with(by, "acme", "quay", "quay.io", "s", &[("access", "pull_push")]);
        let quay = quay.await;
        let (pipeline, token) = app.pipeline(by, "acme", "build", &[ghcr], "pull").await;
        app.grant(pipeline, quay, &[("form[intent]", "pull_push")]).await;
        Self { app, pipeline, token, ghcr, quay }
    }

    async fn send(&self, body: &str) -> Reply {
        self.app.nobody().tell_with(&self.token, SELF, &RUN, body).await
    }

    fn path(&self) -> String {
        format!("/p/acme/pipelines/{}/definitions", self.pipeline)
    }

    async fn page(&self) -> String {
        let reply = self.app.owner.get(&self.path()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text()
    }

    /// Sends the form with a pasted file.
    async fn paste(&self, by: &Browser, name: &str, text: &str) -> Reply {
        let pipeline = self.pipeline.to_string();
        let form =
            [("project", "acme"), ("pipeline", pipeline.as_str()), ("name", name), ("text", text)];
        by.post_multipart(CREATE, &form, None).await
    }
}

#[tokio::test]
async fn what_a_run_declares_is_shown_with_its_commit_and_the_credential_that_it_would_get() {
    let scene = Scene::new().await;
    let text = "services:\n  a: {image: 'ghcr.io/acme/base:1'}\n  b: {image: ghcr.io/other/tool}\n  c: {image: 'ghcr.io/acme/api:$TAG'}\n  d: {image: $IMAGE}\n";
    let reply = scene.send(&report("build/compose.yaml", text)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let said = reply.json();
    assert_eq!(said["files"], 1, "{said}");
    assert_eq!(said["passwords"], 0, "{said}");
    let page = scene.page().await;
    for part in [
        "build/compose.yaml",
        "commit 0123456789ab of main (claimed)",
        "ghcr.io/acme/base:1",
        &format!("/p/acme/credentials/{}", scene.ghcr),
        "No granted credential",
        "Depends on the variables",
        "ghcr.io/acme/api:…",
        "TAG",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(scene.app.count_receipts().await, 0, "nothing is delivered for it");
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn pushes_and_logins_are_matched_as_such() {
    let scene = Scene::new().await;
    let text = "build:\n  image: ghcr.io/acme/build:1\n  script:\n  - docker login quay.io\n  - docker push ghcr.io/acme/api:1\n  - docker push quay.io/acme/api:1\n";
    assert_eq!(scene.send(&report(".gitlab-ci.yml", text)).await.status, 200);
    let page = scene.page().await;
    assert!(page.contains("GitLab CI") && page.contains("Logs in") && page.contains("Pushes"));
    assert!(
        page.contains("Not delivered: the grant or the credential is for pulling only"),
        "{page}"
    );
    assert!(page.contains(&format!("/p/acme/credentials/{}", scene.quay)), "{page}");
}

#[tokio::test]
async fn two_that_serve_an_image_equally_well_are_a_tie() {
    let scene = Scene::new().await;
    let path = [("paths", "acme")];
    let app = &scene.app;
    let other = app.credential_with(&app.owner, "acme", "other", "ghcr.io", "s", &path).await;
    app.grant(scene.pipeline, other, &[]).await;
    scene.send(&report("Dockerfile", "FROM ghcr.io/acme/base\n")).await;
    let page = scene.page().await;
    assert!(page.contains("A tie, so none is delivered: ghcr and other"), "{page}");
}

#[tokio::test]
async fn a_newer_report_replaces_the_older_one_of_the_same_path_and_of_no_other() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let two = "services:\n  a: {image: ghcr.io/acme/old}\n  b: {image: nginx}\n";
    scene.send(&report("a/compose.yaml", two)).await;
    scene.send(&report("b/Dockerfile", "FROM redis\n")).await;
    assert_eq!(app.scalar_i64(ROWS).await, 3);
    let first =
        app.scalar_i64("SELECT first_seen_at FROM definition WHERE path = 'a/compose.yaml'");
    let first = first.await;
    let one = "services:\n  a: {image: ghcr.io/acme/new}\n";
    scene.send(&report("a/compose.yaml", one)).await;
    assert_eq!(app.scalar_i64(ROWS).await, 2);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM definition").await, 2);
    let again =
        app.scalar_i64("SELECT first_seen_at FROM definition WHERE path = 'a/compose.yaml'");
    assert_eq!(again.await, first);
    let page = scene.page().await;
    assert!(page.contains("acme/new") && !page.contains("acme/old"), "{page}");
}

#[tokio::test]
async fn what_is_declared_again_is_seen_and_leaves_no_event_and_a_change_leaves_one() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'definitions.changed'";
    let same = report("Dockerfile", "FROM nginx\n");
    for _ in 0..3 {
        assert_eq!(scene.send(&same).await.status, 200);
    }
    assert_eq!(app.scalar_i64(events).await, 1);
    app.nobody().tell_with(&scene.token, SELF, &[("Regcred-Commit", "fedcba")], &same).await;
    assert!(scene.page().await.contains("commit fedcba"));
    scene.send(&report("Dockerfile", "FROM redis\n")).await;
    assert_eq!(app.scalar_i64(events).await, 2);
    let activity = format!("/p/acme/pipelines/{}/activity", scene.pipeline);
    let page = app.owner.get(&activity).await.text();
    assert!(page.contains("build updated the definitions of build"), "{page}");
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_password_in_a_file_is_said_with_its_line_and_its_value_is_nowhere() {
    let scene = Scene::new().await;
    let text = "kind: pipeline\ntype: docker\nsteps:\n- name: publish\n  image: plugins/docker\n  settings:\n    repo: ghcr.io/acme/api\n    registry: ghcr.io\n    username: bot\n    password: pa55word-zebra\n";
    let reply = scene.paste(&scene.app.owner, ".drone.yml", text).await;
    let location = reply.location();
    assert!(location.contains("said="), "{location}");
    let page = scene.app.owner.follow(reply).await.text();
    assert!(page.contains("1 password is written in them"), "{page}");
    assert!(page.contains("Line 10") && page.contains("password"), "{page}");
    assert!(!page.contains("pa55word-zebra") && !location.contains("zebra"));
    for column in ["said", "path"] {
        let kept =
            scene.app.database.scalar_text(&format!("SELECT {column} FROM definition")).await;
        assert!(!kept.contains("zebra"), "{column}");
    }
    let kept = "SELECT COUNT(*) FROM definition_statement WHERE detail LIKE '%zebra%'";
    assert_eq!(scene.app.scalar_i64(kept).await, 0);
}

#[tokio::test]
async fn what_was_pasted_and_refused_does_not_come_back() {
    let scene = Scene::new().await;
    for (name, text, sentence) in [
        ("", "FROM nginx\nENV PASSWORD=zebra-1\n", "Enter the name of the file"),
        ("notes.md", "zebra-1\n", "does not recognize one of these files"),
        ("", "", "Choose files, or paste the text of one."),
    ] {
        let reply = scene.paste(&scene.app.owner, name, text).await;
        assert!(reply.location().contains("back="), "{name}: {}", reply.location());
        let page = scene.app.owner.follow(reply).await.text();
        assert!(page.contains(sentence), "{name}: {page}");
        assert!(!page.contains("zebra-1"), "{name}");
    }
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM definition").await, 0);
}

#[tokio::test]
async fn a_viewer_reads_definitions_and_adds_and_deletes_none() {
    let scene = Scene::new().await;
    scene.send(&report("Dockerfile", "FROM nginx\n")).await;
    let viewer = scene.app.member(Role::Viewer, "acme").await;
    let page = viewer.get(&scene.path()).await.text();
    assert!(page.contains("library/nginx"), "{page}");
    assert!(!page.contains("Add files") && !page.contains("/rpc/definitions/"), "{page}");
    let id = scene.app.database.scalar::<Uuid>("SELECT id FROM definition").await.to_string();
    let pipeline = scene.pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", id.as_str())];
    let reply = viewer.post_json_accept("/rpc/definitions/delete", &form).await;
    assert_eq!(reply.status, 403);
    let reply = scene.app.owner.post_form("/rpc/definitions/delete", &form).await;
    assert!(reply.location().contains("said="), "{}", reply.location());
    assert_eq!(scene.app.scalar_i64(ROWS).await, 0);
    let reply = scene.app.owner.post_json_accept("/rpc/definitions/delete", &form).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn definitions_are_deleted_with_their_pipeline() {
    let scene = Scene::new().await;
    let app = &scene.app;
    scene.send(&report("Dockerfile", "FROM nginx\n")).await;
    let (_, other) = app.bare_pipeline("other").await;
    app.nobody().tell(&other, SELF, &report("Dockerfile", "FROM redis\n")).await;
    assert_eq!(app.scalar_i64(ROWS).await, 2);
    let id = scene.pipeline.to_string();
    let form = [("project", "acme"), ("id", &*id), ("typed_name", "build"), ("password", PASSWORD)];
    let reply = app.owner.post_form("/rpc/pipelines/delete", &form).await;
    assert!(reply.location().contains("said="), "{}", reply.location());
    assert_eq!(app.scalar_i64(ROWS).await, 1);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM definition").await, 1);
}

#[tokio::test]
async fn a_pipeline_has_so_many_files_and_findings_and_no_more() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let one = scan_text("Dockerfile", "FROM nginx\n");
    let wide = |from: usize, many: usize| {
        let mut wide = one.clone();
        let file = one.files[0].clone();
        let named = |number: usize| format!("{number}/Dockerfile");
        let files = (from..from + many).map(|number| {
            let mut file = file.clone();
            file.file = named(number);
            file
        });
        wide.files = files.collect();
        wide.found.clear();
        json(&wide)
    };
    assert_eq!(scene.send(&wide(0, 200)).await.status, 200);
    let reply = scene.send(&wide(200, 1)).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (409, "conflict"), "{}", reply.text());
    // Those that are there can be declared again.
    assert_eq!(scene.send(&wide(0, 200)).await.status, 200);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM definition").await, 200);
}
